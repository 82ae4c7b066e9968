"""The settings as keyword arguments, so that editors and type checkers know their names and types.

>>> def paint(prompt: str, **settings: Unpack[PictureKeywords]) -> None: ...

Python cannot derive these types from the settings; a test keeps both equal. `perceptor` takes one name or several.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict


class DeviceKeywords(TypedDict, total=False):
    """Device and dtype of all verbs."""

    device: str
    dtype: str


class MachineKeywords(DeviceKeywords, total=False):
    """The settings of all verbs: CLIP model, device and dtype."""

    perceptor: str | Sequence[str]


class SearchKeywords(TypedDict, total=False):
    """The settings of a picture except its parts and count."""

    size: tuple[int, int]
    seed: int | None
    save_every: int
    init_image: str | None
    init_noise: str | None
    init_weight: float | None
    start: str
    mask: str | None
    feather: int
    regions: Sequence[str]
    tiles: tuple[int, int] | None
    hide: str | None
    quality: str
    steps: int | None
    time_budget: float | None
    alternate: bool
    lr: float | None
    lr_decay: str
    optimizer: str
    ema: float
    cutn: int | None
    cut_pow: float
    augments: str | None
    image_prompts: Sequence[str]
    noise_prompts: Sequence[str]
    tv: float
    saturation: float
    smoothness: float
    symmetry: float
    l2: float
    palette: Sequence[str]
    palette_weight: float
    no_text: float
    realism: float
    vram: float | None
    cut_chunk: int | None
    compile: bool
    race: int | None
    render_size: tuple[int, int] | None
    psi: float | None
    prior: str | None
    classes: Sequence[str]


class PictureKeywords(SearchKeywords, MachineKeywords, total=False):
    """All settings of one picture."""

    generator: str


class PictureValues(SearchKeywords, DeviceKeywords, total=False):
    """All settings of pictures by their own names, as `GenerateSettings.of` takes them."""

    generator: str
    perceptors: Sequence[str]
    count: int


class FilmKeywords(TypedDict, total=False):
    """The settings of a film, without those of its pictures."""

    seconds_per_scene: float | None
    fps: int
    style: str | None
    transition: str
    transition_seconds: float
    zoom: float
    pan: tuple[float, float]
    angle: float
    loop: bool
    as_network: bool
    keyframes: float
    keyframe_steps: int
    hold: float
    video_in: str | None
    video_weight: float


class AnimateKeywords(PictureKeywords, FilmKeywords, total=False):
    """All settings of a film."""


class DescribeKeywords(MachineKeywords, total=False):
    """The settings of all verbs that compare pictures with words."""

    views: str
    hubness: bool


class CaptionKeywords(DescribeKeywords, total=False):
    """All settings of captions."""

    mode: str
    captioner: str
    top: int
    abstain: bool


class RankKeywords(DescribeKeywords, total=False):
    """All settings of `rank`."""

    keep: float | None


class ClassifyKeywords(DescribeKeywords, total=False):
    """All settings of `classify`."""

    top: int
    templates: Sequence[str]


class PairKeywords(DescribeKeywords, total=False):
    """All settings of `pair`."""

    titled: bool


class EstimateKeywords(DescribeKeywords, total=False):
    """All settings of `estimate`."""

    calibrate: str | None
    calibration: str | None
class ScenesKeywords(MachineKeywords, total=False):
    """All settings of `scenes`."""

    shortest: float
    threshold: float
    captions: bool


class TrackKeywords(MachineKeywords, total=False):
    """All settings of `track`."""

    threshold: float
    most: int
    every: float


class IndexKeywords(MachineKeywords, total=False):
    """The settings of all verbs that stand on a library of pictures."""

    index: str | None
    refresh: bool


class LibraryKeywords(IndexKeywords, total=False):
    """All settings of `index`."""

    films: bool
    ray: str | None
    workers: int | None


class DuplicatesKeywords(IndexKeywords, total=False):
    """All settings of `duplicates`."""

    keep: str


class CurateKeywords(IndexKeywords, total=False):
    """All settings of `curate`."""

    by_folder: bool


class OrientKeywords(IndexKeywords, total=False):
    """All settings of `orient`."""

    head: str | None
    sure: float | None


class QueryKeywords(IndexKeywords, total=False):
    """All settings of `search`."""

    top: int
    unlikely: bool
    films: bool
    fold: bool


class DetectKeywords(MachineKeywords, total=False):
    """All settings of `detect`."""

    threshold: float
    most: int


class ModerateKeywords(MachineKeywords, total=False):
    """All settings of `moderate`."""

    views: str
    prompts: str | None
    head: str | None
    false_veil: float
    false_check: float
