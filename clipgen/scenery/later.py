"""Scenes that were added later: new ones come last, so that each keeps its place in the order of all."""

from __future__ import annotations

from clipgen.scenery import (
    cafes,
    classrooms,
    fairs,
    greenhouses,
    halls,
    interiors,
    kitchens,
    laboratories,
    offices,
    open_land,
    palaces,
    streets,
    tables,
    taverns,
    waters,
)
from clipgen.scenery.scene import HOURS, WEATHER, Scene

ALL = (
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
        (*HOURS, *WEATHER),
    ),
    Scene(
        ("canal in an old town", "canal", "canal in venice", "venice"),
        ("on a canal", "in venice", "on a canal in venice"),
        streets.canal,
        (*HOURS, *WEATHER),
    ),
    Scene(
        ("icebergs", "icebergs in the sea", "iceberg", "ice floes in the arctic"),
        ("among icebergs", "in the arctic", "in front of an iceberg"),
        waters.icebergs,
        ("night", "fog", "aurora"),
    ),
    Scene(
        ("wheat field", "field of wheat", "golden field", "field of ripe wheat"),
        ("in a wheat field", "in a golden field", "among the wheat"),
        open_land.wheat_field,
        (*HOURS, *WEATHER),
    ),
    Scene(
        ("pond with water lilies", "pond", "water lilies", "lily pond"),
        ("in a pond", "on a pond", "among water lilies"),
        waters.pond,
        WEATHER,
    ),
    Scene(
        ("fairground", "carnival", "amusement park", "ferris wheel at a fair", "ferris wheel"),
        ("at a fairground", "at the carnival", "in an amusement park", "in front of a ferris wheel"),
        fairs.fairground,
        (*HOURS, *WEATHER),
    ),
    Scene(
        ("wooden table", "table top", "table by a window", "desk"),
        ("on a wooden table", "on the table", "on a desk", "on a table"),
        tables.wooden_table,
    ),
    Scene(
        ("cafe", "coffee shop", "bakery", "bakery shop", "restaurant"),
        ("in a cafe", "in a bakery", "at a restaurant"),
        cafes.cafe,
    ),
    Scene(
        ("classroom", "school classroom", "classroom with a blackboard"),
        ("in a classroom", "at school"),
        classrooms.classroom,
    ),
    Scene(
        ("greenhouse", "glasshouse", "hothouse"),
        ("in a greenhouse", "inside a greenhouse"),
        greenhouses.greenhouse,
        HOURS,
    ),
    Scene(
        ("tavern", "medieval tavern", "inn", "pub"),
        ("in a tavern", "at the tavern", "in a pub"),
        taverns.tavern,
    ),
    Scene(
        ("throne room", "palace hall", "castle hall", "ballroom", "great hall"),
        ("in a throne room", "in a palace", "in a ballroom"),
        palaces.throne_room,
    ),
    Scene(
        ("laboratory", "science lab", "chemistry lab"),
        ("in a laboratory", "in a lab"),
        laboratories.laboratory,
    ),
    Scene(
        ("office", "study", "office with a computer", "workplace"),
        ("in an office", "at the office", "in a study"),
        offices.office,
    ),
)
