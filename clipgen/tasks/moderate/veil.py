"""Veiled copies of pictures: blurred beyond recovery; originals are never altered."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from PIL import Image, ImageFilter

from clipgen.errors import OutputError
from clipgen.media.images import load_image, to_pil
from clipgen.media.pictures import FORMATS, carries, save_picture
from clipgen.values import Values

_CELLS = 12  # along the short side: colours remain, and no shape of a person
_MARK: Values = {"veiled": True}  # metadata of a copy, which the next run may replace


def veil(picture: Image.Image) -> Image.Image:
    """A picture of the same size of which only the colours are left.

    >>> veil(picture).size == picture.size
    True
    """
    scale = _CELLS / min(picture.size)
    width, height = (max(1, round(edge * scale)) for edge in picture.size)
    coarse = picture.convert("RGB").resize((width, height), Image.Resampling.BOX)
    return coarse.filter(ImageFilter.GaussianBlur(1.0)).resize(picture.size, Image.Resampling.BICUBIC)


def veiled_paths(paths: Sequence[Path], names: Iterable[Path], folder: Path) -> dict[Path, Path]:
    """Where the veiled copy of each picture goes, no two of them to one file.

        >>> paths = [Path("a/x.jpg"), Path("b/x.jpg")]
        >>> [target.as_posix() for target in veiled_paths(paths, paths, Path("safe")).values()]
        ['safe/a/x.jpg', 'safe/b/x.jpg']

    paths: of the pictures; names: folders and files that were named; folder: for the copies. Names below a folder that
    was named stay as they are; where two copies would have one name, all keep theirs below the folder that they have in
    common. The ending becomes .png where the original's format is not written.
    Raises OutputError where two would still have one name.
    """
    homes = [name for name in names if name.is_dir()]
    targets = {path: folder / _below(path, homes) for path in paths}
    if _shared(targets):
        whole = {path: Path(os.path.abspath(path)) for path in paths}
        common = Path(os.path.commonpath([path.parent for path in whole.values()]))
        targets = {path: folder / _below(whole[path], [common]) for path in paths}
    for target, (one, other, *_) in _shared(targets).items():
        raise OutputError(f"{one} and {other} would both be {target}; rename one of them", settings=["veil_to"])
    return targets


def _below(path: Path, homes: Iterable[Path]) -> Path:
    """The name of a copy: that of the picture below the first folder that it is in, or in its own."""
    home = next((home for home in homes if path.is_relative_to(home)), path.parent)
    inside = path.relative_to(home)
    return inside if path.suffix.lower() in FORMATS else inside.with_name(f"{inside.name}.png")


def _shared(targets: Mapping[Path, Path]) -> dict[Path, list[Path]]:
    """The targets of several pictures, with these."""
    found: dict[Path, dict[str, Path]] = {}
    for path, target in targets.items():
        found.setdefault(target, {})[os.path.abspath(path)] = path  # one picture may be named in two ways
    return {target: list(some.values()) for target, some in found.items() if len(some) > 1}


def check_target(path: Path, target: Path) -> None:
    """Raise OutputError where the veiled copy of a picture file would replace anything but an earlier veiled copy."""
    if target.exists() and path.exists() and target.samefile(path):
        raise OutputError(f"{target} is the original; name another folder for veiled copies", settings=["veil_to"])
    if target.exists() and not carries(target, _MARK):
        raise OutputError(
            f"{target} is there already, and is no veiled copy; name another folder for veiled copies",
            settings=["veil_to"],
        )


def veiled_copy(path: Path, target: Path) -> None:
    """Write a veiled copy of a picture file, without its metadata.

        >>> veiled_copy(folder / "a.png", folder / "safe" / "a.png")
        >>> (folder / "safe" / "a.png").exists()
        True

    Raises OutputError for a copy that would replace the original, or another file than a veiled copy, and where it
    cannot be written; ImageError for a file that cannot be loaded.
    """
    check_target(path, target)
    # an EXIF thumbnail would show the original: nothing of the old file is copied
    save_picture(target, veil(to_pil(load_image(path)[0])), _MARK)
