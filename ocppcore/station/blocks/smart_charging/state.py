"""Smart charging, version-free (1.6 §3.13, §5.5, §5.7, §5.16).

- Which transaction runs where is read off the facts of the EVSEs: so a TxProfile comes and goes with its transaction,
  in the same step and in the same batch as all else that does.
- limit_a is the limit in force of a running transaction: profiles, ratings, and its part of what limits the station as
  a whole. It is evaluated anew when profiles, transactions, EVs or the clock change, and on the second at which a
  schedule says something else; otherwise nothing is calculated.
- A limit below what can be offered at all (6 A, IEC 61851) switches energy off: SuspendedEVSE (E 3.64).
- Of a limit that EVSEs share, an EV that does not ask for energy is kept the least that can be offered, so that it can
  begin to ask; the rest goes to those that do.
- The instants of a schedule count from the begin of the transaction on the monotonic clock: a correction of UTC moves
  neither of them against the other.
- The limits of the place hold without any profile, also in a station that leaves Smart Charging out.
"""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar, Final, NamedTuple

from ocppcore.charging import Explanation, FieldError, Limit, Period, Profile, Purpose, Unit, instant, seconds
from ocppcore.hardware import EvState
from ocppcore.station.block import Block
from ocppcore.station.blocks.smart_charging.profiles import Profiles, from_row
from ocppcore.station.context import Context
from ocppcore.station.events import ChargingLimitChanged, ChargingProfileRefused
from ocppcore.station.evse import Evse
from ocppcore.station.local import ClockSet
from ocppcore.station.transaction import Transaction, TransactionState

TIMER: Final = "charging limits"
MOST_SECONDS: Final = 2**31 - 1  # of a composite schedule: a longer one ends there
LOOK_AGAIN: Final = 86_400.0  # seconds: no timer is longer
ALMOST: Final = timedelta(milliseconds=1)  # a timer that is early by less than this is on time


class Running(NamedTuple):
    """The transaction of an EVSE, as far as limits depend on it: one that runs, or that energy is offered for. wish:
    amperes that the EV would take; None: all."""

    transaction: Transaction
    id: int | None
    begun: bool
    wish: float | None


class SmartCharging(Block):
    """See the module's docstring. A subclass reads and builds the messages, and is Context.charging."""

    subscriptions: ClassVar = {ClockSet: "_clock_set"}

    def __init__(self, ctx: Context) -> None:
        super().__init__(ctx)
        self._profiles = Profiles(ctx)
        self._running: dict[int, Running] = {}
        self._began: dict[int, float] = {}  # monotonic, of the transactions in _running
        self._limits: dict[int, Limit] = {}  # in force
        self._stale = False

    def load(self) -> None:
        if self.ctx.setup.has("SmartCharging"):
            self._profiles.load()

    def start(self) -> None:
        self._follow()
        if self.ctx.setup.has("SmartCharging"):
            self._profiles.load_of_transactions(
                {evse: running.transaction.uid for evse, running in self._running.items()}
            )

    def settle(self) -> bool:
        self._follow()
        if not self._stale:
            return False
        self._stale = False
        t = self._second()
        wishes = {evse: running.wish for evse, running in self._running.items() if running.wish is not None}
        limits = self._profiles.now.in_force(t, wishes)
        changed = [self._obey(facts, limits.get(facts.id)) for facts in self.ctx.evses.values()]
        self._wake(t)
        return any(changed)

    # Time

    def _second(self, now: float | None = None) -> int:
        """The second of UTC; while that is not known, of a clock of our own, which does for what needs no UTC."""
        moment = self.ctx.now if now is None else now
        utc = self.ctx.time.utc(moment)
        return int(moment // 1) if utc is None else seconds(utc + ALMOST)

    def _wake(self, t: int) -> None:
        """Evaluate anew at the second at which a schedule says something else."""
        change = self._profiles.now.next_change(t) if self._running else None
        if change is None:
            self.ctx.timers.cancel(TIMER)
            return
        utc = self.ctx.utc
        passed = self.ctx.now - t if utc is None else (utc - instant(t)).total_seconds()
        self.ctx.after(TIMER, max(0.0, min(change - t - passed, LOOK_AGAIN)), self._refresh)

    def _refresh(self) -> None:
        self._stale = True

    def _clock_set(self, _: ClockSet) -> None:
        self._profiles.clock_known()
        for evse, running in self._running.items():
            self._profiles.now.begin(evse, self._second(self._began[evse]), running.id)
        self._refresh()

    # Transactions

    def _follow(self) -> None:
        """Let begin, change and end what the facts say."""
        for facts in self.ctx.evses.values():
            before, after = self._running.get(facts.id), _running(facts, self.ctx.setup.capabilities.min_current_a)
            if before == after:
                continue
            self._stale = True
            if before is not None and (after is None or after.transaction is not before.transaction):
                self._end(facts.id)
                before = None
            if after is not None:
                self._running[facts.id] = after
                if before is None:
                    self._begin(facts.id, after.transaction)
                elif (after.id, after.begun) != (before.id, before.begun):
                    if not before.begun:
                        self._began[facts.id] = self._moment(after.transaction)
                    self._profiles.now.begin(facts.id, self._second(self._began[facts.id]), after.id)

    def _begin(self, evse: int, transaction: Transaction) -> None:
        self._began[evse] = self._moment(transaction)
        self._profiles.now.begin(evse, self._second(self._began[evse]), transaction.id)
        if transaction.profile is not None:
            profile = from_row(transaction.profile, evse=evse)  # another EVSE, if the token followed the cable
            try:
                self._profiles.install(profile, transaction.uid)
            except FieldError as error:  # there was room for it when it came
                self.ctx.emit(ChargingProfileRefused(profile.id, str(error)))

    def _moment(self, transaction: Transaction) -> float:
        """When it began, monotonic."""
        moment = self.ctx.time.moment(transaction.started_at)
        return self.ctx.now if moment is None else moment

    def _end(self, evse: int) -> None:
        del self._running[evse], self._began[evse]
        self._profiles.end(evse)

    # The limit in force

    def _obey(self, facts: Evse, limit: Limit | None) -> bool:
        before = self._limits.get(facts.id)
        if limit == before:
            return False
        place = self.ctx.setup.capabilities
        if limit is None:
            del self._limits[facts.id]
            facts.limit_a, facts.phases, facts.paused = None, None, False
            self.ctx.emit(ChargingLimitChanged(facts.id, None, None, None, None))
        else:
            self._limits[facts.id] = limit
            facts.limit_a, facts.paused = limit.limit, limit.limit < place.min_current_a
            facts.phases = (3 if limit.phases == 3 else 1) if place.switches_phases else None
            self.ctx.emit(ChargingLimitChanged(facts.id, limit.limit, limit.phases, limit.why, limit.profile))
        return True

    # Requests

    def install(self, profile: Profile) -> None:
        """Install a profile. FieldError: why it can't be; then nothing has changed."""
        self._follow()
        self.check(profile)
        uid = None
        if profile.purpose is Purpose.Tx:
            uid = self._running[profile.evse].transaction.uid
        self._profiles.install(profile, uid)
        self._refresh()

    def check(self, profile: Profile, starting: bool = False) -> None:
        """FieldError: why a profile can't be installed now, or (starting) not by a remote start (§5.16.2)."""
        if self.ctx.utc is None:
            raise FieldError("received", "an instant, and the time is not known")
        self._profiles.now.check(profile, starting)

    def clear(self, id: int | None, evse: int | None, purpose: Purpose | None, stack_level: int | None) -> bool:
        """Remove what matches (E 3.25, E 3.26); False if nothing does."""
        self._refresh()
        return self._profiles.remove(id, evse, purpose, stack_level)

    def composite(self, evse: int, duration: int, unit: Unit | None) -> tuple[int, Unit, list[Period]] | None:
        """The composite schedule from now: its start in seconds of UTC, its unit, its periods (§5.7). None if it can't
        be told. unit: None for the first one that profiles may be in."""
        self._follow()
        units = self._profiles.now.units
        chosen = unit or (Unit.A if Unit.A in units else Unit.W)
        known = evse == 0 or evse in self.ctx.evses
        if not known or duration < 1 or self.ctx.utc is None or chosen not in units:  # E 3.88
            return None
        t = self._second()
        return t, chosen, self._profiles.now.composite(evse, t, min(duration, MOST_SECONDS), chosen)

    # The service to the host

    def explain(self, evse: int) -> list[Explanation]:
        return self._profiles.explain(self._second(), evse)

    def restrict(self, evse: int, source: str, limit: float, unit: str, phases: int) -> None:
        self._profiles.now.restrict(evse, source, limit, unit, phases)
        self._refresh()

    def release(self, evse: int, source: str) -> None:
        self._profiles.now.release(evse, source)
        self._refresh()


def _running(facts: Evse, least: float) -> Running | None:
    """The transaction that runs on an EVSE, and what its EV asks for."""
    transaction = facts.transaction
    if transaction is None or transaction.state not in (TransactionState.Offering, TransactionState.Running):
        return None
    wish = None
    if not facts.could_charge:
        wish = 0.0
    elif facts.ev is not EvState.Charging:
        wish = least
    return Running(transaction, transaction.id, transaction.begun, wish)
