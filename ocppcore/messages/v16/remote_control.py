"""Remote control: start, stop, unlock, and asking for a message. 1.6 §5.11, §5.12, §5.17, §5.18; W 5.5."""

from __future__ import annotations

from enum import StrEnum

from ocppcore.messages.base import Request, Response
from ocppcore.messages.fields import enum, integer, record, text
from ocppcore.messages.rules import Rule, at_least
from ocppcore.messages.v16.smart_charging import ChargingProfile, ChargingProfilePurposeType

__all__ = [
    "ExtendedTriggerMessageRequest", "ExtendedTriggerMessageResponse", "MessageTrigger", "MessageTriggerEnumType",
    "RemoteStartStopStatus", "RemoteStartTransactionRequest", "RemoteStartTransactionResponse",
    "RemoteStopTransactionRequest", "RemoteStopTransactionResponse", "TriggerMessageRequest",
    "TriggerMessageResponse", "TriggerMessageStatus", "TriggerMessageStatusEnumType", "UnlockConnectorRequest",
    "UnlockConnectorResponse", "UnlockStatus",
]


class RemoteStartStopStatus(StrEnum):
    """1.6 §7.39."""

    Accepted = "Accepted"
    Rejected = "Rejected"


def _purpose(request: RemoteStartTransactionRequest) -> str | None:
    profile = request.charging_profile
    fits = profile is None or profile.charging_profile_purpose == ChargingProfilePurposeType.TxProfile
    return None if fits else "/chargingProfile/chargingProfilePurpose"


def _transaction(request: RemoteStartTransactionRequest) -> str | None:
    profile = request.charging_profile
    return None if profile is None or profile.transaction_id is None else "/chargingProfile/transactionId"


class RemoteStartTransactionResponse(Response):
    """1.6 §6.34."""

    status: RemoteStartStopStatus = enum(RemoteStartStopStatus)


# What breaks these is answered with the status Rejected (certification cases TC_027 and TC_060), so they have no
# error code.
class RemoteStartTransactionRequest(
    Request[RemoteStartTransactionResponse],
    rules=[
        at_least("connector_id", 1, "1.6 6.33", None),
        Rule("1.6 6.33", "TxProfile", _purpose, None),
        Rule("E 3.41", "absent", _transaction, None),
    ],
):
    """CSMS to station. 1.6 §6.33. connector_id: absent, the station chooses."""

    connector_id: int | None = integer(default=None)
    id_tag: str = text(20)
    charging_profile: ChargingProfile | None = record(ChargingProfile, default=None)


class RemoteStopTransactionResponse(Response):
    """1.6 §6.36."""

    status: RemoteStartStopStatus = enum(RemoteStartStopStatus)


class RemoteStopTransactionRequest(Request[RemoteStopTransactionResponse]):
    """CSMS to station. 1.6 §6.35."""

    transaction_id: int = integer()


class UnlockStatus(StrEnum):
    """1.6 §7.46. NotSupported: the connector has no lock, or is unknown (E 3.87)."""

    Unlocked = "Unlocked"
    UnlockFailed = "UnlockFailed"
    NotSupported = "NotSupported"


class UnlockConnectorResponse(Response):
    """1.6 §6.54."""

    status: UnlockStatus = enum(UnlockStatus)


# An unknown connector is answered with the status NotSupported (E 3.87).
class UnlockConnectorRequest(Request[UnlockConnectorResponse], rules=[at_least("connector_id", 1, "1.6 6.53", None)]):
    """CSMS to station. 1.6 §6.53."""

    connector_id: int = integer()


class MessageTrigger(StrEnum):
    """1.6 §7.32."""

    BootNotification = "BootNotification"
    DiagnosticsStatusNotification = "DiagnosticsStatusNotification"
    FirmwareStatusNotification = "FirmwareStatusNotification"
    Heartbeat = "Heartbeat"
    MeterValues = "MeterValues"
    StatusNotification = "StatusNotification"


class TriggerMessageStatus(StrEnum):
    """1.6 §7.44. NotImplemented: the message is not implemented, or unknown."""

    Accepted = "Accepted"
    Rejected = "Rejected"
    NotImplemented = "NotImplemented"


class TriggerMessageResponse(Response):
    """1.6 §6.52."""

    status: TriggerMessageStatus = enum(TriggerMessageStatus)


# An unknown message is answered with the status NotImplemented (1.6 §5.17, §7.44), so what arrives is read as it is. A
# connector that does not matter to the message is ignored, and one that does not exist is Rejected (§5.17).
class TriggerMessageRequest(Request[TriggerMessageResponse], rules=[at_least("connector_id", 1, "1.6 6.51", None)]):
    """CSMS to station. 1.6 §6.51. connector_id: only where the message is about one."""

    requested_message: MessageTrigger = enum(MessageTrigger, open=True)
    connector_id: int | None = integer(default=None)


class MessageTriggerEnumType(StrEnum):
    """W 6.16. FirmwareStatusNotification means SignedFirmwareStatusNotification here."""

    BootNotification = "BootNotification"
    LogStatusNotification = "LogStatusNotification"
    FirmwareStatusNotification = "FirmwareStatusNotification"
    Heartbeat = "Heartbeat"
    MeterValues = "MeterValues"
    SignChargePointCertificate = "SignChargePointCertificate"
    StatusNotification = "StatusNotification"


class TriggerMessageStatusEnumType(StrEnum):
    """W 6.17. The same as TriggerMessageStatus of 1.6."""

    Accepted = "Accepted"
    Rejected = "Rejected"
    NotImplemented = "NotImplemented"


class ExtendedTriggerMessageResponse(Response, draft=6):
    """W 5.6."""

    status: TriggerMessageStatusEnumType = enum(TriggerMessageStatusEnumType)


class ExtendedTriggerMessageRequest(
    Request[ExtendedTriggerMessageResponse], draft=6, rules=[at_least("connector_id", 1, "W 5.5", None)]
):
    """CSMS to station. W 5.5. connector_id: only where the message is about one."""

    requested_message: MessageTriggerEnumType = enum(MessageTriggerEnumType, open=True)
    connector_id: int | None = integer(default=None)
