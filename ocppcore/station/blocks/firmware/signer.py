"""Who may sign firmware: who has a certificate under a root of the manufacturer that is installed here (W L01.FR.23).

It is judged once, when it comes, by the roots and the time of that moment: an installation may be scheduled for after
its end. Where there is no root, or the time is not known, nothing vouches for it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from ocppcore.session.commands import CertificateFacts, CertificateFault, CertificatePurpose, CheckCertificate
from ocppcore.station.context import Context
from ocppcore.station.local import SecurityEvent

CHECK_TIME: Final = 15.0  # seconds: the back end waits for the answer
INVALID, REVOKED = "InvalidCertificate", "RevokedCertificate"  # W 6.18
MOST_INFO: Final = 255  # characters of what a security event says


def judge(ctx: Context, certificate: str, done: Callable[[str | None], None]) -> None:
    """done() gets None if the certificate (PEM) is in order, else the status of the answer (W L01.FR.24 and .25)."""

    def refused(why: str, status: str = INVALID) -> None:
        ctx.publish(SecurityEvent("InvalidFirmwareSigningCertificate", why[:MOST_INFO]))  # W L01.FR.02
        done(status)

    def found(result: Any) -> None:
        if isinstance(result, CertificateFacts):
            done(None)
        elif isinstance(result, CertificateFault):
            refused(result.why, REVOKED if result.kind == CertificateFault.REVOKED else INVALID)
        else:
            refused("the certificate could not be judged")

    roots = ctx.roots(CertificatePurpose.ManufacturerRoot)
    if not roots:
        refused("no root certificate of the manufacturer is installed")
    elif ctx.utc is None:
        refused("the time is not known")
    else:
        id, deadline = ctx.next_command_id(), ctx.now + CHECK_TIME
        purpose = CertificatePurpose.Firmware
        ctx.command(CheckCertificate(id, deadline, purpose, certificate, roots, at=ctx.utc), found, refused)
