"""The authorization cache (1.6 §3.5.1): what the back end said last about the id tokens that were shown here.

Rules: bounded; a full cache loses its not valid entries first, then the valid one that is oldest; an entry whose time
is over is marked Expired, not dropped; it survives a restart (E 3.4). Tokens compare without regard to case (E 3.74).
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from ocppcore.messages.text import fold
from ocppcore.station.id_token import VALID
from ocppcore.station.store import StateStore
from ocppcore.station.timekeeper import is_over

TABLE: Final = "authorization_cache"


class Known:
    """What is known of a token. status: AuthorizationStatus; parent: its group; expires: RFC 3339 text or None."""

    __slots__ = ("status", "parent", "expires", "order")

    def __init__(self, status: str, parent: str | None, expires: str | None = None, order: int = 0) -> None:
        self.status = status
        self.parent = parent
        self.expires = expires
        self.order = order  # in the cache: grows with each entry that is learnt

    @property
    def valid(self) -> bool:
        """Identified and allowed to charge."""
        return self.status in VALID

    def tells_the_same(self, other: Known) -> bool:
        """True if nothing but the order differs."""
        return (self.status, self.parent, self.expires) == (other.status, other.parent, other.expires)


class Cache:
    """size: how many tokens it holds at most. The entries stand in the order in which they were learnt."""

    def __init__(self, store: StateStore, size: int) -> None:
        self._store = store
        self._size = size
        self._entries: dict[str, Known] = {}
        self._last = 0

    def load(self) -> None:
        """Read what is stored."""
        rows = [(key, Known(*fields)) for key, fields in self._store.items(TABLE)]
        self._entries = dict(sorted(rows, key=lambda row: row[1].order))
        self._last = max((entry.order for entry in self._entries.values()), default=0)

    def __len__(self) -> int:
        return len(self._entries)

    def find(self, token: str, utc: datetime | None) -> Known | None:
        """What is known of the token at that time. While UTC is not known, no entry counts as expired."""
        key = fold(token)
        entry = self._entries.get(key)
        if entry is not None and _over(entry, utc):
            entry.status = "Expired"
            self._write(key, entry)
        return entry

    def learn(self, token: str, known: Known, utc: datetime | None) -> None:
        """The back end told about the token."""
        key = fold(token)
        before = self._entries.pop(key, None)
        if before is not None and before.order == self._last and before.tells_the_same(known):
            self._entries[key] = before  # it is the newest, and there is nothing new: spare the write
            return
        if len(self._entries) >= self._size:
            self._make_room(utc)
        self._last += 1
        known.order = self._last
        self._entries[key] = known
        self._write(key, known)

    def forget(self, token: str) -> None:
        """The token has no place here any more."""
        if self._entries.pop(fold(token), None) is not None:
            self._store.delete(TABLE, fold(token))

    def clear(self) -> None:
        """Forget all (§5.4)."""
        for key in list(self._entries):
            self.forget(key)

    def _make_room(self, utc: datetime | None) -> None:
        useless = [key for key, entry in self._entries.items() if not entry.valid or _over(entry, utc)]
        for key in useless or [next(iter(self._entries))]:
            self.forget(key)

    def _write(self, key: str, entry: Known) -> None:
        self._store.put(TABLE, key, [entry.status, entry.parent, entry.expires, entry.order])


def _over(entry: Known, utc: datetime | None) -> bool:
    """Its validity has come to an end, and it is not marked yet."""
    return entry.valid and is_over(entry.expires, utc)
