"""Scenes as texts that players and editing programs load: subtitles, chapters, edit lists."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction

from clipgen.media.moments import clock
from clipgen.tasks.scenes.find import Scene


def as_srt(scenes: Sequence[Scene]) -> str:
    """The captions as subtitles, one for each scene that has one.

    >>> print(as_srt([Scene(Path("a.mp4"), 1, 0.0, 2.5, "start", 1.25, None)]), end="")
    1
    00:00:00,000 --> 00:00:02,500
    scene 1
    <BLANKLINE>
    """
    blocks = (f"{one.index}\n{_srt(one.start)} --> {_srt(one.end)}\n{title(one)}\n" for one in scenes)
    return "\n".join(blocks)


def as_chapters(scenes: Sequence[Scene]) -> str:
    """Chapters in FFmpeg's metadata format: `ffmpeg -i a.mp4 -i chapters.txt -map_chapters 1 -c copy b.mp4`.

    >>> print(as_chapters([Scene(Path("a.mp4"), 1, 0.0, 2.5, "start", 1.25, None)]), end="")
    ;FFMETADATA1
    [CHAPTER]
    TIMEBASE=1/1000
    START=0
    END=2500
    title=scene 1
    """
    lines = [";FFMETADATA1"]
    for one in scenes:
        name = re.sub(r"([=;#\\\n])", r"\\\1", title(one))
        times = [f"START={round(1000 * one.start)}", f"END={round(1000 * one.end)}"]
        lines += ["[CHAPTER]", "TIMEBASE=1/1000", *times, f"title={name}"]
    return "\n".join(lines) + "\n"


def as_edl(scenes: Sequence[Scene], rate: Fraction) -> str:
    """An edit decision list (CMX 3600) that cuts the film into its scenes.

        >>> print(as_edl([Scene(Path("a.mp4"), 1, 0.0, 2.5, "start", 1.25, None)], Fraction(24)), end="")
        TITLE: a
        FCM: NON-DROP FRAME
        <BLANKLINE>
        001  AX       V     C        00:00:00:00 00:00:02:12 00:00:00:00 00:00:02:12
        * FROM CLIP NAME: a.mp4
        * COMMENT: scene 1

    rate: frames a second; timecodes count frames, 30 in a second of 30000/1001, as editing programs do.
    """
    name = scenes[0].path.name if scenes else ""
    lines = [f"TITLE: {scenes[0].path.stem if scenes else ''}", "FCM: NON-DROP FRAME", ""]
    for one in scenes:
        start, end = _timecode(one.start, rate), _timecode(one.end, rate)
        lines.append(f"{one.index:03d}  AX       V     C        {start} {end} {start} {end}")
        lines += [f"* FROM CLIP NAME: {name}", f"* COMMENT: {title(one)}"]
    return "\n".join(lines) + "\n"


def title(scene: Scene) -> str:
    """The caption of a scene, else its number."""
    return f"scene {scene.index}" if scene.caption is None else scene.caption.text


def _srt(seconds: float) -> str:
    return clock(seconds, decimals=3, point=",")


def _timecode(seconds: float, rate: Fraction) -> str:
    frames, whole = round(seconds * rate), max(1, round(rate))
    return f"{clock(frames // whole)}:{frames % whole:02d}"
