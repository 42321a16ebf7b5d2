"""One exchange of messages as a line for people: the action, and the essentials of request and answer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from ocppcore import v16
from ocppcore.errors import CallFailed


def essentials(request: Any, outcome: Any, now: datetime) -> str:
    """What to know of a call and its answer. outcome: the response or the CallFailed; now: what is older is dated."""
    describe = _DESCRIBED.get(type(request))
    text = "" if describe is None else describe(request)
    stamp = _stamp_of(request)
    if stamp is not None and (now - stamp).total_seconds() > 60:
        text += f" ({stamp:%H:%M})"
    answer = str(outcome) if isinstance(outcome, CallFailed) else _answer(outcome)
    return f"{text} {answer}".strip()


def _answer(response: Any) -> str:
    words = []
    for status in (getattr(response, "status", None), getattr(getattr(response, "id_tag_info", None), "status", None)):
        if status is not None:
            words.append(str(status))
    if isinstance(response, v16.StartTransactionResponse):
        words.append(f"transaction {response.transaction_id}")
    if isinstance(response, v16.BootNotificationResponse):
        words.append(f"heartbeat every {response.interval} s")
    return f"→ {', '.join(words)}" if words else ""


def _stamp_of(request: Any) -> datetime | None:
    if isinstance(request, v16.MeterValuesRequest):
        return request.meter_value[0].timestamp
    stamped = v16.StartTransactionRequest | v16.StopTransactionRequest | v16.SecurityEventNotificationRequest
    if isinstance(request, stamped):
        return request.timestamp
    return None


def place(connector: int | None) -> str:
    """1.6's connectorId, in words."""
    return "station" if not connector else f"EVSE {connector}"


def kwh(wh: float) -> str:
    """Energy to three digits behind the point."""
    return f"{wh / 1000:.3f} kWh"


def _status(request: v16.StatusNotificationRequest) -> str:
    error = "" if request.error_code == v16.ChargePointErrorCode.NoError else f", {request.error_code}"
    return f"{place(request.connector_id)} is {request.status}{error}"


def _stop(request: v16.StopTransactionRequest) -> str:
    reason = request.reason or v16.Reason.Local  # 1.6 §6.49
    return f"transaction {request.transaction_id}, {reason}, {kwh(request.meter_stop)}"


def _values(request: v16.MeterValuesRequest) -> str:
    parts = [place(request.connector_id)]
    for sample in request.meter_value[0].sampled_value:
        if sample.measurand == v16.Measurand.Energy_Active_Import_Register:
            parts.append(kwh(float(sample.value)))
        elif sample.measurand == v16.Measurand.Power_Active_Import:
            parts.append(f"{float(sample.value) / 1000:.1f} kW")
        elif sample.measurand == v16.Measurand.SoC:
            parts.append(f"battery {float(sample.value):.0f} %")
    return " · ".join(parts)


_DESCRIBED: Final[dict[type[Any], Callable[[Any], str]]] = {
    v16.BootNotificationRequest: lambda r: f"{r.charge_point_vendor} {r.charge_point_model}",
    v16.StatusNotificationRequest: _status,
    v16.AuthorizeRequest: lambda r: f"card {r.id_tag}",
    v16.SecurityEventNotificationRequest: lambda r: r.type,
    v16.StartTransactionRequest: lambda r: f"{place(r.connector_id)}, {r.id_tag}, {kwh(r.meter_start)}",
    v16.StopTransactionRequest: _stop,
    v16.MeterValuesRequest: _values,
    v16.DataTransferRequest: lambda r: ", ".join([r.vendor_id, *filter(None, [r.message_id])]),
    v16.SecurityEventNotificationRequest: lambda r: ", ".join([r.type, *filter(None, [r.tech_info])]),
    v16.FirmwareStatusNotificationRequest: lambda r: str(r.status),
    v16.DiagnosticsStatusNotificationRequest: lambda r: str(r.status),
    v16.SignedFirmwareStatusNotificationRequest: lambda r: str(r.status),
    v16.LogStatusNotificationRequest: lambda r: str(r.status),
    v16.RemoteStopTransactionRequest: lambda r: f"transaction {r.transaction_id}",
    v16.RemoteStartTransactionRequest: lambda r: f"{place(r.connector_id)}, card {r.id_tag}",
}
