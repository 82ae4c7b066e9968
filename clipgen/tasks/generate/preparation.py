"""From a job to a plan that can be run: settings complete, latents drawn, race and budgets decided."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from clipgen.errors import ImageError, SettingsError
from clipgen.files import sha256
from clipgen.jobs import Job
from clipgen.losses import Loss
from clipgen.parts import Parts
from clipgen.settings import GenerateSettings
from clipgen.tasks.generate.budget import fit_memory, fit_time
from clipgen.tasks.generate.draft import draft
from clipgen.tasks.generate.origin import changed_since
from clipgen.tasks.generate.plan import Plan, tries_of, with_start
from clipgen.tasks.generate.race import race
from clipgen.tasks.generate.runfile import RunState
from clipgen.tasks.generate.tiles import with_tiles


def prepare(
    job: Job,
    parts: Parts,
    *,
    resume: RunState | None = None,
    losses: Sequence[Loss] = (),
    started: float | None = None,
    whole: bool = False,
    report: Callable[[str], None] = lambda line: None,
) -> Plan:
    """The plan of a job, with everything decided that its settings leave open.

        >>> settings = GenerateSettings.of(generator="cppn", seed=7, race=2)
        >>> prepare(Job("generate", Inputs(prompts=("a fox",)), settings), parts).notes[-1]
        'the best of 2 starts after 8 steps is used (race)'

    resume: the state of a run of this job, for which race and budgets are not tried again; losses: a user's own, added
    to those of the settings; started: `time.monotonic()` from which a time budget counts, by default now; whole: see
    `draft`; report: called with a line before each long phase. Raises what `draft`, `with_start`, `fit_memory` and
    `fit_time` raise, and SettingsError for a run to resume whose pictures have changed.
    """
    if resume is not None:
        _check_files(job)
    seeds = resume.get("drawn", ()) if resume else ()
    plan = draft(job, parts, latent_seeds=seeds, losses=losses, started=started, whole=whole)
    with parts.lock(plan.device):
        if resume is not None:
            plan = with_start(plan, parts) if plan.settings.areas.tiles is None else with_tiles(plan, parts)
            return plan.changed(*_other_weights(job, plan))
        if plan.settings.areas.tiles is not None:
            return _of_tiles(plan, parts, report=report)
        tries = tries_of(plan, plan.empty(parts), plan.perceptor(parts))
        if plan.requested.machine.vram is not None:
            plan = with_start(plan, parts)
            plan = fit_memory(plan, parts, lambda smaller: with_start(_reopened(smaller), parts), report=report)
        if tries > 1:
            plan = race(_reopened(plan), parts, tries, report=report)
        elif plan.start is None:
            plan = with_start(plan, parts)
        return plan if plan.deadline is None else fit_time(plan, parts, report=report)


def _check_files(job: Job) -> None:
    """Refuse to resume with other pictures: the result would be of both, and its metadata name the new one alone."""
    for name, before in job.files.items():
        if Path(name).exists() and sha256(name) != before:  # the error for a missing one is that of loading it
            raise SettingsError(
                f"{name} has changed since the run was stopped; restore the picture that it began with, or start anew",
                settings=["resume"],
            )


def _of_tiles(plan: Plan, parts: Parts, *, report: Callable[[str], None]) -> Plan:
    """The plan of a picture of tiles: its stages draw their own latents when they begin."""
    plan = with_tiles(plan, parts)
    if plan.requested.machine.vram is not None:
        plan = fit_memory(plan, parts, lambda smaller: with_tiles(smaller, parts), report=report)
    return plan if plan.deadline is None else fit_time(plan, parts, report=report)


def _reopened(plan: Plan) -> Plan:
    """The plan without its latents, and with start and race as they were requested."""
    requested = plan.requested
    plan = plan.changed(start=requested.init.start, race=requested.options.race)
    return replace(plan, start=None, init_share=None)


def again(job: Job, parts: Parts, metadata: Mapping[str, object]) -> Plan:
    """The plan of the run that made a picture, from the picture's metadata and the job in them.

        >>> metadata = run.pictures()[0].metadata
        >>> again(Job.from_json(metadata), parts, metadata).seeds
        [7]

    Notes name what has changed since: versions, the machine, models, pictures. Raises what `prepare` raises.
    """
    plan = prepare(job, parts)
    changes = changed_since(metadata, plan.device)
    notes = [f"it was made with {', '.join(changes)}: its bytes may differ"] if changes else []
    notes += _other_weights(job, plan)
    if dict(job.files) != dict(plan.job.files):
        notes.append("pictures that it was made from have changed: the picture will differ")
    return plan.changed(*notes)


def _other_weights(job: Job, plan: Plan) -> list[str]:
    """Notes on models that are not those that a job was begun with."""
    return [
        f"the weights of the {role} {now.name} have changed: the picture will differ"
        for role, now in plan.job.models.items()
        if role in job.models and job.models[role].sha256 != now.sha256
    ]


def picture_job(metadata: Mapping[str, object]) -> tuple[Job, int]:
    """The job that made a picture, and after how many steps, from the picture's metadata.

        >>> job, steps = picture_job(run.pictures()[0].metadata)
        >>> job.inputs.prompts, steps
        (('a red fox',), 1)

    Raises ImageError for metadata of anything else.
    """
    try:
        job, steps = Job.from_json(metadata), metadata["steps_done"]
        if not isinstance(job.settings, GenerateSettings) or not isinstance(steps, int):
            raise SettingsError(f"a job of {job.verb} paints no single picture")
    except SettingsError as error:
        raise ImageError(f"the picture's settings cannot be used: {error}", settings=error.settings) from error
    except KeyError as error:
        raise ImageError(f"the picture's settings cannot be used: they have no {error.args[0]}") from error
    return job, steps
