"""Art styles that are applied to pictures, with their names."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from clipgen.styles import craft, drawing, flat, light, paint, press, walls
from clipgen.styles.primitives import Picture


@dataclass(frozen=True)
class Style:
    """An art style: its names and the function that applies it."""

    before: tuple[str, ...]  # "a <before> of X"
    after: tuple[str, ...]  # "X <after>" or "X, <after>"
    apply: Callable[[np.random.Generator, Picture], Picture]


STYLES: dict[str, Style] = {
    "van gogh": Style(
        (
            "Van Gogh painting",
            "painting by Vincent van Gogh",
            "Van Gogh",
            "Starry Night style painting",
            "post-impressionist painting",
        ),
        (
            "Van Gogh",
            "by Van Gogh",
            "by Vincent van Gogh",
            "in the style of Van Gogh",
            "in the style of Vincent van Gogh",
            "in swirling brush strokes",
            "like Starry Night",
        ),
        paint.van_gogh,
    ),
    "oil painting": Style(
        ("oil painting", "classic oil painting", "oil on canvas painting", "painting"),
        ("oil painting", "in oil", "oil on canvas", "in oil paint", "painted in oils"),
        paint.oil_painting,
    ),
    "monet": Style(
        ("Monet painting", "painting by Claude Monet", "impressionist painting"),
        (
            "Monet",
            "by Monet",
            "by Claude Monet",
            "in the style of Monet",
            "impressionist",
            "impressionism",
            "in soft dabs of paint",
        ),
        paint.impressionist,
    ),
    "pointillism": Style(
        ("pointillist painting", "pointillism painting", "painting by Seurat", "dot painting"),
        ("pointillism", "by Seurat", "in the style of Seurat", "in small dots of colour", "made of dots"),
        paint.pointillism,
    ),
    "watercolour": Style(
        ("watercolour painting", "watercolor painting", "watercolour", "watercolor"),
        ("watercolour", "watercolor", "in watercolour", "in watercolor", "painted in watercolours"),
        paint.watercolour,
    ),
    "fresco": Style(
        ("fresco", "old fresco", "wall painting"),
        ("fresco", "as a fresco", "on cracked plaster", "painted on an old wall"),
        paint.fresco,
    ),
    "cubist": Style(
        ("cubist painting", "Picasso painting", "painting by Pablo Picasso", "cubism painting"),
        ("cubist", "cubism", "Picasso", "by Picasso", "in the style of Picasso", "in the style of Pablo Picasso"),
        paint.cubist,
    ),
    "pencil sketch": Style(
        ("pencil sketch", "pencil drawing", "graphite drawing", "sketch"),
        ("pencil sketch", "in pencil", "sketched in pencil", "as a pencil drawing"),
        drawing.pencil,
    ),
    "ink drawing": Style(
        ("ink drawing", "pen and ink drawing", "black ink drawing", "line drawing"),
        ("ink drawing", "in ink", "in pen and ink", "drawn in black ink"),
        drawing.ink,
    ),
    "charcoal": Style(
        ("charcoal drawing", "charcoal sketch"),
        ("charcoal", "in charcoal", "drawn in charcoal", "as a charcoal drawing"),
        drawing.charcoal,
    ),
    "crayon": Style(
        ("crayon drawing", "wax crayon drawing", "child's crayon drawing"),
        ("crayon", "in crayon", "drawn with crayons", "as a crayon drawing"),
        drawing.crayon,
    ),
    "chalk": Style(
        ("chalk drawing", "chalkboard drawing", "blackboard drawing"),
        ("chalk", "in chalk", "on a blackboard", "on a chalkboard", "drawn in chalk"),
        drawing.chalk,
    ),
    "blueprint": Style(
        ("blueprint", "technical blueprint"),
        ("blueprint", "as a blueprint", "in white lines on blue"),
        drawing.blueprint,
    ),
    "pop art": Style(
        ("pop art print", "pop art picture", "Andy Warhol print", "Warhol screen print"),
        ("pop art", "Warhol", "by Andy Warhol", "in the style of Andy Warhol", "in pop art style"),
        press.pop_art,
    ),
    "ukiyo-e": Style(
        ("Japanese woodblock print", "ukiyo-e print", "woodblock print", "Hokusai print"),
        ("ukiyo-e", "woodblock print", "by Hokusai", "in the style of Hokusai", "in ukiyo-e style"),
        press.woodblock,
    ),
    "comic book": Style(
        ("comic book picture", "comic book panel", "comic"),
        ("comic book", "in comic book style", "comic style", "as a comic"),
        press.comic,
    ),
    "paper cutout": Style(
        ("paper cutout", "cut paper picture", "papercut", "paper collage"),
        ("paper cutout", "cut out of paper", "made of paper", "in layered paper"),
        press.paper_cutout,
    ),
    "stained glass": Style(
        ("stained glass window", "stained glass picture"),
        ("stained glass", "in stained glass", "as a stained glass window"),
        craft.stained_glass,
    ),
    "mosaic": Style(
        ("mosaic", "tile mosaic", "Roman mosaic"),
        ("mosaic", "as a mosaic", "made of tiles", "in small tiles"),
        craft.mosaic,
    ),
    "low poly": Style(
        ("low poly picture", "low poly render", "low-poly image"),
        ("low poly", "in low poly style", "made of triangles"),
        craft.low_poly,
    ),
    "pixel art": Style(
        ("pixel art picture", "pixel art", "8-bit picture"),
        ("pixel art", "in pixel art", "8-bit", "in 8-bit style", "like an old video game"),
        craft.pixel_art,
    ),
    "embroidery": Style(
        ("cross-stitch", "embroidery", "embroidered picture"),
        ("embroidery", "embroidered", "in cross-stitch", "cross-stitch", "stitched in thread"),
        craft.embroidery,
    ),
    "knitted": Style(
        ("knitted picture", "knitting", "woollen picture"),
        ("knitted", "knitted in wool", "made of wool", "on a knitted jumper"),
        craft.knitted,
    ),
    "neon": Style(
        ("neon sign", "neon light picture", "neon"),
        ("neon", "in neon", "in neon lights", "as a neon sign", "glowing neon"),
        light.neon,
    ),
    "black and white photo": Style(
        ("black and white photo", "black-and-white photograph", "monochrome photo"),
        ("black and white", "in black and white", "black and white photo", "monochrome"),
        light.black_and_white,
    ),
    "sepia photo": Style(
        ("sepia photo", "vintage photo", "old photograph", "antique photo"),
        ("sepia", "in sepia", "vintage", "vintage photo", "old photo"),
        light.sepia,
    ),
    "glitch": Style(
        ("glitch art picture", "glitched picture"),
        ("glitch", "glitch art", "with glitches", "on a broken screen"),
        light.glitch,
    ),
    "vaporwave": Style(
        ("vaporwave picture", "synthwave picture"),
        ("vaporwave", "synthwave", "in vaporwave style", "in pink and cyan"),
        light.vaporwave,
    ),
    "photo": Style(
        ("photo", "photograph", "colour photo", "color photo", "real photo", "snapshot"),
        ("photo", "as a photo", "in a photograph", "photorealistic", "photography"),
        light.photo,
    ),
    "linocut": Style(
        ("linocut", "linocut print", "lino print"),
        ("linocut", "as a linocut", "in linocut"),
        press.linocut,
    ),
    "flat design": Style(
        ("flat design picture", "flat illustration", "minimalist poster", "vector illustration"),
        ("flat design", "minimalist", "in flat colours", "in flat shapes", "vector art"),
        flat.flat_design,
    ),
    "cartoon": Style(
        ("cartoon", "cartoon picture", "anime picture"),
        ("cartoon", "in cartoon style", "anime", "anime style"),
        flat.cartoon,
    ),
    "graffiti": Style(
        ("graffiti", "street art mural", "spray paint mural"),
        ("graffiti", "as graffiti", "sprayed on a wall", "street art"),
        walls.graffiti,
    ),
}


def single_names() -> dict[str, tuple[str, ...]]:
    """The names of styles that are one word, each with all of its style that are, in order.

    >>> single_names()["snapshot"]
    ('photo', 'photograph', 'snapshot', 'photorealistic', 'photography')
    """
    found: dict[str, tuple[str, ...]] = {}
    for style in STYLES.values():
        own = tuple(dict.fromkeys(name.lower() for name in (*style.before, *style.after) if name.isalpha()))
        found |= {name: (*found.get(name, ()), *own) for name in own}
    return found
