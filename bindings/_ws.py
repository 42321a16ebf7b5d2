"""One WebSocket: bytes in, messages out, and back. No I/O, no timer, no policy.

    ws = WebSocket.client(url, ("ocpp1.6",), auth) or WebSocket.server()
    ws.receive(data); for event in ws.events(): …; write(ws.data_to_send())

Its rules: receive() only stores; events() parses one frame after the other, so that what a message causes to be sent
goes out before what is wrong with the next one is answered. Neither raises for the peer's fault. Caps hold before
anything is buffered. Text is the only kind of message, without compression. After a Closed event nothing follows but
what data_to_send() still has; then the transport is closed.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from io import StringIO
from typing import TypeAlias

from wsproto.connection import Connection, ConnectionState
from wsproto.events import CloseConnection, Ping, Pong, TextMessage
from wsproto.events import Event as WsprotoEvent
from wsproto.frame_protocol import CloseReason

from ocppcore.bindings._frames import FrameWatch
from ocppcore.bindings._handshake import MAX_HEAD, BadHandshake, ClientHandshake, ServerHandshake, rejection
from ocppcore.csms.admission import Offer
from ocppcore.session.commands import BasicAuth
from ocppcore.session.events import ClosedByPeer, Disconnect, Lost

__all__ = ["Closed", "Event", "Opened", "Ponged", "State", "WebSocket"]

MAX_PONGS = 32
"""Pongs for the pings of one chunk; RFC 6455 §5.5.3 lets us answer only the latest of a flood."""


class Opened:
    """A client's handshake is done: the server agreed to this sub-protocol."""

    __slots__ = ("subprotocol",)

    def __init__(self, subprotocol: str) -> None:
        self.subprotocol = subprotocol


class Ponged:
    """The peer answered a ping."""

    __slots__ = ()


class Closed:
    """The WebSocket is over, or never was. reason: for disconnected().

    clean: both sides have said their last word, so that the transport may be closed at once. Otherwise the peer may
    still be sending, and closing over unread bytes would take back what we said last.
    """

    __slots__ = ("reason", "clean")

    def __init__(self, reason: Disconnect, clean: bool) -> None:
        self.reason = reason
        self.clean = clean


Event: TypeAlias = str | Offer | Opened | Ponged | Closed
"""What happened. A str is a message; an Offer, a server's only, waits for accept() or reject()."""


class State(Enum):
    """Where a WebSocket stands in its life."""

    Connecting = "connecting"
    Deciding = "deciding"  # a station's Offer waits for accept() or reject()
    Open = "open"
    Closing = "closing"  # we have sent a close frame and wait for the peer's
    Closed = "closed"


# Asked for with each message: looking a member up in its Enum takes longer than what is then done.
OPEN, CLOSED = State.Open, State.Closed


class WebSocket:
    """One side of one WebSocket. max_message: the cap on received messages, in bytes; it may change."""

    __slots__ = (
        "max_message", "state", "_handshake", "_early", "_connection", "_watch", "_too_big", "_pings", "_unanswered",
        "_text", "_events", "_out",
    )  # fmt: skip

    def __init__(self, handshake: ClientHandshake | ServerHandshake, max_message: int) -> None:
        """Use client() or server()."""
        self.max_message = max_message
        self.state = State.Connecting
        self._handshake: ClientHandshake | ServerHandshake | None = handshake
        self._early = b""  # what came behind a station's head before the answer
        self._connection: Connection | None = None
        self._watch = FrameWatch()
        self._too_big = False  # behind what the parser has, there is more than may be read
        self._pings = 0  # since the last receive()
        self._unanswered: Ping | None = None  # the latest of a flood
        self._text: StringIO | None = None  # a message that comes in pieces
        self._events: list[Event] = []
        self._out: list[bytes] = []

    @classmethod
    def client(
        cls,
        url: str,
        subprotocols: tuple[str, ...],
        auth: BasicAuth | None = None,
        *,
        max_message: int = 64 * 1024,
        lenient: bool = False,
    ) -> WebSocket:
        """A station's end, its request ready in data_to_send(). Raises SetupError for a URL that cannot be used."""
        handshake = ClientHandshake(url, subprotocols, auth, lenient)
        ws = cls(handshake, max_message)
        ws._out.append(handshake.request())
        return ws

    @classmethod
    def server(
        cls,
        *,
        max_message: int = 1024 * 1024,
        path: str | None = None,
        lenient: bool = False,
        proxied: bool = False,
    ) -> WebSocket:
        """A back end's end. path: what must stand before the identity in the URL; None for anything. proxied: see
        serve()."""
        return cls(ServerHandshake(path, lenient, proxied), max_message)

    @property
    def closed(self) -> bool:
        """True when it is over: write what is left, then close the transport."""
        return self.state is CLOSED

    @property
    def idle(self) -> bool:
        """True between messages; False from the first byte of a message to its last."""
        return self._watch.idle and self._text is None

    def events(self) -> Iterator[Event]:
        """What happened, in order; to be taken to the end after each call of another method."""
        while self._events or self._parse():
            if self._events:
                yield self._events.pop(0)

    def data_to_send(self) -> bytes:
        """The bytes to write; each is handed out once."""
        data = b"".join(self._out)
        self._out.clear()
        return data

    # What comes in.

    def receive(self, data: bytes) -> None:
        """Bytes from the transport."""
        if self.state is CLOSED:
            return
        if self._connection is not None:
            self._store(self._connection, data)
        elif self.state is State.Deciding:
            self._early += data
            if len(self._early) > MAX_HEAD:  # RFC 6455 §4.1: a client sends nothing before the answer
                self.reject(400)
        elif isinstance(self._handshake, ClientHandshake):
            self._take_answer(self._handshake.receive(data))
        elif self._handshake is not None:
            self._take_request(self._handshake, data)

    def lost(self, reason: Disconnect) -> None:
        """The transport is gone, or could not be made."""
        if not self.closed:
            self._over(reason)

    def _take_answer(self, answer: tuple[Connection, str, bytes] | Disconnect | None) -> None:
        if isinstance(answer, Disconnect):
            self._over(answer)
        elif answer is not None:
            connection, subprotocol, rest = answer
            self._open(connection)
            self._events.append(Opened(subprotocol))
            self._store(connection, rest)

    def _take_request(self, handshake: ServerHandshake, data: bytes) -> None:
        try:
            taken = handshake.receive(data)
        except BadHandshake as error:
            self._refuse(error.status, str(error))
        else:
            if taken is not None:
                self.state = State.Deciding
                offer, self._early = taken
                self._events.append(offer)

    def _store(self, connection: Connection, data: bytes) -> None:
        """Give the parser what is fit for it."""
        self._pings = 0
        if not self._too_big:
            fit = self._watch.scan(data, self.max_message)
            self._too_big = fit < len(data)
            connection.receive_data(data[:fit])

    def _parse(self) -> bool:
        """Take the next frame; False if there is none."""
        connection = self._connection
        if connection is None or self.state is CLOSED:
            return False
        event = next(connection.events(), None)
        if event is not None:
            self._take_frame(connection, event)
        elif self._too_big:
            self._fail(connection, CloseReason.MESSAGE_TOO_BIG, "the message is too big")
        elif self._unanswered is not None:
            self._pong(connection, self._unanswered)
            self._unanswered = None
        else:
            return False
        return True

    def _take_frame(self, connection: Connection, event: WsprotoEvent) -> None:
        if isinstance(event, TextMessage):
            self._take_text(event)
        elif isinstance(event, Ping):
            self._pings += 1
            if self._pings > MAX_PONGS:
                self._unanswered = event
            else:
                self._pong(connection, event)
        elif isinstance(event, Pong):
            self._events.append(Ponged())
        elif isinstance(event, CloseConnection):
            self._take_close(connection, event)
        else:  # J §4.1.2: a message is JSON text
            self._fail(connection, CloseReason.UNSUPPORTED_DATA, "messages are text")

    def _take_text(self, event: TextMessage) -> None:
        if self._text is None:
            if event.message_finished:
                return self._events.append(event.data)
            self._text = StringIO()
        self._text.write(event.data)
        if event.message_finished:
            self._events.append(self._text.getvalue())
            self._text = None

    def _take_close(self, connection: Connection, event: CloseConnection) -> None:
        if connection.state in (ConnectionState.OPEN, ConnectionState.LOCAL_CLOSING):
            # No frame of the peer, but wsproto's word for a fault in one. What it says of bad UTF-8 has a position that
            # depends on how the bytes arrived.
            bad_text = event.code == CloseReason.INVALID_FRAME_PAYLOAD_DATA
            self._fail(connection, event.code, "the text is not UTF-8" if bad_text else event.reason or "")
        elif self.state is State.Closing:
            self._over(Lost("closed by us"))
        else:
            self._out.append(connection.send(CloseConnection(code=event.code)))
            self._over(ClosedByPeer(int(event.code)))

    # What goes out.

    def send(self, text: str) -> None:
        """One message. What is sent when the WebSocket is not open is dropped: the link is known to be gone."""
        if self.state is OPEN and self._connection is not None:
            self._out.append(self._connection.send(TextMessage(data=text)))

    def ping(self) -> None:
        """A ping; its answer is a Ponged event."""
        if self.state is State.Open and self._connection is not None:
            self._out.append(self._connection.send(Ping()))

    def close(self, code: int = 1000, reason: str = "") -> None:
        """Begin to close. Messages of the peer still come until its own close frame is here."""
        if self.state is State.Open and self._connection is not None:
            self._out.append(self._connection.send(CloseConnection(code=code, reason=reason)))
            self.state = State.Closing
        elif self.state is State.Deciding:
            self.reject(503)
        elif self.state is State.Connecting:
            self._over(Lost("closed by us"))

    def accept(self, subprotocol: str | None) -> None:
        """Let the station in whose Offer came; with None for no common sub-protocol, which closes at once (J §3.2)."""
        if self.state is State.Deciding and isinstance(self._handshake, ServerHandshake):
            answer, connection = self._handshake.accept(subprotocol)
            early, self._early = self._early, b""
            self._out.append(answer)
            self._open(connection)
            if subprotocol is None:
                self._fail(connection, CloseReason.PROTOCOL_ERROR, "no common sub-protocol")
            else:
                self._store(connection, early)

    def reject(self, status: int, retry_after: int | None = None) -> None:
        """Turn the station away with an HTTP status. retry_after: seconds, for the header of that name."""
        if self.state is State.Deciding:
            self._refuse(status, "turned away", retry_after)

    def _refuse(self, status: int, why: str, retry_after: int | None = None) -> None:
        self._out.append(rejection(status, retry_after))
        self._over(Lost(f"handshake answered with {status}: {why}"))

    def _pong(self, connection: Connection, ping: Ping) -> None:
        if self.state is State.Open:
            self._out.append(connection.send(ping.response()))

    def _open(self, connection: Connection) -> None:
        self.state = State.Open
        self._connection = connection
        self._handshake = None

    def _fail(self, connection: Connection, code: int, why: str) -> None:
        """RFC 6455 §7.1.7: say why, and take nothing more."""
        if self.state is State.Open:
            self._out.append(connection.send(CloseConnection(code=code, reason=why)))
        self._over(Lost(f"closed with {int(code)}: {why}"), clean=False)

    def _over(self, reason: Disconnect, clean: bool = True) -> None:
        self.state = State.Closed
        self._text = None
        self._events.append(Closed(reason, clean))
