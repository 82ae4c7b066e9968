"""Both sides' pictures are seen by the same measure, after the same steps."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from loss import losses
from sides import Job


@pytest.mark.parametrize("side", ["ours", "reference"])
def test_the_loss_falls_and_is_told_by_steps(side: str, tiny_clip: Path, tiny_vqgan: Path, tmp_path: Path) -> None:
    job = Job("builtin", side, tmp_path, weights=tiny_vqgan, perceptor=f"local-dir:{tiny_clip}", size=(32, 32))
    job = replace(job, course=12, every=4, settings={"start": "noise", "steps": 12, "cutn": 8})
    found = losses(job)["loss"]
    assert list(found) == [4, 8, 12] and found[12] < found[4]
    assert losses(job)["loss"] == found
