"""The envelope: types, ids, arity and actions, first fault first; answers meet the calls that wait for them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocppcore.version import V16, V21, V201, ErrorCode, Version
from ocppcore.wire import (
    Actions,
    Call,
    CallError,
    CallResult,
    Fault,
    Frame,
    Limits,
    Send,
    UnmatchedResult,
    answer,
    decode,
)


class Upper:
    """A payload with one optional field `text`, loaded in upper case: shows what went through the Shape."""

    def load(self, obj: Any) -> Any:
        obj = {} if obj is None else obj
        if not isinstance(obj, dict):
            return Fault(ErrorCode.FormatViolation, "", "type object")
        if obj.keys() - {"text"}:
            return Fault(ErrorCode.FormatViolation, "/" + min(obj.keys() - {"text"}), "no such field")
        return {"text": str(obj["text"]).upper()} if "text" in obj else {}

    def dump(self, message: Any) -> dict[str, Any]:
        return dict(message)


UPPER = Upper()
KNOWN = {"Reset": UPPER, "Heartbeat": UPPER}
ACTIONS = Actions(V16, KNOWN, KNOWN, served={"Reset"})
PENDING = {"mine": UPPER}


def seen(data: Any, actions: Actions = ACTIONS) -> Any:
    """A frame or fault as a tuple, for comparison."""
    found = decode(data, actions, PENDING)
    return (type(found), *(getattr(found, name) for name in found.__slots__))


def fault(data: Any, actions: Actions = ACTIONS) -> tuple[str, str, Any, Any, Any]:
    """Code in the version's spelling, rule, type, id and action of the fault."""
    found = decode(data, actions, PENDING)
    assert isinstance(found, Fault)
    assert found.rule.isascii() and len(found.rule) <= 120
    return actions.version.spell(found.code), found.rule, found.type, found.id, found.action


# CALL


def test_a_call_is_typed_by_its_shape() -> None:
    assert seen('[2,"1","Reset",{"text":"soft"}]') == (Call, "1", "Reset", {"text": "SOFT"})
    assert seen(b' [ 2 , "1" , "Reset" , { } ] ') == (Call, "1", "Reset", {})


def test_a_null_payload_is_an_empty_one() -> None:
    assert seen('[2,"1","Reset",null]') == (Call, "1", "Reset", {})
    assert seen('[3,"mine",null]') == (CallResult, "mine", {})


@pytest.mark.parametrize("payload", ["[]", '"x"', "7", "true", "1.5"])
def test_a_payload_that_is_no_object_is_a_formation_violation(payload: str) -> None:
    assert fault(f'[2,"1","Reset",{payload}]') == ("FormationViolation", "type object", 2, "1", "Reset")
    assert fault(f'[3,"mine",{payload}]') == ("FormationViolation", "type object", 3, "mine", None)


@pytest.mark.parametrize("length", [0, 1, 36])
def test_ids_up_to_36_characters_are_legal(length: int) -> None:
    assert seen(f'[2,"{"é" * length}","Reset",{{}}]') == (Call, "é" * length, "Reset", {})


@pytest.mark.parametrize("length", [37, 255])
def test_a_longer_id_is_answered_with_that_id(length: int) -> None:
    id = "é" * length
    expected = ("FormationViolation", "message id over 36 characters", 2, id, None)
    assert fault(f'[2,"{id}","Reset",{{}}]') == expected
    assert fault(f'[2,"{id}"]') == expected


def test_an_id_beyond_255_characters_cannot_be_answered() -> None:
    expected = ("FormationViolation", "message id over 255 characters", 2, None, None)
    assert fault(f'[2,"{"a" * 256}","Reset",{{}}]') == expected


@pytest.mark.parametrize("id", ["1", "null", "true", "1.0", "[]", '["1"]', "{}"])
def test_an_id_that_is_no_string_cannot_be_answered(id: str) -> None:
    assert fault(f'[2,{id},"Reset",{{}}]') == ("FormationViolation", "message id is not a string", 2, None, None)


def test_a_call_without_an_id_cannot_be_answered() -> None:
    assert fault("[2]") == ("ProtocolError", "message id missing", 2, None, None)


@pytest.mark.parametrize(
    ("rest", "count"), [("", 2), (',"Reset"', 3), (',"Reset",{},{}', 5), (",1", 3), (",1,2,3,4", 6), (',"No",{},1', 5)]
)
def test_a_missing_or_surplus_element_is_a_protocol_error(rest: str, count: int) -> None:
    assert fault(f'[2,"1"{rest}]') == ("ProtocolError", f"{count} elements, not 4", 2, "1", None)


@pytest.mark.parametrize("action", ["5", "null", '["Reset"]', '{"Reset":1}', "true", "2.5"])
def test_an_action_that_is_no_string_is_a_formation_violation(action: str) -> None:
    assert fault(f'[2,"1",{action},{{}}]') == ("FormationViolation", "action is not a string", 2, "1", None)


@pytest.mark.parametrize("action", ["", "reset", "RESET", "Reset ", "ResetRequest", "__class__", "load", "/Reset"])
def test_an_unknown_action_is_not_implemented(action: str) -> None:
    assert fault(f'[2,"1","{action}",[]]') == ("NotImplemented", "unknown action", 2, "1", action)


def test_a_known_action_that_is_not_served_is_not_supported() -> None:
    assert fault('[2,"1","Heartbeat",7]') == ("NotSupported", "action not served here", 2, "1", "Heartbeat")


def test_an_unknown_action_is_repeated_short_and_printable() -> None:
    action = fault(r'[2,"1","a\r\n\u001b\u202e' + "é" * 500 + '",{}]')[4]
    assert action == r"a\r\n\x1b\u202e" + r"\xe9" * 8 + r"\xe"
    assert len(action) == 50


def test_a_payload_fault_carries_the_frame_it_was_found_in() -> None:
    assert seen('[2,"1","Reset",{"x":1}]') == (
        *(Fault, ErrorCode.FormatViolation, "/x", "no such field", 2, "1", "Reset"),
    )


# CALLRESULT and CALLERROR


def test_a_result_is_typed_by_the_shape_of_its_call() -> None:
    assert seen('[3,"mine",{"text":"ok"}]') == (CallResult, "mine", {"text": "OK"})


@pytest.mark.parametrize("rest", ["", ",{}", ",null", ",[],[],[]"])
def test_an_answer_that_nobody_waits_for_is_not_read(rest: str) -> None:
    assert seen(f'[3,"other"{rest}]') == (UnmatchedResult, "other", 3)
    assert seen(f'[4,"other"{rest}]') == (UnmatchedResult, "other", 4)


@pytest.mark.parametrize("kind", [3, 4])
@pytest.mark.parametrize("rest", ["", ",null,null", ",7,{}", f',"{"a" * 256}",{{}}'])
def test_an_answer_whose_id_cannot_be_read_ends_no_call(kind: int, rest: str) -> None:
    assert fault(f"[{kind}{rest}]")[2:] == (kind, None, None)


def test_a_faulty_result_ends_its_call() -> None:
    assert fault('[3,"mine"]') == ("ProtocolError", "2 elements, not 3", 3, "mine", None)
    assert fault('[3,"mine",{},{}]') == ("ProtocolError", "4 elements, not 3", 3, "mine", None)
    assert fault('[3,"mine",{"x":1}]') == ("FormationViolation", "no such field", 3, "mine", None)


@pytest.mark.parametrize("kind", [3, 4])
def test_a_text_fault_in_an_answer_ends_the_call_only_if_it_is_pending(kind: int) -> None:
    assert fault(f'[{kind},"mine",NaN]')[2:] == (kind, "mine", None)
    assert fault(f'[{kind},"other",NaN]')[2:] == (kind, None, None)


def test_a_call_error_is_read() -> None:
    text = '[4,"mine","NotSupported","why",{"a":1}]'
    assert seen(text) == (CallError, "mine", "NotSupported", "why", {"a": 1}, 4, "")


@pytest.mark.parametrize("code", [*ErrorCode, "FormationViolation", "OccurenceConstraintViolation"])
def test_the_codes_of_all_versions_are_known(code: str) -> None:
    assert seen(f'[4,"mine","{code}","",{{}}]') == (CallError, "mine", code, "", {}, 4, "")


@pytest.mark.parametrize(
    ("rest", "code", "description", "details", "notes"),
    [
        ("", "", "", {}, ["2 elements", "errorCode", "errorDescription", "errorDetails"]),
        (',"GenericError"', "GenericError", "", {}, ["3 elements", "errorDescription", "errorDetails"]),
        (',"GenericError","d"', "GenericError", "d", {}, ["4 elements", "errorDetails"]),
        (',"GenericError","d",{},1', "GenericError", "d", {}, ["6 elements"]),
        (',"Oops","d",{"a":1}', "Oops", "d", {"a": 1}, ["errorCode"]),
        (',"","d",{}', "", "d", {}, ["errorCode"]),
        (",5,6,7", "", "", {}, ["errorCode", "errorDescription", "errorDetails"]),
        (',"GenericError",null,"why"', "GenericError", "", {}, ["errorDescription", "errorDetails"]),
        (',["GenericError"],"d",[]', "", "d", {}, ["errorCode", "errorDetails"]),
    ],
)
def test_a_sloppy_call_error_counts_with_a_note(
    rest: str, code: str, description: str, details: Any, notes: list[str]
) -> None:
    found = decode(f'[4,"mine"{rest}]', ACTIONS, PENDING)
    assert isinstance(found, CallError)
    assert (found.code, found.description, found.details) == (code, description, details)
    assert [note.split(" is")[0].split(",")[0] for note in found.note.split("; ")] == notes


# What is no frame


@pytest.mark.parametrize("text", ["[]", "2", '"x"', "null", "{}", "true", '{"2":1}', "1.5"])
def test_what_is_no_array_or_an_empty_one_is_an_event_only(text: str) -> None:
    assert fault(text)[0] == "FormationViolation"
    assert fault(text)[2:] == (None, None, None)


@pytest.mark.parametrize("kind", ["0", "1", "5", "6", "-2", "22", "9" * 20, '"2"', "2.0", "2e0", "true", "null", "[2]"])
def test_another_message_type_is_ignored_in_1_6(kind: str) -> None:
    found = decode(f'[{kind},"1","Reset",{{}}]', ACTIONS, PENDING)
    assert isinstance(found, Fault)
    assert (found.code, answer(found, V16)) == (ErrorCode.MessageTypeNotSupported, None)
    assert not found.answerable


# 2.1


V21_ACTIONS = Actions(V21, KNOWN, KNOWN, sends={"NotifyPeriodicEventStream": UPPER})


def test_2_1_has_messages_without_an_answer() -> None:
    text = '[6,"1","NotifyPeriodicEventStream",{"text":"v"}]'
    assert seen(text, V21_ACTIONS) == (Send, "1", "NotifyPeriodicEventStream", {"text": "V"})
    assert fault('[6,"1","Reset",{}]', V21_ACTIONS) == ("NotImplemented", "unknown action", 6, "1", "Reset")
    assert fault('[2,"1","NotifyPeriodicEventStream",{}]', V21_ACTIONS)[0] == "NotImplemented"
    assert fault('[6,"1"]', V21_ACTIONS) == ("ProtocolError", "2 elements, not 4", 6, "1", None)


def test_2_1_has_errors_in_answer_to_results() -> None:
    text = '[5,"1","GenericError","d",{}]'
    assert seen(text, V21_ACTIONS) == (CallError, "1", "GenericError", "d", {}, 5, "")


@pytest.mark.parametrize("version", [V16, V201])
@pytest.mark.parametrize("kind", [5, 6])
def test_the_types_of_2_1_are_unknown_before_it(version: Version, kind: int) -> None:
    found = fault(f'[{kind},"1","GenericError","d",{{}}]', Actions(version, KNOWN, KNOWN))
    assert found[1:] == ("unknown message type", kind, "1", None)


# Anything at all


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)
frames = st.builds(
    lambda kind, rest: json.dumps([kind, *rest]).encode(),
    st.sampled_from([2, 3, 4, 5, 6, 7, "2", None, 2.0]),
    st.lists(json_values | st.sampled_from(["mine", "Reset", "Heartbeat"]), max_size=5),
)


def cut(data: bytes, at: int, put: bytes) -> bytes:
    at %= len(data) + 1
    return data[:at] + put + data[at + len(put) :]


@settings(max_examples=200, deadline=None)
@given(
    st.binary(max_size=50) | frames | st.builds(cut, frames, st.integers(0, 200), st.binary(max_size=3)),
    st.sampled_from([V16, V201, V21]),
)
def test_any_bytes_are_a_frame_or_a_fault_that_can_be_answered(data: bytes, version: Version) -> None:
    found = decode(data, Actions(version, KNOWN, KNOWN), PENDING, Limits(max_message=100))
    assert isinstance(found, Frame | Fault)
    if isinstance(found, Fault):
        assert found.type not in (3, 4) or found.id in (None, "mine")
        assert (answer(found, V16) is not None) == found.answerable
        text = answer(found, version)
        if text is not None:
            kind, id, code, description, details = json.loads(text)
            assert kind in (4, 5) and id == ("-1" if found.id is None else found.id) and details == {}
            assert Version.read(code) is not None and description.isascii() and 0 < len(description) <= 255
