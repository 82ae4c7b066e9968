"""Files of films and sounds, opened alike by every version of PyAV."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from av.container import InputContainer


def open_container(path: str | Path) -> InputContainer:
    """Open a file of a film or of a sound to be read.

        >>> with open_container("film.mp4") as container:
        ...     len(container.streams.video)
        1

    Raises what PyAV raises: av.FFmpegError, OSError or ValueError.
    """
    import av  # late: only films and sounds need it

    # before PyAV 19, which has no such argument, titles that are not UTF-8 are an error without it
    older: dict[str, Any] = {"metadata_errors": "replace"} if int(av.__version__.partition(".")[0]) < 19 else {}
    return av.open(str(path), **older)
