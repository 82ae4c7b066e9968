"""clipgen: words to picture and back, with CLIP.

    import clipgen

    image = clipgen.generate("underwater scene Van Gogh", seed=7)   # a PIL image
    image.save("reef.png")                                          # the settings travel in the PNG

    for step in clipgen.stream("a paper fox | watercolor:0.4", generator="cppn", steps=300):
        if max(step.score) > 0.35:                                  # a plain iterator: stop when happy
            break
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from clipgen.errors import ClipgenError as ClipgenError
    from clipgen.errors import DeviceError as DeviceError
    from clipgen.errors import ImageError as ImageError
    from clipgen.errors import NonFiniteError as NonFiniteError
    from clipgen.errors import OutputError as OutputError
    from clipgen.errors import PromptError as PromptError
    from clipgen.errors import SettingsError as SettingsError
    from clipgen.errors import UnknownNameError as UnknownNameError
    from clipgen.errors import WeightsError as WeightsError
    from clipgen.jobs import Inputs as Inputs
    from clipgen.jobs import Job as Job
    from clipgen.settings import FilmSettings as FilmSettings
    from clipgen.settings import GenerateSettings as GenerateSettings
    from clipgen.studio import Studio as Studio
    from clipgen.studio import animate as animate
    from clipgen.studio import caption as caption
    from clipgen.studio import classify as classify
    from clipgen.studio import close as close
    from clipgen.studio import compare as compare
    from clipgen.studio import curate as curate
    from clipgen.studio import detect as detect
    from clipgen.studio import duplicates as duplicates
    from clipgen.studio import edit as edit
    from clipgen.studio import estimate as estimate
    from clipgen.studio import generate as generate
    from clipgen.studio import moderate as moderate
    from clipgen.studio import moderate_text as moderate_text
    from clipgen.studio import orient as orient
    from clipgen.studio import pair as pair
    from clipgen.studio import rank as rank
    from clipgen.studio import sample as sample
    from clipgen.studio import scenes as scenes
    from clipgen.studio import search as search
    from clipgen.studio import stream as stream
    from clipgen.studio import track as track
    from clipgen.train.tune import tune as tune

__version__ = "0.1.0"

# PEP 562: torch takes seconds to import, so `import clipgen` and `clipgen --help` must not touch it
_HOMES = {
    "animate": "clipgen.studio",
    "caption": "clipgen.studio",
    "classify": "clipgen.studio",
    "close": "clipgen.studio",
    "compare": "clipgen.studio",
    "curate": "clipgen.studio",
    "detect": "clipgen.studio",
    "duplicates": "clipgen.studio",
    "edit": "clipgen.studio",
    "estimate": "clipgen.studio",
    "generate": "clipgen.studio",
    "moderate": "clipgen.studio",
    "moderate_text": "clipgen.studio",
    "pair": "clipgen.studio",
    "orient": "clipgen.studio",
    "rank": "clipgen.studio",
    "sample": "clipgen.studio",
    "scenes": "clipgen.studio",
    "search": "clipgen.studio",
    "stream": "clipgen.studio",
    "track": "clipgen.studio",
    "tune": "clipgen.train.tune",
    "Studio": "clipgen.studio",
    "Inputs": "clipgen.jobs",
    "Job": "clipgen.jobs",
    "FilmSettings": "clipgen.settings",
    "GenerateSettings": "clipgen.settings",
    "ClipgenError": "clipgen.errors",
    "DeviceError": "clipgen.errors",
    "ImageError": "clipgen.errors",
    "NonFiniteError": "clipgen.errors",
    "OutputError": "clipgen.errors",
    "PromptError": "clipgen.errors",
    "SettingsError": "clipgen.errors",
    "UnknownNameError": "clipgen.errors",
    "WeightsError": "clipgen.errors",
}

__all__ = [
    "ClipgenError",
    "DeviceError",
    "FilmSettings",
    "GenerateSettings",
    "ImageError",
    "Inputs",
    "Job",
    "NonFiniteError",
    "OutputError",
    "PromptError",
    "SettingsError",
    "Studio",
    "UnknownNameError",
    "WeightsError",
    "__version__",
    "animate",
    "caption",
    "classify",
    "close",
    "compare",
    "curate",
    "detect",
    "duplicates",
    "edit",
    "estimate",
    "generate",
    "moderate",
    "moderate_text",
    "pair",
    "orient",
    "rank",
    "sample",
    "scenes",
    "search",
    "stream",
    "track",
    "tune",
]


# a type checker has the imports above: with this function it would accept any name
if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        if name not in _HOMES:
            raise AttributeError(f"module 'clipgen' has no attribute {name!r}")
        value = getattr(importlib.import_module(_HOMES[name]), name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
