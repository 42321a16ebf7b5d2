"""Limits that the host sets itself: load management, heat, cable, ISO 15118."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from ocppcore import v16
from ocppcore.errors import SetupError
from ocppcore.station.events import ChargingLimitChanged
from ocppcore.testing.charging import ChargingBench, profile


@pytest.fixture
def bench() -> Iterator[ChargingBench]:
    yield ChargingBench()


def test_a_limit_of_the_host_holds_beside_profiles_until_it_is_released(bench: ChargingBench) -> None:
    bench.give(profile(1, (0, 16)))
    bench.charge()
    bench.station.restrict(1, "heat", 10, bench.now)
    bench.run()
    assert bench.limit() == 10
    bench.station.restrict(1, "heat", 20, bench.now)
    bench.run()
    assert bench.limit() == 16
    bench.station.release(1, "heat", bench.now)
    bench.station.release(1, "heat", bench.now)
    bench.run()
    assert bench.limit() == 16
    bench.clear(id=1)
    assert bench.limit() == 32


def test_the_name_of_what_limits_is_told(bench: ChargingBench) -> None:
    bench.charge()
    bench.station.restrict(1, "ISO 15118", 13, bench.now)
    bench.run()
    (told,) = [event for event in bench.events if isinstance(event, ChargingLimitChanged) and event.limit_a == 13]
    assert (told.evse, told.why) == (1, "ISO 15118")


def test_watts_are_taken_over_the_phases_that_they_are_for(bench: ChargingBench) -> None:
    bench.charge()
    bench.station.restrict(1, "load management", 6900, bench.now, unit="W")
    bench.run()
    assert bench.limit() == 10


def test_a_limit_of_the_station_is_shared(bench: ChargingBench) -> None:
    bench.charge(1)
    bench.charge(2, "TAG2")
    bench.station.restrict(0, "load management", 20, bench.now)
    bench.run()
    assert (bench.limit(1), bench.limit(2)) == (10, 10)


def test_too_low_a_limit_pauses_and_energy_comes_back(bench: ChargingBench) -> None:
    bench.charge()
    bench.station.restrict(1, "load management", 5, bench.now)
    bench.run()
    assert not bench.energy() and bench.status() == "SuspendedEVSE"
    bench.station.release(1, "load management", bench.now)
    bench.run()
    assert bench.energy() and bench.status() == "Charging"


def test_a_composite_schedule_shows_it(bench: ChargingBench) -> None:
    bench.station.restrict(1, "cable", 13, bench.now)
    bench.run()
    answer: Any = bench.ask(v16.GetCompositeScheduleRequest(connector_id=1, duration=60))
    (period,) = answer.charging_schedule.charging_schedule_period
    assert period.limit == 13


def test_it_does_not_outlive_a_restart(bench: ChargingBench) -> None:
    bench.station.restrict(1, "heat", 10, bench.now)
    bench.run()
    bench.restart()
    bench.charge()
    assert bench.limit() == 32


@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        ({"evse": 3}, "evse 3"),
        ({"limit": -1}, "limit"),
        ({"limit": float("nan")}, "limit"),
        ({"unit": "kW"}, "unit"),
        ({"phases": 4}, "phases"),
        ({"source": "rating"}, "source"),
    ],
)
def test_what_is_wrong_is_one_clear_line(bench: ChargingBench, wrong: dict[str, Any], text: str) -> None:
    how = {"evse": 1, "source": "heat", "limit": 10, "unit": "A", "phases": 3} | wrong
    with pytest.raises(SetupError, match=text):
        bench.station.restrict(
            how["evse"], how["source"], how["limit"], bench.now, unit=how["unit"], phases=how["phases"]
        )
    bench.run()
    bench.charge()
    assert bench.limit() == 32
