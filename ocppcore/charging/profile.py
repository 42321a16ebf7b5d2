"""A charging profile as the calculations take it: plain, checked once when it is made, free of any version's messages.

Words are the standard's; where the versions differ, those of 2.0.1 (1.6: ChargePointMaxProfile). Instants are whole
seconds of UTC (units.seconds), limits are in the profile's unit.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import TypeVar

from ocppcore.charging.units import (
    EARLIEST,
    LATEST,
    MOST_LIMIT,
    MOST_SECONDS,
    FieldError,
    as_integer,
    as_millionths,
    as_phases,
    as_unit,
)

MOST_PERIODS = 1024  # in one profile; a station may allow fewer (1.6 §9.4.3)
MOST_LEVEL = 1_000_000
INT64 = 1 << 63

W = TypeVar("W", bound=StrEnum)


class Purpose(StrEnum):
    """1.6 §7.10."""

    StationMax = "ChargingStationMaxProfile"
    TxDefault = "TxDefaultProfile"
    Tx = "TxProfile"


class Kind(StrEnum):
    """1.6 §7.9."""

    Absolute = "Absolute"
    Recurring = "Recurring"
    Relative = "Relative"


class Recurrency(StrEnum):
    """1.6 §7.37."""

    Daily = "Daily"
    Weekly = "Weekly"


CYCLES = {Recurrency.Daily: 86_400, Recurrency.Weekly: 604_800}


class Profile:
    """One charging profile (1.6 §7.8, §7.13).

    id: unique in a station. evse: 0 is the station, or every EVSE (1.6: connectorId). transaction: the back end's id of
    the transaction that a TxProfile is for, an int or a str; None: whichever runs.
    periods: (start_period in seconds from the start of the schedule, limit, number_phases 1 to 3 or None) each.
    start_schedule: None: the start of charging. duration: seconds. valid_to: the first second at which it is void.
    min_charging_rate: a hint to what shares out a group limit; it never raises a limit.
    received: when the station got it; a StationMax profile without a start of its own begins then.
    FieldError (a ValueError) names the argument that is wrong.
    """

    __slots__ = (
        "id", "evse", "purpose", "stack_level", "kind", "unit", "periods", "start_schedule", "duration", "recurrency",
        "valid_from", "valid_to", "transaction", "min_charging_rate", "received",
    )  # fmt: skip

    def __init__(
        self,
        id: int,
        evse: int,
        purpose: str,
        stack_level: int,
        kind: str,
        unit: str,
        periods: Iterable[tuple[int, float, int | None]],
        *,
        start_schedule: int | None = None,
        duration: int | None = None,
        recurrency: str | None = None,
        valid_from: int | None = None,
        valid_to: int | None = None,
        transaction: int | str | None = None,
        min_charging_rate: float | None = None,
        received: int | None = None,
    ) -> None:
        self.id = as_integer("id", id, -INT64, INT64 - 1)
        self.evse = as_integer("evse", evse, 0, INT64 - 1)
        self.purpose = word("purpose", Purpose, purpose)
        self.stack_level = as_integer("stack_level", stack_level, 0, MOST_LEVEL)
        self.kind = word("kind", Kind, kind)
        self.unit = as_unit("unit", unit)
        self.periods = tuple(periods)
        self.start_schedule = moment("start_schedule", start_schedule)
        # Zero seconds would limit nothing, for ever: the sender means something else, and should hear about it.
        self.duration = None if duration is None else as_integer("duration", duration, 1, MOST_SECONDS)
        self.recurrency = None if recurrency is None else word("recurrency", Recurrency, recurrency)
        self.valid_from = moment("valid_from", valid_from)
        self.valid_to = moment("valid_to", valid_to)
        self.transaction = transaction
        self.min_charging_rate = min_charging_rate
        self.received = moment("received", received)
        self._check()

    def _check(self) -> None:
        if self.kind is Kind.Recurring and self.recurrency is None:
            raise FieldError("recurrency", "Daily or Weekly, for a recurring profile")
        if self.valid_from is not None and self.valid_to is not None and self.valid_to <= self.valid_from:
            raise FieldError("valid_to", "later than valid_from")
        if self.transaction is not None and self.purpose is not Purpose.Tx:  # 1.6 §7.8
            raise FieldError("transaction", "only with a TxProfile")
        if self.min_charging_rate is not None:
            as_millionths("min_charging_rate", self.min_charging_rate, MOST_LIMIT)
        self._check_periods()
        if self.purpose is Purpose.StationMax and self.floating and self.received is None:
            raise FieldError("received", "needed where a profile of the station has no start of its own")

    def _check_periods(self) -> None:
        if not 1 <= len(self.periods) <= MOST_PERIODS:
            raise FieldError("periods", f"1 to {MOST_PERIODS} of them")
        after = -1
        for number, (start, limit, number_phases) in enumerate(self.periods):
            most = MOST_SECONDS if number else 0  # the first at 0 (E 3.45)
            after = as_integer(f"periods[{number}].start_period", start, after + 1, most)
            as_millionths(f"periods[{number}].limit", limit, MOST_LIMIT)
            as_phases(f"periods[{number}].number_phases", number_phases)

    @property
    def floating(self) -> bool:
        """True if its schedule begins with the charging, and not at an instant of its own (1.6 §7.13)."""
        return self.kind is Kind.Relative or self.start_schedule is None

    def __repr__(self) -> str:
        return f"Profile(id={self.id}, evse={self.evse}, {self.purpose}, stack_level={self.stack_level}, {self.kind})"


def word(field: str, words: type[W], value: str) -> W:
    """The value as one of the words; FieldError if it is none."""
    try:
        return words(value)
    except ValueError:
        raise FieldError(field, f"one of {', '.join(words)}, not {value!r:.40}") from None


def moment(field: str, value: int | None) -> int | None:
    """An instant in seconds of UTC, or None."""
    return None if value is None else as_integer(field, value, EARLIEST, LATEST)
