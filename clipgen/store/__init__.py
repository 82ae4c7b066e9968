"""The store: embeddings of texts and pictures on disk, read again by every later run.

>>> vectors = Store(folder / "store").vectors(perceptor.fingerprint, perceptor.dim, "text")
>>> read = vectors.through(text_keys(["a fox"]), lambda missing: perceptor.encode_text(["a fox"]))
>>> read.shape == (1, perceptor.dim)
True
"""

from __future__ import annotations

from clipgen.store.store import TEXT, Store, Usage, Vectors, part_keys, picture_keys, rounded
from clipgen.store.table import Keys, Segment, Table, text_keys

__all__ = [
    "Keys",
    "Segment",
    "Store",
    "TEXT",
    "Table",
    "Usage",
    "Vectors",
    "part_keys",
    "picture_keys",
    "rounded",
    "text_keys",
]
