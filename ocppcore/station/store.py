"""The station's state in memory, by (table, key), and the writes that a step has staged.

State is loaded once, at the start. A step collects its writes here; take_batch() makes one Batch of them.
Values are JSON values; they are kept as texts, so that a block can't change what is stored by accident.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import ujson

from ocppcore.session.contract import Batch


class StateStore:
    """Tables of JSON values. state: what a storage's load() gave, table to key to JSON text."""

    def __init__(self, state: Mapping[str, Mapping[str, str]] | None = None) -> None:
        self._tables: dict[str, dict[str, str]] = {name: dict(rows) for name, rows in (state or {}).items()}
        self._staged: dict[tuple[str, str], str | None] = {}
        self._last_id = 0

    def get(self, table: str, key: str, default: Any = None) -> Any:
        """The value, or the default."""
        text = self._tables.get(table, {}).get(key)
        return default if text is None else ujson.loads(text)

    def keys(self, table: str) -> list[str]:
        """The keys of a table, sorted."""
        return sorted(self._tables.get(table, ()))

    def items(self, table: str) -> Iterator[tuple[str, Any]]:
        """Keys, sorted, with their values."""
        for key in self.keys(table):
            yield key, self.get(table, key)

    def put(self, table: str, key: str, value: Any) -> None:
        """Stage a write. An equal value costs nothing."""
        text = ujson.dumps(value, escape_forward_slashes=False)
        rows = self._tables.setdefault(table, {})
        if rows.get(key) != text:
            rows[key] = text
            self._staged[table, key] = text

    def delete(self, table: str, key: str) -> None:
        """Stage a deletion; of a key that is not there, nothing happens."""
        if self._tables.get(table, {}).pop(key, None) is not None:
            self._staged[table, key] = None

    @property
    def staged(self) -> bool:
        """True if writes wait for take_batch()."""
        return bool(self._staged)

    def take_batch(self) -> Batch | None:
        """What was staged since the last time, as one batch; None if nothing was."""
        if not self._staged:
            return None
        staged, self._staged = self._staged, {}
        self._last_id += 1
        puts = {place: text for place, text in staged.items() if text is not None}
        return Batch(self._last_id, puts, frozenset(place for place, text in staged.items() if text is None))
