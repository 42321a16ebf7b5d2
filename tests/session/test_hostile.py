"""A hostile peer at the level of the session: nothing kills it, nothing is silent where an answer is due, memory is
flat.

The frames are those of tests/hostile; the attacks have the numbers of the threat list (H08, H09, H23, H25, H27).
"""

from __future__ import annotations

import json
import tracemalloc
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocppcore import v16
from ocppcore.session.events import CallEnded, CallReceived, FaultReceived, IdReused, ResultReceived, StrayAnswer
from ocppcore.session.policy import LENIENT, STRICT, Policy
from ocppcore.session.session import Session

FRAMES: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[1] / "hostile" / "frames.json").read_text("utf-8")
)["frames"]


def octets(parts: list[Any]) -> bytes:
    """A frame of the file as bytes."""
    made = b""
    for part in parts:
        if isinstance(part, str):
            made += part.encode()
        else:
            made += bytes.fromhex(part["hex"]) if "hex" in part else part["repeat"].encode() * part["times"]
    return made


def test_the_hostile_frames_one_after_the_other_in_one_session(bench: Any) -> None:
    session = bench.session
    for frame in FRAMES:
        expected = frame["1.6"]
        id = bench.call() if "pending" in frame else ""
        bench.sent()
        answers = bench.hear(octets(frame["frame"]).replace(b'"mine"', b'"%s"' % id.encode()))
        assert answers == ([] if expected["answer"] is None else [expected["answer"]]), frame["name"]
        received, faults, strays = bench.take(CallReceived), bench.take(FaultReceived), bench.take(StrayAnswer)
        ended = bench.take(CallEnded)
        outcome = expected["outcome"]
        assert len(received) == (outcome == "accepted"), frame["name"]
        assert [event.answered for event in faults] == (
            [outcome == "answered"] if outcome in ("answered", "event") else []
        ), frame["name"]
        assert len(strays) == (outcome == "stray") and len(ended) == (outcome == "call ended"), frame["name"]
        for event in received:
            session.drop(event.id)
    id = bench.call()
    bench.hear(f'[3,"{id}",{{"currentTime":"2026-01-01T00:00:00Z"}}]')
    assert len(bench.take(ResultReceived)) == 1, "the session lives"


@pytest.mark.parametrize("policy", [LENIENT, Policy({"*": "off"})], ids=["lenient", "off"])
def test_no_policy_makes_a_hostile_frame_deadly(make_bench: Any, policy: Policy) -> None:
    bench = make_bench(policy=policy).up()
    for frame in FRAMES:
        if frame["1.6"]["answer"] is None:
            continue
        answers = bench.hear(octets(frame["frame"]))
        told = bench.take(CallReceived)
        assert len(answers) + len(told) == 1, frame["name"]
        for event in told:
            bench.session.drop(event.id)


@given(st.binary(max_size=200) | st.text(max_size=200), st.sampled_from([STRICT, LENIENT]))
def test_no_garbage_raises(data: bytes | str, policy: Policy) -> None:
    session = Session(v16.ACTIONS, rng=Random(1), policy=policy)
    session.connected(v16.V16, 0)
    session.receive(data, 0)
    session.receive(b'[2,"1",' + (data if isinstance(data, bytes) else data.encode("utf-8", "replace")), 0)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@given(
    st.sampled_from(sorted(v16.REQUESTS)),
    st.dictionaries(st.sampled_from(["idTag", "connectorId", "timestamp", "meterValue", "key", "data"]), JSON),
    st.sampled_from([STRICT, LENIENT, Policy({"*": "off"})]),
)
def test_each_call_is_either_told_or_answered(action: str, payload: dict[str, Any], policy: Policy) -> None:
    session = Session(v16.ACTIONS, rng=Random(1), policy=policy)
    session.connected(v16.V16, 0)
    session.receive(json.dumps([2, "1", action, payload]), 0)
    events = []
    while (event := session.next_event()) is not None:
        events.append(event)
    told = [event for event in events if isinstance(event, CallReceived)]
    assert len(told) + len(session.data_to_send()) == 1


def test_h08_an_error_about_a_hostile_field_cannot_fail_and_echoes_nothing(bench: Any) -> None:
    key = ("%s%n{}\\u0000\\ud83d\\ude00\\r\\n" * 4000)[:60_000]
    (answer,) = bench.hear('[2,"1","Heartbeat",{"%s":1}]' % key)
    kind, id, code, description, details = json.loads(answer)
    assert (kind, id, code, details) == (4, "1", "FormationViolation", {})
    assert len(description) <= 255 and description.isascii() and description.isprintable()


def test_h09_unsolicited_answers_cost_no_memory_and_make_few_events(bench: Any) -> None:
    def flood(count: int) -> None:
        for number in range(count):
            bench.session.receive(f'[3,"{number}",{{}}]', bench.now)
        bench.drain()

    flood(1000)
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    flood(100_000)
    grown = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    assert grown < 20_000
    assert len(bench.take(StrayAnswer)) <= 10
    assert bench.session.counters.strays == 101_000
    assert bench.session.counters.suppressed >= 100_990
    bench.wait(6)
    bench.hear('[3,"later",{}]')
    assert [event.id for event in bench.take(StrayAnswer)] == ["later"]


def test_h09_reused_ids_cost_no_memory_and_make_few_events(bench: Any) -> None:
    for number in range(1000):
        id = str(number % 7)
        bench.session.receive(f'[2,"{id}","ClearCache",{{}}]', bench.now)
        bench.session.drop(id)
    assert bench.session.counters.ids_reused == 993
    assert len(bench.take(IdReused)) == 10


def test_h09_a_host_that_takes_no_events_does_not_fill_the_memory(bench: Any) -> None:
    for _ in range(20_000):
        bench.session.receive('[2,"1","ClearCache",{}]', bench.now)
        bench.session.drop("1")
    assert bench.session.counters.events_lost == 20_000 + 10 - 10_000  # ten of them that an id was reused
    bench.drain()
    assert len(bench.events) == 10_000


def test_h25_a_hanging_handler_blocks_nothing(bench: Any) -> None:
    bench.hear('[2,"1","ClearCache",{}]')
    bench.hear('[2,"2","ClearCache",{}]')
    bench.session.reply("2", v16.ClearCacheResponse(status=v16.ClearCacheStatus.Accepted), bench.now)
    assert len(bench.sent()) == 1
    bench.wait(25)
    assert bench.sent() == ['[4,"1","InternalError","",{}]']
