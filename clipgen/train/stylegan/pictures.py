"""Training pictures of the built-in StyleGAN: drawings of things without their ground, scenes and shapes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from torch import Tensor

from clipgen.grounds import COLOUR_NAMES, SHAPE_NAMES, draw_shape
from clipgen.train.world import SCENES, World

#: things that are recognisable at 64 pixels, differ from each other, and are asked for often: seen twice as often
COMMON = (
    "cat face", "dog face", "fox", "lion", "panda", "rabbit face", "frog", "pig face", "elephant", "horse", "penguin",
    "owl", "duck", "parrot", "turtle", "spouting whale", "shark", "octopus", "tropical fish", "crab", "butterfly",
    "honeybee", "lady beetle", "dragon", "sunflower", "tulip", "cactus", "palm tree", "evergreen tree", "mushroom",
    "red apple", "lemon", "banana", "strawberry", "watermelon", "pineapple", "grapes", "cherries", "tomato", "carrot",
    "hamburger", "pizza", "doughnut", "birthday cake", "ice cream", "hot beverage", "automobile", "bus", "bicycle",
    "airplane", "rocket", "sailboat", "umbrella", "balloon", "guitar", "crown", "top hat", "key", "light bulb",
    "camera", "soccer ball", "alarm clock", "snowman", "jack-o-lantern", "robot", "ghost", "skull", "house", "fire",
    "cat", "dog", "wolf", "tiger face", "bear", "koala", "monkey face", "cow face", "mouse face", "horse face",
    "unicorn", "zebra", "deer", "camel", "giraffe", "kangaroo", "hedgehog", "bat", "swan", "flamingo", "peacock",
    "eagle", "rooster", "baby chick", "bird", "whale", "dolphin", "fish", "snail", "spider", "lobster", "snake",
    "crocodile", "dragon face", "t-rex", "sauropod", "rose", "cherry blossom", "hibiscus", "maple leaf",
    "four leaf clover", "deciduous tree", "christmas tree", "potted plant", "green apple", "pear", "peach", "tangerine",
    "kiwi fruit", "blueberries", "avocado", "eggplant", "ear of corn", "broccoli", "bread", "croissant", "pretzel",
    "cheese wedge", "egg", "hot dog", "taco", "french fries", "popcorn", "cookie", "cupcake", "lollipop", "candy",
    "honey pot", "wine glass", "beer mug", "cocktail glass", "teapot", "house with garden", "church", "tent",
    "locomotive", "train", "tram", "police car", "taxi", "fire engine", "ambulance", "delivery truck", "tractor",
    "racing car", "motorcycle", "ship", "speedboat", "anchor", "helicopter", "flying saucer", "parachute", "sun",
    "sun with face", "full moon", "crescent moon", "cloud", "cloud with rain", "cloud with lightning", "snowflake",
    "ringed planet", "glowing star", "trophy", "basketball", "baseball", "tennis", "boxing glove", "teddy bear",
    "wrapped gift", "kite", "game die", "puzzle piece", "artist palette", "glasses", "sunglasses", "t-shirt", "jeans",
    "dress", "backpack", "handbag", "running shoe", "high-heeled shoe", "ring", "gem stone", "bell",
    "studio microphone", "headphone", "saxophone", "trumpet", "violin", "drum", "telephone", "laptop", "television",
    "closed book", "open book", "candle", "magnifying glass", "hammer", "axe", "dagger", "bow and arrow", "shield",
    "scissors", "pencil", "magnet", "hourglass done", "watch", "money bag", "bomb", "locked", "door", "bed",
    "couch and lamp", "chair", "envelope", "globe showing americas", "mount fuji", "castle", "statue of liberty",
    "pirate flag", "clown face", "alien", "smiling face", "santa claus", "astronaut", "mermaid", "princess",
)  # fmt: skip
#: categories of the art pack whose members look alike at 64 pixels
_ALIKE = frozenset({"emoji face", "hand", "hands", "body part", "people", "flag", "sign", "symbol", "shape", "clock"})
_RENDERED = 8  # pictures of each scene and shape
_DRAWN = 3  # drawings of each thing, those with the least detail: a small network learns them best
_WHOLE = 255  # alpha of a picture without a ground


@dataclass(frozen=True)
class Pictures:
    """Pictures with their classes.

    images: uint8 [N, 4, side, side], colours that are multiplied by alpha, and alpha; kinds: [N], the class of each, in
    order; classes: their names; common: [N], whether the class is a common one.
    """

    images: Tensor
    kinds: Tensor
    classes: tuple[str, ...]
    common: Tensor

    @classmethod
    def of(cls, world: World, *, side: int, seed: int) -> Pictures:
        """All drawings of a world's things, and pictures of its scenes and shapes, rendered from a seed.

        >>> Pictures.of(World(), side=32, seed=1).images.shape[1:]
        torch.Size([4, 32, 32])
        """
        images: list[np.ndarray] = []
        kinds: list[int] = []
        names = [*SCENES, *SHAPE_NAMES, *things(world)]
        for kind, name in enumerate(names):
            some = list(_drawn(world, name, side, np.random.default_rng((seed, kind))))
            images += some
            kinds += [kind] * len(some)
        chosen = torch.tensor([name in COMMON for name in names])[torch.tensor(kinds)]
        return cls(torch.from_numpy(np.stack(images)).permute(0, 3, 1, 2), torch.tensor(kinds), tuple(names), chosen)

    def __len__(self) -> int:
        return len(self.kinds)

    @property
    def names(self) -> list[str]:
        """The name of the class of each picture."""
        return [self.classes[kind] for kind in self.kinds.tolist()]


def things(world: World) -> list[str]:
    """The things of a world's art pack that are drawn: the common ones, and others that do not look alike."""
    art = world.art
    held = [{category for sprite in some for category in sprite.categories} for some in art.by_thing]
    return [
        name
        for name, categories in zip(art.things, held, strict=True)
        if (name in COMMON or not categories & _ALIKE) and name not in SCENES and name not in SHAPE_NAMES
    ]


def _drawn(world: World, name: str, side: int, rng: np.random.Generator) -> Iterator[np.ndarray]:
    """Pictures of a class, uint8 [side, side, 4]."""
    if name in SCENES:
        for _ in range(_RENDERED):
            yield np.dstack([SCENES[name].draw(rng, side, side), np.full((side, side), _WHOLE, np.uint8)])
    elif name in SHAPE_NAMES:
        for colour in rng.choice(COLOUR_NAMES, _RENDERED, replace=False):
            yield _shape(rng, name, str(colour), side)
    else:
        sprites = world.art.by_thing[world.art.things.index(name)]
        drawn = [cv2.resize(sprite.levels[0], (side, side), interpolation=cv2.INTER_AREA) for sprite in sprites]
        yield from sorted(drawn, key=_detail)[:_DRAWN]


def _detail(image: np.ndarray) -> float:
    """The total variation of a picture."""
    values = image.astype(np.int16)
    return sum(float(np.abs(np.diff(values, axis=axis)).sum()) for axis in (0, 1))


def _shape(rng: np.random.Generator, name: str, colour: str, side: int) -> np.ndarray:
    """A shape without its ground: where the ground shows through, two grounds differ."""
    state = rng.bit_generator.state
    over = []
    for ground in (0, _WHOLE):
        rng.bit_generator.state = state
        image = np.full((side, side, 3), ground, np.uint8)
        draw_shape(rng, image, name, colour, (0.5, 0.5), 0.4)
        over.append(image.astype(np.int16))
    through = (over[1] - over[0]).max(-1, keepdims=True).clip(0, _WHOLE)
    return np.dstack([over[0], _WHOLE - through]).astype(np.uint8)


def shares(pictures: Pictures, *, common: float) -> Tensor:
    """Share of each picture in training [N]: common ones have a higher one, by a factor.

    >>> round(shares(Pictures.of(World(), side=32, seed=1), common=2.0).sum().item(), 3)
    1.0
    """
    weights = 1 + (common - 1) * pictures.common.float()
    return weights / weights.sum()


