import itertools
import math
from collections.abc import Sequence
from typing import Any

import pytest
import torch
from torch import Tensor

from clipgen import compiler, devices
from clipgen.cutouts import Cutouts
from clipgen.errors import DeviceError, NonFiniteError, SettingsError, UnknownNameError
from clipgen.generators.pixels import Pixels
from clipgen.losses import Loss, PromptLoss, PullToStart, TotalVariation, View
from clipgen.perceptors.base import Perceptor
from clipgen.perceptors.ensemble import Ensemble
from clipgen.perceptors.openclip import OpenClip
from clipgen.registry import OPTIMIZERS
from clipgen.synthesis import Step, Synthesis
from raising import refused

STEPS = 6


def run(
    perceptor: OpenClip,
    *,
    seeds: Sequence[int] = (1, 2),
    steps: int = STEPS,
    augments: str = "robust",
    more: Loss | None = None,
    weights: Sequence[float] = (1.0,),
    **given: Any,
) -> Synthesis:
    generator = Pixels.begin(size=(32, 24), seeds=list(seeds))
    cutouts = Cutouts(perceptor.input_size, 5, augments=augments, generator=devices.generator("cpu", 1))
    target = perceptor.encode_text(["a red square", "a blue circle"][: len(weights)])
    loss: Loss = PromptLoss(target[None], [list(weights)])
    share = torch.tensor(weights) / sum(map(abs, weights))
    return Synthesis(
        generator,
        perceptor,
        cutouts,
        loss if more is None else loss + more,
        target=(share @ target).expand(len(seeds), -1),
        steps=steps,
        lr=given.pop("lr", 0.05),
        **given,
    )


def latents_after(synthesis: Synthesis) -> Tensor:
    for _ in synthesis:
        pass
    return synthesis.generator.latents[0].detach().clone()


def test_steps_tell_what_was_made(perceptor: OpenClip) -> None:
    steps = list(run(perceptor))
    assert [step.index for step in steps] == list(range(STEPS))
    assert all(isinstance(step, Step) and step.total == STEPS and step.seconds > 0 for step in steps)
    assert all(len(step.loss) == len(step.score) == 2 for step in steps)
    assert steps[0].image.shape == (2, 3, 24, 32)
    assert steps[-1].image.min() >= 0 and steps[-1].image.max() <= 1
    assert not torch.equal(steps[0].image, steps[1].image)


def test_the_loss_falls_and_the_score_rises(perceptor: OpenClip) -> None:
    steps = list(run(perceptor, steps=30, augments="none"))
    assert sum(steps[-1].loss) < sum(steps[0].loss)
    assert min(steps[-1].score) > max(steps[0].score)


def test_the_score_is_that_of_the_shown_picture(perceptor: OpenClip) -> None:
    synthesis = run(perceptor)
    for step in synthesis:
        expected = (perceptor.encode_image(step.image) * synthesis.target).sum(-1)
        torch.testing.assert_close(torch.tensor(step.score), expected)


@pytest.mark.parametrize("chunk", [1, 2, 3, 5, 9])
def test_chunked_gradient_equals_the_whole(perceptor: OpenClip, chunk: int) -> None:
    more = 0.3 * TotalVariation() + 0.1 * PullToStart()
    whole, chunked = run(perceptor, more=more), run(perceptor, more=more, chunk=chunk)
    next(whole), next(chunked)
    chunked.load_state_dict(whole.state_dict())  # the same latents to the bit, away from the start
    torch.testing.assert_close(chunked.gradients(), whole.gradients(), atol=1e-6, rtol=1e-5)
    expected, found = whole.generator.latents[0].grad, chunked.generator.latents[0].grad
    assert expected is not None and found is not None and expected.abs().max() > 0
    torch.testing.assert_close(found, expected, atol=1e-6 * float(expected.abs().max()), rtol=1e-3)


def test_a_step_decodes_once_and_reads_no_words(perceptor: OpenClip, monkeypatch: pytest.MonkeyPatch) -> None:
    """What costs most is done once: the shown picture's graph serves the next step, however many chunks look at it."""
    synthesis = run(perceptor, chunk=2)
    decoded: list[int] = []
    synthesis.generator.register_forward_hook(lambda *_: decoded.append(synthesis.index))
    monkeypatch.setattr(type(perceptor), "encode_text", lambda *_: pytest.fail("words were read anew"))
    for _ in synthesis:
        pass
    assert len(decoded) == STEPS + 1  # the first picture, and one after each step


def test_gradient_at_the_image_equals_plain_autograd(perceptor: OpenClip) -> None:
    synthesis = run(perceptor, more=0.5 * TotalVariation(), chunk=2)
    state = synthesis.cutouts.generator.get_state()
    synthesis.gradients()
    found = synthesis.generator.latents[0].grad
    synthesis.cutouts.generator.set_state(state)
    image = synthesis.generator()
    seen = perceptor.encode_image(synthesis.cutouts(image)).unflatten(0, (5, 2))
    loss = synthesis.loss(View(image=image, embeddings=seen)).sum()
    (expected,) = torch.autograd.grad(loss, synthesis.generator.latents)
    assert found is not None
    torch.testing.assert_close(found, expected, atol=1e-6 * float(expected.abs().max()), rtol=1e-3)


def test_a_negative_prompt_pushes_away(perceptor: OpenClip) -> None:
    def cosines(weights: Sequence[float]) -> Tensor:
        synthesis = run(perceptor, weights=weights, steps=25, augments="none")
        latents_after(synthesis)
        with torch.no_grad():
            return (perceptor.encode_image(synthesis.generator()) @ perceptor.encode_text(["a blue circle"]).T).mean()

    assert cosines([1.0, -0.8]) < cosines([1.0, 0.0]) < cosines([1.0, 0.8])


def test_losses_that_see_something_else_are_refused(perceptor: OpenClip) -> None:
    class Odd(Loss):
        pass

    with refused(SettingsError, "losses", match="Odd .*'several'"):
        run(perceptor, more=Odd())


@pytest.mark.parametrize("ema", [0.0, 0.9])
@pytest.mark.parametrize("optimizer", ["adam", "rmsprop", "sgd"])
def test_n_steps_and_m_more_equal_all_in_one(perceptor: OpenClip, ema: float, optimizer: str, tmp_path: Any) -> None:
    parts: dict[str, Any] = {"ema": ema, "optimizer": optimizer, "more": 0.1 * PullToStart()}
    whole = run(perceptor, **parts)
    scores = [step.score for step in whole]

    first = run(perceptor, **parts)
    early = [step.score for step in itertools.islice(first, 3)]
    torch.save(first.state_dict(), tmp_path / "state.pt")
    latents_after(first)  # what goes on after the save must not reach into it

    second = run(perceptor, seeds=(8, 9), **parts)
    second.load_state_dict(torch.load(tmp_path / "state.pt", weights_only=True))
    late = [step.score for step in second]
    assert early + late == scores
    assert torch.equal(second.generator.latents[0], whole.generator.latents[0])
    assert second.best_image is not None and whole.best_image is not None
    assert torch.equal(second.best_image, whole.best_image)
    assert torch.equal(second.best_score, whole.best_score)


def test_a_state_stays_as_it_was_saved(perceptor: OpenClip) -> None:
    synthesis = run(perceptor)
    next(synthesis)
    state = synthesis.state_dict()
    expected = latents_after(synthesis)
    for _ in range(2):  # loaded twice, it leads to the same end twice
        synthesis.load_state_dict(state)
        assert torch.equal(latents_after(synthesis), expected)


def test_a_state_of_another_run_is_refused(perceptor: OpenClip) -> None:
    state = run(perceptor).state_dict()
    with refused(SettingsError, "steps", "ema"):
        run(perceptor, steps=7, ema=0.5).load_state_dict(state)
    with pytest.raises(SettingsError):
        run(perceptor, seeds=(1,)).load_state_dict(state)


def test_the_same_seed_gives_the_same_bytes(perceptor: OpenClip) -> None:
    torch.manual_seed(1)
    first = latents_after(run(perceptor))
    torch.manual_seed(2)  # nothing may be drawn from the global state
    assert torch.equal(latents_after(run(perceptor)), first)
    assert not torch.equal(latents_after(run(perceptor, seeds=(3, 4))), first)


def test_the_best_picture_is_kept_not_the_last(perceptor: OpenClip) -> None:
    synthesis = run(perceptor, augments="none", steps=8)
    # the loss pushes the first picture away from what the score measures, and pulls the second to it
    synthesis.loss = PromptLoss(synthesis.target[:, None], [[-1.0], [1.0]])
    steps = list(synthesis)
    bests = []
    for element in range(2):
        scores = [step.score[element] for step in steps]
        best = scores.index(max(scores))
        bests.append(best)
        assert synthesis.best_score[element] == pytest.approx(scores[best])
        assert synthesis.best_image is not None
        assert torch.equal(synthesis.best_image[element], steps[best].image[element])
        with synthesis.holding(synthesis.best_latents) as generator:
            assert torch.equal(generator()[element], steps[best].image[element])
    assert bests[0] < bests[1], "the test needs a picture whose last step is not its best"


def test_rendering_the_best_between_steps_changes_nothing(perceptor: OpenClip) -> None:
    expected = latents_after(run(perceptor))
    synthesis = run(perceptor)
    for _ in synthesis:
        with synthesis.holding(synthesis.best_latents):
            pass
    assert torch.equal(synthesis.generator.latents[0], expected)


class Failing(Loss):
    """NaN from a step on."""

    sees = "image"

    def __init__(self, at: float) -> None:
        super().__init__()
        self.at = at

    def forward(self, view: View) -> Tensor:
        assert view.image is not None
        return view.image.mean((1, 2, 3)) * (math.nan if view.progress >= self.at else 0.0)


def test_a_loss_that_is_not_finite_stops_and_keeps_the_best(perceptor: OpenClip) -> None:
    synthesis = run(perceptor, more=Failing(at=0.5))
    seen: list[Step] = []
    with refused(NonFiniteError, "lr", "dtype", match="4 of 6"):
        for step in synthesis:
            seen.append(step)
    assert len(seen) == 3 and synthesis.index == 3
    assert synthesis.best_image is not None and synthesis.best_image.isfinite().all()
    assert synthesis.best_score.tolist() == [max(step.score[i] for step in seen) for i in range(2)]
    assert synthesis.generator.latents[0].isfinite().all()


def test_a_picture_in_a_batch_pulls_no_other(perceptor: OpenClip) -> None:
    gradients = []
    for other in ("a blue circle", "a fox"):
        synthesis = run(perceptor)
        synthesis.loss = PromptLoss(perceptor.encode_text(["a red square", other])[:, None], [[1.0], [1.0]])
        assert synthesis.gradients().shape == (2,)
        gradient = synthesis.generator.latents[0].grad
        assert gradient is not None
        gradients.append(gradient)
    assert torch.equal(gradients[0][0], gradients[1][0])
    assert not torch.equal(gradients[0][1], gradients[1][1])


@pytest.mark.parametrize("name", OPTIMIZERS.names())
def test_every_optimizer_moves_the_latents(perceptor: OpenClip, name: str) -> None:
    synthesis = run(perceptor, optimizer=name, steps=2)
    before = synthesis.generator.latents[0].detach().clone()
    assert not torch.equal(latents_after(synthesis), before)


def test_unknown_names_list_the_known(perceptor: OpenClip) -> None:
    with refused(UnknownNameError, "optimizer", match="adamw"):
        run(perceptor, optimizer="adams")
    with refused(UnknownNameError, "lr_decay"):
        run(perceptor, lr_decay="cosin")


@pytest.mark.parametrize(("name", "value"), [("steps", 0), ("lr", 0.0), ("lr", -1.0), ("ema", 1.0), ("cut_chunk", 0)])
def test_numbers_out_of_range(perceptor: OpenClip, name: str, value: float) -> None:
    with refused(SettingsError, name):
        run(perceptor, **{name.removeprefix("cut_"): value})


@pytest.mark.parametrize(
    ("decay", "rates"),
    [("constant", [1, 1, 1, 1]), ("cosine", [1, 0.853553, 0.5, 0.146447]), ("step", [1, 1, 1, 0.1])],
)
def test_learning_rate(perceptor: OpenClip, decay: str, rates: list[float]) -> None:
    synthesis = run(perceptor, lr=0.5, lr_decay=decay, steps=4)
    found = [synthesis.optimizer.param_groups[0]["lr"] for _ in synthesis]
    assert found == pytest.approx([0.5 * rate for rate in rates], rel=1e-4)


def test_the_average_is_shown_and_without_the_bias_of_its_start(perceptor: OpenClip) -> None:
    plain, mean = run(perceptor), run(perceptor, ema=0.9)
    torch.testing.assert_close(next(plain).image, next(mean).image, atol=1e-5, rtol=1e-4)
    latents = [plain.generator.latents[0].detach().clone()]
    for _ in range(3):
        next(plain), next(mean)
        latents.append(plain.generator.latents[0].detach().clone())
    weights = torch.tensor([0.9**3, 0.9**2, 0.9, 1.0])
    expected = torch.einsum("k,k...->...", weights / weights.sum(), torch.stack(latents))
    torch.testing.assert_close(mean.average[0] / (1 - 0.9**4), expected, atol=1e-5, rtol=1e-3)


def test_out_of_memory_names_the_setting_that_helps(perceptor: OpenClip, monkeypatch: pytest.MonkeyPatch) -> None:
    synthesis = run(perceptor)

    def fail(image: Tensor) -> Tensor:
        raise RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 1 bytes")

    monkeypatch.setattr(synthesis.perceptor, "encode_image", fail)
    with pytest.raises(DeviceError) as caught:
        next(synthesis)
    assert "cut_chunk" in caught.value.settings


def test_fewer_cutouts_at_once_when_memory_runs_out(perceptor: OpenClip, monkeypatch: pytest.MonkeyPatch) -> None:
    whole, short = run(perceptor), run(perceptor)
    encode, most = perceptor.encode_image, 2

    def small(images: Tensor) -> Tensor:
        if images.requires_grad and len(images) > most * len(short.target):
            raise RuntimeError("CUDA out of memory. Tried to allocate 2 GiB")
        return encode(images)

    expected = [next(whole) for _ in range(3)]
    monkeypatch.setattr(perceptor, "encode_image", small)
    made = [next(short) for _ in range(3)]
    assert short.chunk is not None and short.chunk <= most
    assert made[0].note and f"cut_chunk={short.chunk}" in made[0].note and not made[1].note
    torch.testing.assert_close(made[-1].image, expected[-1].image, atol=1e-4, rtol=1e-3)


def test_several_take_turns(perceptor: OpenClip) -> None:
    looked: list[str] = []

    class Spy(Perceptor):
        def __init__(self, name: str) -> None:
            super().__init__()
            self.name, self.input_size, self.dim = name, perceptor.input_size, perceptor.dim
            self.context_length, self.logit_scale, self.fingerprint = perceptor.context_length, 1.0, name

        def encode_text(self, texts: Sequence[str]) -> Tensor:
            return perceptor.encode_text(texts)

        def encode_image(self, images: Tensor) -> Tensor:
            looked.append(self.name)
            return perceptor.encode_image(images)

        def count_tokens(self, text: str) -> int:
            return perceptor.count_tokens(text)

    both = Ensemble([(1.0, Spy("a")), (1.0, Spy("b"))])
    turns = run(both, alternate=True)
    for _ in range(3):
        next(turns)
    # one looks at the cutouts, then both at the picture for its score
    assert "".join(looked) == "aab" + "bab" + "aab"
    looked.clear()
    next(run(both, alternate=True, before=3))
    assert "".join(looked) == "bab"


def test_a_compiled_step_decodes_and_embeds_by_compiled_functions(
    perceptor: OpenClip, monkeypatch: pytest.MonkeyPatch
) -> None:
    called = []

    def compiled(function: Any) -> Any:
        def counted(*given: Tensor) -> Tensor:
            called.append(function.__self__)
            return function(*given)

        return counted

    monkeypatch.setattr(compiler, "compiled", compiled)
    plain, made = run(perceptor), run(perceptor, compile=True)
    assert torch.equal(latents_after(plain), latents_after(made))
    # the last picture is only looked at: no step comes after it
    assert called.count(made.generator) == STEPS and called.count(perceptor) == STEPS
    assert len(called) == 2 * STEPS


@pytest.mark.slow
def test_a_step_can_be_compiled(perceptor: OpenClip) -> None:
    plain, made = run(perceptor), run(perceptor, compile=True)
    assert torch.allclose(latents_after(plain), latents_after(made), atol=1e-3)
