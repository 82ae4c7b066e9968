"""Kill and stop every verb that writes, at random moments: no file is damaged, and it ends as if nothing had happened.

    CLIPGEN_KILLS=17 CLIPGEN_STOPS=3 pytest -m slow -n 0 -s tests/campaigns/test_kill.py

$CLIPGEN_KILLS: kills of each verb by kill -9; $CLIPGEN_STOPS: by each of SIGINT, SIGTERM and closing the terminal. Half
of the moments are by the clock, half just before a change of files.
"""

from __future__ import annotations

import random
import shutil
import signal
from pathlib import Path

import pytest

from .figures import count, record
from .processes import STOPS, Moment, Ran, run
from .verbs import VERBS, Commands, Results, Verb
from .whole import check_whole, temporary

KILLS, STOPPED, SEED = "CLIPGEN_KILLS", "CLIPGEN_STOPS", 7
SIGNALS = {signal.SIGKILL: 17, **dict.fromkeys(STOPS, 3)}  # and how often by default


def moment(tries: int, whole: Ran, rng: random.Random, number: signal.Signals) -> Moment:
    """A moment within a run that was not stopped: by turns before a change of files, and by the clock."""
    if tries % 2:
        return Moment(seconds=rng.uniform(0, whole.seconds), number=number)
    return Moment(change=rng.randint(1, whole.changes), number=number)


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
    run(("version",), tmp_path)  # the first command waits until torch is imported
    whole = run(verb.args, reference, patch=verb.patch)
    assert whole.code == 0, whole.text
    expected, left = finished(verb, reference, []), temporary(reference)
    assert expected
    for number, default in SIGNALS.items():
        asked = count(KILLS if number == signal.SIGKILL else STOPPED, default)
        rng, stopped, opened, tries = random.Random(f"{SEED} {verb.name} {number}"), 0, 0, 0
        while stopped < asked:
            tries += 1
            assert tries <= 3 * asked + 3, "it ends before it can be stopped"
            shutil.copytree(template, folder := tmp_path / f"{number}-{tries}")
            at = moment(tries, whole, rng, number)
            try:
                ran = run(verb.args, folder, moment=at, patch=verb.patch)
                if ran.code == 0:
                    continue  # it was faster than the first one
                expects = -9 if number == signal.SIGKILL else 128 + number
                # a worker that was just being started when its parent was killed says so, as Python does
                clean = number == signal.SIGKILL or "Traceback" not in ran.text
                assert ran.code == expects and clean, (ran.code, ran.text)
                stopped += 1
                opened += check_whole(folder)
                assert finished(verb, folder, verb.finish(verb, folder)) == expected
                assert temporary(folder) == left
            except AssertionError as error:
                raise AssertionError(f"stopped {at}, in {folder}: {error}") from error
            shutil.rmtree(folder)
        record("kill", f"{verb.name}, {number.name}", {"stopped": stopped, "files opened": opened})
