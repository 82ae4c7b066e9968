"""Training pictures of the built-in StyleGAN: scenes, shapes in any colours, and things, each one a class."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import Dataset

from clipgen.train.world import SCENES, World
from clipgen.train.world.grounds import COLOUR_NAMES, GROUNDS, SHAPE_NAMES, draw_shape

#: things of the art pack that are recognisable at 64 pixels and differ from each other
THINGS = (
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
#: relative frequency of a class of scenes, of shapes and of things
_SHARES = (1.25, 1.0, 0.75)


class Pictures(Dataset[tuple[Tensor, Tensor]]):
    """Batches of pictures uint8 [N, 3, side, side] and their classes [N], which depend on the seed and the index alone.

        >>> pictures, classes = Pictures(World(), seed=1, batch=4, side=32, count=10)[0]

    `classes`: the names of the classes; without an art pack in the world there are no things among them.
    """

    def __init__(self, world: World, *, seed: int, batch: int, side: int, count: int) -> None:
        self.world, self.seed, self.batch, self.side, self.count = world, seed, batch, side, count
        things = [name for name in THINGS if name in world.things]
        groups = (list(SCENES), list(SHAPE_NAMES), things)
        self.classes = tuple(name for group in groups for name in group)
        shares = np.concatenate([np.full(len(group), share) for group, share in zip(groups, _SHARES, strict=True)])
        self._shares = shares / shares.sum()

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor]:
        rng = np.random.default_rng((self.seed, index))
        kinds = rng.choice(len(self.classes), size=self.batch, p=self._shares)
        images = np.stack([self.draw(self.classes[kind], rng) for kind in kinds])
        return torch.from_numpy(images).permute(0, 3, 1, 2), torch.from_numpy(kinds)

    def draw(self, name: str, rng: np.random.Generator) -> np.ndarray:
        """A picture of a class, uint8 [side, side, 3]."""
        if name in SCENES:
            return SCENES[name].draw(rng, self.side, self.side)
        if name not in SHAPE_NAMES:
            return self.world.plain_thing(self.world.things.index(name), int(rng.integers(2**31)), self.side).image
        ground, colour = rng.choice(COLOUR_NAMES, 2, replace=False)
        image = GROUNDS["plain"](rng, self.side, self.side, str(ground), str(ground))
        place = (rng.uniform(0.45, 0.55), rng.uniform(0.45, 0.55))
        draw_shape(rng, image, name, str(colour), place, rng.uniform(0.25, 0.4))
        return image
