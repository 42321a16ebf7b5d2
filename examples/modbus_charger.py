"""A charger on Modbus: python examples/modbus_charger.py [SETUP.toml]   (needs `pip install ocppcore[ws] pymodbus`)

An Eastron SDM630 meter and a charge controller behind one Modbus TCP gateway. Of the controller, coil 0 is the
contactor, holding register 0 the current that the EV gets (0.1 A), input register 0 the IEC 61851 state, a letter.
"""

import asyncio
import random
import sys
import tomllib
from contextlib import closing
from pathlib import Path
from typing import Any

from pymodbus.client import AsyncModbusTcpClient
from pymodbus.exceptions import ModbusException

from ocppcore.bindings.asyncio import StationHost, SystemClock, run_station
from ocppcore.bindings.setup_file import load_setup
from ocppcore.bindings.storage.sqlite import SqliteStore
from ocppcore.clock import Clock
from ocppcore.errors import OcppError
from ocppcore.hardware import EvState, Hardware, MeterReading, ReadingPurpose, Sample, Want
from ocppcore.station import Station

METER, CONTROLLER = 1, 2  # Modbus addresses
VOLTAGES, CURRENTS, POWER, IMPORT = 0, 6, 52, 72  # input registers of the meter: float32, V, A, W and kWh
STATES = {"B": EvState.Connected, "C": EvState.Charging, "D": EvState.Charging}


class ModbusCharger(Hardware):
    measurands = ("Energy.Active.Import.Register", "Power.Active.Import", "Current.Import", "Voltage")
    bus: AsyncModbusTcpClient

    async def apply(self, evse: int, want: Want) -> None:
        if want.energy:  # first what may flow, then that it may
            limit = self.max_current_a if want.limit_a is None else want.limit_a
            await self._answer(self.bus.write_register(0, int(limit * 10), device_id=CONTROLLER))
        await self._answer(self.bus.write_coil(0, want.energy, device_id=CONTROLLER))

    async def read_meter(self, evse: int, why: ReadingPurpose) -> MeterReading:
        volts, amperes = await self._floats(VOLTAGES, 3), await self._floats(CURRENTS, 3)
        samples = [Sample("Power.Active.Import", (await self._floats(POWER, 1))[0], "W")]
        for number, (u, i) in enumerate(zip(volts, amperes), 1):
            samples += [Sample("Voltage", u, "V", f"L{number}-N"), Sample("Current.Import", i, "A", f"L{number}")]
        return MeterReading(round((await self._floats(IMPORT, 1))[0] * 1000), tuple(samples))

    async def pilot(self) -> EvState:
        answer = await self._answer(self.bus.read_input_registers(0, device_id=CONTROLLER))
        return STATES.get(chr(answer.registers[0]), EvState.Absent)

    async def _floats(self, address: int, count: int) -> list[float]:
        answer = await self._answer(self.bus.read_input_registers(address, count=2 * count, device_id=METER))
        pairs = [answer.registers[at : at + 2] for at in range(0, 2 * count, 2)]
        return [self.bus.convert_from_registers(pair, self.bus.DATATYPE.FLOAT32) for pair in pairs]

    async def _answer(self, request: Any) -> Any:  # an exception means: energy off, Faulted
        answer = await request
        if answer.isError():
            raise ModbusException(f"device {answer.dev_id} refuses function {answer.function_code & 127}")
        return answer

    async def watch(self, host: StationHost, station: Station) -> None:  # each second: the cable, and if all is well
        while True:
            try:
                if not self.bus.connected:
                    await self.bus.connect()
                state = await self.pilot()
                await self.read_meter(1, ReadingPurpose.Trigger)
            except ModbusException as error:
                host.feed(station.hardware_failed, 1, str(error))
            else:
                host.feed(station.hardware_recovered, 1)
                host.feed(station.unplug if state is EvState.Absent else station.plug, 1)
                host.feed(station.ev_state, 1, state)
            await asyncio.sleep(1)


async def main(path: str = "charger.toml", clock: Clock = SystemClock()) -> None:
    hardware = ModbusCharger()
    setup = load_setup(path, hardware=hardware)
    own = tomllib.loads(Path(path).read_text("utf-8"))["hardware"]
    hardware.bus = AsyncModbusTcpClient(own["host"], port=own["port"], timeout=1, retries=1)
    with closing(SqliteStore(own["database"])) as store, closing(hardware.bus):
        await hardware.bus.connect()  # if that fails: an exception for each question, until watch() can connect
        station = Station(setup, rng=random.SystemRandom(), state=store.load(), utc=clock.utc(), now=clock.now())
        await run_station(station, hardware, store, inputs=lambda host: hardware.watch(host, station), clock=clock)


if __name__ == "__main__":
    try:
        asyncio.run(main(*sys.argv[1:2]))
    except (OcppError, KeyboardInterrupt) as error:  # a bad file, a database in use: one line that says what to do
        sys.exit(str(error))
