"""caption, rank, classify, compare and cache, on the tiny CLIP."""

import csv
import errno
import io
import json
import os
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from clipgen import parts
from clipgen.cli import caption
from clipgen.cli.rows import RowFile
from clipgen.errors import OutputError
from clipgen.perceptors.openclip import OpenClip
from clipgen.similarity import Background, Limits
from clipgen.similarity.calibrate import made_backgrounds
from clipgen.studio.defaults import Defaults
from raising import refused

from .conftest import Cli, one_line


@pytest.fixture
def look(cli: Cli, calibrated: OpenClip, monkeypatch: pytest.MonkeyPatch) -> Cli:
    """Call `clipgen` on two pictures, photos/a.png and photos/in/b.jpg, with the tiny CLIP."""
    monkeypatch.setattr(parts, "load_perceptors", lambda *_: calibrated)
    rng = np.random.default_rng(0)
    for name in ("photos/a.png", "photos/in/b.jpg"):
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(rng.integers(0, 255, (40, 48, 3), dtype=np.uint8)).save(name)
    Path("captions.txt").write_text("fox\ncastle\nred square\nblue circle\n")
    return cli


def test_a_picture_gets_captions(look: Cli) -> None:
    result = look("caption", "photos/a.png", "--candidates", "captions.txt", "--top", 2)
    assert result.exit_code == 0, result.output
    name, *lines = result.stdout.splitlines()
    assert name == "photos/a.png" and len(lines) == 2 and " z " in lines[0] and " % " in lines[0]
    quiet = look("caption", "photos/a.png", "--candidates", "captions.txt", "-q").stdout
    assert quiet.split("\t")[1].strip() in lines[0]


def test_slots_are_named(look: Cli) -> None:
    kinds = ["subject", "scene", "style", "background", "light"]
    lines = look("caption", "photos/a.png", "--mode", "slots", "--top", 1).stdout.splitlines()[1:]
    assert lines and [line.split()[0] for line in lines] == [kind for kind in kinds if f"  {kind} " in str(lines)]
    rows = json.loads(look("caption", "photos/a.png", "--mode", "slots", "--top", 1, "--json").stdout)["captions"]
    assert [row["kind"] for row in rows] == [line.split()[0] for line in lines]


def test_a_picture_of_nothing_that_was_taught_is_marked(look: Cli, calibrated: OpenClip) -> None:
    (path,) = made_backgrounds()
    known = Background.load(path)
    Background(known.captions, known.pictures, Limits(standout=99.0)).save(path)
    result = look("caption", "photos/a.png", "--mode", "slots", "--top", 1)
    assert result.stdout.startswith("photos/a.png  (unsure)\n  ") and "is unsure of 1 of 1 pictures" in result.stderr
    assert json.loads(look("caption", "photos/a.png", "--mode", "slots", "--json").stdout)["unsure"] is True
    abstained = look("caption", "photos/a.png", "--mode", "slots", "--abstain")
    assert abstained.stdout.splitlines() == ["photos/a.png  (unsure)", "  nothing fits"]
    quiet = look("caption", "photos/a.png", "--mode", "slots", "-q")
    assert "unsure" not in quiet.output and "resemble" not in quiet.output


def test_rows_for_machines(look: Cli) -> None:
    result = look("caption", "photos", "-r", "--candidates", "captions.txt", "--json")
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    assert [row["image"] for row in rows] == ["photos/a.png", "photos/in/b.jpg"]
    assert list(rows[0]) == ["image", "captions", "unsure", "model", "seconds"] and len(rows[0]["captions"]) == 4
    assert list(rows[0]["captions"][0]) == ["text", "score", "z", "percentile", "probability", "margin"]


def test_a_composed_caption_says_more_than_a_word(look: Cli) -> None:
    result = look("caption", "photos/a.png", "--sidecar", "-q")
    assert result.exit_code == 0, result.output
    assert Path("photos/a.txt").read_text().strip() == result.stdout.split("\t")[1].strip()


def test_a_killed_run_goes_on(look: Cli) -> None:
    def run() -> str:
        result = look("caption", "photos", "-r", "--candidates", "captions.txt", "--jsonl", "out/rows.jsonl")
        assert result.exit_code == 0, result.output
        return result.stderr

    run()
    whole = Path("out/rows.jsonl").read_bytes()
    first, second = whole.splitlines(keepends=True)
    Path("out/rows.jsonl").write_bytes(first + second[:25])  # killed within the second row
    assert "1 of 2 are in out/rows.jsonl already" in run()
    rows = [json.loads(line) for line in Path("out/rows.jsonl").read_text().splitlines()]
    assert [row["image"] for row in rows] == ["photos/a.png", "photos/in/b.jpg"]
    texts = [[caption["text"] for caption in row["captions"]] for row in (rows[1], json.loads(second))]
    assert rows[0] == json.loads(first) and texts[0] == texts[1]
    assert "2 of 2" in run() and len(Path("out/rows.jsonl").read_text().splitlines()) == 2


def test_a_killed_table_goes_on(look: Cli) -> None:
    def run() -> str:
        result = look("caption", "photos", "-r", "--candidates", "captions.txt", "--csv", "out/rows.csv")
        assert result.exit_code == 0, result.output
        return result.stderr

    run()
    head, first, second = Path("out/rows.csv").read_bytes().splitlines(keepends=True)
    Path("out/rows.csv").write_bytes(head + first + second[:9])  # killed within the second row
    assert "1 of 2 are in out/rows.csv already" in run()
    with open("out/rows.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["image"] for row in rows] == ["photos/a.png", "photos/in/b.jpg"]
    assert all(row["text"] and 0 < float(row["probability"]) < 1 for row in rows)


def test_a_picture_whose_own_files_are_missing_has_no_row(look: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    call = ("caption", "photos", "-r", "--candidates", "captions.txt", "--jsonl", "rows.jsonl", "--sidecar")

    def killed(path: Path, *_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(caption, "_write_files", killed)
        assert look(*call).exit_code == 130 and Path("rows.jsonl").read_text() == ""
    assert look(*call).exit_code == 0
    assert Path("photos/a.txt").exists() and Path("photos/in/b.txt").exists()


@pytest.mark.parametrize("columns", [None, ("image", "text")])
def test_a_file_name_that_is_not_utf8_gets_a_row(tmp_path: Path, columns: tuple[str, ...] | None) -> None:
    name = os.fsdecode(b"photos/\xff.png")
    with RowFile(tmp_path / "rows", key="image", columns=columns) as rows:
        rows.add({"image": name, "text": "a fox"})
    with RowFile(tmp_path / "rows", key="image", columns=columns) as rows:
        assert name in rows and len(rows.done) == 1


def test_two_processes_do_not_write_one_row_file(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    with RowFile(path, key="image"), refused(OutputError, match="another process"), RowFile(path, key="image"):
        pass
    with RowFile(path, key="image") as rows:
        rows.add({"image": "a.png"})
    assert path.read_text() == '{"image": "a.png"}\n'


def test_a_full_disk_names_the_row_file(tmp_path: Path) -> None:
    class Full(io.BytesIO):
        def flush(self) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        close = flush

    rows = RowFile(tmp_path / "rows.jsonl", key="image")
    with pytest.raises(OutputError, match=r"rows\.jsonl"), rows:
        rows._file.close()
        rows._file = Full()
        rows.add({"image": "a.png"})


def test_a_captioner_that_is_not_there(look: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "transformers", None)
    one_line(look("caption", "photos/a.png", "--mode", "blip"), 1, "transformers", "clipgen[blip]")


@pytest.mark.parametrize(
    "args",
    [
        ("caption", "--candidates", "captions.txt", "-q"),
        ("caption", "-q"),
        ("caption", "--negative", "--candidates", "captions.txt", "--json"),
        ("rank", "fox"),
        ("compare", "--text", "fox"),
        ("compare",),
    ],
)
def test_bad_pictures_are_named_and_the_good_ones_done(look: Cli, args: tuple[str, ...]) -> None:
    Path("photos/bad.png").write_bytes(b"no picture")
    for _ in range(2):  # the second time from the store
        result = look(*args, "none.jpg", "photos", "photos/in/b.jpg")
        assert result.exit_code == 1
        lines = result.stderr.splitlines()
        assert [line.split(":")[0] for line in lines] == ["skipped"] * 2
        assert "none.jpg" in lines[0] and "photos/bad.png" in lines[1]
        for name in ("photos/a.png", "photos/in/b.jpg"):
            assert name in result.stdout
        assert "bad.png" not in result.stdout


def test_classify_names_bad_pictures(look: Cli) -> None:
    Path("photos/bad.png").write_bytes(b"no picture")
    result = look("classify", "photos", "fox", "castle")
    assert result.exit_code == 1 and result.stdout.startswith("photos/a.png\t") and "bad.png" in result.stderr


@pytest.mark.parametrize(
    "args",
    [
        ("caption", "photos", "-q"),
        ("caption", "photos", "--candidates", "captions.txt", "-q"),
        ("rank", "fox", "photos", "--csv"),
        ("classify", "photos", "fox", "castle", "--json"),
        ("compare", "photos", "--text", "fox"),
    ],
)
def test_a_second_run_embeds_nothing(
    look: Cli, calibrated: OpenClip, monkeypatch: pytest.MonkeyPatch, args: tuple[str, ...]
) -> None:
    first = look(*args)
    assert first.exit_code == 0, first.output
    for name in ("encode_image", "encode_text"):
        monkeypatch.setattr(calibrated, name, lambda *_: pytest.fail("embedded again"))
    assert look(*args).stdout == first.stdout


def test_one_command_embeds_for_all(look: Cli, calibrated: OpenClip, monkeypatch: pytest.MonkeyPatch) -> None:
    look("rank", "fox", "photos", "-r")
    seen = []
    encode = calibrated.encode_image
    monkeypatch.setattr(calibrated, "encode_image", lambda images: seen.append(len(images)) or encode(images))
    for args in (("classify", "photos", "-r", "fox", "castle"), ("compare", "photos", "-r")):
        assert look(*args).exit_code == 0
    assert look("caption", "photos", "-r", "--candidates", "captions.txt").exit_code == 0 and seen == []


@pytest.mark.parametrize(
    ("args", "code", "words"),
    [
        (("caption", "none.png"), 1, ("none.png",)),
        (("caption", "photos", "--candidates", "none.txt"), 1, ("none.txt",)),
        (("caption", "photos", "--candidates", "empty.txt"), 1, ("no candidates",)),
        (("caption", "photos", "--candidates", "captions.txt", "--mode", "slots"), 2, ("--mode",)),
        (("caption", "photos", "--mode", "bean"), 1, ("'bean'", "beam")),
        (("caption", "photos", "--top", "0"), 1, ("top is 0",)),
        (("caption", "photos", "--jsonl", "photos"), 1, ("cannot write photos",)),
        (("caption", "photos", "--csv", "captions.txt"), 1, ("captions.txt", "line 1")),
        (("caption", "photos", "--jsonl", "a.jsonl", "--csv", "a.csv"), 2, ("--jsonl and --csv",)),
        (("caption", "photos", "--jsonl", "captions.txt"), 1, ("captions.txt", "line 1")),
        (("rank", "fox", "hollow"), 1, ("no pictures in hollow", "--recursive")),
        (("compare", "photos/a.png"), 2, ("--text",)),
        (("rank", "fox", "none.png", "hollow"), 1, ("none of 2 pictures", "none.png")),
        (("compare", "bad.png", "worse.png"), 1, ("none of 2 pictures", "bad.png")),
        (("classify", "bad.png", "fox", "castle"), 1, ("bad.png",)),
        (("classify", "photos", "fox", "castle", "--top", "0"), 1, ("top is 0",)),
        (("rank", "fox", "photos", "--keep", "0"), 1, ("keep is 0",)),
        (("classify", "photos"), 2, ("no labels",)),
        (("classify", "photos", "fox"), 1, ("labels given: 1",)),
        (("rank", "photos", "a fox"), 2, ('rank "a fox" photos',)),
        (("rank", "a fox"), 2, ("no pictures",)),
        (("rank", "fox", "photos", "--sheet", "best.gif"), 2, ("best.gif", ".png")),
        (("compare", "photos", "--plot", "m.gif"), 2, ("m.gif", ".png")),
        (("caption", "photos/a.png", "--explain", "captions.txt/x.png"), 1, ("captions.txt",)),
        (("caption", "https://example.org/a.jpg"), 2, ("download",)),
        (("caption", "-", "--sidecar"), 2, ("--sidecar",)),
    ],
)
def test_bad_input_is_one_line(look: Cli, args: tuple[str, ...], code: int, words: tuple[str, ...]) -> None:
    Path("empty.txt").write_text("\n# nothing\n")
    Path("hollow").mkdir()
    for name in ("bad.png", "worse.png"):
        Path(name).write_bytes(b"no picture")
    before = Path("captions.txt").read_bytes()
    one_line(look(*args), code, *words)
    assert Path("captions.txt").read_bytes() == before


def test_rank(look: Cli) -> None:
    result = look("rank", "red square", "photos", "-r", "--csv")
    rows = list(csv.reader(result.stdout.splitlines()))
    assert rows[0] == ["image", "score", "z"] and float(rows[1][1]) >= float(rows[2][1])
    best = look("rank", "red square", "photos", "-r", "--keep", "0.5", "--sheet", "best.png", "--json")
    assert [row["name"] for row in json.loads(best.stdout)] == [rows[1][0]] and Image.open("best.png").width > 100


def test_classify(look: Cli) -> None:
    result = look("classify", "photos", "fox", "castle", "-r", "--json")
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    assert [len(row["labels"]) for row in rows] == [2, 2]
    assert sum(label["probability"] for label in rows[0]["labels"]) == pytest.approx(1, abs=1e-5)
    for name in ("fox", "castle"):
        Path("sorted", name).mkdir(parents=True)
        Path("photos/a.png").rename(f"sorted/{name}/a.png") if name == "fox" else None
    told = look("classify", "sorted", "--by-folder")
    assert told.exit_code == 0 and "of 1 (" in told.stderr and "sorted/fox/a.png\t" in told.stdout


def test_rank_prints_names_only(look: Cli) -> None:
    result = look("rank", "red", "square", "photos", "-r", "-q")
    assert sorted(result.stdout.splitlines()) == ["photos/a.png", "photos/in/b.jpg"]


def test_words_that_it_does_not_know_are_reported_once(look: Cli) -> None:
    result = look("classify", "photos", "-r", "fox", "zeppelin", "blorp")
    assert result.stderr.count("note:") == 1 and "'zeppelin', 'blorp' are left out" in result.stderr
    assert look("rank", "zeppelin", "photos").stderr.count("zeppelin") == 1
    assert "note:" not in look("classify", "photos", "fox", "castle").stderr


def test_a_cache_that_cannot_be_written_is_reported(look: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("file").write_text("in the way")
    monkeypatch.setenv("CLIPGEN_HOME", "file/home")
    result = look("rank", "fox", "photos")
    assert result.exit_code == 0 and "not stored" in result.stderr and "photos/a.png" in result.stdout


def test_classify_takes_files_for_pictures(look: Cli) -> None:
    result = look("classify", "photos/a.png", "photos/in/b.jpg", "fox", "castle")
    rows = [line.split("\t") for line in result.stdout.splitlines()]
    assert [row[0] for row in rows] == ["photos/a.png", "photos/in/b.jpg"]
    assert all("fox" in row[1] and "castle" in row[1] and "png" not in row[1] for row in rows)
    missing = look("classify", "photos/a.png", "gone.png", "fox", "castle")
    assert missing.exit_code == 1 and "gone.png" in missing.stderr


def test_labels_that_are_named_like_a_folder_go_after_a_dash(look: Cli) -> None:
    Path("fox").mkdir()
    noted = look("classify", "photos/a.png", "fox", "castle", "red")
    assert "the folder fox" in noted.stderr
    result = look("classify", "photos/a.png", "--top", "2", "--", "fox", "castle")
    assert result.exit_code == 0 and "fox" in result.stdout and "castle" in result.stdout


def test_a_picture_on_standard_input(look: Cli) -> None:
    data = Path("photos/a.png").read_bytes()
    named = look("caption", "photos/a.png", "--candidates", "captions.txt", "-q").stdout
    piped = look("caption", "-", "--candidates", "captions.txt", "-q", input=data).stdout
    assert piped == named.replace("photos/a.png", "-")
    assert look("caption", "-", "--candidates", "captions.txt", "--json", input=data).stdout.startswith('{"image": "-"')
    one_line(look("caption", "-", "--candidates", "captions.txt", input=b"no picture"), 1, "standard input")
    one_line(look("caption", "-", "--candidates", "-", input=data), 2, "given twice")


def test_lines_of_standard_input(look: Cli) -> None:
    named = look("caption", "photos/a.png", "--candidates", "captions.txt")
    piped = look("caption", "photos/a.png", "--candidates", "-", input="fox\ncastle\nred square\nblue circle\n")
    assert piped.stdout == named.stdout
    assert look("classify", "photos/a.png", "--labels", "-", input="fox\ncastle\n").exit_code == 0


def test_names_that_are_not_utf8_are_printed_as_they_are(look: Cli) -> None:
    name = os.fsdecode(b"photos/\xff.png")
    Path("photos/a.png").rename(name)
    result = look("rank", "fox", "photos", "-q")
    assert result.exit_code == 0 and result.stdout_bytes == b"photos/\xff.png\n"
    assert json.loads(look("rank", "fox", "photos", "--json").stdout)[0]["name"] == name


def test_compare(look: Cli) -> None:
    result = look("compare", "photos", "-r", "--text", "fox", "--text", "castle", "--plot", "matrix.png")
    rows = list(csv.reader(result.stdout.splitlines()))
    assert rows[0] == ["image", "fox", "castle"] and len(rows) == 3 and Image.open("matrix.png").width > 100
    among = list(csv.reader(look("compare", "photos", "-r").stdout.splitlines()))
    assert float(among[1][1]) == pytest.approx(1, abs=1e-3) and among[1][2] == among[2][1]


def test_cache(look: Cli) -> None:
    look("caption", "photos/a.png", "--candidates", "captions.txt")
    info = look("cache", "info").stdout
    assert "texts: 4\n" in info and "pictures: 1\n" in info and "backgrounds: 1\n" in info
    assert look("cache", "clear").stdout.startswith("freed ")
    info = look("cache", "info").stdout
    assert "texts: 0\n" in info and "pictures: 0\n" in info and "backgrounds: 0\n" in info


def test_an_explanation_is_drawn(look: Cli) -> None:
    result = look("caption", "photos/a.png", "--candidates", "captions.txt", "--explain", "why.png")
    assert result.exit_code == 0 and Image.open("why.png").width > 48, result.output
    one_line(look("caption", "photos", "-r", "--explain", "why.png"), 2, "one picture", "2")


def test_the_way_back_is_drawn(look: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    quick = {"generator": "pixels", "size": (32, 32), "steps": 2, "cutn": 2}
    painting = Defaults.painting
    monkeypatch.setattr(Defaults, "painting", lambda self, given: painting(self, {**given, **quick}))
    args = ("caption", "photos/a.png", "--candidates", "captions.txt", "--top", 2, "--round-trip", "back.png")
    result = look(*args, "--second", "other")
    assert result.exit_code == 0 and Image.open("back.png").width > 64, result.output
    assert result.stderr.count("likeness") == 2 and result.stderr.count("by other") == 2
    one_line(look("caption", "photos/a.png", "--second", "other"), 2, "--round-trip")


def test_words_by_gradient(look: Cli) -> None:
    result = look("caption", "photos/a.png", "--mode", "invert", "--top", 2, "--json")
    assert result.exit_code == 0 and len(json.loads(result.stdout)["captions"]) == 2, result.output
    beam = json.loads(look("caption", "photos/a.png", "--top", 1, "--json", "--no-hubness").stdout)
    inverted = json.loads(
        look("caption", "photos/a.png", "--mode", "invert", "--top", 1, "--json", "--no-hubness").stdout
    )
    assert inverted["captions"][0]["score"] >= beam["captions"][0]["score"] - 1e-3


def test_sets_of_pictures(look: Cli) -> None:
    for name in ("x", "y"):
        for i in range(2):
            path = Path(name, f"{i}.png")
            path.parent.mkdir(exist_ok=True)
            Image.new("RGB", (40, 40), "red" if name == "x" else "blue").save(path)
    for args in (("photos", "-r", "--negative"), ("x", "--common"), ("x", "--contrast", "y")):
        result = look("caption", *args, "--candidates", "captions.txt", "--json", "--top", 2)
        assert result.exit_code == 0, result.output
        rows = [json.loads(line) for line in result.stdout.splitlines()]
        assert all(set(row) == {"of", "traits"} for row in rows) and len(rows) == (2 if "--negative" in args else 1)
    one_line(look("caption", "x", "--common", "--negative"), 2, "--common")


def test_a_caption_travels_in_the_picture(look: Cli) -> None:
    result = look("caption", "photos/a.png", "--candidates", "captions.txt", "--embed", "-q")
    assert result.exit_code == 0, result.output
    with Image.open("photos/a.png") as picture:
        assert picture.text["Description"] == result.stdout.split("\t")[1].strip()
