"""Transactions: their start and their stop. 1.6 §4.8, §4.10."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from ocppcore.messages.base import Request, Response
from ocppcore.messages.fields import enum, instant, integer, listof, record, text
from ocppcore.messages.rules import at_least
from ocppcore.messages.v16.authorization import IdTagInfo
from ocppcore.messages.v16.meter_values import MeterValue, SampledValue, UnitOfMeasure

__all__ = [
    "Reason", "StartTransactionRequest", "StartTransactionResponse", "StopTransactionRequest",
    "StopTransactionResponse",
]


class StartTransactionResponse(Response):
    """1.6 §6.46. transaction_id: any integer, 0 and negative ones too (E 3.54)."""

    id_tag_info: IdTagInfo = record(IdTagInfo)
    transaction_id: int = integer()


class StartTransactionRequest(Request[StartTransactionResponse], rules=[at_least("connector_id", 1, "1.6 6.45")]):
    """Station to CSMS. 1.6 §6.45. meter_start: Wh; reservation_id: of the reservation that ends with it."""

    connector_id: int = integer()
    id_tag: str = text(20)
    meter_start: int = integer()
    reservation_id: int | None = integer(default=None)
    timestamp: datetime = instant()


class Reason(StrEnum):
    """1.6 §7.36. Local is meant where none is given (§6.49)."""

    EmergencyStop = "EmergencyStop"
    EVDisconnected = "EVDisconnected"
    HardReset = "HardReset"
    Local = "Local"
    Other = "Other"
    PowerLoss = "PowerLoss"
    Reboot = "Reboot"
    Remote = "Remote"
    SoftReset = "SoftReset"
    UnlockCommand = "UnlockCommand"
    DeAuthorized = "DeAuthorized"


# Where the schema file of StopTransaction differs from that of MeterValues: no Hertz, and no minItems of sampledValue
# (which the rule of MeterValue demands all the same, 1.6 §7.33).
_SAMPLED_VALUE = record(
    SampledValue, changed={"unit": enum(UnitOfMeasure, default=None, without=(UnitOfMeasure.Hertz,))}
)
_METER_VALUE = record(MeterValue, changed={"sampled_value": listof(_SAMPLED_VALUE)})


class StopTransactionResponse(Response):
    """1.6 §6.50. id_tag_info: absent if the transaction was stopped without an id token."""

    id_tag_info: IdTagInfo | None = record(IdTagInfo, default=None)


class StopTransactionRequest(Request[StopTransactionResponse]):
    """Station to CSMS. 1.6 §6.49. meter_stop: Wh; transaction_id: -1 if the start could not be delivered (E 3.18)."""

    transaction_id: int = integer()
    timestamp: datetime = instant()
    meter_stop: int = integer()
    id_tag: str | None = text(20, default=None)
    reason: Reason | None = enum(Reason, default=None)
    transaction_data: list[MeterValue] | None = listof(_METER_VALUE, default=None)
