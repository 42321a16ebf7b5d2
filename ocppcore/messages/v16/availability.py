"""Availability: the status of connectors, and taking them in and out of service. 1.6 §4.9, §5.2."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from ocppcore.messages.base import Request, Response
from ocppcore.messages.fields import enum, instant, integer, text
from ocppcore.messages.rules import at_least

__all__ = [
    "AvailabilityStatus", "AvailabilityType", "ChangeAvailabilityRequest", "ChangeAvailabilityResponse",
    "ChargePointErrorCode", "ChargePointStatus", "StatusNotificationRequest", "StatusNotificationResponse",
]


class AvailabilityStatus(StrEnum):
    """1.6 §7.3. Scheduled: once the transactions in progress have ended."""

    Accepted = "Accepted"
    Rejected = "Rejected"
    Scheduled = "Scheduled"


class AvailabilityType(StrEnum):
    """1.6 §7.4."""

    Inoperative = "Inoperative"
    Operative = "Operative"


class ChangeAvailabilityResponse(Response):
    """1.6 §6.8."""

    status: AvailabilityStatus = enum(AvailabilityStatus)


class ChangeAvailabilityRequest(Request[ChangeAvailabilityResponse], rules=[at_least("connector_id", 0, "1.6 6.7")]):
    """CSMS to station. 1.6 §6.7. connector_id: 0 is the station and all its connectors."""

    connector_id: int = integer()
    type: AvailabilityType = enum(AvailabilityType)


class ChargePointErrorCode(StrEnum):
    """1.6 §7.6."""

    ConnectorLockFailure = "ConnectorLockFailure"
    EVCommunicationError = "EVCommunicationError"
    GroundFailure = "GroundFailure"
    HighTemperature = "HighTemperature"
    InternalError = "InternalError"
    LocalListConflict = "LocalListConflict"
    NoError = "NoError"
    OtherError = "OtherError"
    OverCurrentFailure = "OverCurrentFailure"
    PowerMeterFailure = "PowerMeterFailure"
    PowerSwitchFailure = "PowerSwitchFailure"
    ReaderFailure = "ReaderFailure"
    ResetFailure = "ResetFailure"
    UnderVoltage = "UnderVoltage"
    OverVoltage = "OverVoltage"
    WeakSignal = "WeakSignal"


class ChargePointStatus(StrEnum):
    """1.6 §7.7. Connector 0, the station, is only Available, Unavailable or Faulted."""

    Available = "Available"
    Preparing = "Preparing"
    Charging = "Charging"
    SuspendedEVSE = "SuspendedEVSE"
    SuspendedEV = "SuspendedEV"
    Finishing = "Finishing"
    Reserved = "Reserved"
    Unavailable = "Unavailable"
    Faulted = "Faulted"


class StatusNotificationResponse(Response):
    """1.6 §6.48. It has no fields."""


class StatusNotificationRequest(Request[StatusNotificationResponse], rules=[at_least("connector_id", 0, "1.6 6.47")]):
    """Station to CSMS. 1.6 §6.47. connector_id: 0 is the station; timestamp: absent, the time of receipt counts."""

    connector_id: int = integer()
    error_code: ChargePointErrorCode = enum(ChargePointErrorCode)
    info: str | None = text(50, default=None)
    status: ChargePointStatus = enum(ChargePointStatus)
    timestamp: datetime | None = instant(default=None)
    vendor_id: str | None = text(255, default=None)
    vendor_error_code: str | None = text(50, default=None)
