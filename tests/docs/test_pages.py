"""The pages that people read name what exists: files, anchors, commands, options and functions."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import click
import pytest

import clipgen
from clipgen.cli.main import COMMANDS, main
from clipgen.cli.spelling import with_default_command

from .pages import GUIDES, PAGES, PROGRAMS, ROOT, anchors, blocks, links, name_of, written_calls

MOST_BYTES = 1_000_000  # of all pictures in docs/
GALLERY = ROOT / "outputs" / "gallery"
PICTURES = [path for path in (ROOT / "docs").rglob("*") if path.suffix in (".png", ".webp", ".gif", ".jpg")]


def broken(page: Path) -> list[str]:
    """The links of a page that lead nowhere."""
    found = []
    for target in links(page):
        name, _, anchor = target.partition("#")
        place = (page.parent / name).resolve() if name else page
        if not place.exists() or (anchor and anchor not in anchors(place)):
            found.append(target)
    return found


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_no_link_is_broken(page: Path) -> None:
    if page == ROOT / "README.md" and not GALLERY.exists():
        pytest.skip("an sdist has no gallery, which README shows")
    assert broken(page) == []


@cache
def options(command: click.Command) -> set[str]:
    """All spellings of the options of a command and of its subcommands."""
    own = {flag for one in command.params for flag in (*one.opts, *one.secondary_opts)} | {"--help", "-h"}
    if not isinstance(command, click.Group):
        return own
    context = click.Context(command)
    inner = [command.get_command(context, name) for name in command.list_commands(context)]
    return own.union(*(options(one) for one in inner if one is not None))


def command_of(words: list[str]) -> click.Command:
    """The command that the words after `clipgen` call."""
    found: click.Command = main
    words = with_default_command(words, COMMANDS)
    while isinstance(found, click.Group) and words:
        inner = found.get_command(click.Context(found), words[0])
        if inner is None:
            break
        found, words = inner, words[1:]
    return found


def script_text(name: str, page: Path) -> str | None:
    """The text of the script that a page calls by its name, from the checkout or from the page's own folder."""
    places = [folder / name for folder in (ROOT, page.parent) if name.endswith(".py")]
    return next((place.read_text(encoding="utf-8") for place in places if place.exists()), None)


def options_in(script: str) -> set[str]:
    return {*re.findall(r'"(--[a-z-]+)"', script), "--help"}


def script_options(page: Path) -> set[str]:
    return set().union(*(options_in(path.read_text(encoding="utf-8")) for path in page.parent.glob("*.py")))


def flags(words: Iterable[str]) -> set[str]:
    return {word.partition("=")[0] for word in words if re.match(r"--[a-z]", word)}


def unknown_options(page: Path) -> list[str]:
    """The options that a page names and that no program has as it is called there."""
    found = []
    for words in written_calls(page):
        program, *rest = [word for word in words if word != "python"] or [""]
        script = script_text(program, page)
        if program in PROGRAMS:
            continue
        if script is not None:
            known = options_in(script)
        elif program == "clipgen":
            known = options(command_of(rest))
        elif program in COMMANDS:
            known = options(command_of([program, *rest]))
        else:
            # an option alone, without its program
            known = options(main) | (script_options(page) if page.parent.name == "benchmarks" else set())
        found += [f"{' '.join(words)}: {flag}" for flag in flags(words) - known]
    return found


@pytest.mark.parametrize("page", [page for page in PAGES if page.name != "CHANGELOG.md"], ids=name_of)
def test_every_option_exists(page: Path) -> None:
    assert unknown_options(page) == []


def test_every_command_is_named() -> None:
    called = [words[1:] for page in GUIDES for words in written_calls(page) if words[:1] == ["clipgen"]]
    named = {with_default_command(words, COMMANDS)[0] for words in called if words}
    assert COMMANDS.keys() - named == set()


def test_every_public_name_is_in_the_reference() -> None:
    text = "".join(block.text for page in GUIDES for block in blocks(page) if block.language == "{eval-rst}")
    listed = set(re.findall(r"^\.\. auto\w+:: clipgen\.(\w+)$", text, re.MULTILINE))
    assert {name for name in clipgen.__all__ if not name.startswith("_")} - listed == set()


@pytest.mark.parametrize("picture", PICTURES, ids=name_of)
def test_a_picture_stands_on_a_page_with_the_command_that_makes_it(picture: Path) -> None:
    shown = [page for page in GUIDES if any((page.parent / link).resolve() == picture for link in links(page))]
    code = [block.text for page in shown for block in blocks(page) if block.language in ("sh", "python")]
    # winter-strip.webp is written by -o winter.webp
    made = rf"\b({re.escape(picture.stem)}|{re.escape(picture.stem.partition('-')[0])})\{picture.suffix}"
    assert shown and any(re.search(made, text) for text in code)


def test_pictures_are_small() -> None:
    assert 0 < sum(path.stat().st_size for path in PICTURES) <= MOST_BYTES


def test_the_checks_themselves(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "# A page\n[here](#a-page) [no](#nowhere) [gone](gone.md)\n\n"
        "`clipgen rank --keep 0.2`, `clipgen rank --fps 2`, `--no-such-option`\n\n```sh\nclipgen a fox --cuont 2\n```\n"
    )
    assert broken(page) == ["#nowhere", "gone.md"]
    assert [line.split(": ")[1] for line in unknown_options(page)] == ["--cuont", "--fps", "--no-such-option"]
