import pytest

from clipgen.errors import SettingsError
from clipgen.settings import DescribeSettings
from clipgen.studio.defaults import Defaults, plain
from clipgen.timelines import Scene, Timeline

DEFAULTS = Defaults.of({"perceptor": "vit-b-32", "steps": 80, "device": "cpu"})


def test_perceptor_is_one_name_or_several() -> None:
    assert plain({"perceptor": "a"}) == {"perceptors": ("a",)}
    assert plain({"perceptor": ["a", "b"], "palette": []}) == {"perceptors": ("a", "b"), "palette": ()}


def test_a_call_replaces_defaults() -> None:
    defaults = Defaults.of({"steps": 80, "seed": 7})
    painting = defaults.painting({"steps": 3})
    assert (painting.search.steps, painting.canvas.seed) == (3, 7)
    with pytest.raises(SettingsError):
        defaults.painting({"stepz": 3})


def test_describing_shares_only_the_model_and_the_machine() -> None:
    assert DEFAULTS.describing({"views": "crops"}) == {"perceptors": ("vit-b-32",), "device": "cpu", "views": "crops"}


def test_settings_of_a_film_replace_those_of_its_timeline() -> None:
    timeline = Timeline((Scene("a fox"),), film={"fps": 12, "zoom": 2.0}, picture={"seed": 3, "steps": 5})
    filming = Defaults.of({"generator": "pixels"}).filming(timeline, {"fps": 6, "steps": 4})
    assert (filming.film.fps, filming.film.zoom) == (6, 2.0)
    picture = filming.picture
    assert (picture.search.steps, picture.canvas.seed, picture.generator) == (4, 3, "pixels")


def test_a_round_trip_paints_with_the_model_that_described_unless_by_default() -> None:
    defaults = Defaults.of({"steps": 3})
    assert defaults.round_trip(DescribeSettings()).search.perceptors == ("builtin",)
    assert defaults.round_trip(DescribeSettings(perceptors=("vit-b-16",))).search.perceptors == ("vit-b-16",)
