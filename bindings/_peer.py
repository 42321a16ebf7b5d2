"""Peer: a connection as one wants to hold it in asyncio.

    peer = Peer(Session(v16.ACTIONS, rng=Random()))

    @peer.on(v16.ResetRequest)
    async def reset(request: v16.ResetRequest) -> v16.ResetResponse: ...

    response = await peer.call(v16.HeartbeatRequest())      # a v16.HeartbeatResponse

Its rules: handlers are tasks and never run where texts are read, so one may itself call and wait. Nothing that a
handler or listener does can break the loop; what it raises goes to the log of this end, and to the peer as
InternalError. All time-outs are the connection's.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any, Protocol, TypeVar

from ocppcore.bindings._courier import Courier
from ocppcore.bindings._errors import reason_of
from ocppcore.bindings._report import LINES
from ocppcore.bindings._writer import Writer
from ocppcore.bindings.clock import SystemClock
from ocppcore.bindings.storage.base import Store
from ocppcore.clock import Clock
from ocppcore.csms.answer import answer
from ocppcore.csms.events import Awaited, HandlerFailed
from ocppcore.errors import RpcError
from ocppcore.messages.base import Request, Response
from ocppcore.session.commands import Close, Command, Ping
from ocppcore.session.contract import Batch, Connection
from ocppcore.session.events import CallReceived, Disconnect, Event
from ocppcore.session.pump import Stepper
from ocppcore.version import V16, ErrorCode, Version

__all__ = ["Link", "Peer"]

R = TypeVar("R", bound=Response)
Q = TypeVar("Q", bound=Request[Any])
Listener = Callable[[Event], object]

DROP = 1006  # as the docstring of Close says
MAX_WAIT = 60.0
"""Seconds after which a timer looks at the clock again: the event loop's own does not count suspend, ours does."""


log = logging.getLogger("ocppcore.bindings")


class Link(Protocol):
    """An open WebSocket. None of its methods waits or raises."""

    def send(self, text: str) -> None:
        """Send a message."""

    def ping(self) -> None:
        """Send a ping; then Peer.pong()."""

    def close(self, code: int, reason: str) -> None:
        """Begin to close; then Peer.disconnected()."""

    def drop(self) -> None:
        """Let go of the transport at once, and report nothing more."""


async def end_tasks(tasks: set[asyncio.Task[Any]]) -> None:
    """Cancel them all but the one that asks for it, and wait until they are gone."""
    others = tasks - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


class Peer(Stepper):
    """The other end of a connection.

    connection: a Session, a StationLink, or whatever implements the contract; nothing else may feed it. clock: the
    machine's if None. store: where batches go; a connection without state needs none. threaded: commit in a thread.
    """

    link: Link | None
    ACTS = {
        CallReceived: "_begin",
        Awaited: "wait_for",
        HandlerFailed: "_failed",
        **dict.fromkeys(LINES, "report"),
    }

    def __init__(
        self,
        connection: Connection,
        *,
        clock: Clock | None = None,
        store: Store | None = None,
        threaded: bool = False,
    ) -> None:
        super().__init__(connection, SystemClock() if clock is None else clock)
        self._writer = None if store is None else Writer(store, self._stored, self._store_failed, threaded)
        self._handlers: dict[type, Callable[[Any], Any]] = {}
        self.tasks: set[asyncio.Task[Any]] = set()
        self._timer: asyncio.TimerHandle | None = None

    # For the user

    def on(self, kind: type[Q]) -> Callable[[Callable[[Q], Any]], Callable[[Q], Any]]:
        """Decorator: this function, `def` or `async def`, answers that request of the peer.

        It returns the response or raises RpcError. A request without a handler is answered NotSupported.
        """

        def take(handler: Callable[[Q], Any]) -> Callable[[Q], Any]:
            self._handlers[kind] = handler
            return handler

        return take

    def on_event(self, listener: Listener) -> Listener:
        """Call this function with each event; usable as a decorator. It must not wait."""
        self.listeners.append(listener)
        return listener

    async def call(self, request: Request[R]) -> R:
        """Send a request and wait for its answer. Cancelling the wait takes the call back and frees its slot.

        Raises InvalidMessage or QueueFull at once; CallErrorReceived, InvalidResult, CallTimeout, CallCancelled or
        ConnectionLost when it ends so.
        """
        future: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        id = self.begin(request, future)
        try:
            return await future
        except asyncio.CancelledError:
            self.take_back(id)
            raise

    async def run(
        self,
        receive: Callable[[], Awaitable[str | bytes]],
        send: Callable[[str], Awaitable[object]],
        close: Callable[[int, str], Awaitable[object]],
        *,
        ping: Callable[[], Awaitable[object]] | None = None,
        version: Version = V16,
    ) -> Disconnect:
        """Serve an open WebSocket of another library until it ends; why it ended. receive() raises at its end.

        ping: sends one and returns when it is answered; None where the library keeps the link alive by itself.
        """
        courier = Courier(self, send, close, ping)
        self.connected(version, courier)
        return await self._run(courier, receive)

    @asynccontextmanager
    async def over(
        self,
        receive: Callable[[], Awaitable[str | bytes]],
        send: Callable[[str], Awaitable[object]],
        close: Callable[[int, str], Awaitable[object]],
        *,
        ping: Callable[[], Awaitable[object]] | None = None,
        version: Version = V16,
    ) -> AsyncIterator[Peer]:
        """As run(), but beside what the `async with` does; the end of that closes the WebSocket."""
        courier = Courier(self, send, close, ping)
        self.connected(version, courier)
        running = asyncio.create_task(self._run(courier, receive))
        try:
            yield self
        finally:
            courier.close(1000, "")
            await running

    async def _run(self, courier: Courier, receive: Callable[[], Awaitable[str | bytes]]) -> Disconnect:
        reason = reason_of(None)
        try:
            reason = await courier.carry(receive)
        finally:
            if self.link is courier:
                self.disconnected(reason)
        return reason

    async def aclose(self) -> None:
        """Let go of everything: handlers are cancelled, the link is dropped, calls end with ConnectionLost."""
        if self.link is not None:
            self.link.drop()
            self.disconnected(reason_of(None))
        if self._timer is not None:
            self._timer.cancel()
        await end_tasks(self.tasks)
        if self._writer is not None:
            await self._writer.close()

    # For the transport

    def connected(self, version: Version, link: Link) -> None:
        """The WebSocket is open."""
        self.link = link
        self.feed(self.connection.connected, version)

    def disconnected(self, reason: Disconnect) -> None:
        """The link is gone, or could not be made."""
        self.link = None
        self.feed(self.connection.disconnected, reason)

    # The steps

    def wake_at(self, due: float | None) -> None:
        """Have a timer of the loop call wake()."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None  # a peer that is done with is not kept for its timer
        if due is not None:
            delay = min(max(0.0, due - self.clock.now()), MAX_WAIT)
            self._timer = asyncio.get_running_loop().call_later(delay, self.wake)

    def store(self, batch: Batch) -> None:
        """Make it durable; without a store, forget it."""
        if self._writer is None:
            self._stored(batch.id)
        else:
            self._writer.write(batch)

    def _stored(self, id: int) -> None:
        self.feed(self.connection.stored, id)

    def _store_failed(self, id: int, why: str) -> None:
        self.feed(self.connection.store_failed, id, why)

    def carry_out(self, command: Command) -> None:
        """The commands of a link; a subclass knows more of them."""
        if isinstance(command, Close):
            link = self.link
            if command.code == DROP:
                self.link = None
                if link is not None:
                    link.drop()
            elif link is not None:
                link.close(command.code, command.reason)
        elif isinstance(command, Ping):
            if self.link is not None:
                self.link.ping()
        else:
            self.feed(self.connection.failed, command.id, "this host cannot do that")

    def listener_failed(self, error: Exception) -> None:
        """It is told in the log, and harms nobody."""
        log.error("a listener failed", exc_info=error)

    def report(self, event: Event) -> None:
        """For subclasses: something of _report.LINES has happened."""

    # Calls and handlers

    def spawn(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """A task of this peer: it is cancelled with it."""
        task = asyncio.get_running_loop().create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)
        return task

    def _begin(self, event: CallReceived) -> None:
        handler = self._handlers.get(type(event.request))
        if handler is None:
            self.unhandled(event)
        else:
            self.spawn(self._handle(event, handler))

    def unhandled(self, event: CallReceived) -> None:
        """A call of the peer that nothing here serves."""
        self.connection.fail(event.id, RpcError(ErrorCode.NotSupported), self.clock.now())

    async def _handle(self, event: CallReceived, handler: Callable[[Any], Any]) -> None:
        outcome: Any
        try:
            outcome = handler(event.request)
            if hasattr(outcome, "__await__"):
                outcome = await outcome
        except Exception as error:
            outcome = error
        trouble = self.feed(lambda now: answer(self.connection, event.id, outcome, now))
        if trouble is not None:
            log.error("the handler of %s failed", type(event.request).action, exc_info=trouble)

    def wait_for(self, event: Awaited) -> asyncio.Task[Any]:
        """A function of a Csms's author is `async def`."""
        task = self.spawn(self._wait_for(event))
        close = getattr(event.outcome, "close", None)
        if close is not None:
            task.add_done_callback(lambda _: close())  # it may be cancelled before it has begun
        return task

    async def _wait_for(self, event: Awaited) -> None:
        outcome: Any
        try:
            outcome = await event.outcome
        except Exception as error:
            outcome = error
        self.feed(event.settle, outcome)

    def _failed(self, event: HandlerFailed) -> None:
        log.error("%s: the handler of %s failed", event.identity, event.action, exc_info=event.error)
