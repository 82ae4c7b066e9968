"""`clipgen web`: the studio and the drawing game as web pages."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Any

import click

from clipgen.cli.command import SectionedCommand
from clipgen.cli.sections import option
from clipgen.errors import ClipgenError

SAFE = 16  # characters of a token from which nobody guesses it

EXAMPLES = """\
\b
Examples:
  clipgen web
  clipgen web --library photos/ --library ~/Pictures
  clipgen web --game-only --host 0.0.0.0 --open    the drawing game for everyone who can reach this machine
  clipgen web --game-only --database postgresql://game:secret@db.lan/game --port 8101    one of several servers
  clipgen web --rescore                   compute all scores of the game again, with the server stopped
  clipgen web --host 0.0.0.0              for the devices in your network; prints the address with its token
"""
TOKEN, DATABASE, OWNER = "CLIPGEN_TOKEN", "CLIPGEN_DATABASE", "CLIPGEN_OWNER"
PACKAGES = ("starlette", "uvicorn", "jinja2", "sqlalchemy")


@click.command(cls=SectionedCommand, epilog=EXAMPLES, short_help="Serve the studio and the drawing game as web pages.")
@option("--host", default="127.0.0.1", show_default=True, section="Machine", metavar="ADDRESS",
        help="address to listen at")
@option("--port", type=click.IntRange(0, 65535), default=8100, show_default=True, section="Machine", metavar="N",
        help="port to listen at; 0: any free one")
@option("--open", "is_open", is_flag=True, section="Machine",
        help="with --host: needs no token; visitors do not see each other's pictures")
@option("--token", envvar=TOKEN, section="Machine", metavar="TEXT",
        help=f"token that visitors need, also from ${TOKEN} (default with --host: random, printed)")
@option("--owner", envvar=OWNER, section="Machine", metavar="TEXT",
        help=f"token of the owner's page of the game, also from ${OWNER} (default: random, printed)")
@option("--name", "names", multiple=True, section="Machine", metavar="HOST",
        help="host name by which the server is reached, besides localhost and addresses; may be repeated")
@option("--folder", type=click.Path(path_type=Path, file_okay=False), default=Path("outputs/web"), show_default=True,
        section="Output", metavar="FOLDER", help="folder of the queue, the pictures and the uploads")
@option("--database", envvar=DATABASE, default="", section="Output", metavar="ADDRESS",
        help="PostgreSQL database of the drawing game, postgresql://USER:PASSWORD@HOST/NAME, which several servers may "
             f"share; also from ${DATABASE} [a file in --folder]")
@option("--library", "libraries", type=click.Path(path_type=Path, exists=True, file_okay=False), multiple=True,
        section="Pictures", metavar="FOLDER", help="folder of pictures that can be searched; may be repeated")
@option("--device", "devices", multiple=True, section="Machine", metavar="NAME",
        help="auto, cpu, cuda, cuda:N or mps; one worker for each; may be repeated [auto]")
@option("--game-only", is_flag=True, section="Machine", help="serve only the drawing game")
@option("--rescore", is_flag=True, section="Machine",
        help="compute all scores of the drawing game again and exit; a server does so after a change of the model")
def command(**options: Any) -> None:  # fmt: skip
    """Serve pages on which pictures are made and drawings are scored, and print their address.

    Only this machine can reach them unless --host is given. On the owner's page drawings of the game are hidden. Ctrl-C
    stops the server after the current step; what is not done is resumed at the next start.
    """
    try:
        from clipgen.web.serve import serve  # late: an extra, and no other command needs it
    except ModuleNotFoundError as error:
        if error.name not in PACKAGES:
            raise
        raise ClipgenError("`clipgen web` needs a web server: pip install 'clipgen[web]'") from error
    settings = _settings(options)
    if options["rescore"]:
        from clipgen.web.game.room import rescore

        click.echo(f"scores: {rescore(settings)}")
        return
    from clipgen.web.app import game_alone, studio_and_game

    serve(settings, _print_address, game_alone if options["game_only"] else studio_and_game)


def _settings(options: dict[str, Any]) -> Any:
    from clipgen.web.settings import WebSettings, is_loopback, named_folders

    token, is_open = options["token"] or None, options["is_open"]
    if is_open and token:
        raise click.UsageError("--open and --token are both given; leave one out")
    if not is_loopback(options["host"]) and not is_open and token is None:
        token = secrets.token_urlsafe(24)
    for flag, given in (("token", options["token"]), ("owner", options["owner"])):
        if given and len(given) < SAFE and not is_loopback(options["host"]):
            line = f"a token of {len(given)} characters can be guessed; leave --{flag} out for a random one"
            click.echo(line, err=True)
    owner = {"owner": options["owner"]} if options["owner"] else {}
    return WebSettings(
        **owner,
        folder=options["folder"],
        host=options["host"],
        port=options["port"],
        token=token,
        database=options["database"],
        names=options["names"],
        libraries=named_folders(options["libraries"]),
        devices=options["devices"] or ("auto",),
    )


def _print_address(settings: Any) -> None:
    from clipgen.web.serve import reachable

    host = reachable(settings.host)
    address = f"http://{f'[{host}]' if ':' in host else host}:{settings.port}"
    click.echo(address + (f"/?token={settings.token}" if settings.token else ""))
    # behind "#", which browsers send to no server
    click.echo(f"owner's page of the game: {address}/game/owner#{settings.owner}")
