"""Reservation: keeping a connector, or any one, for an id token. 1.6 §5.1, §5.13."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from ocppcore.messages.base import Request, Response
from ocppcore.messages.fields import enum, instant, integer, text
from ocppcore.messages.rules import at_least

__all__ = [
    "CancelReservationRequest", "CancelReservationResponse", "CancelReservationStatus", "ReservationStatus",
    "ReserveNowRequest", "ReserveNowResponse",
]


class CancelReservationStatus(StrEnum):
    """1.6 §7.5."""

    Accepted = "Accepted"
    Rejected = "Rejected"


class CancelReservationResponse(Response):
    """1.6 §6.6."""

    status: CancelReservationStatus = enum(CancelReservationStatus)


class CancelReservationRequest(Request[CancelReservationResponse]):
    """CSMS to station. 1.6 §6.5."""

    reservation_id: int = integer()


class ReservationStatus(StrEnum):
    """1.6 §7.40. Rejected: reservations are not configured."""

    Accepted = "Accepted"
    Faulted = "Faulted"
    Occupied = "Occupied"
    Rejected = "Rejected"
    Unavailable = "Unavailable"


class ReserveNowResponse(Response):
    """1.6 §6.38."""

    status: ReservationStatus = enum(ReservationStatus)


class ReserveNowRequest(Request[ReserveNowResponse], rules=[at_least("connector_id", 0, "1.6 6.37")]):
    """CSMS to station. 1.6 §6.37. connector_id: 0 reserves no particular one; a reservation_id in use is replaced."""

    connector_id: int = integer()
    expiry_date: datetime = instant()
    id_tag: str = text(20)
    parent_id_tag: str | None = text(20, default=None)
    reservation_id: int = integer()
