"""What the standard says about charging profiles, rule by rule (1.6 §3.13, §5.5, §5.7, §5.16, §7.8 to 7.14, errata)."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from ocppcore.charging import Cap, FieldError, ProfileSet, Purpose, instant, seconds

from .stations import DAY, HOUR, MIDNIGHT, NOW, WEEK, amps, made, rows, schedule, station, station_max, tx, tx_default

# Which profile prevails


def test_the_highest_stack_level_that_is_valid_prevails() -> None:
    """§3.13.2."""
    high = tx_default(2, 1, (0, 20), stack_level=3, valid_from=NOW + 100, valid_to=NOW + 200)
    profiles = station(tx_default(1, 1, (0, 10)), high)
    assert [amps(profiles, NOW + t) for t in (99, 100, 199, 200)] == [10, 20, 20, 10]


def test_without_a_duration_the_highest_level_never_falls_back() -> None:
    """E 3.7."""
    profiles = station(tx_default(1, 1, (0, 10)), tx_default(2, 1, (0, 20), stack_level=1))
    assert amps(profiles, NOW + 3000 * DAY) == 20 and profiles.next_change(NOW, 1) is None


def test_after_its_duration_a_lower_level_takes_over_then_no_limit_but_the_rating() -> None:
    """§5.16.4, E 3.43."""
    high = tx_default(2, 1, (0, 6), stack_level=1, start_schedule=NOW, duration=600)
    low = tx_default(1, 1, (0, 10), start_schedule=NOW, duration=900)
    assert schedule(station(low, high)) == [(0, 6), (600, 10), (900, 32)]


def test_the_last_period_lasts_until_the_duration_ends() -> None:
    """§5.16.4."""
    profile = tx_default(1, 1, (0, 6), (60, 8), start_schedule=NOW, duration=300)
    assert schedule(station(profile)) == [(0, 6), (60, 8), (300, 32)]


def test_periods_behind_the_duration_never_run() -> None:
    """§5.16.4."""
    profile = tx_default(1, 1, (0, 6), (60, 8), (400, 10), start_schedule=NOW, duration=300)
    assert schedule(station(profile)) == [(0, 6), (60, 8), (300, 32)]


def test_the_evses_default_replaces_that_of_the_station_at_its_stack_level_only() -> None:
    """§3.13.1."""
    profiles = station(
        tx_default(1, 0, (0, 10)), tx_default(2, 0, (0, 20), stack_level=2), tx_default(3, 1, (0, 8)), running=(1, 2)
    )
    assert (amps(profiles, NOW, 1), amps(profiles, NOW, 2)) == (20, 20)
    profiles.remove(id=2)
    assert (amps(profiles, NOW, 1), amps(profiles, NOW, 2)) == (8, 10)


def test_the_evses_default_replaces_that_of_the_station_also_while_it_is_silent() -> None:
    """§3.13.1: replaced, not stacked."""
    own = tx_default(3, 1, (0, 8), start_schedule=NOW, duration=60)
    profiles = station(tx_default(1, 0, (0, 10)), own)
    assert schedule(profiles) == [(0, 8), (60, 32)] and schedule(profiles, evse=2) == [(0, 10)]


def test_a_tx_profile_overrules_the_default_of_any_level_and_where_it_ends_the_default_is_back() -> None:
    """§3.13.1."""
    profile = tx(2, 1, (0, 20), start_schedule=NOW, duration=600)
    profiles = station(tx_default(1, 1, (0, 10), stack_level=9), profile, running=(1,))
    assert schedule(profiles) == [(0, 20), (600, 10)]


def test_a_tx_profile_ends_with_its_transaction() -> None:
    """§3.13.1, §7.10."""
    profiles = station(tx_default(1, 1, (0, 10)), tx(2, 1, (0, 20)), running=(1,))
    assert amps(profiles, NOW) == 20
    assert [profile.id for profile in profiles.end(1)] == [2]
    assert amps(profiles, NOW) == 10
    profiles.begin(1, NOW + 60, 4712)
    assert amps(profiles, NOW + 60) == 10


def test_a_tx_profile_may_have_a_validity() -> None:
    """E 3.65, E 3.66."""
    profiles = station(tx(2, 1, (0, 20), valid_from=NOW + 5, valid_to=NOW + 9), running=(1,))
    assert schedule(profiles) == [(0, 32), (5, 20), (9, 32)]


def test_a_new_default_takes_effect_in_running_transactions_and_removed_they_go_on_without() -> None:
    """E 3.8."""
    profiles = station(running=(1,))
    assert amps(profiles, NOW + 10) == 32
    profiles.install(tx_default(1, 0, (0, 10)))
    assert amps(profiles, NOW + 10) == 10
    profiles.remove(id=1)
    assert amps(profiles, NOW + 10) == 32


def test_without_a_transaction_the_default_counts_as_if_one_began() -> None:
    """The laboratories' reading, and K08.FR.06."""
    relative = tx_default(1, 1, (0, 10), (600, 6), kind="Relative")
    profiles = station(relative)
    assert schedule(profiles, duration=900) == [(0, 10), (600, 6)]
    assert [period.limit for period in profiles.composite(1, NOW, 900, "A", NOW - 300)] == [10, 6]
    assert profiles.composite(1, NOW, 900, "A", NOW - 300)[1].start == 300


# Kinds


def test_relative_periods_count_from_the_begin_of_the_transaction() -> None:
    """§7.9."""
    profiles = station(tx_default(1, 0, (0, 6), (3600, 16), kind="Relative"))
    profiles.begin(1, NOW - 1800)
    assert schedule(profiles, duration=HOUR) == [(0, 6), (1800, 16)]
    profiles.begin(1, NOW - 1700)  # the clock has been corrected
    assert schedule(profiles, duration=HOUR) == [(0, 6), (1900, 16)]


def test_an_absolute_profile_without_a_start_counts_from_the_begin_of_the_transaction() -> None:
    """§7.13."""
    profiles = station(tx(1, 1, (0, 6), (3600, 16), start_schedule=None), running=(1,))
    assert schedule(profiles, start=NOW + 600, duration=HOUR) == [(0, 6), (3000, 16)]


def test_a_profile_of_the_station_without_a_start_counts_from_its_receipt() -> None:
    """§7.9: determined by the station; transactions have no part in it."""
    floating = {"start_schedule": None, "received": NOW - 60}
    profiles = station(station_max(1, (0, 6), (100, 16), kind="Relative", **floating), running=(1,))
    assert schedule(profiles, duration=HOUR) == [(0, 6), (40, 16)]


def test_a_daily_profile_restarts_at_the_same_time_of_day_in_utc() -> None:
    """§7.37: also over the change to summer time, on 2026-03-29."""
    start = seconds(datetime.fromisoformat("2013-01-01T08:00:00+00:00"))
    daily = tx_default(
        1, 1, (0, 6), (12 * HOUR, 16), kind="Recurring", recurrency="Daily", start_schedule=start, duration=DAY
    )
    first = seconds(datetime.fromisoformat("2026-03-28T20:00:00+00:00"))
    expected = [(0, 16), (12 * HOUR, 6), (24 * HOUR, 16), (36 * HOUR, 6)]
    assert schedule(station(daily), start=first, duration=2 * DAY) == expected


def test_a_weekly_profile_restarts_on_the_same_day_of_the_week() -> None:
    """§7.37."""
    weekly = tx_default(
        1, 1, (0, 6), kind="Recurring", recurrency="Weekly", start_schedule=MIDNIGHT - 52 * WEEK, duration=DAY
    )
    assert schedule(station(weekly), duration=2 * WEEK, start=MIDNIGHT) == [
        (0, 6), (DAY, 32), (WEEK, 6), (WEEK + DAY, 32),
    ]  # fmt: skip


@pytest.mark.parametrize(("recurrency", "cycle"), [("Daily", DAY), ("Weekly", WEEK)])
def test_what_exceeds_a_recurring_round_never_runs(recurrency: str, cycle: int) -> None:
    """E 3.43, E 3.44."""
    long = tx_default(
        1, 1, (0, 6), (cycle - 10, 8), (cycle, 10), (cycle + 5, 12),
        kind="Recurring", recurrency=recurrency, start_schedule=NOW, duration=3 * cycle,
    )  # fmt: skip
    expected = [(0, 6), (cycle - 10, 8), (cycle, 6), (2 * cycle - 10, 8)]
    assert schedule(station(long), duration=2 * cycle) == expected


def test_between_two_rounds_a_lower_level_takes_over() -> None:
    """E 3.43."""
    short = tx_default(
        2, 1, (0, 6), stack_level=1, kind="Recurring", recurrency="Daily", start_schedule=NOW, duration=HOUR
    )
    profiles = station(tx_default(1, 1, (0, 10)), short)
    assert schedule(profiles, duration=2 * DAY) == [(0, 6), (HOUR, 10), (DAY, 6), (DAY + HOUR, 10)]


@pytest.mark.parametrize("kind", ["Absolute", "Recurring"])
def test_what_starts_in_the_future_is_not_imposed_before(kind: str) -> None:
    """K01.FR.30; 1.6 says the same by "starting point"."""
    later = tx_default(1, 1, (0, 6), kind=kind, recurrency="Daily", start_schedule=NOW + 5 * DAY)
    assert schedule(station(later), duration=6 * DAY) == [(0, 32), (5 * DAY, 6)]


# Purposes together


def test_the_lowest_of_all_limits_counts() -> None:
    """§3.13.3."""
    profiles = station(
        station_max(1, (0, 25), (10 * HOUR, 14)), tx_default(2, 0, (0, 10), (9 * HOUR, 20), (11 * HOUR, 32))
    )
    assert schedule(profiles) == [(0, 10), (HOUR, 20), (2 * HOUR, 14)]


def test_the_composite_schedule_of_an_evse_uses_the_whole_limit_of_the_station() -> None:
    """§5.7, §3.13.3: what others use is no part of it, but of the limit in force."""
    profiles = station(station_max(1, (0, 20)), running=(1, 2))
    assert schedule(profiles, evse=1) == [(0, 20)] and amps(profiles, NOW) == 20
    assert {evse: limit.limit for evse, limit in profiles.in_force(NOW).items()} == {1: 10, 2: 10}


def test_min_charging_rate_never_raises_a_limit() -> None:
    """§7.13."""
    profiles = station(tx_default(1, 1, (0, 0), (9 * HOUR, 4), min_charging_rate=6), running=(1,))
    assert schedule(profiles) == [(0, 0), (HOUR, 4)]
    assert profiles.in_force(NOW)[1].limit == 0 and profiles.in_force(NOW + HOUR)[1].limit == 4


def test_more_phases_than_there_are_leave_the_limit_as_it_is() -> None:
    """E 3.34."""
    profiles = ProfileSet([Cap(32, phases=1)])
    profiles.install(made(1, 1, Purpose.TxDefault, periods=[(0, 16, 3)]))
    limit = profiles.limit_at(NOW, 1)
    assert (limit.limit, limit.phases) == (16, 1)
    profiles.install(made(1, 1, Purpose.TxDefault, periods=[(0, 6900, 3)], unit="W"))
    limit = profiles.limit_at(NOW, 1)
    assert (limit.limit, limit.phases) == (10, 1)


def test_the_fewest_phases_count() -> None:
    profiles = station(station_max(1, periods=[(0, 20, 1)]), tx_default(2, 1, periods=[(0, 16, None)]))
    limit = profiles.limit_at(NOW, 1)
    assert (limit.limit, limit.phases) == (16, 1)
    limit = profiles.limit_at(NOW, 1, "W")
    assert (limit.limit, limit.phases) == (16 * 230, 1)  # not 20 A by way of the power: §3.13.3


# The station as a whole


def test_the_station_needs_what_its_evses_may_use_together() -> None:
    """§5.7, E 3.30: idle ones included, as the laboratories count."""
    profiles = station(tx_default(1, 0, (0, 6), start_schedule=NOW, duration=300), running=(1,))
    assert schedule(profiles, evse=0, duration=400) == [(0, 12), (300, 64)]


def test_the_station_never_needs_more_than_its_profile_and_its_connection_allow() -> None:
    profiles = ProfileSet([Cap(32), Cap(32)], Cap(50))
    assert schedule(profiles, evse=0) == [(0, 50)]
    profiles.install(station_max(1, (0, 40), start_schedule=NOW, duration=60))
    assert schedule(profiles, evse=0) == [(0, 40), (60, 50)]


def test_the_power_of_the_station_is_the_sum_over_evses_of_different_phases() -> None:
    profiles = ProfileSet([Cap(16, phases=1), Cap(16, phases=3)])
    limit = profiles.limit_at(NOW, 0, "W")
    assert (limit.limit, limit.phases) == (16 * 230 * 4, 3)


# Units


def test_watts_are_all_phases_together_amperes_one() -> None:
    """§7.12: line voltage times numberPhases, 3 if absent."""
    assert schedule(station(tx_default(1, 1, (0, 11_040), unit="W"))) == [(0, 16)]
    assert schedule(station(tx_default(1, 1, periods=[(0, 3680, 1)], unit="W"))) == [(0, 16)]
    assert schedule(station(tx_default(1, 1, (0, 16))), unit="W") == [(0, 11_040)]
    assert schedule(station(tx_default(1, 1, (0, 6600), unit="W"), volts=110)) == [(0, 20)]


def test_rounding_goes_down() -> None:
    profiles = station(tx_default(1, 1, (0, 11_000), unit="W"))
    assert schedule(profiles) == [(0, 15.9)]  # 15.942
    assert profiles.limit_at(NOW, 1).millionths == 15_942_028


def test_neighbours_that_are_the_same_on_the_wire_are_merged() -> None:
    """The laboratories compare the periods exactly."""
    profile = tx_default(1, 1, (0, 11_000), (60, 10_990), (120, 11_000), (180, 10_900), unit="W", start_schedule=NOW)
    profiles = station(profile)
    assert schedule(profiles) == [(0, 15.9), (180, 15.7)]
    assert profiles.next_change(NOW, 1) == NOW + 60  # but in force is the exact one


def test_units_may_be_mixed() -> None:
    profiles = station(
        station_max(1, (0, 6900), unit="W", start_schedule=NOW), tx_default(2, 0, (0, 16), (60, 8), start_schedule=NOW)
    )
    assert schedule(profiles) == [(0, 10), (60, 8)] and schedule(profiles, unit="W") == [(0, 6900), (60, 5520)]


# Local limits


def test_where_no_profile_speaks_the_local_limit_counts() -> None:
    profiles = station(tx_default(1, 1, (0, 10), start_schedule=NOW + 60, duration=60))
    assert schedule(profiles) == [(0, 32), (60, 10), (120, 32)]


def test_no_profile_raises_a_limit_above_the_local_one() -> None:
    profiles = station(tx_default(1, 1, (0, 63)))
    limit = profiles.limit_at(NOW, 1)
    assert (limit.limit, limit.why, limit.profile) == (32, "rating", None)


def test_a_restriction_counts_until_it_is_released() -> None:
    """§5.7, E 3.27: an ISO 15118 limit, a cable, load management."""
    profiles = station(tx_default(1, 1, (0, 16)), running=(1,))
    profiles.restrict(1, "iso15118", 10, phases=1)
    limit = profiles.limit_at(NOW, 1)
    assert (limit.limit, limit.phases, limit.why, limit.profile) == (10, 1, "iso15118", None)
    profiles.restrict(1, "iso15118", 12)
    assert amps(profiles, NOW) == 12
    profiles.restrict(0, "load management", 8_280, "W")
    assert amps(profiles, NOW) == 12 and amps(profiles, NOW, 2) == 12
    profiles.release(1, "iso15118")
    profiles.release(0, "load management")
    profiles.release(0, "never there")
    profiles.release(1, "rating")
    limit = profiles.limit_at(NOW, 1)
    assert (limit.limit, limit.why, limit.profile) == (16, "TxDefaultProfile", 1)
    with pytest.raises(FieldError, match="source"):
        profiles.restrict(1, "rating", 1000)


# Installing and removing


def test_the_same_id_is_replaced_wherever_it_is() -> None:
    """§5.16.3."""
    profiles = station(tx_default(1, 1, (0, 10)))
    (replaced,) = profiles.install(tx_default(1, 2, (0, 6), stack_level=5))
    assert (replaced.id, replaced.evse) == (1, 1)
    assert (amps(profiles, NOW, 1), amps(profiles, NOW, 2)) == (32, 6)


def test_the_same_stack_level_and_purpose_is_replaced_per_evse() -> None:
    """§3.13.2, §5.16.3."""
    profiles = station(tx_default(1, 0, (0, 10)), tx_default(2, 1, (0, 8)), station_max(3, (0, 30)))
    replaced = profiles.install(tx_default(4, 1, (0, 6), valid_from=NOW + 60))
    assert [profile.id for profile in replaced] == [2]
    assert schedule(profiles) == [(0, 30), (60, 6)]  # it reverts to the default behaviour until it is valid


def test_a_new_profile_may_replace_two() -> None:
    profiles = station(tx_default(1, 1, (0, 10)), tx_default(2, 1, (0, 8), stack_level=1))
    replaced = profiles.install(tx_default(1, 1, (0, 6), stack_level=1))
    assert sorted(profile.id for profile in replaced) == [1, 2] and [p.id for p in profiles.profiles] == [1]


def test_a_tx_profile_of_the_same_stack_level_replaces_that_of_the_remote_start() -> None:
    """E 3.42."""
    profiles = station(running=(1,))
    profiles.install(tx(1, 1, (0, 10), kind="Relative"))
    assert profiles.install(tx(2, 1, (0, 6), kind="Relative", stack_level=1, transaction=4711)) == []
    (replaced,) = profiles.install(tx(3, 1, (0, 8), kind="Relative", transaction=4711))
    assert replaced.id == 1 and amps(profiles, NOW) == 6


@pytest.mark.parametrize(
    ("criteria", "gone"),
    [
        ({}, {1, 2, 3, 4, 5}),
        ({"id": 2}, {2}),
        ({"id": 2, "evse": 9, "purpose": "TxProfile", "stack_level": 9}, {2}),  # E 3.26: the others are ignored
        ({"id": 99}, set()),
        ({"evse": 0}, {1, 2}),
        ({"evse": 1}, {3, 4, 5}),
        ({"purpose": "TxDefaultProfile"}, {2, 3, 4}),
        ({"stack_level": 0}, {1, 2, 3, 5}),
        ({"evse": 1, "purpose": "TxDefaultProfile"}, {3, 4}),
        ({"evse": 1, "purpose": "TxDefaultProfile", "stack_level": 1}, {4}),
        ({"evse": 0, "stack_level": 1}, set()),
    ],
)
def test_clearing_is_by_id_or_by_all_criteria_together(criteria: dict[str, Any], gone: set[int]) -> None:
    """§5.5, E 3.25, E 3.26."""
    profiles = station(
        station_max(1, (0, 30)), tx_default(2, 0, (0, 10)), tx_default(3, 1, (0, 8)),
        tx_default(4, 1, (0, 7), stack_level=1), tx(5, 1, (0, 6)), running=(1,),
    )  # fmt: skip
    assert {profile.id for profile in profiles.remove(**criteria)} == gone
    assert {profile.id for profile in profiles.profiles} == {1, 2, 3, 4, 5} - gone


def test_after_clearing_all_one_period_at_the_local_limit_is_left() -> None:
    profiles = station(station_max(1, (0, 30)), tx_default(2, 0, (0, 10), (9 * HOUR, 20)))
    profiles.remove()
    assert schedule(profiles) == [(0, 32)]


# Refusals


@pytest.mark.parametrize(
    ("profile", "field"),
    [
        (made(1, 1, "ChargingStationMaxProfile", (0, 6)), "evse"),  # §3.13.1
        (tx(1, 0, (0, 6)), "evse"),  # §3.13.1
        (tx(1, 2, (0, 6)), "transaction"),  # §3.13.1, §5.16.4: none runs there
        (tx(1, 1, (0, 6), transaction=4712), "transaction"),
        (tx_default(1, 3, (0, 6)), "evse"),
        (tx_default(1, 0, (0, 6), stack_level=9), "stack_level"),  # §9.4.1
        (tx_default(1, 0, *((60 * n, n) for n in range(25))), "periods"),  # §9.4.3
        (tx_default(1, 0, (0, 6000), unit="W"), "unit"),  # §9.4.2
    ],
)
def test_what_cannot_be_installed_names_the_field_and_changes_nothing(profile: Any, field: str) -> None:
    profiles = station(tx_default(7, 0, (0, 10)), running=(1,), max_stack_level=8, max_periods=24, units=("A",))
    with pytest.raises(FieldError) as error:
        profiles.install(profile)
    assert error.value.field == field
    assert [profile.id for profile in profiles.profiles] == [7] and amps(profiles, NOW) == 10


def test_only_so_many_are_installed_but_a_replacement_always_fits() -> None:
    """§9.4.5."""
    profiles = station(tx_default(1, 0, (0, 10)), tx_default(2, 1, (0, 10)), max_profiles=2)
    with pytest.raises(FieldError, match="profiles"):
        profiles.install(tx_default(3, 2, (0, 10)))
    profiles.install(tx_default(3, 1, (0, 6)))
    assert {profile.id for profile in profiles.profiles} == {1, 3}


def test_what_comes_with_a_remote_start_is_a_tx_profile_without_a_transaction() -> None:
    """§5.16.2, E 3.41."""
    profiles = station()
    profiles.check(tx(1, 1, (0, 6), kind="Relative"), starting=True)
    with pytest.raises(FieldError, match="transaction"):
        profiles.check(tx(1, 1, (0, 6), transaction=4711), starting=True)
    with pytest.raises(FieldError, match="purpose"):
        profiles.check(tx_default(1, 1, (0, 6)), starting=True)


@pytest.mark.parametrize("id", [0, -1, -2_147_483_648, "a0b1"])
def test_any_transaction_id_is_one(id: int | str) -> None:
    """E 3.54: never test its truth."""
    profiles = station()
    profiles.begin(1, NOW, id)
    profiles.install(tx(1, 1, (0, 6), transaction=id))
    assert amps(profiles, NOW) == 6
    with pytest.raises(FieldError):
        profiles.install(tx(2, 1, (0, 6), transaction=1))


def test_a_profile_that_names_its_transaction_waits_until_the_id_is_known() -> None:
    profiles = station()
    profiles.begin(1, NOW)
    with pytest.raises(FieldError, match="transaction"):
        profiles.install(tx(1, 1, (0, 6), transaction=7))
    profiles.begin(1, NOW, 7)
    profiles.install(tx(1, 1, (0, 6), transaction=7))
    assert amps(profiles, NOW) == 6


# Known answers

COMPOSITE = Path(__file__).parents[2] / "benchmarks" / "data" / "composite.json"


def of_file(*maximum: tuple[int, float]) -> list[tuple[int, float]]:
    """The composite schedule of composite.json; maximum: other periods of the station's profile."""
    given = json.loads(COMPOSITE.read_text("utf-8"))
    profiles = station(rating=1000)
    profiles.begin(1, seconds(datetime.fromisoformat(given["txStart"])), given["transactionId"])
    for entry in given["profiles"]:
        it = entry["csChargingProfiles"]
        schedule_ = it["chargingSchedule"]
        periods = [(p["startPeriod"], p["limit"], p["numberPhases"]) for p in schedule_["chargingSchedulePeriod"]]
        purpose = it["chargingProfilePurpose"].replace("ChargePoint", "ChargingStation")
        if purpose == Purpose.StationMax and maximum:
            periods = rows(*maximum)
        profiles.install(
            made(
                it["chargingProfileId"], entry["connectorId"], purpose, stack_level=it["stackLevel"],
                kind=it["chargingProfileKind"], recurrency=it.get("recurrencyKind"), periods=periods,
                start_schedule=seconds(datetime.fromisoformat(schedule_["startSchedule"])),
                duration=schedule_.get("duration"), transaction=it.get("transactionId"),
            )  # fmt: skip
        )
    return schedule(profiles, start=seconds(datetime.fromisoformat(given["now"])), duration=given["duration"])


ANSWER = [
    (0, 25.0), (3500, 16.0), (7000, 11.5), (10500, 22.3), (14000, 6.0), (17500, 20.7), (21000, 25.0), (24500, 13.1),
    (28000, 25.0), (31500, 16.0), (35000, 11.5), (38500, 22.3), (42000, 6.0), (45500, 20.7), (49000, 25.0),
    (52500, 13.1), (56000, 25.0), (59500, 16.0), (63000, 11.5), (66500, 22.3), (70000, 6.0), (73500, 20.7),
    (77000, 25.0), (80000, 16.0), (82800, 11.5),
]  # fmt: skip


def test_the_known_answer_of_three_profiles() -> None:
    assert of_file() == ANSWER


def test_the_known_answer_with_a_second_period_of_the_station() -> None:
    merged = {(49_000, 14), (59_500, 14), (77_000, 14), (80_000, 14)}  # the same as their neighbours before them
    expected = [(start, limit if start < 10 * HOUR else min(limit, 14)) for start, limit in ANSWER]
    answer = of_file((0, 25), (18 * HOUR, 14))
    assert answer == [entry for entry in expected if entry not in merged] and len(answer) == 21


def test_instants_are_whole_seconds_rounded_down() -> None:
    for text in ("2026-03-01T08:00:00.999+00:00", "2026-03-01T10:00:00+02:00", "2026-03-01T08:00:00Z"):
        assert seconds(datetime.fromisoformat(text)) == NOW
    assert seconds(datetime.fromisoformat("1969-12-31T23:59:59.500+00:00")) == -1
    assert instant(NOW).isoformat() == "2026-03-01T08:00:00+00:00"
