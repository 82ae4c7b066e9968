import gzip
import json
import logging
import shutil
from pathlib import Path
from types import SimpleNamespace

import open_clip
import pytest
import torch
import torch.nn.functional as F
from huggingface_hub import constants
from safetensors.torch import load_file, save_file
from torch import Tensor
from torch.profiler import ProfilerActivity, profile

import tiny
from clipgen.errors import PromptError, SettingsError, UnknownNameError, WeightsError
from clipgen.models import clips, weights
from clipgen.models.weights import Card, CardFile
from clipgen.perceptors.openclip import OpenClip, build, build_model, load_perceptor, make_tokenizer, write_merges
from clipgen.perceptors.openclip.blocked import FEWEST, Blocked
from clipgen.perceptors.openclip.fingerprint import fingerprint_of
from clipgen.perceptors.openclip.freeze import Patches, freeze
from clipgen.perceptors.openclip.load import Loaded, load_model

CPU = torch.device("cpu")


def plain(folder: Path) -> open_clip.CLIP:
    """The same weights in open_clip's own model, as it builds it."""
    model = build_model(tiny.CONFIG, folder / "merges.txt.gz")
    model.load_state_dict({key: value.float() for key, value in load_file(folder / "clip.safetensors").items()})
    return model.eval()


def pictures(count: int = 2, side: int = 32) -> Tensor:
    return torch.rand(count, 3, side, side, generator=torch.Generator().manual_seed(3))


def normalised(images: Tensor) -> Tensor:
    mean, std = (torch.tensor(tiny.CONFIG["preprocess_cfg"][key]).view(1, 3, 1, 1) for key in ("mean", "std"))
    return (images - mean) / std


def test_attributes(perceptor: OpenClip, tiny_clip: Path) -> None:
    assert (perceptor.input_size, perceptor.dim, perceptor.context_length) == (32, 16, 12)
    assert perceptor.logit_scale == pytest.approx(1 / 0.07, rel=1e-2)


def test_a_fingerprint_tells_all_that_embeddings_depend_on(tiny_clip: Path, tmp_path: Path) -> None:
    def of(name: str, **changed: object) -> str:
        shutil.copytree(tiny_clip, folder := tmp_path / name)
        for file, content in changed.items():
            (folder / f"{file}.json").write_text(json.dumps(content))
        return load_perceptor(f"local-dir:{folder}", CPU).fingerprint

    same = of("a")
    assert same == of("b") == of("c", words=["fox"]) == of("d", open_clip_config=dict(reversed(tiny.CONFIG.items())))
    other = {**tiny.CONFIG, "preprocess_cfg": {"mean": [0.5, 0.4, 0.3], "std": [0.25, 0.2, 0.2]}}
    quick = {**tiny.CONFIG, "model_cfg": {**tiny.CONFIG["model_cfg"], "quick_gelu": True}}
    assert len({same, of("e", open_clip_config=other), of("f", open_clip_config=quick)}) == 3


def test_a_fingerprint_tells_the_architecture_of_a_weights_file(tmp_path: Path) -> None:
    (file := tmp_path / "f.pt").write_bytes(b"weights")
    seen = {"mean": (0.5, 0.5, 0.5), "std": (0.5, 0.5, 0.5)}
    model = SimpleNamespace(visual=SimpleNamespace(preprocess_cfg=seen))
    loaded = [Loaded(model, None, file, architecture=name) for name in ("ViT-B-32", "ViT-B-32-quickgelu")]
    loaded += [Loaded(model, None, file, architecture="ViT-B-32", quick_gelu=True)]
    assert len({fingerprint_of(one) for one in loaded}) == 3


def test_no_random_weights_are_drawn_before_those_of_the_file() -> None:
    drawn = torch.get_rng_state()
    load_perceptor("builtin", CPU)
    assert torch.equal(torch.get_rng_state(), drawn)


def test_images_are_embedded_as_open_clip_does(perceptor: OpenClip, tiny_clip: Path) -> None:
    expected = plain(tiny_clip).encode_image(normalised(pictures()), normalize=True)
    torch.testing.assert_close(perceptor.encode_image(pictures()), expected, atol=1e-5, rtol=1e-4)


def test_texts_are_embedded_as_open_clip_does(perceptor: OpenClip, tiny_clip: Path) -> None:
    texts = ["a red square", "a blue circle"]
    tokens = make_tokenizer(tiny.CONFIG, tiny_clip / "merges.txt.gz")(texts)
    expected = plain(tiny_clip).encode_text(tokens, normalize=True)
    torch.testing.assert_close(perceptor.encode_text(texts), expected, atol=1e-5, rtol=1e-4)


def test_columns_of_padding_are_left_out(perceptor: OpenClip, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []
    inner = perceptor.model.transformer.forward

    def watched(x: Tensor, **given: Tensor) -> Tensor:
        seen.append(x.shape[1])
        return inner(x, **given)

    monkeypatch.setattr(perceptor.model.transformer, "forward", watched)
    alone = perceptor.encode_text(["a red square"])
    assert seen == [5] and perceptor.context_length == 12
    torch.testing.assert_close(perceptor.encode_text(["a red square", "a red square and a blue circle"])[:1], alone)


def test_embeddings_are_unit_float32_under_bf16(tiny_clip: Path, perceptor: OpenClip) -> None:
    half = load_perceptor(f"local-dir:{tiny_clip}", CPU, torch.bfloat16)
    seen = half.encode_image(pictures())
    assert seen.dtype == torch.float32
    torch.testing.assert_close(seen.norm(dim=-1), torch.ones(2))
    assert F.cosine_similarity(seen, perceptor.encode_image(pictures())).min() > 0.99
    assert not torch.equal(seen, perceptor.encode_image(pictures()))
    # weights that are frozen are cast once, those of the text tower never
    wide = [module for module in half.model.visual.modules() if isinstance(module, torch.nn.Conv2d | torch.nn.Linear)]
    assert wide and {module.weight.dtype for module in wide} == {torch.bfloat16}
    assert {p.dtype for p in half.model.transformer.parameters()} == {torch.float32}


def test_other_sizes_are_resized(perceptor: OpenClip) -> None:
    large = pictures(side=32).repeat_interleave(2, -1).repeat_interleave(2, -2)
    torch.testing.assert_close(perceptor.encode_image(large), perceptor.encode_image(pictures()), atol=1e-5, rtol=1e-4)


def test_gradients_flow_to_the_picture_only(perceptor: OpenClip) -> None:
    images = pictures().requires_grad_()
    perceptor.encode_image(images)[:, 0].sum().backward()
    assert images.grad is not None and images.grad.abs().sum() > 0
    assert not any(parameter.requires_grad for parameter in perceptor.parameters())
    assert not perceptor.training


def deep_stem() -> tuple[open_clip.CLIP, open_clip.SimpleTokenizer]:
    """A timm ResNet with a deep stem, as the reader has, whose batch norms are those of no identity."""
    config = json.loads(json.dumps(tiny.CONFIG))
    trunk = {"timm_model_name": "resnet18d", "timm_model_pretrained": False, "timm_pool": "avg", "timm_proj": "mlp"}
    config["model_cfg"]["vision_cfg"] = {"image_size": 32, **trunk}
    config["model_cfg"]["text_cfg"]["vocab_size"] = 49408
    torch.manual_seed(0)
    model, tokenizer = build(config)
    for part in model.modules():
        if isinstance(part, torch.nn.BatchNorm2d):
            assert part.running_mean is not None and part.running_var is not None
            part.running_mean.normal_(0, 0.1)
            part.running_var.uniform_(0.5, 1.5)
    return model.eval(), tokenizer


def test_pictures_that_are_only_read_take_the_faster_tower_to_the_same_embeddings() -> None:
    model, tokenizer = deep_stem()
    images = pictures(FEWEST)
    with torch.no_grad():
        plain = model.encode_image(normalised(images), normalize=True)
    perceptor = OpenClip("resnet", model, tokenizer, device=CPU, fingerprint="of its file")
    assert not [part for part in model.visual.modules() if isinstance(part, torch.nn.BatchNorm2d)]
    with_gradients = perceptor.encode_image(images)
    with profile(activities=[ProfilerActivity.CPU]) as looked, torch.no_grad():
        read = perceptor.encode_image(images)
    if Blocked.of(model.visual) is not None:  # a processor with oneDNN
        assert "aten::to_mkldnn" in {event.key for event in looked.key_averages()}
    torch.testing.assert_close(with_gradients, plain, atol=1e-5, rtol=1e-4)
    torch.testing.assert_close(read, plain, atol=1e-5, rtol=1e-4)
    assert perceptor.fingerprint == "of its file" and not [key for key in perceptor.state_dict() if "blocked" in key]
    images.requires_grad_()
    perceptor.encode_image(images)[:, 0].sum().backward()
    assert images.grad is not None and images.grad.abs().sum() > 0


def test_only_towers_of_convolutions_are_blocked() -> None:
    model, _ = deep_stem()
    model.visual.trunk.layer1[0].drop_block = torch.nn.Tanh()
    assert Blocked.of(freeze(model).visual) is None


def test_patches_are_those_of_the_convolution() -> None:
    conv = torch.nn.Conv2d(3, 5, 8, stride=8)
    images = torch.rand(2, 3, 27, 33)  # neither side is a multiple
    torch.testing.assert_close(Patches(conv)(images), conv(images), atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize(("quick", "pool"), [(False, "tok"), (True, "tok"), (False, "avg")])
def test_transformer_towers_embed_the_same_after_the_layout_change(quick: bool, pool: str) -> None:
    config = json.loads(json.dumps(tiny.CONFIG))
    config["model_cfg"]["quick_gelu"] = quick
    vision = {"image_size": 32, "layers": 2, "width": 32, "head_width": 16, "patch_size": 8, "pool_type": pool}
    config["model_cfg"]["vision_cfg"] = vision
    config["model_cfg"]["text_cfg"]["vocab_size"] = 49408
    model, tokenizer = build(config)
    images = pictures().requires_grad_()
    before = model.eval().encode_image(normalised(images), normalize=True)
    read = model.encode_text(tokenizer(["a red square"]), normalize=True)
    (gradient,) = torch.autograd.grad(before[:, 0].sum(), images)
    after = OpenClip("vit", model, tokenizer, device=CPU).encode_image(images)
    torch.testing.assert_close(after, before, atol=1e-5, rtol=1e-4)
    torch.testing.assert_close(torch.autograd.grad(after[:, 0].sum(), images)[0], gradient, atol=1e-5, rtol=1e-3)
    told = OpenClip("vit", model, tokenizer, device=CPU).encode_text(["a red square"])
    torch.testing.assert_close(told, read, atol=1e-5, rtol=1e-4)
    assert not model.visual.transformer.batch_first
    # of the last block only what is looked at is computed
    assert model.visual.transformer(torch.rand(2, 17, 32)).shape[1] == (1 if pool == "tok" else 17)
    # the linear layers of attention go down the fast road: batch-first ones would be products of many small matrices
    with profile(activities=[ProfilerActivity.CPU], record_shapes=True) as looked:
        after = OpenClip("vit", model, tokenizer, device=CPU).encode_image(images)
        torch.autograd.grad(after[:, 0].sum(), images)
    matrices = [[*p.shape] for p in model.visual.parameters() if p.ndim == 2 and p.numel() > 32 * 32]
    done = looked.key_averages(group_by_input_shape=True)
    # patches that touch are one product, and an activation one operation
    slow = ("aten::convolution_backward", "aten::sigmoid")
    assert not [event for event in done if event.key in slow]
    many = [event.input_shapes[0][0] for event in done if event.key == "aten::bmm"]
    assert many and set(many) == {2 * 2}  # pictures and heads: of attention alone
    copied = [event.input_shapes[0] for event in done if event.key == "aten::copy_" and event.input_shapes]
    assert not [shape for shape in copied if shape in matrices or shape[::-1] in matrices]


def test_too_long_a_text_is_an_error_not_a_cut(perceptor: OpenClip) -> None:
    assert perceptor.count_tokens("red " * 10) == perceptor.context_length
    perceptor.encode_text(["red " * 10])
    with pytest.raises(PromptError, match="13 .* 12"):
        perceptor.encode_text(["red " * 11])


def test_words(perceptor: OpenClip, tmp_path: Path) -> None:
    assert perceptor.words() == sorted(tiny.WORDS)
    assert perceptor.unknown_words("a red fortress") == ["fortress"]
    assert perceptor.stand_ins("fortress") == ["castle"] and perceptor.known("a red fortress") == "a red castle"
    assert torch.equal(*perceptor.encode_text(["a beautiful red fortress", "a red castle"]))
    opened = load_perceptor(f"local-dir:{tiny.write_clip(tmp_path, words=None)}", CPU)
    assert opened.words() == [] and opened.unknown_words("a red fortress") == []
    assert opened.known("a red fortress") == "a red fortress"


def test_a_shipped_one_is_its_card_s_folder(
    monkeypatch: pytest.MonkeyPatch, tiny_clip: Path, perceptor: OpenClip
) -> None:
    file = CardFile("clip/clip.safetensors", weights.sha256(tiny_clip / "clip.safetensors"))
    card = Card("another", "perceptor", "", (file,), "MIT", 1.0, "", "clipgen train clip")
    monkeypatch.setattr(weights, "models_folder", lambda: tiny_clip.parent)
    monkeypatch.setattr(weights, "cards", lambda role: (card,))
    loaded = load_perceptor("another", CPU)
    assert loaded.name == "another"
    # a card names all its files: what was embedded and fitted by the sum of its weights stays valid
    assert loaded.fingerprint == file.sha256 != perceptor.fingerprint
    assert torch.equal(loaded.encode_text(["a fox"]), perceptor.encode_text(["a fox"]))


def test_folder_without_or_with_two_weights(tiny_clip: Path, tmp_path: Path) -> None:
    folder = tmp_path / "clip"
    shutil.copytree(tiny_clip, folder)
    shutil.copy(folder / "clip.safetensors", folder / "other.safetensors")
    with pytest.raises(WeightsError, match="clip.safetensors, other.safetensors"):
        load_perceptor(f"local-dir:{folder}", CPU)
    (folder / "clip.safetensors").unlink()
    (folder / "other.safetensors").unlink()
    with pytest.raises(WeightsError, match=str(folder)):
        load_perceptor(f"local-dir:{folder}", CPU)


def test_what_a_killed_process_left_unfinished_is_no_weights_file(tiny_clip: Path, tmp_path: Path) -> None:
    shutil.copytree(tiny_clip, folder := tmp_path / "clip")
    (folder / ".background.clipgen-part.safetensors").touch()
    assert load_perceptor(f"local-dir:{folder}", CPU).input_size == 32


@pytest.mark.parametrize("name", ["clip.safetensors", "merges.txt.gz", "open_clip_config.json", "words.json"])
def test_damaged_files(tiny_clip: Path, tmp_path: Path, name: str) -> None:
    folder = tmp_path / "clip"
    shutil.copytree(tiny_clip, folder)
    (folder / name).write_bytes((folder / name).read_bytes()[: (folder / name).stat().st_size // 2])
    with pytest.raises(WeightsError, match=name) as caught:
        load_perceptor(f"local-dir:{folder}", CPU)
    assert "\n" not in str(caught.value)


def test_config_of_another_model(tiny_clip: Path, tmp_path: Path) -> None:
    folder = tmp_path / "clip"
    shutil.copytree(tiny_clip, folder)
    (folder / "open_clip_config.json").write_text('{"model_cfg": {"embed_dim": 3}}')
    with pytest.raises(WeightsError, match="open_clip_config.json"):
        load_perceptor(f"local-dir:{folder}", CPU)
    (folder / "open_clip_config.json").write_text("{}")
    with pytest.raises(WeightsError, match="model_cfg"):
        load_perceptor(f"local-dir:{folder}", CPU)


def test_unknown_names() -> None:
    with pytest.raises(UnknownNameError, match="builtin"):
        load_perceptor("nonsense", CPU)
    with pytest.raises(UnknownNameError, match="ViT-B-32/openai"):
        load_perceptor("ViT-B-32/opennai", CPU)
    with pytest.raises(UnknownNameError, match="ViT-B-32/openai"):
        load_perceptor("ViT-B-32", CPU)


@pytest.mark.parametrize(("tag", "quick"), [("openai", True), ("laion2b_s34b_b79k", False)])
def test_openai_tags_get_their_activation(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, tag: str, quick: bool
) -> None:
    asked: dict[str, object] = {}

    def create_model(name: str, **given: object) -> None:
        asked.update(given, name=name)

    (tmp_path / "weights.bin").write_bytes(b"x")
    monkeypatch.setattr(open_clip, "download_pretrained", lambda trained: str(tmp_path / "weights.bin"))
    monkeypatch.setattr(open_clip, "create_model", create_model)
    monkeypatch.setattr("clipgen.perceptors.openclip.load.OpenClip", lambda name, *parts, **more: name)
    assert load_perceptor(f"ViT-B-32/{tag}", CPU) == f"ViT-B-32/{tag}"
    assert (asked["name"], asked["pretrained"], asked["force_quick_gelu"]) == ("ViT-B-32", tag, quick)


def test_a_file_is_seen_as_the_published_weights_of_its_shape(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = {
        "embed_dim": 16,
        "vision_cfg": {"image_size": 32, "layers": 1, "width": 16, "head_width": 8, "patch_size": 16},
        "text_cfg": {"context_length": 77, "vocab_size": 49408, "width": 16, "heads": 2, "layers": 1},
    }
    monkeypatch.setitem(open_clip.factory._MODEL_CONFIGS, "tiny-vit", config)
    save_file(open_clip.create_model("tiny-vit").state_dict(), tmp_path / "tiny.safetensors")
    monkeypatch.setattr(clips, "seen_with", lambda architecture: {"mean": (0.0,) * 3, "std": (1.0,) * 3})
    found = load_model(f"tiny-vit/{tmp_path / 'tiny.safetensors'}").config["preprocess_cfg"]
    assert found == {"mean": [0.0] * 3, "std": [1.0] * 3}


def test_shapes_of_all_tags_are_known() -> None:
    assert {clips._shape_of("/".join(pair)) for pair in open_clip.list_pretrained()} <= {*open_clip.list_models()}


def test_known_clips_are_those_of_open_clip() -> None:
    for card in weights.cards("perceptor"):
        if card.make:
            trained = open_clip.get_pretrained_cfg(*card.make.split("/"))
            assert card.files[0].path == f"hf:{trained['hf_hub']}open_clip_model.safetensors"


def test_a_known_clip_goes_by_its_short_name(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(WeightsError, match="models pull ViT-B-32/openai"):
        load_perceptor("vit-b-32", CPU)


@pytest.mark.parametrize("name", ["ViT-B-32/openai", "hf-hub:someone/some-clip"])
def test_a_missing_model_is_reported_without_the_network(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    def connect(*_: object) -> None:
        pytest.fail("the network was asked")

    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr("socket.socket.connect", connect)
    monkeypatch.setattr("socket.getaddrinfo", connect)
    with pytest.raises(WeightsError, match=f"`clipgen models pull {name}`"):
        load_perceptor(name, CPU)
    assert not constants.HF_HUB_OFFLINE


def test_only_square_ones(tiny_clip: Path) -> None:
    model = plain(tiny_clip)
    model.visual.preprocess_cfg["size"] = (32, 64)
    with pytest.raises(SettingsError, match="wide"):
        OpenClip("wide", model, make_tokenizer(tiny.CONFIG, tiny_clip / "merges.txt.gz"), device=CPU)


def test_merges_are_the_first_of_open_clips_and_the_same_bytes(tmp_path: Path) -> None:
    write_merges(tmp_path / "a.gz")
    write_merges(tmp_path / "b.gz")
    assert (tmp_path / "a.gz").read_bytes() == (tmp_path / "b.gz").read_bytes()
    assert (tmp_path / "a.gz").stat().st_size < 20_000
    lines = gzip.decompress((tmp_path / "a.gz").read_bytes()).decode().split("\n")
    assert len(lines) == 3583 and lines[1] == "i n"
    tokenizer = make_tokenizer(tiny.CONFIG, tmp_path / "a.gz")
    assert tokenizer.vocab_size == 4096
    assert tokenizer(["a red square"]).shape == (1, 12)
    assert tokenizer(["a red square"]).max() == 4095


def test_vocabulary_and_config_must_agree(tmp_path: Path) -> None:
    write_merges(tmp_path / "few.gz", merges=10)
    with pytest.raises(WeightsError, match="524 .* 4096"):
        build_model(tiny.CONFIG, tmp_path / "few.gz")


def test_building_leaves_logging_alone(tmp_path: Path) -> None:
    before = list(logging.root.handlers)
    build_model(tiny.CONFIG)
    assert logging.root.handlers == before


def test_a_siglip_style_tower(tmp_path: Path) -> None:
    """Attention pooling, a text tower without a causal mask, a logit bias, and its own mean, deviation and size."""
    vision = {"image_size": 48, "timm_model_name": "test_vit", "timm_model_pretrained": False, "timm_pool": "map",
              "timm_proj": "none"}  # fmt: skip
    text = {"context_length": 12, "vocab_size": 4096, "width": 32, "heads": 2, "layers": 1, "no_causal_mask": True,
            "proj_bias": True, "pool_type": "last"}  # fmt: skip
    config = {
        "model_cfg": {
            "embed_dim": 64, "init_logit_bias": -10, "custom_text": True, "vision_cfg": vision, "text_cfg": text,
        },
        "preprocess_cfg": {"mean": [0.1, 0.2, 0.3], "std": [0.5, 0.5, 0.5], "size": 48},
    }  # fmt: skip
    write_merges(tmp_path / "merges.txt.gz")
    torch.manual_seed(0)
    model = build_model(config, tmp_path / "merges.txt.gz").eval()
    save_file({key: value.contiguous() for key, value in model.state_dict().items()}, tmp_path / "m.safetensors")
    (tmp_path / "open_clip_config.json").write_text(json.dumps(config))
    perceptor = load_perceptor(f"local-dir:{tmp_path}", CPU)
    assert perceptor.input_size == 48 and perceptor.mean.flatten().tolist() == pytest.approx([0.1, 0.2, 0.3])
    images = pictures(side=48)
    mean = torch.tensor([0.1, 0.2, 0.3]).view(1, 3, 1, 1)
    with torch.no_grad():
        expected = F.normalize(model.encode_image((images - mean) / 0.5), dim=-1)
    torch.testing.assert_close(perceptor.encode_image(images), expected, atol=1e-5, rtol=1e-4)
    assert perceptor.encode_text(["a fox"]).shape == (1, 64)
