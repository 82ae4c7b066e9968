"""A vocabulary of word pieces for a small table: those of open_clip's merges that the training texts need most."""

from __future__ import annotations

import gzip
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

from clipgen.files import write_whole

PIECES = 30_000  # 2 × 256 byte symbols + merges + start and end marks
_MARKS = 514


def write_needed_merges(path: Path, words: Mapping[str, float], *, pieces: int = PIECES) -> int:
    """Write the merges that the words use most, in open_clip's own order, gzipped; return the size of the vocabulary.

        >>> write_needed_merges(Path("merges.txt.gz"), {"ocelot": 1.0, "fox": 9.0}, pieces=600)
        520

    words: weights by word. A merge is used wherever a merge of its result is, so that what is kept is closed: a word
    whose merges are all kept has the same pieces as in the whole vocabulary.
    """
    from open_clip.tokenizer import SimpleTokenizer  # late: it takes seconds to import

    tokenizer = SimpleTokenizer()
    used: Counter[tuple[str, str]] = Counter()
    for word, weight in words.items():
        for merge in set(_merges(tokenizer.bpe_ranks, [tokenizer.byte_encoder[b] for b in word.encode("utf-8")])):
            used[merge] += weight  # type: ignore[assignment]  # weights are real numbers
    ranks = tokenizer.bpe_ranks
    kept = sorted(sorted(used, key=lambda m: (-used[m], ranks[m]))[: pieces - _MARKS], key=ranks.__getitem__)
    lines = ["#version: 0.2", *(" ".join(merge) for merge in kept)]
    with write_whole(path) as beside:
        # no newline at the end: the tokenizer would read the empty line behind it as one more merge
        beside.write_bytes(gzip.compress("\n".join(lines).encode("utf-8"), mtime=0))
    return len(kept) + _MARKS


def _merges(ranks: Mapping[tuple[str, str], int], letters: list[str]) -> Iterable[tuple[str, str]]:
    """The merges that make a word's pieces, in the order in which they are applied."""
    parts = [*letters[:-1], letters[-1] + "</w>"]
    while len(parts) > 1:
        best = min(zip(parts, parts[1:], strict=False), key=lambda pair: ranks.get(pair, len(ranks)))
        if best not in ranks:
            return
        yield best
        joined, i = [], 0
        while i < len(parts):
            both = i + 1 < len(parts) and (parts[i], parts[i + 1]) == best
            joined.append(parts[i] + parts[i + 1] if both else parts[i])
            i += 2 if both else 1
        parts = joined
