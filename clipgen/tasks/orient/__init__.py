"""Orient: find pictures that lie on their side or stand on their head, and write their EXIF orientation."""

from clipgen.tasks.orient.find import Judged, Turn, orient
from clipgen.tasks.orient.fix import Fixed, fix, undo
from clipgen.tasks.orient.head import Head, shipped_head

__all__ = ["Fixed", "Head", "Judged", "Turn", "fix", "orient", "shipped_head", "undo"]
