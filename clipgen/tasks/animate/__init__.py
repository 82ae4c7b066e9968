"""Scenes to film: a timeline, a painter that makes its pictures, and a projector that writes them.

>>> picture = GenerateSettings.of(generator="pixels", size=(32, 32), steps=2, cutn=2, seed=7)
>>> settings = AnimateSettings(FilmSettings(keyframes=2, seconds_per_scene=1), picture)
>>> film = make_film(Job("animate", Inputs(timeline=timeline), settings), parts)
>>> film.save("outputs/scenes.gif")
PosixPath('outputs/scenes.gif')
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
