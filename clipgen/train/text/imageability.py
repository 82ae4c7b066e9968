"""Which words a picture can show: a small network on the text tower's embeddings, taught by the word net."""

from __future__ import annotations

import random
from math import log
from pathlib import Path

import torch
import torch.nn.functional as F

from clipgen.models.weights import save_state
from clipgen.perceptors.openclip.meanings import IMAGEABILITY_FILE, Imageability
from clipgen.perceptors.openclip.tower import TextTower
from clipgen.train.text.wordnet import Words

_MOST = 60_000  # the most common words, in so far as they are letters only
_SENSES = 2  # of which one can be shown
_FORMS = 10_000  # words whose forms in -ing and -ed are no things
_PLACES = "noun.location"  # a city, a valley: shown as scenes
_GIBBERISH = 3000  # strings of random letters, which are no things either
_LETTERS = "etaoinshrdlucmfwypvbgkjqxz"
_EPOCHS, _BATCH, _LR = 40, 256, 1e-3


def examples(words: Words, seed: int) -> dict[str, tuple[float, float]]:
    """Words with whether a picture can show them, 0 or 1, and their weight: common words count more.

        >>> from clipgen.train.text.wordnet import Meaning
        >>> meanings = {"1-n": Meaning(("cat",), "", (), "noun.animal"), "2-v": Meaning(("go",), "", (), "verb.motion")}
        >>> found = examples(Words(meanings, {"cat": ["1-n"], "run": ["2-v"]}, {"cat": 9, "run": 9}, {}), 0)
        >>> found["cat"][0], found["run"][0], found["runing"][0]
        (1.0, 0.0, 0.0)

    A word is shown when it is most often a noun, and one of its first meanings an animal, an artifact, a place …
    """
    common = sorted((w for w in words.senses if w.isalpha() and len(w) > 2), key=lambda w: -words.counts[w])[:_MOST]
    found = {word: (_shown(words, word), log(1 + words.counts[word]) + 0.5) for word in common}
    rng = random.Random(seed)
    others = [word.removesuffix("e") + ending for word in common[:_FORMS] for ending in ("ing", "ed")]
    others += ["".join(rng.choices(_LETTERS, k=rng.randint(3, 10))) for _ in range(_GIBBERISH)]
    return found | {word: (0.0, 1.0) for word in others if word not in words.senses}


def _shown(words: Words, word: str) -> float:
    first, *_ = senses = words.senses[word][:_SENSES]
    # a name is written otherwise: nothing stands for Iceland or a Smith
    kinds = [kind for sense in senses if word in (kind := words.meanings[sense]).lemmas]
    return float(first.endswith("-n") and any(kind.shown or kind.file == _PLACES for kind in kinds))


def train(tower: TextTower, words: Words, *, seed: int, held_out: float = 0.0) -> tuple[Imageability, float]:
    """A network for a tower, and its accuracy on a share of the words that it was not trained on (1 without any).

    Example: ``train(TextTower.load(Path("models/text")), Words.load(data / "words"), seed=23, held_out=0.1)``.
    """
    given = examples(words, seed)
    embedded = tower.embed(list(given)).clone()
    truth, weight = torch.tensor(list(given.values())).unbind(1)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        rest, rows = torch.randperm(len(given)).tensor_split([int(held_out * len(given))])
        network = Imageability(embedded.shape[1])
        optimizer = torch.optim.AdamW(network.parameters(), lr=_LR, weight_decay=0.05)
        schedule = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.0, _EPOCHS)
        for _ in range(_EPOCHS):
            for some in rows[torch.randperm(len(rows))].split(_BATCH):
                loss = F.binary_cross_entropy_with_logits(network(embedded[some]), truth[some], weight=weight[some])
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
            schedule.step()
    network.eval().requires_grad_(False)
    right = (network(embedded[rest]) > 0) == (truth[rest] > 0.5)
    return network, right.float().mean().item() if len(rest) else 1.0


def write(folder: Path, words: Words, *, seed: int) -> None:
    """Train on all words and write the network beside the text tower in a folder: ``write(out, words, seed=23)``."""
    network, _ = train(TextTower.load(folder), words, seed=seed)
    save_state(folder / IMAGEABILITY_FILE, network.state_dict())
