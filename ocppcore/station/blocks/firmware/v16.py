"""Firmware in OCPP 1.6: UpdateFirmware and FirmwareStatusNotification, or their signed twins of the security extension.

A station serves one of the ways (decisions: 22): with Setup.secure_firmware the signed one (W L01.FR.20), without it
the plain one. Likewise one trigger asks for it: ExtendedTriggerMessage (W 6.16), or TriggerMessage.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from ocppcore import v16
from ocppcore.errors import RpcError
from ocppcore.messages.instant import format_instant
from ocppcore.station.block import Answer
from ocppcore.station.blocks.firmware.stages import Update
from ocppcore.station.blocks.firmware.state import REJECTED, Firmware
from ocppcore.station.context import Context
from ocppcore.station.retrying import Retrying
from ocppcore.version import ErrorCode


class Firmware16(Firmware):
    """1.6 §4.5, §5.19, W L01."""

    handlers: ClassVar = {
        v16.UpdateFirmwareRequest: "update_firmware",
        v16.SignedUpdateFirmwareRequest: "signed_update_firmware",
    }

    def __init__(self, ctx: Context) -> None:
        super().__init__(ctx)
        if self.available:
            ctx.triggers.register("FirmwareStatusNotification", self._wanted, extended=self.signed)

    def request(self, status: str, request_id: int | None) -> Any:
        return _plain(status) if request_id is None else _signed(status, request_id)

    def update_firmware(self, request: v16.UpdateFirmwareRequest, answer: Answer) -> None:
        """The answer has no status; what cannot be is a CALLERROR or, later, a failure status."""
        self._serves(signed=False)
        retrying = Retrying(request.retries, request.retry_interval)
        if self.begin(Update(request.location, format_instant(request.retrieve_date), retrying)) == REJECTED:
            raise RpcError(ErrorCode.GenericError, "firmware is being installed")
        answer(v16.UpdateFirmwareResponse())

    def signed_update_firmware(self, request: v16.SignedUpdateFirmwareRequest, answer: Answer) -> None:
        """W L01.FR.23: the answer waits for the check of the certificate."""
        self._serves(signed=True)
        firmware = request.firmware
        at = firmware.install_date_time
        update = Update(
            firmware.location,
            format_instant(firmware.retrieve_date_time),
            Retrying(request.retries, request.retry_interval),
            request_id=request.request_id,
            install=None if at is None else format_instant(at),
            certificate=firmware.signing_certificate,
            signature=firmware.signature,
        )
        status = v16.UpdateFirmwareStatusEnumType
        self.begin_signed(update, lambda found: answer(v16.SignedUpdateFirmwareResponse(status=status(found))))

    def _serves(self, signed: bool) -> None:
        if not self.available:
            raise RpcError(ErrorCode.NotSupported, "no firmware can be installed")
        if self.signed is not signed:
            raise RpcError(ErrorCode.NotSupported, f"use {'Signed' if self.signed else ''}UpdateFirmware")

    def _wanted(self, _: int | None) -> list[Callable[[], None]]:
        """A trigger asks how it stands."""
        return [lambda: self.ctx.triggers.send(self._now)]

    def _now(self) -> Any:
        status, request_id = self.last
        return _signed(status, request_id) if self.signed else _plain(status)


def _plain(status: str) -> v16.FirmwareStatusNotificationRequest:
    return v16.FirmwareStatusNotificationRequest(status=v16.FirmwareStatus(status))


def _signed(status: str, request_id: int | None) -> v16.SignedFirmwareStatusNotificationRequest:
    """W L01.FR.10 and .21."""
    named = v16.FirmwareStatusEnumType(status)
    return v16.SignedFirmwareStatusNotificationRequest(status=named, request_id=request_id)
