"""Scenes to film: a timeline, a painter that makes its pictures, and a projector that writes them.

>>> settings = FilmSettings(keyframes=2, seconds_per_scene=1)
>>> film = make_film(timeline, settings, GenerateSettings.of(generator="pixels", seed=7), perceptor=perceptor)
>>> for step in film.shoot():
...     print(step.score)
"""

from clipgen.tasks.animate.extras import write_extras
from clipgen.tasks.animate.film import Film
from clipgen.tasks.animate.make import make_film, outline_film
from clipgen.tasks.animate.outline import Outline
from clipgen.tasks.animate.projector import Frame, projector_to
from clipgen.tasks.animate.record import FilmRecord, Output, read_record
from clipgen.tasks.animate.takes import Take

__all__ = [
    "Film",
    "FilmRecord",
    "Frame",
    "Outline",
    "Output",
    "Take",
    "make_film",
    "outline_film",
    "projector_to",
    "read_record",
    "write_extras",
]
