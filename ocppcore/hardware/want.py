"""What the station wants of an EVSE: a level, not an edge. Idempotent, pollable, and fail-safe by its defaults."""

from __future__ import annotations

from enum import StrEnum


class Indicator(StrEnum):
    """What the indicator of an EVSE should show."""

    Available = "available"
    Preparing = "preparing"
    Charging = "charging"
    Suspended = "suspended"
    Finishing = "finishing"
    Reserved = "reserved"
    Unavailable = "unavailable"
    Faulted = "faulted"


class Want:
    """One EVSE's wanted state.

    energy: the contactor may be closed; False is the safe state.
    limit_a: amperes per phase, None for no limit; phases: 1 or 3, None where the EVSE decides.
    lock: the cable is to be locked. indicator: what to show.
    light_intensity: percent of the brightest that the lighting can be; blink_repeat: how often it blinks to say
    something (1.6 §9.1.4, §9.1.11).
    """

    __slots__ = ("energy", "limit_a", "phases", "lock", "indicator", "light_intensity", "blink_repeat")

    def __init__(
        self,
        energy: bool = False,
        limit_a: float | None = None,
        phases: int | None = None,
        lock: bool = False,
        indicator: Indicator = Indicator.Available,
        light_intensity: int = 100,
        blink_repeat: int = 3,
    ) -> None:
        self.energy = energy
        self.limit_a = limit_a
        self.phases = phases
        self.lock = lock
        self.indicator = indicator
        self.light_intensity = light_intensity
        self.blink_repeat = blink_repeat

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Want):
            return NotImplemented
        return all(getattr(self, name) == getattr(other, name) for name in Want.__slots__)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return "Want(" + ", ".join(f"{name}={getattr(self, name)!r}" for name in Want.__slots__) + ")"
