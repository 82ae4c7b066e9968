"""Procedural captioned scenes: whole pictures of places, drawn from a random generator at any size."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from clipgen.scenery import (
    country,
    fairs,
    halls,
    harbours,
    heights,
    interiors,
    kitchens,
    monuments,
    night,
    open_land,
    sea,
    shores,
    skies,
    streets,
    towns,
    waters,
    woods,
)
from clipgen.scenery.moods import MOODS, Mood

Draw = Callable[[np.random.Generator, int, int], np.ndarray]


@dataclass(frozen=True)
class Scene:
    """A kind of scene: its names in captions, the phrases that place a thing in it, and the function that draws it.

    moods: the names in MOODS of those that change it; a starry night has no other hour, a cave no weather.
    """

    names: tuple[str, ...]
    place: tuple[str, ...]
    draw: Draw
    moods: tuple[str, ...] = ()


_HOURS = ("night", "dusk")
_WEATHER = ("fog", "rain")
_LAND = (*_HOURS, *_WEATHER, "aurora", "snow", "autumn")  # land with plants, by day
_SEA = (*_HOURS, *_WEATHER)

_ALL = (
    Scene(
        ("underwater scene", "scene under the sea", "undersea world", "underwater world"),
        ("underwater", "under the sea", "in an underwater scene"),
        sea.underwater,
    ),
    Scene(
        ("coral reef", "tropical reef", "reef full of corals"),
        ("on a coral reef", "at a coral reef", "above a coral reef"),
        sea.coral_reef,
    ),
    Scene(
        ("sunset", "evening sky at sunset", "red sunset"),
        ("at sunset", "in front of a sunset", "against the setting sun"),
        skies.sunset,
    ),
    Scene(
        ("sunrise", "dawn", "misty morning", "sunrise over the hills"),
        ("at sunrise", "at dawn", "in the early morning"),
        skies.dawn,
    ),
    Scene(
        ("night sky", "starry night", "starry sky", "moonlit night"),
        ("at night", "under the stars", "under a starry sky"),
        night.night_sky,
    ),
    Scene(
        ("mountain landscape", "snowy mountains", "mountain range", "mountains"),
        ("in the mountains", "before snowy mountains", "in a mountain landscape"),
        heights.mountains,
        _LAND,
    ),
    Scene(
        ("forest", "green forest", "woodland", "woods"),
        ("in a forest", "in the woods", "among the trees"),
        woods.forest,
        _LAND,
    ),
    Scene(
        ("desert", "sandy desert", "desert landscape", "sand dunes"),
        ("in the desert", "among sand dunes", "in a desert landscape"),
        open_land.desert,
        _HOURS,
    ),
    Scene(
        ("winter landscape", "snowy landscape", "snow scene", "winter scene", "snowy field"),
        ("in the snow", "in winter", "in a snowy landscape"),
        open_land.winter,
        _SEA,
    ),
    Scene(
        ("city skyline", "modern city", "skyline of a city", "city with skyscrapers"),
        ("in a city", "in front of a city skyline", "in the city"),
        towns.city,
        _LAND,
    ),
    Scene(
        ("city at night", "night city", "city skyline at night", "city lights"),
        ("in a city at night", "in front of city lights", "in the city at night"),
        towns.city_night,
    ),
    Scene(
        ("beach", "sandy beach", "tropical beach", "seaside"),
        ("on a beach", "at the beach", "by the sea"),
        shores.beach,
        _SEA,
    ),
    Scene(
        ("flower meadow", "field of flowers", "meadow", "flower field"),
        ("in a meadow", "in a field of flowers", "among flowers"),
        open_land.meadow,
        _LAND,
    ),
    Scene(
        ("galaxy", "spiral galaxy", "galaxy and stars", "nebula"),
        ("in a galaxy", "in front of a galaxy", "among the stars"),
        night.galaxy,
    ),
    Scene(
        ("thunderstorm", "storm", "stormy sky", "lightning storm"),
        ("in a storm", "in a thunderstorm", "under a stormy sky"),
        skies.storm,
    ),
    Scene(
        ("volcano", "erupting volcano", "volcanic eruption"),
        ("at a volcano", "in front of an erupting volcano", "near a volcano"),
        heights.volcano,
        _HOURS,
    ),
    Scene(
        ("waterfall", "tall waterfall", "waterfall over a cliff"),
        ("at a waterfall", "in front of a waterfall", "beside a waterfall"),
        heights.waterfall,
        _LAND,
    ),
    Scene(
        ("castle on a hill", "castle", "medieval castle", "fairytale castle"),
        ("at a castle", "in front of a castle", "near a castle on a hill"),
        monuments.castle,
        _LAND,
    ),
    Scene(
        ("village", "small village", "village in the hills", "country village"),
        ("in a village", "in a small village", "among the houses"),
        towns.village,
        _LAND,
    ),
    Scene(
        ("rainy day", "rainy street", "rain", "rainy weather"),
        ("in the rain", "on a rainy day", "in a rainy street"),
        skies.rain,
    ),
    Scene(
        ("autumn forest", "fall foliage", "forest in autumn", "autumn landscape"),
        ("in autumn", "in an autumn forest", "among autumn leaves"),
        woods.autumn_forest,
    ),
    Scene(
        ("harbour", "harbor", "harbour with boats", "marina"),
        ("in a harbour", "at the harbor", "among the boats"),
        harbours.harbour,
        _SEA,
    ),
    Scene(
        ("lighthouse on a cliff", "lighthouse", "lighthouse by the sea"),
        ("at a lighthouse", "near a lighthouse", "in front of a lighthouse"),
        harbours.lighthouse,
        _SEA,
    ),
    Scene(
        ("lake landscape", "lake", "calm lake", "lake with reflections"),
        ("at a lake", "by a lake", "on the shore of a lake"),
        shores.lake,
        _LAND,
    ),
    Scene(
        ("jungle", "tropical jungle", "rainforest"),
        ("in the jungle", "in a rainforest", "among jungle leaves"),
        woods.jungle,
        _SEA,
    ),
    Scene(
        ("farm", "farm with a red barn", "countryside", "farmland"),
        ("on a farm", "in the countryside", "in a field"),
        country.farm,
        _LAND,
    ),
    Scene(
        ("northern lights", "aurora", "aurora borealis", "polar lights"),
        ("under the northern lights", "under an aurora", "beneath the aurora"),
        night.aurora,
    ),
    Scene(
        ("winding road", "country road", "road through the hills", "road"),
        ("on a road", "on a winding road", "by the road"),
        towns.road,
        _LAND,
    ),
    Scene(
        ("garden", "flower garden", "garden path"),
        ("in a garden", "in a flower garden", "on a garden path"),
        country.garden,
        _LAND,
    ),
    Scene(("cave", "cavern", "rocky cave"), ("in a cave", "inside a cavern", "in a dark cave"), heights.cave),
    Scene(
        ("ice cave", "frozen cave", "cave of ice"),
        ("in an ice cave", "in a frozen cave", "inside an ice cave"),
        heights.ice_cave,
    ),
    Scene(
        ("outer space", "space", "planets in space", "space scene"),
        ("in space", "in outer space", "among the planets"),
        night.space,
    ),
    Scene(
        ("fireworks", "fireworks over a city", "fireworks display"),
        ("under fireworks", "with fireworks in the sky", "at a fireworks display"),
        night.fireworks,
    ),
    Scene(
        ("rainbow", "rainbow landscape", "rainbow over the hills"),
        ("under a rainbow", "in front of a rainbow", "with a rainbow in the sky"),
        skies.rainbow,
    ),
    Scene(
        ("bridge over a river", "bridge", "river with a bridge"),
        ("at a bridge", "near a bridge over a river", "in front of a bridge"),
        towns.bridge,
        _LAND,
    ),
    Scene(
        ("tropical island", "island", "desert island", "palm island"),
        ("on a tropical island", "on an island", "near a tropical island"),
        shores.island,
        _SEA,
    ),
    Scene(
        ("ancient ruins", "ruined temple", "ancient temple", "ruins of a temple"),
        ("among ancient ruins", "in front of a ruined temple", "in ancient ruins"),
        monuments.ruins,
        _LAND,
    ),
    Scene(
        ("pyramids", "egyptian pyramids", "pyramids in the desert"),
        ("in front of the pyramids", "at the pyramids", "near the pyramids"),
        monuments.pyramids,
        _HOURS,
    ),
    Scene(
        ("sea of clouds", "clouds", "cloudy sky", "blue sky with clouds"),
        ("above the clouds", "in the clouds", "in the sky"),
        skies.cloudscape,
        ("dusk",),
    ),
    Scene(
        ("river valley", "river", "river between hills", "stream in a valley"),
        ("by a river", "on a river", "in a river valley"),
        country.valley,
        _LAND,
    ),
    Scene(
        ("sea", "calm sea", "ocean", "sea waves"),  # not "open sea", nor "deep sea": no CLIP was taught either word
        ("on the sea", "at sea", "on the ocean", "on a calm sea"),
        sea.open_sea,
        ("night", *_WEATHER, "aurora", "storm"),
    ),
    Scene(
        ("sea at sunset", "sunset over the sea", "sea at dawn", "sea in the evening"),
        ("on the sea at sunset", "at sea in the evening", "on the sea at dawn"),
        sea.sunset_sea,
    ),
    Scene(
        ("living room", "living room with a fireplace", "cozy living room", "sitting room"),
        ("in a living room", "in a cozy living room", "by the fireplace", "on the rug of a living room"),
        interiors.living_room,
    ),
    Scene(
        ("kitchen", "cozy kitchen", "kitchen with a stove", "country kitchen"),
        ("in a kitchen", "in a cozy kitchen", "on the kitchen floor"),
        kitchens.kitchen,
    ),
    Scene(
        ("bedroom", "cozy bedroom", "bedroom with a bed", "bedroom with a window"),
        ("in a bedroom", "in a cozy bedroom", "beside a bed"),
        interiors.bedroom,
    ),
    Scene(
        ("library", "old library", "library with tall bookshelves", "library full of books"),
        ("in a library", "in an old library", "among bookshelves"),
        halls.library,
    ),
    Scene(
        ("church interior", "inside of a cathedral", "inside of a church", "cathedral interior"),
        ("in a church", "inside a cathedral", "in a cathedral", "inside a church"),
        halls.church,
    ),
    Scene(
        ("street", "old street", "narrow street", "town street", "street with shops"),
        ("on a street", "in an old street", "in a narrow street", "in the street"),
        streets.street,
        (*_HOURS, *_WEATHER),
    ),
    Scene(
        ("canal in an old town", "canal", "canal in venice", "venice"),
        ("on a canal", "in venice", "on a canal in venice"),
        streets.canal,
        (*_HOURS, *_WEATHER),
    ),
    Scene(
        ("icebergs", "icebergs in the sea", "iceberg", "arctic sea", "ice floes"),
        ("among icebergs", "in the arctic sea", "in front of an iceberg"),
        waters.icebergs,
        ("night", "dusk", "fog", "aurora"),
    ),
    Scene(
        ("wheat field", "field of wheat", "golden field", "field of ripe wheat"),
        ("in a wheat field", "in a golden field", "among the wheat"),
        open_land.wheat_field,
        (*_HOURS, *_WEATHER),
    ),
    Scene(
        ("pond with water lilies", "pond", "water lilies", "lily pond"),
        ("in a pond", "on a pond", "among water lilies"),
        waters.pond,
        (*_HOURS, *_WEATHER),
    ),
    Scene(
        ("fairground", "carnival", "amusement park", "ferris wheel at a fair", "ferris wheel"),
        ("at a fairground", "at the carnival", "in an amusement park", "in front of a ferris wheel"),
        fairs.fairground,
        (*_HOURS, *_WEATHER),
    ),
)

SCENES: dict[str, Scene] = {scene.names[0]: scene for scene in _ALL}

__all__ = ["MOODS", "SCENES", "Mood", "Scene"]
