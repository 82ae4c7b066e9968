from pathlib import Path

import pytest

from clipgen.errors import ClipgenError, PromptError
from clipgen.models.weights import prompts_folder
from clipgen.timelines import Timeline, read_timeline, write_subtitles


def read(folder: Path, name: str, text: str) -> Timeline:
    (folder / name).write_text(text, encoding="utf-8")
    return read_timeline(folder / name)


def test_a_line_is_a_scene(tmp_path: Path) -> None:
    timeline = read(tmp_path, "a.txt", "# spring\na fox | fog:0.5\n\n---\na castle: old\n")
    assert [scene.prompt for scene in timeline.scenes] == ["a fox | fog:0.5", "a castle: old"]
    assert [scene.transition for scene in timeline.scenes] == [None, "cut"]
    assert timeline.scenes[0].words == "a fox, fog" and timeline.scenes[0].origin.endswith("a.txt, line 2")


def test_sentences_are_scenes_and_names_with_a_point_are_not(tmp_path: Path) -> None:
    timeline = read(tmp_path, "a.txt", "Mr. Fox sleeps at No. 3. The moon is up! Is it? Yes.\na fox. | b. c.")
    assert [scene.prompt for scene in timeline.scenes] == [
        "Mr. Fox sleeps at No. 3.", "The moon is up!", "Is it?", "Yes.", "a fox. | b. c."
    ]  # fmt: skip


def test_longer_texts_are_read_longer(tmp_path: Path) -> None:
    short, long = read(
        tmp_path, "a.txt", "a fox\na fox that runs over the hills at night to a castle by the sea"
    ).scenes
    assert 2.5 <= short.reading_seconds() < long.reading_seconds() <= 8


def test_subtitles_keep_their_times(tmp_path: Path) -> None:
    text = "1\n00:00:01,000 --> 00:00:02,500\n<i>a fox</i>\nruns\n\n2\n00:01:02,500 --> 00:01:04,000\n- no | yes\n"
    timeline = read(tmp_path, "a.srt", text)
    assert [(scene.prompt, scene.seconds) for scene in timeline.scenes] == [("a fox runs", 11.5), ("- no   yes", 1.5)]
    assert timeline.scenes[1].words == "- no | yes"
    assert write_subtitles([(0, 1.5, "a"), (3661.0015, 3662, "b")]).splitlines()[-2:] == [
        "01:01:01,002 --> 01:01:02,000", "b"
    ]  # fmt: skip


def test_a_document(tmp_path: Path) -> None:
    timeline = read(
        tmp_path,
        "a.toml",
        'title = "T"\n[film]\nfps = 12\n[[scene]]\nprompt = "a | b"\nseconds = 2\npan = [0.1, -0.1]\ntv = 0.5\n'
        "weights = [1, [{at = 0, value = 0}, {at = 2, value = 1}]]\n"
        '[[scene]]\nprompt = "c"\nzoom = [{at = 0, value = 1}, {at = 1, value = 2, curve = "ease"}]\n',
    )
    first, second = timeline.scenes
    assert (timeline.title, dict(timeline.film), first.seconds, first.settings) == ("T", {"fps": 12}, 2, {"tv": 0.5})
    assert first.tracks["pan_y"].at(9) == -0.1 and first.weights[1].at(1) == 0.5
    assert second.tracks["zoom"].at(0.5) == 1.5 and second.origin.endswith("line 11")


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("a.toml", "x = 1", ("line 1", "'x'", "scene")),
        ("a.toml", "[[scene]]\nprompt = 3", ("line 2", "prompt")),
        ("a.toml", '[[scene]]\nprompt = "a"\n[[scene]]\nprompt = "b"\nzom = 1', ("line 5", "'zom'", "zoom")),
        ("a.toml", '[[scene]]\nprompt = "a"\nzoom = "x"', ("line 3", "number")),
        ("a.toml", '[[scene]]\nprompt = "a"\nzoom = [{at = 0}]', ("line 3", "value = NUMBER")),
        ("a.toml", '[[scene]]\nprompt = "a"\npan = [1]', ("line 3", "[X, Y]")),
        ("a.toml", '[[scene]]\nprompt = "a"\ntransition = "fade"', ("line 2", "'fade'", "dissolve")),
        ("a.toml", '[[scene]]\nprompt = "a"\nseconds = -1', ("line 2", "-1 seconds")),
        ("a.toml", '[[scene]]\nprompt = "a"\nweights = [1, 2]', ("line 2", "2 weights")),
        ("a.toml", "[[scene", ("not TOML", "end of document")),
        ("a.toml", "scene = []", ("no scene",)),
        ("a.txt", "# nothing\n", ("no scene",)),
        ("a.txt", "a fox\nb ||", ("line 2", "empty part")),
        ("a.srt", "a fox", ("no subtitles",)),
        ("a.srt", "1\n00:00:05,000 --> 00:00:05,000\na fox", ("line 2",)),
    ],
)
def test_errors_name_their_place(tmp_path: Path, name: str, text: str, words: tuple[str, ...]) -> None:
    with pytest.raises(ClipgenError) as raised:
        read(tmp_path, name, text)
    assert str(raised.value).startswith(str(tmp_path / name))
    for word in words:
        assert word in str(raised.value)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(PromptError, match="none.txt"):
        read_timeline(tmp_path / "none.txt")
    (tmp_path / "a.txt").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(PromptError, match="a.txt"):
        read_timeline(tmp_path / "a.txt")


@pytest.mark.parametrize("name", ["seasons.txt", "voyage.txt", "story.toml"])
def test_the_samples_are_films(name: str) -> None:
    assert len(read_timeline(prompts_folder() / name).scenes) >= 4
