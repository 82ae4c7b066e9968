"""`clipgen models`: list, download, add, verify and convert models, and print their vocabulary."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from clipgen.cli.completion import complete_from, model_names
from clipgen.cli.printing import as_line, as_text

if TYPE_CHECKING:
    from clipgen.models.weights import Card

ROLES = ("perceptor", "generator")
MORE = """
All CLIPs of open_clip, as NAME/TAG (ViT-B-16/datacomp_xl_s13b_b90k), and of the hub, as hf-hub:ORG/REPO, can be pulled
and used as well; hf:OWNER/NAME/FILE is a VQGAN on the hub, local-dir:FOLDER a CLIP of your own."""


@click.group()
def group() -> None:
    """List, download, add, check and convert models, and print the vocabulary of a perceptor."""


@group.command("list", short_help="List the models.")
@click.option("--role", type=click.Choice(ROLES), help="Only generators, which paint, or perceptors: CLIP models.")
@click.option("--installed", is_flag=True, help="Only those that are on this machine.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_command(role: str | None, installed: bool, as_json: bool) -> None:
    """List the models with role, size in MB, state, licence and notes; `clipgen models pull NAME` downloads one."""
    from clipgen.models.weights import cards

    rows = [card for card in cards(role) if card.present or not installed]
    if as_json:
        click.echo(as_text([_row(card) for card in rows]))
        return
    for line in table_lines(rows, width=shutil.get_terminal_size().columns if sys.stdout.isatty() else None):
        click.echo(line)
    if sys.stdout.isatty() and not installed:
        click.echo(MORE, err=True)


def table_lines(rows: Sequence[Card], *, width: int | None) -> list[str]:
    """The models as lines of a table; width: of the terminal, where the notes are cut; None: whole."""
    heads = ("NAME", "ROLE", "MB", "STATE", "LICENCE", "NOTES")
    cells = [(card.name, card.role, f"{card.size_mb:,.0f}", _state(card), _terms(card), card.notes) for card in rows]
    wide = [max(len(row[column]) for row in [heads, *cells]) for column in range(len(heads) - 1)]
    lines = []
    for name, role, size, state, licence, notes in [heads, *cells]:
        start = f"{name:{wide[0]}}  {role:{wide[1]}}  {size:>{wide[2]}}  {state:{wide[3]}}  {licence:{wide[4]}}"
        line = f"{start}  {notes}"
        lines.append(line if width is None or len(line) <= width else f"{line[: width - 1]}…")
    return lines


@group.command("pull", short_help="Download models.")
@click.argument("names", nargs=-1, required=True, metavar="NAME...", shell_complete=complete_from(model_names))
def pull_command(names: tuple[str, ...]) -> None:
    """Download models: a NAME of `clipgen models list`, NAME/TAG of a CLIP of open_clip, or hf-hub:ORG/REPO.

    hf:OWNER/NAME/FILE downloads a VQGAN of the hub, for --generator.

    An interrupted download is resumed; files that are already complete are skipped.
    """
    from clipgen.models import clips, hub
    from clipgen.models.shelf import pull
    from clipgen.models.weights import cards

    known = {card.name: card for card in cards()}
    for name in names:
        card = known.get(name)
        if card is not None:
            click.echo(f"{name}: licence {_licence(card)}", err=True)
        clip = card.make if card is not None and card.role == "perceptor" else name
        if name.startswith(hub.PREFIX):
            click.echo(hub.fetch(name))
        elif "/" in clip:
            clips.check_pull(clip)
            from clipgen.perceptors.openclip import pull_known  # late: it imports torch

            click.echo(pull_known(clip))
        else:
            progress = DownloadProgress()
            card = pull(name, progress)
            progress.end()
            for file in card.files:
                click.echo(card.place(file))


@group.command("info", short_help="Print the card of a model.")
@click.argument("name", shell_complete=complete_from(model_names))
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def info_command(name: str, as_json: bool) -> None:
    """Print the card of a model: licence, notes, files, addresses and sha256 sums."""
    from clipgen.models.shelf import named

    row = _row(named(name))
    if as_json:
        click.echo(as_text(row))
        return
    for key, value in row.items():
        if key != "files" and value != "":
            click.echo(f"{key:13} {value}")
    for file in row["files"]:
        click.echo(f"file          {file['path']}  {file['sha256'] or '(no sha256 published)'}")
        for url in file["urls"]:
            click.echo(f"              {url}")


@group.command("verify", short_help="Verify the files of models.")
@click.argument("names", nargs=-1, metavar="[NAME]...", shell_complete=complete_from(model_names))
def verify_command(names: tuple[str, ...]) -> int:
    """Verify the files of models, by default of all that are on this machine.

    A NAME may also be NAME/TAG, hf-hub:ORG/REPO or hf:OWNER/NAME/FILE.
    """
    from clipgen.errors import ClipgenError
    from clipgen.models.shelf import verify
    from clipgen.models.weights import cards

    wrong = 0
    for name in names or [card.name for card in cards() if card.shipped or card.present]:
        try:
            verify(name)
            click.echo(f"{name}: ok")
        except ClipgenError as error:
            wrong += 1
            click.echo(f"{name}: {error}", err=True)
    return 1 if wrong else 0


@group.command("add", short_help="Register a VQGAN of your own.")
@click.argument("name")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE...")
def add_command(name: str, files: tuple[Path, ...]) -> None:
    """Register your own VQGAN as NAME: its weights and its .yaml, which stay in their place."""
    from clipgen.models.shelf import add

    click.echo(f"{add(name, files).name}: --generator {name}")


@group.command("convert", short_help="Convert a generator to safetensors.")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), metavar="FILE",
    help="output file, ending in .safetensors  [FILE with that suffix]",
)
def convert_command(file: Path, output: Path | None) -> None:
    """Convert a generator to safetensors and a config: the same pictures, a safe format, often a smaller file.

    FILE is a VQGAN of taming-transformers (or the transformer trained on it) with a yaml of the same name, or the only
    one beside it, a diffusers folder, or a StyleGAN: a .pkl of NVIDIA or a .pt of rosinality. No file is overwritten.
    """
    from clipgen.errors import SettingsError

    target = output or file.with_suffix(".safetensors")
    if target.suffix != ".safetensors":
        raise SettingsError(f"output is {target}; it must end in .safetensors")
    if target.exists():
        raise SettingsError(f"{target} exists; choose another file with -o")
    before = file.stat().st_size if file.is_file() else 0
    # late: they import torch
    plain = file.suffix in (".pt", ".pth") and not file.with_suffix(".yaml").exists()
    ours = file.suffix == ".safetensors" and file.with_suffix(".json").exists()
    if file.suffix == ".pkl" or plain or ours:
        from clipgen.generators.stylegan.checkpoint import convert
    else:
        from clipgen.generators.vqgan.checkpoint import convert
    click.echo(convert(file, target))
    old_size = f", {before / 1e6:.1f} MB before" if before else ""
    click.echo(f"{target.stat().st_size / 1e6:.1f} MB{old_size}; use it with --weights {target}", err=True)


class DownloadProgress:
    """The progress of downloads, in one line on a terminal and in a few lines elsewhere."""

    def __init__(self) -> None:
        self.file, self.next = "", 0.0

    def __call__(self, file: str, done: int, total: int | None) -> None:
        """Show the bytes of a file so far, and their total."""
        if file != self.file:
            self.end()
            self.file, self.next = file, 0.0
        whole = f" of {total / 1e6:.0f}" if total else ""
        line = f"{file}  {done / 1e6:.0f}{whole} MB"
        if sys.stderr.isatty():
            click.echo(f"\r{line}", nl=False, err=True)
        elif total and done / total >= self.next:
            click.echo(line, err=True)
            self.next = done / total + 0.25

    def end(self) -> None:
        """End the line of the last file."""
        if self.file and sys.stderr.isatty():
            click.echo(err=True)


def _state(card: Card) -> str:
    return "shipped" if card.shipped else "installed" if card.present else "–"


def _terms(card: Card) -> str:
    """The licence in a word; `clipgen models info` has all of it."""
    return card.licence if card.commercial else "non-commercial"


def _licence(card: Card) -> str:
    return card.licence if card.commercial else f"{card.licence}, NOT FOR COMMERCIAL USE"


def _row(card: Card) -> dict[str, Any]:
    files = [{"path": str(card.place(file)), "sha256": file.sha256, "urls": list(file.urls)} for file in card.files]
    keys = ("name", "role", "architecture", "licence", "commercial", "size_mb", "notes", "train", "present")
    return {**{key: getattr(card, key) for key in keys}, "files": files}


@group.command("words", short_help="Print the vocabulary of a perceptor.")
@click.argument("word", required=False)
@click.option("--perceptor", default="builtin", show_default=True, metavar="NAME", help="CLIP model.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def words_command(word: str | None, perceptor: str, as_json: bool) -> None:
    """Print the vocabulary of a perceptor; with WORD, the entries that contain it, or else those nearest in meaning.

    A note says what becomes of the word in a prompt: one that is not known by itself is drawn as the known word nearest
    in meaning, and left out where no picture can show it.
    """
    from clipgen.devices import pick_device
    from clipgen.perceptors.openclip import load_perceptor
    from clipgen.prompts import shortened
    from clipgen.styles import single_names

    clip = load_perceptor(perceptor, pick_device("cpu"))
    known = clip.words()
    if not known:
        click.echo(f"{perceptor} knows any word: its vocabulary is open", err=True)
    elif word is not None:
        own = repr(shortened(word.lower()))
        if clip.unknown_words(word) and word.lower() in single_names() and not clip.stand_ins(word.lower()):
            explained = f"{own} is not known; pictures start in its style"
        else:
            explained = clip.explain_unknown([word], "drawn") or f"{own} is known"
        click.echo(f"in a prompt for {perceptor}, {explained}", err=True)
        nearest = (near for new in clip.unknown_words(word) for near in clip.stand_ins(new))
        known = near_words(word, known) or list(nearest)
    if known or as_json:
        click.echo(as_line(known) if as_json else "\n".join(known))


def near_words(word: str, known: list[str]) -> list[str]:
    """A known word, and others that contain it; none for an unknown word that no other contains.

    >>> near_words("cat", ["cathedral", "cat", "moon"])
    ['cat', 'cathedral']
    """
    word = word.lower()
    return sorted((entry for entry in known if word in entry), key=lambda entry: entry != word)
