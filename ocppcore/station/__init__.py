"""The charging station: routing by table (station.py), what a block may touch (context.py), the blocks (blocks/)."""

from ocppcore.station.configuration import Access, Key
from ocppcore.station.security_setup import SecuritySetup
from ocppcore.station.setup import Capabilities, Setup
from ocppcore.station.station import Station

__all__ = ["Access", "Capabilities", "Key", "SecuritySetup", "Setup", "Station"]
