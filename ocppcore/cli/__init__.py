"""The command line. Each command is a module, imported when it is called, with `add_arguments(parser)` and `run(args)`.

run() returns the exit code. What the user got wrong is one line on stderr and exit code 2, never a traceback.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Final, NamedTuple

from ocppcore import __version__
from ocppcore.errors import OcppError

USAGE_ERROR: Final = 2
BROKEN_PIPE: Final = 141  # 128 + SIGPIPE, as a shell reports a program that wrote into a closed pipe
INTERRUPTED: Final = 130  # 128 + SIGINT


class Command(NamedTuple):
    """A command: the module that implements it, and one line about it."""

    module: str
    help: str


COMMANDS: Final = {
    "demo": Command("ocppcore.demo", "watch an evening of charging: a station and a back end on a real WebSocket"),
    "csms": Command("ocppcore.cli.csms", "run a back end on a port, and watch what stations tell it"),
    "decode": Command("ocppcore.cli.decode", "read recorded traffic: validate each frame and explain each fault"),
    "schema": Command("ocppcore.cli.schema", "print the JSON Schema of a message"),
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code. argv: without the program's name; None: what the process was given."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal that knows no UTF-8 is no reason to fail
    try:
        code = _run(list(sys.argv[1:] if argv is None else argv))
        if sys.stdout is not None:  # None if the process was started without one
            sys.stdout.flush()
        return code
    except OcppError as error:
        print(f"ocppcore: {error}", file=sys.stderr)
        return USAGE_ERROR
    except KeyboardInterrupt:
        return INTERRUPTED
    except OSError as error:
        return _no_output(error)


def _no_output(error: OSError) -> int:
    """Whoever read our output went away, or the disk is full. The interpreter must not stumble over it at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    if isinstance(error, BrokenPipeError):
        return BROKEN_PIPE
    print(f"ocppcore: {error.strerror}", file=sys.stderr)
    return USAGE_ERROR


def _run(arguments: list[str]) -> int:
    command = COMMANDS.get(arguments[0]) if arguments else None
    if command is None:
        _overview().parse_args(arguments)  # answers --help and --version, refuses the rest
        _overview().print_help()
        return USAGE_ERROR
    module = import_module(command.module)
    parser = argparse.ArgumentParser(f"ocppcore {arguments[0]}", description=module.__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    module.add_arguments(parser)
    code: int = module.run(parser.parse_args(arguments[1:]))
    return code


def _overview() -> argparse.ArgumentParser:
    lines = [f"  {name:<10}{command.help}" for name, command in COMMANDS.items()]
    parser = argparse.ArgumentParser(
        "ocppcore",
        description="commands:\n" + "\n".join(lines) + "\n\nocppcore COMMAND --help says more.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"ocppcore {__version__}")
    parser.add_argument("command", nargs="?", choices=[*COMMANDS], metavar="COMMAND", help="one of the above")
    return parser
