"""Pictures back into words: rank candidates, or compose captions from phrases.

>>> caption([load_image("photo.jpg")], perceptor, top=3)[0][0].text
'a Van Gogh painting of a fox in a forest'
"""

from __future__ import annotations

from clipgen.tasks.caption.candidates import read_candidates
from clipgen.tasks.caption.caption import caption
from clipgen.tasks.caption.match import Match, Matcher
from clipgen.tasks.caption.phrases import Phrases

__all__ = ["Match", "Matcher", "Phrases", "caption", "read_candidates"]
