"""Where a film's keyframes lie until it is written, and after: a folder that a killed run leaves whole."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import torch
from PIL import Image

from clipgen.files import write_whole
from clipgen.media.images import load_image
from clipgen.media.pictures import save_picture
from clipgen.tasks.animate.takes import Take

STATE = "state.pt"


class Store:
    """Keyframes and states of scenes, by what they depend on: a scene that did not change is found again.

        >>> store = Store(Path("outputs/seasons.film"))
        >>> store.add(take, 0, picture, state)
        >>> store.state(take)["frames"]
        1

    folder: made when missing. Raises ImageError where it cannot be written.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def state(self, take: Take) -> dict[str, Any] | None:
        """What the last whole keyframe of a scene left, or None."""
        state = self.kept(f"scenes/{take.key}/{STATE}")
        done = state is not None and state.get("frames", 0)
        return state if done and all(self.path(take, i).exists() for i in range(done)) else None

    def keep(self, name: str, state: dict[str, Any]) -> None:
        """Write a state, whole or not at all, to a file of the folder."""
        packed = io.BytesIO()
        torch.save(state, packed)
        with write_whole(self.folder / name) as part:
            part.write_bytes(packed.getbuffer())

    def kept(self, name: str) -> dict[str, Any] | None:
        """What `keep` wrote, or None."""
        try:
            state = torch.load(self.folder / name, map_location="cpu", weights_only=True)
        except Exception:  # missing, or not ours: it is made again
            return None
        return state if isinstance(state, dict) else None

    def preview(self, picture: Image.Image) -> None:
        """Show the last picture to whoever watches the folder."""
        with write_whole(self.folder / "preview.png") as part:
            picture.save(part)

    def path(self, take: Take, number: int) -> Path:
        """Of a keyframe of a scene."""
        return self._home(take) / f"{number:05d}.png"

    def add(self, take: Take, number: int, picture: Image.Image, state: dict[str, Any]) -> None:
        """Keep a keyframe, and after it the state that the next one starts from: each whole or not at all."""
        save_picture(self.path(take, number), picture, {"prompt": take.scene.prompt, "keyframe": number})
        self.keep(f"scenes/{take.key}/{STATE}", {**state, "frames": number + 1})
        self.preview(picture)

    def load(self, take: Take, number: int) -> torch.Tensor:
        """A keyframe as [1, 3, H, W] in [0, 1]."""
        return load_image(self.path(take, number))

    def note(self, about: dict[str, Any]) -> None:
        """Write what a resumed run must know again."""
        with write_whole(self.folder / "film.json") as part:
            part.write_text(json.dumps(about, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")

    def noted(self) -> dict[str, Any]:
        """What `note` wrote; empty when there is nothing."""
        try:
            about = json.loads((self.folder / "film.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return about if isinstance(about, dict) else {}

    def _home(self, take: Take) -> Path:
        return self.folder / "scenes" / take.key
