"""How the host is asked about a certificate, and by which time it is judged. Used by the other parts of the block."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from ocppcore.session.commands import CertificateFacts, CertificateFault, CertificatePurpose, CheckCertificate
from ocppcore.station.blocks.certificates.own import OwnStore
from ocppcore.station.blocks.certificates.roots import RootStore
from ocppcore.station.context import Context
from ocppcore.station.local import SecurityEvent

CHECK_TIME: Final = 20.0  # seconds: the back end waits for the answer
RECONFIGURED: Final = "ReconfigurationOfSecurityParameters"
INVALID_OWN: Final = "InvalidChargePointCertificate"
INVALID_ROOT: Final = {
    CertificatePurpose.CentralSystemRoot: "InvalidCentralSystemCertificate",
    CertificatePurpose.ManufacturerRoot: "InvalidFirmwareSigningCertificate",
}


class Judge:
    """See the module's docstring."""

    def __init__(self, ctx: Context, roots: RootStore, own: OwnStore) -> None:
        self._ctx = ctx
        self._roots = roots
        self._own = own

    def time(self) -> datetime | None:
        """The time to judge by; None while it is not known. Never before the newest certificate that is in use was
        made: a clock that is put back revives nothing that has expired (H20)."""
        utc = self._ctx.utc
        if utc is None:
            return None
        made = [root.facts.not_before for root in self._roots if root.facts is not None]
        made += [own.facts.not_before for own in self._own.all if own.facts is not None and own.proven is not None]
        return max([utc, *made])

    def ask(
        self,
        purpose: CertificatePurpose,
        chain: str,
        roots: tuple[str, ...],
        good: Callable[[CertificateFacts], None],
        bad: Callable[[str], None],
        broken: Callable[[], None] = lambda: None,
        **options: Any,
    ) -> None:
        """Have the host judge it: good(facts), bad(why), or broken() if it can't. options: as in CheckCertificate."""

        def done(verdict: CertificateFacts | CertificateFault) -> None:
            if isinstance(verdict, CertificateFault):
                bad(verdict.why)
            else:
                good(verdict)

        ctx = self._ctx
        command = CheckCertificate(ctx.next_command_id(), ctx.now + CHECK_TIME, purpose, chain, roots, **options)
        ctx.command(command, done, lambda _: broken())

    def tell(self, type: str, info: str) -> None:
        """A security event."""
        self._ctx.publish(SecurityEvent(type, info[:255]))
