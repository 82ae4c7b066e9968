"""Sources of training pictures: the picture world, photographs, drawings by hand and pictures of text.

A held-out part of each source (`is_held_out`) is never trained on: recipes are chosen, and figures given, by it.
"""

from clipgen.train.sources.base import HELD_OUT, MANNERS, Example, Source, is_held_out
from clipgen.train.sources.drawings import Drawing, Drawings, load_drawings
from clipgen.train.sources.drawn_world import DrawnWorld
from clipgen.train.sources.lettering import Lettering
from clipgen.train.sources.mix import Mixed, Mixture
from clipgen.train.sources.photos import Photo, Photos, load_photos
from clipgen.train.world import World

__all__ = [
    "HELD_OUT", "MANNERS", "Drawing", "Drawings", "DrawnWorld", "Example", "Lettering", "Mixed", "Mixture", "Photo",
    "Photos", "Source", "World", "is_held_out", "load_drawings", "load_photos",
]  # fmt: skip
