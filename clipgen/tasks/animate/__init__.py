"""Scenes to film.

>>> film = make_film(timeline, FilmSettings(), GenerateSettings.of(seed=7), perceptor=perceptor)
>>> for step in film.shoot():
...     print(step.score)
"""

from typing import Any

from clipgen.settings import FilmSettings, GenerateSettings
from clipgen.tasks.animate.film import Film, Frame
from clipgen.tasks.animate.network import NetworkFilm
from clipgen.tasks.animate.over_video import VideoFilm
from clipgen.tasks.animate.takes import Take, plan
from clipgen.timelines import Timeline

__all__ = ["Film", "Frame", "NetworkFilm", "Take", "VideoFilm", "kind_of", "make_film", "plan"]


def kind_of(settings: FilmSettings) -> type[Film]:
    """The kind of film that settings ask for.

    >>> kind_of(FilmSettings(as_network=True)).__name__
    'NetworkFilm'
    """
    return VideoFilm if settings.video_in is not None else NetworkFilm if settings.as_network else Film


def make_film(timeline: Timeline, settings: FilmSettings, picture: GenerateSettings, **parts: Any) -> Film:
    """The film that settings ask for: shot by a camera, painted over a video, or drawn by one network.

        >>> make_film(timeline, FilmSettings(as_network=True), GenerateSettings.of(generator="cppn"), perceptor=perceptor)

    parts: as `Film` takes them.
    """
    return kind_of(settings)(timeline, settings, picture, **parts)
