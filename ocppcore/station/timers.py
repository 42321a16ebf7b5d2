"""Named timers on monotonic time. Setting a name again moves it; nothing here reads a clock."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from heapq import heappop, heappush


class Timers:
    """A heap of (when, name); cancelled and moved entries are dropped when they come up."""

    def __init__(self) -> None:
        self._due: dict[Hashable, tuple[float, int, Callable[[], None]]] = {}
        self._heap: list[tuple[float, int, Hashable]] = []
        self._count = 0

    def set(self, name: Hashable, when: float, action: Callable[[], None]) -> None:
        """Call action() at `when`, once; a timer of the same name is replaced."""
        self._count += 1
        self._due[name] = (when, self._count, action)
        heappush(self._heap, (when, self._count, name))
        if len(self._heap) > 64 and len(self._heap) > 4 * len(self._due):
            self._heap = sorted((when, count, key) for key, (when, count, _) in self._due.items())

    def cancel(self, name: Hashable) -> None:
        """Forget the timer; an unknown name is fine."""
        self._due.pop(name, None)

    def __contains__(self, name: Hashable) -> bool:
        return name in self._due

    def next(self) -> float | None:
        """When the next one is due. Pure for the caller: only dead entries are dropped."""
        while self._heap:
            when, count, name = self._heap[0]
            entry = self._due.get(name)
            if entry is not None and entry[1] == count:
                return when
            heappop(self._heap)
        return None

    def pop_due(self, now: float) -> Callable[[], None] | None:
        """The action of the earliest timer that is due at `now`, taken off; None if there is none."""
        when = self.next()
        if when is None or when > now:
            return None
        _, _, name = heappop(self._heap)
        return self._due.pop(name)[2]
