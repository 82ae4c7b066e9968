"""What the painters of keyframes share: the order in which scenes are painted, and dissolves between them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor

from clipgen.errors import SettingsError
from clipgen.parts import Parts
from clipgen.settings import GenerateSettings
from clipgen.synthesis import Step
from clipgen.tasks.animate.outline import Outline
from clipgen.tasks.animate.painter import PageData
from clipgen.tasks.animate.reel import Reel
from clipgen.tasks.animate.scene import SceneRun, aims_at
from clipgen.tasks.animate.setup import SceneSetup, aims_of, perceptor_of, set_up_scene
from clipgen.tasks.animate.store import KeptState
from clipgen.tasks.animate.takes import Take
from clipgen.tasks.generate.targets import Targets, note_wording
from clipgen.timelines import ease

#: from a scene and a place among the keyframes to a picture [1, 3, H, W]
Blend = Callable[[Take, float], Tensor]


class SceneLoader:
    """Loads what the scenes of a film are painted with.

    parts: the pool to load from; weights: of the generator, None for those of its name; notes: gets what the user
    should know.
    """

    def __init__(self, outline: Outline, parts: Parts, weights: Path | None) -> None:
        self.outline, self.parts, self.weights = outline, parts, weights
        self.notes: list[str] = []
        self._loaded = False

    def load(self, take: Take, picture: GenerateSettings, *, held: bool = True) -> SceneSetup:
        """Load what paints a scene with these settings; held: see `set_up_scene`, which also says what is raised."""
        setup = set_up_scene(take.scene.prompt, picture, self.parts, weights=self.weights, held=held)
        if not self._loaded:
            prompts = [every.scene.prompt for every in self.outline.takes]
            self._note(note_wording(prompts, perceptor_of(picture, self.parts), setup.parts.settings.init.start))
            self._loaded = True
        self._note(setup.notes)
        return setup

    def aims_before(self, take: Take) -> Targets | None:
        """What the scene before aims at last, where this one grows out of it."""
        if take.fresh:
            return None
        before, notes = self.outline.takes[take.index - 1], list[str]()
        perceptor = perceptor_of(before.picture, self.parts)
        targets = aims_of(before.scene.prompt, before.picture, perceptor=perceptor, notes=notes)
        self._note(notes)
        return aims_at(before, targets, (before.count - 1) / self.outline.settings.keyframes)

    def _note(self, notes: list[str]) -> None:
        self.notes += [note for note in notes if note not in self.notes]


def paint_keyframes(reel: Reel, open_scene: Callable[[Take], SceneRun]) -> Iterator[Step]:
    """Optimise every keyframe that is missing; each is on disk before the next begins.

    open_scene: loads what paints a scene.
    """
    total, index = reel.steps, 0
    for take in reel.outline.takes:
        if reel.done(take) == take.count:
            continue
        for shot in open_scene(take).paint(_start(reel, take)):
            if shot.state is not None:
                reel.add(take, shot.number, shot.state)
            yield replace(shot.step, index=index, total=total)
            index += 1


def dissolved(reel: Reel, seconds: float, blend: Blend) -> Tensor:
    """The picture of a moment, faded in over the last one of the scene before where it comes by a dissolve."""
    place = seconds * reel.outline.settings.keyframes
    take = reel.outline.take_at(min(int(place), reel.count - 1))
    image = blend(take, place)
    if take.transition != "dissolve" or place - take.first >= take.turning:
        return image
    ghost = blend(reel.outline.takes[take.index - 1], take.first - 1)
    return torch.lerp(ghost, image, ease((place - take.first) / take.turning))


def check_size(size: tuple[int, int] | None, image: Tensor) -> None:
    """Raise SettingsError for another size than that of a keyframe [1, 3, H, W]."""
    own = image.shape[-1], image.shape[-2]
    if size is not None and size != own:
        raise SettingsError(
            f"size is {size[0]} x {size[1]}; this film has keyframes of {own[0]} x {own[1]} pixels: "
            "only a film with as_network is drawn at any size",
            settings=["size"],
        )


def no_page() -> PageData:
    """Raise SettingsError: keyframes are no page."""
    raise SettingsError(
        "a page can only be made of a film with as_network; set it, and generator cppn",
        settings={"as_network": True, "generator": "cppn"},
    )


def _start(reel: Reel, take: Take) -> KeptState | None:
    """The state that a scene's next keyframe starts from, None where that is a picture of its own."""
    state = reel.store.state(take)
    if state is not None or take.fresh:
        return state
    before = reel.store.state(reel.outline.takes[take.index - 1])
    assert before is not None  # scenes are painted in order
    return {**before, "frames": 0}
