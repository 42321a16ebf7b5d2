"""The seam to a charger's hardware: the Hardware base class, what is wanted of it, what it measures; a simulated EVSE."""

from ocppcore.hardware.base import Hardware
from ocppcore.hardware.reading import MeterReading, ReadingPurpose, Sample
from ocppcore.hardware.want import Indicator, Want

__all__ = ["Hardware", "Indicator", "MeterReading", "ReadingPurpose", "Sample", "Want"]
