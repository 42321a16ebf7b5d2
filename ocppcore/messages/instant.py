"""Instants: RFC 3339 text to aware datetimes and back (1.6 §3.15: ISO 8601, fractions and offsets must be understood).

An offset is mandatory; 0 to 9 digits of fraction are read, and microseconds kept; the years are 1970 to 2199; a leap
second (:60) is read as the last microsecond of its minute, because a datetime has none. What is read is in UTC; what
is written is UTC with a Z, with milliseconds only where there are some (§3.15 allows senders to omit insignificant
fractions).
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

__all__ = ["format_instant", "parse_instant"]

_RFC3339 = re.compile(
    r"((?:19[7-9]|20[0-9]|21[0-9])[0-9])-([0-9]{2})-([0-9]{2})[Tt]([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]{1,9}))?"
    r"(?:[Zz]|([+-])([0-9]{2}):([0-9]{2}))"
)


def parse_instant(text: str) -> datetime | None:
    """RFC 3339 text in, an aware datetime in UTC out; None if the text is none, or names no instant."""
    match = _RFC3339.fullmatch(text)
    if match is None:
        return None
    year, month, day, hour, minute, second, fraction, sign, hours, minutes = match.groups()
    micros = int(fraction[:6].ljust(6, "0")) if fraction else 0
    seconds = int(second)
    if seconds == 60:
        seconds, micros = 59, 999_999
    try:
        instant = datetime(int(year), int(month), int(day), int(hour), int(minute), seconds, micros, UTC)
    except ValueError:  # month 13, 30 February, 24:00
        return None
    if sign is None:
        return instant
    if int(hours) > 23 or int(minutes) > 59:
        return None
    offset = timedelta(hours=int(hours), minutes=int(minutes))
    return instant - offset if sign == "+" else instant + offset


def format_instant(instant: datetime) -> str:
    """An aware datetime in, `2026-01-31T12:00:00Z` out, with `.123` after the seconds if it has milliseconds.

    Raises ValueError for a naive datetime (what instant it means is not known) and where the years end.
    """
    offset = instant.utcoffset()
    if offset is None:
        raise ValueError("a datetime without a time zone names no instant")
    if offset:
        try:
            instant = instant.astimezone(UTC)
        except OverflowError:
            raise ValueError("no such year") from None
    has_millis = instant.microsecond >= 1000
    return instant.isoformat(timespec="milliseconds" if has_millis else "seconds")[: 23 if has_millis else 19] + "Z"
