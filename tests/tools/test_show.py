"""Entries as text: exact, masked, and safe for a terminal whatever the peer wrote (H16, H23)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocppcore.tools.log import Entry, LogReader
from ocppcore.tools.show import as_json, as_line, exact_json, printable_json
from ocppcore.version import ErrorCode
from ocppcore.wire.text import parse


def entries(*lines: str, key: str | None = None) -> list[Entry]:
    return list(LogReader(key=key).read(lines))


def shown(*lines: str, key: str | None = None, secrets: bool = False) -> dict[str, Any]:
    """The last of the lines as the members of its JSON object."""
    members: dict[str, Any] = json.loads(as_json(entries(*lines, key=key)[-1], secrets=secrets))
    return members


CALL = '[2,"1","Heartbeat",{}]'


def test_json_of_a_frame_in_order() -> None:
    assert shown(CALL) == {"ok": True, "line": 1, "type": 2, "id": "1", "action": "Heartbeat", "payload": {}}
    assert shown(f"cp=A {CALL}", key="cp")["key"] == "A"
    assert list(shown(CALL)) == ["ok", "line", "type", "id", "action", "payload"]


def test_json_of_a_fault() -> None:
    assert shown('[2,"1","Authorize",{"idTag":5}]') == {
        **{"ok": False, "line": 1, "type": 2, "id": "1", "action": "Authorize", "payload": {"idTag": 5}},
        **{"code": "TypeConstraintViolation", "pointer": "/idTag", "rule": "type string"},
        "answer": '[4,"1","TypeConstraintViolation","type string at /idTag",{}]',
    }
    silent = shown("[]")
    assert silent["answer"] is None
    assert [silent[name] for name in ("type", "id", "action", "payload")] == [None] * 4


def test_json_of_a_call_error() -> None:
    found = shown(CALL, '[4,"1","NotSupported","why",{"a":1}]')
    assert (found["ok"], found["action"], found["payload"]) == (True, "Heartbeat", None)
    assert found["error"] == {"code": "NotSupported", "description": "why", "details": {"a": 1}}


def test_numbers_are_shown_as_they_came() -> None:
    numbers = "[21.400,0.1000000000000000055,123456789012345678901]"
    (entry,) = entries(f'[2,"1","DataTransfer",{{"vendorId":"v","data":{numbers}}}]')
    assert numbers in as_json(entry) and numbers in as_line(entry)


@settings(max_examples=200)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-(10**39), 10**39) | st.decimals(-1000, 1000, places=20) | st.text(),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
        max_leaves=8,
    )
)
def test_json_is_exact_and_printable(value: Any) -> None:
    assert parse(exact_json(value)) == parse(printable_json(value)) == value
    assert printable_json(value).isascii() and printable_json(value).isprintable()


HOSTILE = ["\r\nERROR forged", "\x1b]0;title\x07", "\x1b[2J", "\u202ebidi", "\u2066\u200b\u2028", "\x7f\x9b31m", "\x00"]


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_reaches_the_terminal_unescaped(text: str) -> None:
    quoted = json.dumps(text)
    lines = [
        f'cp="{text}" [2,{quoted},"Authorize",{{"idTag":{quoted},{quoted}:1}}]',
        f'cp="{text}" [2,"1",{quoted},{{}}]',
        f'cp="{text}" [4,{quoted},{quoted},{quoted},{{"a":{quoted}}}]',
        f'cp="{text}" [2,{quoted},NaN]',
        text + CALL + text,
    ]
    for entry in LogReader(key="cp").read(lines):
        assert as_json(entry).isascii() and as_json(entry).isprintable()
        assert all(line.isprintable() for line in as_line(entry).split("\n       ! "))
        json.loads(as_json(entry))


@pytest.mark.parametrize(
    "payload",
    [
        '{"key":"AuthorizationKey","value":"SECRET"}',
        '{"key":"authorizationkey","value":"SECRET"}',
        '{"value":"SECRET","key":"AuthorizationKey","extra":1.50}',
        '{"location":"ftp://SECRET:SECRET@host/path"}',
    ],
)
def test_secrets_are_masked_unless_they_are_wanted(payload: str) -> None:
    line = f'[2,"1","ChangeConfiguration",{payload}]'
    (entry,) = entries(line)
    assert "SECRET" not in as_json(entry) + as_line(entry) and "***" in as_json(entry) and "***" in as_line(entry)
    assert "SECRET" in as_json(entry, secrets=True) and "SECRET" in as_line(entry, secrets=True)
    assert shown(line, secrets=True)["payload"] == json.loads(payload)


def test_secrets_in_a_result_are_masked() -> None:
    lines = [
        '[2,"1","GetConfiguration",{}]',
        '[3,"1",{"configurationKey":[{"key":"AuthorizationKey","readonly":false,"value":"é SECRET"}]}]',
    ]
    entry = entries(*lines)[1]
    assert entry.ok and "SECRET" not in as_json(entry) + as_line(entry)
    assert as_json(entry, secrets=True).isascii()


def test_a_line_for_people() -> None:
    (entry,) = entries('[2,"1","DataTransfer",{"vendorId":"é"}]')
    assert as_line(entry) == '     1 CALL       DataTransfer 1 {"vendorId":"é"}'


def test_a_fault_is_explained_to_people() -> None:
    (entry,) = entries('cp=A [2,"1","Authorize",{"idTag":5}]', key="cp")
    assert as_line(entry).splitlines() == [
        '     1 A CALL       Authorize 1 {"idTag":5}',
        "       ! TypeConstraintViolation at /idTag: type string (a value of the wrong type)",
        '       ! a station would answer [4,"1","TypeConstraintViolation","type string at /idTag",{}]',
    ]


@pytest.mark.parametrize("code", ErrorCode)
def test_every_code_that_decoding_gives_has_a_meaning(code: ErrorCode) -> None:
    from ocppcore.tools.show import MEANING

    assert code in MEANING or code in (ErrorCode.InternalError, ErrorCode.SecurityError)


def test_long_things_are_cut_for_people_only() -> None:
    line = f'[2,"{"i" * 200}","DataTransfer",{{"vendorId":"{"v" * 5000}"}}]'
    (entry,) = entries(line)
    assert len(as_line(entry).splitlines()[0]) < 500 and "(5015 characters)" in as_line(entry)
    assert shown(line)["payload"]["vendorId"] == "v" * 5000
