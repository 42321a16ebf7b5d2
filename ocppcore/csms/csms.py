"""Csms: the back end (1.6: Central System) without I/O. It admits stations, answers their CALLs and sends them ours.

    csms = Csms(authenticate=keys({"CP1": key}), utc=clock.utc, rng=random.Random())
    link = csms.admit(offer, now)      # implements the contract; a binding drives one for each connection
    id = csms.call("CP1", v16.ResetRequest(type=v16.ResetType.Soft), now)
    for link in csms.take_ready(): …   # links with something to do that was none of their own inputs

A second connection of a station (H10): the new one waits while the old one is pinged. If the old one gives a sign of
life, the new one is turned away with 409; if it is gone or silent for `takeover_wait` seconds, the new one takes its
place. So neither can a stranger with stolen credentials push a station out, nor does a station that lost its link in a
tunnel wait for a time-out of ours. A third connection is turned away at once.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator
from datetime import datetime
from itertools import count
from typing import TYPE_CHECKING, Any, TypeVar

from ocppcore.csms import v16 as defaults16
from ocppcore.csms.admission import Authenticator, Offer, same
from ocppcore.csms.ledger import Ledger
from ocppcore.csms.link import Stage, StationLink
from ocppcore.errors import ConnectionLost, SetupError
from ocppcore.messages.base import Request
from ocppcore.session.session import Session
from ocppcore.session.settings import SessionSettings
from ocppcore.v16 import AuthorizationStatus, IdTagInfo, RegistrationStatus
from ocppcore.version import V16
from ocppcore.wire import Limits

if TYPE_CHECKING:
    import random

Q = TypeVar("Q", bound=Request[Any])
Handler = Callable[[StationLink, Any], Any]

MAX_MESSAGE = 1024 * 1024
ACCEPTED = str(RegistrationStatus.Accepted)


class Station:
    """What the back end knows of one station, over all its connections.

    registration: the last answer to BootNotification; None before the first one. link: the connection that counts;
    waiting: one that would like to take its place. triggered: actions that we asked for while it was not accepted.
    """

    __slots__ = ("identity", "registration", "link", "waiting", "triggered")

    def __init__(self, identity: str, registration: str | None) -> None:
        self.identity = identity
        self.registration = registration
        self.link: StationLink | None = None
        self.waiting: StationLink | None = None
        self.triggered: set[str] = set()

    def may_send(self, action: str) -> bool:
        """1.6 §4.2: before it is accepted, a station sends BootNotification and what was triggered."""
        return self.registration == ACCEPTED or action == "BootNotification" or action in self.triggered


class Csms:
    """A back end.

    authenticate: judges the Basic credentials; without it insecure=True must say that everybody may come in.
    known: the identities that exist, None for any; another one is answered 404 (J §3.2).
    authorize: judges id tokens: True, False, or an IdTagInfo; without it none is accepted, or all with insecure=True.
    register: judges BootNotification; without it each station is accepted. accepted: identities that were accepted in
    an earlier life of this back end: they will not boot again just because it did (J §5.4).
    utc: gives the time (aware). rng: for message ids. interval: of heartbeats, in seconds. takeover_wait: seconds.
    """

    def __init__(
        self,
        *,
        utc: Callable[[], datetime],
        rng: random.Random,
        authenticate: Authenticator | None = None,
        insecure: bool = False,
        known: Container[str] | None = None,
        authorize: Callable[[str], bool | IdTagInfo] | None = None,
        register: Callable[[str, Any], RegistrationStatus] | None = None,
        accepted: Iterable[str] = (),
        interval: int = 300,
        ledger: Ledger | None = None,
        settings: SessionSettings | None = None,
        max_message: int = MAX_MESSAGE,
        takeover_wait: float = 5.0,
    ) -> None:
        if authenticate is None and not insecure:
            raise SetupError("a back end needs authenticate=…; for a try-out, insecure=True lets everybody in")
        self.utc = utc
        self.interval = interval
        self.ledger = Ledger() if ledger is None else ledger
        self.handlers: dict[type, Handler] = dict(defaults16.DEFAULTS)
        self.stations: dict[str, Station] = {name: Station(name, ACCEPTED) for name in accepted}
        self._rng = rng
        self._authenticate = authenticate
        self._insecure = insecure
        self._known = known
        self._authorize = authorize
        self._register = register
        self._settings = settings
        self._max_message = max_message
        self._takeover_wait = takeover_wait
        self._command_ids: Iterator[int] = count(1)
        self._ready: dict[StationLink, None] = {}  # in order, each once

    # For the author of a back end

    def on(self, kind: type[Q]) -> Callable[[Callable[[StationLink, Q], Any]], Callable[[StationLink, Q], Any]]:
        """Decorator: this function answers that request, in place of the default.

        It gets the link of the station and the request. It returns the response, or an awaitable of it, or raises
        RpcError; any other exception is answered InternalError.
        """

        def take(handler: Callable[[StationLink, Q], Any]) -> Callable[[StationLink, Q], Any]:
            self.handlers[kind] = handler
            return handler

        return take

    def link(self, identity: str) -> StationLink | None:
        """The connection of a station; None while it has none."""
        station = self.stations.get(identity)
        return station.link if station is not None else None

    def call(self, identity: str, request: Request[Any], now: float) -> str:
        """Send a request to a station; returns the message id, whose answer is an event of the link.

        Raises ConnectionLost if the station is not connected, InvalidMessage, QueueFull.
        """
        link = self.link(identity)
        if link is None:
            raise ConnectionLost("", request.action, f"{identity} is not connected")
        id = link.call(request, now)
        self._ready[link] = None
        return id

    def take_ready(self) -> list[StationLink]:
        """The links that something was done to from outside; drain them as after an input of their own."""
        ready, self._ready = list(self._ready), {}
        return ready

    def judge(self, id_tag: str) -> IdTagInfo:
        """What is known of an id token (1.6: idTag)."""
        verdict = self._insecure if self._authorize is None else self._authorize(id_tag)
        if isinstance(verdict, IdTagInfo):
            return verdict
        return IdTagInfo(status=AuthorizationStatus.Accepted if verdict else AuthorizationStatus.Invalid)

    def register(self, identity: str, request: Any) -> RegistrationStatus:
        """The registration policy's word on a BootNotification."""
        return RegistrationStatus.Accepted if self._register is None else self._register(identity, request)

    # Admission

    def admit(self, offer: Offer, now: float) -> StationLink:
        """Judge a handshake. The link's first command is Accept or Reject: now, or when an older link has shown its
        colours."""
        refusal = self._refusal(offer)
        if refusal is not None:
            link = self._make(Station("", None), offer)
            link.reject(*refusal, now)
            return link
        assert offer.identity is not None  # or it would have been refused
        station = self.stations.setdefault(offer.identity, Station(offer.identity, None))
        link = self._make(station, offer)
        if V16.subprotocol not in offer.subprotocols:
            link.accept(None, now)
        elif station.link is None:
            self._let_in(link, now)
        elif station.waiting is not None:
            link.reject(409, "two connections already", now)
        else:
            self._wait(link, station.link, now)
        return link

    def _refusal(self, offer: Offer) -> tuple[int, str] | None:
        """The HTTP status and the reason for turning an offer away; None if it is in order."""
        identity, auth = offer.identity, offer.auth
        if identity is None:
            return 404, "no identity in the URL"
        if self._authenticate is not None:
            # W A00.FR.204: the user is the identity. Checked first, so that no authenticator can forget it.
            if auth is None or not same(auth.user, identity) or not self._authenticate(identity, auth.user, auth.key):
                return 401, "wrong credentials"
        if self._known is not None and identity not in self._known:
            return 404, "unknown identity"  # J §3.2
        return None

    def _make(self, station: Station, offer: Offer) -> StationLink:
        limits = Limits(max_message=self._max_message)
        session = Session(
            defaults16.ACTIONS, rng=self._rng, settings=self._settings, limits=limits, command_ids=self._command_ids
        )
        return StationLink(self, station, offer, session)

    def _let_in(self, link: StationLink, now: float) -> None:
        link.station.link = link
        link.accept(V16.subprotocol, now)

    def _wait(self, link: StationLink, old: StationLink, now: float) -> None:
        link.station.waiting = link
        link.deadline = now + self._takeover_wait
        old.probe(link.deadline)
        self._ready[old] = None

    # What links report

    def command_id(self) -> int:
        return next(self._command_ids)

    def alive(self, link: StationLink, now: float) -> None:
        """The link gave a sign of life: whoever wants its place has no business here."""
        station = link.station
        if station.waiting is not None and station.link is link:
            waiting, station.waiting = station.waiting, None
            waiting.reject(409, "the station is connected", now)
            self._ready[waiting] = None

    def take_over(self, link: StationLink, now: float) -> None:
        """The old link of this station did not show that it lives."""
        station = link.station
        old, station.link, station.waiting = station.link, None, None
        if old is not None and old.stage is Stage.Accepted:
            old.replace(now)
            self._ready[old] = None
        self._let_in(link, now)

    def gone(self, link: StationLink, now: float) -> None:
        """The link is no more."""
        station = link.station
        if station.waiting is link:
            station.waiting = None
        elif station.link is link:
            station.link = None
            if station.waiting is not None:
                waiting, station.waiting = station.waiting, None
                self._let_in(waiting, now)
                self._ready[waiting] = None
