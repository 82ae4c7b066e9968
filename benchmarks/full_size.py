"""The weights and captions of workloads: random weights in the shapes of published networks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
from sides import Job

VIT = "ViT-B-32-quickgelu"
VQGAN_F16: dict[str, Any] = {
    "model": {
        "target": "taming.models.vqgan.VQModel",
        "params": {
            "embed_dim": 256,
            "n_embed": 16384,
            "ddconfig": {
                "double_z": False, "z_channels": 256, "resolution": 256, "in_channels": 3, "out_ch": 3, "ch": 128,
                "ch_mult": [1, 1, 2, 2, 4], "num_res_blocks": 2, "attn_resolutions": [16], "dropout": 0.0,
            },
        },
    }
}  # fmt: skip
STYLEGAN_CHANNELS = {4: 512, 8: 512, 16: 512, 32: 512, 64: 512, 128: 256, 256: 128, 512: 64, 1024: 32}


def prepare(job: Job) -> None:
    """Write into the job's folder the weights or captions that its workload needs."""
    torch.manual_seed(0)
    if job.workload == "full":
        _write_full_size(job.folder)
    elif job.workload == "stylegan":
        from safetensors.torch import save_file

        from clipgen.generators.stylegan.stylegan2 import StyleGAN2

        save_file(StyleGAN2(side=1024, channels=STYLEGAN_CHANNELS).state_dict(), job.folder / "stylegan.safetensors")
    elif job.workload == "rank":
        from rank import write_captions

        _, rows = write_captions(job.folder, job.captions)
        np.save(job.folder / "rows.npy", rows)


def _write_full_size(folder: Path) -> None:
    import open_clip
    import yaml
    from safetensors.torch import save_file

    from clipgen.generators.vqgan.network import VQModel
    from clipgen.perceptors.openclip.build import quiet

    state = VQModel.from_config(VQGAN_F16).state_dict()
    save_file({name: value.contiguous() for name, value in state.items()}, folder / "vqgan.safetensors")
    (folder / "vqgan.yaml").write_text(yaml.safe_dump(VQGAN_F16), encoding="utf-8")
    with quiet():
        torch.save(open_clip.create_model(VIT).state_dict(), folder / "clip.pt")
