"""The names of colours and their values.

>>> COLOURS["navy"]
(20, 30, 90)
"""

from __future__ import annotations

#: red, green and blue, 0 to 255
COLOURS: dict[str, tuple[int, int, int]] = {
    "red": (220, 40, 40),
    "orange": (255, 140, 20),
    "yellow": (250, 220, 40),
    "green": (50, 160, 60),
    "teal": (20, 150, 150),
    "cyan": (70, 210, 230),
    "blue": (45, 90, 215),
    "navy": (20, 30, 90),
    "purple": (130, 60, 170),
    "magenta": (215, 40, 170),
    "pink": (245, 150, 195),
    "brown": (125, 80, 45),
    "beige": (225, 205, 165),
    "white": (250, 250, 250),
    "grey": (128, 128, 128),
    "black": (12, 12, 14),
}
