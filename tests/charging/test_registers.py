"""What a register tells: roll-over, meters that go back, energy in an interval, use by period of a tariff."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocppcore.charging.registers import Usage, energy, monotonic, usage

MODULUS = 1_000_000


@pytest.mark.parametrize(
    ("last", "shown", "modulus", "reported"),
    [
        (100, 150, None, 150),
        (100, 100, None, 100),
        (100, 50, None, 100),  # it stands still, and nobody is billed for what can't be proved
        (999_990, 15, None, 999_990),
        (999_990, 15, MODULUS, 1_000_015),  # it rolled over
        (1_000_015, 40, MODULUS, 1_000_040),  # and what is reported goes on
        (3_999_999, 1, MODULUS, 4_000_001),
        (500, 499, MODULUS, 500),  # a little back is not a turn forward
        (500, 0, MODULUS, 500),
        (0, 600_000, MODULUS, 0),  # nor is more than half a turn
        (100, 150, MODULUS, 150),
        (99.5, 0.25, 100, 100.25),
    ],
)
def test_a_register_never_goes_back(last: float, shown: float, modulus: float | None, reported: float) -> None:
    assert monotonic(last, shown, modulus) == reported
    assert energy(last, shown, modulus) == reported - last


@settings(max_examples=200)
@given(st.lists(st.integers(0, MODULUS // 2), max_size=30), st.integers(0, MODULUS - 1))
def test_whatever_is_used_between_two_readings_is_counted_over_any_number_of_turns(used: list[int], start: int) -> None:
    shown, reported = start, start
    for amount in used:
        shown = (shown + amount) % MODULUS
        reported = int(monotonic(reported, shown, MODULUS))
    assert reported == start + sum(used)


READINGS = [(0, 1000), (100, 2000), (200, 2000), (300, 5000)]


def test_the_use_of_a_session_by_period_of_the_tariff() -> None:
    assert usage(READINGS, [50, 250]) == [
        Usage(0, 50, 500, 50), Usage(50, 250, 500 + 1500, 50 + 50), Usage(250, 300, 1500, 50),
    ]  # fmt: skip
    assert usage(READINGS, []) == [Usage(0, 300, 4000, 200)]
    assert usage(READINGS, [100, 200, 100]) == [
        Usage(0, 100, 1000, 100), Usage(100, 200, 0, 0), Usage(200, 300, 3000, 100),
    ]  # fmt: skip


def test_cuts_outside_of_the_session_do_not_matter() -> None:
    assert usage(READINGS, [-5, 0, 300, 900]) == usage(READINGS, [])
    assert usage([], [5]) == []
    assert usage([(7, 100)], [5, 7]) == [Usage(7, 7, 0, 0)]


@settings(max_examples=200)
@given(
    st.lists(st.tuples(st.integers(1, 5000), st.integers(0, 10**7)), min_size=1, max_size=20),
    st.lists(st.integers(0, 60_000), max_size=10),
)
def test_nothing_is_lost_at_the_cuts(steps: list[tuple[int, int]], cuts: list[int]) -> None:
    readings = [(0, 0)]
    for seconds, amount in steps:
        readings.append((readings[-1][0] + seconds, readings[-1][1] + amount))
    periods = usage(readings, cuts)
    assert sum(period.energy for period in periods) == readings[-1][1]
    assert sum(period.end - period.start for period in periods) == readings[-1][0]
    assert sum(period.charging for period in periods) == sum(seconds for seconds, amount in steps if amount)
    assert all(period.energy >= 0 and 0 <= period.charging <= period.end - period.start for period in periods)
