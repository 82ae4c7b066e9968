"""What paints the frames of a film: keyframes under a camera, keyframes over a video, or one network.

>>> kind_of(FilmSettings(as_network=True)).painter.__name__
'NetworkPainter'
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from clipgen.parts import Parts
from clipgen.settings import FilmSettings, GenerateSettings
from clipgen.tasks.animate.outline import Outline
from clipgen.tasks.animate.painter import Painter
from clipgen.tasks.animate.painters import camera, network, video
from clipgen.tasks.animate.store import Store
from clipgen.tasks.animate.takes import Fingerprints
from clipgen.timelines import Timeline


class Open(Protocol):
    """Makes a painter of an outline, with the pool of its models and the folder of the film."""

    def __call__(
        self, outline: Outline, store: Store, *, parts: Parts, weights: Path | None = None
    ) -> Painter: ...


@dataclass(frozen=True)
class Kind:
    """A way to paint films.

    outline: lays a film out without any model; painter: paints an outline.
    """

    outline: Callable[[Timeline, FilmSettings, GenerateSettings, Fingerprints], Outline]
    painter: Open


CAMERA = Kind(camera.outline, camera.CameraPainter)
VIDEO = Kind(video.outline, video.VideoPainter)
NETWORK = Kind(network.outline, network.NetworkPainter)


def kind_of(settings: FilmSettings) -> Kind:
    """The way of painting that settings ask for."""
    return VIDEO if settings.video_in is not None else NETWORK if settings.as_network else CAMERA
