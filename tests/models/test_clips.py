"""open_clip's table of models, and whether one is downloaded, without importing anything heavy."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

import pytest

from clipgen.errors import UnknownNameError, WeightsError
from clipgen.models import clips, shelf


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    return tmp_path


def test_a_name_lies_in_a_repository_of_the_hub() -> None:
    assert clips.repository("ViT-B-32/openai") == "timm/vit_base_patch32_clip_224.openai"
    assert clips.repository("hf-hub:owner/name") == "owner/name"
    assert clips.repository("ViT-B-32/nonsense") is None


def test_a_missing_clip_is_reported_with_the_command_that_downloads_it(cache: Path) -> None:
    with pytest.raises(WeightsError, match="`clipgen models pull ViT-B-32/openai`"):
        clips.check_here("ViT-B-32/openai")


@pytest.mark.parametrize("file", ["open_clip_model.safetensors", "open_clip_pytorch_model.bin"])
def test_what_is_here_passes(cache: Path, file: str) -> None:
    folder = cache / "models--timm--vit_base_patch32_clip_224.openai" / "snapshots" / "0a1b"
    folder.mkdir(parents=True)
    (folder / file).touch()
    clips.check_here("ViT-B-32/openai")


def test_a_file_may_stand_for_the_tag(cache: Path) -> None:
    (cache / "mine.pt").touch()
    clips.check_here(f"ViT-B-32/{cache / 'mine.pt'}")


def test_a_file_is_for_the_activation_of_its_tag(cache: Path) -> None:
    for tag, shape in {"openai": "ViT-B-32-quickgelu/FILE", "laion2b_s34b_b79k": "ViT-B-32/FILE"}.items():
        with pytest.raises(WeightsError, match=f"give {shape}"):
            clips.check_here(f"ViT-B-32/{tag}")


def test_what_all_weights_of_an_architecture_see() -> None:
    assert clips.seen_with("MobileCLIP2-S0")["mean"] == (0.0, 0.0, 0.0)
    assert clips.seen_with("ViT-B-16-SigLIP")["mean"] == (0.5, 0.5, 0.5)
    assert clips.seen_with("ViT-L-14").keys() == {"interpolation", "resize_mode"}  # two means are in use
    assert clips.seen_with("nonsense") == {}


def test_an_unknown_tag_is_reported_with_the_known_ones(cache: Path) -> None:
    with pytest.raises(UnknownNameError, match="ViT-B-32/laion2b_s34b_b79k"):
        clips.check_here("ViT-B-32/laion2b")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["a fox", "--perceptor", "vit-b-16:2"], "models pull vit-b-16"),
        (["a fox", "--perceptor", "hf-hub:a/b"], "models pull hf-hub:a/b"),
        (["a fox", "--generator", "vqgan-imagenet-16384"], "models pull vqgan-imagenet-16384"),
        (["a fox", "--generator", "hf:a/b/c.ckpt"], "models pull hf:a/b/c.ckpt"),
        (["edit", "x.png", "a fox", "--perceptor", "RN50/openai"], "models pull RN50/openai"),
        (["classify", __file__, "cat", "dog", "--perceptor", "rn50"], "models pull rn50"),
        (["animate", "prompts/seasons.txt", "--perceptor", "rn50"], "models pull rn50"),
    ],
)
def test_a_missing_model_is_reported_before_torch_is_imported(words: list[str], message: str, tmp_path: Path) -> None:
    code = (
        "import sys\nfrom clipgen.cli.main import main\ntry:\n    main()\nfinally:\n"
        "    print(sorted({'torch', 'open_clip'} & set(sys.modules)))\n"
    )
    environment = {"HF_HUB_CACHE": str(tmp_path), "CLIPGEN_HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}
    done = subprocess.run(
        [sys.executable, "-c", code, *words], capture_output=True, text=True, env=environment, check=False,
        cwd=Path(__file__).parents[2],
    )  # fmt: skip
    assert message in done.stderr and "Traceback" not in done.stderr
    assert done.returncode == 1 and done.stdout.strip() == "[]"


def test_what_is_here_is_verified(cache: Path) -> None:
    data = b"weights"
    home = cache / "models--timm--vit_base_patch32_clip_224.openai"
    blob, link = home / "blobs" / hashlib.sha256(data).hexdigest(), home / "snapshots" / "0a1b" / "open_clip_model.bin"
    for path in (blob, link):
        path.parent.mkdir(parents=True)
    blob.write_bytes(data)
    link.symlink_to(blob)
    shelf.verify("ViT-B-32/openai")
    blob.write_bytes(b"other weights")
    with pytest.raises(WeightsError, match=link.name):
        shelf.verify("ViT-B-32/openai")
    assert not blob.exists()
    with pytest.raises(WeightsError, match="models pull ViT-B-32/openai"):
        shelf.verify("ViT-B-32/openai")
