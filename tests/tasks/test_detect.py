"""Detection, with a perceptor that sees nothing but colours: where things are is known beforehand."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor

from clipgen.errors import PromptError, SettingsError
from clipgen.media.images import from_pil, to_pil
from clipgen.perceptors.base import Perceptor
from clipgen.settings import DetectSettings
from clipgen.similarity import Background, Matcher, Skipped
from clipgen.tasks.detect import Detected, Detection, Detector, Others, detect, draw_detections, draw_heat
from clipgen.tasks.detect.colours import colour_of, rivals, share_of
from clipgen.tasks.detect.outline import outline
from clipgen.tasks.detect.patches import corners, patches, whole
from clipgen.tasks.detect.places import places
from raising import refused

COLOURS = ("red", "green", "blue")
LOW = DetectSettings(threshold=1.0)


class Colours(Perceptor):
    """Sees how much of a picture has each colour, best where that is a half, as a CLIP sees things with some room."""

    input_size, context_length, dim, logit_scale = 8, 12, 4, 20.0
    name = fingerprint = "colours"

    def __init__(self) -> None:
        super().__init__()
        self.weight = torch.nn.Parameter(torch.zeros(1))

    def encode_text(self, texts: list[str]) -> Tensor:  # type: ignore[override]
        rows = [[0.02 + text.split().count(colour) for colour in (*COLOURS, "grey")] for text in texts]
        return F.normalize(torch.tensor(rows), dim=-1)

    def encode_image(self, images: Tensor) -> Tensor:
        share = (images - images.roll(1, 1)).clamp(min=0).mean((2, 3))
        seen = torch.where(share < 0.5, 2 * share, 1.5 - share)
        return F.normalize(torch.cat([seen, torch.full((len(images), 1), 0.3)], 1), dim=-1)

    def count_tokens(self, text: str) -> int:
        return len(text.split())


@pytest.fixture
def matcher() -> Matcher:
    clip = Colours()
    noise = torch.rand(20, 3, 8, 8, generator=torch.Generator().manual_seed(0))
    captions = clip.encode_text([f"{a} {b}" for a in (*COLOURS, "grey") for b in (*COLOURS, "grey")])
    return Matcher(clip, background=Background(captions, clip.encode_image(noise)))


def scene(size: tuple[int, int] = (120, 90), **things: tuple[int, int, int, int]) -> Tensor:
    """A grey picture with boxes of colours."""
    picture = Image.new("RGB", size, (128, 128, 128))
    for colour, box in things.items():
        picture.paste({"red": (255, 0, 0), "blue": (0, 0, 255)}[colour], box)
    return from_pil(picture)


def overlap(a: tuple[int, ...], b: tuple[int, ...]) -> float:
    width, height = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    common = max(0, width) * max(0, height)
    return common / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - common)


def test_things_are_found_where_they_are_and_absent_ones_are_not(matcher: Matcher) -> None:
    red, blue = (70, 20, 100, 50), (10, 55, 35, 80)
    found = Detector(["red", "blue", "green"], matcher, LOW).find(scene(red=red, blue=blue))
    best = {one.text: one for one in reversed(found)}
    assert best.keys() == {"red", "blue"}
    assert overlap(best["red"].box, red) >= 0.5 and overlap(best["blue"].box, blue) >= 0.5
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)
    assert all(one.score >= 1.0 and one.margin > 0 for one in found)


@pytest.mark.filterwarnings("error")
def test_where_no_place_is_likely_nothing_is_said(matcher: Matcher) -> None:
    assert Detector(["red"], matcher, DetectSettings(threshold=50.0)).find(scene(blue=(10, 55, 35, 80))) == []


def test_a_thing_at_the_edge_and_one_that_fills_the_picture(matcher: Matcher) -> None:
    edge = (0, 0, 24, 24)
    (found,) = Detector(["red"], matcher, DetectSettings(threshold=1.0, most=1)).find(scene(red=edge))
    assert overlap(found.box, edge) >= 0.4 and found.box[0] == found.box[1] == 0
    (everything,) = Detector(["red"], matcher, LOW).find(scene((80, 80), red=(0, 0, 80, 80)))
    assert everything.box == (0, 0, 80, 80) and everything.margin == pytest.approx(0, abs=1e-5)


def test_a_place_gets_the_label_that_fits_best(matcher: Matcher) -> None:
    red = (40, 20, 90, 70)
    picture = scene(red=red)
    by_themselves = {one.text for one in Detector(["red", "red red red blue"], matcher, LOW).find(picture)}
    labelled = Detector([], matcher, LOW, labels=["red", "red red red blue", "blue"]).find(picture)
    assert by_themselves == {"red", "red red red blue"} and {one.text for one in labelled} == {"red"}


@pytest.mark.parametrize("size", [(5, 7), (1, 1), (3, 400), (400, 30)])
def test_tiny_pictures_and_panoramas(matcher: Matcher, size: tuple[int, int]) -> None:
    picture = scene(size, red=(0, 0, min(size), min(size)))
    for one in Detector(["red"], matcher, LOW).find(picture):
        left, top, right, bottom = one.box
        assert 0 <= left < right <= size[0] and 0 <= top < bottom <= size[1]
    panorama = scene((400, 30), red=(300, 0, 330, 30))
    left, _, right, _ = Detector(["red"], matcher, LOW).find(panorama)[0].box
    assert 300 <= (left + right) / 2 <= 330


def test_a_thing_of_another_colour_is_not_meant(matcher: Matcher, monkeypatch: pytest.MonkeyPatch) -> None:
    picture = scene(red=(70, 20, 100, 50))
    encode = Colours.encode_text

    def blind(self: Colours, texts: list[str]) -> Tensor:
        """Sees a thing of a colour as a red one, blue ones as a little less, and other colours as more so."""
        worse = {"blue": "red red red blue", "red": "red red red red red blue"}
        return encode(self, [worse.get(text.split()[0], "red") if "thing" in text else text for text in texts])

    monkeypatch.setattr(Colours, "encode_text", blind)
    found = Detector(["blue thing", "red thing"], matcher, LOW).find(picture)
    assert {one.text for one in found} == {"red thing"}


def test_what_fits_other_things_better_is_less_likely_there() -> None:
    axes = torch.eye(16)
    captions, castle, woman = axes[:12], axes[0], axes[12]
    man = F.normalize(0.55 * woman + axes[13], dim=0)
    background, texts = Background(captions, captions), torch.stack([woman, man])
    pictures = F.normalize(texts + 0.2 * (captions * torch.linspace(0, 1, 12)[:, None]).sum(0), dim=1)
    z = background.above_captions(pictures, texts)
    fits = Others(texts, background).fits(pictures, texts, z)
    assert fits[0, 1] < z[0, 1] - 1 and fits[0, 0] > z[0, 0] + 1  # a man where a woman is, and a woman there
    assert fits[1, 1] > z[1, 1] + 1
    alike = Others(torch.stack([woman, castle, F.normalize(woman + 0.2 * castle, dim=0)]), background)
    assert torch.allclose(alike.fits(pictures, texts[:1], z[:, :1]), Others(castle[None], background).fits(
        pictures, texts[:1], z[:, :1]), atol=1e-4)  # fmt: skip
    assert torch.equal(Others(torch.empty(0, 16), background).fits(pictures, texts, z), z)


def test_colours_of_phrases_and_pixels() -> None:
    assert (colour_of("A Red car"), colour_of("the colour red"), colour_of("bored cats")) == ("red", None, None)
    assert "a blue car" in rivals("a red car") and rivals("an orange") == []
    blues = torch.tensor([[20, 30, 90], [45, 80, 200], [220, 40, 40], [128, 128, 128]]).T / 255
    assert [share_of(colour, blues) for colour in ("blue", "red", "green")] == [0.5, 0.25, 0]


def test_boxes_are_in_upright_pixels(matcher: Matcher, tmp_path: Path) -> None:
    upright = to_pil(scene(red=(70, 20, 100, 50))[0])
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned a quarter clockwise
    upright.transpose(Image.Transpose.ROTATE_90).save(tmp_path / "turned.png", exif=exif)
    Path(tmp_path / "bad.png").write_text("no picture")
    events = list(detect([tmp_path / "turned.png", tmp_path / "bad.png"], Detector(["red", "blue"], matcher, LOW)))
    turned, bad = events
    assert isinstance(turned, Detected) and isinstance(bad, Skipped) and bad.path.name == "bad.png"
    assert turned.size == (120, 90) and turned.missing == ("blue",)
    assert overlap(turned.found[0].box, (70, 20, 100, 50)) >= 0.5


def test_nothing_to_look_for(matcher: Matcher) -> None:
    with refused(PromptError):
        Detector([" "], matcher)
    with refused(SettingsError, "threshold"):
        Detector(["red"], matcher, DetectSettings(threshold=0.0))


def test_at_most_so_many_boxes_of_a_phrase(matcher: Matcher) -> None:
    picture = scene((200, 60), red=(10, 10, 40, 40))
    picture[..., 10:40, 150:180] = picture[..., 10:40, 10:40]
    middles = {(one.box[0] + one.box[2]) // 200 for one in Detector(["red"], matcher, LOW).find(picture)}
    assert middles == {0, 1}  # one on the left, one on the right
    assert len(Detector(["red"], matcher, DetectSettings(threshold=1.0, most=1)).find(picture)) == 1


def test_patches_cover_the_picture_and_reach_beyond() -> None:
    for height, width in ((90, 120), (40, 400)):
        boxes = corners(patches(height, width, least=5))
        assert boxes[:, :2].min() < 0 and boxes[:, 2].max() > width and boxes[:, 3].max() > height
    assert patches(20, 15, least=16) == [] and whole(20, 15)[0] == (0, 0, 15)


@pytest.mark.parametrize("size", [(900, 900), (675, 900), (90, 900), (900, 9000), (30000, 300), (300, 90000)])
def test_long_pictures_have_no_more_patches_than_others(size: tuple[int, int], matcher: Matcher) -> None:
    assert 250 <= len(patches(*size, least=16)) <= 800
    if max(size) < 1000:
        assert len(Detector(["red"], matcher, LOW).look(torch.zeros(1, 3, *size)).squares) <= 864


def test_places_are_where_many_patches_vote_for() -> None:
    squares = [(top, left, side) for side in (40, 20) for top in range(0, 61, 5) for left in range(0, 141, 5)]
    near = torch.tensor([min(abs(top + side / 2 - 30) + abs(left + side / 2 - x) for x in (40, 120)) + abs(side - 20)
                         for top, left, side in squares])  # fmt: skip
    z = 4 - near / 5
    chance = squares.index((60, 80, 20))
    z[chance] = 4.5  # one patch of many fits by chance
    one, other, *_ = (place.square for place in places(squares, z, z > -9, (100, 160)))
    assert sorted((one[1] + one[2] // 2) // 10 for one in (one, other)) == [4, 12]
    assert all(abs(top + side / 2 - 30) < 8 and side == 20 for top, _, side in (one, other))
    assert places(squares, z, z > 9, (100, 160)) == []


@pytest.mark.parametrize("box", [(30, 20, 70, 34), (40, 8, 52, 60), (0, 0, 30, 20)])
def test_an_outline_is_that_of_the_colours_in_the_middle(box: tuple[int, int, int, int]) -> None:
    picture = scene(blue=box)
    picture[..., 80:, :] = picture[..., box[1] : box[1] + 1, box[0] : box[0] + 1]  # the same colour, elsewhere
    x, y = (box[0] + box[2]) // 2, (box[1] + box[3]) // 2
    assert overlap(outline(picture, (y - 24, x - 27, 50)).box, box) >= 0.7
    left, top, right, bottom = outline(scene(), (20, 30, 40)).box  # of one colour
    assert 30 <= left < 50 < right <= 70 and 20 <= top < 40 < bottom <= 60


def test_a_thing_alone_is_on_one_colour(matcher: Matcher) -> None:
    picture = scene(blue=(40, 30, 70, 60))
    picture[:, 0, ::2] += 0.4 * (picture[:, 2, ::2] < 0.9)  # stripes, but not on the thing
    alone = outline(picture, (20, 30, 50)).alone[0]
    middle, corners = alone[:, alone.shape[1] // 2, alone.shape[2] // 2], alone[:, :: alone.shape[1] - 1, 0].T
    assert torch.allclose(middle, torch.tensor([0.0, 0.0, 1.0]), atol=0.02)
    assert torch.allclose(corners[0], corners[1]) and 0.6 < float(corners[0, 0]) < 0.8


def test_a_score_is_that_of_the_patch_and_of_the_thing_alone(matcher: Matcher) -> None:
    picture = scene(red=(50, 30, 80, 60))
    detector = Detector(["red"], matcher, DetectSettings(threshold=1.0, most=1))
    seen = detector.look(picture)
    (found,) = detector.boxes(picture, seen)
    place = places(seen.squares, seen.fits[:, 0], seen.margins[:, 0] > 0, (90, 120))[0]
    row = matcher.perceptor.encode_image(F.interpolate(outline(picture, place.square).alone, (8, 8), mode="area"))
    alone = matcher.background.above_captions(row, detector.rows)
    assert place.best == float(seen.fits[:, 0].max()) != pytest.approx(float(alone))
    assert found.score == pytest.approx((place.best + float(alone)) / 2, abs=0.005)


def test_drawings(matcher: Matcher) -> None:
    picture = scene(red=(70, 20, 100, 50))
    found = [Detection("red", (70, 20, 100, 50), 2.0, 0.5), Detection("blue", (0, 0, 1, 1), 1.5, 0.5)]
    drawn = draw_detections(picture, found)
    assert drawn.size == (120, 90) and drawn.getpixel((85, 35)) == (255, 0, 0)
    assert drawn.getpixel((71, 30)) != (255, 0, 0)  # the frame
    detector = Detector(["red", "blue"], matcher, LOW)
    sheet = draw_heat(picture, detector, detector.look(picture))
    assert sheet.width > 2 * 120
