"""Data transfer: what a vendor agreed with an operator, in either direction. 1.6 §4.3, §5.6."""

from __future__ import annotations

from enum import StrEnum

from ocppcore.messages.base import Request, Response
from ocppcore.messages.fields import enum, text

__all__ = ["DataTransferRequest", "DataTransferResponse", "DataTransferStatus"]


class DataTransferStatus(StrEnum):
    """1.6 §7.23."""

    Accepted = "Accepted"
    Rejected = "Rejected"
    UnknownMessageId = "UnknownMessageId"
    UnknownVendorId = "UnknownVendorId"


class DataTransferResponse(Response):
    """1.6 §6.16. data: text of any length and form."""

    status: DataTransferStatus = enum(DataTransferStatus)
    data: str | None = text(default=None)


class DataTransferRequest(Request[DataTransferResponse]):
    """Either way. 1.6 §6.15. vendor_id: should be a reversed domain name; data: text of any length and form."""

    vendor_id: str = text(255)
    message_id: str | None = text(50, default=None)
    data: str | None = text(default=None)
