"""Provisioning: boot, heartbeat, configuration keys, reset. 1.6 §4.2, §4.6, §5.3, §5.8, §5.14."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from ocppcore.messages.base import Record, Request, Response
from ocppcore.messages.fields import boolean, enum, instant, integer, listof, record, text
from ocppcore.messages.secret import SecretKey

__all__ = [
    "BootNotificationRequest", "BootNotificationResponse", "ChangeConfigurationRequest",
    "ChangeConfigurationResponse", "ConfigurationStatus", "GetConfigurationRequest", "GetConfigurationResponse",
    "HeartbeatRequest", "HeartbeatResponse", "KeyValue", "RegistrationStatus", "ResetRequest", "ResetResponse",
    "ResetStatus", "ResetType",
]

# Write-only, and the password of the station (W 7.2, OCPP-J errata 3.12): it must not get into a log.
PASSWORD = SecretKey("AuthorizationKey")


class RegistrationStatus(StrEnum):
    """1.6 §7.38."""

    Accepted = "Accepted"
    Pending = "Pending"
    Rejected = "Rejected"


class BootNotificationResponse(Response):
    """1.6 §6.4. interval: seconds between heartbeats if Accepted, else to wait before the next boot notification."""

    status: RegistrationStatus = enum(RegistrationStatus)
    current_time: datetime = instant()
    interval: int = integer()


class BootNotificationRequest(Request[BootNotificationResponse]):
    """Station to CSMS, after each start. 1.6 §6.3."""

    charge_point_vendor: str = text(20)
    charge_point_model: str = text(20)
    charge_point_serial_number: str | None = text(25, default=None)
    charge_box_serial_number: str | None = text(25, default=None)
    firmware_version: str | None = text(50, default=None)
    iccid: str | None = text(20, default=None)
    imsi: str | None = text(20, default=None)
    meter_type: str | None = text(25, default=None)
    meter_serial_number: str | None = text(25, default=None)


class HeartbeatResponse(Response):
    """1.6 §6.30. current_time: the CSMS's clock."""

    current_time: datetime = instant()


class HeartbeatRequest(Request[HeartbeatResponse]):
    """Station to CSMS. 1.6 §6.29. It has no fields."""


class ConfigurationStatus(StrEnum):
    """1.6 §7.22. RebootRequired: changed, in force after a reboot that somebody else must ask for."""

    Accepted = "Accepted"
    Rejected = "Rejected"
    RebootRequired = "RebootRequired"
    NotSupported = "NotSupported"


class ChangeConfigurationResponse(Response):
    """1.6 §6.10."""

    status: ConfigurationStatus = enum(ConfigurationStatus)


class ChangeConfigurationRequest(Request[ChangeConfigurationResponse]):
    """CSMS to station. 1.6 §6.9. The value of AuthorizationKey is a secret and never shown."""

    key: str = text(50)
    value: str = text(500, secret=PASSWORD)


class KeyValue(Record):
    """A configuration key. 1.6 §7.29. readonly: ChangeConfiguration cannot set it; value: absent if it is not set."""

    key: str = text(50)
    readonly: bool = boolean()
    value: str | None = text(500, default=None, secret=PASSWORD)


class GetConfigurationResponse(Response):
    """1.6 §6.24. unknown_key: keys that were asked for and do not exist."""

    configuration_key: list[KeyValue] | None = listof(record(KeyValue), default=None)
    unknown_key: list[str] | None = listof(text(50), default=None)


class GetConfigurationRequest(Request[GetConfigurationResponse]):
    """CSMS to station. 1.6 §6.23. key: absent or empty asks for all keys (§5.8)."""

    key: list[str] | None = listof(text(50), default=None)


class ResetStatus(StrEnum):
    """1.6 §7.41."""

    Accepted = "Accepted"
    Rejected = "Rejected"


class ResetType(StrEnum):
    """1.6 §7.42, E 3.82."""

    Hard = "Hard"
    Soft = "Soft"


class ResetResponse(Response):
    """1.6 §6.40."""

    status: ResetStatus = enum(ResetStatus)


class ResetRequest(Request[ResetResponse]):
    """CSMS to station. 1.6 §6.39."""

    type: ResetType = enum(ResetType)
