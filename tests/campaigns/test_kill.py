"""Kill every verb that writes, at random moments: no file is damaged, and the next run ends as if nothing had happened.

    CLIPGEN_KILLS=3 pytest -m slow -n 0 tests/campaigns/test_kill.py

$CLIPGEN_KILLS: kills of each verb. Half of them hit a moment by the clock, half one just before a change of files.
"""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest

from .figures import count, record
from .processes import Moment, Ran, run
from .verbs import VERBS, Commands, Results, Verb
from .whole import check_whole, temporary

KILLS, SEED = "CLIPGEN_KILLS", 7


def moment(number: int, whole: Ran, rng: random.Random) -> Moment:
    """A moment within a run that was not killed: by turns before a change of files, and by the clock."""
    return Moment(rng.uniform(0, whole.seconds)) if number % 2 else Moment(change=rng.randint(1, whole.changes))


def finished(verb: Verb, folder: Path, commands: Commands) -> Results:
    """The results of a verb after some commands, each of which must succeed."""
    for args in [*commands, *verb.after]:
        ended = run(args, folder, patch=verb.patch)
        assert ended.code == 0 and "Traceback" not in ended.text, (args, ended.text)
    check_whole(folder)
    return verb.results(folder)


@pytest.mark.slow
@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.name)
def test_a_kill_loses_nothing(verb: Verb, tmp_path: Path) -> None:
    template = verb.prepared(tmp_path / "inputs")
    shutil.copytree(template, reference := tmp_path / "reference")
    whole = run(verb.args, reference, patch=verb.patch)
    assert whole.code == 0, whole.text
    expected, left = finished(verb, reference, []), temporary(reference)
    assert expected
    kills, rng = count(KILLS, 20), random.Random(f"{SEED} {verb.name}")
    killed = opened = tries = 0
    while killed < kills:
        tries += 1
        assert tries <= 3 * kills, "it ends before it can be killed"
        shutil.copytree(template, folder := tmp_path / str(tries))
        at = moment(tries, whole, rng)
        try:
            if run(verb.args, folder, moment=at, patch=verb.patch).code != -9:
                continue  # it was faster than the first one
            killed += 1
            opened += check_whole(folder)
            commands = verb.finish(verb, folder)
            assert finished(verb, folder, commands) == expected
            assert temporary(folder) == left
        except AssertionError as error:
            raise AssertionError(f"killed {at}, in {folder}: {error}") from error
        shutil.rmtree(folder)
    record("kill", verb.name, {"kills": killed, "files opened": opened})
