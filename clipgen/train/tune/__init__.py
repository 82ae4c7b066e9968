"""`clipgen tune`: a CLIP that knows one's own things, from pictures of them.

    >>> for tuned in tune(Path("photos"), "my-shop"):
    ...     print(tuned.name, tuned.figures.before, tuned.figures.after)

The head first, on what the layers below it make of each picture, then, if asked, the last blocks; words that the CLIP
does not know get tokens of their own; of the new weights as much is taken as other pictures allow.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace as changed
from pathlib import Path

from clipgen.errors import SettingsError
from clipgen.models import shelf
from clipgen.train.tune.folder import Figures
from clipgen.train.tune.recipe import Recipe
from clipgen.train.tune.run import Tuned, tune_one

#: what is tuned where no base is named: the CLIP that describes, and the one that paints
DESCRIBES, PAINTS = "reader", "builtin"
PAINTER = "-painter"  # ends the name of what paints in the place of a tuned model

__all__ = ["DESCRIBES", "PAINTS", "Figures", "Recipe", "Tuned", "tune"]


def tune(
    pictures: str | Path,
    name: str | None = None,
    *,
    base: str | None = None,
    last_blocks: int | None = None,
    steps: int | None = None,
    batch: int | None = None,
    lr: float | None = None,
    seed: int | None = None,
    new_words: Sequence[str] = (),
    guard: str | Path | None = None,
    replace: bool = False,
    resume: bool = True,
    device: str = "auto",
    report: Callable[[str], None] = lambda line: None,
) -> list[Tuned]:
    """Tune a CLIP on captioned pictures, and put it on the shelf, where every verb finds it by its name.

        >>> described, painted = tune("photos", "my-shop")
        >>> described.figures.after > described.figures.before
        True

    pictures: a folder of folders named by what their pictures show, or a .csv or .jsonl with the columns picture and
    caption; name: of the new model, by default that of the folder (and of the base); base: any perceptor, by default
    both built-in ones: `reader`, which describes, and `builtin`, which then paints in its place; last_blocks: of the
    picture tower, trained after its head; steps, batch, lr (of the blocks), seed: see `Recipe`; new_words: words that
    get tokens of their own, besides those that the base does not know; guard: further captioned pictures of what must
    not be forgotten; replace: a tuned model of this name; resume: continue a run that was stopped; report: called with
    a line of progress.
    Raises SettingsError for numbers out of range and names that are taken, ImageError where no picture can be used,
    WeightsError and UnknownNameError for the base.
    """
    source = Path(pictures)
    recipe = _recipe(last_blocks=last_blocks, steps=steps, batch=batch, lr=lr, seed=seed)
    given = name or "-".join(filter(None, (_slug(source.resolve().stem), _slug(base or ""))))
    bases = [(given, base)] if base else [(given, DESCRIBES), (given + PAINTER, PAINTS)]
    for one, _ in bases:
        shelf.check_name(one, replace=replace)
    found = []
    for one, origin in reversed(bases):  # what paints first: the other one's card names it
        paints = given + PAINTER if not base and one == given else ""
        found.append(
            tune_one(
                source, one, origin, recipe, asked=new_words, guard=None if guard is None else Path(guard),
                paints=paints, resume=resume, device=device, report=report,
            )
        )  # fmt: skip
    return found[::-1]


def _recipe(**given: float | None) -> Recipe:
    recipe = changed(Recipe(), **{name: value for name, value in given.items() if value is not None})  # type: ignore[arg-type]
    for key, least in (("last_blocks", 0), ("steps", 1), ("batch", 2), ("seed", 0)):
        if getattr(recipe, key) < least:
            raise SettingsError(f"{key} is {getattr(recipe, key)}; it must be {least} or more", settings=[key])
    if not 0 < recipe.lr < 1:
        raise SettingsError(f"lr is {recipe.lr:g}; it must be above 0 and below 1", settings=["lr"])
    return recipe


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9._-]+", "-", name.lower().removeprefix("local-dir:")).strip("-._")
