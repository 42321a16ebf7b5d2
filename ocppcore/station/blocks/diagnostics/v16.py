"""Diagnostics in OCPP 1.6: GetDiagnostics, DiagnosticsStatusNotification."""

from __future__ import annotations

from typing import ClassVar

from ocppcore import v16
from ocppcore.errors import RpcError
from ocppcore.station.block import Answer
from ocppcore.station.blocks.diagnostics.state import Diagnostics
from ocppcore.station.retrying import Retrying
from ocppcore.version import ErrorCode


class Diagnostics16(Diagnostics):
    """1.6 §4.4, §5.9."""

    handlers: ClassVar = {v16.GetDiagnosticsRequest: "get_diagnostics"}

    def request(self, status: str) -> v16.DiagnosticsStatusNotificationRequest:
        return v16.DiagnosticsStatusNotificationRequest(status=v16.DiagnosticsStatus(status))

    def get_diagnostics(self, request: v16.GetDiagnosticsRequest, answer: Answer) -> None:
        """Without any there is no file name (§5.9)."""
        if not self.ctx.setup.has("FirmwareManagement"):
            raise RpcError(ErrorCode.NotSupported, "FirmwareManagement is left out")
        self.get(
            request.location,
            Retrying(request.retries, request.retry_interval),
            (request.start_time, request.stop_time),
            lambda name: answer(v16.GetDiagnosticsResponse(file_name=name)),
        )
