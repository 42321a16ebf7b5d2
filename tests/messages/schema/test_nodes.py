"""Faults: which code, where, which rule, in which order; and that no value is in them."""

from __future__ import annotations

from typing import Any

import pytest

from ocppcore import v16
from ocppcore.version import ErrorCode
from ocppcore.wire.fault import Fault

FORMAT = ErrorCode.FormatViolation
OCCURRENCE = ErrorCode.OccurrenceConstraintViolation
PROPERTY = ErrorCode.PropertyConstraintViolation
TYPE = ErrorCode.TypeConstraintViolation

STATUS = {"connectorId": 1, "errorCode": "NoError", "status": "Available"}
SAMPLE = {"value": "1", "unit": "Wh"}
METER = {"connectorId": 1, "meterValue": [{"timestamp": "2026-01-01T00:00:00Z", "sampledValue": [SAMPLE]}]}


def fault_of(action: str, payload: Any) -> tuple[ErrorCode, str, str]:
    fault = v16.ACTIONS.requests[action].load(payload)
    assert isinstance(fault, Fault)
    return fault.code, fault.pointer, fault.rule


def meter(**changes: Any) -> dict[str, Any]:
    return {"connectorId": 1, "meterValue": [{"timestamp": "2026-01-01T00:00:00Z", "sampledValue": [SAMPLE | changes]}]}


@pytest.mark.parametrize(
    ("action", "payload", "expected"),
    [
        ("Authorize", [], (FORMAT, "", "type object")),
        ("Authorize", "x", (FORMAT, "", "type object")),
        ("Authorize", 7, (FORMAT, "", "type object")),
        ("Authorize", True, (FORMAT, "", "type object")),
        ("Authorize", None, (OCCURRENCE, "/idTag", "required")),
        ("Authorize", {}, (OCCURRENCE, "/idTag", "required")),
        ("Authorize", {"idTag": "x", "idtag": "x"}, (FORMAT, "/idtag", "unknown field")),
        ("Authorize", {"idTag": 1}, (TYPE, "/idTag", "type string")),
        ("Authorize", {"idTag": None}, (TYPE, "/idTag", "type string")),
        ("Authorize", {"idTag": ["x"]}, (TYPE, "/idTag", "type string")),
        ("Authorize", {"idTag": "x" * 21}, (PROPERTY, "/idTag", "maxLength 20")),
        ("StatusNotification", STATUS | {"info": None}, (TYPE, "/info", "type string")),
        ("StatusNotification", STATUS | {"connectorId": True}, (TYPE, "/connectorId", "type integer")),
        ("StatusNotification", STATUS | {"connectorId": 1.0}, (TYPE, "/connectorId", "type integer")),
        ("StatusNotification", STATUS | {"connectorId": 2**63}, (PROPERTY, "/connectorId", "range of an integer")),
        ("StatusNotification", STATUS | {"connectorId": -1}, (PROPERTY, "/connectorId", "minimum 0 (1.6 6.47)")),
        ("StatusNotification", STATUS | {"status": "available"}, (PROPERTY, "/status", "enum")),
        ("StatusNotification", STATUS | {"status": 1}, (TYPE, "/status", "type string")),
        ("StatusNotification", STATUS | {"timestamp": "2026"}, (PROPERTY, "/timestamp", "format date-time")),
        ("GetDiagnostics", {"location": "no uri"}, (PROPERTY, "/location", "format uri")),
        ("GetConfiguration", {"key": "x"}, (TYPE, "/key", "type array")),
        ("GetConfiguration", {"key": ["x", 1]}, (TYPE, "/key/1", "type string")),
        ("MeterValues", METER | {"meterValue": []}, (OCCURRENCE, "/meterValue", "minItems 1")),
        ("MeterValues", METER | {"meterValue": [7]}, (TYPE, "/meterValue/0", "type object")),
        ("MeterValues", meter(unit="kg"), (PROPERTY, "/meterValue/0/sampledValue/0/unit", "enum")),
        ("MeterValues", meter(x=1), (FORMAT, "/meterValue/0/sampledValue/0/x", "unknown field")),
    ],
)
def test_each_broken_rule_has_its_code_its_place_and_its_name(action: str, payload: Any, expected: object) -> None:
    assert fault_of(action, payload) == expected


def test_the_first_fault_in_the_text_counts() -> None:
    assert fault_of("Authorize", {"x": 1, "idTag": 1})[1] == "/x"
    assert fault_of("Authorize", {"idTag": 1, "x": 1})[1] == "/idTag"
    payload = {"meterValue": [{"sampledValue": [{"unit": 1}]}], "connectorId": "x"}
    assert fault_of("MeterValues", payload)[1] == "/meterValue/0/sampledValue/0/unit"


def test_missing_fields_count_at_the_closing_brace_in_schema_order() -> None:
    assert fault_of("StatusNotification", {})[1] == "/connectorId"
    assert fault_of("StatusNotification", {"status": "Available"})[1] == "/connectorId"
    assert fault_of("StatusNotification", {"connectorId": 1})[1] == "/errorCode"
    assert fault_of("MeterValues", {"meterValue": [{"sampledValue": []}], "x": 1})[1] == "/meterValue/0/sampledValue"
    assert fault_of("MeterValues", {"meterValue": [{"sampledValue": [SAMPLE]}], "x": 1})[1] == "/meterValue/0/timestamp"


def test_the_count_of_items_counts_at_the_closing_bracket() -> None:
    assert fault_of("MeterValues", {"meterValue": [], "x": 1})[1] == "/meterValue"
    assert fault_of("MeterValues", {"x": 1, "meterValue": []})[1] == "/x"


def test_rules_of_the_text_count_last() -> None:
    assert fault_of("StatusNotification", {"connectorId": -1})[1] == "/errorCode"
    assert fault_of("StatusNotification", STATUS | {"connectorId": -1, "x": 1})[1] == "/x"


def test_a_hostile_key_is_cut_and_made_printable() -> None:
    def pointer(key: str) -> str:
        return fault_of("Authorize", {key: 1})[1]

    assert pointer("a/b~c") == "/a~1b~0c"
    assert len(pointer("k" * 60_000)) < 50
    for key in ("\r\nERROR", "\x1b[0m", "\u202e", "\ud800", "é\x00", "\U0001f50c" * 1000):
        assert pointer(key).isascii() and pointer(key).isprintable() and len(pointer(key)) < 50
    assert pointer("") == "/"


def test_no_fault_carries_the_value() -> None:
    for payload in ({"idTag": "hunter2" * 10}, {"idTag": ["hunter2"]}, {"idTag": {"hunter2": 1}}):
        assert "hunter2" not in repr(v16.AuthorizeRequest.shape.load(payload))
    change = v16.ChangeConfigurationRequest.shape
    assert "hunter2" not in repr(change.load({"key": "AuthorizationKey", "value": "hunter2" * 100}))


def test_lengths_count_code_points() -> None:
    shape = v16.AuthorizeRequest.shape
    assert shape.load({"idTag": "\U0001f50c" * 20}) == v16.AuthorizeRequest(id_tag="\U0001f50c" * 20)
    assert isinstance(shape.load({"idTag": "\U0001f50c" * 21}), Fault)


def test_any_name_may_come_as_a_key() -> None:
    for key in ("__class__", "__proto__", "self", "call_unique_id", "id_tag"):
        assert fault_of("Authorize", {"idTag": "x", key: "x"}) == (FORMAT, f"/{key}", "unknown field")
