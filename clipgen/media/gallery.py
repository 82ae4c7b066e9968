"""Pictures as one web page with thumbnails, to look at in a browser and to send to others."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from html import escape
from pathlib import Path

from PIL import Image

from clipgen.errors import ImageError
from clipgen.files import write_whole
from clipgen.media.footage import frame_at
from clipgen.media.images import load_reduced
from clipgen.media.moments import Moment

SIDE = 192  # of a thumbnail's height, at most; it may be twice as wide
_ALBUM_SIDE = 480

_PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>
body {{ font: 14px/1.4 system-ui, sans-serif; margin: 1.5rem; color: #222; background: #fff }}
h1 {{ font-size: 1.3rem }} h2 {{ font-size: 1rem; margin: 1.6rem 0 .4rem }}
section {{ display: flex; flex-wrap: wrap; gap: 12px }}
figure {{ margin: 0; width: 200px }}
img {{ width: 100%; height: 160px; object-fit: contain; background: #f4f4f4 }}
.none {{ display: block; line-height: 160px; text-align: center; background: #f4f4f4; color: #666 }}
figcaption {{ overflow-wrap: anywhere; font-size: 12px }}
.album {{ max-width: 960px; margin: 2rem auto; padding: 0 1rem; text-align: center }}
.album h1 {{ font: 2rem Georgia, serif }} .album h2 {{ font: 1.3rem Georgia, serif; margin-top: 3rem }}
.album section {{ justify-content: center; align-items: end; gap: 2.5rem 2rem; margin-top: 3rem }}
.album figure {{ width: 440px; max-width: 100% }} .album img {{ height: auto; background: none }}
.album figcaption {{ font: 1.15rem/1.5 Georgia, serif; padding: .5rem 0 }}
.album .bare {{ width: 100% }}
@media (prefers-color-scheme: dark) {{ body {{ color: #ddd; background: #181818 }} img, .none {{ background: #222 }}
a {{ color: #9cf }} }}
</style>
<body{kind}>
<h1>{title}</h1>
{sections}
</body>
</html>
"""


@dataclass(frozen=True)
class Row:
    """Pictures under a heading: files and moments of films, with a line of text for each; None: a text alone.

    quarters: turns of their thumbnails, clockwise.
    """

    heading: str
    pictures: Sequence[tuple[Path | Moment | None, str]]
    quarters: int = 0


def write_gallery(path: str | Path, title: str, rows: Iterable[Row], *, root: Path | None = None) -> None:
    """Write a page that contains its thumbnails and links to the files, whole or not at all.

        >>> write_gallery(folder / "found.html", "a red fox", [Row("", [(folder / "a.png", "0.31")])])

    root: folder from which the names of files are shown (default: without their folders).
    Raises OutputError when the page cannot be written; a picture that cannot be loaded has no thumbnail.
    """
    _write(path, title, (_section(row, partial(_card, root=root)) for row in rows))


def write_album(path: str | Path, title: str, rows: Iterable[Row]) -> None:
    """Write a page with large pictures and each one's text below it, as in a book.

        >>> write_album(folder / "album.html", "The Fox", [Row("I", [(folder / "a.png", "A fox."), (None, "It ran.")])])

    The rest is as of `write_gallery`.
    """
    _write(path, title, (_section(row, _leaf) for row in rows), kind=' class="album"')


def _write(path: str | Path, title: str, sections: Iterable[str], *, kind: str = "") -> None:
    page = _PAGE.format(title=escape(title), kind=kind, sections="\n".join(sections))
    with write_whole(path) as part:
        part.write_text(page, encoding="utf-8", errors="replace")


def _section(row: Row, figure: Callable[[Path | Moment | None, str, int], str]) -> str:
    heading = f"<h2>{escape(row.heading)}</h2>" if row.heading else ""
    figures = "\n".join(figure(shown, text, row.quarters) for shown, text in row.pictures)
    return f"{heading}<section>{figures}</section>"


def _card(shown: Path | Moment | None, text: str, quarters: int, *, root: Path | None) -> str:
    name = _name(shown, root)
    picture = _picture(shown, SIDE, name, quarters)
    return f"<figure>{picture}<figcaption>{name}{'<br>' if name else ''}{escape(text)}</figcaption></figure>"


def _leaf(shown: Path | Moment | None, text: str, quarters: int) -> str:
    bare = ' class="bare"' if shown is None else ""
    picture = _picture(shown, _ALBUM_SIDE, _name(shown, None), quarters)
    return f"<figure{bare}>{picture}<figcaption>{escape(text)}</figcaption></figure>"


def _name(shown: Path | Moment | None, root: Path | None) -> str:
    if shown is None:
        return ""
    below = isinstance(shown, Path) and root is not None and shown.is_relative_to(root)
    return escape(str(shown.relative_to(root)) if isinstance(shown, Path) and root and below else shown.name)


def _picture(shown: Path | Moment | None, side: int, name: str, quarters: int) -> str:
    """The thumbnail of what is shown as a link to it; "" for nothing."""
    if shown is None:
        return ""
    thumbnail, inner = _thumbnail(shown, side, quarters), '<span class="none">no preview</span>'
    if thumbnail:
        inner = f'<img loading="lazy" alt="{name}" src="{thumbnail}">'
    link = shown.link if isinstance(shown, Moment) else shown.absolute().as_uri()
    return f'<a href="{escape(link)}">{inner}</a>'


def _thumbnail(shown: Path | Moment, side: int, quarters: int) -> str:
    """A small JPEG as a data URL; "" for a picture that cannot be loaded."""
    try:
        picture = load_shown(shown, side)
    except ImageError:
        return ""
    picture = picture.rotate(-90 * quarters, expand=True)
    picture.thumbnail((2 * side, side))
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
