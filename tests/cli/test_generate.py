from __future__ import annotations

import json
import os
import signal
import tempfile
from pathlib import Path

import pytest
from click.testing import Result
from PIL import Image

from clipgen.errors import ImageError, NonFiniteError, WeightsError
from clipgen.media.pictures import read_metadata
from clipgen.studio import Studio
from clipgen.synthesis import Step, Synthesis
from clipgen.tasks.generate import Picture, load_run
from clipgen.tasks.rating import Rating

from .conftest import TINY, Cli, one_line


def at_step(monkeypatch: pytest.MonkeyPatch, index: int, act: object) -> None:
    """Do something just before step `index` (from 0) of every run begins."""
    original = Synthesis.__next__

    def acting(self: Synthesis) -> Step:
        if self.index == index:
            act()  # type: ignore[operator]
        return original(self)

    monkeypatch.setattr(Synthesis, "__next__", acting)


def fail() -> None:
    raise NonFiniteError("the loss became NaN")


def interrupt() -> None:
    os.kill(os.getpid(), signal.SIGINT)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_text_alone_leaves_a_picture(paint: Cli, tmp_path: Path) -> None:
    result = paint("red square", *TINY)
    assert result.exit_code == 0, result.output
    assert result.stdout == f"{Path('outputs/red-square-7.png')}\n"
    assert "step 4/4" in result.stderr and "score" in result.stderr and "done after" in result.stderr
    assert names(tmp_path / "outputs") == ["red-square-7.png"]
    assert Image.open(tmp_path / "outputs" / "red-square-7.png").size == (32, 32)
    assert read_metadata(tmp_path / "outputs" / "red-square-7.png")["prompt"] == "red square"


def test_the_same_seed_gives_the_same_bytes_under_another_name(paint: Cli, tmp_path: Path) -> None:
    paint("red square", *TINY, "-o", "x.png")
    paint("red square", *TINY, "-o", "x.png")
    paint("red square", *TINY, "--seed", "8", "-o", "x.png")
    first, second, other = (tmp_path / name for name in ("x.png", "x-2.png", "x-3.png"))
    assert first.read_bytes() == second.read_bytes() != other.read_bytes()


def test_a_batch_with_everything_beside_it(paint: Cli, tmp_path: Path) -> None:
    (tmp_path / "list.txt").write_text("# two\nblue circle\n")
    beside = ("--grid", "--curve", "--video")
    result = paint("red square", "--prompts", "list.txt", *TINY, "-n", 2, *beside, "--json", "-q", "-o", "out")
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert [(row["prompt"], row["seed"]) for row in told["pictures"]] == [
        ("red square", 7),
        ("red square", 8),
        ("blue circle", 7),
        ("blue circle", 8),
    ]
    assert {"path", "score", "steps", "size"} <= told["pictures"][0].keys() and told["stopped"] is False
    assert all(Path(told[name]).stat().st_size for name in ("grid", "curve", "video"))
    assert len(names(tmp_path / "out")) == 7 and result.stderr == ""


def test_a_config_file_gives_settings_and_options_win(paint: Cli, tmp_path: Path) -> None:
    (tmp_path / "run.toml").write_text(
        'prompts = "red square"\nsteps = 2\nseed = 1\ngenerator = "pixels"\nsize = [32, 32]\ncutn = 2\ngrid = true\n'
        'output = "gallery"\n'
    )
    result = paint("--config", "run.toml", "--seed", "2")
    assert result.exit_code == 0, result.output
    assert names(tmp_path / "gallery") == ["red-square-2-grid.png", "red-square-2.png"]
    assert read_metadata(tmp_path / "gallery" / "red-square-2.png")["settings"]["search"]["steps"] == 2


def test_quiet_prints_names_only_and_verbose_prints_the_settings(paint: Cli) -> None:
    quiet, verbose = paint("red square", *TINY, "-q"), paint("red square", *TINY, "-v")
    assert quiet.stderr == "" and quiet.stdout.count("\n") == 1
    assert "settings: " in verbose.stderr and "generator=pixels" in verbose.stderr


def test_unknown_words_and_forgotten_quotes_are_reported(paint: Cli) -> None:
    assert "zeppelin" in paint("red zeppelin", *TINY).stderr
    result = paint("red", "square", "fox", *TINY)
    assert result.stdout == "outputs/red-square-fox-7.png\n" and '"red square fox"' in result.stderr


@pytest.mark.parametrize(
    ("args", "code", "words"),
    [
        ([], 2, ["--prompts FILE"]),
        (["  "], 1, ["empty"]),
        (["--prompts", "gone.txt"], 1, ["gone.txt"]),
        (["a fox", "--config", "gone.toml"], 1, ["gone.toml", "no such file"]),
        (["a fox", "--steps", "0"], 1, ["steps is 0"]),
        (["a fox", "--size", "0", "64"], 1, ["size is 0 x 64"]),
        (["a fox", "--size", "big"], 2, ["--size"]),
        (["a fox", "--size", "64", "--width", "32"], 2, ["--size", "--width"]),
        (["a fox", "--model", "vit-b-32"], 2, ["--perceptor vit-b-32"]),
        (["a fox", "--model", "vqgan"], 2, ["--generator vqgan"]),
        (["a fox", "--model", "other"], 2, ["--generator other", "--perceptor other"]),
        (["a fox", "--iterations", "9"], 2, ["--steps"]),
        (["a fox", "--init-image", "https://example.org/a.png"], 2, ["https://example.org/a.png", "download"]),
        (["https://example.org/a.png"], 2, ["download"]),
        (["a fox", "-o", "fox.mp4"], 1, ["fox.mp4", ".png", "--output"]),
        (["a fox", "--lr", "-1"], 1, ["lr is -1"]),
        (["a fox", "-n", "-2"], 1, ["count is -2"]),
        (["a fox", "--seed", "x"], 2, ["--seed", "'x'"]),
        (["a fox", "--time-budget", "soon"], 2, ["--time-budget", "45s"]),
        (["a fox", "--quality", "best"], 1, ["unknown quality 'best'", "draft"]),
        (["a fox", "--generator", "vqgn"], 1, ["unknown generator 'vqgn'", "vqgan"]),
        (["a fox", "--optimizer", "adm"], 1, ["unknown optimizer 'adm'", "adam"]),
        (["a fox", "--augments", "robst", *TINY], 1, ["'robst'", "robust"]),
        (["a fox", "--palette", "red"], 1, ["'red'", "#rrggbb"]),
        (["a fox", "--device", "tpu"], 1, ["'tpu'", "cpu"]),
        (["a fox", "--init-image", "gone.png", *TINY], 1, ["gone.png"]),
        (["a fox", "--image-prompt", "text.txt:0.5", *TINY], 1, ["text.txt", "not a picture"]),
        (["a fox", "--weights", "gone.ckpt"], 2, ["--weights", "gone.ckpt"]),
        (["a fox", "-o", "fox.gif"], 1, ["fox.gif", ".png", "--output"]),
        (["a fox", "-o", "text.txt/x", *TINY], 1, ["cannot write text.txt/x", "--output"]),
        (["--resume", "gone.run"], 1, ["gone.run"]),
        (["--resume", "a.mp4"], 1, ["a.mp4", "clipgen animate", "--resume"]),
        (["--resume", "text.txt"], 1, ["text.txt", "no run file"]),
        (["a fox", "--resume", "x.run", "--steps", "9"], 2, ["leave out: a fox, --steps"]),
    ],
)
def test_bad_input_is_one_line(paint: Cli, tmp_path: Path, args: list[str], code: int, words: list[str]) -> None:
    (tmp_path / "text.txt").write_text("# not a picture")
    one_line(paint("generate", *args), code, *words)
    assert not list(tmp_path.glob("outputs/*"))


def test_out_of_memory_names_the_flag_that_helps(paint: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    def full() -> None:
        raise RuntimeError("CUDA out of memory")

    at_step(monkeypatch, 0, full)
    one_line(paint("red square", *TINY, "-q"), 1, "out of memory", "--cut-chunk")


@pytest.mark.parametrize("error", [WeightsError("the judge is damaged"), KeyboardInterrupt()])
def test_a_rating_that_fails_keeps_the_result(
    paint: Cli, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    def failing(*_: object) -> None:
        raise error

    monkeypatch.setattr(Studio, "rate", failing)
    result = paint("red square", *TINY)
    assert result.exit_code == 0 and result.stdout == "outputs/red-square-7.png\n" and "not rated" in result.stderr


def test_what_is_later_than_its_time_budget_is_not_rated(paint: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Studio, "rate", lambda *_: pytest.fail("another CLIP was loaded"))
    result = paint("red square", *TINY, "--time-budget", "0.001s")
    assert result.exit_code == 0 and "note: not rated: the time budget is spent" in result.stderr, result.output


def test_a_rating_is_printed(paint: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Studio, "rate", lambda *_: [Rating(5.12)])
    assert "fit strong (z 5.1)" in paint("red square", *TINY).stderr
    result = json.loads(paint("red square", *TINY, "--json", "-q").stdout)
    (row,) = result["pictures"]
    assert result["seconds"] > 0
    assert (row["fit"], row["z"]) == ("strong", 5.12)


def test_an_error_on_the_way_keeps_the_best_picture(
    paint: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_step(monkeypatch, 2, fail)
    result = paint("red square", *TINY)
    assert result.exit_code == 1 and "NaN" in result.stderr.splitlines()[-1]
    assert f"saved the best so far: {Path('outputs/red-square-7.png')}" in result.stderr
    assert read_metadata(tmp_path / "outputs" / "red-square-7.png")["steps_done"] == 2


def test_an_error_before_the_first_step_leaves_nothing(
    paint: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_step(monkeypatch, 0, fail)
    assert paint("red square", *TINY).exit_code == 1 and names(tmp_path / "outputs") == []


def stopped(paint: Cli, monkeypatch: pytest.MonkeyPatch, *args: str) -> Result:
    """A run with Ctrl-C in its second step."""
    with monkeypatch.context() as patched:
        at_step(patched, 1, interrupt)
        return paint("red square", *TINY, *args)


def test_ctrl_c_saves_the_picture_and_exits_130(paint: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    result = stopped(paint, monkeypatch)
    assert result.exit_code == 130
    assert names(tmp_path / "outputs") == ["red-square-7.png", "red-square-7.run"]
    assert read_metadata(tmp_path / "outputs" / "red-square-7.png")["steps_done"] == 2
    assert f"clipgen --resume {Path('outputs/red-square-7.run')}" in result.stderr


@pytest.mark.parametrize("given", ["outputs/red-square-7.run", "outputs/red-square-7.png"])
def test_a_resumed_run_ends_in_the_bytes_of_one_that_never_stopped(
    paint: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: str
) -> None:
    stopped(paint, monkeypatch, "--ema", "0.5")
    resumed = paint("--resume", given, "-o", "resumed.png", "--curve")
    assert resumed.exit_code == 0, resumed.output
    paint("red square", *TINY, "--ema", "0.5", "-o", "whole.png", "--curve")
    for ending in (".png", "-curve.png"):
        assert (tmp_path / f"resumed{ending}").read_bytes() == (tmp_path / f"whole{ending}").read_bytes(), ending


def test_a_resumed_run_replaces_the_curve_and_the_sheet_of_the_stopped_one(
    paint: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopped(paint, monkeypatch, "--curve", "--grid", "-o", "out/x.png")
    assert paint("--resume", "out/x.run").exit_code == 0
    assert names(tmp_path / "out") == ["x-curve.png", "x-grid.png", "x.png"]


def test_a_resumed_run_replaces_no_picture_of_another_run(
    paint: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopped(paint, monkeypatch, "--grid", "--curve")
    (tmp_path / "moved").mkdir()
    for path in (tmp_path / "outputs").iterdir():
        path.rename(tmp_path / "moved" / path.name)
    assert stopped(paint, monkeypatch, "--steps", "3", "--grid").exit_code == 130
    before = {path: path.read_bytes() for path in (tmp_path / "outputs").iterdir()}
    assert len(before) == 3  # one of them the second run file
    assert paint("--resume", "moved/red-square-7.run").exit_code == 0
    assert {path: path.read_bytes() for path in before} == before
    more = ["red-square-7-2-curve.png", "red-square-7-2-grid.png", "red-square-7-2.png"]
    assert names(tmp_path / "outputs") == sorted([*more, *(path.name for path in before)])
    assert names(tmp_path / "moved") == ["red-square-7-curve.png", "red-square-7-grid.png", "red-square-7.png"]


def test_a_picture_that_is_newer_than_the_run_file_is_the_runs_own(
    paint: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        at_step(patched, 3, fail)
        assert paint("red square", *TINY, "--save-every", "2").exit_code == 1
    assert names(tmp_path / "outputs") == ["red-square-7.png", "red-square-7.run"]
    assert done(tmp_path / "outputs") == 3
    assert paint("--resume", "outputs/red-square-7.run").exit_code == 0
    assert names(tmp_path / "outputs") == ["red-square-7.png"] and done(tmp_path / "outputs") == 4


@pytest.mark.parametrize("flag", ["--init", "--mask", "--image-prompt"])
def test_a_run_is_not_resumed_with_a_picture_that_has_changed(
    paint: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, flag: str
) -> None:
    for name in ("a.png", "b.png"):
        Image.linear_gradient("L").convert("RGB").resize((32, 32)).save(name)
    given = ("--init", "a.png") if flag == "--mask" else ()
    assert stopped(paint, monkeypatch, *given, flag, "b.png").exit_code == 130
    before, old = {path: path.read_bytes() for path in (tmp_path / "outputs").iterdir()}, Path("b.png").read_bytes()
    Image.new("RGB", (32, 32), "white").save("b.png")
    one_line(paint("--resume", "outputs/red-square-7.run"), 1, "b.png has changed", "--resume")
    assert {path: path.read_bytes() for path in (tmp_path / "outputs").iterdir()} == before
    Path("b.png").write_bytes(old)
    assert paint("--resume", "outputs/red-square-7.run").exit_code == 0


def test_a_run_that_is_resumed_elsewhere_leaves_no_run_file(
    paint: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopped(paint, monkeypatch)
    with monkeypatch.context() as patched:
        at_step(patched, 2, interrupt)
        assert paint("--resume", "outputs/red-square-7.run", "-o", "second.png").exit_code == 130
    assert names(tmp_path / "outputs") == ["red-square-7.png"]  # the half-done picture is the user's
    assert (tmp_path / "second.run").exists()
    assert paint("--resume", "second.run", "-o", "third.png").exit_code == 0
    assert not list(tmp_path.rglob("*.run"))


def test_a_resumed_run_prints_paths_as_the_first_one(
    paint: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopped(paint, monkeypatch)
    assert paint("--resume", "outputs/red-square-7.run").stdout == "outputs/red-square-7.png\n"


def test_a_prompt_a_line_of_standard_input(paint: Cli, tmp_path: Path) -> None:
    assert paint("-", *TINY, "-q", input="red square\nblue circle\n").stdout.count("\n") == 2
    assert paint("--prompts", "-", *TINY, "-q", input="red fox\n").stdout == "outputs/red-fox-7.png\n"
    one_line(paint("-", *TINY, input="\n"), 1, "standard input")


def test_parts_to_avoid(paint: Cli, tmp_path: Path) -> None:
    avoided = ("--negative", "blue circle", "--negative", "fox:0.5")
    assert paint("red square", *avoided, *TINY, "-o", "x.png").exit_code == 0
    assert read_metadata(tmp_path / "x.png")["prompt"] == "red square | blue circle:-0.3 | fox:-0.5"


@pytest.mark.parametrize(
    "size", [("--size", "40x24"), ("--size=40x24",), ("--width", "40", "--height", "24"), ("--size", "40", "24")]
)
def test_sizes_as_people_write_them(paint: Cli, tmp_path: Path, size: tuple[str, ...]) -> None:
    small = [word for word in TINY if word not in ("--size", "32")]
    assert paint("red square", *small, *size, "-o", "x.png").exit_code == 0
    assert Image.open(tmp_path / "x.png").size == (40, 24)


def test_the_notation_of_other_tools_is_noted_once(paint: Cli) -> None:
    result = paint("a [red|blue] square", "a red square", *TINY)
    assert result.exit_code == 0 and result.stderr.count("note: '[red|blue]': brackets mean nothing here") == 1


def test_a_resumed_run_keeps_the_video_of_the_steps_before(
    paint: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopped(paint, monkeypatch, "--video", "-o", "x.png")
    before = (tmp_path / "x.mp4").read_bytes()
    resumed = paint("--resume", "x.run")
    assert resumed.exit_code == 0 and "x-2.mp4 starts at step 3" in resumed.stderr, resumed.output
    assert (tmp_path / "x.mp4").read_bytes() == before and (tmp_path / "x-2.mp4").exists()
    assert not (tmp_path / "x.run").exists()


def test_a_second_ctrl_c_inside_a_step_still_saves_the_picture(
    paint: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def twice() -> None:
        interrupt()
        interrupt()

    at_step(monkeypatch, 1, twice)
    result = paint("red square", *TINY)
    assert result.exit_code == 130 and "saved the best so far" in result.stderr
    assert names(tmp_path / "outputs") == ["red-square-7.png"]


def test_save_every_keeps_picture_and_state_up_to_date(
    paint: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[int, list[str]]] = []
    folder = tmp_path / "outputs"
    with monkeypatch.context() as patched:
        at_step(patched, 3, lambda: seen.append((done(folder), names(folder))))
        assert paint("red square", *TINY, "--save-every", "2").exit_code == 0
    assert seen == [(2, ["red-square-7.png", "red-square-7.run"])]
    assert names(folder) == ["red-square-7.png"] and done(folder) == 4


def done(folder: Path) -> int:
    return int(read_metadata(folder / "red-square-7.png")["steps_done"])


def test_a_killed_run_resumes_from_its_last_save(paint: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept: list[bytes] = []
    with monkeypatch.context() as patched:
        # what lies on the disk when the process dies without a word
        at_step(patched, 3, lambda: kept.append((tmp_path / "outputs" / "red-square-7.run").read_bytes()))
        paint("red square", *TINY, "--save-every", "2")
    (tmp_path / "left.run").write_bytes(kept[0])
    assert paint("--resume", "left.run", "-o", "resumed.png").exit_code == 0
    paint("red square", *TINY, "--save-every", "2", "-o", "whole.png")
    assert (tmp_path / "resumed.png").read_bytes() == (tmp_path / "whole.png").read_bytes()


def test_a_full_disk_in_the_end_loses_nothing(paint: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    refuge = tmp_path / "tmp"
    refuge.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(refuge))
    save = Picture.save

    def fails_in_outputs(self: Picture, path: Path) -> None:
        if "outputs" in str(path):
            raise ImageError("cannot write: No space left on device")
        save(self, path)

    monkeypatch.setattr(Picture, "save", fails_in_outputs)
    one_line(paint("red square", *TINY, "-q"), 1, "No space left", "saved instead", str(refuge / "red-square-7.png"))
    assert (refuge / "red-square-7.png").is_file()


def test_the_settings_of_a_state_are_those_of_the_run(
    paint: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopped(paint, monkeypatch)
    job = load_run(tmp_path / "outputs" / "red-square-7.run").job
    assert job.inputs.prompts == ("red square",) and job.settings.to_dict()["search"]["steps"] == 4


def test_a_picture_is_edited(paint: Cli, tmp_path: Path) -> None:
    Image.linear_gradient("L").convert("RGB").resize((40, 20)).save("photo.png")
    result = paint("edit", "photo.png", "a red square", *TINY, "--strip", "3", "--json")
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert -1 <= told["pictures"][0]["kept"] <= 1
    with Image.open(told["strip"]) as strip:
        assert strip.width > 2.5 * strip.height
    one_line(paint("edit", "none.png", "a red square"), 1, "none.png")
    one_line(paint("edit", "a red square", "photo.png"), 2, 'clipgen edit photo.png "a red square"')
    words = paint("edit", "photo.png", "a", "red", "square", *TINY, "--strip", "0", "-o", "x.png")
    assert words.exit_code == 0 and read_metadata(tmp_path / "x.png")["prompt"] == "a red square"
    assert "TEXT" in paint("edit", "--help").output


def test_a_resumed_edit_leaves_what_one_that_never_stopped_does(
    paint: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Image.linear_gradient("L").convert("RGB").resize((40, 20)).save("photo.png")
    edit = ("edit", "photo.png", "a red square", *TINY, "--strip", "3", "--json", "-q", "-o")
    with monkeypatch.context() as patched:
        at_step(patched, 1, interrupt)
        assert paint(*edit, "x.png").exit_code == 130
    resumed = json.loads(paint("--resume", "x.run", "--json", "-q").stdout)
    assert resumed["strip"] == "x-strip.png" and not Path("x.run").exists()
    whole = json.loads(paint(*edit, "y.png").stdout)
    assert resumed["pictures"][0] == {**whole["pictures"][0], "path": "x.png"}
    for ending in (".png", "-strip.png"):
        assert Path(f"x{ending}").read_bytes() == Path(f"y{ending}").read_bytes(), ending
