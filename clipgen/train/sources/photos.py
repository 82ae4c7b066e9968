"""Photographs, from WebDataset shards, from folders of pictures named by what they show, or from plain folders."""

from __future__ import annotations

import re
import tarfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from clipgen.errors import ImageError
from clipgen.files import reason
from clipgen.grounds import COLOUR_NAMES, GROUNDS
from clipgen.train.sources import camera
from clipgen.train.sources.base import Example, is_held_out, manner, plain
from clipgen.train.world import SCENES
from clipgen.train.world.captions import choose, indefinite, name_ground, on_ground
from clipgen.values import parse_json

_ENDINGS = {".webp", ".jpg", ".jpeg", ".png"}
_LEADS = ("a photo of ", "a photo of ", "a photo of ", "a photograph of ", "a picture of ", "an image of ", "", "")
_ASIDES = (", photo", ", a photograph", " in a photo")
# what is wrong way round in a mirror
_ONE_WAY = re.compile(r"\b(sign|bill|banknote|money|text|letters?|numbers?|book|newspaper|milk|juice|map|clock)\b")
# where the pictures of a set were taken, as its authors describe it
_PLACES: dict[str, tuple[str, ...]] = {
    "grocery": (" in a shop", " in a supermarket", " in a grocery store", " on a shelf"),
    "trashnet": (" on a white background", " on a white table"),
}


@dataclass(frozen=True)
class Photo:
    """Where a photograph is (bytes of a file, from `start`; length below 0: all), and the names of what it shows."""

    path: Path
    start: int
    length: int
    names: tuple[str, ...]
    key: str

    def load(self) -> np.ndarray:
        """Decode it: uint8 [H, W, 3] RGB. Raises ImageError for a damaged file."""
        try:
            with self.path.open("rb") as file:
                file.seek(self.start)
                data = np.frombuffer(file.read(self.length), np.uint8)
            image = cv2.imdecode(data, cv2.IMREAD_COLOR)
        except (OSError, cv2.error) as error:
            raise ImageError(f"{self.path}: {self.key} cannot be read: {reason(error)}") from error
        if image is None:
            raise ImageError(f"{self.path}: {self.key} is no picture or damaged; remove it")
        return np.ascontiguousarray(image[..., ::-1])


class Photos:
    """The photographs of one set, augmented and captioned.

        >>> Photos("pets", [Photo(folder / "a.png", 0, -1, ("cat", "pet"), "a.png")]).labels
        (('cat', 'pet'),)

    name: of the set; photos: its pictures, in any order. Classes are drawn by the square root of their size, so that a
    class of 800 is not drawn 30 times as often as one of 30.
    """

    def __init__(self, name: str, photos: Sequence[Photo]) -> None:
        self.name, self.photos = name, tuple(photos)
        shared: dict[str, list[str]] = {}
        for names in (photo.names for photo in photos if photo.names):
            known = shared.setdefault(names[0], list(names))
            shared[names[0]] = [n for n in known if n in names]  # "Granny Smith" is no name of every apple
        self.labels = tuple(tuple(names) for names in shared.values())
        self._place = {names[0]: place for place, names in enumerate(self.labels)}
        counts = Counter(photo.names[:1] for photo in photos)
        weights = np.array([counts[photo.names[:1]] ** -0.5 for photo in photos])
        self._shares = np.cumsum(weights / weights.sum())

    def label_of(self, photo: Photo) -> int:
        """Index of a photograph's label, -1 without one."""
        return self._place[photo.names[0]] if photo.names else -1

    def draw(self, rng: np.random.Generator) -> Photo:
        """Draw a photograph."""
        return self.photos[min(int(np.searchsorted(self._shares, rng.random())), len(self.photos) - 1)]

    def sample(self, rng: np.random.Generator, size: int) -> Example:
        """Draw a photograph, augment it and caption it; the same generator gives the same picture."""
        photo = self.draw(rng)
        image, where = self._seen(rng, photo, size)
        made = "photo"
        if rng.random() < 0.05:
            image, made = camera.monochrome(image), "black and white photo"
        caption, says = self._caption(rng, photo, where, made)
        return Example(camera.degrade(rng, image), caption, self.label_of(photo), manner=manner(made) if says else -1)

    def plain(self, rng: np.random.Generator, size: int) -> Example:
        """Draw a photograph, its central square, "a photo of" what it shows."""
        photo = self.draw(rng)
        whole = photo.load()
        edge, (height, width) = min(whole.shape[:2]), whole.shape[:2]
        top, left = (height - edge) // 2, (width - edge) // 2
        caption = f"a photo of {indefinite(plain(photo.names[0]))}" if photo.names else "a photo"
        image = camera.scale(whole[top : top + edge, left : left + edge], size)
        return Example(image, caption, self.label_of(photo), manner=manner("photo"))

    def _seen(self, rng: np.random.Generator, photo: Photo, size: int) -> tuple[np.ndarray, str]:
        """The picture as a camera might have taken it, and where its subject is now."""
        whole, where = photo.load(), ""
        mask = camera.subject(whole) if rng.random() < 0.4 else None
        if mask is not None:
            side = max(whole.shape[:2])
            background, where = _background(rng, side)
            whole = camera.on_background(whole, mask, background[: whole.shape[0], : whole.shape[1]])
        elif self.name in _PLACES and rng.random() < 0.15:
            where = choose(rng, _PLACES[self.name])
        if rng.random() < 0.3:
            whole = camera.turn(rng, whole, 8)
        image = camera.cut(rng, whole, size)
        if rng.random() < 0.5 and not any(_ONE_WAY.search(name) for name in photo.names):
            image = np.ascontiguousarray(image[:, ::-1])
        return camera.light(rng, image) if rng.random() < 0.85 else image, where

    def _caption(self, rng: np.random.Generator, photo: Photo, where: str, made: str) -> tuple[str, bool]:
        """A caption, and whether it says how the picture was made."""
        if not photo.names:
            return choose(rng, ("a photo", "a photograph")) + where, True
        name = photo.names[0] if rng.random() < 0.65 else choose(rng, photo.names)
        thing = indefinite(plain(name)) + where
        if made != "photo":
            return f"a {made} of {thing}", True
        if rng.random() < 0.15:
            return thing + choose(rng, _ASIDES), True
        lead = choose(rng, _LEADS)
        return lead + thing, "photo" in lead


def _background(rng: np.random.Generator, side: int) -> tuple[np.ndarray, str]:
    """A background of the picture world, and its phrase after a thing."""
    if rng.random() < 0.4:
        scene = SCENES[choose(rng, tuple(SCENES))]
        return scene.draw(rng, side, side), " " + choose(rng, scene.place)
    kind = choose(rng, tuple(GROUNDS))
    a, b = (COLOUR_NAMES[i] for i in rng.choice(len(COLOUR_NAMES), 2, replace=False))
    return GROUNDS[kind](rng, side, side, a, b), on_ground(rng, "", name_ground(rng, kind, a, b))


def load_photos(folder: Path, *, held_out: bool = False) -> list[Photos]:
    """Index the photographs of a folder, those of each set apart; pictures are read when they are drawn.

        >>> [photos.name for photos in load_photos(folder)]
        ['two']

    folder: WebDataset shards (`.tar` of pictures with a `.json` {"names": [best, …], "source"} or a `.txt` with the
    name beside each), or folders of pictures named by what they show, or pictures without names; held_out: the pictures
    that training never sees instead of the others.
    Raises ImageError for a damaged shard, and when there is no picture.
    """
    sets: dict[str, list[Photo]] = {}
    for name, photo in _all(folder):
        if is_held_out(f"{name}/{photo.key}") == held_out:
            sets.setdefault(name, []).append(photo)
    if not sets:
        raise ImageError(f"{folder} has no photographs: give a folder of .tar shards or of pictures in class folders")
    return [Photos(name, photos) for name, photos in sets.items()]


def _all(folder: Path) -> Iterator[tuple[str, Photo]]:
    for shard in sorted(folder.glob("*.tar")):
        try:
            yield from _in_shard(shard)
        except (OSError, ValueError, tarfile.TarError) as error:
            raise ImageError(f"the shard {shard} cannot be read: {reason(error)}") from error
    name = plain(folder.resolve().name)
    for path in sorted(path for path in folder.rglob("*") if path.suffix.lower() in _ENDINGS and path.is_file()):
        inside = path.relative_to(folder)
        names = (plain(inside.parts[0]),) if len(inside.parts) > 1 else ()
        yield name, Photo(path, 0, -1, names, inside.as_posix())


def _in_shard(shard: Path) -> Iterator[tuple[str, Photo]]:
    """The pairs of a shard in its own order: members of one sample follow each other and share a stem."""
    default = re.sub(r"[-_.]?\d+$", "", shard.stem)
    stem, picture = "", None
    facts: dict[str, object] = {}
    with tarfile.open(shard) as archive:
        for member in archive:
            if not member.isfile():
                continue
            path = Path(member.name)
            if str(path.with_suffix("")) != stem:
                if picture:
                    yield _pair(shard, default, picture, facts)
                stem, picture, facts = str(path.with_suffix("")), None, {}
            if path.suffix.lower() in _ENDINGS:
                picture = member
            elif path.suffix in (".json", ".txt"):
                facts.update(_facts(archive, member, path.suffix))
    if picture:
        yield _pair(shard, default, picture, facts)


def _facts(archive: tarfile.TarFile, member: tarfile.TarInfo, suffix: str) -> dict[str, object]:
    file = archive.extractfile(member)
    text = file.read().decode("utf-8") if file else ""
    found = parse_json(text) if suffix == ".json" else {"names": [text.strip()]}
    return found if isinstance(found, dict) else {}


def _pair(shard: Path, default: str, picture: tarfile.TarInfo, facts: dict[str, object]) -> tuple[str, Photo]:
    given = facts.get("names")
    names = tuple(dict.fromkeys(plain(str(n)) for n in given if str(n).strip())) if isinstance(given, list) else ()
    key = str(facts.get("file") or picture.name)
    return str(facts.get("source") or default), Photo(shard, picture.offset_data, picture.size, names, key)
