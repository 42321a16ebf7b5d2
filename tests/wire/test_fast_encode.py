"""Typed messages straight to text: as the plain twin writes them, and with its exception where it refuses."""

from __future__ import annotations

import importlib.util
import json
import math
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocppcore import v16
from ocppcore.errors import InvalidMessage
from ocppcore.messages.enums import unknown_member
from ocppcore.wire import encode as twin

if importlib.util.find_spec("ocppcore.wire.fast") is None:
    pytest.skip("a build without extensions has one encoder", allow_module_level=True)

from ocppcore.wire import fast

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def outcome(encode: Any, message: Any, kind: int = 2, id: str = "1") -> Any:
    try:
        # As the text of a double: -0.0 is not 0.0.
        return json.loads(encode(kind, id, "Some", message.shape, message), parse_float=lambda text: repr(float(text)))
    except InvalidMessage as error:
        return str(error), error.fault.code, error.fault.pointer, error.fault.rule
    except (AttributeError, TypeError) as error:
        return type(error)


def alike(message: Any, kind: int = 2, id: str = "1") -> Any:
    found = outcome(fast.encode_message, message, kind, id)
    assert found == outcome(twin.encode_message, message, kind, id)
    return found


def text_of(message: Any) -> str:
    """What the fast path writes on its own."""
    text = fast.encode(2, "1", "Some", message.shape.tabulate(), message)
    assert text is not None
    assert text == twin.encode_message(2, "1", "Some", message.shape, message)
    return str(text)


def test_frames_are_compact_arrays() -> None:
    assert text_of(v16.HeartbeatRequest()) == '[2,"1","Some",{}]'
    response = v16.HeartbeatResponse(current_time=NOON)
    text = fast.encode_message(3, "é\n", "Heartbeat", response.shape, response)
    assert text == '[3,"é\\n",{"currentTime":"2026-03-01T12:00:00Z"}]'
    assert fast.encode_message(6, "1", "A", response.shape, response).startswith('[6,"1","A",{')


@pytest.mark.parametrize(
    "text", ["", "a", "/", '"', "\\", "\b\f\n\r\t", "".join(map(chr, range(32))), "\x7f", "é", "\u2028😀"]
)
@pytest.mark.parametrize("size", [0, 1, 15, 16, 17, 5000])
def test_texts_are_escaped_as_rfc_8259_demands_and_no_more(text: str, size: int) -> None:
    message = v16.DataTransferRequest(vendor_id="v", data="x" * size + text + "y" * size)
    assert json.loads(text_of(message))[3]["data"] == message.data


@settings(max_examples=200)
@given(st.text())
def test_any_text_comes_back_or_is_refused_alike(text: str) -> None:
    alike(v16.DataTransferRequest(vendor_id="v", data=text))
    alike(v16.HeartbeatRequest(), id=text)


def limited(limit: Any) -> Any:
    period = v16.ChargingSchedulePeriod(start_period=0, limit=limit)
    schedule = v16.ChargingSchedule(charging_rate_unit=v16.ChargingRateUnitType.A, charging_schedule_period=[period])
    return v16.GetCompositeScheduleResponse(status=v16.GetCompositeScheduleStatus.Accepted, charging_schedule=schedule)


@settings(max_examples=200)
@given(st.integers(1 - 10**15, 10**15 - 1))
def test_tenths_are_written_in_the_shortest_form(tenths: int) -> None:
    assert f'"limit":{tenths / 10!r}' in text_of(limited(tenths / 10))


@settings(max_examples=200)
@given(st.floats() | st.integers() | st.decimals() | st.booleans() | st.none())
def test_any_number_is_judged_alike(limit: Any) -> None:
    alike(limited(limit))


@pytest.mark.parametrize(
    "limit",
    [0.0, -0.0, 16.0, 22.3, 0.1, 1e14, 1e15, 1e16, 1e22, 1e300, 4.11, 0.30000000000000004, 7, -7, 2**63, math.nan],
)
def test_odd_numbers_are_judged_alike(limit: float) -> None:
    alike(limited(limit))


@pytest.mark.parametrize("limit", [0.0, -0.0, -0.1, 0.5])
def test_the_sign_of_a_number_is_kept(limit: float) -> None:
    message = limited(limit)
    assert f'"limit":{limit!r}' in fast.encode_message(2, "1", "Some", message.shape, message)


class Odd(tzinfo):
    """A time zone that fails, or answers nonsense."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer

    def utcoffset(self, when: datetime | None) -> Any:
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.mark.parametrize(
    "instant",
    [
        NOON,
        NOON.replace(microsecond=999),
        NOON.replace(microsecond=1000),
        NOON.replace(microsecond=999_999),
        NOON.astimezone(timezone(timedelta(hours=-5, minutes=-30))),
        NOON.replace(tzinfo=timezone.utc),
        NOON.replace(tzinfo=timezone(timedelta(0))),
        NOON.replace(tzinfo=None),
        NOON.replace(year=1969),
        NOON.replace(year=1970),
        NOON.replace(year=2199),
        NOON.replace(year=2200),
        datetime.max.replace(tzinfo=timezone(timedelta(hours=-1))),
        NOON.replace(tzinfo=Odd(None)),
        NOON.replace(tzinfo=Odd(timedelta(hours=1))),
        NOON.replace(tzinfo=Odd(TypeError("no"))),
        "2026-03-01T12:00:00Z",
        NOON.date(),
        7,
        None,
    ],
)
def test_instants_leave_in_utc_or_are_refused_alike(instant: Any) -> None:
    alike(v16.HeartbeatResponse(current_time=instant), kind=3)


class Fancy(str):
    pass


@pytest.mark.parametrize(
    "value", ["Soft", v16.ResetType.Hard, Fancy("Soft"), "soft", unknown_member(v16.ResetType, "x"), 1, None, "é"]
)
def test_enumerations_are_written_as_members_or_their_texts(value: Any) -> None:
    alike(v16.ResetRequest(type=value))


@pytest.mark.parametrize("value", ["x" * 20, "x" * 21, "é" * 20, "é" * 21, Fancy("x"), b"x", 7, None, "\ud800"])
def test_texts_are_counted_in_characters(value: Any) -> None:
    alike(v16.AuthorizeRequest(id_tag=value))


@pytest.mark.parametrize("value", [0, -1, 1, True, 1.0, "1", 2**63 - 1, 2**63, -(2**63), None, 10**30])
def test_integers_are_judged_alike(value: Any) -> None:
    alike(v16.GetCompositeScheduleRequest(connector_id=1, duration=value))
    alike(v16.StartTransactionRequest(connector_id=value, id_tag="x", meter_start=0, timestamp=NOON))


@pytest.mark.parametrize(
    "values", [[], (), None, "x", {}, [None], [7], [v16.SampledValue(value="1")], (v16.SampledValue(value="1"),)]
)
def test_lists_are_judged_alike(values: Any) -> None:
    alike(v16.MeterValuesRequest(connector_id=1, meter_value=values))
    value = v16.MeterValue(timestamp=NOON, sampled_value=values)
    alike(v16.MeterValuesRequest(connector_id=1, meter_value=[value]))
    alike(v16.StopTransactionRequest(transaction_id=1, timestamp=NOON, meter_stop=0, transaction_data=[value]))


def test_a_message_of_another_class_or_with_a_hole_is_judged_alike() -> None:
    class Special(v16.AuthorizeRequest):
        pass

    class Hidden(v16.AuthorizeRequest):
        id_tag = property(lambda self: "hidden")  # type: ignore[assignment]

    alike(Special(id_tag="x"))
    hole = object.__new__(v16.AuthorizeRequest)
    alike(hole)
    for message in (v16.HeartbeatRequest(), None, object.__new__(Hidden)):
        shape = v16.AuthorizeRequest.shape
        assert fast.encode(2, "1", "Authorize", shape.tabulate(), message) is None


def test_odd_arguments_are_for_the_twin() -> None:
    message = v16.HeartbeatRequest()
    table = message.shape.tabulate()
    for arguments in ((4, "1", "A"), (2, 1, "A"), (2, "1", None), (2.5, "1", "A"), ("2", "1", "A")):
        assert fast.encode(*arguments, table, message) is None
    assert fast.encode(2, "1", "A", None, message) is None


def test_a_list_that_a_time_zone_changes_is_written_without_harm() -> None:
    values: list[Any] = []

    class Emptying(tzinfo):
        def utcoffset(self, when: datetime | None) -> timedelta:
            values.clear()
            return timedelta(hours=1)

    for _ in range(50):
        reading = v16.MeterValue(timestamp=NOON.replace(tzinfo=Emptying()), sampled_value=[v16.SampledValue(value="1")])
        values.append(reading)
    del reading
    message = v16.MeterValuesRequest(connector_id=1, meter_value=values)
    fast.encode(2, "1", "MeterValues", message.shape.tabulate(), message)
    assert values == []
