"""The limit at a second, evaluated slowly and obviously: every round of every schedule is written out as segments on
the time line, and the segments are searched one by one. It shares no code with ocppcore.charging but the inputs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from ocppcore.charging import Profile

FOREVER = 10**15
CYCLES = {"Daily": 24 * 3600, "Weekly": 7 * 24 * 3600}


class Bound(NamedTuple):
    """An amount in millionths of a unit."""

    amount: int
    unit: str
    phases: int


class Segment(NamedTuple):
    """What a profile says from first up to, not including, last."""

    first: int
    last: int
    bound: Bound


class World(NamedTuple):
    """A station. caps: by EVSE, (limit, unit, phases) each; transactions: by EVSE, (began, id)."""

    profiles: Sequence[Profile]
    caps: Mapping[int, Sequence[tuple[float, str, int]]]
    transactions: Mapping[int, tuple[int, int | None]]
    volts: int


def micro(limit: float) -> int:
    return int((Decimal(str(limit)) * 1_000_000).to_integral_value())


def rounds(profile: Profile, anchor: int, first: int, last: int) -> Iterator[tuple[int, int]]:
    """Begin and end of every run of the schedule that touches first to last."""
    begin = profile.start_schedule
    if profile.kind == "Relative" or begin is None:
        begin = anchor if profile.purpose != "ChargingStationMaxProfile" else profile.received
    assert begin is not None
    duration = FOREVER if profile.duration is None else profile.duration
    if profile.kind != "Recurring":
        yield begin, begin + duration
        return
    cycle = CYCLES[str(profile.recurrency)]
    while begin <= last:
        if begin + cycle >= first:
            yield begin, begin + min(cycle, duration)
        begin += cycle


def segments(profile: Profile, anchor: int, first: int, last: int) -> list[Segment]:
    """Everything that the profile says between first and last."""
    result = []
    valid_from = -FOREVER if profile.valid_from is None else profile.valid_from
    valid_to = FOREVER if profile.valid_to is None else profile.valid_to
    for begin, end in rounds(profile, anchor, first, last):
        for number, (start, limit, phases) in enumerate(profile.periods):
            behind = profile.periods[number + 1][0] if number + 1 < len(profile.periods) else FOREVER
            low, high = max(begin + start, valid_from), min(begin + behind, end, valid_to)
            if low < high:
                result.append(Segment(low, high, Bound(micro(limit), str(profile.unit), phases or 3)))
    return result


class Oracle:
    """One station, over the time from first to last. begins: when a transaction would begin where none runs."""

    def __init__(self, world: World, first: int, last: int, begins: int) -> None:
        self.world = world
        self.tables: dict[tuple[int, int], list[Segment]] = {}
        for evse in world.caps:
            anchor = world.transactions[evse][0] if evse in world.transactions else begins
            for profile in world.profiles:
                self.tables[evse, profile.id] = segments(profile, anchor, first, last)

    def says(self, profile: Profile, evse: int, t: int) -> Bound | None:
        for segment in self.tables[evse, profile.id]:
            if segment.first <= t < segment.last:
                return segment.bound
        return None

    def applies(self, profile: Profile, evse: int) -> bool:
        if profile.purpose == "ChargingStationMaxProfile":
            return evse == 0
        if evse == 0 or profile.evse not in (0, evse):
            return False
        if profile.purpose == "TxProfile":
            running = self.world.transactions.get(evse)
            return running is not None and profile.transaction in (None, running[1])
        return profile.evse == evse or not any(
            other.purpose == "TxDefaultProfile" and other.evse == evse and other.stack_level == profile.stack_level
            for other in self.world.profiles
        )

    def prevailing(self, evse: int, t: int) -> Bound | None:
        """The highest stack level that speaks, TxProfiles before others."""
        mine = [profile for profile in self.world.profiles if self.applies(profile, evse)]
        for tx in (True, False):
            for profile in sorted(mine, key=lambda profile: -profile.stack_level):
                if (profile.purpose == "TxProfile") is tx and (bound := self.says(profile, evse, t)) is not None:
                    return bound
        return None

    def bounds(self, evse: int, t: int) -> list[Bound]:
        caps = [Bound(micro(limit), unit, phases) for limit, unit, phases in self.world.caps[evse]]
        prevailing = self.prevailing(evse, t)
        return caps if prevailing is None else [prevailing, *caps]

    def convert(self, bound: Bound, unit: str, phases: int) -> int:
        if bound.unit == unit:
            return bound.amount
        if unit == "W":
            return bound.amount * self.world.volts * phases
        return int(Fraction(bound.amount, self.world.volts * bound.phases))

    def limit(self, evse: int, t: int, unit: str) -> tuple[int, int]:
        """Millionths of the unit, and phases."""
        station = self.bounds(0, t)
        most = min([bound.phases for bound in station], default=3)
        if evse:
            every = station + self.bounds(evse, t)
            phases = min(bound.phases for bound in every)
            return min(self.convert(bound, unit, phases) for bound in every), phases
        own = []
        for number in self.world.caps:
            if number:
                mine = self.bounds(number, t)
                phases = min(most, *(bound.phases for bound in mine))
                own.append((min(self.convert(bound, unit, phases) for bound in mine), phases))
        phases = max(phases for _, phases in own)
        total = sum(limit for limit, _ in own)
        return min([total, *(self.convert(bound, unit, phases) for bound in station)]), phases

    def instants(self, first: int, last: int) -> list[int]:
        """Every second from first to last at which anything begins or ends, and its neighbours."""
        edges = {edge for table in self.tables.values() for segment in table for edge in segment[:2]}
        return sorted({t for edge in edges for t in (edge - 1, edge, edge + 1) if first <= t <= last} | {first, last})
