"""Drawings of things without their ground, by a network that has learnt them: what pictures of things start from."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Self

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from clipgen.errors import WeightsError
from clipgen.files import reason, write_text
from clipgen.generators.base import clamp_with_grad
from clipgen.models.weights import check, find, load_state, save_state
from clipgen.values import parse_json

CELL = 8  # side in pixels of what one place of an embedding stands for
EDGE = 0.4  # how soft the edges of a drawing are, in pixels
LEVELS = 127  # of an embedding's numbers, on each side of 0
_SHUFFLES = (2, 4)  # by how much the picture grows before and after the finer blocks; their product is CELL
_EMBEDDINGS = "embeddings"


class Residual(nn.Module):
    """A bottleneck that is added to its input: [B, width, H, W]; untrained it changes nothing.

    >>> torch.equal(Residual(16)(x := torch.rand(1, 16, 4, 4)), x)
    True
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.narrow = nn.Conv2d(width, width // 2, 1)
        self.look = nn.Conv2d(width // 2, width // 2, 3, padding=1)
        self.widen = nn.Conv2d(width // 2, width, 1)
        for parameter in self.widen.parameters():
            nn.init.zeros_(parameter)

    def forward(self, x: Tensor) -> Tensor:
        """x + what the bottleneck finds in it."""
        return x + self.widen(F.silu(self.look(F.silu(self.narrow(x)))))


class Decoder(nn.Module):
    """Pictures [B, 4, CELL·h, CELL·w] in [0, 1] of embeddings [B, channels, h, w] in [-1, 1].

        >>> Decoder(8, coarse=16, fine=8, blocks=1)(torch.zeros(1, 8, 2, 2)).shape
        torch.Size([1, 4, 16, 16])

    Colours are multiplied by alpha, which is the fourth channel. coarse, fine: widths at the embedding's size and at
    twice that; blocks: at each.
    """

    def __init__(self, channels: int, *, coarse: int, fine: int, blocks: int) -> None:
        super().__init__()
        self.enter = nn.Conv2d(channels, coarse, 3, padding=1)
        self.coarse = nn.Sequential(*(Residual(coarse) for _ in range(blocks)))
        self.grow = nn.Conv2d(coarse, fine * _SHUFFLES[0] ** 2, 1)
        self.fine = nn.Sequential(*(Residual(fine) for _ in range(blocks)))
        self.leave = nn.Conv2d(fine, 4 * _SHUFFLES[1] ** 2, 3, padding=1)

    def forward(self, embeddings: Tensor) -> Tensor:
        """The pictures."""
        x = self.coarse(self.enter(embeddings))
        x = self.fine(F.pixel_shuffle(self.grow(x), _SHUFFLES[0]))
        return clamp_with_grad(F.pixel_shuffle(self.leave(x), _SHUFFLES[1]))


class Sprites(nn.Module):
    """Drawings of things: an embedding of each, and the decoder that all share.

        >>> decoder = Decoder(8, coarse=16, fine=8, blocks=1)
        >>> sprites = Sprites(decoder, torch.zeros(3, 8, 2, 2, dtype=torch.int8), ["owl", "owl", "fox"])
        >>> sprites.things, sprites.draw("owl").shape
        (('owl', 'fox'), torch.Size([2, 4, 16, 16]))

    embeddings: int8 [N, channels, h, w], of -LEVELS to LEVELS; names: the thing of each; lone: things that are drawn
    without others, as hands are, which others have; people: things that are people; also: other names of things.
    It draws what it has learnt, and invents nothing. Source: Bojanowski et al., "Optimizing the Latent Space of
    Generative Networks", arXiv 1707.05776; embeddings with a place, as in StyleMapGAN, arXiv 2104.14754.
    """

    embeddings: Tensor

    def __init__(
        self,
        decoder: Decoder,
        embeddings: Tensor,
        names: Sequence[str],
        *,
        lone: Collection[str] = (),
        people: Collection[str] = (),
        also: Mapping[str, str] = {},
    ) -> None:
        super().__init__()
        if len(names) != len(embeddings):
            raise WeightsError(f"there are {len(embeddings)} drawings and {len(names)} names")
        self.decoder, self.names = decoder, tuple(names)
        self.things, self.lone, self.people = tuple(dict.fromkeys(names)), frozenset(lone), frozenset(people)
        self.also = dict(also)
        self.register_buffer(_EMBEDDINGS, embeddings)

    @property
    def side(self) -> int:
        """Side of a drawing in pixels."""
        return CELL * self.embeddings.shape[-1]

    @classmethod
    def load(cls, weights: Path | None = None) -> Self:
        """Load a network.

            >>> Sprites.load().side
            128

        weights: a .safetensors with a .json of the same name, which has the names; None: the built-in one.
        Raises WeightsError for files that are missing, damaged or of another network.
        """
        if weights is None:
            card = find("sprites", role="drawings")
            check(card)
            weights = card.path(".safetensors")
        state = load_state(weights)
        try:
            beside, also = _beside(weights)
            embeddings = state.pop(_EMBEDDINGS)
            if embeddings.dtype != torch.int8 or embeddings.ndim != 4:
                raise ValueError(f"embeddings of {embeddings.dtype}, {embeddings.ndim} axes")
            coarse, channels = state["decoder.enter.weight"].shape[:2]
            fine = state["decoder.leave.weight"].shape[1]
            blocks = sum(name.startswith("decoder.coarse.") and name.endswith(".look.bias") for name in state)
            decoder = Decoder(channels, coarse=coarse, fine=fine, blocks=blocks)
            decoder.load_state_dict({name.removeprefix("decoder."): value.float() for name, value in state.items()})
        except OSError as error:
            raise WeightsError(f"{weights.with_suffix('.json')} cannot be read: {reason(error)}") from error
        except (KeyError, ValueError, TypeError, AttributeError, IndexError, RuntimeError) as error:
            said = " ".join(str(error).split())  # torch's has several lines
            raise WeightsError(f"{weights} has no drawings of things ({type(error).__name__}: {said})") from error
        decoder = decoder.to(memory_format=torch.channels_last)
        made = cls(decoder, embeddings, beside["things"], lone=beside["lone"], people=beside["people"], also=also)
        return made.eval().requires_grad_(False)

    @torch.no_grad()
    def draw(self, thing: str) -> Tensor:
        """All drawings of a thing, float [drawings, 4, side, side] in [0, 1]: colours times alpha, and alpha.

        >>> Sprites.load().draw("fox")[:, 3].amax()
        tensor(1.)
        """
        rows = torch.tensor([row for row, name in enumerate(self.names) if name == thing])
        return self.decode(self.embeddings[rows.to(self.embeddings.device)])

    def decode(self, embeddings: Tensor) -> Tensor:
        """Drawings float [B, 4, side, side] of embeddings int8 [B, channels, h, w]; no colour exceeds its alpha."""
        made = self.decoder((embeddings.float() / LEVELS).contiguous(memory_format=torch.channels_last))
        return torch.cat([torch.minimum(made[:, :3], made[:, 3:]), made[:, 3:]], 1)

    def save(self, folder: Path) -> None:
        """Write `sprites.safetensors`, half precision but for the embeddings, and `sprites.json` with the names.

        >>> Sprites.load().save(folder)
        """
        folder.mkdir(parents=True, exist_ok=True)
        lists = {"things": list(self.names), "lone": sorted(self.lone), "people": sorted(self.people)}
        write_text(folder / "sprites.json", json.dumps({**lists, "also": self.also}, indent=1) + "\n")
        save_state(folder / "sprites.safetensors", self.state_dict())


def _beside(weights: Path) -> tuple[dict[str, list[str]], dict[str, str]]:
    """The lists of names beside weights, and the other names of things.

    Raises OSError, or KeyError, ValueError, TypeError or AttributeError for anything else.
    """
    said = parse_json(weights.with_suffix(".json").read_text(encoding="utf-8"))
    lists = {key: [str(name) for name in said[key]] for key in ("things", "lone", "people")}
    return lists, {str(name): str(thing) for name, thing in said.get("also", {}).items()}


@lru_cache(maxsize=1)
def names_of_things() -> frozenset[str]:
    """All names of what the built-in sprites draw, without loading them.

        >>> {"fox", "campfire", "bonfire"} <= names_of_things()
        True

    Raises WeightsError when they are missing or damaged.
    """
    card = find("sprites", role="drawings")
    check(card)
    try:
        lists, also = _beside(card.path(".safetensors"))
    except (OSError, KeyError, ValueError, TypeError, AttributeError) as error:
        raise WeightsError(f"the names of the sprites cannot be read: {error}") from error
    return frozenset((*lists["things"], *also))
