"""Masks and regions: what is painted where, by whose words."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from clipgen.errors import ImageError, PromptError, SettingsError
from clipgen.media.pictures import read_metadata
from clipgen.perceptors.openclip import OpenClip
from clipgen.settings import FilmSettings, GenerateSettings
from clipgen.tasks.generate import Run, load_run
from clipgen.tasks.generate.collage import cut_out
from clipgen.tasks.generate.frame import Frame
from clipgen.tasks.generate.laying import laid_out
from clipgen.tasks.generate.regions import Region
from clipgen.tasks.generate.targets import Targets
from clipgen.timelines import Scene, Timeline
from gridclip import GridClip
from raising import refused
from runs import film, remake, start

Make = Callable[..., Run]
SMALL = GenerateSettings.of(size=(64, 48), steps=4, cutn=4, seed=7, generator="pixels", device="cpu", dtype="fp32")


@pytest.fixture
def make(perceptor: OpenClip) -> Make:
    def made(prompts: Sequence[str] = ("a red square",), **given: Any) -> Run:
        parts = {name: given.pop(name) for name in ("resume",) if name in given}
        return start(perceptor, prompts, SMALL.changed(**given), **parts)

    return made


@pytest.fixture
def masked(tmp_path: Path) -> dict[str, str]:
    """A photo of 100 x 80 pixels, of which a mask leaves the part from 30, 20 to 70, 60 to paint."""
    pixels = np.random.default_rng(0).integers(0, 256, (80, 100, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(tmp_path / "photo.png")
    white = np.zeros((80, 100), np.uint8)
    white[20:60, 30:70] = 255
    Image.fromarray(white).save(tmp_path / "mask.png")
    return {"init_image": str(tmp_path / "photo.png"), "mask": str(tmp_path / "mask.png")}


def finished(run: Run) -> list[Image.Image]:
    for _ in run:
        pass
    return [picture.image for picture in run.pictures()]


def differs(image: Image.Image, path: str) -> np.ndarray:
    return (np.asarray(image) != np.asarray(Image.open(path))).any(-1)


def test_outside_of_the_mask_every_byte_is_the_start_pictures(make: Make, masked: dict[str, str]) -> None:
    for image in finished(make(["a red square", "a blue circle"], **masked)):
        changed = differs(image, masked["init_image"])
        outside = np.asarray(Image.open(masked["mask"])) == 0
        assert image.size == (100, 80) and not changed[outside].any()
        assert changed[30:50, 40:60].mean() > 0.9


def test_a_mask_of_the_size_that_is_painted_is_exact_too(make: Make, masked: dict[str, str], tmp_path: Path) -> None:
    white = np.zeros((80, 100), np.uint8)
    white[4:76, 4:96] = 255  # its surroundings are the whole picture
    Image.fromarray(white).save(tmp_path / "large.png")
    run = make(**{**masked, "mask": str(tmp_path / "large.png"), "size": (100, 80), "feather": 2})
    (image,) = finished(run)
    assert run.generator.size == (100, 80)
    changed = differs(image, masked["init_image"])
    assert not changed[white == 0].any() and changed[10:70, 10:90].mean() > 0.9


def test_only_the_part_about_the_white_is_painted_and_seen(make: Make, masked: dict[str, str]) -> None:
    run = make(**masked)
    assert run.plan.frame is not None and run.plan.frame.window == (20, 10, 80, 70)
    step = next(run)
    around = run.plan.frame.start(run.generator.size)
    inside = run.plan.frame.painted(run.generator.size)
    assert torch.equal(step.image[..., :2, :2], around[..., :2, :2]) and inside[0, 0, 0, 0] == 0
    assert step.image.shape[-2:] == around.shape[-2:] == (48, 48)  # a square of about as many pixels as 64 x 48


def test_a_masked_picture_is_made_again_and_resumed(
    make: Make, masked: dict[str, str], perceptor: OpenClip, tmp_path: Path
) -> None:
    run = make(**masked)
    (image,) = finished(run)
    run.pictures()[0].save(tmp_path / "a.png")
    metadata = read_metadata(tmp_path / "a.png")
    assert {masked["init_image"], masked["mask"]} == {*metadata["files"]}
    again = finished(remake(perceptor, metadata))[0]
    assert again.tobytes() == image.tobytes()
    half = make(**masked)
    next(half), next(half)
    half.save_state(tmp_path / "a.run")
    saved = load_run(tmp_path / "a.run")
    resumed = start(perceptor, ("a red square",), saved.job.settings, resume=saved.state)  # type: ignore[arg-type]
    assert finished(resumed)[0].tobytes() == image.tobytes()


def test_masks_that_do_not_fit_are_refused_in_one_line(make: Make, masked: dict[str, str], tmp_path: Path) -> None:
    Image.new("L", (10, 10), 255).save(tmp_path / "small.png")
    with refused(ImageError, "mask", "init_image", match="10 x 10"):
        make(**{**masked, "mask": str(tmp_path / "small.png")})
    with refused(SettingsError, "mask", "init_image", match="init_image is not"):
        make(mask=masked["mask"])
    with refused(SettingsError, "render_size", "mask", "tiles"):
        make(**masked, render_size=(64, 64))
    with refused(SettingsError, "regions", "mask", match="outside of what the mask leaves"):
        make(**masked, regions=("0,0,10,10=a fox",))


def test_a_region_is_painted_by_its_own_words(make: Make) -> None:
    """Pixels of the other half of the picture get no gradient from a region; those of its own half do."""
    run = make(regions=("right=a blue circle",))
    (look,) = run.synthesis.looks
    image = torch.rand(1, 3, 48, 64, requires_grad=True)
    look.see(image).square().sum().backward()  # type: ignore[no-untyped-call]
    assert image.grad is not None
    assert (image.grad[..., :32] == 0).all() and (image.grad[..., 32:] != 0).any()
    own = run.perceptor.encode_text(["a blue circle"])
    assert torch.equal(look.target, own) and look.cutn == 2
    other = make(regions=("right=a blue castle",))
    assert finished(run)[0].tobytes() != finished(other)[0].tobytes()


def test_a_region_shows_its_words_better_than_the_whole_does() -> None:
    clip = GridClip()

    def cosine(**given: Any) -> float:
        run = start(clip, ["red fox"], SMALL.changed(steps=30, cutn=8, augments="none", **given))
        finished(run)
        assert run.synthesis.best_image is not None
        part = clip.encode_image(run.synthesis.best_image[..., 32:])
        return float((part * clip.encode_text(["blue circle"])).sum())

    assert cosine(regions=("right=blue circle",)) > cosine() + 0.2


def test_without_regions_a_seed_gives_the_picture_that_it_gave(make: Make) -> None:
    """The cutouts of the whole are drawn first: a region does not change them."""
    run, other = make(), make(regions=("right=a blue circle",))
    plans = []
    for one in (run, other):
        draw = one.cutouts.plan
        seen: list[torch.Tensor] = []

        def drawn(*args: Any, draw: Any = draw, seen: list[torch.Tensor] = seen, **given: Any) -> Any:
            plan = draw(*args, **given)
            seen.append(plan.homography)
            return plan

        one.cutouts.plan = drawn  # type: ignore[method-assign]
        next(one)
        plans.append(seen)
    assert len(plans[0]) == 1 and len(plans[1]) == 2 and torch.equal(plans[0][0], plans[1][0])


@pytest.mark.parametrize("region", ["nowhere=a fox", "left", "left=", "=a fox", "1,2,3=a fox", "60,0,20,20=a fox"])
def test_what_is_no_region_is_refused(make: Make, region: str) -> None:
    with refused(SettingsError, "regions"):
        make(regions=(region,))


def test_words_of_a_region_are_a_prompt_of_the_usual_syntax(make: Make) -> None:
    weights = make(regions=("left=a fox:2 | a city:-0.5",)).plan.regions[0].targets.weights
    assert weights.tolist() == [[2.0, -0.5]]
    with pytest.raises(PromptError, match="empty part"):
        make(regions=("left=a fox | ",))


def test_the_start_shows_each_region(targets: Targets) -> None:
    """Pictures are drawn for the whole and for each region, and laid at its place."""
    asked = []

    def draw(words: Targets, size: tuple[int, int], grounds: torch.Tensor | None) -> tuple[torch.Tensor, torch.Tensor]:
        assert grounds is None
        asked.append(size)
        value = 0.25 * len(asked)
        return torch.full((2, 3, size[1], size[0]), value), torch.full((2,), value)

    region = Region((0.5, 0, 1, 1), targets)
    pictures, shares = laid_out(draw, targets.repeated(2), (64, 32), regions=[region], frame=None)
    assert asked[0] == (64, 32) and asked[1][0] > 32
    assert pictures.shape == (2, 3, 32, 64) and shares.shape == (2, 1, 32, 64)
    assert pictures[0, 0, 16, 2] == 0.25 and pictures[1, 0, 16, 60] == 0.5 and shares[1, 0, 16, 60] == 0.5
    assert 0.25 < pictures[0, 0, 16, 30] < 0.5  # the rim


def test_only_the_white_starts_anew(targets: Targets) -> None:
    alpha = torch.zeros(1, 1, 32, 32)
    alpha[..., 8:24, 8:24] = 1
    frame = Frame(torch.zeros(1, 3, 32, 32), alpha, (0, 0, 32, 32))

    def draw(words: Targets, size: tuple[int, int], grounds: torch.Tensor | None) -> tuple[torch.Tensor, torch.Tensor]:
        assert size == (16, 16) and grounds is None
        return torch.ones(1, 3, 16, 16), torch.ones(1)

    pictures, shares = laid_out(draw, targets, (32, 32), regions=[], frame=frame)
    assert torch.equal(pictures, alpha.expand(1, 3, -1, -1)) and torch.equal(shares, alpha)


@pytest.fixture
def targets(perceptor: OpenClip) -> Targets:
    return Targets(perceptor.encode_text(["a red fox"])[None], torch.ones(1, 1), torch.full((1, 1), -torch.inf))


SCENES = Timeline((Scene("a red square"), Scene("a blue circle")))
FILM = FilmSettings(keyframes=2, fps=4, seconds_per_scene=1, keyframe_steps=1)


def test_a_film_keeps_what_is_outside_of_the_mask(
    perceptor: OpenClip, masked: dict[str, str], tmp_path: Path
) -> None:
    made = film(perceptor, SCENES, FILM, SMALL.changed(**masked, size=(100, 80), feather=0), folder=tmp_path / "film")
    frames = [np.asarray(frame.image) for frame in made]
    assert len(frames) == 8 and frames[0].shape == (80, 100, 3) and made.settings.zoom == 1
    outside = np.asarray(Image.open(masked["mask"])) == 0
    photo = np.asarray(Image.open(masked["init_image"]))
    assert all((frame[outside] == photo[outside]).all() for frame in frames)
    assert (frames[0] != frames[-1]).any()


def test_a_film_has_regions_and_a_scene_its_own(perceptor: OpenClip) -> None:
    scenes = Timeline((Scene("a red square"), Scene("a fox", settings={"regions": ["left=a city"]})))
    made = film(perceptor, scenes, FILM, SMALL.changed(regions=("right=a blue circle",)))
    looks = [made.painter.open_scene(take).parts.looks for take in made.takes]  # type: ignore[attr-defined]
    assert [[float(look.see(torch.arange(64.0).expand(1, 3, 48, 64)).min()) for look in some] for some in looks] == [
        [32.0],
        [0.0],
    ]


def test_films_refuse_what_they_cannot_do(perceptor: OpenClip, masked: dict[str, str]) -> None:
    with refused(SettingsError, "mask", "regions", "as_network"):
        network = FilmSettings(as_network=True, seconds_per_scene=1)
        film(perceptor, SCENES, network, SMALL.changed(generator="cppn", regions=("left=a fox",)))
    with refused(SettingsError, "tiles", match="films do not support it"):
        film(perceptor, SCENES, FILM, SMALL.changed(tiles=(2, 2)))


def test_a_cut_out_thing_starts_on_what_is_there(targets: Targets) -> None:
    alpha = torch.zeros(1, 1, 96, 96)
    alpha[..., 16:80, 16:80] = 1
    frame = Frame(torch.full((1, 3, 96, 96), 0.5), alpha, (0, 0, 96, 96), cut_out=True)

    def draw(words: Targets, size: tuple[int, int], grounds: torch.Tensor | None) -> tuple[torch.Tensor, torch.Tensor]:
        own = torch.zeros(3, 64, 64)
        own[..., 24:40, 24:40] = 1  # a white thing on black
        assert size == (64, 64) and grounds is not None and (grounds == 0.5).all()
        return cut_out(own, grounds[0])[None], torch.ones(1)

    pictures, _ = laid_out(draw, targets, (96, 96), regions=[], frame=frame)
    assert torch.allclose(pictures[..., 20:30, 20:76], torch.full((1, 3, 10, 56), 0.5), atol=1e-3)
    assert (pictures[..., 44:52, 44:52] > 0.99).all()
