"""Registration (1.6 §4.2): what leaves and what is answered before acceptance, and when the station boots again."""

from __future__ import annotations

import pytest

from ocppcore import v16
from ocppcore.errors import RpcError
from ocppcore.session.events import CallEnded, FaultReceived
from ocppcore.station.blocks.provisioning.state import RETRY, TABLE, Input, Provisioning, State
from ocppcore.station.events import CallIgnored, RegistrationChanged
from ocppcore.testing.rig import Rig
from ocppcore.version import ErrorCode

Accepted, Pending, Rejected = v16.RegistrationStatus
Boot = v16.BootNotificationRequest


def boots(rig: Rig) -> list[float]:
    """When BootNotification was sent."""
    return rig.when(Boot)


def refused(status: v16.RegistrationStatus, interval: int) -> Rig:
    rig = Rig()
    rig.answer_boot(status, interval)
    rig.boot()
    return rig


def test_boot_notification_tells_who_the_station_is() -> None:
    rig = Rig()
    for name in ("serial_number", "firmware_version", "iccid", "imsi", "meter_type", "meter_serial_number"):
        setattr(rig.setup, name, name[:20])
    rig.boot()
    (boot,) = rig.sent(Boot)
    assert boot == Boot(
        charge_point_vendor="ocppcore",
        charge_point_model="Rig",
        charge_point_serial_number="serial_number",
        firmware_version="firmware_version",
        iccid="iccid",
        imsi="imsi",
        meter_type="meter_type",
        meter_serial_number="meter_serial_number",
    )


@pytest.mark.parametrize("status", [Pending, Rejected])
def test_the_interval_is_the_wait_until_the_next_boot_notification(status: v16.RegistrationStatus) -> None:
    rig = refused(status, 45)
    rig.advance(140)
    assert boots(rig) == [1000, 1045, 1090, 1135]


@pytest.mark.parametrize("status", [Pending, Rejected])
@pytest.mark.parametrize("interval", [0, -1, -(2**40)])
def test_an_interval_without_meaning_floods_nobody(status: v16.RegistrationStatus, interval: int) -> None:
    rig = refused(status, interval)
    rig.advance(3 * RETRY)
    assert len(boots(rig)) == 4


@pytest.mark.parametrize("answer", [RpcError(ErrorCode.InternalError), None], ids=["error", "silence"])
def test_without_a_good_answer_the_station_boots_again(answer: RpcError | None) -> None:
    rig = Rig()
    accept = rig.answers[Boot]
    rig.answers[Boot] = lambda _: answer
    rig.boot()
    rig.advance(RETRY - 1)
    assert len(boots(rig)) == 1
    rig.answers[Boot] = accept
    rig.advance(RETRY + 31)
    assert len(boots(rig)) == 2
    assert rig.statuses(0) == ["Available"]


def test_a_boot_notification_that_was_lost_is_sent_on_the_next_link() -> None:
    rig = Rig()
    accept = rig.answers[Boot]
    rig.answers[Boot] = lambda _: None
    rig.boot()
    rig.cut()
    rig.answers[Boot] = accept
    rig.restore()
    assert len(boots(rig)) == 2 and rig.station.ctx.online


def test_the_interval_goes_on_over_a_loss_of_the_link() -> None:
    """It is the minimum wait (1.6 §4.2); a back end may close the link while the station is rejected."""
    rig = refused(Rejected, 600)
    rig.cut()
    rig.restore()
    rig.advance(1590 - rig.now)
    assert boots(rig) == [1000]
    rig.advance(10)
    assert boots(rig) == [1000, 1600]


def test_an_interval_that_ends_while_there_is_no_link() -> None:
    rig = refused(Pending, 60)
    rig.cut()
    rig.advance(100)
    assert len(boots(rig)) == 1
    rig.restore()
    assert len(boots(rig)) == 2


def test_nothing_else_leaves_before_acceptance() -> None:
    rig = refused(Pending, 1000)
    rig.station.plug(1, rig.now)
    rig.station.present_id_token("TAG1", rig.now, 1)
    rig.advance(900)
    id = rig.station.call(v16.DataTransferRequest(vendor_id="com.example"), rig.now)
    rig.run()
    assert [type(item) for item in rig.sent()] == [Boot]
    (ended,) = [event for event in rig.events if isinstance(event, CallEnded) and event.id == id]
    assert "not registered" in str(ended.error)


def test_W22_rejected_means_that_nothing_is_answered() -> None:
    rig = refused(Rejected, 100)
    rig.take()
    for action, payload in (
        ("GetConfiguration", "{}"),
        ("Reset", '{"type":"Hard"}'),
        ("Heartbeat", "{}"),
        ("NoSuchAction", "{}"),
        ("Reset", '{"type":5}'),
    ):
        rig.station.receive(f'[2,"{action}","{action}",{payload}]', rig.now)
    assert list(rig.station.data_to_send()) == []
    rig.run()
    assert not rig.resets
    ignored = [event.action for event in rig.events if isinstance(event, CallIgnored)]
    assert ignored == ["GetConfiguration", "Reset"]
    faults = [event for event in rig.events if isinstance(event, FaultReceived)]
    assert len(faults) == 3 and not any(event.answered for event in faults)


def test_the_station_answers_again_when_the_rejection_is_over() -> None:
    rig = refused(Rejected, 100)
    rig.answer_boot(Pending, 100)
    rig.advance(100)
    assert rig.ask(v16.GetConfigurationRequest()).configuration_key


def test_pending_answers_all_but_remote_start_and_stop() -> None:
    rig = refused(Pending, 1000)
    assert rig.ask(v16.GetConfigurationRequest()).configuration_key
    assert rig.set_key("ResetRetries", "1") == "Accepted"
    request = v16.ChangeAvailabilityRequest(connector_id=1, type=v16.AvailabilityType.Inoperative)
    assert rig.ask(request).status is v16.AvailabilityStatus.Accepted
    assert rig.ask(v16.RemoteStartTransactionRequest(id_tag="T")).status is v16.RemoteStartStopStatus.Rejected
    assert rig.sent(v16.StatusNotificationRequest) == []


def test_a_reconnect_sends_no_boot_notification() -> None:
    rig = Rig()
    rig.boot()
    rig.cut()
    rig.restore()
    assert rig.station.ctx.online and len(boots(rig)) == 1


def test_a_reconnect_sends_boot_notification_when_what_it_tells_has_changed() -> None:
    rig = Rig()
    rig.boot()
    rig.cut()
    rig.setup.iccid = "8931000000000000002"
    rig.take()
    rig.restore()
    assert [item.iccid for item in rig.sent(Boot)] == [rig.setup.iccid]
    assert isinstance(rig.sent()[0], Boot) and rig.statuses(0) == ["Available"]


def test_the_host_hears_every_answer() -> None:
    rig = refused(Pending, 10)
    rig.answer_boot(Accepted, 10)
    rig.advance(10)
    told = [event.status for event in rig.events if isinstance(event, RegistrationChanged)]
    assert told == ["Pending", "Accepted"]


def test_the_table_names_methods_and_leaves_no_state_without_a_way_on() -> None:
    assert {state for state, _ in TABLE} == set(State)
    assert {what for _, what in TABLE} == set(Input)
    for action, following in TABLE.values():
        assert callable(getattr(Provisioning, action)) and following in State
