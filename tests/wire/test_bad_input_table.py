"""docs/bad-input.md says what the code does: each row of its tables is run."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from ocppcore import v16
from ocppcore.version import V16, V21, V201
from ocppcore.wire import Actions, CallError, CallResult, Fault, UnmatchedResult, answer, decode

DOCUMENT = (Path(__file__).parents[2] / "docs" / "bad-input.md").read_text("utf-8")
REQUESTS, ANSWERS = [
    [tuple(cell.strip() for cell in line.strip("|").split("|")) for line in part.splitlines() if line.endswith("` |")]
    for part in DOCUMENT.split("\n## ")[1:]
]
SERVED = v16.ACTIONS.requests.keys() - {"Reset"}


def octets(example: str) -> bytes:
    """An example as bytes: `a×3` is aaa, `\\xFF` is that byte."""
    text = re.sub(r"(.)×(\d+)", lambda found: found[1] * int(found[2]), example.strip("`"))
    parts = re.split(r"(\\x[0-9A-F]{2})", text)
    return b"".join(bytes.fromhex(part[2:]) if index % 2 else part.encode() for index, part in enumerate(parts))


def code_sent(example: str, actions: Actions) -> str:
    """The code of the CALLERROR or CALLRESULTERROR that is sent, or "event only"."""
    fault = decode(octets(example), actions, {"mine": v16.ACTIONS.responses["Heartbeat"]})
    text = answer(fault, actions.version) if isinstance(fault, Fault) else None
    return json.loads(text)[2] if text else "event only"


def actions(version: object) -> Actions:
    """The messages of 1.6 under the envelope of a version."""
    assert version in (V16, V201, V21)
    return Actions(version, v16.ACTIONS.requests, v16.ACTIONS.responses, SERVED)  # type: ignore[arg-type]


def test_the_tables_are_found() -> None:
    assert len(REQUESTS) > 30 and len(ANSWERS) > 8


@pytest.mark.parametrize(("what", "in_1_6", "in_2_x", "example"), REQUESTS)
def test_a_faulty_request_is_answered_as_the_table_says(what: str, in_1_6: str, in_2_x: str, example: str) -> None:
    assert code_sent(example, actions(V16)) == in_1_6
    assert code_sent(example, actions(V201)) == code_sent(example, actions(V21)) == in_2_x


@pytest.mark.parametrize(("what", "end", "in_2_1", "example"), ANSWERS)
def test_a_faulty_answer_ends_the_call_as_the_table_says(what: str, end: str, in_2_1: str, example: str) -> None:
    found = decode(octets(example), actions(V16), {"mine": v16.ACTIONS.responses["Heartbeat"]})
    assert not isinstance(found, CallResult)
    if isinstance(found, CallError):
        assert end == "ends: CallErrorReceived" and found.note
    elif isinstance(found, Fault) and found.id is not None:
        assert end == "ends: InvalidResult" and (found.type, found.id) == (3, "mine")
    else:
        assert end == "goes on; an event" and isinstance(found, UnmatchedResult | Fault)
    assert code_sent(example, actions(V16)) == code_sent(example, actions(V201)) == "event only"
    assert code_sent(example, actions(V21)) == ("event only" if in_2_1 == "nothing" else in_2_1)
