"""The Hardware base class: what a charger maker writes. Only a binding calls it, never the core.

Mandatory are apply() and read_meter(). What else is overridden decides what the station supports: no unlock(), and
UnlockConnector is answered NotSupported. Methods may be `def` or `async def`. An exception: energy off, Faulted.
Inputs (plug, card, error …) go the other way: the host calls the methods of the Station.
"""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING

from ocppcore.hardware.reading import MeterReading, ReadingPurpose
from ocppcore.hardware.signing import REGISTER, SigningSession
from ocppcore.hardware.want import Want

if TYPE_CHECKING:
    from pathlib import Path


class Hardware:
    """The hardware of one station. evse counts from 1; 0 means the station as a whole."""

    measurands: tuple[str, ...] = ("Energy.Active.Import.Register",)
    """What the meters can measure, in the standard's words (1.6 §7.31)."""

    def apply(self, evse: int, want: Want) -> Awaitable[None] | None:
        """Make the EVSE as wanted. Called again with equal values at will: it must be idempotent."""
        raise TypeError(f"{type(self).__name__} must define apply(evse, want)")

    def read_meter(self, evse: int, why: ReadingPurpose) -> Awaitable[MeterReading] | MeterReading:
        """The meter of the EVSE, now. evse 0: the main meter; only called for 0 if has_main_meter is True."""
        raise TypeError(f"{type(self).__name__} must define read_meter(evse, why)")

    has_main_meter: bool = False
    """True if read_meter(0, …) works."""

    def read_signed(
        self, evse: int, why: ReadingPurpose, session: SigningSession
    ) -> Awaitable[MeterReading] | MeterReading:
        """As read_meter, and signed by the meter: MeterReading.signed has what it gave. Override it only if the meters
        of all EVSEs can sign. It may take signing_time. Meanwhile read_meter() may be called, and read_signed() for the
        end of a transaction while a sample of it is still being signed. After a restart an end may be asked for again.
        """
        raise TypeError(f"{type(self).__name__} has no read_signed(evse, why, session)")

    signed_measurands: tuple[str, ...] = (REGISTER,)
    """What is billed by what read_signed() gives, in the standard's words."""

    signs_between: bool = True
    """False if only the begin and the end of a transaction can be signed, not what lies between."""

    signing_time: float = 30.0
    """Seconds after which the station makes do without the signature. A StopTransaction waits so long for it."""

    public_keys: Mapping[int, str] = MappingProxyType({})
    """By EVSE, the public key of its meter, as it is printed on the meter, behind its marker, encoding and type:
    "oca:base16:asn1:3056…", which public_key() makes of a key in DER. All EVSEs must be there if read_signed() is."""

    max_current_a: float = 32.0
    """The most that an EVSE may offer, amperes per phase: its rating."""

    min_current_a: float = 6.0
    """The least that can be offered at all, amperes per phase (IEC 61851: 6 A); below that, energy is off."""

    phases: int = 3
    """How many phases an EVSE has, 1 to 3."""

    volts: int = 230
    """The nominal voltage between line and neutral, for limits in watts (1.6 §7.12)."""

    switches_phases: bool = False
    """True if apply() obeys Want.phases during a transaction (1.6 §9.4.4)."""

    grid_current_a: float | None = None
    """What the connection to the grid allows for all EVSEs together, amperes per phase; None: all that they can use."""

    def unlock(self, evse: int) -> Awaitable[bool] | bool:
        """Unlock the cable; True if it is unlocked. Override it only if the cable is detachable."""
        raise TypeError(f"{type(self).__name__} has no unlock(evse)")

    def reset(self, hard: bool) -> Awaitable[None] | None:
        """Restart: the program (hard False) or the hardware (hard True)."""
        raise TypeError(f"{type(self).__name__} has no reset(hard)")

    def diagnostics(
        self, start: datetime | None, stop: datetime | None
    ) -> Awaitable[bytes | str | Path | None] | bytes | str | Path | None:
        """What a service engineer wants to see, from that span of time (None: no bound): the bytes, or the path of a
        file that has them; None if there is nothing. Override it if there are diagnostics (1.6 §5.9)."""
        raise TypeError(f"{type(self).__name__} has no diagnostics(start, stop)")

    def install(self, firmware: Path) -> Awaitable[str | None] | str | None:
        """Install the firmware in this file, so that it runs after the next restart, for which reset(True) is called
        then. Override it if firmware can be updated (1.6 §5.19, W L01).

        Nobody charges and all EVSEs are out of service meanwhile; let it be `async def`, as it takes its time. An
        exception: the old firmware goes on, and all is in service again; so it is after an hour without an end. Returns
        the version that will run, if it is known: should the Setup after the restart have another firmware_version,
        because a boot loader went back to the old firmware, the back end is told that the installation failed.

        With Setup.secure_firmware the signature of the whole file was verified right before. It is as safe as the
        folder that it lies in: if others can write there, copy it to a place that is yours and verify your copy, or
        have the boot loader do so. Without secure_firmware nobody has looked at it: check what you can.

        Power may fail and reset() may be called at any time. What runs afterwards says how it went: a Setup with
        another firmware_version than before means that it is installed. So write to the other half of the flash, and
        switch over as the last step.
        """
        raise TypeError(f"{type(self).__name__} has no install(firmware)")

    def set_clock(self, utc: datetime) -> Awaitable[None] | None:
        """Set the clock of the hardware; the default does nothing."""
        return None

    @classmethod
    def supports(cls, method: str) -> bool:
        """True if the class overrides the method."""
        return getattr(cls, method) is not getattr(Hardware, method)
