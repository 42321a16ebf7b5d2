"""examples/modbus_charger.py, with a Modbus server for meter and controller: a whole transaction, limits, failures."""

from __future__ import annotations

import asyncio
import importlib.util
import random
import struct
import subprocess
import sys
from collections.abc import Callable, Coroutine
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from pymodbus.constants import ExcCodes
from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

from ocppcore import v16
from ocppcore.bindings.asyncio import Server, serve
from ocppcore.csms import CallServed, Csms
from ocppcore.demo.pace import PacedClock, PacedLoop
from ocppcore.session.events import Event
from ocppcore.testing.charging import profile

EXAMPLES = Path(__file__).parents[2] / "examples"
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
WRITE_COIL, WRITE_REGISTER = 5, 6
Status = v16.ChargePointStatus


class Cabinet:
    """A meter and a charge controller on a bus, and an EV that takes what it is offered, at 230 V on three phases.

    contactor, offered_a: as the charger has set them; broken: the Modbus addresses of the devices that do not work.
    """

    def __init__(self, loop: PacedLoop) -> None:
        self._loop = loop
        self.contactor = False
        self.offered_a = 0.0
        self.pilot = "A"
        self.broken: set[int] = set()
        self.switched: list[bool] = []
        self.counted_wh = 1_204_310.0
        self._until = loop.time()
        self._server: ModbusTcpServer | None = None
        self.port = 0

    @property
    def amperes(self) -> float:
        return self.offered_a if self.contactor and self.pilot == "C" else 0.0

    def count(self) -> float:
        """The register, now, in Wh."""
        now = self._loop.time()
        self.counted_wh += self.amperes * 3 * 230 * (now - self._until) / 3600
        self._until = now
        return self.counted_wh

    def set_pilot(self, state: str) -> None:
        self.count()
        self.pilot = state

    async def open(self) -> None:
        registers = [SimData(0, count=80, values=0, datatype=DataType.REGISTERS)]
        coils = [SimData(0, count=16, values=False, datatype=DataType.BITS)]
        meter = SimDevice(1, simdata=(coils, coils, registers, registers), action=self._meter)
        controller = SimDevice(2, simdata=(coils, coils, registers, registers), action=self._controller)
        self._server = ModbusTcpServer([meter, controller], address=("127.0.0.1", self.port))
        await self._server.serve_forever(background=True)
        self.port = self._server.transport.sockets[0].getsockname()[1]

    async def close(self) -> None:
        assert self._server is not None
        await self._server.shutdown()

    async def _meter(
        self, function: int, start: int, address: int, count: int, registers: list[int], written: list[Any] | None
    ) -> ExcCodes | None:
        if 1 in self.broken:
            return ExcCodes.DEVICE_FAILURE
        values = {0: [230.0] * 3, 6: [self.amperes] * 3, 52: [self.amperes * 3 * 230], 72: [self.count() / 1000]}
        for at, numbers in values.items():
            words = struct.unpack(f">{2 * len(numbers)}H", struct.pack(f">{len(numbers)}f", *numbers))
            registers[at : at + len(words)] = words
        return None

    async def _controller(
        self, function: int, start: int, address: int, count: int, registers: list[int], written: list[Any] | None
    ) -> ExcCodes | None:
        if 2 in self.broken:
            return ExcCodes.DEVICE_FAILURE
        self.count()
        if function == WRITE_COIL and written:
            self.contactor = bool(written[0])
            self.switched.append(self.contactor)
        elif function == WRITE_REGISTER and written:
            self.offered_a = written[0] / 10
        else:
            registers[0] = ord(self.pilot)
        return None


class Desk:
    """The back end, and what connector 1 has told it."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.statuses: list[v16.StatusNotificationRequest] = []
        self.values: list[v16.MeterValuesRequest] = []
        self._changed = asyncio.Event()
        server.on_event(self._look)

    def _look(self, identity: str, event: Event) -> None:
        if isinstance(event, CallServed):
            request = event.request
            if isinstance(request, v16.StatusNotificationRequest) and request.connector_id == 1:
                self.statuses.append(request)
            elif isinstance(request, v16.MeterValuesRequest):
                self.values.append(request)
            self._changed.set()

    async def until(self, holds: Callable[[], bool]) -> None:
        while not holds():
            self._changed.clear()
            await asyncio.wait_for(self._changed.wait(), 600)

    async def status(self, status: Status) -> None:
        """Wait for a status of connector 1, and until the hardware is as that says."""
        await self.until(lambda: bool(self.statuses) and self.statuses[-1].status is status)
        await asyncio.sleep(2)

    async def ask(self, request: Any) -> Any:
        return await self.server.call("CP1", request)


@pytest.fixture
def module() -> ModuleType:
    spec = importlib.util.spec_from_file_location("modbus_charger", EXAMPLES / "modbus_charger.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


Story = Callable[[Cabinet, Desk], Coroutine[Any, Any, None]]


@pytest.fixture
def tell(module: ModuleType, tmp_path: Path) -> Callable[..., Csms]:
    """Run the example with the file that is beside it, against a cabinet and a back end, while the story goes on."""

    @asynccontextmanager
    async def running(loop: PacedLoop, clock: PacedClock, server: Server, port: int) -> Any:
        text = (EXAMPLES / "charger.toml").read_text("utf-8")
        text = text.replace("ws://localhost:9000", f"ws://127.0.0.1:{server.port}").replace("= 502", f"= {port}")
        setup = tmp_path / "charger.toml"
        setup.write_text(text.replace('"charger.db"', f'"{tmp_path}/charger.db"'), "utf-8")
        charger = loop.create_task(module.main(str(setup), clock))
        try:
            yield
        finally:
            charger.cancel()
            await asyncio.wait([charger])
            assert charger.cancelled(), charger.exception()

    async def whole(story: Story, open_at_once: bool) -> Csms:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, PacedLoop)
        clock, cabinet = PacedClock(loop, BEGIN), Cabinet(loop)
        csms = Csms(utc=clock.utc, rng=random.Random(1), insecure=True, authorize=lambda token: token == "GUEST")
        await cabinet.open()
        if not open_at_once:
            await cabinet.close()
        try:
            async with await serve(csms, "127.0.0.1", path="/ocpp", clock=clock) as server:
                async with running(loop, clock, server, cabinet.port):
                    await story(cabinet, Desk(server))
            assert cabinet.contactor is False
        finally:
            await cabinet.close()
        return csms

    def run(story: Story, open_at_once: bool = True) -> Csms:
        with asyncio.Runner(loop_factory=lambda: PacedLoop(100_000)) as runner:
            return runner.run(whole(story, open_at_once))

    return run


def test_whoever_plugs_in_charges_and_the_books_are_what_the_meter_counted(tell: Callable[..., Csms]) -> None:
    async def story(cabinet: Cabinet, desk: Desk) -> None:
        await desk.status(Status.Available)
        assert not cabinet.contactor
        before = int(cabinet.count())
        cabinet.set_pilot("B")
        await desk.status(Status.SuspendedEV)
        assert cabinet.contactor and cabinet.offered_a == 16.0
        cabinet.set_pilot("C")
        await desk.status(Status.Charging)
        await asyncio.sleep(300)
        await desk.ask(v16.SetChargingProfileRequest(connector_id=1, cs_charging_profiles=profile(1, (0, 10))))
        await asyncio.sleep(300)
        assert cabinet.offered_a == 10.0
        cabinet.set_pilot("A")
        await desk.status(Status.Available)
        assert not cabinet.contactor
        (booked,) = desk.server.csms.ledger.transactions
        assert booked.id_tag == "GUEST" and booked.meter_start == before
        assert booked.energy_wh == int(cabinet.count()) - before
        assert booked.energy_wh == pytest.approx((16 + 10) * 3 * 230 / 12, rel=0.01)

        assert len(desk.values) == 10
        told = {(value.measurand, value.phase) for value in desk.values[0].meter_value[0].sampled_value}
        voltages = {("Voltage", f"L{phase}-N") for phase in (1, 2, 3)}
        assert told == voltages | {("Energy.Active.Import.Register", None), ("Power.Active.Import", None)}

    tell(story)


@pytest.mark.parametrize("broken", [1, 2])
def test_a_device_that_fails_means_energy_off_and_Faulted_until_it_works_again(
    tell: Callable[..., Csms], broken: int
) -> None:
    async def story(cabinet: Cabinet, desk: Desk) -> None:
        await desk.status(Status.Available)
        cabinet.set_pilot("C")
        await desk.status(Status.Charging)
        cabinet.broken.add(broken)
        await desk.status(Status.Faulted)
        assert desk.statuses[-1].error_code == "InternalError"
        assert cabinet.contactor is (broken == 2)  # a controller that can't be reached must open it by itself
        cabinet.broken.clear()
        await desk.status(Status.Charging)
        assert cabinet.contactor
        cabinet.set_pilot("A")
        await desk.status(Status.Available)

    (booked,) = tell(story).ledger.transactions
    assert booked.reason == "EVDisconnected"


def test_a_bus_that_comes_later_and_goes_away(tell: Callable[..., Csms]) -> None:
    async def story(cabinet: Cabinet, desk: Desk) -> None:
        await desk.status(Status.Faulted)
        await cabinet.open()
        await desk.status(Status.Available)
        await cabinet.close()
        await desk.status(Status.Faulted)
        await cabinet.open()
        await desk.status(Status.Available)

    tell(story, open_at_once=False)


def test_it_is_a_page_long() -> None:
    assert len((EXAMPLES / "modbus_charger.py").read_text("utf-8").splitlines()) < 100


@pytest.mark.parametrize(("text", "word"), [(None, "no such file"), ("[station]\n", "identity is missing")])
def test_a_mistake_is_one_line(tmp_path: Path, text: str | None, word: str) -> None:
    if text is not None:
        (tmp_path / "charger.toml").write_text(text, "utf-8")
    command = [sys.executable, "-W", "error", str(EXAMPLES / "modbus_charger.py"), str(tmp_path / "charger.toml")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1 and done.stderr.count("\n") == 1 and word in done.stderr
