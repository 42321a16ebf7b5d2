"""Reservations in OCPP 1.6: ReserveNow and CancelReservation. Left out, the profile answers Rejected, in a conf."""

from __future__ import annotations

from typing import ClassVar

from ocppcore import v16
from ocppcore.messages.instant import format_instant
from ocppcore.station.block import Answer
from ocppcore.station.blocks.reservation.state import ReservationRules


class Reservation16(ReservationRules):
    """1.6 §5.1, §5.13."""

    handlers: ClassVar = {
        v16.ReserveNowRequest: "_reserve_now",
        v16.CancelReservationRequest: "_cancel_reservation",
    }

    def _reserve_now(self, request: v16.ReserveNowRequest, answer: Answer) -> None:
        status = self.reserve(
            request.reservation_id,
            request.connector_id,
            request.id_tag,
            request.parent_id_tag,
            format_instant(request.expiry_date),
        )
        answer(v16.ReserveNowResponse(status=v16.ReservationStatus(status)))

    def _cancel_reservation(self, request: v16.CancelReservationRequest, answer: Answer) -> None:
        cancelled = self.cancel(request.reservation_id)
        status = v16.CancelReservationStatus.Accepted if cancelled else v16.CancelReservationStatus.Rejected
        answer(v16.CancelReservationResponse(status=status))
