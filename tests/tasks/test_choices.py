"""What seeds choose."""

from __future__ import annotations

from itertools import combinations

import pytest

from clipgen.tasks.generate.choices import PRIMES, Choices


def test_seeds_that_follow_one_another_are_far_apart_in_every_choice() -> None:
    for first in range(200):
        for numbers in zip(*(Choices(first + k).spread(len(PRIMES)) for k in range(4)), strict=True):
            assert min(abs(a - b) for a, b in combinations(numbers, 2)) > 0.05
            assert max(numbers) - min(numbers) > 0.5 and min(numbers) >= 0 and max(numbers) < 1


def test_numbers_of_many_seeds_are_even() -> None:
    for numbers in zip(*(Choices(seed).spread(len(PRIMES)) for seed in range(400)), strict=True):
        quarters = [sum(int(4 * number) == quarter for number in numbers) for quarter in range(4)]
        assert min(quarters) > 90


def test_what_seeds_draw_twice_is_mirrored_once() -> None:
    """Where they take turns among two drawings or three."""
    mirrored = [Choices(seed).spread(1)[0] < 0.5 for seed in range(1, 5)]
    assert mirrored[0] != mirrored[2] and mirrored[1] != mirrored[3] and mirrored[0] != mirrored[3]


@pytest.mark.parametrize("seed", [0, 1, 2**53 - 1, 2**63 - 2])
def test_the_next_seed_differs_however_large(seed: int) -> None:
    assert all(abs(a - b) > 0.05 for a, b in zip(Choices(seed).spread(9), Choices(seed + 1).spread(9), strict=True))


def test_more_numbers_than_primes() -> None:
    numbers = Choices(7).spread(2 * len(PRIMES))
    assert numbers[: len(PRIMES)] == numbers[len(PRIMES) :] and len({*numbers}) == len(PRIMES)


def test_a_seed_chooses_otherwise_for_other_things() -> None:
    cat, dog = ([Choices(seed).spread(2, [name]) for seed in range(4)] for name in ("cat", "dog"))
    assert all(abs(a - b) > 1e-3 for one, other in zip(cat, dog, strict=True) for a, b in zip(one, other, strict=True))
    assert cat == [Choices(seed).spread(2, ["cat"]) for seed in range(4)]
    for numbers in zip(*cat, strict=True):
        assert min(min(abs(a - b), 1 - abs(a - b)) for a, b in combinations(numbers, 2)) > 0.05
