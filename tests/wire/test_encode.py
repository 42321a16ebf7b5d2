"""What is sent: exact numbers, UTF-8, nothing that JSON does not have; answers to faults that cannot fail."""

from __future__ import annotations

import json
import math
from decimal import Decimal
from enum import StrEnum
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocppcore.errors import InvalidMessage
from ocppcore.version import V16, V21, V201, ErrorCode
from ocppcore.wire import Fault, answer, encode_call, encode_error, encode_result, encode_send
from ocppcore.wire.text import parse


def test_frames_are_compact_arrays() -> None:
    assert encode_call("1", "Reset", {"type": "Soft"}) == '[2,"1","Reset",{"type":"Soft"}]'
    assert encode_result("1", {}) == '[3,"1",{}]'
    assert encode_error("1", "GenericError") == '[4,"1","GenericError","",{}]'
    assert encode_error("1", "GenericError", "d", {"a": [1]}, type=5) == '[5,"1","GenericError","d",{"a":[1]}]'
    assert encode_send("1", "NotifyPeriodicEventStream", {}) == '[6,"1","NotifyPeriodicEventStream",{}]'


def test_text_is_utf8_and_slashes_stand_as_they_are() -> None:
    payload = {"a": 'é😀\u2028/"\\\x00\x1f\x7f'}
    assert encode_result("é", payload) == '[3,"é",{"a":"é😀\u2028/\\"\\\\\\u0000\\u001f\x7f"}]'


def test_an_enumeration_is_its_text_and_a_whole_float_stays_a_number_with_a_fraction() -> None:
    kind = StrEnum("kind", {"Soft": "Soft"})
    assert encode_result("1", {"a": kind("Soft"), "b": 16.0, "c": True, "d": None}) == (
        '[3,"1",{"a":"Soft","b":16.0,"c":true,"d":null}]'
    )


@settings(max_examples=200)
@given(st.floats(allow_nan=False, allow_infinity=False))
def test_floats_leave_in_the_shortest_form_that_reads_back_exactly(value: float) -> None:
    text = encode_result("1", {"v": value})[len('[3,"1",{"v":') : -2]
    assert float(text) == value and math.copysign(1, float(text)) == math.copysign(1, value)
    assert Decimal(text) == Decimal(repr(value))  # repr is the shortest
    assert isinstance(parse(text), Decimal) or 0 < abs(value) < 1e-307


@settings(max_examples=200)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-(10**40) + 1, 10**40 - 1) | st.text(max_size=20),
        lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=5), inner, max_size=5),
        max_leaves=10,
    )
)
def test_what_is_encoded_is_read_back_by_the_strict_parser(value: Any) -> None:
    assert parse(encode_result("1", {"value": value}).encode()) == [3, "1", {"value": value}]


class Opaque:
    pass


endless: list[Any] = []
endless.append(endless)


@pytest.mark.parametrize(
    "value", [math.nan, -math.inf, "\ud800", {"\udfff": 1}, b"bytes", {1, 2}, Opaque(), endless, Decimal("NaN")]
)
def test_what_json_does_not_have_is_refused(value: Any) -> None:
    for encode in (lambda: encode_call("1", "Reset", {"v": value}), lambda: encode_result("1", {"v": value})):
        with pytest.raises(InvalidMessage, match="has no JSON form") as caught:
            encode()
        assert caught.value.fault.rule.isascii() and len(caught.value.fault.rule) <= 120


# Errors


@pytest.mark.parametrize("details", [{"v": math.nan}, {"v": Opaque()}, {"v": endless}, {"\ud800": 1}])
def test_an_error_with_impossible_details_is_sent_without_them(details: Any) -> None:
    assert encode_error("1", "GenericError", "d", details) == '[4,"1","GenericError","d",{}]'


def test_an_error_with_an_impossible_description_is_sent_escaped() -> None:
    assert encode_error("1", "GenericError", "é\ud800") == r'[4,"1","GenericError","\\xe9\\ud800",{}]'


def test_descriptions_are_cut_at_255_characters() -> None:
    assert json.loads(encode_error("1", "GenericError", "é" * 300))[3] == "é" * 255
    assert len(json.loads(encode_error("1", "GenericError", "\ud800" * 300))[3]) == 255


@pytest.mark.parametrize(
    "name", ["a\u0000b" * 20_000, "%s%n%x" * 10_000, "{}{0.__class__}", "\r\nForged", "\x1b]0;x", "\u202e", "\ud800"]
)
def test_what_the_peer_wrote_comes_back_escaped_and_cut(name: str) -> None:
    text = answer(Fault(ErrorCode.FormatViolation, "/" + name, "no such field", type=2, id="1"), V16)
    assert text is not None
    kind, id, code, description, details = json.loads(text)
    assert (kind, id, code, details) == (4, "1", "FormationViolation", {})
    assert description.startswith("no such field at /") and description.isascii() and description.isprintable()
    assert len(description) <= 255


# Who is answered


def given_fault(code: ErrorCode = ErrorCode.FormatViolation, type: int | None = 2, id: str | None = "1") -> Fault:
    return Fault(code, "/a", "rule", type=type, id=id)


@pytest.mark.parametrize(
    ("code", "v16", "v2"),
    [
        (ErrorCode.FormatViolation, "FormationViolation", "FormatViolation"),
        (ErrorCode.OccurrenceConstraintViolation, "OccurenceConstraintViolation", "OccurrenceConstraintViolation"),
        (ErrorCode.RpcFrameworkError, "FormationViolation", "RpcFrameworkError"),
        (ErrorCode.TypeConstraintViolation, "TypeConstraintViolation", "TypeConstraintViolation"),
    ],
)
def test_a_call_with_an_id_is_answered_in_the_spelling_of_the_version(code: ErrorCode, v16: str, v2: str) -> None:
    assert answer(given_fault(code), V16) == f'[4,"1","{v16}","rule at /a",{{}}]'
    assert answer(given_fault(code), V201) == answer(given_fault(code), V21) == f'[4,"1","{v2}","rule at /a",{{}}]'


def test_an_empty_id_is_an_id() -> None:
    assert answer(given_fault(id=""), V16) == '[4,"","FormationViolation","rule at /a",{}]'


@pytest.mark.parametrize(("type", "id"), [(None, None), (2, None), (3, None), (3, "1"), (4, "1"), (5, "1"), (9, "1")])
def test_nothing_else_is_answered_in_1_6(type: int | None, id: str | None) -> None:
    assert answer(given_fault(type=type, id=id), V16) is None


@pytest.mark.parametrize("version", [V201, V21])
def test_2_x_answers_what_it_cannot_read_under_minus_one(version: Any) -> None:
    expected = '[4,"-1","RpcFrameworkError","rule at /a",{}]'
    assert answer(given_fault(type=None, id=None), version) == expected
    assert answer(given_fault(type=2, id=None), version) == expected


@pytest.mark.parametrize("version", [V201, V21])
def test_2_x_answers_an_unknown_message_type(version: Any) -> None:
    unknown = ErrorCode.MessageTypeNotSupported
    assert answer(given_fault(unknown, 9, "1"), version) == '[4,"1","MessageTypeNotSupported","rule at /a",{}]'
    assert answer(given_fault(unknown, 9, ""), version) == '[4,"","MessageTypeNotSupported","rule at /a",{}]'
    assert answer(given_fault(unknown, None, None), version) == '[4,"-1","MessageTypeNotSupported","rule at /a",{}]'


def test_only_2_1_answers_a_faulty_result_and_nobody_answers_an_error() -> None:
    assert answer(given_fault(type=3), V201) is None
    assert answer(given_fault(type=3), V21) == '[5,"1","FormatViolation","rule at /a",{}]'
    assert answer(given_fault(type=3, id=None), V21) is None
    for type in (4, 5, 6):
        assert answer(given_fault(type=type), V201) is answer(given_fault(type=type), V21) is None
