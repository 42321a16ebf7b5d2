"""Csms: the back end (1.6: Central System) without I/O. It admits stations, answers their CALLs and sends them ours.

    csms = Csms(authenticate=keys({"CP1": key}), utc=clock.utc, rng=random.Random())
    link = csms.admit(offer, now)      # implements the contract; a binding drives one for each connection
    id = csms.call("CP1", v16.ResetRequest(type=v16.ResetType.Soft), now)
    for link in csms.take_ready(): …   # links with something to do that was none of their own inputs

A second connection of a station (H10): the new one waits while the old one is pinged. If the old one gives a sign of
life, the new one is turned away with 409; if it is gone or silent for `takeover_wait` seconds, the new one takes its
place. So neither can a stranger with stolen credentials push a station out, nor does a station that lost its link in a
tunnel wait for a time-out of ours. A third connection is turned away at once. One that uses a higher security profile
than the old one need not wait: it has proven better who it is.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from datetime import datetime
from itertools import count
from typing import TYPE_CHECKING, Any, TypeVar

from ocppcore.csms import v16 as defaults16
from ocppcore.csms.admission import Authenticator, Offer
from ocppcore.csms.door import TLS_EVENTS, Case, Door, Refusal
from ocppcore.csms.events import HandlerFailed, KeyChanged, ProfileReached, StationRefused
from ocppcore.csms.keyring import Keyring
from ocppcore.csms.ledger import Ledger
from ocppcore.csms.link import Stage, StationLink
from ocppcore.csms.profiles import Certificates, Profiles
from ocppcore.csms.signing import Signer
from ocppcore.csms.station import ACCEPTED, Station
from ocppcore.csms.throttle import COME_AGAIN, Throttle
from ocppcore.errors import ConnectionLost, SetupError
from ocppcore.messages.base import Request
from ocppcore.session.events import Disconnect, TlsFailed
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
MAX_STRANGERS = 10_000  # stations that never proved who they are and are not connected, of which something is known


class Csms:
    """A back end.

    authenticate: judges the Basic credentials, certificates: the stations' own (profile 3); without both, insecure=True
    must say that everybody may come in. Either may take its time, but not more than judge_wait seconds.
    profiles: the security profiles that stations may use; None for all that authenticate. A station that has used a
    higher one may not come with a lower one again (W A05.FR.09); reached: those of an earlier life, by identity.
    known: the identities that exist, None for any; another one is answered 404 (J §3.2).
    throttle: how much of anything is too much; Throttle.off() for no bounds.
    authorize: judges id tokens: True, False, or an IdTagInfo; without it none is accepted, or all with insecure=True.
    sign: has certificates of stations signed; without it none is.
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
        certificates: Certificates | None = None,
        profiles: Profiles | None = None,
        reached: Mapping[str, int] | None = None,
        insecure: bool = False,
        known: Container[str] | None = None,
        throttle: Throttle | None = None,
        authorize: Callable[[str], bool | IdTagInfo] | None = None,
        register: Callable[[str, Any], RegistrationStatus] | None = None,
        sign: Signer | None = None,
        accepted: Iterable[str] = (),
        interval: int = 300,
        ledger: Ledger | None = None,
        settings: SessionSettings | None = None,
        max_message: int = MAX_MESSAGE,
        takeover_wait: float = 5.0,
        judge_wait: float = 8.0,
    ) -> None:
        if authenticate is None and certificates is None and not insecure:
            raise SetupError("a back end needs authenticate=…; for a try-out, insecure=True lets everybody in")
        self.utc = utc
        self.interval = interval
        self.sign = sign
        self.ledger = Ledger() if ledger is None else ledger
        self.handlers: dict[type, Handler] = dict(defaults16.DEFAULTS)
        self.stations: dict[str, Station] = {name: Station(name, ACCEPTED) for name in accepted}
        for name, profile in (reached or {}).items():
            self.stations.setdefault(name, Station(name, None)).profile = profile
        self.throttle = Throttle() if throttle is None else throttle
        self._door = Door(authenticate, certificates, profiles, known, self.throttle)
        self._keyring = authenticate if isinstance(authenticate, Keyring) else None
        self._rng = rng
        self._insecure = insecure
        self._authorize = authorize
        self._register = register
        self._settings = settings
        self._max_message = max_message
        self._takeover_wait = takeover_wait
        self._judge_wait = judge_wait
        self._strangers: dict[str, None] = {}  # see MAX_STRANGERS; who left last at the end
        self._command_ids: Iterator[int] = count(1)
        self.ready: dict[StationLink, None] = {}  # in order, each once; see take_ready()

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
        self.ready[link] = None
        return id

    def take_ready(self) -> list[StationLink]:
        """The links that something was done to from outside; drain them as after an input of their own."""
        ready, self.ready = list(self.ready), {}
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

    def arrive(self, address: str, now: float) -> bool:
        """A connection begins, before anything is read from it: True if it may go on; then finished() is to follow."""
        return self.throttle.arrive(address, now)

    def finished(self, address: str) -> None:
        """The handshake of a connection is over, one way or the other."""
        self.throttle.finished(address)

    def tls_failed(self, reason: Disconnect, peer: str, address: str, now: float) -> StationRefused | None:
        """TLS did not come about: what there is to tell, which is nothing if the link was merely lost."""
        if not isinstance(reason, TlsFailed):
            return None
        self.throttle.suspect(address, now)
        return StationRefused(None, 0, f"TLS failed: {reason.kind}", peer, TLS_EVENTS.get(reason.kind))

    def admit(self, offer: Offer, now: float) -> StationLink:
        """Judge a handshake. The link's first command is Accept or Reject: now, or when what it depends on is known."""
        link = self._make(Station("", None), offer)
        station = self.stations.get(offer.identity or "")
        verdict = self._door.ask(offer, station.profile if station is not None else 0, now)
        if isinstance(verdict, Refusal):
            link.reject(verdict, now)
        elif hasattr(verdict.outcome, "__await__"):
            link.wait_for(verdict, now + self._judge_wait)
        else:
            self.judged(link, verdict, verdict.outcome, now)
        return link

    def judged(self, link: StationLink, case: Case, outcome: Any, now: float) -> None:
        """What the author's function said of a handshake."""
        try:
            refusal = self._door.decide(link.offer, case, outcome, now)
        except Exception as error:  # of `known`
            outcome, refusal = error, self._door.decide(link.offer, case, error, now)
        if isinstance(outcome, Exception):
            link.tell(HandlerFailed(link.offer.identity or "", "handshake", outcome))
        if refusal is not None:
            link.reject(refusal, now)
        elif V16.subprotocol not in link.offer.subprotocols:
            link.accept(None, now)
        else:
            self._enter(link, case.profile, now)

    def _enter(self, link: StationLink, profile: int, now: float) -> None:
        """It may come in, unless the station is there already."""
        identity = link.offer.identity
        assert identity is not None  # or it would have been refused
        station = self.stations.get(identity)
        if station is not None and profile < station.profile:  # it was raised while this was judged
            link.reject(Refusal(401, "a lower security profile"), now)
            return
        if (station is None or station.link is None) and not self.throttle.enter():
            self._no_room(link, now)
            return
        if station is None:
            station = self.stations[identity] = Station(identity, None)
        self._strangers.pop(identity, None)
        link.station, link.profile = station, profile
        if station.link is None:
            self._let_in(link, now)
        elif profile > station.link.profile:  # it proves better than the other one who it is
            self._turn_away(station, now)
            self.take_over(link, now)
        elif station.waiting is not None:
            link.reject(Refusal(409, "two connections already"), now)
        else:
            self._wait(link, station.link, now)

    def _no_room(self, link: StationLink, now: float) -> None:
        """Turn a station away because too many others are connected. In a flood that is told of a few only."""
        there, crowded = self.throttle.connected, self.throttle.crowded
        why = f"{there} stations are connected, and no more may be; turned away so far: {crowded}"
        link.reject(Refusal(503, why, retry_after=COME_AGAIN, told=self.throttle.tells(now)), now)

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
        link.stage = Stage.Waiting
        link.deadline = now + self._takeover_wait
        old.probe(link.deadline)
        self.ready[old] = None

    # What links report

    def command_id(self) -> int:
        return next(self._command_ids)

    def alive(self, link: StationLink, now: float) -> None:
        """The link gave a sign of life: whoever wants its place has no business here, and its profile works."""
        station = link.station
        if station.waiting is not None and station.link is link:
            self._turn_away(station, now)
        if link.profile > station.profile:
            station.profile = link.profile
            link.tell(ProfileReached(station.identity, link.profile))

    def _turn_away(self, station: Station, now: float) -> None:
        """Whoever waits for the place of this station's link does not get it."""
        waiting, station.waiting = station.waiting, None
        if waiting is not None:
            waiting.reject(Refusal(409, "the station is connected"), now)
            self.ready[waiting] = None

    def key_sent(self, identity: str, key: bytes) -> None:
        """The station is about to be given this key."""
        try:
            if self._keyring is not None:
                self._keyring.changing(identity, key)
        except Exception as error:  # of a mapping of the author's
            link = self.link(identity)
            if link is not None:
                link.tell(HandlerFailed(identity, "ChangeConfiguration", error))

    def key_answered(self, link: StationLink, key: bytes, accepted: bool | None) -> None:
        """What became of it."""
        link.tell(KeyChanged(link.identity, accepted))
        try:
            if self._keyring is not None and accepted is not None:
                self._keyring.changed(link.identity, key, accepted)
        except Exception as error:  # of a mapping of the author's
            link.tell(HandlerFailed(link.identity, "ChangeConfiguration", error))

    def take_over(self, link: StationLink, now: float) -> None:
        """The old link of this station did not show that it lives."""
        station = link.station
        old, station.link, station.waiting = station.link, None, None
        if old is not None and old.stage is Stage.Accepted:
            old.replace(now)
            self.ready[old] = None
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
                self.ready[waiting] = None
            else:
                self.throttle.left()
        self._left(station)

    def _left(self, station: Station) -> None:
        """Where identities are proven by nothing, anybody can make up any number of them."""
        if station.link is not None or station.waiting is not None or station.profile:
            return
        if self.stations.get(station.identity) is station:
            self._strangers[station.identity] = None
            if station.registration is None or len(self._strangers) > MAX_STRANGERS:
                oldest = station.identity if station.registration is None else next(iter(self._strangers))
                del self._strangers[oldest], self.stations[oldest]
