"""A Bench whose back end has charging profiles to give: for tests of smart charging, and of back ends.

    bench = ChargingBench()
    bench.give(profile(1, (0, 16), (3600, 10)))
    bench.charge()
    assert bench.limit() == 16
    assert bench.schedule(7200) == [(0, 16, 3), (3600, 10, 3)]
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ocppcore import v16
from ocppcore.errors import CallErrorReceived
from ocppcore.station.blocks.smart_charging.profiles import TABLE
from ocppcore.testing.bench import Bench
from ocppcore.version import ErrorCode

Purpose = v16.ChargingProfilePurposeType
Row = tuple[int, float] | tuple[int, float, int | None]


def profile(
    id: int,
    *rows: Row,
    purpose: str = "TxDefaultProfile",
    level: int = 0,
    kind: str = "Relative",
    unit: str = "A",
    start: datetime | None = None,
    duration: int | None = None,
    recurrency: str | None = None,
    valid_from: datetime | None = None,
    valid_to: datetime | None = None,
    transaction: int | None = None,
    least: float | None = None,
) -> v16.ChargingProfile:
    """A ChargingProfile (1.6 §7.8). rows: its periods, (startPeriod, limit) or (startPeriod, limit, numberPhases)."""
    periods = [
        v16.ChargingSchedulePeriod(start_period=row[0], limit=row[1], number_phases=row[2] if len(row) == 3 else None)
        for row in rows
    ]
    return v16.ChargingProfile(
        charging_profile_id=id,
        transaction_id=transaction,
        stack_level=level,
        charging_profile_purpose=Purpose(purpose),
        charging_profile_kind=v16.ChargingProfileKindType(kind),
        recurrency_kind=None if recurrency is None else v16.RecurrencyKindType(recurrency),
        valid_from=valid_from,
        valid_to=valid_to,
        charging_schedule=v16.ChargingSchedule(
            duration=duration,
            start_schedule=start,
            charging_rate_unit=v16.ChargingRateUnitType(unit),
            charging_schedule_period=periods,
            min_charging_rate=least,
        ),
    )


class ChargingBench(Bench):
    """See the module's docstring. A status is told as a str, a CALLERROR as its ErrorCode."""

    def give(self, profile: v16.ChargingProfile, connector: int = 0) -> str | ErrorCode:
        """SetChargingProfile, whatever it breaks."""
        return self._status(v16.SetChargingProfileRequest(connector_id=connector, cs_charging_profiles=profile))

    def clear(self, **fields: Any) -> str | ErrorCode:
        """ClearChargingProfile, with the fields of the request."""
        if "charging_profile_purpose" in fields:
            fields["charging_profile_purpose"] = Purpose(fields["charging_profile_purpose"])
        return self._status(v16.ClearChargingProfileRequest(**fields))

    def start_remotely(
        self, profile: v16.ChargingProfile | None, connector: int | None = 1, token: str = "TAG1"
    ) -> str | ErrorCode:
        """RemoteStartTransaction with a charging profile."""
        request = v16.RemoteStartTransactionRequest(connector_id=connector, id_tag=token, charging_profile=profile)
        return self._status(request)

    def composite(self, duration: int, connector: int = 1, unit: str | None = None) -> v16.GetCompositeScheduleResponse:
        """GetCompositeSchedule."""
        rate_unit = None if unit is None else v16.ChargingRateUnitType(unit)
        answer = self.ask(
            v16.GetCompositeScheduleRequest(connector_id=connector, duration=duration, charging_rate_unit=rate_unit)
        )
        assert isinstance(answer, v16.GetCompositeScheduleResponse), answer
        return answer

    def schedule(
        self, duration: int, connector: int = 1, unit: str | None = None
    ) -> list[tuple[int, float, int | None]] | None:
        """The periods of GetCompositeSchedule: start, limit, phases; None if it is Rejected."""
        schedule = self.composite(duration, connector, unit).charging_schedule
        if schedule is None:
            return None
        return [(each.start_period, each.limit, each.number_phases) for each in schedule.charging_schedule_period]

    def _status(self, request: Any) -> str | ErrorCode:
        answer = self.insist(request)
        if isinstance(answer, CallErrorReceived):
            assert answer.code is not None, answer.text
            return answer.code
        return str(answer.status)

    # What can be seen

    def limit(self, evse: int = 1) -> float | None:
        """The limit in force, in amperes per phase."""
        return self.station.want(evse).limit_a

    @property
    def installed(self) -> list[int]:
        """The ids of the profiles that are stored."""
        return sorted(int(key) for key in self.store.get(TABLE, {}))

    def transaction(self, evse: int = 1) -> int | None:
        """The back end's id of the transaction that runs."""
        running = self.station.ctx.evses[evse].transaction
        return None if running is None else running.id
