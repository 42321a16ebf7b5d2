"""The certification cases about reservations, by id (Reservation profile of 1.6)."""

from __future__ import annotations

from typing import Any

import pytest

from ocppcore import v16
from ocppcore.station.evse import EvseError
from ocppcore.testing.bench import Bench

START, AUTHORIZE = v16.StartTransactionRequest, v16.AuthorizeRequest
INOPERATIVE = v16.AvailabilityType.Inoperative


def cancel(bench: Bench, id: int = 5) -> Any:
    return bench.ask(v16.CancelReservationRequest(reservation_id=id)).status


def remote_start(bench: Bench, token: str, connector: int | None = 1) -> Any:
    return bench.ask(v16.RemoteStartTransactionRequest(connector_id=connector, id_tag=token)).status


def start(bench: Bench) -> Any:
    (sent,) = bench.sent(START)
    return sent


def unavailable(bench: Bench, connector: int) -> None:
    assert bench.ask(v16.ChangeAvailabilityRequest(connector_id=connector, type=INOPERATIVE)).status == "Accepted"


def fault(bench: Bench, *evses: int) -> None:
    for evse in evses:
        bench.station.error(evse, EvseError("GroundFailure"), bench.now)
    bench.run()


@pytest.mark.parametrize("plugged_first", [True, False])
def test_TC_046_1_CS_reserved_connector_local_start(plugged_first: bool) -> None:
    bench = Bench()
    assert bench.reserve() == "Accepted"
    assert bench.statuses(1) == ["Reserved"]
    bench.swipe("TAG2", 1)
    assert bench.statuses(1) == ["Reserved"]
    if plugged_first:
        bench.plug()
        bench.swipe("TAG2", 1)
        assert not bench.sent(START) and bench.status() == "Reserved"
    bench.swipe("TAG1", 1)
    if not plugged_first:
        assert bench.statuses(1) == ["Reserved", "Preparing"]
        bench.plug()
    assert start(bench).reservation_id == 5
    assert bench.statuses(1)[-1] == "Charging"


def test_TC_046_2_CS_reserved_connector_remote_start() -> None:
    bench = Bench()
    assert bench.reserve() == "Accepted"
    assert remote_start(bench, "TAG1") == "Accepted"
    bench.plug()
    assert (start(bench).reservation_id, start(bench).id_tag) == (5, "TAG1")
    assert bench.statuses(1)[:2] == ["Reserved", "Preparing"] and bench.statuses(1)[-1] == "Charging"


def test_TC_047_CS_a_reservation_expires() -> None:
    bench = Bench()
    assert bench.reserve(seconds=60) == "Accepted"
    bench.advance(60)
    assert bench.statuses(1) == ["Reserved", "Available"]
    bench.charge(token="TAG2")
    assert start(bench).reservation_id is None


def test_TC_048_1_CS_reserve_a_faulted_connector() -> None:
    bench = Bench()
    fault(bench, 1)
    assert bench.reserve() == "Faulted"


def test_TC_048_2_CS_reserve_an_occupied_connector() -> None:
    bench = Bench()
    bench.plug()
    assert bench.reserve() == "Occupied"


def test_TC_048_3_CS_reserve_an_unavailable_connector() -> None:
    bench = Bench()
    unavailable(bench, 1)
    assert bench.reserve() == "Unavailable"


def test_TC_048_4_CS_reservations_are_not_supported() -> None:
    bench = Bench()
    bench.setup.without = frozenset({"Reservation"})
    bench.restart()
    assert bench.reserve() == "Rejected"
    assert cancel(bench) == "Rejected"
    assert "Reservation" not in str(bench.get_key("SupportedFeatureProfiles")).split(",")


@pytest.mark.parametrize("connector", [1, 2])
def test_TC_049_CS_reserved_station_transaction(connector: int) -> None:
    bench = Bench()
    assert bench.reserve(0) == "Accepted"
    assert not bench.sent(v16.StatusNotificationRequest)
    bench.charge(connector)
    assert (start(bench).reservation_id, start(bench).connector_id) == (5, connector)


def test_TC_050_1_CS_reserve_a_faulted_station() -> None:
    bench = Bench()
    fault(bench, 0)
    assert bench.reserve(0) == "Faulted"


def test_TC_050_2_CS_reserve_an_occupied_station() -> None:
    bench = Bench()
    bench.plug(1)
    bench.plug(2)
    assert bench.reserve(0) == "Occupied"


def test_TC_050_3_CS_reserve_an_unavailable_station() -> None:
    bench = Bench()
    unavailable(bench, 0)
    assert bench.reserve(0) == "Unavailable"


def test_TC_050_4_CS_reservations_of_connector_0_are_not_supported() -> None:
    bench = Bench(config={"ReserveConnectorZeroSupported": "false"})
    assert bench.reserve(0) == "Rejected"
    assert bench.reserve(1) == "Accepted"


def test_TC_051_CS_cancel_reservation() -> None:
    bench = Bench()
    assert bench.reserve() == "Accepted"
    assert cancel(bench) == "Accepted"
    assert bench.statuses(1) == ["Reserved", "Available"]
    bench.charge()
    assert start(bench).reservation_id is None


def test_TC_052_CS_cancel_an_unknown_reservation() -> None:
    bench = Bench()
    assert bench.reserve(id=5) == "Accepted"
    assert cancel(bench, 6) == "Rejected"
    assert bench.status() == "Reserved"


@pytest.mark.parametrize("remote", [True, False])
def test_TC_053_CS_use_a_reserved_connector_with_a_parent_id(remote: bool) -> None:
    bench = Bench()
    bench.file("TAG2", parent="GROUP")
    assert bench.reserve(token="TAG1", parent="group") == "Accepted"
    if remote:
        assert remote_start(bench, "TAG2") == "Accepted"
    else:
        bench.swipe("TAG2", 1)
    assert len(bench.sent(AUTHORIZE)) == 1
    bench.plug()
    assert (start(bench).reservation_id, start(bench).id_tag) == (5, "TAG2")
