"""Drawing primitives of the procedural scenes, in coordinates relative to the picture.

A position (x, y) is a fraction of width and height; a length (r, size, width) is a fraction of the shorter side, so
that things keep their proportions in pictures that are not square.
"""

from clipgen.scenery.primitives.buildings import ROOFS, WALLS, house, skyline
from clipgen.scenery.primitives.colour import HAZE, SPARK, Colour, Rng, darker, lighter, mix, pick, vary
from clipgen.scenery.primitives.depth import Depth, boards, checks, warped
from clipgen.scenery.primitives.drawing import (
    Parts,
    both_sides,
    box,
    cols,
    disc,
    dots,
    frame,
    gradient,
    group,
    oval,
    poly,
    poly_gradient,
    shape,
    shape_stroke,
    shape_strokes,
    shapes,
    side_of,
    steps,
    stroke,
    strokes,
)
from clipgen.scenery.primitives.land import far_land, ground, height_at, peak, ridge
from clipgen.scenery.primitives.light import blend, corners, enlarge, glow, mottle, noise, rays, shadow
from clipgen.scenery.primitives.placed import Spot, pointed, rounded
from clipgen.scenery.primitives.plants import bush, palm, pine, tree
from clipgen.scenery.primitives.skies import clouds, fair_sky, moon, puff, stars, sun
from clipgen.scenery.primitives.water import fish, reflect, ripples, sailboat, sea

__all__ = [
    "blend", "boards", "both_sides", "box", "bush", "checks", "clouds", "Colour", "cols", "corners", "darker",
    "Depth", "disc", "dots", "enlarge", "fair_sky", "far_land", "fish", "frame", "glow", "gradient", "ground",
    "group", "HAZE", "height_at", "house", "lighter", "mix", "moon", "mottle", "noise", "oval", "palm", "Parts",
    "peak", "pick", "pine", "pointed", "poly", "poly_gradient", "puff", "rays", "reflect", "ridge", "ripples", "Rng",
    "ROOFS", "rounded", "sailboat", "sea", "shadow", "shape", "shape_stroke", "shape_strokes", "shapes", "side_of",
    "skyline", "SPARK", "Spot", "stars", "steps", "stroke", "strokes", "sun", "tree", "vary", "WALLS", "warped",
]  # fmt: skip
