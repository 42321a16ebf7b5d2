"""The numbers of the calculations: millionths of an ampere or a watt, and whole seconds of UTC. Both are integers, so
that no schedule drifts and nothing is lost between what was set and what is reported.

- What comes from outside is checked once, here, and refused with a ValueError that names the field. The bounds leave
  room for every product and sum of the calculations in 64 bits.
- Rounding goes down: at a conversion to a millionth, on the wire to a tenth (1.6 §7.14).
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from math import isfinite

MILLION = 1_000_000
MOST_LIMIT = 2_147_483_648  # A or W in a profile: some back ends write the largest int32 for "no limit"
MOST_RATING = 10_000_000  # A or W of hardware
MOST_VOLTS = 1000
EARLIEST = -62_135_596_800  # 0001-01-01, seconds of UTC
LATEST = 253_402_300_799  # 9999-12-31 23:59:59
MOST_SECONDS = 2_147_483_647  # of durations and of offsets in a schedule
NEVER = 1 << 62

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)


class FieldError(ValueError):
    """An argument is wrong. field: which; the text says what would be right."""

    def __init__(self, field: str, rule: str) -> None:
        super().__init__(f"{field}: {rule}")
        self.field = field


class Unit(StrEnum):
    """1.6 §7.12. A: amperes per phase; W: watts, the sum of all phases."""

    A = "A"
    W = "W"


def seconds(instant: datetime) -> int:
    """An aware datetime in whole seconds of UTC, rounded down: all instants alike, so that their order stays."""
    return (instant - EPOCH) // SECOND


def instant(seconds: int) -> datetime:
    """The aware datetime of whole seconds of UTC."""
    return EPOCH + seconds * SECOND


def as_integer(field: str, value: object, least: int, most: int) -> int:
    """The value, if it is an integer (not a bool, not 1.0) in these bounds; else FieldError."""
    if type(value) is not int or not least <= value <= most:
        raise FieldError(field, f"an integer from {least} to {most}, not {value!r:.40}")
    return value


def as_millionths(field: str, value: float | Decimal, most: int) -> int:
    """The amount in millionths, exact for up to six decimals; FieldError unless it is a number from 0 to most."""
    number = isinstance(value, int | float | Decimal) and not isinstance(value, bool)
    if not number or not isfinite(value) or not 0 <= value <= most:
        raise FieldError(field, f"a number from 0 to {most}, not {value!r:.40}")
    return round(value * MILLION)


def as_phases(field: str, value: object) -> int:
    """A number of phases, 1 to 3. None is 3 (1.6 §7.12)."""
    return 3 if value is None else as_integer(field, value, 1, 3)


def as_unit(field: str, value: str) -> Unit:
    """A Unit, or FieldError."""
    try:
        return Unit(value)
    except ValueError:
        raise FieldError(field, f"A or W, not {value!r:.40}") from None
