"""Time as a value that is handed in. Nothing in the core reads a clock; bindings do, and tests turn one by hand.

Two times exist: `now`, monotonic seconds that count suspend (float), and UTC (an aware datetime), which may be unknown.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Protocol

__all__ = ["UTC", "Clock", "ManualClock"]


class Clock(Protocol):
    """What a binding reads. now: monotonic seconds; utc: an aware datetime, or None while it is not known."""

    def now(self) -> float: ...

    def utc(self) -> datetime | None: ...


class ManualClock:
    """A clock that a test turns by hand: both times move together with advance()."""

    def __init__(self, now: float = 1000.0, utc: datetime | None = datetime(2026, 1, 1, tzinfo=UTC)) -> None:
        self._now = now
        self._utc = utc

    def now(self) -> float:
        return self._now

    def utc(self) -> datetime | None:
        return self._utc

    def advance(self, seconds: float) -> None:
        """Move both times forward. seconds: at least 0."""
        if seconds < 0:
            raise ValueError("a monotonic clock does not go back")
        self._now += seconds
        if self._utc is not None:
            self._utc += timedelta(seconds=seconds)

    def advance_to(self, now: float) -> None:
        """Move both times forward until now() is exactly `now`: a timer that is met to the last bit is due."""
        self.advance(now - self._now)
        self._now = now
