"""The plan of a film: how many pictures each scene takes, how it begins, and what they depend on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from clipgen.errors import SettingsError
from clipgen.prompts import parse_prompts
from clipgen.settings import FilmSettings, GenerateSettings
from clipgen.timelines import Scene, Timeline, Track


@dataclass(frozen=True)
class Take:
    """One scene as it is shot.

    index: in the film; scene: with the film's style in its prompt; picture: settings, complete but for the generator's
    own; first, count: its keyframes in the film; transition: how it comes about, over so many keyframes `turning`; end:
    it ends where the film began; key: changes with all that its pictures depend on.
    """

    index: int
    scene: Scene
    picture: GenerateSettings
    tracks: Mapping[str, Track]
    first: int
    count: int
    transition: str
    turning: int
    end: bool
    key: str

    @property
    def fresh(self) -> bool:
        """Whether it begins with a picture of its own, not with the last one of the scene before."""
        return self.first == 0 or self.transition != "morph"


def plan(
    timeline: Timeline, film: FilmSettings, picture: GenerateSettings, *, models: Mapping[str, str | None]
) -> list[Take]:
    """Lay scenes out in time.

        >>> [take.count for take in plan(timeline, FilmSettings(keyframes=6), GenerateSettings.of(seed=7), models={})]

    picture: with its seed; models: fingerprints of perceptor and generator.
    Raises SettingsError for what films cannot do, PromptError for a style that is no prompt.
    """
    picture = picture.resolved()
    usual_of = {
        "count": 1, "time_budget": None, "vram": None, "compile": False, "race": None, "save_every": 0,
        "render_size": None,
    }  # fmt: skip
    for name, usual in usual_of.items():
        if getattr(picture, name) != usual:
            raise SettingsError(f"{name} is {getattr(picture, name)}, and films have no use for it; leave it out")
    # a race for every scene, most of which begin with the last picture of the one before, would be for nothing
    picture = replace(picture, race=1)
    scenes = [_styled(scene, film.style) for scene in timeline.scenes]
    takes: list[Take] = []
    if film.loop and len(scenes) > 1:
        back = Scene(scenes[0].prompt, film.transition_seconds, "morph", film.transition_seconds, scenes[0].tracks,
                     settings=scenes[0].settings, caption="", origin=scenes[0].origin)  # fmt: skip
        scenes.append(back)
    for index, scene in enumerate(scenes):
        seconds = scene.seconds or film.seconds_per_scene or scene.reading_seconds()
        count = max(1, round(seconds * film.keyframes))
        turn = film.transition_seconds if scene.transition_seconds is None else scene.transition_seconds
        transition = scene.transition or film.transition
        take = Take(
            index=index,
            scene=scene,
            picture=_own(picture, scene),
            tracks=_tracks(scene, film),
            first=takes[-1].first + takes[-1].count if takes else 0,
            count=count,
            transition=transition if takes else "cut",
            turning=min(count, round(turn * film.keyframes)),
            end=film.loop and len(scenes) > 1 and index == len(scenes) - 1,
            key="",
        )
        takes.append(replace(take, key=_key(take, film, models, takes)))
    return takes


def _styled(scene: Scene, style: str | None) -> Scene:
    if style is None:
        return scene
    parse_prompts(style)
    # a caption does not tell the style of every scene, and weights are of the scene's own parts
    caption = scene.words if scene.caption is None else scene.caption
    more = tuple(Track.constant(part.weight) for part in parse_prompts(style)) if scene.weights else ()
    return replace(scene, prompt=f"{scene.prompt} | {style}", caption=caption, weights=scene.weights + more)


def _own(picture: GenerateSettings, scene: Scene) -> GenerateSettings:
    try:
        return GenerateSettings.from_dict({**picture.to_dict(), **scene.settings}).resolved()
    except SettingsError as error:
        raise SettingsError(f"{scene.origin}: {error}" if scene.origin else str(error)) from error


def _tracks(scene: Scene, film: FilmSettings) -> dict[str, Track]:
    usual = {"zoom": film.zoom, "pan_x": film.pan[0], "pan_y": film.pan[1], "angle": film.angle, "lr": 1.0}
    tracks = {name: Track.constant(value) for name, value in usual.items()} | dict(scene.tracks)
    for name in ("zoom", "lr", "cut_pow"):
        if name in tracks and any(key.value <= 0 for key in tracks[name].keys):
            raise SettingsError(f"{scene.origin}: {name} goes to 0 or below; keep it above")
    return tracks


def _key(take: Take, film: FilmSettings, models: Mapping[str, str | None], before: Sequence[Take]) -> str:
    told: dict[str, Any] = {
        "scene": {**asdict(take.scene), "caption": None, "origin": None, "seconds": None},
        "picture": {**take.picture.to_dict(), "device": None},
        "tracks": {name: asdict(track) for name, track in take.tracks.items()},
        "film": [film.keyframes, film.keyframe_steps, film.hold],
        "count": [take.count, take.turning, take.fresh],
        "models": dict(models),
        "after": [None if take.fresh else before[-1].key, before[0].key if take.end else None],
    }
    packed = json.dumps(told, sort_keys=True, default=str)
    return hashlib.sha256(packed.encode()).hexdigest()[:16]
