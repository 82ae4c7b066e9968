"""Batches are made from their index alone, so that a resumed run sees what an unbroken one sees."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch
from torch import Tensor

from clipgen.perceptors.openclip import make_tokenizer
from clipgen.train import data
from clipgen.train.data import Batch, Pool, WorldBatches, _Sent, stream
from clipgen.train.world import World


def lengths(texts: list[str]) -> Tensor:
    """Stands for a tokenizer."""
    return torch.tensor([[len(text), 1] for text in texts])


def batches(world: World, *, seed: int = 4, count: int = 6) -> WorldBatches:
    return WorldBatches(world, seed=seed, batch=5, size=64, count=count, tokenizer=lengths)


def same(a: Batch, b: Batch) -> bool:
    tensors = all(torch.equal(getattr(a, name), getattr(b, name)) for name in ("images", "tokens", "facts"))
    return tensors and a.captions == b.captions


def numbered(index: int, *, size: int = 3) -> Batch:
    """A rendered batch whose samples can be told apart."""
    value = index * 100 + torch.arange(size)
    images = value.view(-1, 1, 1, 1).expand(-1, 3, 2, 2).contiguous()
    return Batch(images, [str(int(v)) for v in value], value[:, None], value[:, None].expand(-1, 5).contiguous())


def test_a_batch_has_samples_of_the_world(art_world: World) -> None:
    batch = batches(art_world)[2]
    samples = [art_world.sample((4, 2, i), 64) for i in range(5)]
    assert batch.images.shape == (5, 3, 64, 64) and batch.images.dtype == torch.uint8
    assert torch.equal(batch.images[3].permute(1, 2, 0), torch.from_numpy(samples[3].image))
    assert batch.captions == [s.caption for s in samples]
    assert torch.equal(batch.tokens, lengths(batch.captions))
    facts = samples[3].facts
    assert batch.facts.shape == (5, 5) and batch.facts.dtype == torch.int64
    assert batch.facts[3].tolist() == [*facts.things, facts.scene, facts.style, facts.colour]


def test_a_batch_depends_on_seed_and_index_alone(world: World) -> None:
    several = batches(world)
    backwards = [several[i] for i in reversed(range(4))][::-1]
    assert all(same(backwards[i], batches(World())[i]) for i in range(4))
    assert not same(several[0], several[1])
    assert not same(several[0], batches(world, seed=5)[0])


def test_without_a_tokenizer_there_are_no_tokens(world: World) -> None:
    assert WorldBatches(world, seed=1, batch=3, size=64, count=1)[0].tokens.shape == (3, 0)


def test_a_stream_takes_up_where_it_was_stopped(world: World) -> None:
    several = batches(world)
    whole = list(stream(several, workers=0))
    rest = list(stream(several, first=4, workers=0))
    assert len(whole) == 6 and len(rest) == 2
    assert all(same(a, b) for a, b in zip(whole[4:], rest, strict=True))
    assert list(stream(several, first=6, workers=0)) == []


def test_workers_render_the_same_in_the_same_order(world: World) -> None:
    several = batches(world)
    rendered = list(stream(several, first=1, workers=2))
    assert all(same(batch, several[i]) for i, batch in enumerate(rendered, 1)) and len(rendered) == 5


def test_where_few_files_may_be_open_there_are_no_workers(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    several, lines = batches(world, count=2), list[str]()
    monkeypatch.setattr(data, "open_files", lambda: 20)
    monkeypatch.setattr(data, "get_sharing_strategy", lambda: "file_descriptor")
    monkeypatch.setattr(multiprocessing.Process, "start", lambda self: pytest.fail("a worker was started"))
    assert all(same(batch, several[i]) for i, batch in enumerate(stream(several, report=lines.append)))
    assert len(lines) == 1 and "20 files" in lines[0]


def test_a_worker_that_is_not_forked_does_not_import_the_compiler(world: World) -> None:
    """Its import takes seconds, and fails where no cache folder can be made."""
    tokenizer = make_tokenizer({"model_cfg": {"text_cfg": {"context_length": 8}}})
    sent = pickle.dumps(_Sent(WorldBatches(world, seed=1, batch=1, size=16, count=1, tokenizer=tokenizer)))
    script = (
        "import pickle, sys\n"
        "pickle.load(sys.stdin.buffer)\n"
        "print([name for name in ('torchvision', 'torch._dynamo.package') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], input=sent, capture_output=True)
    assert done.stdout == b"['torchvision']\n" and done.stderr == b""


def test_a_pool_mixes_old_samples_under_the_new() -> None:
    pool = Pool(batch=8, fresh=3, keep=4, seed=1)
    for index in range(12):
        mixed = pool.mix(index, numbered(index))
        values = mixed.facts[:, 0].tolist()
        assert values[:3] == [index * 100, index * 100 + 1, index * 100 + 2]
        assert len(values) == 8 and all(max(0, index - 3) <= v // 100 <= index and v % 100 < 3 for v in values)
        # a sample stays together
        assert mixed.captions == [str(v) for v in values]
        assert mixed.tokens[:, 0].tolist() == values and mixed.images[:, 0, 0, 0].tolist() == values
    assert len(pool.recent) == 4


def test_a_pool_is_the_same_when_refilled() -> None:
    def run(first: int, last: int) -> list[Batch]:
        pool = Pool(batch=9, fresh=3, keep=4, seed=2)
        mixed = [pool.mix(i, numbered(i)) for i in range(pool.first(first), last)]
        return mixed[first - pool.first(first) :]

    unbroken = run(0, 14)
    for first in (1, 4, 9, 13):
        assert all(same(a, b) for a, b in zip(unbroken[first:], run(first, 14), strict=True))
    assert len({tuple(batch.captions[3:]) for batch in unbroken[5:]}) == 9


def test_a_pool_of_one_batch_does_not_grow() -> None:
    pool = Pool(batch=4, fresh=3, keep=1, seed=0)
    mixed = [pool.mix(i, numbered(i)) for i in range(5)]
    assert len(pool.recent) == 1
    assert all(int(batch.captions[3]) // 100 == i for i, batch in enumerate(mixed))


ORPHAN = """
import multiprocessing, os, sys, time

def work():
    from clipgen.train.data import _end_with_parent
    print(os.getpid(), flush=True)
    time.sleep(1)
    _end_with_parent(0)
    time.sleep(300)

if __name__ == "__main__":
    multiprocessing.get_context(sys.argv[1]).Process(target=work).start()
    time.sleep(300)
"""


@pytest.mark.parametrize("method", ["fork", "forkserver"])
def test_a_worker_ends_with_who_it_works_for_also_one_that_had_not_begun(tmp_path: Path, method: str) -> None:
    (tmp_path / "orphan.py").write_text(ORPHAN)
    command = [sys.executable, str(tmp_path / "orphan.py"), method]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as trainer:
        assert trainer.stdout is not None
        worker = int(trainer.stdout.readline())
        trainer.kill()
        end = time.monotonic() + 30
        while Path(f"/proc/{worker}").exists() and time.monotonic() < end:
            time.sleep(0.05)
        gone = not Path(f"/proc/{worker}").exists()
        if not gone:
            os.kill(worker, signal.SIGKILL)
    assert gone
