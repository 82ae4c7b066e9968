"""The layout of a film: how many keyframes each scene has, how it begins, and what its pictures depend on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from clipgen.errors import ImageError, SettingsError, WeightsError
from clipgen.files import current_folder
from clipgen.prompts import parse_prompts, parse_weighted_path
from clipgen.settings import FilmSettings, GenerateSettings, about_of, picture_settings
from clipgen.tasks.generate.plan import file_hashes
from clipgen.timelines import Scene, Timeline, Track, Tracks

#: sha256 by what it belongs to (perceptor, generator, video); empty for a layout whose pictures are not kept
Fingerprints = Mapping[str, str | None]


@dataclass(frozen=True)
class Take:
    """One scene as it is painted.

    index: in the film; scene: with the film's style in its prompt; picture: settings, complete but for the generator's
    own; first, count: its keyframes in the film; transition: how it follows the scene before, during `turning`
    keyframes; end: whether it ends with the film's first picture; key: a hash of everything its pictures depend on.
    """

    index: int
    scene: Scene
    picture: GenerateSettings
    tracks: Tracks
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

    def steps(self, film: FilmSettings, done: int = 0) -> int:
        """Optimisation steps of its keyframes after the first `done` ones."""
        opening = (self.picture.search.steps or 1) if self.fresh and done == 0 else 0
        return opening + (self.count - max(done, 1 if self.fresh else 0)) * film.keyframe_steps


def lay_out(
    timeline: Timeline, film: FilmSettings, picture: GenerateSettings, fingerprints: Fingerprints
) -> tuple[Take, ...]:
    """Lay scenes out in time.

        >>> film, picture = FilmSettings(keyframes=6, seconds_per_scene=2), GenerateSettings.of(seed=7)
        >>> [take.count for take in lay_out(timeline, film, picture, {})]
        [12, 12]

    picture: with its seed; fingerprints: of perceptor and generator.
    Raises SettingsError for settings that films do not support, PromptError for a style that is not a prompt,
    ImageError for a picture that cannot be read, where there are fingerprints.
    """
    picture = _for_films(picture)
    takes: list[Take] = []
    for scene in _scenes(timeline, film):
        take = _placed(scene, film, picture, takes)
        take = replace(take, end=_goes_back(timeline, film) and take.index == len(timeline.scenes))
        takes.append(replace(take, key=_key(take, film, fingerprints, takes)))
    return tuple(takes)


def _for_films(picture: GenerateSettings) -> GenerateSettings:
    """The settings of a scene's pictures, complete."""
    given = picture.flat()
    for _, spec in picture_settings():
        if "animate" not in about_of(spec).verbs and given.get(spec.name, spec.default) != spec.default:
            raise SettingsError(
                f"{spec.name} is {given[spec.name]}; films do not support it: leave it out", settings=[spec.name]
            )
    # most scenes begin with the last picture of the one before: there is nothing to race for
    return picture.resolved().changed(race=1)


def _scenes(timeline: Timeline, film: FilmSettings) -> list[Scene]:
    """All scenes with the film's style; the last of a loop leads back to the first."""
    scenes = [_styled(scene, film.style) for scene in timeline.scenes]
    if _goes_back(timeline, film):
        first, seconds = scenes[0], film.transition_seconds
        scenes.append(
            Scene(first.prompt, seconds, "morph", seconds, first.tracks, settings=first.settings, caption="",
                  origin=first.origin)
        )  # fmt: skip
    return scenes


def _goes_back(timeline: Timeline, film: FilmSettings) -> bool:
    return film.loop and len(timeline.scenes) > 1


def _styled(scene: Scene, style: str | None) -> Scene:
    if style is None:
        return scene
    parts = parse_prompts(style)
    # captions leave the style out, and a scene's weights are those of its own parts
    caption = scene.words if scene.caption is None else scene.caption
    more = tuple(Track.constant(part.weight) for part in parts) if scene.weights else ()
    return replace(scene, prompt=f"{scene.prompt} | {style}", caption=caption, weights=scene.weights + more)


def _placed(scene: Scene, film: FilmSettings, picture: GenerateSettings, before: Sequence[Take]) -> Take:
    """A scene after those before it, still without its key."""
    seconds = scene.seconds or film.seconds_per_scene or scene.reading_seconds()
    count = max(1, round(seconds * film.keyframes))
    turn = film.transition_seconds if scene.transition_seconds is None else scene.transition_seconds
    return Take(
        index=len(before),
        scene=scene,
        picture=_own(picture, scene),
        tracks=_tracks(scene, film),
        first=before[-1].first + before[-1].count if before else 0,
        count=count,
        transition=(scene.transition or film.transition) if before else "cut",
        turning=min(count, round(turn * film.keyframes)),
        end=False,
        key="",
    )


def _own(picture: GenerateSettings, scene: Scene) -> GenerateSettings:
    try:
        return picture.updated(scene.settings).resolved()
    except SettingsError as error:
        raise (error.in_context(before=f"{scene.origin}: ") if scene.origin else error) from error


def _tracks(scene: Scene, film: FilmSettings) -> Tracks:
    steady = Tracks(*map(Track.constant, (film.zoom, *film.pan, film.angle, 1.0)))
    try:
        return replace(steady, **scene.tracks)
    except SettingsError as error:
        raise error.in_context(before=f"{scene.origin or 'a scene'}: ") from error


def _key(take: Take, film: FilmSettings, fingerprints: Fingerprints, before: Sequence[Take]) -> str:
    scene = {**asdict(take.scene), "caption": None, "origin": None, "seconds": None}
    # they are in the picture's settings as well, which know a file by its content
    scene["settings"] = {name: value for name, value in take.scene.settings.items() if name != "init_image"}
    # pictures that are not kept need no key, and their files need not be there yet
    picture = _from_anywhere(take.picture) if fingerprints else take.picture
    causes = {
        "scene": scene,
        "picture": picture.changed(device="auto").to_dict(),
        "tracks": {name: track for name, track in asdict(take.tracks).items() if track is not None},
        "film": [film.keyframes, film.keyframe_steps, film.hold],
        "count": [take.count, take.turning, take.fresh],
        "models": dict(fingerprints),
        "after": [None if take.fresh else before[-1].key, before[0].key if take.end else None],
    }
    if film.video_in is not None:  # only there, so that other films of clipgen 0.1 are found again
        causes["video"] = [film.fps, film.video_weight]
    packed = json.dumps(causes, sort_keys=True, default=str)
    return hashlib.sha256(packed.encode()).hexdigest()[:16]


def _from_anywhere(picture: GenerateSettings) -> GenerateSettings:
    """Settings that are equal in every folder: pictures by their sha256, files of models by their whole names."""
    picture = picture.placed(Path(current_folder() or ""))
    try:
        hashes = file_hashes(picture)
    except WeightsError as error:
        raise ImageError(str(error)) from error
    initial, mask = picture.init.init_image, picture.areas.mask
    prompts = map(parse_weighted_path, picture.guides.image_prompts)
    return picture.changed(
        init_image=hashes[initial] if initial else None,
        mask=hashes[mask] if mask else None,
        image_prompts=tuple(f"{hashes[file]}:{weight}" for file, weight in prompts),
    )
