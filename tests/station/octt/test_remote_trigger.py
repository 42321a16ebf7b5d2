"""The certification cases about triggered messages, by id (Remote Trigger profile of 1.6)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ocppcore import v16
from ocppcore.station import Capabilities
from ocppcore.testing.bench import Bench
from ocppcore.testing.rig import MEASURANDS

Trigger = v16.MessageTrigger


def trigger(bench: Bench, message: Any, connector: int | None = None) -> str:
    return str(bench.ask(v16.TriggerMessageRequest(requested_message=message, connector_id=connector)).status)


def test_TC_054_CS_trigger_message() -> None:
    bench = Bench()
    bench.charge()
    bench.take()
    assert trigger(bench, Trigger.MeterValues, 1) == "Accepted"
    (values,) = bench.take(v16.MeterValuesRequest)
    assert values.connector_id == 1
    assert values.meter_value[0].sampled_value[0].context == "Trigger"
    assert trigger(bench, Trigger.Heartbeat) == "Accepted"
    assert len(bench.take(v16.HeartbeatRequest)) == 1
    assert trigger(bench, Trigger.StatusNotification, 1) == "Accepted"
    (status,) = bench.take(v16.StatusNotificationRequest)
    assert (status.connector_id, status.status) == (1, "Charging")


@pytest.mark.parametrize(
    "message",
    [
        *(Trigger.MeterValues, Trigger.Heartbeat, Trigger.StatusNotification),
        *(Trigger.DiagnosticsStatusNotification, Trigger.FirmwareStatusNotification),
    ],
)
def test_TC_054_CS_the_answer_comes_first_and_the_message_behind_it(message: Trigger) -> None:
    capabilities = Capabilities(install=True, reset=True, diagnostics=True, measurands=MEASURANDS)
    bench = Bench(capabilities=capabilities, secure_firmware=False)
    said: list[Any] = []
    assert bench._backend is not None
    bench._backend.tap = lambda way, text: said.append(json.loads(text)) if way == "in" else None
    assert trigger(bench, message, 1) == "Accepted"
    assert [frame[0] for frame in said] == [3, 2]
    assert said[1][2] == message
    if "status" in said[1][3] and message is not Trigger.StatusNotification:
        assert said[1][3]["status"] == "Idle"


@pytest.mark.parametrize("message", [Trigger.MeterValues, Trigger.StatusNotification])
@pytest.mark.parametrize("connector", [3, 99, -1])
def test_TC_055_CS_trigger_message_for_an_unknown_connector(message: Trigger, connector: int) -> None:
    bench = Bench()
    request = v16.TriggerMessageRequest(requested_message=message, connector_id=connector)
    assert bench.insist(request).status == "Rejected"
    assert not bench.sent()
