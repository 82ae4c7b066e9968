"""Poems: the title, headings and lines of a text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from clipgen.errors import PromptError

_WORD = re.compile(r"\w")
#: what numbers the section below it: "I", "IV.", "12", "Part 2", "Canto III"
_NUMBER = re.compile(
    r"(?:(?:part|canto|chapter|verse|stanza)\s+\w+|(?=\w)(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})|\d+)[.:)]?",
    re.IGNORECASE,
)
_BY = re.compile(r"by\s+\w", re.IGNORECASE)
_OPEN = re.compile(r".*[.,;:!?…—–-]")  # a line that ends so is part of a sentence


@dataclass(frozen=True)
class Line:
    """A line of a poem; section: the number of its section, from 0; heading: of that section, "" without one."""

    text: str
    section: int
    heading: str


@dataclass(frozen=True)
class Poem:
    """The title of a text, "" without one, and its lines.

    >>> poem = Poem.of(["The Sea", "", "I", "A storm rises.", "Ships flee.", "", "II", "Calm."])
    >>> poem.title, [(line.heading, line.text) for line in poem.lines]
    ('The Sea', [('I', 'A storm rises.'), ('I', 'Ships flee.'), ('II', 'Calm.')])
    """

    title: str
    lines: tuple[Line, ...]

    @classmethod
    def of(cls, lines: Iterable[str], *, titled: bool = True) -> Poem:
        """Parse the lines of a text: blank lines, and lines without a word such as "* * *", separate sections.

            >>> Poem.of(["# Two animals", "a fox", "an owl"]).title
            'Two animals'

        Lines that begin with # are headings, and at the top the title; so is a line that only numbers its section.
        titled: a first line that stands alone above longer sections, without a mark at its end, is the title, and a
        line "by …" below it belongs to it.
        Raises PromptError for a text without a line.
        """
        sections = list(_sections(lines))
        title = _take_title(sections, titled=titled)
        numbered = _under_numbers(sections)
        if all(len(section.lines) == 1 and not section.heading for section in numbered):
            numbered = [_Section("", [line for section in numbered for line in section.lines])]
        found = [Line(line, i, section.heading) for i, section in enumerate(numbered) for line in section.lines]
        if not found:
            raise PromptError("the text has no line to pair; write one for each picture")
        return cls(title, tuple(found))


@dataclass
class _Section:
    """A heading and the lines below it."""

    heading: str
    lines: list[str] = field(default_factory=list)


def _sections(lines: Iterable[str]) -> Iterator[_Section]:
    """The sections of a text as it is laid out, without empty ones at its ends."""
    current = _Section("")
    for line in map(str.strip, lines):
        heading = line.startswith("#")
        if heading or not _WORD.search(line):
            if current.lines or heading and current.heading:
                yield current
                current = _Section("")
            current.heading = line.lstrip("#").strip() if heading else current.heading
        else:
            current.lines.append(line)
    if current.lines:
        yield current


def _take_title(sections: list[_Section], *, titled: bool) -> str:
    """The title, which is then no heading or line any more."""
    if not sections:
        return ""
    first, *others = sections
    if first.heading:
        title, first.heading = first.heading, ""
        return title
    alone = len(first.lines) == 1 or len(first.lines) == 2 and _BY.match(first.lines[1])
    longer = any(len(section.lines) > 1 for section in others)
    if titled and alone and longer and not _NUMBER.fullmatch(first.lines[0]) and not _OPEN.fullmatch(first.lines[0]):
        return " ".join(sections.pop(0).lines)
    return ""


def _under_numbers(sections: list[_Section]) -> list[_Section]:
    """The sections with the lines that only number them as headings; an empty one gives its heading to the next."""
    several = sum(map(_is_numbered, sections)) > 1
    found, waiting = [], ""
    for section in sections:
        below = several if len(section.lines) > 1 else section is not sections[-1]
        if _is_numbered(section) and below:  # "I" may also be the first word of a poem in short lines
            section = _Section(section.lines[0], section.lines[1:])
        section.heading = section.heading or waiting
        waiting = "" if section.lines else section.heading
        if section.lines:
            found.append(section)
    return found


def _is_numbered(section: _Section) -> bool:
    return bool(section.lines) and not section.heading and _NUMBER.fullmatch(section.lines[0]) is not None
