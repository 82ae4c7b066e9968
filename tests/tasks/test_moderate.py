"""Moderation: recipes, bands, heads, texts and veiled copies, with the tiny CLIP."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
import torch
from PIL import Image
from safetensors.torch import save_file
from torch import nn

from clipgen.errors import OutputError, PromptError, SettingsError, WeightsError
from clipgen.media.images import from_pil
from clipgen.media.pictures import save_picture
from clipgen.perceptors.openclip import OpenClip
from clipgen.settings import ModerateSettings
from clipgen.similarity import Skipped, embed_images
from clipgen.tasks.moderate import BANDS, Moderated, Moderator, Recipe, judge_text, moderate, veiled_copy, veiled_paths
from clipgen.tasks.moderate.head import FORMS, Head
from clipgen.tasks.moderate.recipe import Word
from clipgen.tasks.moderate.thresholds import Thresholds, made_pictures, threshold
from clipgen.tasks.moderate.verdict import Verdict
from clipgen.tasks.unrelated import matcher_of
from gridclip import grid_matcher
from raising import refused

FOXES = Recipe((("foxes", ("a red fox", "a blue fox")), ("other", ("a quail",))), ("a city",), ())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "recipe"
    (made / "words").mkdir(parents=True)
    (made / "foxes.txt").write_text("# what is not wanted\na red fox\n\na fox\n", encoding="utf-8")
    (made / "safe.txt").write_text("a city\n", encoding="utf-8")
    (made / "words" / "foxes.txt").write_text("fox\nred fox\ncub ?\n", encoding="utf-8")
    return made


def test_a_recipe_is_a_folder(folder: Path) -> None:
    recipe = Recipe.load(folder)
    assert recipe.prompts == (("foxes", ("a red fox", "a fox")),) and recipe.safe == ("a city",)
    assert recipe.words == (("foxes", (Word("fox"), Word("red fox"), Word("cub", doubtful=True))),)
    assert recipe.fingerprint != FOXES.fingerprint
    with refused(PromptError, "prompts"):
        Recipe.load(folder / "missing")
    (folder / "foxes.txt").write_bytes(b"\xff")
    with refused(PromptError, "prompts"):
        Recipe.load(folder)


def test_the_shipped_recipe_has_words_for_all_its_categories() -> None:
    recipe = Recipe.shipped()
    assert [name for name, _ in recipe.prompts] == [name for name, _ in recipe.words] and len(recipe.safe) > 20


@pytest.mark.parametrize(
    ("text", "band"),
    [
        ("a red fox in the snow", "clear"),
        ("Sussex, Essex and Middlesex; a cocktail in Scunthorpe; grapes and a classic analysis", "clear"),
        ("", "clear"),
        ("P0RN", "veil"),
        ("pörn", "veil"),
        ("n a k e d", "veil"),
        ("n.a.k.e.d people", "veil"),
        ("nuuuude", "veil"),
        ("a n\u200baked man", "veil"),
        ("she wants to Kill  myself", "veil"),
        ("a blood moon", "check"),
        ("killing time", "check"),
    ],
)
def test_texts(text: str, band: str) -> None:
    assert judge_text(text, Recipe.shipped()).band == band


def test_a_picture_like_a_prompt_is_veiled_and_safe_ones_are_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLIPGEN_HOME", str(tmp_path))
    matcher = grid_matcher()
    moderator = Moderator(matcher, recipe=FOXES)
    assert moderator.unknown == ("other",) and moderator.asked == 2  # "quail" is no word of this CLIP
    fox, city = moderator.judge(matcher.perceptor.encode_text(["a red fox", "a city"]))
    assert (fox.band, fox.category, fox.reason) == ("veil", "foxes", "a red fox") and fox.score >= fox.veil_from
    assert city.band == "clear"
    safe = moderator.judge(matcher.background.pictures)
    assert sum(one.band == "veil" for one in safe) <= 1


def test_files_and_pixels(calibrated: OpenClip, tmp_path: Path) -> None:
    Image.new("RGB", (40, 30), "red").save(tmp_path / "a.png")
    (tmp_path / "bad.png").write_text("no picture")
    given = [tmp_path / "a.png", tmp_path / "bad.png", torch.rand(1, 3, 32, 32)]
    events = list(moderate(given, Moderator(matcher_of(calibrated), recipe=FOXES)))
    judged = [one for one in events if isinstance(one, Moderated)]
    assert [one.index for one in judged] == [0, 2] and all(one.verdict.band in BANDS for one in judged)
    assert [one.path.name for one in events if isinstance(one, Skipped)] == ["bad.png"]


def test_an_animation_is_as_bad_as_its_worst_frame(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, calibrated: OpenClip
) -> None:
    plain, red_one = Image.new("RGB", (40, 30), "white"), Image.new("RGB", (40, 30), "red")
    plain.save(tmp_path / "a.gif", save_all=True, append_images=[plain.rotate(1), red_one])
    red_one.save(tmp_path / "b.png")
    plain.save(tmp_path / "c.png")
    plain.save(tmp_path / "bad.webp", save_all=True, append_images=[red_one])
    (tmp_path / "bad.webp").write_bytes((tmp_path / "bad.webp").read_bytes()[:-20])
    plain.save(tmp_path / "cut.png", save_all=True, append_images=[red_one])
    cut = (tmp_path / "cut.png").read_bytes()
    place = cut.index(b"fdAT") + 12
    (tmp_path / "cut.png").write_bytes(cut[:place] + bytes(20) + cut[place + 20 :])
    moderator = Moderator(matcher_of(calibrated), recipe=FOXES)
    red, white = embed_images(calibrated, [from_pil(red_one), from_pil(plain)])

    def judge(rows: torch.Tensor) -> list[Verdict]:
        return [Verdict("veil" if float(row @ red) > float(row @ white) else "clear") for row in rows]

    monkeypatch.setattr(moderator, "judge", judge)
    names = ["c.png", "a.gif", "c.png", "cut.png", "bad.webp", "b.png"]
    events = list(moderate([*(tmp_path / name for name in names), torch.ones(1, 3, 9, 9)], moderator))
    judged = [(one.index, one.verdict.band) for one in events if isinstance(one, Moderated)]
    assert judged == [(0, "clear"), (1, "veil"), (2, "clear"), (5, "veil"), (6, "clear")]
    skipped = [one.path.name for one in events if isinstance(one, Skipped)]
    assert sorted(skipped) == ["bad.webp", "cut.png"]  # what cannot be seen to the end is not clear


def test_thresholds_keep_their_rate() -> None:
    rng = torch.Generator().manual_seed(0)
    normal = torch.randn(2000, generator=rng)
    fresh = torch.randn(20000, generator=rng)
    for rate in (0.2, 0.02, 0.001):
        assert (fresh > threshold(normal, rate)).float().mean() <= 1.3 * rate
    assert (fresh > threshold(normal, 0.02)).float().mean() == pytest.approx(0.02, rel=0.5)
    assert threshold(torch.zeros(50), 0.001) == 0
    chosen = Thresholds.chosen([normal[:1000, None], normal[1000:, None] + 1], check=0.02, veil=0.001)
    assert chosen.check[0] > threshold(normal[:1000], 0.02) and chosen.veil[0] > chosen.check[0]
    assert made_pictures().min() >= 0 and made_pictures().max() <= 1


def test_thresholds_are_stored_with_their_recipe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLIPGEN_HOME", str(tmp_path))
    first = Thresholds((1.0, 2.0), (3.0, 4.0), 100)
    assert Thresholds.of(["a", 0.1], lambda: first) == first
    assert Thresholds.of(["a", 0.1], lambda: pytest.fail("made again")) == first
    (stored,) = tmp_path.rglob("moderation/*.json")
    stored.write_text("{")
    assert Thresholds.of(["a", 0.1], lambda: first) == first


@pytest.mark.parametrize("form", FORMS)
def test_published_heads_load_and_give_a_logit(form: str, tmp_path: Path) -> None:
    sizes = [16, *[8] * (len(FORMS[form].layers) - 1), 1]
    state = {}
    for layer, (a, b) in zip(FORMS[form].layers, pairwise(sizes), strict=True):
        state |= {f"{layer}.weight": torch.randn(b, a), f"{layer}.bias": torch.randn(b)}
    if FORMS[form].norm:
        state |= {"norm.mean": torch.zeros(16), "norm.variance": torch.ones(16)}
    save_file(state, tmp_path / "head.safetensors")
    head, rows = Head.load(tmp_path / "head.safetensors", 16), torch.randn(5, 16)
    assert head.form == FORMS[form] and torch.allclose(head.logits(rows), _plainly(form, state, rows), atol=1e-4)
    with refused(WeightsError, "head", "perceptors"):
        Head.load(tmp_path / "head.safetensors", 24)
    save_file({"other": torch.zeros(1)}, tmp_path / "other.safetensors")
    for name in ("other", "missing"):
        with refused(WeightsError, "head"):
            Head.load(tmp_path / f"{name}.safetensors", 16)


def _plainly(form: str, state: dict[str, torch.Tensor], rows: torch.Tensor) -> torch.Tensor:
    """The published network, written out."""
    layers: list[nn.Module] = []
    for name in FORMS[form].layers:
        weight = state[f"{name}.weight"]
        linear = nn.Linear(weight.shape[1], weight.shape[0])
        linear.load_state_dict({"weight": weight, "bias": state[f"{name}.bias"]})
        layers += [linear, nn.Identity() if name in ("layers.15", FORMS[form].layers[-1]) else nn.ReLU()]
    with torch.no_grad():
        return nn.Sequential(*layers)(rows)[:, 0]


def test_a_head_is_a_category_of_its_own(calibrated: OpenClip, tmp_path: Path) -> None:
    dim = calibrated.dim
    picture = calibrated.encode_text(["a castle"])
    weights = {"linear_1": (torch.eye(dim), 0), "linear_2": (torch.eye(dim), 0), "linear_3": (picture.relu() * 9, 0)}
    state = {f"{name}.weight": weight.contiguous() for name, (weight, _) in weights.items()}
    state |= {f"{name}.bias": torch.zeros(len(weight)) for name, (weight, _) in weights.items()}
    state |= {"norm.mean": torch.zeros(dim), "norm.variance": torch.ones(dim)}
    save_file(state, tmp_path / "castles.safetensors")
    settings = ModerateSettings(head=str(tmp_path / "castles.safetensors"), false_veil=0.01)
    (found,) = Moderator(matcher_of(calibrated), settings, recipe=FOXES).judge(picture)
    assert (found.band, found.category, found.reason) == ("veil", "head", "castles.safetensors")


def test_shares_that_contradict_each_other() -> None:
    with refused(SettingsError, "false_veil", "false_check"):
        ModerateSettings(false_veil=0.1, false_check=0.01).validate()


def test_veiled_copies_show_nothing_and_leave_the_original(tmp_path: Path) -> None:
    home = tmp_path / "uploads"
    (home / "in").mkdir(parents=True)
    exif = Image.Exif()
    exif[0x010E] = "secret"
    stripes = Image.new("L", (64, 64))
    stripes.putdata([255 * (x // 4 % 2) for _ in range(64) for x in range(64)])
    stripes.save(home / "in" / "a.gif")
    stripes.convert("RGB").save(home / "a.jpg", exif=exif)
    before = (home / "a.jpg").read_bytes()
    targets = veiled_paths([home / "in" / "a.gif", home / "a.jpg"], [home], tmp_path / "safe")
    copies = list(targets.values())
    for path, target in targets.items():
        veiled_copy(path, target)
    assert [path.relative_to(tmp_path).as_posix() for path in copies] == ["safe/in/a.gif.png", "safe/a.jpg"]
    veiled = Image.open(copies[1])
    low, high = veiled.convert("L").crop((8, 8, 56, 56)).getextrema()
    assert high - low < 80 and "secret" not in str(dict(veiled.getexif())) and veiled.size == (64, 64)
    assert (home / "a.jpg").read_bytes() == before
    with refused(OutputError, "veil_to"):
        veiled_copy(home / "a.jpg", home / "a.jpg")


@pytest.mark.parametrize("ending", ["png", "jpg", "webp"])
def test_only_veiled_copies_are_replaced(tmp_path: Path, ending: str) -> None:
    path, target = tmp_path / f"a.{ending}", tmp_path / "published" / f"a.{ending}"
    Image.new("RGB", (40, 30), "red").save(path)
    for _ in range(2):
        veiled_copy(path, target)
    others = (Image.new("RGB", (20, 30), "blue"), {}), (Image.new("RGB", (20, 30), "blue"), {"prompt": "a sea"})
    for picture, metadata in others:
        save_picture(target, picture, metadata)
        before = target.read_bytes()
        with refused(OutputError, "veil_to", match=target.name):
            veiled_copy(path, target)
        assert target.read_bytes() == before
    target.write_text("no picture")
    with refused(OutputError, "veil_to"):
        veiled_copy(path, target)
    target.unlink(), target.mkdir(), path.unlink()
    with refused(OutputError, "veil_to"):
        veiled_copy(path, target)


def test_no_two_veiled_copies_have_one_name(tmp_path: Path) -> None:
    one, other, alone = (tmp_path / name for name in ("a/x.jpg", "b/x.jpg", "b/y.jpg"))
    one.parent.mkdir(), other.parent.mkdir()
    safe = tmp_path / "safe"
    for names in ([one, other, alone], [tmp_path / "a", tmp_path / "b"]):  # files, and two folders
        found = list(veiled_paths([one, other, alone], names, safe).values())
        assert found == [safe / "a/x.jpg", safe / "b/x.jpg", safe / "b/y.jpg"]
    assert list(veiled_paths([one, alone], [one, alone], safe).values()) == [safe / "x.jpg", safe / "y.jpg"]
    twice = [one, tmp_path / "b" / ".." / "a" / "x.jpg"]
    assert set(veiled_paths(twice, twice, safe).values()) == {safe / "x.jpg"}
    clash = [tmp_path / "z.heic", tmp_path / "z.heic.png"]
    with refused(OutputError, "veil_to"):
        veiled_paths(clash, clash, safe)
