"""The quirks of devices: each is refused by a strict session, read by a lenient one, and reported."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from ocppcore import v16
from ocppcore.errors import InvalidMessage, InvalidResult, SetupError
from ocppcore.messages.enums import is_known
from ocppcore.session.events import CallEnded, CallReceived, FaultReceived, Repaired, ResultReceived
from ocppcore.session.policy import LENIENT, QUIRKS, Policy

AT = "2026-01-01T12:00:00Z"
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
SAMPLE = {"value": "1"}


def meter_values(at: str = AT, **sample: Any) -> dict[str, Any]:
    return {"connectorId": 1, "meterValue": [{"timestamp": at, "sampledValue": [SAMPLE | sample]}]}


def status(**fields: Any) -> dict[str, Any]:
    return {"connectorId": 1, "errorCode": "NoError", "status": "Available"} | fields


# Quirk, action, payload, where it is, and what is read there (an expression over `r`, the request).
SEEN: list[tuple[str, str, dict[str, Any], str, str, Any]] = [
    ("null-field", "StatusNotification", status(info=None), "/info", "r.info", None),
    ("null-field", "MeterValues", meter_values() | {"transactionId": None}, "/transactionId", "r.transaction_id", None),
    ("empty-text", "StatusNotification", status(timestamp=""), "/timestamp", "r.timestamp", None),
    (
        "empty-text",
        "MeterValues",
        meter_values(unit=""),
        "/meterValue/0/sampledValue/0/unit",
        "r.meter_value[0].sampled_value[0].unit",
        None,
    ),
    ("unknown-field", "Heartbeat", {"uptime": 5}, "/uptime", "r", v16.HeartbeatRequest()),
    (
        "long-text",
        "BootNotification",
        {"chargePointVendor": "V", "chargePointModel": "M", "chargeBoxSerialNumber": "S" * 34},
        "/chargeBoxSerialNumber",
        "r.charge_box_serial_number",
        "S" * 34,
    ),
    ("unknown-enum", "StatusNotification", status(errorCode="Error"), "/errorCode", "r.error_code", "Error"),
    (
        "unknown-enum",
        "MeterValues",
        meter_values(unit="Hz"),
        "/meterValue/0/sampledValue/0/unit",
        "r.meter_value[0].sampled_value[0].unit",
        "Hz",
    ),
    (
        "naive-instant",
        "MeterValues",
        meter_values("2026-01-01T12:00:00"),
        "/meterValue/0/timestamp",
        "r.meter_value[0].timestamp",
        NOON,
    ),
    (
        "short-offset",
        "StatusNotification",
        status(timestamp="2026-01-01T14:00:00.000+02"),
        "/timestamp",
        "r.timestamp",
        NOON,
    ),
    (
        "number-as-text",
        "MeterValues",
        meter_values(value=604.213),
        "/meterValue/0/sampledValue/0/value",
        "r.meter_value[0].sampled_value[0].value",
        "604.213",
    ),
    ("text-as-number", "StatusNotification", status(connectorId=" 2 "), "/connectorId", "r.connector_id", 2),
    (
        "object-as-text",
        "DataTransfer",
        {"vendorId": "v", "data": {"a": [1, 2.5, None]}},
        "/data",
        "r.data",
        '{"a":[1,2.5,null]}',
    ),
]


def text(action: str, payload: dict[str, Any]) -> str:
    return json.dumps([2, "1", action, payload])


def read(bench: Any, frame: str) -> Any:
    """The request that is told, or None if the frame is refused."""
    answers = bench.hear(frame)
    told = bench.take(CallReceived)
    assert len(told) + len(answers) == 1
    bench.session.drop("1")
    return told[0].request if told else None


@pytest.mark.parametrize(("quirk", "action", "payload", "pointer", "where", "value"), SEEN)
def test_a_quirk_is_read_if_it_is_named_and_refused_otherwise(
    make_bench: Any, quirk: str, action: str, payload: dict[str, Any], pointer: str, where: str, value: Any
) -> None:
    frame = text(action, payload)
    assert read(make_bench().up(), frame) is None
    others: Any = set(QUIRKS) - {quirk}
    assert read(make_bench(policy=Policy({"*": others})).up(), frame) is None
    bench = make_bench(policy=Policy({"*": {quirk}})).up()
    request = read(bench, frame)
    assert eval(where, {"r": request}) == value
    (event,) = bench.take(Repaired)
    assert (event.quirk, event.pointer, event.action) == (quirk, pointer, action)
    assert bench.take(FaultReceived) == [] and bench.session.counters.repaired == 1


def test_every_quirk_is_tested() -> None:
    assert {quirk for quirk, *_ in SEEN} | {"missing-payload"} == set(QUIRKS)


def test_a_missing_payload_is_an_empty_one(make_bench: Any) -> None:
    bench = make_bench(policy=LENIENT).up()
    assert isinstance(read(bench, '[2,"1","ClearCache"]'), v16.ClearCacheRequest)
    assert [(event.quirk, event.pointer) for event in bench.take(Repaired)] == [("missing-payload", "")]
    id = bench.call(v16.StatusNotificationRequest(connector_id=0, error_code="NoError", status="Available"))
    bench.hear(f'[3,"{id}" ] ')
    assert [event.id for event in bench.take(ResultReceived)] == [id]
    assert [event.action for event in bench.take(Repaired)] == ["StatusNotification"]
    assert bench.hear('[2,"1","Reset"]')[0].startswith('[4,"1","OccurenceConstraintViolation"')


def test_an_unknown_value_is_kept_as_one(make_bench: Any) -> None:
    request = read(make_bench(policy=LENIENT).up(), text("StatusNotification", status(errorCode="Error")))
    assert isinstance(request.error_code, v16.ChargePointErrorCode) and not is_known(request.error_code)


def test_several_quirks_in_one_message_are_reported_once_for_each_field(make_bench: Any) -> None:
    bench = make_bench(policy=LENIENT).up()
    payload = meter_values(value=1, unit="Hz", context=None)
    payload["meterValue"] *= 3
    request = read(bench, text("MeterValues", payload | {"firmware": "x"}))
    assert [value.sampled_value[0].value for value in request.meter_value] == ["1"] * 3
    found = {(event.quirk, event.pointer) for event in bench.take(Repaired)}
    place = "/meterValue/0/sampledValue/0/"
    assert found == {
        ("number-as-text", place + "value"),
        ("unknown-enum", place + "unit"),
        ("null-field", place + "context"),
        ("unknown-field", "/firmware"),
    }


@pytest.mark.parametrize(
    ("action", "payload", "code"),
    [
        ("Authorize", {"idTag": None}, "TypeConstraintViolation"),
        ("Authorize", {}, "OccurenceConstraintViolation"),
        ("StatusNotification", status(status=""), "PropertyConstraintViolation"),
        ("StatusNotification", status(connectorId="one"), "TypeConstraintViolation"),
        ("StatusNotification", status(connectorId="1.5"), "TypeConstraintViolation"),
        ("StatusNotification", status(timestamp="yesterday"), "PropertyConstraintViolation"),
        ("StatusNotification", status(timestamp="2026-13-01T00:00:00"), "PropertyConstraintViolation"),
        ("MeterValues", meter_values(value=True), "TypeConstraintViolation"),
        ("MeterValues", {"connectorId": 1, "meterValue": {}}, "TypeConstraintViolation"),
        ("StatusNotification", status(connectorId=-1), "PropertyConstraintViolation"),
    ],
)
def test_what_has_no_sensible_meaning_is_refused_by_a_lenient_session_too(
    make_bench: Any, action: str, payload: dict[str, Any], code: str
) -> None:
    strict, lenient = make_bench().up(), make_bench(policy=LENIENT).up()
    (answer,) = lenient.hear(text(action, payload))
    assert json.loads(answer)[2] == code
    assert strict.hear(text(action, payload)) == [answer]
    assert lenient.take(Repaired) == [] and len(lenient.take(FaultReceived)) == 1


@pytest.mark.parametrize(
    "frame", ['[2,"1","Reboot",{}]', '[2,1,"Heartbeat",{}]', '[2,"1","Heartbeat",{},{}]', "x", "[2]"]
)
def test_the_envelope_is_never_repaired(make_bench: Any, frame: str) -> None:
    strict, off = make_bench().up(), make_bench(policy=Policy({"*": "off"})).up()
    assert strict.hear(frame) == off.hear(frame)
    assert off.take(CallReceived) == [] and off.take(Repaired) == []


def test_answers_are_repaired_under_a_name_of_their_own(make_bench: Any) -> None:
    sloppy = '[3,"%s",{"currentTime":"2026-01-01T12:00:00"}]'
    bench = make_bench(policy=Policy({"Heartbeat": "lenient"})).up()
    bench.hear(sloppy % bench.call())
    assert isinstance(bench.take(CallEnded)[0].error, InvalidResult)
    bench.session.policy = Policy({"HeartbeatResponse": {"naive-instant"}})
    bench.hear(sloppy % bench.call())
    (result,) = bench.take(ResultReceived)
    assert result.response.current_time == NOON
    assert [(event.quirk, event.action) for event in bench.take(Repaired)] == [("naive-instant", "Heartbeat")]


def test_the_longest_key_counts() -> None:
    policy = Policy(
        {"*": "lenient", "MeterValues": "strict", "MeterValues/meterValue/timestamp": {"naive-instant"}, "Reset": "off"}
    )
    assert policy.quirks("Heartbeat") == set(QUIRKS)
    assert policy.quirks("MeterValues") == policy.quirks("MeterValues", ("meterValue", "sampledValue")) == set()
    assert policy.quirks("MeterValues", ("meterValue", "timestamp")) == {"naive-instant"}
    assert policy.is_off("Reset") and not policy.is_off("Heartbeat")
    assert Policy().is_strict and Policy({"*": "strict"}).is_strict and not policy.is_strict


def test_a_policy_for_one_field_leaves_the_others_strict(make_bench: Any) -> None:
    bench = make_bench(policy=Policy({"StatusNotification/info": "lenient"})).up()
    assert read(bench, text("StatusNotification", status(info="x" * 60))).info == "x" * 60
    assert read(bench, text("StatusNotification", status(info="x" * 60, vendorId=None))) is None


@pytest.mark.parametrize("rules", [{"*": "lax"}, {"Boot": {"no-such-quirk"}}])
def test_a_wrong_policy_is_told_in_one_clear_line(rules: Any) -> None:
    with pytest.raises(SetupError) as error:
        Policy(rules)
    assert "\n" not in str(error.value) and next(iter(rules)) in str(error.value)


def test_off_reads_what_fits_and_keeps_the_rest_as_it_came(make_bench: Any) -> None:
    bench = make_bench(policy=Policy({"MeterValues": "off"})).up()
    payload = {
        "connectorId": -1,
        "meterValue": [{"timestamp": "yesterday", "sampledValue": [{"value": [1]}, 7]}, {"timestamp": AT}],
    }
    request = read(bench, text("MeterValues", payload))
    assert request.connector_id == -1
    first, second = request.meter_value
    assert first.timestamp == "yesterday" and second.timestamp == NOON
    assert first.sampled_value[0].value == "[1]" and first.sampled_value[1] == 7
    assert second.sampled_value is None
    assert {event.quirk for event in bench.take(Repaired)} == {"unchecked", "object-as-text"}
    assert read(bench, text("MeterValues", {"connectorId": "one", "meterValue": 5})).connector_id == "one"
    assert read(bench, text("Heartbeat", {"x": 1})) is None


def test_a_message_that_is_off_is_sent_unjudged(make_bench: Any) -> None:  # who tests others must send what is wrong
    long = v16.AuthorizeRequest(id_tag="x" * 30)
    bench = make_bench(policy=Policy({"Authorize": "off"})).up()
    bench.call(long)
    assert json.loads(bench.sent()[0])[3] == {"idTag": "x" * 30}
    bench.session.policy = Policy()
    with pytest.raises(InvalidMessage):
        bench.call(long)


def test_leniency_does_not_touch_a_message_that_is_in_order(make_bench: Any) -> None:
    bench = make_bench(policy=LENIENT).up()
    assert read(bench, text("MeterValues", meter_values())) is not None
    assert bench.take(Repaired) == []
