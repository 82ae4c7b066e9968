import threading
from collections.abc import Sequence
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from clipgen.perceptors.openclip import OpenClip
from clipgen.similarity import TextCache, embed_texts


class Embedder:
    """Embeds a text by its hash, and counts."""

    def __init__(self, dim: int = 8) -> None:
        self.dim, self.asked = dim, []

    def __call__(self, texts: Sequence[str]) -> Tensor:
        self.asked += list(texts)
        rows = [torch.randn(self.dim, generator=torch.Generator().manual_seed(sum(map(ord, t)))) for t in texts]
        return F.normalize(torch.stack(rows), dim=-1)


def test_a_text_is_embedded_once(tmp_path: Path) -> None:
    embed = Embedder()
    first = TextCache(tmp_path).through("abc", 8, ["a", "b", "a"], embed)
    again = TextCache(tmp_path).through("abc", 8, ["b", "c", "a"], embed)
    assert sorted(embed.asked) == ["a", "b", "c"]
    assert torch.equal(first[0], first[2]) and torch.equal(again[0], first[1]) and torch.equal(again[2], first[0])
    assert torch.allclose(again, Embedder()(["b", "c", "a"]), atol=2e-3)
    assert again.norm(dim=1).tolist() == pytest.approx([1, 1, 1], abs=1e-6)


def test_models_are_kept_apart(tmp_path: Path) -> None:
    embed = Embedder()
    cache = TextCache(tmp_path)
    cache.through("one", 8, ["a"], embed)
    cache.through("two", 8, ["a"], embed)
    assert embed.asked == ["a", "a"]


def test_many_small_files_become_one(tmp_path: Path) -> None:
    embed, cache = Embedder(), TextCache(tmp_path)
    for i in range(60):
        cache.through("abc", 8, [f"text {i}"], embed)
    assert cache.size()[0] < 30
    rows = TextCache(tmp_path).through("abc", 8, [f"text {i}" for i in range(60)], embed)
    assert len(embed.asked) == 60 and torch.allclose(rows[7], Embedder()(["text 7"])[0], atol=2e-3)


def test_it_stays_in_its_bounds_and_can_be_cleared(tmp_path: Path) -> None:
    cache = TextCache(tmp_path, limit=40_000)
    for i in range(20):
        cache.through("abc", 256, [f"{i} {j}" for j in range(20)], Embedder(256))
    assert 10_000 < cache.size()[1] <= 60_000
    assert cache.clear() > 0 and cache.size() == (0, 0)


def test_a_damaged_file_is_as_good_as_none(tmp_path: Path) -> None:
    embed = Embedder()
    TextCache(tmp_path).through("abc", 8, ["a"], embed)
    (file,) = tmp_path.glob("*.safetensors")
    file.write_bytes(file.read_bytes()[:40])
    TextCache(tmp_path).through("abc", 8, ["a"], embed)
    assert embed.asked == ["a", "a"]


def test_a_folder_that_cannot_be_written_costs_only_time(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    rows = TextCache(tmp_path / "file" / "texts").through("abc", 8, ["a"], Embedder())
    assert rows.shape == (1, 8)


def test_two_at_once(tmp_path: Path) -> None:
    wrong = []

    def work(seed: int) -> None:
        cache = TextCache(tmp_path)
        for i in range(40):
            texts = [f"{(i + seed * k) % 50}" for k in range(5)]
            rows = cache.through("abc", 8, texts, Embedder())
            if not torch.allclose(rows, Embedder()(texts), atol=2e-3):
                wrong.append(texts)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in (1, 2, 3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_a_perceptor_through_the_cache(perceptor: OpenClip, tmp_path: Path) -> None:
    texts = ["fox", "castle", "red square, blue circle, " * 4]
    cached = embed_texts(perceptor, texts, cache=TextCache(tmp_path))
    assert torch.allclose(cached, embed_texts(perceptor, texts), atol=2e-3)
    assert torch.equal(cached, embed_texts(perceptor, texts, cache=TextCache(tmp_path)))
