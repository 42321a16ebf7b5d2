"""Who may connect: what a station shows in its opening handshake, and the two ways to carry out the judgement.

The judgement needs no I/O (see door.py); a binding brings the Offer and carries out Accept or Reject.
"""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable

from ocppcore.session.commands import BasicAuth, Command

Authenticator = Callable[[str, str, bytes], bool | Awaitable[bool]]
"""authenticate(identity, user, key): True if this key opens this identity, or an awaitable of that. The user is known
to equal the identity."""


class ClientCertificate:
    """The certificate that a station showed in TLS, once its path is validated (W A00.FR.403): facts, not a judgement.

    common_names, organizations: CN and O of its subject; serial_number: upper-case hex; der: all of it.
    """

    __slots__ = ("common_names", "organizations", "serial_number", "der")

    def __init__(
        self,
        common_names: tuple[str, ...],
        organizations: tuple[str, ...],
        serial_number: str = "",
        der: bytes = b"",
    ) -> None:
        self.common_names = common_names
        self.organizations = organizations
        self.serial_number = serial_number
        self.der = der

    def __repr__(self) -> str:
        return f"ClientCertificate({self.common_names!r}, {self.organizations!r}, {self.serial_number!r})"


class Offer:
    """The opening handshake of one station (J §3.1).

    identity: from the URL, percent-decoded; None where the URL has none.
    auth: the Basic credentials (J §6.2.2), or None. subprotocols: in the station's order.
    peer: where it comes from, for the log; address: the IP address of that, for what is limited per address.
    secure: the connection is TLS. certificate: the station's own, if it showed one.
    """

    __slots__ = ("identity", "auth", "subprotocols", "peer", "address", "secure", "certificate")

    def __init__(
        self,
        identity: str | None,
        auth: BasicAuth | None,
        subprotocols: tuple[str, ...],
        peer: str = "",
        *,
        address: str = "",
        secure: bool = False,
        certificate: ClientCertificate | None = None,
    ) -> None:
        self.identity = identity
        self.auth = auth
        self.subprotocols = subprotocols
        self.peer = peer
        self.address = address
        self.secure = secure
        self.certificate = certificate

    def __repr__(self) -> str:
        return f"Offer({self.identity!r}, {self.auth!r}, {self.subprotocols!r}, {self.peer!r})"


class Accept(Command):
    """Finish the handshake with this sub-protocol, then connected(). None: there is none in common, so finish it
    without one and close at once (J §3.2)."""

    __slots__ = ("subprotocol",)

    def __init__(self, id: int, deadline: float, subprotocol: str | None) -> None:
        super().__init__(id, deadline)
        self.subprotocol = subprotocol


class Reject(Command):
    """Answer the handshake with this HTTP status; then there is no connection. retry_after: seconds, for a header of
    that name (RFC 9110 §10.2.3), or None."""

    __slots__ = ("status", "retry_after")

    def __init__(self, id: int, deadline: float, status: int, retry_after: int | None = None) -> None:
        super().__init__(id, deadline)
        self.status = status
        self.retry_after = retry_after


def same(one: str, other: str) -> bool:
    """Equal, in a time that does not tell how much of them is."""
    return hmac.compare_digest(*(text.encode("utf-8", "surrogatepass") for text in (one, other)))
