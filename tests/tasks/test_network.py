"""Films that one network draws."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

import runs
from clipgen.errors import SettingsError
from clipgen.perceptors.openclip import OpenClip
from clipgen.settings import FilmSettings, GenerateSettings
from clipgen.tasks.animate import Film, Output, projector_to
from clipgen.tasks.animate.painters.network import NetworkPainter
from clipgen.timelines import Scene, Timeline, Track
from raising import refused

PICTURE = GenerateSettings.of(generator="cppn", size=(32, 24), steps=5, cutn=2, seed=7, device="cpu", dtype="fp32")
FILM = FilmSettings(as_network=True, fps=8, keyframes=4, seconds_per_scene=1, transition_seconds=0.5)
SCENES = (Scene("a red square"), Scene("a blue circle"))
Make = Callable[..., Any]


@pytest.fixture
def make(perceptor: OpenClip, tmp_path: Path) -> Make:
    def made(*scenes: Scene, folder: str = "film", settings: FilmSettings = FILM, **given: Any) -> Any:
        picture = PICTURE.changed(**given)
        return runs.film(perceptor, Timeline(scenes or SCENES), settings, picture, folder=tmp_path / folder)

    return made


def painter(film: Film) -> NetworkPainter:
    assert isinstance(film.painter, NetworkPainter)
    return film.painter


def learn(film: Film) -> Film:
    assert [step.index for step in film.shoot()] == list(range(painter(film).rounds * 5))
    return film


def latents(film: Film) -> list[torch.Tensor]:
    return [latent.detach().clone() for latent in painter(film).network.latents]


def test_it_learns_all_moments_and_is_drawn_at_any_size(make: Make) -> None:
    film = make()
    before = latents(film)
    learn(film)
    assert any(not torch.equal(a, b) for a, b in zip(before, latents(film), strict=True))
    frames = list(film.frames())
    assert len(frames) == 16 and frames[9].words == "a blue circle" and frames[0].image.size == (32, 24)
    assert film.at(0.3, (64, 48)).size == (64, 48)
    assert film.at(0.0).tobytes() == film.at(film.seconds).tobytes()  # no seam
    assert film.steps == 0 and make().reused == [0, 1] and make(seed=8).reused == []


def test_turns_continue_from_round_to_round(make: Make, perceptor: OpenClip, monkeypatch: pytest.MonkeyPatch) -> None:
    turns: list[int] = []

    def in_turn(_: OpenClip, step: int) -> OpenClip:
        turns.append(step)
        return perceptor

    monkeypatch.setattr(OpenClip, "in_turn", in_turn)
    film = learn(make(alternate=True))
    rounds = painter(film).rounds
    assert rounds > 1 and turns == list(range(rounds * 5))


def test_a_killed_one_resumes_to_the_same_network(make: Make) -> None:
    whole = learn(make())
    for kill in (0, 7, 9):
        for step in make(folder=f"killed-{kill}").shoot():
            if step.index == kill:
                break
        again = make(folder=f"killed-{kill}")
        assert (again.steps < whole.outline.steps) == (kill >= 4)
        list(again.shoot())
        assert all(torch.equal(a, b) for a, b in zip(latents(again), latents(whole), strict=True)), kill


def test_the_words_of_a_moment(make: Make) -> None:
    film = make()
    list(film.shoot())
    aims = painter(film).aims
    first, turning, second = (aims(seconds).embeddings for seconds in (0.9, 1.25, 1.9))
    assert not torch.allclose(first, second) and not torch.allclose(turning, second)
    assert torch.allclose(aims(0.0).embeddings, aims(1.999).embeddings, atol=1e-5)  # the last turns into it


@pytest.mark.parametrize(
    ("scene", "key"),
    [
        (Scene("a fox", tracks={"zoom": Track.constant(2.0)}), "zoom"),
        (Scene("a fox", settings={"seed": 3}), "seed"),
    ],
)
def test_one_network_draws_all_scenes_alike(make: Make, scene: Scene, key: str) -> None:
    with pytest.raises(SettingsError, match=key):
        make(SCENES[0], scene)


def test_one_network_is_a_cppn_that_morphs(make: Make) -> None:
    with refused(SettingsError, "transition"):
        make(SCENES[0], Scene("a fox", transition="cut"))
    with refused(SettingsError, "generator"):
        make(SCENES[0], Scene("a fox"), generator="pixels")


def test_a_page_holds_the_network_and_nothing_that_ends_it(make: Make, tmp_path: Path) -> None:
    film = learn(make(Scene("a </script> fox"), SCENES[1]))
    path = tmp_path / "film.html"
    projector_to(Output(path)).check(film.outline)
    assert list(film.project(Output(path))) == []
    text = path.read_text()
    assert text.count("</script>") == 2 and "http" not in text
    found = re.search(r'<script id="network"[^>]*>(.*?)</script>', text, re.DOTALL)
    assert found is not None
    data = json.loads(found[1])
    assert data["seconds"] == 2 and data["scenes"][0]["words"] == "a </script> fox"
    assert [len(layer["bias"]) for layer in data["layers"]] == [24] * 9 + [3]
    assert np.allclose(data["layers"][0]["weight"], painter(film).network.latents[1].detach()[0], rtol=1e-5, atol=1e-9)
    with refused(SettingsError, "as_network", "generator"):
        projector_to(Output(path)).check(make(settings=replace(FILM, as_network=False)).outline)
    with refused(SettingsError, "as_network", "generator"):
        make(settings=replace(FILM, as_network=False)).page()


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("chromium") is None, reason="needs the browser chromium")
def test_a_browser_draws_what_we_draw(make: Make, tmp_path: Path) -> None:
    film, shown = learn(make(size=(256, 192))), tmp_path / "shown.png"
    page = tmp_path / "film.html"
    list(film.project(Output(page)))
    command = ["chromium", "--headless", "--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader",
               "--no-first-run", "--disable-background-networking", "--hide-scrollbars", f"--user-data-dir={tmp_path}",
               "--window-size=256,300", "--virtual-time-budget=3000", f"--screenshot={shown}"]  # fmt: skip
    subprocess.run([*command, f"{page.as_uri()}?at=0.7&width=256"], check=True, capture_output=True, timeout=120)
    with Image.open(shown) as image:
        seen = np.asarray(image.convert("RGB"), dtype=float)
    own = np.asarray(film.at(0.7), dtype=float)
    tops = range(seen.shape[0] - 192)
    assert min(np.abs(seen[top : top + 192, :256] - own).mean() for top in tops) < 1.5
