"""Events of any verb as JSON that visitors may see."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from pathlib import Path

import numpy as np
from PIL import Image
from torch import Tensor

from clipgen.values import Json


def as_json(event: object, place: Callable[[Path], str]) -> Json:
    """An event as plain JSON: a dataclass by its fields, without pictures, tensors and what starts with "_".

        >>> from clipgen.tasks.events import Ranked
        >>> as_json(Ranked(0, Path("/photos/a.jpg"), 0.25, 1.5), lambda path: path.name)
        {'index': 0, 'path': 'a.jpg', 'score': 0.25, 'z': 1.5}

    place: what visitors see of a path.
    """
    if isinstance(event, Path):
        return place(event)
    if is_dataclass(event) and not isinstance(event, type):
        shown = {spec.name: getattr(event, spec.name) for spec in fields(event) if not spec.name.startswith("_")}
        return {name: as_json(value, place) for name, value in shown.items() if not _is_pixels(value)}
    if isinstance(event, dict):
        return {str(name): as_json(value, place) for name, value in event.items() if not _is_pixels(value)}
    if isinstance(event, tuple | list | set | frozenset):
        return [as_json(value, place) for value in event]
    if isinstance(event, np.generic):
        return as_json(event.item(), place)
    if isinstance(event, float):
        return round(event, 6) if math.isfinite(event) else None
    return event if event is None or isinstance(event, bool | int | str) else str(event)


def _is_pixels(value: object) -> bool:
    return isinstance(value, Image.Image | Tensor | np.ndarray | bytes)


def kind_of(event: object) -> str:
    """The kind of an event: the name of its class in small letters.

    >>> kind_of(Path("a.jpg"))
    'posixpath'
    """
    return type(event).__name__.lower()
