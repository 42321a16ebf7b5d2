"""One TCP connection with a WebSocket on it: a protocol towards the loop, a Link towards the Peer.

Its rules: what takes too long ends. The handshake, a message that has begun, and the closing of a WebSocket each have a
deadline, so that a peer that sends a byte a second holds nothing for long. A peer that does not read what we send is
not read either, while more than MAX_UNREAD bytes wait for it, and is dropped after STUCK seconds of that.
"""

from __future__ import annotations

import asyncio
from typing import cast

from ocppcore.bindings._errors import reason_of
from ocppcore.bindings._peer import Peer
from ocppcore.bindings._receiver import Receiver
from ocppcore.bindings._ws import OPEN, Closed, Event, Opened, Ponged, State, WebSocket
from ocppcore.csms.admission import Offer
from ocppcore.session.events import Disconnect, Lost
from ocppcore.version import SUBPROTOCOLS

MAX_UNREAD = 256 * 1024
STUCK = 30.0
# Seconds that a WebSocket may be in a state; Open counts only while a message is incomplete. How long a decision takes
# is bounded by who decides; here only in case that one forgets.
PATIENCE = {State.Connecting: 10.0, State.Deciding: 120.0, State.Open: 30.0, State.Closing: 5.0, State.Closed: 2.0}


class Socket(Receiver):
    """peer: whom it serves; None while that is not known, and once it is let go of."""

    __slots__ = ("ws", "peer", "transport", "_busy", "_messages", "_mark", "_deadline", "_stuck", "_gone")

    def __init__(self, ws: WebSocket, peer: Peer | None = None) -> None:
        self.ws = ws
        self.peer = peer
        self.transport: asyncio.Transport | None = None
        self._busy = False  # within data_received(): what is sent leaves at its end, at once
        self._messages = 0
        self._mark: tuple[State, int] | None = None  # what the deadline is for
        self._deadline: asyncio.TimerHandle | None = None
        self._stuck: asyncio.TimerHandle | None = None
        self._gone: asyncio.Future[None] | None = None

    # From the loop

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self.transport.set_write_buffer_limits(high=MAX_UNREAD)
        self._turn()

    def data_received(self, data: bytes) -> None:
        if self.peer is not None:
            self.ws.max_message = self.peer.connection.max_message
        self._busy = True
        self.ws.receive(data)
        self._turn()

    def connection_lost(self, exc: Exception | None) -> None:
        self.ws.lost(reason_of(exc))
        self._turn()
        self.transport = None
        self._forget_deadline()
        if self._stuck is not None:
            self._stuck.cancel()
        if self._gone is not None and not self._gone.done():
            self._gone.set_result(None)

    def pause_writing(self) -> None:
        if self.transport is not None and self._stuck is None:
            self.transport.pause_reading()
            self._stuck = asyncio.get_running_loop().call_later(STUCK, self.abort, Lost("the peer does not read"))

    def resume_writing(self) -> None:
        if self.transport is not None and self._stuck is not None:
            self._stuck.cancel()
            self._stuck = None
            self.transport.resume_reading()

    # From the peer

    def send(self, text: str) -> None:
        self.ws.send(text)
        self._flush()

    def ping(self) -> None:
        self.ws.ping()
        self._flush()

    def close(self, code: int, reason: str) -> None:
        self.ws.close(code, reason)
        self._turn()

    def drop(self) -> None:
        self.peer = None
        self.abort(Lost("dropped"))

    def abort(self, reason: Disconnect) -> None:
        """It is over, for this reason, and without a closing handshake."""
        self.ws.lost(reason)
        self._turn()
        if self.transport is not None:
            self.transport.abort()

    async def gone(self) -> None:
        """Wait until the transport is gone."""
        if self.transport is not None:
            if self._gone is None:
                self._gone = asyncio.get_running_loop().create_future()
            await asyncio.shield(self._gone)

    # One step

    def take(self, event: Event) -> None:
        """What happened on the WebSocket."""
        peer = self.peer
        if isinstance(event, str):
            if peer is not None:
                self._messages += 1
                peer.receive(event)
        elif isinstance(event, Closed):
            self._over(event)
        elif isinstance(event, Offer):
            self.offered(event)
        elif peer is None:
            return
        elif isinstance(event, Ponged):
            peer.feed(peer.connection.pong)
        elif isinstance(event, Opened):
            peer.connected(SUBPROTOCOLS[event.subprotocol], self)

    def offered(self, offer: Offer) -> None:
        """For servers: a station would like to come in."""

    def _turn(self) -> None:
        for event in self.ws.events():
            self.take(event)
        self._busy = False
        self._flush()
        self._watch()

    def _over(self, event: Closed) -> None:
        peer, self.peer = self.peer, None
        self._busy = False
        self._flush()
        if self.transport is not None and not self.transport.is_closing():
            if event.clean:
                self.transport.close()
            elif self.transport.can_write_eof():
                self.transport.write_eof()  # the peer shall first read what was said, and then hang up
        if peer is not None:
            peer.disconnected(event.reason)

    def _flush(self) -> None:
        if not self._busy and self.transport is not None and not self.transport.is_closing():
            if data := self.ws.data_to_send():
                self.transport.write(data)

    def _watch(self) -> None:
        """Keep the deadline of the present state; a new one for each message that comes in pieces."""
        state = self.ws.state
        if self.transport is None or state is OPEN and self.ws.idle:
            self._forget_deadline()
        elif (state, self._messages) != self._mark:
            self._forget_deadline()
            self._mark = (state, self._messages)
            reason = Lost(f"{state.value} took too long")
            self._deadline = asyncio.get_running_loop().call_later(PATIENCE[state], self.abort, reason)

    def _forget_deadline(self) -> None:
        self._mark = None
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
