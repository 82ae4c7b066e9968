"""Timelines: a prompt file, a long text, subtitles or a TOML file, as the scenes of a film.

>>> timeline = read_timeline("prompts/seasons.txt")
>>> [scene.words for scene in timeline.scenes][:1]
['a village in the mountains, flower meadow, watercolour']
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from clipgen.errors import PromptError
from clipgen.timelines.document import read_document, read_table
from clipgen.timelines.text import read_subtitles, read_text, write_subtitles
from clipgen.timelines.timeline import OWN, Scene, Timeline
from clipgen.timelines.track import CAMERA, CURVES, TRACKS, CameraTracks, Key, Track, Tracks, ease

__all__ = [
    "CAMERA",
    "CURVES",
    "OWN",
    "TRACKS",
    "CameraTracks",
    "Key",
    "Scene",
    "Timeline",
    "Track",
    "Tracks",
    "ease",
    "read_table",
    "read_timeline",
    "write_subtitles",
]

LARGEST = 16 * 2**20  # bytes of a timeline's file


def read_timeline(path: str | Path) -> Timeline:
    """Read a timeline by the ending of its file: .toml, .srt, any other as text.

        >>> read_timeline("prompts/seasons.txt").scenes[0].origin
        'prompts/seasons.txt, line 2'

    Raises PromptError for a file that cannot be read or has no scene, SettingsError for wrong TOML; the message names
    file, line and what is allowed.
    """
    path = Path(path)
    readers = {".toml": read_document, ".srt": read_subtitles}
    try:
        if path.stat().st_size > LARGEST:
            raise PromptError(f"{path} has {path.stat().st_size / 2**20:.0f} MB; timelines may have up to 16 MB")
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise PromptError(f"{path} is not UTF-8 text (byte {error.start}); save it as UTF-8") from error
    except OSError as error:
        raise PromptError(f"cannot read {path}: {error.strerror or error}") from error
    try:
        read = readers.get(path.suffix.lower(), read_text)
        return replace(read(text, source=str(path)), source=str(path))
    except PromptError as error:
        message = str(error)
        raise (error if message.startswith(str(path)) else error.in_context(before=f"{path}: ")) from error
