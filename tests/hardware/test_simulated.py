"""The simulated charger: exact books, the limits respected, the same whatever the steps."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocppcore.clock import ManualClock
from ocppcore.hardware import EvState, ReadingPurpose, Want
from ocppcore.hardware.ev import ElectricVehicle
from ocppcore.hardware.simulated import SimulatedEvse, SimulatedHardware

ON = Want(energy=True, lock=True)
HOUR = 3600.0


def charging(ev: ElectricVehicle | None = None, want: Want = ON, register_wh: int = 0) -> SimulatedEvse:
    evse = SimulatedEvse(register_wh=register_wh)
    evse.plug_in(ev or ElectricVehicle(), 0.0)
    evse.apply(want, 0.0)
    return evse


def values(evse: SimulatedEvse, measurand: str, now: float) -> list[float | str]:
    return [sample.value for sample in evse.read(now).samples if sample.measurand == measurand]


def test_an_ev_may_leave_its_cable_behind() -> None:
    evse = charging()
    assert evse.leave(HOUR) and not evse.leave(HOUR)
    assert evse.visits == [11_040] and evse.cable and evse.state(HOUR) is EvState.Absent
    with pytest.raises(ValueError, match="its cable"):
        evse.plug_in(ElectricVehicle(), 2 * HOUR)
    assert not evse.unplug(2 * HOUR), "the lock holds it"
    assert evse.unlock() and evse.unplug(2 * HOUR) and not evse.cable
    assert evse.visits == [11_040] and evse.register_wh(9 * HOUR) == 11_040


def test_power_is_voltage_times_current_times_phases() -> None:
    evse = charging()
    assert evse.power_mw(10.0) == 230 * 16_000 * 3
    assert evse.register_wh(HOUR) == 11_040
    assert values(evse, "Current.Import", 10.0) == [16.0, 16.0, 16.0]
    assert values(evse, "Current.Offered", 10.0) == [32.0]
    assert values(evse, "Voltage", 10.0) == [230.0, 230.0, 230.0]


def test_one_phase_draws_on_one_phase() -> None:
    evse = charging(ElectricVehicle(phases=1, max_current_a=32))
    assert evse.power_mw(1.0) == 230 * 32_000
    assert values(evse, "Current.Import", 1.0) == [32.0, 0.0, 0.0]
    assert charging(want=Want(energy=True, phases=1)).power_mw(1.0) == 230 * 16_000


def test_the_limit_is_respected_and_below_six_amperes_nothing_flows() -> None:
    assert charging(want=Want(energy=True, limit_a=10.0)).power_mw(1.0) == 230 * 10_000 * 3
    evse = charging(want=Want(energy=True, limit_a=5.9))
    assert evse.power_mw(1.0) == 0
    assert evse.state(1.0) is EvState.Connected


def test_no_energy_unless_it_is_wanted() -> None:
    evse = charging(want=Want())
    assert evse.register_wh(HOUR) == 0
    evse.apply(ON, HOUR)
    evse.apply(Want(), 2 * HOUR)
    assert evse.register_wh(9 * HOUR) == 11_040


def test_the_battery_fills_up_slower_and_slower_and_takes_no_more() -> None:
    evse = charging(ElectricVehicle(capacity_wh=10_000, soc=70, efficiency=0.9))
    assert evse.state(0.0) is EvState.Charging
    powers = [evse.power_mw(minute * 60.0) for minute in range(60)]
    assert powers[0] == 11_040_000 and powers == sorted(powers, reverse=True)
    assert 0 < powers[30] < powers[20] < powers[10]
    assert evse.state(6 * HOUR) is EvState.Connected
    assert evse.soc(6 * HOUR) == 100.0
    assert evse.register_wh(6 * HOUR) == 3333  # 3 kWh into the battery, of each of which 90 % arrive
    assert evse.next_change() is None


def test_the_register_goes_on_where_it_stood_and_a_visit_is_counted() -> None:
    evse = charging(register_wh=777_000)
    assert (evse.register_wh(HOUR), evse.visit_wh(HOUR)) == (788_040, 11_040)
    evse.apply(Want(), HOUR)
    assert evse.unplug(HOUR)
    assert evse.visits == [11_040]
    assert evse.state(HOUR) is EvState.Absent and evse.soc(HOUR) is None
    evse.plug_in(ElectricVehicle(), 2 * HOUR)
    assert evse.unplug(2 * HOUR)
    assert evse.visits == [11_040, 0]


def test_a_lock_holds_the_cable() -> None:
    evse = charging()
    assert not evse.unplug(1.0)
    assert evse.unlock() and evse.unplug(1.0)
    assert not evse.unplug(1.0)


def test_a_jammed_lock_does_not_open() -> None:
    evse = charging()
    evse.jammed = True
    assert not evse.unlock()
    evse.apply(Want(), 1.0)
    assert evse.locked and not evse.unplug(1.0)


def test_two_evs_do_not_fit() -> None:
    with pytest.raises(ValueError):
        charging().plug_in(ElectricVehicle(), 1.0)


@pytest.mark.parametrize("wrong", [{"soc": 101}, {"phases": 2}, {"capacity_wh": 0}, {"efficiency": 1.1}])
def test_an_impossible_ev_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError):
        ElectricVehicle(**wrong)  # type: ignore[arg-type]


class Change(NamedTuple):
    """After `wait` ms, the limit is changed."""

    wait: int
    limit_a: float


LIMITS = st.sampled_from((0.0, 6.0, 9.5, 16.0, 99.0))
CHANGES = st.lists(st.builds(Change, st.integers(0, 1_000_000), LIMITS), max_size=5)
LOOKS = st.lists(st.integers(0, 5_000_000), max_size=10)
EVS = st.fixed_dictionaries(
    {
        "capacity_wh": st.integers(1, 20_000),
        "soc": st.floats(0, 100),
        "phases": st.sampled_from((1, 3)),
        "efficiency": st.floats(0.5, 1.0),
        "taper_soc": st.floats(0, 100),
    }
)


def drive(ev: ElectricVehicle, changes: list[Change], looks: list[int]) -> tuple[SimulatedEvse, list[int], list[int]]:
    """Charge under changing limits, looking at the meter in between: the EVSE, the registers seen, ms by amperes."""
    evse, now, seen, allowed = SimulatedEvse(), 0, [], []
    evse.plug_in(ev, 0.0)
    waiting = sorted(looks)
    limit = 0
    for change in changes:
        allowed.append(change.wait * limit)
        now += change.wait
        while waiting and waiting[0] < now:
            seen.append(evse.read(waiting.pop(0) / 1000).energy_wh)
        limit = int(change.limit_a * 1000)
        evse.apply(Want(energy=True, limit_a=change.limit_a), now / 1000)
    seen.append(evse.register_wh(now / 1000))
    return evse, [int(wh) for wh in seen], allowed


@settings(max_examples=150, deadline=None)
@given(EVS, CHANGES, LOOKS)
def test_looking_changes_nothing_and_no_more_flows_than_is_allowed(
    ev: dict[str, float], changes: list[Change], looks: list[int]
) -> None:
    end = sum(change.wait for change in changes) / 1000 + HOUR
    seen_ev, blind_ev = ElectricVehicle(**ev), ElectricVehicle(**ev)  # type: ignore[arg-type]
    seen, registers, allowed = drive(seen_ev, changes, looks)
    blind, _, _ = drive(blind_ev, changes, [])
    seen.apply(Want(), end)
    blind.apply(Want(), end)
    assert registers == sorted(registers)
    assert seen._register == blind._register and seen_ev._stored == blind_ev._stored
    assert seen_ev._stored <= seen_ev._capacity
    last = min(32_000, int(changes[-1].limit_a * 1000)) if changes else 0
    most = sum(min(each, 32_000 * change.wait) for each, change in zip(allowed, changes, strict=True))
    assert seen._register <= 230 * ev["phases"] * (most + last * 3_600_000)


class Log:
    """What a simulated EVSE told."""

    def __init__(self) -> None:
        self.told: list[tuple[object, ...]] = []

    def plug(self, evse: int, now: float) -> None:
        self.told.append(("plug", evse))

    def unplug(self, evse: int, now: float) -> None:
        self.told.append(("unplug", evse))

    def ev_state(self, evse: int, state: EvState, now: float) -> None:
        self.told.append((state, evse))


def test_the_hardware_tells_each_change_once() -> None:
    clock, log = ManualClock(), Log()
    hardware = SimulatedHardware(clock)
    changes: list[float] = []
    hardware.on_change = lambda: changes.append(clock.now())
    assert not hardware.forward(log, clock.now())
    hardware.plug_in(2, ElectricVehicle(capacity_wh=10_000, soc=79))
    assert hardware.forward(log, clock.now()) and not hardware.forward(log, clock.now())
    hardware.apply(2, ON)
    assert changes == [clock.now()] * 2
    hardware.forward(log, clock.now())
    while (when := hardware.next_change()) is not None:
        clock.advance(max(0.0, when - clock.now()))
        hardware.forward(log, clock.now())
    hardware.apply(2, Want())
    assert hardware.unplug(2)
    hardware.plug_in(2, ElectricVehicle())
    hardware.forward(log, clock.now())
    states = [("plug", 2), (EvState.Connected, 2), (EvState.Charging, 2), (EvState.Connected, 2)]
    assert log.told == [*states, ("unplug", 2), ("plug", 2), (EvState.Connected, 2)]


def test_a_cable_that_stays_is_told_apart_from_one_that_goes() -> None:
    clock, log = ManualClock(), Log()
    hardware = SimulatedHardware(clock)
    hardware.plug_in(1, ElectricVehicle())
    hardware.forward(log, clock.now())
    assert hardware.leave(1) and not hardware.leave(1)
    hardware.forward(log, clock.now())
    hardware.forget()
    hardware.forward(log, clock.now())
    assert hardware.unplug(1)
    hardware.forward(log, clock.now())
    come, gone = [("plug", 1), (EvState.Connected, 1)], (EvState.Absent, 1)
    assert log.told == [*come, gone, ("plug", 1), ("unplug", 1)]


def test_a_program_that_restarts_is_told_everything_again() -> None:
    clock, first, second = ManualClock(), Log(), Log()
    hardware = SimulatedHardware(clock)
    hardware.plug_in(1, ElectricVehicle())
    assert hardware.unplug(1)
    hardware.plug_in(2, ElectricVehicle())
    assert hardware.forward(first, clock.now())
    hardware.forget()
    assert hardware.forward(second, clock.now()) and not hardware.forward(second, clock.now())
    assert second.told == [("plug", 2), (EvState.Connected, 2)]


def test_the_hardware_is_complete() -> None:
    clock = ManualClock()
    hardware = SimulatedHardware(clock, evses=3, registers_wh={1: 100, 2: 100, 3: 100}, main_meter=True)
    assert hardware.supports("unlock") and hardware.supports("reset")
    assert hardware.read_meter(0, ReadingPurpose.Aligned).energy_wh == 300
    for number in hardware.evse:
        reading = hardware.read_meter(number, ReadingPurpose.Sampled)
        assert reading.energy_wh == 100
        assert {sample.measurand for sample in reading.samples} < set(hardware.measurands)
    assert hardware.unlock(3)
    hardware.reset(True)
    assert hardware.resets == [True] and hardware.firmware_version == "1.0"


def test_firmware_that_was_installed_runs_after_the_restart() -> None:
    hardware = SimulatedHardware(ManualClock())
    assert hardware.supports("install")
    assert hardware.install(Path("image.bin")) == "2.0"
    assert (hardware.firmware_version, hardware.installed) == ("1.0", Path("image.bin"))
    hardware.reset(True)
    assert hardware.firmware_version == "2.0"
    hardware.image = None
    with pytest.raises(ValueError, match="broken"):
        hardware.install(Path("other.bin"))
    hardware.reset(True)
    assert hardware.firmware_version == "2.0"
