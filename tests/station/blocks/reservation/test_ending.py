"""How reservations end, and what survives (1.6 §5.1, §5.13)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from ocppcore import v16
from ocppcore.station.events import ReservationChanged
from ocppcore.station.evse import EvseError
from ocppcore.testing.bench import Bench

START, STATUS = v16.StartTransactionRequest, v16.StatusNotificationRequest


def reserved(connector: int = 1, parent: str | None = None, **how: Any) -> Bench:
    """A station with a reservation for the token T."""
    bench = Bench(**how)
    assert bench.reserve(connector, parent=parent) == "Accepted"
    bench.take()
    return bench


def cancel(bench: Bench, id: int = 5) -> Any:
    return bench.ask(v16.CancelReservationRequest(reservation_id=id)).status


def ends(bench: Bench) -> list[str]:
    """How reservations ended."""
    told = [event.what for event in bench.events if isinstance(event, ReservationChanged)]
    return [what for what in told if what not in ("made", "replaced")]


def rows(bench: Bench) -> dict[str, str]:
    return dict(bench.store.get("reservation", {}))


def started(bench: Bench) -> list[tuple[int, str, int | None]]:
    return [(start.connector_id, start.id_tag, start.reservation_id) for start in bench.sent(START)]


# The end


@pytest.mark.parametrize("connector", [0, 1])
@pytest.mark.parametrize("evse", [0, 1])
def test_a_fault_ends_it(connector: int, evse: int) -> None:
    bench = reserved(connector)
    bench.station.error(evse, EvseError("GroundFailure"), bench.now)
    bench.run()
    station_only = connector == 0 and evse == 1
    assert ends(bench) == ([] if station_only else ["out of service"])
    bench.station.clear_error(evse, "GroundFailure", bench.now)
    bench.run()
    assert bench.status(1) == "Available"


@pytest.mark.parametrize("connector", [0, 1])
def test_Unavailable_ends_it(connector: int) -> None:
    bench = reserved(connector)
    kind = v16.AvailabilityType.Inoperative
    assert bench.ask(v16.ChangeAvailabilityRequest(connector_id=connector, type=kind)).status == "Accepted"
    assert bench.status(1) == "Unavailable" and ends(bench) == ["out of service"]
    assert not rows(bench)


def test_it_ends_on_the_second_and_at_once_after_a_correction_of_the_clock() -> None:
    bench = reserved()
    bench.advance(599.9)
    assert bench.status() == "Reserved"
    bench.advance(0.1)
    assert bench.status() == "Available" and ends(bench) == ["expired"]
    assert bench.reserve() == "Accepted"
    bench.station.set_utc(bench.utc + timedelta(seconds=700), bench.now)
    bench.run()
    assert bench.status() == "Available" and ends(bench) == ["expired", "expired"]


def test_a_clock_that_goes_back_makes_it_last() -> None:
    bench = reserved()
    slow = timedelta(seconds=300)
    bench.answers[v16.HeartbeatRequest] = lambda _: v16.HeartbeatResponse(current_time=bench.utc - slow)
    bench.station.set_utc(bench.utc - slow, bench.now)
    bench.advance(899)
    assert bench.status() == "Reserved"
    bench.advance(1)
    assert bench.status() == "Available"


def test_several_end_one_after_the_other() -> None:
    bench = Bench(evses=3)
    for connector, seconds in ((1, 30), (2, 10), (3, 20)):
        assert bench.reserve(connector, id=connector, seconds=seconds) == "Accepted"
    begin, told = bench.now, []
    bench.take()
    for _ in range(4):
        bench.advance(10)
        told.append([status.connector_id for status in bench.take(STATUS)])
    assert told == [[2], [3], [1], []] and bench.now == begin + 40


def test_expired_while_its_customer_is_about_to_plug_in() -> None:
    bench = reserved()
    bench.advance(590)
    bench.swipe("TAG1", 1)
    bench.advance(20)
    bench.plug()
    assert started(bench) == [(1, "TAG1", None)]


def test_a_token_that_waits_too_long_leaves_it_reserved() -> None:
    bench = reserved()
    bench.swipe("TAG1", 1)
    bench.advance(60)
    assert bench.statuses(1) == ["Preparing", "Reserved"]
    bench.charge(token="TAG1")
    assert started(bench) == [(1, "TAG1", 5)]


def test_what_is_used_can_not_be_cancelled() -> None:
    bench = reserved()
    bench.charge(token="TAG1")
    assert cancel(bench) == "Rejected"
    assert ends(bench) == ["used"] and not rows(bench)


def test_a_start_that_a_fault_prevents_has_used_nothing_and_says_nothing() -> None:
    bench = reserved(0)
    bench.meter_is_slow = True
    bench.plug(1)
    bench.swipe("TAG1", 1)
    bench.station.error(1, EvseError("GroundFailure"), bench.now)
    bench.run()
    bench.quicken_meter()
    assert not bench.sent(START) and rows(bench)
    bench.charge(2, "TAG1")
    assert started(bench) == [(2, "TAG1", 5)]


# Restarts


def test_it_survives_a_restart() -> None:
    bench = reserved(parent="G")
    bench.restart()
    assert bench.status() == "Reserved"
    bench.file("Y", parent="G")
    bench.charge(token="Y")
    assert started(bench)[-1] == (1, "Y", 5)


def test_one_that_expired_while_the_power_was_off() -> None:
    bench = reserved()
    bench.station.stop(bench.now)
    bench.now += 1000
    bench.restart()
    assert bench.status() == "Available" and ends(bench) == ["expired"]


def test_while_the_clock_is_unknown_it_goes_on_and_ends_when_the_clock_is_set() -> None:
    bench = reserved()
    bench.clock_known = False
    bench.now += 1000
    bench.reachable = False
    bench.restart()
    assert bench.station.ctx.utc is None and bench.status() == "Reserved"
    bench.station.set_utc(bench.utc, bench.now)
    bench.run()
    assert bench.status() == "Available"


def test_a_station_that_has_lost_the_connector_forgets_it() -> None:
    bench = reserved(2)
    bench.setup.evses = 1
    bench.restart()
    assert not rows(bench)
    bench.charge()


def test_the_use_is_stored_with_the_transaction() -> None:
    """A kill leaves the reservation, or the transaction that used it, never both and never none."""
    bench = reserved()
    bench.store_works = False
    bench.plug()
    bench.swipe("TAG1", 1)
    assert not bench.energy() and rows(bench) and not bench.store.get("transactions")
    bench.store_works = True
    bench.advance(10)
    assert bench.energy() and not rows(bench)
    assert started(bench) == [(1, "TAG1", 5)]


def test_left_out_it_keeps_nothing() -> None:
    bench = reserved()
    bench.setup.without = frozenset({"Reservation"})
    bench.restart()
    assert bench.status() == "Available"
    assert bench.reserve() == "Rejected" and cancel(bench) == "Rejected"
    bench.charge(token="X")
    assert bench.ask(v16.GetConfigurationRequest(key=["ReserveConnectorZeroSupported"])).unknown_key is not None
