"""The WebSocket without I/O, for loops of one's own (docs/bindings.md shows one)."""

from __future__ import annotations

from ocppcore.bindings._extras import lacking

try:
    from ocppcore.bindings._handshake import Address
    from ocppcore.bindings._tls_client import client_context, verified_by
    from ocppcore.bindings._ws import Closed, Opened, Ponged, State, WebSocket
    from ocppcore.csms.admission import Offer
    from ocppcore.session.contract import Connection
    from ocppcore.version import SUBPROTOCOLS
except ModuleNotFoundError as error:
    raise lacking(error) from None

__all__ = [
    "Address", "Closed", "Offer", "Opened", "Ponged", "State", "WebSocket", "client_context", "tell", "verified_by",
]  # fmt: skip


def tell(connection: Connection, ws: WebSocket, now: float) -> None:
    """Tell a connection what has happened on its WebSocket since the last time. A server decides about an Offer itself,
    before it knows whose connection it is."""
    for event in ws.events():
        if isinstance(event, str):
            connection.receive(event, now)
        elif isinstance(event, Ponged):
            connection.pong(now)
        elif isinstance(event, Opened):
            connection.connected(SUBPROTOCOLS[event.subprotocol], now)
        elif isinstance(event, Closed):
            connection.disconnected(event.reason, now)
