"""What an EV does, as far as an EVSE can tell."""

from __future__ import annotations

from enum import StrEnum


class EvState(StrEnum):
    """What the EV does, as far as the EVSE can tell (IEC 61851 states in brackets)."""

    Absent = "absent"  # no EV at the cable (A)
    Connected = "connected"  # connected, does not ask for energy (B)
    Charging = "charging"  # asks for or takes energy (C, D)
