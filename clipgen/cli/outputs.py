"""Where a run's files go: names from prompt and seed, checked before the work, never overwriting."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clipgen.errors import ImageError, OutputError, SettingsError
from clipgen.files import NAME_BYTES, free_path, sha256, unwritable

if TYPE_CHECKING:
    from clipgen.jobs import Job
    from clipgen.tasks.generate import Picture

DEFAULT_FOLDER = Path("outputs")
RUN_SUFFIX = ".run"
# endings that name a file of another format: no folder is meant
OTHER_FORMATS = (".gif", ".apng", ".bmp", ".tif", ".tiff", ".avif", ".jp2", ".heic", ".svg", ".pdf", ".psd", ".mp4",
                 ".m4v", ".mov", ".webm", ".avi", ".mkv", ".html", ".json", ".txt", ".run")  # fmt: skip

_FILMS = (".mp4", ".gif", ".apng", ".html", ".film")


class Outputs:
    """The files of one run.

        >>> outputs = Outputs.at(folder)          # None: outputs/, made when missing
        >>> outputs.path("reef", ".png").name
        'reef.png'

    folder: where they go; stem: of their names, None for prompt and seed; ending: of the pictures.
    Saving again (`--save-every`, Ctrl-C) replaces this run's own files and no others.
    """

    def __init__(self, folder: Path, stem: str | None = None, ending: str = ".png") -> None:
        self.folder, self.stem, self.ending = folder, stem, ending
        #: whether the place failed and a save went to the temporary folder
        self.failed = False
        self._taken: dict[str, Path] = {}

    @classmethod
    def at(cls, output: Path | None, *, ending: str = ".png") -> Outputs:
        """Parse `-o`: a name with the ending of a picture format is a file, any other a folder; check both.

            >>> Outputs.at(folder / "reef.jpg").ending
            '.jpg'

        output: None for `outputs/`; ending: of the pictures in a folder, .png where no format has it.
        Raises SettingsError for a picture format that is not written, OutputError for a place that cannot be written.
        """
        from clipgen.media.pictures import FORMATS  # late: it brings Pillow, which --help does not need

        named = output.suffix if output else ""
        if named.lower() in OTHER_FORMATS and output and not os.path.isdir(output):
            raise SettingsError(
                f"{output}: pictures are written as {', '.join(FORMATS)}; name one of these", settings=["output"]
            )
        if output and named.lower() in FORMATS:
            outputs = cls(output.parent, output.stem, named)
        else:
            outputs = cls(output or DEFAULT_FOLDER, ending=ending if ending.lower() in FORMATS else ".png")
        outputs._check()
        return outputs

    @classmethod
    def resumed(cls, record: Mapping[str, Any], job: Job, file: Path) -> Outputs:
        """The files of a run that is resumed: saving replaces them, but none that another run put in the place of one.

            >>> Outputs.resumed(Outputs(folder, "reef").record(), job, folder / "reef.run").stem
            'reef'

        record: of `record`, in the run file; job: of the run; file: the run file.
        """
        outputs = cls(_near(record["folder"]), record["stem"], record["ending"])
        paths = {key: _near(path) for key, path in record["files"].items()}
        if (hashes := record.get("sha256")) is not None:  # older run files have none
            # a copy of the run file stands for the run file itself
            hashes = {**hashes, **{key: sha256(file) for key in paths if key.endswith(RUN_SUFFIX)}}
            paths = {key: path for key, path in paths.items() if _is_own(path, hashes.get(key), job)}
        outputs._taken = paths
        outputs._check()
        return outputs

    def record(self, *, without: Path | None = None) -> dict[str, Any]:
        """JSON values of where the files go, and of those that are written; without: one that is not to be replaced."""
        files = {key: str(path.resolve()) for key, path in self._taken.items() if path != without}
        place = {"folder": str(self.folder.resolve()), "stem": self.stem, "ending": self.ending}
        # not of the run file, which these values are written into
        hashed = [key for key, path in files.items() if not key.endswith(RUN_SUFFIX) and os.path.exists(path)]
        return {**place, "files": files, "sha256": {key: sha256(files[key]) for key in hashed}}

    def run_files(self) -> list[Path]:
        """The run files among those of this run."""
        return [path for key, path in self._taken.items() if key.endswith(RUN_SUFFIX)]

    def _check(self) -> None:
        name = f"{self.stem or ''}{self.ending}"
        if len(os.fsencode(name)) > NAME_BYTES:  # the name of one picture, which is written after all the work
            raise unwritable(name, OSError(errno.ENAMETOOLONG, os.strerror(errno.ENAMETOOLONG)))
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=self.folder):
                pass
        except OSError as error:
            raise unwritable(self.folder, error) from error

    def path(self, name: str, suffix: str) -> Path:
        """A free path for one of the run's files; the same name and suffix give the same path again.

        >>> outputs = Outputs(folder)
        >>> outputs.path("a", ".png").name, outputs.path("a", ".png").name  # a.png exists
        ('a-2.png', 'a-2.png')
        """
        key = name + suffix
        if key not in self._taken:
            self._taken[key] = free_path(self.folder, name, suffix)
        return self._taken[key]

    def save_pictures(self, pictures: Sequence[Picture]) -> list[Path]:
        """Write every picture and return the paths.

        Raises OutputError when the place fails, with the names of the files in the temporary folder that were written
        instead.
        """
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
        paths = [self.path(name, self.ending) for name in names]
        for picture, path in zip(pictures, paths, strict=True):
            picture.save(path)
        return paths

    def _rescued(self, pictures: Sequence[Picture], names: Sequence[str], error: OSError) -> OutputError:
        self.failed = True
        # as PNG, which carries settings of any length: a .jpg may have failed for its settings
        refuge = Outputs(Path(tempfile.gettempdir()), self.stem)
        try:
            paths = refuge._save(pictures, names)
        except OSError:
            return OutputError(f"{error}; the temporary folder {refuge.folder} failed as well", settings=["output"])
        return OutputError(f"{error}; saved instead: {', '.join(map(str, paths))}", settings=["output"])


def _is_own(path: Path, known: str | None, job: Job) -> bool:
    """Whether a resumed run may replace a file; known: the sha256 of its own.

    A picture of the same job is its own too: a run that was killed may have saved one after its run file.
    """
    from clipgen.media.pictures import read_metadata
    from clipgen.tasks.generate import picture_job  # late: it imports torch

    if not path.exists() or sha256(path) == known:
        return True
    try:
        return picture_job(read_metadata(path))[0] == job
    except ImageError:
        return False


def _near(path: str) -> Path:
    """A path as people write it: below the current folder, if it is there."""
    here = Path.cwd()
    return Path(path).relative_to(here) if Path(path).is_relative_to(here) else Path(path)


def run_file(path: Path) -> Path:
    """The run file that `--resume` means: the file itself, or the one next to a picture.

        >>> run_file(Path("outputs/reef.jpg")).name
        'reef.run'

    Raises SettingsError for a film.
    """
    from clipgen.media.pictures import FORMATS

    if path.suffix.lower() in _FILMS:
        raise SettingsError(
            f"{path} is a film, which `clipgen animate FILE -o {path.with_suffix('.mp4')} --resume` resumes",
            settings=["resume"],
        )
    return path.with_suffix(RUN_SUFFIX) if path.suffix.lower() in FORMATS else path
