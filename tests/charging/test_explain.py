"""For every profile, why it does or does not set the limit."""

from __future__ import annotations

import pytest

from ocppcore.charging import Explanation, Profile, Verdict

from .stations import DAY, HOUR, NOW, station, station_max, tx, tx_default


@pytest.mark.parametrize(
    ("profile", "expected"),
    [
        (tx_default(1, 1, (0, 10)), Explanation(1, Verdict.SetsLimit)),
        (tx_default(1, 1, (0, 40)), Explanation(1, Verdict.NotLowest)),
        (tx_default(1, 1, (0, 10), valid_from=NOW + 5), Explanation(1, Verdict.NotYetValid, at=NOW + 5)),
        (tx_default(1, 1, (0, 10), valid_to=NOW), Explanation(1, Verdict.Expired, at=NOW)),
        (tx_default(1, 1, (0, 10), start_schedule=NOW + 5), Explanation(1, Verdict.NotStarted, at=NOW + 5)),
        (
            tx_default(1, 1, (0, 10), start_schedule=NOW - 60, duration=60),
            Explanation(1, Verdict.Ended, at=NOW),
        ),
        (
            tx_default(
                1, 1, (0, 10), start_schedule=NOW - HOUR, duration=60, kind="Recurring", recurrency="Daily"
            ),
            Explanation(1, Verdict.Pausing, at=NOW - HOUR + DAY),
        ),
        (tx_default(1, 2, (0, 10)), Explanation(1, Verdict.OtherEvse)),
        (station_max(1, (0, 10)), Explanation(1, Verdict.SetsLimit)),
        (station_max(1, (0, 40)), Explanation(1, Verdict.NotLowest)),
    ],
)
def test_a_profile_alone(profile: Profile, expected: Explanation) -> None:
    assert station(profile).explain(NOW, 1) == [expected]


def test_profiles_together() -> None:
    profiles = station(
        station_max(1, (0, 31)), tx_default(2, 0, (0, 10)), tx_default(3, 1, (0, 8)),
        tx_default(4, 0, (0, 9), stack_level=5), tx(5, 1, (0, 6)), tx(6, 1, (0, 7), stack_level=1),
        tx(7, 2, (0, 7)), running=(1, 2),
    )  # fmt: skip
    assert profiles.explain(NOW, 1) == [
        Explanation(6, Verdict.SetsLimit),
        Explanation(5, Verdict.LowerLevel, by=6),
        Explanation(7, Verdict.OtherEvse),
        Explanation(4, Verdict.OverruledByTxProfile, by=6),
        Explanation(2, Verdict.Shadowed, by=3),
        Explanation(3, Verdict.OverruledByTxProfile, by=6),
        Explanation(1, Verdict.NotLowest, by=6),
    ]


def test_a_limit_of_the_station_stands_before_an_evses() -> None:
    profiles = station(station_max(1, (0, 6)), tx_default(2, 1, (0, 10)))
    assert profiles.explain(NOW, 1) == [Explanation(2, Verdict.NotLowest, by=1), Explanation(1, Verdict.SetsLimit)]
    assert profiles.explain(NOW, 0) == [Explanation(2, Verdict.OtherEvse), Explanation(1, Verdict.SetsLimit)]


def test_a_tx_profile_waits_for_its_transaction() -> None:
    profiles = station(tx(1, 1, (0, 6), transaction=4711), running=(1,))
    profiles.begin(1, NOW, 4712)
    assert profiles.explain(NOW, 1) == [Explanation(1, Verdict.OtherTransaction)]


def test_a_relative_profile_of_a_transaction_that_began_later_is_not_started() -> None:
    profiles = station(tx_default(1, 1, (0, 6), kind="Relative"), running=(1,))
    assert profiles.explain(NOW - 1, 1) == [Explanation(1, Verdict.NotStarted, at=NOW)]


def test_an_explanation_reads_well() -> None:
    assert str(Explanation(5, Verdict.LowerLevel, by=6)) == "profile 5 is overruled by a higher stack level (profile 6)"
    assert repr(Explanation(5, Verdict.Expired, at=7)) == "Explanation(5, Expired, at=7)"
    assert Explanation(5, Verdict.Expired, at=7) != Explanation(5, Verdict.Expired, at=8)
