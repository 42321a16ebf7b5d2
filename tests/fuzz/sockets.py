"""The target `socket`: bytes out of the network, for a back end's WebSocket or a station's, open or not yet.

However the bytes are cut into pieces, the same happens: whole, byte by byte, and in the pieces that the data itself
names. Nothing is raised, nothing follows a Closed, no message is larger than the cap.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable

from ocppcore.bindings._ws import MAX_PONGS, Closed, Event, Opened, WebSocket
from ocppcore.csms.admission import Offer

CAP = 250  # small, so that a fuzzer gets there
URL = "ws://csms.example/ocpp/CP%201"
MAGIC = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
REQUEST = (
    b"GET /ocpp/CP001 HTTP/1.1\r\nHost: csms.example\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    b"Sec-WebSocket-Protocol: ocpp1.6\r\n\r\n"
)
# TOKEN stands for what answers the key of the client, which is another one each time.
ANSWER = (
    b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Accept: TOKEN\r\nSec-WebSocket-Protocol: ocpp1.6\r\n\r\n"
)
PING, PONG = 0x89, 0x8A


class Ear:
    """One end, and what has come of it. out: what it sent."""

    def __init__(self, role: int) -> None:
        self.is_client, opened = bool(role & 1), bool(role & 2)
        self.said: list[object] = []
        self.out = b""
        self.over = False
        if self.is_client:
            self.ws = WebSocket.client(URL, ("ocpp1.6",), max_message=CAP, lenient=bool(role & 4))
            key = self.ws.data_to_send().partition(b"Sec-WebSocket-Key: ")[2].partition(b"\r\n")[0]
            self.token = base64.b64encode(hashlib.sha1(key + MAGIC).digest())
        else:
            self.ws = WebSocket.server(max_message=CAP, lenient=bool(role & 4))
            self.token = b"TOKEN"
        if opened:
            self.hear(ANSWER if self.is_client else REQUEST)

    def hear(self, data: bytes) -> None:
        self.ws.receive(data)
        for event in self.ws.events():
            assert not self.over, f"{event!r} after the end"
            self.notice(event)
            self.out += self.ws.data_to_send()
        self.out += self.ws.data_to_send()

    def notice(self, event: Event) -> None:
        if isinstance(event, str):
            assert len(event.encode()) <= CAP
            self.said.append(event)
        elif isinstance(event, Offer):
            self.said.append((event.identity, event.subprotocols, event.auth and (event.auth.user, event.auth.key)))
            self.ws.accept("ocpp1.6" if "ocpp1.6" in event.subprotocols else None)
        elif isinstance(event, Opened):
            self.said.append(event.subprotocol)
        elif isinstance(event, Closed):
            self.over = True
            reason = event.reason
            told = [(name, getattr(reason, name)) for name in getattr(type(reason), "__slots__", ())]
            self.said.append((type(reason), told))
        else:
            self.said.append(type(event))


def pieces(data: bytes) -> list[bytes]:
    """Cut where the data says: after each byte, as many as its lowest bits tell."""
    found, at = [], 0
    while at < len(data):
        size = (data[at] & 15) + 1
        found.append(data[at : at + size])
        at += size
    return found


def fuzz_socket(data: bytes) -> None:
    """data: the role, then what arrives."""
    if not data:
        return
    role, text = data[0], data[1:]
    ears = []
    for cut in ("whole", "bytes", "pieces"):
        ear = Ear(role)
        arriving = text.replace(b"TOKEN", ear.token)
        if cut == "whole":
            ear.hear(arriving)
        else:
            size = len(arriving)
            for piece in [arriving[at : at + 1] for at in range(size)] if cut == "bytes" else pieces(arriving):
                ear.hear(piece)
        ears.append(ear)
    whole, *others = ears
    floods = max(text.count(PING), *(ear.out.count(PONG) for ear in ears)) > MAX_PONGS  # only the latest is answered
    for other in others:
        assert other.said == whole.said, (whole.said, other.said)
        assert other.ws.state == whole.ws.state, (whole.ws.state, other.ws.state)
        assert whole.is_client or floods or other.out == whole.out, (whole.out, other.out)  # a client masks at random


def frame(opcode: int, data: bytes, mask: bool, fin: bool = True) -> bytes:
    """RFC 6455 §5.2."""
    size = len(data)
    length = bytes([size]) if size < 126 else b"\x7e" + size.to_bytes(2)
    head = bytes([opcode | (0x80 if fin else 0), length[0] | (0x80 if mask else 0)]) + length[1:]
    return head + b"\0\0\0\0" + data if mask else head + data


def seeds() -> Iterable[bytes]:
    for role in range(8):
        mask = not role & 1
        yield bytes([role]) + (b"" if role & 2 else ANSWER if role & 1 else REQUEST) + frame(1, b'[2,"1"]', mask)
    for role, mask in ((2, True), (3, False)):
        start = bytes([role])
        yield start + frame(1, b"ab", mask, False) + frame(9, b"?", mask) + frame(0, "c\u20ac".encode(), mask)
        yield start + frame(8, b"\x03\xe8bye", mask) + frame(1, b"late", mask)
        yield start + frame(1, b"x" * 250, mask) + frame(1, b"x" * 251, mask)
        yield start + frame(2, b"bytes", mask) + frame(10, b"", mask)
        yield start + frame(1, b"\xff\xfe", mask) + frame(8, b"\x03", mask)
        yield start + frame(9, b"", mask) * 40
    yield b"\0GET / HTTP/1.1\r\nAuthorization: Basic Q1AxOnNlY3JldA==\r\n\r\n"
    yield b"\1HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
    yield b"\1HTTP/1.1 503 Busy\r\nRetry-After: 5\r\n\r\n"
