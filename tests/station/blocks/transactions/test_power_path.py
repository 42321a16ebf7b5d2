"""StartTransactionOnPowerPathClosed: energy is offered first, and the transaction begins when the EV takes it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ocppcore import v16
from ocppcore.hardware import EvState
from ocppcore.station.evse import EvseError
from ocppcore.testing.charging import ChargingBench, profile

START, STOP = v16.StartTransactionRequest, v16.StopTransactionRequest


def offering(**config: str) -> ChargingBench:
    """Card and cable are there, and the EV sleeps."""
    bench = ChargingBench(config={"StartTransactionOnPowerPathClosed": "true"} | config)
    bench.station.plug(1, bench.now)
    bench.run()
    bench.swipe()
    return bench


def take_energy(bench: ChargingBench) -> None:
    bench.station.ev_state(1, EvState.Charging, bench.now)
    bench.run()


def test_energy_is_offered_and_nothing_is_told_until_the_EV_takes_it() -> None:
    bench = offering()
    bench.meters[1] = 5000.0
    bench.advance(3600)
    assert bench.energy() and bench.status() == "Preparing" and not bench.sent(START)
    take_energy(bench)
    (start,) = bench.sent(START)
    assert start.timestamp == bench.utc and bench.status() == "Charging"


def test_ConnectionTimeOut_is_for_the_cable_and_not_for_an_EV_that_waits_for_the_night() -> None:
    """§9.1.6, E 3.77: a driver who fails to insert the cable. §4.9 B4 has no limit."""
    bench = offering(ConnectionTimeOut="30")
    bench.advance(12 * 3600)
    assert bench.energy() and bench.status() == "Preparing"
    take_energy(bench)
    assert len(bench.sent(START)) == 1


def test_all_that_flows_is_counted_even_if_the_meter_is_slow_then() -> None:
    bench = offering()
    bench.meter_is_slow = True
    take_energy(bench)
    bench.advance(3)
    bench.quicken_meter()
    bench.advance(597)
    bench.unplug()
    (booked,) = bench.ledger.transactions
    assert booked.energy_wh == int(bench.meters[1]) == 1200


def test_an_EV_that_asks_at_once_begins_at_once() -> None:
    bench = ChargingBench(config={"StartTransactionOnPowerPathClosed": "true"})
    bench.charge()
    assert len(bench.sent(START)) == 1


def stop_button(bench: ChargingBench) -> None:
    bench.press_stop()


def cable(bench: ChargingBench) -> None:
    bench.unplug()


def card(bench: ChargingBench) -> None:
    bench.swipe()


def fault(bench: ChargingBench) -> None:
    bench.station.error(1, EvseError("GroundFailure"), bench.now)
    bench.run()


def emergency(bench: ChargingBench) -> None:
    bench.station.emergency_stop(True, bench.now)
    bench.run()


def power_cut(bench: ChargingBench) -> None:
    bench.restart()


@pytest.mark.parametrize("ends", [stop_button, cable, card, fault, emergency, power_cut])
def test_an_offer_that_is_not_taken_ends_and_nobody_is_told(ends: Callable[[ChargingBench], None]) -> None:
    bench = offering()
    ends(bench)
    assert not bench.energy()
    take_energy(bench)
    assert not bench.energy() and not bench.sent(START, STOP) and not bench.store.get("transactions")


def test_limits_hold_from_the_offer_on_and_relative_ones_count_from_the_start() -> None:
    bench = ChargingBench(config={"StartTransactionOnPowerPathClosed": "true"})
    assert bench.give(profile(1, (0, 16), (600, 10))) == "Accepted"
    bench.station.plug(1, bench.now)
    bench.run()
    bench.swipe()
    assert bench.limit() == 16
    bench.advance(300)
    take_energy(bench)
    assert bench.limit() == 16
    bench.advance(599)
    assert bench.limit() == 16
    bench.advance(2)
    assert bench.limit() == 10


def test_a_limit_that_is_too_low_offers_nothing() -> None:
    bench = ChargingBench(config={"StartTransactionOnPowerPathClosed": "true"})
    assert bench.give(profile(1, (0, 0), (600, 16))) == "Accepted"
    bench.station.plug(1, bench.now)
    bench.run()
    bench.swipe()
    assert not bench.energy()
    bench.advance(600)
    assert bench.energy() and not bench.sent(START)


def test_the_profile_of_a_remote_start_goes_with_the_offer() -> None:
    bench = ChargingBench(config={"StartTransactionOnPowerPathClosed": "true"})
    bench.station.plug(1, bench.now)
    bench.run()
    assert bench.start_remotely(profile(3, (0, 12), purpose="TxProfile")) == "Accepted"
    assert bench.limit() == 12 and bench.installed == [3]
    bench.restart()
    assert bench.installed == [] and not bench.sent(START)
