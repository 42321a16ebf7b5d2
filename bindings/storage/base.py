"""What a store offers. It is used by one station at a time; a batch is written whole or not at all."""

from __future__ import annotations

from typing import Protocol

from ocppcore.session.contract import Batch


class Store(Protocol):
    """Keeps JSON texts by (table, key)."""

    def load(self) -> dict[str, dict[str, str]]:
        """All that is stored: table to key to JSON text. Read once, at the start. Raises StorageError."""
        ...

    def commit(self, batch: Batch) -> None:
        """Make the batch durable before returning. Raises StorageError, with nothing of the batch written."""

    def close(self) -> None:
        """Let go of the store. Twice is harmless."""
