"""Station.snapshot(): what a display shows."""

from __future__ import annotations

import pytest

from ocppcore import v16
from ocppcore.hardware import EvState, Indicator
from ocppcore.station.evse import EvseError
from ocppcore.station.snapshot import mask
from ocppcore.station.transaction import TransactionState
from ocppcore.testing.rig import BEGIN, Rig


def test_a_new_station() -> None:
    shown = Rig().station.snapshot()
    assert (shown.identity, shown.connected, shown.registration, shown.online) == ("CP1", False, None, False)
    assert (shown.status, shown.operative, shown.errors, shown.utc) == ("Available", True, (), BEGIN)
    assert [evse.id for evse in shown.evses] == [1, 2]
    assert all(evse.status == "Available" and evse.transaction is None and not evse.want.energy for evse in shown.evses)


def test_a_charging_session() -> None:
    rig = Rig()
    rig.boot()
    rig.meters[1] = 1000.0
    rig.charge(1, "04AABBCCDD")
    rig.meters[1] = 1750.0
    rig.advance(60)  # a sample
    shown = rig.station.snapshot()
    assert (shown.connected, shown.registration, shown.online, shown.undelivered) == (True, "Accepted", True, 0)
    evse = shown.evses[0]
    assert (evse.status, evse.plugged, evse.ev) == ("Charging", True, EvState.Charging)
    assert (evse.want.energy, evse.want.indicator) == (True, Indicator.Charging)
    transaction = evse.transaction
    assert transaction is not None
    assert (transaction.id, transaction.id_token, transaction.state) == (1, "…CCDD", TransactionState.Running)
    assert (transaction.started_at, transaction.energy_wh, transaction.remote) == (BEGIN, 750.0, False)
    assert "04AABB" not in repr(shown)


def test_errors_and_service() -> None:
    rig = Rig()
    rig.boot()
    rig.station.error(0, EvseError("WeakSignal", faulted=False), rig.now)
    rig.station.error(2, EvseError("GroundFailure"), rig.now)
    rig.station.hardware_failed(1, "stuck", rig.now)
    rig.ask(v16.ChangeAvailabilityRequest(connector_id=0, type=v16.AvailabilityType.Inoperative))
    shown = rig.station.snapshot()
    assert [error.code for error in shown.errors] == ["WeakSignal"]
    assert [error.code for error in shown.evses[1].errors] == ["GroundFailure"]
    assert [evse.status for evse in shown.evses] == ["Faulted", "Faulted"] and shown.evses[0].failure == "stuck"
    assert (shown.status, shown.operative) == ("Unavailable", False)


def test_offline() -> None:
    rig = Rig()
    rig.boot()
    rig.charge()
    rig.cut()
    rig.station.stop_button(1, rig.now)
    rig.run()
    shown = rig.station.snapshot()
    assert (shown.connected, shown.online, shown.undelivered) == (False, False, 1)
    assert shown.evses[0].status == "Finishing" and shown.evses[0].transaction is None


@pytest.mark.parametrize(("token", "shown"), [("A", "…"), ("1234567", "…"), ("12345678", "…5678")])
def test_id_tokens_are_masked(token: str, shown: str) -> None:
    assert mask(token) == shown
