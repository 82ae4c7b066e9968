"""`clipgen classify --tune-templates`: choose the sentences about a label on labelled pictures."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from clipgen.cli.describe import open_studio
from clipgen.cli.library import name_skipped
from clipgen.cli.progress import loading
from clipgen.jobs import Inputs, Job
from clipgen.settings import ClassifyVerb

if TYPE_CHECKING:
    from clipgen.tasks.templates import Tuned


def tune(folder: Path, settings: ClassifyVerb, candidates: Sequence[str], out: Path) -> int:
    """Choose templates by the pictures in the folders of a folder, write them and print what they are worth."""
    from clipgen.similarity import Skipped
    from clipgen.tasks.templates import Measured, labelled_pictures, tune_templates

    rows, skipped = labelled_pictures(folder)
    job = Job("classify", Inputs(texts=tuple(dict.fromkeys(label for _, label in rows))), settings)
    studio = open_studio(job)
    with loading("choosing templates") as update:
        for event in tune_templates(rows, studio.matcher(settings.describe), candidates, views=settings.describe.views):
            if isinstance(event, Skipped):
                skipped.append(event)
            elif isinstance(event, Measured):
                update(f"embedding {event.done:,} of {event.total:,} pictures")
            else:
                tuned = event
    name_skipped(skipped)
    _write(out, tuned)
    for template in tuned.templates:
        click.echo(template)
    click.echo(f"{_figures(tuned)}; `--templates {out}` uses these", err=True)
    return 1 if skipped else 0


def _figures(tuned: Tuned) -> str:
    return (
        f"{100 * tuned.before:.1f} % right with the default templates, {100 * tuned.after:.1f} % with these, on "
        f"{tuned.checked:,} pictures of {len(tuned.labels)} labels that were not used for choosing"
    )


def _write(out: Path, tuned: Tuned) -> None:
    from clipgen.files import write_whole

    head = f"# Chosen by `clipgen classify --tune-templates` on {tuned.chosen_by:,} pictures: {_figures(tuned)}."
    with write_whole(out) as part:
        part.write_text("\n".join([head, *tuned.templates, ""]), encoding="utf-8")
