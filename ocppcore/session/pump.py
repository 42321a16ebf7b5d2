"""The loop body that all bindings share: the steps of the sans-IO contract (contract.py), in their order. No I/O here.

pump() alone serves a loop of one's own. A Stepper is for event loops: each input is followed by all that it causes, and
its host knows when to wake it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from ocppcore.clock import Clock
from ocppcore.session.contract import Connection, Host
from ocppcore.session.events import CallEnded, Event, ResultReceived

T = TypeVar("T")


def pump(connection: Connection, host: Host) -> float | None:
    """Hand over all that waits, until nothing does; then the time at which handle_timer() is due, or None."""
    moved = True
    while moved:
        moved = False
        while (batch := connection.next_batch()) is not None:
            moved = True
            host.store(batch)
        for text in connection.data_to_send():
            moved = True
            host.send(text)
        while (command := connection.next_command()) is not None:
            moved = True
            host.carry_out(command)
        while (event := connection.next_event()) is not None:
            moved = True
            host.notice(event)
    return connection.next_timer()


# What a Stepper does itself.
ACTS: dict[type, str] = {ResultReceived: "answered", CallEnded: "ended"}


class Stepper:
    """Base class of a SteppedHost. connection: what it drives; nothing else may feed it. clock: gives `now`.

    link: where texts go, None while there is none; it may be anything with send(text).
    listeners: are called with each event. What one raises goes to listener_failed(), and breaks nothing.
    ACTS: by class of event, the name of the method that acts on those and on what is derived from them.
    """

    __slots__ = ("connection", "clock", "link", "listeners", "_waiting", "_stepping", "_alarm")

    ACTS = ACTS

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self.connection = connection
        self.clock = clock
        self.link: Any = None
        self.listeners: list[Callable[[Event], object]] = []
        self._waiting: dict[str, Any] = {}  # who waits for an answer, by message id: futures, of asyncio or alike
        self._stepping = False
        self._alarm: float | None = None  # what wake_at() was told last, until it is over

    def receive(self, data: str | bytes) -> None:
        """A message is here."""
        self.connection.receive(data, self.clock.now())
        self.step()

    def feed(self, method: Callable[..., T], *arguments: Any) -> T:
        """One input: a method of the connection with its arguments but for `now`; then all that follows from it."""
        try:
            return method(*arguments, self.clock.now())
        finally:
            self.step()

    def step(self) -> None:
        """Carry out all that the connection wants. Called within itself, it leaves that to the outer one."""
        if self._stepping:
            return
        host: Any = self
        self._stepping = True
        try:
            due = pump(self.connection, host)
        finally:
            self._stepping = False
        alarm = self._alarm
        # One that comes too early finds nothing to do, which is cheaper than moving it with each step.
        if due is not alarm and (due is None or alarm is None or due < alarm):
            self._alarm = due
            host.wake_at(due)
        self.after_step()

    def after_step(self) -> None:
        """For subclasses: the connection has come to rest."""

    def wake(self) -> None:
        """The time of wake_at() has come, or may have."""
        self._alarm = None
        self.feed(self.connection.handle_timer)

    def send(self, text: str) -> None:
        """One message, if there is a link."""
        link = self.link
        if link is not None:
            link.send(text)

    # What happened

    def notice(self, event: Event) -> None:
        """Who acts on it does, then everybody hears of it."""
        acts = self.ACTS
        for kind in type(event).__mro__:
            if kind in acts:
                getattr(self, acts[kind])(event)
                break
        for listener in self.listeners:
            try:
                listener(event)
            except Exception as error:
                host: Any = self
                host.listener_failed(error)

    def answered(self, event: ResultReceived) -> None:
        """A call of ours has its answer."""
        future = self._waiting.pop(event.id, None)
        if future is not None and not future.done():
            future.set_result(event.response)

    def ended(self, event: CallEnded) -> None:
        """A call of ours will have no answer."""
        future = self._waiting.pop(event.id, None)
        if future is not None and not future.done():
            future.set_exception(event.error)
