"""The facts about one EVSE, on one slate that all blocks may read. Each field says who alone writes it.

1.6 knows connectors; here connectorId n is EVSE n with one connector. EVSE 0 is the station as a whole.
"""

from __future__ import annotations

from ocppcore.hardware import EvState
from ocppcore.station.transaction import Transaction

__all__ = ["EvState", "Evse", "EvseError"]


class EvseError:
    """A fault or a warning. code: a ChargePointErrorCode (1.6 §7.6); faulted: charging is impossible."""

    __slots__ = ("code", "faulted", "info", "vendor_id", "vendor_code")

    def __init__(
        self,
        code: str,
        faulted: bool = True,
        info: str | None = None,
        vendor_id: str | None = None,
        vendor_code: str | None = None,
    ) -> None:
        self.code = code
        self.faulted = faulted and code != "EVCommunicationError"  # 1.6 §4.9: always a warning
        self.info = info
        self.vendor_id = vendor_id
        self.vendor_code = vendor_code

    def __eq__(self, other: object) -> bool:
        return isinstance(other, EvseError) and all(getattr(self, f) == getattr(other, f) for f in EvseError.__slots__)

    __hash__ = None  # type: ignore[assignment]


class Evse:
    """One EVSE. Inputs of the host are written by Station, the rest by the block that the comment names.

    station: EVSE 0, whose faults are faults of this one too; None for EVSE 0 itself.
    """

    __slots__ = (
        "id", "station", "plugged", "ev", "bay_occupied", "errors", "failure", "reserved",
        "operative", "status", "transaction", "authorized", "spent", "cable_held", "offers_energy", "limit_a", "phases",
        "paused",
    )  # fmt: skip

    def __init__(self, id: int, station: Evse | None = None) -> None:
        self.id = id
        self.station = station
        self.plugged = False  # Station: a cable is in the socket (fixed cable: in the EV)
        self.ev = EvState.Absent  # Station
        self.bay_occupied = False  # Station
        self.errors: dict[str, EvseError] = {}  # Station: open errors by code
        self.failure: str | None = None  # Station: why the binding could not drive it: energy off, Faulted
        self.operative = True  # availability: by ChangeAvailability, this EVSE and the station both
        self.status = "Available"  # availability: ChargePointStatus (1.6 §7.7)
        self.transaction: Transaction | None = None  # transactions: the one that runs
        self.authorized: str | None = None  # transactions: the id token that may start, waiting for the cable
        # transactions: what is plugged in had its turn, a transaction or ConnectionTimeOut (B6, E 3.20); until
        # unplugged
        self.spent = False
        self.cable_held: str | None = None  # transactions: locked until this token or a sibling comes (E 3.5)
        self.reserved = False  # reservation: kept for somebody (1.6 §5.13); of EVSE 0, never
        self.offers_energy = False  # transactions: the rules allow energy now (faults are checked apart)
        # smart_charging: the limit in force, amperes per phase; None: no transaction runs, so there is none
        self.limit_a: float | None = None
        self.phases: int | None = None  # smart_charging: 1 or 3, where the station can switch; None: the EVSE decides
        self.paused = False  # smart_charging: a transaction runs, and the limit is too low to offer energy

    @property
    def may_charge(self) -> bool:
        """Energy may flow: the rules allow it, a cable and an EV are there, nothing is at fault."""
        return self.could_charge and not self.paused

    @property
    def could_charge(self) -> bool:
        """As may_charge, if only the limit were high enough."""
        return self.offers_energy and self.plugged and self.ev is not EvState.Absent and not self.faulted

    @property
    def in_use(self) -> bool:
        """Somebody uses it, or has not left it yet."""
        expected = self.transaction is not None or self.authorized is not None
        return expected or self.plugged or self.bay_occupied or self.cable_held is not None

    @property
    def usable(self) -> bool:
        """In service, and nobody is there."""
        return self.operative and not self.faulted and not self.in_use

    @property
    def free(self) -> bool:
        """Usable, and kept for nobody."""
        return self.usable and not self.reserved

    @property
    def faulted(self) -> bool:
        """Charging is impossible: this EVSE or the station as a whole has a fault."""
        if self.failure is not None or any(error.faulted for error in self.errors.values()):
            return True
        return self.station is not None and self.station.faulted
