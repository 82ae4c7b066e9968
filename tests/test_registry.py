import math
from collections.abc import Callable
from importlib.metadata import EntryPoint

import pytest

from clipgen import registry
from clipgen.errors import ClipgenError, UnknownNameError
from clipgen.registry import GENERATORS, OPTIMIZERS, Registry
from raising import refused


def test_load_imports_a_dotted_attribute() -> None:
    assert Registry("function", {"root": "math:sqrt"}).load("root") is math.sqrt
    assert Registry("function", {"join": "os:path.join"}).load("join")("a", "b").endswith("b")


def test_unknown_name_is_an_error_that_lists_the_names() -> None:
    with refused(UnknownNameError, "optimizer", match="optimizer 'adm'.*'adam'.*sgd"):
        OPTIMIZERS.load("adm")


def test_every_optimizer_is_one_of_torch() -> None:
    torch = pytest.importorskip("torch")
    assert all(issubclass(OPTIMIZERS.load(name), torch.optim.Optimizer) for name in OPTIMIZERS)


@pytest.mark.parametrize("name", ["vqgan", "cppn", "pixels"])
def test_every_generator_loads(name: str) -> None:
    assert callable(GENERATORS.load(name))


def test_other_packages_add_names(monkeypatch: pytest.MonkeyPatch) -> None:
    points = [EntryPoint("fractal", "math:sqrt", "parts"), EntryPoint("broken", "no_such_module:X", "parts")]
    monkeypatch.setattr(registry, "entry_points", lambda group: points if group == "parts" else [])
    parts = Registry("part", {"own": "math:cos"}, "parts")
    assert parts.names() == ["broken", "fractal", "own"] and "fractal" in parts
    assert parts.load("fractal") is math.sqrt
    with pytest.raises(ClipgenError, match="'broken'"):
        parts.load("broken")


def test_our_own_names_win(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "entry_points", lambda group: [EntryPoint("own", "math:sqrt", "parts")])
    assert Registry("part", {"own": "math:cos"}, "parts").load("own") is math.cos


@pytest.mark.parametrize(("value", "classes"), [("fractions:Fraction", False), ("math:pi", False), ("math:sqrt", True)])
def test_a_row_of_another_package_must_be_of_the_right_kind(
    value: str, classes: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "entry_points", lambda group: [EntryPoint("theirs", value, group)])
    parts = Registry[Callable[..., object]]("part", {}, "parts", setting="generator", classes=classes)
    with refused(ClipgenError, "generator", match=value):
        parts.load("theirs")


def test_a_generator_of_another_package_must_be_one(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("torch")
    from clipgen.studio import Studio

    monkeypatch.setitem(GENERATORS.table, "theirs", "builtins:dict")
    with Studio(generator="theirs") as studio, refused(ClipgenError, "generator", match="theirs"):
        studio.sample(1)
