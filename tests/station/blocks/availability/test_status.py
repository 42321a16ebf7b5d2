"""What the status of an EVSE is, from the facts (1.6 §4.9, §7.7)."""

from __future__ import annotations

from typing import Any

import pytest

from ocppcore import v16
from ocppcore.hardware import EvState
from ocppcore.station.blocks.availability.status import Face, face_of, status_of
from ocppcore.station.evse import Evse, EvseError
from ocppcore.station.timekeeper import Stamp
from ocppcore.station.transaction import Transaction, TransactionState
from ocppcore.testing.rig import Rig

Running, Starting, Stopping = TransactionState.Running, TransactionState.Starting, TransactionState.Stopping


def evse(state: TransactionState | None = None, **facts: Any) -> Evse:
    made = Evse(1, Evse(0))
    for name, value in facts.items():
        setattr(made, name, value)
    if state is not None:
        made.transaction = Transaction("1", 1, "TAG", Stamp(1, 0.0))
        made.transaction.state = state
    return made


CAR: dict[str, Any] = {"plugged": True, "ev": EvState.Charging}
WAITS: dict[str, Any] = {"plugged": True, "ev": EvState.Connected}


@pytest.mark.parametrize(
    ("facts", "before", "status"),
    [
        (evse(), "Available", "Available"),
        (evse(plugged=True), "Available", "Preparing"),
        (evse(authorized="TAG"), "Available", "Preparing"),
        (evse(bay_occupied=True), "Available", "Preparing"),
        (evse(Starting, **CAR), "Preparing", "Preparing"),
        (evse(Running, offers_energy=True, **CAR), "Preparing", "Charging"),
        (evse(Running, offers_energy=True, **WAITS), "Preparing", "SuspendedEV"),
        (evse(Running, offers_energy=True), "Charging", "SuspendedEV"),
        (evse(Running, offers_energy=False, **CAR), "Charging", "SuspendedEVSE"),
        (evse(Running, offers_energy=False, **WAITS), "SuspendedEV", "SuspendedEVSE"),  # it has precedence
        (evse(Running, offers_energy=True, operative=False, **CAR), "Charging", "Charging"),  # scheduled
        (evse(Stopping, **CAR), "Charging", "Charging"),  # until the end reading is there
        (evse(Stopping, **CAR), "Faulted", "Finishing"),
        (evse(spent=True, **CAR), "Charging", "Finishing"),
        (evse(bay_occupied=True), "SuspendedEV", "Finishing"),
        (evse(bay_occupied=True), "Finishing", "Finishing"),
        (evse(cable_held="TAG", plugged=True, spent=True), "Charging", "Finishing"),
        (evse(), "Charging", "Available"),
        (evse(spent=True, plugged=True, authorized="TAG"), "Finishing", "Preparing"),  # F2
        (evse(bay_occupied=True, plugged=True), "Finishing", "Preparing"),  # F2
        (evse(operative=False), "Available", "Unavailable"),
        (evse(operative=False, plugged=True), "Unavailable", "Unavailable"),
        (evse(failure="contactor"), "Available", "Faulted"),
        (evse(Running, offers_energy=True, failure="x", **CAR), "Charging", "Faulted"),
        (evse(operative=False, failure="x"), "Unavailable", "Faulted"),
    ],
)
def test_status(facts: Evse, before: str, status: str) -> None:
    assert status_of(facts, before) == status


def test_a_fault_of_the_station_is_one_of_every_evse_but_a_warning_is_none() -> None:
    facts = evse()
    assert facts.station is not None
    facts.station.errors["WeakSignal"] = EvseError("WeakSignal", faulted=False)
    assert status_of(facts, "Available") == "Available"
    assert face_of(facts, "Available", None) == Face("Available")
    facts.station.errors["GroundFailure"] = EvseError("GroundFailure", info="main")
    assert status_of(facts, "Available") == "Faulted"
    assert face_of(facts, "Faulted", None) == Face("Faulted", "GroundFailure", "main")


def test_the_error_shown_is_the_last_fault_else_the_last_warning() -> None:
    facts = evse()
    facts.errors = {error.code: error for error in (EvseError("OverVoltage"), EvseError("WeakSignal", faulted=False))}
    assert face_of(facts, "Faulted", None).error == "OverVoltage"
    facts.errors["HighTemperature"] = EvseError("HighTemperature", vendor_id="v", vendor_code="c")
    assert face_of(facts, "Faulted", None) == Face("Faulted", "HighTemperature", None, "v", "c")
    facts.errors = {"WeakSignal": EvseError("WeakSignal", faulted=False)}
    assert face_of(facts, "Available", None).error == "WeakSignal"
    facts.failure = "no contact"
    assert face_of(facts, "Faulted", None) == Face("Faulted", "InternalError", "no contact")


def test_EVCommunicationError_is_a_warning_and_goes_with_an_ev_only() -> None:
    facts = evse(plugged=True)
    facts.errors["EVCommunicationError"] = EvseError("EVCommunicationError", faulted=True)
    assert status_of(facts, "Available") == "Preparing"
    assert face_of(facts, "Preparing", None).error == "EVCommunicationError"
    for status in ("Available", "Charging", "Unavailable"):
        assert face_of(facts, status, None).error is None


def test_the_info_of_a_transaction_without_an_ev() -> None:
    gone = "EV side disconnected"
    assert face_of(evse(Running), "SuspendedEV", None).info == gone
    assert face_of(evse(Running, plugged=True, ev=EvState.Absent), "SuspendedEVSE", None).info == gone
    assert face_of(evse(Running, **WAITS), "SuspendedEV", None).info is None
    assert face_of(evse(plugged=True), "Finishing", "EVDisconnected").info == gone
    assert face_of(evse(plugged=True), "Finishing", "Local").info is None


# The same, with a whole station


def test_B6_a_cable_without_a_card_is_finishing_after_ConnectionTimeOut() -> None:
    """E 3.20."""
    rig = Rig(config={"ConnectionTimeOut": "30"})
    rig.boot()
    rig.take()
    rig.station.plug(1, rig.now)
    rig.advance(29)
    assert rig.statuses(1) == ["Preparing"]
    rig.advance(1)
    assert rig.statuses(1) == ["Preparing", "Finishing"]
    rig.station.unplug(1, rig.now)
    rig.run()
    assert rig.statuses(1) == ["Preparing", "Finishing", "Available"]


def test_B6_an_occupied_bay_without_a_user_is_finishing_after_ConnectionTimeOut() -> None:
    rig = Rig(config={"ConnectionTimeOut": "30"})
    rig.boot()
    rig.take()
    rig.station.bay_occupied(1, True, rig.now)
    rig.advance(60)
    assert rig.statuses(1) == ["Preparing", "Finishing"]
    rig.charge(1)  # F2
    assert rig.statuses(1)[-2:] == ["Preparing", "Charging"] or rig.statuses(1)[-1] == "Charging"
    rig.station.unplug(1, rig.now)
    rig.run()
    assert rig.statuses(1)[-1] == "Finishing", "the vehicle still stands there"
    rig.station.bay_occupied(1, False, rig.now)
    rig.run()
    assert rig.statuses(1)[-1] == "Available"


def test_the_statuses_of_a_charging_session() -> None:
    rig = Rig()
    rig.boot()
    rig.take()
    rig.charge()
    rig.station.ev_state(1, EvState.Connected, rig.now)
    rig.run()
    rig.station.ev_state(1, EvState.Charging, rig.now)
    rig.run()
    rig.ask(v16.RemoteStopTransactionRequest(transaction_id=1))
    rig.station.unplug(1, rig.now)
    rig.run()
    assert rig.statuses(1) == [
        *("Preparing", "SuspendedEV", "Charging", "SuspendedEV", "Charging", "Finishing", "Available")
    ]
    assert rig.statuses(0) == rig.statuses(2) == []


def test_a_fault_returns_to_the_status_before_it() -> None:
    rig = Rig()
    rig.boot()
    rig.charge()
    rig.take()
    rig.station.error(0, EvseError("GroundFailure"), rig.now)
    rig.run()
    assert {(item.connector_id, item.status) for item in rig.sent(v16.StatusNotificationRequest)} == {
        (0, "Faulted"),
        (1, "Faulted"),
        (2, "Faulted"),
    }
    assert not rig.station.want(1).energy
    rig.take()
    rig.station.clear_error(0, "GroundFailure", rig.now)
    rig.run()
    assert rig.statuses(1) == ["Charging"] and rig.statuses(2) == rig.statuses(0) == ["Available"]
    assert rig.station.want(1).energy
