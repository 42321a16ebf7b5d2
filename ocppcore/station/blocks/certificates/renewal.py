"""A new certificate for the station itself (W A02, A03): a key pair, a request, SignCertificate; and some day a
CertificateSigned from the back end.

Rules: the private key is stored before the request leaves. Who asks by a trigger gets one; by itself, the station asks
once for each certificate that expires within a month (A03.FR.02), and again only if that request found no answer at
all: a back end that does not send a certificate has a reason that no repetition mends (A02, error handling). A
certificate that is not in order leaves the request pending: a better one may follow.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any, Final

from ocppcore.errors import CallFailed
from ocppcore.session.commands import CertificateFacts, CertificatePurpose, KeyPair, MakeKey
from ocppcore.station.blocks.certificates.facts import TABLE
from ocppcore.station.blocks.certificates.judge import INVALID_OWN, RECONFIGURED, Judge
from ocppcore.station.blocks.certificates.own import MONTH, OwnStore, Pending
from ocppcore.station.blocks.certificates.roots import CENTRAL, RootStore
from ocppcore.station.context import Context

ASKED: Final = "asked"  # the number of the certificate that the back end was asked to renew
MAKE_TIME: Final = 120.0  # seconds; a small CPU, or a TPM, takes its time


class Renewal:
    """See the module's docstring. request: makes the message for a CSR."""

    def __init__(
        self, ctx: Context, roots: RootStore, own: OwnStore, judge: Judge, request: Callable[[str], Any]
    ) -> None:
        self._ctx = ctx
        self._roots = roots
        self._own = own
        self._judge = judge
        self._request = request
        self._job: object | None = None  # the request under way, until it is answered

    def judge_shipped(self) -> None:
        """One from the factory that nobody has judged yet. The maker may have signed it (W A00.FR.804). One that is not
        in order is used all the same: the back end has to judge it."""
        everybody = self._roots.pems(CENTRAL) + self._roots.pems(CertificatePurpose.ManufacturerRoot)
        for own in self._own.all:
            if own.facts is None:
                good, bad = partial(self._own.judged, own), partial(self._judge.tell, INVALID_OWN)
                self._judge.ask(CertificatePurpose.Station, own.chain, everybody, good, bad, key=own.key)

    # The request

    def triggered(self, _: int | None) -> list[Callable[[], None]] | None:
        """ExtendedTriggerMessage wants a SignCertificate (A02); None if there can be none."""
        if self._job is not None or not self._organization:
            return None
        return [lambda: self._begin(None)]

    def watch(self, at: datetime) -> None:
        """Ask for a new certificate, if it is time for it (A03)."""
        usable = self._own.usable(at)
        if not usable or self._job is not None or not self._organization or not self._ctx.online:
            return
        newest = usable[0]
        if newest.end - MONTH <= at and self._ctx.store.get(TABLE, ASKED) != newest.number:
            self._begin(newest.number)

    def disconnected(self) -> None:
        """What waited to leave is forgotten."""
        self._job = None

    @property
    def _organization(self) -> str:
        """A02: CpoName must be set."""
        return self._ctx.config.text("CpoName") or ""

    def _begin(self, expiring: int | None) -> None:
        """expiring: the number of the certificate that is to be renewed, if the station asks by itself."""
        self._job = job = object()
        ctx, setup = self._ctx, self._ctx.setup
        names = (setup.serial_number or setup.identity, self._organization)  # W A00.FR.511; A02.FR.13

        def ended() -> None:
            if self._job is job:
                self._job = None

        def answered(pending: Pending, outcome: Any) -> None:
            ended()
            if isinstance(outcome, CallFailed):
                return
            if expiring is not None:
                ctx.store.put(TABLE, ASKED, expiring)
            if str(outcome.status) != "Accepted" and self._own.pending is pending:
                self._own.pending = None  # A02.FR.12

        def made(pair: KeyPair) -> None:
            if self._job is job:
                self._own.pending = pending = Pending(pair, names)
                ctx.triggers.send(lambda: self._request(pair.csr), partial(answered, pending))

        ctx.command(MakeKey(ctx.next_command_id(), ctx.now + MAKE_TIME, *names), made, lambda _: ended())

    # The certificate

    def signed(self, chain: str, answer: Callable[[bool], None]) -> None:
        """A02.FR.06: a certificate for the request that is pending; answer(it is accepted)."""
        pending = self._own.pending

        def bad(why: str) -> None:
            self._judge.tell(INVALID_OWN, why)  # A02.FR.07
            answer(False)

        def good(facts: CertificateFacts) -> None:
            if pending is None or self._own.pending is not pending:
                bad("it is for a request that is pending no longer")
                return
            self._own.add(chain, pending.pair.key, facts)
            self._own.pending = None
            self._judge.tell(RECONFIGURED, f"ChargePointCertificate {facts.serial_number} installed")
            answer(True)

        if pending is None:
            bad("no request is pending")
        elif len(chain) > self._ctx.config.int("CertificateSignedMaxChainSize"):
            bad("longer than CertificateSignedMaxChainSize")
        else:
            self._judge.ask(
                CertificatePurpose.Station,
                chain,
                self._roots.pems(CENTRAL),
                good,
                bad,
                lambda: answer(False),
                key=pending.pair.key,
                common_name=pending.names[0],
                organization=pending.names[1],
                at=self._judge.time(),
            )
