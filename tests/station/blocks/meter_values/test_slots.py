"""When meter values are due (1.6 §3.16.1, §3.16.2, §9.1.5)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocppcore.station.blocks.meter_values.slots import Series, in_time, next_aligned
from ocppcore.station.store import StateStore
from ocppcore.station.timekeeper import Stamp, Timekeeper

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


def series(began: float, interval: int, now: float, utc: datetime | None = DAY) -> tuple[Series, Timekeeper]:
    time = Timekeeper(StateStore(), 0.0, utc)
    return Series("T1", interval, time.stamp(began), time, now), time


def test_the_nth_slot_is_at_start_plus_n_intervals() -> None:
    it, time = series(began=3.1, interval=60, now=3.1)
    stamps = []
    for _ in range(1000):
        stamps.append(it.stamp)
        it.go_on(time, it.due)
    assert stamps == [Stamp(1, 3.1 + 60 * n) for n in range(1, 1001)]


def test_slots_that_were_missed_are_skipped() -> None:
    it, time = series(began=0.0, interval=10, now=0.0)
    it.go_on(time, 47.0)
    assert it.due == 50.0 and it.stamp == Stamp(1, 50.0)


def test_slots_begin_at_the_start_even_if_the_interval_is_changed_later() -> None:
    it, _ = series(began=0.0, interval=60, now=130.0)
    assert it.due == 180.0


@settings(max_examples=200)
@given(st.floats(0, 10**6), st.floats(0, 10**5), st.integers(1, 86_400))
def test_the_next_slot_is_at_hand(began: float, passed: float, interval: int) -> None:
    it, time = series(began, interval, began + passed)
    assert -0.002 < it.due - (began + passed) <= interval + 0.002
    number = it.number
    it.go_on(time, it.due)
    assert it.number == number + 1


@pytest.mark.parametrize("shift", [0.7, -0.7, 29.0, -29.0])
def test_a_small_correction_of_the_clock_keeps_the_stamps_equidistant(shift: float) -> None:
    it, time = series(began=0.0, interval=60, now=0.0)
    time.set_utc(DAY + timedelta(seconds=30 + shift), 30.0)
    it.clock_set(time)
    assert it.stamp == Stamp(1, 60.0)
    assert it.due == pytest.approx(60.0 - shift)


@pytest.mark.parametrize("shift", [3600.0, -3600.0, 45.0])
def test_a_jump_of_the_clock_keeps_the_rhythm(shift: float) -> None:
    it, time = series(began=0.0, interval=60, now=0.0)
    time.set_utc(DAY + timedelta(seconds=30 + shift), 30.0)
    it.clock_set(time)
    assert it.due == 60.0
    assert time.resolve(it.stamp) == DAY + timedelta(seconds=60 + shift)
    it.go_on(time, 60.0)
    assert it.due == pytest.approx(120.0)


def test_an_unknown_clock_does_not_matter() -> None:
    it, time = series(began=1.0, interval=10, now=1.0, utc=None)
    time.set_utc(DAY, 5.0)
    it.clock_set(time)
    assert it.due == 11.0 and it.stamp == Stamp(1, 11.0)


def test_after_a_power_cut_the_rhythm_goes_on_if_the_clock_is_known() -> None:
    store = StateStore()
    old = Timekeeper(store, 0.0, DAY).stamp(5.0)
    known = Timekeeper(store, 0.0, DAY + timedelta(seconds=100))
    it = Series("T1", 60, old, known, 1.0)
    assert known.resolve(it.stamp) == DAY + timedelta(seconds=125) and it.due == pytest.approx(25.0)
    unknown = Timekeeper(store, 0.0, None)
    assert Series("T1", 60, old, unknown, 1.0).due == 61.0
    wrong = Timekeeper(store, 0.0, DAY - timedelta(days=9))
    assert Series("T1", 60, old, wrong, 1.0).due == pytest.approx(61.0)


def test_a_stamp_of_an_instant_is_exact() -> None:
    time = Timekeeper(StateStore(), 0.0, DAY + timedelta(microseconds=123_457))
    slot = DAY + timedelta(hours=5)
    assert time.resolve(time.stamp_of(slot)) == slot
