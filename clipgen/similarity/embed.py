"""Pictures and words of any size and length as unit vectors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F
from torch import Tensor

from clipgen.errors import PromptError, UnknownNameError
from clipgen.media.images import resize_area
from clipgen.perceptors.base import Perceptor
from clipgen.prompts import split_long

if TYPE_CHECKING:
    from clipgen.similarity.cache import TextCache

_BATCH = 256
_WINDOWS = 64  # along a side, at most: a picture a thousand times as long as high would have thousands


def embed_texts(perceptor: Perceptor, texts: Sequence[str], *, cache: TextCache | None = None) -> Tensor:
    """Embed texts of any length: unit vectors [N, D], float32, on the CPU.

        >>> embed_texts(perceptor, ["a fox", "a very long text …"], cache=TextCache()) @ picture

    texts: one past the perceptor's context is split, and the mean of its parts taken; cache: where embeddings are
    kept (in fp16) from one run to the next.
    Raises PromptError for an empty text.
    """
    if any(not text.strip() for text in texts):
        raise PromptError("a text to compare is empty; write what may be in a picture")
    if cache is None:
        return _embed(perceptor, texts)
    return cache.through(perceptor.fingerprint, perceptor.dim, texts, lambda missing: _embed(perceptor, missing))


def _embed(perceptor: Perceptor, texts: Sequence[str]) -> Tensor:
    pieces = [split_long(text, perceptor.count_tokens, perceptor.context_length) for text in texts]
    flat = [piece for parts in pieces for piece in parts]
    # texts of about one length go together: nothing is gained here by a full batch of padding
    rows = [perceptor.encode_text(flat[i : i + _BATCH]).cpu() for i in range(0, len(flat), _BATCH)]
    embedded = torch.cat(rows) if rows else torch.empty(0, perceptor.dim)
    if len(flat) == len(texts):
        return embedded
    owners = torch.repeat_interleave(torch.tensor([len(parts) for parts in pieces]))
    return F.normalize(torch.zeros(len(texts), perceptor.dim).index_add_(0, owners, embedded), dim=-1)


def _whole(image: Tensor, side: int) -> list[Tensor]:
    return [_square(image, side)]


def _flips(image: Tensor, side: int) -> list[Tensor]:
    whole = _square(image, side)
    return [whole, whole.flip(-1)]


def _crops(image: Tensor, side: int) -> list[Tensor]:
    """The whole picture, its middle and its four corners, each at four fifths."""
    height, width = (round(edge * 0.8) for edge in image.shape[-2:])
    tops = (0, image.shape[-2] - height)
    lefts = (0, image.shape[-1] - width)
    corners = [(top, left) for top in tops for left in lefts] + [(tops[1] // 2, lefts[1] // 2)]
    cuts = [image[..., top : top + height, left : left + width] for top, left in corners]
    return [_square(view, side) for view in [image, *cuts]]


def _square(image: Tensor, side: int) -> Tensor:
    """The picture's middle square, no larger than the perceptor looks at."""
    edge = min(image.shape[-2:])
    top, left = (image.shape[-2] - edge) // 2, (image.shape[-1] - edge) // 2
    return resize_area(image[..., top : top + edge, left : left + edge], (side, side))


#: What of a picture is looked at; several views are averaged.
VIEWS: dict[str, Callable[[Tensor, int], list[Tensor]]] = {
    "auto": _whole, "centre": _whole, "flips": _flips, "crops": _crops,
}  # fmt: skip


@torch.no_grad()
def embed_images(perceptor: Perceptor, images: Sequence[Tensor], *, views: str = "centre") -> Tensor:
    """Embed pictures of any shapes: unit vectors [N, D], float32, on the CPU.

        >>> embed_images(perceptor, [load_image("photo.jpg")], views="crops").shape
        torch.Size([1, 384])

    images: each [1, 3, H, W] in [0, 1]; views: a name in VIEWS.
    Raises UnknownNameError for other views.
    """
    if views not in VIEWS:
        raise UnknownNameError.of("views", views, VIEWS)
    shown = [VIEWS[views](image, perceptor.input_size) for image in images]
    if not shown:
        return torch.empty(0, perceptor.dim)
    device = next(perceptor.parameters()).device
    flat = torch.cat([view for several in shown for view in several])
    seen = torch.cat([perceptor.encode_image(part.to(device)).cpu() for part in flat.split(_BATCH)])
    return F.normalize(seen.view(len(images), -1, seen.shape[-1]).mean(1), dim=-1)


def windows(height: int, width: int, share: float) -> list[tuple[int, int, int]]:
    """Squares (top, left, side) that cover a picture and overlap by about half; less on one more than 20 times as long.

        >>> windows(100, 100, 0.75)
        [(0, 0, 75), (0, 25, 75), (25, 0, 75), (25, 25, 75)]

    share: of the picture's short side.
    """
    side = max(1, round(share * min(height, width)))

    def starts(length: int) -> list[int]:
        count = min(_WINDOWS, max(1, round(2 * (length - side) / side)) + 1)
        return sorted({round(i * (length - side) / max(1, count - 1)) for i in range(count)})

    return [(top, left, side) for top in starts(height) for left in starts(width)]


def embed_windows(perceptor: Perceptor, images: Sequence[Tensor], *, shares: Sequence[float]) -> list[Tensor]:
    """Embed what the windows of several sizes over each picture show: unit vectors [W, D] for each.

        >>> embed_windows(perceptor, [load_image("photo.jpg")], shares=(0.75, 0.5))[0].shape
        torch.Size([13, 384])

    images: each [1, 3, H, W] in [0, 1].
    """
    cuts = [
        [image[..., top : top + side, left : left + side]
         for share in shares for top, left, side in windows(image.shape[-2], image.shape[-1], share)]
        for image in images
    ]  # fmt: skip
    seen = embed_images(perceptor, [cut for some in cuts for cut in some])
    return list(seen.split([len(some) for some in cuts]))
