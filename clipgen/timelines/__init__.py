"""Timelines: a prompt file, a long text, subtitles or a TOML file, as the scenes of a film.

>>> timeline = read_timeline("prompts/seasons.txt")
>>> [scene.prompt for scene in timeline.scenes][:1]
['a village in spring, cherry blossom | watercolour:0.4']
"""

from __future__ import annotations

from pathlib import Path

from clipgen.errors import PromptError
from clipgen.files import reason
from clipgen.timelines.document import read_document
from clipgen.timelines.text import read_subtitles, read_text, write_subtitles
from clipgen.timelines.timeline import OWN, TRACKS, Scene, Timeline
from clipgen.timelines.track import CURVES, Key, Track, ease

__all__ = [
    "CURVES",
    "OWN",
    "TRACKS",
    "Key",
    "Scene",
    "Timeline",
    "Track",
    "ease",
    "read_timeline",
    "write_subtitles",
]

LARGEST = 16 * 2**20  # bytes of a file that is read as a timeline


def read_timeline(path: str | Path) -> Timeline:
    """Read a file by its ending: .toml, .srt, any other as text.

    Raises PromptError for a file that cannot be read or holds no scene, SettingsError for one whose TOML is wrong; the
    message names file, line and what is allowed.
    """
    path = Path(path)
    readers = {".toml": read_document, ".srt": read_subtitles}
    try:
        if path.stat().st_size > LARGEST:
            raise PromptError(f"{path} has {path.stat().st_size / 2**20:.0f} MB; texts of up to 16 MB become films")
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise PromptError(f"{path} is not UTF-8 text (byte {error.start}); save it as UTF-8") from error
    except OSError as error:
        raise PromptError(f"cannot read {path}: {reason(error)}") from error
    try:
        return readers.get(path.suffix.lower(), read_text)(text, source=str(path))
    except PromptError as error:
        message = str(error)
        raise error if message.startswith(str(path)) else PromptError(f"{path}: {message}") from error
