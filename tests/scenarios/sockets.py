"""A world of asyncio: a real station host, and our own back end, over WebSockets on loopback.

Its event loop is the demo's: time passes when nothing moves any more, as fast as the machine can. So every wait has a
deadline in the scenario's seconds, and costs none in the real world's.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from random import Random
from typing import TypeVar

from ocppcore.bindings.asyncio import Server, StationHost, serve
from ocppcore.bindings.storage.base import Store
from ocppcore.clock import Clock
from ocppcore.csms import CallServed, Csms
from ocppcore.demo.pace import PacedClock, PacedLoop
from ocppcore.hardware import Hardware
from ocppcore.messages.base import Request, Response
from ocppcore.session.events import Event
from ocppcore.station import Station

from .world import BEGIN, IDENTITY, MOMENT, Booking, World, books, options

R = TypeVar("R", bound=Response)
LOOPBACK = "127.0.0.1"


class Host(StationHost):
    """Tells when the station did anything. moved: set after each of its steps."""

    def __init__(self, moved: asyncio.Event, station: Station, hardware: Hardware, store: Store, clock: Clock) -> None:
        super().__init__(station, hardware, store, clock=clock)
        self.moved = moved

    def after_step(self) -> None:
        super().after_step()
        self.moved.set()


class SocketWorld(World):
    """A station in asyncio; `async with` runs it. Subclasses bring the back end, at `port` on loopback."""

    def __init__(self) -> None:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, PacedLoop)
        super().__init__(PacedClock(loop, BEGIN))
        self.port = 0
        self.moved = asyncio.Event()  # something happened: conditions are to be looked at
        self._host: Host | None = None
        self.hardware.on_change = lambda: loop.call_soon(self._look)

    async def __aenter__(self) -> SocketWorld:
        await self.reopen()
        self._life = asyncio.create_task(self._live())
        return self

    async def __aexit__(self, *exception: object) -> None:
        self._life.cancel()
        await asyncio.wait([self._life])
        await self.shut()

    async def _live(self) -> None:
        """What the main program of a charger does: run a station until it is reset, and then the next one."""
        while True:
            self.station = self.make_station(f"ws://{LOOPBACK}:{self.port}")
            async with Host(self.moved, self.station, self.hardware, self.store, self.clock) as self._host:
                self._look()
                await self._host.finished

    def _look(self) -> None:
        if self._host is not None:
            self._host.feed(self.hardware.forward, self.station)

    # What a script can do

    def card(self, tag: str, evse: int) -> None:
        assert self._host is not None
        self._host.feed(lambda now: self.station.present_id_token(tag, now, evse))

    async def until(self, condition: Callable[[], bool], within: float) -> None:
        async with asyncio.timeout(within):
            while not condition():
                self.moved.clear()
                await self.moved.wait()
        await asyncio.sleep(MOMENT)  # of the loop's time

class AsyncioWorld(SocketWorld):
    """With our own back end."""

    def __init__(self) -> None:
        super().__init__()
        self.csms = Csms(utc=self.clock.utc, rng=Random(1), **options())
        self._server: Server

    @property
    def booked(self) -> list[Booking]:
        return books(self.csms)

    async def ask(self, request: Request[R]) -> R:
        return await self._server.call(IDENTITY, request)

    async def shut(self) -> None:
        await self._server.close()

    async def reopen(self) -> None:
        self._server = await serve(self.csms, LOOPBACK, self.port, clock=self.clock)
        self._server.on_event(self._notice)
        self.port = self._server.port

    def _notice(self, identity: str, event: Event) -> None:
        if isinstance(event, CallServed):
            self.hear(event.request)
            self.moved.set()
