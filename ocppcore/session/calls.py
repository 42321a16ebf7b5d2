"""The calls of this end: queued, sent one at a time, answered, timed out, taken back, lost.

    waiting --(link open, nothing out)--> out --> answered | refused | invalid answer | timed out
       \\________________________________ \\______ cancelled | link lost

Rules: at most one call is out (J §4.1.1). Priorities first, then order of call(). Each call that was taken ends with
exactly one event: ResultReceived or CallEnded. A call without a link ends as ConnectionLost: nothing is kept for a
later link, because whoever must not lose a message has a store of its own and an order to keep. Message ids are never
used twice (JE 3.1).
"""

from __future__ import annotations

from enum import IntEnum
from heapq import heapify, heappop, heappush
from typing import TYPE_CHECKING, Any

from ocppcore.errors import (
    CallCancelled,
    CallErrorReceived,
    CallFailed,
    CallTimeout,
    ConnectionLost,
    InvalidMessage,
    InvalidResult,
    QueueFull,
)
from ocppcore.session.events import CallEnded, CallSent, ResultReceived, Stray, StrayAnswer
from ocppcore.session.outbox import Outbox, Trickle, write
from ocppcore.session.policy import Policy
from ocppcore.session.settings import SessionSettings
from ocppcore.version import ErrorCode
from ocppcore.wire import Actions, CallError, CallResult, Fault, Shape
from ocppcore.wire.frame import CALL

if TYPE_CHECKING:
    import random

DUPLICATE = Stray.Duplicate  # what a further answer mostly is; see OPEN in link.py

REMEMBERED = 16
"""Ids of finished calls that are kept, to tell a late or a duplicate answer from an unknown one."""


class Priority(IntEnum):
    """Which of the waiting calls goes first."""

    Boot = 0
    """BootNotification: while the station is not accepted, nothing else may go before it (1.6 §4.2)."""
    Triggered = 1
    """What the peer asked for, or must know at once."""
    Normal = 2
    Bulk = 3
    """What may wait for everything else."""


class Recent:
    """The last ids that were finished, and what a further answer to each would be: a bounded memory."""

    __slots__ = ("_kinds", "_ids", "_oldest", "_room")

    def __init__(self) -> None:
        self._room = REMEMBERED
        self._kinds: dict[str, Stray] = {}
        self._ids: list[str] = []  # a ring, once it is full
        self._oldest = 0

    def remember(self, id: str, kind: Stray) -> None:
        """This one was finished last."""
        kinds, ids, known = self._kinds, self._ids, len(self._kinds)
        kinds[id] = kind
        if len(kinds) == known:  # it was there: it becomes the newest
            ids = self._ids = ids[self._oldest :] + ids[: self._oldest]
            self._oldest = 0
            ids.remove(id)
        if len(ids) < self._room:
            ids.append(id)
            return
        oldest = self._oldest
        del kinds[ids[oldest]]
        ids[oldest] = id
        self._oldest = oldest + 1 if oldest + 1 < self._room else 0

    def kind(self, id: str) -> Stray | None:
        """What a further answer to it would be; None if it is not remembered."""
        return self._kinds.get(id)


class OutCall:
    """One call of ours. deadline: when its time is up; only of the one that is out."""

    __slots__ = ("id", "request", "action", "text", "timeout", "deadline")

    def __init__(self, id: str, request: Any, action: str, text: str, timeout: float | None) -> None:
        self.id = id
        self.request = request
        self.action = action
        self.text = text
        self.timeout = timeout
        self.deadline = 0.0


class Calls:
    """The queue, the one call that is out, and what became of the last ones.

    pending: id to the Shape of the answer for what is out, as decode() wants it. timeouts_in_row: see
    SessionSettings.max_timeouts.
    """

    __slots__ = (
        "pending",
        "timeouts_in_row",
        "_actions",
        "_requests",
        "_responses",
        "_settings",
        "_sink",
        "_prefix",
        "_number",
        "_queue",
        "_out",
        "_finished",
        "_trickle",
    )

    def __init__(self, actions: Actions, settings: SessionSettings, sink: Outbox, rng: random.Random) -> None:
        self.pending: dict[str, Shape] = {}
        self.timeouts_in_row = 0
        self._actions = actions
        self._requests, self._responses = actions.requests, actions.responses
        self._settings = settings
        self._sink = sink
        # Unlike all ids of other sessions of this station, before and after a restart (JE 3.1); at most 36 characters.
        self._prefix = f"{rng.getrandbits(64):016x}-"
        self._number = 0
        self._queue: list[tuple[int, int, OutCall]] = []
        self._out: OutCall | None = None
        self._finished = Recent()
        self._trickle = Trickle(10, every=6)

    @property
    def action(self) -> str | None:
        """Of the call that is out."""
        return None if self._out is None else self._out.action

    def add(self, request: Any, priority: int, timeout: float | None, policy: Policy) -> str:
        """Check, write and queue a request. Raises InvalidMessage, QueueFull."""
        if len(self._queue) >= self._settings.max_queue:
            raise QueueFull(f"{self._settings.max_queue} calls wait already")
        action: str = getattr(type(request), "action", "") or type(request).__name__
        shape = self._requests.get(action)
        if shape is None:
            rule = f"no request of OCPP {self._actions.version.name}"
            raise InvalidMessage(action, Fault(ErrorCode.NotImplemented, rule=rule, action=action))
        id = f"{self._prefix}{self._number + 1}"
        call = OutCall(id, request, action, write(CALL, id, action, shape, request, policy), timeout)
        self._number += 1
        queue = self._queue
        if queue:
            heappush(queue, (priority, self._number, call))
        else:
            queue.append((priority, self._number, call))
        if len(queue) > self._sink.counters.longest_queue:
            self._sink.counters.longest_queue = len(queue)
        return id

    def pump(self, now: float) -> None:
        """Send the next call, if nothing is out."""
        if self._out is not None or not self._queue:
            return
        call = self._queue.pop()[2] if len(self._queue) == 1 else heappop(self._queue)[2]
        call.deadline = now + (self._settings.timeout(call.action) if call.timeout is None else call.timeout)
        self._out = call
        self.pending[call.id] = self._responses[call.action]
        self._sink.counters.calls_sent += 1
        self._sink.send(call.text)
        self._sink.event(CallSent(call.id, call.request))

    def cancel(self, id: str) -> None:
        """Take a call back; an id that is neither queued nor out is ignored."""
        if self._out is not None and self._out.id == id:
            self._end(self._take(Stray.Late), CallCancelled, "cancelled")
            return
        for entry in self._queue:
            if entry[2].id == id:
                self._queue.remove(entry)
                heapify(self._queue)
                self._end(entry[2], CallCancelled, "cancelled before it was sent")
                return

    def lost(self) -> None:
        """There is no link: what is out or waits ends."""
        self.timeouts_in_row = 0
        if self._out is not None:
            self._end(self._take(Stray.Late), ConnectionLost, "the connection was lost while it was out")
        while self._queue:
            self._end(heappop(self._queue)[2], ConnectionLost, "no connection")

    # Answers

    def result(self, frame: CallResult) -> None:
        """The typed answer to what is out."""
        call = self._answered()
        self._sink.counters.results_received += 1
        self._sink.event(ResultReceived(call.id, call.request, frame.payload))

    def refused(self, frame: CallError) -> str:
        """A CALLERROR for what is out. Returns the action."""
        call = self._answered()
        self._sink.counters.errors_received += 1
        code = self._actions.version.read(frame.code)
        error = CallErrorReceived(call.id, call.action, code, frame.code, frame.description, frame.details)
        self._sink.event(CallEnded(call.id, call.request, error))
        return call.action

    def broken(self, fault: Fault) -> None:
        """An answer to what is out that breaks the standard: it was an answer all the same."""
        call = self._answered()
        self._sink.event(CallEnded(call.id, call.request, InvalidResult(call.id, call.action, fault)))

    def stray(self, id: str, now: float) -> None:
        """An answer that nothing waits for."""
        self._sink.counters.strays += 1
        self._sink.noise(StrayAnswer(id, self._finished.kind(id) or Stray.Unknown), self._trickle, now)

    def _answered(self) -> OutCall:
        self.timeouts_in_row = 0
        return self._take(DUPLICATE)

    def _take(self, then: Stray) -> OutCall:
        """Free the slot. then: what a further answer will be."""
        call = self._out
        assert call is not None
        self._out = None
        self.pending.clear()
        self._finished.remember(call.id, then)
        return call

    def _end(self, call: OutCall, error: type[CallFailed], text: str) -> None:
        self._sink.event(CallEnded(call.id, call.request, error(call.id, call.action, text)))

    # Time

    def next_timer(self) -> float | None:
        return None if self._out is None else self._out.deadline

    def handle_timer(self, now: float) -> None:
        if self._out is not None and self._out.deadline <= now:
            self._sink.counters.timeouts += 1
            self.timeouts_in_row += 1
            self._end(self._take(Stray.Late), CallTimeout, "no answer in time")
