"""Procedural captioned scenes: whole pictures of places, drawn from a random generator at any size."""

from __future__ import annotations

from clipgen.scenery import (
    country,
    harbours,
    heights,
    later,
    monuments,
    night,
    open_land,
    sea,
    shores,
    skies,
    towns,
    woods,
)
from clipgen.scenery.moods import MOODS, Mood
from clipgen.scenery.scene import HOURS, LAND, SEA, WEATHER, Scene

_FIRST = (
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
        LAND,
    ),
    Scene(
        ("forest", "green forest", "woodland", "woods"),
        ("in a forest", "in the woods", "among the trees"),
        woods.forest,
        LAND,
    ),
    Scene(
        ("desert", "sandy desert", "desert landscape", "sand dunes"),
        ("in the desert", "among sand dunes", "in a desert landscape"),
        open_land.desert,
        HOURS,
    ),
    Scene(
        ("winter landscape", "snowy landscape", "snow scene", "winter scene", "snowy field"),
        ("in the snow", "in winter", "in a snowy landscape"),
        open_land.winter,
        SEA,
    ),
    Scene(
        ("city skyline", "modern city", "skyline of a city", "city with skyscrapers", "city"),
        ("in a city", "in front of a city skyline", "in the city"),
        towns.city,
        LAND,
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
        SEA,
    ),
    Scene(
        ("flower meadow", "field of flowers", "meadow", "flower field"),
        ("in a meadow", "in a field of flowers", "among flowers"),
        open_land.meadow,
        LAND,
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
        HOURS,
    ),
    Scene(
        ("waterfall", "tall waterfall", "waterfall over a cliff"),
        ("at a waterfall", "in front of a waterfall", "beside a waterfall"),
        heights.waterfall,
        LAND,
    ),
    Scene(
        ("castle on a hill", "castle", "medieval castle", "fairytale castle"),
        ("at a castle", "in front of a castle", "near a castle on a hill"),
        monuments.castle,
        LAND,
    ),
    Scene(
        ("village", "small village", "village in the hills", "country village"),
        ("in a village", "in a small village", "among the houses"),
        towns.village,
        LAND,
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
        SEA,
    ),
    Scene(
        ("lighthouse on a cliff", "lighthouse", "lighthouse by the sea"),
        ("at a lighthouse", "near a lighthouse", "in front of a lighthouse"),
        harbours.lighthouse,
        SEA,
    ),
    Scene(
        ("lake landscape", "lake", "calm lake", "lake with reflections"),
        ("at a lake", "by a lake", "on the shore of a lake"),
        shores.lake,
        LAND,
    ),
    Scene(
        ("jungle", "tropical jungle", "rainforest"),
        ("in the jungle", "in a rainforest", "among jungle leaves"),
        woods.jungle,
        SEA,
    ),
    Scene(
        ("farm", "farm with a red barn", "countryside", "farmland"),
        ("on a farm", "in the countryside", "in a field"),
        country.farm,
        LAND,
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
        LAND,
    ),
    Scene(
        ("garden", "flower garden", "garden path", "park"),
        ("in a garden", "in a flower garden", "on a garden path"),
        country.garden,
        LAND,
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
        LAND,
    ),
    Scene(
        ("tropical island", "island", "desert island", "palm island"),
        ("on a tropical island", "on an island", "near a tropical island"),
        shores.island,
        SEA,
    ),
    Scene(
        ("ancient ruins", "ruined temple", "ancient temple", "ruins of a temple"),
        ("among ancient ruins", "in front of a ruined temple", "in ancient ruins"),
        monuments.ruins,
        LAND,
    ),
    Scene(
        ("pyramids", "egyptian pyramids", "pyramids in the desert"),
        ("in front of the pyramids", "at the pyramids", "near the pyramids"),
        monuments.pyramids,
        HOURS,
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
        LAND,
    ),
    Scene(
        ("sea", "calm sea", "ocean", "sea waves"),  # not "open sea", nor "deep sea": no CLIP was taught either word
        ("on the sea", "at sea", "on the ocean", "on a calm sea"),
        sea.open_sea,
        ("night", *WEATHER, "aurora", "storm"),
    ),
    Scene(
        ("sea at sunset", "sunset over the sea", "sea at dawn", "sea in the evening"),
        ("on the sea at sunset", "at sea in the evening", "on the sea at dawn"),
        sea.sunset_sea,
    ),
)

SCENES: dict[str, Scene] = {scene.names[0]: scene for scene in (*_FIRST, *later.ALL)}

__all__ = ["MOODS", "SCENES", "Mood", "Scene"]
