"""Firmware in OCPP 1.6: UpdateFirmware, FirmwareStatusNotification."""

from __future__ import annotations

from typing import ClassVar

from ocppcore import v16
from ocppcore.errors import RpcError
from ocppcore.station.block import Answer
from ocppcore.station.blocks.firmware.state import Firmware
from ocppcore.station.retrying import Retrying
from ocppcore.version import ErrorCode


class Firmware16(Firmware):
    """1.6 §4.5, §5.19."""

    handlers: ClassVar = {v16.UpdateFirmwareRequest: "update_firmware"}

    def request(self, status: str) -> v16.FirmwareStatusNotificationRequest:
        return v16.FirmwareStatusNotificationRequest(status=v16.FirmwareStatus(status))

    def update_firmware(self, request: v16.UpdateFirmwareRequest, answer: Answer) -> None:
        """The answer has no status; what cannot be is a CALLERROR or, later, a failure status."""
        if not self.available:
            raise RpcError(ErrorCode.NotSupported, "no firmware can be installed")
        if self._is_signed_only():
            raise RpcError(ErrorCode.NotSupported, "use SignedUpdateFirmware")  # W L01.FR.20
        retrying = Retrying(request.retries, request.retry_interval)
        if not self.begin(request.location, request.retrieve_date, retrying):
            raise RpcError(ErrorCode.GenericError, "firmware is being installed")
        answer(v16.UpdateFirmwareResponse())

    def _is_signed_only(self) -> bool:
        """The maker wants signed firmware only (decisions: 22), and there is a way for it to come."""
        return self.ctx.setup.secure_firmware and v16.SignedUpdateFirmwareRequest in self.handlers
