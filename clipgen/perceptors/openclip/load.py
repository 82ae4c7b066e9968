"""Find a perceptor's files by its name, check them and load them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch

from clipgen import weights
from clipgen.errors import UnknownNameError, WeightsError
from clipgen.perceptors.base import Vocabulary
from clipgen.perceptors.openclip.build import CONFIG_FILE, build_model, make_tokenizer, quiet
from clipgen.perceptors.openclip.model import OpenClip

MERGES_FILE = "merges.txt.gz"
WORDS_FILE = "words.json"
NAMES_FILE = "things.json"
BACKGROUND_FILE = "background.safetensors"
WEIGHT_SUFFIXES = (".safetensors", ".bin", ".pt", ".pth")


def load_perceptor(name: str, device: torch.device, dtype: torch.dtype = torch.float32) -> OpenClip:
    """Load a perceptor by name, frozen, on a device.

        >>> load_perceptor("builtin", torch.device("cpu")).input_size
        64

    name: "builtin", "local-dir:FOLDER", "hf-hub:ORG/REPO" or "NAME/TAG" of open_clip's list (a weights file may stand
    for TAG); device: where it runs; dtype: arithmetic of the picture tower.

    Raises UnknownNameError for a name that open_clip does not have, WeightsError when its files are missing, damaged
    or cannot be fetched (no network is tried with HF_HUB_OFFLINE=1).
    """
    if name == "builtin":
        card = weights.find("builtin", "perceptor")
        weights.check(card)
        return _load_folder(name, card.folder, device, dtype)
    if name.startswith("local-dir:"):
        return _load_folder(name, Path(name.removeprefix("local-dir:")), device, dtype)
    return _load_tag(name, device, dtype)


def pull_tag(name: str) -> Path:
    """Fetch the weights of "NAME/TAG" of open_clip's list into the hub's own cache, and return where they lie.

    Raises UnknownNameError for a name that open_clip does not have, WeightsError when they cannot be fetched.
    """
    import open_clip  # late: it takes seconds to import

    architecture, _, tag = name.partition("/")
    trained = open_clip.get_pretrained_cfg(architecture, tag)
    if not trained:
        raise _unknown(name, architecture)
    try:
        with quiet():
            return Path(open_clip.download_pretrained(trained))
    except Exception as error:  # fetching fails in as many ways as there are hosts
        raise WeightsError(f"cannot fetch {name}: {_line(error)}; it needs the network once") from error


def _unknown(name: str, architecture: str) -> UnknownNameError:
    import open_clip  # late: it takes seconds to import

    tags = open_clip.list_pretrained_tags_by_model(architecture)
    near = [f"{architecture}/{tag}" for tag in tags] or ["ViT-B-32/openai", "ViT-B-16/openai", "RN50/openai"]
    return UnknownNameError.of("perceptor", name, ["builtin", "local-dir:FOLDER", "hf-hub:ORG/REPO", *near])


def _load_folder(name: str, folder: Path, device: torch.device, dtype: torch.dtype) -> OpenClip:
    import open_clip  # late: it takes seconds to import

    config = _read_json(folder / CONFIG_FILE)
    if not isinstance(config, dict) or "model_cfg" not in config:
        raise WeightsError(f"{folder / CONFIG_FILE} has no model_cfg; it must be the config of an open_clip model")
    file = _weights_file(folder)
    merges = folder / MERGES_FILE if (folder / MERGES_FILE).exists() else None
    text_cfg = config["model_cfg"].get("text_cfg", {})
    with quiet():
        own = text_cfg.get("hf_tokenizer_name") or text_cfg.get("hf_model_name")
        model = build_model(config, merges)
        tokenizer = open_clip.get_tokenizer(f"local-dir:{folder}") if own else make_tokenizer(config, merges)
        try:
            open_clip.load_checkpoint(model, str(file))
        except Exception as error:  # a damaged file fails in as many ways as there are formats
            raise WeightsError(f"{file} does not hold the weights of {folder / CONFIG_FILE}: {_line(error)}") from error
    beside = {name: folder / name for name in (WORDS_FILE, NAMES_FILE, BACKGROUND_FILE) if (folder / name).exists()}
    known = _read_json(beside[WORDS_FILE]) if WORDS_FILE in beside else None
    return OpenClip(
        name,
        model,
        tokenizer,
        device=device,
        dtype=dtype,
        vocabulary=None if known is None else Vocabulary(known),
        fingerprint=weights.sha256(file),
        names=_read_json(beside[NAMES_FILE]) if NAMES_FILE in beside else (),
        background=beside.get(BACKGROUND_FILE),
    )


def _load_tag(name: str, device: torch.device, dtype: torch.dtype) -> OpenClip:
    import open_clip  # late: it takes seconds to import

    hub = name.startswith("hf-hub:")
    architecture, _, tag = (name, "", "") if hub else name.partition("/")
    trained = {} if hub else open_clip.get_pretrained_cfg(architecture, tag)
    if not hub and not trained and not (architecture in open_clip.list_models() and Path(tag).is_file()):
        raise _unknown(name, architecture)
    # OpenAI's tags were trained with another activation than the plain names build, which open_clip only warns of
    quick_gelu = bool(trained.get("quick_gelu"))
    try:
        with quiet():
            model = open_clip.create_model(
                architecture, pretrained=tag or None, force_quick_gelu=quick_gelu, require_pretrained=True
            )
            tokenizer = open_clip.get_tokenizer(architecture)
    except Exception as error:  # fetching and reading fail in as many ways as there are hosts and formats
        raise WeightsError(
            f"the perceptor {name!r} cannot be loaded: {_line(error)}; it needs the network once, or a weights file as "
            f"{'local-dir:FOLDER' if hub else architecture + '/FILE'}"
        ) from error
    return OpenClip(name, model, tokenizer, device=device, dtype=dtype)


def _weights_file(folder: Path) -> Path:
    files = sorted(folder.iterdir()) if folder.is_dir() else []
    files = [path for path in files if path.suffix in WEIGHT_SUFFIXES and path.name != BACKGROUND_FILE]
    if len(files) != 1:
        found = ", ".join(path.name for path in files) or "none"
        raise WeightsError(
            f"{folder} must hold one weights file ({', '.join(WEIGHT_SUFFIXES)}) and holds {found}; "
            "`clipgen train clip` writes one"
        )
    return files[0]


def _read_json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise WeightsError(f"{path} cannot be read ({_line(error)}); `clipgen train clip` writes it") from error


def _line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
