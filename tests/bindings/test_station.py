"""A station with hardware over real sockets: levels, commands, stores, and hardware that fails."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import pytest

from ocppcore import v16
from ocppcore.bindings import _driver
from ocppcore.bindings.asyncio import Server, StationHost, run_station, serve
from ocppcore.bindings.clock import SystemClock
from ocppcore.bindings.storage.base import Store
from ocppcore.bindings.storage.memory import MemoryStore
from ocppcore.bindings.storage.sqlite import SqliteStore
from ocppcore.csms import CallServed, Csms
from ocppcore.errors import SetupError
from ocppcore.hardware import Hardware, MeterReading, ReadingPurpose, Want
from ocppcore.session.events import Event
from ocppcore.station import Capabilities, Setup, Station
from ocppcore.station.evse import EvState

Run = Callable[[Coroutine[Any, Any, Any]], Any]
CLOCK = SystemClock()


class Charger(Hardware):
    """A contactor, a lock and a meter that counts 50 Wh from reading to reading."""

    def __init__(self) -> None:
        self.wants: list[Want] = []
        self.wh = 1000.0
        self.resets: list[bool] = []
        self.clock: datetime | None = None

    def apply(self, evse: int, want: Want) -> Any:
        self.wants.append(want)

    def read_meter(self, evse: int, why: ReadingPurpose) -> Any:
        self.wh += 50
        return MeterReading(self.wh)

    def unlock(self, evse: int) -> Any:
        return True

    def reset(self, hard: bool) -> Any:
        self.resets.append(hard)

    def set_clock(self, utc: datetime) -> None:
        self.clock = utc


class SlowCharger(Charger):
    """The same, with methods that wait."""

    async def apply(self, evse: int, want: Want) -> None:
        await asyncio.sleep(0)
        super().apply(evse, want)

    async def read_meter(self, evse: int, why: ReadingPurpose) -> MeterReading:
        await asyncio.sleep(0)
        reading: MeterReading = super().read_meter(evse, why)
        return reading

    async def unlock(self, evse: int) -> bool:
        await asyncio.sleep(0)
        return False

    async def reset(self, hard: bool) -> None:
        await asyncio.sleep(0)
        super().reset(hard)


class Backend:
    """A server with what its stations have sent, to wait for."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.url = f"ws://127.0.0.1:{server.port}/ocpp"
        self.seen: list[Any] = []
        self._changed = asyncio.Event()
        server.on_event(self._note)

    def _note(self, identity: str, event: Event) -> None:
        self.seen.append(event.request if isinstance(event, CallServed) else event)
        self._changed.set()

    async def until(self, wanted: Callable[[Any], bool]) -> Any:
        while not (found := [thing for thing in self.seen if wanted(thing)]):
            self._changed.clear()
            await self._changed.wait()
        return found[0]

    async def status(self, status: v16.ChargePointStatus) -> None:
        """Wait until connector 1 is in this status; what was seen before is forgotten."""
        await self.until(
            lambda it: isinstance(it, v16.StatusNotificationRequest) and (it.connector_id, it.status) == (1, status)
        )
        self.seen.clear()


async def open_backend() -> Backend:
    csms = Csms(utc=lambda: datetime.now(UTC), rng=Random(1), insecure=True)
    return Backend(await serve(csms, "127.0.0.1"))


def make_station(backend: Backend | str, hardware: Hardware, store: Store | None = None) -> Station:
    url = backend if isinstance(backend, str) else backend.url
    setup = Setup("CP1", url, vendor="V", model="M", evses=1, capabilities=Capabilities.of(hardware))
    state = None if store is None else store.load()
    return Station(setup, rng=Random(2), state=state, utc=CLOCK.utc(), now=CLOCK.now())


async def charge(backend: Backend, host: StationHost, station: Station) -> None:
    """Plug, card, EV: until energy flows."""
    await backend.status(v16.ChargePointStatus.Available)
    host.feed(station.plug, 1)
    host.feed(station.present_id_token, "TAG")
    await backend.until(lambda it: isinstance(it, v16.StartTransactionRequest))
    host.feed(station.ev_state, 1, EvState.Charging)
    await backend.status(v16.ChargePointStatus.Charging)


@pytest.mark.parametrize("kind", [Charger, SlowCharger])
@pytest.mark.parametrize("threaded", [False, True])
def test_the_bookings_are_what_the_meter_counted(run: Run, tmp_path: Path, kind: type[Charger], threaded: bool) -> None:
    async def main() -> None:
        backend, hardware, store = await open_backend(), kind(), SqliteStore(tmp_path / "s.db")
        station = make_station(backend, hardware, store)
        async with backend.server:
            async with StationHost(station, hardware, store, threaded=threaded) as host:
                await charge(backend, host, station)
                assert hardware.wants[-1].energy and hardware.wants[-1].lock
                host.feed(station.unplug, 1)
                await backend.until(lambda it: isinstance(it, v16.StopTransactionRequest))
                assert not station.want(1).energy
        (booked,) = backend.server.csms.ledger.transactions
        assert booked.energy_wh == 50 and booked.meter_start == 1050 and booked.reason == "EVDisconnected"
        assert not hardware.wants[-1].energy
        assert store.load()
        store.close()

    run(main())


def test_a_level_is_applied_once_and_again_only_when_it_changes(run: Run) -> None:
    async def main() -> None:
        backend, hardware = await open_backend(), Charger()
        station = make_station(backend, hardware)
        async with backend.server, StationHost(station, hardware) as host:
            await backend.status(v16.ChargePointStatus.Available)
            before = len(hardware.wants)
            for _ in range(5):
                host.step()
            assert len(hardware.wants) == before
            assert all(one != other for one, other in zip(hardware.wants, hardware.wants[1:]))

    run(main())


def test_the_hardware_is_told_the_time_of_the_back_end(run: Run) -> None:
    async def main() -> None:
        backend, hardware = await open_backend(), Charger()
        setup = Setup("CP1", backend.url, vendor="V", model="M", evses=1, capabilities=Capabilities.of(hardware))
        station = Station(setup, rng=Random(2), now=CLOCK.now())  # it does not know the time
        async with backend.server, StationHost(station, hardware):
            await backend.status(v16.ChargePointStatus.Available)
        assert hardware.clock is not None and abs((hardware.clock - datetime.now(UTC)).total_seconds()) < 30

    run(main())


def test_whatever_ends_the_run_energy_is_off(run: Run) -> None:
    async def main() -> None:
        backend, hardware = await open_backend(), Charger()
        station = make_station(backend, hardware)

        async def inputs(host: StationHost) -> None:
            await charge(backend, host, station)
            assert hardware.wants[-1].energy
            raise ValueError("a bug in the card reader")

        async with backend.server:
            with pytest.raises(ValueError, match="card reader"):
                await run_station(station, hardware, inputs=inputs)
            assert not hardware.wants[-1].energy

    run(main())


@pytest.mark.parametrize("kind", [Charger, SlowCharger])
@pytest.mark.parametrize("threaded", [False, True])
def test_a_run_that_ends_in_good_order_is_no_loss_of_power(run: Run, kind: type[Charger], threaded: bool) -> None:
    """1.6 §7.36: Reboot. Whether the meter answered in time or at the next start, it is stopped when the run ended."""

    async def main() -> None:
        backend, hardware, store = await open_backend(), kind(), MemoryStore()
        async with backend.server:
            station = make_station(backend, hardware, store)
            async with StationHost(station, hardware, store, threaded=threaded) as host:
                await charge(backend, host, station)
            assert '"reason":"Reboot"' in "".join(store.load()["transactions"].values())
            async with StationHost(make_station(backend, hardware, store), hardware, store):
                await backend.until(lambda it: isinstance(it, v16.StopTransactionRequest))
        (booked,) = backend.server.csms.ledger.transactions
        assert booked.reason == "Reboot"

    run(main())


@pytest.mark.parametrize("kind", [Charger, SlowCharger])
@pytest.mark.parametrize("type", list(v16.ResetType))
def test_a_reset_ends_the_run_and_what_was_stored_goes_on(run: Run, kind: type[Charger], type: v16.ResetType) -> None:
    async def main() -> None:
        backend, hardware, store = await open_backend(), kind(), MemoryStore()
        async with backend.server:
            running = asyncio.create_task(run_station(make_station(backend, hardware, store), hardware, store))
            await backend.status(v16.ChargePointStatus.Available)
            answer = await backend.server.call("CP1", v16.ResetRequest(type=type))
            assert answer.status is v16.ResetStatus.Accepted
            assert await running is (type is v16.ResetType.Hard)
            assert hardware.resets == [type is v16.ResetType.Hard]
            backend.seen.clear()
            async with StationHost(make_station(backend, hardware, store), hardware, store):
                await backend.until(lambda it: isinstance(it, v16.BootNotificationRequest))

    run(main())


@pytest.mark.parametrize(
    ("kind", "status"), [(Charger, v16.UnlockStatus.Unlocked), (SlowCharger, v16.UnlockStatus.UnlockFailed)]
)
def test_a_cable_is_unlocked_or_sticks(run: Run, kind: type[Charger], status: v16.UnlockStatus) -> None:
    async def main() -> None:
        backend, hardware = await open_backend(), kind()
        async with backend.server, StationHost(make_station(backend, hardware), hardware):
            await backend.status(v16.ChargePointStatus.Available)
            answer = await backend.server.call("CP1", v16.UnlockConnectorRequest(connector_id=1))
            assert answer.status is status

    run(main())


def test_a_bad_url_ends_the_run_with_one_line(run: Run) -> None:
    async def main() -> None:
        hardware = Charger()
        with pytest.raises(SetupError):
            station = make_station("ws://u:p@127.0.0.1/ocpp", hardware)
            await run_station(station, hardware)

    run(main())


def test_a_station_starts_and_drives_its_hardware_without_a_back_end(run: Run, unused_port: int) -> None:
    async def main() -> None:
        hardware = Charger()
        station = make_station(f"ws://127.0.0.1:{unused_port}/ocpp", hardware)
        async with StationHost(station, hardware):
            assert hardware.wants and not hardware.wants[-1].energy

    run(main())


# Hardware that fails.


class StuckContactor(Charger):
    def apply(self, evse: int, want: Want) -> None:
        super().apply(evse, want)
        if want.energy:
            raise OSError("the contactor does not close")


class StuckLater(SlowCharger):
    async def apply(self, evse: int, want: Want) -> None:
        await super().apply(evse, want)
        if want.energy:
            raise OSError("the contactor does not close")


class Hanging(Charger):
    def apply(self, evse: int, want: Want) -> Any:
        super().apply(evse, want)
        return asyncio.Event().wait() if want.energy else None


@pytest.mark.parametrize("kind", [StuckContactor, StuckLater, Hanging])
def test_hardware_that_fails_is_switched_off_and_faulted(
    run: Run, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, kind: type[Charger]
) -> None:
    monkeypatch.setattr(_driver, "APPLY_TIME", 0.05)

    async def main() -> None:
        backend, hardware = await open_backend(), kind()
        station = make_station(backend, hardware)
        async with backend.server, StationHost(station, hardware) as host:
            await backend.status(v16.ChargePointStatus.Available)
            host.feed(station.plug, 1)
            host.feed(station.present_id_token, "TAG")
            await backend.status(v16.ChargePointStatus.Faulted)
            assert not station.want(1).energy and not hardware.wants[-1].energy

    with caplog.at_level(logging.CRITICAL):
        run(main())


class BrokenMeter(Charger):
    def read_meter(self, evse: int, why: ReadingPurpose) -> MeterReading:
        raise OSError("no answer from the meter")


class OddMeter(Charger):
    def read_meter(self, evse: int, why: ReadingPurpose) -> Any:
        return 1234.5


class BrokenSlowMeter(Charger):
    async def read_meter(self, evse: int, why: ReadingPurpose) -> MeterReading:
        await asyncio.sleep(0)
        raise TimeoutError("no answer from the meter")


@pytest.mark.parametrize("kind", [BrokenMeter, OddMeter, BrokenSlowMeter])
def test_a_meter_that_fails_makes_the_evse_faulted(
    run: Run, caplog: pytest.LogCaptureFixture, kind: type[Charger]
) -> None:
    async def main() -> None:
        backend, hardware = await open_backend(), kind()
        station = make_station(backend, hardware)
        async with backend.server, StationHost(station, hardware) as host:
            await backend.status(v16.ChargePointStatus.Available)
            host.feed(station.plug, 1)
            host.feed(station.present_id_token, "TAG")
            await backend.status(v16.ChargePointStatus.Faulted)

    with caplog.at_level(logging.CRITICAL):
        run(main())


class BrokenReset(Charger):
    asked: asyncio.Event

    def reset(self, hard: bool) -> None:
        self.asked.set()
        raise OSError("the supervisor does not listen")


def test_a_reset_that_fails_leaves_the_station_running(run: Run, caplog: pytest.LogCaptureFixture) -> None:
    async def main() -> None:
        backend, hardware = await open_backend(), BrokenReset()
        hardware.asked = asyncio.Event()
        station = make_station(backend, hardware)
        async with backend.server, StationHost(station, hardware) as host:
            await backend.status(v16.ChargePointStatus.Available)
            await backend.server.call("CP1", v16.ResetRequest(type=v16.ResetType.Soft))
            await hardware.asked.wait()
            assert await backend.server.call("CP1", v16.GetConfigurationRequest(key=["HeartbeatInterval"]))
            assert not host.finished.done()

    with caplog.at_level(logging.CRITICAL):
        run(main())


class Half(Hardware):
    def apply(self, evse: int, want: Want) -> None: ...


@pytest.mark.parametrize(
    ("hardware", "line"), [(Half(), "Half has no read_meter()"), (Charger, "use an object of a class"), (None, "None")]
)
def test_what_is_no_hardware_is_said_before_anything_starts(run: Run, hardware: Any, line: str) -> None:
    station = make_station("ws://127.0.0.1:1", Charger())

    async def main() -> None:
        with pytest.raises(SetupError) as caught:
            await run_station(station, hardware)
        assert line in str(caught.value) and "\n" not in str(caught.value)

    run(main())


class Sloppy(Charger):
    """Returns what it should not."""

    def apply(self, evse: int, want: Want) -> Any:
        super().apply(evse, want)
        return True

    def read_meter(self, evse: int, why: ReadingPurpose) -> Any:
        return 1234.5


def test_what_a_method_returns_that_it_should_not(run: Run, caplog: pytest.LogCaptureFixture) -> None:
    """What apply() returns does not matter; a reading that is none is a fault, and the log says which."""

    async def main() -> None:
        backend, hardware = await open_backend(), Sloppy()
        station = make_station(backend, hardware)
        async with backend.server, StationHost(station, hardware) as host:
            await backend.status(v16.ChargePointStatus.Available)
            host.feed(station.plug, 1)
            host.feed(station.present_id_token, "TAG")
            await backend.status(v16.ChargePointStatus.Faulted)
        assert "ReadMeter takes MeterReading, not 1234.5" in caplog.text

    run(main())


class Unreachable(Charger):
    """Its bus is away."""

    async def apply(self, evse: int, want: Want) -> None:
        raise ConnectionError("no bus")


class Stuck(Charger):
    """Its contactor never answers."""

    async def apply(self, evse: int, want: Want) -> None:
        await asyncio.Event().wait()


def test_the_same_trouble_has_one_traceback(run: Run, caplog: pytest.LogCaptureFixture) -> None:
    async def main() -> None:
        backend, hardware = await open_backend(), Unreachable()
        async with backend.server, StationHost(make_station(backend, hardware), hardware):
            await backend.status(v16.ChargePointStatus.Faulted)
        lines = [record for record in caplog.records if "no bus" in record.getMessage()]
        assert len(lines) >= 3 and [bool(record.exc_info) for record in lines].count(True) == 1
        assert lines[0].getMessage() == "EVSE 1 failed: ConnectionError: no bus"

    run(main())


def test_a_hardware_that_is_too_slow_says_so(
    run: Run, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_driver, "APPLY_TIME", 0.05)

    async def main() -> None:
        backend, hardware = await open_backend(), Stuck()
        async with backend.server, StationHost(make_station(backend, hardware), hardware):
            await backend.status(v16.ChargePointStatus.Faulted)
        assert "TimeoutError: apply() took more than 0.05 s" in caplog.text

    run(main())
