"""Which CLIPs open_clip has, and whether one is downloaded, without importing open_clip or torch, which takes seconds.

>>> repository("ViT-B-32/openai")
'timm/vit_base_patch32_clip_224.openai'
"""

from __future__ import annotations

import importlib
import os
import sys
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

from clipgen.errors import UnknownNameError, WeightsError
from clipgen.models import hub, weights

HUB = "hf-hub:"  # open_clip's prefix for a repository of the hub
_WEIGHTS = ("*.safetensors", "*.bin", "*.pt")
_HEAVY = ("safetensors.torch", "huggingface_hub")  # imported by the table's module, not needed for the table


def check_here(name: str) -> None:
    """Raise WeightsError for "NAME/TAG", "NAME/FILE" or "hf-hub:ORG/REPO" whose weights are not on this machine.

        >>> check_here("ViT-B-32/openai")
        Traceback (most recent call last):
        clipgen.errors.WeightsError: the perceptor 'ViT-B-32/openai' is not downloaded; ...

    Raises UnknownNameError for a tag that open_clip does not have.
    """
    if repository(name) is None and not os.path.isfile(name.partition("/")[2]):
        raise unknown(name)
    if not files(name):
        raise missing(name)


def check_pull(name: str) -> None:
    """Raise UnknownNameError for a name that open_clip does not have, WeightsError where it cannot be pulled now."""
    if repository(name) is None and not files(name):
        raise unknown(name)
    if not files(name):
        hub.reach()


def files(name: str) -> list[Path]:
    """The weights files of "NAME/TAG", "NAME/FILE" or "hf-hub:ORG/REPO" that are on this machine."""
    found = repository(name)
    if found is None:
        return [path for path in [Path(name.partition("/")[2])] if os.path.isfile(path)]
    return [path for pattern in _WEIGHTS for path in hub.snapshots(found, pattern)]


def missing(name: str) -> WeightsError:
    """The error for a CLIP that is not on this machine."""
    card = next((card for card in weights.cards("perceptor") if card.name == name), None)
    size = f" ({card.size_mb:,.0f} MB)" if card else ""
    by_hand = "local-dir:FOLDER" if name.startswith(HUB) else f"{_shape_of(weights.clip_of(name))}/FILE"
    return WeightsError(
        f"the perceptor {name!r} is not downloaded; run `clipgen models pull {name}`{size}, or download it elsewhere "
        f"and give {by_hand}",
        settings=["perceptors"],
    )


def _shape_of(name: str) -> str:
    """The architecture that a file with the weights of "NAME/TAG" is for: some were trained with another activation."""
    architecture, _, tag = name.partition("/")
    row = _table().get_pretrained_cfg(architecture, tag) or {}
    suffix = "-quickgelu"
    return architecture + (suffix if row.get("quick_gelu") and not architecture.endswith(suffix) else "")


def seen_with(architecture: str) -> dict[str, Any]:
    """How pictures are normalised and resized for weights of an architecture, as far as all that are published agree.

    >>> seen_with("MobileCLIP2-S0")["std"]
    (1.0, 1.0, 1.0)
    """
    table = _table()
    rows = [table.get_pretrained_cfg(architecture, tag) for tag in table.list_pretrained_tags_by_model(architecture)]
    keys = ("mean", "std", "interpolation", "resize_mode")
    return {key: rows[0][key] for key in keys if rows and rows[0].get(key) and len({row.get(key) for row in rows}) == 1}


def unknown(name: str) -> UnknownNameError:
    """The error for a name that open_clip does not have."""
    architecture = name.partition("/")[0]
    tags = _table().list_pretrained_tags_by_model(architecture)
    short = [card.name for card in weights.cards("perceptor")]
    near = [f"{architecture}/{tag}" for tag in tags] or ["ViT-B-32/openai", "ViT-B-16/openai", "RN50/openai"]
    known = [*short, "local-dir:FOLDER", "hf-hub:ORG/REPO", *near]
    return UnknownNameError.of("perceptor", name, known, settings=["perceptors"])


def repository(name: str) -> str | None:
    """The hub's repository with the weights of a name; None for a name that open_clip does not have."""
    if name.startswith(HUB):
        return name.removeprefix(HUB)
    architecture, _, tag = name.partition("/")
    if os.path.isfile(tag):
        return None
    row: dict[str, Any] = _table().get_pretrained_cfg(architecture, tag)
    place = row.get("hf_hub", "") if row else ""
    return "/".join(place.split("/")[:2]) or None


@lru_cache(maxsize=1)
def _table() -> Any:
    """open_clip.pretrained, imported under a package of another name, so that open_clip's own does not run."""
    spec = find_spec("open_clip")
    assert spec is not None and spec.submodule_search_locations is not None  # a dependency of ours
    package = ModuleType("clipgen_open_clip_table")
    package.__path__ = list(spec.submodule_search_locations)
    before = {name: sys.modules[name] for name in _HEAVY if name in sys.modules}
    sys.modules[package.__name__] = package
    try:
        sys.modules.update(dict.fromkeys(_HEAVY))  # type: ignore[arg-type]  # None makes an import fail
        return importlib.import_module(f"{package.__name__}.pretrained")
    finally:
        for name in _HEAVY:
            del sys.modules[name]
        sys.modules.update(before)
