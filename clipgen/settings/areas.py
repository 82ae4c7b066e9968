"""Parts of a picture: what a mask leaves to paint, regions with words of their own, tiles of a large picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from clipgen.errors import SettingsError
from clipgen.settings.base import IN_SCENES, PAINTING, About, Settings, setting
from clipgen.settings.groups import MAX_SIDE
from clipgen.settings.places import split_region

# sides of the smallest tiles in which a thing is hidden: of smaller ones its ground cannot be told from its edges
LEAST_HIDING = 24


@dataclass(frozen=True)
class Areas(Settings):
    """Mask, regions and tiles.

    >>> Areas(regions=("left=a castle", "right=a forest")).validate().tiles is None
    True
    """

    title: ClassVar[str] = "Regions"

    mask: str | None = setting(
        None,
        About(
            "picture of the size of the initial one: only where it is white is painted", metavar="FILE", file=True,
            verbs=PAINTING,
        ),
    )  # fmt: skip
    feather: int = setting(
        8, About("width in pixels of the soft rim inside the white of the mask", least=0, verbs=PAINTING)
    )
    regions: tuple[str, ...] = setting(
        (),
        About(
            'part of the picture with a prompt of its own, as "right=a forest" or "0,0,50%,100%=a castle"',
            flags=("--region",),
            metavar="PLACE=TEXT",
            verbs=IN_SCENES,
        ),
    )
    tiles: tuple[int, int] | None = setting(
        None,
        About(
            "paint a picture of so many tiles across and down, each of the size (--size)",
            metavar="ACROSS DOWN",
            verbs=("generate",),
        ),
    )
    hide: str | None = setting(
        None,
        About("hide one thing somewhere in a picture of tiles; its place is in the metadata", metavar="TEXT",
              verbs=("generate",)),
    )  # fmt: skip

    def check(self) -> None:
        """Raise SettingsError for a region that is none, and for values that do not go together."""
        for region in self.regions:
            split_region(region)
        if self.tiles is not None and min(self.tiles) < 1:
            raise SettingsError(
                f"tiles is {self.tiles[0]} x {self.tiles[1]}; it must be 1 or more across and down", settings=["tiles"]
            )
        if self.hide is not None and self.tiles is None:
            raise SettingsError(
                "hide is set and tiles is not; a thing is hidden in a picture of tiles: set tiles, for example 4 3",
                settings=["hide", "tiles"],
            )
        if self.mask is not None and self.tiles is not None:
            raise SettingsError(
                "mask and tiles are both set; a picture of tiles is painted whole: leave one out",
                settings=["mask", "tiles"],
            )

    def whole(self, size: tuple[int, int]) -> tuple[int, int]:
        """Width and height of the picture whose tiles have a size.

            >>> Areas(tiles=(4, 3)).whole((512, 512))
            (2048, 1536)

        Raises SettingsError for a picture that is too large.
        """
        across, down = self.tiles or (1, 1)
        width, height = across * size[0], down * size[1]
        if max(width, height) > MAX_SIDE:
            raise SettingsError(
                f"tiles is {across} x {down} of {size[0]} x {size[1]} pixels: {width} x {height} in all; a picture "
                f"has at most {MAX_SIDE} on a side",
                settings=["tiles", "size"],
            )
        return width, height
