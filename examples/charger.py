"""A charger in asyncio: python examples/charger.py [URL [DATABASE]]   (needs `pip install ocppcore[ws]`)"""

import asyncio
import random
import sys
from contextlib import closing

from ocppcore.bindings.asyncio import StationHost, SystemClock, run_station
from ocppcore.bindings.storage.sqlite import SqliteStore
from ocppcore.clock import Clock
from ocppcore.errors import OcppError
from ocppcore.hardware import Hardware, MeterReading, ReadingPurpose, Want
from ocppcore.station import Capabilities, Setup, Station

URL = "ws://localhost:9000/ocpp"


class Charger(Hardware):
    def apply(self, evse: int, want: Want) -> None:  # drive the contactor, the lock and the lamp
        print(f"EVSE {evse}: contactor {'closed' if want.energy else 'open'}, {want.indicator}")

    def read_meter(self, evse: int, why: ReadingPurpose) -> MeterReading:
        return MeterReading(energy_wh=1234.0)  # what your meter shows


async def main(url: str = URL, database: str = "charger.db", clock: Clock = SystemClock()) -> None:
    hardware = Charger()
    setup = Setup("CP1", url, vendor="ACME", model="One", evses=1, capabilities=Capabilities.of(hardware))
    with closing(SqliteStore(database)) as store:
        station = Station(setup, rng=random.SystemRandom(), state=store.load(), utc=clock.utc(), now=clock.now())

        async def sensors(host: StationHost) -> None:  # tell what your plug and your card reader see
            await asyncio.sleep(5)
            host.feed(station.plug, 1)
            host.feed(station.present_id_token, "04A1B2C3")

        await run_station(station, hardware, store, inputs=sensors, clock=clock)


if __name__ == "__main__":
    try:
        asyncio.run(main(*sys.argv[1:3]))
    except (OcppError, KeyboardInterrupt) as error:  # a bad URL, a database in use: one line that says what to do
        sys.exit(str(error))
