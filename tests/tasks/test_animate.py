from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor

import runs
from clipgen.errors import ImageError, SettingsError
from clipgen.generators.pixels import Pixels
from clipgen.parts import Parts
from clipgen.perceptors.openclip import OpenClip
from clipgen.settings import FilmSettings, GenerateSettings, picture_settings
from clipgen.tasks.animate import Film, Output, outline_film, scene
from clipgen.tasks.animate.camera import Motion, warp
from clipgen.tasks.animate.morph import blend, slerp
from clipgen.tasks.animate.painters.camera import BACK, CameraMove
from clipgen.tasks.animate.setup import set_up_scene
from clipgen.tasks.generate.targets import Targets
from clipgen.timelines import CameraTracks, Key, Scene, Timeline, Track
from raising import refused

PICTURE = GenerateSettings.of(size=(32, 24), steps=3, cutn=2, seed=7, generator="pixels", device="cpu", dtype="fp32")
FILM = FilmSettings(fps=8, keyframes=4, keyframe_steps=2, seconds_per_scene=1, transition_seconds=0.5)
SCENES = ("a red square", "a blue circle", "a green triangle")
Make = Callable[..., Film]


@pytest.fixture
def make(perceptor: OpenClip, tmp_path: Path) -> Make:
    def made(scenes: Sequence[Scene | str] = SCENES, folder: str = "film", **given: Any) -> Film:
        listed = tuple(Scene(one) if isinstance(one, str) else one for one in scenes)
        names = {spec.name for _, spec in picture_settings()}
        picture = PICTURE.changed(**{name: given.pop(name) for name in names & given.keys()})
        settings = replace(FILM, **given)
        return runs.film(perceptor, Timeline(listed), settings, picture, folder=tmp_path / folder)

    return made


def shoot(film: Film) -> list[int]:
    return [step.index for step in film.shoot()]


def keyframes(film: Film) -> list[bytes]:
    return [film.store.path(take, i).read_bytes() for take in film.takes for i in range(take.count)]


def test_every_step_and_every_frame(make: Make) -> None:
    film = make()
    total = film.steps
    assert shoot(film) == list(range(total)) and film.steps == 0
    assert len(keyframes(film)) == 12 and film.seconds == 3
    frames = list(film.frames())
    assert [frame.index for frame in frames] == list(range(24)) and frames[8].words == "a blue circle"
    assert all(frame.image.size == (32, 24) for frame in frames)


def test_a_scene_grows_out_of_the_last_and_a_cut_does_not(make: Make) -> None:
    def jump(film: Film) -> float:
        shoot(film)
        before, after = (film.store.load(take, i) for take, i in ((film.takes[0], 3), (film.takes[1], 0)))
        return float((before - after).abs().mean())

    flowing = jump(make(SCENES[:2]))
    cut = jump(make([SCENES[0], Scene(SCENES[1], transition="cut", settings={"seed": 99})], folder="cut"))
    assert flowing < 0.3 * cut


@pytest.mark.parametrize("generator", ["pixels", "cppn"])
def test_a_killed_film_resumes_to_the_same_bytes(make: Make, generator: str) -> None:
    whole = make(generator=generator)
    steps = shoot(whole)
    rng = np.random.default_rng(0)
    for number, kill in enumerate(sorted(rng.choice(len(steps), 3, replace=False))):
        name = f"killed-{number}"
        for step in make(folder=name, generator=generator).shoot():
            if step.index == kill:
                break
        again = make(folder=name, generator=generator)
        assert again.steps <= len(steps)
        shoot(again)
        assert keyframes(again) == keyframes(whole), f"killed at step {kill}"


def test_turns_continue_from_keyframe_to_keyframe(
    make: Make, perceptor: OpenClip, monkeypatch: pytest.MonkeyPatch
) -> None:
    turns: list[int] = []

    def in_turn(_: OpenClip, step: int) -> OpenClip:
        turns.append(step)
        return perceptor

    monkeypatch.setattr(OpenClip, "in_turn", in_turn)
    shoot(make(SCENES[:1], alternate=True, keyframe_steps=1))
    assert turns == [0, 1, 2, *range(1, 4)]  # of the first picture, then of the keyframes after it


def test_a_kill_between_picture_and_state(make: Make) -> None:
    whole, film = make(), make(folder="killed")
    shoot(whole)
    for step in film.shoot():
        if step.index == 8:
            break
    # the picture of the next keyframe was written, its state was not
    take = film.takes[0]
    state = film.store.state(take)
    assert state is not None
    film.store.path(take, int(state["frames"])).write_bytes(b"half")
    shoot(again := make(folder="killed"))
    assert keyframes(again) == keyframes(whole)


def test_only_what_changed_is_made_again(make: Make) -> None:
    shoot(make())
    assert make().reused == [0, 1, 2]
    edited = make([SCENES[0], "a yellow star", SCENES[2]])
    assert edited.reused == [0] and edited.steps == 2 * 4 * 2
    cut = Scene(SCENES[2], transition="cut")
    shoot(make([SCENES[0], SCENES[1], cut]))
    assert make([SCENES[0], "a yellow star", cut]).reused == [0, 2]
    assert make(keyframe_steps=3).reused == [] and make(seed=8).reused == []
    assert make([Scene(SCENES[0], caption="other words"), *SCENES[1:]]).reused == [0, 1, 2]


@pytest.mark.parametrize("name", ["init_image", "mask", "image_prompts", "of a scene"])
def test_pictures_are_known_by_their_content(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Keyframes of an edited picture are made again, and those of the same one found again from another folder."""
    monkeypatch.chdir(tmp_path)
    for file in ("own.png", "other.png"):
        Image.new("RGB", (32, 24), "white").save(file)
    given: dict[str, Any] = {"init_image": "own.png"}
    scenes: list[Scene | str] = list(SCENES)
    match name:
        case "mask":
            given = {"init_image": "other.png", "mask": "own.png"}
        case "image_prompts":
            given = {"image_prompts": ("other.png:0.5", "own.png:0.5")}
        case "of a scene":
            given, scenes[0] = {}, Scene(SCENES[0], settings={"init_image": "own.png"})
    shoot(film := make(scenes, **given))
    assert make(scenes, **given).reused == [0, 1, 2]
    (tmp_path / "moved").mkdir()
    monkeypatch.chdir(tmp_path / "moved")
    if name != "of a scene":  # whose names stay as its file has them
        placed = film.picture.placed(tmp_path).flat()
        assert make(scenes, **{name: placed[name] for name in given}).reused == [0, 1, 2]
    monkeypatch.chdir(tmp_path)
    Image.new("RGB", (32, 24), "silver").save("own.png")
    assert make(scenes, **given).reused == []
    Path("own.png").unlink()
    with pytest.raises(ImageError, match="own.png"):
        make(scenes, **given)


def test_models_in_files_are_known_from_another_folder(
    make: Make, tiny_clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tiny_clip.parent)
    shoot(film := make(perceptors=(f"local-dir:{tiny_clip.name}:2",)))
    placed = film.picture.placed(tiny_clip.parent).search.perceptors
    monkeypatch.chdir(Path.home())
    assert make(perceptors=placed).reused == [0, 1, 2] and make(perceptors=(f"{placed[0]}0",)).reused == []


def test_a_seed_is_drawn_once(make: Make) -> None:
    first = make(seed=None)
    shoot(first)
    assert first.picture.canvas.seed is not None and make(seed=None).picture.canvas.seed == first.picture.canvas.seed


def test_a_loop_ends_where_it_began(make: Make) -> None:
    film = make(loop=True, zoom=1.0)
    shoot(film)
    assert len(film.takes) == 4
    first, last = film.store.load(film.takes[0], 0), film.store.load(film.takes[3], film.takes[3].count - 1)
    middle = film.store.load(film.takes[1], 3)
    assert film.takes[3].end and (first - last).abs().mean() < 0.7 * (first - middle).abs().mean()


def test_a_dissolve_fades(make: Make) -> None:
    film = make([SCENES[0], Scene(SCENES[1], transition="dissolve", transition_seconds=1.0, settings={"seed": 5})])
    shoot(film)
    frames = [np.asarray(frame.image, dtype=float) for frame in film.frames()]
    steps = [float(np.abs(b - a).mean()) for a, b in zip(frames, frames[1:], strict=False)]
    assert max(steps) < 0.5 * float(np.abs(frames[-1] - frames[7]).mean())


def test_weights_follow_their_keys(make: Make) -> None:
    fading = (Track.constant(1.0), Track((Key(0, 0.0), Key(1, 1.0))))
    film = make([Scene("red | blue", weights=fading)])
    run = film.painter.open_scene(film.takes[0])
    assert [round(float(run.aims(i).weights[0, 1]), 2) for i in (0, 2, 3)] == [0.0, 0.5, 0.75]


def test_words_turn_into_the_next_ones(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    shares: list[float] = []

    def spied(before: Targets, after: Targets, share: float) -> Targets:
        shares.append(share)
        return blend(before, after, share)

    monkeypatch.setattr(scene, "blend", spied)
    shoot(make(SCENES[:2]))
    assert shares == [0.5, 1.0, 1.0, 1.0]  # in the keyframes of the second scene alone


def test_style_is_added_to_words_and_not_to_captions(make: Make) -> None:
    film = make(style="mosaic:0.3")
    assert film.takes[1].scene.prompt == "a blue circle | mosaic:0.3" and film.takes[1].scene.words == "a blue circle"


def test_a_film_is_written(make: Make, tmp_path: Path) -> None:
    film = make()
    assert film.save(tmp_path / "film.gif") == tmp_path / "film.gif" and (tmp_path / "film.gif").exists()
    assert len(list(film.project(Output(tmp_path / "frames", captions=True)))) == 24
    assert len(list((tmp_path / "frames").glob("*.png"))) == 24
    with refused(SettingsError, "output"):
        film.save(tmp_path / "film.avi")
    with refused(SettingsError, "size"):
        film.at(0.0, (64, 64))
    with refused(SettingsError, "audio"):
        film.save(tmp_path / "frames-2", audio=__file__)


def test_settings_that_films_do_not_have() -> None:
    with refused(SettingsError, "count"):
        outline_film(Timeline((Scene("a"),)), FILM, PICTURE.changed(count=2))
    with pytest.raises(SettingsError, match="zoom"):
        outline_film(Timeline((Scene("a", tracks={"zoom": Track.constant(0)}),)), FILM, PICTURE)


def test_the_camera_moves_as_set() -> None:
    image = torch.zeros(1, 3, 40, 60)
    image[..., 18:22, 28:32] = 1  # in the middle
    right = warp(image, Motion(right=0.25))
    assert right[0, 0, 20].argmax() == pytest.approx(14, abs=2)  # the camera moves right, the picture left
    assert float(warp(image, Motion(zoom=2)).sum()) == pytest.approx(4 * float(image.sum()), rel=0.1)
    bar = torch.zeros(1, 3, 40, 60)
    bar[..., 10:30, 29:31] = 1
    turned = warp(bar, Motion(angle=90))
    assert turned[0, 0, 20, 22:38].min() > 0.4 and turned[0, 0, 5:15, 30].max() < 0.3
    there_and_back = warp(warp(image, Motion(1.1, 0.1, 0, 5)), Motion(1.1, 0.1, 0, 5).times(-1))
    assert (there_and_back - image).abs().mean() < 0.02
    assert warp(image, Motion()) is image


@pytest.mark.parametrize(("one", "two"), [(Motion(2.0, 0.2, -0.1), Motion(1.5, -0.3, 0.2)), (Motion(), Motion(0.8, 1))])
def test_motions_add_up(one: Motion, two: Motion) -> None:
    """What the camera sees after one motion and then another is what it sees after both at once."""
    y, x = torch.meshgrid(torch.linspace(-1, 1, 96), torch.linspace(-1, 1, 128), indexing="ij")
    image = (0.5 + 0.4 * torch.sin(2 * x) * torch.cos(1.5 * y)).expand(1, 3, -1, -1)
    both = one.then(two)

    def same(one: Motion, two: Motion) -> bool:
        return torch.allclose(one.theta(image), two.theta(image), atol=1e-5)

    assert (warp(warp(image, one), two) - warp(image, both)).abs()[..., 24:72, 32:96].mean() < 0.005
    assert same(both.then(both.times(-1)), Motion()) and same(both.times(-1).times(-1), both)
    assert same(both.times(0.3).then(both.times(0.7)), both)


def test_keyframes_are_drawn_back_to_the_start_of_their_scene() -> None:
    """What steps add is forgotten after some keyframes; what the camera has left behind is nowhere to be drawn from."""
    still, right = (CameraTracks(*map(Track.constant, (1.0, pan, 0.0, 0.0))) for pan in (0.0, 1.0))
    white, black = torch.ones(1, 3, 16, 24), torch.zeros(1, 3, 16, 24)
    generator = Pixels.begin(size=(24, 16), seeds=[7])
    generator.encode(white)

    def moved(number: int, image: Tensor, tracks: CameraTracks = still, **given: Any) -> Tensor:
        return CameraMove(tracks, 4, black, **given).move(generator, image, number)[0]

    assert torch.allclose(moved(1, white), torch.full_like(white, 1 - BACK))
    assert (generator() - (1 - BACK)).abs().mean() < 0.02  # the generator goes on from there
    image = white
    for number in range(1, 12):
        image = moved(number, image)
    assert image.mean() < 0.02
    assert torch.equal(moved(3, white, since=3), white) and torch.equal(moved(3, white, kept=0.0), white)
    assert torch.allclose(moved(1, white, kept=0.5), torch.full_like(white, 1 - BACK / 2))
    seen = moved(2, white, right)  # two keyframes of a quarter of a second: half a picture is left behind
    assert seen[..., :10].max() < 1 - BACK + 0.01 and seen[..., 14:].min() == 1


def test_what_a_film_is_kept_near_moves_with_the_camera(make: Make, tmp_path: Path) -> None:
    given = Image.new("RGB", (32, 24), "white")
    given.paste((255, 0, 0), (20, 8, 28, 16))
    given.save(tmp_path / "given.png")
    scene = Scene("a red square", tracks={"pan_x": Track.constant(0.5)})
    film = make([scene], init_image=str(tmp_path / "given.png"), init_weight=3.0)
    run = film.painter.open_scene(film.takes[0])
    assert not run.setup.parts.losses
    _, near = run.mover.move(run.generator, run.generator().detach(), 2)  # half a second, a quarter of the width
    assert near is not None
    ((weight, kept),) = near.terms()
    red = kept.start[0, 0] - kept.start[0, 1]
    assert weight == 3 and red[8:16, 12:20].min() > 0.9 and red[:, 21:24].max() < 0.1
    assert kept.shares[0, 0, :, :23].min() == 1 and kept.shares[0, 0, :, 25:].max() == 0  # what was never seen is free
    still = make(["a red square"], "still", zoom=1.0, init_image=str(tmp_path / "given.png"), init_weight=3.0)
    run = still.painter.open_scene(still.takes[0])
    assert run.setup.parts.losses and run.mover.move(run.generator, run.generator().detach(), 2)[1] is None


def test_a_scene_of_the_bank_has_the_picture_that_it_starts_from() -> None:
    picture = PICTURE.changed(generator="vqgan", size=(64, 64), start="bank")
    setup = set_up_scene("a forest", picture, Parts())
    start = setup.start_picture()
    assert start is not None and setup.kept > 0.9
    assert torch.equal(start, setup.parts.generator().detach())  # no step is taken yet
    other = set_up_scene("a forest", PICTURE.changed(start="noise"), Parts())
    assert other.kept == 0 and other.start_picture() is None


def test_slerp_and_blend() -> None:
    a, b = torch.tensor([[3.0, 0.0]]), torch.tensor([[0.0, 1.0]])
    half = slerp(a, b, 0.5)
    assert float(half.norm()) == pytest.approx(2) and half[0, 0] == half[0, 1]
    assert slerp(a, a, 0.3).tolist() == a.tolist()

    def targets(*rows: tuple[list[float], float]) -> Targets:
        embeddings, weights = torch.tensor([[row for row, _ in rows]]), torch.tensor([[weight for _, weight in rows]])
        return Targets(embeddings, weights, torch.full_like(weights, -torch.inf))

    one, two = targets(([1.0, 0.0], 1.0)), targets(([0.0, 1.0], 1.0), ([1.0, 0.0], -0.5))
    mixed = blend(one, two, 0.5)
    assert mixed.weights.tolist() == [[1.0, -0.25]] and float(mixed.embeddings[0, 0, 0]) == pytest.approx(
        0.7071, abs=1e-3
    )
    assert blend(one, two, 0) is one and blend(one, two, 1) is two
