"""The art pack: what is read from it, and how sprites are put on pictures."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from clipgen.errors import ImageError, UnknownNameError
from clipgen.train.world import World
from clipgen.train.world.art import Art, load_art, paste

WHITE = np.ones(3, np.float32)


@pytest.fixture(scope="module")
def art(art_folder: Path) -> Art:
    return load_art(art_folder)


def put(art: Art, thing: str = "fox", *, size: tuple[int, int] = (64, 64), **changes: object) -> np.ndarray:
    """A sprite on black; size is (width, height)."""
    image = np.zeros((size[1], size[0], 3), np.uint8)
    place: dict = {"centre": (0.5, 0.5), "side": 0.5, "degrees": 0.0, "flip": False, "gain": WHITE} | changes
    paste(image, art.by_thing[art.things.index(thing)][0], **place)
    return image


def middle(image: np.ndarray) -> tuple[float, float]:
    """Where the light pixels lie, as shares of width and height."""
    y, x = np.nonzero(image.max(2) > 40)
    return (x.mean() + 0.5) / image.shape[1], (y.mean() + 0.5) / image.shape[0]


def test_a_pack_is_read_with_names_as_people_type_them(art: Art) -> None:
    assert art.things == ("fox", "family man, woman", "piñata", "octopus", "unicorn")
    assert [len(drawings) for drawings in art.by_thing] == [4, 4, 4, 4, 1]
    fox = art.by_thing[0][0]
    assert (fox.thing, fox.family, fox.names, fox.categories, fox.colour) == (
        0, "noto", ("fox", "red fox"), ("animal",), "orange"
    )  # fmt: skip
    assert art.by_thing[2][0].colour is None


def test_sprites_are_cut_from_their_cells_premultiplied(art: Art, flat_colours: dict[str, np.ndarray]) -> None:
    for name, drawings in zip(art.things, art.by_thing, strict=True):
        for sprite in drawings:
            assert [level.shape for level in sprite.levels] == [(n, n, 4) for n in (96, 48, 24)]
            for level in sprite.levels:
                n = len(level)
                assert np.abs(level[n // 2, n // 2].astype(int) - [*flat_colours[name], 255]).max() <= 1
                assert level[0, 0].tolist() == [0, 0, 0, 0]


def test_a_family_can_be_left_out(art_folder: Path) -> None:
    kept = load_art(art_folder, "noto")
    assert "unicorn" not in kept.things
    assert {sprite.family for drawings in kept.by_thing for sprite in drawings} == {"fluent", "twemoji"}
    assert "unicorn" not in World(art_folder, without="noto").things
    assert "unicorn" in World(art_folder, without="twemoji").things


def test_one_family_can_be_used_alone(art_folder: Path) -> None:
    alone = World(art_folder, only="noto")
    assert "unicorn" in alone.things
    assert {sprite.family for drawings in alone.art.by_thing for sprite in drawings} == {"noto"}


def test_an_unknown_family_is_an_error(art_folder: Path) -> None:
    with pytest.raises(UnknownNameError, match="'notto'.*'noto'"):
        load_art(art_folder, "notto")
    with pytest.raises(UnknownNameError, match="'notto'.*'noto'"):
        load_art(art_folder, only="notto")


@pytest.mark.parametrize("damage", ["missing", "json", "image"])
def test_a_damaged_pack_is_an_error(art_folder: Path, tmp_path: Path, damage: str) -> None:
    folder = tmp_path / "art"
    shutil.copytree(art_folder, folder)
    if damage == "missing":
        (folder / "twemoji.webp").unlink()
    elif damage == "json":
        (folder / "twemoji.json").write_text('[{"index": 0,')
    else:
        (folder / "twemoji.webp").write_bytes(b"RIFF")
    with pytest.raises(ImageError, match="twemoji"):
        load_art(folder)


@pytest.mark.parametrize("drop", ["index", "name", "colours"])
def test_a_row_that_lacks_something_is_an_error(art_folder: Path, tmp_path: Path, drop: str) -> None:
    folder = tmp_path / "art"
    shutil.copytree(art_folder, folder)
    rows = json.loads((folder / "noto.json").read_text(encoding="utf-8"))
    del rows[1][drop]
    (folder / "noto.json").write_text(json.dumps(rows))
    with pytest.raises(ImageError, match="noto"):
        load_art(folder)


def test_a_cell_off_the_sheet_is_an_error(art_folder: Path, tmp_path: Path) -> None:
    folder = tmp_path / "art"
    shutil.copytree(art_folder, folder)
    rows = json.loads((folder / "noto.json").read_text(encoding="utf-8"))
    rows[0]["index"] = 64
    (folder / "noto.json").write_text(json.dumps(rows))
    with pytest.raises(ImageError, match="noto"):
        load_art(folder)


@pytest.mark.parametrize("size", [(64, 64), (200, 200), (96, 48), (48, 96)])
@pytest.mark.parametrize("centre", [(0.5, 0.5), (0.3, 0.6)])
def test_paste_lands_where_it_should(art: Art, size: tuple[int, int], centre: tuple[float, float]) -> None:
    image = put(art, size=size, centre=centre)
    assert np.allclose(middle(image), centre, atol=0.03)
    # a disc of 88 of the cell's 96 pixels, its side half of the shorter side
    area = (image.max(2) > 100).sum()
    assert area == pytest.approx(np.pi * (0.25 * min(size) * 88 / 96) ** 2, rel=0.15)


def test_paste_turns_and_flips_about_the_centre(art: Art) -> None:
    half = np.zeros((96, 96, 4), np.uint8)
    half[:, :48] = 255
    sprite = art.by_thing[0][0]
    level = tuple(np.ascontiguousarray(half[:: 2**k, :: 2**k]) for k in range(3))
    lone = Art(("half",), ((type(sprite)(0, "noto", level, ("half",), (), None),),))
    x, y = middle(put(lone, "half"))
    assert x < 0.45 and y == pytest.approx(0.5, abs=0.03)
    x, y = middle(put(lone, "half", flip=True))
    assert x > 0.55 and y == pytest.approx(0.5, abs=0.03)
    x, y = middle(put(lone, "half", degrees=90.0))
    assert x == pytest.approx(0.5, abs=0.03) and abs(y - 0.5) > 0.05


def test_paste_multiplies_the_colours(art: Art) -> None:
    plain, dim = put(art)[32, 32], put(art, gain=np.array([0.5, 1, 1.2], np.float32))[32, 32]
    assert np.allclose(dim, plain * [0.5, 1, 1.2], atol=2)


def test_paste_leaves_the_rest_of_the_picture(art: Art) -> None:
    image = np.full((64, 64, 3), 90, np.uint8)
    paste(image, art.by_thing[0][0], centre=(0.5, 0.5), side=0.4, degrees=20, flip=False, gain=WHITE)
    assert (image[:10] == 90).all() and (image[:, :10] == 90).all() and (image[32, 32] != 90).any()
