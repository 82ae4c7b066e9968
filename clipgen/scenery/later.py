"""Scenes that were added later: new ones come last, so that each keeps its place in the order of all."""

from __future__ import annotations

from clipgen.scenery import (
    alleys,
    bamboo,
    bathrooms,
    cabins,
    cafes,
    classrooms,
    fairs,
    galleries,
    greenhouses,
    halls,
    interiors,
    kitchens,
    markets,
    open_land,
    orchards,
    playgrounds,
    pools,
    porches,
    rooftops,
    savannas,
    sills,
    spaceships,
    stadiums,
    stages,
    stations,
    streets,
    surfaces,
    tables,
    waters,
    workshops,
)
from clipgen.scenery.scene import HOURS, LAND, WEATHER, Scene

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
        ("classroom", "schoolroom", "classroom with a blackboard"),
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
        ("moon surface", "lunar landscape", "surface of the moon", "craters of the moon"),
        ("on the moon", "on the surface of the moon", "among the craters of the moon"),
        surfaces.moon_surface,
    ),
    Scene(
        ("market", "market square", "market stalls", "spice market", "bazaar"),
        ("at a market", "on a market", "in a bazaar", "among market stalls"),
        markets.market,
        (*HOURS, *WEATHER),
    ),
    Scene(
        ("brick wall", "old brick wall", "wall of bricks", "red brick wall"),
        ("in front of a brick wall", "against a brick wall", "on a brick wall", "in front of an old brick wall"),
        surfaces.brick_wall,
        (*HOURS, *WEATHER),
    ),
    Scene(
        ("playground", "playground with a slide", "children's playground", "playground with swings"),
        ("on a playground", "in a playground", "beside a slide on a playground"),
        playgrounds.playground,
        LAND,
    ),
    Scene(
        ("neon alley", "alley with neon signs", "alley at night", "alley"),
        ("in an alley", "in a neon alley", "in an alley at night"),
        alleys.neon_alley,
    ),
    Scene(
        ("window sill", "windowsill", "windowpane", "view from a window"),
        ("on a window sill", "on the windowsill", "at the window", "behind a windowpane"),
        sills.window_sill,
    ),
    Scene(
        ("theatre stage", "stage", "theater stage", "stage with red curtains"),
        ("on a stage", "on stage", "on a theatre stage"),
        stages.stage,
    ),
    Scene(
        ("football field", "soccer field", "sports field", "football pitch", "stadium"),
        ("on a football field", "on a soccer field", "in a stadium"),
        stadiums.football_field,
        (*HOURS, *WEATHER),
    ),
    Scene(
        ("savanna", "african savanna", "savannah", "dry grassland"),
        ("in the savanna", "on the savanna", "in the african savanna"),
        savannas.savanna,
        (*HOURS, "rain"),
    ),
    Scene(
        ("train station", "railway station", "station platform", "railway platform"),
        ("at a train station", "on a station platform", "at the station"),
        stations.station,
        (*HOURS, "fog"),  # no rain: it has a roof
    ),
    Scene(
        ("spring orchard", "cherry blossoms", "blossoming trees", "orchard", "park in spring"),
        ("under cherry blossoms", "in an orchard", "among blossoming trees"),
        orchards.orchard,
        (*HOURS, *WEATHER),
    ),
    Scene(
        ("cabin in the woods", "log cabin", "cabin", "wooden hut in the forest"),
        ("in front of a log cabin", "at a cabin in the woods", "by a cabin"),
        cabins.cabin,
        LAND,
    ),
    Scene(
        ("swimming pool", "pool", "poolside"),
        ("at a swimming pool", "by the pool", "in a swimming pool"),
        pools.swimming_pool,
        HOURS,
    ),
    Scene(
        ("front porch", "porch", "house with a porch", "front door of a house"),
        ("on a porch", "on the doorstep", "in front of a house"),
        porches.front_porch,
        (*HOURS, *WEATHER, "snow", "autumn"),
    ),
    Scene(
        ("rooftop", "roof terrace", "rooftops", "roofs of a city"),
        ("on a rooftop", "on the roof", "over the rooftops"),
        rooftops.rooftop,
        (*HOURS, *WEATHER),
    ),
    Scene(
        ("bamboo forest", "bamboo grove", "bamboo"),
        ("in a bamboo forest", "among bamboo"),
        bamboo.bamboo_forest,
        ("dusk", *WEATHER),
    ),
    Scene(
        ("bathroom", "bathroom with a bathtub", "tiled bathroom"),
        ("in a bathroom", "in the bathroom"),
        bathrooms.bathroom,
    ),
    Scene(
        ("art gallery", "museum", "picture gallery"),
        ("in a museum", "in an art gallery"),
        galleries.art_gallery,
    ),
    Scene(
        ("workshop", "garage", "carpenter's workshop", "tool shed"),
        ("in a workshop", "in a garage"),
        workshops.workshop,
    ),
    Scene(
        ("spaceship bridge", "spaceship cockpit", "inside of a spaceship", "space station"),
        ("in a spaceship", "on a space station", "inside a spaceship"),
        spaceships.spaceship_bridge,
    ),
)
