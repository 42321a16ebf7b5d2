"""What goes into the calculations besides profiles, and what comes out: caps, limits, periods. Compiled."""

from __future__ import annotations

from ocppcore.charging.units import MILLION, MOST_RATING, Unit, as_millionths, as_phases, as_unit

RATING = "rating"


class Cap:
    """A limit of the place: of hardware, cable, fuse, load management, or of the EV (ISO 15118). It always holds.

    limit: in unit, amperes per phase or watts in all; phases: 1 to 3, the most that can be used.
    least: what is worth offering at all, e.g. 6 A (IEC 61851); counts where a group limit is shared out, and only for
    the rating of an EVSE. source: a name, reported as the `why` of a Limit. FieldError names what is wrong.
    """

    __slots__ = ("source", "amount", "in_watts", "phases", "least")

    def __init__(
        self, limit: float, unit: str = "A", phases: int = 3, *, least: float = 0, source: str = RATING
    ) -> None:
        self.source = source
        self.amount = as_millionths("limit", limit, MOST_RATING)
        self.in_watts = as_unit("unit", unit) is Unit.W
        self.phases = as_phases("phases", phases)
        self.least = as_millionths("least", least, MOST_RATING)

    @property
    def unit(self) -> Unit:
        """A or W."""
        return Unit.W if self.in_watts else Unit.A

    @property
    def limit(self) -> float:
        """In its unit."""
        return self.amount / MILLION


class Limit:
    """The limit at an instant. millionths: of its unit; phases: the most that may be used, 1 to 3.

    why: what sets it: a purpose of profiles, "rating", the source of a restriction, "evses" (the station can't use more
    than its EVSEs), or "shared" (its part of a group limit). profile: the id of that profile, None if it is no profile.
    """

    __slots__ = ("millionths", "unit", "phases", "why", "profile")

    def __init__(self, millionths: int, unit: Unit, phases: int, why: str, profile: int | None = None) -> None:
        self.millionths = millionths
        self.unit = unit
        self.phases = phases
        self.why = why
        self.profile = profile

    @property
    def limit(self) -> float:
        """In its unit: amperes per phase, or watts in all."""
        return self.millionths / MILLION

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Limit) and fields(self) == fields(other)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"Limit({self.limit} {self.unit}, phases={self.phases}, why={self.why!r}, profile={self.profile})"


def fields(limit: Limit) -> tuple[int, Unit, int, str, int | None]:
    """All that a Limit says."""
    return limit.millionths, limit.unit, limit.phases, limit.why, limit.profile


class Period:
    """A part of a composite schedule (1.6 §7.14). start, end: seconds from the start of the schedule; limit: in the
    unit asked for, rounded down to a tenth as the wire wants it; phases: 1 to 3."""

    __slots__ = ("start", "end", "limit", "phases")

    def __init__(self, start: int, end: int, limit: float, phases: int) -> None:
        self.start = start
        self.end = end
        self.limit = limit
        self.phases = phases

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Period) and (
            (self.start, self.end, self.limit, self.phases) == (other.start, other.end, other.limit, other.phases)
        )

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"Period({self.start}, {self.end}, {self.limit}, phases={self.phases})"
