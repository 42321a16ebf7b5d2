"""One profile's schedule as arrays of 64-bit integers: what it says at a second, and until when that holds. Compiled.

A Timetable speaks at t, or it is silent: before it is valid, before its start, after its end. look() leaves what it
says in `amount` (millionths of its unit) and `phases`, and in `until` the first second after t at which it can say
something else, not looking beyond; NEVER if there is none.
"""

from __future__ import annotations

from array import array

from ocppcore.charging.profile import CYCLES, Kind, Profile, Purpose
from ocppcore.charging.units import EARLIEST, MOST_LIMIT, NEVER, Unit, as_millionths, as_phases


def converted(amount: int, in_watts: bool, own_phases: int, watts: bool, phases: int, volts: int) -> int:
    """An amount in millionths of a unit, in the unit asked for (1.6 §7.12, E 3.34): the only place for this rule.

    W is the sum of all phases, A is per phase. own_phases, those of the schedule period, make amperes of watts; phases,
    the fewest that any limit allows at the time, make watts of amperes: so no limit is exceeded in either unit
    (§3.13.3). Rounded down.
    """
    if in_watts == watts:
        return amount
    if watts:
        return amount * volts * phases
    return amount // (volts * own_phases)


class Timetable:
    """See the module's docstring. profile: where it comes from; least: its minChargingRate in millionths, 0 if none."""

    __slots__ = (
        "profile", "id", "why", "valid_from", "valid_to", "start", "floating", "cycle", "length", "in_watts", "least",
        "count", "starts", "amounts", "numbers", "step", "since", "anchor", "speaks", "amount",
        "phases", "until",
    )  # fmt: skip

    def __init__(self, profile: Profile) -> None:
        self.profile = profile
        self.id = profile.id
        self.why = profile.purpose
        self.valid_from = EARLIEST if profile.valid_from is None else profile.valid_from
        self.valid_to = NEVER if profile.valid_to is None else profile.valid_to
        # A profile of the station belongs to no transaction: without a start of its own it begins when it is received.
        of_station = profile.purpose is Purpose.StationMax
        self.floating = profile.floating and not of_station
        begin = profile.received if profile.floating else profile.start_schedule
        self.start = 0 if self.floating or begin is None else begin
        recurrency = profile.recurrency if profile.kind is Kind.Recurring else None
        self.cycle = 0 if recurrency is None else CYCLES[recurrency]
        self.length = NEVER if profile.duration is None else profile.duration
        self.in_watts = profile.unit is Unit.W
        least = profile.min_charging_rate
        self.least = 0 if least is None else as_millionths("min_charging_rate", least, MOST_LIMIT)
        self.since = NEVER
        self.anchor = 0
        self.speaks = False
        self.until = NEVER
        self.step = 0
        self.amount = 0
        self.phases = 3
        self._fill(profile)

    def _fill(self, profile: Profile) -> None:
        """The arrays. Neighbours that say the same are one."""
        rows: list[tuple[int, int, int]] = []
        for start, limit, number in profile.periods:
            row = (start, as_millionths("limit", limit, MOST_LIMIT), as_phases("number_phases", number))
            if not rows or rows[-1][1:] != row[1:]:
                rows.append(row)
        self.count = len(rows)
        self.starts = array("q", [row[0] for row in rows])
        self.amounts = array("q", [row[1] for row in rows])
        self.numbers = array("q", [row[2] for row in rows])

    def look(self, t: int, anchor: int) -> bool:
        """True if it speaks at t; then sets amount and phases. Sets until. anchor: when charging began.

        What was found last holds until then, and is not looked for again.
        """
        if not self.since <= t < self.until or anchor != self.anchor and self.floating:
            self.since, self.anchor = t, anchor
            self.speaks = self._find(t, anchor)
        return self.speaks

    def _find(self, t: int, anchor: int) -> bool:
        if t < self.valid_from:
            self.until = self.valid_from
            return False
        self.until = NEVER
        if t >= self.valid_to:  # 1.6 §7.8: there it stops to be valid
            return False
        base = anchor if self.floating else self.start
        if t < base:  # a recurring one as well: what begins in the future is not imposed before (K01.FR.30)
            self.until = base
            return False
        if self.cycle:
            base = t - (t - base) % self.cycle
            self.until = base + self.cycle
        if t - base >= self.length:
            if self.until >= self.valid_to:
                self.until = NEVER  # no other round before it becomes void
            return False
        # What lies behind the end of the round (E 3.43), of the duration (§5.16.4) or of the validity never runs.
        self.until = min(self.until, base + self.length, self.valid_to)
        self._step_to(t - base)
        if self.step + 1 < self.count:
            self.until = min(self.until, base + self.starts[self.step + 1])
        return True

    def _step_to(self, offset: int) -> None:
        """The step in force at the offset: a walk from the one before, since questions come in order of time."""
        step = self.step if self.starts[self.step] <= offset else 0
        while step + 1 < self.count and self.starts[step + 1] <= offset:
            step += 1
        self.step, self.amount, self.phases = step, self.amounts[step], self.numbers[step]

    def once(self, t: int, anchor: int) -> int:
        """The first second after t at which it changes other than from round to round; NEVER if there is none.

        Between two such events, a recurring timetable is the same every week.
        """
        if not self.cycle:
            self.look(t, anchor)
            return self.until
        base = anchor if self.floating else self.start
        event = NEVER
        if self.valid_to > t:
            event = self.valid_to
        if event > base > t:
            event = base
        if event > self.valid_from > t:
            event = self.valid_from
        return event
