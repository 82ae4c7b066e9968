"""Do the words fit the pictures? Describes fresh pictures of the picture world, whose facts are known.

    python benchmarks/caption.py --art FOLDER --json caption.json --failures failures.png

Thing, scene, style: share of the first captions (composed by beam) that say it right, over the pictures that have one.
Unstyled: share of the first captions of pictures in no style that name one.
Beats: share of first captions that fit better, by cosine, than the best single phrase does.
Peak: share of pictures with two things on which the overlay of a thing's name peaks on that thing.
Abstain: candidates that do not hold the picture's own caption, or noise for a picture; what is given is wrong.
Seconds: where the time of captioning a folder goes.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import numpy as np
import torch
from PIL import Image
from torch import Tensor

from clipgen import Studio
from clipgen.colours import COLOURS
from clipgen.media.images import from_pil
from clipgen.media.pictures import save_picture
from clipgen.media.sheets import contact_sheet
from clipgen.settings import CaptionSettings, DescribeSettings
from clipgen.similarity import Match, Matcher, embed_images
from clipgen.tasks.caption import Phrases, caption
from clipgen.tasks.caption.caption import COMPOSED
from clipgen.tasks.caption.explain import where
from clipgen.tasks.events import Described
from clipgen.train.world import SCENES, STYLES, Sample, World

FRESH = 905_001  # seeds that no training step has seen
SIDE = 192


@dataclass(frozen=True)
class Vocabulary:
    """All that a fact may be called; what a caption says is the longest of them that it holds."""

    said: dict[str, int]

    @classmethod
    def of(cls, names: Sequence[Sequence[str]]) -> Vocabulary:
        """names: of each fact, by index; a name that several share stands for the first."""
        said: dict[str, int] = {}
        for index, some in enumerate(names):
            for name in some:
                said.setdefault(name.lower(), index)
        return cls(said)

    def find(self, text: str) -> int | None:
        """The fact that a caption tells, if any."""
        held = [name for name in self.said if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text.lower())]
        return self.said[max(held, key=len)] if held else None


def vocabularies(world: World) -> dict[str, Vocabulary]:
    """What captions call the world's things, scenes and styles."""
    shapes = len(world.things) - len(world.art.things)
    return {
        "thing": Vocabulary.of([[name] for name in world.things]),
        "scene": Vocabulary.of([[*scene.names, *scene.place] for scene in SCENES.values()]),
        "style": Vocabulary.of([[*style.before, *style.after] for style in STYLES.values()]),
        "synonym": Vocabulary.of(
            [[name] for name in world.things[:shapes]]
            + [list(dict.fromkeys(name for sprite in some for name in sprite.names)) for some in world.art.by_thing]
        ),
    }


def subject_of(text: str, phrases: Phrases) -> str:
    """A caption without where, how and in which light: a desert and a sunset are things, too.

    >>> subject_of("a ninja in the desert", Phrases.shipped())
    'a ninja '
    """
    beside = [*(place for _, place in phrases.scenes), *phrases.grounds, *phrases.styles, *phrases.light]
    for part in sorted(beside, key=len, reverse=True):
        text = text.replace(part, "")
    return text


def is_right(text: str, fact: int, kind: str, words: dict[str, Vocabulary], names: Sequence[str]) -> bool:
    """Whether a caption tells a fact; names: of all things. A brown heart is a heart, and also a thing of that name."""
    if kind != "thing":
        return words[kind].find(text) == fact
    found = words[kind].find(subject_of(text, Phrases.shipped()))
    if found is None or found == fact:
        return found == fact
    colour, _, rest = names[found].partition(" ")
    return colour in COLOURS and rest == names[fact]


def fact_of(sample: Sample, kind: str) -> int:
    """What a picture shows, as an index; below 0: none, or several."""
    things = sample.facts.things
    alone = things[0] if things[1] < 0 else -1
    return {"scene": sample.facts.scene, "style": sample.facts.style}.get(kind, alone)


def samples_of(world: World, count: int) -> list[Sample]:
    """Fresh pictures of everything."""
    return [world.sample((FRESH, i), SIDE) for i in range(count)]


def tensors(samples: Sequence[Sample]) -> list[Tensor]:
    """Their pictures, each [1, 3, H, W] in [0, 1]."""
    return [from_pil(Image.fromarray(sample.image)) for sample in samples]


def captions(images: Sequence[Tensor], matcher: Matcher, settings: CaptionSettings | None = None) -> list[list[Match]]:
    """The captions of pictures, best first."""
    return [list(one.matches) for one in caption(images, matcher, settings) if isinstance(one, Described)]


def graded(
    samples: Sequence[Sample], found: Sequence[Sequence[Match]], words: dict[str, Vocabulary], names: Sequence[str]
) -> dict[str, dict[str, float]]:
    """Share of right first captions, by kind of fact; names: of all things."""
    shares = {}
    for kind in ("thing", "scene", "style"):
        asked = [i for i, sample in enumerate(samples) if fact_of(sample, kind) >= 0]
        own = [is_right(found[i][0].text, fact_of(samples[i], kind), kind, words, names) for i in asked]
        shares[kind] = {"right": sum(own) / len(asked), "of": len(asked)}
    plain = [found[i][0].text for i, sample in enumerate(samples) if fact_of(sample, "style") < 0]
    named = sum(words["style"].find(text) is not None for text in plain)
    shares["unstyled"] = {"wrong": named / len(plain), "of": len(plain)}
    return shares


def beats(samples: Sequence[Sample], found: Sequence[Sequence[Match]], matcher: Matcher, seen: Tensor) -> float:
    """Share of first captions whose cosine is no less than that of the best single phrase."""
    rows = matcher.embed_texts(Phrases.shipped().known_to(matcher.perceptor).plain())
    best = (seen @ rows.T).amax(1)
    return sum(some[0].score >= top - 1e-6 for some, top in zip(found, best.tolist(), strict=True)) / len(samples)


def peaks(world: World, matcher: Matcher, count: int) -> float:
    """Share of pictures of two things on which a thing's name is seen most inside that thing's half."""
    hits = asked = 0
    names = [name for some in world.art.by_thing for name in (some[0].names[0],)]
    rng = np.random.default_rng(FRESH)
    for i in range(count):
        halves = [world.plain_thing(len(world.things) - len(names) + int(rng.integers(len(names))), FRESH + i, SIDE)
                  for _ in range(2)]  # fmt: skip
        both = np.concatenate([half.image for half in halves], axis=1)
        maps = where(from_pil(Image.fromarray(both)), [half.caption for half in halves], matcher)
        for side, seen in enumerate(maps):
            column = int(seen.argmax()) % seen.shape[1]
            hits += (column >= seen.shape[1] // 2) == bool(side)
            asked += 1
    return hits / asked


def said_of(picture: Tensor, matcher: Matcher, candidates: Sequence[str], *, abstain: bool = True) -> str | None:
    """What `clipgen caption --candidates` says of a picture [1, 3, H, W]."""
    (found,) = caption([picture], matcher, CaptionSettings(abstain=abstain), candidates=candidates)
    assert isinstance(found, Described)
    return found.matches[0].text if found.matches else None


def abstention(samples: Sequence[Sample], matcher: Matcher, *, candidates: int = 50) -> dict[str, float]:
    """How often something is said, and is right, where the own caption is there, is not, or the picture is noise."""
    texts = [sample.caption for sample in samples]
    rng = np.random.default_rng(FRESH)
    counts = {"said": 0, "right": 0, "said_without": 0, "said_of_noise": 0}
    noise = torch.rand(len(samples), 1, 3, 64, 64, generator=torch.Generator().manual_seed(0))
    for own, image, noisy in zip(texts, tensors(samples), noise, strict=True):
        others = [texts[j] for j in rng.permutation(len(texts)) if texts[j] != own][: candidates - 1]
        fair, foul, none = (
            said_of(picture, matcher, offered)
            for picture, offered in ((image, [own, *others]), (image, others), (noisy, others))
        )
        counts["said"] += fair is not None
        counts["right"] += fair == own
        counts["said_without"] += foul is not None
        counts["said_of_noise"] += none is not None
    return {
        "coverage": counts["said"] / len(samples),
        "precision": counts["right"] / max(1, counts["said"]),
        "said_without_own": counts["said_without"] / len(samples),
        "said_of_noise": counts["said_of_noise"] / len(samples),
    }


def stages(samples: Sequence[Sample], matcher: Matcher) -> dict[str, float]:
    """Pictures a second: embedding alone, and embedding and composing."""
    images = tensors(samples[:64])
    rates = {}
    calls: dict[str, Callable[[], Any]] = {
        "embed": lambda: embed_images(matcher.perceptor, images),
        "beam": lambda: captions(images, matcher),
        "slots": lambda: captions(images, matcher, CaptionSettings(mode="slots")),
    }
    for name, call in calls.items():
        began = time.perf_counter()
        call()
        rates[name] = len(images) / (time.perf_counter() - began)
    return rates


def failures(
    samples: Sequence[Sample], found: Sequence[Sequence[Match]], words: dict[str, Vocabulary], names: Sequence[str]
) -> Iterator[int]:
    """Pictures whose first caption tells a wrong thing, scene or style."""
    for i, sample in enumerate(samples):
        facts = {kind: fact_of(sample, kind) for kind in ("thing", "scene", "style")}
        text = found[i][0].text
        if any(fact >= 0 and not is_right(text, fact, kind, words, names) for kind, fact in facts.items()):
            yield i


@click.command()
@click.option("--art", required=True, type=click.Path(path_type=Path), help="The art pack.")
@click.option("--perceptor", default="reader", show_default=True)
@click.option("--count", default=600, show_default=True, help="Pictures to describe.")
@click.option("--json", "json_path", type=click.Path(path_type=Path), help="Write all figures here.")
@click.option("--failures", "sheet", type=click.Path(path_type=Path), help="Draw pictures whose caption is wrong.")
@torch.no_grad()
def main(art: Path, perceptor: str, count: int, json_path: Path | None, sheet: Path | None) -> None:
    """Describe fresh pictures and print how often the words are right."""
    world = World(art)
    words = vocabularies(world)
    samples = samples_of(world, count)
    figures: dict[str, Any] = {}
    for hubness in (True, False):
        settings = DescribeSettings((perceptor,), hubness=hubness)
        matcher = Studio(perceptor=perceptor).matcher(settings)
        seen = embed_images(matcher.perceptor, tensors(samples), views=COMPOSED)
        found = captions(tensors(samples), matcher)
        name = "with hubness correction" if hubness else "without"
        figures[name] = {**graded(samples, found, words, world.things), "beats": beats(samples, found, matcher, seen)}
        figures[name]["synonym"] = graded(samples, found, {**words, "thing": words["synonym"]}, world.things)["thing"]
        if hubness:
            figures["peak"] = peaks(world, matcher, 100)
            figures["abstain"] = abstention(samples, matcher)
            figures["pictures a second"] = stages(samples, matcher)
            wrong = list(failures(samples, found, words, world.things))[:24]
            if sheet:
                labels = [f"{samples[i].caption} -> {found[i][0].text}" for i in wrong]
                save_picture(sheet, contact_sheet([Image.fromarray(samples[i].image) for i in wrong], labels), {})
    click.echo(json.dumps(figures, indent=2))
    if json_path:
        json_path.write_text(json.dumps(figures, indent=2) + "\n")


if __name__ == "__main__":
    main()
