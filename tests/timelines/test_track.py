import pytest

from clipgen.errors import SettingsError, UnknownNameError
from clipgen.timelines import Key, Track


def test_a_line_between_keys_and_the_ends_beyond_them() -> None:
    track = Track((Key(1, 10), Key(3, 20)))
    assert [track.at(seconds) for seconds in (0, 1, 2, 3, 9)] == [10, 10, 15, 20, 20]


def test_ease_rests_at_both_ends() -> None:
    track = Track((Key(0, 0), Key(1, 1, "ease")))
    assert track.at(0.5) == 0.5 and track.at(0.01) < 0.001 and track.at(0.99) > 0.999


def test_cubic_passes_all_keys_without_a_corner() -> None:
    track = Track((Key(0, 0), Key(1, 1, "cubic"), Key(2, 0, "cubic"), Key(3, 2, "cubic")))
    assert [track.at(seconds) for seconds in (0, 1, 2, 3)] == pytest.approx([0, 1, 0, 2])
    before, after = ((track.at(1 + step) - track.at(1)) / step for step in (-1e-5, 1e-5))
    assert before == pytest.approx(after, abs=1e-3)


@pytest.mark.parametrize("keys", [(), (Key(1, 0), Key(1, 1)), (Key(-1, 0),), (Key(0, float("nan")),)])
def test_bad_keys(keys: tuple[Key, ...]) -> None:
    with pytest.raises(SettingsError):
        Track(keys)


def test_an_unknown_curve() -> None:
    with pytest.raises(UnknownNameError, match="'easy'"):
        Track((Key(0, 0, "easy"),))
