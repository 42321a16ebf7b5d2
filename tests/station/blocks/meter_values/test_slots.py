"""When meter values are due (1.6 §3.16.1, §3.16.2, §9.1.5)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocppcore.station.blocks.meter_values.slots import Series
from ocppcore.station.store import StateStore
from ocppcore.station.timekeeper import Stamp, Timekeeper

DAY = datetime(2026, 3, 1, tzinfo=UTC)


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
