"""The certification cases about statuses and availability, by id (Core profile of 1.6)."""

from __future__ import annotations

from ocppcore import v16
from ocppcore.station.evse import EvseError
from ocppcore.testing.rig import Rig


def statuses(rig: Rig) -> list[tuple[int, str]]:
    return sorted((item.connector_id, str(item.status)) for item in rig.sent(v16.StatusNotificationRequest))


def test_TC_034_CS_power_failure_with_unavailable_status() -> None:
    rig = Rig()
    rig.boot()
    rig.take()
    all_out = [(0, "Unavailable"), (1, "Unavailable"), (2, "Unavailable")]
    request = v16.ChangeAvailabilityRequest(connector_id=0, type=v16.AvailabilityType.Inoperative)
    assert rig.ask(request).status is v16.AvailabilityStatus.Accepted
    assert statuses(rig) == all_out

    rig.take()
    rig.restart()
    assert isinstance(rig.sent()[0], v16.BootNotificationRequest)
    assert statuses(rig) == all_out


def test_TC_041_CS_fault_behavior() -> None:
    rig = Rig()
    rig.boot()
    rig.take()
    rig.station.error(1, EvseError("GroundFailure"), rig.now)
    rig.run()
    (report,) = rig.take(v16.StatusNotificationRequest)
    assert (report.connector_id, report.status) == (1, v16.ChargePointStatus.Faulted)
    assert report.error_code is v16.ChargePointErrorCode.GroundFailure

    rig.charge()
    assert not rig.sent(v16.StartTransactionRequest) and not rig.station.want(1).energy
    assert rig.statuses(1) == []
