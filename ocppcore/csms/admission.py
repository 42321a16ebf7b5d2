"""What a charging station shows when it connects, and how that is judged: identity, credentials, sub-protocols.

The judgement needs no I/O; a binding carries an Offer in and the answer (an HTTP status) out.
"""

from __future__ import annotations

from ocppcore.session.commands import BasicAuth


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
