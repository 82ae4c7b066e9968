"""Commands with headings in their help, that take options as people spell them and refuse those of other tools."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

import click

from clipgen.cli.defaults import use_defaults
from clipgen.cli.files import refuse_addresses, spool_of
from clipgen.errors import ClipgenError

#: the headings of all commands, in the order of the help
ORDER = ("Film", "Picture", "Start", "Regions", "Generator", "Prompts", "Pictures", "Search", "Cutouts", "Regularisers",
         "Output", "Machine")  # fmt: skip

#: options of other tools → what is meant here
MEANT = {
    "--ar": "write --size W H",
    "--aspect": "write --size W H",
    "--batch-size": "write --count N",
    "--cfg": "weights are written in the prompt, as text:2",
    "--cuts": "write --cutn N",
    "--denoise": "--init-weight sets how much of a picture is kept",
    "--gpu": "write --device cuda",
    "--guidance-scale": "weights are written in the prompt, as text:2",
    "--init": "write --init-image FILE",
    "--input": "the file is written without an option",
    "--iterations": "write --steps N",
    "--learning-rate": "write --lr X",
    "--negative": 'write the part to avoid with a negative weight, as "words | text:-0.3" or --style "text:-0.3"',
    "--num-images": "write --count N",
    "--out": "write -o PATH",
    "--out-dir": "write -o FOLDER",
    "--outdir": "write -o FOLDER",
    "--prompt": "the words are written without an option",
    "--resolution": "write --size W H",
    "--strength": "--init-weight sets how much of a picture is kept",
    "--text": "the words are written without an option",
    "--upscale": "write --render-size W H, with the generator cppn or pixels",
}

_SIZES = ("--size", "--render-size")
_SIDES = ("--width", "--height")
_PAIR = re.compile(r"(\d+)\s*[x×*]\s*(\d+)")

class SectionedCommand(click.Command):
    """A command whose help groups the options under headings; options without one come last."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        rows: dict[str, list[tuple[str, str]]] = {section: [] for section in ORDER}
        for param in self.get_params(ctx):
            record = param.get_help_record(ctx)
            if record is not None and isinstance(param, click.Option):
                rows.setdefault(getattr(param, "section", "Help"), []).append(record)
        for section, records in rows.items():
            if records:
                with formatter.section(section):
                    formatter.write_dl(records, col_max=27)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if ctx.resilient_parsing:  # of a completion
            return super().parse_args(ctx, args)
        use_defaults(self, ctx)
        refuse_addresses(args, ctx)
        spelled = with_sizes(args, {flag for param in self.params for flag in param.opts}, ctx)
        try:
            return super().parse_args(ctx, list(spelled))
        except click.UsageError as error:
            error.ctx = error.ctx or ctx  # click forgets it where a value is missing
            raise (_meant(error, args, ctx) if isinstance(error, click.NoSuchOption) else error) from None

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except ClipgenError as error:
            if (spool := spool_of(ctx)) is None:
                raise
            raise type(error)(str(error).replace(str(spool), "standard input"), settings=error.settings) from error


def with_sizes(args: Sequence[str], flags: set[str], ctx: click.Context | None = None) -> list[str]:
    """Arguments whose sizes are two numbers: `512x384`, `512` for a square, `--width` and `--height` become so.

        >>> with_sizes(["a fox", "--size", "512x384"], {"--size"})
        ['a fox', '--size', '512', '384']
        >>> with_sizes(["--width", "512", "a fox"], {"--size"})
        ['a fox', '--size', '512', '512']

    flags: of the command. Raises UsageError for a size that is given in both ways.
    """
    end = args.index("--") if "--" in args else len(args)
    sizes, sides = flags & {*_SIZES}, {*_SIDES} if "--size" in flags else set()
    found: list[str] = []
    given: dict[str, str] = {}
    words = [*_separate(args[:end], sizes | sides)][::-1]
    while words:
        word = words.pop()
        if word in sides - flags:
            given[word] = words.pop() if words else ""
            continue
        found.append(word)
        if word in sizes and words:
            found += _pair(words)
    if given:
        if "--size" in found:
            raise click.UsageError("--size is given, and --width or --height; leave one out", ctx)
        width, height = (given.get(side) or next(iter(given.values())) for side in _SIDES)
        found += ["--size", width, height]
    return [*found, *args[end:]]


def _separate(args: Sequence[str], flags: set[str]) -> Iterator[str]:
    """Arguments in which `--size=512` is two words."""
    for word in args:
        flag, sign, value = word.partition("=")
        yield from (flag, value) if sign and flag in flags else (word,)


def _pair(words: list[str]) -> list[str]:
    """Width and height of a written size, taken from the end of the words that are left."""
    first = words.pop()
    if match := _PAIR.fullmatch(first):
        return [match[1], match[2]]
    if not first.isdecimal():
        return [first]
    # a number after it is the height, and anything else the next argument
    return [first, words.pop() if words and re.fullmatch(r"-?\d+", words[-1]) else first]


def _meant(error: click.NoSuchOption, args: Sequence[str], ctx: click.Context) -> click.UsageError:
    """The error for an option of another tool, with what is meant here; any other error unchanged."""
    name = error.option_name
    if name == "--model":
        return click.UsageError(f"no option --model: {_model(args)}", ctx)
    return click.UsageError(f"no option {name}: {MEANT[name]}", ctx) if name in MEANT else error


def _model(args: Sequence[str]) -> str:
    """Which of the two kinds of models is meant by the value of `--model`."""
    from clipgen.models.weights import cards

    words = list(_separate(args, {"--model"}))
    name = words[words.index("--model") + 1] if words[-1] != "--model" else "NAME"
    roles = {card.role for card in cards() if card.name == name} & {"generator", "perceptor"}
    if len(roles) == 1:
        role = roles.pop()
        return f"{name} is a {role}, so write --{role} {name}"
    return f"--generator {name} chooses what paints, --perceptor {name} the CLIP that compares pictures with words"
