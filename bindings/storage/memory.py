"""A store in memory: for tests, for the simulator, and for stations that may forget at power loss."""

from __future__ import annotations

from ocppcore.session.contract import Batch


class MemoryStore:
    """Keeps what it is given in `tables` (table to key to JSON text) for as long as it lives.

    It survives the station that uses it: handing it to a second Station is a restart without power loss.
    """

    def __init__(self) -> None:
        self.tables: dict[str, dict[str, str]] = {}

    def load(self) -> dict[str, dict[str, str]]:
        """A copy of all that is stored: table to key to JSON text."""
        return {table: dict(rows) for table, rows in self.tables.items() if rows}

    def commit(self, batch: Batch) -> None:
        """Take the batch over: the puts first, then the deletes. Never fails."""
        for (table, key), text in batch.puts.items():
            self.tables.setdefault(table, {})[key] = text
        for table, key in batch.deletes:
            self.tables.get(table, {}).pop(key, None)

    def close(self) -> None:
        """Does nothing: what is stored stays readable."""
