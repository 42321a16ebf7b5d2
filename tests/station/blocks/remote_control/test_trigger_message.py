"""TriggerMessage (1.6 §5.17, E 3.35, E 3.46): what can be asked for, when, and in which order things are said."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ocppcore import v16
from ocppcore.errors import CallErrorReceived, RpcError
from ocppcore.messages.text import fold
from ocppcore.station import Capabilities
from ocppcore.station.events import MessageGivenUp
from ocppcore.station.triggers import MAX_WAITING
from ocppcore.testing.bench import Bench
from ocppcore.testing.rig import MEASURANDS
from ocppcore.version import ErrorCode

Trigger = v16.MessageTrigger
Boot, Status, Values = v16.BootNotificationRequest, v16.StatusNotificationRequest, v16.MeterValuesRequest
PENDING, REJECTED, ACCEPTED = v16.RegistrationStatus.Pending, v16.RegistrationStatus.Rejected, "Accepted"


def trigger(bench: Bench, message: str, connector: int | None = None) -> str:
    request = v16.TriggerMessageRequest(requested_message=message, connector_id=connector)  # type: ignore[arg-type]
    return str(bench.insist(request).status)


def pending(interval: int = 100) -> Bench:
    """A station that the back end keeps Pending."""
    bench = Bench(boot=False)
    bench.answer_boot(PENDING, interval)
    bench.boot()
    bench.take()
    return bench


# What can be asked for


def test_the_status_of_one_connector_of_the_station_and_of_all() -> None:
    bench = Bench()
    for connector, told in ((2, [2]), (0, [0]), (None, [0, 1, 2])):
        assert trigger(bench, "StatusNotification", connector) == ACCEPTED
        assert [status.connector_id for status in bench.take(Status)] == told


def test_the_values_of_all_meters_are_those_of_MeterValuesSampledData() -> None:
    """E 3.46; 1.6 §5.17: an absent connector means all."""
    bench = Bench(config={"MeterValuesSampledData": "Energy.Active.Import.Register"})
    bench.meters.update({1: 100.0, 2: 200.0})
    assert trigger(bench, "MeterValues") == ACCEPTED
    told = bench.sent(Values)
    assert [values.connector_id for values in told] == [1, 2]
    (sampled,) = told[0].meter_value[0].sampled_value
    assert (sampled.value, sampled.context, sampled.measurand) == ("100", "Trigger", "Energy.Active.Import.Register")
    assert told[0].meter_value[0].timestamp == bench.utc
    assert told[0].transaction_id is None


def test_the_main_meter_is_one_of_them_if_there_is_one() -> None:
    bench = Bench(capabilities=Capabilities(main_meter=True, measurands=MEASURANDS))
    assert trigger(bench, "MeterValues") == ACCEPTED
    assert [values.connector_id for values in bench.take(Values)] == [0, 1, 2]
    assert trigger(bench, "MeterValues", 0) == ACCEPTED
    assert [values.connector_id for values in bench.sent(Values)] == [0]
    assert trigger(Bench(), "MeterValues", 0) == "Rejected"


def test_an_empty_MeterValuesSampledData_leaves_nothing_to_tell() -> None:
    """W20: no MeterValues without a value."""
    bench = Bench(config={"MeterValuesSampledData": ""})
    assert trigger(bench, "MeterValues", 1) == "Rejected"
    assert not bench.sent()


def test_triggered_values_carry_the_transaction_that_runs() -> None:
    """E 3.16."""
    bench = Bench()
    bench.charge()
    (start,) = bench.take(v16.StartTransactionRequest)
    assert trigger(bench, "MeterValues", 1) == ACCEPTED
    assert bench.take(Values)[0].transaction_id == 1
    assert trigger(bench, "MeterValues", 2) == ACCEPTED
    assert bench.take(Values)[0].transaction_id is None


def test_triggered_values_pass_the_queue_of_transaction_messages() -> None:
    """1.6 §3.7: periodic and clock-aligned ones belong to it. The id of the transaction is not known yet."""
    bench = Bench()
    bench.answers[v16.StartTransactionRequest] = lambda _: RpcError(ErrorCode.InternalError)
    bench.charge()
    assert len(bench.ledger.transactions) == 0 and len(bench.station.ctx.queue) == 1
    assert trigger(bench, "MeterValues", 1) == ACCEPTED
    (values,) = bench.sent(Values)
    assert values.transaction_id is None
    assert len(bench.station.ctx.queue) == 1


def test_a_meter_that_does_not_answer_is_told_as_it_was_last_known() -> None:
    bench = Bench()
    bench.meters[1] = 50.0
    bench.charge()
    bench.meter_works = False
    assert trigger(bench, "MeterValues", 1) == ACCEPTED
    assert trigger(bench, "MeterValues", 1) == ACCEPTED  # the reading under way serves both
    bench.advance(6)
    (values,) = bench.sent(Values)
    assert values.meter_value[0].sampled_value[0].value == "50"


def test_what_cannot_be_said_is_given_up_and_nothing_hangs() -> None:
    bench = Bench()
    triggers = bench.station.ctx.triggers
    triggers.register("Odd", lambda _: [lambda: triggers.send(lambda: v16.AuthorizeRequest(id_tag="x" * 21))])
    assert trigger(bench, "Odd") == ACCEPTED
    assert [event.action for event in bench.events if isinstance(event, MessageGivenUp)] == ["Authorize"]
    assert trigger(bench, "Heartbeat") == ACCEPTED
    assert len(bench.sent(v16.HeartbeatRequest)) == 1


def test_a_connector_that_does_not_matter_is_ignored() -> None:
    """1.6 §5.17: the requested message is leading."""
    bench = Bench()
    assert trigger(bench, "Heartbeat", 99) == ACCEPTED
    assert len(bench.sent(v16.HeartbeatRequest)) == 1


def test_a_triggered_heartbeat_is_one_more() -> None:
    bench = Bench()
    begin = bench.now
    bench.advance(200)
    assert trigger(bench, "Heartbeat") == ACCEPTED
    bench.advance(500)
    assert [when - begin for when in bench.when(v16.HeartbeatRequest)] == [200, 300, 600]


def test_the_boot_is_Rejected_once_accepted() -> None:
    """E 3.35, also after a reconnect."""
    bench = Bench()
    assert trigger(bench, "BootNotification") == "Rejected"
    bench.cut()
    bench.restore()
    bench.take()
    assert trigger(bench, "BootNotification") == "Rejected"
    assert not bench.sent(Boot)


@pytest.mark.parametrize("message", ["DiagnosticsStatusNotification", "FirmwareStatusNotification"])
def test_what_no_block_offers_is_NotImplemented(message: str) -> None:
    bench = Bench()
    if not bench.station.ctx.triggers.known(message):
        assert trigger(bench, message) == "NotImplemented"
        assert not bench.sent()
    else:
        assert trigger(bench, message) == ACCEPTED


@pytest.mark.parametrize(
    "message",
    ["CustomOperation", "RemoteStartTransaction", "GetConfiguration", "StartTransaction", "statusnotification"]
    + ["LogStatusNotification", "", "x" * 500, "Authorize"],
)
def test_W6_an_unknown_message_is_NotImplemented_in_a_conf(message: str) -> None:
    bench = Bench()
    assert trigger(bench, message) == "NotImplemented"
    assert not bench.sent()


def test_left_out_the_profile_is_not_supported() -> None:
    bench = Bench()
    bench.setup.without = frozenset({"RemoteTrigger"})
    bench.restart()
    bench.take()
    refused = bench.ask(v16.TriggerMessageRequest(requested_message=Trigger.Heartbeat))
    assert isinstance(refused, CallErrorReceived) and refused.code is ErrorCode.NotSupported
    assert bench.get_key("SupportedFeatureProfiles") is not None
    assert fold("RemoteTrigger") not in fold(str(bench.get_key("SupportedFeatureProfiles")))


# The order of things, and the bounds


@pytest.mark.parametrize("message", ["Heartbeat", "StatusNotification", "MeterValues"])
def test_the_answer_goes_first(message: str) -> None:
    bench = Bench()
    said: list[Any] = []
    assert bench._backend is not None
    bench._backend.tap = lambda way, text: said.append(json.loads(text)) if way == "in" else None
    assert trigger(bench, message, 1) == ACCEPTED
    assert [frame[0] for frame in said] == [3, 2]
    assert said[1][2] == message


def test_a_flood_of_triggers_is_bounded() -> None:
    bench = Bench()
    bench.answers[Status] = lambda _: None
    answers = [trigger(bench, "StatusNotification", 1) for _ in range(MAX_WAITING + 10)]
    assert answers[:MAX_WAITING] == [ACCEPTED] * MAX_WAITING and answers[-1] == "Rejected"


def test_with_the_link_what_was_asked_for_is_forgotten() -> None:
    """1.6 §5.17: current information only."""
    bench = Bench()
    bench.answers[Status] = lambda _: None
    assert trigger(bench, "StatusNotification") == ACCEPTED
    assert len(bench.take(Status)) == 1  # connector 0; the others wait for its answer
    bench.answers[Status] = lambda _: v16.StatusNotificationResponse()
    bench.cut()
    bench.restore()
    assert not bench.sent(Status)
    assert trigger(bench, "StatusNotification") == ACCEPTED
    assert len(bench.sent(Status)) == 3


def test_a_session_without_room_is_tried_again() -> None:
    bench = Bench()
    bench.answers[v16.DataTransferRequest] = lambda _: None
    bench.station.call(v16.DataTransferRequest(vendor_id="V"), bench.now)
    bench.station.call(v16.DataTransferRequest(vendor_id="V"), bench.now)
    bench.run()
    bench.station.ctx.settings.max_queue = 1
    assert trigger(bench, "StatusNotification", 1) == ACCEPTED
    bench.station.ctx.settings.max_queue = 100
    bench.advance(60)
    assert len(bench.sent(Status)) == 1


# Before acceptance (1.6 §4.2)


def test_while_Pending_what_is_triggered_leaves_and_nothing_else() -> None:
    bench = pending()
    bench.plug(1)
    assert not bench.sent()
    assert trigger(bench, "StatusNotification") == ACCEPTED
    assert [(status.connector_id, status.status) for status in bench.take(Status)] == [
        (0, "Available"),
        (1, "Preparing"),
        (2, "Available"),
    ]
    assert trigger(bench, "MeterValues", 1) == ACCEPTED
    assert trigger(bench, "Heartbeat") == ACCEPTED
    sent: list[Any] = bench.take()
    assert [type(request) for request in sent] == [Values, v16.HeartbeatRequest]
    bench.advance(99)
    assert not bench.sent()


def test_while_Pending_the_boot_goes_out_at_once_and_the_interval_begins_anew() -> None:
    bench = pending(100)
    bench.advance(40)
    assert trigger(bench, "BootNotification") == ACCEPTED
    assert len(bench.take(Boot)) == 1
    bench.advance(99)
    assert not bench.sent(Boot)
    bench.advance(1)
    assert len(bench.take(Boot)) == 1
    bench.answer_boot(v16.RegistrationStatus.Accepted, 300)
    assert trigger(bench, "BootNotification") == ACCEPTED
    assert bench.station.ctx.online
    bench.advance(100)
    assert len(bench.sent(Boot)) == 1


def test_what_was_asked_for_while_Pending_waits_for_a_boot_that_is_out() -> None:
    bench = pending(100)
    bench.answers[Boot] = lambda _: None
    bench.advance(100)
    assert len(bench.take(Boot)) == 1
    assert trigger(bench, "StatusNotification", 1) == ACCEPTED
    assert trigger(bench, "BootNotification") == ACCEPTED  # the one that is out
    assert not bench.sent()
    bench.advance(30)  # MessageTimeout
    sent: list[Any] = bench.sent()
    assert [type(request) for request in sent] == [Status]


def test_once_Rejected_nothing_of_it_leaves() -> None:
    bench = pending(100)
    bench.answers[Status] = lambda _: None
    assert trigger(bench, "StatusNotification") == ACCEPTED
    bench.answer_boot(REJECTED, 1000)
    bench.advance(85)  # the boot waits for the end of the call that is out, then is Rejected
    bench.advance(60)
    assert bench.station.ctx.rejected
    bench.take()
    bench.advance(900)
    assert not bench.sent()


def test_before_any_answer_only_the_boot_itself() -> None:
    bench = Bench(boot=False)
    bench.answers[Boot] = lambda _: RpcError(ErrorCode.InternalError)
    bench.boot()
    bench.take()
    assert trigger(bench, "StatusNotification") == "Rejected"
    assert not bench.sent()
    assert trigger(bench, "BootNotification") == ACCEPTED
    assert len(bench.sent(Boot)) == 1


def test_without_a_clock_there_are_no_values_to_tell() -> None:
    """The timestamp of a MeterValue is mandatory (1.6 §7.33)."""
    bench = Bench(boot=False, clock_known=False)
    bench.answers[Boot] = lambda _: v16.BootNotificationResponse(
        status=PENDING, current_time=bench.utc.replace(year=2001), interval=100
    )
    bench.boot()
    bench.take()
    assert bench.station.ctx.utc is None
    assert trigger(bench, "MeterValues", 1) == "Rejected"
    assert trigger(bench, "StatusNotification", 1) == ACCEPTED
    assert bench.sent(Status)[0].timestamp is None
