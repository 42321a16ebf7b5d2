"""Session: one OCPP connection without I/O. It implements the sans-IO contract (contract.py) from its three parts:

    link.py      connect, back-off, keep-alive, close
    calls.py     our calls: queue, one at a time, time-outs
    incoming.py  the peer's calls: in progress, answered, timed out

Rules: each input ends with _settle(), the one place where the parts meet: a link that is gone ends what hung on it, an
open one gets the next call. A session belongs to one thread.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ocppcore.errors import RpcError
from ocppcore.session.calls import Calls, Priority
from ocppcore.session.commands import Command
from ocppcore.session.contract import Batch, Connection
from ocppcore.session.counters import Counters
from ocppcore.session.events import Disconnect, Event, Repaired, ResultRefused, SendReceived
from ocppcore.session.incoming import Incoming
from ocppcore.session.link import Link
from ocppcore.session.mend import reread
from ocppcore.session.outbox import Outbox, Tap
from ocppcore.session.policy import STRICT, Policy
from ocppcore.session.pump import Driven
from ocppcore.session.settings import Endpoint, SessionSettings
from ocppcore.version import Version
from ocppcore.wire import (
    Actions,
    Call,
    CallError,
    CallResult,
    Fault,
    Frame,
    Limits,
    Send,
    UnmatchedResult,
    decode,
)
from ocppcore.wire.frame import CALLRESULTERROR

if TYPE_CHECKING:
    import random


__all__ = ["Endpoint", "Priority", "Session", "SessionSettings"]


def earlier(one: float | None, other: float | None) -> float | None:
    """The first of two times; None for never."""
    if one is None or other is None:
        return other if one is None else one
    return one if one <= other else other


class Session(Driven):
    """One connection of one charging station (1.6: Charge Point), seen from either end.

    actions: what this end speaks and serves. endpoint: where to connect to; without one it is the server's end, and
    connected() is called for it. rng: for message ids and back-off. policy: which quirks of the peer are put up with.
    command_ids: shared with who embeds the session. limits and policy may be replaced at any time, the
    values of settings changed.

    What is queued or out when the link goes away ends with CallEnded(ConnectionLost); so does a call that is made while
    there is no link. Everything of the peer that was begun is forgotten: a late reply() is False.
    """

    __slots__ = ("settings", "limits", "policy", "_actions", "_link", "_calls", "_incoming", "_out")

    def __init__(
        self,
        actions: Actions,
        *,
        rng: random.Random,
        endpoint: Endpoint | None = None,
        settings: SessionSettings | None = None,
        limits: Limits | None = None,
        policy: Policy = STRICT,
        command_ids: Iterator[int] | None = None,
        tap: Tap | None = None,
    ) -> None:
        self.settings = SessionSettings() if settings is None else settings
        self.limits = Limits() if limits is None else limits
        self.policy = policy
        self._actions = actions
        self._out = Outbox(command_ids, tap)
        self._link = Link(actions.version, endpoint, self.settings, self._out, rng)
        self._calls = Calls(actions, self.settings, self._out, rng)
        self._incoming = Incoming(actions, self.settings, self._out)

    @property
    def max_message(self) -> int:
        """Bytes of the largest message that is read; may change while connected."""
        return self.limits.max_message

    @max_message.setter
    def max_message(self, size: int) -> None:
        self.limits.max_message = size

    @property
    def endpoint(self) -> Endpoint | None:
        """Where a client connects to; may be replaced, for the next connection."""
        return self._link.endpoint

    @endpoint.setter
    def endpoint(self, endpoint: Endpoint | None) -> None:
        self._link.endpoint = endpoint

    @property
    def tap(self) -> Tap | None:
        """Called with each text in and out, secrets masked; None for no trace, which costs nothing."""
        return self._out.tap

    @tap.setter
    def tap(self, tap: Tap | None) -> None:
        self._out.tap = tap

    @property
    def actions(self) -> Actions:
        """What this end speaks and serves."""
        return self._actions

    @property
    def counters(self) -> Counters:
        return self._out.counters

    @property
    def is_open(self) -> bool:
        """True while calls can be sent."""
        return self._link.is_open

    @property
    def silent(self) -> bool:
        """While True, what the peer sends is read and told, but never answered: a station is Rejected (1.6 §4.2)."""
        return self._incoming.silent

    @silent.setter
    def silent(self, silent: bool) -> None:
        self._incoming.silent = silent

    # The link

    def start(self, now: float) -> None:
        """A client connects, now and whenever the link is gone. Nothing for a server, except after stop()."""
        self._link.start(now)
        self._settle(now)

    def stop(self, now: float) -> None:
        """Close the link and stay without one."""
        self._link.stop(now)
        self._settle(now)

    def reconnect(self, now: float) -> None:
        """Close the link and connect anew, without waiting (the credentials changed); a server just closes it."""
        self._link.reconnect(now)
        self._settle(now)

    def connected(self, version: Version, now: float) -> None:
        """The WebSocket is open; one with another version than ours is closed with 1002."""
        self._link.connected(version, now)
        self._settle(now)

    def disconnected(self, reason: Disconnect, now: float) -> None:
        """The link went away, or could not be made; a client will connect again after its back-off."""
        self._link.disconnected(reason, now)
        self._settle(now)

    def pong(self, now: float) -> None:
        """The peer answered our ping."""
        self._link.alive()

    # Texts of the peer

    def receive(self, data: str | bytes, now: float) -> None:
        """One WebSocket message. Never raises for the peer's fault; without a link it is ignored."""
        if not self._link.up:
            return
        self._link.alive()
        self._out.received(data)
        frame = decode(data, self._actions, self._calls.pending, self.limits)
        if type(frame) is Fault and not self.policy.is_strict:
            frame = self._reread(data, frame)
        if type(frame) is Fault:
            self._fault(frame, now)
        else:
            self._frame(frame, now)
        self._settle(now)

    def _reread(self, data: str | bytes, fault: Fault) -> Frame | Fault:
        frame, repairs = reread(data, fault, self._actions, self._calls.pending, self.limits, self.policy)
        for quirk, pointer in repairs:
            self._repaired(quirk, pointer, fault.action or self._calls.action)
        return frame

    def _repaired(self, quirk: str, pointer: str, action: str | None) -> None:
        self._out.counters.repaired += 1
        self._out.event(Repaired(quirk, pointer, action))

    def _frame(self, frame: Frame, now: float) -> None:
        if type(frame) is CallResult:
            self._calls.result(frame)
        elif type(frame) is UnmatchedResult:
            self._calls.stray(frame.id, now)
        elif type(frame) is CallError:
            self._error(frame)
        elif not self._link.is_open:
            pass  # we are closing: no answer would leave any more, and the peer will see the link go
        elif type(frame) is Call:
            self._incoming.call(frame, now)
        elif type(frame) is Send:
            self._out.event(SendReceived(frame.id, frame.payload))

    def _error(self, frame: CallError) -> None:
        if frame.type == CALLRESULTERROR:
            self._out.event(ResultRefused(frame.id, frame.code, frame.description))
            return
        action = self._calls.refused(frame)
        if frame.note:
            self._repaired("call-error", "", action)

    def _fault(self, fault: Fault, now: float) -> None:
        if fault.id is not None and fault.id in self._calls.pending and not fault.answerable:
            self._calls.broken(fault)
        if self.is_open:
            self._incoming.fault(fault, now)

    # Calls

    def call(self, request: Any, now: float, *, priority: int = Priority.Normal, timeout: float | None = None) -> str:
        """Queue a request; returns its message id. It ends with exactly one ResultReceived or CallEnded.

        timeout: seconds from when it is sent; None for what the settings say. Raises InvalidMessage, QueueFull.
        """
        id = self._calls.add(request, priority, timeout, self.policy)
        self._settle(now)
        return id

    def cancel(self, id: str, now: float) -> None:
        """Take a call of ours back, queued or out; it ends with CallCancelled. Any other id is ignored."""
        self._calls.cancel(id)
        self._settle(now)

    def reply(self, id: str, response: Any, now: float) -> bool:
        """Answer a CallReceived. False if nobody waits any more. Raises InvalidMessage; the call is then still open."""
        return self.is_open and self._incoming.reply(id, response, self.policy)

    def fail(self, id: str, error: RpcError, now: float) -> bool:
        """Answer a CallReceived with a CALLERROR. False if nobody waits any more."""
        return self.is_open and self._incoming.fail(id, error)

    def drop(self, id: str) -> bool:
        """Leave a CallReceived without an answer, where the standard wants silence (1.6 §4.2: while Rejected)."""
        return self._incoming.drop(id)

    # What happened, what to do

    @property
    def has_events(self) -> bool:
        """True if next_event() has something."""
        return self._out.has_events

    def next_event(self) -> Event | None:
        """What happened; None when there is nothing more."""
        return self._out.take_event()

    def next_command(self) -> Command | None:
        """What must be done: Connect, Close, Ping; None when there is nothing more."""
        return self._out.take_command()

    def done(self, id: int, result: Any, now: float) -> None:
        """Nothing waits for it: connected(), disconnected() and pong() answer the commands of a link."""

    def failed(self, id: int, why: str, now: float) -> None:
        """A Connect or Close could not be carried out: the link counts as lost."""
        self._link.failed(id, why, now)
        self._settle(now)

    def next_batch(self) -> Batch | None:
        """None: a session stores nothing."""
        return None

    def stored(self, id: int, now: float) -> None:
        """Nothing waits for it."""

    def store_failed(self, id: int, why: str, now: float) -> None:
        """Nothing waits for it."""

    def data_to_send(self) -> list[str]:
        """The texts to send, in order; each is handed out once."""
        return self._out.take_texts()

    # Time

    def next_timer(self) -> float | None:
        """When to call handle_timer(); None for never. Pure."""
        return earlier(self._link.next_timer(), earlier(self._calls.next_timer(), self._incoming.next_timer()))

    def handle_timer(self, now: float) -> None:
        """Time has passed. Calling it early or late is harmless."""
        self._calls.handle_timer(now)
        self._incoming.handle_timer(now)
        if 0 < self.settings.max_timeouts <= self._calls.timeouts_in_row:
            self._link.close(now)
        self._link.handle_timer(now)
        self._settle(now)

    def _settle(self, now: float) -> None:
        """What the parts owe each other after an input."""
        if self._link.is_open:
            self._calls.pump(now)
        elif not self._link.up:
            self._calls.lost()
            self._incoming.lost()


if TYPE_CHECKING:

    def _as_connection(session: Session) -> Connection:
        return session  # the type checkers see to it that a Session keeps the contract
