"""The keyframes of a film that are on disk, numbered through the whole film."""

from __future__ import annotations

from functools import lru_cache

from torch import Tensor

from clipgen.media.images import to_pil
from clipgen.tasks.animate.outline import Outline
from clipgen.tasks.animate.store import SceneState, Store
from clipgen.tasks.animate.takes import Take

_LOADED = 6  # keyframes that stay in memory: a frame is blended from four, and a dissolve looks at two scenes


class Reel:
    """What is painted already of a film, and what is missing.

        >>> film = clipgen.animate("prompts/seasons.txt", fps=4, keyframes=2)
        >>> reel = Reel(film.outline, film.store)
        >>> reel.count, reel.steps == film.outline.steps
        (0, True)

    outline: of the film; store: its folder, whose keyframes are counted once, here, and by `add`.
    """

    def __init__(self, outline: Outline, store: Store) -> None:
        self.outline, self.store = outline, store
        states = [store.state(take) for take in outline.takes]
        self._done = [0 if state is None else state["frames"] for state in states]
        self._loaded = lru_cache(maxsize=_LOADED)(self._load)

    def done(self, take: Take) -> int:
        """Keyframes of a scene that are painted."""
        return self._done[take.index]

    def whole(self) -> list[int]:
        """The numbers of the scenes whose keyframes are all painted."""
        return [take.index for take in self.outline.takes if self.done(take) == take.count]

    @property
    def count(self) -> int:
        """Keyframes of the film up to the first that is missing."""
        for take in self.outline.takes:
            if self.done(take) < take.count:
                return take.first + self.done(take)
        return self.outline.keyframes

    @property
    def steps(self) -> int:
        """Optimisation steps that are still to do."""
        return sum(take.steps(self.outline.settings, self.done(take)) for take in self.outline.takes)

    def add(self, take: Take, number: int, state: SceneState) -> None:
        """Write a keyframe and the state after it."""
        self.store.add(take, number, to_pil(state["image"][0]), state)
        self._done[take.index] = number + 1

    def keyframe(self, number: int) -> Tensor:
        """A keyframe by its number in the film: [1, 3, H, W] in [0, 1]."""
        return self._loaded(number)

    def middle(self, take: Take) -> Tensor:
        """The keyframe in the middle of a scene, or the last one of a scene that is painted for less than half."""
        return self.keyframe(take.first + min(take.count // 2, self.done(take) - 1))

    def unbroken(self, take: Take) -> tuple[int, int]:
        """The first and the last painted keyframe of the stretch without a cut that a scene belongs to."""
        low, end = self.outline.unbroken(take)
        return low, min(end, self.count) - 1

    def _load(self, number: int) -> Tensor:
        take = self.outline.take_at(number)
        return self.store.load(take, number - take.first)
