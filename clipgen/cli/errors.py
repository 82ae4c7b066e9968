"""The one place where an error becomes a line on stderr and an exit code.

| what happened | exit |
|---|---|
| a `ClipgenError`, or the system's own refusal (full disk, no permission, no memory) | 1 |
| the command line was wrong (`click.UsageError`) | 2 |
| Ctrl-C | 130 |

Anything else is a fault in clipgen itself and keeps its traceback.
"""

from __future__ import annotations

from collections.abc import Callable

import click

from clipgen.errors import ClipgenError, DeviceError

INTERRUPTED = 130


def exit_code(call: Callable[[], object]) -> int:
    """Run `call`, print its error, if any, as one line on stderr, and return the exit code.

    >>> exit_code(lambda: None)
    0
    """
    try:
        result = call()
    except click.UsageError as error:
        return _say(usage_line(error), error.exit_code)
    except click.ClickException as error:
        return _say(error.format_message(), error.exit_code)
    except click.Abort:
        return _say("stopped", INTERRUPTED)
    except ClipgenError as error:
        return _say(str(error), 1)
    except MemoryError:
        return _say(f"out of memory; {LESS_MEMORY}", 1)
    except OSError as error:
        return _say(system_line(error), 1)
    except RuntimeError as error:
        return _say(str(memory_error(error)), 1)
    return result if isinstance(result, int) else 0


LESS_MEMORY = "take a smaller --size, fewer pictures (--count), or fewer cutouts at once (--cut-chunk 4)"


def usage_line(error: click.UsageError) -> str:
    """The message of a usage error in one line, with where to read more."""
    command = error.ctx.command_path if error.ctx else "clipgen"
    return f"{error.format_message().rstrip('.')} (see `{command} --help`)"


def system_line(error: OSError) -> str:
    """What the operating system refused, with the file that it was about."""
    reason = error.strerror or str(error) or type(error).__name__
    return f"{error.filename}: {reason}" if error.filename else reason


def memory_error(error: RuntimeError) -> DeviceError:
    """The `DeviceError` behind torch's out-of-memory error; any other error is raised again, it is not ours to hide."""
    # Late: torch takes seconds to import, and a torch error means that it has been imported already.
    from clipgen.devices import oom_hint

    hint = oom_hint(error)
    if hint is None:
        raise error
    return hint


def _say(message: str, code: int) -> int:
    click.echo("clipgen: " + " ".join(message.split()), err=True)
    return code
