"""Local events: what blocks tell each other through Context.publish(). They never leave the station.

A block lists what it wants in `Block.subscriptions`. Events are delivered in order, after the publisher has returned.
"""

from __future__ import annotations

from ocppcore.hardware import MeterReading
from ocppcore.station.timekeeper import Stamp
from ocppcore.station.transaction import Transaction


class LocalEvent:
    """Base of all local events."""

    __slots__ = ()

    def __repr__(self) -> str:
        names: tuple[str, ...] = self.__slots__
        return f"{type(self).__name__}({', '.join(f'{name}={getattr(self, name)!r}' for name in names)})"


class OnEvse(LocalEvent):
    """Something about one EVSE."""

    __slots__ = ("evse",)

    def __init__(self, evse: int) -> None:
        self.evse = evse


# Inputs of the host, published by Station after the Evse facts have been updated.
class Plugged(OnEvse):
    """The cable was plugged in."""


class Unplugged(OnEvse):
    """The cable was taken out (at the EV side, with a fixed cable or a locked socket)."""


class EvStateChanged(OnEvse):
    """Evse.ev has changed."""


class StopPressed(OnEvse):
    """The stop button: ends the transaction with reason Local."""


class ErrorsChanged(OnEvse):
    """Evse.errors has changed, or the hardware failed or recovered."""


class BayChanged(OnEvse):
    """Evse.bay_occupied has changed."""


class ReadingPushed(OnEvse):
    """The host told a meter reading without being asked. reading: with a valid register."""

    __slots__ = ("reading",)

    def __init__(self, evse: int, reading: MeterReading) -> None:
        super().__init__(evse)
        self.reading = reading


class IdTokenPresented(LocalEvent):
    """A card was shown. evse: where the reader belongs to one EVSE, else None."""

    __slots__ = ("token", "evse")

    def __init__(self, token: str, evse: int | None) -> None:
        self.token = token
        self.evse = evse


class EmergencyStop(LocalEvent):
    """The emergency stop was pressed (True) or released (False)."""

    __slots__ = ("pressed",)

    def __init__(self, pressed: bool) -> None:
        self.pressed = pressed


class GoingDown(LocalEvent):
    """The program is about to end: there is time for a few writes. reason: 1.6 §7.36, PowerLoss or Reboot."""

    __slots__ = ("reason",)

    def __init__(self, reason: str) -> None:
        self.reason = reason


# Registration and link, published by provisioning and Station.
class Online(LocalEvent):
    """Connected and accepted: requests may be sent. booted: it is the first time since the boot (E 3.22)."""

    __slots__ = ("booted",)

    def __init__(self, booted: bool) -> None:
        self.booted = booted


class Offline(LocalEvent):
    """No longer connected, or no longer accepted."""

    __slots__ = ()


class ClockSet(LocalEvent):
    """UTC became known, or was corrected. step: seconds that it moved, None if it was not known; source: who told."""

    __slots__ = ("step", "source")

    def __init__(self, step: float | None, source: str) -> None:
        self.step = step
        self.source = source


class ConfigurationChanged(LocalEvent):
    """A configuration key has a new value."""

    __slots__ = ("key",)

    def __init__(self, key: str) -> None:
        self.key = key


class SecurityEvent(LocalEvent):
    """Something that the back end's security desk wants to know: it is logged and, if it is critical, told (W A04).

    type: its name in W 8, or a vendor's own, at most 50 characters; info: at most 255, without any secret. critical: a
    vendor's event is; for the standard's the standard says it.
    """

    __slots__ = ("type", "info", "critical")

    def __init__(self, type: str, info: str | None = None, critical: bool = False) -> None:
        self.type = type
        self.info = info
        self.critical = critical


class ResetWanted(LocalEvent):
    """A reset was accepted: transactions end first (5.14)."""

    __slots__ = ("hard",)

    def __init__(self, hard: bool) -> None:
        self.hard = hard


class ResetFailed(LocalEvent):
    """The reset that ResetWanted announced did not happen: the station goes on as before."""

    __slots__ = ()


# Transactions, published by the transactions block.
class OnTransaction(LocalEvent):
    """Something about one transaction."""

    __slots__ = ("transaction",)

    def __init__(self, transaction: Transaction) -> None:
        self.transaction = transaction


class TransactionStarted(OnTransaction):
    """The begin reading is there: the transaction runs. begin: that reading."""

    __slots__ = ("begin",)

    def __init__(self, transaction: Transaction, begin: MeterReading) -> None:
        super().__init__(transaction)
        self.begin = begin


class TransactionEnding(OnTransaction):
    """The end reading is there, the StopTransaction is about to be queued: hand in the transaction data now.
    at: when the meter was asked for it; after a power cut that is later than the transaction stopped."""

    __slots__ = ("end", "at")

    def __init__(self, transaction: Transaction, end: MeterReading, at: Stamp) -> None:
        super().__init__(transaction)
        self.end = end
        self.at = at


class TransactionStopped(OnTransaction):
    """The transaction is over for the user; its messages may still wait for delivery."""


class TransactionFinished(OnTransaction):
    """Its last message is delivered or given up: nothing of it needs to be stored any more."""


class IdTokenInfoReceived(LocalEvent):
    """The back end told about an id token (Authorize, StartTransaction or StopTransaction): 1.6 §3.5.1.

    status: AuthorizationStatus; parent: parentIdTag or None; expires: RFC 3339 text or None.
    """

    __slots__ = ("token", "status", "parent", "expires")

    def __init__(self, token: str, status: str, parent: str | None, expires: str | None) -> None:
        self.token = token
        self.status = status
        self.parent = parent
        self.expires = expires


class AuthorizationRefused(LocalEvent):
    """An id token was not accepted. evse: where it was presented, None if the reader is shared."""

    __slots__ = ("token", "evse", "status")

    def __init__(self, token: str, evse: int | None, status: str) -> None:
        self.token = token
        self.evse = evse
        self.status = status
