"""The peer's calls: told in order, each answered exactly once, whatever the host and the peer do."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ocppcore import v16
from ocppcore.errors import InvalidMessage, RpcError
from ocppcore.session.events import CallReceived, FaultReceived, HandlerTimeout, IdReused, Lost, ResultReceived
from ocppcore.session.settings import SessionSettings
from ocppcore.version import ErrorCode

CLEARED = v16.ClearCacheResponse(status=v16.ClearCacheStatus.Accepted)


def clear(id: str) -> str:
    return f'[2,"{id}","ClearCache",{{}}]'


def code(texts: list[str]) -> str:
    (text,) = texts
    kind, _, code, _, details = json.loads(text)
    assert kind == 4 and details == {}
    return str(code)


def test_a_call_is_told_and_answered(bench: Any) -> None:
    assert bench.hear(clear("1")) == []
    (received,) = bench.take(CallReceived)
    assert received.id == "1" and isinstance(received.request, v16.ClearCacheRequest)
    assert bench.session.reply("1", CLEARED, bench.now) is True
    assert bench.sent() == ['[3,"1",{"status":"Accepted"}]']
    assert bench.session.next_timer() == bench.now + 60  # only the ping is left


def test_a_call_is_answered_only_once(bench: Any) -> None:
    bench.hear(clear("1"))
    assert bench.session.reply("1", CLEARED, bench.now) is True
    assert bench.session.reply("1", CLEARED, bench.now) is False
    assert bench.session.fail("1", RpcError(ErrorCode.InternalError), bench.now) is False
    assert bench.session.reply("no such id", CLEARED, bench.now) is False
    assert len(bench.sent()) == 1


def test_an_error_of_the_handlers_choice_goes_back_in_the_versions_spelling(bench: Any) -> None:
    bench.hear(clear("1"))
    assert bench.session.fail("1", RpcError(ErrorCode.FormatViolation, "why", {"a": 1}), bench.now)
    assert bench.sent() == ['[4,"1","FormationViolation","why",{"a":1}]']


def test_answering_with_an_error_cannot_fail(bench: Any) -> None:  # CVE-2025-59399
    bench.hear(clear("1"))
    assert bench.session.fail("1", RpcError(ErrorCode.InternalError, "\ud800%s" * 200, {"a": object()}), bench.now)
    kind, id, _, description, details = json.loads(bench.sent()[0])
    assert (kind, id, details) == (4, "1", {}) and len(description) <= 255


def test_an_invalid_answer_is_refused_at_the_handler_and_the_call_stays_open(bench: Any) -> None:
    bench.hear(clear("1"))
    with pytest.raises(InvalidMessage):
        bench.session.reply("1", v16.ResetResponse(status=v16.ResetStatus.Accepted), bench.now)
    assert bench.sent() == []
    assert bench.session.reply("1", CLEARED, bench.now) is True


def test_a_handler_that_takes_too_long_is_answered_for(bench: Any) -> None:
    bench.hear(clear("1"))
    bench.take(CallReceived)
    bench.wait(24.9)
    assert bench.sent() == []
    bench.wait(0.1)
    assert bench.sent() == ['[4,"1","InternalError","",{}]']
    assert [(event.id, event.action) for event in bench.take(HandlerTimeout)] == [("1", "ClearCache")]
    assert bench.session.reply("1", CLEARED, bench.now) is False
    assert bench.sent() == []


def test_a_peer_that_does_not_wait_is_served_in_order_of_arrival(bench: Any) -> None:  # J §4.1.1: SHOULD NOT
    for id in "abc":
        bench.hear(clear(id))
    assert [event.id for event in bench.take(CallReceived)] == ["a", "b", "c"]
    for id in "cab":
        assert bench.session.reply(id, CLEARED, bench.now)
    assert [json.loads(text)[1] for text in bench.sent()] == ["c", "a", "b"]


def test_calls_beyond_the_bound_are_refused_and_told(make_bench: Any) -> None:
    bench = make_bench(settings=SessionSettings(max_incoming=2)).up()
    bench.hear(clear("1"))
    bench.hear(clear("2"))
    assert code(bench.hear(clear("3"))) == "GenericError"
    assert len(bench.take(CallReceived)) == 2
    assert [event.answered for event in bench.take(FaultReceived)] == [True]
    bench.session.reply("1", CLEARED, bench.now)
    bench.hear(clear("3"))
    assert [event.id for event in bench.take(CallReceived)] == ["3"]


def test_the_id_of_a_call_in_progress_is_refused(bench: Any) -> None:  # J §4.2.3
    bench.hear(clear("1"))
    assert code(bench.hear(clear("1"))) == "FormationViolation"
    assert len(bench.take(CallReceived)) == 1
    assert [event.answered for event in bench.take(FaultReceived)] == [True]
    assert bench.session.reply("1", CLEARED, bench.now) is True


def test_the_id_of_a_finished_call_is_served_with_an_event(bench: Any) -> None:
    for _ in range(2):
        bench.hear(clear("1"))
        assert bench.session.reply("1", CLEARED, bench.now) is True
        assert len(bench.sent()) == 1
    assert len(bench.take(CallReceived)) == 2
    assert [event.id for event in bench.take(IdReused)] == ["1"]


def test_a_handler_may_call_back_before_it_answers(session_pair: Any) -> None:
    """The call that our handler makes is answered while the peer's call is still open: no deadlock in either
    direction.
    """
    pair = session_pair(v16.ACTIONS)
    client, server = pair.client.connection, pair.server.connection
    client.start(pair.now)
    pair.run_until_idle()
    client.call(v16.HeartbeatRequest(), pair.now)
    pair.run_until_idle()
    (call,) = pair.server.take(CallReceived)
    inner = server.call(v16.ClearCacheRequest(), pair.now)
    pair.client.handlers[v16.ClearCacheRequest] = lambda request: CLEARED
    pair.run_until_idle()
    assert [event.id for event in pair.server.take(ResultReceived)] == [inner]
    server.reply(call.id, v16.HeartbeatResponse(current_time=pair.clock.utc()), pair.now)
    pair.run_until_idle()
    assert len(pair.client.take(ResultReceived)) == 1


def test_what_was_begun_for_the_peer_is_forgotten_when_the_link_goes_away(bench: Any) -> None:
    bench.hear(clear("1"))
    bench.session.disconnected(Lost(), bench.now)
    assert bench.session.next_timer() is None
    assert bench.session.reply("1", CLEARED, bench.now) is False
    bench.up()
    assert bench.session.reply("1", CLEARED, bench.now) is False
    assert bench.sent() == []


def test_a_faulty_call_is_answered_and_told(bench: Any) -> None:
    assert code(bench.hear('[2,"1","Reset",{"type":"Warm"}]')) == "PropertyConstraintViolation"
    (event,) = bench.take(FaultReceived)
    assert (event.fault.pointer, event.fault.action, event.answered) == ("/type", "Reset", True)
    assert bench.hear("not JSON") == []
    (event,) = bench.take(FaultReceived)
    assert not event.answered


def test_while_silent_nothing_is_answered_but_all_is_told(bench: Any) -> None:  # 1.6 §4.2: Rejected
    bench.hear(clear("0"))
    bench.session.silent = True
    assert bench.session.reply("0", CLEARED, bench.now) is False
    assert bench.hear(clear("1")) == [] and bench.hear('[2,"2","Reset",{}]') == []
    assert [event.id for event in bench.take(CallReceived)] == ["0", "1"]
    assert [event.answered for event in bench.take(FaultReceived)] == [False]
    assert bench.session.reply("1", CLEARED, bench.now) is False
    bench.session.silent = False
    bench.hear(clear("3"))
    assert bench.session.reply("3", CLEARED, bench.now) is True


def test_a_single_call_may_be_left_without_an_answer(bench: Any) -> None:
    bench.hear(clear("1"))
    assert bench.session.drop("1") is True and bench.session.drop("1") is False
    bench.wait(50)
    assert bench.sent() == [] and bench.take(HandlerTimeout) == []
