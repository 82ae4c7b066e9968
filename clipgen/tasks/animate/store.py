"""The folder of a film: keyframes, states and the film's record, whole after the process is killed at any moment."""

from __future__ import annotations

import weakref
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Self, TypedDict, cast

import torch
from PIL import Image

from clipgen.files import write_whole
from clipgen.files.temporary import temporary_folder
from clipgen.generators.base import GeneratorState
from clipgen.media.images import load_image
from clipgen.media.pictures import save_picture
from clipgen.models.weights import save_pickle
from clipgen.synthesis import OptimizerState
from clipgen.tasks.animate.takes import Take

STATE = "state.pt"


class SceneState(TypedDict):
    """What the next keyframe of a scene starts from.

    generator, optimizer: their states; cutouts: state of the random numbers; image: the last keyframe [1, 3, H, W].
    """

    generator: GeneratorState
    optimizer: OptimizerState
    cutouts: torch.Tensor
    image: torch.Tensor


class KeptState(SceneState):
    """A `SceneState` on disk, after `frames` keyframes of its scene."""

    frames: int


class Store:
    """Keyframes and states of scenes, found by what they depend on: a scene that did not change is found again.

        >>> store = Store(Path("outputs/seasons.film"))
        >>> store.keep("state.pt", {"done": 3})
        >>> store.kept("state.pt")
        {'done': 3}

    folder: made when missing. Methods that write raise OutputError where they cannot.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @classmethod
    def temporary(cls) -> Self:
        """A store in a temporary folder, which is deleted with the store."""
        opened = ExitStack()
        store = cls(opened.enter_context(temporary_folder()))
        weakref.finalize(store, opened.close)
        return store

    def state(self, take: Take) -> KeptState | None:
        """What the last whole keyframe of a scene left, or None."""
        state = self.kept(f"scenes/{take.key}/{STATE}")
        if state is None or not state.get("frames"):
            return None
        kept = cast(KeptState, state)
        return kept if all(self.path(take, number).exists() for number in range(kept["frames"])) else None

    def keep(self, name: str, state: Mapping[str, object]) -> None:
        """Write a state, whole or not at all, to a file of the folder."""
        save_pickle(self.folder / name, state)

    def kept(self, name: str) -> dict[str, object] | None:
        """What `keep` wrote, or None."""
        try:
            state = torch.load(self.folder / name, map_location="cpu", weights_only=True)
        except Exception:  # missing, or not written by `keep`: what it stood for is made again
            return None
        return state if isinstance(state, dict) else None

    def preview(self, picture: Image.Image) -> None:
        """Write the newest picture to preview.png, for people who watch the folder."""
        with write_whole(self.folder / "preview.png") as part:
            picture.save(part)

    def path(self, take: Take, number: int) -> Path:
        """The file of a scene's keyframe."""
        return self.folder / "scenes" / take.key / f"{number:05d}.png"

    def add(self, take: Take, number: int, picture: Image.Image, state: SceneState) -> None:
        """Write a keyframe, and after it the state that the next one starts from: each whole or not at all."""
        save_picture(self.path(take, number), picture, {"prompt": take.scene.prompt, "keyframe": number})
        self.keep(f"scenes/{take.key}/{STATE}", {**state, "frames": number + 1})
        self.preview(picture)

    def load(self, take: Take, number: int) -> torch.Tensor:
        """A keyframe as [1, 3, H, W] in [0, 1]."""
        return load_image(self.path(take, number))
