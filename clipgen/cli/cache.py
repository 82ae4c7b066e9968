"""`clipgen cache info|clear`: what is stored on disk to save time."""

from __future__ import annotations

import click


@click.group()
def group() -> None:
    """Show or clear the disk cache: embedded texts and pictures, and the backgrounds of perceptors."""


@group.command("info")
def info_command() -> None:
    """Print where the cache is and how large it is."""
    from clipgen.models.weights import cache_folder
    from clipgen.similarity.calibrate import made_backgrounds
    from clipgen.store import Store

    usage, made = Store().usage(), made_backgrounds()
    click.echo(cache_folder())
    click.echo(f"  embedded texts: {usage.texts:,}")
    click.echo(f"  embedded views of pictures: {usage.pictures:,}")
    click.echo(f"  backgrounds: {len(made)}")
    click.echo(f"  size: {(usage.bytes + sum(path.stat().st_size for path in made)) / 2**20:.1f} MB")


@group.command("clear")
def clear_command() -> None:
    """Delete it; everything in it is made again when it is needed."""
    from clipgen.models.weights import cache_folder
    from clipgen.similarity.calibrate import made_backgrounds
    from clipgen.store import Store

    freed = Store().clear()
    for path in made_backgrounds():
        freed += path.stat().st_size
        path.unlink()
    for path in (cache_folder() / "texts").glob("*.safetensors"):  # of version 0.1, which nothing reads any more
        freed += path.stat().st_size
        path.unlink()
    click.echo(f"freed {freed / 2**20:.1f} MB")
