"""The hostile frames, at the level of decode and answer: none is an exception, none is silent where an answer is due,
none is wrongly accepted."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ocppcore import v16
from ocppcore.wire import Call, CallError, Fault, Limits, UnmatchedResult, answer, decode

FRAMES: list[dict[str, Any]] = json.loads((Path(__file__).parent / "frames.json").read_text("utf-8"))["frames"]
OUTCOMES = {Call: "accepted", UnmatchedResult: "stray", CallError: "call ended"}
ROOMY = Limits(max_message=1024 * 1024)  # what a back end allows


def octets(parts: list[Any]) -> bytes:
    """A frame of the file as bytes."""
    made = b""
    for part in parts:
        if isinstance(part, str):
            made += part.encode()
        else:
            made += bytes.fromhex(part["hex"]) if "hex" in part else part["repeat"].encode() * part["times"]
    return made


def test_there_are_52_and_each_has_a_name() -> None:
    assert len(FRAMES) == len({frame["name"] for frame in FRAMES}) == 52


@pytest.mark.parametrize("limits", [Limits(), ROOMY], ids=["station", "back end"])
@pytest.mark.parametrize("frame", FRAMES, ids=lambda frame: frame["name"])
def test_hostile_frame(frame: dict[str, Any], limits: Limits) -> None:
    expected = frame["1.6"]
    pending = {id: v16.ACTIONS.responses[action] for id, action in frame.get("pending", {}).items()}
    found = decode(octets(frame["frame"]), v16.ACTIONS, pending, limits)
    if isinstance(found, Fault):
        text = answer(found, v16.V16)
        outcome = "event" if text is None else "answered"
        assert (outcome, v16.V16.spell(found.code), text) == (expected["outcome"], expected["code"], expected["answer"])
    else:
        assert (OUTCOMES[type(found)], None, None) == (expected["outcome"], expected["code"], expected["answer"])


@pytest.mark.parametrize("frame", FRAMES, ids=lambda frame: frame["name"])
def test_what_is_answered_is_a_call_error_with_the_id_of_the_call(frame: dict[str, Any]) -> None:
    """The file itself is right: J §4.2.3 on the form of a CALLERROR, and its id stands at the beginning of the CALL."""
    text = frame["1.6"]["answer"]
    assert (text is not None) == (frame["1.6"]["outcome"] == "answered")
    if text is not None:
        kind, id, code, description, details = json.loads(text)
        assert (kind, code, details) == (4, frame["1.6"]["code"], {}) and len(description) <= 255
        assert octets(frame["frame"]).startswith(b'[2,"%s"' % id.encode())
