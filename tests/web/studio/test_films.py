import os
from pathlib import Path
from typing import Any

import pytest

from clipgen.media.footage import VideoFacts
from clipgen.web.studio.films import forget_old, scenes_of

from ..conftest import Serve, Web, events


def film(*prompts: str, seed: int = 7, **scene: Any) -> dict[str, Any]:
    first, *others = prompts or ("a red fox", "a blue castle")
    scenes = [{"prompt": first, "seconds": 1, **scene}, *({"prompt": one, "seconds": 1} for one in others)]
    picture = {"generator": "pixels", "size": [32, 32], "steps": 2, "cutn": 2, "seed": seed}
    settings = {"film": {"fps": 4, "keyframes": 2.0, "keyframe_steps": 1, "transition": "cut"}, "picture": picture}
    return {"verb": "animate", "inputs": {"timeline": {"scene": scenes}}, "settings": settings}


def plan(web: Web, asked: dict[str, Any]) -> dict[str, Any]:
    answer = web.client.post("/api/films/outline", json=asked)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_a_storyboard_becomes_a_film(web: Web, tmp_path: Path) -> None:
    done = web.paint(film())
    assert done["state"] == "done", done["error"]
    path = tmp_path / "film.mp4"
    path.write_bytes(web.client.get(done["film"]).content)
    assert VideoFacts.of(path).size == (32, 32)
    part = web.client.get(done["film"], headers={"Range": "bytes=0-9"})
    assert part.status_code == 206 and len(part.content) == 10


@pytest.mark.parametrize(
    "scene",
    [{"seconds": 10_000}, {"init_image": "/etc/passwd"}, {"prompt": ""}, {"unknown": 1}, {"palette": ["#aabbcc"]}],
)
def test_scenes_that_are_not_accepted(still: Web, scene: dict[str, Any]) -> None:
    for path in ("/api/jobs", "/api/films/outline"):
        assert still.client.post(path, json=film(**scene)).status_code == 400


def test_a_plan_tells_scenes_length_and_steps_and_paints_nothing(web: Web) -> None:
    found = plan(web, film(seconds=2))
    assert [(one["start"], one["seconds"], one["steps"]) for one in found["scenes"]] == [(0, 2, 5), (2, 1, 3)]
    assert (found["seconds"], found["frames"], found["steps"], found["seconds_a_step"]) == (3, 12, 8, None)
    assert web.client.get("/api/jobs").json()["jobs"] == []
    assert not scenes_of("owner", web.room.folder).exists()


def test_only_scenes_that_changed_are_painted_again(web: Web) -> None:
    web.paint(film("a red fox", "a blue castle", "a red square"))
    changed = film("a red fox", "a green castle", "a red square")
    found = plan(web, changed)
    assert [one["painted"] for one in found["scenes"]] == [True, False, True]
    assert found["steps"] == 3 and found["seconds_a_step"] > 0
    done = web.paint(changed)
    told = events(web.client.get(done["events"]).text)
    assert sum(kind == "step" for _, kind, _ in told) == 3
    assert {"job": done["id"], "text": "unchanged, and not painted again: scenes 1, 3"} in [one[2] for one in told]
    assert plan(web, changed)["steps"] == 0
    assert plan(web, film("a red fox", seed=8))["steps"] == 3


def test_scenes_are_kept_for_a_month(web: Web) -> None:
    web.paint(film())
    (first, _) = (scenes_of("owner", web.room.folder) / "scenes").iterdir()
    assert forget_old(web.room.folder) == 0
    os.utime(first, (0, 0))
    assert forget_old(web.room.folder) == 1 and not first.exists()
    assert plan(web, film())["steps"] == 3


def test_a_film_of_another_visitor_is_not_seen(serve: Serve) -> None:
    web = serve(host="0.0.0.0")
    web.paint(film())
    assert plan(web, film())["steps"] == 0
    assert web.other().post("/api/films/outline", json=film()).json()["steps"] == 6


def test_a_film_grows_out_of_a_picture(web: Web) -> None:
    shown = web.picture()
    done = web.paint(film(init_image=shown["file"]))
    assert done["state"] == "done", done["error"]
    assert done["job"]["inputs"]["timeline"]["scene"][0]["init_image"] == shown["file"]


def test_a_plan_of_anything_but_a_film_is_refused(still: Web) -> None:
    picture = {"verb": "generate", "inputs": {"prompts": ["a fox"]}, "settings": {}}
    assert still.client.post("/api/films/outline", json=picture).status_code == 400
