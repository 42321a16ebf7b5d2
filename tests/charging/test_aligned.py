"""When clock-aligned meter values are due (1.6 §3.16.2, §9.1.5)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocppcore.charging.aligned import in_time, next_aligned

DAY = datetime(2026, 3, 1, tzinfo=UTC)


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-03-01T{text}+00:00")


@pytest.mark.parametrize(
    ("now", "interval", "slot"),
    [
        ("10:00:00", 900, at("10:15:00")),
        ("10:14:59.999999", 900, at("10:15:00")),
        ("00:00:00", 20, at("00:00:20")),
        ("23:59:59", 900, DAY + timedelta(days=1)),
        ("23:00:00", 7 * 3600, DAY + timedelta(days=1)),  # 00, 07, 14, 21, and 00 again
        ("12:00:00", 10**6, DAY + timedelta(days=1)),
    ],
)
def test_slots_lie_on_the_clock_from_midnight(now: str, interval: int, slot: datetime) -> None:
    assert next_aligned(at(now), interval) == slot


@settings(max_examples=200)
@given(st.integers(0, 86_399_999_999), st.integers(1, 200_000))
def test_the_next_slot_is_later_and_a_whole_number_of_intervals_from_midnight(micros: int, interval: int) -> None:
    now = DAY + timedelta(microseconds=micros)
    slot = next_aligned(now, interval)
    assert now < slot <= now + timedelta(seconds=interval)
    assert slot == DAY + timedelta(days=1) or (slot - DAY) % timedelta(seconds=interval) == timedelta(0)


def test_a_reading_stands_for_its_slot_for_a_while() -> None:
    assert in_time(0.0, 1) and in_time(0.5, 1) and not in_time(0.6, 1)
    assert in_time(10.0, 900) and not in_time(11.0, 900)
