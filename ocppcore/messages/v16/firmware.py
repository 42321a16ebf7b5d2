"""Firmware: updates, plain (1.6 §4.5, §5.19) and signed (W L01)."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from ocppcore.messages.base import Record, Request, Response
from ocppcore.messages.fields import enum, instant, integer, record, text
from ocppcore.messages.secret import SecretLogin

__all__ = [
    "FirmwareStatus", "FirmwareStatusEnumType", "FirmwareStatusNotificationRequest",
    "FirmwareStatusNotificationResponse", "FirmwareType", "SignedFirmwareStatusNotificationRequest",
    "SignedFirmwareStatusNotificationResponse", "SignedUpdateFirmwareRequest", "SignedUpdateFirmwareResponse",
    "UpdateFirmwareRequest", "UpdateFirmwareResponse", "UpdateFirmwareStatusEnumType",
]


class UpdateFirmwareResponse(Response):
    """1.6 §6.56. It has no fields."""


class UpdateFirmwareRequest(Request[UpdateFirmwareResponse]):
    """CSMS to station. 1.6 §6.55, E 3.63. location: a URL; retries: additional attempts; retrieve_date: not before
    then; retry_interval: seconds."""

    location: str = text(format="uri", secret=SecretLogin())
    retries: int | None = integer(default=None)
    retrieve_date: datetime = instant()
    retry_interval: int | None = integer(default=None)


class FirmwareStatus(StrEnum):
    """1.6 §7.25. Idle is sent only when triggered."""

    Downloaded = "Downloaded"
    DownloadFailed = "DownloadFailed"
    Downloading = "Downloading"
    Idle = "Idle"
    InstallationFailed = "InstallationFailed"
    Installing = "Installing"
    Installed = "Installed"


class FirmwareStatusNotificationResponse(Response):
    """1.6 §6.20. It has no fields."""


class FirmwareStatusNotificationRequest(Request[FirmwareStatusNotificationResponse]):
    """Station to CSMS. 1.6 §6.19."""

    status: FirmwareStatus = enum(FirmwareStatus)


class FirmwareType(Record, draft=6):
    """W 6.9. location: a URL; retrieve_date_time, install_date_time: not before then; signing_certificate: PEM;
    signature: base64."""

    location: str = text(512, secret=SecretLogin())
    retrieve_date_time: datetime = instant()
    install_date_time: datetime | None = instant(default=None)
    signing_certificate: str = text(5500)
    signature: str = text(800)


class UpdateFirmwareStatusEnumType(StrEnum):
    """W 6.18. AcceptedCanceled: accepted, and an update in progress was cancelled."""

    Accepted = "Accepted"
    Rejected = "Rejected"
    AcceptedCanceled = "AcceptedCanceled"
    InvalidCertificate = "InvalidCertificate"
    RevokedCertificate = "RevokedCertificate"


class SignedUpdateFirmwareResponse(Response, draft=6):
    """W 5.22."""

    status: UpdateFirmwareStatusEnumType = enum(UpdateFirmwareStatusEnumType)


class SignedUpdateFirmwareRequest(Request[SignedUpdateFirmwareResponse], draft=6):
    """CSMS to station. W 5.21. retries: additional attempts; retry_interval: seconds."""

    retries: int | None = integer(default=None)
    retry_interval: int | None = integer(default=None)
    request_id: int = integer()
    firmware: FirmwareType = record(FirmwareType)


class FirmwareStatusEnumType(StrEnum):
    """W 6.8. Idle is sent only when triggered."""

    Downloaded = "Downloaded"
    DownloadFailed = "DownloadFailed"
    Downloading = "Downloading"
    DownloadScheduled = "DownloadScheduled"
    DownloadPaused = "DownloadPaused"
    Idle = "Idle"
    InstallationFailed = "InstallationFailed"
    Installing = "Installing"
    Installed = "Installed"
    InstallRebooting = "InstallRebooting"
    InstallScheduled = "InstallScheduled"
    InstallVerificationFailed = "InstallVerificationFailed"
    InvalidSignature = "InvalidSignature"
    SignatureVerified = "SignatureVerified"


class SignedFirmwareStatusNotificationResponse(Response, draft=6):
    """W 5.20. It has no fields."""


class SignedFirmwareStatusNotificationRequest(Request[SignedFirmwareStatusNotificationResponse], draft=6):
    """Station to CSMS. W 5.19. request_id: of the SignedUpdateFirmware; absent only where no update is going on."""

    status: FirmwareStatusEnumType = enum(FirmwareStatusEnumType)
    request_id: int | None = integer(default=None)
