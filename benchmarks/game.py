"""Is the drawing game fair? Quick, Draw! drawings that training never saw, and their words written out, are judged.

    python benchmarks/game.py DATA                        # the shipped reader; --perceptor local-dir:FOLDER for another
    python benchmarks/game.py DATA --rescore 100000       # also: seconds to score so many drawings from embeddings
    python benchmarks/game.py DATA --rescore 100000 --database postgresql://…    # an empty one; default: SQLite

DATA is the folder with drawings/. For each of 100 words, its drawings and as many drawings of random other words are
judged by the word as a prompt; "wins" is the share of pairs in which the word's own drawing scores higher (bar: 0.80).
The word itself is written in ten ways: OpenCV's seven stroke fonts (Hershey) and Pillow's outline font in three widths
of line; "writing" is the share of honest drawings of all words that a written word scores below (bar: 0.90), averaged,
and "beaten" the share of the written words for which that is at least 0.90.

Measured on 27 November 2026 with a reader that was still in training (it knew drawings and letters): wins 0.96, writing
1.00, beaten 1.00. 100,000 drawings from an SQLite file: 2.4 s of a core (33 s on two cores with a load of 38).
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import click
import cv2
import numpy as np
import torch
from PIL import Image, ImageDraw, ImageFont
from sqlalchemy import select
from torch import Tensor

from clipgen.media.images import from_pil
from clipgen.media.strokes import Drawing, centred
from clipgen.similarity import embed_images
from clipgen.similarity.articles import with_article
from clipgen.studio import Studio
from clipgen.tasks.judge import Judge
from clipgen.train.sources import load_drawings
from clipgen.web.game import prompts
from clipgen.web.game.board import Board, packed
from clipgen.web.game.referee import Referee
from clipgen.web.game.schema import DRAWING, opened
from clipgen.web.settings import WebSettings

_FACES = (
    cv2.FONT_HERSHEY_SIMPLEX, cv2.FONT_HERSHEY_PLAIN, cv2.FONT_HERSHEY_DUPLEX, cv2.FONT_HERSHEY_COMPLEX,
    cv2.FONT_HERSHEY_TRIPLEX, cv2.FONT_HERSHEY_SCRIPT_SIMPLEX, cv2.FONT_HERSHEY_SCRIPT_COMPLEX,
)  # fmt: skip
_SIDE, _BATCH = 448, 64


def written(word: str, manner: int, rng: np.random.Generator) -> Image.Image:
    """A word as large as it fits, in one of ten manners."""
    sheet = np.full((_SIDE, _SIDE, 3), 255, np.uint8)
    if manner < len(_FACES):
        (width, height), _ = cv2.getTextSize(word, _FACES[manner], 1.0, 1)
        gain = 0.86 * _SIDE / width
        place = (round(0.07 * _SIDE), round((_SIDE + height * gain) / 2))
        cv2.putText(sheet, word, place, _FACES[manner], gain, (0, 0, 0), int(rng.integers(4, 11)), cv2.LINE_AA)
        return Image.fromarray(sheet)
    picture = Image.fromarray(sheet)
    pen, font = ImageDraw.Draw(picture), ImageFont.load_default(100)
    font = ImageFont.load_default(100 * 0.86 * _SIDE / pen.textlength(word, font))
    pen.text((_SIDE / 2, _SIDE / 2), word, "black", font, "mm", stroke_width=2 * (manner - len(_FACES)))
    return picture


def embed_written(judge: Judge, words: list[str], rng: np.random.Generator) -> Tensor:
    """Each word in each manner: [words × 10, D]."""
    pictures = [
        written(word, manner, rng).resize((160, 160), Image.Resampling.BOX) for word in words for manner in range(10)
    ]
    return embed_images(judge.matcher.perceptor, [from_pil(picture) for picture in pictures])


def fairness(judge: Judge, data: Path, count: int, rng: np.random.Generator) -> dict[str, float]:
    """The figures of the bars."""
    drawings = load_drawings(data / "drawings" / "quickdraw.ndjson.gz", held_out=True).drawings
    words = sorted(rng.choice(sorted({drawing.word for drawing in drawings}), count, replace=False).tolist())
    rows = embed(judge, [centred([stroke.tolist() for stroke in drawing.strokes]) for drawing in drawings])
    texts = embed_written(judge, words, rng).view(count, 10, -1)
    wins, honest, letters = [], [], []
    for word, text in zip(words, texts, strict=True):
        own = [place for place, drawing in enumerate(drawings) if drawing.word == word]
        others = rng.choice(
            [place for place, drawing in enumerate(drawings) if drawing.word != word], 20, replace=False
        )
        scores = judge.scores(rows, with_article(word))
        wins.append((scores[own][:, None] > scores[others]).double().mean().item())
        honest.append(scores[own])
        letters.append(judge.scores(text, with_article(word)))
    below = (torch.cat(honest)[:, None] > torch.cat(letters)).double().mean(0)
    median = torch.cat(honest).median().item()
    return {
        "wins": float(np.mean(wins)),
        "writing": below.mean().item(),
        "beaten": (below >= 0.9).double().mean().item(),
        "median score of an honest drawing": median,
    }


def embed(judge: Judge, drawings: list[Drawing]) -> Tensor:
    """Embed any number of drawings."""
    return torch.cat([judge.embed(drawings[first : first + _BATCH]) for first in range(0, len(drawings), _BATCH)])


def rescoring(studio: Studio, count: int, database: str, rng: np.random.Generator) -> tuple[float, float]:
    """Seconds, and those of a core, to score so many stored drawings from their embeddings, and to swap the boards."""
    with tempfile.TemporaryDirectory() as folder:
        storage = opened(WebSettings(folder=Path(folder), database=database))
        board, listed = Board(storage), prompts.Prompts(storage).all()
        referee = Referee(board, lambda: studio)
        noise = torch.from_numpy(rng.standard_normal((count, referee.judge.matcher.perceptor.dim), np.float32))
        rows = torch.nn.functional.normalize(noise, dim=-1).half().numpy()
        stored = packed(Drawing(()))
        with storage.writing():
            some = {"strokes": stored, "picture": b"", "plain": False, "name": "", "visitor": "", "created": 0.0}
            some |= {"day": "", "band": "clear", "reason": ""}
            storage.execute(
                DRAWING.insert(),
                [
                    {"id": str(place), "prompt": listed[place % len(listed)].id, "digest": str(place), **some}
                    for place in range(count)
                ],
            )
            numbers = [row["number"] for row in storage.rows(select(DRAWING.c.number).order_by(DRAWING.c.number))]
            board.embed(zip(numbers, (row.tobytes() for row in rows), strict=True), referee.perceptor)
            board.score([(number, 0.0) for number in numbers], "before")
        board.show("before")
        began, core = time.perf_counter(), time.process_time()
        assert referee.rescore() == count and board.version == referee.judge.version
        return time.perf_counter() - began, time.process_time() - core


@click.command(help=__doc__.partition("\n\n")[0])
@click.argument("data", type=click.Path(path_type=Path, exists=True))
@click.option("--perceptor", default="reader", show_default=True)
@click.option("--count", default=100, show_default=True, help="words")
@click.option("--rescore", default=0, show_default=True, help="drawings to score from embeddings")
@click.option("--database", default="", help="address of an empty PostgreSQL database")
@click.option("--seed", default=0, show_default=True)
@torch.no_grad()
def main(data: Path, perceptor: str, count: int, rescore: int, database: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    studio = Studio(perceptor=perceptor)
    judge = studio.judge(prompts.texts())
    click.echo(f"{perceptor}: {len(judge.prompts)} of {len(prompts.texts())} prompts known")
    for name, value in fairness(judge, data, count, rng).items():
        click.echo(f"{name:34} {value:.3f}")
    if rescore:
        seconds, core = rescoring(studio, rescore, database, rng)
        click.echo(f"{rescore} drawings scored from embeddings in {seconds:.1f} s, {core:.1f} s of a core")


if __name__ == "__main__":
    main()
