"""`make soak`, second part: day after day with faults at random times, until DAYS have passed or SECONDS are over.

    python -m scenarios.soak DAYS SECONDS [SEED]

Exit 1 at the first day that is not in order, with its seed: `python -m scenarios.chart SEED random` draws it.
"""

from __future__ import annotations

import sys
import time
import traceback

from .audit import faults
from .day import play, random_faults


def look(seed: int) -> list[str]:
    """What is wrong with a day."""
    try:
        return faults(play(seed, random_faults))
    except Exception:
        return [traceback.format_exc()]


def main(arguments: list[str]) -> int:
    days, seconds, first = int(arguments[0]), float(arguments[1]), int(arguments[2]) if arguments[2:] else 1
    begin, done = time.monotonic(), 0
    while done < days and time.monotonic() - begin < seconds:
        if wrong := look(first + done):
            print(f"day {first + done}:", *wrong, sep="\n  ")
            return 1
        done += 1
    print(f"{done} days, from day {first} on: the books balance, no message was lost, none came twice")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
