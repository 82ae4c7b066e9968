"""Pictures of tiles: one large picture without seams, in the memory of a tile."""

from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from clipgen.errors import SettingsError
from clipgen.media.pictures import read_metadata
from clipgen.settings import GenerateSettings
from clipgen.tasks.generate import Run, load_run
from clipgen.tasks.generate import tiles as tiles_module
from clipgen.tasks.generate.grid import Grid
from clipgen.tasks.generate.tiles import Tiles
from gridclip import GridClip
from raising import refused
from runs import remake, start

Make = Callable[..., Run]
SMALL = GenerateSettings.of(
    size=(48, 32), tiles=(3, 2), steps=2, cutn=4, seed=7, generator="pixels", device="cpu", dtype="fp32"
)


@pytest.fixture
def make() -> Make:
    def made(prompts: Sequence[str] = ("a red square",), **given: Any) -> Run:
        parts = {name: given.pop(name) for name in ("resume", "started") if name in given}
        return start(GridClip(), prompts, SMALL.changed(**given), **parts)

    return made


def finished(run: Run) -> list[np.ndarray]:
    for _ in run:
        pass
    return [np.asarray(picture.image) for picture in run.pictures()]


def course(run: Run) -> Tiles:
    assert isinstance(run.course, Tiles)
    return run.course


def test_tiles_overlap_and_cover_the_picture_once() -> None:
    grid = Grid((4, 3), (512, 512))
    assert grid.whole == (2048, 1536) and grid.overlap == 64
    covered = torch.zeros(3 * 512, 4 * 512)
    for number in range(len(grid)):
        left, top, right, bottom = grid.core(number)
        covered[top:bottom, left:right] += 1
    assert (covered == 1).all()
    assert grid.window(0) == (0, 0, 576, 576) and grid.window(5) == (448, 448, 1088, 1088)
    alpha = grid.alpha(5)[0, 0]
    assert alpha.shape == (640, 640) and (alpha[64:576, 64:576] == 1).all()
    assert alpha[0, 300] == alpha[300, -1] == 0 and alpha[32, 300] == pytest.approx(0.5, abs=0.02)
    assert (grid.alpha(0)[0, 0, :512, :512] == 1).all()  # no rim at the edges of the picture


def test_a_picture_is_an_overview_then_every_tile(make: Make) -> None:
    run = make()
    steps = list(run)
    assert [step.index for step in steps] == list(range(14)) and {step.total for step in steps} == {14}
    assert len({step.image.shape for step in steps}) == 1  # a video needs frames of one size
    (picture,) = run.pictures()
    assert picture.image.size == (144, 64) and picture.metadata["steps_done"] == 14
    assert run.done == run.total == 14


def test_every_tile_is_painted_and_the_others_stay(make: Make) -> None:
    run = make()
    before: np.ndarray | None = None
    for _ in run:
        if run.synthesis.index < run.synthesis.total or run.stage == 0:
            before = finished_so_far(run) if run.stage == 0 else before
            continue
        assert before is not None
        after = finished_so_far(run)
        left, top, right, bottom = course(run).grid.window(run.stage - 1)
        changed = (after != before).any(-1)
        assert changed[top:bottom, left:right].mean() > 0.5
        changed[top:bottom, left:right] = False
        assert not changed.any()
        before = after


def finished_so_far(run: Run) -> np.ndarray:
    return np.asarray(run.pictures()[0].image).copy()


def test_tiles_leave_no_seams(make: Make, tmp_path: Path) -> None:
    """Tiles of black and white fade into each other: neighbouring pixels differ by a step of the rim at most."""
    Image.new("RGB", (144, 64), (128, 128, 128)).save(tmp_path / "grey.png")
    run = make(init_image=str(tmp_path / "grey.png"))
    tiles = course(run)
    for number in range(6):
        plan = tiles._tile(number)
        assert plan.frame is not None
        width, height = plan.settings.canvas.size
        colour = torch.full((1, 3, height, width), float(number % 2))
        over = plan.frame.over((width, height), torch.device("cpu"))
        tiles.keep(number, SimpleNamespace(best_image=over(colour)))  # type: ignore[arg-type]
    assert tiles.canvas is not None
    image = tiles.canvas[0, ..., 0].numpy().astype(int)
    assert image.min() == 0 and image.max() == 255
    assert max(np.abs(np.diff(image, axis=axis)).max() for axis in (0, 1)) <= 2 * 255 / tiles.grid.overlap


def test_the_tile_and_the_whole_both_guide(make: Make) -> None:
    run = make()
    next(run), next(run), next(run)
    assert run.stage == 1
    (outer,) = run.synthesis.looks
    window = torch.rand(1, 3, *reversed(run.generator.size), requires_grad=True)
    whole = outer.see(window)
    # the tile is a third of the width and half of the height; the rest is what is there
    assert whole.shape[-1] == 3 * round(48 / 6**0.5) and whole.shape[-2] == 2 * round(32 / 6**0.5)
    whole.sum().backward()  # type: ignore[no-untyped-call]
    assert window.grad is not None and (window.grad[..., :32, :48] > 0).all()
    assert torch.equal(outer.target, GridClip().encode_text(["a red square"]))


def test_a_tile_under_a_region_has_its_words(make: Make) -> None:
    run = make(regions=("0,0,34%,50%=a blue circle", "100,40,30,20=a fox"))
    words = GridClip().encode_text(["a red square", "a blue circle", "a fox"])
    tiles = course(run)
    list(islice(run, 3))
    first, second, last = (tiles._tile(number) for number in (0, 1, 5))
    assert torch.allclose(first.targets.mean()[0], words[1]) and first.regions == ()
    assert torch.allclose(second.targets.mean()[0], words[0]) and second.regions == ()
    assert torch.allclose(last.targets.mean()[0], words[0])
    assert torch.allclose(last.regions[0].targets.mean()[0], words[2])
    left, top, right, bottom = last.regions[0].box((64, 48))  # the window begins at 80, 16
    assert (left, top, right, bottom) == (20, 24, 50, 44)


def test_a_stopped_picture_resumes_to_the_same_bytes(make: Make, tmp_path: Path) -> None:
    whole = make(hide="a fox", count=2)
    expected = finished(whole)
    for stop in (1, 5, 15):
        run = make(hide="a fox", count=2)
        list(islice(run, stop))
        run.save_state(tmp_path / "a.run")
        saved = load_run(tmp_path / "a.run")
        again = start(GridClip(), ("a red square",), saved.job.settings, resume=saved.state)  # type: ignore[arg-type]
        assert again.done == stop
        assert all((a == b).all() for a, b in zip(finished(again), expected, strict=True)), stop


def test_a_picture_of_tiles_is_made_again_from_its_metadata(make: Make, tmp_path: Path) -> None:
    run = make(hide="a fox")
    (image,) = finished(run)
    run.pictures()[0].save(tmp_path / "a.png")
    metadata = read_metadata(tmp_path / "a.png")
    assert (finished(remake(GridClip(), metadata))[0] == image).all()


def test_a_hidden_thing_is_painted_once_at_a_place_of_the_seed(make: Make) -> None:
    run = make(hide="a fox", count=2)
    pictures = finished(run)
    found = [picture.metadata["hidden"] for picture in run.pictures()]
    assert [one["text"] for one in found] == ["a fox", "a fox"] and found[0]["box"] != found[1]["box"]
    without = make(count=2)
    for image, other, one in zip(pictures, finished(without), found, strict=True):
        left, top, right, bottom = one["box"]
        assert 0 <= left < right <= 144 and 0 <= top < bottom <= 64 and right - left == bottom - top
        changed = (image != other).any(-1)
        assert changed[top:bottom, left:right].mean() > 0.9
        rim = (right - left) // 3
        changed[max(0, top - rim) : bottom + rim, max(0, left - rim) : right + rim] = False
        assert not changed.any()
    assert "hidden" not in without.pictures()[0].metadata
    again = make(hide="a fox", count=2)
    assert [one["box"] for one in course(again).hidden if one] == [tuple(one["box"]) for one in found]


def test_a_hidden_thing_starts_alone_and_is_guided_by_all_of_its_words(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = make(hide="a fox in a red shirt | a hat:0.5")
    list(islice(run, 3))
    started: list[torch.Tensor] = []
    monkeypatch.setattr(
        tiles_module, "with_start", lambda plan, parts: (started.append(plan.targets.mean()), plan)[1]
    )
    plan = course(run)._hide()
    words = GridClip().encode_text(["a fox", "a fox in a red shirt"])
    assert torch.allclose(started[0][0], words[0])
    assert torch.allclose(plan.targets.embeddings[0, 0], words[1]) and plan.targets.embeddings.shape[1] == 2


def test_an_initial_picture_takes_the_place_of_the_overview(make: Make, tmp_path: Path) -> None:
    Image.new("RGB", (144, 64), (200, 30, 30)).save(tmp_path / "red.png")
    run = make(init_image=str(tmp_path / "red.png"))
    assert run.total == 12
    next(run)
    image = np.asarray(run.pictures()[0].image)
    assert (image[-1, -1] == (200, 30, 30)).all()


def test_only_a_tile_is_computed_at_a_time(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = []
    original = tiles_module.begin

    def begin(plan: Any, *given: Any) -> Any:
        made = original(plan, *given)
        sizes.append(made.generator.size)
        return made

    monkeypatch.setattr(tiles_module, "begin", begin)
    run = make(tiles=(4, 3), steps=1)
    finished(run)
    assert max(width * height for width, height in sizes[1:]) == (48 + 32) * (32 + 32)
    assert run.state()["canvas"].dtype == torch.uint8


def test_a_time_budget_is_divided_among_the_tiles(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    from clipgen.tasks.generate import budget

    monkeypatch.setattr(budget, "pace", lambda run, seconds: 0.01 if run.generator.size == (80, 48) else 1e9)
    run = make(time_budget=100.0, steps=None, cutn=4)
    assert run.plan.stages == 7 and run.settings.search.steps == pytest.approx(95 / 7 / 0.01, abs=20)


def test_what_cannot_be_tiles_is_refused(make: Make) -> None:
    with refused(SettingsError, "race", "tiles"):
        make(race=3)
    with refused(SettingsError, "tiles", "size"):
        make(tiles=(200, 2))
    with refused(SettingsError, "hide", "tiles"):
        make(tiles=None, hide="a fox")
    with refused(SettingsError, "hide", "size", match="16 x 48"):
        make(hide="a fox", size=(16, 48))
    with refused(SettingsError, "regions"):
        make(regions=("0,0,200,20=a fox",))
