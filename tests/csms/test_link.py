"""A station's connection: CALLs routed to handlers, calls of ours, and the rule of registration (1.6 §4.2)."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from ocppcore import v16
from ocppcore.csms import AnswerAwaited, CallBeforeBoot, CallServed, HandlerFailed, StationBooted
from ocppcore.errors import ConnectionLost, RpcError
from ocppcore.session.events import CallEnded, CallReceived, Lost, ResultReceived
from ocppcore.version import ErrorCode

HEARTBEAT = '[2,"1","Heartbeat",{}]'
STATUS = '[2,"s","StatusNotification",{"connectorId":1,"errorCode":"NoError","status":"Available"}]'


def test_a_call_before_acceptance_is_a_security_error(bench: Any) -> None:
    link = bench.enter(boot=False)
    assert bench.ask(link, HEARTBEAT)[2] == "SecurityError"
    *_, event = bench.events(link)
    assert isinstance(event, CallBeforeBoot) and event.action == "Heartbeat"


@pytest.mark.parametrize("status", list(v16.RegistrationStatus))
def test_the_registration_policy_decides(make_bench: Any, status: v16.RegistrationStatus) -> None:
    asked: list[Any] = []
    bench = make_bench(register=lambda identity, request: asked.append((identity, request)) or status)
    link = bench.enter(boot=False)
    answer = bench.ask(link, '[2,"b","BootNotification",{"chargePointVendor":"V","chargePointModel":"M"}]')
    assert answer[2] == {"status": status, "currentTime": "2026-06-01T12:00:00Z", "interval": 300}
    assert asked[0][0] == "CP1" and asked[0][1].charge_point_model == "M"
    booted = next(event for event in bench.events(link) if isinstance(event, StationBooted))
    assert booted.status == status
    accepted = status is v16.RegistrationStatus.Accepted
    assert (bench.ask(link, HEARTBEAT)[0] == 3) is accepted


def test_what_was_triggered_may_come_before_acceptance(make_bench: Any) -> None:
    bench = make_bench(register=lambda identity, request: v16.RegistrationStatus.Pending)
    link = bench.enter(boot=False)
    bench.ask(link, '[2,"b","BootNotification",{"chargePointVendor":"V","chargePointModel":"M"}]')
    trigger = v16.TriggerMessageRequest(requested_message=v16.MessageTrigger.StatusNotification)
    bench.csms.call("CP1", trigger, bench.now)
    (text,) = bench.texts(link)
    link.receive(f'[3,"{text[1]}",{{"status":"Accepted"}}]', bench.now)
    assert bench.ask(link, STATUS) == [3, "s", {}]
    assert bench.ask(link, HEARTBEAT)[2] == "SecurityError"


def test_acceptance_outlives_the_connection(bench: Any) -> None:  # J §5.4
    bench.enter().disconnected(Lost("tunnel"), bench.now)
    link = bench.enter(boot=False)
    assert bench.ask(link, HEARTBEAT)[0] == 3


def test_acceptance_is_brought_over_from_an_earlier_life(make_bench: Any) -> None:
    bench = make_bench(accepted=["CP1"])
    assert bench.ask(bench.enter(boot=False), HEARTBEAT)[0] == 3


def test_a_handler_takes_the_place_of_the_default(bench: Any) -> None:
    @bench.csms.on(v16.HeartbeatRequest)
    def heartbeat(link: Any, request: v16.HeartbeatRequest) -> v16.HeartbeatResponse:
        assert link.identity == "CP1"
        return v16.HeartbeatResponse(current_time=bench.csms.utc().replace(year=2000))

    link = bench.enter()
    assert bench.ask(link, HEARTBEAT)[2] == {"currentTime": "2000-06-01T12:00:00Z"}
    (event,) = bench.events(link)
    assert isinstance(event, CallServed) and event.response is not None


def test_a_handler_chooses_its_error(bench: Any) -> None:
    @bench.csms.on(v16.HeartbeatRequest)
    def heartbeat(link: Any, request: v16.HeartbeatRequest) -> v16.HeartbeatResponse:
        raise RpcError(ErrorCode.OccurrenceConstraintViolation, "why")

    assert bench.ask(bench.enter(), HEARTBEAT) == [4, "1", "OccurenceConstraintViolation", "why", {}]


def fails(link: Any, request: Any) -> Any:
    raise KeyError("the password is hunter2")


@pytest.mark.parametrize("handler", [fails, lambda link, request: None, lambda link, request: request])
def test_a_handler_that_fails_leaks_nothing(bench: Any, handler: Any) -> None:
    bench.csms.on(v16.HeartbeatRequest)(handler)
    link = bench.enter()
    assert bench.ask(link, HEARTBEAT) == [4, "1", "InternalError", "", {}]
    failed, served = bench.events(link)
    assert isinstance(failed, HandlerFailed) and failed.action == "Heartbeat"
    assert isinstance(served, CallServed) and served.response is None


def test_a_handler_may_answer_later(bench: Any) -> None:
    @bench.csms.on(v16.HeartbeatRequest)
    async def heartbeat(link: Any, request: v16.HeartbeatRequest) -> v16.HeartbeatResponse:
        return v16.HeartbeatResponse(current_time=bench.csms.utc())

    link = bench.enter()
    link.receive(HEARTBEAT, bench.now)
    assert bench.texts(link) == []
    (event,) = bench.events(link)
    assert isinstance(event, AnswerAwaited)

    async def outcome() -> Any:
        return await event.outcome

    event.settle(asyncio.run(outcome()), bench.now)
    event.settle(None, bench.now)  # twice is harmless
    assert bench.texts(link) == [[3, "1", {"currentTime": "2026-06-01T12:00:00Z"}]]


def test_what_has_no_handler_is_left_to_the_host(bench: Any) -> None:
    del bench.csms.handlers[v16.HeartbeatRequest]
    link = bench.enter()
    link.receive(HEARTBEAT, bench.now)
    (event,) = bench.events(link)
    assert isinstance(event, CallReceived)
    assert link.reply(event.id, v16.HeartbeatResponse(current_time=bench.csms.utc()), bench.now)
    assert bench.texts(link)[0][0] == 3


@pytest.mark.parametrize("action", ["Reset", "RemoteStartTransaction", "GetLog"])
def test_what_only_a_station_serves_is_not_supported(bench: Any, action: str) -> None:
    assert bench.ask(bench.enter(), f'[2,"1","{action}",{{}}]')[2] == "NotSupported"


def test_bad_texts_are_answered_and_the_link_lives(bench: Any) -> None:
    link = bench.enter()
    assert bench.ask(link, '[2,"1","NoSuchAction",{}]')[2] == "NotImplemented"
    assert bench.ask(link, '[2,"1","Heartbeat",{"x":1}]')[2] == "FormationViolation"
    link.receive("rubbish", bench.now)
    assert bench.texts(link) == []
    assert bench.ask(link, HEARTBEAT)[0] == 3


def test_our_calls_and_their_answers(bench: Any) -> None:
    link = bench.enter()
    id = bench.csms.call("CP1", v16.ResetRequest(type=v16.ResetType.Hard), bench.now)
    assert bench.csms.take_ready() == [link] and bench.csms.take_ready() == []
    assert bench.texts(link) == [[2, id, "Reset", {"type": "Hard"}]]
    link.receive(f'[3,"{id}",{{"status":"Rejected"}}]', bench.now)
    answer = next(event for event in bench.events(link) if isinstance(event, ResultReceived))
    assert answer.response.status is v16.ResetStatus.Rejected


def test_our_calls_end_with_the_link(bench: Any) -> None:
    link = bench.enter()
    bench.csms.call("CP1", v16.ClearCacheRequest(), bench.now)
    link.disconnected(Lost("gone"), bench.now)
    assert any(isinstance(event, CallEnded) for event in bench.events(link))
    with pytest.raises(ConnectionLost):
        bench.csms.call("CP1", v16.ClearCacheRequest(), bench.now)
    with pytest.raises(ConnectionLost):
        bench.csms.call("CP2", v16.ClearCacheRequest(), bench.now)


def test_message_ids_do_not_repeat_over_the_connections_of_a_station(bench: Any) -> None:  # JE 3.7
    ids = []
    for _ in range(20):
        link = bench.enter()
        ids.append(bench.csms.call("CP1", v16.ClearCacheRequest(), bench.now))
        link.disconnected(Lost(""), bench.now)
    assert len(set(ids)) == 20


def test_a_host_that_takes_no_events_does_not_fill_the_memory(bench: Any) -> None:
    link = bench.enter()
    for _ in range(3000):
        link.receive(HEARTBEAT, bench.now)
        assert len(list(link.data_to_send())) == 1
    assert len(bench.events(link)) == 1000


class Later:
    """An awaitable that nothing awaits here."""

    def __await__(self) -> Any:
        raise AssertionError("the core waits for nothing")


def test_an_answer_that_comes_too_late_answers_no_other_call(bench: Any) -> None:
    """The station may use the id of a finished call again; an answer to one is none to the other."""
    link = bench.enter()
    bench.csms.on(v16.AuthorizeRequest)(lambda link, request: Later())
    link.receive('[2,"x","Authorize",{"idTag":"GOOD"}]', bench.now)
    (good,) = (event for event in bench.events(link) if isinstance(event, AnswerAwaited))
    bench.now += 26
    link.handle_timer(bench.now)
    assert bench.texts(link)[0][2] == "InternalError"
    link.receive('[2,"x","Authorize",{"idTag":"BAD"}]', bench.now)
    (bad,) = (event for event in bench.events(link) if isinstance(event, AnswerAwaited))
    statuses = v16.AuthorizationStatus
    good.settle(v16.AuthorizeResponse(id_tag_info=v16.IdTagInfo(status=statuses.Accepted)), bench.now)
    assert bench.texts(link) == []
    bad.settle(v16.AuthorizeResponse(id_tag_info=v16.IdTagInfo(status=statuses.Invalid)), bench.now)
    assert bench.texts(link) == [[3, "x", {"idTagInfo": {"status": "Invalid"}}]]
