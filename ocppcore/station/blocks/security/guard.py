"""A guard against repetition: what happens again and again is counted, not reported each time.

Of each type BURST events pass, then one more with every INTERVAL; those of the list of critical ones are let through
more often. So a back end that refuses the station for a day, or sends it nonsense all the time, leaves some thirty
entries, not ten thousand.
"""

from __future__ import annotations

from typing import Final

BURST: Final = 10
INTERVAL: Final = 3600.0  # seconds
CRITICAL_BURST: Final = 30
CRITICAL_INTERVAL: Final = 60.0


Kind = tuple[str, bool]
"""A type, and whether its events are critical: of a type of the host's own, some may be."""


class Guard:
    """One rate per kind, as a theoretical arrival time (GCRA)."""

    def __init__(self) -> None:
        self._due: dict[Kind, float] = {}  # when the burst of a kind is whole again

    def wait(self, kind: Kind, now: float) -> float:
        """Seconds until the next event of that kind may pass; 0 if it may now."""
        burst, interval = _rate(kind)
        return max(0.0, self._due.get(kind, 0.0) - now - (burst - 1) * interval)

    def passed(self, kind: Kind, now: float) -> None:
        """One has passed."""
        self._due = {other: due for other, due in self._due.items() if due > now}
        self._due[kind] = max(self._due.get(kind, now), now) + _rate(kind)[1]


def _rate(kind: Kind) -> tuple[int, float]:
    return (CRITICAL_BURST, CRITICAL_INTERVAL) if kind[1] else (BURST, INTERVAL)
