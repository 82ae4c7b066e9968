"""`clipgen show PICTURE…`: the prompt and settings that a picture carries."""

from __future__ import annotations

import json
from pathlib import Path
from types import NoneType
from typing import Any

import click

from clipgen.errors import ImageError
from clipgen.media.pictures import read_metadata
from clipgen.settings import GenerateSettings


@click.command()
@click.argument("pictures", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="PICTURE…")
@click.option("--json", "as_json", is_flag=True, help="Print all of it as JSON, one picture a line.")
def command(pictures: tuple[Path, ...], as_json: bool) -> int:
    """Print the prompt, seed, score and settings inside pictures that clipgen made.

    Settings that differ from the defaults have a star. Pictures without settings are reported, and the exit code is 1.
    """
    failed = 0
    for path in pictures:
        try:
            metadata = read_metadata(path)
        except ImageError as error:
            failed = 1
            click.echo(f"clipgen: {error}", err=True)
            continue
        click.echo(json.dumps(metadata, ensure_ascii=False) if as_json else describe(path, metadata))
    return failed


def describe(path: Path, metadata: dict[str, Any]) -> str:
    """Metadata as lines for people.

    >>> print(describe(Path("reef.png"), {"prompt": "a reef", "settings": {"steps": 30}}))
    reef.png
      prompt   a reef
      steps *  30
    """
    settings, defaults = _flat(metadata.get("settings", {})), _flat(GenerateSettings().to_dict())
    plain = {name: value for name, value in metadata.items() if not isinstance(value, (dict, list, NoneType))}
    rows = [(name.replace("_", " "), _text(value)) for name, value in plain.items()]
    rows += [(f"{kind} model", _text(model.get("name"))) for kind, model in metadata.get("models", {}).items()]
    prompts = metadata.get("prompts", metadata.get("inputs", {}).get("prompts", []))  # as 0.1.0 wrote them, or now
    if len(prompts) > 1:
        rows.append(("batch", "; ".join(prompts)))
    rows += [("picture", _text(name)) for name in metadata.get("pictures", [])]
    for name, value in settings.items():
        if value not in (None, []):
            rows.append((f"{name.replace('_', ' ')}{' *' if value != defaults.get(name) else ''}", _text(value)))
    width = max(len(name) for name, _ in rows)
    return "\n".join([str(path), *(f"  {name:{width}}  {value}" for name, value in rows)])


def _flat(settings: dict[str, Any]) -> dict[str, Any]:
    """Settings by their plain names, out of their groups; those of 0.1.0 have none."""
    groups = [value if isinstance(value, dict) else {name: value} for name, value in settings.items()]
    return {name: value for group in groups for name, value in group.items()}


def _text(value: Any) -> str:
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)
