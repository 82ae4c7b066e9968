"""Find a perceptor's files by its name, verify and load them."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import torch

from clipgen import devices
from clipgen.errors import WeightsError
from clipgen.files import listed, reason
from clipgen.models import clips, hub, weights
from clipgen.perceptors.base import Vocabulary
from clipgen.perceptors.openclip.build import CONFIG_FILE, build_model, make_tokenizer, quiet
from clipgen.perceptors.openclip.fingerprint import fingerprint_of
from clipgen.perceptors.openclip.meanings import Meanings
from clipgen.perceptors.openclip.model import OpenClip
from clipgen.values import parse_json

MERGES_FILE = "merges.txt.gz"
TOKENS_FILE = "tokens.json"
WORDS_FILE = "words.json"
NAMES_FILE = "things.json"
BACKGROUND_FILE = "background.safetensors"
MOST, MOST_LAYERS = 2**20, 256  # limits of any number in a config, and of the layers and heads of a tower
WEIGHT_SUFFIXES = (".safetensors", ".bin", ".pt", ".pth")


@dataclass(frozen=True)
class Loaded:
    """An open_clip model as its files have it, not frozen, and what is needed to write it again.

    file: its weights; folder: its own one, None for a model of the hub; own: words with tokens of their own, see
    `make_tokenizer`; architecture, quick_gelu: of a model of the hub; card: whether a model card describes it.
    """

    model: Any  # open_clip's models and tokenizers share their methods but no type
    tokenizer: Any
    file: Path
    folder: Path | None = None
    own: tuple[str, ...] = ()
    architecture: str = ""
    quick_gelu: bool = False
    card: bool = False

    @property
    def config(self) -> dict[str, Any]:
        """What its open_clip_config.json has, or would have."""
        if self.folder is not None:
            return _read_config(self.folder / CONFIG_FILE)
        import open_clip  # late: it takes seconds to import

        with hub.offline():
            model = dict(open_clip.get_model_config(self.architecture) or {})
        if self.quick_gelu:
            model["quick_gelu"] = True
        seen = self.model.visual.preprocess_cfg
        return {"model_cfg": model, "preprocess_cfg": {key: list(seen[key]) for key in ("mean", "std")}}

    @property
    def merges(self) -> Path | None:
        """The file of the tokenizer's merges; None: open_clip's own."""
        return None if self.folder is None else _extras(self.folder).get(MERGES_FILE)


def load_perceptor(name: str, device: torch.device, dtype: torch.dtype = torch.float32) -> OpenClip:
    """Load a perceptor by name, frozen, on a device.

        >>> load_perceptor("builtin", torch.device("cpu")).input_size
        48

    name: "builtin" or another shipped or tuned one, "local-dir:FOLDER", "hf-hub:ORG/REPO", "NAME/TAG" of open_clip's
    list (TAG may be a weights file), or a model of the registry that is one of these; device: where it runs; dtype:
    arithmetic of the picture tower. The network is never used: `clipgen models pull` downloads.

    Raises UnknownNameError for a name that open_clip does not have, WeightsError when its files are missing or damaged.
    """
    return perceptor_of(name, load_model(name), device, dtype)


def load_model(name: str) -> Loaded:
    """The model of a perceptor's name, to be trained; name and errors: as for `load_perceptor`.

    >>> load_model("builtin").config["model_cfg"]["vision_cfg"]["image_size"]
    48
    """
    if (card := weights.clip_card(name)) is not None:
        weights.check(card)
        return replace(_of_folder(card.folder, ours=card.shipped), card=True)
    if name.startswith("local-dir:"):
        return _of_folder(Path(name.removeprefix("local-dir:")))
    clip = weights.clip_of(name)
    return replace(_known_model(clip), card=any(card.make == clip for card in weights.cards("perceptor")))


def perceptor_of(
    name: str, loaded: Loaded, device: torch.device, dtype: torch.dtype = torch.float32, fingerprint: str | None = None
) -> OpenClip:
    """A perceptor of a model, which is frozen in place, with the vocabulary and the background of its folder.

        >>> perceptor_of("mine", load_model("builtin"), torch.device("cpu")).name
        'mine'

    name: of the perceptor; fingerprint: default: see `fingerprint_of`.
    Raises WeightsError when a file of its folder is damaged.
    """
    extras = {} if loaded.folder is None else _extras(loaded.folder)
    known = _read_words(extras[WORDS_FILE]) if WORDS_FILE in extras else None
    names = _read_words(extras[NAMES_FILE]) if NAMES_FILE in extras else []
    return OpenClip(
        name,
        loaded.model,
        loaded.tokenizer,
        device=device,
        dtype=dtype,
        vocabulary=None if known is None else vocabulary_of(known, names),
        fingerprint=fingerprint or fingerprint_of(loaded),
        names=names,
        background=extras.get(BACKGROUND_FILE),
    )


def vocabulary_of(known: Sequence[str], names: Sequence[str]) -> Vocabulary:
    """The vocabulary of known words, and of names that may stand for others; see `Vocabulary`.

    >>> vocabulary_of(["red", "fox"], ["fox"]).unknown("a red zorblax")
    ['zorblax']
    """
    meanings = _meanings(_candidates(names, known))
    return Vocabulary(
        known, lambda word: meanings().nearest(word), _manners, lambda word: meanings().corrected(word)
    )


def pull_known(name: str) -> Path:
    """Download "NAME/TAG" of open_clip's list or "hf-hub:ORG/REPO" into the hub's cache; return the weights' path.

    Raises UnknownNameError for a name that open_clip does not have, WeightsError when it cannot be downloaded.
    """
    import open_clip  # late: it takes seconds to import

    architecture, _ = _known(name)
    try:
        with quiet():
            path = _weights_of(name)
            open_clip.get_tokenizer(architecture)  # some have a vocabulary of their own on the hub
    except Exception as error:  # fetching fails in as many ways as there are hosts
        raise WeightsError(f"cannot fetch {name}: {reason(error)}; it needs the network once") from error
    hub.check(path)
    return path


def _known(name: str) -> tuple[str, str]:
    """open_clip's architecture, and tag or file, of a name; UnknownNameError when open_clip does not have it."""
    import open_clip  # late: it takes seconds to import

    if name.startswith(clips.HUB):
        return name, ""
    architecture, _, tag = name.partition("/")
    if not open_clip.get_pretrained_cfg(architecture, tag) and not (
        architecture in open_clip.list_models() and os.path.isfile(tag)
    ):
        raise clips.unknown(name)
    return architecture, tag


def _weights_of(name: str) -> Path:
    """The path of the weights of a name, which open_clip finds or, when it is online, downloads."""
    import open_clip  # late: it takes seconds to import
    from open_clip.factory import download_pretrained_from_hf, get_pretrained_cfg

    if name.startswith(clips.HUB):
        return Path(download_pretrained_from_hf(name.removeprefix(clips.HUB)))
    architecture, tag = _known(name)
    trained = get_pretrained_cfg(architecture, tag)
    return Path(open_clip.download_pretrained(trained)) if trained else Path(tag)


def _of_folder(folder: Path, *, ours: bool = False) -> Loaded:
    """The model of a folder; ours: whether its size need not be checked."""
    import open_clip  # late: it takes seconds to import

    config = _read_config(folder / CONFIG_FILE)
    file, extras = _weights_file(folder), _extras(folder)
    merges = extras.get(MERGES_FILE)
    own = tuple(map(str, _read_json(extras[TOKENS_FILE]))) if TOKENS_FILE in extras else ()
    text_cfg = config["model_cfg"].get("text_cfg", {})
    with quiet(), hub.offline():
        hugging = text_cfg.get("hf_tokenizer_name") or text_cfg.get("hf_model_name")
        if not ours:
            _check_size(config, file)
        with devices.without_random_fills():
            model = build_model(config, merges, own=own)
        tokenizer = open_clip.get_tokenizer(f"local-dir:{folder}") if hugging else make_tokenizer(config, merges, own)
        try:
            open_clip.load_checkpoint(model, str(file))
        except Exception as error:  # a damaged file fails in as many ways as there are formats
            raise WeightsError(
                f"{file} does not hold the weights of {folder / CONFIG_FILE}: {reason(error)}"
            ) from error
    return Loaded(model, tokenizer, file, folder, own)


def _extras(folder: Path) -> dict[str, Path]:
    """The files that a folder has beside config and weights."""
    names = (MERGES_FILE, TOKENS_FILE, WORDS_FILE, NAMES_FILE, BACKGROUND_FILE)
    return {name: folder / name for name in names if (folder / name).exists()}


def _candidates(names: Sequence[str], known: Sequence[str]) -> list[str]:
    """What may stand for a word: names of things, known words, and those that were taught inside a name."""
    return [*names, *(word for entry in known for word in entry.split())]


def _manners() -> dict[str, tuple[str, ...]]:
    from clipgen.styles import single_names  # late: OpenCV, which styles draw with, changes the environment

    return single_names()


def _meanings(vocabulary: list[str]) -> Callable[[], Meanings]:
    """What finds known words near in meaning to an unknown one; the text tower is loaded for the first."""
    return cache(lambda: Meanings.shipped(vocabulary))


def _known_model(name: str) -> Loaded:
    import open_clip  # late: it takes seconds to import

    architecture, tag = _known(name)
    with quiet(), hub.offline(), devices.without_random_fills():
        try:
            file = _weights_of(name)
        except Exception as error:  # a file that is not cached fails with the errors of several libraries
            raise clips.missing(name) from error
        hub.check(file)
        # OpenAI's weights were trained with another activation than these architectures have; open_clip only warns
        published = open_clip.get_pretrained_cfg(architecture, tag) or {}
        quick_gelu = bool(published.get("quick_gelu"))
        try:
            model = open_clip.create_model(
                architecture,
                pretrained=tag or None,
                force_quick_gelu=quick_gelu,
                # of a file open_clip knows only its shape
                force_preprocess_cfg=clips.seen_with(architecture) if tag and not published else None,
                require_pretrained=True,
            )
            tokenizer = open_clip.get_tokenizer(architecture)
        except Exception as error:  # reading fails in as many ways as there are formats
            raise WeightsError(f"the perceptor {name!r} cannot be loaded from {file}: {reason(error)}") from error
    return Loaded(model, tokenizer, file, architecture=architecture, quick_gelu=quick_gelu)


def _read_config(path: Path) -> dict[str, Any]:
    config = _read_json(path)
    if not isinstance(config, dict) or not isinstance(config.get("model_cfg"), dict):
        raise WeightsError(f"{path} has no model_cfg; it must be the config of an open_clip model")
    towers = [config["model_cfg"], *(part for part in config["model_cfg"].values() if isinstance(part, dict))]
    for tower in towers:
        for key, value in tower.items():
            numbers = [n for n in (value if isinstance(value, list) else [value]) if isinstance(n, (int, float))]
            if any(not abs(n) <= (MOST_LAYERS if key in ("layers", "heads") else MOST) for n in numbers):
                raise WeightsError(f"{path}: {key} is {value}, more than any CLIP has")
    return config


def _check_size(config: dict[str, Any], file: Path) -> None:
    """Refuse a config of a much larger model than the file, before memory is allocated for it."""
    with devices.without_memory():
        model = build_model(config, device="meta")
    count = sum(value.numel() for value in model.state_dict().values())
    if count > file.stat().st_size:  # a parameter takes two bytes or more
        raise WeightsError(f"{file} is too small for the {count / 1e6:.0f} million parameters of its {CONFIG_FILE}")


def _weights_file(folder: Path) -> Path:
    found = listed(folder) if os.path.isdir(folder) else []
    files = [path for path in found if path.suffix in WEIGHT_SUFFIXES and path.name != BACKGROUND_FILE]
    if len(files) != 1:
        names = ", ".join(path.name for path in files) or "none"
        raise WeightsError(
            f"{folder} must have one weights file ({', '.join(WEIGHT_SUFFIXES)}), found {names}; "
            "`clipgen train clip` writes one"
        )
    return files[0]


def _read_words(path: Path) -> list[str]:
    words = _read_json(path)
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        raise WeightsError(f"{path} is no list of words; `clipgen train clip` writes it")
    return words


def _read_json(path: Path) -> Any:
    try:
        return parse_json(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise WeightsError(f"{path} cannot be read ({reason(error)}); `clipgen train clip` writes it") from error
