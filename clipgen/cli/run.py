"""The files of a run: progress is shown, files are saved, and a run that is stopped can be resumed."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from clipgen.cli.interrupt import Interruption
from clipgen.cli.outputs import RUN_SUFFIX, Outputs
from clipgen.cli.printing import as_text
from clipgen.cli.progress import open_progress

if TYPE_CHECKING:
    from PIL import Image

    from clipgen.media.video import VideoWriter
    from clipgen.synthesis import Step
    from clipgen.tasks.generate import Picture, Run
    from clipgen.tasks.rating import Rating

VIDEO_FPS = 30


@dataclass(frozen=True)
class Extras:
    """Which files a run writes besides its pictures; strip: pictures in the strip of an edit, 0 for none."""

    video: bool = False
    grid: bool = False
    curve: bool = False
    strip: int = 0


@dataclass
class Result:
    """The files of a run; seconds: of the whole command; exit_code: 0, or that of the signal that stopped it."""

    pictures: list[dict[str, Any]] = field(default_factory=list)
    files: dict[str, Path] = field(default_factory=dict)
    seconds: float = 0.0
    exit_code: int = 0

    def to_dict(self) -> dict[str, Any]:
        """JSON values for `--json`."""
        files = {name: str(path) for name, path in self.files.items()}
        return {"pictures": self.pictures, **files, "seconds": round(self.seconds, 2), "stopped": self.exit_code != 0}


@dataclass(frozen=True)
class Point:
    """Loss and score of a step, for the curve; hundreds of steps with their pictures would fill the memory."""

    loss: tuple[float, ...]
    score: tuple[float, ...]


class RunFiles:
    """Iterates over the steps of a run and writes its files.

    >>> result = RunFiles(run, Outputs.at(None), extras=Extras(grid=True)).write()
    >>> result.pictures[0]["path"]
    'outputs/a-red-fox-7.png'

    run: new or resumed; save_every: steps between two saves, 0 for none; history: losses and scores of earlier steps,
    from the run file of a resumed run; resumed: that file, which is deleted once another one or the whole run is saved.
    """

    def __init__(
        self,
        run: Run,
        outputs: Outputs,
        *,
        extras: Extras,
        save_every: int = 0,
        quiet: bool = False,
        history: Sequence[Sequence[Sequence[float]]] = (),
        resumed: Path | None = None,
    ) -> None:
        self.run = run
        self.outputs = outputs
        self.extras = extras
        self.save_every = save_every
        self.quiet = quiet
        self.history = [Point(tuple(loss), tuple(score)) for loss, score in history]
        self.resumed = resumed
        self._before = len(self.history)
        self.stopped_early = False
        self.pictures: list[Picture] = []
        self.result = Result()

    def write(self) -> Result:
        """Run all steps and save; if the run ends early, for any reason, the best pictures so far are saved."""
        try:
            self._loop()
        except BaseException:
            self._save_before_error()
            raise
        pictures = self._save_pictures()
        try:
            self._save_extras(pictures)
        finally:
            # after them: the run file names all files, which the resumed run replaces
            if self.stopped_early:
                self._save_state()
            else:
                self._delete_state()
        return self.result

    def _loop(self) -> None:
        with ExitStack() as stack:
            interruption = stack.enter_context(Interruption())
            video = self._open_video(stack) if self.extras.video else None
            progress = stack.enter_context(open_progress(quiet=self.quiet))
            for step in self.run:
                self.history.append(Point(step.loss, step.score))
                progress.show(step)
                if video is not None:
                    video.add(self._frame(step))
                if self.save_every and (step.index + 1) % self.save_every == 0 and step.index + 1 < step.total:
                    self._save_pictures()
                    self._save_state()
                if interruption.exit_code:
                    self.result.exit_code = interruption.exit_code
                    self.stopped_early = step.index + 1 < step.total
                    break

    def _save_pictures(self) -> list[Picture]:
        self.pictures = pictures = self.run.pictures()
        paths = self.outputs.save_pictures(pictures)
        self.result.pictures = [
            {
                "path": str(path),
                "prompt": picture.metadata["prompt"],
                "seed": picture.metadata["seed"],
                "score": picture.score,
                "steps": picture.metadata["steps_done"],
                "size": list(picture.image.size),
                **({"hidden": picture.metadata["hidden"]} if "hidden" in picture.metadata else {}),
            }
            for path, picture in zip(paths, pictures, strict=True)
        ]
        return pictures

    def _save_state(self) -> None:
        path = self.outputs.path(Path(self.result.pictures[0]["path"]).stem, RUN_SUFFIX)
        extras = {name: value for name, value in vars(self.extras).items() if value}
        history = [[list(point.loss), list(point.score)] for point in self.history]
        # a film cannot be continued: the steps after this go into another one
        record = self.outputs.record(without=self.result.files.get("video"))
        self.run.save_state(path, {**record, "extras": extras, "history": history})
        self.result.files["run"] = path
        self._forget(path)

    def _delete_state(self) -> None:
        """Delete the run file of a complete run."""
        self.result.files.pop("run", None)
        for path in self.outputs.run_files():
            path.unlink(missing_ok=True)
        self._forget(None)

    def _forget(self, newer: Path | None) -> None:
        """Delete the run file that was resumed: the run, or a newer run file, has all that it has."""
        if self.resumed is not None and (newer is None or newer.resolve() != self.resumed.resolve()):
            self.resumed.unlink(missing_ok=True)

    def _save_before_error(self) -> None:
        # no run file: after an error, or a second Ctrl-C inside a step, the state may be incomplete
        if len(self.history) > self._before and not self.outputs.failed:
            self._save_pictures()
            paths = ", ".join(picture["path"] for picture in self.result.pictures)
            click.echo(f"saved the best so far: {paths}", err=True)

    def _open_video(self, stack: ExitStack) -> VideoWriter:
        from clipgen.media.films import DEFAULT_ENDING
        from clipgen.media.video import VideoWriter
        from clipgen.prompts import slugify

        seed, prompt = self.run.plan.seeds[0], self.run.job.inputs.prompts[0]
        path = self.outputs.path(self.outputs.stem or f"{slugify(prompt)}-{seed}", DEFAULT_ENDING)
        if (done := self.run.done) and not self.quiet:
            click.echo(f"note: {path} starts at step {done + 1}, where the run is resumed", err=True)
        video = stack.enter_context(VideoWriter(path, fps=VIDEO_FPS))
        self.result.files["video"] = path
        return video

    def _frame(self, step: Step) -> Image.Image:
        from clipgen.media.images import to_pil
        from clipgen.media.sheets import contact_sheet

        pictures = [to_pil(picture) for picture in step.image]
        return pictures[0] if len(pictures) == 1 else contact_sheet(pictures)

    def _save_extras(self, pictures: list[Picture]) -> None:
        from clipgen.media.pictures import save_picture
        from clipgen.media.plots import plot_curve
        from clipgen.media.sheets import contact_sheet

        stem = Path(self.result.pictures[0]["path"]).stem
        if self.extras.grid:
            labels = [f"{picture.metadata['prompt']} · {picture.metadata['seed']}" for picture in pictures]
            path = self.outputs.path(self._sheet_name(stem), self.outputs.ending)
            shown = [picture["path"] for picture in self.result.pictures]
            sheet = contact_sheet([picture.image for picture in pictures], labels)
            save_picture(path, sheet, {"command": "generate --grid", "pictures": shown})
            self.result.files["grid"] = path
        if self.extras.strip:
            from clipgen.tasks.edit import kept, strip

            path = self.outputs.path(f"{stem}-strip", self.outputs.ending)
            shown = strip(self.run, self.extras.strip)
            self.result.pictures[0]["kept"] = round(kept(self.run), 4)
            save_picture(path, contact_sheet(shown, columns=len(shown)), {"command": "edit --strip"})
            self.result.files["strip"] = path
        if self.extras.curve:
            path = self.outputs.path(f"{stem}-curve", self.outputs.ending)
            plot_curve(self.history, path)
            self.result.files["curve"] = path

    def _sheet_name(self, stem: str) -> str:
        """The name of the contact sheet: that of the picture or, without a name, the number of prompts."""
        prompts = len(self.run.job.inputs.prompts)
        if prompts == 1 or self.outputs.stem is not None:
            return f"{self.outputs.stem or stem}-grid"
        return f"{prompts}-prompts-{self.run.plan.seeds[0]}-grid"


def print_notes(run: Run, *, quiet: bool, verbose: bool = False) -> None:
    """Print the notes of a run, and its settings where `verbose` asks for them."""
    if quiet:
        return
    for note in run.notes:
        click.echo(f"note: {note}", err=True)
    if verbose:
        used = {name: value for name, value in run.settings.flat().items() if value not in (None, (), 0.0)}
        click.echo("settings: " + ", ".join(f"{name}={value}" for name, value in used.items()), err=True)


def add_ratings(result: Result, ratings: Sequence[Rating]) -> None:
    """Add how well its pictures show their prompts to a result."""
    for picture, rating in zip(result.pictures, ratings, strict=True):
        z = None if rating.z is None else round(rating.z, 2)
        picture.update(fit=rating.word, z=z, **({"reason": rating.reason} if rating.reason else {}))


def fit_text(picture: Mapping[str, Any]) -> str:
    """The rating of a picture for people.

    >>> fit_text({"fit": "strong", "z": 5.12})
    'fit strong (z 5.1)'
    """
    why = picture["reason"] if picture["z"] is None else f"z {picture['z']:.1f}"
    return f"fit {picture['fit']} ({why})"


def print_result(result: Result, *, as_json: bool, quiet: bool) -> int:
    """Print the files of a run, and return its exit code."""
    if as_json:
        click.echo(as_text(result.to_dict()))
        return result.exit_code
    for path in [*(picture["path"] for picture in result.pictures), *result.files.values()]:
        click.echo(path)
    if not quiet:
        for picture in result.pictures:
            kept = f"  kept {picture['kept']:.2f}" if "kept" in picture else ""
            fit = f"  {fit_text(picture)}" if "fit" in picture else ""
            score, seed = f"{picture['score']:.3f}", picture["seed"]
            click.echo(f"score {score}{fit}{kept}  seed {seed}  {picture['prompt']}", err=True)
        click.echo(f"{'stopped' if result.exit_code else 'done'} after {result.seconds:.1f} s", err=True)
        if "run" in result.files:
            click.echo(f"resume with: clipgen --resume {shlex.quote(str(result.files['run']))}", err=True)
    return result.exit_code
