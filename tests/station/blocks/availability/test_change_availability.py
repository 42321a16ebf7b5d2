"""ChangeAvailability (1.6 §5.2): Accepted, Scheduled, Rejected; what is stored; decisions: Status 15."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ocppcore import v16
from ocppcore.station.evse import EvseError
from ocppcore.testing.rig import Rig

OUT, IN = v16.AvailabilityType.Inoperative, v16.AvailabilityType.Operative


def booted(**config: str) -> Rig:
    rig = Rig(config=config)
    rig.boot()
    rig.take()
    return rig


def change(rig: Rig, connector: int, kind: v16.AvailabilityType) -> str:
    return str(rig.ask(v16.ChangeAvailabilityRequest(connector_id=connector, type=kind)).status)


def told(rig: Rig) -> list[tuple[int, str]]:
    return sorted((item.connector_id, str(item.status)) for item in rig.take(v16.StatusNotificationRequest))


def preparing(rig: Rig) -> None:
    rig.station.plug(1, rig.now)


def authorized(rig: Rig) -> None:
    rig.station.present_id_token("TAG1", rig.now, 1)


def occupied(rig: Rig) -> None:
    rig.station.bay_occupied(1, True, rig.now)


def charging(rig: Rig) -> None:
    rig.charge(1)


def finishing(rig: Rig) -> None:
    rig.charge(1)
    rig.ask(v16.RemoteStopTransactionRequest(transaction_id=1))


def leave(rig: Rig) -> None:
    """The user goes, whatever he had begun."""
    rig.station.stop_button(1, rig.now)
    rig.station.unplug(1, rig.now)
    rig.station.bay_occupied(1, False, rig.now)
    rig.advance(60)


@pytest.mark.parametrize("begin", [preparing, authorized, occupied, charging, finishing], ids=lambda f: f.__name__)
def test_inoperative_waits_until_the_connector_is_free(begin: Callable[[Rig], None]) -> None:
    rig = booted()
    begin(rig)
    rig.run()
    rig.take()
    assert change(rig, 1, OUT) == "Scheduled"
    assert told(rig) == []
    leave(rig)
    assert told(rig)[-1] == (1, "Unavailable")
    rig.restart()
    assert (1, "Unavailable") in told(rig)


def test_a_free_connector_changes_at_once() -> None:
    rig = booted()
    assert change(rig, 2, OUT) == "Accepted"
    assert told(rig) == [(2, "Unavailable")]
    rig.charge(2)
    assert not rig.sent(v16.StartTransactionRequest)
    rig.station.unplug(2, rig.now)
    assert change(rig, 2, IN) == "Accepted"
    assert told(rig) == [(2, "Available")]


def test_the_status_is_told_after_the_answer() -> None:
    rig = booted()
    rig.station.receive('[2,"7","ChangeAvailability",{"connectorId":1,"type":"Inoperative"}]', rig.now)
    batch = rig.station.next_batch()
    assert batch is not None and list(rig.station.data_to_send()) == []  # nothing leaves before it is stored
    rig.station.stored(batch.id, rig.now)
    answer, report = rig.station.data_to_send()
    assert answer == '[3,"7",{"status":"Accepted"}]' and "Unavailable" in report


@pytest.mark.parametrize("kind", [IN, OUT])
@pytest.mark.parametrize("connector", [0, 1])
def test_what_is_so_already_is_accepted_and_not_told(connector: int, kind: v16.AvailabilityType) -> None:
    rig = booted()
    change(rig, connector, kind)
    rig.take()
    assert change(rig, connector, kind) == "Accepted"
    assert told(rig) == []


@pytest.mark.parametrize("connector", [0, 1])
def test_a_cable_in_a_connector_out_of_service_delays_nothing(connector: int) -> None:
    rig = booted()
    change(rig, connector, OUT)
    rig.station.plug(1, rig.now)
    rig.run()
    rig.take()
    assert change(rig, connector, OUT) == "Accepted"
    assert change(rig, connector, IN) == "Accepted"
    assert (1, "Preparing") in told(rig)  # H2


@pytest.mark.parametrize("connector", [3, 2**31])
@pytest.mark.parametrize("kind", [IN, OUT])
def test_an_unknown_connector_is_rejected(connector: int, kind: v16.AvailabilityType) -> None:
    rig = booted()
    assert change(rig, connector, kind) == "Rejected"
    assert told(rig) == []


def test_0_is_the_station_and_every_connector() -> None:
    rig = booted()
    assert change(rig, 0, OUT) == "Accepted"
    assert told(rig) == [(0, "Unavailable"), (1, "Unavailable"), (2, "Unavailable")]
    assert change(rig, 0, IN) == "Accepted"
    assert told(rig) == [(0, "Available"), (1, "Available"), (2, "Available")]


def test_0_operative_puts_single_connectors_back_too() -> None:
    """§5.2: it applies to the Charge Point and all connectors."""
    rig = booted()
    change(rig, 1, OUT)
    rig.take()
    assert change(rig, 0, IN) == "Accepted"
    assert told(rig) == [(1, "Available")]


def test_0_inoperative_while_one_connector_is_in_use() -> None:
    """The free ones go at once; the station is Unavailable when the last one is."""
    rig = booted()
    rig.charge(1)
    rig.take()
    assert change(rig, 0, OUT) == "Scheduled"
    assert told(rig) == [(2, "Unavailable")]
    leave(rig)
    assert told(rig)[:1] == [(0, "Unavailable")] and rig.station.ctx.evses[1].status == "Unavailable"


def test_a_connector_of_an_inoperative_station_cannot_be_operative() -> None:
    rig = booted()
    change(rig, 0, OUT)
    rig.take()
    assert change(rig, 1, IN) == "Rejected"
    assert told(rig) == []


def test_a_scheduled_change_is_taken_back() -> None:
    rig = booted()
    rig.charge(1)
    assert change(rig, 1, OUT) == "Scheduled"
    assert change(rig, 1, OUT) == "Scheduled"
    assert change(rig, 1, IN) == "Accepted"
    rig.take()
    leave(rig)
    assert told(rig)[:1] == [(1, "Available")] and rig.station.ctx.evses[1].status == "Available"


def test_a_faulted_connector_is_unavailable_when_the_fault_is_over() -> None:
    rig = booted()
    rig.station.error(1, EvseError("GroundFailure"), rig.now)
    rig.run()
    rig.take()
    assert change(rig, 1, OUT) == "Accepted"
    assert told(rig) == []
    rig.station.clear_error(1, "GroundFailure", rig.now)
    rig.run()
    assert told(rig) == [(1, "Unavailable")]


def test_a_change_asked_for_while_a_transaction_runs_survives_the_power_cut() -> None:
    rig = booted()
    rig.charge(1)
    assert change(rig, 1, OUT) == "Scheduled"
    rig.restart()
    assert (1, "Unavailable") in told(rig)
    assert rig.station.ctx.evses[1].status == "Unavailable"


@pytest.mark.parametrize("connector", [0, 1])
def test_inoperative_survives_a_power_cut_with_the_cable_in(connector: int) -> None:
    """§5.2, whether the host tells of the cable before the station starts or after it."""
    rig = booted()
    change(rig, connector, OUT)
    rig.station = rig._make()
    rig.station.plug(1, rig.now)
    rig.boot()
    assert (1, "Unavailable") in told(rig)
    rig.charge(1)
    assert not rig.sent(v16.StartTransactionRequest)
    assert not rig.station.want(1).energy
