import pytest
import torch
from torch import nn
from torch.profiler import ProfilerActivity, profile

from clipgen.generators.vqgan import norm
from clipgen.generators.vqgan.norm import FrozenGroupNorm


@pytest.mark.parametrize(("dtype", "near"), [(torch.float32, 1e-5), (torch.bfloat16, 1e-2)])
def test_values_and_gradient_are_those_of_torch(
    dtype: torch.dtype, near: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(norm, "_LARGE", 1)
    torch.manual_seed(0)
    plain = nn.GroupNorm(4, 12)
    nn.init.normal_(plain.weight)
    nn.init.normal_(plain.bias)
    own = FrozenGroupNorm(4, 12)
    own.load_state_dict(plain.state_dict())
    # a mean and a slope of their own: what is subtracted is not small
    x = (torch.randn(2, 12, 9, 7) * 2 + 0.7).to(dtype).contiguous(memory_format=torch.channels_last)
    slope = (torch.randn_like(x) + 0.5).contiguous(memory_format=torch.channels_last)
    one, two = x.clone().requires_grad_(), x.double().requires_grad_()
    found = own(one)
    assert torch.equal(found, plain(x)) and found.grad_fn is not None
    (gradient,) = torch.autograd.grad(found, one, slope)
    (wanted,) = torch.autograd.grad(plain.double()(two), two, slope.double())
    assert gradient.dtype == dtype and gradient.is_contiguous(memory_format=torch.channels_last)
    assert (gradient.double() - wanted).norm() < near * wanted.norm()


@pytest.mark.parametrize(("side", "innermost", "own"), [(256, True, True), (256, False, False), (64, True, False)])
def test_only_large_maps_with_colours_innermost_go_the_own_way(side: int, innermost: bool, own: bool) -> None:
    layout = torch.channels_last if innermost else torch.contiguous_format
    x = torch.rand(1, 32, side, side).contiguous(memory_format=layout).requires_grad_()
    y = FrozenGroupNorm(8, 32).requires_grad_(False)(x)
    with profile(activities=[ProfilerActivity.CPU]) as looked:
        y.sum().backward()
    slow = [event for event in looked.key_averages() if event.key == "aten::native_group_norm_backward"]
    assert bool(slow) is not own
