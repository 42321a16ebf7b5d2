"""Who may connect: what a station shows in its opening handshake, the judgement, and the two ways to carry it out.

The judgement needs no I/O; a binding brings the Offer and carries out Accept or Reject.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping

from ocppcore.session.commands import BasicAuth, Command

Authenticator = Callable[[str, str, bytes], bool]
"""authenticate(identity, user, key): True if this key opens this identity. The user is known to equal the identity."""

_NO_KEY = b"\0" * 20


class Offer:
    """The opening handshake of one station (J §3.1).

    identity: from the URL, percent-decoded; None where the URL has none.
    auth: the Basic credentials (J §6.2.2), or None. subprotocols: in the station's order.
    peer: where it comes from, for the log.
    """

    __slots__ = ("identity", "auth", "subprotocols", "peer")

    def __init__(
        self, identity: str | None, auth: BasicAuth | None, subprotocols: tuple[str, ...], peer: str = ""
    ) -> None:
        self.identity = identity
        self.auth = auth
        self.subprotocols = subprotocols
        self.peer = peer

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
    """Answer the handshake with this HTTP status; then there is no connection."""

    __slots__ = ("status",)

    def __init__(self, id: int, deadline: float, status: int) -> None:
        super().__init__(id, deadline)
        self.status = status


def same(one: str, other: str) -> bool:
    """Equal, in a time that does not tell how much of them is."""
    return hmac.compare_digest(*(text.encode("utf-8", "surrogatepass") for text in (one, other)))


def keys(keys: Mapping[str, bytes]) -> Authenticator:
    """An authenticator from identities and their keys (octets). An unknown identity takes as long as a wrong key."""

    def authenticate(identity: str, user: str, key: bytes) -> bool:
        return hmac.compare_digest(keys.get(identity, _NO_KEY), key) and identity in keys

    return authenticate
