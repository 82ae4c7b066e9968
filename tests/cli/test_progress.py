import io

import pytest
import torch
from PIL import Image
from rich.console import Console

from clipgen.cli import progress
from clipgen.cli.progress import Bar, Lines, Pace, Silent, half_blocks, loading, open_progress, score_text, seconds_text
from clipgen.synthesis import Step


def step(index: int, total: int = 20, scores: tuple[float, ...] = (0.25,)) -> Step:
    return Step(index, total, scores, scores, 0.1, torch.rand(len(scores), 3, 8, 8))


def test_quiet_shows_nothing_and_a_pipe_gets_lines(capsys: pytest.CaptureFixture[str]) -> None:
    with open_progress(quiet=True) as shown:
        assert isinstance(shown, Silent)
        shown.show(step(0))
    assert capsys.readouterr() == ("", "")
    with open_progress() as shown:
        assert isinstance(shown, Lines)
        for index in range(20):
            shown.show(step(index))
    written = capsys.readouterr()
    assert written.out == "" and len(written.err.splitlines()) == 10
    assert "step 20/20  score 0.250" in written.err.splitlines()[-1] and "it/s" in written.err


def test_no_rate_before_there_is_one(capsys: pytest.CaptureFixture[str]) -> None:
    lines = Lines()
    lines.show(step(0, total=10))
    assert capsys.readouterr().err == "step 1/10  score 0.250\n"


def test_a_long_run_says_at_its_start_how_long_it_takes(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for seconds, lines in ((4.0, ["step 2/300  score 0.250  4.0 s/it  19:52 left"]), (0.1, [])):
        shown = Lines()
        monkeypatch.setattr(Pace, "rate", lambda self, seconds=seconds: 1 / seconds if self.steps > 1 else 0.0)
        for index in range(4):
            shown.show(step(index, total=300))
        assert capsys.readouterr().err.splitlines() == lines


@pytest.mark.parametrize(("rate", "text"), [(0, "– it/s"), (2.5, "2.5 it/s"), (1, "1.0 it/s"), (0.25, "4.0 s/it")])
def test_rates(rate: float, text: str) -> None:
    assert progress.rate_text(rate) == text


def test_long_counts_print_lines_without_a_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with progress.counting("writing a.mp4: frame", 3) as count:
        count(1)
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(progress, "FIRST_LINE", 0.0)
    with progress.counting("writing a.mp4: frame", 3) as count:
        count(1)
        count(2)  # within NEXT_LINE
    assert capsys.readouterr().err == "writing a.mp4: frame 1/3\n"
    with progress.counting("writing a.mp4: frame", 3, quiet=True) as count:
        count(1)
    assert capsys.readouterr().err == ""


def test_short_runs_get_a_line_a_step(capsys: pytest.CaptureFixture[str]) -> None:
    lines = Lines()
    for index in range(3):
        lines.show(step(index, total=3))
    assert len(capsys.readouterr().err.splitlines()) == 3


def test_a_terminal_gets_bar_score_and_preview(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "PREVIEW_SECONDS", -1.0)
    written = io.StringIO()
    console = Console(file=written, force_terminal=True, color_system="truecolor", width=100, height=40)
    bar = Bar(console)
    with bar.live:
        for index in range(3):
            bar.show(step(index, scores=(0.25, 0.31)))
    assert "3/20" in written.getvalue() and "0.250–0.310" in written.getvalue() and "▀" in written.getvalue()


@pytest.mark.parametrize(("colours", "height"), [(None, 40), ("truecolor", 12)])
def test_no_preview_without_colours_or_room(colours: str | None, height: int) -> None:
    written = io.StringIO()
    kind = {"color_system": colours} if colours else {"no_color": True, "color_system": None}
    bar = Bar(Console(file=written, force_terminal=True, width=100, height=height, **kind))
    with bar.live:
        bar.show(step(0))
    assert "1/20" in written.getvalue() and "▀" not in written.getvalue()


def test_a_half_block_shows_the_upper_and_the_lower_pixel() -> None:
    picture = Image.new("RGB", (2, 2), "#ff0000")
    picture.paste("#0000ff", (0, 1, 2, 2))
    text = half_blocks([picture], columns=2)
    assert text.plain == "▀▀ \n" and {str(span.style) for span in text.spans} == {"#ff0000 on #0000ff"}


def test_pictures_of_any_shape_stand_side_by_side() -> None:
    wide, tall = Image.new("RGB", (40, 10)), Image.new("RGB", (10, 40))
    lines = half_blocks([wide, tall], columns=4).plain.splitlines()
    assert len(lines) == 8 and {len(line) for line in lines} == {10}


def test_numbers_for_people() -> None:
    assert score_text((0.3149,)) == "0.315" and score_text((0.2, 0.3)) == "0.200–0.300"
    assert [seconds_text(value) for value in (None, 4.4, 75, 3600)] == ["–", "4 s", "1:15", "60:00"]


def test_the_first_step_does_not_count_for_the_pace(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([0.0, 10.0, 12.0, 12.0])
    monkeypatch.setattr(progress.time, "monotonic", lambda: next(clock))
    pace = Pace()
    pace.count()  # at 10 s, after the warm-up
    pace.count()
    assert pace.rate() == 0.5 and pace.left(4) == 8.0


def test_loading_shows_on_terminals_only(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    with loading("loading the models") as update:
        update("trying start 2 of 4")
    assert capsys.readouterr().err == ""
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    with loading("loading the models"):
        pass
    assert "loading the models" in capsys.readouterr().err
    with loading("loading the models") as update:
        update("trying start 2 of 4")
    assert "trying start 2 of 4" in capsys.readouterr().err
