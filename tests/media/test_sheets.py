from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image, ImageFont

from clipgen.errors import SettingsError
from clipgen.media import plots
from clipgen.media.captions import with_caption
from clipgen.media.plots import plot_curve
from clipgen.media.sheets import contact_sheet, wrapped

RED, GREEN, BLUE = (255, 0, 0), (0, 128, 0), (0, 0, 255)


def plain(colour: tuple[int, int, int], size: tuple[int, int] = (64, 48)) -> Image.Image:
    return Image.new("RGB", size, colour)


def test_contact_sheet_holds_every_picture_in_its_place() -> None:
    sheet = contact_sheet([plain(RED), plain(GREEN), plain(BLUE)], columns=2)
    assert sheet.size == (2 * 72 + 8, 2 * 56 + 8)
    assert [sheet.getpixel(at) for at in ((40, 32), (112, 32), (40, 88), (112, 88))] == [RED, GREEN, BLUE, (255,) * 3]


def test_contact_sheet_centres_smaller_pictures_and_writes_labels() -> None:
    sheet = contact_sheet([plain(RED, (20, 20)), plain(BLUE)], labels=["a red thing of many words", "b"])
    assert sheet.getpixel((40, 32)) == RED and sheet.getpixel((12, 12)) == (255, 255, 255)
    below = np.asarray(sheet)[60:, :76]
    assert (below < 128).any(), "no ink below the first picture"
    assert sheet.height > contact_sheet([plain(RED), plain(BLUE)], labels=["a", "b"]).height


def test_contact_sheet_is_nearly_square() -> None:
    assert contact_sheet([plain(RED, (10, 10))] * 9).size == (62, 62)


@pytest.mark.parametrize("given", [{"images": []}, {"labels": ["a", "b"]}, {"columns": 0}])
def test_contact_sheet_bad_input(given: dict[str, list[str]]) -> None:
    with pytest.raises(SettingsError):
        contact_sheet(**{"images": [plain(RED)], **given})  # type: ignore[arg-type]


def test_wrapped_lines_fit() -> None:
    font = ImageFont.load_default(size=12)
    lines = wrapped("a castle at sunset over Llanfairpwllgwyngyllgogerychwyrndrobwll", font, 80)
    assert all(font.getlength(line) <= 80 for line in lines)
    assert lines[0].startswith("a castle") and lines[-1].endswith("…")
    assert wrapped("", font, 80) == []


def test_a_caption_stands_at_the_lower_border() -> None:
    picture = plain(RED, (120, 90))
    before, after = np.asarray(picture), np.asarray(with_caption(picture, "fox"))
    changed = (before != after).any(-1)
    assert changed[60:].any() and not changed[:60].any() and after.max() == 255
    assert with_caption(plain(RED), "") == plain(RED)


def test_curve_draws_both_lines(tmp_path: Path) -> None:
    history = [SimpleNamespace(loss=(1 / (i + 1), 1.0), score=(i / 10, float("nan"))) for i in range(10)]
    plot_curve(history, tmp_path / "curve.png", size=(400, 200))
    with Image.open(tmp_path / "curve.png") as plot:
        pixels = np.asarray(plot.convert("RGB")).reshape(-1, 3)
    assert plot.size == (400, 200)
    for colour in ((200, 80, 40), (30, 110, 180)):
        assert (pixels == colour).all(-1).sum() > 100
    plot_curve(history[:1], tmp_path / "one.png")
    with pytest.raises(SettingsError):
        plot_curve([], tmp_path / "none.png")


def test_a_heat_map_is_as_wide_as_the_longest_word_above_it() -> None:
    short = plots.heat_map([[0.1, 0.2]], ["a.png"], ["cat", "dog"])
    long = plots.heat_map([[0.1, 0.2]], ["a.png"], ["cat", "an extraordinarily long word"])
    wider = (long.width - short.width) / 2
    assert wider > 20 and long.height > short.height
