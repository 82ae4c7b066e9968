"""Describe pictures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from torch import Tensor

from clipgen.media.images import to_pil
from clipgen.settings import DescribeSettings
from clipgen.similarity import embed_images, embed_windows
from clipgen.tasks.caption.blip import Captioner
from clipgen.tasks.caption.compose import WINDOWS, beam, best_of_each
from clipgen.tasks.caption.invert import invert
from clipgen.tasks.caption.match import Match, Matcher
from clipgen.tasks.caption.phrases import Phrases

# what is looked at where captions are composed: they tell no left from right, and a mirrored picture shows the same
# (things told right of 519: 0.817, scenes 0.912; of the picture as it is 0.813 and 0.894)
COMPOSED = "flips"


def caption(
    images: Sequence[Tensor],
    matcher: Matcher,
    settings: DescribeSettings | None = None,
    *,
    candidates: Iterable[Sequence[str]] | None = None,
) -> list[list[Match]]:
    """The best captions of each picture: of the candidates, or composed when there are none.

        >>> caption([load_image("photo.jpg")], Matcher(perceptor))[0][0].text

    images: each [1, 3, H, W] in [0, 1]; matcher: compares; settings: mode, top, views, abstain; candidates: blocks of
    texts, read once.
    Raises PromptError for no candidate at all, UnknownNameError for an unknown mode or view, WeightsError for a
    captioner that is not there.
    """
    chosen = (settings or DescribeSettings()).validate()
    composed = candidates is None and chosen.mode != "blip"
    views = COMPOSED if composed and chosen.views == "auto" else chosen.views
    pictures = embed_images(matcher.perceptor, images, views=views)
    if candidates is not None:
        return matcher.rank(pictures, candidates, top=chosen.top, abstain=chosen.abstain)
    if chosen.mode == "blip":
        proposed = (Captioner.load(chosen.captioner).propose(to_pil(image[0])) for image in images)
        ranked = zip(pictures, proposed, strict=True)
        return [
            matcher.rank(one[None], [texts], top=chosen.top, abstain=chosen.abstain)[0] if texts else []
            for one, texts in ranked
        ]
    phrases = Phrases.shipped().known_to(matcher.perceptor)
    if chosen.mode == "slots":
        tables = best_of_each(pictures, matcher, phrases, top=chosen.top)
        return [[match for rows in table.values() for match in rows] for table in tables]
    near = embed_windows(matcher.perceptor, images, shares=WINDOWS)
    found = beam(pictures, matcher, phrases, near=near, top=chosen.top, abstain=chosen.abstain)
    if chosen.mode == "beam":
        return found
    words = matcher.perceptor.words() or phrases.words()
    return [
        invert(picture, matcher, words=words, seeds=[match.text for match in matches], top=chosen.top)
        if matches
        else []
        for picture, matches in zip(pictures, found, strict=True)
    ]
