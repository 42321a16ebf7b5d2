"""DataTransfer of declared vendors, version-free (1.6 §4.3, §5.6).

The host declares a vendor with a handler for each messageId, None for messages without one; names compare in any
case, as CiStrings do. Whatever else arrives is answered by the standard: UnknownVendorId, UnknownMessageId. What the
host sends of its own accord goes through Station.call().
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ocppcore.errors import SetupError
from ocppcore.messages.text import fold
from ocppcore.station.block import Block
from ocppcore.station.context import Context
from ocppcore.station.setup import VendorHandlers

UNKNOWN_VENDOR = "UnknownVendorId"
UNKNOWN_MESSAGE = "UnknownMessageId"


class DataTransfer(Block):
    """See the module's docstring. A subclass reads and answers the message."""

    def __init__(self, ctx: Context) -> None:
        super().__init__(ctx)
        ctx.vendors = self
        self._vendors: dict[str, dict[str | None, Callable[[Any], Any]]] = {}
        for vendor_id, handlers in ctx.setup.vendors.items():
            self.register(vendor_id, handlers)

    def register(self, vendor_id: str, handlers: VendorHandlers) -> None:
        """See Station.register_vendor."""
        if not 0 < len(vendor_id) <= 255:
            raise SetupError(f"vendor {vendor_id!r}: use 1 to 255 characters")
        self._vendors[fold(vendor_id)] = {_fold(message): handler for message, handler in handlers.items()}

    def find(self, vendor_id: str, message_id: str | None) -> Callable[[Any], Any] | str:
        """The handler, or the status that says what is unknown."""
        handlers = self._vendors.get(fold(vendor_id))
        if handlers is None:
            return UNKNOWN_VENDOR
        return handlers.get(_fold(message_id), UNKNOWN_MESSAGE)


def _fold(message_id: str | None) -> str | None:
    return None if message_id is None else fold(message_id)
