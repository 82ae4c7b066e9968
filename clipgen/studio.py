"""The library's front door: load the parts once, use them many times.

>>> import clipgen
>>> clipgen.generate("underwater scene Van Gogh", seed=7).save("reef.png")
>>> with clipgen.Studio(generator="cppn") as studio:
...     pictures = studio.generate(["a castle", "a cathedral"], size=(512, 384))
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, Self, TypeVar, overload

import torch
from PIL import Image

from clipgen import devices
from clipgen.errors import ImageError, SettingsError, UnknownNameError
from clipgen.media.images import from_pil
from clipgen.perceptors.base import Perceptor
from clipgen.perceptors.ensemble import load_perceptors
from clipgen.settings import CaptionSettings, ClassifySettings, DescribeSettings, FilmSettings, GenerateSettings
from clipgen.similarity import Match, Matcher, Skipped, Store
from clipgen.tasks.animate import Film, make_film
from clipgen.tasks.animate.footage import VideoFacts
from clipgen.tasks.caption import caption as caption_pictures
from clipgen.tasks.classify import classify as classify_pictures
from clipgen.tasks.edit import edit_settings
from clipgen.tasks.events import Ranked
from clipgen.tasks.generate import GeneratedImage, Generation
from clipgen.tasks.rank import rank as rank_pictures
from clipgen.tasks.unrelated import matcher_of
from clipgen.timelines import Timeline, read_timeline

Picture = str | Path | Image.Image


class Studio:
    """Parts, loaded once, bound to the verbs.

        >>> with Studio(perceptor="builtin", steps=80) as studio:
        ...     for seed in range(5):
        ...         studio.generate("a paper fox", seed=seed).save(f"fox-{seed}.png")

    perceptor: one name or several, for all verbs; None: `builtin` paints, `reader` describes; generator, device, dtype:
    names; weights: file or folder of the generator's weights, None for the built-in ones; defaults: any other field of
    GenerateSettings, for all calls.

    Raises SettingsError and UnknownNameError for settings that are not known, DeviceError for a missing device.
    The perceptor is loaded with the first call, and freed by `close` or at the end of `with`.
    """

    def __init__(
        self,
        perceptor: str | Sequence[str] | None = None,
        generator: str = "vqgan",
        device: str = "auto",
        dtype: str = "auto",
        *,
        weights: Path | None = None,
        **defaults: Any,
    ) -> None:
        named: dict[str, Any] = {"generator": generator, "device": device, "dtype": dtype}
        if perceptor is not None:
            named["perceptor"] = perceptor
        self.settings = _changed(GenerateSettings(), {**named, **defaults}).validate()
        chosen = perceptor is not None or "perceptors" in defaults
        self._reading = self.settings.perceptors if chosen else DescribeSettings().perceptors
        self.device = devices.pick_device(self.settings.device)
        self.weights = weights
        self._perceptors: dict[tuple[tuple[str, ...], torch.device, torch.dtype], Perceptor] = {}
        self._store = Store()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the loaded parts."""
        self._perceptors.clear()

    @overload
    def generate(self, prompts: str, **settings: Any) -> Any: ...
    @overload
    def generate(self, prompts: Sequence[str], **settings: Any) -> list[GeneratedImage]: ...
    def generate(self, prompts: str | Sequence[str], **settings: Any) -> Any:
        """Paint one prompt, or several in one batch.

            >>> studio.generate("a paper fox | watercolor:0.4", seed=7).save("fox.png")

        prompts: one text gives one GeneratedImage (a list with count > 1), a list gives a list; settings: fields of
        GenerateSettings, `perceptor` for one name.
        Returns PIL images whose `.info["clipgen"]` and saved PNGs carry all settings.

        Raises what `Generation` raises.
        """
        generation = self.stream(prompts, **settings)
        for _ in generation:
            pass
        images = [GeneratedImage.of(picture) for picture in generation.pictures()]
        return images[0] if isinstance(prompts, str) and len(images) == 1 else images

    def stream(self, prompts: str | Sequence[str], **settings: Any) -> Generation:
        """As `generate`, step by step; `.pictures()` of what is returned gives the best so far at any time.

        >>> for step in studio.stream("a paper fox", steps=300):
        ...     if max(step.score) > 0.35:
        ...         break
        """
        chosen = _changed(self.settings, settings)
        lines = [prompts] if isinstance(prompts, str) else list(prompts)
        return Generation(lines, chosen, perceptor=self.perceptor(chosen), weights=self.weights)

    def again(self, metadata: Mapping[str, Any]) -> Generation:
        """The run that made a picture, from its metadata; see `Generation.again`.

        >>> generation = studio.again(read_metadata("fox.png"))
        """
        settings = GenerateSettings.from_dict(metadata.get("settings", {}))
        return Generation.again(metadata, perceptor=self.perceptor(settings), weights=self.weights)

    def edit(self, picture: str | Path, words: str, **settings: Any) -> GeneratedImage:
        """Change a picture file until it fits the words, and keep the rest of it.

            >>> studio.edit("photo.jpg", "a watercolour painting", seed=7).save("painted.png")

        settings: fields of GenerateSettings; init_weight says how much is kept. Raises what `Generation` raises.
        """
        usual = GenerateSettings()
        own = {spec.name: getattr(self.settings, spec.name) for spec in fields(usual)}
        given = {name: value for name, value in own.items() if value != getattr(usual, name)}
        chosen = _changed(edit_settings(Path(picture), given), settings).validate()
        generation = Generation([words], chosen, perceptor=self.perceptor(chosen), weights=self.weights)
        for _ in generation:
            pass
        return GeneratedImage.of(generation.pictures()[0])

    def animate(self, timeline: str | Path | Timeline, *, folder: str | Path | None = None, **settings: Any) -> Film:
        """A film of a file of prompts; it is made when it is saved or gone through.

            >>> studio.animate("prompts/seasons.txt", fps=12).save("outputs/seasons.mp4")
            >>> for frame in studio.animate("prompts/seasons.txt"):
            ...     frame.image.save(f"{frame.index:05d}.png")

        timeline: a text, .srt or .toml file, or scenes; folder: where keyframes are kept, to go on from there, by
        default a temporary one; settings: fields of FilmSettings and GenerateSettings, over those of the file.
        """
        read = timeline if isinstance(timeline, Timeline) else read_timeline(timeline)
        names = {spec.name for spec in fields(FilmSettings)}
        given = {**read.film, **{name: value for name, value in settings.items() if name in names}}
        beside = {**read.picture, **{name: value for name, value in settings.items() if name not in names}}
        film = _changed(FilmSettings(), given)
        if film.video_in is not None:
            beside = {"size": VideoFacts.of(film.video_in).painted_size(), **beside}
        picture = _changed(self.settings, beside)
        where = None if folder is None else Path(folder)
        return make_film(read, film, picture, perceptor=self.perceptor(picture), weights=self.weights, folder=where)

    def caption(
        self, pictures: Picture | Sequence[Picture], *, candidates: Sequence[str] | Path | None = None, **settings: Any
    ) -> Any:
        """Describe a picture, or several, in words, best first.

            >>> studio.caption("photo.jpg", top=3)[0].text
            'a fox in the snow'
            >>> studio.caption(["a.jpg", "b.jpg"], candidates=["a fox", "a castle"])

        pictures: paths or PIL images; candidates: captions to rank, or a file of them, instead of composed ones;
        settings: fields of DescribeSettings and CaptionSettings.
        Returns a list of Match for one picture, a list of such lists for several. Raises ClipgenError.
        """
        own = {name: value for name, value in settings.items() if name in CaptionSettings.__dataclass_fields__}
        chosen = self._describing({name: value for name, value in settings.items() if name not in own})
        alone = isinstance(pictures, (str, Path, Image.Image))
        given: Any = [pictures] if alone else pictures
        described = caption_pictures(
            map(_as_picture, given), self.matcher(chosen), _changed(CaptionSettings(), own), views=chosen.views,
            candidates=candidates,
        )  # fmt: skip
        found = [list(one.matches) for one in _good(described)]
        return found[0] if alone else found

    def rank(self, phrase: str, pictures: Sequence[str | Path], **settings: Any) -> list[Ranked]:
        """Order picture files by how well they fit a phrase, best first.

        >>> studio.rank("golden hour", ["a.jpg", "b.jpg"])[0].path.name
        'b.jpg'
        """
        chosen = self._describing(settings)
        return list(_good(rank_pictures(phrase, map(Path, pictures), self.matcher(chosen), views=chosen.views)))

    def classify(
        self, picture: Picture, labels: Sequence[str], *, top: int | None = None, **settings: Any
    ) -> list[Match]:
        """The most probable labels of a picture, best first.

        >>> studio.classify("photo.jpg", ["cat", "dog"])[0].text
        'cat'
        """
        chosen = self._describing(settings)
        options = _changed(ClassifySettings(), {} if top is None else {"top": top})
        matcher, views = self.matcher(chosen), chosen.views
        (found,) = _good(classify_pictures([_as_picture(picture)], labels, matcher, options, views=views))
        return list(found.matches)

    def matcher(self, settings: DescribeSettings) -> Matcher:
        """What compares pictures and words as settings ask; its perceptor is loaded when it is first asked for."""
        return matcher_of(self.perceptor(settings), store=self._store, hubness=settings.hubness)

    def _describing(self, settings: Mapping[str, Any]) -> DescribeSettings:
        own = self.settings
        return _changed(DescribeSettings(self._reading, device=own.device, dtype=own.dtype), settings).validate()

    def perceptor(self, settings: GenerateSettings | DescribeSettings) -> Perceptor:
        """The perceptor that settings name, on their device; loaded when it is first asked for."""
        settings.validate()
        device = devices.pick_device(settings.device)
        key = (settings.perceptors, device, devices.pick_dtype(settings.dtype, device))
        if key not in self._perceptors:
            self._perceptors[key] = load_perceptors(*key)
        return self._perceptors[key]


@overload
def generate(prompts: str, **settings: Any) -> Any: ...
@overload
def generate(prompts: Sequence[str], **settings: Any) -> list[GeneratedImage]: ...
def generate(prompts: str | Sequence[str], **settings: Any) -> Any:
    """Paint pictures from words.

        >>> image = clipgen.generate("underwater scene Van Gogh", seed=7)
        >>> image.save("reef.png")

    prompts: "text", "text:weight | text:weight:stop", or a list of such lines for one batch; settings: fields of
    GenerateSettings, `perceptor` for one name, `weights` for the generator's own files.
    Returns a PIL image, or a list for a list of prompts or count > 1; settings travel in `.info` and in saved PNGs.

    Raises ClipgenError: its subclasses say what was given, what is allowed and what to do.
    """
    with Studio(**settings) as studio:
        return studio.generate(prompts)


def edit(picture: str | Path, words: str, **settings: Any) -> GeneratedImage:
    """Change a picture file until it fits the words, and keep the rest of it.

        >>> clipgen.edit("photo.jpg", "a watercolour painting", seed=7).save("painted.png")

    As `Studio.edit`; settings: also `perceptor` for one name and `weights` for the generator's own files.
    """
    with Studio(**settings) as studio:
        return studio.edit(picture, words)


def stream(prompts: str | Sequence[str], **settings: Any) -> Generation:
    """As `generate`, step by step.

    >>> for step in clipgen.stream("a paper fox | watercolor:0.4", generator="cppn", steps=300):
    ...     if max(step.score) > 0.35:
    ...         break
    """
    with Studio(**settings) as studio:
        return studio.stream(prompts)


def caption(pictures: Picture | Sequence[Picture], **settings: Any) -> Any:
    """Describe a picture, or several, in words, best first.

        >>> clipgen.caption("photo.jpg", top=3)[0].text
        'a fox in the snow'

    As `Studio.caption`; `perceptor` names the CLIP that looks.
    """
    machine = {name: settings.pop(name) for name in ("perceptor", "device", "dtype") if name in settings}
    with Studio(**machine) as studio:
        return studio.caption(pictures, **settings)


def animate(timeline: str | Path | Timeline, *, folder: str | Path | None = None, **settings: Any) -> Film:
    """A film of a file of prompts, a long text or a timeline; it is made when it is saved or gone through.

        >>> clipgen.animate("prompts/seasons.txt", seed=7).save("outputs/seasons.mp4")

    As `Studio.animate`; settings: fields of FilmSettings and GenerateSettings, `perceptor`, and `weights`.
    """
    weights = settings.pop("weights", None)
    with Studio(weights=weights) as studio:
        return studio.animate(timeline, folder=folder, **settings)


def _as_picture(picture: Picture) -> Path | torch.Tensor:
    return from_pil(picture) if isinstance(picture, Image.Image) else Path(picture)


Event = TypeVar("Event")


def _good(events: Iterable[Event | Skipped]) -> Iterator[Event]:
    """The events of pictures that could be loaded; raises ImageError for the first that could not."""
    for event in events:
        if isinstance(event, Skipped):
            raise ImageError(event.reason)
        yield event


AnySettings = TypeVar(
    "AnySettings", GenerateSettings, DescribeSettings, CaptionSettings, ClassifySettings, FilmSettings
)


def _changed(settings: AnySettings, changes: Mapping[str, Any]) -> AnySettings:
    allowed = {spec.name for spec in fields(settings)}
    given: dict[str, Any] = {k: tuple(value) if isinstance(value, list) else value for k, value in changes.items()}
    if "perceptor" in given:
        names = given.pop("perceptor")
        given["perceptors"] = (names,) if isinstance(names, str) else tuple(names)
    for name in given:
        if name not in allowed:
            raise SettingsError(str(UnknownNameError.of("setting", name, sorted(allowed))))
    return replace(settings, **given)
