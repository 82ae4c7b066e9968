"""Words that a CLIP does not know: each gets a token of its own, whose row in the text tower's table is learnt."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from clipgen.errors import SettingsError
from clipgen.perceptors.base import STOP_WORDS, Perceptor, stems
from clipgen.perceptors.openclip import build_model, make_tokenizer
from clipgen.perceptors.openclip.load import Loaded
from clipgen.train.pairs import Pair

_WORD = re.compile(r"[^\W_]+")  # letters and digits: "z80" is one word
_OFTEN = 3  # captions that must have an unknown word, where captions are sentences
_NOISE = 0.3  # of the rows that a new one starts near, in their standard deviations: equal rows would learn alike


def new_words(pairs: Sequence[Pair], perceptor: Perceptor, asked: Sequence[str] = ()) -> list[str]:
    """The words of captions that get a token of their own, in order.

        >>> new_words([Pair(Path("a.png"), "blue zorblax", True, "")], perceptor)
        ['zorblax']

    asked: further ones. Where the vocabulary is closed, these are the unknown words of names, those of letters and
    digits together, and unknown words of several sentences; an open vocabulary has tokens for anything.
    Raises SettingsError for an asked word that is none, or is in no caption.
    """
    texts = [pair.caption.lower() for pair in pairs]
    for word in asked:
        if not _WORD.fullmatch(word) or not any(word.lower() in _WORD.findall(text) for text in texts):
            raise SettingsError(f"new_words has {word!r}, which is no word of a caption", settings=["new_words"])
    found = [word.lower() for word in asked]
    if perceptor.words():
        names = dict.fromkeys(pair.caption for pair in pairs if pair.named)
        named = [word for name in names for word in _unknown(name, perceptor)]
        said = Counter(word for pair in pairs if not pair.named for word in {*perceptor.unknown_words(pair.caption)})
        found += [*named, *(word for word, count in said.items() if count >= _OFTEN)]
    kept: list[str] = []
    for word in sorted(dict.fromkeys(found), key=len):  # a singular before its plural, which has the same token
        if stems(word).isdisjoint(kept):
            kept.append(word)
    return [word for word in dict.fromkeys(found) if word in kept]


def _unknown(name: str, perceptor: Perceptor) -> list[str]:
    unknown, known = set(perceptor.unknown_words(name)), set(perceptor.words())
    # digits one by one tell "8086" from "8088" badly, so that these are new words unless they were taught
    mixed = {w for w in _WORD.findall(name.lower()) if len(w) > 1 and any(c.isdigit() for c in w)} - known
    return [w for w in _WORD.findall(name.lower()) if w in unknown | mixed]


def grown(loaded: Loaded, words: Sequence[str]) -> tuple[dict[str, Any], Any, Any]:
    """The config, model and tokenizer of a model with tokens for some more words; their rows are zero.

        >>> from clipgen.perceptors.openclip.load import load_model
        >>> config, model, tokenizer = grown(load_model("builtin"), ["zorblax"])
        >>> len(tokenizer.encode("a zorblax"))
        2

    Without words it is a copy. Texts without them keep their tokens and their embeddings.
    Raises SettingsError for a text tower of the hub's transformers, whose tokenizers are their own.
    """
    config = loaded.config
    text = config["model_cfg"].get("text_cfg", {})
    config["model_cfg"].get("vision_cfg", {}).pop("timm_model_pretrained", None)
    if (text.get("hf_tokenizer_name") or text.get("hf_model_name")) and words:
        raise SettingsError(f"this text tower cannot learn new words ({', '.join(words)}); name things by known ones",
                            settings=["new_words"])  # fmt: skip
    state = {name: value.float() if value.is_floating_point() else value for name, value in
             loaded.model.state_dict().items()}  # fmt: skip
    own = [*loaded.own, *words]
    if words:
        before = len(table_of(loaded.model).weight)
        text |= {"vocab_size": before + len(words), "pool_type": "eos", "eos_id": loaded.tokenizer.eot_token_id}
        key = next(name for name in state if name.endswith("token_embedding.weight"))
        state[key] = torch.cat([state[key], torch.zeros(len(words), state[key].shape[1])])
    model = build_model(config, loaded.merges, own=own)
    model.load_state_dict(state)
    return config, model.float().eval(), make_tokenizer(config, loaded.merges, own) if words else loaded.tokenizer


def table_of(model: Any) -> nn.Embedding:
    """The text tower's table of tokens."""
    table: nn.Embedding = (model if hasattr(model, "token_embedding") else model.text).token_embedding
    return table


def first_rows(model: Any, tokenizer: Any, names: Sequence[str], *, generator: torch.Generator) -> Tensor:
    """A row of the table for each new word: the mean of a known name's tokens, and a little noise: [N, W].

    names: the known name whose pictures are most alike, or the new word itself where there is none.
    """
    table = table_of(model).weight.detach()
    means = torch.stack([table[tokenizer.encode(name)].mean(0) for name in names])
    return means + _NOISE * table.std(0) * torch.randn(means.shape, generator=generator).to(means)


class Rows(nn.Module):
    """A frozen table whose last rows are learnt: in the place of the text tower's own.

        >>> Rows(torch.zeros(4, 8), nn.Parameter(torch.ones(1, 8)))(torch.tensor([[0, 4]])).sum(-1).tolist()
        [[0.0, 8.0]]

    table: [V, W]; rows: [N, W], of the tokens V, V + 1, …
    """

    def __init__(self, table: Tensor, rows: nn.Parameter) -> None:
        super().__init__()
        self.table, self.rows = table, rows

    def forward(self, tokens: Tensor) -> Tensor:
        """Tokens [N, L] → [N, L, W]."""
        old = F.embedding(tokens.clamp(max=len(self.table) - 1), self.table)
        if not len(self.rows):
            return old
        new = F.embedding((tokens - len(self.table)).clamp(min=0), self.rows)
        return torch.where((tokens >= len(self.table))[..., None], new, old)


@contextmanager
def learning(model: Any, rows: nn.Parameter) -> Iterator[None]:
    """Inside the block the last rows of a model's table are these, and gradients reach them; afterwards it has them."""
    home, table = (model if hasattr(model, "token_embedding") else model.text), table_of(model)
    before = len(table.weight) - len(rows)
    home.token_embedding = Rows(table.weight.detach()[:before], rows)
    try:
        yield
    finally:
        home.token_embedding = table
        with torch.no_grad():
            table.weight[before:] = rows


def known_rivals(names: Sequence[str], captions: Sequence[str]) -> list[str]:
    """Known names that say something else than some captions: they have no word in common.

    >>> known_rivals(["red fox", "teapot", "sunset"], ["my teapots"])
    ['red fox', 'sunset']
    """
    said = {stem for caption in captions for word in _WORD.findall(caption.lower()) for stem in stems(word)}
    return [name for name in names if said.isdisjoint({*_WORD.findall(name.lower())} - STOP_WORDS)]
