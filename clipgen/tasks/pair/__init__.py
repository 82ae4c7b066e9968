"""Lines of a text and pictures, one to one.

>>> Poem.of(["a fox", "a castle"]).lines[1].text
'a castle'
"""

from clipgen.tasks.pair.pair import Paired, pair
from clipgen.tasks.pair.poem import Line, Poem

__all__ = ["Line", "Paired", "Poem", "pair"]
