"""The back end's side of asyncio: a port where stations connect, over TCP and TLS.

A connection counts as half open from its first moment on, TLS included, until its WebSocket is open; whether it may
begin at all is asked before anything is read from it.
"""

from __future__ import annotations

import asyncio
import ssl as tls
from collections.abc import Callable
from typing import Any, TypeVar

from ocppcore.bindings._errors import reason_of
from ocppcore.bindings._peer import DROP, Peer, end_tasks, log
from ocppcore.bindings._receiver import Receiver
from ocppcore.bindings._socket import Socket
from ocppcore.bindings._tls_layer import TlsTransport
from ocppcore.bindings._tls_server import certificate_of
from ocppcore.bindings._ws import WebSocket
from ocppcore.clock import Clock
from ocppcore.csms import Accept, Awaited, Csms, LoginAwaited, Offer, Reject, StationLink
from ocppcore.errors import ConnectionLost
from ocppcore.messages.base import Request, Response
from ocppcore.session.commands import Close, Command
from ocppcore.session.events import Disconnect, Event
from ocppcore.version import V16

R = TypeVar("R", bound=Response)
MAX_HANDSHAKES = 1024  # sockets without a finished handshake; one more is dropped


class Guest(Peer):
    """A station at the server."""

    def __init__(self, server: Server, socket: Reception, link: StationLink) -> None:
        super().__init__(link, clock=server.clock)
        self.server, self.csms, self.socket, self.station = server, server.csms, socket, link
        self.judging: asyncio.Task[Any] | None = None
        self.tasks = server.tasks  # a handler may outlive the link of the station that asked
        if server.listeners:
            self.on_event(self.tell)
        link.driver = self
        server.guests.add(self)

    def tell(self, event: Event) -> None:
        self.server.tell(self.station.identity, event)

    def after_step(self) -> None:
        if self.csms.ready:  # what this step did to others, here or at another port
            for link in self.csms.take_ready():
                if link.driver is not None:
                    link.driver.step()

    def disconnected(self, reason: Disconnect) -> None:
        super().disconnected(reason)
        self.let_go()

    def let_go(self) -> None:
        """The link is over."""
        self.decided()
        self.station.driver = None
        self.server.guests.discard(self)

    def wait_for(self, event: Awaited) -> asyncio.Task[Any]:
        task = super().wait_for(event)
        if isinstance(event, LoginAwaited):
            self.judging = task
        return task

    def decided(self) -> None:
        """Nobody waits any more for what the author's function says of the handshake."""
        judging, self.judging = self.judging, None
        if judging is not None and judging is not asyncio.current_task():
            judging.cancel()

    def carry_out(self, command: Command) -> None:
        if isinstance(command, Accept):
            self.decided()
            self.socket.accept(command.subprotocol)
        elif isinstance(command, Reject):
            self.decided()
            self.socket.reject(command.status, command.retry_after)
        else:
            super().carry_out(command)
            if isinstance(command, Close) and command.code == DROP:
                self.let_go()  # nothing more is heard of it


def address_of(transport: asyncio.BaseTransport) -> str:
    """The IP address of the peer; "" for what has none."""
    name = transport.get_extra_info("peername")
    return str(name[0]) if isinstance(name, tuple) else ""


def peer_of(transport: asyncio.BaseTransport) -> str:
    """The peer's address and port, for the log."""
    name = transport.get_extra_info("peername")
    if not isinstance(name, tuple):
        return str(name or "")
    host, port = name[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


class Reception(Socket):
    """A connection that a station made."""

    __slots__ = ("server", "address", "waits")

    def __init__(self, server: Server) -> None:
        super().__init__(WebSocket.server(path=server.path, lenient=server.lenient, proxied=server.proxied))
        self.server = server
        self.address = ""
        self.waits = False  # its handshake has begun and is not finished

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.address = "" if self.server.proxied else address_of(transport)
        self.waits = self.server.welcome(self.address)
        if not self.waits:
            assert isinstance(transport, asyncio.Transport)
            return transport.abort()
        super().connection_made(transport)
        self.server.sockets.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self.server.sockets.discard(self)
        self.finished()

    def tls_failed(self, error: Exception) -> None:
        """TLS did not come about."""
        if self.transport is not None and self.waits:
            now, peer = self.server.clock.now(), peer_of(self.transport)
            event = self.server.csms.tls_failed(reason_of(error), peer, self.address, now)
            if event is not None:
                self.server.tell("", event)

    def finished(self) -> None:
        """It is no handshake any more."""
        if self.waits:
            self.waits = False
            self.server.farewell(self.address)

    def offered(self, offer: Offer) -> None:
        if self.transport is not None:
            offer.peer = offer.address or peer_of(self.transport)
            if not self.server.proxied:
                offer.address, offer.secure = self.address, self.server.ssl is not None
            offer.certificate = certificate_of(self.transport.get_extra_info("ssl_object"))
            self.peer = Guest(self.server, self, self.server.csms.admit(offer, self.server.clock.now()))
            self.peer.step()

    def accept(self, subprotocol: str | None) -> None:
        self.finished()
        self.ws.accept(subprotocol)
        if self.peer is not None and subprotocol is not None:
            self.peer.connected(V16, self)
        self._turn()

    def reject(self, status: int, retry_after: int | None) -> None:
        self.ws.reject(status, retry_after)
        self._turn()


class Server:
    """A back end on a port; made by serve(). `async with` closes it at the end."""

    def __init__(self, csms: Csms, clock: Clock, path: str | None, lenient: bool, proxied: bool) -> None:
        self.csms, self.clock, self.path, self.lenient, self.proxied = csms, clock, path, lenient, proxied
        self.guests: set[Guest] = set()
        self.ssl: tls.SSLContext | None = None
        self.sockets: set[Reception] = set()
        self.unfinished = 0  # handshakes, of TLS or of the WebSocket
        self.tasks: set[asyncio.Task[Any]] = set()
        self.port = 0
        self.closing = False
        self.listeners: list[Callable[[str, Event], object]] = []

    async def listen(self, host: str, port: int, ssl: tls.SSLContext | None) -> None:
        def meet() -> Receiver:
            reception = Reception(self)
            return reception if ssl is None else TlsTransport(ssl, reception, reception.tls_failed)

        self.ssl = ssl
        self._server = await asyncio.get_running_loop().create_server(meet, host, port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def __aenter__(self) -> Server:
        return self

    async def __aexit__(self, *exception: object) -> None:
        await self.close()

    def on_event(self, listener: Callable[[str, Event], object]) -> Callable[[str, Event], object]:
        """Call this function with the identity of a station and each event of it; usable as a decorator."""
        if not self.listeners:
            for guest in self.guests:
                guest.on_event(guest.tell)
        self.listeners.append(listener)
        return listener

    def tell(self, identity: str, event: Event) -> None:
        for listener in self.listeners:
            try:
                listener(identity, event)
            except Exception:
                log.exception("a listener failed")

    def welcome(self, address: str) -> bool:
        """A connection from there may go on; farewell() is to follow then."""
        if self.closing or self.unfinished >= MAX_HANDSHAKES or not self.csms.arrive(address, self.clock.now()):
            return False
        self.unfinished += 1
        return True

    def farewell(self, address: str) -> None:
        """The handshake of a connection is over, one way or the other."""
        self.unfinished -= 1
        self.csms.finished(address)

    async def call(self, identity: str, request: Request[R]) -> R:
        """Send a request to a station and wait for its answer, as Peer.call() does."""
        link = self.csms.link(identity)
        if link is None:
            raise ConnectionLost("", request.action, f"{identity} is not connected")
        guest: Guest = link.driver
        return await guest.call(request)

    async def close(self) -> None:
        """Listen no more, close all connections with 1001, and wait until they are gone."""
        self.closing = True
        self._server.close()
        for socket in list(self.sockets):
            socket.close(1001, "the server stops")
        await asyncio.gather(*(socket.gone() for socket in self.sockets))
        await end_tasks(self.tasks)
        await self._server.wait_closed()
