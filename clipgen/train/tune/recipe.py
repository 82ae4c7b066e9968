"""The settings that determine the weights of a tuned CLIP."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Recipe:
    """The settings of a tuning.

    last_blocks: blocks of the picture tower that are trained after its head (0: the head alone); steps: of the head,
    and again of the blocks, unless the held-out part stops them earlier; batch: pictures a step, of one's own and again
    of others; lr: peak learning rate of the blocks, with warm-up and a cosine; head_lr, word_lr: of the head and of new
    words' tokens, while the head is trained; views: augmented views of each picture; others: number of pictures that
    are kept in mind, and again of those that measure what is lost; imagined: number of features of no picture, which
    the head has to leave in place as well; names: known names that new pictures are distinguished from in
    a step; keep: weight of the loss that holds embeddings of other pictures in place; held_out: share of each
    name's pictures that is not learnt from; every: steps between two looks at these; patience: looks without a gain
    until training stops; alphas: of the sweep between old and new weights; allowed: share of the other pictures that
    may be lost.
    Sources: warm-up, cosine and rate as in Goyal et al. 2022 (FLYP, arXiv 2212.00638); head first: Kumar et al. 2022
    (arXiv 2202.10054); the sweep: Wortsman et al. 2021 (WiSE-FT, arXiv 2109.01903); tokens of new words: Gal et al.
    2022 (textual inversion, arXiv 2208.01618).
    """

    last_blocks: int = 0
    steps: int = 400
    batch: int = 96
    lr: float = 1e-5
    head_lr: float = 1e-3
    word_lr: float = 5e-3
    seed: int = 0
    views: int = 8
    others: int = 600
    imagined: int = 4000
    names: int = 128
    keep: float = 64.0
    held_out: float = 0.2
    every: int = 20
    patience: int = 5
    alphas: tuple[float, ...] = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
    allowed: float = 0.01
