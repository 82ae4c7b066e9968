"""Strokes: what is accepted, and what is rendered of it."""

from __future__ import annotations

import numpy as np
import pytest

from clipgen.errors import SettingsError
from clipgen.media.strokes import MOST_FLOODS, MOST_POINTS, MOST_STROKES, Drawing, centred
from clipgen.values import Json
from raising import refused

LINE: dict[str, Json] = {"colour": "#D02020", "width": 12, "points": [[100, 100], [400, 400]]}


@pytest.mark.parametrize(
    "strokes",
    [
        None, "x", {"points": []}, [None], [[]], [{}], [{"points": []}], [{"points": "ab"}], [{"points": [[1]]}],
        [{"points": [[1, 2, 3, 4]]}], [{"points": [[1, "2"]]}], [{"points": [[1, True]]}], [{"points": [[-1, 2]]}],
        [{"points": [[1, 513]]}], [{"points": [[1, float("nan")]]}], [{"points": [[1, 2, 1.5]]}],
        [{"points": [[1, 2]], "colour": "red"}], [{"points": [[1, 2]], "colour": "#12345"}],
        [{"points": [[1, 2]], "colour": "#123456; x"}], [{"points": [[1, 2]], "width": 0}],
        [{"points": [[1, 2]], "width": 1e9}], [{"points": [[1, 2]], "fill": 1}], [{"points": [[1, 2]], "file": "/etc"}],
        [{"points": [[1, 2]], "flood": 1}], [{"points": [[1, 2], [3, 4]], "flood": True}],
        [{"points": [[1, 2]], "flood": True, "fill": True}], [{"points": [[1, 2]], "flood": True}] * (MOST_FLOODS + 1),
        [{"points": [[1, 2]]}] * (MOST_STROKES + 1), [{"points": [[1, 2]] * (MOST_POINTS // 2 + 1)}] * 2,
    ],
)  # fmt: skip
def test_anything_but_strokes_is_refused(strokes: Json) -> None:
    with refused(SettingsError, "strokes"):
        Drawing.of(strokes)


def test_json_round_trip_and_equal_strokes() -> None:
    drawing = Drawing.of([LINE, {"points": [[1, 2, 0.5], [3, 4, 0.25]], "fill": True}])
    assert Drawing.of(drawing.to_json()) == drawing
    same = Drawing.of([{**LINE, "colour": "#d02020", "width": 12.0, "points": [[100.0, 100.01], [400, 400]]}])
    assert same.digest == Drawing.of([LINE]).digest != drawing.digest


def test_a_line_has_its_colour_width_and_place() -> None:
    pixels = np.asarray(Drawing.of([{"colour": "#ff0000", "width": 64, "points": [[0, 256], [512, 256]]}]).render(64))
    red = (pixels == [255, 0, 0]).all(-1)
    assert red[29:35].all() and not red[:26].any() and not red[38:].any()


def test_pressure_makes_lines_thinner_and_a_point_is_a_dot() -> None:
    full, light = (Drawing.of([{"width": 60, "points": [[50, 256, p], [450, 256, p]]}]) for p in (1, 0.2))
    dot = Drawing.of([{"width": 60, "points": [[256, 256]]}])
    dark = [(np.asarray(one.render(128)) < 128).all(-1).sum() for one in (full, light, dot)]
    assert dark[0] > 3 * dark[1] > 0 and 0 < dark[2] < dark[0]


def test_a_filled_stroke_is_an_area_and_an_eraser_is_paper() -> None:
    square: list[Json] = [[100, 100], [400, 100], [400, 400], [100, 400]]
    filled = Drawing.of([{"points": square, "fill": True}])
    assert filled.render(64).getpixel((32, 32)) == (0, 0, 0)
    erased = Drawing.of([*filled.to_json(), {"points": square, "colour": "#ffffff", "fill": True}])
    assert erased.is_plain and not filled.is_plain


def test_a_flood_fills_what_lines_enclose_and_flows_out_of_what_is_open() -> None:
    box: list[Json] = [[100, 100], [400, 100], [400, 400], [100, 400], [100, 100]]
    flood: Json = {"colour": "#d02020", "points": [[256, 256]], "flood": True}
    inside, outside = (208, 32, 32), (255, 255, 255)
    closed = Drawing.of([{"points": box}, flood]).render(64)
    assert closed.getpixel((32, 32)) == inside and closed.getpixel((2, 2)) == outside
    leaks = Drawing.of([{"points": box[:-1]}, flood]).render(64)
    assert leaks.getpixel((32, 32)) == leaks.getpixel((2, 2)) == inside
    # strokes after it are drawn over it, and it stays where it was
    over = Drawing.of([{"points": box}, flood, {"points": [[0, 256], [512, 256]], "width": 60}]).render(64)
    assert over.getpixel((32, 32)) == (0, 0, 0) and over.getpixel((32, 20)) == inside


def test_a_flood_of_the_paper_is_plain_and_strokes_without_one_are_stored_as_before() -> None:
    assert Drawing.of([{"colour": "#d02020", "points": [[512, 512]], "flood": True}]).is_plain
    assert [stroke.keys() for stroke in Drawing.of([LINE]).to_json() if isinstance(stroke, dict)] == [
        {"colour", "width", "points", "fill"}
    ]


def test_stages_end_with_the_whole_drawing() -> None:
    drawing = Drawing.of([LINE, {"points": [[x, 50] for x in range(200)]}, {"points": [[256, 256]], "flood": True}])
    stages = list(drawing.stages(64, 10))
    assert len(stages) == 10 and stages[-1].tobytes() == drawing.render(64).tobytes()
    dark = [(np.asarray(stage) < 128).any(-1).sum() for stage in stages]
    assert dark == sorted(dark) and dark[0] < dark[-1]


def test_plain_sheets() -> None:
    everything: list[Json] = [[0, 0], [512, 0], [512, 512], [0, 512]]
    assert Drawing(()).is_plain
    assert Drawing.of([{"points": everything, "fill": True, "colour": "#2468d6"}]).is_plain


def test_place_and_size_do_not_count_in_a_frame() -> None:
    def arrow(gain: float, left: float) -> Drawing:
        points: list[Json] = [[left + gain * x, gain * y] for x, y in ((0, 0), (100, 50), (0, 100))]
        return Drawing.of([{"points": points, "width": 8 * gain}])

    first, second = (np.asarray(one.framed(64), int) for one in (arrow(1, 300), arrow(3, 20)))
    assert abs(first - second).mean() < 4
    assert (first[:3] == 255).all() and (first < 64).any()


def test_drawings_of_other_programs_fill_the_sheet() -> None:
    points = [point for stroke in centred([[(0, 0), (3, 9)], [(1, 1), (2, 2)]]).strokes for point in stroke.points]
    assert min(y for _, y, _ in points) == pytest.approx(35.8) and max(y for _, y, _ in points) == pytest.approx(476.2)
