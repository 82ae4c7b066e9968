"""What the commands that compare pictures with words share: options, pictures, perceptor."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from clipgen.cli.options import Flag, given_settings, option, setting_options
from clipgen.cli.presence import check_presence
from clipgen.settings import DescribeSettings

if TYPE_CHECKING:
    from torch import Tensor

    from clipgen.tasks.caption import Matcher

MACHINE = (Flag("device", "NAME"), Flag("dtype", "NAME"))
LOOKING = (Flag("perceptors", "NAME", ("--perceptor",)), Flag("views", "NAME"))


def describe_options(*, ranking: bool) -> Callable[..., Any]:
    """The options of DescribeSettings; ranking: those that only matter where captions are ranked, too."""
    sections: dict[str, Sequence[Flag]] = {"Search": LOOKING, "Machine": MACHINE}
    if ranking:
        ways = (Flag("mode", "NAME"), Flag("captioner", "NAME"), Flag("top", "N"))
        doubts = (Flag("hubness", "", ("--hubness/--no-hubness",)), Flag("abstain", "", ("--abstain",)))
        sections["Search"] = (*ways, *doubts, *LOOKING)
    return setting_options(DescribeSettings, sections)


def recursive_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """`-r`."""
    add = option("-r", "--recursive", is_flag=True, section="Pictures", help="look into folders inside folders")
    return add(function)


def settings_of(options: dict[str, Any]) -> DescribeSettings:
    """The settings that were given, checked, with their models here."""
    settings = DescribeSettings.from_dict(given_settings(options, DescribeSettings))
    check_presence(settings)
    return settings


def load_matcher(settings: DescribeSettings, *, quiet: bool = False) -> Matcher:
    """Load the perceptor, its background and its cache; says so when the background must be made first."""
    from clipgen.cli.progress import loading

    with loading("loading the models", quiet=quiet):
        from clipgen.studio import Studio

        studio = Studio()
        studio.perceptor(settings)
    with loading("calibrating on unrelated pictures (once for each perceptor)", quiet=quiet):
        return studio.matcher(settings)


def read_pictures(paths: Sequence[Path], *, batch: int) -> Iterator[tuple[list[Path], list[Tensor]]]:
    """Pictures in batches; one that cannot be read is told in a line on stderr and left out."""
    from clipgen.errors import ImageError
    from clipgen.media.images import load_ahead

    def readable() -> Iterator[tuple[Path, Tensor]]:
        for path, image in load_ahead(paths):
            if isinstance(image, ImageError):
                click.echo(f"skipped: {image}", err=True)
            else:
                yield path, image

    pictures = readable()
    while part := list(islice(pictures, batch)):
        yield [path for path, _ in part], [image for _, image in part]


def embed_pictures(paths: Sequence[Path], matcher: Matcher, settings: DescribeSettings) -> tuple[list[str], Tensor]:
    """Names and unit vectors [N, D] of all pictures that can be read. Raises ImageError when none can."""
    import torch

    from clipgen.errors import ImageError
    from clipgen.similarity import embed_images

    names, rows = [], []
    for some, images in read_pictures(paths, batch=32):
        names += [str(path) for path in some]
        rows.append(embed_images(matcher.perceptor, images, views=settings.views))
    if not rows:
        raise ImageError("none of the pictures could be read")
    return names, torch.cat(rows)
