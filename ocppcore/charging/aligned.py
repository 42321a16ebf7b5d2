"""Instants on the clock: when clock-aligned meter values are due (1.6 §3.16.2, §9.1.5)."""

from __future__ import annotations

from datetime import datetime, timedelta

DAY = timedelta(days=1)
LATE = 10.0  # seconds; a slot that comes up later than that was slept through, and a reading would not belong to it


def next_aligned(utc: datetime, interval: int) -> datetime:
    """The first slot after utc. Slots lie interval seconds apart, each day anew from 00:00:00 UTC (§9.1.5)."""
    midnight = utc.replace(hour=0, minute=0, second=0, microsecond=0)
    step = timedelta(seconds=interval)
    return min(midnight + ((utc - midnight) // step + 1) * step, midnight + DAY)


def in_time(late: float, interval: int) -> bool:
    """True if a reading taken `late` seconds after its slot still stands for it."""
    return abs(late) <= min(LATE, interval / 2)
