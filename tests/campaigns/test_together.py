"""Two processes that write to one place at once: both do their work, or one of them says in a line who is there."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from .figures import record
from .processes import run
from .test_kill import finished
from .test_limits import is_decent
from .verbs import VERBS, Verb
from .whole import temporary


@pytest.mark.slow
@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.name)
def test_two_at_once(verb: Verb, tmp_path: Path) -> None:
    template = verb.prepared(tmp_path / "inputs")
    shutil.copytree(template, reference := tmp_path / "reference")
    expected, left = finished(verb, reference, [verb.args]), temporary(reference)
    shutil.copytree(template, folder := tmp_path / "both")
    with ThreadPoolExecutor(2) as pool:
        calls = [pool.submit(run, verb.args, folder, patch=verb.patch, name=f"log{number}") for number in range(2)]
        both = [call.result() for call in calls]
    assert all(is_decent(ran) for ran in both), both
    assert any(ran.code == 0 for ran in both), both
    codes = sorted(ran.code for ran in both)
    assert finished(verb, folder, []) == expected
    assert temporary(folder) == left
    record("two at once", verb.name, {"codes": codes, "lines": [ran.text.strip()[-200:] for ran in both if ran.code]})
