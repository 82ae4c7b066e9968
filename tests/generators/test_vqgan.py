import copy
from pathlib import Path

import pytest
import torch
import yaml
from taming.modules.diffusionmodules.model import AttnBlock
from taming.modules.vqvae.quantize import GumbelQuantize
from torch import nn

from clipgen.errors import SettingsError, WeightsError
from clipgen.generators.vqgan import VQGAN, VQModel
from clipgen.generators.vqgan import codebook as codebook_module
from clipgen.generators.vqgan.checkpoint import load_network
from clipgen.generators.vqgan.codebook import Lattice, NearestCode
from clipgen.generators.vqgan.norm import FrozenGroupNorm
from clipgen.models import weights
from clipgen.models.weights import load_state
from raising import refused

from .contract import (
    TINY,
    assert_elements_are_independent,
    assert_seeds_determine_pictures,
    assert_state_is_restored,
    assert_twenty_steps_lower_the_loss,
    lattice,
    picture,
    tiny_network,
)


@pytest.fixture
def generator(tiny_vqgan):
    return VQGAN.begin(size=(32, 24), seeds=[1, 2], weights=tiny_vqgan)


def test_the_contract_of_generators(generator):
    assert_elements_are_independent(generator)
    assert_state_is_restored(generator)
    assert_twenty_steps_lower_the_loss(generator, ratio=0.97)


def test_seeds(tiny_vqgan):
    assert_seeds_determine_pictures(lambda seeds: VQGAN.begin(size=(16, 16), seeds=seeds, weights=tiny_vqgan))


def test_the_start_is_made_of_codes_and_the_network_is_frozen(generator):
    codes, _ = generator.network.quantise(generator.latents[0])
    assert torch.equal(codes, generator.latents[0])
    assert generator.latents[0].shape == (2, 4, 6, 8)
    assert not any(parameter.requires_grad for parameter in generator.network.parameters())
    assert not generator.network.training
    norms = [module for module in generator.network.modules() if isinstance(module, nn.GroupNorm)]
    assert norms and all(isinstance(module, FrozenGroupNorm) for module in norms)


def test_forward_quantises_and_stays_in_range(generator):
    image = generator()
    assert image.min() >= 0 and image.max() <= 1
    with torch.no_grad():
        generator.latents[0].add_(0.2)  # levels lie 1 apart: the nearest codes stay the same
    assert torch.equal(generator(), image)


def test_project_clamps_to_the_range_of_each_channel(generator):
    with torch.no_grad():
        generator.network.codebook[:, 2] *= 0.5
        moved = VQGAN(generator.network)
        moved.start([1], (16, 16))
        moved.latents[0].mul_(10)
    moved.project_()
    assert moved.latents[0].amax(dim=(0, 2, 3)).tolist() == [1.0, 1.0, 0.5, 1.0]
    assert moved.latents[0].amin(dim=(0, 2, 3)).tolist() == [-1.0, -1.0, -0.5, -1.0]


def test_reachable_rounds_to_multiples_of_the_factor(generator):
    assert generator.reachable((33, 31)) == (32, 32)
    assert generator.reachable((34, 1)) == (36, 4)
    generator.start([1], (30, 21))
    assert generator.size == (32, 20) and generator().shape == (1, 3, 20, 32)
    with refused(SettingsError, "render_size"):
        generator.render((64, 64))


def test_encode_gives_what_the_encoder_gives(generator):
    image = picture(32, 24)
    generator.encode(image)
    expected = generator.network.encode(image * 2 - 1).clamp(-1, 1)
    assert torch.allclose(generator.latents[0][1:], expected, atol=1e-5)


def test_an_autoencoder_makes_the_round_trip(tmp_path):
    """Trained for a moment on one flat colour, encode and decode give that colour back."""
    network = tiny_network()
    flat = torch.tensor([0.8, 0.4, 0.2]).view(1, 3, 1, 1).expand(1, 3, 16, 16)
    optimizer = torch.optim.Adam(network.parameters(), lr=3e-3)
    for _ in range(60):
        optimizer.zero_grad()
        made, _, _ = network(flat * 2 - 1)
        (made - (flat * 2 - 1)).square().mean().backward()
        optimizer.step()
    generator = VQGAN(network)
    generator.start([1], (16, 16), image=flat)
    assert (generator() - flat).abs().mean() < 0.1


def test_half_precision_keeps_codes_and_nearly_the_picture(tiny_vqgan, generator):
    half = VQGAN.begin(size=(32, 24), seeds=[1, 2], weights=tiny_vqgan, dtype=torch.bfloat16)
    assert half().dtype == torch.float32
    assert half.latents[0].dtype == torch.float32 and torch.equal(half.latents[0], generator.latents[0])
    assert (half() - generator()).abs().mean() < 0.02
    half.encode(picture())
    assert_twenty_steps_lower_the_loss(half, ratio=1.0)


def test_coarse_grids_move_many_places_at_once(tiny_vqgan):
    generator = VQGAN.begin(size=(64, 64), seeds=[1], weights=tiny_vqgan)
    assert [tuple(latent.shape) for latent in generator.latents] == [(1, 4, 16, 16), (1, 4, 4, 4)]
    before, picture = generator._sum().detach(), generator().detach()
    with torch.no_grad():
        generator.latents[1][..., :2, :] += 0.8  # levels lie 1 apart
    moved = (generator._sum().detach() - before).abs().mean((0, 1, 3))
    assert moved[:6].min() > 0.4 and moved[-6:].max() == 0
    assert not torch.equal(generator(), picture)
    with torch.no_grad():
        generator.latents[1] += 9
    generator.project_()
    # the sum is what must stay in the codebook's range
    total = generator._sum()
    assert (total >= generator.low - 1e-5).all() and (total <= generator.high + 1e-5).all()


def test_attention_that_adds_nothing_is_taken_out():
    network = tiny_network()
    attention = [module for module in network.modules() if isinstance(module, AttnBlock)]
    x = torch.rand(1, 3, 16, 16)
    wanted = network.decode(network.encode(x))
    network.drop_idle_attention()
    assert torch.equal(network.decode(network.encode(x)), wanted)
    assert [m for m in network.modules() if isinstance(m, AttnBlock)] == attention  # these do add something
    for block in attention:
        nn.init.zeros_(block.proj_out.weight)
        nn.init.zeros_(block.proj_out.bias)
    wanted = network.decode(network.encode(x))
    network.drop_idle_attention()
    assert not any(isinstance(module, AttnBlock) for module in network.modules())
    assert torch.equal(network.decode(network.encode(x)), wanted)


def test_norm_groups_reach_every_norm_and_must_divide():
    norms = [module for module in VQModel.from_config(TINY).modules() if isinstance(module, nn.GroupNorm)]
    assert norms and all(norm.num_groups == 8 for norm in norms)
    with pytest.raises(WeightsError, match="norm_groups"):
        VQModel.from_config(_changed(norm_groups=5))


def test_building_prints_nothing(capsys):
    VQModel.from_config(TINY)
    assert capsys.readouterr().out == ""


def test_quantise_takes_the_nearest_code_straight_through():
    network = tiny_network()
    z = torch.randn(2, 4, 3, 5, requires_grad=True)
    codes, indices = network.quantise(z)
    flat = z.detach().permute(0, 2, 3, 1).reshape(-1, 4)
    expected = torch.cdist(flat, network.codebook.detach()).argmin(dim=1).view(2, 3, 5)
    assert torch.equal(indices, expected)
    assert torch.equal(codes.detach().permute(0, 2, 3, 1), network.codebook.detach()[expected])
    weight = torch.randn_like(codes)
    (codes * weight).sum().backward()
    assert torch.equal(z.grad, weight) and network.codebook.grad is None


def test_the_search_follows_a_codebook_that_learns():
    network = tiny_network()
    z = torch.full((1, 4, 1, 1), 0.9)
    first = network.quantise(z)[1].item()
    with torch.no_grad():
        network.codebook[first] = 50.0
    assert network.quantise(z)[1].item() != first


@pytest.mark.parametrize("levels", [[7, 5, 3], [2, 2, 2, 2], [8, 1, 4]])
def test_a_lattice_is_seen_and_searched_exactly(levels):
    codebook = torch.cartesian_prod(*[torch.linspace(-1.3, 1, n) * (i + 1) for i, n in enumerate(levels)])
    codebook = codebook[torch.randperm(len(codebook))]
    search = NearestCode(codebook)
    assert search.lattice is not None
    vectors = torch.randn(500, len(levels)) * 2
    assert torch.equal(search(vectors), torch.cdist(vectors, codebook).argmin(dim=1))


def test_other_codebooks_are_no_lattice():
    assert Lattice.of(torch.randn(64, 4)) is None
    assert Lattice.of(lattice(3, 2)[:-1]) is None
    twice = lattice(2, 2)
    twice[0] = twice[1]
    assert Lattice.of(twice) is None


def test_any_codebook_is_searched_in_bounded_pieces(monkeypatch):
    codebook, vectors = torch.randn(100, 16), torch.randn(57, 16)
    monkeypatch.setattr(codebook_module, "ROWS", 1000)
    assert torch.equal(NearestCode(codebook)(vectors), torch.cdist(vectors, codebook).argmin(dim=1))


def test_the_files_are_found_by_weights_config_or_folder(tiny_vqgan, generator):
    (tiny_vqgan.parent / ".tiny.clipgen-part.safetensors").touch()  # of a killed process
    for path in (tiny_vqgan.with_suffix(".yaml"), tiny_vqgan.parent):
        assert torch.equal(VQGAN.begin(size=(32, 24), seeds=[1, 2], weights=path)(), generator())


def test_the_built_in_model_is_found_by_its_card_and_checked(tiny_vqgan, generator, monkeypatch):
    files = [tiny_vqgan, tiny_vqgan.with_suffix(".yaml")]
    cards = "[[model]]\nname = 'vqgan'\nrole = 'generator'\narchitecture = 'VQGAN'\nlicence = 'MIT'\nsize_mb = 1.0\n"
    cards += "notes = ''\ntrain = 'clipgen train vqgan'\nfiles = ["
    cards += ", ".join(f"{{path = '{file.name}', sha256 = '{weights.sha256(file)}'}}" for file in files) + "]\n"
    (tiny_vqgan.parent / "registry.toml").write_text(cards, encoding="utf-8")
    monkeypatch.setattr(weights, "models_folder", lambda: tiny_vqgan.parent)
    assert torch.equal(VQGAN.begin(size=(32, 24), seeds=[1, 2])(), generator())
    files[1].write_text("changed", encoding="utf-8")
    with pytest.raises(WeightsError, match=files[1].name):
        VQGAN.begin(size=(32, 24), seeds=[1, 2])


def test_a_lightning_checkpoint_loads(tiny_vqgan, generator):
    state = generator.network.state_dict() | {"loss.perceptual_loss.lin0.weight": torch.zeros(3)}
    path = tiny_vqgan.with_name("other.ckpt")
    torch.save({"state_dict": state, "epoch": 3}, path)
    path.with_suffix(".yaml").write_text(yaml.safe_dump(TINY), encoding="utf-8")
    assert torch.equal(VQGAN.begin(size=(32, 24), seeds=[1, 2], weights=path)(), generator())


def test_the_only_config_of_a_folder_is_that_of_its_checkpoint(tiny_vqgan, generator, tmp_path):
    """Taming's own downloads are called last.ckpt and model.yaml."""
    folder = tmp_path / "taming"
    folder.mkdir()
    path = folder / "last.ckpt"
    torch.save({"state_dict": generator.network.state_dict()}, path)
    (folder / "notes.json").write_text("{}")
    (folder / "model.yaml").write_text(yaml.safe_dump(TINY), encoding="utf-8")
    assert torch.equal(VQGAN.begin(size=(32, 24), seeds=[1, 2], weights=path)(), generator())
    (folder / "other.yaml").write_text(yaml.safe_dump(TINY), encoding="utf-8")
    with pytest.raises(WeightsError, match="found model.yaml, other.yaml"):
        VQGAN.begin(size=(32, 24), seeds=[1, 2], weights=path)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"embed_dim": 3}, r"post_quant_conv.weight \(config \(4, 3, 1, 1\)"),
        ({"norm_groups": None, "n_embed": 80}, r"quantize.embedding.weight \(config \(80, 4\)"),
    ],
)
def test_weights_of_another_config_are_refused(tiny_vqgan, change, message):
    tiny_vqgan.with_suffix(".yaml").write_text(yaml.safe_dump(_changed(**change)), encoding="utf-8")
    with pytest.raises(WeightsError, match=message):
        VQGAN.begin(size=(32, 24), seeds=[1], weights=tiny_vqgan)


def test_bad_files_are_named(tiny_vqgan):
    with pytest.raises(WeightsError, match="gone.ckpt"):
        VQGAN.begin(size=(8, 8), seeds=[1], weights=Path("gone.ckpt"))
    config = tiny_vqgan.with_suffix(".yaml")
    config.write_text("model: [unclosed", encoding="utf-8")
    with pytest.raises(WeightsError, match="tiny.yaml"):
        VQGAN.begin(size=(8, 8), seeds=[1], weights=tiny_vqgan)
    config.write_text("just words", encoding="utf-8")
    with pytest.raises(WeightsError, match="tiny.yaml"):
        VQGAN.begin(size=(8, 8), seeds=[1], weights=tiny_vqgan)
    config.unlink()
    with pytest.raises(WeightsError, match=".yaml/.yml/.json"):
        VQGAN.begin(size=(8, 8), seeds=[1], weights=tiny_vqgan)


def test_other_targets_and_broken_configs_are_refused():
    other = copy.deepcopy(TINY)
    other["model"]["target"] = "taming.models.vqgan.VQSegmentationModel"
    with pytest.raises(WeightsError, match="VQSegmentationModel"):
        VQModel.from_config(other)
    with pytest.raises(WeightsError, match="ddconfig"):
        VQModel.from_config({"model": {"target": "taming.models.vqgan.VQModel", "params": {}}})
    with pytest.raises(WeightsError, match="ddconfig"):
        VQModel.from_config({"model": "words"})


def test_a_gumbel_vqgan_takes_the_code_that_its_layer_chooses(tmp_path):
    config = _changed(embed_dim=4, norm_groups=None)
    config["model"]["target"] = "taming.models.vqgan.GumbelVQ"
    params = config["model"]["params"]
    torch.manual_seed(0)
    network = VQModel.from_config(config).eval()
    # as taming's: proj chooses among the codes, embed holds them
    logits = GumbelQuantize(params["ddconfig"]["z_channels"], 4, n_embed=params["n_embed"])
    network.quantize.load_state_dict(logits.state_dict())
    torch.save({"state_dict": network.state_dict()}, tmp_path / "g.ckpt")
    (tmp_path / "g.yaml").write_text(yaml.safe_dump(config))
    loaded, image = load_network(tmp_path / "g.ckpt"), 2 * picture(32, 24) - 1
    with torch.no_grad():
        chosen = logits.proj(network.quant_conv(network.encoder(image))).argmax(1)
        codes, indices = loaded.quantise(loaded.encode(image))
    assert torch.equal(codes, logits.embed(chosen).permute(0, 3, 1, 2)) and torch.equal(indices, chosen)
    assert VQGAN.begin(size=(32, 24), seeds=[1], weights=tmp_path / "g.ckpt")().shape == (1, 3, 24, 32)


def test_the_first_stage_is_taken_out_of_a_transformer(tiny_vqgan, generator):
    state = load_state(tiny_vqgan)
    beside = {f"first_stage_model.{key}": value for key, value in state.items()}
    path = tiny_vqgan.with_name("whole.ckpt")
    torch.save({"state_dict": {**beside, "transformer.head.weight": torch.zeros(3, 3)}}, path)
    config = yaml.safe_load(tiny_vqgan.with_suffix(".yaml").read_text())
    whole = {"target": "taming.models.cond_transformer.Net2NetTransformer", "params": {
        "transformer_config": {"target": "x"}, "first_stage_config": config["model"]}}  # fmt: skip
    path.with_suffix(".yaml").write_text(yaml.safe_dump({"model": whole}))
    assert torch.equal(VQGAN.begin(size=(32, 24), seeds=[1, 2], weights=path)(), generator())


def _changed(**params):
    config = copy.deepcopy(TINY)
    config["model"]["params"].update(params)
    return config
