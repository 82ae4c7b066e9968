"""A film as one page that draws itself: the network goes along, as numbers, and runs on the reader's graphics card."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from clipgen.files import write_whole

_HOLE = "/*NETWORK*/"


def write_page(path: str | Path, network: Mapping[str, Any]) -> None:
    """Write a self-contained WebGL page, whole or not at all.

        >>> write_page("outputs/seasons.html", film.page())

    network: as `NetworkFilm.page` gives it. Raises ImageError where the page cannot be written.
    """
    template = files("clipgen.media").joinpath("page.html").read_text(encoding="utf-8")
    # in a page's script no text may look like its end
    packed = json.dumps(network, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    with write_whole(path) as part:
        part.write_text(template.replace(_HOLE, packed), encoding="utf-8")
