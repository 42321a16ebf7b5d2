"""An evening of charging in about 20 seconds: a station and a back end, over a real WebSocket on loopback.

Time runs 600 times as fast, and the story is the same each time. Exit code: 0 if what the back end booked is what the
simulated meters counted, to the watt-hour and for each transaction; else 1, with a line that says what differs.
"""

from __future__ import annotations

import argparse
from math import isfinite

from ocppcore.errors import SetupError

FASTEST = 100_000.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `ocppcore demo`."""
    parser.add_argument("--json", action="store_true", help="print one JSON object at the end, and nothing else")
    parser.add_argument("--quiet", action="store_true", help="print only the result")
    parser.add_argument("--speed", type=_speed, default=600.0, help="how many times as fast time runs (default: 600)")


def _speed(text: str) -> float:
    try:
        speed = float(text)
    except ValueError:
        speed = 0.0
    if not (isfinite(speed) and 1 <= speed <= FASTEST):
        raise argparse.ArgumentTypeError(f"use a number from 1 to {FASTEST:.0f}")
    return speed


def run(args: argparse.Namespace) -> int:
    """Run the demo; 1 if the books do not agree. Raises SetupError if something is not installed."""
    try:
        from ocppcore.demo.evening import spend
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        if missing == "ocppcore":
            raise
        raise SetupError(f"the demo needs {missing}: pip install 'ocppcore[run]'") from error
    return spend(args.speed, quiet=args.quiet, as_json=args.json)
