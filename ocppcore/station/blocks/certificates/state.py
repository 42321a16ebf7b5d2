"""Certificates, keys and security profiles, version-free (W 2, A01, A02, A03, A05, M03, M04, M05).

    roots.py    the roots that are installed           installing.py  who installs and deletes them
    own.py      the station's certificates and keys    renewal.py     how it comes by a new one
    logins.py   which way in is tried, and what next   judge.py       how the host is asked about a certificate

Rules:
- What there is to say about a certificate, the host says; what the back end is told, and what is stored, is decided
  here.
- The answer to a change leaves first; then the link is closed, and opened anew by the new way (A01, A05.FR.06, .07).
  What waits to be sent waits on.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Any, ClassVar, Final

from ocppcore.errors import SetupError
from ocppcore.session.commands import CertificatePurpose
from ocppcore.session.events import Connected, Disconnected
from ocppcore.station.block import Block
from ocppcore.station.blocks.certificates.facts import TABLE
from ocppcore.station.blocks.certificates.installing import Installing
from ocppcore.station.blocks.certificates.judge import RECONFIGURED, Judge
from ocppcore.station.blocks.certificates.logins import CERTIFIED, PROFILE, SECRET, TLS, Logins
from ocppcore.station.blocks.certificates.own import Own, OwnStore
from ocppcore.station.blocks.certificates.renewal import Renewal
from ocppcore.station.blocks.certificates.roots import CENTRAL, RootStore
from ocppcore.station.context import Context
from ocppcore.station.events import KeyChanged
from ocppcore.station.local import ClockSet, ConfigurationChanged, Online
from ocppcore.station.setup import SECURITY

DAY: Final = 86_400.0
WATCH: Final = "certificates"  # name of a timer
FACTORY: Final = "factory"  # what was taken over of it


class Certificates(Block):
    """See the module's docstring. A subclass builds and reads the messages."""

    subscriptions: ClassVar = {
        Connected: "_connected",
        Disconnected: "_disconnected",
        Online: "_watch_again",
        ClockSet: "_watch_again",
        ConfigurationChanged: "_configured",
    }

    def __init__(self, ctx: Context) -> None:
        super().__init__(ctx)
        self.roots = RootStore(ctx)
        self.own = OwnStore(ctx)
        self._judge = judge = Judge(ctx, self.roots, self.own)
        self._logins = Logins(ctx, self.roots, self.own, judge.time)
        self.installing = Installing(ctx, self.roots, self.own, self._logins, judge)
        self.renewal = Renewal(ctx, self.roots, self.own, judge, self.request)
        self._up = False
        self._reconnecting = False  # as soon as all is stored
        self._newest: Own | None = None  # the certificate of the station that is to be shown
        if self.available:
            ctx.roots = self.roots.pems
            ctx.credentials = self._credentials
            ctx.verified = self._verified_by
            ctx.set_security_profile = self._set_profile
            ctx.config.guard(PROFILE, self._may_become)
            ctx.triggers.register("SignChargePointCertificate", self.renewal.triggered, extended=True)

    # Hook for the version

    def request(self, csr: str) -> Any:
        """The message that has a certificate signed."""
        raise TypeError("a version must say how a certificate is signed")

    # The run

    @property
    def available(self) -> bool:
        """The maker offers it."""
        return self.ctx.setup.has(SECURITY)

    def load(self) -> None:
        if self.available:
            self.roots.load()
            self.own.load()
            self._take_over()
            self._logins.load()
            self._check_setup()

    def start(self) -> None:
        if self.available:
            self._logins.aim()
            self.installing.judge_shipped()
            self.renewal.judge_shipped()
            self._watch()

    def settle(self) -> None:
        """Connect by another way, once what was told before has left."""
        if self._reconnecting and self.ctx.all_stored():
            self._reconnecting = False
            self._logins.begin_again()
            self._logins.aim()
            self.ctx.reconnect()

    def _take_over(self) -> None:
        """What comes from the factory, each once (security_setup.py)."""
        shipped = self.ctx.setup.security
        taken: list[str] = self.ctx.store.get(TABLE, FACTORY, [])

        def new(text: str) -> bool:
            mark = sha256(text.encode()).hexdigest()[:32]
            if mark in taken:
                return False
            taken.append(mark)
            return True

        for use, pems in ((CENTRAL, shipped.roots), (CertificatePurpose.ManufacturerRoot, shipped.manufacturer_roots)):
            for pem in pems:
                if new(f"{use.name} {pem}"):
                    self.roots.add(use, pem, None)
        if shipped.certificate is not None and shipped.key is not None and new(shipped.certificate):
            self.own.add(shipped.certificate, shipped.key, None)
        if taken:
            self.ctx.store.put(TABLE, FACTORY, taken)

    def _check_setup(self) -> None:
        """A profile from the factory has what it needs (A00.FR.004); roots may be the host's, in its SSLContext."""
        if self.ctx.config.stored(PROFILE) is None:
            profile = self._logins.wanted.profile
            if profile in (1, 2) and self._logins.wanted.key is None:
                raise SetupError(f"config: {PROFILE} {profile} needs authorization_key=…", "config")
            if profile == CERTIFIED and not self.own.all:
                raise SetupError(f"config: {PROFILE} 3 needs security=SecuritySetup(certificate=…, key=…)", "config")

    def _credentials(self) -> tuple[bytes, ...]:
        return self._logins.credentials + tuple(key.encode() for key in self.own.keys)

    # The station's own certificate

    def _watch(self) -> None:
        """The newest certificate is used from when its time has come (A02.FR.08, .09), and renewed in time (A03)."""
        at = self._judge.time()
        seconds = DAY
        if at is not None:
            self.own.prune(at)
            self.renewal.watch(at)
            begin = self.own.next_begin(at)
            if begin is not None:
                seconds = min(max(1.0, (begin - at).total_seconds()), DAY)
        newest = next(iter(self.own.usable(at)), None)
        if newest is not self._newest:
            known, self._newest = self._newest, newest
            self._reconnecting |= known is not None and self._logins.wanted.profile == CERTIFIED
        if self.own.all:
            self.ctx.after(WATCH, seconds, self._watch)

    def _watch_again(self, _: Any) -> None:
        if self.available:
            self._watch()

    def certified(self, accepted: bool) -> None:
        """A certificate for the station was judged, and the back end is answered."""
        if accepted:
            self._watch()

    # Logins

    def _may_become(self, profile: object) -> bool:
        """A05.FR.01 to .05: whether SecurityProfile may be set to that."""
        assert isinstance(profile, int)
        at = self._judge.time()
        roots = [root for root in self.roots.of(CENTRAL) if at is None or at <= root.end]
        own = [own for own in self.own.usable(at) if at is None or at <= own.end]
        return (
            profile > self.ctx.config.int(PROFILE)
            and (profile == CERTIFIED or self._logins.wanted.key is not None)
            and (profile not in TLS or bool(roots))
            and (profile != CERTIFIED or bool(own))
        )

    def _configured(self, event: ConfigurationChanged) -> None:
        if event.key in (PROFILE, SECRET) and self.available:
            self._reconnecting |= self._logins.changed()

    def _set_profile(self, profile: int) -> None:
        """See Station.set_security_profile()."""
        key = self.ctx.config.find(PROFILE)
        assert key is not None
        if profile != self.ctx.config.int(PROFILE):
            self.ctx.config.restore(key, str(profile))
            self.ctx.emit(KeyChanged(PROFILE, str(profile)))
            self.ctx.publish(ConfigurationChanged(PROFILE))

    def _verified_by(self, root: str) -> None:
        self.installing.verified = root

    def _connected(self, _: Connected) -> None:
        if not self.available:
            return
        self._up = True
        if self._reconnecting:
            return  # by the way before the change, and not for long: it says nothing about the new one
        if not self._logins.succeeded():
            profile = self.ctx.config.text(PROFILE)
            self._judge.tell(RECONFIGURED, f"a new login does not work: back to the one before, {PROFILE} {profile}")
            self.ctx.emit(KeyChanged(PROFILE, profile))
            self.ctx.emit(KeyChanged(SECRET, None))

    def _disconnected(self, event: Disconnected) -> None:
        if not self.available:
            return
        was_up, self._up, self.installing.verified = self._up, False, None
        self.renewal.disconnected()
        at_once = False
        if was_up:
            self._logins.begin_again()
        else:
            at_once = self._logins.failed(event.reason)
        self._logins.aim()
        if at_once and event.retry_in is not None:
            self.ctx.reconnect()
