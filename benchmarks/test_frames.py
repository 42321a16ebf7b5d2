"""How long a frame of OCPP 1.6 takes: text to validated typed message, and back. `make bench` runs it.

Beside it in each group, in the same run: the `ocpp` package, which reads a frame into a dict and validates that against
the JSON Schema. What counts is the ratio within a group (in brackets); the times are those of the machine. Not
measured: sockets, sessions, what a handler does.
"""

from __future__ import annotations

from typing import Any

import pytest
from ocpp.messages import _validate_payload, unpack

from ocppcore import v16
from ocppcore.wire.encode import encode_call
from ocppcore.wire.frame import Call
from ocppcore.wire.plain import decode

ID = "2f6b8a8e-5b0c-4b58-9d5f-0c1d3b6c7a10"
INSTANT = "2026-03-01T12:34:56.789Z"


def sampled(value: str, measurand: str, unit: str) -> str:
    return (
        f'{{"value":"{value}","context":"Sample.Periodic","format":"Raw","measurand":"{measurand}",'
        f'"location":"Outlet","unit":"{unit}"}}'
    )


SAMPLES = ",".join(
    [
        sampled("1234567.8", "Energy.Active.Import.Register", "Wh"),
        sampled("11040", "Power.Active.Import", "W"),
        sampled("16.0", "Current.Import", "A"),
        sampled("231.2", "Voltage", "V"),
    ]
)
PERIODS = ",".join(f'{{"startPeriod":{900 * index},"limit":{6 + index / 10:.1f}}}' for index in range(24))
PAYLOADS = {
    "Heartbeat": "{}",
    "StartTransaction": f'{{"connectorId":1,"idTag":"04AABBCCDD","meterStart":1234567,"timestamp":"{INSTANT}"}}',
    "MeterValues": '{"connectorId":1,"transactionId":4711,"meterValue":['
    + ",".join([f'{{"timestamp":"{INSTANT}","sampledValue":[{SAMPLES}]}}'] * 4)
    + "]}",
    "SetChargingProfile": '{"connectorId":1,"csChargingProfiles":{"chargingProfileId":1,"stackLevel":0,'
    '"chargingProfilePurpose":"TxDefaultProfile","chargingProfileKind":"Absolute","chargingSchedule":'
    f'{{"chargingRateUnit":"A","startSchedule":"{INSTANT}","chargingSchedulePeriod":[{PERIODS}]}}}}}}',
}
FRAMES = {action: f'[2,"{ID}","{action}",{payload}]' for action, payload in PAYLOADS.items()}


def ours(frame: str) -> Any:
    return decode(frame, v16.ACTIONS, {})


def theirs(frame: str) -> Any:
    message = unpack(frame)
    _validate_payload(message, "1.6")
    return message


@pytest.mark.parametrize("reader", [ours, theirs])
@pytest.mark.parametrize("action", FRAMES)
def test_read(benchmark: Any, action: str, reader: Any) -> None:
    benchmark.group = f"read {action}, {len(FRAMES[action])} bytes"
    read = benchmark(reader, FRAMES[action])
    assert read.action == action and read.payload is not None


@pytest.mark.parametrize("action", FRAMES)
def test_write(benchmark: Any, action: str) -> None:
    benchmark.group = f"write {action}"
    read = ours(FRAMES[action])
    assert type(read) is Call

    def write() -> str:
        return encode_call(ID, action, v16.REQUESTS[action].shape.dump(read.payload))

    assert ours(benchmark(write)).payload == read.payload
