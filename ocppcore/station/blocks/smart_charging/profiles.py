"""The charging profiles of the station, durable: one row each, and what becomes of them while UTC is not known.

- A profile that depends on the time of day can't be evaluated without UTC. Until UTC is known the lowest limit of its
  schedule holds, whatever its stack level: never is more offered than the back end has ever allowed, and a fuse holds
  that only such a profile protects. Profiles that begin with the charging, and end with it, work without UTC.
- A TxProfile belongs to one transaction, named in its row by our own uid: it counts for no later one, whatever ids the
  back end uses again.
"""

from __future__ import annotations

from typing import Any, Final

from ocppcore.charging import Cap, Explanation, FieldError, Profile, ProfileSet, Purpose, Verdict
from ocppcore.errors import SetupError
from ocppcore.station.context import Context
from ocppcore.station.events import ChargingProfileRefused

TABLE: Final = "charging_profiles"
MOST_RATING: Final = 10_000_000.0  # of a Cap


class Profiles:
    """See the module's docstring. now: the set that limits are asked of; later: those that wait for UTC."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        try:
            self.now, self.later = _empty(ctx), _empty(ctx)
        except FieldError as error:
            raise SetupError(f"capabilities: {error}") from None

    # The rows

    def load(self) -> None:
        """All but TxProfiles, whose transaction is not known yet."""
        for key, row in self._ctx.store.items(TABLE):
            if row["of"] is None:
                self._restore(key, row)

    def load_of_transactions(self, uids: dict[int, str]) -> None:
        """TxProfiles, of those transactions that run. uids: by EVSE. The others are of no use any more (§3.13.1)."""
        for key, row in self._ctx.store.items(TABLE):
            if row["of"] is not None:
                if row["of"] == uids.get(row["evse"]):
                    self._restore(key, row)
                else:
                    self._ctx.store.delete(TABLE, key)

    def _restore(self, key: str, row: dict[str, Any]) -> None:
        try:
            profile = from_row(row)
            chosen = self.later if self._ctx.utc is None and needs_utc(profile) else self.now
            chosen.install(profile)
        except FieldError as error:
            self._refuse(key, error)
        else:
            if chosen is self.later:
                self._restrict(profile)

    def _refuse(self, key: str, error: FieldError) -> None:
        """A stored profile can't be kept: the limits of the station are other ones now."""
        self._ctx.store.delete(TABLE, key)
        self._ctx.emit(ChargingProfileRefused(int(key), str(error)))

    # Changes

    def install(self, profile: Profile, uid: str | None) -> None:
        """Install, and replace what is to be replaced (§5.16.3). uid: of the transaction that a TxProfile is for.
        FieldError: why it can't be; then nothing has changed."""
        replaced = self.now.install(profile)
        self._forget(replaced)
        self._ctx.store.put(TABLE, str(profile.id), to_row(profile) | {"of": uid})

    def remove(self, id: int | None, evse: int | None, purpose: Purpose | None, stack_level: int | None) -> bool:
        """See ProfileSet.remove(); False if there was none."""
        waiting = self.later.remove(id, evse, purpose, stack_level)
        for profile in waiting:
            self._release(profile)
        return self._forget(self.now.remove(id, evse, purpose, stack_level) + waiting)

    def end(self, evse: int) -> None:
        """The transaction is over, and its TxProfiles go."""
        self._forget(self.now.end(evse))

    def _forget(self, profiles: list[Profile]) -> bool:
        for profile in profiles:
            self._ctx.store.delete(TABLE, str(profile.id))
        return bool(profiles)

    # Without UTC

    def clock_known(self) -> None:
        """UTC is known: what waits for it works from now on."""
        for profile in self.later.remove():
            self._release(profile)
            try:
                self.now.install(profile)
            except FieldError as error:
                self._refuse(str(profile.id), error)

    def _restrict(self, profile: Profile) -> None:
        lowest = min(limit for _, limit, _ in profile.periods)
        phases = min(number or 3 for _, _, number in profile.periods)
        for evse in self._places(profile):
            self.now.restrict(evse, _source(profile), min(lowest, MOST_RATING), profile.unit, phases)

    def _release(self, profile: Profile) -> None:
        for evse in self._places(profile):
            self.now.release(evse, _source(profile))

    def _places(self, profile: Profile) -> list[int]:
        everywhere = profile.evse == 0 and profile.purpose is not Purpose.StationMax
        return list(self._ctx.evses) if everywhere else [profile.evse]

    def explain(self, t: int, evse: int) -> list[Explanation]:
        """Of each profile, what becomes of it at an EVSE."""
        waiting = [Explanation(profile.id, Verdict.ClockUnknown) for profile in self.later.profiles]
        return waiting + self.now.explain(t, evse)


def _empty(ctx: Context) -> ProfileSet:
    """A set for this station: its ratings, its keys. FieldError if they are none."""
    place = ctx.setup.capabilities
    grid = None if place.grid_current_a is None else Cap(place.grid_current_a)
    rating = Cap(place.max_current_a, phases=place.phases, least=place.min_current_a)
    return ProfileSet([rating] * ctx.setup.evses, grid, volts=place.volts, **_limits(ctx))


def _source(profile: Profile) -> str:
    return f"profile {profile.id}, while the time is not known"


def _limits(ctx: Context) -> dict[str, Any]:
    """What the configuration keys allow (1.6 §9.4)."""
    if not ctx.setup.has("SmartCharging"):
        return {}
    return {
        "units": [UNITS[name] for name in ctx.config.list("ChargingScheduleAllowedChargingRateUnit")],
        "max_stack_level": ctx.config.int("ChargeProfileMaxStackLevel"),
        "max_periods": ctx.config.int("ChargingScheduleMaxPeriods"),
        "max_profiles": ctx.config.int("MaxChargingProfilesInstalled"),
    }


UNITS: Final = {"Current": "A", "Power": "W"}  # E 3.88


def needs_utc(profile: Profile) -> bool:
    """True if what the profile says depends on the time of day."""
    floats = profile.floating and profile.purpose is not Purpose.StationMax
    return not floats or profile.valid_from is not None or profile.valid_to is not None


def to_row(profile: Profile) -> dict[str, Any]:
    """A profile as a JSON value."""
    return {name: getattr(profile, name) for name in Profile.__slots__}


def from_row(row: dict[str, Any], **instead: Any) -> Profile:
    """A profile of a row; instead: what is different from it. FieldError as Profile()."""
    return Profile(**({name: row[name] for name in Profile.__slots__} | instead))
