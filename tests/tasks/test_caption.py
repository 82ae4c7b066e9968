import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor

from clipgen.errors import PromptError, UnknownNameError, WeightsError
from clipgen.perceptors.openclip import OpenClip
from clipgen.settings import CaptionSettings, DescribeSettings
from clipgen.similarity import Match, Matcher, Skipped, embed_images
from clipgen.similarity.articles import with_article
from clipgen.similarity.phrases import _load
from clipgen.store import Store
from clipgen.tasks.caption import Phrases, caption, compose, read_candidates
from clipgen.tasks.caption.compose import Composer
from clipgen.tasks.events import Described
from clipgen.tasks.unrelated import matcher_of

PHRASES = Phrases(
    things=("a fox", "a castle", "a blue circle", "a red square"),
    scenes=(("a city", "in a city"),),
    grounds=("on a red background",),
    styles=("a red text", "a blue text"),
    light=("blue", "red"),
)


@pytest.fixture
def matcher(calibrated: OpenClip) -> Matcher:
    return matcher_of(calibrated, hubness=True)


def beam(picture: Tensor, matcher: Matcher, phrases: Phrases, *, top: int) -> list[Match]:
    return Composer(matcher, phrases).compose(picture[0], top=top)


def captions(
    images: Sequence[Tensor], matcher: Matcher, settings: CaptionSettings, **more: object
) -> list[list[Match]]:
    """The captions of pictures that are all good."""
    found = list(caption(images, matcher, settings, **more))  # type: ignore[arg-type]
    assert all(isinstance(one, Described) for one in found)
    return [list(one.matches) for one in found if isinstance(one, Described)]


@pytest.fixture
def picture(calibrated: OpenClip) -> Tensor:
    return calibrated.encode_image(torch.rand(1, 3, 32, 32, generator=torch.Generator().manual_seed(3)))


def test_a_beam_gives_different_captions_the_best_first(
    matcher: Matcher, picture: Tensor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compose, "_THING", -9.0)  # whatever it adds
    matches = beam(picture, matcher, PHRASES, top=5)
    keys = matcher.rank_scores(picture, matcher.embed_texts([match.text for match in matches]))[0].tolist()
    assert keys == sorted(keys, reverse=True)
    assert len({match.text for match in matches}) == 5


def test_a_phrase_that_adds_nothing_is_left_out(
    matcher: Matcher, picture: Tensor, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("_SCENES", "_STYLES", "_LEAST"):
        monkeypatch.setattr(compose, name, 99.0)  # more than any does
    found, *_ = beam(picture, matcher, PHRASES, top=1)
    assert found.text in (*PHRASES.things, "a city", "a red background")


def cosines(composer: Composer, known: dict[str, float], monkeypatch: pytest.MonkeyPatch) -> None:
    """Let texts fit the picture [1.0] by their cosines in a dictionary, whose background is of spread 0.1."""
    monkeypatch.setattr(composer, "embed", lambda texts: torch.tensor([[known.get(text, -1.0)] for text in texts]))
    monkeypatch.setattr(composer.matcher, "rank_scores", lambda of, rows: of @ rows.T)
    monkeypatch.setattr(composer.matcher, "background", SimpleNamespace(spread=0.1))


@pytest.mark.parametrize(("alone", "stays"), [(0.3, False), (0.4, True)])
def test_a_style_that_stands_out_by_itself_stays(
    matcher: Matcher, monkeypatch: pytest.MonkeyPatch, alone: float, stays: bool
) -> None:
    composer = Composer(matcher, PHRASES)
    # its caption gains .01; by itself it is half of its cosine above the mean of both styles
    known = {"a fox": 0.5, "a red text": alone, "a blue text": 0.0, "a red text of a fox": 0.51}
    cosines(composer, known, monkeypatch)
    monkeypatch.setattr(compose, "_STYLES", 1.7)
    found = composer._search(torch.ones(1), ["a fox"], composer.of_things)
    assert {draft.text for draft in found} == {"a fox", *(["a red text of a fox"] if stays else [])}
    assert {draft.subject for draft in found} == {"a fox"}


def test_the_caption_whose_parts_fit_best_is_the_first(matcher: Matcher, monkeypatch: pytest.MonkeyPatch) -> None:
    composer, one = Composer(matcher, PHRASES), torch.ones(1)
    drafts = [
        compose._Draft("a fox in a city", "a fox", 0.6, 0.6),
        compose._Draft("a castle", "a castle", 0.5, 0.8),
        compose._Draft("a red square", "a red square", 0.4, 0.4),
    ]
    ranked: list[str] = []

    def rank(picture: Tensor, blocks: list[list[str]], **_: object) -> list[list[Match]]:
        ranked.extend(blocks[0])
        return [[]]

    monkeypatch.setattr(matcher, "rank", rank)
    monkeypatch.setattr(composer, "_search", lambda picture, subjects, growths: [])
    monkeypatch.setattr(composer, "_named", lambda picture, parts, things: drafts)
    composer.compose(one, top=3)
    assert ranked == ["a castle", "a red square"]  # by cosine the fox would come first


def test_a_thing_that_adds_little_to_a_scene_is_left_out(
    matcher: Matcher, picture: Tensor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compose, "_THING", 99.0)  # more than any does
    matches = beam(picture, matcher, PHRASES, top=50)
    told = " / ".join(match.text for match in matches)
    assert "a city" in told and not any(thing in told for thing in PHRASES.things)
    # where there is no scene to begin with, things are all there is
    matches = beam(picture, matcher, replace(PHRASES, scenes=(), grounds=()), top=1)
    assert any(thing in matches[0].text for thing in PHRASES.things)


def test_a_thing_has_to_fit_by_itself_too(matcher: Matcher, monkeypatch: pytest.MonkeyPatch) -> None:
    composer = Composer(matcher, PHRASES)
    known = {"cat": 0.1, "dog": 0.4}
    things = [compose._Draft("a cat in snow", "a cat", 0.6, 0.6), compose._Draft("a dog in snow", "a dog", 0.5, 0.5)]

    def first(*parts: float) -> str:
        cosines(composer, known, monkeypatch)
        return max(composer._named(torch.ones(1), torch.tensor(parts)[:, None], things), key=lambda one: one.fit).text

    assert first(0.0) == "a dog in snow"
    known["cat"] = 0.35
    assert first(0.0) == "a cat in snow"  # what a caption fits better by counts as well
    assert first(-9.0, 9.0) == "a dog in snow"  # and a part


def test_a_thing_is_searched_in_windows(matcher: Matcher, monkeypatch: pytest.MonkeyPatch) -> None:
    image, given = torch.rand(1, 3, 60, 40), []

    def named(self: Composer, picture: Tensor, parts: Tensor, things: list[compose._Draft]) -> list[compose._Draft]:
        given.append(parts)
        return things

    monkeypatch.setattr(Composer, "_named", named)
    captions([image], matcher, CaptionSettings())
    corner = embed_images(matcher.perceptor, [image[..., :30, :30]])
    assert len(given[0]) == 6 + 15 and torch.allclose(given[0][:1], corner, atol=1e-5)


def test_a_beam_finds_the_best_of_all_compositions(
    matcher: Matcher, picture: Tensor, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("_SCENES", "_STYLES", "_LEAST", "_THING"):
        monkeypatch.setattr(compose, name, -99.0)  # whatever it adds
    for name in ("_SCENE_ALONE", "_STYLE_ALONE", "_ALONE"):
        monkeypatch.setattr(compose, name, 0.0)
    stems = [f"{thing} {place}" for thing in PHRASES.things for place in ("in a city", "on a red background")]
    styled = [f"{style} of {stem}" for style in PHRASES.styles for stem in stems]
    everything = [f"{text}, {light}" for light in PHRASES.light for text in styled]
    ((best, *_),) = matcher.rank(picture, [everything], top=1)
    found, *_ = beam(picture, matcher, PHRASES, top=1)
    assert found.text == best.text


def test_slots_are_the_best_of_each_table(matcher: Matcher) -> None:
    image = torch.rand(1, 3, 40, 40)
    (found,) = captions([image], matcher, CaptionSettings(mode="slots", top=1))
    tables = Phrases.shipped().known_to(matcher.perceptor)
    known = (tables.things, [alone for alone, _ in tables.scenes], tables.styles, tables.grounds, tables.light)
    assert len(found) == sum(map(bool, known)) and "a fox" in tables.things
    assert all(any(match.text in table for table in known) for match in found)


def test_words_that_it_never_saw_are_not_used(calibrated: OpenClip) -> None:
    tables = Phrases.shipped().known_to(calibrated)
    assert "a castle" in tables.things and "a tram" not in tables.things
    assert all(not calibrated.unknown_words(thing) for thing in tables.things)


class Taught:
    """A perceptor that knows some words."""

    names = ("fox",)

    def __init__(self, unknown: str) -> None:
        self.unknown = unknown.split()

    def unknown_words(self, text: str) -> list[str]:
        return [word for word in text.split() if word in self.unknown]


@pytest.mark.parametrize(
    ("unknown", "known"),
    [
        ("", {"town", "kitchen", "glacier"}),
        ("glacier", {"town", "kitchen"}),
        ("bathroom", {"town", "glacier"}),
        ("town glacier", {"kitchen"}),
    ],
)
def test_a_section_of_a_table_is_known_as_a_whole(tmp_path: Path, unknown: str, known: set[str]) -> None:
    """Who knows "kitchen" from kitchen knives need not know a kitchen."""
    for name in ("things", "grounds", "styles", "light"):
        (tmp_path / f"{name}.txt").write_text("# none\n")
    (tmp_path / "scenes.txt").write_text(
        "# places\na town = in a town\n# from here on, rooms\na kitchen = in a kitchen\na bathroom = in a bathroom\n"
        "# from here on, all words\na glacier = on a glacier\n"
    )
    tables = _load(str(tmp_path)).known_to(Taught(unknown))  # type: ignore[arg-type]
    assert {alone.removeprefix("a ") for alone, _ in tables.scenes} - {"bathroom"} == known
    assert tables.things == ("a fox",)


def test_the_shipped_tables_are_whole() -> None:
    tables = Phrases.shipped()
    assert len(tables.things) > 600 and len(tables.scenes) > 60 and len(tables.styles) > 60
    everything = [*tables.things, *tables.grounds, *tables.styles, *tables.light]
    everything += [part for scene in tables.scenes for part in scene]
    assert all(text == text.strip() and text for text in everything)
    for table in (tables.things, tables.grounds, tables.styles, tables.light):
        assert len(set(table)) == len(table)


@pytest.mark.parametrize(
    ("noun", "said"),
    [("orange", "an orange"), ("unicorn", "a unicorn"), ("grapes", "grapes"), ("glass of milk", "a glass of milk"),
     ("bus", "a bus"), ("hourglass", "an hourglass"), ("fire", "fire")],
)  # fmt: skip
def test_articles(noun: str, said: str) -> None:
    assert with_article(noun) == said


def test_candidates_of_all_kinds(tmp_path: Path) -> None:
    files = {
        "a.txt": "# a comment\na fox\n\n  a castle \r\nein Fuchs, kitsune 狐\n",
        "b.csv": 'id,Caption\n1,a fox\n2,"a castle, old"\n3,\n',
        "c.tsv": "text\tid\na fox\t1\n",
        "d.jsonl": '{"prompt": "a fox"}\n\n"a castle"\n',
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    read = {name: [text for block in read_candidates(tmp_path / name, block=2) for text in block] for name in files}
    assert read == {
        "a.txt": ["a fox", "a castle", "ein Fuchs, kitsune 狐"],
        "b.csv": ["a fox", "a castle, old"],
        "c.tsv": ["a fox"],
        "d.jsonl": ["a fox", "a castle"],
    }


@pytest.mark.parametrize(
    ("name", "content", "place"),
    [
        ("a.csv", b"id,name\n1,x\n", ""),
        ("a.jsonl", b'{"text": "a"}\n{"x": 1}\n', ", line 2,"),
        ("a.jsonl", b'{"text": \n', ", line 1,"),
        ("a.jsonl", b"5\n", ", line 1,"),
        ("a.jsonl", b"[" * 20_000, ", line 1,"),
        ("a.txt", b"\xff\xfe\x00", ""),
        ("a.txt", b"x" * 1_000_001, ""),
    ],
)
def test_bad_candidates_are_reported(tmp_path: Path, name: str, content: bytes, place: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(PromptError, match=f"{name}{place}"):
        list(read_candidates(tmp_path / name))
    with pytest.raises(PromptError):
        list(read_candidates(tmp_path / "none.txt"))


def test_settings_are_checked(matcher: Matcher) -> None:
    with pytest.raises(UnknownNameError):
        CaptionSettings(mode="bean").validate()
    with pytest.raises(UnknownNameError):
        DescribeSettings(views="corner").validate()
    for settings in (DescribeSettings(views="crops", hubness=True), CaptionSettings(top=3)):
        assert type(settings).from_dict(json.loads(json.dumps(settings.to_dict()))) == settings
    with pytest.raises(UnknownNameError):
        caption([], matcher, views="corner")


def test_a_captioner_proposes_and_the_perceptor_ranks(tmp_path: Path, calibrated: OpenClip) -> None:
    transformers = pytest.importorskip("transformers")
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "[DEC]", "[ENC]", "fox", "castle", "red", "blue"]
    (tmp_path / "vocab.txt").write_text("\n".join(words))
    tiny = {"hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2}
    text = {**tiny, "vocab_size": len(words), "bos_token_id": 5, "sep_token_id": 3, "pad_token_id": 0,
            "eos_token_id": 3, "encoder_hidden_size": 16}  # fmt: skip
    config = transformers.BlipConfig(text_config=text, vision_config={**tiny, "image_size": 32, "patch_size": 16})
    torch.manual_seed(0)
    network = transformers.BlipForConditionalGeneration(config)
    with torch.no_grad():
        network.text_decoder.cls.predictions.decoder.bias[7:9] += 5  # it speaks of foxes and castles
    network.save_pretrained(tmp_path)
    transformers.BlipProcessor(
        transformers.BlipImageProcessor(size={"height": 32, "width": 32}),
        transformers.BertTokenizerFast.from_pretrained(tmp_path),
    ).save_pretrained(tmp_path)
    settings = CaptionSettings(mode="blip", captioner=str(tmp_path))
    (matches,) = captions([torch.rand(1, 3, 40, 40)], matcher_of(calibrated), settings)
    assert matches and all({"fox", "castle"} & set(match.text.split()) for match in matches)
    assert matches[0].probability == max(match.probability for match in matches)
    with pytest.raises(WeightsError):
        caption([torch.rand(1, 3, 40, 40)], matcher_of(calibrated), replace(settings, captioner=str(tmp_path / "none")))


def test_composed_captions_do_not_know_left_from_right(calibrated: OpenClip) -> None:
    image = torch.rand(1, 3, 40, 40, generator=torch.Generator().manual_seed(3))
    matcher = matcher_of(calibrated)

    def scores(shown: torch.Tensor, views: str, candidates: list[str] | None = None) -> list[float]:
        settings = CaptionSettings(mode="slots")
        return [match.score for match in captions([shown], matcher, settings, views=views, candidates=candidates)[0]]

    assert scores(image, "auto") == pytest.approx(scores(image.flip(-1), "auto"), abs=1e-5)
    assert scores(image, "centre") != pytest.approx(scores(image.flip(-1), "centre"), abs=1e-5)
    given = ["a red fox", "a castle"]
    assert scores(image, "auto", given) == scores(image, "centre", given) != scores(image, "flips", given)


def test_no_candidates_are_an_error(matcher: Matcher) -> None:
    with pytest.raises(PromptError):
        caption([], matcher, candidates=[])


@pytest.mark.parametrize("candidates", [None, ["fox", "castle", "red square"]])
def test_a_second_run_embeds_nothing_and_gives_equal_captions(
    calibrated: OpenClip, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, candidates: list[str] | None
) -> None:
    noise = np.random.default_rng(0)
    files = [tmp_path / f"{i}.png" for i in range(6)]
    for file in files:
        Image.fromarray(noise.integers(0, 255, (40, 48, 3), dtype=np.uint8)).save(file)
    files.insert(3, tmp_path / "none.png")

    def run() -> list[tuple[Path | None, object]]:
        matcher = matcher_of(calibrated, store=Store(tmp_path / "store"))
        found = caption(files, matcher, CaptionSettings(top=3), candidates=candidates)
        return [(one.path, one.reason if isinstance(one, Skipped) else one.matches) for one in found]

    first = run()
    for name in ("encode_image", "encode_text"):
        monkeypatch.setattr(calibrated, name, lambda *_: pytest.fail("embedded again"))
    assert run() == first and sorted(str(path) for path, _ in first) == sorted(map(str, files))


def test_captions_come_one_after_the_other(matcher: Matcher) -> None:
    given = []

    def images():  # type: ignore[no-untyped-def]
        for i in range(1000):
            given.append(i)
            yield torch.rand(1, 3, 32, 32)

    first = next(caption(images(), matcher, CaptionSettings(mode="slots")))
    assert isinstance(first, Described) and first.index == 0 and first.path is None and len(given) <= 64
