"""The security log of a station (W A04.FR.04, N01.FR.05): what happened that somebody should know, critical or not.

It rolls: above MOST_ENTRIES or MOST_BYTES the oldest go. Each entry has a number, counted from 1 since the log began or
was cleared; so the first number tells how many are gone. An entry that was made before the clock was known gets its
time once that is known. A part of the kernel: the security block writes it, GetLog uploads it, the host reads it.
"""

from __future__ import annotations

from collections import deque
from datetime import datetime
from typing import Final

import ujson

from ocppcore.messages.instant import format_instant, parse_instant
from ocppcore.station.store import StateStore
from ocppcore.station.timekeeper import Stamp, Timekeeper

TABLE: Final = "security_log"
MOST_ENTRIES: Final = 2_000
MOST_BYTES: Final = 256 * 1024
OVERHEAD: Final = 64  # bytes of an entry beside its texts, with its key


class SecurityLogEntry:
    """One event. number: its place, from 1; at: when it happened, None while the clock is unknown; type: its name in
    W 8, or a vendor's own; info: more about it, or None."""

    __slots__ = ("number", "at", "type", "info")

    def __init__(self, number: int, at: datetime | None, type: str, info: str | None) -> None:
        self.number = number
        self.at = at
        self.type = type
        self.info = info

    def __repr__(self) -> str:
        return f"SecurityLogEntry({self.number}, {self.at}, {self.type!r}, {self.info!r})"


class SecurityLog:
    """See the module's docstring."""

    def __init__(self, store: StateStore, time: Timekeeper) -> None:
        self._store = store
        self._time = time
        self._sizes: deque[tuple[int, int]] = deque()  # number and bytes of each entry, oldest first
        self._undated: dict[int, Stamp] = {}
        for key, (at, type, info) in store.items(TABLE):
            self._sizes.append((int(key), _size(type, info)))
            if not isinstance(at, str):
                self._undated[int(key)] = Stamp.load(at)
                time.keep(self._undated[int(key)])
        self._bytes = sum(size for _, size in self._sizes)

    def __len__(self) -> int:
        return len(self._sizes)

    @property
    def gone(self) -> int:
        """How many of the oldest entries had to go since the log began or was cleared."""
        return self._sizes[0][0] - 1 if self._sizes else 0

    def add(self, type: str, at: Stamp, info: str | None) -> None:
        """One more. at: when it happened."""
        number = self._sizes[-1][0] + 1 if self._sizes else 1
        self._undated[number] = at
        self._store.put(TABLE, _key(number), [at.dump(), type, info])
        self._sizes.append((number, _size(type, info)))
        self._bytes += self._sizes[-1][1]
        self._date(number)
        while len(self._sizes) > MOST_ENTRIES or self._bytes > MOST_BYTES:
            self._drop()

    def clear(self) -> int:
        """Everything goes; how many that were."""
        count = len(self._sizes)
        while self._sizes:
            self._drop()
        return count

    def date(self) -> None:
        """The clock may be known now: an entry whose time is known keeps it, whatever becomes of the clock."""
        for number in list(self._undated):
            self._date(number)

    def _date(self, number: int) -> None:
        utc = self._time.resolve(self._undated[number])
        if utc is not None:
            _, type, info = self._store.get(TABLE, _key(number))
            self._store.put(TABLE, _key(number), [format_instant(utc), type, info])
            del self._undated[number]

    def entries(self, oldest: datetime | None = None, latest: datetime | None = None) -> list[SecurityLogEntry]:
        """Those from oldest to latest, both included, None for no bound; and those whose time is unknown."""
        return [
            entry
            for entry in map(self._read, self._sizes)
            if entry.at is None
            or ((oldest is None or oldest <= entry.at) and (latest is None or entry.at <= latest))
        ]

    def text(self, oldest: datetime | None = None, latest: datetime | None = None) -> bytes:
        """entries() to be read by people and programs: one line each, time, type and info with a tab between; nothing
        if there are none. What is not printable is escaped, so that no entry can pretend to be two (H23)."""
        lines = [self._line(entry) for entry in self.entries(oldest, latest)]
        if lines and self.gone:
            lines.insert(0, f"# {self.gone} older entries are gone")
        return "".join(f"{line}\n" for line in lines).encode()

    def _line(self, entry: SecurityLogEntry) -> str:
        when = format_instant(entry.at) if entry.at is not None else f"boot {self._undated[entry.number].boot}"
        return "\t".join((when, escaped(entry.type), escaped(entry.info or ""))).rstrip("\t")

    def _read(self, place: tuple[int, int]) -> SecurityLogEntry:
        at, type, info = self._store.get(TABLE, _key(place[0]))
        return SecurityLogEntry(place[0], parse_instant(at) if isinstance(at, str) else None, type, info)

    def _drop(self) -> None:
        number, size = self._sizes.popleft()
        self._bytes -= size
        self._undated.pop(number, None)
        self._store.delete(TABLE, _key(number))


def escaped(text: str) -> str:
    """The text on one line: control characters, line ends and what turns the writing direction as \\x1b or \\u202e."""
    plain = text.replace("\\", "\\\\")
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in plain)


def _size(type: str, info: str | None) -> int:
    """Bytes in the store, about."""
    return OVERHEAD + len(ujson.dumps([type, info]))


def _key(number: int) -> str:
    """Sorts as the number does."""
    return f"{number:012d}"
