"""Put a film together from its scenes and settings."""

from __future__ import annotations

import secrets
from dataclasses import replace
from pathlib import Path

from clipgen.models import shelf
from clipgen.perceptors.base import Perceptor
from clipgen.settings import FilmSettings, GenerateSettings
from clipgen.tasks.animate.film import Film
from clipgen.tasks.animate.outline import Outline
from clipgen.tasks.animate.painters import kind_of
from clipgen.tasks.animate.record import FilmRecord, read_record
from clipgen.tasks.animate.store import Store
from clipgen.timelines import Timeline


def outline_film(timeline: Timeline, settings: FilmSettings, picture: GenerateSettings) -> Outline:
    """Lay a film out and find what it costs, without any model.

        >>> outline_film(timeline, FilmSettings(seconds_per_scene=2, keyframes=6), GenerateSettings()).keyframes
        24

    Raises SettingsError, PromptError or ImageError for what cannot be a film.
    """
    return kind_of(settings).outline(timeline, settings.validate(), picture, {})


def make_film(
    timeline: Timeline,
    settings: FilmSettings | None = None,
    picture: GenerateSettings | None = None,
    *,
    perceptor: Perceptor,
    weights: Path | None = None,
    folder: Path | None = None,
) -> Film:
    """The film that settings ask for: keyframes under a camera, keyframes over a video, or one network.

        >>> picture = GenerateSettings(generator="cppn", size=(32, 32), steps=2, cutn=2)
        >>> make_film(timeline, FilmSettings(as_network=True), picture, perceptor=perceptor).steps
        5

    perceptor: loaded; weights: of the generator, None for the built-in ones; folder: where keyframes are kept, by
    default a temporary one that is deleted with the film. What lies there and does not change is used again, and so is
    its seed where the settings have none.

    Raises PromptError, SettingsError, UnknownNameError, ImageError, WeightsError or DeviceError for what cannot be a
    film.
    """
    settings, picture = (settings or FilmSettings()).validate(), picture or GenerateSettings()
    store = Store.temporary() if folder is None else Store(folder)
    found = read_record(store.folder)
    if picture.seed is None:
        noted = None if found is None else found.picture.seed
        picture = replace(picture, seed=secrets.randbelow(2**32) if noted is None else noted)
    generator = shelf.fingerprint(picture.generator, weights)
    fingerprints = {"perceptor": perceptor.fingerprint, "generator": generator}
    kind = kind_of(settings)
    outline = kind.outline(timeline, settings, picture, fingerprints)
    painter = kind.painter(outline, store, perceptor=perceptor, weights=weights)
    output = None if found is None else found.output
    return Film(FilmRecord(timeline, settings, picture, weights, fingerprints, output), painter, store)
