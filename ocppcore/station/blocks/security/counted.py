"""Security events that are only counted, by kind: how many, and the last of them. A power cut takes little of it.

- The counts that have grown are stored together, once in WINDOW seconds at most, however many events there are; and at
  once when the station hears that it is about to go down.
- The row of a count is deleted in the same batch that stores the event which tells it. So a power cut at any moment
  takes what was counted since the last write, WINDOW seconds at most; and nothing is told that did not happen.
"""

from __future__ import annotations

from typing import Final

from ocppcore.station.blocks.security.guard import Kind
from ocppcore.station.blocks.security.happening import Happening
from ocppcore.station.context import Context
from ocppcore.station.timekeeper import Stamp

TABLE: Final = "security_counted"
WINDOW: Final = 60.0  # seconds
TIMER: Final = "security counts"


class Counted:
    """See the module's docstring."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._counts: dict[Kind, tuple[int, Happening]] = {}
        self._unsaved: set[Kind] = set()

    def load(self) -> list[Kind]:
        """What was counted before the power cut."""
        for _, (count, type, info, critical, at) in self._ctx.store.items(TABLE):
            last = Happening(type, info, critical, self._ctx.now, Stamp.load(at))
            self._counts[last.kind] = count, last
            self._ctx.time.keep(Stamp.load(at))
        return list(self._counts)

    def __contains__(self, kind: Kind) -> bool:
        return kind in self._counts

    def last(self, kind: Kind) -> Happening:
        """The last one that was counted."""
        return self._counts[kind][1]

    def add(self, happening: Happening) -> None:
        """One more."""
        count = self._counts[happening.kind][0] if happening.kind in self else 0
        self._counts[happening.kind] = count + 1, happening
        self._unsaved.add(happening.kind)
        if TIMER not in self._ctx.timers:
            self._ctx.after(TIMER, WINDOW, self.save)

    def take(self, kind: Kind) -> tuple[int, Happening]:
        """How many there were, and the last: they are counted no longer."""
        self._unsaved.discard(kind)
        self._ctx.store.delete(TABLE, _key(kind))
        return self._counts.pop(kind)

    def save(self) -> None:
        """Store what has grown since the last time."""
        for kind in self._unsaved:
            count, last = self._counts[kind]
            last.at = self._ctx.time.stamp(last.when)
            row = [count, last.type, last.info, last.critical, last.at.dump()]
            self._ctx.store.put(TABLE, _key(kind), row)
        self._unsaved.clear()
        self._ctx.timers.cancel(TIMER)


def _key(kind: Kind) -> str:
    type, critical = kind
    return f"{'critical' if critical else 'other'}/{type}"
