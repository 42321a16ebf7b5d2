"""What a meter says. Values carry the standard's own words for measurand, phase, location and unit (1.6 §7.30, 7.31,
7.34, 7.45)."""

from __future__ import annotations

from enum import StrEnum
from math import isfinite

from ocppcore.hardware.signing import SignedReading


class ReadingPurpose(StrEnum):
    """Why a meter is read. The value is the standard's ReadingContext (1.6 §7.35)."""

    Begin = "Transaction.Begin"
    End = "Transaction.End"
    Sampled = "Sample.Periodic"
    Aligned = "Sample.Clock"
    Trigger = "Trigger"


class Sample:
    """One measured value: a number in `unit`.

    measurand, phase, location, unit: the standard's words, e.g. "Voltage", "L1-N", "Outlet", "V".
    """

    __slots__ = ("measurand", "value", "unit", "phase", "location")

    def __init__(
        self,
        measurand: str,
        value: float,
        unit: str | None = None,
        phase: str | None = None,
        location: str | None = None,
    ) -> None:
        self.measurand = measurand
        self.value = value
        self.unit = unit
        self.phase = phase
        self.location = location

    def __repr__(self) -> str:
        return f"Sample({self.measurand!r}, {self.value!r}, {self.unit!r}, phase={self.phase!r})"


class MeterReading:
    """One reading of a meter at one instant.

    energy_wh: the register Energy.Active.Import.Register in Wh; it never goes back but for a new or rolled-over meter.
    samples: everything else that the meter knows, and the register again where it has phases.
    signed: what the meter has signed of it; empty, unless it was asked to (Hardware.read_signed).
    """

    __slots__ = ("energy_wh", "samples", "signed")

    def __init__(
        self, energy_wh: float, samples: tuple[Sample, ...] = (), signed: tuple[SignedReading, ...] = ()
    ) -> None:
        self.energy_wh = energy_wh
        self.samples = samples
        self.signed = signed

    @property
    def valid(self) -> bool:
        """False if the register is no finite number: hardware says all sorts of things."""
        return isinstance(self.energy_wh, int | float) and isfinite(self.energy_wh)

    def __repr__(self) -> str:
        return f"MeterReading({self.energy_wh!r}, {len(self.samples)} samples, {len(self.signed)} signed)"
