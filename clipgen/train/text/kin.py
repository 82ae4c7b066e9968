"""Which known concepts stand for a word: a small network on the text tower's embeddings, taught by the word net."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import torch
from torch import Tensor

from clipgen.models.weights import save_state
from clipgen.perceptors.openclip.kin import KIN_FILE, Kin
from clipgen.perceptors.openclip.tower import TextTower
from clipgen.train import checkpoints
from clipgen.train.text.concepts import Concept
from clipgen.train.text.wordnet import Words

_MOST = 30_000  # the most common nouns, in so far as they are letters only
_SENSES = 2  # of which a picture can show one
# most steps in the word net to a concept; what a step down to it costs, in steps up; what a rarer sense costs of a word
# and of a concept's name, and the most; what a sense costs that no picture shows, or that of a stuff or an event
NEAR, _DOWN, _RARER, _RARER_NAME, _MOST_RARER, _UNSHOWN, _STUFF = 5, 1.3, 1.0, 2.0, 3.0, 2.0, 1.0
_MANY = 80  # concepts of one kind from which on that says little of them
_STUFFS = ("noun.substance", "noun.phenomenon", "noun.shape")
# who stands for someone of whom no concept is near, and what that costs
_PEOPLE, _PERSON, _ANYONE = ("person", "man", "woman"), "noun.person", 4.5
# of the shares that concepts have in what a word is taught: per point of cosine, and per step
_LIKE, _STEP, _FEW = 12.0, 1.2, 8
_SHARP = 16.0  # factor of the cosines in the loss
_EPOCHS, _BATCH, _LR = 25, 512, 2e-3


def near(words: Words, meanings: Sequence[str], below: Mapping[str, Mapping[int, float]]) -> dict[int, float]:
    """Concepts within NEAR steps of a word's meanings, and the steps, dearer ones counted as more.

        >>> from clipgen.train.text.wordnet import Meaning
        >>> kinds = {"kingfisher": ("bird",), "wren": ("bird",), "bird": ()}
        >>> net = Words({name: Meaning((name,), "", up, "noun.animal") for name, up in kinds.items()}, {}, {}, {})
        >>> near(net, ["kingfisher"], below(net, [Concept(("bird",), (), ("bird",), exact=True)]))
        {0: 1.0}

    below: of what each meaning is above of: see `below`.
    """
    found: dict[int, float] = {}
    for rank, meaning in enumerate(meanings):
        more = _cost(words, meaning, rank, _RARER)
        for kind, up in words.above(meaning).items():
            for concept, down in below.get(kind, {}).items():
                if up + down <= NEAR:
                    found[concept] = min(found.get(concept, 99.0), up + down + more)
    return found


def below(words: Words, concepts: Sequence[Concept]) -> dict[str, dict[int, float]]:
    """The concepts that are of each kind, with the steps down to them; of what many are, only those that are just that.

    "Artifact" says little of what is one.
    """
    made: dict[str, dict[int, float]] = {}
    for index, concept in enumerate(concepts):
        # of the meaning of its last word alone most is not true: a light rail is no rail
        for rank, meaning in enumerate(concept.meanings if concept.exact else ()):
            # a goat is someone, too, but none is drawn for a bard
            if (words.meanings[meaning].file == _PERSON) != (words.meanings[concept.meanings[0]].file == _PERSON):
                continue
            more = _cost(words, meaning, rank, _RARER_NAME)
            for kind, steps in words.above(meaning).items():
                entry = made.setdefault(kind, {})
                entry[index] = min(_DOWN * steps + more, entry.get(index, 99.0))
    return {kind: of if len(of) <= _MANY else {k: n for k, n in of.items() if n < _DOWN} for kind, of in made.items()}


def _cost(words: Words, meaning: str, rank: int, rarer: float) -> float:
    of = words.meanings[meaning]
    return min(rarer * rank, _MOST_RARER) + _UNSHOWN * (not of.shown) + _STUFF * (of.file in _STUFFS)


def lessons(words: Words, concepts: Sequence[Concept], most: int = _MOST) -> dict[str, dict[int, float]]:
    """Common nouns that a picture can show, each with its near concepts and the steps to them; a name has its own.

    Nouns that no concept is near are left out.
    """
    kinds = below(words, concepts)
    own = {name: index for index, concept in reversed(list(enumerate(concepts))) for name in reversed(concept.names)}
    people = [own[name] for name in _PEOPLE if name in own]
    found = {name: {index: 0.0} for name, index in own.items()}
    nouns = [noun for noun in words.common_nouns if noun.isalpha() and len(noun) > 2 and noun not in own]
    shown = [noun for noun in nouns if any(words.meanings[one].shown for one in words.nouns(noun)[:_SENSES])]
    for noun in shown[:most]:
        meanings = words.nouns(noun)
        found[noun] = near(words, meanings, kinds)
        ranks = [rank for rank, one in enumerate(meanings[:_SENSES]) if words.meanings[one].file == _PERSON]
        for index in people if ranks else ():
            found[noun][index] = min(found[noun].get(index, 99.0), _ANYONE + _RARER * ranks[0])
    return {noun: steps for noun, steps in found.items() if steps}


def train(
    tower: TextTower, words: Words, concepts: Sequence[Concept], *, seed: int, held_out: float = 0.0, most: int = _MOST
) -> tuple[Kin, dict[str, float]]:
    """A network for a tower, and how it does with a share of words that it was not trained on, and with the others.

    Example: ``train(TextTower.load(folder), words, known_concepts(data, words), seed=23, held_out=0.1)``.
    Returns the shares of words whose nearest concept is near in the word net: "held_out" and "seen", and both "before",
    by the tower's own embeddings.
    """
    given = lessons(words, concepts, most)
    embedded = tower.embed(list(given)).clone()
    names = tower.embed([concept.names[0] for concept in concepts]).clone()
    taught = _shares(list(given.values()), embedded @ names.T)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        rest, rows = torch.randperm(len(given)).tensor_split([int(held_out * len(given))])
        network = Kin(embedded.shape[1])
        optimizer = torch.optim.AdamW(network.parameters(), lr=0.0, weight_decay=0.05)
        steps = _EPOCHS * (len(rows) // _BATCH)
        for step in range(steps):
            if step % (len(rows) // _BATCH) == 0:
                order = rows[torch.randperm(len(rows))].split(_BATCH)
            some = order[step % (len(rows) // _BATCH)]
            optimizer.param_groups[0]["lr"] = checkpoints.cosine(step, steps, peak=_LR, warmup=steps // 10)
            cosines = network(embedded[some]) @ network(names).T
            loss = -(taught[some] * (_SHARP * cosines).log_softmax(1)).sum(1).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    network.eval().requires_grad_(False)

    def right(cosines: Tensor, some: Tensor) -> float:
        nearest = zip(some.tolist(), cosines[some].argmax(1).tolist(), strict=True)
        steps = list(given.values())
        return sum(steps[row].get(index, 99.0) <= NEAR for row, index in nearest) / max(1, len(some))

    before, after = embedded @ names.T, network(embedded) @ network(names).T
    new = torch.tensor([min(steps.values()) > 0 for steps in given.values()])
    rest, seen = (some[new[some]] for some in (rest, rows))
    return network, {
        "held_out": right(after, rest), "held_out_before": right(before, rest),
        "seen": right(after, seen), "seen_before": right(before, seen),
    }  # fmt: skip


def _shares(near: Sequence[Mapping[int, float]], cosines: Tensor) -> Tensor:
    """What each word is taught: shares of the concepts [N, K], of a few near ones that it is like to."""
    made = torch.zeros_like(cosines)
    for row, steps in enumerate(near):
        some = torch.tensor(list(steps))
        scores = _LIKE * cosines[row, some] - _STEP * torch.tensor(list(steps.values()))
        best = scores.topk(min(_FEW, len(some)))
        made[row, some[best.indices]] = best.values.softmax(0)
    return made


def write(folder: Path, words: Words, concepts: Sequence[Concept], *, seed: int) -> None:
    """Train on all words and write the network beside the text tower in a folder."""
    network, _ = train(TextTower.load(folder), words, concepts, seed=seed)
    save_state(folder / KIN_FILE, network.state_dict())
