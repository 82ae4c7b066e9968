"""`clipgen web`: the studio as a web page."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Any

import click

from clipgen.cli.command import SectionedCommand
from clipgen.cli.sections import option
from clipgen.errors import ClipgenError

EXAMPLES = """\
\b
Examples:
  clipgen web
  clipgen web --library photos/ --library ~/Pictures
  clipgen web --host 0.0.0.0              for the devices in your network; prints the address with its token
"""
TOKEN = "CLIPGEN_TOKEN"
PACKAGES = ("starlette", "uvicorn", "jinja2")


@click.command(cls=SectionedCommand, epilog=EXAMPLES, short_help="Serve the studio as a web page.")
@option("--host", default="127.0.0.1", show_default=True, section="Machine", metavar="ADDRESS",
        help="address to listen at")
@option("--port", type=click.IntRange(0, 65535), default=8100, show_default=True, section="Machine", metavar="N",
        help="port to listen at; 0: any free one")
@option("--open", "is_open", is_flag=True, section="Machine",
        help="with --host: needs no token; visitors do not see each other's pictures")
@option("--token", envvar=TOKEN, section="Machine", metavar="TEXT",
        help=f"token that visitors need, also from ${TOKEN} (default with --host: random, printed)")
@option("--name", "names", multiple=True, section="Machine", metavar="HOST",
        help="host name by which the server is reached, besides localhost and addresses; may be repeated")
@option("--folder", type=click.Path(path_type=Path, file_okay=False), default=Path("outputs/web"), show_default=True,
        section="Output", metavar="FOLDER", help="folder of the queue, the pictures and the uploads")
@option("--library", "libraries", type=click.Path(path_type=Path, exists=True, file_okay=False), multiple=True,
        section="Pictures", metavar="FOLDER", help="folder of pictures that can be searched; may be repeated")
@option("--device", "devices", multiple=True, section="Machine", metavar="NAME",
        help="auto, cpu, cuda, cuda:N or mps; one worker for each; may be repeated [auto]")
def command(**options: Any) -> None:  # fmt: skip
    """Serve a page on which pictures are made and kept, and print its address.

    Only this machine can reach it unless --host is given. Ctrl-C stops it after the current step; what is not done is
    resumed at the next start.
    """
    try:
        from clipgen.web.serve import serve  # late: an extra, and no other command needs it
    except ModuleNotFoundError as error:
        if error.name not in PACKAGES:
            raise
        raise ClipgenError("`clipgen web` needs a web server: pip install 'clipgen[web]'") from error
    serve(_settings(options), _print_address)


def _settings(options: dict[str, Any]) -> Any:
    from clipgen.web.settings import WebSettings, is_loopback, named_folders

    token, is_open = options["token"] or None, options["is_open"]
    if is_open and token:
        raise click.UsageError("--open and --token are both given; leave one out")
    if not is_loopback(options["host"]) and not is_open and token is None:
        token = secrets.token_urlsafe(24)
    return WebSettings(
        folder=options["folder"],
        host=options["host"],
        port=options["port"],
        token=token,
        names=options["names"],
        libraries=named_folders(options["libraries"]),
        devices=options["devices"] or ("auto",),
    )


def _print_address(settings: Any) -> None:
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    token = f"/?token={settings.token}" if settings.token else ""
    click.echo(f"http://{host}:{settings.port}{token}")
