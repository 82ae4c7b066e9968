"""Files beside a film: subtitles, a sheet of its scenes, and times."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from clipgen.files import write_whole
from clipgen.media.pictures import save_picture
from clipgen.media.sheets import contact_sheet
from clipgen.tasks.animate.film import Film
from clipgen.tasks.animate.record import Output
from clipgen.timelines import write_subtitles


def write_extras(film: Film, output: Output, spent: Mapping[str, float]) -> dict[str, Path]:
    """Write what an output asks for beside its film, and return the files by kind.

        >>> film = clipgen.animate("prompts/seasons.txt")
        >>> write_extras(film, Output(Path("outputs/film.mp4"), subtitles=True), {})
        {'subtitles': PosixPath('outputs/film.srt')}

    spent: seconds that the parts of the work took, for the file of times. Raises OutputError.
    """
    files = output.extras()
    if not film.shown:
        files.pop("sheet", None)
    if "subtitles" in files:
        _write(files["subtitles"], write_subtitles(film.spans()))
    if "sheet" in files:
        sheet = contact_sheet(film.middles(), [take.scene.words for take in film.shown])
        save_picture(files["sheet"], sheet, film.about())
    if "timing" in files:
        scenes = [{"start": start, "end": end, "words": words} for start, end, words in film.spans()]
        rounded = {name: round(value, 2) for name, value in spent.items()}
        _write(files["timing"], json.dumps({"scenes": scenes, "spent": rounded}, indent=2, ensure_ascii=False) + "\n")
    return files


def _write(path: Path, text: str) -> None:
    with write_whole(path) as part:
        part.write_text(text, encoding="utf-8")
