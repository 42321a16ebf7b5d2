"""What the demo runs: a back end with its ledger, a station with two EVSEs on simulated hardware, and what people do.

Everything is real but the hardware and the speed of time: both ends speak OCPP 1.6 over a WebSocket on loopback.
"""

from __future__ import annotations

import random
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

from ocppcore import v16
from ocppcore.bindings.asyncio import Server, StationHost, serve
from ocppcore.bindings.storage.memory import MemoryStore
from ocppcore.csms import CallServed, Csms, StationConnected, Transaction, keys
from ocppcore.demo.pace import PacedClock, PacedLoop
from ocppcore.hardware.ev import ElectricVehicle
from ocppcore.hardware.simulated import SimulatedHardware
from ocppcore.session.events import CallEnded, Event, ResultReceived
from ocppcore.station import Capabilities, Setup, Station

BEGIN: Final = datetime(2026, 6, 12, 18, 0, tzinfo=UTC)
LOOPBACK: Final = "127.0.0.1"
IDENTITY: Final = "CP1"
KEY: Final = b"a key of 20 octets.."
CARDS: Final = ("ANNA", "BEN")  # those that the back end knows
SAMPLE_INTERVAL: Final = 300
MEASURANDS: Final = "Energy.Active.Import.Register,Power.Active.Import,SoC"


class Exchange(NamedTuple):
    """A call and how it ended. upward: the station called. outcome: the response, or the CallFailed."""

    at: datetime
    upward: bool
    request: Any
    outcome: Any


class Note(NamedTuple):
    """What happens in the story."""

    at: datetime
    text: str


class World:
    """See the module's docstring; `async with` starts it. log: exchanges and notes, as they come."""

    def __init__(self, loop: PacedLoop) -> None:
        self.clock = PacedClock(loop, BEGIN)
        self.csms = Csms(
            utc=self.clock.utc,
            rng=random.Random(1),
            authenticate=keys({IDENTITY: KEY}),
            authorize=CARDS.__contains__,
            interval=3600,
        )
        self.hardware = SimulatedHardware(self.clock, registers_wh={1: 1_204_310, 2: 873_905})
        self.hardware.on_change = lambda: loop.call_soon(self.look)
        self.annas_car = ElectricVehicle(capacity_wh=46_000, soc=48, max_current_a=16, phases=3)
        self.bens_car = ElectricVehicle(capacity_wh=36_000, soc=30, max_current_a=32, phases=1)
        self.log: list[Exchange | Note] = []
        self.station: Station
        self._server: Server
        self._host: StationHost | None = None
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> World:
        await self._open(0)
        url = f"ws://{LOOPBACK}:{self._server.port}"
        config = {
            "MeterValueSampleInterval": str(SAMPLE_INTERVAL),
            "MeterValuesSampledData": MEASURANDS,
            "MinimumStatusDuration": "3",  # statuses that come and go are not reported
        }
        setup = Setup(
            IDENTITY,
            url,
            vendor="ocppcore",
            model="Demo",
            evses=2,
            capabilities=Capabilities.of(self.hardware),
            config=config,
            authorization_key=KEY,
        )
        self.station = Station(setup, rng=random.Random(2), utc=self.clock.utc(), now=self.clock.now())
        host = StationHost(self.station, self.hardware, MemoryStore(), clock=self.clock)
        self._host = await self._stack.enter_async_context(host)
        return self

    async def __aexit__(self, *exception: object) -> None:
        await self._stack.aclose()
        await self._server.close()

    async def _open(self, port: int) -> None:
        self._server = await serve(self.csms, LOOPBACK, port, clock=self.clock)
        self._server.on_event(self._notice)

    def _notice(self, _: str, event: Event) -> None:
        if isinstance(event, CallServed):
            self.log.append(Exchange(self.clock.utc(), True, event.request, event.response))
        elif isinstance(event, ResultReceived):
            self.log.append(Exchange(self.clock.utc(), False, event.request, event.response))
        elif isinstance(event, CallEnded):
            self.log.append(Exchange(self.clock.utc(), False, event.request, event.error))
        elif isinstance(event, StationConnected):
            self.note(f"{event.identity} is connected")

    def look(self) -> None:
        """Tell the station what has changed at its hardware."""
        if self._host is not None:
            self._host.feed(self.hardware.forward, self.station)

    def note(self, text: str) -> None:
        """Say what happens."""
        self.log.append(Note(self.clock.utc(), text))

    # What people do

    def card(self, tag: str, evse: int) -> None:
        """Somebody shows a card at an EVSE."""
        if self._host is not None:
            self._host.feed(lambda now: self.station.present_id_token(tag, now, evse))

    async def remote_stop(self, evse: int) -> None:
        """The back end stops the transaction that runs there."""
        (running,) = [entry for entry in self.booked if entry.evse == evse and entry.stop is None]
        await self._server.call(IDENTITY, v16.RemoteStopTransactionRequest(transaction_id=running.id))

    async def shut(self) -> None:
        """The back end goes down: its port is closed."""
        await self._server.close()

    async def reopen(self) -> None:
        """The back end is up again, on the same port."""
        await self._open(self._server.port)

    # What came of it

    @property
    def booked(self) -> list[Transaction]:
        """The transactions in the back end's ledger, in the order of their beginnings."""
        return sorted(self.csms.ledger.transactions, key=lambda transaction: transaction.start)

    @property
    def counted(self) -> dict[int, list[int]]:
        """By EVSE, what its meter counted while each EV was there, in Wh."""
        return {number: evse.visits for number, evse in self.hardware.evse.items()}

    @property
    def messages(self) -> int:
        """How many messages went over the wire: a call and its answer are two."""
        return 2 * sum(isinstance(entry, Exchange) for entry in self.log)
