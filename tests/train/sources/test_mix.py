"""The mixture: every batch depends on seed and index alone, and sources come in their shares."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from clipgen.train.sources import (
    Drawing,
    Drawings,
    DrawnWorld,
    Lettering,
    Mixture,
    Photo,
    Photos,
    Source,
    is_held_out,
)
from clipgen.train.sources.drawings import render
from clipgen.train.world import STYLES, World


def mixture(seed: int = 3, batch: int = 40) -> Mixture:
    sources = [DrawnWorld(World()), Lettering()]
    return Mixture(sources, [3, 1], seed=seed, batch=batch, size=24, count=9)


def test_a_batch_depends_on_seed_and_index_alone() -> None:
    one, two = mixture(), mixture()
    late, early = one[4], one[1]
    assert torch.equal(two[1].images, early.images) and torch.equal(two[4].facts, late.facts)
    assert two[4].captions == late.captions != early.captions and len(one) == 9
    assert not torch.equal(mixture(seed=4)[1].images, early.images)


def test_sources_come_in_their_shares() -> None:
    facts = torch.cat([mixture(batch=200)[i].facts for i in range(2)])
    assert facts.shape == (400, 4) and facts.dtype == torch.int64
    assert (facts[:, 0] == 1).float().mean().item() == pytest.approx(0.25, abs=0.07)


@pytest.mark.parametrize("name", ["world", "lettering", "drawings", "photos"])
def test_plain_pictures_are_as_people_have_them(name: str, tmp_path: Path) -> None:
    line = Drawing("sea", (np.array([[0, 0], [255, 255]], np.float32),), "1")
    stripes = np.zeros((40, 80, 3), np.uint8)
    stripes[:, 20:60] = 200  # the central square
    Image.fromarray(stripes).save(tmp_path / "a.png")
    photo = Photo(tmp_path / "a.png", 0, -1, ("wall",), "a.png")
    sources: dict[str, Source] = {
        "world": DrawnWorld(World()), "lettering": Lettering(), "drawings": Drawings([line]),
        "photos": Photos("walls", [photo]),
    }  # fmt: skip
    one, again, other = (sources[name].plain(np.random.default_rng(seed), 24) for seed in (1, 1, 2))
    assert one.image.shape == (24, 24, 3) and one.image.dtype == np.uint8
    assert np.array_equal(one.image, again.image) and one.caption == again.caption
    if name == "photos":
        assert one.caption == other.caption == "a photo of a wall" and (one.image == 200).all()
    elif name == "drawings":
        assert one.caption == "a drawing of a sea" and np.array_equal(one.image, render(line.strokes, 24))
    else:
        assert not np.array_equal(one.image, other.image) and one.caption != other.caption


def test_a_world_with_art_has_labels_with_all_names(art_world: World) -> None:
    source = DrawnWorld(art_world)
    assert source.labels[0] == ("circle",) and ("fox", "red fox") in source.labels
    for i in range(40):
        example = source.sample(np.random.default_rng(i), 32)
        assert example.image.shape == (32, 32, 3)
        assert example.label < len(source.labels)


def test_hard_styles_come_twice_as_often() -> None:
    hard = list(STYLES)[:4]
    source = DrawnWorld(World(), styled=1.0, hard=hard)
    made = [source.sample(np.random.default_rng(i), 24).manner for i in range(400)]
    assert min(made) >= 0  # all are in a style
    assert np.mean(np.array(made) < 4) == pytest.approx(8 / (len(STYLES) + 4), abs=0.07)


def test_the_held_out_part_is_the_same_everywhere() -> None:
    assert [i for i in range(40) if is_held_out(f"photo {i}")] == [9, 22]
    assert not is_held_out("x", share=0.0) and is_held_out("x", share=1.0)
