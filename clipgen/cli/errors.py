"""The one place where an error becomes a line on stderr and an exit code.

| what happened | exit |
|---|---|
| a `ClipgenError`, or the system's own refusal (full disk, no permission, no memory) | 1 |
| the command line was wrong (`click.UsageError`) | 2 |
| Ctrl-C; SIGTERM; SIGHUP, when the terminal is closed | 130; 143; 129 |

Anything else is a fault in clipgen itself and keeps its traceback. The library's errors name settings; the flags of the
command that ran are added here.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Sequence

import click

from clipgen.cli.interrupt import stop_code
from clipgen.errors import ClipgenError, DeviceError
from clipgen.files import reason

# what torch's DataLoader raises, in whatever the process is at
_WORKER = re.compile(r"DataLoader worker .* (?:is killed by signal|exited unexpectedly)")


def exit_code(call: Callable[[], object], command: Callable[[], click.Command | None] = lambda: None) -> int:
    """Run `call`, print its error, if any, as one line on stderr, and return the exit code.

        >>> exit_code(lambda: None)
        0

    command: finds the command that ran, whose flags are named; asked only after an error.
    """
    try:
        result = call()
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())  # the help of a group of commands
        return 0
    except click.UsageError as error:
        return _fail(usage_line(error), error.exit_code)
    except click.ClickException as error:
        return _fail(error.format_message(), error.exit_code)
    except click.Abort as error:
        return _fail("stopped", stop_code(error.__cause__))
    except KeyboardInterrupt as error:  # before click or after it, which makes an Abort of it
        return _fail("stopped", stop_code(error))
    except ClipgenError as error:
        return _fail(with_flags(error, command()), 1)
    except MemoryError:
        return _fail(with_flags(DeviceError.out_of_memory(), command()), 1)
    except OSError as error:
        return _fail(system_line(error), 1)
    except RuntimeError as error:
        if isinstance(error.__context__, KeyboardInterrupt):  # the signal ended a worker process, too
            return _fail("stopped", stop_code(error.__context__))
        return _fail(with_flags(torch_error(error), command()), 1)
    return result if isinstance(result, int) else 0


def command_of(group: click.Group, args: Sequence[str]) -> click.Command:
    """The command that a command line names, through groups in groups.

    >>> group = click.Group("train", commands={"clip": click.Command("clip")})
    >>> command_of(group, ["clip", "--steps", "100"]).name
    'clip'
    """
    command: click.Command = group
    for word in args:
        if not isinstance(command, click.Group):
            break
        inner = command.get_command(click.Context(command), word)
        if inner is None:
            break
        command = inner
    return command


def with_flags(error: ClipgenError, command: click.Command | None) -> str:
    """The message of an error with the flags of the settings that it names, as far as the command has them.

    >>> error = ClipgenError("out of memory; use a lower cut_chunk", settings={"cut_chunk": 4})
    >>> with_flags(error, click.Command("edit", params=[click.Option(["--cut-chunk"])]))
    'out of memory; use a lower cut_chunk (--cut-chunk 4)'
    """
    params = command.params if command else []
    flags = {param.name: max(param.opts, key=len) for param in params if isinstance(param, click.Option)}
    shown = [_flag(flags[name], value) for name, value in error.settings.items() if name in flags]
    return f"{error} ({', '.join(shown)})" if shown else str(error)


def _flag(flag: str, value: object) -> str:
    if value is None or value is True:
        return flag
    values = value if isinstance(value, tuple | list) else (value,)
    return " ".join([flag, *map(str, values)])


def usage_line(error: click.UsageError) -> str:
    """The message of a usage error in one line, with where to find more.

    >>> usage_line(click.NoSuchOption("--stps", possibilities=["--steps"]))
    'no option --stps; did you mean --steps? (see `clipgen --help`)'
    """
    command = error.ctx.command_path if error.ctx else "clipgen"
    message = error.format_message().rstrip(".")
    if isinstance(error, click.NoSuchOption):
        close = difflib.get_close_matches(error.option_name, error.possibilities or (), n=1)
        near = f"; did you mean {close[0]}?" if close else ""
        message = f"no option {error.option_name}{near}"
    return f"{message} (see `{command} --help`)"


def system_line(error: OSError) -> str:
    """What the operating system refused, with the file that it was about.

    >>> system_line(FileNotFoundError(2, "No such file or directory", "a.png"))
    'a.png: No such file or directory'
    """
    return f"{error.filename}: {reason(error)}" if error.filename else reason(error)


def torch_error(error: RuntimeError) -> DeviceError:
    """The `DeviceError` behind torch's error for lack of memory, or for a worker process that something ended.

    Any other error is raised again, it is not ours to hide.
    """
    if _WORKER.match(str(error)):
        return DeviceError(
            "a process that makes training pictures was ended, as happens where memory runs out; use a lower batch",
            settings=["batch"],
        )
    # Late: torch takes seconds to import, and a torch error means that it has been imported already.
    from clipgen.devices import oom_hint

    hint = oom_hint(error)
    if hint is None:
        raise error
    return hint


def _fail(message: str, code: int) -> int:
    click.echo("clipgen: " + " ".join(message.split()), err=True)
    return code
