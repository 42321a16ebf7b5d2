"""A peer over the coroutines of another library: order, pings, the end, and a peer that does not read."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from random import Random
from typing import Any

import pytest

from ocppcore import v16
from ocppcore.bindings import _courier
from ocppcore.bindings._peer import Peer
from ocppcore.errors import ConnectionLost
from ocppcore.session.events import ClosedByPeer, Disconnected, Event, Lost
from ocppcore.session.session import Session, SessionSettings

Run = Callable[[Coroutine[Any, Any, Any]], Any]
RESET = v16.ResetRequest(type=v16.ResetType.Soft)


class Ended(Exception):
    """How a WebSocket library says that it is over."""

    def __init__(self, code: int) -> None:
        self.code = code


class Library:
    """An open WebSocket as a library offers it: receive() raises at the end."""

    def __init__(self) -> None:
        self.incoming: asyncio.Queue[str | Exception] = asyncio.Queue()
        self.sent: list[str] = []
        self.pings = 0
        self.reads = asyncio.Event()
        self.reads.set()

    async def receive(self) -> str:
        text = await self.incoming.get()
        if isinstance(text, Exception):
            raise text
        return text

    async def send(self, text: str) -> None:
        await self.reads.wait()
        self.sent.append(text)

    async def close(self, code: int, reason: str) -> None:
        self.incoming.put_nowait(Ended(code))

    async def ping(self) -> None:
        self.pings += 1


def make_peer(**settings: Any) -> tuple[Peer, list[Event]]:
    peer, events = Peer(Session(v16.ACTIONS, rng=Random(1), settings=SessionSettings(**settings))), list[Event]()
    peer.on_event(events.append)
    return peer, events


def test_the_end_of_the_library_is_the_end_of_the_link(run: Run) -> None:
    async def main() -> None:
        peer, events = make_peer()
        library = Library()
        library.incoming.put_nowait(Ended(4001))
        reason = await peer.run(library.receive, library.send, library.close)
        assert isinstance(reason, ClosedByPeer) and reason.code == 4001
        assert isinstance(events[-1], Disconnected) and peer.link is None
        await peer.aclose()

    run(main())


def test_leaving_closes_the_websocket(run: Run) -> None:
    async def main() -> None:
        peer, events = make_peer()
        library = Library()
        async with peer.over(library.receive, library.send, library.close):
            call = asyncio.create_task(peer.call(RESET))
            while not library.sent:
                await asyncio.sleep(0)
        with pytest.raises(ConnectionLost):
            await call
        (ended,) = [event for event in events if isinstance(event, Disconnected)]
        assert isinstance(ended.reason, ClosedByPeer) and ended.reason.code == 1000
        await peer.aclose()

    run(main())


@pytest.mark.parametrize("with_ping", [True, False])
def test_the_link_is_kept_alive_by_pings_or_by_the_library(run: Run, with_ping: bool) -> None:
    async def main() -> None:
        pongs: asyncio.Queue[None] = asyncio.Queue()

        class Ponged(Session):
            def pong(self, now: float) -> None:
                super().pong(now)
                pongs.put_nowait(None)

        library = Library()
        peer = Peer(Ponged(v16.ACTIONS, rng=Random(1), settings=SessionSettings(ping_interval=0.01)))
        ping = library.ping if with_ping else None
        async with peer.over(library.receive, library.send, library.close, ping=ping):
            for _ in range(3):  # the next one goes out only after this one was answered
                await pongs.get()
        assert (library.pings > 1) is with_ping
        await peer.aclose()

    run(main())


def test_a_ping_that_is_never_answered_ends_the_link(run: Run) -> None:
    async def main() -> None:
        peer, events = make_peer(ping_interval=0.01, pong_timeout=0.02)
        library = Library()
        await peer.run(library.receive, library.send, library.close, ping=asyncio.Event().wait)
        (ended,) = [event for event in events if isinstance(event, Disconnected)]
        assert isinstance(ended.reason, Lost) and "sign of life" in ended.reason.why
        await peer.aclose()

    run(main())


def test_a_peer_that_does_not_read_counts_as_gone(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_courier, "MAX_QUEUE", 10)

    async def main() -> None:
        peer, _ = make_peer()
        library = Library()
        library.reads.clear()
        for _ in range(20):
            library.incoming.put_nowait('[2,"1","X",{}]')
        reason = await peer.run(library.receive, library.send, library.close)
        assert isinstance(reason, Lost) and "does not read" in reason.why
        await peer.aclose()

    run(main())


def test_cancelling_the_run_ends_the_link(run: Run) -> None:
    async def main() -> None:
        peer, events = make_peer()
        library = Library()
        running = asyncio.create_task(peer.run(library.receive, library.send, library.close))
        await asyncio.sleep(0)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        assert isinstance(events[-1], Disconnected) and peer.link is None
        await peer.aclose()

    run(main())
