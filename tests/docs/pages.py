"""The pages that people read: their blocks, code spans, links and headings."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
#: what a newcomer reads, in order
TUTORIAL = ROOT / "docs" / "tutorial.md"
GUIDES = (ROOT / "README.md", TUTORIAL, *sorted(set((ROOT / "docs").rglob("*.md")) - {TUTORIAL}))
PAGES = (*GUIDES, ROOT / "CHANGELOG.md", *sorted(ROOT.glob("models/**/*.md")), ROOT / "benchmarks" / "README.md")

_FENCE = re.compile(r"^```(\S*)[^\n]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_SPAN = re.compile(r"`([^`]+)`")
_LINK = re.compile(r"(?<!\\)\]\(([^()\s]+)\)")
_HEADING = re.compile(r"^#{1,6} (.+)$", re.MULTILINE)
_INDENTED = re.compile(r"^ {4}(clipgen .+)$", re.MULTILINE)
#: programs that pages call beside clipgen; their options are theirs
PROGRAMS = ("apt-get", "cat", "curl", "export", "pip", "pytest", "python", "ray", "sphinx-build", "sudo")


def name_of(page: Path) -> str:
    """The path of a page in the checkout."""
    return page.relative_to(ROOT).as_posix()


@dataclass(frozen=True)
class Block:
    """A fenced block of a page; line: of its first line, from 1; language: as written after the fence."""

    page: Path
    line: int
    language: str
    text: str


def blocks(page: Path) -> Iterator[Block]:
    """The fenced blocks of a page."""
    text = page.read_text(encoding="utf-8")
    for found in _FENCE.finditer(text):
        yield Block(page, text.count("\n", 0, found.start()) + 2, found[1], found[2])


@dataclass(frozen=True)
class Code:
    """What a reader types at once: a line of a shell block, or a whole Python block.

    line: of the page, from 1; language: "sh" or "python"; text: as printed; bare: without its comment; section: the
    heading above it, of the second level.
    """

    page: Path
    line: int
    language: str
    text: str
    section: str = ""

    @property
    def bare(self) -> str:
        return re.sub(r"\s+# .*", "", self.text) if self.language == "sh" else self.text


def code_of(page: Path) -> Iterator[Code]:
    """The commands and Python blocks of a page, in its order."""
    for block in blocks(page):
        section = _section(page, block.line)
        if block.language == "python":
            yield Code(page, block.line, "python", block.text, section)
        elif block.language == "sh":
            lines = enumerate(block.text.splitlines(), block.line)
            yield from (Code(page, number, "sh", line, section) for number, line in lines if line.split("#")[0].strip())


def _section(page: Path, line: int) -> str:
    above = page.read_text(encoding="utf-8").splitlines()[:line]
    return next((one.removeprefix("## ") for one in reversed(above) if one.startswith("## ")), "")


def prose(page: Path) -> str:
    """A page without its fenced blocks."""
    return _FENCE.sub("", page.read_text(encoding="utf-8"))


def calls(line: str) -> Iterator[list[str]]:
    """The words of each program that a line of a shell calls, without comments.

    >>> list(calls("cat styles.txt | clipgen - --count 2    # two of each"))
    [['cat', 'styles.txt'], ['clipgen', '-', '--count', '2']]
    """
    lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
    lexer.whitespace_split, words = True, []
    for word in lexer:
        if set(word) <= set("|&;<>()"):
            yield words
            words = []
        else:
            words.append(word)
    if words:
        yield words


def written_calls(page: Path) -> Iterator[list[str]]:
    """The calls in the shell blocks, indented commands and code spans of a page; spans of one word are left out."""
    for block in blocks(page):
        if block.language in ("", "sh"):
            yield from (call for line in block.text.splitlines() for call in calls(line))
    text = prose(page)
    for line in (*_INDENTED.findall(text), *_SPAN.findall(" ".join(_INDENTED.sub("", text).split()))):
        if " -" in line or line.startswith(("-", "clipgen ")):
            yield from calls(line.replace("'", "’") if line.count("'") % 2 else line)


def links(page: Path) -> list[str]:
    """The targets of links and pictures that are not on the web."""
    found = _LINK.findall(prose(page))
    return [target for target in found if not target.startswith(("https://", "http://"))]


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub and MyST make them."""
    headings = _HEADING.findall(prose(page))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
