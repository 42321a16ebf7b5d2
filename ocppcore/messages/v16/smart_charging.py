"""Smart charging: profiles of power or current over time. 1.6 §3.13, §5.5, §5.7, §5.16."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from ocppcore.messages.base import Record, Request, Response
from ocppcore.messages.fields import enum, instant, integer, listof, number, record
from ocppcore.messages.rules import Rule, ascending, at_least, first_is, not_empty, only_with

__all__ = [
    "ChargingProfile", "ChargingProfileKindType", "ChargingProfilePurposeType", "ChargingProfileStatus",
    "ChargingRateUnitType", "ChargingSchedule", "ChargingSchedulePeriod", "ClearChargingProfileRequest",
    "ClearChargingProfileResponse", "ClearChargingProfileStatus", "GetCompositeScheduleRequest",
    "GetCompositeScheduleResponse", "GetCompositeScheduleStatus", "RecurrencyKindType", "SetChargingProfileRequest",
    "SetChargingProfileResponse",
]


class ChargingRateUnitType(StrEnum):
    """1.6 §7.12. A: per phase; W: the sum of all phases."""

    A = "A"
    W = "W"


class ChargingProfilePurposeType(StrEnum):
    """1.6 §7.10."""

    ChargePointMaxProfile = "ChargePointMaxProfile"
    TxDefaultProfile = "TxDefaultProfile"
    TxProfile = "TxProfile"


class ChargingProfileKindType(StrEnum):
    """1.6 §7.9."""

    Absolute = "Absolute"
    Recurring = "Recurring"
    Relative = "Relative"


class RecurrencyKindType(StrEnum):
    """1.6 §7.37."""

    Daily = "Daily"
    Weekly = "Weekly"


class ChargingSchedulePeriod(Record):
    """1.6 §7.14. start_period: seconds from the start of the schedule; limit: in its unit, at most one decimal;
    number_phases: absent, 3 are assumed."""

    start_period: int = integer()
    limit: float = number(multiple_of=0.1)
    number_phases: int | None = integer(default=None)


class ChargingSchedule(
    Record,
    rules=[
        not_empty("charging_schedule_period", "1.6 7.13"),
        first_is("charging_schedule_period", "start_period", 0, "E 3.45"),
        ascending("charging_schedule_period", "start_period", "1.6 7.14"),
    ],
):
    """1.6 §7.13. duration: seconds, absent: the last period goes on; start_schedule: absent, the start of charging."""

    duration: int | None = integer(default=None)
    start_schedule: datetime | None = instant(default=None)
    charging_rate_unit: ChargingRateUnitType = enum(ChargingRateUnitType)
    charging_schedule_period: list[ChargingSchedulePeriod] = listof(record(ChargingSchedulePeriod))
    min_charging_rate: float | None = number(multiple_of=0.1, default=None)


class ChargingProfile(
    Record,
    rules=[
        at_least("stack_level", 0, "1.6 7.8"),
        only_with("recurrency_kind", "charging_profile_kind", ChargingProfileKindType.Recurring, "E 3.56"),
        only_with("transaction_id", "charging_profile_purpose", ChargingProfilePurposeType.TxProfile, "1.6 7.8", None),
    ],
):
    """1.6 §7.8. valid_from, valid_to: absent, from now on and until it is replaced."""

    charging_profile_id: int = integer()
    transaction_id: int | None = integer(default=None)
    stack_level: int = integer()
    charging_profile_purpose: ChargingProfilePurposeType = enum(ChargingProfilePurposeType)
    charging_profile_kind: ChargingProfileKindType = enum(ChargingProfileKindType)
    recurrency_kind: RecurrencyKindType | None = enum(RecurrencyKindType, default=None)
    valid_from: datetime | None = instant(default=None)
    valid_to: datetime | None = instant(default=None)
    charging_schedule: ChargingSchedule = record(ChargingSchedule)


class ChargingProfileStatus(StrEnum):
    """1.6 §7.11."""

    Accepted = "Accepted"
    Rejected = "Rejected"
    NotSupported = "NotSupported"


def _purpose_of_connector(request: SetChargingProfileRequest) -> str | None:
    purpose = request.cs_charging_profiles.charging_profile_purpose
    fits = {
        ChargingProfilePurposeType.ChargePointMaxProfile: request.connector_id == 0,
        ChargingProfilePurposeType.TxProfile: request.connector_id > 0,
    }
    return None if fits.get(purpose, True) else "/csChargingProfiles/chargingProfilePurpose"


class SetChargingProfileResponse(Response):
    """1.6 §6.44."""

    status: ChargingProfileStatus = enum(ChargingProfileStatus)


class SetChargingProfileRequest(
    Request[SetChargingProfileResponse],
    rules=[
        at_least("connector_id", 0, "E 3.39"),
        Rule("1.6 3.13.1", "ChargePointMaxProfile on connector 0, TxProfile above", _purpose_of_connector, None),
    ],
):
    """CSMS to station. 1.6 §6.43, E 3.53. connector_id: 0 is the station as a whole."""

    connector_id: int = integer()
    cs_charging_profiles: ChargingProfile = record(ChargingProfile)


class ClearChargingProfileStatus(StrEnum):
    """1.6 §7.21. Unknown: no profile matched."""

    Accepted = "Accepted"
    Unknown = "Unknown"


class ClearChargingProfileResponse(Response):
    """1.6 §6.14."""

    status: ClearChargingProfileStatus = enum(ClearChargingProfileStatus)


class ClearChargingProfileRequest(Request[ClearChargingProfileResponse]):
    """CSMS to station. 1.6 §6.13, E 3.26. id: given, the others are ignored; else all that are given must match."""

    id: int | None = integer(default=None)
    connector_id: int | None = integer(default=None)
    charging_profile_purpose: ChargingProfilePurposeType | None = enum(ChargingProfilePurposeType, default=None)
    stack_level: int | None = integer(default=None)


class GetCompositeScheduleStatus(StrEnum):
    """1.6 §7.26."""

    Accepted = "Accepted"
    Rejected = "Rejected"


def _start_schedule(response: GetCompositeScheduleResponse) -> str | None:
    schedule = response.charging_schedule
    return "/chargingSchedule/startSchedule" if schedule and schedule.start_schedule is not None else None


class GetCompositeScheduleResponse(Response, rules=[Rule("E 3.57", "absent", _start_schedule, None)]):
    """1.6 §6.22. schedule_start: the moment to which the periods are relative."""

    status: GetCompositeScheduleStatus = enum(GetCompositeScheduleStatus)
    connector_id: int | None = integer(default=None)
    schedule_start: datetime | None = instant(default=None)
    charging_schedule: ChargingSchedule | None = record(ChargingSchedule, default=None)


class GetCompositeScheduleRequest(Request[GetCompositeScheduleResponse]):
    """CSMS to station. 1.6 §6.21. connector_id: 0 is the grid connection; duration: seconds."""

    connector_id: int = integer()
    duration: int = integer()
    charging_rate_unit: ChargingRateUnitType | None = enum(ChargingRateUnitType, default=None)
