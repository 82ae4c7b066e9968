"""Put a film together from its scenes and settings."""

from __future__ import annotations

import secrets
from dataclasses import replace
from pathlib import Path

from clipgen import devices
from clipgen.jobs import Job, Model, job_of
from clipgen.models import shelf
from clipgen.parts import Parts
from clipgen.settings import AnimateSettings, FilmSettings, GenerateSettings
from clipgen.tasks.animate.film import Film
from clipgen.tasks.animate.outline import Outline
from clipgen.tasks.animate.painters import kind_of
from clipgen.tasks.animate.record import FilmRecord, read_record
from clipgen.tasks.animate.setup import perceptor_of
from clipgen.tasks.animate.store import Store
from clipgen.timelines import Timeline


def outline_film(timeline: Timeline, settings: FilmSettings, picture: GenerateSettings) -> Outline:
    """Lay a film out and find what it costs, without any model.

        >>> outline_film(timeline, FilmSettings(seconds_per_scene=2, keyframes=6), GenerateSettings()).keyframes
        24

    Raises SettingsError, PromptError or ImageError for what cannot be a film.
    """
    return kind_of(settings).outline(timeline, settings.validate(), picture, {})


def make_film(job: Job, parts: Parts, *, folder: Path | None = None) -> Film:
    """The film of a job: keyframes under a camera, keyframes over a video, or one network.

        >>> picture = GenerateSettings.of(generator="cppn", size=(32, 32), steps=2, cutn=2)
        >>> settings = AnimateSettings(FilmSettings(as_network=True), picture)
        >>> make_film(Job("animate", Inputs(timeline=timeline), settings), parts).steps
        5

    parts: the pool to load from; folder: where keyframes are kept, by default a temporary one that is deleted with the
    film. What lies there and does not change is used again, and so is its seed where the settings have none.

    Raises PromptError, SettingsError, UnknownNameError, ImageError, WeightsError or DeviceError for what cannot be a
    film.
    """
    record, store = FilmRecord(job_of(job, "animate")), Store.temporary() if folder is None else Store(folder)
    found = read_record(store.folder)
    picture = _with_seed(record.picture, found)
    models = {
        "perceptor": Model(", ".join(picture.search.perceptors), perceptor_of(picture, parts).fingerprint),
        "generator": Model(picture.generator, shelf.fingerprint(picture.generator, job.weights)),
    }
    job = replace(job, settings=AnimateSettings(record.film, picture), models=models)
    record = FilmRecord(job, None if found is None else found.output)
    kind = kind_of(record.film)
    outline = kind.outline(record.timeline, record.film, picture, record.fingerprints)
    painter = kind.painter(outline, store, parts=parts, weights=job.weights)
    return Film(record, painter, store, parts.lock(devices.pick_device(picture.machine.device)))


def _with_seed(picture: GenerateSettings, found: FilmRecord | None) -> GenerateSettings:
    """The settings with a seed: that of the film in the folder where they have none."""
    if picture.canvas.seed is not None:
        return picture
    seed = None if found is None else found.picture.canvas.seed
    return picture.changed(seed=secrets.randbelow(2**32) if seed is None else seed)
