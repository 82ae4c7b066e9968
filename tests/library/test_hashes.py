"""Perceptual hashes: near for the same picture, the same in all symmetries, far for others."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from clipgen.library import hashes as module
from clipgen.library.hashes import near_pairs, perceptual_hashes

from .conftest import noise


def distance(first: Image.Image, second: Image.Image) -> int:
    """Bits in which two pictures differ, in the best symmetry."""
    return int(np.bitwise_count(perceptual_hashes(first)[0] ^ perceptual_hashes(second)).min())


@pytest.mark.parametrize("turn", list(Image.Transpose))
def test_turned_and_mirrored_pictures_are_near(turn: Image.Transpose) -> None:
    picture = noise(1, (300, 200))
    assert distance(picture, picture.transpose(turn)) <= 2


def test_smaller_pictures_are_near_and_others_far() -> None:
    assert distance(noise(1, (300, 200)), noise(1, (120, 80))) <= 4
    assert min(distance(noise(1), noise(seed)) for seed in range(2, 12)) > 10


def test_pairs_are_those_within_the_radius() -> None:
    hashes = np.stack([perceptual_hashes(noise(seed)) for seed in (1, 2, 1, 3)])
    assert near_pairs(hashes[:, 0], hashes, 4).tolist() == [[0, 2]]
    assert near_pairs(hashes[:1, 0], hashes[:1], 4).shape == (0, 2)


def test_pairs_of_many_are_those_of_all_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_COLUMNS", 3)
    hashes = np.random.default_rng(0).integers(0, 2**63, (11, 8), np.uint64)
    hashes[[4, 10], 5] = hashes[[1, 4], 0]
    differ = np.bitwise_count(hashes[None] ^ hashes[:, None, :1]).min(-1)
    wanted = [[i, j] for i in range(11) for j in range(i + 1, 11) if differ[i, j] <= 20]
    assert near_pairs(hashes[:, 0], hashes, 20).tolist() == wanted and [1, 4] in wanted and [4, 10] in wanted


def test_of_many_near_ones_the_nearest_are_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_COLUMNS", 6)
    hashes = np.zeros((18, 8), np.uint64)
    hashes[1::2] += np.uint64(1)
    found = near_pairs(hashes[:, 0], hashes[:, :1], 2, most=2)
    of_first, of_last = found[found[:, 0] == 0, 1].tolist(), found[found[:, 0] == 15, 1].tolist()
    assert of_first == [2, 4, 6, 8, 12, 14] and of_last == [16, 17]  # two of each block, without a bit between them


def test_a_thousand_blank_pages_are_few_pairs() -> None:
    assert len(near_pairs(np.zeros(1000, np.uint64), np.zeros((1000, 8), np.uint64), 12, most=8)) <= 8 * 1000
