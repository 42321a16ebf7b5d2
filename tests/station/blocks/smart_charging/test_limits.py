"""The limit in force: it reaches the hardware on the second it changes, and the status follows (1.6 §3.13)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ocppcore import v16
from ocppcore.errors import SetupError
from ocppcore.hardware import EvState
from ocppcore.station import Capabilities
from ocppcore.station.blocks.smart_charging.state import TIMER
from ocppcore.station.events import ChargingLimitChanged
from ocppcore.station.evse import EvseError
from ocppcore.testing.charging import ChargingBench, profile
from ocppcore.testing.rig import MEASURANDS

MOST = "ChargePointMaxProfile"
DAY = 86_400


def able(**more: object) -> Capabilities:
    return Capabilities(unlock=True, reset=True, measurands=MEASURANDS, **more)  # type: ignore[arg-type]


# On the second


def test_a_limit_changes_on_its_second() -> None:
    bench = ChargingBench()
    bench.give(profile(1, (0, 16), (60, 10), (61, 8.5), kind="Absolute", start=bench.utc))
    bench.charge()
    for seconds, limit in ((59.9, 16), (0.1, 10), (0.9, 10), (0.1, 8.5)):
        bench.advance(seconds)
        assert bench.limit() == limit


def test_between_changes_nobody_is_woken() -> None:
    bench = ChargingBench(config={"MeterValueSampleInterval": "0", "HeartbeatInterval": "0"})
    bench.give(profile(1, (0, 16), (3600, 10)))
    assert TIMER not in bench.station.ctx.timers, "no transaction runs"
    bench.charge()
    assert TIMER in bench.station.ctx.timers
    bench.advance(3600)
    assert TIMER not in bench.station.ctx.timers, "nothing will change any more"


def test_a_schedule_that_begins_with_the_transaction_counts_from_its_begin_reading() -> None:
    bench = ChargingBench()
    bench.give(profile(1, (0, 16), (60, 10)))
    bench.meter_is_slow = True
    bench.plug()
    bench.swipe()
    bench.advance(3)
    bench.quicken_meter()
    (start,) = bench.sent(v16.StartTransactionRequest)
    assert bench.utc - start.timestamp == timedelta(seconds=3)
    bench.advance(57)
    assert bench.limit() == 10


def test_a_schedule_of_a_day_recurs_to_the_second() -> None:
    bench = ChargingBench()
    midnight = bench.utc.replace(hour=0)
    bench.give(
        profile(1, (0, 10), (28_800, 16), (72_000, 10), kind="Recurring", recurrency="Daily", start=midnight), 1
    )
    bench.charge()
    assert bench.limit() == 16, "08:00"
    for hours, limit in ((11, 16), (1, 10), (11, 10), (1, 16)):
        bench.advance(hours * 3600)
        assert bench.limit() == limit
    bench.advance(12 * 3600 - 1)
    assert bench.limit() == 16
    bench.advance(1)
    assert bench.limit() == 10


def test_a_profile_ends_when_it_is_void() -> None:
    bench = ChargingBench()
    later = bench.utc + timedelta(seconds=100)
    bench.give(profile(1, (0, 9), kind="Absolute", start=bench.utc, valid_to=later))
    bench.charge()
    assert bench.limit() == 9
    bench.advance(99)
    assert bench.limit() == 9
    bench.advance(1)
    assert bench.limit() == 32


def test_a_profile_that_is_cleared_ends_at_once() -> None:
    bench = ChargingBench()
    bench.give(profile(1, (0, 9)))
    bench.charge()
    assert bench.clear(id=1) == "Accepted"
    assert bench.limit() == 32


def test_the_clock_is_corrected_during_a_transaction() -> None:
    """What counts from the begin of the transaction does not move; what counts from an instant does."""
    bench = ChargingBench()
    bench.give(profile(1, (0, 16), (600, 10)), 1)
    bench.give(profile(2, (0, 20), (7200, 13), kind="Absolute", start=bench.utc), 2)
    bench.charge(1)
    bench.charge(2, "TAG2")
    bench.station.set_utc(bench.utc + timedelta(hours=2), bench.now)
    bench.run()
    assert (bench.limit(1), bench.limit(2)) == (16, 13)
    bench.advance(599)
    assert bench.limit(1) == 16
    bench.advance(1)
    assert bench.limit(1) == 10


def test_without_a_transaction_there_is_no_limit() -> None:
    bench = ChargingBench()
    bench.give(profile(1, (0, 16)))
    assert bench.limit() is None
    bench.charge()
    assert bench.limit() == 16
    bench.press_stop()
    assert bench.limit() is None


def test_each_change_is_an_event() -> None:
    bench = ChargingBench()
    bench.give(profile(7, (0, 16), (60, 10, 1)))
    bench.charge()
    bench.advance(60)
    bench.press_stop()
    changes = [event for event in bench.events if isinstance(event, ChargingLimitChanged)]
    seen = [(e.evse, e.limit_a, e.phases, e.why, e.profile) for e in changes]
    why = "TxDefaultProfile"
    assert seen == [(1, 16, 3, why, 7), (1, 10, 1, why, 7), (1, None, None, None, None)]


# Energy and status


@pytest.mark.parametrize(("limit", "flows"), [(0, False), (5.9, False), (6, True)])
def test_a_limit_too_low_to_offer_is_SuspendedEVSE(limit: float, flows: bool) -> None:
    bench = ChargingBench()
    bench.charge()
    bench.take()
    bench.give(profile(1, (0, limit)))
    assert bench.energy() is flows
    assert bench.statuses(1) == ([] if flows else ["SuspendedEVSE"])


def test_energy_comes_back_with_the_limit() -> None:
    bench = ChargingBench()
    bench.give(profile(1, (0, 0), (60, 16)))
    bench.plug()
    bench.take()
    bench.swipe()
    assert (bench.energy(), bench.statuses(1)) == (False, ["SuspendedEVSE"])
    bench.advance(60)
    assert (bench.energy(), bench.statuses(1)[1:]) == (True, ["Charging"])


def test_the_least_that_can_be_offered_is_the_hardwares() -> None:
    bench = ChargingBench(capabilities=able(min_current_a=8.0))
    bench.give(profile(1, (0, 7)))
    bench.plug()
    bench.swipe()
    assert not bench.energy()


def test_what_is_offered_is_told_in_meter_values() -> None:
    bench = ChargingBench(
        capabilities=Capabilities(measurands=("Current.Offered",)),
        config={"MeterValuesSampledData": "Current.Offered", "MeterValueSampleInterval": "10"},
    )
    bench.give(profile(1, (0, 13.5), (15, 3)))
    bench.charge()
    bench.advance(20)
    values = [m.meter_value[0].sampled_value[0].value for m in bench.sent(v16.MeterValuesRequest)]
    assert values == ["13.5", "0.0"] or values == ["13.5", "0"]


# The place


def test_the_rating_holds_whatever_a_profile_says() -> None:
    bench = ChargingBench(capabilities=able(max_current_a=20))
    bench.charge()
    assert bench.limit() == 20
    bench.give(profile(1, (0, 32)))
    assert bench.limit() == 20
    assert bench.schedule(60) == [(0, 20, 3)]


def test_watts_become_amperes_by_the_nominal_voltage_and_the_phases_of_the_period() -> None:
    """1.6 §7.12."""
    bench = ChargingBench(capabilities=able(volts=230))
    bench.give(profile(1, (0, 6900), (60, 3680, 1), unit="W"))
    bench.charge()
    assert bench.limit() == 10
    bench.advance(60)
    assert bench.limit() == 16


def test_more_phases_than_there_are_leave_the_limit_as_it_is() -> None:
    """E 3.34."""
    bench = ChargingBench(capabilities=able(phases=1))
    bench.give(profile(1, (0, 10, 3)))
    bench.charge()
    assert bench.limit() == 10
    assert bench.schedule(60) == [(0, 10, 1)]


@pytest.mark.parametrize(("switches", "wanted"), [(True, 1), (False, None)])
def test_phases_are_switched_where_the_hardware_can(switches: bool, wanted: int | None) -> None:
    bench = ChargingBench(capabilities=able(switches_phases=switches))
    assert bench.get_key("ConnectorSwitch3to1PhaseSupported") == str(switches).lower()
    bench.give(profile(1, (0, 16, 3), (60, 16, 1), (120, 16, 2)))
    bench.charge()
    assert bench.station.want(1).phases == (3 if switches else None)
    for _ in range(2):
        bench.advance(60)
        assert bench.station.want(1).phases == wanted


@pytest.mark.parametrize(
    "wrong", [{"phases": 4}, {"volts": 0}, {"max_current_a": -1.0}, {"grid_current_a": float("nan")}]
)
def test_a_place_that_there_is_not(wrong: dict[str, object]) -> None:
    with pytest.raises(SetupError, match=next(iter(wrong))):
        ChargingBench(capabilities=able(**wrong))


def test_a_station_without_smart_charging_keeps_the_limits_of_the_place() -> None:
    bench = ChargingBench(boot=False, capabilities=able(grid_current_a=40))
    bench.setup.without = frozenset({"SmartCharging"})
    bench.restart()
    bench.charge(1)
    bench.charge(2, "TAG2")
    assert (bench.limit(1), bench.limit(2)) == (20, 20)


# What EVSEs share


def test_a_limit_of_the_station_is_shared_by_those_that_charge() -> None:
    bench = ChargingBench()
    bench.give(profile(1, (0, 24), purpose=MOST, kind="Absolute", start=bench.utc))
    bench.charge(1)
    assert bench.limit(1) == 24
    bench.charge(2, "TAG2")
    assert (bench.limit(1), bench.limit(2)) == (12, 12)
    bench.press_stop(1)
    assert bench.limit(2) == 24


def test_an_EV_that_asks_for_nothing_is_kept_the_least_that_lets_it_ask() -> None:
    bench = ChargingBench(capabilities=able(grid_current_a=32))
    bench.charge(1)
    bench.charge(2, "TAG2")
    assert (bench.limit(1), bench.limit(2)) == (16, 16)
    bench.station.ev_state(1, EvState.Connected, bench.now)
    bench.run()
    assert (bench.limit(1), bench.limit(2)) == (6, 26)
    bench.station.ev_state(1, EvState.Charging, bench.now)
    bench.run()
    assert (bench.limit(1), bench.limit(2)) == (16, 16)


def test_an_EVSE_that_can_not_charge_needs_nothing() -> None:
    bench = ChargingBench(capabilities=able(grid_current_a=32))
    bench.charge(1)
    bench.charge(2, "TAG2")
    bench.station.error(1, EvseError("GroundFailure"), bench.now)
    bench.run()
    assert (bench.limit(1), bench.limit(2)) == (0, 32)
    bench.station.clear_error(1, "GroundFailure", bench.now)
    bench.run()
    assert (bench.limit(1), bench.limit(2)) == (16, 16)


def test_where_there_is_too_little_for_two_the_first_one_charges() -> None:
    bench = ChargingBench(capabilities=able(grid_current_a=10))
    bench.charge(1)
    bench.advance(5)
    bench.plug(2)
    bench.swipe("TAG2", 2)
    assert (bench.energy(1), bench.energy(2)) == (True, False)
    assert bench.status(2) == "SuspendedEVSE"
    bench.press_stop(1)
    assert (bench.limit(2), bench.energy(2)) == (10, True)


def test_the_composite_schedule_of_an_EVSE_has_the_whole_limit_of_the_station() -> None:
    """Decisions: Smart charging 21."""
    bench = ChargingBench()
    bench.give(profile(1, (0, 24), purpose=MOST, kind="Absolute", start=bench.utc))
    bench.charge(1)
    bench.charge(2, "TAG2")
    assert bench.schedule(60) == [(0, 24, 3)]
    assert bench.schedule(60, connector=0) == [(0, 24, 3)]
