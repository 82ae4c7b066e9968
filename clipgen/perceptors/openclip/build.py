"""Make open_clip models and their tokenizers from a config, for loading and for training."""

from __future__ import annotations

import gzip
import json
import logging
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from clipgen.errors import WeightsError
from clipgen.files import reason, write_whole
from clipgen.files.temporary import temporary_folder
from clipgen.values import Values, table

if TYPE_CHECKING:
    from open_clip import CLIP, SimpleTokenizer

CONFIG_FILE = "open_clip_config.json"
# 2 × 256 byte symbols + 3,582 merges + start and end marks = 4,096 tokens
MERGES = 3582
MOST_MERGES = 16_000_000  # bytes, unpacked; open_clip's own are 3 MB


def build(config: Values, merges: Path | None = None) -> tuple[CLIP, SimpleTokenizer]:
    """A randomly initialised open_clip model and its tokenizer, ready to be trained.

        >>> config = json.loads(Path("models/clip/open_clip_config.json").read_text())
        >>> model, tokenizer = build(config, Path("models/clip/merges.txt.gz"))

    config, merges: as for `build_model`.
    """
    return build_model(config, merges), make_tokenizer(config, merges)


def build_model(config: Values, merges: Path | None = None, *, own: Sequence[str] = (), device: str = "cpu") -> CLIP:
    """An open_clip model from its config, randomly initialised from torch's global random state.

        >>> model = build_model(json.loads(Path("models/clip/open_clip_config.json").read_text()))

    config: the contents of open_clip_config.json: model_cfg, and preprocess_cfg with mean, std; merges: file of the
    tokenizer's merges, against which the vocabulary size is checked (None: open_clip's own); own: words with tokens of
    their own, as for `make_tokenizer`; device: "meta" allocates no memory.

    Raises WeightsError when the config is not one of open_clip, or has another vocabulary size than the merges.
    """
    import open_clip  # late: it takes seconds to import

    with temporary_folder() as folder, quiet():
        (folder / CONFIG_FILE).write_text(json.dumps(dict(config)), encoding="utf-8")
        try:
            model = open_clip.create_model(f"local-dir:{folder}", load_weights=False, device=device)
        except Exception as error:  # a config is wrong in as many ways as there are towers
            raise WeightsError(
                f"no open_clip config: {reason(error)}; compare it with models/clip/{CONFIG_FILE}"
            ) from error
    if merges is not None:
        found, expected = make_tokenizer(config, merges, own).vocab_size, _text_config(config)["vocab_size"]
        if found != expected:
            raise WeightsError(f"{merges} has {found} tokens, the config {expected}; `clipgen train clip` writes both")
    return model


def make_tokenizer(config: Values, merges: Path | None = None, own: Sequence[str] = ()) -> SimpleTokenizer:
    """The byte-pair tokenizer of a config: texts → token ids [N, context_length], int64.

        >>> config = json.loads(Path("models/clip/open_clip_config.json").read_text())
        >>> make_tokenizer(config, Path("models/clip/merges.txt.gz"))(["a red square"]).shape
        torch.Size([1, 32])

    config: as for `build_model`; merges: gzipped merges; None: open_clip's own 49,408 tokens; own: words with tokens of
    their own, which are numbered from where the others end: such a model finds the end of a text by its token
    (pool_type "eos"), as the highest number is no longer the end's.

    Raises WeightsError when the merges are missing or damaged.
    """
    tokenizer = _plain_tokenizer(merges, config)
    if own:
        add_words(tokenizer, own)
    return tokenizer


def add_words(tokenizer: SimpleTokenizer, words: Sequence[str]) -> None:
    """Give words tokens of their own, in their order; their plurals have the same ones.

        >>> tokenizer = make_tokenizer({"model_cfg": {"text_cfg": {}}})
        >>> add_words(tokenizer, ["zorblax", "z80"])
        >>> tokenizer.encode("Zorblaxes, z80"), tokenizer.vocab_size
        ([49408, 267, 49409], 49410)

    words: of letters and digits, in lower case.
    """
    import regex  # type: ignore[import-untyped]  # what open_clip's tokenizers use; late, as they are

    forms: dict[str, int] = {}
    for number, word in enumerate(words, tokenizer.vocab_size):
        for form in (word, *([f"{word}s", f"{word}es"] if word.isalpha() else [])):
            forms.setdefault(form, number)
    for form, number in forms.items():
        piece = "".join(tokenizer.byte_encoder[byte] for byte in form.encode("utf-8"))
        tokenizer.cache[piece] = f"{piece}</w>"  # what `bpe` finds at once is one piece
        tokenizer.encoder[f"{piece}</w>"] = number
        tokenizer.decoder.setdefault(number, f"{piece}</w>")
    longest = "|".join(regex.escape(form) for form in sorted(forms, key=len, reverse=True))
    whole = rf"(?<![\p{{L}}\p{{N}}])(?:{longest})(?![\p{{L}}\p{{N}}])"
    tokenizer.pat = regex.compile(f"{whole}|{tokenizer.pat.pattern}", regex.IGNORECASE)
    tokenizer.vocab_size += len(words)


def _plain_tokenizer(merges: Path | None, config: Values) -> SimpleTokenizer:
    from open_clip import SimpleTokenizer  # late: it takes seconds to import

    length = _text_config(config).get("context_length", 77)
    if merges is None:
        return SimpleTokenizer(context_length=length)
    try:
        with gzip.open(merges) as file:
            if len(file.read(MOST_MERGES + 1)) > MOST_MERGES:
                raise ValueError(f"more than {MOST_MERGES / 1e6:.0f} MB")
        return SimpleTokenizer(bpe_path=str(merges.resolve()), context_length=length)
    except Exception as error:  # a damaged file fails in gzip, zlib, as text or as merges
        raise WeightsError(f"{merges} cannot be read as merges ({error}); `clipgen train clip` writes them") from error


def _text_config(config: Values) -> Values:
    return table(table(config, "model_cfg"), "text_cfg")


def write_merges(path: Path, *, merges: int = MERGES) -> None:
    """Write the first merges of open_clip's own vocabulary, gzipped, with the same bytes every time.

        >>> write_merges(Path("merges.txt.gz"))       # 4,096 tokens

    path: of the file; merges: how many (tokens = merges + 514). A small text tower does not need 49k tokens.
    """
    from open_clip.tokenizer import default_bpe  # late: it takes seconds to import

    lines = gzip.decompress(Path(default_bpe()).read_bytes()).decode("utf-8").split("\n")[: merges + 1]
    with write_whole(path) as part:
        # no newline at the end: the tokenizer would parse the empty line after it as one more merge
        part.write_bytes(gzip.compress("\n".join(lines).encode("utf-8"), mtime=0))


@contextmanager
def quiet() -> Iterator[None]:
    """Inside the block open_clip neither logs nor warns."""
    # open_clip logs through the root logger, whose first call would install a handler that prints on the terminal
    handler = logging.NullHandler()
    logging.root.addHandler(handler)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.root.removeHandler(handler)
