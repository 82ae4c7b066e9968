"""Events of any verb as JSON that visitors may see."""

from __future__ import annotations

import math
from dataclasses import fields, is_dataclass
from pathlib import Path

import numpy as np
from PIL import Image
from torch import Tensor

from clipgen.values import Json
from clipgen.web.messages import Places


def as_json(event: object, places: Places) -> Json:
    """An event as plain JSON: a dataclass by its fields, without pictures, tensors and what starts with "_".

        >>> from clipgen.tasks.events import Ranked
        >>> as_json(Ranked(0, Path("/photos/a.jpg"), 0.25, 1.5), Places(Path("/srv"), {}))
        {'index': 0, 'path': 'a.jpg', 'score': 0.25, 'z': 1.5}

    places: of files, whose names visitors see instead, also in texts.
    """
    if isinstance(event, Path):
        return places.name(event)
    if is_dataclass(event) and not isinstance(event, type):
        shown = {spec.name: getattr(event, spec.name) for spec in fields(event) if not spec.name.startswith("_")}
        return {name: as_json(value, places) for name, value in shown.items() if not _is_pixels(value)}
    if isinstance(event, dict):
        return {str(name): as_json(value, places) for name, value in event.items() if not _is_pixels(value)}
    if isinstance(event, tuple | list | set | frozenset):
        return [as_json(value, places) for value in event]
    if isinstance(event, np.generic):
        return as_json(event.item(), places)
    if isinstance(event, float):
        return round(event, 6) if math.isfinite(event) else None
    return event if event is None or isinstance(event, bool | int) else places.hidden(str(event))


def _is_pixels(value: object) -> bool:
    return isinstance(value, Image.Image | Tensor | np.ndarray | bytes)


def kind_of(event: object) -> str:
    """The kind of an event: the name of its class in small letters.

    >>> kind_of(Path("a.jpg"))
    'posixpath'
    """
    return type(event).__name__.lower()
