"""The public calls as an editor sees them: right ones pass the type checker, wrong ones are errors on their line."""

from __future__ import annotations

import re
from pathlib import Path

from mypy import api

SCRIPT = """
from pathlib import Path
from typing import assert_type

import clipgen
from clipgen.losses import Symmetry
from clipgen.similarity import Match
from clipgen.tasks.curate import Finding
from clipgen.tasks.detect import Detection
from clipgen.tasks.duplicates import Group
from clipgen.tasks.estimate import Estimated
from clipgen.tasks.events import Ranked
from clipgen.tasks.generate import GeneratedImage, Run
from clipgen.tasks.moderate import Verdict
from clipgen.tasks.pair import Paired
from clipgen.tasks.orient import Turn
from clipgen.tasks.scenes import Scene
from clipgen.tasks.search import Found
from clipgen.tasks.track import Tracked

assert_type(clipgen.generate("a fox", steps=3, size=(64, 64), perceptor=["builtin", "rn50"]), GeneratedImage)
assert_type(clipgen.generate("a fox", count=2), list[GeneratedImage])
assert_type(clipgen.generate(["a fox", "a castle"], generator="cppn", render_size=(512, 384)), list[GeneratedImage])
assert_type(clipgen.stream("a fox", losses=[0.5 * Symmetry()]), Run)
assert_type(clipgen.edit(Path("photo.jpg"), "at sunset", init_weight=4.0), GeneratedImage)
assert_type(clipgen.caption("photo.jpg", top=3), list[Match])
assert_type(clipgen.caption(["a.jpg", "b.jpg"], candidates=["a fox"]), list[list[Match]])
assert_type(clipgen.rank("golden hour", ["a.jpg"], keep=0.2), list[Ranked])
assert_type(clipgen.classify("a.jpg", ["cat", "dog"], top=1), list[Match])
assert_type(clipgen.classify(["a.jpg", "b.jpg"], ["cat", "dog"]), list[list[Match]])
assert_type(clipgen.compare(["a.jpg"], ["cat"], views="crops"), list[tuple[float, ...]])
assert_type(clipgen.duplicates("photos", keep="oldest"), list[Group])
assert_type(clipgen.curate("photos", by_folder=True), list[Finding])
assert_type(clipgen.estimate("a.jpg", {"a baby": 1, "an adult": 35.5}), Estimated)
assert_type(clipgen.estimate(["a.jpg"], calibration="ages.json"), list[Estimated])
assert_type(clipgen.pair("photos", "poem.txt", titled=False), list[Paired])
assert_type(clipgen.orient("photos", sure=0.9), list[Turn])
assert_type(clipgen.search("a fox", "photos", pictures="a.jpg:-0.5", top=3), list[Found])
assert_type(clipgen.detect("a.jpg", "a fox", threshold=4.0), list[Detection])
assert_type(clipgen.detect(["a.jpg"], ["a fox", "a car"]), list[list[Detection]])
assert_type(clipgen.moderate("a.jpg", false_veil=0.001), Verdict)
assert_type(clipgen.moderate([Path("a.jpg")]), list[Verdict])
assert_type(clipgen.track("film.mp4", "a fox", every=0.25, most=1), list[Tracked])
assert_type(clipgen.scenes("film.mp4", captions=False, shortest=1.0), list[Scene])
clipgen.animate("seasons.txt", fps=12, seed=7, as_network=True).save("seasons.mp4")
clipgen.sample(4, generator="stylegan", classes=["forest"], psi=0.5)[0].save("sheet.png")
with clipgen.Studio(generator="cppn", steps=80) as studio:
    assert_type(studio.generate("a castle", seed=1), GeneratedImage)

clipgen.generate("a fox", stepz=3)  # wrong: an unknown name
clipgen.generate("a fox", steps="3")  # wrong: text for a number
clipgen.generate("a fox", size=512)  # wrong: one number for two
clipgen.stream(3)  # wrong: no prompt
clipgen.caption("photo.jpg", topp=3)  # wrong: an unknown name
clipgen.rank("golden hour", "a.jpg", keep="best")  # wrong: text for a number
clipgen.estimate("a.jpg", {"a baby": "young"})  # wrong: text for a number
clipgen.search("a fox", views="crops")  # wrong: a setting of other verbs
clipgen.animate("seasons.txt", fps="many")  # wrong: text for a number
clipgen.Studio(stepz=3)  # wrong: an unknown name
clipgen.genrate("a fox")  # wrong: an unknown verb
clipgen.GenerateSettings.of(stepz=3)  # wrong: an unknown name
clipgen.GenerateSettings().changed(size=512)  # wrong: one number for two
"""


def test_public_calls_are_typed(tmp_path: Path) -> None:
    script = tmp_path / "calls.py"
    script.write_text(SCRIPT)
    root = Path(__file__).parents[1]
    printed, problems, _ = api.run(["--config-file", str(root / "pyproject.toml"), "--show-error-codes", str(script)])
    assert not problems
    found = {int(line) for line in re.findall(r"calls\.py:(\d+): error", printed)}
    wrong = {number for number, line in enumerate(SCRIPT.splitlines(), 1) if "# wrong" in line}
    assert found == wrong, printed
