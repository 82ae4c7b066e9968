"""Photographs: shards and folders are indexed, split by hash, augmented and captioned by what they show."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from clipgen.errors import ImageError
from clipgen.train.sources import MANNERS, Photo, Photos, is_held_out, load_photos
from clipgen.train.sources.photos import Photo as Row
from raising import refused

RED, BLUE = (210, 30, 30), (30, 40, 200)


def encoded(colour: tuple[int, int, int], kind: str = "WEBP") -> bytes:
    data = io.BytesIO()
    Image.new("RGB", (60, 40), colour).save(data, kind, lossless=True)
    return data.getvalue()


def add(archive: tarfile.TarFile, name: str, data: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size = len(data)
    archive.addfile(member, io.BytesIO(data))


@pytest.fixture
def shard(tmp_path: Path) -> Path:
    """Two dozen pictures of two kinds of apples and of cups, as WebDataset has them."""
    with tarfile.open(tmp_path / "shop-000.tar", "w") as archive:
        for i in range(24):
            names, colour = (["apple", f"Kind_{i % 2}"], RED) if i % 3 else (["Cup", "mug"], BLUE)
            add(archive, f"{i:06}.webp", encoded(colour))
            facts = {"names": names, "source": "shop", "file": f"a/{i}.jpg"}
            add(archive, f"{i:06}.json", json.dumps(facts).encode())
    return tmp_path


def test_a_shard_is_split_by_hash_and_its_pictures_are_read_where_they_lie(shard: Path) -> None:
    (kept,), (held,) = load_photos(shard), load_photos(shard, held_out=True)
    assert kept.name == held.name == "shop" and len(kept.photos) + len(held.photos) == 24
    assert {p.key for p in held.photos} == {f"a/{i}.jpg" for i in range(24) if is_held_out(f"shop/a/{i}.jpg")}
    assert 0 < len(held.photos) < 8
    for photo in kept.photos:
        assert photo.load()[20, 30].tolist() == list(RED if photo.names[0] == "apple" else BLUE)


def test_names_that_not_all_pictures_of_a_label_have_are_no_names_of_it(shard: Path) -> None:
    (photos,) = load_photos(shard)
    assert sorted(photos.labels) == [("apple",), ("cup", "mug")]
    said = {photos.sample(np.random.default_rng(i), 16).caption for i in range(150)}
    assert any("kind 0" in caption for caption in said) and any("mug" in caption for caption in said)


def test_a_picture_has_the_label_and_the_manner_that_its_caption_tells(shard: Path) -> None:
    (photos,) = load_photos(shard)
    places = list(MANNERS)
    seen = set()
    for i in range(60):
        example = photos.sample(np.random.default_rng(i), 24)
        assert example.image.shape == (24, 24, 3) and example.image.dtype == np.uint8
        (names,) = [names for names in photos.labels if names == photos.labels[example.label]]
        assert any(name in example.caption for name in (*names, "kind"))
        if example.manner >= 0:
            assert places[example.manner].split()[-1] in example.caption
        else:
            assert "photo" not in example.caption
        again = photos.sample(np.random.default_rng(i), 24)
        assert again.caption == example.caption and np.array_equal(again.image, example.image)
        seen.add(places[example.manner] if example.manner >= 0 else "")
    assert seen == {"photo", "black and white photo", ""}


def test_small_classes_are_drawn_more_often_than_their_share() -> None:
    many = [Row(Path("x"), 0, -1, ("cat",), str(i)) for i in range(100)]
    photos = Photos("pets", [*many, Row(Path("x"), 0, -1, ("dog",), "last")])
    share = 1 - np.diff(photos._shares)[:-1].sum() - photos._shares[0]
    assert share == pytest.approx(1 / 11, abs=1e-6)  # 1 of (√1 + √100), not 1 of 101


def test_folders_name_their_pictures_and_loose_ones_have_no_name(tmp_path: Path) -> None:
    for i in range(20):
        path = tmp_path / "mine" / ("garden_gnome" if i % 2 else "") / f"{i}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(encoded(RED, "PNG"))
    (photos,) = load_photos(tmp_path / "mine")
    assert photos.labels == (("garden gnome",),)
    captions = {(e.label, e.caption) for e in (photos.sample(np.random.default_rng(i), 16) for i in range(60))}
    assert (-1, "a photo") in captions and any("garden gnome" in caption for label, caption in captions if label == 0)


@pytest.mark.parametrize("bad", ["shard", "picture", "nothing"])
def test_damage_is_reported_with_the_file(shard: Path, tmp_path: Path, bad: str) -> None:
    if bad == "shard":
        (tmp_path / "broken.tar").write_bytes(b"no tar at all")
        with refused(ImageError, match="broken.tar"):
            load_photos(tmp_path)
    elif bad == "picture":
        (tmp_path / "a.png").write_bytes(b"no picture")
        with refused(ImageError, match="a.png"):
            Photo(tmp_path / "a.png", 0, -1, (), "a.png").load()
    else:
        (tmp_path / "empty").mkdir()
        with refused(ImageError, match="empty"):
            load_photos(tmp_path / "empty")
