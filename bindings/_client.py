"""The station's side of asyncio: a peer that connects by itself, over TCP and TLS."""

from __future__ import annotations

import asyncio
import ssl as tls
from collections.abc import Callable
from typing import Protocol

from ocppcore.bindings._errors import reason_of
from ocppcore.bindings._handshake import Address
from ocppcore.bindings._peer import DROP, Link, Peer, log
from ocppcore.bindings._report import Reporter
from ocppcore.bindings._socket import Socket
from ocppcore.bindings._tls_client import client_context
from ocppcore.bindings._ws import WebSocket
from ocppcore.bindings.storage.base import Store
from ocppcore.clock import Clock
from ocppcore.errors import SetupError
from ocppcore.session.commands import Close, Command, Connect, Tls
from ocppcore.session.contract import Connection
from ocppcore.session.events import Disconnected, Event, Lost
from ocppcore.version import Version


class Startable(Connection, Protocol):
    """A connection that connects by itself: a Session with an endpoint, or a Station."""

    def start(self, now: float) -> None: ...

    def stop(self, now: float) -> None: ...


class Client(Peer):
    """A peer that connects by itself, and again whenever the link is gone. `async with` waits for the first link.

    ssl: for wss:// URLs, whatever a Connect says of TLS; None: as that says, else the default context. contexts: makes
    what a Connect says into a context. lenient: see _handshake.py. Entering raises SetupError for a URL that cannot be
    used, and whatever `contexts` raises or an unreadable certificate does; once there was a link, that goes to the log,
    and the session tries again. Leaving closes the link.
    """

    def __init__(
        self,
        connection: Startable,
        *,
        ssl: tls.SSLContext | None = None,
        lenient: bool = False,
        clock: Clock | None = None,
        store: Store | None = None,
        threaded: bool = False,
        contexts: Callable[[Tls], tls.SSLContext] = client_context,
    ) -> None:
        super().__init__(connection, clock=clock, store=store, threaded=threaded)
        self._startable = connection
        self._ssl = ssl
        self._contexts = contexts
        self._tls: Tls | None = None  # what the present connection went by
        self._lenient = lenient
        self._where = ""  # host:port of the back end; "" while the URL has none
        self._trouble = ""  # what was no fault of the network the last time, since the last link
        self._reporter = Reporter()
        self._socket: Socket | None = None
        self._dialing: asyncio.Task[None] | None = None
        self.opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def __aenter__(self) -> Client:
        self.feed(self._startable.start)
        try:
            await self.opened
        except BaseException:
            await self.aclose()
            raise
        return self

    async def __aexit__(self, *exception: object) -> None:
        self.feed(self._startable.stop)
        if self._socket is not None:
            await self._socket.gone()
        await self.aclose()

    def connected(self, version: Version, link: Link) -> None:
        super().connected(version, link)
        self._trouble = ""
        if not self.opened.done():
            self.opened.set_result(None)

    def carry_out(self, command: Command) -> None:
        if isinstance(command, Connect) or isinstance(command, Close) and command.code == DROP:
            self._let_go()
            if isinstance(command, Connect):
                self._dialing = self.spawn(self._dial(command))
        else:
            super().carry_out(command)

    def _let_go(self) -> None:
        """Whatever was begun is of no interest any more."""
        if self._dialing is not None:
            self._dialing.cancel()
        if self._socket is not None:
            self._socket.drop()
        self._dialing = self._socket = self.link = None

    def report(self, event: Event) -> None:
        if self._where or not isinstance(event, Disconnected):  # a URL that can't be used is told by misconfigured()
            self._reporter(event, self._where)

    def misconfigured(self, error: SetupError) -> None:
        """Trying again will not help."""
        if self.opened.done():
            log.error("%s", error)
        else:
            self.opened.set_exception(error)

    def _context(self, command: Connect) -> tls.SSLContext:
        self._tls = command.tls if self._ssl is None else None
        if self._tls is not None:
            return self._contexts(self._tls)
        return self._ssl or tls.create_default_context()

    async def _dial(self, command: Connect) -> None:
        try:
            socket, address, context = self._prepare(command)
        except SetupError as error:
            self._where = ""
            self.misconfigured(error)
            return self.disconnected(Lost(str(error)))
        except Exception as error:  # of `contexts`, or of certificates that cannot be read
            return self._failed_here(error)
        loop = asyncio.get_running_loop()
        try:
            await loop.create_connection(lambda: socket, address.host, address.port, ssl=context)
        except (OSError, UnicodeError) as error:
            self.disconnected(reason_of(error))
        except Exception as error:  # of the event loop
            self._failed_here(error)

    def _prepare(self, command: Connect) -> tuple[Socket, Address, tls.SSLContext | None]:
        """All that comes before the network."""
        address = Address(command.url)
        self._where = f"{address.host}:{address.port}"
        ws = WebSocket.client(command.url, command.subprotocols, command.auth, lenient=self._lenient)
        self._socket = socket = Socket(ws, self)
        return socket, address, self._context(command) if address.secure else None

    def _failed_here(self, error: Exception) -> None:
        """It was not the network. Whoever waits for a link has to see to it; else the session tries again."""
        self.unexpected(error)
        self.disconnected(reason_of(error))

    def unexpected(self, error: Exception) -> None:
        """Raise it where the first link is waited for; a link that was there once may come again."""
        if self.opened.done():
            self.complain(error)
        else:
            self._where = ""
            self.opened.set_exception(error)

    def complain(self, error: Exception) -> None:
        """Say where it comes from, unless that was said the last time."""
        trouble = f"{type(error).__name__}: {error}"
        if trouble != self._trouble:
            self._trouble = trouble
            log.error("%s: connecting failed", self._where, exc_info=error)
