"""Frames of a log: validated, answers matched to their calls, memory bounded."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocppcore import v16
from ocppcore.errors import SetupError
from ocppcore.tools.log import MAX_UNANSWERED, Entry, LogReader
from ocppcore.wire import Call, CallError, CallResult

HEARTBEAT = '[2,"{}","Heartbeat",{{}}]'
ANSWER = '[3,"{}",{{"currentTime":"2026-01-01T00:00:00Z"}}]'


def read(*lines: str | bytes, key: str | None = None) -> list[Entry]:
    return list(LogReader(key=key).read(lines))


def one(line: str | bytes) -> Entry:
    (entry,) = read(line)
    return entry


def test_a_call_is_typed_and_its_payload_is_as_it_came() -> None:
    entry = one('x [2,"1","Authorize",{"idTag":"AB"}]')
    assert (entry.ok, entry.line, entry.type, entry.id, entry.action) == (True, 1, 2, "1", "Authorize")
    assert (entry.payload, entry.key, entry.error) == ({"idTag": "AB"}, None, None)
    assert (entry.fault, entry.code, entry.answer) == (None, None, None)
    assert isinstance(entry.frame, Call) and entry.frame.payload == v16.AuthorizeRequest(id_tag="AB")


def test_numbers_of_a_payload_are_exact() -> None:
    entry = one('[2,"1","DataTransfer",{"vendorId":"v","data":[1.10,2]}]')
    assert str(entry.payload["data"][0]) == "1.10" and entry.payload["data"] == [Decimal("1.1"), 2]


def test_line_numbers_count_every_line() -> None:
    assert [entry.line for entry in read("", HEARTBEAT.format(1), "connected", HEARTBEAT.format(2))] == [2, 4]


def test_a_byte_order_mark_is_the_files_in_the_first_line_and_a_fault_in_any_other() -> None:
    for mark in ("\ufeff", b"\xef\xbb\xbf"):
        frame = HEARTBEAT.format(1) if isinstance(mark, str) else HEARTBEAT.format(1).encode()
        assert [entry.ok for entry in read(mark + frame, mark + frame)] == [True, False]  # type: ignore[operator]


def test_lines_without_a_frame_are_counted_but_blank_ones() -> None:
    reader = LogReader()
    assert not list(reader.read(["", "hello\n", " \n", "{}"]))
    assert reader.skipped == 2


# Answers


def test_a_result_is_validated_by_its_call() -> None:
    call, result = read(HEARTBEAT.format(1), ANSWER.format(1))
    assert (result.ok, result.type, result.id, result.action) == (True, 3, "1", "Heartbeat")
    assert isinstance(result.frame, CallResult) and isinstance(result.frame.payload, v16.HeartbeatResponse)
    call, result = read(HEARTBEAT.format(1), '[3,"1",{"currentTime":5}]')
    assert (result.ok, result.action, result.code) == (False, "Heartbeat", "TypeConstraintViolation")
    assert result.answer is None
    assert result.fault is not None and result.fault.pointer == "/currentTime" and result.payload == {"currentTime": 5}


def test_the_nearest_unanswered_call_counts() -> None:
    entries = read(
        *('[2,"1","Heartbeat",{}]', '[2,"1","ClearCache",{}]', '[3,"1",{"status":"Accepted"}]', ANSWER.format(1)),
    )
    assert [(entry.action, entry.ok) for entry in entries[2:]] == [("ClearCache", True), ("Heartbeat", True)]


def test_an_answer_to_no_call_is_a_fault() -> None:
    for line in (ANSWER.format(1), '[4,"1","GenericError","",{}]', '[3,"1"]', '[3,"1",NaN]'):
        (entry,) = read(line)
        assert not entry.ok and entry.answer is None and entry.id == "1"
    assert one(ANSWER.format(1)).code == "GenericError"


def test_a_call_has_one_answer() -> None:
    entries = read(HEARTBEAT.format(1), ANSWER.format(1), ANSWER.format(1))
    assert [entry.ok for entry in entries] == [True, True, False]


def test_a_call_error_answers_its_call() -> None:
    reader = LogReader()
    (_, entry) = reader.read([HEARTBEAT.format(1), '[4,"1","InternalError","why",{"a":1}]'])
    assert (entry.ok, entry.type, entry.action, entry.payload) == (True, 4, "Heartbeat", None)
    assert entry.error == {"code": "InternalError", "description": "why", "details": {"a": 1}}
    assert isinstance(entry.frame, CallError) and reader.unanswered == 0


@pytest.mark.parametrize("rest", ["", ',"Oops","",{}', ',"GenericError","","why"', ",1,2,3", ",{},{},[],7"])
def test_a_sloppy_call_error_is_a_fault_but_answers_its_call(rest: str) -> None:
    reader = LogReader()
    (_, entry) = reader.read([HEARTBEAT.format(1), f'[4,"1"{rest}]'])
    assert (entry.ok, entry.code, entry.action, entry.answer) == (False, "FormationViolation", "Heartbeat", None)
    assert entry.fault is not None and 0 < len(entry.fault.rule) <= 120 and reader.unanswered == 0


def test_a_faulty_call_is_answered_like_any_other() -> None:
    entries = read(
        *('[2,"1","Heartbeat",{"x":1}]', ANSWER.format(1)),
        *('[2,"2","Nothing",{}]', '[4,"2","NotImplemented","",{}]'),
        *('[2,"3","Nothing",{}]', '[3,"3",{"any":"thing"}]'),
        *('[2,"4",NaN', '[4,"4","FormationViolation","",{}]'),
    )
    assert [entry.ok for entry in entries] == [False, True] * 4
    assert [entry.action for entry in entries[1::2]] == ["Heartbeat", "Nothing", "Nothing", None]


def test_a_key_tells_stations_apart() -> None:
    lines = [f"cp=A {HEARTBEAT.format(1)}", 'cp=B [2,"1","ClearCache",{}]', f"cp=A {ANSWER.format(1)}", '[3,"1",{}]']
    assert [(entry.key, entry.ok, entry.action) for entry in read(*lines, key="cp")] == [
        *(("A", True, "Heartbeat"), ("B", True, "ClearCache"), ("A", True, "Heartbeat"), (None, False, None)),
    ]
    assert not read(*lines)[2].ok


# Faults


@pytest.mark.parametrize(
    ("line", "code", "pointer", "answer"),
    [
        ('[2,"1","Authorize",{"idTag":5}]', "TypeConstraintViolation", "/idTag", True),
        ('[2,"1","Authorize",{}]', "OccurenceConstraintViolation", "/idTag", True),
        ('[2,"1","Nothing",{}]', "NotImplemented", "", True),
        ('[2,"1","Heartbeat"]', "ProtocolError", "", True),
        ('[2,"1","Heartbeat",{]', "FormationViolation", "", True),
        ('[2,1,"Heartbeat",{}]', "FormationViolation", "", False),
        ('["2","1","Heartbeat",{}]', "ProtocolError", "", False),
        ("[]", "FormationViolation", "", False),
        ("[" * 100_000, "FormationViolation", "", False),
        (b'recv [2,"1","DataTransfer",{"vendorId":"\xff"}]', "FormationViolation", "", True),
        ('[2,"1","DataTransfer",{"vendorId":"' + "x" * 2**20 + '"}]', "FormationViolation", "", True),
    ],
)
def test_a_fault_says_what_a_station_would_answer(line: str | bytes, code: str, pointer: str, answer: bool) -> None:
    entry = one(line)
    assert (entry.ok, entry.code, entry.frame) == (False, code, None)
    assert entry.fault is not None and entry.fault.pointer == pointer
    assert entry.answer is None if not answer else json.loads(entry.answer or "")[:3] == [4, "1", code]


def test_a_lone_surrogate_from_an_escape_in_a_json_line_is_bad_utf8() -> None:
    for escape in (r"\ud800", r"\udc80", r"\udcff"):
        entry = one(r'{"frame":"[2,\"1\",\"DataTransfer\",{\"vendorId\":\"' + escape + r'\"}]"} ')
        assert (entry.ok, entry.code) == (False, "FormationViolation")


def test_a_version_that_is_not_there_is_one_clear_line() -> None:
    with pytest.raises(SetupError, match=r"^there is no OCPP '1\.5' here; choose from: 1\.6$"):
        LogReader("1.5")


# Streams


def test_each_entry_is_there_as_soon_as_its_line_is() -> None:
    taken: list[int] = []

    def lines() -> Iterator[str]:
        for number in range(3):
            taken.append(number)
            yield HEARTBEAT.format(number)

    reader = LogReader().read(lines())
    assert not taken
    next(reader)
    assert taken == [0]


def test_unanswered_calls_are_bounded_and_the_oldest_are_forgotten() -> None:
    reader = LogReader()
    for _ in reader.read(HEARTBEAT.format(number) for number in range(MAX_UNANSWERED + 2)):
        pass
    assert reader.unanswered == MAX_UNANSWERED
    answers = reader.read([ANSWER.format(number) for number in (0, 1, 2, MAX_UNANSWERED + 1)])
    assert [entry.ok for entry in answers] == [False, False, True, True]


def test_the_same_id_again_and_again_is_bounded_too() -> None:
    reader = LogReader()
    for _ in reader.read(HEARTBEAT.format("same") for _ in range(MAX_UNANSWERED + 5)):
        pass
    assert reader.unanswered == MAX_UNANSWERED


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.binary(max_size=40)
        | st.sampled_from([HEARTBEAT.format(1), ANSWER.format(1), '[4,"1"]', '[3,"1",{}]', '[2,"1","X",[]', "\ud800"])
    )
)
def test_any_lines_are_read(lines: list[Any]) -> None:
    for entry in LogReader(key="k").read(lines):
        assert entry.ok == (entry.fault is None) == (entry.frame is not None) and repr(entry)
