"""The settings that a studio has for all calls, and the settings of one call on top of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import cast

from clipgen.media.footage import VideoFacts
from clipgen.settings import AnimateSettings, DescribeSettings, FilmSettings, GenerateSettings, settings_in
from clipgen.settings.keywords import PictureValues
from clipgen.timelines import Timeline


@dataclass(frozen=True)
class Defaults:
    """Settings of a picture by their plain names; what a call sets replaces them.

        >>> defaults = Defaults.of({"perceptor": "vit-b-32", "steps": 80})
        >>> defaults.painting({"seed": 7}).search.perceptors
        ('vit-b-32',)

    given: only those that were set, so that each verb has its own default of the others.
    """

    given: Mapping[str, object]

    @classmethod
    def of(cls, keywords: Mapping[str, object]) -> Defaults:
        """From keyword arguments, as `plain` takes them."""
        return cls(plain(keywords))

    def painting(self, keywords: Mapping[str, object]) -> GenerateSettings:
        """The settings of a picture. Raises SettingsError and UnknownNameError for what is no such setting."""
        return GenerateSettings.from_dict({**self.given, **plain(keywords)})

    def editing(self, keywords: Mapping[str, object]) -> dict[str, object]:
        """The settings of an edit that were set; it has its own defaults of the others."""
        return {**self.given, **plain(keywords)}

    def filming(self, timeline: Timeline, keywords: Mapping[str, object]) -> AnimateSettings:
        """The settings of a film and its pictures; those of the call replace those of the timeline."""
        given, names = plain(keywords), {spec.name for _, spec in settings_in(FilmSettings)}
        film = FilmSettings.from_dict({**timeline.film, **{name: given[name] for name in given if name in names}})
        picture = {**timeline.picture, **{name: given[name] for name in given if name not in names}}
        if film.video_in is not None:
            picture = {"size": VideoFacts.of(film.video_in).painted_size(), **picture}
        return AnimateSettings(film, self.painting(picture))

    def describing(self, keywords: Mapping[str, object]) -> dict[str, object]:
        """The settings of a verb that compares pictures with words: CLIP model, device and dtype are shared."""
        shared = {spec.name for spec in fields(DescribeSettings)}
        return {**{name: self.given[name] for name in self.given if name in shared}, **plain(keywords)}

    def round_trip(self, settings: DescribeSettings) -> GenerateSettings:
        """The settings of pictures painted from captions, with the CLIP model that described, unless by default."""
        # the default of describing was not trained to guide: the one that paints takes its place
        given = PictureValues(seed=0, device=settings.device, dtype=settings.dtype)
        if settings.perceptors != DescribeSettings().perceptors:
            given["perceptors"] = settings.perceptors
        return self.painting(given)


def plain(keywords: Mapping[str, object]) -> dict[str, object]:
    """Keyword arguments as settings by their plain names: `perceptor` is one name or several of `perceptors`.

    >>> plain({"perceptor": "builtin", "palette": ["#aa0000"]})
    {'palette': ('#aa0000',), 'perceptors': ('builtin',)}
    """
    given = dict(keywords)
    if "perceptor" in given:
        names = given.pop("perceptor")
        given["perceptors"] = (names,) if isinstance(names, str) else tuple(cast(Iterable[str], names))
    return {name: tuple(value) if isinstance(value, list) else value for name, value in given.items()}
