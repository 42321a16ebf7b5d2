"""What the text adds to the schema files: each rule kept, and broken in what we send and in what arrives."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from ocppcore import v16
from ocppcore.errors import InvalidMessage
from ocppcore.messages.base import Message, replace
from ocppcore.version import ErrorCode
from ocppcore.wire.fault import Fault

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
OCCURRENCE = ErrorCode.OccurrenceConstraintViolation
PROPERTY = ErrorCode.PropertyConstraintViolation
ACCEPTED = v16.IdTagInfo(status=v16.AuthorizationStatus.Accepted)


def schedule(*starts: int) -> v16.ChargingSchedule:
    periods = [v16.ChargingSchedulePeriod(start_period=start, limit=16.0) for start in starts]
    return v16.ChargingSchedule(charging_rate_unit=v16.ChargingRateUnitType.A, charging_schedule_period=periods)


PROFILE = v16.ChargingProfile(
    charging_profile_id=1,
    stack_level=0,
    charging_profile_purpose=v16.ChargingProfilePurposeType.TxDefaultProfile,
    charging_profile_kind=v16.ChargingProfileKindType.Recurring,
    recurrency_kind=v16.RecurrencyKindType.Daily,
    charging_schedule=schedule(0, 60),
)


def set_profile(connector: int = 1, **changes: Any) -> v16.SetChargingProfileRequest:
    return v16.SetChargingProfileRequest(connector_id=connector, cs_charging_profiles=replace(PROFILE, **changes))


def remote_start(connector: int | None = 1, **changes: Any) -> v16.RemoteStartTransactionRequest:
    profile = replace(PROFILE, charging_profile_purpose=v16.ChargingProfilePurposeType.TxProfile, **changes)
    return v16.RemoteStartTransactionRequest(connector_id=connector, id_tag="x", charging_profile=profile)


def local_list(version: int, *tags: str, full: bool = True, info: bool = True) -> v16.SendLocalListRequest:
    entries = [v16.AuthorizationData(id_tag=tag, id_tag_info=ACCEPTED if info else None) for tag in tags]
    kind = v16.UpdateType.Full if full else v16.UpdateType.Differential
    return v16.SendLocalListRequest(list_version=version, local_authorization_list=entries, update_type=kind)


def stop(**changes: Any) -> v16.StopTransactionRequest:
    return v16.StopTransactionRequest(meter_stop=1, timestamp=NOON, transaction_id=-1, **changes)


def status(connector: int) -> v16.StatusNotificationRequest:
    return v16.StatusNotificationRequest(
        connector_id=connector, error_code=v16.ChargePointErrorCode.NoError, status=v16.ChargePointStatus.Available
    )


def change(connector: int) -> v16.ChangeAvailabilityRequest:
    return v16.ChangeAvailabilityRequest(connector_id=connector, type=v16.AvailabilityType.Operative)


def reserve(connector: int) -> v16.ReserveNowRequest:
    return v16.ReserveNowRequest(connector_id=connector, expiry_date=NOON, id_tag="x", reservation_id=1)


def meter(connector: int) -> v16.MeterValuesRequest:
    value = v16.MeterValue(timestamp=NOON, sampled_value=[v16.SampledValue(value="1")])
    return v16.MeterValuesRequest(connector_id=connector, meter_value=[value])


def start(connector: int) -> v16.StartTransactionRequest:
    return v16.StartTransactionRequest(connector_id=connector, id_tag="x", meter_start=0, timestamp=NOON)


def unlock(connector: int) -> v16.UnlockConnectorRequest:
    return v16.UnlockConnectorRequest(connector_id=connector)


def trigger(connector: int) -> v16.TriggerMessageRequest:
    return v16.TriggerMessageRequest(requested_message=v16.MessageTrigger.MeterValues, connector_id=connector)


def extended_trigger(connector: int) -> v16.ExtendedTriggerMessageRequest:
    wanted = v16.MessageTriggerEnumType.MeterValues
    return v16.ExtendedTriggerMessageRequest(requested_message=wanted, connector_id=connector)


def composite(plan: v16.ChargingSchedule) -> v16.GetCompositeScheduleResponse:
    return v16.GetCompositeScheduleResponse(status=v16.GetCompositeScheduleStatus.Accepted, charging_schedule=plan)


KEPT: list[Message] = [
    *(status(0), change(0), reserve(0), meter(0), start(1), unlock(1), trigger(1), extended_trigger(1)),
    *(set_profile(), set_profile(0), set_profile(charging_schedule=schedule(0))),
    set_profile(recurrency_kind=None, charging_profile_kind=v16.ChargingProfileKindType.Relative),
    set_profile(charging_profile_purpose=v16.ChargingProfilePurposeType.TxProfile, transaction_id=0),
    set_profile(0, charging_profile_purpose=v16.ChargingProfilePurposeType.ChargePointMaxProfile),
    *(remote_start(), remote_start(None)),
    *(local_list(1, "a", "b"), local_list(1, "a", full=False, info=False), local_list(-2), local_list(1)),
    *(stop(), stop(transaction_data=[]), composite(schedule(0))),
]
PROFILE_AT = "/csChargingProfiles"
PERIODS_AT = "/chargingSchedule/chargingSchedulePeriod"
ANSWERED: list[tuple[Message, ErrorCode, str]] = [
    (status(-1), PROPERTY, "/connectorId"),
    (change(-1), PROPERTY, "/connectorId"),
    (reserve(-1), PROPERTY, "/connectorId"),
    (meter(-1), PROPERTY, "/connectorId"),
    (start(0), PROPERTY, "/connectorId"),
    (set_profile(-1), PROPERTY, "/connectorId"),
    (set_profile(stack_level=-1), PROPERTY, PROFILE_AT + "/stackLevel"),
    (set_profile(charging_schedule=schedule()), OCCURRENCE, PROFILE_AT + PERIODS_AT),
    (set_profile(charging_schedule=schedule(1)), PROPERTY, PROFILE_AT + PERIODS_AT + "/0/startPeriod"),
    (set_profile(charging_schedule=schedule(0, 5, 4)), PROPERTY, PROFILE_AT + PERIODS_AT + "/2/startPeriod"),
    (set_profile(charging_schedule=schedule(0, 5, 5)), PROPERTY, PROFILE_AT + PERIODS_AT + "/2/startPeriod"),
    (
        set_profile(charging_profile_kind=v16.ChargingProfileKindType.Absolute),
        PROPERTY,
        PROFILE_AT + "/recurrencyKind",
    ),
    (remote_start(stack_level=-1), PROPERTY, "/chargingProfile/stackLevel"),
    (composite(schedule(7)), PROPERTY, PERIODS_AT + "/0/startPeriod"),
    (
        stop(transaction_data=[v16.MeterValue(timestamp=NOON, sampled_value=[])]),
        OCCURRENCE,
        "/transactionData/0/sampledValue",
    ),
]
# The receiver answers these with a status, or puts up with them (decided per rule, see the declarations).
SENT_ONLY: list[tuple[Message, str]] = [
    (unlock(0), "/connectorId"),
    (trigger(0), "/connectorId"),
    (extended_trigger(0), "/connectorId"),
    (remote_start(0), "/connectorId"),
    (remote_start(transaction_id=3), "/chargingProfile/transactionId"),
    (
        v16.RemoteStartTransactionRequest(id_tag="x", charging_profile=PROFILE),
        "/chargingProfile/chargingProfilePurpose",
    ),
    (set_profile(transaction_id=3), PROFILE_AT + "/transactionId"),
    (
        set_profile(1, charging_profile_purpose=v16.ChargingProfilePurposeType.ChargePointMaxProfile),
        PROFILE_AT + "/chargingProfilePurpose",
    ),
    (
        set_profile(0, charging_profile_purpose=v16.ChargingProfilePurposeType.TxProfile),
        PROFILE_AT + "/chargingProfilePurpose",
    ),
    (local_list(0), "/listVersion"),
    (local_list(-1), "/listVersion"),
    (local_list(1, "a", "b", "A"), "/localAuthorizationList/2/idTag"),
    (local_list(1, "a", info=False), "/localAuthorizationList/0/idTagInfo"),
    (composite(replace(schedule(0), start_schedule=NOON)), "/chargingSchedule/startSchedule"),
]


def refusal(message: Message) -> Fault:
    with pytest.raises(InvalidMessage) as caught:
        type(message).shape.dump(message)
    return caught.value.fault


@pytest.mark.parametrize("message", KEPT, ids=repr)
def test_what_keeps_the_rules_is_sent_and_read(message: Message) -> None:
    shape = type(message).shape
    assert shape.load(shape.dump(message)) == message


@pytest.mark.parametrize(("message", "code", "pointer"), ANSWERED)
def test_a_breach_is_not_sent_and_answered_with_its_code(message: Message, code: ErrorCode, pointer: str) -> None:
    fault = type(message).shape.load(type(message).shape.plain(message))
    assert (fault.code, fault.pointer) == (code, pointer)
    assert fault.rule.isascii() and "(" in fault.rule
    assert refusal(message).pointer == pointer


@pytest.mark.parametrize(("message", "pointer"), SENT_ONLY)
def test_a_breach_with_an_answer_of_its_own_is_read_and_never_sent(message: Message, pointer: str) -> None:
    shape = type(message).shape
    assert shape.load(shape.plain(message)) == message
    assert refusal(message).pointer == pointer


def test_every_rule_is_tried_above() -> None:
    """By its section and text, so that a rule that is added needs a line here."""
    tried = {refusal(message).rule for message, *_ in [*ANSWERED, *SENT_ONLY]}
    declared = set()
    for name in v16.__all__:
        kind = getattr(v16, name)
        if isinstance(kind, type) and issubclass(kind, Message):
            declared |= {f"{rule.text} ({rule.section})" for rule in kind.node.rules}
    assert tried == declared
