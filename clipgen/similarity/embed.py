"""Pictures and texts of any size and length as unit vectors."""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from clipgen.errors import PromptError, UnknownNameError
from clipgen.media.images import resize_area
from clipgen.perceptors.base import Perceptor
from clipgen.prompts import check_encodes, is_blank, split_long
from clipgen.settings.describe import PLAIN, VIEWS, View
from clipgen.store import TEXT, Store, text_keys

_BATCH = 256  # texts or views in one pass of a perceptor: bounds its memory, and is past where larger is faster
_WINDOWS = 64  # along a side, at most: a picture a thousand times as long as high would have thousands

#: a square of a picture in pixels: top, left, side; it may reach beyond the picture
Square = tuple[int, int, int]


def embed_texts(perceptor: Perceptor, texts: Sequence[str], *, store: Store | None = None) -> Tensor:
    """Embed texts of any length: unit vectors [N, D], float32, on the CPU.

        >>> embed_texts(perceptor, ["a fox", "a castle"]).shape == (2, perceptor.dim)
        True

    texts: one past the perceptor's context is split, and its parts are averaged; store: where embeddings are read from
    and written to, rounded to half precision either way.
    Raises PromptError for an empty text, and for one that is no UTF-8.
    """
    if any(map(is_blank, texts)):
        raise PromptError("a text to compare is empty; describe what may be in a picture")
    for text in texts:
        check_encodes(text)
    texts = [perceptor.known(text) for text in texts]  # what is cached under a text is what its known words mean
    if store is None:
        return _embed(perceptor, texts)
    vectors = store.vectors(perceptor.fingerprint, perceptor.dim, TEXT)
    return vectors.through(text_keys(texts), lambda missing: _embed(perceptor, [texts[i] for i in missing]))


def _embed(perceptor: Perceptor, texts: Sequence[str]) -> Tensor:
    pieces = [split_long(text, perceptor.count_tokens, perceptor.context_length) for text in texts]
    flat = [piece for parts in pieces for piece in parts]
    rows = [perceptor.encode_text(flat[i : i + _BATCH]).cpu() for i in range(0, len(flat), _BATCH)]
    embedded = torch.cat(rows) if rows else torch.empty(0, perceptor.dim)
    if len(flat) == len(texts):
        return embedded
    owners = torch.repeat_interleave(torch.tensor([len(parts) for parts in pieces]))
    return F.normalize(torch.zeros(len(texts), perceptor.dim).index_add_(0, owners, embedded), dim=-1)


def cut_view(view: View, image: Tensor, side: int) -> Tensor:
    """One view of a picture [1, 3, H, W], cut to its middle square: [1, 3, side, side].

    >>> cut_view(View(share=0.8, left=0.0), image, 32).shape
    torch.Size([1, 3, 32, 32])
    """
    height, width = (round(edge * view.share) for edge in image.shape[-2:])
    top, left = int(view.top * (image.shape[-2] - height)), int(view.left * (image.shape[-1] - width))
    edge = min(height, width)
    top, left = top + (height - edge) // 2, left + (width - edge) // 2
    square = resize_area(image[..., top : top + edge, left : left + edge], (side, side))
    return square.flip(-1) if view.mirrored else square


@torch.no_grad()
def embed_images(perceptor: Perceptor, images: Sequence[Tensor], *, views: str = PLAIN) -> Tensor:
    """Embed pictures of any shapes: unit vectors [N, D], float32, on the CPU.

        >>> embed_images(perceptor, [image], views="crops").shape == (1, perceptor.dim)
        True

    images: each [1, 3, H, W] in [0, 1]; views: a name in VIEWS.
    Raises UnknownNameError for other views.
    """
    if views not in VIEWS:
        raise UnknownNameError.of("views", views, VIEWS, settings=["views"])
    if not images:
        return torch.empty(0, perceptor.dim)
    device = next(perceptor.parameters()).device
    flat = torch.cat([cut_view(view, image, perceptor.input_size) for image in images for view in VIEWS[views]])
    embedded = torch.cat([perceptor.encode_image(part.to(device)).cpu() for part in flat.split(_BATCH)])
    return F.normalize(embedded.view(len(images), -1, embedded.shape[-1]).mean(1), dim=-1)


def windows(height: int, width: int, share: float, *, overlap: float = 0.5) -> list[Square]:
    """Squares (top, left, side) in pixels that cover a picture and overlap by about half, or another share.

        >>> windows(100, 100, 0.75)
        [(0, 0, 75), (0, 25, 75), (25, 0, 75), (25, 25, 75)]

    share: of the picture's short side. Along a side there are at most 64: on a very long picture they overlap less.
    """
    side = max(1, round(share * min(height, width)))

    def starts(length: int) -> list[int]:
        count = min(_WINDOWS, max(1, round((length - side) / (side * (1 - overlap)))) + 1)
        return sorted({round(i * (length - side) / max(1, count - 1)) for i in range(count)})

    return [(top, left, side) for top in starts(height) for left in starts(width)]


def embed_windows(perceptor: Perceptor, images: Sequence[Tensor], *, share: float) -> list[Tensor]:
    """Embed the windows over each picture: unit vectors [W, D] for each.

        >>> embed_windows(perceptor, [image], share=0.75)[0].shape == (4, perceptor.dim)
        True

    images: each [1, 3, H, W] in [0, 1]; share: side of the windows, of the picture's short side.
    """
    squares = [windows(image.shape[-2], image.shape[-1], share) for image in images]
    cuts = [cut_square(image, square) for image, some in zip(images, squares, strict=True) for square in some]
    return list(embed_images(perceptor, cuts).split([len(some) for some in squares]))


def embed_squares(perceptor: Perceptor, image: Tensor, squares: Sequence[Square]) -> Tensor:
    """Embed squares of one picture [1, 3, H, W]: unit vectors [N, D]; see `cut_square`.

    >>> embed_squares(perceptor, image, [(0, 0, 32), (-8, 40, 32)]).shape == (2, perceptor.dim)
    True
    """
    return embed_images(perceptor, [cut_square(image, square) for square in squares])


def cut_square(image: Tensor, square: Square) -> Tensor:
    """A square of a picture [1, 3, H, W]; beyond the picture its edge pixels are repeated.

    >>> cut_square(torch.rand(1, 3, 20, 30), (-4, 24, 10)).shape
    torch.Size([1, 3, 10, 10])
    """
    (top, left, side), (height, width) = square, image.shape[-2:]
    if top >= 0 and left >= 0 and top + side <= height and left + side <= width:
        return image[..., top : top + side, left : left + side]
    rows = torch.arange(top, top + side).clamp(0, height - 1)
    columns = torch.arange(left, left + side).clamp(0, width - 1)
    return image[..., rows[:, None], columns]
