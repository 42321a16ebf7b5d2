"""The charging profiles of a station: which are installed, which count for which EVSE, and what follows from them.

- One profile per id, and one per purpose, stack level and EVSE: a new one replaces what it equals (1.6 §5.16.3).
- For an EVSE count the TxProfiles of its transaction, by stack level, and behind them the TxDefaultProfiles, its own
  and those of EVSE 0, by stack level; at the same level its own replaces that of EVSE 0 (§3.13.1), also while silent.
  Which of them prevails is a question of the instant: see Calculator.
- Nothing here reads a clock, and nothing is stored: a station that starts anew begins its transactions and installs its
  profiles again.

All instants are whole seconds of UTC. What is wrong raises FieldError, a ValueError that names the field, and changes
nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ocppcore.charging.calculator import Calculator, Plan
from ocppcore.charging.explain import Explanation, rank, silence, standing
from ocppcore.charging.limits import RATING, Cap, Limit
from ocppcore.charging.profile import MOST_LEVEL, MOST_PERIODS, Profile, Purpose
from ocppcore.charging.sharing import Claim, share
from ocppcore.charging.timetable import Timetable, converted
from ocppcore.charging.units import (
    EARLIEST,
    LATEST,
    MOST_LIMIT,
    MOST_VOLTS,
    FieldError,
    Unit,
    as_integer,
    as_millionths,
    as_unit,
)

MOST_EVSES = 300  # more ratings in watts would not fit into 64 bits
MOST_PROFILES = 1000
SHARED = "shared"


class ProfileSet(Calculator):
    """See the module's docstring.

    evses: the rating of each EVSE, from EVSE 1 on. station: the rating of the grid connection, None: the EVSEs' in all.
    volts: the nominal voltage between line and neutral, for A to W and back (1.6 §7.12). units: in which profiles may
    be (ChargingScheduleAllowedChargingRateUnit). max_stack_level, max_periods, max_profiles: 1.6 §9.4.1, 9.4.3, 9.4.5.
    """

    __slots__ = ("units", "max_stack_level", "max_periods", "max_profiles", "_tables", "_transactions", "_levels")

    def __init__(
        self,
        evses: Sequence[Cap],
        station: Cap | None = None,
        *,
        volts: int = 230,
        units: Sequence[str] = ("A", "W"),
        max_stack_level: int = 100,
        max_periods: int = MOST_PERIODS,
        max_profiles: int = 100,
    ) -> None:
        as_integer("evses", len(evses), 1, MOST_EVSES)
        plans = [Plan(0, [] if station is None else [station])]
        plans += [Plan(number, [rating]) for number, rating in enumerate(evses, 1)]
        super().__init__(plans, as_integer("volts", volts, 1, MOST_VOLTS))
        self.units = frozenset(as_unit("units", name) for name in units)
        self.max_stack_level = as_integer("max_stack_level", max_stack_level, 0, MOST_LEVEL)
        self.max_periods = as_integer("max_periods", max_periods, 1, MOST_PERIODS)
        self.max_profiles = as_integer("max_profiles", max_profiles, 1, MOST_PROFILES)
        self._tables: dict[int, Timetable] = {}  # by id
        self._transactions: dict[int, int | str | None] = {}  # of running ones, by EVSE
        self._levels: dict[tuple[int, int], int] = {}  # TxDefaultProfiles of EVSEs: EVSE and stack level to id

    # Profiles

    @property
    def profiles(self) -> list[Profile]:
        """All that are installed."""
        return [table.profile for table in self._tables.values()]

    def check(self, profile: Profile, starting: bool = False) -> None:
        """FieldError if the profile can't be installed now. starting: it comes with the wish to start a transaction
        (1.6 §5.16.2, E 3.41), and will be installed when that has begun."""
        if profile.evse >= self.count:
            raise FieldError("evse", f"at most {self.count - 1}, not {profile.evse}")
        if profile.unit not in self.units:
            raise FieldError("unit", f"{profile.unit} is not supported")
        as_integer("stack_level", profile.stack_level, 0, self.max_stack_level)
        if len(profile.periods) > self.max_periods:
            raise FieldError("periods", f"at most {self.max_periods} of them")
        if profile.purpose is Purpose.StationMax and profile.evse:  # 1.6 §3.13.1
            raise FieldError("evse", "0, for a ChargingStationMaxProfile")
        if starting:
            if profile.purpose is not Purpose.Tx:
                raise FieldError("purpose", "TxProfile, to start a transaction with")
            if profile.transaction is not None:
                raise FieldError("transaction", "none, to start a transaction with")
        elif profile.purpose is Purpose.Tx:
            self._check_transaction(profile)
        if len(self._tables) - len(self._replaced(profile)) >= self.max_profiles:
            raise FieldError("profiles", f"at most {self.max_profiles} of them")

    def _check_transaction(self, profile: Profile) -> None:
        if profile.evse == 0:
            raise FieldError("evse", "more than 0, for a TxProfile")
        if profile.evse not in self._transactions:
            raise FieldError("transaction", f"none runs on EVSE {profile.evse}")
        if profile.transaction not in (None, self._transactions[profile.evse]):
            raise FieldError("transaction", f"{profile.transaction!r:.40} does not run on EVSE {profile.evse}")

    def install(self, profile: Profile) -> list[Profile]:
        """Check and install; returns those that it replaces (1.6 §5.16.3, E 3.42)."""
        self.check(profile)
        replaced = self._replaced(profile)
        table = Timetable(profile)
        self._drop(replaced)
        self._tables[profile.id] = table
        self._arrange()
        return replaced

    def remove(
        self, id: int | None = None, evse: int | None = None, purpose: str | None = None, stack_level: int | None = None
    ) -> list[Profile]:
        """Remove, and return, the profile with this id; or else all that have everything that is given; with nothing
        given, all (1.6 §5.5, E 3.25, E 3.26)."""
        if id is not None:
            gone = [profile for profile in self.profiles if profile.id == id]
        else:
            gone = [
                profile
                for profile in self.profiles
                if evse in (None, profile.evse)
                and purpose in (None, profile.purpose)
                and stack_level in (None, profile.stack_level)
            ]
        return self._drop(gone)

    def _replaced(self, profile: Profile) -> list[Profile]:
        place = (profile.purpose, profile.stack_level, profile.evse)
        return [
            other
            for other in self.profiles
            if other.id == profile.id or (other.purpose, other.stack_level, other.evse) == place
        ]

    def _drop(self, gone: list[Profile]) -> list[Profile]:
        for profile in gone:
            del self._tables[profile.id]
        self._arrange()
        return gone

    def _arrange(self) -> None:
        """Which timetables count where, in the order in which they are asked."""
        tables = sorted(self._tables.values(), key=precedence)
        self._levels = {
            (profile.evse, profile.stack_level): profile.id
            for profile in self.profiles
            if profile.purpose is Purpose.TxDefault and profile.evse
        }
        for plan in self.plans:
            plan.tables = [table for table in tables if self._counts(table.profile, plan.evse)]

    def _counts(self, profile: Profile, evse: int) -> bool:
        if profile.purpose is Purpose.StationMax:
            return evse == 0
        return self._standing(profile, evse) is None

    def _standing(self, profile: Profile, evse: int) -> Explanation | None:
        own = self._levels.get((evse, profile.stack_level))
        return standing(profile, evse, evse in self._transactions, self._transactions.get(evse), own)

    # Transactions

    def begin(self, evse: int, at: int, transaction: int | str | None = None) -> None:
        """A transaction began at the instant; again, with another instant: the clock has been corrected.

        transaction: the back end's id of it, None as long as it is not known.
        """
        plan = self._plan(evse)
        plan.began = as_integer("at", at, EARLIEST, LATEST)
        plan.running = True
        self._transactions[evse] = transaction
        self._arrange()

    def end(self, evse: int) -> list[Profile]:
        """The transaction is over; removes, and returns, its TxProfiles (1.6 §3.13.1)."""
        self._plan(evse).running = False
        self._transactions.pop(evse, None)
        return self.remove(evse=evse, purpose=Purpose.Tx)

    def _plan(self, evse: int) -> Plan:
        plan: Plan = self.plans[as_integer("evse", evse, 1, self.count - 1)]
        return plan

    # Restrictions of the place and the moment

    def restrict(self, evse: int, source: str, limit: float, unit: str = "A", phases: int = 3) -> None:
        """One more limit for an EVSE, or for the station (evse 0), besides its rating: of the cable, of heat, of load
        management, of the EV (ISO 15118). source: its name; it replaces the one of that name."""
        if source == RATING:
            raise FieldError("source", "a name of its own: the rating stays")
        plan = self.plans[as_integer("evse", evse, 0, self.count - 1)]
        cap = Cap(limit, unit, phases, source=source)
        plan.set_caps([other for other in plan.caps if other.source != source] + [cap])

    def release(self, evse: int, source: str) -> None:
        """The restriction of this name is gone; nothing happens if there is none."""
        plan = self.plans[as_integer("evse", evse, 0, self.count - 1)]
        plan.set_caps([cap for cap in plan.caps if cap.source != source or source == RATING])

    # Answers, besides those of Calculator

    def in_force(self, t: int, wanted: Mapping[int, float] | None = None, unit: str = "A") -> dict[int, Limit]:
        """The limits to obey at t, by EVSE: of those with a transaction, with the limits of the station shared out.

        wanted: what the EVs would take, in unit, where that is known: their last measured draw and a bit, or what they
        ask for by ISO 15118; without it, all that they may. What nobody wants goes to the others; see sharing.py.
        """
        watts = as_unit("unit", unit) is Unit.W
        running = sorted((plan for plan in self.plans if plan.running), key=lambda plan: (plan.began, plan.evse))
        limits = {plan.evse: self.limit_at(t, plan.evse, unit) for plan in running}
        wishes = {evse: as_millionths("wanted", amount, MOST_LIMIT) for evse, amount in (wanted or {}).items()}
        table = self.prevailing(t, 0)
        bounds: list[Timetable | Cap] = [*self.plans[0].caps]
        if table is not None:
            bounds.insert(0, table)
        for bound in bounds:
            claims = [self._claim(t, plan, limits[plan.evse].phases, bound.in_watts, watts, wishes) for plan in running]
            for plan, given in zip(running, share(bound.amount, claims), strict=True):
                limit = limits[plan.evse]
                part = converted(given, bound.in_watts, limit.phases, watts, limit.phases, self.volts)
                if part < limit.millionths:
                    id = bound.id if isinstance(bound, Timetable) else None
                    limits[plan.evse] = Limit(part, limit.unit, limit.phases, SHARED, id)
        return limits

    def _claim(
        self, t: int, plan: Plan, phases: int, in_watts: bool, watts: bool, wishes: Mapping[int, int]
    ) -> Claim:
        """What a transaction may claim of a limit of the station. in_watts: its unit; watts: that of the wishes."""
        most = self.limit_at(t, plan.evse, Unit.W if in_watts else Unit.A).millionths
        wish = wishes.get(plan.evse)
        wanted = most if wish is None else converted(wish, watts, phases, in_watts, phases, self.volts)
        table = self.prevailing(t, plan.evse)
        rating = plan.caps[0]
        if table is not None and table.least:  # 1.6 §7.13: a hint to whoever shares out
            least = converted(table.least, table.in_watts, table.phases, in_watts, phases, self.volts)
        else:
            least = converted(rating.least, rating.in_watts, rating.phases, in_watts, phases, self.volts)
        return Claim(most, wanted, least)

    def explain(self, t: int, evse: int) -> list[Explanation]:
        """Of each profile, why it sets the limit of limit_at(t, evse), or why it does not; in the order in which they
        are asked."""
        limit = self.limit_at(t, evse)
        return [self._explained(table, t, evse, limit) for table in sorted(self._tables.values(), key=precedence)]

    def _explained(self, table: Timetable, t: int, evse: int, limit: Limit) -> Explanation:
        of_station = table.profile.purpose is Purpose.StationMax
        plan = self.plans[0 if of_station else evse]
        why = None if of_station else self._standing(table.profile, evse)
        why = why or silence(table, t, plan.began if plan.running else t)
        prevailing = self.prevailing(t, plan.evse)
        return why or rank(table, prevailing or table, limit)


def precedence(table: Timetable) -> tuple[bool, bool, int]:
    """Who is asked first: TxProfiles, then TxDefaultProfiles, each by stack level downwards (1.6 §3.13.1, §3.13.2)."""
    profile = table.profile
    return profile.purpose is Purpose.StationMax, profile.purpose is not Purpose.Tx, -profile.stack_level
