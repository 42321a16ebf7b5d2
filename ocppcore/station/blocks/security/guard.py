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


class Guard:
    """One rate per type, as a theoretical arrival time (GCRA)."""

    def __init__(self) -> None:
        self._due: dict[str, float] = {}  # by type: when its burst is whole again

    def wait(self, type: str, critical: bool, now: float) -> float:
        """Seconds until the next event of the type may pass; 0 if it may now."""
        burst, interval = _rate(critical)
        return max(0.0, self._due.get(type, 0.0) - now - (burst - 1) * interval)

    def passed(self, type: str, critical: bool, now: float) -> None:
        """One has passed."""
        self._due = {other: due for other, due in self._due.items() if due > now}
        self._due[type] = max(self._due.get(type, now), now) + _rate(critical)[1]


def _rate(critical: bool) -> tuple[int, float]:
    return (CRITICAL_BURST, CRITICAL_INTERVAL) if critical else (BURST, INTERVAL)
