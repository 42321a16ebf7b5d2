"""Diagnostics: files of log data that the station uploads. 1.6 §4.4, §5.9; W N01."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from ocppcore.messages.base import Record, Request, Response
from ocppcore.messages.fields import enum, instant, integer, record, text
from ocppcore.messages.secret import SecretLogin

__all__ = [
    "DiagnosticsStatus", "DiagnosticsStatusNotificationRequest", "DiagnosticsStatusNotificationResponse",
    "GetDiagnosticsRequest", "GetDiagnosticsResponse", "GetLogRequest", "GetLogResponse", "LogEnumType",
    "LogParametersType", "LogStatusEnumType", "LogStatusNotificationRequest", "LogStatusNotificationResponse",
    "UploadLogStatusEnumType",
]


class GetDiagnosticsResponse(Response):
    """1.6 §6.26. file_name: absent if there is nothing to upload."""

    file_name: str | None = text(255, default=None)


class GetDiagnosticsRequest(Request[GetDiagnosticsResponse]):
    """CSMS to station. 1.6 §6.25. location: a URL, of a folder; retries: additional attempts (E 3.50); retry_interval:
    seconds; start_time and stop_time: the span of the log that is wanted."""

    location: str = text(format="uri", secret=SecretLogin())
    retries: int | None = integer(default=None)
    retry_interval: int | None = integer(default=None)
    start_time: datetime | None = instant(default=None)
    stop_time: datetime | None = instant(default=None)


class DiagnosticsStatus(StrEnum):
    """1.6 §7.24. Idle is sent only when triggered."""

    Idle = "Idle"
    Uploaded = "Uploaded"
    UploadFailed = "UploadFailed"
    Uploading = "Uploading"


class DiagnosticsStatusNotificationResponse(Response):
    """1.6 §6.18. It has no fields."""


class DiagnosticsStatusNotificationRequest(Request[DiagnosticsStatusNotificationResponse]):
    """Station to CSMS. 1.6 §6.17."""

    status: DiagnosticsStatus = enum(DiagnosticsStatus)


class LogEnumType(StrEnum):
    """W 6.13."""

    DiagnosticsLog = "DiagnosticsLog"
    SecurityLog = "SecurityLog"


class LogParametersType(Record, draft=6):
    """W 6.14. remote_location: a URL; the timestamps: the span of the log that is wanted."""

    remote_location: str = text(512, secret=SecretLogin())
    oldest_timestamp: datetime | None = instant(default=None)
    latest_timestamp: datetime | None = instant(default=None)


class LogStatusEnumType(StrEnum):
    """W 6.15. AcceptedCanceled: accepted, and an upload in progress was cancelled."""

    Accepted = "Accepted"
    Rejected = "Rejected"
    AcceptedCanceled = "AcceptedCanceled"


class GetLogResponse(Response, draft=6):
    """W 5.10. filename: absent if there is nothing to upload."""

    status: LogStatusEnumType = enum(LogStatusEnumType)
    filename: str | None = text(255, default=None)


class GetLogRequest(Request[GetLogResponse], draft=6):
    """CSMS to station. W 5.9. retries: additional attempts; retry_interval: seconds."""

    log_type: LogEnumType = enum(LogEnumType)
    request_id: int = integer()
    retries: int | None = integer(default=None)
    retry_interval: int | None = integer(default=None)
    log: LogParametersType = record(LogParametersType)


class UploadLogStatusEnumType(StrEnum):
    """W 6.19. Idle is sent only when triggered."""

    BadMessage = "BadMessage"
    Idle = "Idle"
    NotSupportedOperation = "NotSupportedOperation"
    PermissionDenied = "PermissionDenied"
    Uploaded = "Uploaded"
    UploadFailure = "UploadFailure"
    Uploading = "Uploading"


class LogStatusNotificationResponse(Response, draft=6):
    """W 5.14. It has no fields."""


class LogStatusNotificationRequest(Request[LogStatusNotificationResponse], draft=6):
    """Station to CSMS. W 5.13. request_id: of the GetLog; absent only in a triggered Idle."""

    status: UploadLogStatusEnumType = enum(UploadLogStatusEnumType)
    request_id: int | None = integer(default=None)
