"""The clock of the machine."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

__all__ = ["SystemClock"]

# A clock that shows less has not been set: a board without a battery starts in 1970.
NOT_SET_BEFORE = datetime(2025, 1, 1, tzinfo=UTC)
# Monotonic seconds; counts the time spent in suspend where the system offers a clock that does (Linux).
_SOURCE = getattr(time, "CLOCK_BOOTTIME", getattr(time, "CLOCK_MONOTONIC", None))


class SystemClock:
    """What bindings read unless a test hands them another clock.

    now: gives monotonic seconds that count suspend. It is asked with each message, so nothing stands in between.
    """

    def __init__(self) -> None:
        self.now: Callable[[], float] = time.monotonic if _SOURCE is None else partial(time.clock_gettime, _SOURCE)

    def utc(self) -> datetime | None:
        """The time of day, or None while the clock of the machine is not set."""
        utc = datetime.now(UTC)
        return utc if utc >= NOT_SET_BEFORE else None
