"""The limit at a second, its next change, and the composite schedule, from timetables and caps. Compiled.

The rules, each stated once:
- Of an EVSE's timetables, in the order of precedence that the ProfileSet gives them, the first that speaks prevails.
- The limit is the lowest of all that holds at the time: the prevailing profile, the prevailing profile of the station
  (§3.13.3: whole, also where other EVSEs use a part of it), the caps of the EVSE and of the station. The number of
  phases is the lowest as well. Caps always hold, so there is always a limit.
- EVSE 0, the station: the sum over the EVSEs, idle ones included, under the profile and the caps of the station (§5.7).
- Where no transaction runs, the calculation is for one that would begin at `begins` (K08.FR.06).

A calculation leaves its result in the fields _limit, _phases, _by and _until: a Calculator serves one thread.
"""

from __future__ import annotations

from ocppcore.charging.limits import Cap, Limit, Period
from ocppcore.charging.timetable import Timetable, converted
from ocppcore.charging.units import EARLIEST, LATEST, MOST_SECONDS, NEVER, Unit, as_integer, as_unit

WEEK = 604_800  # recurring timetables taken together repeat themselves after this
MOST_STEPS = 10_000  # instants that one schedule looks at: a bound on its time, whatever is installed
MOST_LOOKS = 50_000  # the same for a search; more than all profiles of a station of default limits change in a week
TENTH = 100_000  # millionths
MOST_PERIODS = 1024
A, W = Unit.A, Unit.W


class Plan:
    """What holds for one EVSE, or for the station as a whole (evse 0), besides the others.

    tables: in order of precedence. caps: the rating first. phases: the fewest that the caps allow.
    running: a transaction runs; began: since when, in seconds of UTC.
    """

    __slots__ = ("evse", "tables", "caps", "phases", "running", "began")

    def __init__(self, evse: int, caps: list[Cap]) -> None:
        self.evse = evse
        self.tables: list[Timetable] = []
        self.running = False
        self.began = 0
        self.set_caps(caps)

    def set_caps(self, caps: list[Cap]) -> None:
        """Other caps."""
        self.caps = caps
        self.phases = min([cap.phases for cap in caps], default=3)  # no generator: Cython leaks a reference


class Calculator:
    """See the module's docstring. plans: the station's first, then the EVSEs'; volts: between line and neutral."""

    __slots__ = ("plans", "count", "volts", "_limit", "_phases", "_by", "_until", "_mark")

    def __init__(self, plans: list[Plan], volts: int) -> None:
        self.plans = plans
        self.count = len(plans)
        self.volts = volts
        self._limit = 0
        self._phases = 0
        self._by: object = None
        self._until = 0
        self._mark = 0

    def limit_at(self, t: int, evse: int, unit: str = "A", begins: int | None = None) -> Limit:
        """The limit of an EVSE at a second of UTC; evse 0: of the station. Not shared out: see ProfileSet.in_force().

        begins: when the transaction would begin, where none runs; None: at t.
        """
        at, watts = self._instant("t", t), self._watts(unit)
        self._evaluate(self._evse(evse), at, at if begins is None else self._instant("begins", begins), watts)
        return self._result(watts)

    def next_change(self, t: int, evse: int | None = None, unit: str = "A", begins: int | None = None) -> int | None:
        """The first second after t at which limit or phases of limit_at() differ from those at t; None: never.

        Without evse: at which in_force() can differ, given the same transactions, demand and restrictions. Exact,
        unless 50,000 changes of profiles on the way change nothing: then all stays the same up to that second.
        """
        at, watts = self._instant("t", t), self._watts(unit)
        begin = at if begins is None else self._instant("begins", begins)
        if evse is not None:
            first = self._search(self._evse(evse), at, begin, watts, False)
        else:
            first = NEVER
            for plan in self.plans:
                if plan.running or plan.evse == 0:
                    first = min(first, self._search(plan.evse, at, begin, watts, True))
        return None if first == NEVER else first

    def composite(
        self,
        evse: int,
        start: int,
        duration: int,
        unit: str = "A",
        begins: int | None = None,
        max_periods: int = MOST_PERIODS,
    ) -> list[Period]:
        """The composite schedule (1.6 §5.7): from start, a second of UTC, for duration seconds. Its first period is at
        0, and neighbours that are the same on the wire are one.

        begins: when the transaction would begin, where none runs; None: at start. The schedule ends earlier, where its
        last period ends, if it would have more than max_periods, or if more than 10,000 changes would have to be
        looked at.
        """
        first, watts = self._instant("start", start), self._watts(unit)
        last = first + as_integer("duration", duration, 1, MOST_SECONDS)
        begin = first if begins is None else self._instant("begins", begins)
        most = as_integer("max_periods", max_periods, 1, MOST_STEPS)
        return self._compose(self._evse(evse), first, last, begin, watts, most)

    def prevailing(self, t: int, evse: int, begins: int | None = None) -> Timetable | None:
        """The timetable that prevails for an EVSE at t, or among those of the station (evse 0); None if all are silent.
        It holds its amount, phases and until for t until it is asked again."""
        at = self._instant("t", t)
        self._until = NEVER
        return self._pick(self.plans[self._evse(evse)], at, at if begins is None else self._instant("begins", begins))

    def _compose(self, evse: int, first: int, last: int, begins: int, watts: bool, most: int) -> list[Period]:
        periods: list[Period] = []
        period = Period.__new__(Period)
        steps, count, at, limit, phases = 0, 0, first, -1, 0
        while at < last and steps < MOST_STEPS:
            self._evaluate(evse, at, begins, watts)
            tenths = self._limit // TENTH
            if tenths != limit or self._phases != phases:
                if count == most:
                    break
                limit, phases = tenths, self._phases
                period.end = at - first
                period = Period.__new__(Period)
                period.start, period.limit, period.phases = at - first, limit / 10, phases
                periods.append(period)
                count += 1
            at = self._until
            steps += 1
        period.end = min(at, last) - first
        return periods

    def _search(self, evse: int, t: int, begins: int, watts: bool, raw: bool) -> int:
        """The first second after t at which what _probe() finds differs; NEVER if there is none.

        What recurs is told by one week, unless something else happens: then the search goes on behind that event.
        """
        self._probe(evse, t, begins, watts, raw)
        limit, phases, mark = self._limit, self._phases, self._mark
        since, at, event = t, self._until, self._event(evse, t, begins)
        for _ in range(MOST_LOOKS):
            if at >= event or at - since >= WEEK:
                if event == NEVER:
                    return NEVER
                since = at = event
                event = self._event(evse, at, begins)
            self._probe(evse, at, begins, watts, raw)
            if self._limit != limit or self._phases != phases or self._mark != mark:
                return at
            at = self._until
        return at

    def _probe(self, evse: int, t: int, begins: int, watts: bool, raw: bool) -> None:
        """The limit at t; raw: what the EVSE's prevailing profile says, before anything is done with it."""
        self._mark = 0
        if raw:
            self._until = NEVER
            self._limit, self._phases = -1, 0
            table = self._pick(self.plans[evse], t, begins)
            if table is not None:
                self._limit, self._phases = table.amount, table.phases
                self._mark = table.least * 2 + table.in_watts
        else:
            self._evaluate(evse, t, begins, watts)

    def _event(self, evse: int, t: int, begins: int) -> int:
        """The first second after t at which a timetable that counts for the EVSE does what it does but once."""
        event = NEVER
        for plan in self.plans:
            if evse == 0 or plan.evse == 0 or plan.evse == evse:
                for table in plan.tables:
                    event = min(event, table.once(t, plan.began if plan.running else begins))
        return event

    def _evaluate(self, evse: int, t: int, begins: int, watts: bool) -> None:
        """The limit of an EVSE, or of the station: _limit, _phases, _by; valid until _until."""
        self._until = NEVER
        station = self.plans[0]
        group = self._pick(station, t, begins)
        most = station.phases
        if group is not None:
            most = min(most, group.phases)
        if evse:
            self._own(self.plans[evse], t, begins, watts, most)
        else:
            self._sum(t, begins, watts, most)
        if group is not None:
            self._lower(group.amount, group.in_watts, group.phases, watts, group)
        self._lower_to_caps(station, watts)

    def _own(self, plan: Plan, t: int, begins: int, watts: bool, most: int) -> None:
        """The limit of an EVSE by itself. most: the phases that the station allows."""
        table = self._pick(plan, t, begins)
        self._limit, self._phases = NEVER, min(most, plan.phases)
        if table is not None:
            self._phases = min(self._phases, table.phases)
            self._lower(table.amount, table.in_watts, table.phases, watts, table)
        self._lower_to_caps(plan, watts)

    def _sum(self, t: int, begins: int, watts: bool, most: int) -> None:
        """What all EVSEs together may take; amperes are added as if all used the same phases."""
        total, phases = 0, 1
        for plan in self.plans:
            if plan.evse:
                self._own(plan, t, begins, watts, most)
                total += self._limit
                phases = max(phases, self._phases)
        self._limit, self._phases, self._by = total, phases, None

    def _pick(self, plan: Plan, t: int, begins: int) -> Timetable | None:
        """The timetable that prevails at t; lowers _until to where that can change."""
        anchor = plan.began if plan.running else begins
        for table in plan.tables:
            speaks = table.look(t, anchor)
            if table.until < self._until:
                self._until = table.until
            if speaks:
                return table
        return None

    def _lower(self, amount: int, in_watts: bool, phases: int, watts: bool, by: Timetable | Cap) -> None:
        """One more that limits."""
        limit = converted(amount, in_watts, phases, watts, self._phases, self.volts)
        if limit < self._limit:
            self._limit, self._by = limit, by

    def _lower_to_caps(self, plan: Plan, watts: bool) -> None:
        for cap in plan.caps:
            self._lower(cap.amount, cap.in_watts, cap.phases, watts, cap)

    def _result(self, watts: bool) -> Limit:
        result = Limit.__new__(Limit)
        result.millionths, result.phases, result.unit = self._limit, self._phases, W if watts else A
        result.why, result.profile = "evses", None
        if isinstance(self._by, Timetable):
            table = self._by
            result.why, result.profile = table.why, table.id
        elif isinstance(self._by, Cap):
            cap = self._by
            result.why = cap.source
        return result

    # The checks of units.py, the good case in C

    def _watts(self, unit: str) -> bool:
        if unit == "A":
            return False
        return unit == "W" or as_unit("unit", unit) is W

    def _evse(self, evse: int) -> int:
        if type(evse) is int and 0 <= evse < self.count:
            return evse
        return as_integer("evse", evse, 0, self.count - 1)

    def _instant(self, field: str, t: int) -> int:
        if type(t) is int and EARLIEST <= t <= LATEST:
            return t
        return as_integer(field, t, EARLIEST, LATEST)
