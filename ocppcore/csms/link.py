"""One connection of one station, as the back end sees it: the sans-IO contract around a session.

    Judging   whether it may come in is being found out
    Waiting   an older connection of the same station is being asked whether it still lives
    Accepted  the handshake may be finished; connected() is next
    Closing   it sent too much, and is not listened to any more
    Over      turned away, or replaced: nothing more happens

Rules: handlers run here, on each CALL as it arrives; a station that is not accepted gets SecurityError for all but
BootNotification and what was triggered (1.6 §4.2). Nothing that a handler does can break the step.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import Enum, auto
from functools import partial
from typing import TYPE_CHECKING, Any

from ocppcore.csms import signing, v16
from ocppcore.csms.admission import Accept, Offer, Reject
from ocppcore.csms.answer import answer
from ocppcore.csms.door import Case, Refusal
from ocppcore.csms.events import (
    AnswerAwaited,
    CallBeforeBoot,
    CallServed,
    HandlerFailed,
    LoginAwaited,
    StationConnected,
    StationDisconnected,
    StationRefused,
    TooMuch,
)
from ocppcore.csms.throttle import Meter
from ocppcore.errors import RpcError
from ocppcore.session.commands import Close, Command, Ping
from ocppcore.session.contract import Batch
from ocppcore.session.events import (
    CallEnded,
    CallReceived,
    Connected,
    Disconnect,
    Disconnected,
    Event,
    Lost,
    ResultReceived,
)
from ocppcore.session.outbox import Events
from ocppcore.session.pump import Driven
from ocppcore.session.session import Session
from ocppcore.version import ErrorCode, Version

if TYPE_CHECKING:
    from ocppcore.csms.csms import Csms
    from ocppcore.csms.station import Station

DROP = 1006  # as the docstring of Close says
VIOLATION = 1008  # RFC 6455 §7.4.1
MAX_EVENTS = 1000  # the oldest go first, at a host that takes none


class Stage(Enum):
    """Where an admission stands."""

    Judging = auto()
    Waiting = auto()
    Accepted = auto()
    Closing = auto()
    Over = auto()


# Asked for with each message: looking a member up in its Enum takes longer than what is then done.
ACCEPTED = Stage.Accepted


class StationLink(Driven):
    """A connection of the station `identity`. csms, station: the back end, and what it knows of the station.

    offer: the handshake. profile: the security profile that it uses. driver: whoever drives it, for that one's use:
    several may share a Csms, each with a port of its own.
    """

    __slots__ = (
        "csms",
        "station",
        "offer",
        "session",
        "profile",
        "driver",
        "stage",
        "deadline",
        "_meter",
        "_serving",
        "_afterwards",
        "_events",
        "_commands",
    )

    def __init__(self, csms: Csms, station: Station, offer: Offer, session: Session) -> None:
        """Made by Csms.admit()."""
        self.csms = csms
        self.station = station
        self.offer = offer
        self.session = session
        self.profile = 0
        self.driver: Any = None
        self.stage = Stage.Waiting
        self.deadline: float | None = None  # of Judging and Waiting
        self._meter: Meter | None = None
        self._serving: dict[str, CallReceived] = {}  # the calls whose handlers answer later
        self._afterwards: list[Callable[[float], None]] = []
        self._events = Events(MAX_EVENTS)
        self._commands: list[Command] = []

    @property
    def identity(self) -> str:
        """The station's name; "" for an offer that was not accepted, whose own claim is in `offer`."""
        return self.station.identity

    @property
    def max_message(self) -> int:
        """Bytes of the largest message that is read."""
        return self.session.max_message

    # What the back end decides

    def accept(self, subprotocol: str | None, now: float) -> None:
        self.stage = Stage.Accepted if subprotocol else Stage.Over
        self.deadline = None
        self._commands.append(Accept(self.csms.command_id(), now, subprotocol))

    def reject(self, refusal: Refusal, now: float) -> None:
        self.stage = Stage.Over
        self.deadline = None
        self._commands.append(Reject(self.csms.command_id(), now, refusal.status, refusal.retry_after))
        if refusal.told:
            identity, peer = self.offer.identity, self.offer.peer
            self._events.put(StationRefused(identity, refusal.status, refusal.why, peer, refusal.event))

    def wait_for(self, case: Case, deadline: float) -> None:
        """Its judgement takes its time."""
        self.stage = Stage.Judging
        self.deadline = deadline
        self._events.put(LoginAwaited(self.offer.identity, case.outcome, partial(self._judged, case)))

    def _judged(self, case: Case, outcome: Any, now: float) -> None:
        """What the author's function said, if anybody still waits for it."""
        if self.stage is Stage.Judging:
            self.deadline = None
            self.csms.judged(self, case, outcome, now)

    def probe(self, deadline: float) -> None:
        """Have the station show that this connection lives."""
        self._commands.append(Ping(self.csms.command_id(), deadline))

    def replace(self, now: float) -> None:
        """This connection is dead, and a new one takes its place."""
        self.stage = Stage.Over  # first: the place is not free for whoever waits
        self.session.disconnected(Lost("replaced by a new connection"), now)
        self._settle(now)
        self._commands.append(Close(self.csms.command_id(), now, DROP))

    def tell(self, event: Event) -> None:
        """Tell the host."""
        self._events.put(event)

    def afterwards(self, work: Callable[[float], None]) -> None:
        """For handlers: do this when the answer has left."""
        self._afterwards.append(work)

    # The contract: transport

    def connected(self, version: Version, now: float) -> None:
        """The handshake is finished."""
        if self.stage is Stage.Accepted:
            self._meter = self.csms.throttle.meter(now)
            self.session.connected(version, now)
            self._settle(now)
            if self.station.registration is not None:
                signing.deliver(self, now)
            if 0 < self.station.profile < self.profile:
                self.probe(now)  # its answer shows that the higher profile works (W A05.FR.09)

    def disconnected(self, reason: Disconnect, now: float) -> None:
        """The link went away, or the station gave up waiting."""
        if self.stage is not Stage.Over:
            self.session.disconnected(reason, now)
            self._settle(now)
            self._end(now)

    def _end(self, now: float) -> None:
        """The link is no more: the transport says so, or the session, which waited for a sign of life in vain."""
        if self.stage is not Stage.Over:
            self.stage = Stage.Over
            self.csms.gone(self, now)

    def receive(self, data: str | bytes, now: float) -> None:
        """One WebSocket message."""
        if self._meter is not None and (what := self._meter.excess(len(data), now)):
            self._let_go(what, now)
        elif self.stage is ACCEPTED:
            self._alive(now)
            self.session.receive(data, now)
            self._settle(now)

    def _alive(self, now: float) -> None:
        """A sign of life. Mostly it is news to nobody."""
        station = self.station
        if station.waiting is not None or self.profile > station.profile:
            self.csms.alive(self, now)

    def _let_go(self, what: str, now: float) -> None:
        """It sends too much; what is still in the air is not looked at."""
        if self.stage is Stage.Accepted:
            self.stage = Stage.Closing
            self._events.put(TooMuch(self.identity, what))
            self._commands.append(Close(self.csms.command_id(), now, VIOLATION, f"too many {what}"))

    def pong(self, now: float) -> None:
        """The station answered a ping."""
        if self.stage is Stage.Accepted:
            self._alive(now)
            self.session.pong(now)

    # The contract: calls

    def call(self, request: Any, now: float) -> str:
        """Queue a request to the station; returns its message id. Raises InvalidMessage or QueueFull."""
        id = self.session.call(request, now)
        if (action := v16.triggered(request)) is not None:
            self.station.triggered.add(action)
        if (key := v16.new_key(request)) is not None:
            self.csms.key_sent(self.identity, key)
        self._settle(now)
        return id

    def cancel(self, id: str, now: float) -> None:
        """Take a call of ours back."""
        self.session.cancel(id, now)
        self._settle(now)

    def reply(self, id: str, response: Any, now: float) -> bool:
        """Answer a CallReceived that no handler took."""
        return self.session.reply(id, response, now)

    def fail(self, id: str, error: RpcError, now: float) -> bool:
        """Answer a CallReceived that no handler took with a CALLERROR."""
        return self.session.fail(id, error, now)

    # The contract: what happened, what to do, time. A back end stores nothing through it.

    def next_event(self) -> Event | None:
        """What happened."""
        return self._events.take()

    def next_command(self) -> Command | None:
        """What must be done: Accept, Reject, Close, Ping."""
        return self._commands.pop(0) if self._commands else self.session.next_command()

    def done(self, id: int, result: Any, now: float) -> None:
        """Nothing waits for it."""

    def failed(self, id: int, why: str, now: float) -> None:
        """A command could not be carried out."""
        self.session.failed(id, why, now)
        self._settle(now)

    def next_batch(self) -> Batch | None:
        """Nothing is stored."""
        return None

    def stored(self, id: int, now: float) -> None:
        """Nothing is stored."""

    def store_failed(self, id: int, why: str, now: float) -> None:
        """Nothing is stored."""

    def data_to_send(self) -> Iterable[str]:
        """The texts to send."""
        return self.session.data_to_send()

    def next_timer(self) -> float | None:
        """When to call handle_timer."""
        return self.session.next_timer() if self.stage is ACCEPTED else self.deadline

    def handle_timer(self, now: float) -> None:
        """Time has passed."""
        if self.stage is Stage.Accepted:
            self.session.handle_timer(now)
            self._settle(now)
        elif self.deadline is not None and self.deadline <= now:
            if self.stage is Stage.Waiting:
                self.csms.take_over(self, now)
            else:
                self.reject(Refusal(503, "the login took too long"), now)

    # One step

    def _settle(self, now: float) -> None:
        while (event := self.session.next_event()) is not None:
            if isinstance(event, CallReceived):
                self._serve(event, now)
            elif isinstance(event, Connected):
                self._events.put(StationConnected(self.identity, event.version))
            elif isinstance(event, Disconnected):
                self._serving.clear()
                self._events.put(StationDisconnected(self.identity, event.reason))
                self._end(now)
            else:
                self._events.put(event)
                if isinstance(event, (ResultReceived, CallEnded)):
                    self._ended(event)

    def _ended(self, event: ResultReceived | CallEnded) -> None:
        """A call of ours has an answer, or will have none."""
        signing.ended(self.station, event)
        if (key := v16.new_key(event.request)) is not None:
            self.csms.key_answered(self, key, v16.key_accepted(event))

    def _serve(self, event: CallReceived, now: float) -> None:
        if not self.station.may_send(event.request):
            self.session.fail(event.id, RpcError(ErrorCode.SecurityError, "not accepted yet"), now)
            self._events.put(CallBeforeBoot(self.identity, type(event.request).action))
            return
        handler = self.csms.handlers.get(type(event.request))
        if handler is None:
            self._events.put(event)
            return
        outcome: Any
        try:
            outcome = handler(self, event.request)
        except Exception as error:
            outcome = error
        if hasattr(outcome, "__await__"):
            self._serving[event.id] = event
            self._events.put(AnswerAwaited(event.id, event.request, outcome, partial(self._conclude, event)))
        else:
            self._answer(event.id, event.request, outcome, now)

    def _conclude(self, call: CallReceived, outcome: Any, now: float) -> None:
        """A handler has come to its end. Its call may be over, and the station have used the id for another one."""
        if self._serving.get(call.id) is call:
            del self._serving[call.id]
            self._answer(call.id, call.request, outcome, now)

    def _answer(self, id: str, request: Any, outcome: Any, now: float) -> None:
        trouble = answer(self.session, id, outcome, now)
        if trouble is not None:
            self._events.put(HandlerFailed(self.identity, type(request).action, trouble))
        served = None if trouble is not None or isinstance(outcome, Exception) else outcome
        self._events.put(CallServed(self.identity, request, served))
        while self._afterwards:
            self._afterwards.pop(0)(now)
