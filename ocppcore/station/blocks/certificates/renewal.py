"""A new certificate for the station itself: key pair, request, SignCertificate (W A02, A03). The answer of the back end
comes by a CertificateSigned of its own, some day.

Rules: the private key is stored before the request leaves. Who asks by a trigger gets one; by itself, the station asks
once for each certificate that expires within a month (A03.FR.02), and again only if that request found no answer at
all: a back end that does not send a certificate has a reason that no repetition mends (A02, error handling).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from ocppcore.errors import CallFailed
from ocppcore.session.commands import KeyPair, MakeKey
from ocppcore.station.blocks.certificates.facts import TABLE
from ocppcore.station.blocks.certificates.own import MONTH, OwnStore, Pending
from ocppcore.station.context import Context

ASKED: Final = "asked"  # the number of the certificate that the back end was asked to renew
MAKE_TIME: Final = 120.0  # seconds; a small CPU, or a TPM, takes its time
Send = Callable[[Callable[[], Any], Callable[[Any], None]], None]


class Renewal:
    """See the module's docstring. request: makes the message for a CSR."""

    def __init__(self, ctx: Context, own: OwnStore, request: Callable[[str], Any]) -> None:
        self._ctx = ctx
        self._own = own
        self._request = request
        self._busy = False

    def triggered(self, _: int | None) -> list[Callable[[], None]] | None:
        """ExtendedTriggerMessage wants a SignCertificate (A02); None if there can be none."""
        if self._busy or not self._organization:
            return None
        return [lambda: self._begin(lambda make, done: self._ctx.triggers.send(make, done), None)]

    def watch(self, at: datetime) -> None:
        """Ask for a new certificate, if it is time for it (A03)."""
        usable = self._own.usable(at)
        if not usable or self._busy or not self._organization or not self._ctx.online:
            return
        newest = usable[0]
        if newest.end - MONTH <= at and self._ctx.store.get(TABLE, ASKED) != newest.number:
            self._begin(lambda make, done: self._send(make, done), newest.number)

    def disconnected(self) -> None:
        """What waited to leave is forgotten."""
        self._busy = False

    @property
    def _organization(self) -> str:
        """A02: CpoName must be set."""
        return self._ctx.config.text("CpoName") or ""

    def _begin(self, send: Send, expiring: int | None) -> None:
        self._busy = True
        ctx, setup = self._ctx, self._ctx.setup
        names = (setup.serial_number or setup.identity, self._organization)  # W A00.FR.511; A02.FR.13
        command = MakeKey(ctx.next_command_id(), ctx.now + MAKE_TIME, *names)
        ctx.command(command, lambda pair: self._made(pair, names, send, expiring), lambda _: self._ended())

    def _made(self, pair: KeyPair, names: tuple[str, str], send: Send, expiring: int | None) -> None:
        self._own.pending = pending = Pending(pair, names)

        def answered(outcome: Any) -> None:
            self._ended()
            if isinstance(outcome, CallFailed):
                return
            if expiring is not None:
                self._ctx.store.put(TABLE, ASKED, expiring)
            if str(outcome.status) != "Accepted" and self._own.pending is pending:
                self._own.pending = None

        if self._busy:
            send(lambda: self._request(pair.csr), answered)

    def _send(self, make: Callable[[], Any], done: Callable[[Any], None]) -> None:
        if self._ctx.online:
            self._ctx.call(make(), done)
        else:
            self._ended()

    def _ended(self) -> None:
        self._busy = False
