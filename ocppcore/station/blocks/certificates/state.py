"""Certificates, keys and security profiles, version-free (W 2, A01, A02, A03, A05, M03, M04, M05).

    roots.py    the roots that are installed          own.py      the station's certificates and private keys
    logins.py   which way in is tried, and what next  renewal.py  how a new certificate is asked for

Rules:
- What is judged of a certificate, the host judges; what the back end is told, and what is stored, is decided here.
- The answer to a change leaves first; then the link is closed, and opened anew by the new way (A01, A05.FR.06, .07).
  What waits to be sent waits on.
- Certificates are judged by the clock, but never by a time before the newest certificate that is in use was made: a
  clock that is put back revives nothing that has expired (H20).
- A root is in use while the link is up that was verified by it; where the host cannot say by which, all that may have
  been are (M04.FR.06).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from hashlib import sha256
from typing import Any, ClassVar, Final

from ocppcore.session.commands import CertificateFacts, CertificateFault, CertificatePurpose, CheckCertificate
from ocppcore.session.events import Connected, Disconnected
from ocppcore.station.block import Block
from ocppcore.station.blocks.certificates.facts import TABLE, Name
from ocppcore.station.blocks.certificates.logins import CERTIFIED, PROFILE, SECRET, TLS, Logins
from ocppcore.station.blocks.certificates.own import OwnStore
from ocppcore.station.blocks.certificates.renewal import Renewal
from ocppcore.station.blocks.certificates.roots import CENTRAL, RootStore
from ocppcore.station.context import Context
from ocppcore.station.events import KeyChanged
from ocppcore.station.local import ClockSet, ConfigurationChanged, Online, SecurityEvent
from ocppcore.station.setup import SECURITY

CHECK_TIME: Final = 20.0  # seconds: the back end waits for the answer
DAY: Final = 86_400.0
WATCH: Final = "certificates"  # name of a timer
FACTORY: Final = "factory"  # what was taken over of it
MANUFACTURER: Final = CertificatePurpose.ManufacturerRoot

ACCEPTED, REJECTED, FAILED, NOT_FOUND = "Accepted", "Rejected", "Failed", "NotFound"
RECONFIGURED: Final = "ReconfigurationOfSecurityParameters"
INVALID_OWN: Final = "InvalidChargePointCertificate"
INVALID_ROOT: Final = {CENTRAL: "InvalidCentralSystemCertificate", MANUFACTURER: "InvalidFirmwareSigningCertificate"}


class Certificates(Block):
    """See the module's docstring. A subclass builds and reads the messages."""

    subscriptions: ClassVar = {
        Connected: "_connected",
        Disconnected: "_disconnected",
        Online: "_online",
        ClockSet: "_online",
        ConfigurationChanged: "_configured",
    }

    def __init__(self, ctx: Context) -> None:
        super().__init__(ctx)
        self.roots = RootStore(ctx)
        self.own = OwnStore(ctx)
        self.logins = Logins(ctx, self.roots, self.own, self._at)
        self._renewal = Renewal(ctx, self.own, self.request)
        self._up = False
        self._reconnecting = False  # as soon as all is stored
        self._verified: str | None = None  # the root that the link was verified by, as far as the host can say
        self._newest: Any = None  # the certificate of the station that is to be shown
        if self.available:
            ctx.roots = self.roots.pems
            ctx.credentials = self._credentials
            ctx.verified = self._verified_by
            ctx.set_security_profile = self._set_profile
            ctx.config.guard(PROFILE, self._may_become)
            ctx.triggers.register("SignChargePointCertificate", self._renewal.triggered, extended=True)

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
            self.logins.load()

    def start(self) -> None:
        if not self.available:
            return
        self.logins.aim()
        for root in self.roots:
            if root.facts is None:
                self._judge(root.use, root.pem, (), partial(self.roots.judged, root), partial(self._spoiled, root.use))
        everybody = self.roots.pems(CENTRAL) + self.roots.pems(MANUFACTURER)  # W A00.FR.804
        for own in self.own.all:
            if own.facts is None:
                good, bad = partial(self.own.judged, own), partial(self._tell, INVALID_OWN)
                self._judge(CertificatePurpose.Station, own.chain, everybody, good, bad, key=own.key)
        self._watch()

    def _spoiled(self, use: CertificatePurpose, why: str) -> None:
        """A root from the factory; it stays, and nothing will be verified by it."""
        self._tell(INVALID_ROOT[use], f"from the factory: {why}")

    def settle(self) -> None:
        """Connect by another way, once what was told before has left."""
        if self._reconnecting and self.ctx.all_stored():
            self._reconnecting = False
            self.logins.begin_again()
            self.logins.aim()
            self.ctx.reconnect()

    def _take_over(self) -> None:
        """What comes from the factory, each once (security_setup.py)."""
        shipped = self.ctx.setup.security
        taken: list[str] = self.ctx.store.get(TABLE, FACTORY, [])
        before = len(taken)

        def new(text: str) -> bool:
            mark = sha256(text.encode()).hexdigest()[:32]
            known = mark in taken
            taken.extend([] if known else [mark])
            return not known

        for use, pems in ((CENTRAL, shipped.roots), (MANUFACTURER, shipped.manufacturer_roots)):
            for pem in pems:
                if new(f"{use.name} {pem}"):
                    self.roots.add(use, pem, None)
        if shipped.certificate is not None and shipped.key is not None and new(shipped.certificate):
            self.own.add(shipped.certificate, shipped.key, None)
        if len(taken) > before:
            self.ctx.store.put(TABLE, FACTORY, taken)

    def _at(self) -> datetime | None:
        """The time to judge by; None while it is not known."""
        utc = self.ctx.utc
        if utc is None:
            return None
        made = [root.facts.not_before for root in self.roots if root.facts is not None]
        made += [own.facts.not_before for own in self.own.all if own.facts is not None and own.proven]
        return max([utc, *made])

    def _credentials(self) -> tuple[bytes, ...]:
        return self.logins.credentials + tuple(key.encode() for key in self.own.keys)

    def _judge(
        self,
        purpose: CertificatePurpose,
        chain: str,
        roots: tuple[str, ...],
        good: Callable[[CertificateFacts], None],
        bad: Callable[[str], None] = lambda _: None,
        broken: Callable[[], None] = lambda: None,
        **options: Any,
    ) -> None:
        """Have the host judge it: good(facts), bad(why), or broken() if it can't."""

        def done(verdict: Any) -> None:
            if isinstance(verdict, CertificateFault):
                bad(verdict.why)
            else:
                good(verdict)

        ctx = self.ctx
        command = CheckCertificate(ctx.next_command_id(), ctx.now + CHECK_TIME, purpose, chain, roots, **options)
        ctx.command(command, done, lambda _: broken())

    def _tell(self, type: str, info: str) -> None:
        self.ctx.publish(SecurityEvent(type, info[:255]))

    # Roots

    def install(self, use: CertificatePurpose, pem: str, answer: Callable[[str], None]) -> None:
        """M05; answer(Accepted, Rejected or Failed)."""
        replaced = self._to_replace(use)
        if not replaced and not self.roots.room:
            answer(REJECTED)  # M05.FR.03
            return

        def good(facts: CertificateFacts) -> None:
            answer(self._install(use, pem, facts, replaced))

        def bad(why: str) -> None:
            self._tell(INVALID_ROOT[use], f"not installed as {use.name}: {why}")
            answer(REJECTED)  # M05.FR.06, .10

        self._judge(use, pem, replaced, good, bad, lambda: answer(FAILED), at=self._at())

    def _to_replace(self, use: CertificatePurpose) -> tuple[str, ...]:
        """The root that a new one must be signed by, and replaces (M05.FR.09); empty: it stands for itself."""
        if use is not CENTRAL or not self.ctx.config.bool("AdditionalRootCertificateCheck"):
            return ()
        return tuple(root.pem for root in self.roots.of(CENTRAL) if not root.fallback)[-1:]

    def _install(self, use: CertificatePurpose, pem: str, facts: CertificateFacts, replaced: tuple[str, ...]) -> str:
        """What the host found is good."""
        if any(root.same(facts) and not root.fallback for root in self.roots.of(use)):
            return ACCEPTED  # it is there already
        if replaced != self._to_replace(use) or not replaced and not self.roots.room:
            return FAILED  # meanwhile another one was installed
        if replaced:
            self.roots.replace(pem, facts)
        else:
            self.roots.add(use, pem, facts)
        self._tell(RECONFIGURED, f"{use.name} certificate {facts.serial_number} installed")
        return ACCEPTED

    def delete(self, name: Name) -> str:
        """M04: Accepted, Failed or NotFound."""
        found = self.roots.named(name)
        if self.own.named(name) or any(self._in_use(root.pem) for root in found if root.use is CENTRAL):
            return FAILED  # M04.FR.05, .06
        for root in found:
            self.roots.remove(root)
            self._tell(RECONFIGURED, f"{root.use.name} certificate {name.serial} deleted")
        return ACCEPTED if found else NOT_FOUND

    def _in_use(self, pem: str) -> bool:
        by = [root.pem for root in self.logins.way.roots] if self._verified is None else [self._verified]
        return self._up and pem in by

    def _verified_by(self, pem: str) -> None:
        self._verified = pem

    # The station's own certificate

    def signed(self, chain: str, answer: Callable[[bool], None]) -> None:
        """A02.FR.06: a certificate for the request that is pending; answer(it is accepted)."""
        pending = self.own.pending

        def bad(why: str) -> None:
            self._tell(INVALID_OWN, why)  # A02.FR.07
            answer(False)

        def good(facts: CertificateFacts) -> None:
            if pending is None or self.own.pending is not pending:
                bad("it is for a request that is pending no longer")
                return
            self.own.add(chain, pending.pair.key, facts)
            self.own.pending = None
            self._tell(RECONFIGURED, f"ChargePointCertificate {facts.serial_number} installed")
            answer(True)
            self._watch()

        if pending is None:
            bad("no request is pending")
        elif len(chain) > self.ctx.config.int("CertificateSignedMaxChainSize"):
            bad("longer than CertificateSignedMaxChainSize")
        else:
            self._judge(
                CertificatePurpose.Station,
                chain,
                self.roots.pems(CENTRAL),
                good,
                bad,
                lambda: answer(False),
                key=pending.pair.key,
                common_name=pending.names[0],
                organization=pending.names[1],
                at=self._at(),
            )

    def _watch(self) -> None:
        """The newest certificate is used from when its time has come (A02.FR.08, .09), and renewed in time (A03)."""
        at = self._at()
        seconds = DAY
        if at is not None:
            self.own.prune(at)
            self._renewal.watch(at)
            begin = self.own.next_begin(at)
            if begin is not None:
                seconds = min(DAY, (begin - at).total_seconds())
        newest = next(iter(self.own.usable(at)), None)
        if newest is not self._newest:
            known, self._newest = self._newest, newest
            self._reconnecting |= known is not None and self.logins.wanted.profile == CERTIFIED
        if self.own.all:
            self.ctx.after(WATCH, seconds, self._watch)

    def _online(self, _: Any) -> None:
        if self.available:
            self._watch()

    # Logins

    def _may_become(self, profile: object) -> bool:
        """A05.FR.01 to .05: whether the back end may set SecurityProfile to that."""
        assert isinstance(profile, int)
        at = self._at()
        roots = [root for root in self.roots.of(CENTRAL) if at is None or at <= root.end]
        own = [own for own in self.own.usable(at) if at is None or at <= own.end]
        return (
            profile > self.ctx.config.int(PROFILE)
            and (profile == CERTIFIED or self.logins.wanted.key is not None)
            and (profile not in TLS or bool(roots))
            and (profile != CERTIFIED or bool(own))
        )

    def _configured(self, event: ConfigurationChanged) -> None:
        if event.key in (PROFILE, SECRET) and self.available:
            self._reconnecting |= self.logins.changed()

    def _set_profile(self, profile: int) -> None:
        key = self.ctx.config.find(PROFILE)
        assert key is not None
        if profile != self.ctx.config.int(PROFILE):
            self.ctx.config.restore(key, str(profile))
            self.ctx.emit(KeyChanged(PROFILE, str(profile)))
            self.ctx.publish(ConfigurationChanged(PROFILE))

    def _connected(self, _: Connected) -> None:
        if not self.available:
            return
        self._up = True
        if not self.logins.succeeded():
            profile = self.ctx.config.text(PROFILE)
            self._tell(RECONFIGURED, f"the new login does not work: back to the one before, {PROFILE} {profile}")
            self.ctx.emit(KeyChanged(PROFILE, profile))
            self.ctx.emit(KeyChanged(SECRET, None))

    def _disconnected(self, event: Disconnected) -> None:
        if not self.available:
            return
        was_up, self._up, self._verified = self._up, False, None
        self._renewal.disconnected()
        at_once = False
        if was_up:
            self.logins.begin_again()
        else:
            at_once = self.logins.failed(event.reason)
        self.logins.aim()
        if at_once and event.retry_in is not None:
            self.ctx.reconnect()
