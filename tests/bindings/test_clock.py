"""The clock of the machine."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest

from ocppcore.bindings import clock
from ocppcore.bindings.clock import SystemClock


def test_it_goes_forward_and_counts_seconds() -> None:
    one = SystemClock().now()
    assert 0 <= SystemClock().now() - one < 5


def test_it_counts_suspend_where_the_system_does() -> None:
    if hasattr(time, "CLOCK_BOOTTIME"):
        assert abs(SystemClock().now() - time.clock_gettime(time.CLOCK_BOOTTIME)) < 5


def test_the_time_of_day_is_aware() -> None:
    utc = SystemClock().utc()
    assert utc is not None and abs(utc - datetime.now(UTC)) < timedelta(seconds=5)


def test_a_clock_that_was_never_set_shows_no_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "NOT_SET_BEFORE", datetime(2999, 1, 1, tzinfo=UTC))
    assert SystemClock().utc() is None
