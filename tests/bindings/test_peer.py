"""A peer: await an answer, handle calls as tasks, and let nothing that a handler does break the loop."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from random import Random
from typing import Any, assert_type

import pytest

from ocppcore import v16
from ocppcore.bindings._peer import Peer
from ocppcore.errors import (
    CallErrorReceived,
    CallTimeout,
    ConnectionLost,
    InvalidMessage,
    InvalidResult,
    QueueFull,
    RpcError,
)
from ocppcore.session.events import CallReceived, Connected, Disconnected, Event, Lost, Stray, StrayAnswer
from ocppcore.session.session import Session, SessionSettings
from ocppcore.version import ErrorCode

Run = Callable[[Coroutine[Any, Any, Any]], Any]


class Wire:
    """A Link to another peer of the same loop: what is sent arrives in the loop's next turn."""

    def __init__(self) -> None:
        self.me: Peer | None = None
        self.other: Peer | None = None
        self.sent: list[str] = []

    def send(self, text: str) -> None:
        self.sent.append(text)
        if self.other is not None:
            asyncio.get_running_loop().call_soon(self.other.receive, text)

    def ping(self) -> None:
        if self.me is not None:
            self.me.feed(self.me.connection.pong)

    def close(self, code: int, reason: str) -> None:
        loop = asyncio.get_running_loop()
        for end in (self.me, self.other):
            if end is not None:
                loop.call_soon(end.disconnected, Lost(f"closed with {code}"))

    def drop(self) -> None:
        self.me = self.other = None


def peers(**settings: Any) -> tuple[Peer, Peer]:
    """Two peers, joined."""
    one, other = (
        Peer(Session(v16.ACTIONS, rng=Random(seed), settings=SessionSettings(**settings))) for seed in (1, 2)
    )
    for me, them in ((one, other), (other, one)):
        wire = Wire()
        wire.me, wire.other = me, them
        me.connected(v16.V16, wire)
    return one, other


def lone(**settings: Any) -> tuple[Peer, Wire]:
    """A peer whose texts go nowhere."""
    peer = Peer(Session(v16.ACTIONS, rng=Random(1), settings=SessionSettings(**settings)))
    wire = Wire()
    wire.me = peer
    peer.connected(v16.V16, wire)
    return peer, wire


async def close(*ends: Peer) -> None:
    for end in ends:
        await end.aclose()


RESET = v16.ResetRequest(type=v16.ResetType.Soft)
ACCEPTED = v16.ResetResponse(status=v16.ResetStatus.Accepted)


def test_a_call_is_answered_by_the_handler_and_typed(run: Run) -> None:
    async def main() -> None:
        one, other = peers()

        @other.on(v16.ResetRequest)
        async def reset(request: v16.ResetRequest) -> v16.ResetResponse:
            assert request == RESET
            return ACCEPTED

        @other.on(v16.ClearCacheRequest)
        def clear(request: v16.ClearCacheRequest) -> v16.ClearCacheResponse:
            return v16.ClearCacheResponse(status=v16.ClearCacheStatus.Rejected)

        answer = await one.call(RESET)
        assert_type(answer, v16.ResetResponse)
        assert answer == ACCEPTED
        assert (await one.call(v16.ClearCacheRequest())).status is v16.ClearCacheStatus.Rejected
        await close(one, other)

    run(main())


def test_a_handler_may_call_the_peer_that_called_it(run: Run) -> None:
    async def main() -> None:
        one, other = peers()

        @other.on(v16.ResetRequest)
        async def reset(request: v16.ResetRequest) -> v16.ResetResponse:
            await other.call(v16.ClearCacheRequest())
            return ACCEPTED

        @one.on(v16.ClearCacheRequest)
        async def clear(request: v16.ClearCacheRequest) -> v16.ClearCacheResponse:
            return v16.ClearCacheResponse(status=v16.ClearCacheStatus.Accepted)

        assert await one.call(RESET) == ACCEPTED
        await close(one, other)

    run(main())


def test_a_slow_handler_does_not_hold_up_the_others(run: Run) -> None:
    async def main() -> None:
        one, other = peers()
        release = asyncio.Event()

        @other.on(v16.ResetRequest)
        async def reset(request: v16.ResetRequest) -> v16.ResetResponse:
            await release.wait()
            return ACCEPTED

        @one.on(v16.ResetRequest)
        async def reset_too(request: v16.ResetRequest) -> v16.ResetResponse:
            release.set()
            return ACCEPTED

        slow = asyncio.create_task(one.call(RESET))
        assert await other.call(RESET) == ACCEPTED  # while its own handler waits
        assert await slow == ACCEPTED
        await close(one, other)

    run(main())


def test_what_nobody_serves_is_not_supported(run: Run) -> None:
    async def main() -> None:
        one, other = peers()
        with pytest.raises(CallErrorReceived) as caught:
            await one.call(RESET)
        assert caught.value.code is ErrorCode.NotSupported
        await close(one, other)

    run(main())


def test_a_handler_chooses_its_error(run: Run) -> None:
    async def main() -> None:
        one, other = peers()

        @other.on(v16.ResetRequest)
        def reset(request: v16.ResetRequest) -> v16.ResetResponse:
            raise RpcError(ErrorCode.SecurityError, "not you", {"a": 1})

        with pytest.raises(CallErrorReceived) as caught:
            await one.call(RESET)
        error = caught.value
        assert (error.code, error.description, error.details) == (ErrorCode.SecurityError, "not you", {"a": 1})
        await close(one, other)

    run(main())


def secret(request: v16.ResetRequest) -> v16.ResetResponse:
    raise ValueError("the password is hunter2")


async def later(request: v16.ResetRequest) -> v16.ResetResponse:
    await asyncio.sleep(0)
    raise ValueError("the password is hunter2")


def nothing(request: v16.ResetRequest) -> Any:
    return None


def another(request: v16.ResetRequest) -> Any:
    return v16.HeartbeatRequest()


@pytest.mark.parametrize("handler", [secret, later, nothing, another])
def test_a_handler_that_fails_leaks_nothing(run: Run, caplog: pytest.LogCaptureFixture, handler: Any) -> None:
    async def main() -> None:
        one, other = peers()
        other.on(v16.ResetRequest)(handler)
        with pytest.raises(CallErrorReceived) as caught:
            await one.call(RESET)
        error = caught.value
        assert (error.code, error.description, error.details) == (ErrorCode.InternalError, "", {})
        other.on(v16.ResetRequest)(lambda request: ACCEPTED)
        assert await one.call(RESET) == ACCEPTED
        await close(one, other)

    with caplog.at_level(logging.ERROR, "ocppcore.bindings"):
        run(main())
    assert "the handler of Reset failed" in caplog.text


def test_an_answer_that_breaks_the_standard(run: Run) -> None:
    async def main() -> None:
        peer, wire = lone()
        call = asyncio.create_task(peer.call(RESET))
        await asyncio.sleep(0)
        id = wire.sent[0].split('"')[1]
        peer.receive(f'[3,"{id}",{{"status":"Maybe"}}]')
        with pytest.raises(InvalidResult):
            await call
        await close(peer)

    run(main())


def test_no_answer_in_time(run: Run) -> None:
    async def main() -> None:
        peer, _ = lone(call_timeout=0.02)
        with pytest.raises(CallTimeout):
            await peer.call(RESET)
        await close(peer)

    run(main())


def test_the_link_goes_while_a_call_is_out(run: Run) -> None:
    async def main() -> None:
        peer, _ = lone()
        calls = [asyncio.create_task(peer.call(RESET)) for _ in range(3)]
        await asyncio.sleep(0)
        peer.disconnected(Lost("gone"))
        for call in calls:
            with pytest.raises(ConnectionLost):
                await call
        with pytest.raises(ConnectionLost):
            await peer.call(RESET)
        await close(peer)

    run(main())


def test_cancelling_the_wait_takes_the_call_back_and_frees_its_slot(run: Run) -> None:
    async def main() -> None:
        peer, wire = lone()
        events: list[Event] = []
        peer.on_event(events.append)
        first = asyncio.create_task(peer.call(RESET))
        second = asyncio.create_task(peer.call(v16.ClearCacheRequest()))
        await asyncio.sleep(0)
        assert len(wire.sent) == 1  # J §4.1.1: one at a time
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first
        assert len(wire.sent) == 2
        late, id = (text.split('"')[1] for text in wire.sent)
        peer.receive(f'[3,"{late}",{{"status":"Accepted"}}]')
        peer.receive(f'[3,"{id}",{{"status":"Accepted"}}]')
        assert (await second).status is v16.ClearCacheStatus.Accepted
        assert [event.kind for event in events if isinstance(event, StrayAnswer)] == [Stray.Late]
        await close(peer)

    run(main())


def test_a_timeout_around_a_call_takes_it_back(run: Run) -> None:
    async def main() -> None:
        peer, wire = lone()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.02):
                await peer.call(RESET)
        assert peer._waiting == {}
        await close(peer)

    run(main())


def test_what_may_not_be_sent_is_refused_at_once(run: Run) -> None:
    async def main() -> None:
        peer, wire = lone(max_queue=1)
        with pytest.raises(InvalidMessage):
            await peer.call(v16.ResetRequest(type="Sideways"))  # type: ignore[arg-type]
        calls = [asyncio.create_task(peer.call(RESET)) for _ in range(2)]
        await asyncio.sleep(0)
        with pytest.raises(QueueFull):
            await peer.call(RESET)
        assert len(wire.sent) == 1
        for call in calls:
            call.cancel()
        await asyncio.gather(*calls, return_exceptions=True)
        await close(peer)

    run(main())


def test_listeners_see_everything_and_break_nothing(run: Run, caplog: pytest.LogCaptureFixture) -> None:
    async def main() -> None:
        one, other = peers()
        seen: list[str] = []

        @other.on_event
        def note(event: Event) -> None:
            seen.append(type(event).__name__)
            raise ValueError("a bug in the listener")

        other.on(v16.ResetRequest)(lambda request: ACCEPTED)
        assert await one.call(RESET) == ACCEPTED
        await close(one, other)
        assert seen == [CallReceived.__name__, Disconnected.__name__]

    with caplog.at_level(logging.CRITICAL):
        run(main())


def test_a_listener_may_call(run: Run) -> None:
    async def main() -> None:
        peer = Peer(Session(v16.ACTIONS, rng=Random(1)))
        wire = Wire()
        wire.me = peer

        @peer.on_event
        def greet(event: Event) -> None:
            if isinstance(event, Connected):
                peer.feed(peer.connection.call, RESET)

        peer.connected(v16.V16, wire)
        assert len(wire.sent) == 1
        await close(peer)

    run(main())


def test_a_dead_link_is_dropped_and_not_heard_of_again(run: Run) -> None:
    async def main() -> None:
        peer, wire = lone(ping_interval=0.01, pong_timeout=0.01)
        wire.me = None  # pings are never answered
        gone = asyncio.get_running_loop().create_future()
        peer.on_event(lambda event: isinstance(event, Disconnected) and gone.set_result(event.reason))
        reason = await gone
        assert isinstance(reason, Lost) and peer.link is None
        await close(peer)

    run(main())


def test_closing_cancels_handlers_and_calls(run: Run) -> None:
    async def main() -> None:
        one, other = peers()
        begun = asyncio.Event()

        @other.on(v16.ResetRequest)
        async def reset(request: v16.ResetRequest) -> v16.ResetResponse:
            begun.set()
            await asyncio.Event().wait()
            raise AssertionError("never")

        call = asyncio.create_task(one.call(RESET))
        await begun.wait()
        await close(one, other)
        with pytest.raises(ConnectionLost):
            await call

    run(main())
