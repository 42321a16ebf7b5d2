"""The sans-IO contract, the same for Session, Station and Csms. Bindings are written against it and nothing else.

The loop of every binding, in any I/O style:

    feed one input (connected, receive, done, handle_timer …), then
    1. batch = s.next_batch(): store it, then s.stored(batch.id, now)
    2. send each text of s.data_to_send()
    3. carry out each s.next_command(), report with done() or failed()
    4. look at each s.next_event(), or ignore it
    5. wait until s.next_timer(), then s.handle_timer(now)

`now` is monotonic seconds that count suspend; it never goes back. Nothing here raises for the peer's fault.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol, TypeVar

from ocppcore.errors import RpcError
from ocppcore.session.commands import Command
from ocppcore.session.events import Disconnect, Event
from ocppcore.version import Version

R = TypeVar("R")


class Batch:
    """What must be stored before what depends on it may leave: all of it, or nothing of it.

    id: counts up from 1, stored in this order. puts: (table, key) to a JSON text; deletes: (table, key), after the
    puts.
    """

    __slots__ = ("id", "puts", "deletes")

    def __init__(self, id: int, puts: dict[tuple[str, str], str], deletes: frozenset[tuple[str, str]]) -> None:
        self.id = id
        self.puts = puts
        self.deletes = deletes


class Connection(Protocol):
    """What a binding drives. After calling any method that takes `now`: drain as the module's docstring says."""

    @property
    def max_message(self) -> int:
        """Bytes of the largest message that is read; may change while connected. A binding closes with 1009 above
        it.
        """
        ...

    def connected(self, version: Version, now: float) -> None:
        """The WebSocket is open with this version's sub-protocol."""

    def disconnected(self, reason: Disconnect, now: float) -> None:
        """The link went away, or could not be made."""

    def receive(self, data: str | bytes, now: float) -> None:
        """ONE WebSocket message. Never raises for the peer's fault."""

    def pong(self, now: float) -> None:
        """The peer answered our ping (any traffic counts as a sign of life, too)."""

    def call(self, request: Any, now: float) -> str:
        """Queue a request; returns its message id. Raises InvalidMessage or QueueFull at once."""
        ...

    def reply(self, id: str, response: Any, now: float) -> bool:
        """Answer a CallReceived. False if nobody waits any more: answered already, too late, or the link went away.

        Raises InvalidMessage; the call is then still open: reply() with something better, or fail().
        """
        ...

    def fail(self, id: str, error: RpcError, now: float) -> bool:
        """Answer a CallReceived with a CALLERROR. False if nobody waits any more."""
        ...

    def cancel(self, id: str, now: float) -> None:
        """Take a call of ours back: its slot is free at once, an answer that still comes is reported as late."""

    def next_event(self) -> Event | None:
        """What happened; None when there is nothing more. Events may be ignored."""

    def next_command(self) -> Command | None:
        """What must be done; None when there is nothing more. Each command has a deadline."""

    def done(self, id: int, result: Any, now: float) -> None:
        """The command was carried out. result: what the command's docstring asks for. Unknown ids are ignored."""

    def failed(self, id: int, why: str, now: float) -> None:
        """The command could not be carried out. why: one line for the log."""

    def next_batch(self) -> Batch | None:
        """What must be stored next, once; None when there is nothing."""

    def stored(self, id: int, now: float) -> None:
        """The batch is durable: what depended on it may leave."""

    def store_failed(self, id: int, why: str, now: float) -> None:
        """The batch could not be stored (a full disk): an input like any other; it will be offered again."""

    def data_to_send(self) -> Iterable[str]:
        """The texts to send, one WebSocket text message each, in order; each is handed out once."""
        ...

    def next_timer(self) -> float | None:
        """When to call handle_timer, in monotonic seconds; None for never. Pure."""

    def handle_timer(self, now: float) -> None:
        """Time has passed. Calling it early or late is harmless."""


class Host(Protocol):
    """What a binding does with what a connection hands out (pump.py). None of it may raise; all of it may feed the
    connection."""

    def store(self, batch: Batch) -> None:
        """Make it durable, now or later, then stored() or store_failed()."""

    def send(self, text: str) -> None:
        """One WebSocket message."""

    def carry_out(self, command: Command) -> None:
        """Do it, or begin to."""

    def notice(self, event: Event) -> None:
        """Something happened."""


class SteppedHost(Protocol):
    """What a subclass of Stepper (pump.py) has to do; the rest of a Host is done there."""

    def store(self, batch: Batch) -> None:
        """As a Host does."""

    def carry_out(self, command: Command) -> None:
        """As a Host does."""

    def wake_at(self, due: float | None) -> None:
        """Call wake() once, at this time of the clock or earlier, which is harmless; None: not at all. It replaces what
        was asked before."""

    def listener_failed(self, error: Exception) -> None:
        """For the log: a listener raised this."""
