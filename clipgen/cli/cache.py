"""`clipgen cache info|clear`: what is kept on disk to save time."""

from __future__ import annotations

import click


@click.group()
def group() -> None:
    """Tell or clear what is kept on disk: embedded texts, and how perceptors score unrelated pictures."""


@group.command("info")
def info_command() -> None:
    """Tell where the cache lies and how large it is."""
    from clipgen.models.weights import cache_folder
    from clipgen.similarity import TextCache

    files, size = TextCache().size()
    click.echo(f"{cache_folder()}\n  embedded texts: {files} files, {size / 2**20:.1f} MB")


@group.command("clear")
def clear_command() -> None:
    """Delete it; all of it is made again when it is needed."""
    from clipgen.models.weights import cache_folder
    from clipgen.similarity import TextCache

    freed = TextCache().clear()
    for path in (cache_folder() / "backgrounds").glob("*.safetensors"):
        freed += path.stat().st_size
        path.unlink()
    click.echo(f"freed {freed / 2**20:.1f} MB")
