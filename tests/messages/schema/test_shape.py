"""A shape loads what is valid into typed messages and dumps only what is valid."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ocppcore import v16
from ocppcore.errors import InvalidMessage
from ocppcore.messages.base import Message
from ocppcore.messages.enums import is_known, unknown_member
from ocppcore.wire import encode_call
from ocppcore.wire.fault import Fault

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
KINDS: list[Any] = [kind for request in v16.REQUESTS.values() for kind in (request, request.response)]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(data=st.data())
def test_what_is_dumped_loads_as_the_same_message(
    kind: Any, messages: Callable[[type], st.SearchStrategy[Any]], data: st.DataObject
) -> None:
    message = data.draw(messages(kind))
    payload = kind.shape.dump(message)
    assert kind.shape.load(payload) == message
    assert kind.shape.dump(kind.shape.load(payload)) == payload
    assert plain(payload)


def plain(value: object) -> bool:
    """True for what any JSON encoder writes."""
    if type(value) is dict:
        return all(type(key) is str and plain(item) for key, item in value.items())
    if type(value) is list:
        return all(map(plain, value))
    return type(value) in (str, int, float, bool)


def test_null_is_read_as_an_empty_object() -> None:
    assert v16.HeartbeatRequest.shape.load(None) == v16.HeartbeatRequest()
    assert isinstance(v16.AuthorizeRequest.shape.load(None), Fault)
    assert v16.HeartbeatRequest.shape.dump(v16.HeartbeatRequest()) == {}


def test_a_loaded_message_holds_the_types_of_its_declaration() -> None:
    payload = {
        "connectorId": 1,
        "csChargingProfiles": {
            "chargingProfileId": 1,
            "stackLevel": 0,
            "chargingProfilePurpose": "TxProfile",
            "chargingProfileKind": "Absolute",
            "validFrom": "2026-01-31T14:00:00+02:00",
            "chargingSchedule": {
                "chargingRateUnit": "A",
                "chargingSchedulePeriod": [
                    {"startPeriod": 0, "limit": Decimal("21.4")},
                    {"startPeriod": 60, "limit": 16},
                ],
            },
        },
    }
    profile = v16.SetChargingProfileRequest.shape.load(payload).cs_charging_profiles
    assert profile.charging_profile_kind is v16.ChargingProfileKindType.Absolute
    assert profile.valid_from == NOON and profile.valid_from.tzinfo is UTC
    limits = [period.limit for period in profile.charging_schedule.charging_schedule_period]
    assert limits == [21.4, 16.0] and all(type(limit) is float for limit in limits)
    assert profile.transaction_id is None


def test_loading_does_not_change_what_it_is_given() -> None:
    payload = {"chargingProfilePurpose": "TxProfile", "id": 1}
    v16.ClearChargingProfileRequest.shape.load(payload)
    assert payload == {"chargingProfilePurpose": "TxProfile", "id": 1}


def refused(message: Message) -> str:
    """What is said when a message is dumped that may not be sent."""
    with pytest.raises(InvalidMessage) as caught:
        type(message).shape.dump(message)
    return str(caught.value)


def test_a_field_that_may_not_be_sent_is_named() -> None:
    assert refused(v16.AuthorizeRequest(id_tag="x" * 21)) == "AuthorizeRequest/idTag: maxLength 20"
    assert refused(v16.AuthorizeRequest(id_tag=1)) == "AuthorizeRequest/idTag: type string"  # type: ignore[arg-type]
    assert refused(v16.AuthorizeRequest(id_tag=None)) == "AuthorizeRequest/idTag: required"  # type: ignore[arg-type]
    info = v16.IdTagInfo(status="accepted")  # type: ignore[arg-type]
    assert refused(v16.AuthorizeResponse(id_tag_info=info)) == "AuthorizeResponse/idTagInfo/status: enum"


def test_a_fault_of_ours_has_pointer_and_code() -> None:
    with pytest.raises(InvalidMessage) as caught:
        v16.MeterValuesRequest.shape.dump(v16.MeterValuesRequest(connector_id=1, meter_value=[]))
    assert (caught.value.fault.pointer, caught.value.fault.code) == ("/meterValue", "OccurrenceConstraintViolation")


@pytest.mark.parametrize("when", [datetime(2026, 1, 31, 12), "2026-01-31T12:00:00Z", 0])
def test_an_instant_is_an_aware_datetime(when: Any) -> None:
    message = refused(v16.HeartbeatResponse(current_time=when))
    assert message == "HeartbeatResponse/currentTime: type datetime with a time zone"


def test_an_instant_out_of_range_is_not_sent() -> None:
    assert "format date-time" in refused(v16.HeartbeatResponse(current_time=datetime(1969, 1, 1, tzinfo=UTC)))
    early = datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14)))
    assert "HeartbeatResponse/currentTime" in refused(v16.HeartbeatResponse(current_time=early))


def test_a_record_is_not_a_dict_and_a_list_is_not_a_text() -> None:
    assert "type IdTagInfo" in refused(v16.AuthorizeResponse(id_tag_info={"status": "Accepted"}))  # type: ignore[arg-type]
    assert "type list" in refused(v16.GetConfigurationRequest(key="x"))  # type: ignore[arg-type]


@pytest.mark.parametrize("limit", [4.11, 0.1 + 0.2, float("nan"), float("inf"), True, "16", Decimal("4.11")])
def test_a_limit_with_two_decimals_is_not_sent(limit: Any) -> None:
    period = v16.ChargingSchedulePeriod(start_period=0, limit=limit)
    schedule = v16.ChargingSchedule(charging_rate_unit=v16.ChargingRateUnitType.A, charging_schedule_period=[period])
    response = v16.GetCompositeScheduleResponse(
        status=v16.GetCompositeScheduleStatus.Accepted, charging_schedule=schedule
    )
    assert "/chargingSchedule/chargingSchedulePeriod/0/limit: " in refused(response)


@pytest.mark.parametrize("connector", [True, 1.0, "1"])
def test_an_integer_is_not_a_bool_and_not_a_float(connector: Any) -> None:
    assert "/connectorId: type integer" in refused(v16.UnlockConnectorRequest(connector_id=connector))
    assert "/requestId: type integer" in refused(  # a draft-06 message: 1.0 is read, and not sent
        v16.LogStatusNotificationRequest(status=v16.UploadLogStatusEnumType.Uploaded, request_id=connector)
    )


def test_the_messages_of_draft_06_read_1_0_as_an_integer() -> None:
    shape = v16.LogStatusNotificationRequest.shape
    assert shape.load({"status": "Uploaded", "requestId": Decimal("7.0")}).request_id == 7
    assert isinstance(v16.CancelReservationRequest.shape.load({"reservationId": Decimal("7.0")}), Fault)


def test_another_message_is_not_dumped() -> None:
    with pytest.raises(InvalidMessage, match="AuthorizeRequest: type object"):
        v16.AuthorizeRequest.shape.dump(v16.HeartbeatRequest())


def test_unknown_values_of_enumerations_are_kept_when_asked_for() -> None:
    shape = v16.ResetRequest.shape
    assert isinstance(shape.load({"type": "Warm"}), Fault)
    request = shape.load({"type": "Warm"}, lenient_enums=True)
    assert request.type == "Warm" and isinstance(request.type, v16.ResetType) and not is_known(request.type)
    assert isinstance(shape.load({"type": 1}, lenient_enums=True), Fault)
    assert "/type: enum" in refused(request)
    assert shape.plain(request) == {"type": "Warm"}


@pytest.mark.parametrize("kind", [v16.TriggerMessageRequest, v16.ExtendedTriggerMessageRequest])
def test_an_unknown_message_to_trigger_is_read_because_a_conf_answers_it(kind: Any) -> None:
    """1.6 §5.17, §7.44: NotImplemented, a status and no CALLERROR."""
    request = kind.shape.load({"requestedMessage": "Foo"})
    assert request.requested_message == "Foo" and not is_known(request.requested_message)
    assert isinstance(kind.shape.load({"requestedMessage": 1}), Fault)
    assert "/requestedMessage: enum" in refused(kind(requested_message=unknown_member(v16.MessageTrigger, "Foo")))


def test_hertz_is_read_in_meter_values_and_refused_in_a_stop_as_the_files_say() -> None:
    value = {"timestamp": "2026-01-31T12:00:00Z", "sampledValue": [{"value": "50", "unit": "Hertz"}]}
    meter = v16.MeterValuesRequest.shape.load({"connectorId": 1, "meterValue": [value]})
    assert meter.meter_value[0].sampled_value[0].unit is v16.UnitOfMeasure.Hertz
    stop = {"meterStop": 1, "timestamp": "2026-01-31T12:00:00Z", "transactionId": 1, "transactionData": [value]}
    fault = v16.StopTransactionRequest.shape.load(stop)
    assert fault.pointer == "/transactionData/0/sampledValue/0/unit"


@pytest.mark.parametrize("unit", ["Celsius", "Celcius"])
def test_both_spellings_of_celsius_are_read_and_sent(unit: str) -> None:
    """OCPP-J errata 2.1."""
    value = {"timestamp": "2026-01-31T12:00:00Z", "sampledValue": [{"value": "20", "unit": unit}]}
    payload = {"meterStop": 1, "timestamp": "2026-01-31T12:00:00Z", "transactionId": 1, "transactionData": [value]}
    shape = v16.StopTransactionRequest.shape
    assert shape.dump(shape.load(payload)) == payload


@pytest.mark.parametrize("text", ["\ud800", "x\udfff", "\ude00\ud83d"])
def test_a_lone_surrogate_is_not_sent_and_its_field_is_named(text: str) -> None:
    """No UTF-8 can carry it, so there is no text to send (J §4.1.2)."""
    message = refused(v16.DataTransferRequest(vendor_id="v", data=text))
    assert message == "DataTransferRequest/data: type string without lone surrogates"
    tags = [v16.AuthorizationData(id_tag="x"), v16.AuthorizationData(id_tag=text)]
    message = refused(
        v16.SendLocalListRequest(
            list_version=1, update_type=v16.UpdateType.Differential, local_authorization_list=tags
        )
    )
    assert "/localAuthorizationList/1/idTag: type string without lone surrogates" in message
    with pytest.raises(InvalidMessage, match="what is no string without lone surrogates"):
        encode_call("1", "Authorize", v16.AuthorizeRequest.shape.plain(v16.AuthorizeRequest(id_tag=text)))
