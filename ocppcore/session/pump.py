"""The loop body that all bindings share: the steps of the sans-IO contract (contract.py), in their order. No I/O here.

pump() alone serves a loop of one's own. A Stepper is for event loops: each input is followed by all that it causes, and
its host knows when to wake it. A connection that is a Driven, and a host that is a Sink, are asked without their
methods being looked up by name: compiled, that is most of what a step costs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from ocppcore.clock import Clock
from ocppcore.session.commands import Command
from ocppcore.session.contract import Batch, Connection, Host
from ocppcore.session.events import CallEnded, Event, ResultReceived

T = TypeVar("T")


class Driven:
    """Base class of connections that are compiled; by itself, it asks another connection, of any class."""

    __slots__ = ("_asked",)

    def __init__(self, connection: Connection) -> None:
        self._asked = connection

    def receive(self, data: str | bytes, now: float) -> None:
        self._asked.receive(data, now)

    def next_batch(self) -> Batch | None:
        return self._asked.next_batch()

    def data_to_send(self) -> Iterable[str]:
        return self._asked.data_to_send()

    def next_command(self) -> Command | None:
        return self._asked.next_command()

    def next_event(self) -> Event | None:
        return self._asked.next_event()

    def next_timer(self) -> float | None:
        return self._asked.next_timer()


class Sink:
    """What a host does with what a connection hands out; by itself, it gives it to another object that is a Host."""

    __slots__ = ("_host",)

    def __init__(self, host: Host) -> None:
        self._host = host

    def _store(self, batch: Batch) -> None:
        self._host.store(batch)

    def _send(self, text: str) -> None:
        self._host.send(text)

    def _carry_out(self, command: Command) -> None:
        self._host.carry_out(command)

    def _notice(self, event: Event) -> None:
        self._host.notice(event)


def pump(connection: Connection, host: Host) -> float | None:
    """Hand over all that waits, until nothing does; then the time at which handle_timer() is due, or None."""
    return _empty(_driven(connection), Sink(host))


def _driven(connection: Any) -> Driven:
    return connection if isinstance(connection, Driven) else Driven(connection)


def _empty(connection: Driven, sink: Sink) -> float | None:
    moved = True
    while moved:
        moved = False
        while (batch := connection.next_batch()) is not None:
            moved = True
            sink._store(batch)
        for text in connection.data_to_send():
            moved = True
            sink._send(text)
        while (command := connection.next_command()) is not None:
            moved = True
            sink._carry_out(command)
        while (event := connection.next_event()) is not None:
            moved = True
            sink._notice(event)
    return connection.next_timer()


class Stepper(Sink):
    """Base class of a SteppedHost. connection: what it drives; nothing else may feed it. clock: gives `now`.

    link: where texts go, None while there is none; it may be anything with send(text).
    listeners: are called with each event. What one raises goes to listener_failed(), and breaks nothing.
    ACTS: by class of event, the name of the method that acts on those and on what is derived from them. The end of a
    call of ours is acted upon here.
    """

    __slots__ = ("connection", "clock", "link", "listeners", "_waiting", "_connection", "_now", "_stepping", "_alarm",
                 "_rests", "_methods")  # fmt: skip

    ACTS = dict[type, str]()

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self.connection = connection
        self.clock = clock
        self.link: Any = None
        self.listeners: list[Callable[[Event], object]] = []
        self._waiting: dict[str, Any] = {}  # who waits for an answer, by message id: futures, of asyncio or alike
        self._connection = _driven(connection)
        self._now = clock.now
        self._stepping = False
        self._alarm: float | None = None  # what wake_at() was told last, until it is over
        self._rests = type(self).after_step is not Stepper.after_step
        self._methods = _METHODS.setdefault(type(self), {})

    def receive(self, data: str | bytes) -> None:
        """A message is here."""
        self._connection.receive(data, self._now())
        self._step()

    def feed(self, method: Callable[..., T], *arguments: Any) -> T:
        """One input: a method of the connection with its arguments but for `now`; then all that follows from it."""
        try:
            return method(*arguments, self._now())
        finally:
            self._step()

    def begin(self, request: Any, future: Any) -> str:
        """Send a request, whose answer is for the future; returns its message id. Raises InvalidMessage, QueueFull."""
        id: str = self.connection.call(request, self._now())
        self._waiting[id] = future
        self._step()
        return id

    def take_back(self, id: str) -> None:
        """Nobody waits any more for the answer to this call: it is cancelled, unless it has ended."""
        if self._waiting.pop(id, None) is not None:
            self.feed(self.connection.cancel, id)

    def step(self) -> None:
        """Carry out all that the connection wants. Called within itself, it leaves that to the outer one."""
        self._step()

    def _step(self) -> None:
        if self._stepping:
            return
        host: Any = self
        self._stepping = True
        try:
            due = _empty(self._connection, self)
        finally:
            self._stepping = False
        alarm = self._alarm
        # One that comes too early finds nothing to do, which is cheaper than moving it with each step.
        if due is not alarm and (due is None or alarm is None or due < alarm):
            self._alarm = due
            host.wake_at(due)
        if self._rests:
            host.after_step()

    def after_step(self) -> None:
        """For subclasses: the connection has come to rest."""

    def wake(self) -> None:
        """The time of wake_at() has come, or may have."""
        self._alarm = None
        self.feed(self.connection.handle_timer)

    # What is handed out

    def _store(self, batch: Batch) -> None:
        host: Any = self
        host.store(batch)

    def _send(self, text: str) -> None:
        link = self.link
        if link is not None:
            link.send(text)

    def _carry_out(self, command: Command) -> None:
        host: Any = self
        host.carry_out(command)

    def _notice(self, event: Event) -> None:
        """Who acts on it does, then everybody hears of it."""
        if isinstance(event, ResultReceived):
            self._answered(event)
        elif isinstance(event, CallEnded):
            self._ended(event)
        kind = type(event)
        method = self._methods.get(kind)
        if method is None:
            method = self._methods[kind] = _method(self.ACTS, kind)
        if method:
            getattr(self, method)(event)
        for listener in self.listeners:
            try:
                listener(event)
            except Exception as error:
                host: Any = self
                host.listener_failed(error)

    def _answered(self, event: ResultReceived) -> None:
        """A call of ours has its answer."""
        future = self._waiting.pop(event.id, None)
        if future is not None and not future.done():
            future.set_result(event.response)

    def _ended(self, event: CallEnded) -> None:
        """A call of ours will have no answer."""
        future = self._waiting.pop(event.id, None)
        if future is not None and not future.done():
            future.set_exception(event.error)


# By class of Stepper: by class of event, the name of the method that acts on it, "" for none.
_METHODS: dict[type, dict[type, str]] = {}


def _method(acts: dict[type, str], kind: type) -> str:
    for base in kind.__mro__:
        if base in acts:
            return acts[base]
    return ""
