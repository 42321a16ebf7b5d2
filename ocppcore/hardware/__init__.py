"""The seam to a charger's hardware: the Hardware base class, what is wanted of it and what it measures."""

from ocppcore.hardware.base import Hardware
from ocppcore.hardware.ev_state import EvState
from ocppcore.hardware.reading import MeterReading, ReadingPurpose, Sample
from ocppcore.hardware.signing import SignedReading, SigningSession, public_key
from ocppcore.hardware.want import Indicator, Want

__all__ = [
    "EvState", "Hardware", "Indicator", "MeterReading", "ReadingPurpose", "Sample", "SignedReading", "SigningSession",
    "Want", "public_key",
]  # fmt: skip
