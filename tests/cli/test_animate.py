"""animate and batch, on the tiny CLIP."""

import json
import shlex
from pathlib import Path

import pytest
from PIL import Image

from clipgen.cli import animate, filming
from clipgen.cli.filming import Request
from clipgen.cli.trial import Trial
from clipgen.errors import ImageError
from clipgen.media.video import VideoWriter
from clipgen.tasks.animate import Film

from .conftest import Cli, one_line

SMALL = ("--generator", "pixels", "--size", "32", "32", "--steps", "2", "--cutn", "2", "--device", "cpu", "--seed", "7",
         "--keyframes", "2", "--keyframe-steps", "1", "--fps", "4", "--seconds-per-scene", "1")  # fmt: skip


@pytest.fixture(autouse=True)
def scenes(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("scenes.txt").write_text("a red square\na blue circle\n")
    # a trial is a process of its own that loads the shipped models
    monkeypatch.setattr(animate, "trial", lambda *_: Trial(30.0, 2.0, 900, 50, 12))


def test_a_file_becomes_a_film(paint: Cli) -> None:
    result = paint("animate", "scenes.txt", *SMALL, "--subtitles", "--sheet", "--timing", "--captions")
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines() == [
        "outputs/scenes.mp4", "outputs/scenes.srt", "outputs/scenes-scenes.png", "outputs/scenes.json"
    ]  # fmt: skip
    assert (
        "2.0 s, 8 frames" in result.stderr and "00:00:01,000 --> 00:00:02,000" in Path("outputs/scenes.srt").read_text()
    )
    assert [scene["end"] for scene in json.loads(Path("outputs/scenes.json").read_text())["scenes"]] == [1.0, 2.0]
    again = paint("animate", "scenes.txt", *SMALL)
    assert again.stdout.splitlines() == ["outputs/scenes-2.mp4"]  # nothing is overwritten


def test_files_beside_a_film_overwrite_no_others(paint: Cli) -> None:
    own = ("film.srt", "film-scenes.png", "film.json", "frames.json")
    for name in own:
        Path(name).write_text("mine")
    for extra, kind in (("--subtitles", ".srt"), ("--sheet", "-scenes.png"), ("--timing", ".json")):
        result = paint("animate", "scenes.txt", *SMALL, extra, "-o", "film.gif", "--json")
        assert result.exit_code == 0, result.output
        path = Path(json.loads(result.stdout)["path"])
        assert path.stem != "film" and path.with_name(path.stem + kind).exists()
    again = paint("animate", "scenes.txt", "-o", path, "--resume", "--json")  # its own ones are written anew
    assert again.exit_code == 0 and json.loads(again.stdout)["timing"] == str(path.with_suffix(".json"))
    assert paint("animate", "scenes.txt", *SMALL, "--timing", "-o", "frames").exit_code == 0
    assert Path("frames-2.json").exists() and not Path("frames").exists()
    assert {Path(name).read_text() for name in own} == {"mine"}


@pytest.mark.parametrize("command", [("animate", "talk.srt", "-o", "talk.gif"), ("batch", "talk.srt", "--out", ".")])
def test_subtitles_never_overwrite_those_that_are_filmed(paint: Cli, command: tuple[str, ...]) -> None:
    text = "1\n00:00:00,000 --> 00:00:01,000\na red square\n\n"
    Path("talk.srt").write_text(text)
    result = paint(*command, *SMALL, "--subtitles")
    assert result.exit_code == 1 and "talk.srt" in result.stderr
    assert Path("talk.srt").read_text() == text and not Path("talk.film").exists()
    assert paint("animate", "talk.srt", *SMALL, "-o", "talk.gif").exit_code == 0
    one_line(paint("animate", "talk.srt", "-o", "talk.gif", "--resume", "--subtitles"), 1, "talk.srt")
    assert Path("talk.srt").read_text() == text


def test_resume_makes_only_what_changed(paint: Cli) -> None:
    assert paint("animate", "scenes.txt", *SMALL, "-o", "film.gif").exit_code == 0
    Path("scenes.txt").write_text("a red square\na yellow star\n")
    result = paint("animate", "scenes.txt", *SMALL, "-o", "film.gif", "--resume", "--json")
    assert result.exit_code == 0 and json.loads(result.stdout)["reused"] == [0]
    assert "used again: 1 of 2 scenes (1)" in result.stderr
    with Image.open("film.gif") as film:
        assert film.size == (32, 32)


def test_resume_needs_no_option_again(paint: Cli) -> None:
    extras = ("--captions", "--subtitles", "--timing", "--hold", "0.5", "--tv", "0.1")
    assert paint("animate", "scenes.txt", *SMALL, *extras, "-o", "film.gif").exit_code == 0
    result = paint("animate", "scenes.txt", "-o", "film.gif", "--resume", "--json")
    assert result.exit_code == 0 and "changed since" not in result.stderr, result.output
    found = json.loads(result.stdout)
    assert found["reused"] == [0, 1] and found["frames"] == 8 and {"subtitles", "timing"} <= found.keys()
    result = paint("animate", "scenes.txt", "-o", "film.gif", "--resume", "--fps", "8", "--sheet", "-q", "--json")
    found = json.loads(result.stdout)
    assert found["reused"] == [0, 1] and found["frames"] == 16 and "sheet" in found and result.stderr == ""
    result = paint("animate", "scenes.txt", "-o", "film.gif", "--resume", "--seed", "8")
    assert result.stderr.count("changed since") == 1 and "seed 7 → 8" in result.stderr


def test_resume_keeps_the_size_of_a_video_but_for_another_one(paint: Cli) -> None:
    for name, size in (("wide", (64, 32)), ("high", (32, 64))):
        with VideoWriter(f"{name}.mp4", fps=4) as video:
            for shade in range(4):
                video.add(Image.new("RGB", size, (40 * shade, 90, 60)))
    asked = [word for word in SMALL if word not in ("--size", "32")]
    assert paint("animate", "scenes.txt", *asked, "--video-in", "wide.mp4", "-o", "film.gif").exit_code == 0
    for name, size in (("wide", (368, 176)), ("high", (176, 368))):
        result = paint("animate", "scenes.txt", "--video-in", f"{name}.mp4", "-o", "film.gif", "--resume")
        assert result.exit_code == 0, result.output
        with Image.open("film.gif") as film:
            assert film.size == size


def test_nothing_to_resume_is_reported(paint: Cli) -> None:
    result = paint("animate", "scenes.txt", *SMALL, "-o", "film.gif", "--resume")
    assert result.exit_code == 0 and "film.film does not exist" in result.stderr


def test_the_printed_command_resumes_the_whole_film(paint: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(film: Film, request: Request, report: object) -> int:
        next(film.shoot(request.output))
        return 130

    with monkeypatch.context() as patch:
        patch.setattr(filming, "_paint", stopped)
        patch.setattr(filming, "_write", lambda *_, **__: 0)
        result = paint("animate", "scenes.txt", *SMALL, "-o", "my film.gif", "--timing")
    assert result.exit_code == 130
    command = shlex.split(result.stderr.split("resume with: clipgen ")[1])
    again = paint(*command, "--json")
    found = json.loads(again.stdout)
    assert again.exit_code == 0 and found["frames"] == 8 and found["path"] == "my film.gif" and "timing" in found


def test_a_damaged_record_is_one_line(paint: Cli) -> None:
    Path("film.film").mkdir()
    Path("film.film/film.json").write_text("{")
    one_line(paint("animate", "scenes.txt", *SMALL, "-o", "film.gif", "--resume"), 1, "film.json")


def test_a_network_becomes_a_page(paint: Cli) -> None:
    own = ("--generator", "cppn", "--as-network", "-o", "film.html")
    result = paint("animate", "scenes.txt", *SMALL, *own)
    assert result.exit_code == 0 and "2.0 s, one network" in result.stderr, result.output
    assert "a blue circle" in Path("film.html").read_text()


def test_a_video_is_painted_over_in_its_own_form(paint: Cli) -> None:
    with VideoWriter("wide.mp4", fps=4) as video:
        for shade in range(6):
            video.add(Image.new("RGB", (64, 32), (40 * shade, 90, 60)))
    asked = [word for word in SMALL if word not in ("--size", "32")]
    result = paint("animate", "scenes.txt", *asked, "--video-in", "wide.mp4", "-o", "painted.gif")
    assert result.exit_code == 0 and "1.5 s, 6 frames" in result.stderr, result.output
    with Image.open("painted.gif") as film:
        assert film.size == (368, 176)


def test_unknown_words_of_all_scenes_are_one_note(paint: Cli) -> None:
    Path("odd.txt").write_text("a red zeppelin\na blue gryphon\n")
    network = [word for word in SMALL if word != "pixels"]
    for more in (SMALL, [*network[:1], "cppn", *network[1:], "--as-network"]):
        lines = paint("animate", "odd.txt", *more).stderr.splitlines()
        notes = [line for line in lines if "new to the" in line]
        assert len(notes) == 1 and "zeppelin" in notes[0] and "gryphon" in notes[0]
        assert lines.index(notes[0]) < len(lines) - 3  # while it is painted, not at the end


def test_a_plan_costs_nothing(paint: Cli) -> None:
    result = paint("animate", "scenes.txt", *SMALL, "--dry-run")
    assert result.exit_code == 0 and not Path("outputs").exists()
    assert "2 scenes, 2.00 s, 8 frames at 4 a second; 4 keyframes, 5 optimisation steps" in result.stdout
    assert "about 2:32 on this machine, at 30.00 s a step" in result.stdout
    missing = paint("animate", "scenes.txt", *SMALL, "--dry-run", "--generator", "vqgan-imagenet-16384")
    assert missing.exit_code == 0 and "clipgen models pull vqgan-imagenet-16384" in missing.stdout


def test_a_text_on_standard_input(paint: Cli) -> None:
    result = paint("animate", "-", *SMALL, "-o", "film.gif", input="a red square\na blue circle\n")
    assert result.exit_code == 0 and "2.0 s, 8 frames" in result.stderr, result.output
    one_line(paint("animate", "-", *SMALL, input="\n"), 1, "standard input")
    one_line(paint("animate", "a poem about the sea"), 2, 'echo "a poem about the sea" | clipgen animate -')


def test_a_stopped_film_of_standard_input_names_it_as_it_was_given(paint: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filming, "_paint", lambda *_, **__: 130)
    result = paint("animate", "-", *SMALL, "-o", "film.gif", input="a red square\n")
    assert "resume with: clipgen animate - -o film.gif --resume" in result.stderr


def test_a_film_that_is_stopped_before_its_first_picture(paint: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(filming, "_paint", lambda *_, **__: 130)
        result = paint("animate", "scenes.txt", *SMALL, "-o", "film.gif")
    assert result.exit_code == 130 and result.stdout == "" and "resume with:" in result.stderr, result.output
    assert not Path("film.gif").exists()


@pytest.mark.parametrize("frames", [2, 4])
def test_a_stopped_film_has_a_sheet_of_its_painted_scenes(
    paint: Cli, monkeypatch: pytest.MonkeyPatch, frames: int
) -> None:
    def stopped(film: Film, request: Request, report: object) -> int:
        for _ in film.shoot(request.output):
            if film.painted == frames:  # of the first scene the half, or all
                break
        return 130

    with monkeypatch.context() as patched:
        patched.setattr(filming, "_paint", stopped)
        result = paint("animate", "scenes.txt", *SMALL, "--sheet", "-o", "film.gif")
    assert result.exit_code == 130 and f"{frames} frames" in result.stderr, result.output
    half = Image.open("film-scenes.png").size
    again = paint("animate", "scenes.txt", "-o", "film.gif", "--resume")
    assert again.exit_code == 0 and Image.open("film-scenes.png").width > half[0]


def test_a_film_that_is_stopped_while_it_is_written(paint: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(VideoWriter, "add", stop)
        result = paint("animate", "scenes.txt", *SMALL)
    assert result.exit_code == 130 and "animate scenes.txt -o outputs/scenes.mp4 --resume" in result.stderr
    assert not list(Path("outputs").glob("*.mp4"))


def test_a_plan_is_of_the_film_that_is_made(paint: Cli) -> None:
    asked = [word for word in SMALL if word not in ("--generator", "pixels")]
    result = paint("animate", "scenes.txt", *asked, "--dry-run", "--as-network", "--generator", "cppn")
    assert "one network, 5 optimisation steps" in result.stdout, result.output
    with VideoWriter("long.mp4", fps=4) as video:
        for shade in range(20):
            video.add(Image.new("RGB", (64, 32), (10 * shade, 90, 60)))
    result = paint("animate", "scenes.txt", *SMALL, "--dry-run", "--video-in", "long.mp4")
    assert "2 scenes, 5.00 s, 20 frames at 4 a second; 10 keyframes" in result.stdout, result.output


def test_frames_without_a_film(paint: Cli) -> None:
    result = paint("animate", "scenes.txt", *SMALL, "-o", "frames")
    assert result.exit_code == 0 and len(list(Path("frames").glob("*.png"))) == 8


def test_an_encoder_that_fails_loses_nothing(paint: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ImageError("the encoder stopped")

    with monkeypatch.context() as patch:
        patch.setattr(VideoWriter, "__enter__", broken)
        failed = paint("animate", "scenes.txt", *SMALL, "-q")
    assert failed.exit_code == 1 and "the keyframes are safe" in failed.stderr and "--resume" in failed.stderr
    result = paint("animate", "scenes.txt", *SMALL, "-o", "outputs/scenes.mp4", "--resume", "--json")
    assert result.exit_code == 0 and json.loads(result.stdout)["reused"] == [0, 1]


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (("animate", "none.txt"), ("cannot read none.txt",)),
        (("animate", "scenes.txt", "-o", "film.avi"), (".mp4", ".gif")),
        (("animate", "scenes.txt", "--fps", "0"), ("fps is 0",)),
        (("animate", "scenes.txt", "--zoom", "0"), ("zoom is 0",)),
        (("animate", "scenes.txt", "--audio", "none.wav"), ("none.wav",)),
        (("animate", "scenes.txt", "--audio", "scenes.txt"), ("scenes.txt", "sound", "--audio")),
        (("animate", "scenes.txt", "--transition", "fade"), ("'fade'", "dissolve")),
        (("animate", "bad.toml"), ("bad.toml", "fps is 'a'")),
        (("animate", "scenes.txt", "-o", "film.html"), ("film.html", "as_network")),
        (("animate", "scenes.txt", "--as-network"), ("vqgan", "cppn")),
        (("animate", "scenes.txt", "--video-in", "none.mp4"), ("no video none.mp4",)),
        (("animate", "scenes.txt", "--video-in", "scenes.txt"), ("scenes.txt", "cannot be decoded")),
    ],
)
def test_bad_input_is_one_line(paint: Cli, args: tuple[str, ...], words: tuple[str, ...]) -> None:
    Path("bad.toml").write_text('[film]\nfps = "a"\n[[scene]]\nprompt = "a fox"\n')
    one_line(paint(*args), 1, *words)
    assert not list(Path().rglob("*.film"))  # before any work


def test_the_command_line_completes_the_settings_of_a_timeline(paint: Cli) -> None:
    Path("film.toml").write_text('[film]\nfps = 4\n[picture]\npsi = 0.4\n[[scene]]\nprompt = "a fox"\n')
    given = ("animate", "film.toml", "--dry-run")
    assert paint(*given, "--keyframes", "2", "--generator", "stylegan").exit_code == 0
    one_line(paint(*given, "--keyframes", "2"), 1, "film.toml", "psi")
    one_line(paint(*given, "--generator", "stylegan"), 1, "film.toml", "keyframes")


def test_batch_skips_films_that_exist_and_reports_failures(paint: Cli) -> None:
    Path("more.txt").write_text("a green triangle\n")
    Path("empty.txt").write_text("# nothing\n")
    first = paint("batch", "scenes.txt", "more.txt", "empty.txt", "--out", "films", *SMALL)
    assert first.exit_code == 1 and "2 made, 0 skipped, 1 failed" in first.stderr and "empty.txt" in first.stderr
    assert sorted(path.name for path in Path("films").glob("*.mp4")) == ["more.mp4", "scenes.mp4"]
    second = paint("batch", "scenes.txt", "more.txt", "--out", "films", *SMALL, "--json")
    assert second.exit_code == 0 and json.loads(second.stdout) == {"made": 0, "skipped": 2, "failed": {}}
    Path("films/more.mp4").unlink()
    third = paint("batch", "scenes.txt", "more.txt", "--out", "films", "--json")  # resumed with its own settings
    assert third.exit_code == 0 and json.loads(third.stdout)["made"] == 1
    Path("films/scenes.mp4").unlink()
    Path("films/more.mp4").unlink()
    Path("scenes.txt").write_text("a red square\n")
    both = paint("batch", "scenes.txt", "more.txt", "--out", "films")
    assert both.stderr.count("used again: 1 of 1 scenes") == 2, both.stderr  # a note of each film
    assert "used again: 1 of 1 scenes" in third.stderr and "changed since" not in third.stderr
