"""A film as one web page: it contains the network as numbers and draws the frames on the viewer's graphics card."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path

from clipgen.files import write_whole
from clipgen.values import Values

_HOLE = "/*NETWORK*/"


def write_page(path: str | Path, network: Values) -> None:
    """Write a self-contained WebGL page, whole or not at all.

        >>> write_page(folder / "seasons.html", {"title": "seasons", "layers": []})

    network: JSON values: title, seconds, size, scenes, frequencies and layers of a film that one network draws.
    Raises OutputError when the page cannot be written.
    """
    template = files("clipgen.media").joinpath("page.html").read_text(encoding="utf-8")
    # in a page's script no text may look like its end
    packed = json.dumps(network, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    with write_whole(path) as part:
        part.write_text(template.replace(_HOLE, packed), encoding="utf-8")
