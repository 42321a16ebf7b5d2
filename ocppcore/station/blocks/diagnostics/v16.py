"""Diagnostics in OCPP 1.6: GetDiagnostics, DiagnosticsStatusNotification, GetLog, LogStatusNotification."""

from __future__ import annotations

from typing import Any, ClassVar

from ocppcore import v16
from ocppcore.errors import RpcError
from ocppcore.station.block import Answer
from ocppcore.station.blocks.diagnostics.state import Diagnostics
from ocppcore.station.retrying import Retrying
from ocppcore.station.setup import SECURITY
from ocppcore.version import ErrorCode


class Diagnostics16(Diagnostics):
    """1.6 §4.4, §5.9; W 5.9, 5.13."""

    handlers: ClassVar = {v16.GetDiagnosticsRequest: "get_diagnostics", v16.GetLogRequest: "_get_log"}

    def diagnostics_status(self, what: Any) -> v16.DiagnosticsStatusNotificationRequest:
        return v16.DiagnosticsStatusNotificationRequest(status=v16.DiagnosticsStatus(what[0]))

    def log_status(self, what: Any) -> v16.LogStatusNotificationRequest:
        status, request_id = what
        return v16.LogStatusNotificationRequest(status=v16.UploadLogStatusEnumType(status), request_id=request_id)

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

    def _get_log(self, request: v16.GetLogRequest, answer: Answer) -> None:
        if not self.ctx.setup.has(SECURITY):
            raise RpcError(ErrorCode.NotSupported, "Security is left out")

        def say(status: str, name: str | None) -> None:
            answer(v16.GetLogResponse(status=v16.LogStatusEnumType(status), filename=name))

        wanted = request.log
        self.get_log(
            request.log_type == v16.LogEnumType.SecurityLog,
            request.request_id,
            wanted.remote_location,
            Retrying(request.retries, request.retry_interval),
            (wanted.oldest_timestamp, wanted.latest_timestamp),
            say,
        )
