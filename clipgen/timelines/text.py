"""Texts as scenes: prompt files, poems, chapters and subtitles."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from clipgen.errors import PromptError
from clipgen.prompts import Prompt, parse_prompts
from clipgen.timelines.timeline import Scene, Timeline

CUT = re.compile(r"-{3,}")
_TIME = r"(\d{1,3}):(\d\d):(\d\d)[,.](\d{1,3})"
_TIMES = re.compile(rf"{_TIME}\s*-->\s*{_TIME}.*")
_MARKUP = re.compile(r"<[^>]*>|\{\\[^}]*\}")
LONGEST_GAP = 10.0  # seconds without subtitles that the scene before fills


def read_text(text: str, *, source: str) -> Timeline:
    """Read a text: a line is a scene, or each of its sentences; `---` is a hard cut, # begins a comment.

        >>> [scene.prompt for scene in read_text("a fox\\n---\\nIt rains. It snows.", source="a.txt").scenes]
        ['a fox', 'It rains.', 'It snows.']

    source: named in errors. Raises PromptError for a line that is not a prompt, or a text without a scene.
    """
    return Timeline(tuple(_scenes(text, source)))


def _scenes(text: str, source: str) -> Iterator[Scene]:
    cut = False
    for number, line in enumerate(text.splitlines(), 1):
        line = line.strip()
        if CUT.fullmatch(line):
            cut = True
        elif line and not line.startswith("#"):
            origin = f"{source}, line {number}"
            with _placed(origin):
                for sentence in sentences(line):
                    yield Scene(sentence, transition="cut" if cut else None, origin=origin)
                    cut = False


@contextmanager
def _placed(origin: str) -> Iterator[None]:
    """Add the place to an error."""
    try:
        yield
    except PromptError as error:
        raise error.in_context(before=f"{origin}: ") from error


def sentences(line: str) -> list[str]:
    """The sentences of a line; a line of prompt syntax (several parts, weights) is one.

    >>> sentences("Mr. Fox sleeps. The moon is up!")
    ['Mr. Fox sleeps.', 'The moon is up!']
    """
    parts = parse_prompts(line)
    if len(parts) > 1 or parts[0] != Prompt(parts[0].text):
        return [line]
    if not re.search(r"[.!?。！？…]\W*\s", line):  # most lines are one sentence: nothing to load for them
        return [line]
    import sentencex  # late: a prompt file does not need it

    found = [sentence.strip() for sentence in sentencex.segment("en", line)]
    return [sentence for sentence in found if re.search(r"\w", sentence)] or [line]


def read_subtitles(text: str, *, source: str) -> Timeline:
    """Read a .srt file: each subtitle is a scene, from its start to the next one's.

        >>> read_subtitles("1\\n00:00:00,000 --> 00:00:02,000\\na fox\\n", source="a.srt").scenes[0].seconds
        2.0

    source: named in errors. Raises PromptError for a text without subtitles, or with some out of order.
    """
    spoken: list[tuple[float, float, str, int]] = []
    lines = text.splitlines()
    for number, line in enumerate(lines):
        if match := _TIMES.fullmatch(line.strip()):
            values = [int(part.ljust(3, "0")) if i % 4 == 3 else int(part) for i, part in enumerate(match.groups())]
            start, end = (3600 * h + 60 * m + s + ms / 1000 for h, m, s, ms in (values[:4], values[4:]))
            spoken.append((start, end, _words_below(lines, number + 1), number + 1))
    spoken = [one for one in spoken if one[2]]
    if not spoken:
        raise PromptError(f"{source} has no subtitles; a .srt has times such as 00:00:01,000 --> 00:00:03,500")
    scenes = []
    for (start, end, words, number), after in zip(spoken, [*spoken[1:], None], strict=True):
        until = end if after is None else min(after[0], end + LONGEST_GAP)
        if until <= start:
            raise PromptError(f"{source}, line {number}: this subtitle ends, or the next one begins, before it starts")
        origin = f"{source}, line {number}"
        with _placed(origin):
            # "|" separates the parts of a prompt, and may be one of the words
            prompt = words.replace("|", " ")
            scenes.append(Scene(prompt, round(until - start, 3), caption=words, origin=origin))
    return Timeline(tuple(scenes))


def _words_below(lines: list[str], first: int) -> str:
    words = []
    for line in lines[first:]:
        if not line.strip():
            break
        words.append(_MARKUP.sub("", line).strip())
    return " ".join(words).strip()


def write_subtitles(spans: list[tuple[float, float, str]]) -> str:
    """The text of a .srt file: (start, end, words) of each, in seconds.

    >>> write_subtitles([(0, 2.5, "a fox")])
    '1\\n00:00:00,000 --> 00:00:02,500\\na fox\\n'
    """
    blocks = (f"{i}\n{_stamp(start)} --> {_stamp(end)}\n{words}\n" for i, (start, end, words) in enumerate(spans, 1))
    return "\n".join(blocks)


def _stamp(seconds: float) -> str:
    thousandths = round(1000 * seconds)
    whole = thousandths // 1000
    return f"{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d},{thousandths % 1000:03d}"
