"""What the demo shows when the evening is over: the books, power over time, and whether all of it agrees."""

from __future__ import annotations

from typing import Final, NamedTuple

from ocppcore.csms import Transaction
from ocppcore.demo.books import spans
from ocppcore.demo.chart import axis, bars, power
from ocppcore.demo.lines import kwh
from ocppcore.demo.story import END
from ocppcore.demo.world import BEGIN, World

COLUMNS: Final = 76  # of the chart: one for two and a half minutes
LEFT: Final = 19  # what stands left of them
ROWS: Final = 3  # of the chart, for each EVSE
HEADER: Final = ("id", "EVSE", "card", "from", "to", "booked", "counted", "stopped by")
REASONS: Final = {"Local": "card (Local)", "Remote": "back end (Remote)"}


class Line(NamedTuple):
    """A line of text. style: what rich makes of it."""

    text: str
    style: str = ""


def report(world: World, differences: list[str], width: int = 100) -> list[Line]:
    """All lines, in order. width: columns of the terminal."""
    return [
        Line(""),
        Line(" What the back end booked, and what the meters counted", "bold"),
        *_books(world),
        Line(""),
        Line(" Power over time, as the back end has it from the meter values", "bold"),
        *_chart(world, min(COLUMNS, max(width - LEFT - 5, 10))),
        Line(""),
        *_verdict(world, differences),
    ]


def _books(world: World) -> list[Line]:
    left = {evse: list(visits) for evse, visits in world.counted.items()}
    rows: list[tuple[str, ...]] = [HEADER]
    for entry in world.booked:
        visits = left.get(entry.evse, [])
        rows.append(_row(entry, visits.pop(0) if visits else None))
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADER))]
    lines = []
    for number, row in enumerate(rows):
        cells = [cell.rjust(width) for cell, width in zip(row[:-1], widths, strict=False)]
        lines.append(Line("  " + "  ".join([*cells, row[-1]]), "" if number else "dim"))
    return lines


def _row(entry: Transaction, counted: int | None) -> tuple[str, ...]:
    return (
        str(entry.id),
        str(entry.evse),
        entry.id_tag,
        f"{entry.start:%H:%M}",
        "" if entry.stop is None else f"{entry.stop:%H:%M}",
        "" if entry.energy_wh is None else kwh(entry.energy_wh),
        "" if counted is None else kwh(counted),
        REASONS.get(str(entry.reason), str(entry.reason)),
    )


def _chart(world: World, columns: int) -> list[Line]:
    lines = []
    for evse in world.counted:
        pieces = [span for entry in world.booked if entry.evse == evse for span in spans(entry)]
        watts = power(pieces, BEGIN, END, columns)
        top = max([*watts, 1.0])
        labels = [f"EVSE {evse}  {top / 1000:4.1f} kW"] + [""] * (ROWS - 1)
        for label, bar in zip(labels, bars(watts, top, ROWS), strict=True):
            lines.append(Line(f"  {label:>15} │{bar}".rstrip(), "green"))
    marks, times = axis(BEGIN, END, columns)
    lines += [Line(" " * (LEFT - 1) + "└" + marks[1:], "dim"), Line(" " * (LEFT - 1) + times, "dim")]
    return lines


def _verdict(world: World, differences: list[str]) -> list[Line]:
    if differences:
        return [Line(f" The books do not agree. {text}", "bold red") for text in differences]
    total = kwh(sum(sum(visits) for visits in world.counted.values()))
    told = f"{len(world.booked)} transactions, {total}, {world.messages} messages"
    return [Line(f" The books agree to the watt-hour: {told}.", "bold green")]
