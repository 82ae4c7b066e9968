"""Which jobs of visitors are accepted: they name no file of the server, and ask for no more than it gives."""

from __future__ import annotations

import math
import re
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import Field, dataclass, fields, replace
from pathlib import Path

from clipgen import __version__
from clipgen.errors import PromptError, SettingsError
from clipgen.jobs import FORMAT, Job
from clipgen.media.images import paintable_size
from clipgen.models.shelf import generator_names
from clipgen.prompts import parse_prompts, parse_weighted_path
from clipgen.settings import USUAL, AnimateSettings, GenerateSettings, Settings, about_of
from clipgen.timelines import Timeline
from clipgen.values import Values, table, texts
from clipgen.web.settings import Bounds
from clipgen.web.studio.placing import GALLERY, LIBRARY, STARTS, on_device

#: verbs that visitors may use
ADMITTED = ("generate", "edit", "sample", "animate", "caption", "classify", "rank", "compare", "detect", "search")
#: settings that name a file or folder of the server in a way that no visitor can know
CLOSED = ("index", "prior")
#: the folders of the server that jobs may name files of
_OWN = re.compile(r"(?:uploads/[0-9a-f]{24}|pictures/[0-9a-f]{16})\.png")
_READING = 10.0  # seconds that a scene without any takes at most, about
_CLIP = re.compile(r"(?!local-dir|hf)[A-Za-z0-9][A-Za-z0-9._-]*(?::\d+(?:\.\d+)?)?")


@dataclass(frozen=True)
class Admission:
    """Decides on jobs from outside.

        >>> admission = Admission(Bounds(), size_of=lambda file, visitor: None, libraries={})
        >>> given = {"verb": "generate", "inputs": {"prompts": ["a fox"]}, "settings": {"seed": 7}}
        >>> job = admission.admit(given, "owner")
        >>> job.settings.canvas.seed
        7

    size_of: width and height of a file, "uploads/ID.png" or "pictures/ID.png", None unless a visitor has it; libraries:
    folders that may be searched, by name: jobs name them "library/NAME".
    """

    bounds: Bounds
    size_of: Callable[[str, str], tuple[int, int] | None]
    libraries: Mapping[str, Path]

    def admit(self, values: Values, visitor: str) -> Job:
        """The job in some JSON, with a seed, and without what visitors do not decide: device, models, sums of files.

        Format and version may be left out, and of an edit all settings but the picture among its inputs. Raises
        ClipgenError for values of no job, and SettingsError or PromptError for a job that is not accepted.
        """
        given = {"format": FORMAT, "version": __version__, **values} if "verb" in values else dict(values)
        if given.get("verb") == "edit":
            given["settings"] = self._edit(given, visitor)
        job = Job.from_json({**given, "models": {}, "files": {}})
        if job.verb not in ADMITTED:
            offered = ", ".join(ADMITTED)
            raise SettingsError(f"{job.verb} is not offered here; choose from: {offered}", settings=["verb"])
        if job.weights is not None:
            raise SettingsError("weights must not be set here", settings=["weights"])
        self._check_files(job, visitor)
        self._check_inputs(job)
        if isinstance(job.settings, GenerateSettings):
            self._check_cost(job.settings, max(1, len(job.inputs.prompts)))
        if isinstance(job.settings, AnimateSettings):
            self._check_film(job.inputs.timeline, job.settings)
        return replace(job, settings=_completed(job.settings), version=__version__)

    def _edit(self, given: Values, visitor: str) -> dict[str, object]:
        """The settings of an edit, with the usual ones for its picture, as `edit_job` has them."""
        pictures = texts(table(given, "inputs", {}), "pictures")
        size = self.size_of(pictures[0], visitor) if pictures else None
        usual = {**USUAL["edit"], **({"size": paintable_size(size), "init_image": pictures[0]} if size else {})}
        return {**usual, **table(given, "settings", {})}

    def _check_files(self, job: Job, visitor: str) -> None:
        inputs = job.inputs
        for name in files_of(job):
            if not _OWN.fullmatch(name) or self.size_of(name, visitor) is None:
                raise SettingsError(f"there is no file {name!r} of yours; send the picture first, to /api/uploads")
        if inputs.text_file is not None:
            raise SettingsError("text_file must not be set here; send the texts themselves", settings=["text_file"])
        self._check_folders(job.verb, inputs.folders)

    def _check_folders(self, verb: str, folders: Sequence[str]) -> None:
        known = [GALLERY, *(LIBRARY + name for name in self.libraries)]
        for folder in folders:
            if folder not in known:
                raise SettingsError(
                    f"there is no library {folder!r}; choose from: {', '.join(known)}", settings=["folders"]
                )
        if verb == "search" and not folders:
            raise SettingsError("name a library to search", settings=["folders"])
        if GALLERY in folders and len(folders) > 1:
            raise SettingsError(f"{GALLERY} is searched alone; leave out the other folders", settings=["folders"])

    def _check_inputs(self, job: Job) -> None:
        inputs, bounds = job.inputs, self.bounds
        scenes = inputs.timeline.scenes if inputs.timeline else ()
        written = [*inputs.prompts, *inputs.texts, *(one.prompt for one in scenes), *_free_texts(job.settings)]
        if len(written) > bounds.texts or sum(map(len, written)) > bounds.characters:
            raise PromptError(f"at most {bounds.texts} texts of {bounds.characters} characters in all are accepted")
        if len(inputs.pictures) > bounds.pictures:
            raise SettingsError(f"at most {bounds.pictures} pictures are accepted", settings=["pictures"])
        if inputs.walk is not None and not 2 <= inputs.walk <= bounds.pictures:
            raise SettingsError(f"walk is {inputs.walk}; here it must be 2 to {bounds.pictures}", settings=["walk"])
        for line in inputs.prompts:
            parse_prompts(line)
        if job.verb in ("generate", "edit") and not inputs.prompts:
            raise PromptError("there is no prompt; write one")
        if job.verb not in ("generate", "sample", "animate", "search") and not inputs.pictures:
            raise SettingsError("there is no picture", settings=["pictures"])
        if job.verb == "detect" and not any(map(str.strip, inputs.texts)):
            raise PromptError("there is nothing to look for; give one phrase or more")

    def _check_cost(self, settings: GenerateSettings, prompts: int) -> None:
        bounds, count = self.bounds, settings.canvas.count * prompts
        width, height = settings.options.final_size() or settings.areas.whole(settings.canvas.size)
        tiles = math.prod(settings.areas.tiles or (1, 1))
        most = {
            "count": (count, bounds.pictures),
            "size": (count * max(width * height, settings.canvas.size[0] * settings.canvas.size[1]), bounds.pixels),
            "steps": (tiles * (settings.search.steps or 0), bounds.steps),
            "cutn": (settings.cutouts.cutn or 0, bounds.cutouts),
            "race": (settings.options.race or 0, bounds.race),
        }
        for name, (asked, allowed) in most.items():
            if asked > allowed:
                what = "pixels in all" if name == "size" else name
                raise SettingsError(f"{asked} {what}; at most {allowed} are accepted here", settings=[name])

    def _check_film(self, timeline: Timeline | None, settings: AnimateSettings) -> None:
        bounds, film = self.bounds, settings.film
        if timeline is None or timeline.film or timeline.picture or timeline.source:
            raise SettingsError("a film needs a timeline with scenes only", settings=["timeline"])
        for name, value in (item for scene in timeline.scenes for item in scene.settings.items()):
            if name not in STARTS and isinstance(value, str | tuple | list):
                raise SettingsError("scenes may set numbers and a start picture only here", settings=["timeline"])
        usual = film.seconds_per_scene or _READING
        seconds = sum(usual if scene.seconds is None else scene.seconds for scene in timeline.scenes)
        if len(timeline.scenes) > bounds.scenes or seconds > bounds.film_seconds or film.fps > bounds.film_fps:
            most = f"{bounds.scenes} scenes, {bounds.film_seconds:g} seconds, {bounds.film_fps} frames per second"
            raise SettingsError(f"the film is too long; at most {most} are accepted", settings=["timeline"])
        if film.keyframes > bounds.film_fps or film.keyframe_steps > bounds.steps:
            raise SettingsError("there are too many keyframes or steps", settings=["keyframes", "keyframe_steps"])
        self._check_cost(settings.picture, 1)
        for scene in timeline.scenes:
            self._check_cost(settings.picture.updated(scene.settings), 1)


def files_of(job: Job) -> Iterator[str]:
    """Every file that a job names, in its inputs and settings.

        >>> list(files_of(Job("generate", settings=GenerateSettings.of(init_image="uploads/1.png"))))
        ['uploads/1.png']

    Raises SettingsError for a setting that names a file in a way that visitors may not use.
    """
    yield from (parse_weighted_path(name)[0] for name in job.inputs.pictures)
    scenes = job.inputs.timeline.scenes if job.inputs.timeline else ()
    yield from (str(scene.settings[name]) for scene in scenes for name in STARTS if name in scene.settings)
    for spec, values in single_settings(job.settings):
        if any(not _is_open(spec.name, value) for value in values):
            raise SettingsError(f"{spec.name} must not be set to {values[0]!r} here", settings=[spec.name])
        if about_of(spec).file is True:
            yield from (parse_weighted_path(str(value))[0] for value in values)


def _is_open(name: str, value: object) -> bool:
    """Whether visitors may give a setting some value, as far as it names what only the owner of the server knows."""
    if name == "generator":
        return value in generator_names()
    if name == "perceptors":
        return _CLIP.fullmatch(str(value)) is not None
    return name not in CLOSED


def single_settings(settings: Settings) -> Iterator[tuple[Field[object], list[object]]]:
    """Every single setting of a record, those of groups included, with its values: none where it is unset."""
    for spec in fields(settings):
        value = getattr(settings, spec.name)
        if isinstance(value, Settings):
            yield from single_settings(value)
        else:
            yield spec, [one for one in (value if isinstance(value, tuple) else (value,)) if one is not None]


def _completed(settings: Settings) -> Settings:
    """The settings with a seed, so that a job that is started again makes the same picture, and without a device."""
    if isinstance(settings, AnimateSettings):
        settings = replace(settings, picture=_seeded(settings.picture))
    elif isinstance(settings, GenerateSettings):
        settings = _seeded(settings)
    return on_device(settings, "auto")


def _seeded(settings: GenerateSettings) -> GenerateSettings:
    return settings if settings.canvas.seed is not None else settings.changed(seed=secrets.randbelow(2**31))


def _free_texts(settings: Settings) -> Iterator[str]:
    yield from (value for _, values in single_settings(settings) for value in values if isinstance(value, str))
