"""A station wants its certificate signed (W A02, A03): answered at once, the certificate follows when it is made.

    SignCertificate.req → author's function → .conf Accepted … CertificateSigned.req
                          ↳ None, or it raised → .conf Rejected

A certificate that is ready while the station is away, or whose delivery the link did not survive, waits for the next
link; a newer request takes its place. The author's function is to check what the request says: that the CN is the
station's own serial number above all, or one station gets a certificate for another.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from ocppcore import v16
from ocppcore.csms.events import CertificateAwaited, CertificateNotSigned
from ocppcore.errors import ConnectionLost, OcppError
from ocppcore.session.events import CallEnded, Event

if TYPE_CHECKING:
    from ocppcore.csms.link import StationLink
    from ocppcore.csms.station import Station

Signer = Callable[[str, str], str | Awaitable[str | None] | None]
"""sign(identity, csr): the chain, the station's certificate first, in PEM, or an awaitable of it; None refuses. csr:
PKCS #10 in PEM, as the station sent it: whatever it is."""


def ask(link: StationLink, csr: str) -> bool:
    """Hand a request to the author's function. True: it is taken, and the certificate will follow (W A02.FR.11)."""
    sign = link.csms.sign
    if sign is None:
        return False
    try:
        outcome: Any = sign(link.identity, csr)
    except Exception as error:
        outcome = error
    if outcome is None or isinstance(outcome, Exception):
        link.tell(CertificateNotSigned(link.identity, outcome))
        return False
    link.station.request = order = object()

    def settle(outcome: Any, now: float) -> None:
        if link.station.request is order:
            _settle(link, outcome, now)

    if hasattr(outcome, "__await__"):
        link.tell(CertificateAwaited(link.identity, outcome, settle))
    else:
        link.afterwards(lambda now: settle(outcome, now))
    return True


def _settle(link: StationLink, outcome: Any, now: float) -> None:
    """The authority is done. What went wrong is for a person to look into (W A02, error handling)."""
    station = link.station
    station.request = None
    if not outcome or isinstance(outcome, Exception):
        link.tell(CertificateNotSigned(station.identity, outcome or None))
    else:
        station.certificate = outcome
        deliver(link, now)


def deliver(link: StationLink, now: float) -> None:
    """Send what waits for the station, by whatever link it has now."""
    station = link.station
    chain, station.certificate = station.certificate, None
    if chain is None:
        return
    try:
        link.csms.call(station.identity, v16.CertificateSignedRequest(certificate_chain=chain), now)
    except ConnectionLost:
        station.certificate = chain
    except OcppError as error:  # it is no text of at most 10000 characters, or the queue is full
        link.tell(CertificateNotSigned(station.identity, error))


def ended(station: Station, event: Event) -> None:
    """A call of ours is over: what the link did not survive is sent again by the next one."""
    if isinstance(event, CallEnded) and isinstance(event.error, ConnectionLost):
        if isinstance(event.request, v16.CertificateSignedRequest) and station.certificate is None:
            station.certificate = event.request.certificate_chain
