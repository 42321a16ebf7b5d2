"""The keys of smart charging limit what they say (1.6 §9.4)."""

from __future__ import annotations

import pytest

from ocppcore.errors import SetupError
from ocppcore.testing.charging import ChargingBench, profile

UNITS = "ChargingScheduleAllowedChargingRateUnit"


@pytest.mark.parametrize(("units", "allowed", "answered"), [
    ("Current", {"A"}, "A"),
    ("Power", {"W"}, "W"),
    ("Current,Power", {"A", "W"}, "A"),
    ("power, current", {"A", "W"}, "A"),
])  # fmt: skip
def test_the_units_of_profiles_and_schedules(units: str, allowed: set[str], answered: str) -> None:
    """E 3.88. Without a unit asked for, a composite schedule is in the first of them."""
    bench = ChargingBench(config={UNITS: units})
    for unit in ("A", "W"):
        assert bench.give(profile(1, (0, 6900), unit=unit)) == ("Accepted" if unit in allowed else "Rejected")
        assert (bench.schedule(60, unit=unit) is not None) is (unit in allowed)
    schedule = bench.composite(60).charging_schedule
    assert schedule is not None and schedule.charging_rate_unit == answered


@pytest.mark.parametrize("units", ["", "A", "Current,,Power", "Current,Current,Current"])
def test_units_that_there_are_not(units: str) -> None:
    with pytest.raises(SetupError, match=UNITS):
        ChargingBench(config={UNITS: units})


def test_the_limits_of_the_keys_are_those_that_hold() -> None:
    bench = ChargingBench()
    level, periods, most = (
        int(bench.get_key(name) or "")
        for name in ("ChargeProfileMaxStackLevel", "ChargingScheduleMaxPeriods", "MaxChargingProfilesInstalled")
    )
    rows = [(number, 6 + number % 2) for number in range(periods)]
    assert bench.give(profile(0, *rows, level=level)) == "Accepted"
    assert bench.give(profile(0, *rows, (periods, 6), level=level)) == "Rejected"
    assert bench.give(profile(0, (0, 6), level=level + 1)) == "Rejected"
    for id in range(1, most):
        place = id % 3
        assert bench.give(profile(id, (0, 6), level=id // 3), place) == "Accepted"
    assert len(bench.installed) == most
    assert bench.give(profile(most, (0, 6), level=level), 1) == "Rejected"


@pytest.mark.parametrize("key", [UNITS, "MaxChargingProfilesInstalled", "ConnectorSwitch3to1PhaseSupported"])
def test_a_back_end_can_not_change_them(key: str) -> None:
    bench = ChargingBench()
    assert bench.set_key(key, bench.get_key(key) or "") == "Rejected"
