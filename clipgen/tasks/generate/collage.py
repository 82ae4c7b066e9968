"""What a picture of things is put together of: draws turned and pasted, grounds for them, and styles over both."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import torch
import torch.nn.functional as F
from kornia.color import lab_to_rgb, rgb_to_lab
from torch import Tensor

from clipgen.colours import COLOURS
from clipgen.generators.sprites import EDGE
from clipgen.media.crisp import enlarge
from clipgen.media.images import resize_area
from clipgen.tasks.generate.layouts import Place, styles

# a ground that the words do not name: least distance from the thing's mean colour (RGB), and share of white in it
APART, PALE = 0.45, 0.35
# of what tells two pictures of one layout apart: by how many degrees things are turned, by how much of its lightness a
# plain ground departs from its colour, and by how much one part of it is lighter than another, also of a ground whose
# colour words name: white in the shade is beige
TURNED, TONED, SHADED, NAMED = 14.0, 0.04, 0.2, 0.1
# of a plain ground, as shares of its shorter side: radius of a spot of light, height of the edge of a floor, and how
# soft that is; by which share of SHADED both are lighter or darker, so that they remain one ground and are no things
SPOT, FLOOR, SOFT, FAINT = 0.75, 0.68, 0.03, 0.7
# of several of a thing on one square: side of one, times the number in a row, and how far the next one is, as a share
# of that, where they stand, and where nothing is behind them, so that they can be counted; by how much one may be
# smaller; how far behind a row is the next one on the ground, and where that is
CLOSE, NEXT, LOOSE, NEXT_LOOSE, UNLIKE = 1.15, 0.82, 1.0, 0.99, 0.15
BEHIND, GROUND = 0.45, 0.78
# of a thing that floats: which share of its height is in the water, how much of it is seen through that, and by how
# much the water rises and falls along it, as a share of its height
DRAUGHT, SEEN, LAPPING = 0.16, 0.3, 0.025
# of a thing that is cut off below: least width of its lower edge, as a share of its own, and its largest height
CUT, TALLEST = 0.6, 1.4
# of a thing that gets another colour, in Lab: lightness below which a pixel is an outline, unless less than a share of
# it is lighter; distance of colours that are parts of one, and up to which they are moved alike, how much of their
# differences is kept, how light or dark the result may be, so that light and shade are seen on it, steps of the search
# for the main colour, and of its pixels
DARK, MOSTLY, ALIKE_LAB, SAME, KEPT, LIGHTS, SHIFTS, SPARSE = 25.0, 0.4, 25.0, 30.0, 0.4, (20.0, 88.0), 3, 3
# of a picture's own ground: its rim in pixels, side over that of a corner, distance (RGB) at which 1/e is ground
RIM, CORNER, ALIKE = 2, 8, 0.3


def paste(draws: Tensor, canvas: Tensor, place: Place) -> Tensor:
    """Paste draws of things onto a canvas.

        >>> paste(torch.zeros(1, 4, 64, 64), torch.zeros(3, 192, 192), (0.5, 0.5, 1.0)).shape
        torch.Size([1, 3, 192, 192])

    draws: [N, 4, h, w] in [0, 1], colours times alpha, and alpha; canvas: [3, H, W]; place: centre (x, y) and side, as
    shares of the canvas.
    """
    made = canvas.expand(len(draws), -1, -1, -1).clone()
    (height, width), side = made.shape[-2:], side_of(place, canvas)
    draws = F.interpolate(draws, (side, side), mode="bicubic", antialias=True).clamp(0, 1)
    left, top = (
        max(0, min(round(at * long - side / 2), long - side)) for at, long in ((place[0], width), (place[1], height))
    )
    under = made[..., top : top + side, left : left + side]
    under.copy_((draws[:, :3] + (1 - draws[:, 3:]) * under).clamp(0, 1))
    return made


def side_of(place: Place, canvas: Tensor) -> int:
    """The side in pixels of a thing at a place of a canvas [..., H, W].

    >>> side_of((0.5, 0.5, 0.75), torch.zeros(3, 64, 96))
    48
    """
    return round(place[2] * min(canvas.shape[-2:]))


def grouped(draw: Tensor, number: int, side: int, rng: torch.Generator, *, stand: int = 0) -> Tensor:
    """Several of a draw of a thing [4, h, h], some of them mirrored, on one square [4, side, side].

        >>> grouped(torch.ones(4, 64, 64), 3, 96, torch.Generator().manual_seed(7)).shape
        torch.Size([4, 96, 96])

    They fill the square in rows, the front ones below, two beside each other; stand: as on the ground of a scene, up to
    so many in one row, and of more the second close behind the first; 0: on no ground.
    """
    made = draw.new_zeros(4, side, side)
    rows = 1 + (number > stand) if stand else round(math.sqrt(number) - 0.1)
    in_rows = [len(part) for part in torch.arange(number).tensor_split(rows)]
    across = max(in_rows)
    close, apart = (CLOSE, NEXT) if stand else (LOOSE, NEXT_LOOSE)
    own = round(close * side / max(across, rows))
    for row, members in enumerate(in_rows):
        if stand:
            middle = GROUND * side - own / 2 - own * BEHIND * (rows - 1 - row)
        else:
            middle = side / 2 + own * apart * (row - (rows - 1) / 2)
        for place in range(members):
            centre = side / 2 + own * apart * (place - (members - 1) / 2)
            small = round(own * (1 - UNLIKE * float(torch.rand((), generator=rng))))
            one = enlarge(draw, small, soft=EDGE)
            one = one.flip(-1) if torch.rand((), generator=rng) < 0.5 else one
            # on one line, whatever their heights
            left, top = (max(0, min(round(at), side - small)) for at in (centre - small / 2, middle + own / 2 - small))
            under = made[:, top : top + small, left : left + small]
            under.copy_(one + (1 - one[3:]) * under)
    return made


def afloat(draw: Tensor) -> Tensor:
    """A draw of a thing [4, h, w], colours times alpha, and alpha, of which the lowest part is under water.

    >>> floating = afloat(torch.ones(4, 100, 100))
    >>> float(floating[3, 50].mean()), float(floating[3, 99].mean()) < 0.5
    (1.0, True)
    """
    rows = (draw[3].amax(1) > 0.5).nonzero()[:, 0]
    if not len(rows):
        return draw
    top, low = int(rows[0]), int(rows[-1]) + 1
    height, width = low - top, draw.shape[2]
    waves = LAPPING * height * torch.sin(torch.linspace(0, 3 * math.tau, width))
    depth = torch.arange(draw.shape[1])[:, None] + 0.5 - (low - DRAUGHT * height + waves)
    return draw * (1 - (1 - SEEN) * (depth / (0.06 * height)).clamp(0, 1)).to(draw)


def is_cut(draw: Tensor) -> bool:
    """Whether a thing [4, h, w] is cut off straight at its lower edge, as a bust is: it is wide there, and not tall.

    >>> is_cut(torch.ones(4, 64, 64).tril()), is_cut(torch.ones(4, 64, 64).triu())
    (True, False)
    """
    seen = draw[3] > 0.5
    rows, columns = (seen.any(dim).nonzero()[:, 0] for dim in (1, 0))
    if not len(rows):
        return False
    width, height = int(columns[-1] - columns[0]) + 1, int(rows[-1] - rows[0]) + 1
    return int(seen[int(rows[-1]) - 1].sum()) >= CUT * width and height <= TALLEST * width


def lowered(draws: Tensor) -> Tensor:
    """Draws of a thing [N, 4, h, w], moved down to the lower edge of their squares.

    >>> lowered(F.pad(torch.ones(1, 4, 4, 8), (0, 0, 2, 2)))[0, 3, :, 0]
    tensor([0., 0., 0., 0., 1., 1., 1., 1.])
    """
    moved: list[Tensor] = []
    for draw in draws:
        seen = (draw[3] > 0.5).any(1).nonzero()
        low = int(seen[-1]) + 1 if len(seen) else draw.shape[1]
        moved.append(F.pad(draw[:, :low], (0, 0, draw.shape[1] - low, 0)))
    return torch.stack(moved)


def recoloured(draws: Tensor, colour: Tensor) -> Tensor:
    """Draws of a thing [N, 4, h, w], colours times alpha, and alpha, whose main colour is another one [3].

        >>> blue = recoloured(torch.ones(1, 4, 8, 8), torch.tensor([0.0, 0.0, 1.0]))
        >>> blue[0, :, 4, 4].round(decimals=1)
        tensor([0., 0., 1., 1.])

    The main colour is the most frequent one; what has another, as windows and eyes have, keeps it, and so do light and
    shade.
    """
    alpha = draws[:, 3:]
    lab = rgb_to_lab((draws[:, :3] / alpha.clamp(min=1e-3)).clamp(0, 1))
    wanted = rgb_to_lab(colour.to(draws).view(1, 3, 1, 1))
    opaque, light = (alpha > 0.5).to(draws), (lab[:, :1] > DARK).to(draws)
    # outlines and eyes are dark, whatever the colour, but some things are dark as a whole
    is_light = (opaque * light).mean((2, 3), keepdim=True) > MOSTLY * opaque.mean((2, 3), keepdim=True)
    main = _mode(lab, torch.where(is_light, opaque * light, opaque))
    near = (-((lab[:, 1:] - main[:, 1:]).norm(dim=1, keepdim=True) - SAME).clamp(min=0).square() / SAME**2).exp()
    near = near * ((lab[:, :1] - DARK / 2) / (DARK / 2)).clamp(0, 1).where(main[:, :1] > 2 * DARK, 1.0)
    lightness = wanted[:, :1].clamp(LIGHTS[0], LIGHTS[1])
    moved = torch.cat([lightness, wanted[:, 1:]], 1) + (lab - main) * lab.new_tensor([1.0, KEPT, KEPT]).view(1, 3, 1, 1)
    moved[:, :1].clamp_(0, 100)
    return torch.cat([lab_to_rgb(torch.lerp(lab, moved, near)).clamp(0, 1) * alpha, alpha], dim=1)


def _mode(lab: Tensor, weights: Tensor) -> Tensor:
    """The colour [N, 3, 1, 1] that most pixels [N, 3, h, w] are near to, by mean shift."""
    some = lab[..., ::SPARSE, ::SPARSE].flatten(2).mT  # [N, P, 3]
    shares = weights[..., ::SPARSE, ::SPARSE].flatten(1)
    around = (-torch.cdist(some, some).square() / ALIKE_LAB**2).exp() @ shares[..., None]
    best = (around[..., 0] * (shares > 0)).argmax(1)
    centre = some[torch.arange(len(some)), best][..., None, None]
    for _ in range(SHIFTS):
        weight = weights * (-(lab - centre).square().sum(1, keepdim=True) / ALIKE_LAB**2).exp()
        centre = (lab * weight).sum((2, 3), keepdim=True) / weight.sum((2, 3), keepdim=True).clamp(min=1e-6)
    return centre


def in_style(picture: Tensor, style: str, rng: torch.Generator) -> Tensor:
    """A picture [3, H, W] in [0, 1] in a style of STYLES, whose strokes and pieces are random.

    >>> in_style(torch.rand(3, 64, 64), "mosaic", torch.Generator().manual_seed(7)).shape
    torch.Size([3, 64, 64])
    """
    seed = int(torch.randint(2**31, (), generator=rng))
    pixels = (picture * 255).round().byte().permute(1, 2, 0).cpu().numpy()
    made = styles()[style].apply(np.random.default_rng(seed), pixels)
    return torch.from_numpy(made).permute(2, 0, 1).to(picture) / 255


def plain_ground(draws: Tensor, shares: Sequence[float], size: tuple[int, int]) -> Tensor:
    """A canvas [3, H, W] of one pale colour, from which draws [N, 4, h, w] stand out.

        >>> plain_ground(torch.ones(1, 4, 8, 8), (0.1, 0.5, 0.5, 0.5), (96, 64)).shape
        torch.Size([3, 64, 96])

    shares: numbers from 0 to 1, of which the first chooses the colour, the others are as for `shaded`; size: (width,
    height).
    """
    alpha = draws[:, 3].sum().clamp(min=1e-6)
    own = (draws[:, :3].sum((0, 2, 3)) / alpha).cpu()
    colours = torch.lerp(torch.tensor(list(COLOURS.values())) / 255, torch.ones(1), PALE)
    far = (colours - own).norm(dim=1)
    apart = (far >= min(APART, float(far.max()))).nonzero()[:, 0]
    chosen = colours[apart[int(shares[0] * len(apart))]]
    return shaded(chosen, shares[1:], size).to(draws)


def shaded(colour: Tensor, shares: Sequence[float], size: tuple[int, int], depth: float = SHADED) -> Tensor:
    """A canvas [3, H, W] of a tone of a colour [3], lighter towards one edge, around a spot, or above a floor.

        >>> shaded(torch.full((3,), 0.5), (0.1, 0.5, 0.5), (96, 64)).shape
        torch.Size([3, 64, 96])

    shares: numbers from 0 to 1, which choose what is lighter, the tone, and where it is lighter; size: (width, height);
    depth: by how much.
    """
    kind, tone, where = shares
    x, y = (torch.linspace(-0.5, 0.5, long) * long / min(size) for long in size)
    steps = SHADES[int(kind * len(SHADES))](x[None], y[:, None], where)
    return (colour[:, None, None] * (1 + TONED * (tone - 1) + depth * steps)).clamp(0, 1)


def _lit_edge(x: Tensor, y: Tensor, where: float) -> Tensor:
    return math.cos(math.tau * where) * x / x.abs().max() / 2 + math.sin(math.tau * where) * y / y.abs().max() / 2


def _lit_spot(x: Tensor, y: Tensor, where: float) -> Tensor:
    away = ((x - 0.3 * math.cos(math.tau * where)).square() + (y - 0.3 * math.sin(math.tau * where)).square()).sqrt()
    return FAINT * (0.5 - (away / SPOT).clamp(max=1))


def _lit_wall(x: Tensor, y: Tensor, where: float) -> Tensor:
    edge = FLOOR - 0.5 + 0.1 * (2 * where - 1)
    return FAINT * (0.5 - ((y - edge) / SOFT).sigmoid()).expand(-1, x.shape[1])


# what is lighter of a plain ground at a place (x, y) from its centre, from -0.5 to 0.5
SHADES = (_lit_edge, _lit_spot, _lit_wall)


def turned(draws: Tensor, share: float) -> Tensor:
    """Draws of a thing [N, 4, h, w], all turned by the same small angle; share: from 0 to 1, 0.5: not at all.

    >>> turned(torch.ones(1, 4, 8, 8), 0.2).shape
    torch.Size([1, 4, 8, 8])
    """
    angle = math.radians(TURNED) * (2 * share - 1)
    by = draws.new_tensor([[math.cos(angle), -math.sin(angle), 0], [math.sin(angle), math.cos(angle), 0]])
    grid = F.affine_grid(by.expand(len(draws), -1, -1), list(draws.shape), align_corners=False)
    return F.grid_sample(draws, grid, mode="bicubic", align_corners=False).clamp(0, 1)


def ground_of(draws: Tensor) -> Tensor:
    """The colour [N, 3, 1, 1] of the plain ground of pictures [N, 3, h, w]: the median of their corners.

    >>> ground_of(torch.full((1, 3, 64, 64), 0.25)).flatten()
    tensor([0.2500, 0.2500, 0.2500])
    """
    down, across = (side // CORNER for side in draws.shape[-2:])
    rows = torch.cat([draws[..., RIM:down, :], draws[..., -down:-RIM, :]], dim=-2)
    corners = torch.cat([rows[..., RIM:across], rows[..., -across:-RIM]], dim=-1)
    return corners.flatten(2).median(dim=-1).values[..., None, None]


def share_of_ground(draws: Tensor, ground: Tensor) -> Tensor:
    """How much of each pixel [N, 1, h, w] is ground: 1 where it has the colour of that, less the further it is from it.

    >>> share_of_ground(torch.ones(1, 3, 2, 2), torch.zeros(1, 3, 1, 1)).max() < 1e-6
    tensor(True)
    """
    return (-((draws - ground).square().sum(1, keepdim=True) / ALIKE**2).square()).exp()


def cut_out(picture: Tensor, ground: Tensor | None) -> Tensor:
    """A picture [3, h, w] whose plain ground is replaced by another picture [3, H, W]; None: unchanged.

    >>> cut_out(torch.zeros(3, 32, 32), torch.ones(3, 64, 64)).mean()
    tensor(1.)
    """
    if ground is None:
        return picture
    under = resize_area(ground[None].to(picture), (picture.shape[2], picture.shape[1]))
    own = ground_of(picture[None])
    return (picture + share_of_ground(picture[None], own) * (under - own)).clamp(0, 1)[0]
