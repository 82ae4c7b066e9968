"""Pictures as one web page with thumbnails, to look at in a browser and to send to others."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from PIL import Image

from clipgen.errors import ImageError
from clipgen.files import write_whole
from clipgen.media.footage import frame_at
from clipgen.media.images import load_reduced
from clipgen.media.moments import Moment

SIDE = 192  # of a thumbnail's short side, at most

_PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>
body {{ font: 14px/1.4 system-ui, sans-serif; margin: 1.5rem; color: #222; background: #fff }}
h1 {{ font-size: 1.3rem }} h2 {{ font-size: 1rem; margin: 1.6rem 0 .4rem }}
section {{ display: flex; flex-wrap: wrap; gap: 12px }}
figure {{ margin: 0; width: 200px }}
img {{ width: 100%; height: 160px; object-fit: contain; background: #f4f4f4 }}
figcaption {{ overflow-wrap: anywhere; font-size: 12px }}
@media (prefers-color-scheme: dark) {{ body {{ color: #ddd; background: #181818 }} img {{ background: #222 }}
a {{ color: #9cf }} }}
</style>
<h1>{title}</h1>
{sections}
</html>
"""


@dataclass(frozen=True)
class Row:
    """Pictures under a heading: files and moments of films, with a line of text for each."""

    heading: str
    pictures: Sequence[tuple[Path | Moment, str]]


def write_gallery(path: str | Path, title: str, rows: Iterable[Row]) -> None:
    """Write a page that contains its thumbnails and links to the files, whole or not at all.

        >>> write_gallery(folder / "found.html", "a red fox", [Row("", [(folder / "a.png", "0.31")])])

    Raises OutputError when the page cannot be written; a picture that cannot be loaded has no thumbnail.
    """
    sections = "\n".join(map(_section, rows))
    page = _PAGE.format(title=escape(title), sections=sections)
    with write_whole(path) as part:
        part.write_text(page, encoding="utf-8", errors="replace")


def _section(row: Row) -> str:
    heading = f"<h2>{escape(row.heading)}</h2>" if row.heading else ""
    return heading + "<section>" + "\n".join(_figure(path, text) for path, text in row.pictures) + "</section>"


def _figure(shown: Path | Moment, text: str) -> str:
    name, link = escape(shown.name), escape(shown.link if isinstance(shown, Moment) else shown.absolute().as_uri())
    return (
        f'<figure><a href="{link}"><img loading="lazy" alt="{name}" src="{_thumbnail(shown)}"></a>'
        f"<figcaption>{name}<br>{escape(text)}</figcaption></figure>"
    )


def _thumbnail(shown: Path | Moment) -> str:
    """A small JPEG as a data URL; "" for a picture that cannot be loaded."""
    try:
        picture = load_shown(shown, SIDE)
    except ImageError:
        return ""
    picture.thumbnail((2 * SIDE, SIDE))
    packed = io.BytesIO()
    picture.save(packed, "JPEG", quality=80)
    return "data:image/jpeg;base64," + base64.b64encode(packed.getvalue()).decode()


def load_shown(shown: Path | Moment, side: int) -> Image.Image:
    """A picture file, or the frame of a film at a moment, reduced until its short side is about `side`.

        >>> load_shown(folder / "a.png", 16).size
        (24, 16)

    Raises ImageError for a file that cannot be loaded.
    """
    if isinstance(shown, Moment):
        return frame_at(shown.path, shown.seconds, side=side)
    return load_reduced(shown, side)[0]
