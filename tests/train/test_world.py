"""The picture world: reproducible, the same at every size, with true captions and facts."""

from __future__ import annotations

import re

import cv2
import numpy as np
import pytest

from clipgen.grounds import COLOUR_NAMES, COLOURS, SHAPE_NAMES, draw_shape
from clipgen.train.world import SCENES, STYLES, Sample, World, captions


def far(a: np.ndarray, b: np.ndarray) -> float:
    """Mean distance of two pictures in 0..255."""
    return float(np.abs(a.astype(np.float32) - b.astype(np.float32)).mean())


def same(a: Sample, b: Sample) -> bool:
    return np.array_equal(a.image, b.image) and a.caption == b.caption and a.facts == b.facts


def words_of(text: str) -> set[str]:
    return set(re.findall(r"[^\W\d_]+", text.lower()))


@pytest.fixture(scope="module")
def samples(world: World) -> list[Sample]:
    return [world.sample(seed) for seed in range(500)]


@pytest.fixture(scope="module")
def art_samples(art_world: World) -> list[Sample]:
    return [art_world.sample(seed) for seed in range(600)]


def test_the_world_is_as_rich_as_promised() -> None:
    assert len(SCENES) >= 24 and len(STYLES) >= 16 and len(COLOUR_NAMES) >= 12


def test_a_seed_is_a_picture(world: World, art_world: World) -> None:
    for seed in range(25):
        assert same(world.sample(seed), World().sample(seed))
        assert same(art_world.sample((3, seed)), art_world.sample((3, seed)))
        assert not np.array_equal(art_world.sample((3, seed)).image, art_world.sample((3, seed + 1)).image)


def test_a_sample_is_rgb_bytes_of_the_size(art_world: World) -> None:
    for seed, size in enumerate((64, 72, 100, 128)):
        image = art_world.sample(seed, size).image
        assert image.shape == (size, size, 3) and image.dtype == np.uint8


def test_a_seed_is_the_same_composition_at_every_size(art_world: World) -> None:
    unstyled = []
    for seed in range(70):
        small, large = art_world.sample(seed, 64), art_world.sample(seed, 128)
        assert (small.caption, small.facts) == (large.caption, large.facts)
        if small.facts.style < 0:
            shrunk = cv2.resize(large.image, (64, 64), interpolation=cv2.INTER_AREA)
            unstyled.append(far(shrunk, small.image))
            # another seed's picture is some 80 away
            assert unstyled[-1] < 16, small.caption
    assert len(unstyled) > 20 and np.mean(unstyled) < 6


@pytest.mark.parametrize("name", SCENES)
def test_every_scene_renders_in_any_shape(name: str) -> None:
    scene = SCENES[name]
    assert scene.names[0] == name and scene.place
    for height, width in ((40, 72), (72, 40), (64, 64)):
        one, again, other = (scene.draw(np.random.default_rng(seed), height, width) for seed in (1, 1, 2))
        assert one.shape == (height, width, 3) and one.dtype == np.uint8
        assert np.array_equal(one, again)
        assert far(one, other) > 2
        assert one.std() > 5


@pytest.mark.parametrize("name", STYLES)
def test_every_style_repaints_in_any_shape(name: str) -> None:
    style = STYLES[name]
    assert style.before and style.after
    for height, width in ((40, 72), (72, 40), (64, 64)):
        picture = SCENES["lake landscape"].draw(np.random.default_rng(0), height, width)
        untouched = picture.copy()
        one, again, other = (style.apply(np.random.default_rng(seed), picture) for seed in (1, 1, 2))
        assert one.shape == (height, width, 3) and one.dtype == np.uint8
        assert np.array_equal(one, again)
        assert far(one, other) > 2
        assert far(one, picture) > 5
        assert np.array_equal(picture, untouched)


@pytest.mark.parametrize("colour", ["red", "green", "blue", "yellow"])
def test_a_photo_keeps_the_colours_and_has_no_border(colour: str) -> None:
    picture = np.full((96, 96, 3), COLOURS[colour], np.uint8)
    draw_shape(np.random.default_rng(0), picture, "circle", "white", (0.5, 0.5), 0.25)
    for seed in range(6):  # two sepia photos in five have a border
        made = STYLES["photo"].apply(np.random.default_rng(seed), picture).astype(np.float32)
        rim, ground = made[:, :4].mean((0, 1)), made[:, 8:16].mean((0, 1))
        assert np.abs(rim - ground).max() < 30
        own, kept = (one - one.mean() for one in (np.array(COLOURS[colour], np.float32), ground))
        assert own @ kept > 0.97 * np.linalg.norm(own) * np.linalg.norm(kept)
        assert np.linalg.norm(kept) > 0.4 * np.linalg.norm(own)


def apple_on_green(side: int = 128) -> np.ndarray:
    """A red disc on green of the same lightness."""
    picture = np.full((side, side, 3), (60, 130, 60), np.uint8)
    cv2.circle(picture, (side // 2, side // 2), side // 4, (205, 60, 60), -1, cv2.LINE_AA)
    assert abs(float(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)[[0, side // 2], side // 2] @ [1.0, -1.0])) < 8
    return picture


def on_disc(side: int = 128, radius: float = 0.25, thickness: int = -1) -> np.ndarray:
    """Whether pixels are on a disc, or on a ring about it."""
    mask = np.zeros((side, side), np.uint8)
    cv2.circle(mask, (side // 2, side // 2), round(side * radius), 1, thickness)
    return mask > 0


@pytest.mark.parametrize("side", [64, 128, 192])
def test_a_linocut_is_black_on_cream_and_parts_colours_of_one_lightness(side: int) -> None:
    for seed in range(4):
        scene = list(SCENES.values())[7 * seed].draw(np.random.default_rng(seed), side, side)
        for picture in (scene, apple_on_green(side)):
            made = STYLES["linocut"].apply(np.random.default_rng(seed), picture).astype(np.float32)
            inks = np.stack([np.abs(made - ink).max(-1) for ink in ((18, 17, 15), (242, 232, 207))])
            assert (inks.min(0) < 60).mean() > 0.75  # the others are the smooth edges between both
            assert 0.1 < (inks.argmin(0) == 0).mean() < 0.9
        # the disc is mostly of one ink, and the ground around it is carved in lines
        inside, outside = (made[..., 0][mask].mean() for mask in (on_disc(side), ~on_disc(side, 0.3)))
        assert abs(inside - outside) > 50


def test_flat_design_has_few_colours() -> None:
    for seed, name in enumerate(("castle on a hill", "city skyline", "living room")):
        picture = SCENES[name].draw(np.random.default_rng(seed), 192, 192)
        made = STYLES["flat design"].apply(np.random.default_rng(seed), picture)
        _, counts = np.unique(made.reshape(-1, 3), axis=0, return_counts=True)
        assert np.sort(counts)[-7:].sum() > 0.85 * counts.sum()  # the others are smooth edges
        assert (counts > 0.02 * counts.sum()).sum() >= 4


def test_a_cartoon_has_dark_outlines_and_two_tones() -> None:
    picture = apple_on_green()
    for seed in range(4):
        made = STYLES["cartoon"].apply(np.random.default_rng(seed), picture)
        light = made.max(-1)
        near = cv2.erode(light, np.ones((5, 5), np.uint8))  # an outline may lie a pixel or two to the side
        assert (near[on_disc(thickness=1)] < 70).mean() > 0.9
        assert (light[on_disc(radius=0.2)] > 100).mean() > 0.95 and (light[~on_disc(radius=0.3)] > 100).mean() > 0.95
        colours, counts = np.unique(made[on_disc(radius=0.22)], axis=0, return_counts=True)
        assert (counts > 0.05 * counts.sum()).sum() == 2, colours


def test_graffiti_is_vivid_on_bricks() -> None:
    plain = np.full((192, 192, 3), (70, 120, 190), np.uint8)
    for seed in range(4):
        made = STYLES["graffiti"].apply(np.random.default_rng(seed), plain).astype(np.float32)
        # joints lie at equal distances: rows of the middle, where there is paint, differ at the pace of the bricks
        rows = made[40:152, 40:152].mean((1, 2))
        waves = np.abs(np.fft.rfft(rows - rows.mean()))
        assert int(waves.argmax()) in {*range(7, 11), *range(14, 21)} and waves[7:11].max() > 4 * np.median(waves)
        middle, rim = made[80:112, 80:112].mean((0, 1)), made[:3].mean((0, 1))
        assert np.ptp(middle) > np.ptp(plain[0, 0]) > np.ptp(rim)


@pytest.mark.parametrize(
    ("style", "least"),
    [
        ("oil painting", 0.7), ("monet", 0.52), ("pointillism", 0.5), ("watercolour", 0.48), ("charcoal", 0.35),
        ("paper cutout", 0.42),
    ],
)  # fmt: skip
def test_a_large_picture_can_be_recognised_in_any_brush(style: str, least: float) -> None:
    """Forms of a few pixels stay where they are: with strokes as broad as those of small pictures, half of that."""

    def forms(picture: np.ndarray) -> np.ndarray:
        grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32)
        return (cv2.GaussianBlur(grey, (0, 0), 1.5) - cv2.GaussianBlur(grey, (0, 0), 8)).ravel()

    kept = []
    for name in ("castle on a hill", "harbour", "village"):
        for seed in range(3):
            picture = SCENES[name].draw(np.random.default_rng(seed), 256, 256)
            painted = STYLES[style].apply(np.random.default_rng(seed + 5), picture)
            kept.append(float(np.corrcoef(forms(picture), forms(painted))[0, 1]))
    assert np.mean(kept) > least


def test_captions_tell_the_facts(world: World, samples: list[Sample]) -> None:
    styled = said = 0
    for sample in samples:
        facts, caption = sample.facts, sample.caption
        shapes = [SHAPE_NAMES[i] for i in facts.things if i >= 0]
        assert all(shape in caption for shape in shapes)
        if facts.scene >= 0:
            scene = SCENES[world.scenes[facts.scene]]
            assert any(words in caption for words in (*scene.names, *scene.place)), caption
        if facts.style >= 0:
            style = STYLES[world.styles[facts.style]]
            styled, said = styled + 1, said + any(words in caption for words in (*style.before, *style.after))
        if facts.scene < 0 and not shapes:
            assert COLOUR_NAMES[facts.colour] in caption
    # some styled pictures are left for the words to miss
    assert styled > 100 and 0.85 < said / styled < 1


def test_pictures_show_the_ground_that_captions_tell(samples: list[Sample]) -> None:
    """The rim of a plain ground has the named colour."""
    right = []
    for sample in samples:
        told = re.search(rf"\b({'|'.join(COLOUR_NAMES)}) (?:back)?ground$", sample.caption)
        if told and sample.facts.style < 0 and not re.search("dots|chequered", sample.caption):
            assert COLOUR_NAMES[sample.facts.colour] == told[1]
            rim = np.median(sample.image[[0, -1]].reshape(-1, 3), 0)
            right.append(min(COLOURS, key=lambda name: np.abs(rim - COLOURS[name]).sum()) == told[1])
    # light and tint vary, so a dark brown is now and then nearer to black
    assert len(right) > 40 and np.mean(right) > 0.7


def test_a_pair_stands_as_its_facts_tell(
    art_world: World, art_samples: list[Sample], flat_colours: dict[str, np.ndarray]
) -> None:
    pairs = [s for s in art_samples if min(s.facts.things) >= len(SHAPE_NAMES) and s.facts.style < 0]
    right = []
    for sample in pairs:
        for thing, column in zip(sample.facts.things, (17, 47), strict=True):
            middle = np.median(sample.image[28:36, column - 3 : column + 3].reshape(-1, 3), 0)
            nearest = min(flat_colours, key=lambda name: np.abs(middle - flat_colours[name]).sum())
            right.append(nearest == art_world.things[thing])
    assert len(pairs) > 25 and np.mean(right) > 0.85


def test_a_thing_is_described_by_its_own_name(art_world: World, art_samples: list[Sample]) -> None:
    seen = 0
    for sample in art_samples:
        for thing in sample.facts.things:
            if thing >= len(SHAPE_NAMES):
                drawings = art_world.art.by_thing[thing - len(SHAPE_NAMES)]
                told = {word for sprite in drawings for word in (*sprite.names, *sprite.categories)}
                assert any(word in sample.caption for word in told), sample.caption
                seen += 1
    assert seen > 300


def test_plain_things_are_named_and_shown(art_world: World, flat_colours: dict[str, np.ndarray]) -> None:
    for thing in range(len(SHAPE_NAMES), len(art_world.things)):
        sample = art_world.plain_thing(thing, seed=5)
        assert sample.caption == art_world.things[thing] and sample.facts.things == (thing, -1)
        assert np.abs(sample.image[32, 32] - flat_colours[sample.caption]).max() < 70
        assert same(sample, art_world.plain_thing(thing, seed=5))


def test_words_hold_every_word_of_the_captions(art_world: World, art_samples: list[Sample]) -> None:
    words = art_world.words()
    assert words == sorted(set(words)) and "piñata" in words
    known = {part for word in words for part in words_of(word)}
    for sample in art_samples:
        assert words_of(sample.caption) <= known, sample.caption


def test_words_that_are_taught_inside_a_name_only_come_with_it(art_world: World) -> None:
    entries = art_world.words()
    sprites = [sprite for drawn in art_world.art.by_thing for sprite in drawn]
    names = {name.lower() for sprite in sprites for name in (*sprite.names, *sprite.categories)}
    assert {captions.head(name) for name in names} <= set(entries)
    assert {entry for entry in entries if " " in entry} <= names


def test_without_art_there_are_no_things(world: World, samples: list[Sample]) -> None:
    assert world.things == SHAPE_NAMES and world.art.things == ()
    assert max(max(s.facts.things) for s in samples) < len(SHAPE_NAMES)
    assert {s.facts.scene >= 0 for s in samples} == {True, False}


def test_with_art_every_kind_comes(art_samples: list[Sample]) -> None:
    facts = [sample.facts for sample in art_samples]
    things = [[i >= len(SHAPE_NAMES) for i in f.things] for f in facts]
    assert any(all(pair) for pair in things)
    assert any(pair[0] and f.scene >= 0 for pair, f in zip(things, facts, strict=True))
    assert any(f.things == (-1, -1) and f.scene < 0 for f in facts)
