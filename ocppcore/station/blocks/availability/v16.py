"""Availability in OCPP 1.6: StatusNotification, ChangeAvailability."""

from __future__ import annotations

from typing import ClassVar

from ocppcore import v16
from ocppcore.messages.text import sendable
from ocppcore.station.block import Answer
from ocppcore.station.blocks.availability.state import Availability
from ocppcore.station.blocks.availability.status import Face
from ocppcore.station.timekeeper import Stamp

_CODES = {code.value: code for code in v16.ChargePointErrorCode}


class Availability16(Availability):
    """1.6 §4.9, §5.2."""

    handlers: ClassVar = {v16.ChangeAvailabilityRequest: "change_availability"}

    def request(self, evse: int, face: Face, at: Stamp) -> v16.StatusNotificationRequest:
        """An error that 1.6 has no code for is OtherError, and its code stands in vendorErrorCode (§7.6)."""
        code = v16.ChargePointErrorCode.NoError
        vendor_code = face.vendor_code
        if face.error is not None:
            code = _CODES.get(face.error, v16.ChargePointErrorCode.OtherError)
            vendor_code = vendor_code or (None if face.error in _CODES else face.error)
        return v16.StatusNotificationRequest(
            connector_id=evse,
            error_code=code,
            info=_cut(face.info, 50),
            status=v16.ChargePointStatus(face.status),
            timestamp=self.ctx.time.resolve(at),
            vendor_id=_cut(face.vendor_id, 255),
            vendor_error_code=_cut(vendor_code, 50),
        )

    def change_availability(self, request: v16.ChangeAvailabilityRequest, answer: Answer) -> None:
        status = self.change(request.connector_id, request.type is v16.AvailabilityType.Operative)
        answer(v16.ChangeAvailabilityResponse(status=v16.AvailabilityStatus(status)))


def _cut(text: str | None, longest: int) -> str | None:
    return None if text is None else sendable(text)[:longest]
