import pytest
import torch

from clipgen.compiler import compiled
from clipgen.errors import DeviceError


def test_compiling_needs_a_compiler(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda name: None)
    with pytest.raises(DeviceError) as caught:
        compiled(torch.sin)
    assert "compile" in caught.value.settings
