"""Pictures to words: rank candidates, or compose captions of phrases.

>>> for described in caption([folder / "a.png"], matcher, candidates=["a fox", "a castle"]):
...     print(described.path.name, len(described.matches))
a.png 2
"""

from __future__ import annotations

from clipgen.similarity.phrases import Phrases
from clipgen.tasks.caption.candidates import read_candidates
from clipgen.tasks.caption.caption import caption
from clipgen.tasks.caption.sets import traits

__all__ = ["Phrases", "caption", "read_candidates", "traits"]
