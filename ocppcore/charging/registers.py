"""What a meter's register tells about energy: roll-over, meters that go back, and what was used in which time.

Registers are in any unit, as integers or floats; with integers, everything here is exact.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise


def monotonic(last: float, value: float, modulus: float | None = None) -> float:
    """The register to report when the meter shows `value`, after `last` was reported: never less (1.6 §7.31).

    modulus: where the meter begins at 0 again, None if it never does. What is reported then goes on beyond it. A meter
    that goes back otherwise (exchanged, or a blunder) stands still until it is above its old value again: nobody is
    billed for what can't be proved. With a modulus, going back is what would be more than half a turn forward.
    """
    if modulus is None:
        return max(last, value)
    forward = (value - last) % modulus
    return last + forward if forward <= modulus / 2 else last


def energy(before: float, after: float, modulus: float | None = None) -> float:
    """What went through the meter between two readings: an Energy.*.Interval (1.6 §7.31); never negative."""
    return monotonic(before, after, modulus) - before


class Usage:
    """What was used in one period of a tariff. start, end: seconds; energy: in the unit of the register; charging: the
    seconds in which it rose. What is no charging is idle."""

    __slots__ = ("start", "end", "energy", "charging")

    def __init__(self, start: int, end: int, energy: int, charging: int) -> None:
        self.start = start
        self.end = end
        self.energy = energy
        self.charging = charging

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Usage) and all(getattr(self, name) == getattr(other, name) for name in self.__slots__)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"Usage({self.start}, {self.end}, energy={self.energy}, charging={self.charging})"


Readings = Sequence[tuple[int, int]]  # second and register, in order of time, the register never going back


def usage(readings: Readings, cuts: Iterable[int]) -> list[Usage]:
    """What a session used before, between and after the cuts: the seconds at which the price changes. They lie between
    the readings as if the power had been constant; nothing is lost at them: the energies add up to that of the session.
    """
    if not readings:
        return []
    first, last = readings[0][0], readings[-1][0]
    edges = [first, *sorted({cut for cut in cuts if first < cut < last}), last]
    return [
        Usage(start, end, register_at(readings, end) - register_at(readings, start), charging(readings, start, end))
        for start, end in pairwise(edges)
    ]


def register_at(readings: Readings, t: int) -> int:
    """The register at a second between the first and the last reading, rounded down."""
    for (start, before), (end, after) in pairwise(readings):
        if start <= t < end:
            return before + (after - before) * (t - start) // (end - start)
    return readings[-1][1]


def charging(readings: Readings, start: int, end: int) -> int:
    """The seconds from start to end in which the register rose."""
    rising = [(a, b) for (a, before), (b, after) in pairwise(readings) if after > before]
    return sum(max(0, min(b, end) - max(a, start)) for a, b in rising)
