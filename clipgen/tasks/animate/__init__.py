"""Scenes to film.

>>> film = Film(read_timeline("prompts/seasons.txt"), perceptor=perceptor)
>>> for step in film.shoot():
...     print(step.score)
"""

from clipgen.tasks.animate.film import Film, Frame
from clipgen.tasks.animate.takes import Take, plan

__all__ = ["Film", "Frame", "Take", "plan"]
