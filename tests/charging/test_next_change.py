"""next_change() is the first second at which the answer differs, however far away, and None if there is none."""

from __future__ import annotations

import pytest

from ocppcore.charging import Cap, Profile, ProfileSet

from .stations import DAY, HOUR, MIDNIGHT, NOW, WEEK, schedule, station, station_max, tx, tx_default

FAR = NOW + 3000 * DAY
FLAT = {"kind": "Recurring", "recurrency": "Daily"}


@pytest.mark.parametrize(
    "profile",
    [
        tx_default(1, 1, (0, 10), valid_to=FAR),
        tx_default(1, 1, (0, 10), valid_from=FAR),
        tx_default(1, 1, (0, 10), start_schedule=FAR),
        tx_default(1, 1, (0, 10), start_schedule=NOW, duration=FAR - NOW),
        tx_default(1, 1, (0, 10), (FAR - NOW, 11), start_schedule=NOW),
        tx_default(1, 1, (0, 10), valid_to=FAR, **FLAT),
        tx_default(1, 1, (0, 10), valid_from=FAR, **FLAT),
        tx_default(1, 1, (0, 10), **{**FLAT, "start_schedule": FAR}),
    ],
)
def test_a_change_in_eight_years_is_found_behind_a_lower_limit_that_recurs(profile: Profile) -> None:
    """The other profile changes every hour, but never below 32 A."""
    hourly = [(hour * HOUR, 33 + hour % 2) for hour in range(24)]
    busy = station_max(2, *hourly, **FLAT)
    profiles = station(profile, busy)
    assert profiles.next_change(NOW, 1) == FAR
    assert profiles.next_change(FAR - 1, 1) == FAR and profiles.next_change(FAR, 1) is None


def test_what_recurs_without_a_difference_never_changes() -> None:
    profiles = station(tx_default(1, 1, (0, 10), (HOUR, 10), **FLAT))
    assert profiles.next_change(NOW, 1) is None


def test_a_difference_on_the_last_day_of_a_week_is_found() -> None:
    weekly = tx_default(1, 1, (0, 10), (WEEK - 1, 11), kind="Recurring", recurrency="Weekly", start_schedule=NOW)
    profiles = station(weekly)
    assert profiles.next_change(NOW, 1) == NOW + WEEK - 1
    assert profiles.next_change(NOW + WEEK - 1, 1) == NOW + WEEK


def test_a_change_is_found_behind_all_that_a_station_of_default_limits_can_hold() -> None:
    """50 profiles of 100 periods (keys16.py), or 5 of 1000, change 35,000 times a week; here, all above the rating."""
    profiles = ProfileSet([Cap(6)] * 5)
    for evse in range(1, 6):
        busy = [(period * 86, 16 + period % 2) for period in range(1000)]
        profiles.install(tx_default(evse, evse, *busy, **{**FLAT, "start_schedule": MIDNIGHT + evse}))
    profiles.install(station_max(6, (0, 32), (6 * DAY, 20), kind="Recurring", recurrency="Weekly", start_schedule=NOW))
    assert profiles.limit_at(NOW, 0).limit == 30
    assert profiles.next_change(NOW, 0) == NOW + 6 * DAY


def test_a_change_of_the_phases_is_one() -> None:
    profiles = station(tx_default(1, 1, periods=[(0, 10, 3), (9 * HOUR, 10, 1)]))
    assert profiles.next_change(NOW, 1) == NOW + HOUR


def test_a_change_below_a_higher_level_is_none() -> None:
    profiles = station(tx_default(1, 1, (0, 10), (9 * HOUR, 11)), tx_default(2, 1, (0, 9), stack_level=1))
    assert profiles.next_change(NOW, 1) is None


def test_of_the_limits_in_force_each_running_transaction_and_the_station_count() -> None:
    profiles = station(
        station_max(1, (0, 25), (12 * HOUR, 20)), tx_default(2, 1, (0, 10), (9 * HOUR, 6)),
        tx_default(3, 2, (0, 10), (10 * HOUR, 6)),
    )  # fmt: skip
    assert profiles.next_change(NOW) == MIDNIGHT + 12 * HOUR
    profiles.begin(2, NOW)
    assert profiles.next_change(NOW) == MIDNIGHT + 10 * HOUR
    profiles.begin(1, NOW)
    assert profiles.next_change(NOW) == MIDNIGHT + 9 * HOUR
    assert profiles.next_change(MIDNIGHT + 12 * HOUR) is None


def test_another_min_charging_rate_changes_how_a_limit_is_shared_out() -> None:
    later = {"start_schedule": NOW + 60, "stack_level": 1}
    profiles = station(
        station_max(1, (0, 16)), tx_default(2, 0, (0, 32)), tx_default(3, 1, (0, 32), min_charging_rate=12, **later),
        running=(1, 2),
    )  # fmt: skip
    assert profiles.next_change(NOW, 1) is None and profiles.next_change(NOW) == NOW + 60
    assert {evse: limit.limit for evse, limit in profiles.in_force(NOW).items()} == {1: 8, 2: 8}
    assert {evse: limit.limit for evse, limit in profiles.in_force(NOW + 60).items()} == {1: 14, 2: 2}


# Defects of another implementation, each with the numbers under which it was found


def test_a_validity_that_ends_is_a_change() -> None:
    """It was ignored: 9 A still, 8 minutes after the profile had expired."""
    profiles = station(tx_default(1, 1, (0, 9), valid_to=NOW + 600))
    assert profiles.next_change(NOW, 1) == NOW + 600
    assert profiles.limit_at(NOW + 600 + 480, 1).limit == 32


def test_a_higher_stack_level_that_starts_later_is_a_change() -> None:
    """It was missed: 32 A instead of 6, live and in the composite schedule."""
    later = tx_default(2, 1, (0, 6), stack_level=1, start_schedule=NOW + 600)
    profiles = station(tx_default(1, 1, (0, 32)), later)
    assert profiles.next_change(NOW, 1) == NOW + 600
    assert [(period.start, period.limit) for period in profiles.composite(1, NOW, 1800)] == [(0, 32), (600, 6)]


def test_no_period_of_either_purpose_is_lost_when_two_are_merged() -> None:
    """8@0 and 10@1789 came out; 12@600 was lost."""
    profiles = station(
        station_max(1, (0, 12), (1789, 10), start_schedule=NOW),
        tx_default(2, 1, (0, 8), (600, 16), start_schedule=NOW),
    )
    found = [(period.start, period.limit) for period in profiles.composite(1, NOW, 3600)]
    assert found == [(0, 8), (600, 12), (1789, 10)]


def test_gaps_have_the_local_limit_and_no_negative_one() -> None:
    """They were told as limit -1 and numberPhases -1; and minChargingRate was lost when profiles were loaded again."""
    gap = tx_default(1, 1, (0, 10), start_schedule=NOW + 60, duration=60, min_charging_rate=6.5)
    profiles = station(gap)
    periods = profiles.composite(1, NOW, 180)
    assert [(period.limit, period.phases) for period in periods] == [(32, 3), (10, 3), (32, 3)]
    assert profiles.profiles[0].min_charging_rate == 6.5


def test_units_are_converted_and_not_left_to_the_host() -> None:
    profiles = ProfileSet([Cap(32)])
    profiles.begin(1, NOW, 1)
    profiles.install(station_max(1, (0, 6900), unit="W"))
    profiles.install(tx_default(2, 1, (0, 16)))
    profiles.install(tx(3, 1, (0, 4140), (9 * HOUR, 11_040), unit="W"))
    assert schedule(profiles) == [(0, 6), (HOUR, 10)]
    assert schedule(profiles, unit="W") == [(0, 4140), (HOUR, 6900)]
