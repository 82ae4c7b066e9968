"""The studio that the functions of the library share."""

from __future__ import annotations

from pathlib import Path

from clipgen.parts import Parts
from clipgen.studio.studio import Studio

# what the functions share; it is empty until one of them is called
_PARTS = Parts()


def shared_studio(weights: str | Path | None = None) -> Studio:
    """A studio on the parts that all functions share; weights: file or folder of the generator's weights."""
    return Studio(weights=weights, parts=_PARTS)


def close() -> None:
    """Free the models that the functions of the library have loaded; the next call loads them again.

    >>> image = clipgen.generate("a castle", seed=7)
    >>> clipgen.close()
    """
    _PARTS.close()
