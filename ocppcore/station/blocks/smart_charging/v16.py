"""Smart charging in OCPP 1.6: SetChargingProfile, ClearChargingProfile, GetCompositeSchedule; and the charging profile
of RemoteStartTransaction.

What a profile breaks is answered Rejected, but where the standard names a CALLERROR (decisions: Wire 3): for an unknown
connector in SetChargingProfile (E 3.39), and where Smart Charging is left out. docs/smart-charging.md has the table.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, Final

from ocppcore import v16
from ocppcore.charging import FieldError, Period, Profile, Purpose, Unit, instant, seconds
from ocppcore.errors import RpcError
from ocppcore.station.block import Answer
from ocppcore.station.blocks.smart_charging.profiles import to_row
from ocppcore.station.blocks.smart_charging.state import SmartCharging
from ocppcore.station.context import Context
from ocppcore.station.events import ChargingProfileRefused
from ocppcore.version import ErrorCode

Status, Cleared, Composite = v16.ChargingProfileStatus, v16.ClearChargingProfileStatus, v16.GetCompositeScheduleStatus
PURPOSES: Final = {
    v16.ChargingProfilePurposeType.ChargePointMaxProfile: Purpose.StationMax,
    v16.ChargingProfilePurposeType.TxDefaultProfile: Purpose.TxDefault,
    v16.ChargingProfilePurposeType.TxProfile: Purpose.Tx,
}


class SmartCharging16(SmartCharging):
    """1.6 §5.5, §5.7, §5.16."""

    handlers: ClassVar = {
        v16.SetChargingProfileRequest: "_set",
        v16.ClearChargingProfileRequest: "_clear",
        v16.GetCompositeScheduleRequest: "_get_composite_schedule",
    }

    def __init__(self, ctx: Context) -> None:
        super().__init__(ctx)
        ctx.charging = self

    def _set(self, request: v16.SetChargingProfileRequest, answer: Answer) -> None:
        self._supported()
        if self.ctx.evse(request.connector_id) is None:  # E 3.39
            raise RpcError(ErrorCode.PropertyConstraintViolation, "/connectorId: there is no such connector")
        status, message = Status.Accepted, request.cs_charging_profiles
        try:
            self.install(self._read(request.connector_id, message))
        except FieldError as error:
            status = Status.Rejected
            self.ctx.emit(ChargingProfileRefused(message.charging_profile_id, str(error)))
        answer(v16.SetChargingProfileResponse(status=status))

    def _clear(self, request: v16.ClearChargingProfileRequest, answer: Answer) -> None:
        self._supported()
        purpose = request.charging_profile_purpose
        cleared = self.clear(
            request.id, request.connector_id, None if purpose is None else PURPOSES[purpose], request.stack_level
        )
        answer(v16.ClearChargingProfileResponse(status=Cleared.Accepted if cleared else Cleared.Unknown))

    def _get_composite_schedule(self, request: v16.GetCompositeScheduleRequest, answer: Answer) -> None:
        self._supported()
        unit = request.charging_rate_unit
        found = self.composite(request.connector_id, request.duration, None if unit is None else Unit(str(unit)))
        if found is None:
            answer(v16.GetCompositeScheduleResponse(status=Composite.Rejected))
            return
        start, chosen, periods = found
        answer(
            v16.GetCompositeScheduleResponse(
                status=Composite.Accepted,
                connector_id=request.connector_id,
                schedule_start=instant(start),
                charging_schedule=_schedule(chosen, periods),
            )
        )

    def to_start_with(self, evse: int, profile: v16.ChargingProfile) -> dict[str, Any] | None:
        try:
            read = self._read(evse, profile)
            self.check(read, starting=True)
        except FieldError as error:
            self.ctx.emit(ChargingProfileRefused(profile.charging_profile_id, str(error)))
            return None
        return to_row(read)

    def _supported(self) -> None:
        if not self.ctx.setup.has("SmartCharging"):  # E 3.39
            raise RpcError(ErrorCode.NotSupported, "SmartCharging is left out")

    def _read(self, evse: int, message: v16.ChargingProfile) -> Profile:
        """A message as a Profile. FieldError: it breaks a rule that no station could put up with."""
        schedule, recurrency = message.charging_schedule, message.recurrency_kind
        return Profile(
            message.charging_profile_id,
            evse,
            PURPOSES[message.charging_profile_purpose],
            message.stack_level,
            str(message.charging_profile_kind),
            str(schedule.charging_rate_unit),
            [(each.start_period, each.limit, each.number_phases) for each in schedule.charging_schedule_period],
            start_schedule=_seconds(schedule.start_schedule),
            duration=schedule.duration,
            recurrency=None if recurrency is None else str(recurrency),
            valid_from=_seconds(message.valid_from),
            valid_to=_seconds(message.valid_to),
            transaction=message.transaction_id,
            min_charging_rate=schedule.min_charging_rate,
            received=_seconds(self.ctx.utc),
        )


def _seconds(at: datetime | None) -> int | None:
    return None if at is None else seconds(at)


def _schedule(unit: Unit, periods: list[Period]) -> v16.ChargingSchedule:
    """No startSchedule (E 3.57), no minChargingRate: what is told is what will be offered."""
    return v16.ChargingSchedule(
        duration=periods[-1].end,
        charging_rate_unit=v16.ChargingRateUnitType(str(unit)),
        charging_schedule_period=[
            v16.ChargingSchedulePeriod(start_period=each.start, limit=each.limit, number_phases=each.phases)
            for each in periods
        ],
    )
