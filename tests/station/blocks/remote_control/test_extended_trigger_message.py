"""ExtendedTriggerMessage (W 5.5, 5.6, 6.16): the same as TriggerMessage, with names of its own."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ocppcore import v16
from ocppcore.errors import CallErrorReceived
from ocppcore.station import Capabilities
from ocppcore.testing.bench import Bench
from ocppcore.version import ErrorCode

Status, Values = v16.StatusNotificationRequest, v16.MeterValuesRequest
ACCEPTED = "Accepted"


def trigger(bench: Bench, message: str, connector: int | None = None) -> str:
    request = v16.ExtendedTriggerMessageRequest(
        requested_message=message,  # type: ignore[arg-type]
        connector_id=connector,
    )
    return str(bench.insist(request).status)


def plain(bench: Bench, message: str) -> str:
    request = v16.TriggerMessageRequest(requested_message=message)  # type: ignore[arg-type]
    return str(bench.insist(request).status)


def test_what_both_triggers_know_is_the_same_message() -> None:
    bench = Bench()
    assert trigger(bench, "Heartbeat", 99) == ACCEPTED  # the connector does not matter
    assert len(bench.take(v16.HeartbeatRequest)) == 1
    assert trigger(bench, "StatusNotification", 2) == ACCEPTED
    assert [status.connector_id for status in bench.take(Status)] == [2]
    assert trigger(bench, "MeterValues") == ACCEPTED
    assert [values.connector_id for values in bench.take(Values)] == [1, 2]


@pytest.mark.parametrize("message", ["StatusNotification", "MeterValues"])
@pytest.mark.parametrize("connector", [-1, 3, 99])
def test_a_connector_that_there_is_not_is_Rejected(message: str, connector: int) -> None:
    bench = Bench()
    assert trigger(bench, message, connector) == "Rejected"
    assert not bench.sent(Status, Values)


def test_the_boot_is_Rejected_once_accepted_and_sent_while_Pending() -> None:
    """E 3.35; 1.6 §4.2."""
    assert trigger(Bench(), "BootNotification") == "Rejected"
    bench = Bench(boot=False)
    bench.answer_boot(v16.RegistrationStatus.Pending, 100)
    bench.boot()
    bench.take()
    assert trigger(bench, "StatusNotification", 1) == ACCEPTED
    assert len(bench.take(Status)) == 1
    assert trigger(bench, "BootNotification") == ACCEPTED
    assert len(bench.take(v16.BootNotificationRequest)) == 1


@pytest.mark.parametrize(
    "message", ["DiagnosticsStatusNotification", "SignedFirmwareStatusNotification", "SignCertificate", "heartbeat", ""]
)
def test_there_are_seven_names_and_no_other(message: str) -> None:
    """decisions: 24; one that is not among them is told in a conf, not in a CALLERROR."""
    bench = Bench(capabilities=Capabilities(diagnostics=True, install=True, reset=True))
    assert trigger(bench, message) == "NotImplemented"
    assert not bench.sent()


def test_one_name_may_mean_two_messages() -> None:
    """W 6.16: FirmwareStatusNotification."""
    bench = Bench()
    triggers = bench.station.ctx.triggers
    one, other = v16.HeartbeatRequest(), v16.AuthorizeRequest(id_tag="TAG")
    triggers.register("Name", lambda _: [lambda: triggers.send(lambda: one)], extended=False)
    triggers.register("Name", lambda _: [lambda: triggers.send(lambda: other)], extended=True)
    assert plain(bench, "Name") == trigger(bench, "Name") == ACCEPTED
    assert bench.sent() == [one, other]


@pytest.mark.parametrize("message", ["LogStatusNotification", "SignChargePointCertificate"])
def test_a_TriggerMessage_does_not_know_the_names_of_the_white_paper(message: str) -> None:
    assert plain(Bench(), message) == "NotImplemented"


def test_the_answer_goes_first() -> None:
    bench = Bench()
    said: list[Any] = []
    assert bench._backend is not None
    bench._backend.tap = lambda way, text: said.append(json.loads(text)) if way == "in" else None
    assert trigger(bench, "StatusNotification", 1) == ACCEPTED
    assert [frame[0] for frame in said] == [3, 2]


def test_without_the_security_extension_it_is_not_supported() -> None:
    bench = Bench()
    bench.setup.without = frozenset({"Security"})
    bench.restart()
    refused = bench.ask(v16.ExtendedTriggerMessageRequest(requested_message=v16.MessageTriggerEnumType.Heartbeat))
    assert isinstance(refused, CallErrorReceived) and refused.code is ErrorCode.NotSupported
    assert plain(bench, "Heartbeat") == ACCEPTED
