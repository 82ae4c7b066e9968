"""Candidates from a local image-captioning network, for the perceptor to rank."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Protocol

import torch
from PIL import Image
from torch import Tensor, nn

from clipgen.errors import ClipgenError, WeightsError

PROPOSALS = 12  # beams, each of which gives a caption; chosen by hand
_MOST_TOKENS = 30


class Processor(Protocol):
    """What transformers prepares pictures and decodes tokens with."""

    def __call__(self, *, images: Image.Image, return_tensors: str) -> Mapping[str, Tensor]: ...

    def batch_decode(self, sequences: Tensor, *, skip_special_tokens: bool) -> list[str]: ...


class Captioner:
    """A BLIP, or another network that transformers loads as image-text-to-text, that proposes captions.

        >>> Captioner.load("Salesforce/blip-image-captioning-base").propose(Image.open("photo.jpg"))
        ['a fox standing in the snow', 'a red fox in a field of snow']

    Source of the default one: Li et al., "BLIP", arXiv 2201.12086.
    """

    def __init__(self, processor: Processor, network: nn.Module) -> None:
        self.processor, self.network = processor, network.eval().requires_grad_(False)

    @classmethod
    @lru_cache(maxsize=1)
    def load(cls, name: str) -> Captioner:
        """Load it from a folder or from the hub's cache; nothing is downloaded, and no code in it is run.

        Raises ClipgenError without transformers, WeightsError when it is not on this machine.
        """
        try:
            from transformers import AutoModelForImageTextToText, AutoProcessor
            from transformers.utils import logging
        except ImportError as error:
            raise ClipgenError("mode blip needs transformers: pip install 'clipgen[blip]'") from error
        logging.disable_progress_bar()  # the library prints nothing
        try:
            processor = AutoProcessor.from_pretrained(name, local_files_only=True)
            network = AutoModelForImageTextToText.from_pretrained(name, local_files_only=True, use_safetensors=True)
        except (OSError, ValueError) as error:
            raise WeightsError(
                f"the captioner {name} is not on this machine; download it with `hf download {name}`, or set "
                "captioner to its folder"
            ) from error
        return cls(processor, network)

    @torch.no_grad()
    def propose(self, picture: Image.Image, count: int = PROPOSALS) -> list[str]:
        """The likeliest captions of a picture by beam search, each once."""
        given = self.processor(images=picture.convert("RGB"), return_tensors="pt")
        generate: Callable[..., Tensor] = self.network.generate  # type: ignore[assignment]  # transformers adds it
        written = generate(
            **given, num_beams=count, num_return_sequences=count, max_new_tokens=_MOST_TOKENS, do_sample=False
        )
        texts = [text.strip() for text in self.processor.batch_decode(written, skip_special_tokens=True)]
        return [text for text in dict.fromkeys(texts) if text]
