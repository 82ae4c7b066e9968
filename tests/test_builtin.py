"""The shipped models do what their cards say, on pictures that can be rendered anywhere (no art pack)."""

from dataclasses import replace
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
import torch
from click.testing import CliRunner
from PIL import Image
from torch import Tensor

import clipgen
from clipgen.cli.main import main
from clipgen.colours import COLOURS
from clipgen.errors import SettingsError, UnknownNameError
from clipgen.generators.sprites import Sprites
from clipgen.generators.stylegan.generator import StyleGAN
from clipgen.generators.vqgan.checkpoint import load_critic, load_network
from clipgen.grounds import SHAPE_NAMES
from clipgen.jobs import Inputs, Job
from clipgen.losses import InitLoss
from clipgen.media.crisp import enlarge
from clipgen.models import weights
from clipgen.parts import Parts
from clipgen.perceptors.base import Perceptor
from clipgen.perceptors.ensemble import Ensemble
from clipgen.perceptors.openclip import OpenClip, load_perceptor
from clipgen.scenery.later import ALL as LATER
from clipgen.settings import GenerateSettings
from clipgen.similarity.upright import shipped_head
from clipgen.studio import Studio
from clipgen.tasks.bank import Bank, Entry
from clipgen.tasks.caption.judgement import Judgement
from clipgen.tasks.generate import composition, prepare
from clipgen.tasks.generate.choices import Choices
from clipgen.tasks.generate.collage import paste
from clipgen.tasks.generate.composition import CLEAR, Composer
from clipgen.tasks.generate.draft import draft
from clipgen.tasks.generate.initial import _strange, bank_pictures
from clipgen.tasks.generate.layouts import PAIR, Layout, Place
from clipgen.tasks.generate.plan import with_start
from clipgen.tasks.generate.relations import UNDER_SKY, extent
from clipgen.tasks.generate.run import course_of
from clipgen.tasks.generate.targets import read_targets, reader_for
from clipgen.tasks.generate.texts import embed_cached
from clipgen.tasks.generate.tiles import Tiles
from clipgen.tasks.sample import load, paint
from clipgen.tasks.unrelated import matcher_of
from clipgen.train.world import SCENES, STYLES, World
from clipgen.web.studio.reading import read_prompt
from raising import refused
from runs import start


@pytest.fixture(scope="module")
def clip() -> Perceptor:
    return load_perceptor("builtin", torch.device("cpu"))


@pytest.fixture(scope="module")
def both(clip: Perceptor) -> Perceptor:
    """What reads the words of a start: the CLIP that paints and the reader."""
    return Ensemble([(1.0, clip), (1.0, load_perceptor("reader", torch.device("cpu")).literally())])


@pytest.fixture(scope="module")
def composer(both: Perceptor) -> Composer:
    return Composer(Bank.whole(), both, Sprites.load())


@pytest.fixture(scope="module")
def parts() -> Parts:
    return Parts()


def pictures(draw: list[np.ndarray]) -> torch.Tensor:
    return torch.from_numpy(np.stack(draw)).permute(0, 3, 1, 2).float() / 255


def test_every_card_is_intact() -> None:
    for card in weights.cards():
        if card.shipped:
            weights.check(card)


def test_files_are_small_enough_to_ship() -> None:
    folder = weights.models_folder()
    cards = [card for card in weights.cards() if card.shipped]
    sizes = {card.name: sum((folder / file.path).stat().st_size for file in card.files) for card in cards}
    assert sizes["builtin"] <= 16e6
    assert sizes["reader"] <= 34e6  # its deeper tower names things that the smaller one did not; the text tower is 8 MB
    assert sizes["vqgan"] <= 12e6
    assert sizes["stylegan"] <= 13e6
    assert sizes["sprites"] <= 9e6
    assert sum(sizes.values()) <= 80e6


def test_the_clip_names_scenes(clip: Perceptor) -> None:
    names = [name for name in SCENES if name not in {scene.names[0] for scene in LATER}]  # those that it was taught
    drawn = [SCENES[name].draw(np.random.default_rng((77, k)), 64, 64) for name in names for k in range(3)]
    seen, read = clip.encode_image(pictures(drawn)), clip.encode_text(names)
    right = (seen @ read.T).argmax(1) == torch.arange(len(names)).repeat_interleave(3)
    assert right.float().mean() >= 0.6  # chance is 0.03


def test_no_two_scenes_are_read_as_the_same_words(both: Perceptor) -> None:
    """The CLIP leaves unknown words out: to it "living room" is "room", and "deep sea" was "sea"."""
    texts = [(name, text) for name, scene in SCENES.items() for text in scene.names]
    embedded = both.encode_text([text for _, text in texts])
    alike = embedded @ embedded.T > 0.97
    assert [(a, b) for i, a in enumerate(texts) for j, b in enumerate(texts[:i]) if a[0] != b[0] and alike[i, j]] == []


def test_the_reader_names_styles_in_which_the_clip_errs(clip: Perceptor) -> None:
    reader = load_perceptor("reader", torch.device("cpu"))
    rng = np.random.default_rng(79)
    learnt = list(STYLES.values())[:29]  # the later ones are younger than both
    drawn, truth = [], []
    for number, style in enumerate(learnt):
        for scene in list(SCENES.values())[number % 5 :: 9]:
            drawn.append(style.apply(rng, scene.draw(rng, 96, 96)))
            truth.append(number)
    names = [style.before[0] for style in learnt]

    def right(perceptor: Perceptor) -> float:
        seen = perceptor.encode_image(pictures(drawn))
        return float(((seen @ perceptor.encode_text(names).T).argmax(1) == torch.tensor(truth)).float().mean())

    assert right(reader) >= max(0.88, right(clip))


def test_the_clip_knows_its_vocabulary_and_reports_other_words(clip: Perceptor) -> None:
    assert clip.unknown_words("underwater scene Van Gogh") == []
    assert clip.unknown_words("a zeppelinoid underwater") == ["zeppelinoid"]


def test_a_photo_of_a_thing_is_the_thing_and_no_sepia_photo(clip: Perceptor) -> None:
    alone, sepia = clip.encode_text(["a fox", "sepia photo of a fox"])
    assert alone @ sepia < 0.85
    for words in ("photo of a fox", "a photograph of a fox", "fox photo", "a photorealistic fox", "a fox, snapshot"):
        assert clip.encode_text([words])[0] @ alone > 0.97, words
    for words in ("a vintage photo of a fox", "an old photograph of a fox", "antique photo of a fox"):
        assert clip.encode_text([words])[0] @ sepia > 0.95 and not clip.unknown_words(words), words


def test_the_name_of_a_style_is_not_reported_where_pictures_start_in_it(clip: Perceptor) -> None:
    settings = GenerateSettings.of(size=(64, 64), seed=7, steps=1, cutn=1, device="cpu", dtype="fp32")
    words = "photo of a beautiful fox"
    (note,) = start(clip, [words], settings).notes
    assert "'beautiful' is left out" in note and "photo" not in note
    (note,) = start(clip, [words], settings.changed(start="noise")).notes
    assert "'photo', 'beautiful' are left out" in note
    read = read_prompt(words, "builtin", Studio(device="cpu"))
    assert read["explained"] == "'beautiful' is left out"
    assert read["parts"][0]["unknown"] == [{"word": "beautiful", "drawn_as": None}]  # type: ignore[index, call-overload]


@pytest.mark.parametrize(
    ("word", "note"),
    [("photo", "'photo' is not known; pictures start in its style"), ("fox", "'fox' is known")],
)
def test_the_command_says_what_becomes_of_a_word(word: str, note: str) -> None:
    result = CliRunner().invoke(main, ["models", "words", word])
    assert result.exit_code == 0 and result.stderr == f"in a prompt for builtin, {note}\n"
    assert word == "fox" or "sepia photo" in result.stdout.splitlines()


def test_a_new_word_is_drawn_as_its_nearest_meaning_and_one_that_no_picture_shows_is_left_out(clip: Perceptor) -> None:
    assert clip.known("a beautiful vessel on a lagoon") == "a ship on a lake"
    assert clip.known("a red bicycle leaning against a blue wall") == "a red bicycle against a blue wall"
    assert clip.known("the physicians by the cathedral") == "the doctor by the church"
    assert clip.known("some quiet, peaceful harbours") == "some harbours", "taught in the names of faces only"
    assert clip.known("a vessel in a storm at dusk") == "a ship in a storm at evening", "taught in a city at dusk only"
    assert clip.known("xqzzt blorp") == "xqzzt blorp"
    # "sadness" is no plural, "elefant" a slip, and of the maker nothing is left
    assert clip.known("the sadness of an elefant, by Edward Hopper") == "the of an elephant"
    assert clip.stand_ins("mushroms") == ["mushroom"]
    embedded = clip.encode_text(["a beautiful vessel on a lagoon", "a ship on a lake"])
    assert torch.equal(embedded[0], embedded[1])
    assert "sailboat" in clip.stand_ins("galleon") and clip.stand_ins("majestic") == []


@torch.no_grad()
def test_the_vqgan_redraws_scenes() -> None:
    network = load_network(None)
    errors, used = [], set()
    for name in list(SCENES)[::3]:
        x = pictures([SCENES[name].draw(np.random.default_rng(78), 128, 128)]) * 2 - 1
        codes, indices = network.quantise(network.encode(x))
        errors.append(((network.decode(codes).clamp(-1, 1) - x) / 2).square().mean())
        used.update(indices.flatten().tolist())
    psnr = -10 * torch.stack(errors).log10().mean()
    assert psnr >= 20
    assert len(used) >= 1500  # of 4,608, by 13 pictures


@torch.no_grad()
def test_draws_of_the_stylegan_are_named_by_their_class(clip: Perceptor, parts: Parts) -> None:
    generator = load(GenerateSettings.of(generator="stylegan", device="cpu"), parts, count=1)
    assert isinstance(generator, StyleGAN)
    classes = generator.network.names
    names = list(dict.fromkeys(classes))
    texts = torch.cat([clip.encode_text(names[i : i + 100]) for i in range(0, len(names), 100)])
    right, asked = 0, range(0, len(classes), 60)
    for number in asked:
        generator.draw_from(None, [(str(number), 1.0)])
        generator.start([7], (64, 64))
        right += names[int((clip.encode_image(generator()) @ texts.T).argmax())] == classes[number]
    assert right >= 0.2 * len(asked)  # chance is 0.001; many are near kin


def test_the_stylegan_starts_from_the_class_that_the_words_name(clip: Perceptor) -> None:
    settings = GenerateSettings.of(generator="stylegan", seed=7, steps=4, device="cpu", dtype="fp32")
    generation = start(clip, ["a sunset"], settings)
    assert generation.settings.init.start == "samples" and generation.generator.size == (64, 64)
    steps = list(generation)
    assert steps[0].score[0] > 0.4 and generation.pictures()[0].score >= steps[0].score[0]


@torch.no_grad()
def test_the_vqgan_carries_the_discriminator_that_knows_its_pictures() -> None:
    network, critic = load_network(None), load_critic(None)
    assert critic is not None
    drawn = [SCENES[name].draw(np.random.default_rng(79), 128, 128) for name in list(SCENES)[::4]]
    real = pictures(drawn) * 2 - 1
    redrawn = network.decode(network.quantise(network.encode(real))[0])
    assert (critic(real).mean((1, 2, 3)) > critic(redrawn).mean((1, 2, 3))).float().mean() >= 0.9


@pytest.mark.parametrize("generator", ["vqgan", "cppn", "pixels"])
def test_a_short_run_comes_nearer_to_its_words(generator: str, tmp_path: Path) -> None:
    run = clipgen.stream("sunset", generator=generator, size=(64, 64), steps=20, cutn=4, seed=5, start="noise")
    scores = [step.score[0] for step in run]
    assert max(scores) > scores[0] + 0.02
    run.pictures()[0].save(tmp_path / "sunset.png")
    assert Image.open(tmp_path / "sunset.png").size == (64, 64)


def test_the_bank_starts_near_the_words() -> None:
    first = {}
    for where in ("noise", "bank"):
        run = clipgen.stream("underwater scene Van Gogh", size=(64, 64), steps=1, cutn=2, seed=5, start=where)
        first[where] = next(iter(run)).score[0]
    assert first["bank"] > first["noise"] + 0.1


def test_the_bank_finds_a_heart_by_its_picture(clip: Perceptor, parts: Parts) -> None:
    heart, other = clip.encode_text(["a red heart on a white background", "a snowy mountain"])
    seeds = [0, 1, 2, 3, 4, 5]
    start = bank_pictures(clip, heart.expand(6, -1), seeds=seeds, size=(64, 64), parts=parts)
    again = bank_pictures(clip, heart.expand(6, -1), seeds=seeds, size=(64, 64), parts=parts)
    assert torch.equal(start.pictures, again.pictures)
    assert len({picture.numpy().tobytes() for picture in start.pictures}) > 1
    seen = clip.encode_image(start.pictures)
    assert (seen @ heart > seen @ other + 0.2).all()


@pytest.mark.parametrize(
    ("words", "colours"),
    [
        ("blue circle with an orange background", ("blue", "orange")),
        ("pink hexagon on black", ("pink", "black")),
        ("only pink and cyan stripes", ("pink", "cyan")),
        ("a red star", ("red",)),
    ],
)
def test_shapes_and_grounds_take_the_colours_that_the_words_name(
    clip: Perceptor, parts: Parts, words: str, colours: tuple[str, ...]
) -> None:
    start = bank_pictures(clip, clip.encode_text([words]), seeds=[0], size=(192, 192), parts=parts)
    assert start.init_share.tolist() == [1]
    wanted = torch.tensor([COLOURS[name] for name in colours]) / 255
    near = torch.cdist(start.pictures[0].flatten(1).T, wanted) < 0.1
    assert (near.float().mean(0) > 0.08).all()
    assert len(colours) == 1 or near.any(1).float().mean() > 0.75  # all but the edges


@pytest.mark.parametrize(("words", "shape"), [("a circle", "circle"), ("a heart", "heart"), ("an oval", "oval")])
def test_a_shape_without_a_colour_gets_one(both: Perceptor, parts: Parts, words: str, shape: str) -> None:
    start = bank_pictures(both, both.encode_text([words]).expand(3, -1), seeds=[1, 2, 3], size=(96, 96), parts=parts)
    assert start.init_share.tolist() == [1, 1, 1]
    names = embed_cached(both, SHAPE_NAMES, start.pictures)
    assert {SHAPE_NAMES[int(row)] for row in (both.encode_image(start.pictures) @ names.T).argmax(1)} == {shape}


@pytest.mark.parametrize(
    ("words", "ground"), [("stripes", "striped"), ("red stripes", "striped"), ("polka dots", "dotted")]
)
def test_a_ground_is_known_by_its_noun(both: Perceptor, parts: Parts, words: str, ground: str) -> None:
    start = bank_pictures(both, both.encode_text([words]).expand(3, -1), seeds=[1, 2, 3], size=(96, 96), parts=parts)
    assert start.init_share.tolist() == [1, 1, 1]
    steps = ((0, 1), (1, 0), (1, 1), (1, -1))
    moved = torch.stack([start.pictures - start.pictures.roll(step, (2, 3)) for step in steps])
    changes = moved[..., 1:-1, 1:-1].abs().mean((2, 3, 4))
    # stripes are the same all along themselves, and along nothing else; dots along nothing
    assert ((changes == 0).sum(0) == (1 if ground == "striped" else 0)).all()


def test_draws_of_the_vqgan_show_their_class(both: Perceptor, parts: Parts) -> None:
    settings = GenerateSettings.of(generator="vqgan", size=(96, 96), classes=["castle"], seed=4)
    shown = paint(load(settings, parts, count=9))
    names = ["castle", "harbour", "desert", "forest", "fox"]
    assert (both.encode_image(shown) @ both.encode_text(names).T).argmax(1).eq(0).float().mean() > 0.8
    assert not shown[0].equal(shown[1]) and shown[8].equal(paint(load(settings.changed(seed=12), parts, count=1))[0])
    anything = paint(load(settings.changed(classes=()), parts, count=2))
    assert not anything[0].equal(anything[1])
    with refused(UnknownNameError, "classes"):
        load(settings.changed(classes=["zorblax"]), parts, count=1)


def test_seeds_that_follow_one_another_take_other_drawings(
    composer: Composer, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = []

    def enlarged(draw: Tensor, side: int, *, soft: float) -> Tensor:
        taken.append(draw)
        return enlarge(draw, side, soft=soft)

    monkeypatch.setattr(composition, "enlarge", enlarged)
    monkeypatch.setattr(composition, "turned", lambda draws, rng: draws)
    target = composer.perceptor.encode_text(["a mushroom"])[0]  # all three drawings of it are near, two of them alike
    for seed in range(4):
        composer.compose(Layout("mushroom", ("mushroom",)), target, Choices(seed))
    drawings = composer.sprites.draw("mushroom")
    both_ways = torch.stack([torch.stack([drawing, drawing.flip(-1)]) for drawing in drawings])
    nearest = [int((both_ways - draw).abs().mean((2, 3, 4)).amin(1).argmin()) for draw in taken]
    assert nearest[0] == nearest[2] == 0 and nearest[1] == nearest[3] != 0


def test_drawings_that_look_the_same_are_one(composer: Composer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two of the three of a soccer ball have the same pattern."""
    drawings = composer.sprites.draw("soccer ball")
    assert len(drawings) == 3
    kept = composer._unlike(torch.arange(3), drawings)
    assert 1 <= len(kept) <= 2
    monkeypatch.setattr(composition, "ALIKE", 1.1)
    assert composer._unlike(torch.arange(3), drawings).tolist() == [0, 1, 2]


def test_seeds_that_follow_one_another_show_a_thing_otherwise(composer: Composer) -> None:
    """Mirrored, larger, elsewhere, on a ground that is lit in another way."""
    target = composer.perceptor.encode_text(["a soccer ball with a green background"])[0]
    layout = Layout("soccer ball", ("soccer ball",)).on("green")
    made = torch.stack([composer.compose(layout, target, Choices(seed)) for seed in range(1, 5)])
    seen = composer.perceptor.encode_image(made)
    pairs = list(combinations(range(4), 2))
    assert sum(float(seen[a] @ seen[b]) for a, b in pairs) / len(pairs) < 0.85
    assert min(float((made[a] - made[b]).abs().mean()) for a, b in pairs) > 0.06


def test_draws_of_pixels_are_those_of_the_bank(both: Perceptor, parts: Parts) -> None:
    shown = paint(load(GenerateSettings.of(generator="pixels", size=(96, 96), seed=4), parts, count=2))
    vqgan = paint(load(GenerateSettings.of(generator="vqgan", size=(96, 96), seed=4), parts, count=2))
    assert (both.encode_image(shown) * both.encode_image(vqgan)).sum(1).min() > 0.7
    assert not shown[0].equal(shown[1])


@pytest.mark.parametrize("where", ["auto", "noise"])
def test_a_run_of_the_vqgan_takes_no_class(parts: Parts, where: str) -> None:
    settings = GenerateSettings.of(size=(96, 96), classes=["castle"], seed=4, start=where)
    with refused(SettingsError, "classes", match="sample"):
        with_start(draft(Job("generate", Inputs(prompts=("a beach",)), settings), parts), parts)


@pytest.mark.parametrize("where", ["auto", "noise"])
def test_the_overview_of_tiles_is_the_same_when_made_again(parts: Parts, where: str) -> None:
    settings = GenerateSettings.of(size=(64, 64), tiles=(2, 1), seed=4, start=where)
    job = Job("generate", Inputs(prompts=("a beach",)), settings)
    plan = prepare(job, parts)
    first = course_of(plan, parts)
    again = course_of(prepare(replace(job, settings=plan.settings), parts), parts)
    assert isinstance(first, Tiles) and isinstance(again, Tiles)
    assert again._overview.settings == first._overview.settings and again.steps == first.steps
    search = first._overview.settings.search
    assert (search.steps, search.lr) == ((20, 0.05) if where == "auto" else (300, 0.1))
    fewer = course_of(prepare(replace(job, settings=settings.changed(steps=7)), parts), parts)
    assert fewer.steps == (7, 7, 7)


def test_other_seeds_are_other_starts(clip: Perceptor, parts: Parts) -> None:
    forest = clip.encode_text(["forest"])
    start = bank_pictures(clip, forest.expand(8, -1), seeds=list(range(1, 9)), size=(32, 32), parts=parts)
    apart = torch.cdist(start.pictures.flatten(1), start.pictures.flatten(1), p=1) / start.pictures[0].numel()
    assert (apart + torch.eye(8) > 0.03).all()  # the same to the eye below that
    assert (clip.encode_image(start.pictures) @ clip.encode_text(["forest", "castle"]).T).argmax(1).tolist() == [0] * 8


@pytest.mark.parametrize(
    ("words", "scene", "mood", "style"),
    [
        ("a lake in winter", "lake landscape", "snow", ""),
        ("a volcano at night", "volcano", "night", ""),
        ("a quiet harbour at dawn", "harbour", "dusk", ""),
        ("a foggy forest", "forest", "fog", ""),
        ("a river between green hills", "river valley", "", ""),
        ("the sea", "sea", "", ""),
        ("the ocean", "sea", "", ""),
        ("the sea at night", "sea", "night", ""),
        ("a stormy sea", "sea", "storm", ""),
        ("a sunset over a calm sea", "sea at sunset", "", ""),
        ("sea by Monet", "sea", "", "monet"),
        ("seaside", "beach", "", ""),
        ("the world under the sea", "underwater scene", "", ""),
        ("sunset", "sunset", "", ""),
        ("a thunderstorm", "thunderstorm", "", ""),
        ("a castle by Van Gogh", "castle on a hill", "", "van gogh"),
        ("photo of a beach", "beach", "", "photo"),
        ("sepia photo of a beach", "beach", "", "sepia photo"),
        ("a photo of a castle at night", "castle on a hill", "night", "photo"),
        ("a mosaic of a volcano at night", "volcano", "night", "mosaic"),
    ],
)
def test_a_place_is_drawn_in_its_mood_and_its_style(
    both: Perceptor, parts: Parts, words: str, scene: str, mood: str, style: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[Entry] = []
    draw = Entry.draw
    monkeypatch.setattr(Entry, "draw", lambda entry, *given: drawn.append(entry) or draw(entry, *given))  # type: ignore[func-returns-value]
    start = bank_pictures(both, both.encode_text([words]), seeds=[3], size=(128, 64), parts=parts)
    assert start.pictures.shape == (1, 3, 64, 128) and start.init_share.item() > 0.5
    assert (drawn[-1].scene, drawn[-1].mood, drawn[-1].style) == (scene, mood, style)


@pytest.mark.parametrize("generator", ["vqgan", "pixels", "cppn"])
def test_pictures_start_from_the_bank(clip: Perceptor, generator: str) -> None:
    settings = GenerateSettings.of(
        generator=generator, size=(64, 64), seed=7, steps=1, cutn=1, device="cpu", dtype="fp32"
    )
    run = start(clip, ["a castle at night"], settings)
    assert run.settings.init.start == "bank" and run.settings.options.race == 1
    seen = clip.encode_image(run.plan.generator(Parts())()) @ clip.encode_text(["castle at night", "a beach"]).T
    assert seen[0, 0] > seen[0, 1] + 0.3


def test_a_vocabulary_without_the_bank_s_words_starts_from_noise(perceptor: OpenClip) -> None:
    settings = GenerateSettings.of(size=(32, 32), seed=7, steps=1, cutn=1, device="cpu", dtype="fp32")
    assert perceptor.words() and start(perceptor, ["red"], settings).settings.init.start == "noise"


def test_an_open_vocabulary_starts_from_noise(clip: Perceptor, monkeypatch: pytest.MonkeyPatch) -> None:
    """To a full-size CLIP any two captions are alike: it would stay near a picture of something else."""
    settings = GenerateSettings.of(size=(32, 32), seed=7, steps=1, cutn=1, device="cpu", dtype="fp32")
    assert start(clip, ["a forest"], settings).settings.init.start == "bank"
    monkeypatch.setattr(type(clip), "words", lambda _: [])
    assert start(clip, ["a forest"], settings).settings.init.start == "noise"


def test_a_start_gets_the_steps_that_it_needs(clip: Perceptor) -> None:
    at_random = GenerateSettings.of(size=(32, 32), seed=7, device="cpu", dtype="fp32", start="noise")
    plan = start(clip, ["a forest"], at_random).plan
    search, cutn = plan.settings.search, plan.settings.cutouts.cutn
    assert (search.steps, cutn, search.lr) == (300, 32, 0.1) and "300 steps of 32 cutouts" in plan.notes[-1]
    assert plan.settings.cutouts.augments == "classic"
    chosen = start(clip, ["a forest"], at_random.changed(steps=2, cutn=1, lr=0.02, augments="whole")).plan
    assert (chosen.settings.search.steps, chosen.settings.cutouts.cutn, chosen.settings.search.lr) == (2, 1, 0.02)
    assert chosen.settings.cutouts.augments == "whole" and not chosen.notes
    known = start(clip, ["a forest"], at_random.changed(start="auto", size=(64, 64))).plan
    assert (known.settings.search.steps, known.settings.cutouts.cutn) == (20, 12) and not known.notes
    assert known.settings.cutouts.augments == "whole"
    unknown = start(clip, ["xqzzt blorp"], at_random.changed(start="auto", size=(64, 64))).plan
    assert unknown.init_share is not None and unknown.init_share.min() < 0.6
    assert (unknown.settings.search.steps, unknown.settings.cutouts.cutn) == (50, 12)


def test_things_that_are_known_are_drawn_on_the_ground_that_the_words_name(
    clip: Perceptor, parts: Parts
) -> None:
    words = ["a fox with a teal background", "a red apple", "an owl by Van Gogh"]
    seeds, texts = [0] * len(words), [[line] for line in words]
    start = bank_pictures(clip, clip.encode_text(words), texts=texts, seeds=seeds, size=(64, 64), parts=parts)
    assert start.init_share.min() > 0.5
    assert (start.init_share > 0).all() and start.init_share[0] >= start.init_share[2]
    corners = start.pictures[0, :, 2:6, 2:6].flatten(1).median(1).values
    assert (corners - torch.tensor(COLOURS["teal"]) / 255).abs().max() < 0.1
    names = ["fox", "red apple", "owl", "wolf", "lemon", "guitar", "forest"]
    assert (clip.encode_image(start.pictures) @ clip.encode_text(names).T).argmax(1).tolist() == [0, 1, 2]
    again = bank_pictures(clip, clip.encode_text(words), texts=texts, seeds=seeds, size=(64, 64), parts=parts)
    other = bank_pictures(clip, clip.encode_text(words), texts=texts, seeds=[1] * 3, size=(64, 64), parts=parts)
    assert torch.equal(start.pictures, again.pictures) and not torch.equal(start.pictures, other.pictures)


def test_of_many_drawings_of_a_scene_one_that_shows_all_words_is_taken(clip: Perceptor, parts: Parts) -> None:
    """Every second desert has no cactus."""
    target = clip.encode_text(["hot desert, cactus and dunes"]).expand(8, -1)
    made = bank_pictures(clip, target, seeds=list(range(8)), size=(64, 64), parts=parts).pictures
    red, green, blue = made.unbind(1)
    assert (((green > red + 0.05) & (green > blue + 0.05)).float().mean((1, 2)) > 0.005).all()


@pytest.mark.parametrize("words", ["a penguin", "a red star"])  # drawn with alpha, and a shape of the bank
def test_a_thing_is_put_onto_what_is_there(
    clip: Perceptor, parts: Parts, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(composition, "NEARLY", 2.0)  # the same draw on either ground, whichever is nearer there
    stripes = (torch.arange(96) // 12 % 2).float().expand(1, 3, 96, 96)
    grounds = torch.cat([stripes, torch.full((1, 3, 96, 96), 0.5)])
    target = clip.encode_text([words])
    made = bank_pictures(clip, target.expand(2, -1), seeds=[3, 3], size=(96, 96), parts=parts, grounds=grounds).pictures
    differs = (made - grounds).abs().amax(1)
    assert (differs[:, :6] < 0.1).float().mean() > 0.9  # the rim of the picture is that of the ground
    y, x = (int(at.float().mean()) for at in (differs[1] > 0.1).nonzero().T)
    assert (differs[:, y - 8 : y + 8, x - 8 : x + 8] > 0.1).float().mean() > 0.7
    # opaque: the stripes are not seen through it
    assert (made[0] - made[1])[:, y - 8 : y + 8, x - 8 : x + 8].abs().mean() < 0.1


@pytest.mark.parametrize("words", ["a red star", "a village"])
def test_what_is_in_the_bank_is_not_drawn_as_a_thing(
    clip: Perceptor, parts: Parts, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To a bare name any other is near: "tiger" is as near to "bicycle" as "a fox in the snow" is to "fox"."""
    monkeypatch.setattr(Composer, "compose", lambda *_: pytest.fail("it was drawn"))
    bank_pictures(clip, clip.encode_text([words]), seeds=[0], size=(64, 64), parts=parts)


@pytest.mark.parametrize(
    ("words", "things", "colour", "scene", "style"),
    [
        ("a fox in the snow", ("fox",), None, ("winter landscape", ""), None),
        ("a penguin in a snowy field", ("penguin",), None, ("winter landscape", ""), None),
        ("a sailboat on the sea", ("sailboat",), None, ("sea", ""), None),
        ("a ship at sea", ("ship",), None, ("sea", ""), None),
        ("a whale in the sea", ("whale",), None, ("sea", ""), None),
        ("a blue whale", ("whale",), None, None, None),
        ("a dolphin in the ocean", ("dolphin",), None, ("sea", ""), None),
        ("a photo of a sailboat on the sea", ("sailboat",), None, ("sea", ""), "photo"),
        ("a shark in the deep sea", ("shark",), None, ("underwater scene", ""), None),
        ("an octopus in the ocean", ("octopus",), None, ("underwater scene", ""), None),
        ("an airplane above the clouds", ("airplane",), None, ("sea of clouds", ""), None),
        ("a cow on a farm at night", ("cow",), None, ("farm", "night"), None),
        ("coral reef with fish", ("fish",), None, ("coral reef", ""), None),  # no coral before it
        ("two cats in a meadow", ("cat",), None, ("flower meadow", ""), None),
        ("a rocket flying through a galaxy", ("rocket",), None, ("galaxy", ""), None),
        ("penguin standing in a snowy landscape", ("penguin",), None, ("winter landscape", ""), None),
        ("a person standing on a beach", ("person standing",), None, ("beach", ""), None),
        ("red mushroom with a beige background", ("mushroom",), "beige", None, None),
        ("two red apples on a white background", ("red apple",), "white", None, None),
        ("three balloons", ("balloon",), None, None, None),
        ("strawberry left, banana right with a white background", ("strawberry", "banana"), "white", None, None),
        ("a strawberry to the left of a lemon", ("strawberry", "lemon"), None, None, None),
        ("key beside crown with a black background", ("key", "crown"), "black", None, None),
        ("the sun above a house", ("sun", "house"), None, None, None),
        ("a wolf left of a cat", ("wolf", "cat"), None, None, None),
        ("a low poly fox", ("fox",), None, None, "low poly"),
        ("watercolour parrot", ("parrot",), None, None, "watercolour"),
        ("photo of a fox", ("fox",), None, None, "photo"),
        ("a photorealistic teapot", ("teapot",), None, None, "photo"),
        ("a photograph of a fox in the forest", ("fox",), None, ("forest", ""), "photo"),
        ("sepia photo of a fox", ("fox",), None, None, "sepia photo"),
        ("an owl by Van Gogh, on a blue background", ("owl",), "blue", None, "van gogh"),
    ],
)
def test_words_of_things_give_a_layout(
    composer: Composer,
    both: Perceptor,
    words: str,
    things: tuple[str, ...],
    colour: str | None,
    scene: tuple[str, str] | None,
    style: str | None,
) -> None:
    found = composer.layout(both.encode_text([words])[0], [words])
    assert found is not None
    entry = composer.scene_of(found[0])
    shown = None if entry is None else (entry.scene, entry.mood)
    assert (found[0].things, found[0].colour, shown, found[0].style) == (things, colour, scene, style)


@pytest.mark.parametrize(
    ("words", "things", "tints", "scene"),
    [
        ("a picture of a blue butterfly", ("butterfly",), (("butterfly", "blue"),), None),
        ("white horse running", ("horse",), (("horse", "white"),), None),
        ("Yellow school bus", ("bus",), (("bus", "yellow"),), None),  # not a bus and a school
        ("three red balloons", ("balloon",), (("balloon", "red"),), None),
        ("a red rose with a grey background", ("rose",), (("rose", "red"),), None),
        ("elefant in the desert", ("elephant",), (), "desert"),
        ("penguin on an iceberg", ("penguin",), (), "icebergs"),
        ("a crow on a foggy morning", ("crow",), (), None),  # no sunrise
        ("a fox in front of a castle, by Edward Hopper", ("fox",), (), "castle on a hill"),  # no king, no insect
        ("steam train crossing a bridge in autumn", ("train",), (), "bridge over a river"),  # no crossing
        ("a dog catching a frisbee", ("flying disc", "dog"), (), None),
        ("two woman is drinking coffee in the kitchen", ("woman", "cup of coffee"), (), "kitchen"),
        ("elderly man walking with a cane in a park", ("man", "white cane"), (), "garden"),  # no amusement park
        ("a cat, a dog and a rabbit", ("dog", "rabbit", "cat"), (), None),
        ("Bauhaus art, red circle and blue triangle", ("red circle", "triangle"), (("triangle", "blue"),), None),
        ("a blue cup on a wooden table", ("mug",), (("mug", "blue"),), None),
        ("a purple dragon eating spaghetti", ("dragon", "spaghetti"), (("dragon", "purple"),), None),
        ("a blcak cat siting on a red sofa", ("couch and lamp", "black cat"), (("couch and lamp", "red"),), None),
        ("pencil drawing of an old man", ("old man",), (), None),  # and no pencil
        ("a stained glass window of a peacock", ("peacock",), (), None),
        ("a cat sitting in a living room with a fireplace, trending on artstation", ("cat",), (), "living room"),
    ],
)
def test_words_name_the_things_of_a_layout_and_their_colours(
    composer: Composer,
    both: Perceptor,
    words: str,
    things: tuple[str, ...],
    tints: tuple[tuple[str, str], ...],
    scene: str | None,
) -> None:
    found = composer.layout(both.encode_text([words])[0], [words])
    assert found is not None and found.is_named
    entry = composer.scene_of(found.layout)
    assert (found.layout.things, found.layout.tints) == (things, tints)
    assert scene is None or (entry is not None and entry.scene == scene)


@pytest.mark.parametrize(
    ("words", "numbers"),
    [
        ("two cats in a meadow", {"cat": "two"}),
        ("two red apples on a white background", {"red apple": "two"}),
        ("three red balloons", {"balloon": "three"}),
        ("three red apples and two green pears on a wooden desk", {"red apple": "three", "pear": "two"}),
        ("two rabbits holding a red balloon, watercolour", {"rabbit": "two"}),
        ("a birthday cake with seven candles", {"candle": "seven"}),
        ("4 penguins on an iceberg", {"penguin": "four"}),
        ("three jellyfish", {"jellyfish": "three"}),
        ("a cat and a dog", {}),
    ],
)
def test_words_say_how_many_there_are(
    composer: Composer, both: Perceptor, words: str, numbers: dict[str, str]
) -> None:
    found = composer.layout(both.encode_text([words])[0], [words])
    assert found is not None and dict(found.layout.numbers) == numbers


def test_several_are_drawn(composer: Composer, both: Perceptor) -> None:
    """As many as the words say, of each of two things."""
    target = both.encode_text(["two red apples and three pears"])[0]
    pair = Layout("red apple and pear", ("red apple", "pear"), PAIR).on("white")
    several = pair.counted("red apple", "two").counted("pear", "three")
    alone, made = (composer.compose(one, target, Choices(3)) for one in (pair, several))
    assert alone.shape == made.shape and not alone.equal(made)
    with pytest.MonkeyPatch.context() as patch:
        counts: list[int] = []
        patch.setattr(
            composition, "grouped", lambda draw, number, side, rng, stand: counts.append(number) or enlarge(draw, side)  # type: ignore[func-returns-value]
        )
        composer.compose(several, target, Choices(3))
        composer.compose(pair, target, Choices(3))
    assert counts == [2, 3]


def test_what_is_near_is_drawn_though_no_word_surely_names_it(composer: Composer, both: Perceptor) -> None:
    """Of what is less near, what words surely name is: "table" is near to table tennis."""
    things = []
    for words in ("two kingfishers on a branch", "a bowl of freshly picked plums on a wooden table"):
        found = composer.layout(both.encode_text([words])[0], [words])
        things.append(found and (found.layout.things, found.is_named))
    assert things == [(("olive branch", "bird"), False), (("plum", "bowl with spoon"), True)]


def test_what_words_name_is_found_though_something_nearer_cannot_be_drawn(
    composer: Composer, both: Perceptor, parts: Parts
) -> None:
    words = ["A chef under a white flag"]
    target = both.encode_text(words)
    found = composer.layout(target[0], words)
    assert found is not None and found.layout.things == ("cook",) and not found.is_near
    drawn = bank_pictures(both, target, texts=[words], seeds=[0], size=(96, 96), parts=parts).pictures
    names = ["cook", "water lilies", "ocean", "living room"]
    assert int((both.encode_image(drawn) @ both.encode_text(names).T).argmax()) == 0


@pytest.mark.parametrize(
    ("words", "things", "scene"),
    [
        ("a rocket on the moon", {"rocket"}, "moon surface"),
        ("a penguin on a wooden table", {"penguin"}, "wooden table"),
        ("narrow street in Lisbon with a yellow tram", {"tram"}, "street"),
        ("camels resting under palm trees in the desert at noon", {"camel", "palm tree"}, "desert"),
        ("a cat driving a fire engine really really fast", {"cat", "fire engine"}, None),
        ("the biggest green tractor in the whole world", {"tractor"}, None),
    ],
)
def test_what_words_name_outright_is_shown(
    composer: Composer, both: Perceptor, words: str, things: set[str], scene: str | None
) -> None:
    found = composer.layout(both.encode_text([words])[0], [words])
    assert found is not None and found.is_named
    where = found.layout.scene and composer.scenes[found.layout.scene].scene
    assert {*found.layout.things} == things and where == scene


def test_a_thing_stands_in_a_place_that_is_near_to_the_words_itself(both: Perceptor, parts: Parts) -> None:
    words = ["Bowl of ramen on a wooden table", "a calm sea"]
    texts = [[line] for line in words]
    with pytest.MonkeyPatch.context() as patch:
        composed: list[Layout] = []
        compose = Composer.compose
        patch.setattr(
            Composer, "compose", lambda one, layout, *given: composed.append(layout) or compose(one, layout, *given)  # type: ignore[func-returns-value]
        )
        bank_pictures(both, both.encode_text(words), texts=texts, seeds=[1, 1], size=(96, 96), parts=parts)
    assert [(layout.things, layout.scene) for layout in composed] == [(("bowl with spoon",), "wooden table")]


def test_a_thing_is_drawn_where_a_scene_only_sounds_like_it(both: Perceptor, parts: Parts) -> None:
    """The CLIP that paints does not know "haunted", nor a hothouse: both are a house to it."""
    with pytest.MonkeyPatch.context() as patch:
        composed: list[Layout] = []
        compose = Composer.compose
        patch.setattr(
            Composer, "compose", lambda one, layout, *given: composed.append(layout) or compose(one, layout, *given)  # type: ignore[func-returns-value]
        )
        for words in ("house", "a haunted house"):
            bank_pictures(both, both.encode_text([words]), texts=[[words]], seeds=[1], size=(96, 96), parts=parts)
    assert [(layout.things, layout.scene) for layout in composed] == [(("house",), None)]


def test_captions_that_are_not_known_are_near_to_nothing(both: Perceptor) -> None:
    strange = _strange(Bank.whole(), both)
    assert {"veranda", "swamp", "market monet", "savanna at night"} <= strange
    known = {"castle on a hill", "bedroom with a bed", "beach at sunset", "red heart on a white background"}
    assert strange.isdisjoint(known)


@pytest.mark.parametrize(
    ("words", "style"),
    [
        ("a linocut of a heron", "linocut"),
        ("minimalist poster of a fox", "flat design"),
        ("cartoon cat", "cartoon"),
        ("graffiti of a lion on a wall", "graffiti"),
        ("a fox in oil", "oil painting"),
        ("elephants walking in a line across the savannah at sunset", None),  # no line drawing
    ],
)
def test_words_name_the_style_of_a_layout(
    composer: Composer, both: Perceptor, words: str, style: str | None
) -> None:
    found = composer.layout(both.encode_text([words])[0], [words])
    assert found is not None and found.layout.style == style


def test_what_is_far_above_is_small_in_the_sky(composer: Composer, both: Perceptor) -> None:
    words = ["a train in the mountains under a full moon"]
    found = composer.layout(both.encode_text(words)[0], words)
    assert found is not None and found.layout.things == ("full moon", "train")
    (_, moon, small), (_, train, large) = found.layout.places_in(True)
    assert moon < 0.4 < 0.6 < train and small < large / 2 + 0.1
    beneath = composer.layout(both.encode_text(["a cat under a table"])[0], ["a cat under a table"])
    assert beneath is None or beneath.layout.relation is not UNDER_SKY


def test_a_drawing_that_is_taken_for_another_thing_is_left_out(
    composer: Composer, both: Perceptor, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawings = torch.stack([composer.sprites.draw("owl")[0], composer.sprites.draw("fox")[0]])
    monkeypatch.setattr(composer, "_drawings", lambda *_: drawings)
    monkeypatch.setattr("clipgen.tasks.generate.composition.NEARLY", 2.0)
    owl, fox = composer._clearness("fox", drawings).tolist()
    assert owl < CLEAR < 0 < fox
    target, names = both.encode_text(["a fox"])[0], both.encode_text(["a fox", "an owl"])
    made = torch.stack([composer.compose(Layout("fox", ("fox",)), target, Choices(seed)) for seed in range(4)])
    assert (both.encode_image(made) @ names.T).argmax(1).tolist() == [0] * 4


def test_a_word_that_the_start_shows_is_not_reported() -> None:
    run = clipgen.stream("a fox in a greenhouse, vessel", size=(64, 64), steps=1, cutn=2, seed=0)
    line = next(note for note in run.notes if note.startswith("new to"))
    assert "'vessel'" in line and "greenhouse" not in line


def test_a_shape_is_a_thing_beside_another_one_only(composer: Composer, both: Perceptor) -> None:
    for words in ("a town square at night", "a star over a beach"):
        found = composer.layout(both.encode_text([words])[0], [words])
        assert found is None or not {"square", "star"} & {*found.layout.things}
    target = both.encode_text(["a yellow star above a green circle"])[0]
    found = composer.layout(target, ["a yellow star above a green circle"])
    assert found is not None
    picture = composer.compose(found.layout, target, Choices(1))
    red, green, blue = picture[:, : picture.shape[1] // 2]
    assert ((red > 0.8) & (green > 0.7) & (blue < 0.5)).float().mean() > 0.03
    red, green, blue = picture[:, picture.shape[1] // 2 :]
    assert ((green > red + 0.2) & (green > blue + 0.1)).float().mean() > 0.03


def test_a_place_that_shows_the_words_comes_before_things_in_it(both: Perceptor, parts: Parts) -> None:
    """By their embedding alone these were a bison, a lollipop and a fire extinguisher."""
    words = ["Red barn in a wheat field, summer", "Water lilies by Monet", "a cozy living room with a fireplace"]
    scenes = []
    draw = Entry.draw
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Entry, "draw", lambda entry, *given: scenes.append(entry.scene) or draw(entry, *given))  # type: ignore[func-returns-value]
        for line in words:
            bank_pictures(both, both.encode_text([line]), texts=[[line]], seeds=[1], size=(64, 64), parts=parts)
            scenes.append("")
    last = [scenes[place - 1] for place, scene in enumerate(scenes) if not scene]
    assert last == ["wheat field", "pond with water lilies", "living room"]


def test_a_thing_is_drawn_in_its_colour(composer: Composer, both: Perceptor) -> None:
    target = both.encode_text(["a blue butterfly"])[0]
    found = composer.layout(target, ["a blue butterfly"])
    assert found is not None
    for seed in range(4):
        red, green, blue = composer.compose(found.layout, target, Choices(seed))
        assert ((blue > red + 0.2) & (blue > green + 0.1)).float().mean() > 0.05
        other = composer.compose(Layout("butterfly", ("butterfly",)).tinted("butterfly", "red"), target, Choices(seed))
        assert ((other[0] > other[1] + 0.3) & (other[0] > other[2] + 0.3)).float().mean() > 0.05


def test_every_thing_is_named_once(composer: Composer) -> None:
    assert len(composer.things) > 800 and len({*composer.things}) == len(composer.things)


def test_what_fills_its_square_is_no_thing_in_a_scene(composer: Composer, both: Perceptor) -> None:
    words = ["a piano in a forest"]
    target = both.encode_text(words)[0]
    found = composer.layout(target, words)
    assert found is None or found.layout.scene is None
    composer.covers["musical keyboard"] = 0.5
    found = composer.layout(target, words)
    del composer.covers["musical keyboard"]
    assert found is not None and found[0].things == ("musical keyboard",) and found[0].scene is not None


def test_a_run_starts_from_what_the_reader_reads_too(clip: Perceptor, both: Perceptor, parts: Parts) -> None:
    """To the CLIP that paints alone, a dog left of a cat is a dog."""
    words, cpu = ["a dog left of a cat"], torch.device("cpu")
    settings = GenerateSettings.of(size=(64, 64), seed=7, steps=1, cutn=1, device="cpu", dtype="fp32")
    reader = reader_for(settings, clip, parts, cpu)
    targets = read_targets(words, settings, perceptor=clip, device=cpu, notes=[], reader=reader)
    torch.testing.assert_close(targets.joined().mean(), both.encode_text(words))
    for other in (settings.changed(start="noise"), settings.changed(init_noise="perlin")):
        assert reader_for(other, clip, parts, cpu) is None
    expected = bank_pictures(both, both.encode_text(words), texts=[words], seeds=[7], size=(64, 64), parts=parts)
    share = clipgen.stream(words, size=(64, 64), steps=1, cutn=1, seed=7, device="cpu", dtype="fp32").plan.init_share
    assert share is not None and torch.allclose(share, expected.init_share, atol=1e-4)


def test_a_run_starts_from_what_is_wanted_however_much_else_is_avoided() -> None:
    small = {"size": (64, 64), "steps": 1, "cutn": 1, "seed": 7, "init_weight": 0, "device": "cpu", "dtype": "fp32"}
    fox, without = (clipgen.stream([words], **small) for words in ("a fox", "a fox | people:-1"))
    assert torch.allclose(fox.synthesis.generator(), without.synthesis.generator(), atol=1e-3)


def test_draws_are_chosen_by_what_the_reader_sees_too(both: Perceptor, monkeypatch: pytest.MonkeyPatch) -> None:
    pictures, fits = torch.rand(2, 3, 64, 64), []
    monkeypatch.setattr(StyleGAN, "choose", lambda self, seeds, fit, words: fits.append(fit(pictures, 0)))
    clipgen.stream("a fox", generator="stylegan", size=(64, 64), steps=1, cutn=1, seed=7, device="cpu", dtype="fp32")
    torch.testing.assert_close(fits[0], both.encode_image(pictures) @ both.encode_text(["a fox"])[0])


@pytest.mark.parametrize("words", ["a white flag in the forest", "a white flag", "a rainbow flag"])
def test_words_of_things_that_cannot_be_drawn_are_not_taken_for_others(clip: Perceptor, words: str) -> None:
    assert Composer(Bank.whole(), clip, Sprites.load()).layout(clip.encode_text([words])[0]) is None


def test_two_things_stand_where_the_words_put_them(clip: Perceptor, parts: Parts) -> None:
    words = ["lemon left, red apple right with a blue background"]
    picture = bank_pictures(clip, clip.encode_text(words), seeds=[0], size=(128, 128), parts=parts).pictures[0]
    red, green, blue = picture[:, 48:80, 8:56].median(2).values.median(1).values
    assert red > 0.6 and green > 0.5 and blue < 0.6
    red, green, blue = picture[:, 48:80, 72:120].median(2).values.median(1).values
    assert red > 0.6 and green < 0.5 and blue < 0.5


@pytest.mark.parametrize(
    ("words", "above", "below"),
    [
        ("dinosaur on a skateboard", "sauropod", "skateboard"),
        ("a monkey wearing a cowboy hat", "cowboy hat", "monkey"),
        ("a dog in a basket", "dog", "basket"),
    ],
)
def test_two_things_touch_where_words_say_so(
    composer: Composer, both: Perceptor, words: str, above: str, below: str
) -> None:
    target = both.encode_text([words])[0]
    found = composer.layout(target, [words])
    assert found is not None and {*found.layout.things} == {above, below} and found.layout.relation is not None
    placed: list[tuple[float, float]] = []
    with pytest.MonkeyPatch.context() as patch:

        def pasting(draws: Tensor, canvas: Tensor, place: Place) -> Tensor:
            if len(draws) == 1:
                begin, end = extent(draws[0])
                top = place[1] - place[2] / 2
                placed.append((top + place[2] * begin, top + place[2] * end))
            return paste(draws, canvas, place)

        patch.setattr(composition, "paste", pasting)
        composer.compose(found.layout, target, Choices(3))
    joint, (first, second) = found.layout.relation.joint, placed
    assert joint is not None and second[joint.edge] == pytest.approx(
        first[joint.at] + joint.below * (first[1] - first[0]), abs=0.008
    )
    at = dict(zip(found.layout.things, placed, strict=True))
    assert at[above][0] < at[below][0] < at[above][1] < at[below][1]


def test_texts_of_starts_are_embedded_once(clip: Perceptor, parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    target = clip.encode_text(["a forest"])
    first = bank_pictures(clip, target, seeds=[0], size=(64, 64), parts=parts)
    monkeypatch.setattr(type(clip), "encode_text", lambda *_: pytest.fail("it was embedded again"))
    again = bank_pictures(clip, target, seeds=[0], size=(64, 64), parts=parts)
    assert torch.equal(first.pictures, again.pictures) and torch.equal(first.init_share, again.init_share)


def test_words_that_nothing_shows_start_from_what_comes_nearest(both: Perceptor, parts: Parts) -> None:
    """They were large areas of colour once, in which nobody could see anything."""
    words = ["what yesterday looks like from a moving train", "loneliness"]
    texts = [[line] for line in words]
    start = bank_pictures(both, both.encode_text(words), texts=texts, seeds=[0, 0], size=(96, 96), parts=parts)
    assert 0.4 < start.init_share.min() <= start.init_share.max() < 0.8
    names = ["train", "ocean", "fox", "castle", "factory", "bicycle"]
    assert int((both.encode_image(start.pictures[:1]) @ both.encode_text(names).T).argmax()) == 0
    assert start.stand_ins[0] == "" and start.stand_ins[1]


def test_a_line_says_that_fewer_things_are_drawn() -> None:
    run = clipgen.stream(["99 balloons", "3 foxes"], size=(64, 64), steps=1, cutn=2, seed=0)
    assert [note for note in run.notes if "drawn" in note and "99" in note] == [
        "at most 12 of a thing are drawn, not 99"
    ]


@pytest.mark.parametrize(
    ("words", "things"),
    [("kingfisher on a branch with a fish in its beak, blurred green background", {"bird", "fish"}),
     ("a corgi on a beach", {"dog"})],
)  # fmt: skip
def test_what_stands_for_a_word_is_a_thing(words: str, things: set[str], composer: Composer, both: Perceptor) -> None:
    found = composer.layout(both.encode_text([words])[0], [words])
    assert found is not None and {*found.layout.things} == things


def test_a_white_ground_that_words_name_is_white(composer: Composer) -> None:
    layout = Layout("fox", ("fox",)).on("white")
    darkest = min(float(composer._canvas(layout, None, Choices(seed)).min()) for seed in range(32))
    assert 0.87 < darkest / (min(COLOURS["white"]) / 255) < 0.97, "in the shade it would be beige"


@pytest.mark.parametrize(
    ("words", "thing"),
    [
        ("an old man's hands", "raised hand"),
        ("a human brain", "brain"),
        ("a nurse washing her hands", "nurse"),
        ("owl with huge eyes", "owl"),
        ("hooded wizard with glowing green eyes, epic, dark", "mage"),
        ("a smiling face", "smiling face"),
        ("a happy dog laughing", "dog"),
        ("children holding hands in a circle on the playground", "child"),
    ],
)
def test_hands_and_faces_are_drawn_where_nobody_has_them(
    composer: Composer, both: Perceptor, words: str, thing: str
) -> None:
    found = composer.layout(both.encode_text([words])[0], [words])
    assert found is not None and found.layout.things == (thing,)


def test_a_feeling_alone_is_no_thing(composer: Composer, both: Perceptor) -> None:
    words = "Happy diverse team of five young people laughing around a laptop in a bright modern office with plants"
    found = composer.layout(both.encode_text([words])[0], [words])
    assert found is not None and "laptop" in found.layout.things
    assert not any("cat" in thing.split() for thing in found.layout.things)


def test_a_bust_ends_where_the_picture_ends(composer: Composer) -> None:
    for thing, ends in (("police officer", True), ("house", False), ("cat", False)):
        target = composer.perceptor.encode_text([thing])[0]
        made = composer.compose(Layout(thing, (thing,)).on("white"), target, Choices(1))
        lowest = made[:, -1]
        assert (float((lowest.amin(0) < 0.7).float().mean()) > 0.15) == ends, thing


def test_a_name_of_a_place_stands_for_no_thing(composer: Composer, both: Perceptor) -> None:
    words = "Greenhouse full of tomatoes, early morning"
    found = composer.layout(both.encode_text([words])[0], [words])
    assert found is not None and found.layout.things == ("tomato",) and "greenhouse" in (found.layout.scene or "")


def test_a_word_for_which_nothing_stands_is_no_thing(composer: Composer, both: Perceptor) -> None:
    words = "a waterfall in a mossy forest, iceland"
    assert composer.layout(both.encode_text([words])[0], [words]) is None


def test_a_style_is_kept_where_the_nearest_layout_cannot_be_drawn(composer: Composer, both: Perceptor) -> None:
    words = "lonely piano in an empty field, Van Gogh style sky"
    found = composer.layout(both.encode_text([words])[0], [words])
    assert found is not None and (found.layout.things, found.layout.style) == (("musical keyboard",), "van gogh")


def test_hours_and_weather_are_no_things(composer: Composer, both: Perceptor) -> None:
    for words in ("a city street at night with neon lights", "sci-fi corridor, neon blue, foggy"):
        found = composer.layout(both.encode_text([words])[0], [words])
        assert found is None or not ({*found.layout.things} & {"foggy", "fog", "night with stars"} or found.is_named)


def test_a_line_says_what_words_that_nothing_shows_start_from() -> None:
    run = clipgen.stream(["loneliness", "a fox in a forest"], size=(64, 64), steps=1, cutn=2, seed=0)
    lines = [note for note in run.notes if "starts from the nearest" in note]
    assert len(lines) == 1 and "'loneliness'" in lines[0]


def test_the_run_stays_near_a_start_that_shows_the_words(clip: Perceptor, parts: Parts) -> None:
    words = ["underwater scene Van Gogh", "a white flag on a blue background"]
    shares = bank_pictures(clip, clip.encode_text(words), seeds=[0, 0], size=(64, 64), parts=parts).init_share
    run = clipgen.stream(words, size=(64, 64), steps=1, cutn=2, seed=0)
    weight, term = run.synthesis.loss.terms()[-1]
    assert isinstance(term, InitLoss) and weight > 0 and torch.allclose(term.shares, shares, atol=1e-4)


def test_the_reader_is_sure_of_what_it_was_taught_only() -> None:
    reader = load_perceptor("reader", torch.device("cpu"))
    judgement = Judgement.of(matcher_of(reader))
    assert judgement is not None
    blobs = torch.rand(20, 3, 6, 6, generator=torch.Generator().manual_seed(0))
    nothing = torch.nn.functional.interpolate(blobs, (80, 80), mode="bicubic").clamp(0, 1)
    world = World()
    scenes = [world.sample((910_777, i), 160) for i in range(320)]
    taught = range(len(SCENES) - len(LATER))
    shown = pictures([one.image for one in scenes if one.facts.scene in taught and one.facts.style < 0][:30])
    assert sum(judgement.unsure(reader.encode_image(nothing), [()] * len(nothing))) > 10
    assert sum(judgement.unsure(reader.encode_image(shown), [()] * len(shown))) <= 6


def test_the_head_belongs_to_the_reader() -> None:
    """A reader that is trained again needs another head: `clipgen train orient`, see models/orient/README.md."""
    reader = load_perceptor("reader", torch.device("cpu"))
    head = shipped_head()
    head.check(reader)
    assert sum(value.numel() for value in head.parameters()) < 30_000 and 0.25 < head.sure <= 1
    picture = torch.rand(1, 3, 90, 120, generator=torch.Generator().manual_seed(1))
    shares = head.probabilities(reader, [picture, picture.rot90(-1, (2, 3))])
    assert torch.allclose(shares[1], shares[0].roll(-1), atol=1e-3)


@pytest.mark.parametrize(
    ("words", "things"),
    [
        ("a bonfire in the woods", {"campfire"}),  # another name
        ("tulip flower with a white background", {"tulip"}),
        ("an apple tree", {"fruit tree"}),
        ("jack-o-lantern with a black background", {"jack-o-lantern"}),
        ("samurai crossing a wooden bridge", None),  # no sign of children crossing
        ("a woman reading a letter by the window", {"woman reading"}),
        ("two people in front of a hut", {"person", "hut"}),
        ("kingfisher with a fish in its beak", {"bird", "fish"}),  # no gull
    ],
)
def test_words_name_things_that_the_painter_was_not_taught(
    composer: Composer, both: Perceptor, words: str, things: set[str] | None
) -> None:
    found = composer.layout(both.encode_text([words])[0], [words])
    assert (found and {*found.layout.things}) == things


def test_a_perceptor_alone_is_asked_for_what_it_was_taught(composer: Composer, clip: Perceptor) -> None:
    alone = Composer(Bank.whole(), clip, composer.sprites)
    assert "lemon slice" in composer.things and {"lemon", "fox"} <= {*alone.things} <= {*clip.names}
