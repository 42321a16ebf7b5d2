"""The certification cases about triggered messages, by id (Remote Trigger profile of 1.6)."""

from __future__ import annotations

from typing import Any

import pytest

from ocppcore import v16
from ocppcore.testing.bench import Bench

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


@pytest.mark.parametrize("message", [Trigger.MeterValues, Trigger.StatusNotification])
@pytest.mark.parametrize("connector", [3, 99, -1])
def test_TC_055_CS_trigger_message_for_an_unknown_connector(message: Trigger, connector: int) -> None:
    bench = Bench()
    request = v16.TriggerMessageRequest(requested_message=message, connector_id=connector)
    assert bench.insist(request).status == "Rejected"
    assert not bench.sent()
