"""Procedural captioned scenes: whole pictures of places, drawn from a random generator at any size."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from . import nature, places, sky

Draw = Callable[[np.random.Generator, int, int], np.ndarray]


@dataclass(frozen=True)
class Scene:
    """A kind of scene: what captions call it, how they place a thing in it, and how it is drawn."""

    names: tuple[str, ...]
    place: tuple[str, ...]
    draw: Draw


_ALL = (
    Scene(
        ("underwater scene", "scene under the sea", "undersea world", "underwater world"),
        ("underwater", "under the sea", "in an underwater scene"),
        nature.underwater,
    ),
    Scene(
        ("coral reef", "tropical reef", "reef full of corals"),
        ("on a coral reef", "at a coral reef", "above a coral reef"),
        nature.coral_reef,
    ),
    Scene(
        ("sunset", "evening sky at sunset", "red sunset"),
        ("at sunset", "in front of a sunset", "against the setting sun"),
        sky.sunset,
    ),
    Scene(
        ("sunrise", "dawn", "misty morning", "sunrise over the hills"),
        ("at sunrise", "at dawn", "in the early morning"),
        sky.dawn,
    ),
    Scene(
        ("night sky", "starry night", "starry sky", "moonlit night"),
        ("at night", "under the stars", "under a starry sky"),
        sky.night_sky,
    ),
    Scene(
        ("mountain landscape", "snowy mountains", "mountain range", "mountains"),
        ("in the mountains", "before snowy mountains", "in a mountain landscape"),
        nature.mountains,
    ),
    Scene(
        ("forest", "green forest", "woodland", "woods"),
        ("in a forest", "in the woods", "among the trees"),
        nature.forest,
    ),
    Scene(
        ("desert", "sandy desert", "desert landscape", "sand dunes"),
        ("in the desert", "among sand dunes", "in a desert landscape"),
        nature.desert,
    ),
    Scene(
        ("winter landscape", "snowy landscape", "snow scene", "winter scene"),
        ("in the snow", "in winter", "in a snowy landscape"),
        nature.winter,
    ),
    Scene(
        ("city skyline", "modern city", "skyline of a city", "city with skyscrapers"),
        ("in a city", "in front of a city skyline", "in the city"),
        places.city,
    ),
    Scene(
        ("city at night", "night city", "city skyline at night", "city lights"),
        ("in a city at night", "in front of city lights", "in the city at night"),
        places.city_night,
    ),
    Scene(
        ("beach", "sandy beach", "tropical beach", "seaside"),
        ("on a beach", "at the beach", "by the sea"),
        nature.beach,
    ),
    Scene(
        ("flower meadow", "field of flowers", "meadow", "flower field"),
        ("in a meadow", "in a field of flowers", "among flowers"),
        nature.meadow,
    ),
    Scene(
        ("galaxy", "spiral galaxy", "galaxy and stars", "nebula"),
        ("in a galaxy", "in front of a galaxy", "among the stars"),
        sky.galaxy,
    ),
    Scene(
        ("thunderstorm", "storm", "stormy sky", "lightning storm"),
        ("in a storm", "in a thunderstorm", "under a stormy sky"),
        sky.storm,
    ),
    Scene(
        ("volcano", "erupting volcano", "volcanic eruption"),
        ("at a volcano", "in front of an erupting volcano", "near a volcano"),
        nature.volcano,
    ),
    Scene(
        ("waterfall", "tall waterfall", "waterfall over a cliff"),
        ("at a waterfall", "in front of a waterfall", "beside a waterfall"),
        nature.waterfall,
    ),
    Scene(
        ("castle on a hill", "castle", "medieval castle", "fairytale castle"),
        ("at a castle", "in front of a castle", "near a castle on a hill"),
        places.castle,
    ),
    Scene(
        ("village", "small village", "village in the hills", "country village"),
        ("in a village", "in a small village", "among the houses"),
        places.village,
    ),
    Scene(
        ("rainy day", "rainy street", "rain", "rainy weather"),
        ("in the rain", "on a rainy day", "in a rainy street"),
        sky.rain,
    ),
    Scene(
        ("autumn forest", "fall foliage", "forest in autumn", "autumn landscape"),
        ("in autumn", "in an autumn forest", "among autumn leaves"),
        nature.autumn_forest,
    ),
    Scene(
        ("harbour", "harbor", "harbour with boats", "marina"),
        ("in a harbour", "at the harbor", "among the boats"),
        places.harbour,
    ),
    Scene(
        ("lighthouse on a cliff", "lighthouse", "lighthouse by the sea"),
        ("at a lighthouse", "near a lighthouse", "in front of a lighthouse"),
        places.lighthouse,
    ),
    Scene(
        ("lake landscape", "lake", "calm lake", "lake with reflections"),
        ("at a lake", "by a lake", "on the shore of a lake"),
        nature.lake,
    ),
    Scene(
        ("jungle", "tropical jungle", "rainforest"),
        ("in the jungle", "in a rainforest", "among jungle leaves"),
        nature.jungle,
    ),
    Scene(
        ("farm", "farm with a red barn", "countryside", "farmland"),
        ("on a farm", "in the countryside", "in a field"),
        places.farm,
    ),
    Scene(
        ("northern lights", "aurora", "aurora borealis", "polar lights"),
        ("under the northern lights", "under an aurora", "beneath the aurora"),
        sky.aurora,
    ),
    Scene(
        ("winding road", "country road", "road through the hills", "road"),
        ("on a road", "on a winding road", "by the road"),
        places.road,
    ),
    Scene(
        ("garden", "flower garden", "garden path"),
        ("in a garden", "in a flower garden", "on a garden path"),
        places.garden,
    ),
    Scene(("cave", "cavern", "rocky cave"), ("in a cave", "inside a cavern", "in a dark cave"), nature.cave),
    Scene(
        ("ice cave", "frozen cave", "cave of ice"),
        ("in an ice cave", "in a frozen cave", "inside an ice cave"),
        nature.ice_cave,
    ),
    Scene(
        ("outer space", "space", "planets in space", "space scene"),
        ("in space", "in outer space", "among the planets"),
        sky.space,
    ),
    Scene(
        ("fireworks", "fireworks over a city", "fireworks display"),
        ("under fireworks", "with fireworks in the sky", "at a fireworks display"),
        sky.fireworks,
    ),
    Scene(
        ("rainbow", "rainbow landscape", "rainbow over the hills"),
        ("under a rainbow", "in front of a rainbow", "with a rainbow in the sky"),
        sky.rainbow,
    ),
    Scene(
        ("bridge over a river", "bridge", "river with a bridge"),
        ("at a bridge", "near a bridge over a river", "in front of a bridge"),
        places.bridge,
    ),
    Scene(
        ("tropical island", "island", "desert island", "palm island"),
        ("on a tropical island", "on an island", "near a tropical island"),
        nature.island,
    ),
    Scene(
        ("ancient ruins", "ruined temple", "ancient temple", "ruins of a temple"),
        ("among ancient ruins", "in front of a ruined temple", "in ancient ruins"),
        places.ruins,
    ),
    Scene(
        ("pyramids", "egyptian pyramids", "pyramids in the desert"),
        ("in front of the pyramids", "at the pyramids", "near the pyramids"),
        places.pyramids,
    ),
)

SCENES: dict[str, Scene] = {scene.names[0]: scene for scene in _ALL}

__all__ = ["SCENES", "Scene"]
