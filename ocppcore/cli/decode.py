"""Read recorded OCPP-J traffic, one frame a line, and say what is wrong with it.

A frame may stand alone, behind a log prefix, or in a member of a JSON object a line. A CALLRESULT is validated by the
nearest unanswered CALL above it that has its id. Keys, passwords and credentials in URLs are masked in the output.
Exit code: 0 if all is well, 1 if there was any fault, 2 for a wrong usage.
"""

from __future__ import annotations

import argparse
import contextlib
import sys
from collections import Counter
from typing import IO

from ocppcore.cli.log import is_growing, lines_of
from ocppcore.errors import SetupError
from ocppcore.tools.log import LogReader
from ocppcore.tools.show import as_json, as_line, escaped
from ocppcore.tools.versions import MODULES


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `ocppcore decode`."""
    parser.add_argument("file", metavar="FILE", help="a log, or - for standard input; a FIFO will do")
    parser.add_argument("--version", default="1.6", choices=[*MODULES], help="of OCPP (default: 1.6)")
    key = "the field that tells stations apart where a log mixes them: NAME=value, NAME: value, a member of a JSON line"
    parser.add_argument("--key", metavar="NAME", help=key)
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.add_argument("--show-secrets", action="store_true", help="mask no keys, passwords and credentials in URLs")


def run(args: argparse.Namespace) -> int:
    """Print every frame of the log; 1 if there was a fault."""
    with _opened(args.file) as file:
        return _decode(file, args)


def _opened(name: str) -> contextlib.AbstractContextManager[IO[bytes]]:
    if name == "-":
        if sys.stdin is None:
            raise SetupError("standard input is closed; give the name of a file")
        return contextlib.nullcontext(sys.stdin.buffer)
    try:
        return open(name, "rb")
    except OSError as error:
        raise SetupError(f"{escaped(name)}: {error.strerror}") from None


def _decode(file: IO[bytes], args: argparse.Namespace) -> int:
    reader = LogReader(args.version, args.key)
    show, live = as_json if args.json else as_line, is_growing(file)
    frames, faults = 0, Counter[str]()
    with contextlib.suppress(KeyboardInterrupt):  # the way to end a log that grows
        for entry in reader.read(lines_of(file)):
            print(show(entry, secrets=args.show_secrets), flush=live)
            frames += 1
            if entry.code is not None:
                faults[entry.code] += 1
    if not args.json:
        print(_summary(reader, frames, faults))
    elif not frames:
        print("ocppcore: no frame of OCPP-J found", file=sys.stderr)
    return 1 if faults else 0


def _summary(reader: LogReader, frames: int, faults: Counter[str]) -> str:
    parts = [_count(frames, "frame") if frames else "no frame of OCPP-J found"]
    if frames:
        kinds = ", ".join(f"{count} {code}" for code, count in faults.most_common())
        parts.append(f"{faults.total()} faulty: {kinds}" if faults else "all in order")
    if reader.unanswered:
        parts.append(f"{_count(reader.unanswered, 'call')} without an answer")
    if reader.skipped:
        parts.append(f"{_count(reader.skipped, 'line')} without a frame")
    return "; ".join(parts)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
