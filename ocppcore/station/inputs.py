"""What the hardware tells a station: the inputs, as methods of Station. Each one is a step; repeating one is harmless.

The facts go to the Evse record first, then a local event tells the blocks.
"""

from __future__ import annotations

from datetime import datetime

from ocppcore.errors import SetupError
from ocppcore.hardware import MeterReading
from ocppcore.messages.text import sendable
from ocppcore.station.context import Context
from ocppcore.station.evse import Evse as _Evse
from ocppcore.station.evse import EvseError, EvState
from ocppcore.station.local import (
    BayChanged,
    ClockSet,
    EmergencyStop,
    ErrorsChanged,
    EvStateChanged,
    GoingDown,
    IdTokenPresented,
    LocalEvent,
    Plugged,
    ReadingPushed,
    SecurityEvent,
    StopPressed,
    Unplugged,
)


class Inputs:
    """The inputs of Station. evse counts from 1; 0 is the station as a whole where the method says so."""

    def __init__(self, ctx: Context) -> None:
        self.ctx = ctx
        self._tampered = False

    def _enter(self, now: float) -> None:
        raise TypeError("Inputs is a part of Station")

    def _settle(self) -> None:
        raise TypeError("Inputs is a part of Station")

    def set_utc(self, utc: datetime, now: float, source: str = "host") -> None:
        """The time, from the host's clock. utc: an aware datetime; source: for the log."""
        self._enter(now)
        step = self.ctx.time.set_utc(utc, now)
        self.ctx.publish(ClockSet(step, source))
        self._settle()

    def plug(self, evse: int, now: float) -> None:
        """A cable was plugged in (fixed cable: into the EV)."""
        facts = self._facts(evse)
        if not facts.plugged:
            facts.plugged = True
            facts.ev = EvState.Connected
            self._tell(Plugged(evse), now)

    def unplug(self, evse: int, now: float) -> None:
        """The cable was taken out."""
        facts = self._facts(evse)
        if facts.plugged:
            facts.plugged = False
            facts.ev = EvState.Absent
            self._tell(Unplugged(evse), now)

    def ev_state(self, evse: int, state: EvState, now: float) -> None:
        """What the EV does. Absent while plugged: the cable was taken out at the EV side."""
        facts = self._facts(evse)
        if facts.ev != state:
            facts.ev = state
            self._tell(EvStateChanged(evse), now)

    def present_id_token(self, token: str, now: float, evse: int | None = None) -> None:
        """A card was shown (1.6: idTag, at most 20 characters). evse: where the reader belongs to one EVSE. Raises
        SetupError for a token that no message can carry."""
        if evse is not None:
            self._facts(evse)
        if not 0 < len(token) <= 20:
            raise SetupError(f"id token of {len(token)} characters: 1.6 takes 1 to 20")
        if sendable(token) != token:
            raise SetupError(f"id token {token!r}: a lone surrogate is no character")
        self._tell(IdTokenPresented(token, evse), now)

    def stop_button(self, evse: int, now: float) -> None:
        """The stop button was pressed: ends the transaction, reason Local."""
        self._facts(evse)
        self._tell(StopPressed(evse), now)

    def emergency_stop(self, pressed: bool, now: float) -> None:
        """The emergency stop was pressed or released."""
        self._tell(EmergencyStop(pressed), now)

    def reading(self, evse: int, reading: MeterReading, now: float) -> None:
        """The meter tells by itself what it shows (evse 0: the main meter). It is kept, and used where the meter does
        not answer when it is asked. Raises SetupError if the register is no number."""
        self._facts(evse, station=True)
        if not reading.valid:
            raise SetupError(f"evse {evse}: {reading!r} is no reading: energy_wh must be a finite number")
        self._tell(ReadingPushed(evse, reading), now)

    def power_failing(self, now: float) -> None:
        """The supply is about to go: what can still be written is written."""
        self._tell(GoingDown("PowerLoss"), now)

    def program_ending(self, now: float) -> None:
        """The program is about to end, by itself or because it was asked to. What charges stops, for the reason Reboot
        (1.6 §7.36), and nothing begins for a minute. Without it, the next start takes the end for a loss of power.
        After a Reset, or when the power fails, that is known already, and nothing changes."""
        if not self.ctx.transactions.going_down:
            self._tell(GoingDown("Reboot"), now)

    def tamper(self, detected: bool, now: float, info: str | None = None) -> None:
        """The tamper sensor of the station: somebody is at it, or no longer. info: which one; at most 255 characters.
        Detected, it is a security event (W 8: TamperDetectionActivated)."""
        if detected != self._tampered:
            self._tampered = detected
            if detected:
                self._tell(SecurityEvent("TamperDetectionActivated", info), now)

    def security_event(
        self, type: str, now: float, info: str | None = None, *, critical: bool = False
    ) -> None:
        """Something happened that the back end's security desk wants to know; it goes into the security log (W A04).

        type: a name of W 8, or the maker's own, 1 to 50 characters; info: more about it, at most 255 characters,
        without any secret. critical: it is told to the back end, too; of the names of W 8 the standard says which are.
        Raises SetupError for a text that is too long.
        """
        if not 0 < len(type) <= 50 or len(info or "") > 255:
            raise SetupError(f"security event {type!r}: use 1 to 50 characters, and at most 255 for its info")
        self._tell(SecurityEvent(type, info, critical), now)

    def bay_occupied(self, evse: int, occupied: bool, now: float) -> None:
        """The bay sensor changed."""
        facts = self._facts(evse)
        if facts.bay_occupied != occupied:
            facts.bay_occupied = occupied
            self._tell(BayChanged(evse), now)

    def restrict(
        self, evse: int, source: str, limit: float, now: float, *, unit: str = "A", phases: int = 3
    ) -> None:
        """One more limit for an EVSE, or for all together (evse 0), beside charging profiles and ratings: of a local
        load management, of heat, of the cable, of the EV (ISO 15118). It holds until release() or a restart.

        source: its name, which ChargingLimitChanged and explain() tell; it replaces the limit of that name. limit: in
        unit, "A" (amperes per phase) or "W" (watts in all); phases: the most that may be used, 1 to 3. Raises
        SetupError.
        """
        self._facts(evse, station=True)
        self._enter(now)
        try:
            self.ctx.charging.restrict(evse, source, limit, unit, phases)
        except ValueError as error:
            raise SetupError(f"a limit of {source!r} for evse {evse}: {error}") from None
        self._settle()

    def release(self, evse: int, source: str, now: float) -> None:
        """The limit of that name is gone; nothing happens if there is none."""
        self._facts(evse, station=True)
        self._enter(now)
        self.ctx.charging.release(evse, source)
        self._settle()

    def error(self, evse: int, error: EvseError, now: float) -> None:
        """A fault or warning appeared (evse 0: the station as a whole). One error of each code is kept."""
        facts = self._facts(evse, station=True)
        if facts.errors.get(error.code) != error:
            facts.errors.pop(error.code, None)  # the last one to come stands last
            facts.errors[error.code] = error
            self._tell(ErrorsChanged(evse), now)

    def clear_error(self, evse: int, code: str, now: float) -> None:
        """The fault or warning with this code is gone."""
        facts = self._facts(evse, station=True)
        if facts.errors.pop(code, None) is not None:
            self._tell(ErrorsChanged(evse), now)

    def hardware_failed(self, evse: int, why: str, now: float) -> None:
        """The binding could not drive the EVSE: energy off, Faulted, until hardware_recovered()."""
        facts = self._facts(evse)
        if facts.failure is None:
            facts.failure = why
            self._tell(ErrorsChanged(evse), now)

    def hardware_recovered(self, evse: int, now: float) -> None:
        """The EVSE can be driven again."""
        facts = self._facts(evse)
        if facts.failure is not None:
            facts.failure = None
            self._tell(ErrorsChanged(evse), now)

    def _facts(self, evse: int, station: bool = False) -> _Evse:
        facts = self.ctx.evse(evse) if evse or station else None
        if facts is None:
            raise SetupError(f"evse {evse}: the station has 1 to {self.ctx.setup.evses}")
        return facts

    def _tell(self, event: LocalEvent, now: float) -> None:
        self._enter(now)
        self.ctx.publish(event)
        self._settle()
