"""A charging station in asyncio: it connects, drives its hardware, and keeps its state in a store."""

from __future__ import annotations

import asyncio
import ssl as tls
from collections.abc import Awaitable, Callable

from ocppcore.bindings._client import Client
from ocppcore.bindings._driver import Driver, StationSurface
from ocppcore.bindings._peer import Link
from ocppcore.bindings._socket import Socket
from ocppcore.bindings._tls_client import client_context, verified_by
from ocppcore.bindings.security.base import Security
from ocppcore.bindings.storage.base import Store
from ocppcore.bindings.transfer.base import Transfer
from ocppcore.clock import Clock
from ocppcore.errors import SetupError
from ocppcore.hardware import Hardware
from ocppcore.session.commands import Command
from ocppcore.session.events import CallReceived
from ocppcore.version import Version


class StationHost(Client):
    """Runs a station; `async with` starts it without waiting for a link; at the end the station hears of it and
    all energy is switched off.

    The hardware's inputs go in by feed(): `host.feed(station.plug, 1)`; from another thread, by
    `loop.call_soon_threadsafe(host.feed, station.plug, 1)`. finished: done with `hard` when a Reset was carried out,
    after which a new Station is to be made from what is stored; or with a SetupError.
    """

    def __init__(
        self,
        station: StationSurface,
        hardware: Hardware,
        store: Store | None = None,
        *,
        ssl: tls.SSLContext | None = None,
        lenient: bool = False,
        clock: Clock | None = None,
        threaded: bool = False,
        transfer: Transfer | None = None,
        security: Security | None = None,
    ) -> None:
        contexts = client_context if security is None else security.client_context
        super().__init__(
            station, ssl=ssl, lenient=lenient, clock=clock, store=store, threaded=threaded, contexts=contexts
        )
        self._station = station
        self.finished: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._driver = Driver(station, hardware, self, self._reset, transfer, security)

    async def __aenter__(self) -> StationHost:
        self.feed(self._startable.start)
        return self

    async def __aexit__(self, *exception: object) -> None:
        self.feed(self._station.program_ending)
        await self._driver.stop()
        await super().__aexit__(*exception)

    def connected(self, version: Version, link: Link) -> None:
        transport = link.transport if isinstance(link, Socket) else None
        connection = None if transport is None else transport.get_extra_info("ssl_object")
        root = None if connection is None or self._tls is None else verified_by(connection, self._tls)
        if root is not None:
            self.feed(self._station.verified, root)
        super().connected(version, link)

    def after_step(self) -> None:
        self._driver.apply_wants()

    def carry_out(self, command: Command) -> None:
        if not self._driver.carry_out(command):
            super().carry_out(command)

    def unhandled(self, event: CallReceived) -> None:
        """The station answers by itself."""

    def misconfigured(self, error: SetupError) -> None:
        if not self.finished.done():
            self.finished.set_exception(error)

    def unexpected(self, error: Exception) -> None:
        """A station charges on without a link, and tries again."""
        self.complain(error)

    def _reset(self, hard: bool) -> None:
        if not self.finished.done():
            self.finished.set_result(hard)


async def run_station(
    station: StationSurface,
    hardware: Hardware,
    store: Store | None = None,
    *,
    inputs: Callable[[StationHost], Awaitable[object]] | None = None,
    ssl: tls.SSLContext | None = None,
    lenient: bool = False,
    clock: Clock | None = None,
    threaded: bool = False,
    transfer: Transfer | None = None,
    security: Security | None = None,
) -> bool:
    """Run a station until it has carried out a Reset; True if that was a hard one.

    Make a new Station from store.load() then, and run that. inputs: a coroutine function that gets the host and runs
    beside the station, to feed what the hardware reports; an exception in it ends the run, its end does not.
    ssl: for wss:// URLs, instead of what the station by itself wants of TLS (security profiles 2 and 3) or the default
    context (without one). lenient: see _handshake.py. threaded: commit to the store in a thread of its own.
    transfer: moves files, a FileTransfer mostly; without one every transfer fails.
    security: makes keys and judges certificates, a SoftwareSecurity mostly; without one all that needs it fails.
    Raises SetupError for a URL that cannot be used.
    """
    async with StationHost(
        station,
        hardware,
        store,
        ssl=ssl,
        lenient=lenient,
        clock=clock,
        threaded=threaded,
        transfer=transfer,
        security=security,
    ) as host:
        if inputs is not None:
            host.spawn(_report(host, inputs))
        return await host.finished


async def _report(host: StationHost, inputs: Callable[[StationHost], Awaitable[object]]) -> None:
    try:
        await inputs(host)
    except Exception as error:
        if not host.finished.done():
            host.finished.set_exception(error)
