"""`clipgen doctor`: report the device, the models and the disk of this machine, and problems with them."""

from __future__ import annotations

import os
import platform
import shutil
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import click

import clipgen
from clipgen.cli.command import SectionedCommand
from clipgen.cli.defaults import over_defaults
from clipgen.cli.options import given_settings, setting_options, settings_of
from clipgen.cli.outputs import DEFAULT_FOLDER
from clipgen.cli.printing import as_text
from clipgen.cli.progress import seconds_text
from clipgen.cli.sections import option
from clipgen.errors import ClipgenError
from clipgen.settings import GenerateSettings

PACKAGES = (
    "torch",
    "torchvision",
    "open_clip_torch",
    "kornia",
    "taming-transformers-rom1504",
    "av",
    "Pillow",
)
LEAST_FREE_MB = 200


#: what decides how long a step takes and how much memory it needs
SETTINGS = settings_of("doctor")


@click.command(cls=SectionedCommand)
@option("--no-trial", is_flag=True, section="Trial", help="leave the trial step out")
@setting_options(SETTINGS)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(as_json: bool, no_trial: bool, **options: Any) -> int:
    """Check device, arithmetic, video encoder, model files and disk, and run a trial step; exit 1 on problems.

    The trial step uses the given settings, and its time and peak memory are printed.
    """
    settings = GenerateSettings.from_dict(over_defaults(given_settings(options, SETTINGS)))
    report: dict[str, Any] = {
        "clipgen": clipgen.__version__,
        "python": platform.python_version(),
        "system": platform.platform(),
        "packages": {name: _installed(name) for name in PACKAGES},
        "device": _device(),
        "encoder": _encoder(),
        "models": _models(),
        "disk": _disk(DEFAULT_FOLDER),
    }
    if not no_trial:
        report["trial"] = _trial(settings)
    problems = [text for part in _parts(report) if (text := part.get("problem"))]
    report["problems"] = problems
    if as_json:
        click.echo(as_text(report))
    else:
        _print(report)
    return 1 if problems else 0


def _installed(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _device() -> dict[str, Any]:
    try:
        from clipgen.devices import describe

        return describe() | {"cores": os.cpu_count()}
    except (ImportError, OSError, ClipgenError) as error:
        return {"problem": f"torch cannot be used: {error}"}


def _encoder() -> dict[str, Any]:
    try:
        from clipgen.media.video import VideoWriter, videos

        versions = [VideoWriter.probe(ending) for ending in videos()]
        return {"version": versions[0], "films": videos()}
    except (ImportError, ClipgenError) as error:
        return {"problem": f"films cannot be written: {error}; `pip install --force-reinstall av`"}


def _models() -> list[dict[str, Any]]:
    from clipgen.models.weights import cards, check

    rows = []
    try:
        known = [card for card in cards() if card.shipped or card.present]
    except ClipgenError as error:
        return [{"problem": str(error)}]
    for card in known:
        row: dict[str, Any] = {"name": card.name, "role": card.role, "sha256": {f.path: f.sha256 for f in card.files}}
        try:
            check(card)
        except ClipgenError as error:
            row["problem"] = str(error)
        rows.append(row)
    return rows


def _disk(folder: Path) -> dict[str, Any]:
    place = folder if folder.is_dir() else Path.cwd()
    free = shutil.disk_usage(place).free // 2**20
    row: dict[str, Any] = {"folder": str(place.resolve()), "free_mb": free}
    if not os.access(place, os.W_OK):
        row["problem"] = f"{place.resolve()} cannot be written; name another folder"
    elif free < LEAST_FREE_MB:
        row["problem"] = f"{place.resolve()} has {free} MB free; at least {LEAST_FREE_MB} MB are needed"
    return row


def _trial(settings: GenerateSettings) -> dict[str, Any]:
    from clipgen.cli.trial import trial

    canvas, perceptors = settings.canvas, " + ".join(settings.search.perceptors)
    made = " x ".join(map(str, canvas.size)) + (f", {canvas.count} pictures" if canvas.count > 1 else "")
    of = f"{settings.generator} with {perceptors}, {made}"
    try:
        found = trial(settings)
    except ClipgenError as error:
        return {"of": of, "problem": f"{of}: {error}"}
    quality = None if settings.search.steps else settings.search.quality
    row = {"of": f"{of}, {found.cutn} cutouts", "quality": quality, "whole": found.whole}
    return row | asdict(found)


def _parts(report: dict[str, Any]) -> list[dict[str, Any]]:
    return [report["device"], report["encoder"], *report["models"], report["disk"], report.get("trial", {})]


def _print(report: dict[str, Any]) -> None:
    device, encoder, disk = report["device"], report["encoder"], report["disk"]
    click.echo(f"clipgen {report['clipgen']}, Python {report['python']}, {report['system']}")
    click.echo("packages  " + ", ".join(f"{name} {found or 'MISSING'}" for name, found in report["packages"].items()))
    if "device" in device:
        click.echo(
            f"device    {device['device']} ({device['cpu_capability']}), {device['dtype']}, {device['threads']} "
            f"threads on {device['cores']} cores; available: {', '.join(device['devices'])}"
        )
    if "version" in encoder:
        click.echo(f"encoder   {encoder['version']}: {', '.join(encoder['films'])}")
    for row in report["models"]:
        if "name" in row:
            click.echo(f"model     {row['name']} ({row['role']}) {'PROBLEM' if 'problem' in row else 'ok'}")
            for path, sha256 in row["sha256"].items():
                click.echo(f"            {sha256[:16] or '(no sha256)':16}  {path}")
    click.echo(f"disk      {disk['free_mb']} MB free in {disk['folder']}")
    if "seconds" in (trial := report.get("trial", {})):
        memory = "" if trial["memory_mb"] is None else f", {trial['memory_mb'] / 1000:.1f} GB of memory"
        click.echo(f"speed     {trial['of']}: {trial['seconds']:.2f} s per step{memory}")
        whole = seconds_text(trial["whole"])
        of = f" (quality {trial['quality']})" if trial["quality"] else ""
        click.echo(f"          {trial['steps']} steps{of} take about {whole}")
    for problem in report["problems"]:
        click.echo(f"problem   {problem}", err=True)
    if not report["problems"]:
        click.echo("no problems")
