"""Attacks by text on whoever decodes it, H03 to H08 of the attack table: every one ends in a defined answer."""

from __future__ import annotations

import json
import threading
from typing import Any

import pytest

from ocppcore import v16
from ocppcore.wire import Call, Fault, Limits, answer, decode

ROOMY = Limits(max_message=1024 * 1024)


def reply(data: str | bytes, limits: Limits = ROOMY) -> tuple[str, str] | None:
    """Code and description of the CALLERROR, None for silence. Fails if the message is accepted."""
    found = decode(data, v16.ACTIONS, {}, limits)
    assert isinstance(found, Fault)
    text = answer(found, v16.V16)
    if text is None:
        return None
    kind, id, code, description, details = json.loads(text)
    assert (kind, id, details) == (4, "1", {})
    assert description.isascii() and description.isprintable() and len(description) <= 255
    return code, description


def call(payload: str, action: str = "DataTransfer") -> str:
    return f'[2,"1","{action}",{payload}]'


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a":' * 50_000, "[{" * 100_000, '["' * 100_000, "[" * 33 + "]" * 33])
def test_h03_deep_nesting_without_an_id_is_silence(text: str) -> None:
    assert reply(text) is None


@pytest.mark.parametrize("depth", [33, 5000, 100_000])
@pytest.mark.parametrize("pair", [("[", "]"), ('{"a":', "}")])
def test_h03_deep_nesting_in_a_call_is_answered(depth: int, pair: tuple[str, str]) -> None:
    nested = pair[0] * depth + "1" + pair[1] * depth
    assert reply(call(f'{{"vendorId":"v","data":{nested}}}')) == ("FormationViolation", "depth over 32")


def test_h03_nesting_never_uses_the_stack() -> None:
    """In a thread with a small stack, where recursion would crash the process."""
    outcomes: list[Any] = []
    size = threading.stack_size(256 * 1024)
    try:
        thread = threading.Thread(target=lambda: outcomes.append(reply(call("[" * 500_000))))
        thread.start()
        thread.join(60)
    finally:
        threading.stack_size(size)
    assert outcomes == [("FormationViolation", "depth over 32")]


@pytest.mark.parametrize(
    ("number", "rule"),
    [
        ("9" * 5000, "number over 40 digits"),
        ("-" + "9" * 5000, "number over 40 digits"),
        ("0." + "0" * 5000 + "1", "number over 40 digits"),
        ("1e" + "9" * 5000, "number over 40 digits"),
        ("1e999", "number out of range"),
        ("1e-999", "number out of range"),
        ("-1e999", "number out of range"),
        ("1E+2147483648", "number out of range"),
    ],
)
def test_h04_giant_numbers_are_refused(number: str, rule: str) -> None:
    assert reply(call(f'{{"connectorId":{number}}}', "UnlockConnector")) == ("FormationViolation", rule)


def test_h04_minus_zero_is_zero_and_a_fraction_is_no_integer() -> None:
    found = decode(call('{"connectorId":-0,"type":"Operative"}', "ChangeAvailability"), v16.ACTIONS, {})
    assert isinstance(found, Call) and found.payload.connector_id == 0
    for number in ("1.0", "1e0", "10e-1"):
        refused = reply(call(f'{{"connectorId":{number},"type":"Operative"}}', "ChangeAvailability"))
        assert refused == ("TypeConstraintViolation", "type integer at /connectorId")


@pytest.mark.parametrize("word", ["NaN", "Infinity", "-Infinity", "nan", "+1", "01", ".5", "1.", "'x'", "tru"])
def test_h05_what_is_no_json_value_is_refused(word: str) -> None:
    refused = reply(call(f'{{"vendorId":"v","data":{word}}}'))
    assert refused is not None and refused[0] == "FormationViolation"


@pytest.mark.parametrize(
    "octets",
    [
        *(b"\xff\xfe", b"\xed\xa0\x80", b"\xed\xbf\xbf", b"\xc0\x80", b"\xe0\x80\x80", b"\xf0\x80\x80\x80"),
        *(b"\xf4\x90\x80\x80", b"\xf5\x80\x80\x80", b"\x80", b"\xe2\x82", b"\xc3", b"\xf0\x9f\x98"),
        *(b"\\ud800", b"\\udc00", b"\x00", b"\x1f", b"\t", b"\n"),
    ],
)
def test_h05_bad_characters_in_a_string_are_refused(octets: bytes) -> None:
    refused = reply(b'[2,"1","DataTransfer",{"vendorId":"v","data":"' + octets + b'"}]')
    assert refused is not None and refused[0] == "FormationViolation"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_h05_other_encodings_are_silence(encoding: str) -> None:
    text = call('{"vendorId":"vé"}')
    assert reply(text.encode(encoding)) is None


@pytest.mark.parametrize(
    "payload", ['{"idTag":"A","idTag":"B"}', r'{"idTag":"A","\u0069dTag":"B"}', '{"idTag":"A","idTag":"A"}']
)
def test_h06_duplicate_keys_are_refused(payload: str) -> None:
    assert reply(call(payload, "Authorize")) == ("FormationViolation", "duplicate key")


def test_h06_keys_that_differ_in_case_are_no_duplicates() -> None:
    expected = ("FormationViolation", "unknown field at /idtag")
    assert reply(call('{"idTag":"A","idtag":"B"}', "Authorize")) == expected


@pytest.mark.parametrize("action", ["__class__", "__init__", "shape", "requests", "constructor", "../Reset", ""])
def test_h07_an_action_is_a_name_in_a_table_and_nothing_else(action: str) -> None:
    assert reply(call("{}", action)) == ("NotImplemented", "unknown action")


@pytest.mark.parametrize("key", ["__proto__", "__class__", "shape", "id_tag", "self", "", "idTag ", "idTag\\u0000"])
def test_h07_a_field_is_a_name_in_a_table_and_nothing_else(key: str) -> None:
    refused = reply(call(f'{{"idTag":"A","{key}":"B"}}', "Authorize"))
    assert refused is not None and refused[0] == "FormationViolation"


@pytest.mark.parametrize("name", [r"\u0000" * 10_000, "%s%n" * 15_000, r"\u202e\u001b[" * 3_000, r"\r\n"])
def test_h08_the_error_about_an_error_cannot_fail(name: str) -> None:
    refused = reply(call(f'{{"idTag":"A","{name}":"B"}}', "Authorize"))
    assert refused is not None and refused[0] == "FormationViolation" and refused[1].startswith("unknown field at /")


def test_h08_the_value_that_breaks_a_rule_is_not_repeated() -> None:
    refused = reply(call('{"idTag":"' + "secret" * 1000 + '"}', "Authorize"))
    assert refused == ("PropertyConstraintViolation", "maxLength 20 at /idTag")


@pytest.mark.parametrize("id", [r"\u0000", r"\r\nForged", r"\u202e", r"\ud83d\ude00", "</script>", r"\\\"", "é"])
def test_h08_an_id_comes_back_as_the_same_id(id: str) -> None:
    found = decode(f'[2,"{id}","Nothing",{{}}]', v16.ACTIONS, {})
    assert isinstance(found, Fault)
    text = answer(found, v16.V16)
    assert text is not None and json.loads(text)[1] == json.loads(f'"{id}"')
    assert "\r" not in text and "\n" not in text
