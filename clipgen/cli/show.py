"""`clipgen show PICTURE…`: the prompt and settings that a picture carries."""

from __future__ import annotations

from pathlib import Path
from types import NoneType
from typing import Any

import click

from clipgen.cli.command import SectionedCommand
from clipgen.cli.printing import as_line
from clipgen.cli.sections import option
from clipgen.errors import ImageError
from clipgen.media.pictures import read_metadata
from clipgen.settings import GenerateSettings

_INNER = ("format", "index")  # keys that only clipgen itself needs
_WIDTH = 16


@click.command(cls=SectionedCommand)
@click.argument("pictures", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="PICTURE…")
@option("--json", "as_json", is_flag=True, section="Output", help="print all of it as JSON, one picture a line")
def command(pictures: tuple[Path, ...], as_json: bool) -> int:
    """Print the prompt, seed, score and settings inside pictures that clipgen made.

    Settings that differ from the defaults come first; --json has those that are off, too. Pictures without settings are
    reported, and the exit code is 1.
    """
    failed = 0
    for path in pictures:
        try:
            metadata = read_metadata(path)
        except ImageError as error:
            failed = 1
            click.echo(f"clipgen: {error}", err=True)
            continue
        click.echo(as_line(metadata) if as_json else describe(path, metadata))
    return failed


def describe(path: Path, metadata: dict[str, Any]) -> str:
    """Metadata as lines for people: the facts, the settings that differ from the defaults, and the others that are on.

    >>> print(describe(Path("reef.png"), {"prompt": "a reef", "settings": {"steps": 30, "optimizer": "adam"}}))
    reef.png
      prompt          a reef
      settings
        steps         30
      defaults
        optimizer     adam
    """
    facts = _facts(metadata)
    settings, defaults = _flat(metadata.get("settings", {})), _flat(GenerateSettings().to_dict())
    on = {name: value for name, value in settings.items() if value not in (None, [], 0) and name not in facts}
    own = {name: value for name, value in on.items() if value != defaults.get(name)}
    blocks = {"settings": own, "defaults": {name: value for name, value in on.items() if name not in own}}
    lines = [str(path), *_rows(facts, "  ")]
    for title, rows in blocks.items():
        lines += [f"  {title}", *_rows(rows, "    ")] if rows else []
    return "\n".join(lines)


def _facts(metadata: dict[str, Any]) -> dict[str, Any]:
    """What a picture is, by the names of settings where it is one of them."""
    plain = {name: value for name, value in metadata.items() if not isinstance(value, (dict, list, NoneType))}
    facts = {name: value for name, value in plain.items() if name not in _INNER}
    facts |= {kind: model.get("name") for kind, model in metadata.get("models", {}).items()}
    facts |= {"perceptors": facts.pop("perceptor")} if "perceptor" in facts else {}  # as the setting is named
    prompts = metadata.get("prompts", metadata.get("inputs", {}).get("prompts", []))  # as 0.1.0 wrote them, or now
    facts |= {"batch": "; ".join(prompts)} if len(prompts) > 1 else {}
    if isinstance(hidden := metadata.get("hidden"), dict):
        facts["hidden"] = f"{hidden.get('text')} at {_text(hidden.get('box'))}"
    return facts | {f"picture {number}": name for number, name in enumerate(metadata.get("pictures", []), 1)}


def _rows(values: dict[str, Any], indent: str) -> list[str]:
    width = _WIDTH - len(indent)
    return [f"{indent}{name.replace('_', ' '):{width}}  {_text(value)}" for name, value in values.items()]


def _flat(settings: dict[str, Any]) -> dict[str, Any]:
    """Settings by their plain names, out of their groups; those of 0.1.0 have none."""
    groups = [value if isinstance(value, dict) else {name: value} for name, value in settings.items()]
    return {name: value for group in groups for name, value in group.items()}


def _text(value: Any) -> str:
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)
