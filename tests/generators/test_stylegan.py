"""StyleGANs: the networks' shapes and laws, and every kind of file they come in, hostile ones too."""

from __future__ import annotations

import json
import os
import pickle
import sys
import types
from collections import OrderedDict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from clipgen.errors import OutputError, SettingsError, UnknownNameError, WeightsError
from clipgen.generators.stylegan.checkpoint import convert, load_network
from clipgen.generators.stylegan.generator import StyleGAN
from clipgen.generators.stylegan.layers import binomial, filtered, styled
from clipgen.generators.stylegan.stylegan2 import StyleGAN2
from clipgen.generators.stylegan.stylegan3 import StyleGAN3
from clipgen.perceptors.openclip import OpenClip
from clipgen.settings import GenerateSettings
from raising import refused
from runs import start

from .contract import assert_elements_are_independent, assert_seeds_determine_pictures, assert_state_is_restored

CONFIG = {"channel_base": 512, "channel_max": 16}
Save = Callable[..., Path]


def tiny(kind: str = "2", *, classes: int = 0) -> StyleGAN2 | StyleGAN3:
    torch.manual_seed(0)
    network: StyleGAN2 | StyleGAN3
    if kind == "2":
        channels = {4: 16, 8: 16, 16: 8, 32: 8}
        network = StyleGAN2(side=32, channels=channels, width=16, noise=12, classes=classes, layers=2)
    else:
        config = {**CONFIG, **({"conv_kernel": 1, "use_radial_filters": True} if kind == "3r" else {})}
        network = StyleGAN3(side=32, config=config, width=16, noise=12, classes=classes)
        for name, buffer in network.named_buffers():
            if name.endswith("filter"):
                buffer.copy_(torch.rand_like(buffer) / buffer.numel())
    for parameter in network.parameters():
        parameter.data += 0.1 * torch.randn_like(parameter)
    return network.eval().requires_grad_(False)


def picture(network: StyleGAN2 | StyleGAN3, **given: Any) -> Tensor:
    z = torch.randn(2, 12, generator=torch.Generator().manual_seed(1))
    c = torch.eye(network.mapping.classes)[:2] if network.mapping.classes else None
    return network(network.mapping(z, c)[:, None].expand(-1, network.styles, -1), **given)


class _Persistent:
    """A module as NVIDIA's pickles have it: a call of their function, with its source and its state."""

    def __init__(self, module: nn.Module, arguments: dict[str, Any]) -> None:
        self.state = {
            "_parameters": OrderedDict((k, v) for k, v in module._parameters.items()),
            "_buffers": OrderedDict((k, v) for k, v in module._buffers.items()),
            "_modules": OrderedDict((k, _Persistent(v, {})) for k, v in module._modules.items() if v is not None),
            "_init_args": (), "_init_kwargs": arguments, "training": False, "_hooks": OrderedDict(),
        }  # fmt: skip

    def __reduce__(self) -> Any:
        source = "import os; os.mkdir('exploded')"
        meta = {"type": "class", "version": 6, "module_src": source, "class_name": "Generator", "state": self.state}
        return sys.modules["torch_utils.persistence"]._reconstruct_persistent_obj, (meta,)  # type: ignore[attr-defined]


@pytest.fixture
def save(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Save]:
    """Write an object as a pickle that names NVIDIA's modules, which are not there when it is read."""
    monkeypatch.chdir(tmp_path)
    home, dnnlib = types.ModuleType("torch_utils.persistence"), types.ModuleType("dnnlib.util")

    def reconstruct(meta: object) -> None:
        os.mkdir("exploded")

    reconstruct.__module__, reconstruct.__qualname__ = home.__name__, "_reconstruct_persistent_obj"
    reconstruct.__name__ = "_reconstruct_persistent_obj"
    home._reconstruct_persistent_obj = reconstruct  # type: ignore[attr-defined]
    dnnlib.EasyDict = type("EasyDict", (dict,), {"__module__": "dnnlib.util"})  # type: ignore[attr-defined]
    modules = {"torch_utils": types.ModuleType("torch_utils"), "torch_utils.persistence": home,
               "dnnlib": types.ModuleType("dnnlib"), "dnnlib.util": dnnlib}  # fmt: skip

    def write(content: object, name: str = "n.pkl") -> Path:
        with monkeypatch.context() as patch:
            for key, module in modules.items():
                patch.setitem(sys.modules, key, module)
            (tmp_path / name).write_bytes(pickle.dumps(content))
        return tmp_path / name

    yield write
    assert not (tmp_path / "exploded").exists()


@pytest.mark.parametrize(("kind", "classes"), [("2", 0), ("2", 3), ("3", 0), ("3", 3), ("3r", 0)])
def test_nvidias_pickles_are_loaded_and_converted(save: Save, kind: str, classes: int, tmp_path: Path) -> None:
    network = tiny(kind, classes=classes)
    told = network.config.get("config", {}) if kind != "2" else {"synthesis_kwargs": dict(CONFIG), "c_dim": classes}
    path = save({"G": None, "D": None, "G_ema": _Persistent(network, dict(told)), "training_set_kwargs": None})
    read = load_network(path)
    assert type(read) is type(network) and read.mapping.classes == classes
    assert torch.equal(picture(read), picture(network))
    again = load_network(convert(path, tmp_path / "new" / "n.safetensors"))
    assert torch.equal(picture(again), picture(network))


def test_nothing_in_a_pickle_runs(save: Save) -> None:
    class Bomb:
        def __reduce__(self) -> Any:
            return os.mkdir, ("exploded",)

    class Evaluated:
        def __reduce__(self) -> Any:
            return eval, ("__import__('os').mkdir('exploded')",)

    network = tiny()
    for bomb in (Bomb(), Evaluated()):
        with_bomb = _Persistent(network, {"side": bomb})
        with_bomb.state["_hooks"] = {"a": bomb}
        assert torch.equal(picture(load_network(save({"G_ema": with_bomb, "D": bomb}))), picture(network))
        for content in (bomb, {"G_ema": bomb}, [bomb]):
            with pytest.raises(WeightsError, match="G_ema"):
                load_network(save(content))


def test_a_bomb_inside_of_a_tensor_does_not_go_off(save: Save) -> None:
    class Storage:
        def __reduce__(self) -> Any:
            class Bomb:
                def __reduce__(self) -> Any:
                    return os.mkdir, ("exploded",)

            return torch.storage._load_from_bytes, (pickle.dumps(Bomb()),)

    with pytest.raises(WeightsError, match=".pkl"):
        load_network(save({"G_ema": Storage()}))


def test_files_of_something_else(save: Save, tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="TensorFlow"):
        load_network(save((1, 2, 3)))
    with pytest.raises(WeightsError, match="StyleGAN2"):
        load_network(save({"G_ema": _Persistent(nn.Linear(2, 2), {})}))
    whole = save({"G_ema": _Persistent(tiny(), {})})
    (tmp_path / "cut.pkl").write_bytes(whole.read_bytes()[:5000])
    with pytest.raises(WeightsError, match=".pkl"):
        load_network(tmp_path / "cut.pkl")
    broken = _Persistent(tiny(), {})
    broken.state["_modules"]["synthesis"].state["_modules"]["b8"].state["_modules"]["conv0"].state["_parameters"][
        "weight"
    ] = torch.zeros(3, 3, 3, 3)
    with pytest.raises(WeightsError, match="synthesis.b8.conv0.weight"):
        load_network(save({"G_ema": broken}))
    with pytest.raises(WeightsError, match="none.pkl"):
        load_network(Path("none.pkl"))
    with pytest.raises(WeightsError, match="'.txt'"):
        (tmp_path / "a.txt").write_text("x")
        load_network(tmp_path / "a.txt")


def test_a_checkpoint_of_rosinality_is_read(tmp_path: Path) -> None:
    network = tiny()
    told: dict[str, Tensor] = {}
    for key, value in network.state_dict().items():
        if key.startswith("mapping.fc"):
            told[f"style.{int(key[10]) + 1}.{key.split('.')[-1]}"] = value
            continue
        if key == "synthesis.b4.const":
            told["input.input"] = value[None]
        if not key.startswith("synthesis") or key.endswith("const"):
            if key.endswith("noise_const"):
                side, layer = int(key.split(".")[1][1:]), key.split(".")[2]
                number = 0 if side == 4 else 2 * (side.bit_length() - 4) + 1 + int(layer[-1])
                told[f"noises.noise_{number}"] = value[None, None]
            continue
        _, block, layer, part = key.split(".", 3)
        level = int(block[1:]).bit_length() - 4
        home = {
            "torgb": "to_rgb1" if level < 0 else f"to_rgbs.{level}",
            "conv0": f"convs.{2 * level}", "conv1": "conv1" if level < 0 else f"convs.{2 * level + 1}",
        }[layer]  # fmt: skip
        if part == "bias":
            place, shown = ("bias", value.view(1, -1, 1, 1)) if layer == "torgb" else ("activate.bias", value)
        elif part == "noise_strength":
            place, shown = "noise.weight", value.view(1)
        elif part == "weight":
            place, shown = "conv.weight", value[None]
        else:
            place, shown = part.replace("affine", "conv.modulation"), value
        told[f"{home}.{place}"] = shown
    torch.save({"g": {}, "g_ema": told, "latent_avg": torch.zeros(16)}, tmp_path / "r.pt")
    assert torch.equal(picture(load_network(tmp_path / "r.pt")), picture(network))


@pytest.fixture
def weights(save: Save) -> Path:
    return save({"G_ema": _Persistent(tiny(), {})})


@pytest.fixture
def generator(weights: Path) -> StyleGAN:
    return StyleGAN.begin(size=(32, 32), seeds=[1, 2], weights=weights)


def test_the_contract_of_generators(generator: StyleGAN, weights: Path) -> None:
    assert generator().shape == (2, 3, 32, 32) and generator().min() >= 0 and generator().max() <= 1
    assert_elements_are_independent(generator)
    assert_state_is_restored(generator)
    assert_seeds_determine_pictures(lambda seeds: StyleGAN.begin(size=(32, 32), seeds=seeds, weights=weights))


def test_a_picture_has_the_size_of_the_network(generator: StyleGAN) -> None:
    assert generator.reachable((640, 480)) == (32, 32)
    large = generator.render((96, 64))
    assert large.shape == (2, 3, 64, 96) and large.min() >= 0 and large.max() <= 1
    assert torch.allclose(large[..., :16], torch.full((), 0.9)) and torch.allclose(large[..., 80:], torch.full((), 0.9))
    small = torch.nn.functional.avg_pool2d(large[..., 16:80], 2)
    assert (small - generator()).abs().mean() < 0.5 * (small - generator().flip(0)).abs().mean()


def test_styles_stay_near_the_mean(generator: StyleGAN) -> None:
    with torch.no_grad():
        generator.latents[1] += 10 * torch.randn_like(generator.latents[1])
    generator.project_()
    far = sum(generator.latents).square().mean(-1).sqrt()  # type: ignore[union-attr]
    assert far.max() <= 1.2501


def test_a_picture_of_its_own_is_found_again(generator: StyleGAN) -> None:
    wanted = generator().detach()
    generator.start([3, 4], (32, 32))
    before = (generator() - wanted).square().mean()
    generator.encode(wanted)
    assert (generator() - wanted).square().mean() < 0.1 * before


def test_the_best_of_many_draws_is_the_start(perceptor: OpenClip, weights: Path) -> None:
    small = {"size": (32, 32), "seed": 7, "steps": 2, "cutn": 2, "device": "cpu", "dtype": "fp32"}
    settings = GenerateSettings.of(generator=f"stylegan:{weights}", **small)
    best = start(perceptor, ["a red square"], settings)
    drawn = start(perceptor, ["a red square"], settings.changed(start="noise"))
    assert best.settings.init.start == "samples" and drawn.settings.init.start == "noise"
    aim = perceptor.encode_text(["a red square"])[0]
    with torch.no_grad():
        fits = [float(perceptor.encode_image(made.generator())[0] @ aim) for made in (best, drawn)]
    assert fits[0] >= fits[1]
    steps = list(best)
    again = start(perceptor, ["a red square"], best.settings)
    assert torch.equal(steps[-1].image, list(again)[-1].image)
    with refused(SettingsError, "start"):
        start(perceptor, ["a"], GenerateSettings.of(generator="pixels", start="samples"))


def test_a_conditional_one_draws_its_classes(save: Save) -> None:
    weights = save({"G_ema": _Persistent(tiny(classes=3), {})})
    generator = StyleGAN.begin(size=(32, 32), seeds=list(range(6)), weights=weights)
    assert generator().shape == (6, 3, 32, 32)


@pytest.fixture
def classed(tmp_path: Path) -> Path:
    """A network of three classes with names, as `convert` writes it."""
    network = tiny(classes=3)
    network.names = ("dog", "cat", "fox")
    save_file(network.state_dict(), tmp_path / "c.safetensors")
    (tmp_path / "c.json").write_text(json.dumps({"kind": "stylegan2", "classes": network.names}))
    return tmp_path / "c.safetensors"


def test_names_of_classes_are_kept(classed: Path, tmp_path: Path) -> None:
    convert(classed, tmp_path / "again.safetensors")
    assert load_network(tmp_path / "again.safetensors").names == ("dog", "cat", "fox")
    (tmp_path / "c.json").write_text(json.dumps({"classes": ["dog"]}))
    with pytest.raises(WeightsError, match="c.safetensors.*3.*1"):
        load_network(classed)


def test_converting_leaves_a_config_that_is_there_as_it_is(classed: Path, tmp_path: Path) -> None:
    own = (tmp_path / "c.json").read_text()
    (tmp_path / "same.json").write_text(own)
    convert(classed, tmp_path / "same.safetensors")
    assert (tmp_path / "same.json").read_text() == own
    for other in ('{"labels": [["a.png", 0]]}', "]", '{"classes": ["fox", "cat", "dog"]}'):
        (tmp_path / "other.json").write_text(other)
        with pytest.raises(OutputError, match="other.json"):
            convert(classed, tmp_path / "other.safetensors")
        assert (tmp_path / "other.json").read_text() == other and not (tmp_path / "other.safetensors").exists()


def test_draws_are_of_the_given_classes(classed: Path) -> None:
    generator = StyleGAN.begin(size=(32, 32), seeds=[1, 2], weights=classed)
    pictures = []
    for asked in ([("cat", 1.0)], [("1", 3.0)], [("fox", 1.0)], [("cat", 1.0), ("fox", 1.0)]):
        generator.draw_from(0.0, asked)
        generator.start([1, 2], (32, 32))
        pictures.append(generator().detach())
        # without truncation's distance all draws of a class are its mean
        assert torch.allclose(pictures[-1][0], pictures[-1][1])
    assert torch.equal(pictures[0], pictures[1])
    assert not torch.allclose(pictures[0], pictures[2]) and not torch.allclose(pictures[2], pictures[3])


def test_of_classes_of_one_name_a_seed_chooses(classed: Path) -> None:
    generator = StyleGAN.begin(size=(32, 32), seeds=list(range(12)), weights=classed)
    generator.network.names = ("fox", "cat", "cat")
    alone = []
    for number in ("1", "2"):
        generator.draw_from(0.0, [(number, 1.0)])
        generator.start([0], (32, 32))
        alone.append(generator().detach()[0])
    generator.draw_from(0.0, [("cat", 1.0)])
    generator.start(list(range(12)), (32, 32))
    far = torch.stack([(generator().detach() - one).abs().amax((1, 2, 3)) for one in alone])
    assert set(far.argmin(0).tolist()) == {0, 1} and far.amin(0).max() < 1e-5


def test_with_words_the_classes_of_the_nearest_names_are_tried(classed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("clipgen.generators.stylegan.generator.NAMES", 1)
    generator = StyleGAN.begin(size=(32, 32), seeds=[5], weights=classed)
    assert generator.draws_for(lambda names: torch.eye(len(names)))
    generator.draw_from(0.0, [])
    names = list(generator.network.names)
    for name in names:
        words = torch.eye(len(names))[[names.index(name)]]
        generator.choose([5], lambda images, row: torch.zeros(len(images)), words)
        chosen = generator().detach()
        generator.draw_from(0.0, [(name, 1.0)])
        generator.start([5], (32, 32))
        assert torch.allclose(generator(), chosen, atol=1e-5)
        generator.draw_from(0.0, [])


@pytest.mark.parametrize(("asked", "why"), [("cow", "cow"), ("3", "0 to 2")])
def test_an_unknown_class(classed: Path, asked: str, why: str) -> None:
    generator = StyleGAN.begin(size=(32, 32), seeds=[1], weights=classed)
    with refused(UnknownNameError, "classes", match=why):
        generator.draw_from(None, [(asked, 1.0)])
    with refused(SettingsError, "classes"):
        generator.draw_from(None, [("cat", -1.0)])


def test_a_network_without_classes(generator: StyleGAN) -> None:
    generator.draw_from(0.3, [])
    with refused(SettingsError, "classes"):
        generator.draw_from(None, [("cat", 1.0)])


def test_the_class_that_fits_best_is_chosen(classed: Path) -> None:
    generator = StyleGAN.begin(size=(32, 32), seeds=[5], weights=classed)
    generator.draw_from(0.0, [("fox", 1.0)])
    generator.start([5], (32, 32))
    fox = generator().detach()
    free = StyleGAN.begin(size=(32, 32), seeds=[5], weights=classed)
    free.draw_from(0.1, [])
    free.choose([5], lambda images, row: -(images - fox).square().mean((1, 2, 3)), 8)
    assert (free() - fox).square().mean() < 1e-3


def test_the_search_for_a_picture_uses_embeddings(generator: StyleGAN) -> None:
    """Eyes for the upper left alone bring that nearer."""
    wanted = torch.rand(1, 3, 32, 32, generator=torch.Generator().manual_seed(0))

    def look(images: Tensor) -> Tensor:
        return nn.functional.normalize(nn.functional.avg_pool2d(images[..., :8, :8], 4).flatten(1) - 0.5, dim=-1)

    def alike() -> float:
        with torch.no_grad():
            return float((look(generator()) @ look(wanted)[0]).mean())

    generator.encode(wanted)
    plain = alike()
    generator.look = look
    generator.encode(wanted)
    assert alike() > plain + 0.02


def test_half_precision_is_nearly_the_picture(generator: StyleGAN, weights: Path) -> None:
    half = StyleGAN.begin(size=(32, 32), seeds=[1, 2], weights=weights, dtype=torch.bfloat16)
    assert (half() - generator()).abs().mean() < 0.03


def test_filters_keep_the_mean_and_double_the_sides() -> None:
    flat = torch.full((1, 2, 8, 8), 0.5)
    made = filtered(flat, binomial(), up=2, pad=(2, 1, 2, 1))
    assert made.shape == (1, 2, 16, 16)
    torch.testing.assert_close(made[..., 4:-4, 4:-4], torch.full((1, 2, 8, 8), 0.5))
    row = binomial().sum(0)
    torch.testing.assert_close(filtered(flat, row, up=2, down=2, pad=(2, 1, 2, 1)), made[..., ::2, ::2])


def test_a_styled_convolution_has_unit_variance() -> None:
    torch.manual_seed(0)
    x, weight, style = torch.randn(4, 32, 16, 16), torch.randn(8, 32, 3, 3), 5 * torch.rand(4, 32)
    assert float(styled(x, weight, style, pad=1)[..., 1:-1, 1:-1].std()) == pytest.approx(1, rel=0.05)
