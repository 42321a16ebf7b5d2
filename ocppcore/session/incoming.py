"""The calls of the peer: told to the host in order of arrival, answered by it or, when it takes too long, for it.

Rules: every CALL that could be read is answered exactly once, unless the link goes away first. A peer that does not
wait for our answer (J §4.1.1 says it should) is served all the same, up to a bound. The id of a CALL in progress is
refused; the id of a finished one is served, with an event (J §4.2.3). What goes wrong here tells the peer nothing but
the error code.
"""

from __future__ import annotations

from typing import Any

from ocppcore.errors import RpcError
from ocppcore.session.calls import DUPLICATE, Recent
from ocppcore.session.events import CallReceived, FaultReceived, HandlerTimeout, IdReused
from ocppcore.session.outbox import Outbox, Trickle, write
from ocppcore.session.policy import Policy
from ocppcore.session.settings import SessionSettings
from ocppcore.version import ErrorCode
from ocppcore.wire import Actions, Call, Fault, answer, encode_error
from ocppcore.wire.frame import CALL, CALLRESULT


class Incoming:
    """The calls of the peer that are in progress, by message id: action and deadline."""

    __slots__ = ("_actions", "_settings", "_sink", "_open", "_finished", "_faults", "_reuse", "_silent")

    def __init__(self, actions: Actions, settings: SessionSettings, sink: Outbox) -> None:
        self._actions = actions
        self._settings = settings
        self._sink = sink
        self._open: dict[str, tuple[str, float]] = {}
        self._finished = Recent()
        self._faults = Trickle(100, every=0.6)
        self._reuse = Trickle(10, every=6)
        self._silent = False

    @property
    def silent(self) -> bool:
        """While True, what the peer sends is read and told, but never answered."""
        return self._silent

    @silent.setter
    def silent(self, silent: bool) -> None:
        self._silent = silent
        if silent:
            self.lost()

    def call(self, frame: Call, now: float) -> None:
        """A CALL that is in order."""
        self._sink.counters.calls_received += 1
        if self._silent:
            self._sink.event(CallReceived(frame.id, frame.payload))  # a reply() finds nobody who waits
            return
        id = frame.id
        if id in self._open:
            self._refuse(frame, ErrorCode.RpcFrameworkError, "message id of a call in progress", now)
            return
        if len(self._open) >= self._settings.max_incoming:
            self._refuse(frame, ErrorCode.GenericError, f"over {self._settings.max_incoming} calls in progress", now)
            return
        if self._finished.kind(id) is not None:
            self._sink.counters.ids_reused += 1
            self._sink.noise(IdReused(id), self._reuse, now)
        self._open[id] = (frame.action, now + self._settings.handler_timeout)
        self._sink.event(CallReceived(id, frame.payload))

    def fault(self, fault: Fault, now: float) -> None:
        """A text that breaks the standard: answered where the standard wants that."""
        self._sink.counters.faults += 1
        text = None if self._silent else answer(fault, self._actions.version)
        if text is not None:
            self._sink.counters.errors_sent += 1
            self._sink.send(text)
        self._sink.noise(FaultReceived(fault, text is not None), self._faults, now)

    def reply(self, id: str, response: Any, policy: Policy) -> bool:
        """Answer with a CALLRESULT. Raises InvalidMessage and leaves the call open."""
        call = self._open.get(id)
        if call is None:
            return False
        action = call[0]
        text = write(CALLRESULT, id, action, self._actions.responses[action], response, policy)
        self._close(id)
        self._sink.counters.results_sent += 1
        self._sink.send(text)
        return True

    def fail(self, id: str, error: RpcError) -> bool:
        """Answer with a CALLERROR."""
        if id not in self._open:
            return False
        self._close(id)
        self._sink.counters.errors_sent += 1
        self._sink.send(encode_error(id, self._actions.version.spell(error.code), error.description, error.details))
        return True

    def drop(self, id: str) -> bool:
        """Forget a CALL without an answer."""
        if id not in self._open:
            return False
        self._close(id)
        return True

    def lost(self) -> None:
        """There is no link: nobody waits for our answers any more."""
        for id in list(self._open):
            self._close(id)

    def _refuse(self, frame: Call, code: ErrorCode, rule: str, now: float) -> None:
        self.fault(Fault(code, "", rule, type=CALL, id=frame.id, action=frame.action), now)

    def _close(self, id: str) -> None:
        del self._open[id]
        self._finished.remember(id, DUPLICATE)

    # Time

    def next_timer(self) -> float | None:
        return min([deadline for _, deadline in self._open.values()]) if self._open else None

    def handle_timer(self, now: float) -> None:
        for id, (action, deadline) in list(self._open.items()):
            if deadline <= now:
                self._sink.counters.handler_timeouts += 1
                self.fail(id, RpcError(ErrorCode.InternalError))
                self._sink.event(HandlerTimeout(id, action))
