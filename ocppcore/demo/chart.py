"""A small chart of power over time, in text: one column for each piece of time, eight levels in each row."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from ocppcore.demo.books import Span

LEVELS = " ▁▂▃▄▅▆▇█"
PLAIN_LEVELS = "  .::-=+#"  # for a terminal without those


def power(spans: Iterable[Span], begin: datetime, end: datetime, columns: int) -> list[float]:
    """The average power in W of each column; what is outside of the spans is 0."""
    width = (end - begin) / columns
    watts = [0.0] * columns
    for span in spans:
        if span.end <= span.begin:
            continue
        watt = span.wh / ((span.end - span.begin) / timedelta(hours=1))
        for column in range(columns):
            left = max(span.begin, begin + column * width)
            right = min(span.end, begin + (column + 1) * width)
            if right > left:
                watts[column] += watt * ((right - left) / width)
    return watts


def bars(watts: list[float], top: float, rows: int, levels: str = LEVELS) -> list[str]:
    """The chart, from its upper row to its lower one. top: the power that fills all rows."""
    steps = len(levels) - 1
    heights = [round(watt / top * rows * steps) for watt in watts]
    return [
        "".join(levels[min(max(height - row * steps, 0), steps)] for height in heights) for row in reversed(range(rows))
    ]


def axis(begin: datetime, end: datetime, columns: int) -> tuple[str, str]:
    """A line with a mark at each half hour, and the times below it."""
    marks, labels = ["─"] * columns, [" "] * (columns + 5)
    at = begin.replace(minute=0, second=0, microsecond=0)
    while at <= end:
        column = round((at - begin) / (end - begin) * columns)
        if at >= begin and column < columns:
            marks[column] = "┬"
            labels[column : column + 5] = f"{at:%H:%M}"
        at += timedelta(minutes=30)
    return "".join(marks), "".join(labels).rstrip()
