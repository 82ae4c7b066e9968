"""Initial pictures: of the bank, or of things that the sprites draw, that come nearest to the words."""

from __future__ import annotations

from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass

import torch
from torch import Tensor

from clipgen.generators.sprites import Sprites
from clipgen.media.images import resize_area
from clipgen.parts import Parts
from clipgen.perceptors.asides import without
from clipgen.perceptors.base import STOP_WORDS, Perceptor
from clipgen.perceptors.ensemble import Ensemble
from clipgen.tasks.bank import QUARTERS, Bank, Entry, in_all_colours, pattern_of, without_colours
from clipgen.tasks.generate.choices import Choices
from clipgen.tasks.generate.collage import cut_out
from clipgen.tasks.generate.composition import Composer
from clipgen.tasks.generate.layouts import styles
from clipgen.tasks.generate.places import HOURS, places_said
from clipgen.tasks.generate.scored import ELSEWHERE
from clipgen.tasks.generate.texts import embed_cached

# how many of the nearest kinds of picture are drawn, and how often each: a sunset may lack the sea of the words
SHORTLIST, TAKES = 6, 8
# a seed chooses among the best of its pictures: their number, and by how much the score of the second may be lower
NEAREST, NEARLY = 2, 0.08
# how much more than that of its picture the cosine of a caption counts
WORDS = 4.0
# shorter side at which pictures are drawn to choose among them, and side of a square with the area of the largest that
# is drawn: larger ones are enlarged
SMALL, LARGEST = 96, 512
# cosine of caption and words from which a picture is of use, and from which it shows the words; shapes need more: "red
# star on a beige background" is nearly as near to a red mushroom on beige as to itself
USEFUL, SHOWN, ABSTRACT = 0.5, 0.8, 0.7
# least share of INIT_WEIGHT of a scene, and of what is only the nearest that there is: words that a CLIP hardly knows
# take a picture apart
HELD = 0.5
# by how much the cosine of a scene in a style, or in a mood, must exceed that of the scene alone: words that name one
# raise it by 0.09, or 0.07
STYLED, MOODY = 0.05, 0.03
# of captions of grounds and shapes: cosine from which they are tried in all colours, how many of them, and cosine at
# which the words name one (on prompts of the benchmark those had 0.94 or more, all others 0.79 or less, the nearest
# "a lemon" to a circle)
PATTERN, PATTERNS, EXACT = 0.6, 3, 0.85
# by how much the cosine of a layout of things must exceed that of a scene of the bank, which shows things as well,
# unless words name the things and the scene does not show the words
CLEARER = 0.15


@dataclass(frozen=True)
class Start:
    """Initial pictures, and how well they show the words.

    pictures: [B, 3, H, W] in [0, 1]; init_share: [B], shares of INIT_WEIGHT, 1 where a picture of the bank shows the
    words; stand_ins: of each picture, what is only the nearest to words that nothing shows, "" for a picture of them.
    """

    pictures: Tensor
    init_share: Tensor
    stand_ins: tuple[str, ...]


# from a seed's choices, and what the things are to stand on, if not on a ground of their own, to a picture, its share
# of INIT_WEIGHT, and what it shows where that is only the nearest to the words
_Choose = Callable[[Choices, Tensor | None], tuple[Tensor, Tensor, str]]


@torch.no_grad()
def bank_pictures(
    perceptor: Perceptor,
    target: Tensor,
    *,
    texts: Sequence[Sequence[str]] = (),
    seeds: Sequence[int],
    size: tuple[int, int],
    parts: Parts,
    grounds: Tensor | None = None,
) -> Start:
    """Pictures of the bank, or of things that the sprites draw, that are near to each target.

        >>> start = bank_pictures(perceptor, targets.mean(), seeds=[7], size=(64, 64), parts=parts)
        >>> generator.encode(start.pictures)

    perceptor: compares; target: [B, D], embeddings of it; texts: of each, for `Composer.layout`; seeds: of each, which
    draws the nearest anew; size: (width, height); grounds: pictures [B, 3, H, W] onto which the things are put,
    cut out, instead of a ground of their own. Captions and names are compared first, then the pictures of the nearest
    ones, so that any perceptor can use the bank. Raises WeightsError when the sprites are missing or damaged.
    """
    bank = parts.shared(("bank",), Bank.whole)
    embedded = embed_cached(perceptor, bank.captions, target)
    drawn, strange = limited(size), _strange(bank, perceptor)
    # pictures of one prompt share their candidates
    candidates: dict[tuple[float, ...], _Choose] = {}
    chosen = []
    for i, (one, seed) in enumerate(zip(target, seeds, strict=True)):
        if (key := tuple(one.tolist())) not in candidates:
            own = [without(text, perceptor.asides(text)) for text in texts[i]] if texts else []
            fits, said = embedded @ one, places_said(own).scenes
            elsewhere = [
                entry.scene not in said if said else entry.caption in strange for entry in bank.entries
            ]  # fmt: skip
            scenes = torch.tensor([bool(entry.scene) for entry in bank.entries])
            fits = fits - ELSEWHERE * (scenes & torch.tensor(elsewhere)).to(fits)
            candidates[key] = (
                _in_colours(bank, perceptor, fits, one, drawn)
                or _composed(bank, perceptor, fits, one, own, said, parts, drawn)
                or _nearest(bank, perceptor, fits, one, drawn)
            )
        chosen.append(candidates[key](Choices(seed), None if grounds is None else grounds[i]))
    pictures, shares, stand_ins = zip(*chosen, strict=True)
    resized = torch.cat([resize_area(picture[None], size) for picture in pictures])
    return Start(resized, torch.stack(shares), stand_ins)


def _strange(bank: Bank, perceptor: Perceptor) -> set[str]:
    """The captions of scenes by names that a perceptor, or a member of an ensemble, does not know.

    It takes them for something else, or for nothing in particular, which is near to all words: a flower to a veranda.
    """
    from clipgen.scenery import SCENES  # late: OpenCV, which these draw with, changes the environment when imported

    members = perceptor.members if isinstance(perceptor, Ensemble) else [perceptor]

    def is_strange(name: str) -> bool:
        words = {word for word in name.split() if word not in STOP_WORDS}
        return any(words.issubset(member.unknown_words(name)) for member in members)

    named: dict[str, bool] = {name: is_strange(name) for scene in SCENES.values() for name in scene.names}
    return {
        entry.caption for entry in bank.entries
        if entry.scene and named[max((name for name in SCENES[entry.scene].names if name in entry.caption), key=len)]
    }  # fmt: skip


def limited(size: tuple[int, int]) -> tuple[int, int]:
    """The size (width, height) that a start of a size is drawn at: the same, unless its area is above LARGEST ** 2.

    >>> limited((256, 192)), limited((2048, 512))
    ((256, 192), (1024, 256))
    """
    scale = min(1.0, LARGEST / (size[0] * size[1]) ** 0.5)
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _nearest(bank: Bank, perceptor: Perceptor, fits: Tensor, target: Tensor, size: tuple[int, int]) -> _Choose:
    """Choose among the pictures that are nearest by caption and by content; fits: cosines of all captions, [N]."""
    fits = fits - STYLED * bank.styled.to(fits.device) - MOODY * bank.moody.to(fits.device)
    fits = fits.masked_fill(bank.abstract.to(fits.device) & (fits < ABSTRACT), -1)
    kinds: dict[Entry, int] = {}  # of captions that draw the same, the nearest one
    for row in fits.argsort(descending=True).tolist():
        kinds.setdefault(bank.entries[row].kind, row)
        if len(kinds) == SHORTLIST:
            break
    rows = list(kinds.values())
    entries, fits = _in_styles([bank.entries[row] for row in rows], perceptor, fits[rows], target)
    entries = [entry for entry in entries for _ in range(TAKES)]
    fits = fits.repeat_interleave(TAKES)
    share = ((fits - USEFUL) / (SHOWN - USEFUL)).clamp(HELD, 1)
    abstract = torch.tensor([not entry.scene for entry in entries], device=fits.device)
    share = share.masked_fill(abstract, 0)  # its form is right, its colours need not be
    stand_ins = [entry.caption if fit < USEFUL else "" for entry, fit in zip(entries, fits.tolist(), strict=True)]
    scale = min(1.0, SMALL / min(size))
    small = (round(size[0] * scale), round(size[1] * scale))

    def choose(choices: Choices, ground: Tensor | None) -> tuple[Tensor, Tensor, str]:
        (mirrored,), view = choices.spread(1), choices.view()
        own = torch.randint(2**31, (len(entries),), generator=choices.rng).tolist()
        pictures = torch.stack([entry.draw(seed, small, view) for entry, seed in zip(entries, own, strict=True)])
        scores = (WORDS * fits + perceptor.encode_image(pictures.to(target)) @ target).cpu()
        best = scores.topk(NEAREST)
        near = best.indices[best.values >= best.values[0] - NEARLY]
        place = int(near[choices.in_turn(len(near))])
        picture = entries[place].draw(own[place], size, view).to(target)
        picture = picture.flip(-1) if mirrored < 0.5 else picture
        return cut_out(picture, ground), share[place], stand_ins[place]

    return choose


def _in_styles(
    entries: list[Entry], perceptor: Perceptor, fits: Tensor, target: Tensor
) -> tuple[list[Entry], Tensor]:
    """Entries, the nearest first, after those of scenes in a mood that come nearer in a style, and their cosines."""
    styled = [entry.in_style(style) for entry in entries if entry.mood for style in styles()]
    if not styled:
        return entries, fits
    # the bank has no caption of a mood and a style at once: they would be many
    own = embed_cached(perceptor, [entry.caption for entry in styled], target) @ target - STYLED - MOODY
    nearer = [row for row in own.argsort(descending=True).tolist() if own[row] > fits.max()]
    return [*(styled[row] for row in nearer), *entries][:SHORTLIST], torch.cat([own[nearer], fits])[:SHORTLIST]


def _composed(
    bank: Bank,
    perceptor: Perceptor,
    fits: Tensor,
    target: Tensor,
    texts: Sequence[str],
    said: Set[str],
    parts: Parts,
    size: tuple[int, int],
) -> _Choose | None:
    """Compose pictures of the things that the words name, or come nearest to, where they can be drawn and no scene is
    nearer."""
    nearest, row = fits.masked_fill(bank.abstract.to(fits.device), -1).max(0)
    if nearest + CLEARER > 1 and not said and (not texts or bank.entries[int(row)].scene in HOURS):
        return None
    composer = Composer(bank, perceptor, parts.shared(("sprites",), Sprites.load), size=size)
    found = composer.layout(target, texts, float(nearest) + CLEARER)
    if found is None:
        return None
    layout, fit, is_named, is_near = found
    # a house is no haunted house, though a CLIP that does not know the word takes it for one
    is_there = composer.scenes[layout.scene].scene in said if layout.scene else not said
    is_nearer = is_near and (
        fit >= nearest + CLEARER or (is_named and (nearest < SHOWN or (is_there and fit >= nearest)))
    )
    if not is_nearer and nearest >= USEFUL:
        return None
    # the less of the words a layout has (a style, say), the more the run has to change, but not what shows all things
    fit = fit.clamp(min=SHOWN) if is_named and is_nearer else fit
    share = ((fit - USEFUL) / (1 - USEFUL)).clamp(0 if is_nearer else HELD, 1)
    stand_in = "" if is_nearer else layout.text
    return lambda choices, ground: (composer.compose(layout, target, choices, ground), share, stand_in)


def _in_colours(
    bank: Bank, perceptor: Perceptor, fits: Tensor, target: Tensor, size: tuple[int, int]
) -> _Choose | None:
    """Draw the ground or shape that the words name, in the colours that they name; None if they name none."""
    kinds = list(dict.fromkeys(pattern_of(entry.caption) for entry in bank.entries if not entry.scene))
    plain = {text: kind for kind in kinds for text in without_colours(kind)}
    best, place = (embed_cached(perceptor, list(plain), target) @ target).max(0)
    patterns = {list(plain.values())[int(place)]: list[int]()} if best >= EXACT else {}
    abstract = bank.abstract.nonzero()[:, 0].to(fits.device)
    for row in abstract[fits[abstract].argsort(descending=True)].tolist():
        pattern = pattern_of(bank.captions[row])
        if fits[row] >= PATTERN or pattern in patterns:
            patterns.setdefault(pattern, []).append(row)
    least, pattern = EXACT, ""
    names: tuple[str, ...] = ()
    for candidate in list(patterns)[:PATTERNS]:
        texts = in_all_colours(candidate)
        fit, place = (embed_cached(perceptor, list(texts), target) @ target).max(0)
        if float(fit) >= least:
            least, pattern, names = float(fit), candidate, list(texts.values())[int(place)]
    if not pattern:
        return None
    # a ground that the words do not name keeps its colour, in entries where that is not the colour of the shape
    entries = [bank.entries[row].in_colours(names) for row in patterns[pattern]]
    entries = [entry for entry in entries if len({*entry.colours}) == len(entry.colours)]
    one = torch.ones([], device=target.device)

    def choose(choices: Choices, ground: Tensor | None) -> tuple[Tensor, Tensor, str]:
        place, any_of = (int(torch.randint(high, (), generator=choices.rng)) for high in (len(entries), 2**29))
        seed = any_of * QUARTERS + choices.in_turn(QUARTERS)
        return cut_out(entries[place].draw(seed, size).to(target), ground), one, ""

    return choose
