"""The WebSocket without I/O, for loops of one's own (docs/bindings.md shows one)."""

from __future__ import annotations

from ocppcore.bindings._handshake import Address
from ocppcore.bindings._ws import Closed, Opened, Ponged, State, WebSocket
from ocppcore.csms.admission import Offer

__all__ = ["Address", "Closed", "Offer", "Opened", "Ponged", "State", "WebSocket"]
