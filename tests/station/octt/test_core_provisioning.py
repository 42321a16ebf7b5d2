"""The certification cases about booting, configuration and reset, by id (Core profile of 1.6)."""

from __future__ import annotations

import pytest

from ocppcore import v16
from ocppcore.testing.rig import Rig

Accepted, Pending, Rejected = v16.RegistrationStatus
HARD, SOFT = v16.ResetType.Hard, v16.ResetType.Soft
AVAILABLE_ALL = [(0, "Available"), (1, "Available"), (2, "Available")]

# 1.6 §9.1 and E: what every Core station has, and whether it may be changed. Optional keys are left out.
REQUIRED = {
    "AuthorizeRemoteTxRequests": None,  # R or RW
    "ClockAlignedDataInterval": False,
    "ConnectionTimeOut": False,
    "ConnectorPhaseRotation": False,
    "GetConfigurationMaxKeys": True,
    "HeartbeatInterval": False,
    "LocalAuthorizeOffline": False,
    "LocalPreAuthorize": False,
    "MeterValuesAlignedData": False,
    "MeterValuesSampledData": False,
    "MeterValueSampleInterval": False,
    "NumberOfConnectors": True,
    "ResetRetries": False,
    "StopTransactionOnInvalidId": False,
    "StopTxnAlignedData": False,
    "StopTxnSampledData": False,
    "SupportedFeatureProfiles": True,
    "TransactionMessageAttempts": False,
    "TransactionMessageRetryInterval": False,
    "UnlockConnectorOnEVSideDisconnect": None,
    "StopTransactionOnEVSideDisconnect": None,
}


def statuses(rig: Rig) -> list[tuple[int, str]]:
    return [(item.connector_id, str(item.status)) for item in rig.sent(v16.StatusNotificationRequest)]


def change(rig: Rig, connector: int, kind: v16.AvailabilityType) -> v16.AvailabilityStatus:
    return rig.ask(v16.ChangeAvailabilityRequest(connector_id=connector, type=kind)).status


def test_TC_001_CS_cold_boot() -> None:
    rig = Rig()
    rig.answer_boot(Rejected, 30)
    rig.boot()
    assert [type(item) for item in rig.take()] == [v16.BootNotificationRequest]

    asked = rig.tell(v16.GetConfigurationRequest())
    rig.answer_boot(Accepted, 20)
    rig.advance(29.9)
    assert rig.sent() == [] and rig.answer(asked) is None

    rig.advance(0.1)
    assert isinstance(rig.sent()[0], v16.BootNotificationRequest)
    assert statuses(rig) == AVAILABLE_ALL
    accepted = rig.now
    rig.advance(100)
    assert rig.when(v16.HeartbeatRequest) == [accepted + 20 * count for count in range(1, 6)]
    assert rig.get_key("HeartbeatInterval") == "20"


def test_TC_002_CS_cold_boot_pending() -> None:
    rig = Rig()
    rig.answer_boot(Pending, 30)
    rig.boot()
    assert [type(item) for item in rig.take()] == [v16.BootNotificationRequest]

    assert rig.ask(v16.GetConfigurationRequest()).configuration_key
    assert rig.set_key("MeterValueSampleInterval", "30") == "Accepted"
    start = rig.ask(v16.RemoteStartTransactionRequest(id_tag="TAG1"))
    assert start.status is v16.RemoteStartStopStatus.Rejected
    stop = rig.ask(v16.RemoteStopTransactionRequest(transaction_id=1))
    assert stop.status is v16.RemoteStartStopStatus.Rejected
    rig.station.plug(1, rig.now)
    rig.answer_boot(Accepted, 20)
    rig.advance(29.9)
    assert rig.sent() == []

    rig.station.unplug(1, rig.now)
    rig.advance(0.1)
    assert isinstance(rig.sent()[0], v16.BootNotificationRequest)
    assert sorted(statuses(rig)) == AVAILABLE_ALL
    rig.advance(40)
    assert len(rig.when(v16.HeartbeatRequest)) == 2
    assert rig.get_key("MeterValueSampleInterval") == "30"


@pytest.mark.parametrize("kind", [HARD, SOFT])
def test_TC_013_CS_and_TC_014_CS_reset_without_transaction(kind: v16.ResetType) -> None:
    rig = Rig()
    rig.boot()
    assert change(rig, 1, v16.AvailabilityType.Inoperative) == "Accepted"
    assert rig.statuses(1)[-1] == "Unavailable"
    rig.take()

    assert rig.ask(v16.ResetRequest(type=kind)).status is v16.ResetStatus.Accepted
    assert [reset.hard for reset in rig.resets] == [kind is HARD]
    rig.take()
    rig.restart()
    assert isinstance(rig.sent()[0], v16.BootNotificationRequest)
    assert sorted(statuses(rig)) == [(0, "Available"), (1, "Unavailable"), (2, "Available")]

    rig.take()
    assert change(rig, 1, v16.AvailabilityType.Operative) == "Accepted"
    assert statuses(rig) == [(1, "Available")]


@pytest.mark.parametrize(("kind", "reason"), [(HARD, v16.Reason.HardReset), (SOFT, v16.Reason.SoftReset)])
def test_TC_015_CS_and_TC_016_CS_reset_with_transaction(kind: v16.ResetType, reason: v16.Reason) -> None:
    rig = Rig()
    rig.boot()
    rig.charge()
    assert rig.statuses(1)[-1] == "Charging"
    rig.take()

    assert rig.ask(v16.ResetRequest(type=kind)).status is v16.ResetStatus.Accepted
    (stop,) = rig.sent(v16.StopTransactionRequest)
    assert stop.reason is reason and stop.transaction_id == 1
    assert rig.statuses(1) == ["Finishing"]
    assert len(rig.resets) == 1, "the restart comes after all that"

    rig.take()
    rig.restart()
    rig.station.plug(1, rig.now)  # the cable is still in
    rig.run()
    assert isinstance(rig.sent()[0], v16.BootNotificationRequest)
    assert rig.statuses(1)[-1] in ("Finishing", "Preparing")
    assert not rig.sent(v16.StopTransactionRequest)


def test_TC_019_CS_retrieve_configuration() -> None:
    rig = Rig()
    rig.boot()
    for names in (None, [], list(REQUIRED)):
        answer = rig.ask(v16.GetConfigurationRequest(key=names))
        found = {item.key: item for item in answer.configuration_key}
        assert found.keys() >= REQUIRED.keys()
        for name, readonly in REQUIRED.items():
            assert readonly is None or found[name].readonly is readonly, name
        assert not answer.unknown_key
    one = rig.ask(v16.GetConfigurationRequest(key=["SupportedFeatureProfiles"]))
    (item,) = one.configuration_key
    assert "Core" in item.value.split(",") and not one.unknown_key


def test_TC_021_CS_change_configuration() -> None:
    rig = Rig()
    rig.boot()
    assert rig.set_key("MeterValueSampleInterval", "120") == "Accepted"
    assert rig.get_key("MeterValueSampleInterval") == "120"


def test_TC_040_1_CS_configuration_key_not_supported() -> None:
    rig = Rig()
    rig.boot()
    assert rig.set_key("NoSuchKey", "1") == "NotSupported"


def test_TC_040_2_CS_invalid_value() -> None:
    rig = Rig()
    rig.boot()
    assert rig.set_key("MeterValueSampleInterval", "-1") == "Rejected"
    assert rig.get_key("MeterValueSampleInterval") == "60"
