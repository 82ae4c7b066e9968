"""Orient: find pictures that lie on their side or stand on their head, and write their EXIF orientation."""

from clipgen.similarity.upright import Head, shipped_head
from clipgen.tasks.orient.find import Judged, Turn, orient
from clipgen.tasks.orient.writing import Fixed, fix, undo

__all__ = ["Fixed", "Head", "Judged", "Turn", "fix", "orient", "shipped_head", "undo"]
