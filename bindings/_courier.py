"""Carries messages between a Peer and an open WebSocket of another library, whose methods are coroutines."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from ocppcore.bindings._errors import reason_of
from ocppcore.session.events import Disconnect, Lost

if TYPE_CHECKING:
    from ocppcore.bindings._peer import Peer

MAX_QUEUE = 256
"""Messages that wait to be sent. A peer that reads so slowly counts as gone."""


class Courier:
    """A Link (see _peer.py) over send(text), close(code, reason) and ping()."""

    def __init__(
        self,
        peer: Peer,
        send: Callable[[str], Awaitable[object]],
        close: Callable[[int, str], Awaitable[object]],
        ping: Callable[[], Awaitable[object]] | None,
    ) -> None:
        self._peer = peer
        self._send = send
        self._close = close
        self._ping = ping
        self._queue: asyncio.Queue[Callable[[], Awaitable[object]]] = asyncio.Queue(MAX_QUEUE)
        self._tasks: list[asyncio.Task[None]] = []
        self._reason: Disconnect | None = None

    async def carry(self, receive: Callable[[], Awaitable[str | bytes]]) -> Disconnect:
        """Move messages both ways until one way ends; why it ended."""
        self._tasks = [asyncio.create_task(self._read(receive)), asyncio.create_task(self._write())]
        try:
            if self._reason is None:
                await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in self._tasks:
                task.cancel()
            endings = await asyncio.gather(*self._tasks, return_exceptions=True)
        errors = [ending for ending in endings if isinstance(ending, Exception)]
        return self._reason or reason_of(errors[0] if errors else None)

    async def _read(self, receive: Callable[[], Awaitable[str | bytes]]) -> None:
        while True:
            self._peer.receive(await receive())

    async def _write(self) -> None:
        while True:
            await (await self._queue.get())()

    def _stop(self, reason: Disconnect) -> None:
        self._reason = reason
        for task in self._tasks:
            task.cancel()

    # What the peer wants

    def send(self, text: str) -> None:
        self._put(lambda: self._send(text))

    def close(self, code: int, reason: str) -> None:
        self._put(lambda: self._close(code, reason))

    def drop(self) -> None:
        self._stop(Lost("dropped"))

    def ping(self) -> None:
        if self._ping is None:  # the library keeps the link alive, and would end it
            self._peer.feed(self._peer.connection.pong)
        else:
            self._peer.spawn(self._ask(self._ping))

    async def _ask(self, ping: Callable[[], Awaitable[Any]]) -> None:
        try:
            await ping()
        except Exception:  # the link is gone: the reader hears of it, too
            return
        if self._peer.link is self:
            self._peer.feed(self._peer.connection.pong)

    def _put(self, what: Callable[[], Awaitable[object]]) -> None:
        try:
            self._queue.put_nowait(what)
        except asyncio.QueueFull:
            self._stop(Lost("the peer does not read"))
