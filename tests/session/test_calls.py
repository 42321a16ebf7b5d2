"""Our calls: one at a time, in order, each with exactly one end."""

from __future__ import annotations

import json
import re
from random import Random
from typing import Any

import pytest

from ocppcore import v16
from ocppcore.errors import (
    CallCancelled,
    CallErrorReceived,
    CallTimeout,
    ConnectionLost,
    InvalidMessage,
    InvalidResult,
    QueueFull,
)
from ocppcore.session.calls import REMEMBERED, Priority
from ocppcore.session.commands import Close
from ocppcore.session.events import (
    CallEnded,
    CallSent,
    FaultReceived,
    Lost,
    Repaired,
    ResultReceived,
    Stray,
    StrayAnswer,
)
from ocppcore.session.settings import SessionSettings
from ocppcore.version import ErrorCode

NOW = '{"currentTime":"2026-01-01T00:00:00Z"}'


def answer(id: str) -> str:
    return f'[3,"{id}",{NOW}]'


def test_a_call_goes_out_at_once_and_its_answer_is_typed(bench: Any) -> None:
    id = bench.call()
    assert bench.sent() == [f'[2,"{id}","Heartbeat",{{}}]']
    assert [event.id for event in bench.take(CallSent)] == [id]
    bench.hear(answer(id))
    (result,) = bench.take(ResultReceived)
    assert result.id == id and isinstance(result.response, v16.HeartbeatResponse)
    assert isinstance(result.request, v16.HeartbeatRequest)


def test_only_one_call_is_out(bench: Any) -> None:  # J §4.1.1
    first, second = bench.call(), bench.call()
    assert len(bench.sent()) == 1
    bench.hear('[2,"x","Heartbeat",{}]')  # the peer's calls may cross ours
    assert bench.sent() == []
    bench.session.receive(answer(first), bench.now)
    assert [json.loads(text)[1] for text in bench.sent()] == [second]


def test_calls_leave_by_priority_and_then_in_order(make_bench: Any) -> None:
    bench = make_bench(settings=SessionSettings(ping_interval=0)).up()
    bench.call()
    bench.sent()
    order = {
        bench.call(priority=Priority.Bulk): 4,
        bench.call(): 2,
        bench.call(priority=Priority.Triggered): 1,
        bench.call(priority=Priority.Boot): 0,
        bench.call(): 3,
    }
    bench.take(CallSent)
    for _ in order:
        bench.wait(30)
    assert [order[event.id] for event in bench.take(CallSent)] == [0, 1, 2, 3, 4]


def test_W30_message_ids_are_at_most_36_characters_and_never_used_twice(make_bench: Any) -> None:  # J §4.1.4, JE 3.1
    ids: set[str] = set()
    for seed in range(20):  # restarts of the same station
        bench = make_bench(rng=Random(seed)).up()
        new = {bench.call() for _ in range(50)}
        assert not new & ids and all(re.fullmatch(r"[0-9a-f]{16}-\d+", id) for id in new)
        ids |= new
    assert len(ids) == 1000 and max(map(len, ids)) <= 36


def test_the_time_out_starts_when_the_call_is_sent(bench: Any) -> None:
    first, second = bench.call(timeout=10), bench.call(timeout=10)
    bench.wait(9.9)
    assert bench.take(CallEnded) == []
    bench.wait(0.1)
    (ended,) = bench.take(CallEnded)
    assert ended.id == first and isinstance(ended.error, CallTimeout)
    bench.wait(9.9)
    assert bench.take(CallEnded) == []
    bench.wait(0.1)
    assert [ended.id for ended in bench.take(CallEnded)] == [second]
    assert bench.session.counters.timeouts == 2


def test_time_outs_are_per_action_and_may_change_while_running(bench: Any) -> None:  # E 3.82
    bench.session.settings.timeouts["Heartbeat"] = 5
    bench.call()
    assert bench.session.next_timer() == bench.now + 5
    bench.wait(5)
    bench.session.settings.timeouts.clear()
    bench.session.settings.call_timeout = 7
    bench.call()
    assert bench.session.next_timer() == bench.now + 7


def test_a_call_error_ends_the_call_with_its_code(bench: Any) -> None:
    id = bench.call()
    bench.hear(f'[4,"{id}","SecurityError","not yet",{{"why":1}}]')
    (ended,) = bench.take(CallEnded)
    assert isinstance(ended.error, CallErrorReceived)
    assert (ended.error.code, ended.error.description, ended.error.details) == (
        ErrorCode.SecurityError,
        "not yet",
        {"why": 1},
    )
    assert bench.take(FaultReceived) == []


@pytest.mark.parametrize("text", ["OccurenceConstraintViolation", "OccurrenceConstraintViolation"])
def test_both_spellings_of_an_error_code_are_read(bench: Any, text: str) -> None:  # JE 5.1
    id = bench.call()
    bench.hear(f'[4,"{id}","{text}","",{{}}]')
    (ended,) = bench.take(CallEnded)
    assert ended.error.code is ErrorCode.OccurrenceConstraintViolation


@pytest.mark.parametrize("rest", ["", ',"GenericError"', ',"GenericError","x","details"', ',"NoSuchCode","",{}'])
def test_a_sloppy_call_error_ends_the_call_too(bench: Any, rest: str) -> None:
    id = bench.call()
    bench.hear(f'[4,"{id}"{rest}]')
    (ended,) = bench.take(CallEnded)
    assert isinstance(ended.error, CallErrorReceived)
    assert [event.quirk for event in bench.take(Repaired)] == ["call-error"]
    bench.call()
    assert len(bench.sent()) == 1


@pytest.mark.parametrize(
    "answer",
    ['[3,"%s",{"currentTime":"yesterday"}]', '[3,"%s",{}]', '[3,"%s",7]', '[3,"%s",{},1]', '[3,"%s",{"a":}]'],
)
def test_an_invalid_answer_ends_the_call_and_is_not_answered(bench: Any, answer: str) -> None:
    id = bench.call()
    bench.sent()
    assert bench.hear(answer % id) == []
    (ended,) = bench.take(CallEnded)
    assert ended.id == id and isinstance(ended.error, InvalidResult)
    (fault,) = bench.take(FaultReceived)
    assert not fault.answered


def test_late_duplicate_and_unknown_answers_are_told_apart(bench: Any) -> None:
    late, good = bench.call(timeout=1), bench.call()
    bench.wait(1)
    bench.hear(answer(late))
    bench.hear(answer(good))
    bench.hear(answer(good))
    bench.hear(f'[4,"{good}","GenericError","",{{}}]')
    bench.hear(answer("zz"))
    assert [(event.id, event.kind) for event in bench.take(StrayAnswer)] == [
        (late, Stray.Late),
        (good, Stray.Duplicate),
        (good, Stray.Duplicate),
        ("zz", Stray.Unknown),
    ]
    assert len(bench.take(ResultReceived)) == 1


@pytest.mark.parametrize("stray", [answer("zz"), '[4,"zz","GenericError","",{}]', '[3,"zz",{"a":1}]', '[3,"zz",null]'])
def test_W10_a_stray_answer_leaves_the_call_in_flight_alone(bench: Any, stray: str) -> None:
    id, waiting = bench.call(), bench.call()
    bench.sent()
    for _ in range(3):
        assert bench.hear(stray) == [], "neither an answer to it nor the call that waits"
    assert [event.kind for event in bench.take(StrayAnswer)] == [Stray.Unknown] * 3
    assert bench.take(CallEnded) == [] == bench.take(ResultReceived)
    assert waiting in bench.hear(answer(id))[0]
    assert [event.id for event in bench.take(ResultReceived)] == [id]


def test_an_answer_to_a_call_that_still_waits_is_none(bench: Any) -> None:
    bench.call()
    waiting = bench.call()
    bench.hear(answer(waiting))
    assert [event.kind for event in bench.take(StrayAnswer)] == [Stray.Unknown]
    assert bench.take(ResultReceived) == []


def test_the_memory_of_finished_calls_is_bounded(bench: Any) -> None:
    ids = []
    for _ in range(REMEMBERED + 1):
        ids.append(bench.call())
        bench.hear(answer(ids[-1]))
    bench.hear(answer(ids[0]))
    bench.hear(answer(ids[1]))
    assert [event.kind for event in bench.take(StrayAnswer)] == [Stray.Unknown, Stray.Duplicate]


def test_cancel_frees_the_slot_at_once_and_the_answer_is_late(bench: Any) -> None:
    first, second = bench.call(), bench.call()
    bench.sent()
    bench.session.cancel(first, bench.now)
    assert len(bench.sent()) == 1
    (ended,) = bench.take(CallEnded)
    assert ended.id == first and isinstance(ended.error, CallCancelled)
    bench.hear(answer(first))
    assert [event.kind for event in bench.take(StrayAnswer)] == [Stray.Late]
    bench.hear(answer(second))
    assert [event.id for event in bench.take(ResultReceived)] == [second]


def test_cancel_of_a_waiting_call_keeps_it_from_leaving(bench: Any) -> None:
    first, second, third = bench.call(), bench.call(), bench.call()
    bench.session.cancel(second, bench.now)
    bench.session.cancel(second, bench.now)
    bench.session.cancel("no such id", bench.now)
    assert [event.id for event in bench.take(CallEnded)] == [second]
    bench.hear(answer(first))
    assert [event.id for event in bench.take(CallSent)] == [first, third]


def test_what_is_out_or_waits_ends_when_the_link_goes_away(bench: Any) -> None:
    ids = [bench.call() for _ in range(3)]
    bench.session.disconnected(Lost("cut"), bench.now)
    ended = bench.take(CallEnded)
    assert [event.id for event in ended] == ids
    assert all(isinstance(event.error, ConnectionLost) for event in ended)
    assert bench.sent() == [] and bench.session.next_timer() is None


def test_a_call_without_a_link_ends_at_once(make_bench: Any) -> None:
    bench = make_bench()
    id = bench.call()
    (ended,) = bench.take(CallEnded)
    assert ended.id == id and isinstance(ended.error, ConnectionLost)
    bench.up()
    assert bench.sent() == []


def test_an_answer_on_the_next_link_is_late(bench: Any) -> None:
    id = bench.call()
    bench.session.disconnected(Lost(), bench.now)
    bench.up()
    bench.hear(answer(id))
    assert [event.kind for event in bench.take(StrayAnswer)] == [Stray.Late]


def test_a_full_queue_refuses_the_newest_and_drops_nothing(make_bench: Any) -> None:
    bench = make_bench(settings=SessionSettings(max_queue=2, max_timeouts=0)).up()
    ids = [bench.call() for _ in range(3)]  # one is out, two wait
    with pytest.raises(QueueFull):
        bench.call()
    bench.wait(90)
    assert [event.id for event in bench.take(CallEnded)] == ids
    assert bench.session.counters.longest_queue == 2


def test_a_message_that_the_standard_forbids_is_refused_at_the_caller(bench: Any) -> None:
    with pytest.raises(InvalidMessage) as refused:
        bench.call(v16.AuthorizeRequest(id_tag="x" * 21))
    assert refused.value.fault.pointer == "/idTag"
    with pytest.raises(InvalidMessage):
        bench.call(v16.AuthorizeResponse(id_tag_info=v16.IdTagInfo(status=v16.AuthorizationStatus.Accepted)))
    with pytest.raises(InvalidMessage):
        bench.call("Heartbeat")
    assert bench.sent() == [] and bench.take(CallEnded) == []


def test_after_many_time_outs_in_a_row_the_link_is_closed_as_half_dead(make_bench: Any) -> None:
    bench = make_bench(settings=SessionSettings(max_timeouts=3, ping_interval=0)).up()
    for _ in range(2):
        bench.call()
        bench.wait(30)
    id = bench.call()
    bench.hear(answer(id))  # any answer counts
    for _ in range(2):
        bench.call()
        bench.wait(30)
        assert bench.commands() == []
    bench.call()
    bench.wait(30)
    assert [type(command) for command in bench.commands()] == [Close]


def test_no_time_out_closes_the_link_if_that_is_off(make_bench: Any) -> None:
    bench = make_bench(settings=SessionSettings(max_timeouts=0, ping_interval=0)).up()
    for _ in range(50):
        bench.call()
        bench.wait(30)
    assert bench.commands() == []
