"""A back end for tests: a real Csms at the other end of a memory link, with an ear on it.

    backend = Backend()                     # everybody may come in; or Backend(authenticate=keys({"CP1": key}), …)
    pair = backend.join(station)            # the link: advance(), cut(), delay, tamper …
    station.start(pair.now)
    pair.advance(10)
    assert backend.heard(v16.BootNotificationRequest)
    answer = backend.call(v16.ResetRequest(type=v16.ResetType.Soft))

It is the back end of one station, or of one after the other: join() again after a restart.
"""

from __future__ import annotations

from random import Random
from typing import Any, TypeVar, cast
from urllib.parse import unquote, urlsplit

from ocppcore.clock import ManualClock
from ocppcore.csms import Accept, AnswerAwaited, Awaited, CallServed, Csms, HandlerFailed, Offer, Reject, StationLink
from ocppcore.errors import ConnectionLost
from ocppcore.messages.base import Request, Response
from ocppcore.session.commands import Connect
from ocppcore.session.contract import Connection
from ocppcore.session.events import CallEnded, Disconnect, Event, Lost, Refused, ResultReceived
from ocppcore.testing.link import End, Pair
from ocppcore.testing.store import FaultyStore

R = TypeVar("R", bound=Response)
T = TypeVar("T")


class Backend:
    """See the module's docstring. options: those of Csms, insecure=True unless there is authenticate=.

    csms: the back end itself, with its ledger and its handlers; those must be plain functions here, and what one raises
    but an RpcError is raised in the test. requests: what it answered, in order. identity: of the station that came
    last. reachable: False refuses every connection, as when nothing listens.
    """

    def __init__(self, clock: ManualClock | None = None, **options: Any) -> None:
        self.clock = ManualClock() if clock is None else clock
        defaults: dict[str, Any] = {"utc": self.clock.utc, "rng": Random(1), "insecure": "authenticate" not in options}
        self.csms = Csms(**defaults | options)
        self.requests: list[Request[Any]] = []
        self.identity = ""
        self.reachable = True
        self._pair: Pair | None = None
        self._answers: dict[str, Any] = {}

    def join(self, station: Connection, store: FaultyStore | None = None) -> Pair:
        """A link to this back end, not yet up: the station's Connect brings it up. An earlier one is cut.

        store: where the station's batches go.
        """
        if self._pair is not None:
            self._pair.cut()
            self._pair.run_until_idle()
        self._pair = Pair(station, self._accept, self.clock)
        if store is not None:
            self._pair.client.store = store
        return self._pair

    def call(self, request: Request[R]) -> R:
        """Ask the station and wait for its answer, at this instant. Raises the CallFailed that it ends with."""
        answer = self.answer(self.tell(request))
        assert answer is not None, f"no answer to {request!r}"
        if isinstance(answer, Exception):
            raise answer
        return cast(R, answer)

    def tell(self, request: Request[Any]) -> str:
        """Ask the station, and wait for nothing; returns the message id for answer(). Raises ConnectionLost if there
        is no station."""
        if self._pair is None:
            raise ConnectionLost("", request.action, "no station has joined")
        id = self.csms.call(self.identity, request, self.clock.now())
        self._pair.run_until_idle()
        return id

    def answer(self, id: str) -> Response | Exception | None:
        """How a tell() ended, once: the response, or the CallFailed; None while it has not."""
        answer: Response | Exception | None = self._answers.pop(id, None)
        return answer

    def heard(self, *kinds: type[T]) -> list[T]:
        """The requests of these classes that it answered, in order."""
        return [request for request in self.requests if isinstance(request, kinds)]

    def _accept(self, command: Connect) -> Connection | Disconnect:
        """Carry out what the Csms says to a station's handshake."""
        if not self.reachable:
            return Lost("connection refused")
        self.identity = unquote(urlsplit(command.url).path.rpartition("/")[2])
        old = self.csms.link(self.identity)
        if old is not None:  # half-open: the station has dropped it, and nobody has told the back end
            old.disconnected(Lost("replaced"), self.clock.now())
        secure = command.url.startswith("wss:")
        offer = Offer(self.identity, command.auth, command.subprotocols, "memory", secure=secure)
        link = self.csms.admit(offer, self.clock.now())
        verdict = link.next_command()
        while not isinstance(verdict, Accept) and (event := link.next_event()) is not None:
            self._notice(event)
        if isinstance(verdict, Reject):
            return Refused(verdict.status)
        if not isinstance(verdict, Accept) or verdict.subprotocol is None:
            return Lost("no common sub-protocol")
        self._listen(link)
        return link

    def _listen(self, link: StationLink) -> None:
        assert self._pair is not None
        if self._pair.server is None:
            self._pair.server = End(link)
            self._pair.server.on_event = self._notice

    def _notice(self, event: Event) -> None:
        if isinstance(event, CallServed):
            self.requests.append(event.request)
        elif isinstance(event, ResultReceived):
            self._answers[event.id] = event.response
        elif isinstance(event, CallEnded):
            self._answers[event.id] = event.error
        elif isinstance(event, HandlerFailed):
            raise event.error
        elif isinstance(event, Awaited):
            event.outcome.close()  # type: ignore[attr-defined]
            what = f"the handler of {event.request.action}" if isinstance(event, AnswerAwaited) else "authenticate"
            raise TypeError(f"nothing waits here for {what}: make it a plain function")
