"""The back end's side of asyncio: a port where stations connect, over TCP and TLS."""

from __future__ import annotations

import asyncio
import ssl as tls
from collections.abc import Callable
from typing import Any, TypeVar

from ocppcore.bindings._peer import Peer, end_tasks
from ocppcore.bindings._socket import PATIENCE, Socket
from ocppcore.bindings._ws import Event as WsEvent
from ocppcore.bindings._ws import State, WebSocket
from ocppcore.clock import Clock
from ocppcore.csms import Accept, Csms, Offer, Reject, StationLink
from ocppcore.errors import ConnectionLost
from ocppcore.messages.base import Request, Response
from ocppcore.session.commands import Command
from ocppcore.session.events import Disconnect, Event, Lost
from ocppcore.version import V16

R = TypeVar("R", bound=Response)
MAX_HANDSHAKES = 1024  # sockets without a finished handshake; one more is dropped


class Guest(Peer):
    """A station at the server."""

    def __init__(self, server: Server, socket: Reception, link: StationLink) -> None:
        super().__init__(link, clock=server.clock)
        self.server, self.socket, self.station = server, socket, link
        self.tasks = server.tasks  # a handler may outlive the link of the station that asked
        self.on_event(lambda event: server.tell(link.identity, event))
        server.guests[link] = self

    def after_step(self) -> None:
        for link in self.server.csms.take_ready():  # what this step did to other stations
            if link in self.server.guests:
                self.server.guests[link].step()

    def disconnected(self, reason: Disconnect) -> None:
        super().disconnected(reason)
        self.server.guests.pop(self.station, None)

    def carry_out(self, command: Command) -> None:
        if isinstance(command, Accept):
            self.socket.accept(command.subprotocol)
        elif isinstance(command, Reject):
            self.socket.reject(command.status)
        else:
            super().carry_out(command)


class Reception(Socket):
    """A connection that a station made."""

    __slots__ = ("server",)

    def __init__(self, server: Server) -> None:
        super().__init__(WebSocket.server(path=server.path, lenient=server.lenient))
        self.server = server

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.server.sockets.add(self)
        self.server.lobby.add(self)
        if len(self.server.lobby) > MAX_HANDSHAKES or self.server.closing:
            self.abort(Lost("too many handshakes at a time, or the server stops"))

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self.server.sockets.discard(self)
        self.server.lobby.discard(self)

    def take(self, event: WsEvent) -> None:
        if isinstance(event, Offer) and self.transport is not None:
            event.peer = str(self.transport.get_extra_info("peername"))
            self.peer = Guest(self.server, self, self.server.csms.admit(event, self.server.clock.now()))
            self.peer.step()
        else:
            super().take(event)

    def accept(self, subprotocol: str | None) -> None:
        self.server.lobby.discard(self)
        self.ws.accept(subprotocol)
        if self.peer is not None and subprotocol is not None:
            self.peer.connected(V16, self)
        self._turn()

    def reject(self, status: int) -> None:
        self.ws.reject(status)
        self._turn()


class Server:
    """A back end on a port; made by serve(). `async with` closes it at the end."""

    def __init__(self, csms: Csms, clock: Clock, path: str | None, lenient: bool) -> None:
        self.csms, self.clock, self.path, self.lenient = csms, clock, path, lenient
        self.guests: dict[StationLink, Guest] = {}
        self.sockets: set[Reception] = set()
        self.lobby: set[Reception] = set()  # of those, the ones with an unfinished handshake
        self.tasks: set[asyncio.Task[Any]] = set()
        self.port = 0
        self.closing = False
        self._listeners: list[Callable[[str, Event], object]] = []

    async def listen(self, host: str, port: int, ssl: tls.SSLContext | None) -> None:
        patience = PATIENCE[State.Connecting] if ssl is not None else None
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: Reception(self), host, port, ssl=ssl, ssl_handshake_timeout=patience
        )
        self.port = self._server.sockets[0].getsockname()[1]

    async def __aenter__(self) -> Server:
        return self

    async def __aexit__(self, *exception: object) -> None:
        await self.close()

    def on_event(self, listener: Callable[[str, Event], object]) -> Callable[[str, Event], object]:
        """Call this function with the identity of a station and each event of it; usable as a decorator."""
        self._listeners.append(listener)
        return listener

    def tell(self, identity: str, event: Event) -> None:
        for listener in self._listeners:
            listener(identity, event)

    async def call(self, identity: str, request: Request[R]) -> R:
        """Send a request to a station and wait for its answer, as Peer.call() does."""
        link = self.csms.link(identity)
        if link is None:
            raise ConnectionLost("", request.action, f"{identity} is not connected")
        return await self.guests[link].call(request)

    async def close(self) -> None:
        """Listen no more, close all connections with 1001, and wait until they are gone."""
        self.closing = True
        self._server.close()
        for socket in list(self.sockets):
            socket.close(1001, "the server stops")
        await asyncio.gather(*(socket.gone() for socket in self.sockets))
        await end_tasks(self.tasks)
        await self._server.wait_closed()
