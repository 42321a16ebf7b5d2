"""docs/smart-charging.md says what is refused, and how: each row is run. What is refused changes nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from ocppcore import v16
from ocppcore.errors import CallErrorReceived
from ocppcore.station.events import ChargingProfileRefused
from ocppcore.testing.charging import ChargingBench, profile
from ocppcore.version import ErrorCode

DOCUMENT = (Path(__file__).parents[4] / "docs" / "smart-charging.md").read_text("utf-8")
SECTION = re.compile(r"^### (\w+)\n\n```json\n(.*?)```\n\n(.*?)(?=^###|\Z)", re.M | re.S)
ROW = re.compile(r"^\| (.+?) \| (\w+) \| `(.*)` \|$", re.M)
GOOD = ("Accepted",)
LIMITS = {
    "ChargeProfileMaxStackLevel": "2",
    "ChargingScheduleMaxPeriods": "2",
    "MaxChargingProfilesInstalled": "2",
    "ChargingScheduleAllowedChargingRateUnit": "Current",
}


def merged(target: Any, patch: Any) -> Any:
    """RFC 7396."""
    if not isinstance(patch, dict):
        return patch
    result = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        result.pop(name, None)
        if value is not None:
            result[name] = merged((target if isinstance(target, dict) else {}).get(name), value)
    return result


def rows() -> Iterator[Any]:
    for action, base, table in SECTION.findall(DOCUMENT):
        for wrong, answer, patch in ROW.findall(table):
            request = merged(json.loads(base), json.loads(patch))
            yield pytest.param(action, request, answer, id=f"{action}: {wrong}")


ROWS = list(rows())


def desk() -> ChargingBench:
    bench = ChargingBench(config=LIMITS)
    bench.charge(1)
    assert bench.transaction(1) == 1
    assert bench.give(profile(1, (0, 20))) == "Accepted"
    assert bench.give(profile(2, (0, 12), level=1), 1) == "Accepted"
    return bench


def stored(bench: ChargingBench) -> str:
    """All but the security log, which tells of messages that break the standard."""
    return json.dumps({name: rows for name, rows in bench.store.items() if name != "security_log"}, sort_keys=True)


def said(bench: ChargingBench, action: str, payload: Any) -> str:
    """The status of the answer to a text, or the code of the CALLERROR."""
    bench.station.receive(json.dumps([2, "1", action, payload]), bench.now)
    bench._store_batches()
    texts = [json.loads(text) for text in bench.station.data_to_send()]
    (answer,) = [text for text in texts if text[1] == "1"]
    return str(answer[2]["status"] if answer[0] == 3 else answer[2])


@pytest.mark.parametrize(("action", "request_", "answer"), [pytest.param(*p.values, id=p.id) for p in ROWS])
def test_each_row_of_the_table(action: str, request_: Any, answer: str) -> None:
    bench = desk()
    before = stored(bench)
    assert said(bench, action, request_) == answer
    if answer not in GOOD:
        bench.run()
        assert stored(bench) == before
        assert (bench.limit(1), bench.limit(2)) == (12, None)
    if answer == "Rejected" and action in ("SetChargingProfile", "RemoteStartTransaction"):
        (why,) = [event.why for event in bench.events if isinstance(event, ChargingProfileRefused)]
        assert why


def test_the_tables_are_there() -> None:
    assert len(ROWS) >= 45
    assert {row.values[0] for row in ROWS} == {
        "SetChargingProfile", "ClearChargingProfile", "GetCompositeSchedule", "RemoteStartTransaction",
    }  # fmt: skip


def test_H18_a_composite_schedule_has_its_bounds_whatever_is_installed() -> None:
    """Ten weekly profiles of 24 periods each, asked for as long as can be asked."""
    bench = ChargingBench()
    bench.charge()
    for level in range(10):
        hours: list[tuple[int, float]] = [(hour * 3600 + level * 60, 6 + (hour * 7 + level) % 25) for hour in range(24)]
        weekly = profile(
            level, (0, 16), *hours[1:], level=level, kind="Recurring", recurrency="Weekly", start=bench.utc,
            duration=(10 - level) * 43_200,
        )  # fmt: skip
        assert bench.give(weekly, 1) == "Accepted"
    for duration in (2**31 - 1, 2**31, 10**12):
        schedule = bench.composite(duration).charging_schedule
        assert schedule is not None and schedule.duration is not None
        assert len(schedule.charging_schedule_period) == 1024
        assert schedule.charging_schedule_period[-1].start_period < schedule.duration < 2**31


@pytest.mark.parametrize("limit", [2_147_483_647, 2_147_483_648])
@pytest.mark.parametrize("unit", ["A", "W"])
def test_H19_the_largest_limit_is_no_limit(limit: int, unit: str) -> None:
    """Some back ends write the largest number there is."""
    bench = ChargingBench()
    bench.charge(1)
    bench.charge(2, "TAG2")
    assert bench.give(profile(1, (0, limit), unit=unit)) == "Accepted"
    assert bench.give(profile(2, (0, limit), unit=unit, purpose="ChargePointMaxProfile", kind="Absolute")) == "Accepted"
    assert (bench.limit(1), bench.limit(2)) == (32, 32)
    assert bench.schedule(60, unit="W") == [(0, 32 * 230 * 3, 3)]


def test_smart_charging_left_out() -> None:
    """E 3.39; 1.6 §5.11."""
    bench = ChargingBench(boot=False)
    bench.setup.without = frozenset({"SmartCharging"})
    bench.restart()
    assert bench.give(profile(1, (0, 10))) is ErrorCode.NotSupported
    assert bench.clear() is ErrorCode.NotSupported
    refused = bench.ask(v16.GetCompositeScheduleRequest(connector_id=1, duration=60))
    assert isinstance(refused, CallErrorReceived) and refused.code is ErrorCode.NotSupported
    bench.plug()
    assert bench.start_remotely(profile(1, (0, 10), purpose="TxProfile")) == "Accepted"
    assert (bench.limit(), bench.installed) == (32, [])
    assert bench.ask(v16.GetConfigurationRequest(key=["MaxChargingProfilesInstalled"])).unknown_key


def test_while_the_time_is_not_known() -> None:
    """A back end whose own time is not taken can set nothing that depends on it."""
    bench = ChargingBench(boot=False, clock_known=False)
    long_ago = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
    accepted = v16.RegistrationStatus.Accepted
    bench.answers[v16.BootNotificationRequest] = lambda _: v16.BootNotificationResponse(
        status=accepted, current_time=long_ago, interval=300
    )
    bench.boot()
    assert bench.station.ctx.utc is None
    assert bench.give(profile(1, (0, 10))) == "Rejected"
    assert bench.schedule(60) is None
    assert bench.clear() == "Unknown"
    bench.plug()
    assert bench.start_remotely(profile(1, (0, 10), purpose="TxProfile")) == "Rejected"
