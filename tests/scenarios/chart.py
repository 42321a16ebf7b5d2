"""A day at a site, drawn as text: power by EVSE, what went wrong below it, and whether the books agree.

python -m scenarios.chart [SEED [random]]      (`make day`)
"""

from __future__ import annotations

import sys
import textwrap
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

from ocppcore.demo.books import spans
from ocppcore.demo.chart import bars, power

from .audit import faults
from .day import SEED, play, random_faults
from .site import BEGIN, HOUR, Site

COLUMNS = 96  # a quarter of an hour each
ROWS = 3
DAY = 24 * HOUR
# What is drawn below the power: the letter of a note, in a lane of its own where several meet.
MARKS = {"restart": "R", "power cut": "P", "kill": "K", "clock": "C"}


def draw(site: Site) -> Iterator[str]:
    """The lines."""
    end = BEGIN + timedelta(seconds=DAY)
    transactions = site.backend.csms.ledger.transactions
    for evse in site.hardware.evse:
        pieces = [piece for each in transactions if each.evse == evse for piece in spans(each)]
        watts = power(pieces, BEGIN, end, COLUMNS)
        top = max(*watts, 1.0)
        for row, bar in enumerate(bars(watts, top, ROWS)):
            label = f"EVSE {evse}  {top / 1000:4.1f} kW" if not row else ""
            yield f"{label:>15} │{bar}".rstrip()
    yield f"{'':15} └" + "".join("┬" if not column % 12 else "─" for column in range(1, COLUMNS))
    yield f"{'':16} " + "".join(f"{f'{hour:02}:00':<12}" for hour in range(0, 24, 3))
    yield f"{'back end':>15}  {lane(offline(site), '░')}".rstrip()
    yield f"{'power':>15}  {lane(site.dark, '░')}".rstrip()
    yield f"{'clock':>15}  {lane(site.wrong, '░')}".rstrip()
    marks = [" "] * COLUMNS
    for at, text in site.notes:
        if text in MARKS and at < DAY:
            marks[int(at / DAY * COLUMNS)] = MARKS[text]
    yield f"{'':17}{''.join(marks)}".rstrip()
    yield ""
    yield "  ░ not there, or wrong   R restart   P power cut   K program killed   C clock set wrong"
    yield ""
    yield from verdict(site)


def lane(spells: list[tuple[float, float]], mark: str) -> str:
    width = DAY / COLUMNS
    return "".join(
        mark if any(begin < (column + 1) * width and end > column * width for begin, end in spells) else " "
        for column in range(COLUMNS)
    )


def offline(site: Site) -> list[tuple[float, float]]:
    """When the back end could not be reached."""
    found, begin = [], None
    for at, text in site.notes:
        if text == "offline" and begin is None:
            begin = at
        elif text == "online" and begin is not None:
            found.append((begin, at))
            begin = None
    return found


def verdict(site: Site) -> Iterator[str]:
    transactions = site.backend.csms.ledger.transactions
    reasons = Counter(str(each.reason) for each in transactions)
    yield from textwrap.wrap(
        "ended by " + ", ".join(f"{count} {reason}" for reason, count in reasons.most_common()),
        COLUMNS + 18, initial_indent="  ", subsequent_indent="    ",
    )  # fmt: skip
    wrong = faults(site)
    yield from (f"  WRONG: {line}" for line in wrong)
    if not wrong:
        energy = sum(each.energy_wh or 0 for each in transactions) / 1000
        messages = f"{len(site.backend.requests)} messages, {site.store.promised.total()} of them promised"
        yield f"  The books agree to the watt-hour: {len(transactions)} transactions, {energy:.3f} kWh; {messages}."


def main(arguments: list[str]) -> int:
    seed = int(arguments[0]) if arguments else SEED
    site = play(seed, random_faults if "random" in arguments else None)
    print(*draw(site), sep="\n")
    return 1 if faults(site) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
