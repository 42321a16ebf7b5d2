"""Profiles that are wrong or meant to break something: refused with the field's name, or answered in bounded time."""

from __future__ import annotations

from decimal import Decimal
from time import process_time
from typing import Any

import pytest

from ocppcore.charging import Cap, FieldError, Profile, ProfileSet

from .stations import DAY, HOUR, NOW, WEEK, amps, made, station, station_max, tx_default

BUDGET = 10.0  # seconds of CPU: hundreds of times what the compiled module takes, enough for the interpreted one

GOOD: dict[str, Any] = {
    "id": 1, "evse": 1, "purpose": "TxDefaultProfile", "stack_level": 0, "kind": "Recurring", "unit": "A",
    "periods": [(0, 16.0, 3), (3600, 6, None)], "start_schedule": NOW, "duration": 7200, "recurrency": "Daily",
    "valid_from": NOW, "valid_to": NOW + 1, "min_charging_rate": 6.0,
}  # fmt: skip


def test_a_good_profile_is_taken() -> None:
    assert Profile(**GOOD).periods == ((0, 16.0, 3), (3600, 6, None))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *(("id", value) for value in (None, "1", 1.0, True, 2**63, 10**400)),
        *(("evse", value) for value in (-1, 1.0, True, 2**63)),
        *(("purpose", value) for value in ("ChargePointMaxProfile", "", None, 7)),
        *(("stack_level", value) for value in (-1, 0.0, False, 2**31)),
        *(("kind", value) for value in ("absolute", None)),
        *(("unit", value) for value in ("kW", "", None, 1)),
        *(("start_schedule", value) for value in (0.5, True, 10**12, -(10**12), 2**64)),
        *(("duration", value) for value in (0, -1, 2**31, 1.0, 2**63)),
        *(("recurrency", value) for value in ("Monthly", None)),
        *(("valid_from", value) for value in ("now", 2**63)),
        *(("valid_to", value) for value in (NOW, NOW - 1, 2**63)),
        *(("min_charging_rate", value) for value in (-1, float("nan"), "6", 1e300)),
        ("transaction", 5),
        ("periods", []),
        ("periods", [(n, 6, None) for n in range(1025)]),
        ("periods", [(n, 6, None) for n in range(100_000)]),
    ],
)
def test_a_field_out_of_its_bounds_is_refused_by_its_name(field: str, value: Any) -> None:
    with pytest.raises(FieldError) as error:
        Profile(**{**GOOD, field: value})
    assert error.value.field == field
    assert isinstance(error.value, ValueError) and len(str(error.value)) < 200


@pytest.mark.parametrize(
    ("periods", "field"),
    [
        ([(1, 6, None)], "periods[0].start_period"),  # E 3.45
        ([(-1, 6, None)], "periods[0].start_period"),
        ([(0, 6, None), (60, 6, None), (60, 7, None)], "periods[2].start_period"),
        ([(0, 6, None), (60, 6, None), (59, 7, None)], "periods[2].start_period"),
        ([(0, 6, None), (2**31, 6, None)], "periods[1].start_period"),
        ([(0, 6, None), (1.0, 6, None)], "periods[1].start_period"),
        ([(0, -1, None)], "periods[0].limit"),
        ([(0, float("nan"), None)], "periods[0].limit"),
        ([(0, float("inf"), None)], "periods[0].limit"),
        ([(0, 1e300, None)], "periods[0].limit"),
        ([(0, True, None)], "periods[0].limit"),
        ([(0, "6", None)], "periods[0].limit"),
        ([(0, Decimal("NaN"), None)], "periods[0].limit"),
        ([(0, 6, 0)], "periods[0].number_phases"),
        ([(0, 6, 4)], "periods[0].number_phases"),
        ([(0, 6, 1.0)], "periods[0].number_phases"),
    ],
)
def test_a_period_out_of_its_bounds_is_refused_by_its_place(periods: Any, field: str) -> None:
    with pytest.raises(FieldError) as error:
        Profile(**{**GOOD, "periods": periods})
    assert error.value.field == field


@pytest.mark.parametrize("limit", [0, 0.05, 0.1, Decimal("8.1"), 2_147_483_648])
def test_odd_limits_are_exact(limit: float) -> None:
    profiles = station(tx_default(1, 1, (0, limit), unit="W"), rating=10_000_000)
    found = profiles.limit_at(NOW, 1, "W")
    assert found.millionths == int(Decimal(str(limit)) * 1_000_000)


def test_a_profile_of_the_station_needs_a_start_or_the_time_of_its_receipt() -> None:
    with pytest.raises(FieldError, match="received"):
        station_max(1, (0, 6), start_schedule=None)


@pytest.mark.parametrize(
    ("call", "field"),
    [
        (lambda it: it.limit_at(1.0, 1), "t"),
        (lambda it: it.limit_at(True, 1), "t"),
        (lambda it: it.limit_at(2**70, 1), "t"),
        (lambda it: it.limit_at(-(2**70), 1), "t"),
        (lambda it: it.limit_at(NOW, 3), "evse"),
        (lambda it: it.limit_at(NOW, -1), "evse"),
        (lambda it: it.limit_at(NOW, True), "evse"),
        (lambda it: it.limit_at(NOW, 2**64), "evse"),
        (lambda it: it.limit_at(NOW, 1, "kW"), "unit"),
        (lambda it: it.limit_at(NOW, 1, None), "unit"),
        (lambda it: it.limit_at(NOW, 1, "A", 0.5), "begins"),
        (lambda it: it.next_change("now"), "t"),
        (lambda it: it.next_change(NOW, 9), "evse"),
        (lambda it: it.next_change(NOW, 1, "VA"), "unit"),
        (lambda it: it.composite(1, NOW, 0), "duration"),
        (lambda it: it.composite(1, NOW, -1), "duration"),
        (lambda it: it.composite(1, NOW, 2**31), "duration"),
        (lambda it: it.composite(1, NOW, 60.0), "duration"),
        (lambda it: it.composite(7, NOW, 60), "evse"),
        (lambda it: it.composite(1, None, 60), "start"),
        (lambda it: it.composite(1, NOW, 60, max_periods=0), "max_periods"),
        (lambda it: it.prevailing(NOW, 5), "evse"),
        (lambda it: it.begin(0, NOW), "evse"),
        (lambda it: it.begin(1, 1.5), "at"),
        (lambda it: it.end(3), "evse"),
        (lambda it: it.restrict(4, "cable", 10), "evse"),
        (lambda it: it.restrict(1, "cable", -1), "limit"),
        (lambda it: it.restrict(1, "cable", 10, phases=4), "phases"),
        (lambda it: it.restrict(1, "cable", 10, "V"), "unit"),
        (lambda it: it.in_force(NOW, {1: -1}), "wanted"),
        (lambda it: it.explain(NOW, 3), "evse"),
        (lambda it: ProfileSet([]), "evses"),
        (lambda it: ProfileSet([Cap(32)] * 301), "evses"),
        (lambda it: ProfileSet([Cap(32)], volts=0), "volts"),
        (lambda it: ProfileSet([Cap(32)], volts=230.0), "volts"),
        (lambda it: ProfileSet([Cap(32)], units=["VA"]), "units"),
        (lambda it: Cap(10_000_001), "limit"),
        (lambda it: Cap(float("inf")), "limit"),
        (lambda it: Cap(32, least=-6), "least"),
    ],
)
def test_a_wrong_argument_is_refused_by_its_name(call: Any, field: str) -> None:
    profiles = station(tx_default(1, 1, (0, 10)), running=(1,))
    with pytest.raises(FieldError) as error:
        call(profiles)
    assert error.value.field == field
    assert amps(profiles, NOW) == 10


def bomb(profiles: int, periods: int, recurrency: str = "Weekly") -> ProfileSet:
    """Profiles on top of each other that all change as often as they can."""
    made_ = ProfileSet([Cap(32), Cap(32)], max_profiles=1000)
    step = (DAY if recurrency == "Daily" else WEEK) // periods
    for id in range(profiles):
        rows = [(step * number + id % step, 6 + (number + id) % 25, None) for number in range(periods)]
        rows[0] = (0, 6, None)
        made_.install(
            made(
                id, 0, "TxDefaultProfile", periods=rows, stack_level=id, kind="Recurring", recurrency=recurrency,
                start_schedule=NOW - 5000 * WEEK + id, duration=step * periods - id - 1,
            )  # fmt: skip
        )
    return made_


@pytest.mark.parametrize(("profiles", "periods"), [(10, 24), (100, 1024)])
@pytest.mark.parametrize("recurrency", ["Daily", "Weekly"])
def test_a_schedule_of_68_years_is_cut_off_in_bounded_time(profiles: int, periods: int, recurrency: str) -> None:
    many = bomb(profiles, periods, recurrency)
    start = process_time()
    schedule = many.composite(1, NOW, 2**31 - 1)
    assert process_time() - start < BUDGET
    assert len(schedule) == 1024 and schedule[-1].end < 2**31 - 1
    assert schedule == many.composite(1, NOW, schedule[-1].end)  # and is whole, up to where it says that it ends


def test_a_schedule_of_nothing_but_changes_that_change_nothing_is_cut_off_too() -> None:
    """The rating is below all the profiles."""
    many = bomb(10, 1024)
    many.restrict(1, "cable", 5)
    start = process_time()
    (period,) = many.composite(1, NOW, 2**31 - 1)
    assert many.next_change(NOW, 1) is None
    assert process_time() - start < BUDGET
    assert (period.start, period.limit) == (0, 5) and 10 * DAY < period.end < 2**31 - 1


def test_a_search_for_a_change_gives_up_in_bounded_time() -> None:
    """Events at each hour of years, each of which may change something, and none does."""
    many = ProfileSet([Cap(5)])
    for id in range(9):
        rows = [(9 * 8 * DAY * number + 8 * DAY * id, 6 + number % 2, None) for number in range(340)]
        rows[0] = (0, 6, None)
        many.install(made(id, 1, "TxDefaultProfile", periods=rows, stack_level=id, start_schedule=NOW))
    hourly = [(HOUR // 12 * number, 6 + number % 2, None) for number in range(288)]
    many.install(station_max(100, periods=hourly, kind="Recurring", recurrency="Daily"))
    start = process_time()
    found = many.next_change(NOW, 1)
    assert process_time() - start < BUDGET
    assert found is not None and found > NOW + 30 * DAY  # up to there it was looked at


def test_the_largest_numbers_that_are_taken_do_not_overflow() -> None:
    """100 EVSEs of 10 MA at 1000 V, under a limit of 2**31 A that began in year 1 and ends in 9999."""
    profiles = ProfileSet([Cap(10_000_000)] * 100, volts=1000)
    huge = [(0, 2_147_483_648), (2**31 - 1, 2_147_483_648)]
    profiles.install(station_max(1, *huge, start_schedule=-62_135_596_800, duration=2**31 - 1))
    profiles.install(tx_default(2, 0, *huge, valid_from=-62_135_596_800, valid_to=253_402_300_799))
    for evse in range(1, 101):
        profiles.begin(evse, NOW)
    assert profiles.limit_at(NOW, 0).limit == 100 * 10_000_000
    assert profiles.limit_at(NOW, 0, "W").limit == 100 * 10_000_000 * 3000
    assert profiles.limit_at(-62_135_596_800, 0, "W").limit == 100 * 10_000_000 * 3000
    assert profiles.next_change(NOW, 0) is None
    assert sum(limit.limit for limit in profiles.in_force(NOW, unit="W").values()) == 100 * 10_000_000 * 3000
    (period,) = profiles.composite(0, 253_402_300_799, 2**31 - 1, "W")
    assert period.end == 2**31 - 1
