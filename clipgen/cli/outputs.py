"""Where a run's files go: names from prompt and seed, checked before the work, never overwriting."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from clipgen.errors import ImageError, SettingsError

if TYPE_CHECKING:
    from clipgen.tasks.generate import Picture

DEFAULT_FOLDER = Path("outputs")
RUN_SUFFIX = ".run"
OTHER_FORMATS = (".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff")


class Outputs:
    """The files of one run.

        >>> outputs = Outputs.at(None)          # outputs/, made when missing
        >>> outputs.save_pictures(generation.pictures())
        [PosixPath('outputs/a-red-fox-7.png')]

    Saving again (`--save-every`, Ctrl-C) replaces this run's own files and no others.
    """

    def __init__(self, folder: Path, stem: str | None = None) -> None:
        self.folder = folder
        self.stem = stem
        #: whether a save was turned away to the temporary folder
        self.failed = False
        self._taken: dict[str, Path] = {}

    @classmethod
    def at(cls, output: Path | None) -> Outputs:
        """Read `-o`: a name ending in .png is a file, anything else a folder; check that it can be written.

        Raises SettingsError for another picture format, ImageError for a place that cannot be written.
        """
        suffix = output.suffix.lower() if output else ""
        if suffix in OTHER_FORMATS:
            raise SettingsError(f"-o {output}: pictures are saved as .png, the format that carries their settings")
        outputs = cls(output.parent, output.stem) if output and suffix == ".png" else cls(output or DEFAULT_FOLDER)
        outputs._check()
        return outputs

    def _check(self) -> None:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=self.folder):
                pass
        except OSError as error:
            raise ImageError(
                f"cannot write into {self.folder}: {error.strerror}; name a folder that you may write to with -o"
            ) from error

    def path(self, name: str, suffix: str) -> Path:
        """A free path for one of the run's files; the same name and suffix give the same path again."""
        from clipgen.files import free_path

        key = name + suffix
        if key not in self._taken:
            self._taken[key] = free_path(self.folder, name, suffix)
        return self._taken[key]

    def save_pictures(self, pictures: Sequence[Picture]) -> list[Path]:
        """Write every picture and return the paths; when the place fails, write to the temporary folder and say so."""
        names = self._names(pictures)
        try:
            return self._save(pictures, names)
        except OSError as error:
            raise self._rescued(pictures, names, error) from error

    def _names(self, pictures: Sequence[Picture]) -> list[str]:
        from clipgen.prompts import slugify

        if self.stem is not None and len(pictures) == 1:
            return [self.stem]
        names: list[str] = []
        for picture in pictures:
            name = f"{self.stem or slugify(picture.metadata['prompt'])}-{picture.metadata['seed']}"
            # The same prompt twice in one run is two pictures.
            names.append(name if name not in names else f"{name}-{len(names) + 1}")
        return names

    def _save(self, pictures: Sequence[Picture], names: Sequence[str]) -> list[Path]:
        paths = [self.path(name, ".png") for name in names]
        for picture, path in zip(pictures, paths, strict=True):
            picture.save(path)
        return paths

    def _rescued(self, pictures: Sequence[Picture], names: Sequence[str], error: OSError) -> ImageError:
        self.failed = True
        refuge = Outputs(Path(tempfile.gettempdir()), self.stem)
        try:
            paths = refuge._save(pictures, names)
        except OSError:
            return ImageError(f"{error}; the temporary folder {refuge.folder} failed as well")
        return ImageError(f"{error}; saved instead: {', '.join(map(str, paths))}")


def run_file(path: Path) -> Path:
    """The run file that `--resume` means: itself, or the one beside a picture."""
    return path.with_suffix(RUN_SUFFIX) if path.suffix.lower() == ".png" else path
