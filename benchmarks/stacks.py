"""Both ends of a Heartbeat over TCP, once for each stack; loopback.py runs them in processes of their own.

A stack has serve(port 0) -> port, connect(port, name) -> a function that makes one round trip. What it opens stays open
until the process ends.

    ocppcore       our asyncio binding: wsproto, sessions, a Csms that answers
    canned         the same sockets and WebSockets; a ready text is sent, and any text is answered by a ready text
    ocpp           ocpp on websockets, both as shipped
    ocpp, tuned    without compression, and validation without a thread
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from random import Random
from typing import Any, Protocol

from ocppcore import v16
from ocppcore.bindings._socket import Socket
from ocppcore.bindings._ws import Event, Opened, WebSocket
from ocppcore.bindings.asyncio import Client, serve
from ocppcore.csms import Csms, Offer
from ocppcore.session.session import Session
from ocppcore.session.settings import Endpoint

HOST = "127.0.0.1"
CONNECTIONS = 1000  # names that are known: CP0 …
REQUEST = '[2,"f6c3a5f88a7e4d2b-1000","Heartbeat",{}]'
ANSWER = '[3,"f6c3a5f88a7e4d2b-1000",{"currentTime":"2026-03-01T08:00:00.123Z"}]'

Trip = Callable[[], Awaitable[object]]


class Stack(Protocol):
    """One implementation at both ends."""

    async def serve(self) -> int: ...

    async def connect(self, port: int, name: str) -> Trip: ...


class Ours:
    """ocppcore."""

    def __init__(self) -> None:
        self.kept: list[object] = []
        self.rng = Random()  # 2.5 KiB; whoever has many sessions has one for all of them

    async def serve(self) -> int:
        names = [f"CP{index}" for index in range(CONNECTIONS)]
        csms = Csms(utc=lambda: datetime.now(UTC), rng=self.rng, insecure=True, accepted=names)
        server = await serve(csms, HOST)
        self.kept.append(server)
        return server.port

    async def connect(self, port: int, name: str) -> Trip:
        session = Session(v16.ACTIONS, endpoint=Endpoint(f"ws://{HOST}:{port}/{name}"), rng=self.rng)
        client = await Client(session).__aenter__()
        self.kept.append(client)
        return lambda: client.call(v16.HeartbeatRequest())


_ANSWERED = (Opened, str)


class _CannedServer(Socket):
    __slots__ = ()

    def take(self, event: Event) -> None:
        if isinstance(event, Offer):
            self.ws.accept("ocpp1.6")
        elif isinstance(event, str):
            self.send(ANSWER)


class _CannedClient(Socket):
    __slots__ = ("waiting",)

    def __init__(self, ws: WebSocket, waiting: asyncio.Future[None]) -> None:
        super().__init__(ws)
        self.waiting = waiting

    def take(self, event: Event) -> None:
        if isinstance(event, _ANSWERED):  # a union would be made anew each time
            self.waiting.set_result(None)

    async def trip(self) -> None:
        self.waiting = asyncio.get_running_loop().create_future()
        self.send(REQUEST)
        await self.waiting


class Canned:
    """The transport alone."""

    async def serve(self) -> int:
        self.server = await asyncio.get_running_loop().create_server(lambda: _CannedServer(WebSocket.server()), HOST)
        return int(self.server.sockets[0].getsockname()[1])

    async def connect(self, port: int, name: str) -> Trip:
        loop = asyncio.get_running_loop()
        opened = loop.create_future()
        socket = _CannedClient(WebSocket.client(f"ws://{HOST}:{port}/{name}", ("ocpp1.6",)), opened)
        await loop.create_connection(lambda: socket, HOST, port)
        await opened
        return socket.trip


class Theirs:
    """ocpp on websockets. options: for both ends of websockets."""

    def __init__(self, **options: Any) -> None:
        self.options = options
        self.kept: list[object] = []
        logging.getLogger("ocpp").setLevel(logging.WARNING)

    async def serve(self) -> int:
        from websockets.asyncio.server import serve

        async def station(connection: Any) -> None:
            await _charge_point(connection).start()

        server = await serve(station, HOST, 0, subprotocols=["ocpp1.6"], **self.options)  # type: ignore[list-item]
        self.kept.append(server)
        return int(next(iter(server.sockets)).getsockname()[1])

    async def connect(self, port: int, name: str) -> Trip:
        from ocpp.v16 import call
        from websockets.asyncio.client import connect

        url = f"ws://{HOST}:{port}/{name}"
        connection = await connect(url, subprotocols=["ocpp1.6"], **self.options)  # type: ignore[list-item]
        station = _charge_point(connection)
        self.kept.append(asyncio.create_task(station.start()))
        return lambda: station.call(call.Heartbeat())


def _charge_point(connection: Any) -> Any:
    from ocpp.routing import on
    from ocpp.v16 import ChargePoint, call_result

    class Station(ChargePoint):  # type: ignore[misc]
        @on("Heartbeat")  # type: ignore[untyped-decorator]
        def heartbeat(self) -> Any:
            return call_result.Heartbeat(current_time=datetime.now(UTC).isoformat())

    return Station("CP", connection)


def _tuned() -> Stack:
    import ocpp.messages

    ocpp.messages.ASYNC_VALIDATION = False
    return Theirs(compression=None)


STACKS: dict[str, Callable[[], Stack]] = {"ocppcore": Ours, "canned": Canned, "ocpp": Theirs, "ocpp, tuned": _tuned}
