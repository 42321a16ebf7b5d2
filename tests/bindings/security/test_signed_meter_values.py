"""Signed meter values the whole way: a meter with a key, a station, a real socket, a back end, a reader that is not
ours."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from datetime import UTC, datetime
from random import Random
from typing import Any

from pyocmf import OCMF

from ocppcore import v16
from ocppcore.bindings.asyncio import Server, StationHost, serve
from ocppcore.bindings.clock import SystemClock
from ocppcore.bindings.security.meter_key import SoftwareMeterKey
from ocppcore.bindings.storage.memory import MemoryStore
from ocppcore.clock import ManualClock
from ocppcore.csms import CallServed, Csms
from ocppcore.hardware import MeterReading, ReadingPurpose, SigningSession
from ocppcore.hardware.ev import ElectricVehicle
from ocppcore.hardware.ev_state import EvState
from ocppcore.hardware.ocmf import SigningHardware
from ocppcore.station import Capabilities, Setup, Station
from ocppcore.testing.signing import signed

Run = Callable[[Coroutine[Any, Any, Any]], Any]
CLOCK = SystemClock()


class Meter(SigningHardware):
    """The same, in a process of its own: it takes its time, and signs one thing after the other."""

    async def read_signed(  # type: ignore[override]
        self, evse: int, why: ReadingPurpose, session: SigningSession
    ) -> MeterReading:
        await asyncio.sleep(0)
        return super().read_signed(evse, why, session)


def make_station(url: str, hardware: Meter, store: MemoryStore) -> Station:
    config = {"SampledDataSignReadings": "true", "PublicKeyWithSignedMeterValue": "EveryMeterValue"}
    setup = Setup("CP1", url, vendor="V", model="M", evses=1, config=config, capabilities=Capabilities.of(hardware))
    return Station(setup, rng=Random(2), state=store.load(), utc=CLOCK.utc(), now=CLOCK.now())


class Backend:
    """A server, and what it has served, to wait for."""

    def __init__(self, server: Server) -> None:
        self.url = f"ws://127.0.0.1:{server.port}/ocpp"
        self._heard = asyncio.Queue[Any]()
        server.on_event(lambda _, event: self._heard.put_nowait(event))

    async def until(self, kind: type[Any]) -> Any:
        while True:
            event = await self._heard.get()
            if isinstance(event, CallServed) and isinstance(event.request, kind):
                return event.request


def open_server() -> Awaitable[Server]:
    return serve(Csms(utc=lambda: datetime.now(UTC), rng=Random(1), insecure=True), "127.0.0.1")


async def charge(backend: Backend, host: StationHost, station: Station, hardware: Meter) -> None:
    await backend.until(v16.StatusNotificationRequest)
    hardware.plug_in(1, ElectricVehicle())
    host.feed(station.plug, 1)
    host.feed(station.ev_state, 1, EvState.Charging)
    host.feed(station.present_id_token, "04A1B2C3")
    await backend.until(v16.StartTransactionRequest)


def test_what_the_back_end_books_holds_before_the_law(run: Run) -> None:
    key, clock = SoftwareMeterKey.generate(), ManualClock()
    hardware, store = Meter(clock, {1: key}, registers_wh={1: 120_000}), MemoryStore()

    async def main() -> None:
        async with await open_server() as server:
            backend = Backend(server)
            station = make_station(backend.url, hardware, store)
            async with StationHost(station, hardware, store) as host:
                await charge(backend, host, station, hardware)
                clock.advance(3600)
            # the program ends here; what was running is stopped, and told now or at the next start
            async with StationHost(make_station(backend.url, hardware, store), hardware, store):
                stop = await backend.until(v16.StopTransactionRequest)
        (begin_context, begin_data, begin_key), (end_context, end_data, end_key) = signed(stop.transaction_data)
        assert (begin_context, end_context) == ("Transaction.Begin", "Transaction.End")
        assert begin_key == end_key == key.public_key
        begin, end = (OCMF.from_string(data.decode(), strict=True) for data in (begin_data, end_data))
        assert begin.verify_signature(begin_key.hex()) is True and end.verify_signature(end_key.hex()) is True
        assert begin.check_eichrecht(end) == []
        assert (begin.payload.RD[0].TX, end.payload.RD[0].TX) == ("B", "E")
        assert begin.payload.RD[0].RV == 120_000 < end.payload.RD[0].RV == stop.meter_stop
        assert end.payload.ID == "04A1B2C3"

    run(main())


def test_a_meter_whose_signature_unit_breaks_ends_its_transaction_and_is_faulted(run: Run) -> None:
    clock, store = ManualClock(), MemoryStore()
    hardware = Meter(clock, {1: SoftwareMeterKey.generate()})

    def broken(*_: Any) -> Any:
        raise OSError("the signature unit does not answer")

    async def main() -> None:
        async with await open_server() as server:
            backend = Backend(server)
            station = make_station(backend.url, hardware, store)
            async with StationHost(station, hardware, store) as host:
                await charge(backend, host, station, hardware)
                clock.advance(3600)
                hardware.units[1].sign = broken  # type: ignore[method-assign]
                host.feed(station.stop_button, 1)
                stop = await backend.until(v16.StopTransactionRequest)
                assert [context for context, *_ in signed(stop.transaction_data)] == ["Transaction.Begin"]
                assert stop.meter_stop > 10_000
                assert station.snapshot().evses[0].status == "Faulted"

    run(main())
