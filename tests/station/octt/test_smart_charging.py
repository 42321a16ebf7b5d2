"""The certification cases about charging profiles, by id (Smart Charging profile of 1.6), and what laboratories insist
upon there."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ocppcore import v16
from ocppcore.testing.charging import ChargingBench, profile

START, STOP = v16.StartTransactionRequest, v16.StopTransactionRequest
THREE_HOURS = 3 * 3600
LOCAL = (0, 32.0, 3)  # the local limit


@pytest.mark.parametrize("connector", [0, 1])
def test_TC_056_CS_a_TxDefaultProfile_and_its_composite_schedule(connector: int) -> None:
    bench = ChargingBench()
    default = profile(1, (0, 6), (60, 10), (120, 8), kind="Absolute", start=bench.utc, duration=300)
    assert bench.give(default, connector) == "Accepted"
    answer = bench.composite(350, unit="A")
    assert (answer.status, answer.connector_id, answer.schedule_start) == ("Accepted", 1, bench.utc)
    assert answer.charging_schedule is not None
    assert answer.charging_schedule.duration == 350
    assert answer.charging_schedule.start_schedule is None, "E 3.57"
    assert bench.schedule(350) == [(0, 6, 3), (60, 10, 3), (120, 8, 3), (300, 32, 3)]
    bench.charge()
    assert bench.limit() == 6


def test_TC_057_CS_a_TxProfile_and_its_composite_schedule() -> None:
    bench = ChargingBench()
    bench.charge()
    mine = profile(
        1, (0, 6), (60, 10), (120, 8), purpose="TxProfile", kind="Absolute", start=bench.utc, duration=300,
        transaction=bench.transaction(),
    )  # fmt: skip
    assert bench.give(mine, 1) == "Accepted"
    assert bench.schedule(350) == [(0, 6, 3), (60, 10, 3), (120, 8, 3), (300, 32, 3)]
    assert bench.limit() == 6
    bench.advance(60)
    assert bench.limit() == 10


def test_TC_058_1_CS_a_TxProfile_and_no_transaction() -> None:
    bench = ChargingBench()
    bench.plug()
    assert bench.give(profile(1, (0, 6), purpose="TxProfile"), 1) == "Rejected"
    assert bench.installed == []


def test_TC_058_2_CS_a_TxProfile_for_another_transaction() -> None:
    bench = ChargingBench()
    bench.charge()
    other = profile(1, (0, 6), purpose="TxProfile", transaction=(bench.transaction() or 0) + 1)
    assert bench.give(other, 1) == "Rejected"
    assert (bench.installed, bench.limit()) == ([], 32)


@pytest.mark.parametrize("connector", [0, 1])
def test_TC_082_CS_a_TxDefaultProfile_during_a_transaction(connector: int) -> None:
    bench = ChargingBench()
    bench.charge()
    assert bench.limit() == 32
    default = profile(1, (0, 6), (60, 10), kind="Absolute", start=bench.utc, duration=300)
    assert bench.give(default, connector) == "Accepted"
    assert bench.limit() == 6
    assert bench.schedule(310) == [(0, 6, 3), (60, 10, 3), (300, 32, 3)]
    assert bench.give(profile(1, (0, 12), kind="Absolute", start=bench.utc), connector) == "Accepted"
    assert bench.limit() == 12, "a changed one takes effect, too (E 3.8)"
    assert not bench.sent(STOP)


def test_TC_066_CS_the_composite_schedule_of_all_purposes() -> None:
    bench = ChargingBench()
    bench.charge()
    begin, most = bench.utc, "ChargePointMaxProfile"
    bench.give(profile(1, (0, 10), purpose=most, kind="Absolute", start=begin, duration=86_400))
    bench.give(profile(2, (0, 6), (40, 10), (120, 8), (180, 25), (260, 8), kind="Absolute", start=begin, duration=300))
    bench.give(
        profile(
            3, (0, 8), (50, 11), (140, 16), (200, 6), (240, 12), purpose="TxProfile", kind="Absolute", start=begin,
            duration=260, transaction=bench.transaction(),
        ),
        1,
    )  # fmt: skip
    # Up to 260 s the TxProfile, none above 10 A; to 300 s the TxDefaultProfile; then the station's 10 A alone.
    assert bench.schedule(400) == [(0, 8, 3), (50, 10, 3), (200, 6, 3), (240, 10, 3), (260, 8, 3), (300, 10, 3)]
    for second, limit in ((0, 8), (50, 10), (200, 6), (240, 10), (260, 8), (300, 10)):
        bench.advance((begin + timedelta(seconds=second) - bench.utc).total_seconds())
        assert bench.limit() == limit, second


def test_TC_067_CS_profiles_are_cleared() -> None:
    bench = ChargingBench()
    bench.charge()
    most = "ChargePointMaxProfile"
    bench.give(profile(1, (0, 20), purpose=most, kind="Absolute", start=bench.utc))
    bench.give(profile(2, (0, 16), kind="Absolute", start=bench.utc))
    bench.give(profile(3, (0, 10), level=1, kind="Absolute", start=bench.utc), 1)
    assert bench.schedule(300) == [(0, 10, 3)]
    assert bench.clear(id=3) == "Accepted"
    assert bench.schedule(300) == [(0, 16, 3)]
    assert bench.clear(charging_profile_purpose="TxDefaultProfile", stack_level=0) == "Accepted"
    assert bench.schedule(300) == [(0, 20, 3)]
    assert bench.clear(id=3) == "Unknown"
    assert bench.clear() == "Accepted"
    assert bench.schedule(300) == [LOCAL]
    assert (bench.installed, bench.limit()) == ([], 32)


def test_TC_072_CS_stacked_profiles() -> None:
    bench = ChargingBench()
    bench.charge()
    low = profile(1, (0, 7), (100, 9), purpose="TxProfile", kind="Absolute", start=bench.utc, duration=400)
    high = profile(2, (0, 8), (50, 6), level=1, purpose="TxProfile", kind="Absolute", start=bench.utc, duration=150)
    assert (bench.give(low, 1), bench.give(high, 1)) == ("Accepted", "Accepted")
    assert bench.schedule(400) == [(0, 8, 3), (50, 6, 3), (150, 9, 3)]
    assert bench.limit() == 8
    bench.advance(50)
    assert bench.limit() == 6
    bench.advance(100)
    assert bench.limit() == 9


@pytest.mark.parametrize("authorize", ["true", "false"])
@pytest.mark.parametrize("cable_first", [True, False])
def test_TC_059_CS_a_remote_start_with_a_profile(authorize: str, cable_first: bool) -> None:
    bench = ChargingBench(config={"AuthorizeRemoteTxRequests": authorize})
    if cable_first:
        bench.plug()
    assert bench.start_remotely(profile(1, (0, 6), (60, 10), purpose="TxProfile")) == "Accepted"
    if not cable_first:
        bench.plug()
    assert len(bench.sent(START)) == 1
    assert (bench.limit(), bench.installed) == (6, [1])
    assert bench.schedule(100) == [(0, 6, 3), (60, 10, 3)]
    bench.advance(60)
    assert bench.limit() == 10


@pytest.mark.parametrize("purpose", ["TxDefaultProfile", "ChargePointMaxProfile"])
def test_TC_060_CS_a_remote_start_with_a_profile_of_another_purpose(purpose: str) -> None:
    bench = ChargingBench()
    bench.plug()
    assert bench.start_remotely(profile(1, (0, 6), purpose=purpose)) == "Rejected"
    assert (bench.sent(START), bench.installed) == ([], [])


# Points that laboratories insist upon


def test_a_TxDefaultProfile_shows_without_a_transaction_too() -> None:
    bench = ChargingBench()
    bench.give(profile(1, (0, 6), (60, 10)))
    assert bench.schedule(100) == [(0, 6, 3), (60, 10, 3)]


def test_where_no_profile_speaks_the_local_limit_does() -> None:
    bench = ChargingBench()
    assert bench.schedule(100) == [LOCAL]
    assert bench.schedule(100, connector=0) == [(0, 64, 3)]
    later = bench.utc + timedelta(seconds=30)
    bench.give(profile(1, (0, 6), kind="Absolute", start=later, duration=20))
    assert bench.schedule(100) == [LOCAL, (30, 6, 3), (50, 32, 3)]


def test_equal_neighbours_are_one_period() -> None:
    bench = ChargingBench()
    bench.give(profile(1, (0, 6), (10, 6), (20, 6), (30, 7)))
    assert bench.schedule(100) == [(0, 6, 3), (30, 7, 3)]


def test_after_clearing_there_is_one_period_at_the_local_limit() -> None:
    bench = ChargingBench()
    bench.give(profile(1, (0, 6), (10, 8)))
    bench.clear()
    assert bench.schedule(100) == [LOCAL]


def test_a_TxProfile_that_ends_falls_back_to_the_TxDefaultProfile() -> None:
    bench = ChargingBench()
    bench.give(profile(1, (0, 10)))
    bench.charge()
    bench.give(profile(2, (0, 20), purpose="TxProfile", kind="Absolute", start=bench.utc, duration=60), 1)
    assert bench.schedule(THREE_HOURS) == [(0, 20, 3), (60, 10, 3)]
    bench.advance(60)
    assert bench.limit() == 10


def test_profiles_survive_a_power_cycle() -> None:
    bench = ChargingBench()
    bench.give(profile(1, (0, 20), purpose="ChargePointMaxProfile", kind="Absolute", start=bench.utc))
    bench.give(profile(2, (0, 10), (1800, 16)), 1)
    before = bench.schedule(THREE_HOURS)
    bench.restart()
    assert bench.schedule(THREE_HOURS) == before == [(0, 10, 3), (1800, 16, 3)]
