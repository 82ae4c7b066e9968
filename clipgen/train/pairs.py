"""Captioned pictures to learn from: class folders, captions in text files beside pictures, or a table of both."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from clipgen.errors import ClipgenError, ImageError, PromptError
from clipgen.files import reason, sha256
from clipgen.media.images import find_images
from clipgen.train.sources.base import plain
from clipgen.train.world.captions import indefinite
from clipgen.values import parse_json

#: sentences about a name; {} becomes the name with its article, {bare} without
SENTENCES = ("{bare}", "{}", "a picture of {}", "a photo of {}", "an image of {}", "a drawing of {}")

_TABLES = (".csv", ".tsv", ".jsonl", ".ndjson")
#: columns of a table, by what they hold
_PICTURE = ("picture", "image", "file", "path", "filename", "file_name")
_CAPTION = ("caption", "text", "prompt", "label", "name")
_NAME = _CAPTION[3:]  # these are names, not sentences
_MOST = 2000  # letters of a caption


@dataclass(frozen=True)
class Pair:
    """A picture file, its caption, and the sha256 of its content; named: the caption is a name, put into sentences."""

    path: Path
    caption: str
    named: bool
    digest: str


def sentences(caption: str, named: bool) -> list[str]:
    """The sentences of a caption: those about a name, or the caption itself.

    >>> sentences("owl", named=True)[:3]
    ['owl', 'an owl', 'a picture of an owl']
    """
    if not named:
        return [caption]
    return [sentence.format(indefinite(caption), bare=caption) for sentence in SENTENCES]


def read_pairs(source: Path, *, captioned: bool = True) -> tuple[list[Pair], list[str]]:
    """The pairs of a folder or table, in a fixed order, and one line for each that cannot be used.

        >>> pairs, problems = read_pairs(Path("photos"))
        >>> {pair.caption for pair in pairs}
        {'teapot', 'zorblax'}

    source: a folder whose folders are named by what their pictures show ("a.txt" beside "a.jpg" is a caption instead),
    or a .csv, .tsv or .jsonl with the columns picture and caption; captioned: whether a picture of a folder has to have
    a caption, else that of one without is "". The same picture with the same caption counts once.
    Raises ImageError where nothing can be used.
    """
    rows = _in_folder(source, captioned) if os.path.isdir(source) else _in_table(source)
    found: dict[tuple[str, str], Pair] = {}
    problems: list[str] = []
    for row in rows:
        if isinstance(row, str):
            problems.append(row)
            continue
        path, caption, named = row
        if not os.path.isfile(path):
            problems.append(f"there is no picture {path}; check the name")
            continue
        try:
            digest = sha256(path)
        except ClipgenError as error:
            problems.append(str(error))
            continue
        found.setdefault((digest, caption), Pair(path, caption, named, digest))
    if not found:
        first = f"; the first problem: {problems[0]}" if problems else ""
        raise ImageError(
            f"{source} has no {'captioned ' * captioned}pictures: give a folder of folders that are named by what "
            f"their pictures show, or a .csv or .jsonl with the columns picture and caption{first}"
        )
    return sorted(found.values(), key=lambda pair: (pair.caption, pair.digest)), problems


_Row = tuple[Path, str, bool]


def _in_folder(folder: Path, captioned: bool) -> Iterator[_Row | str]:
    for path in find_images([folder], recursive=True):
        beside, inside = path.with_suffix(".txt"), path.relative_to(folder).parts
        if beside.is_file():
            caption = _caption(beside)
            yield (path, caption, False) if caption else f"{beside} is empty or no text; write what {path.name} shows"
        elif len(inside) > 1:
            yield path, plain(inside[0]), True
        elif not captioned:
            yield path, "", False
        else:
            yield f"{path} has no name: it is in no folder that is named by what it shows, and has no {beside.name}"


def _caption(path: Path) -> str:
    try:
        return " ".join(path.read_text(encoding="utf-8")[:_MOST].split())
    except (OSError, UnicodeDecodeError):
        return ""


def _in_table(path: Path) -> Iterator[_Row | str]:
    if path.suffix.lower() not in _TABLES:
        raise ImageError(f"{path} is no folder and no table; give a folder, or a file in {', '.join(_TABLES)}")
    try:
        rows = list(_rows(path))
    except FileNotFoundError as error:
        raise ImageError(f"there is no file {path}; check the name") from error
    except UnicodeDecodeError as error:
        raise PromptError(f"{path} is not text in UTF-8 (byte {error.start}); save it as UTF-8") from error
    except (OSError, csv.Error) as error:
        raise PromptError(f"cannot read {path}: {reason(error)}") from error
    for number, row in enumerate(rows, 2 if path.suffix.lower() in _TABLES[:2] else 1):
        if isinstance(row, str):
            yield f"{path}, line {number}: {row}"
            continue
        picture, caption = _cell(row, _PICTURE), _cell(row, _CAPTION)
        if not picture or not caption:
            missing = "picture" if not picture else "caption"
            yield f"{path}, line {number}: no {missing}; the columns are picture and caption"
            continue
        column = next(name for name in _CAPTION if row.get(name))
        yield path.parent / picture, " ".join(caption[:_MOST].split()), column in _NAME


def _rows(path: Path) -> Iterator[Mapping[str, object] | str]:
    with open(path, encoding="utf-8-sig", newline="") as file:
        if path.suffix.lower() in _TABLES[:2]:
            for row in csv.DictReader(file, delimiter="\t" if path.suffix.lower() == ".tsv" else ","):
                yield {str(key).strip().lower(): value for key, value in row.items()}
            return
        for line in file:
            if not line.strip():
                continue
            try:
                found = parse_json(line)
            except ValueError:
                yield "no JSON"
                continue
            yield found if isinstance(found, dict) else "no JSON object"


def _cell(row: Mapping[str, object], names: Sequence[str]) -> str:
    return next((str(row[name]).strip() for name in names if row.get(name)), "")


def divided(pairs: Sequence[Pair], share: float) -> tuple[list[Pair], list[Pair]]:
    """Pairs to learn from, and others of the same names that measure; the same pairs are always divided alike.

        >>> pairs = [Pair(Path(f"{number}.png"), "a teapot", True, str(number)) for number in range(16)]
        >>> learnt, held_out = divided(pairs, 0.2)
        >>> len(learnt), len(held_out)
        (13, 3)

    share: of each caption's pictures that is held out, at least one where it has two. A caption that is a sentence of
    its own is held out with that share. No picture is in both parts.
    """
    by_caption: dict[str, list[Pair]] = {}
    for pair in sorted(pairs, key=lambda pair: pair.digest):
        by_caption.setdefault(pair.caption, []).append(pair)
    single = [some[0] for some in by_caption.values() if len(some) == 1 and not some[0].named]
    away = {pair.digest for pair in sorted(single, key=lambda pair: pair.digest)[: round(share * len(single))]}
    for some in by_caption.values():
        if len(some) > 1:
            away |= {pair.digest for pair in some[: min(len(some) - 1, max(1, round(share * len(some))))]}
    return [pair for pair in pairs if pair.digest not in away], [pair for pair in pairs if pair.digest in away]
