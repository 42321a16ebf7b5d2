"""The back end's TLS, without sockets: a real client's bytes in whatever pieces, and each way in which it ends."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocppcore.bindings import _tls_layer
from ocppcore.bindings._receiver import Receiver
from ocppcore.bindings._tls_layer import TlsTransport
from ocppcore.bindings._tls_server import server_context
from ocppcore.testing.certificates import Authority

Run = Callable[[Coroutine[Any, Any, Any]], Any]


class Raw(asyncio.Transport):
    """The loop's transport: what is written is kept."""

    def __init__(self) -> None:
        super().__init__({"peername": ("198.51.100.7", 1)})
        self.sent = bytearray()
        self.calls: list[str] = []

    def write(self, data: Any) -> None:
        self.sent += data

    def is_closing(self) -> bool:
        return "close" in self.calls or "abort" in self.calls

    def close(self) -> None:
        self.calls.append("close")

    def abort(self) -> None:
        self.calls.append("abort")

    def write_eof(self) -> None:
        self.calls.append("write_eof")

    def pause_reading(self) -> None:
        self.calls.append("pause_reading")

    def resume_reading(self) -> None:
        self.calls.append("resume_reading")

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        self.calls.append(f"limit {high}")


class App(Receiver):
    """What is behind TLS: it answers in capital letters."""

    def __init__(self) -> None:
        self.heard = bytearray()
        self.ends: list[Exception | None] = []
        self.transport: Any = None
        self.on_data: Callable[[bytes], object] = lambda data: self.transport.write(data.upper())

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.heard += data
        self.on_data(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self.ends.append(exc)


class Line:
    """A client and the layer, with what goes between them."""

    def __init__(self, theirs: ssl.SSLContext, ours: ssl.SSLContext) -> None:
        self.raw, self.app = Raw(), App()
        self.failures: list[ssl.SSLError] = []
        self.layer = TlsTransport(theirs, self.app, self.failures.append)
        self.layer.connection_made(self.raw)
        self._in, self._out = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.client = ours.wrap_bio(self._in, self._out, server_hostname="localhost")

    def carry(self, *sizes: int) -> None:
        """Bytes both ways, the client's in pieces of these sizes, over and over."""
        down, self.raw.sent = self.raw.sent, bytearray()
        self._in.write(down)
        up = self._out.read()
        at, turn = 0, 0
        while at < len(up):
            size = sizes[turn % len(sizes)] if sizes else len(up)
            self.layer.data_received(up[at : at + size])
            at, turn = at + size, turn + 1

    def agree(self, *sizes: int) -> None:
        for _ in range(10):
            try:
                self.client.do_handshake()
                self.carry(*sizes)
                return
            except ssl.SSLWantReadError:
                self.carry(*sizes)
        raise AssertionError("no agreement")

    def ask(self, data: bytes, *sizes: int) -> bytes:
        """The client says this; what comes back."""
        self.client.write(data)
        self.carry(*sizes)
        self._in.write(bytes(self.raw.sent))
        self.raw.sent.clear()
        answer = bytearray()
        while True:
            try:
                if not (piece := self.client.read(65536)):
                    return bytes(answer)
                answer += piece
            except ssl.SSLWantReadError:
                return bytes(answer)


@pytest.fixture(scope="module")
def contexts(tmp_path_factory: pytest.TempPathFactory, cpo_root: Authority) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    folder = tmp_path_factory.mktemp("tls")
    issued = cpo_root.issue("localhost", dns=["localhost"])
    for name, text in (("roots", cpo_root.pem), ("certificate", issued.chain), ("key", issued.key)):
        (folder / name).write_text(text)
    return server_context(folder / "certificate", folder / "key"), trusting(folder)


def trusting(folder: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(folder / "roots"))


@pytest.fixture
def line(contexts: tuple[ssl.SSLContext, ssl.SSLContext]) -> Line:
    return Line(*contexts)


@settings(max_examples=60)
@given(st.lists(st.integers(1, 700), min_size=1, max_size=8), st.binary(min_size=1, max_size=50_000))
def test_it_is_all_the_same_in_which_pieces_it_comes(
    contexts: tuple[ssl.SSLContext, ssl.SSLContext], sizes: list[int], data: bytes
) -> None:
    line = Line(*contexts)
    line.agree(*sizes)
    assert line.ask(data, *sizes) == data.upper() and line.app.heard == data and not line.failures


def test_it_is_all_the_same_byte_by_byte(line: Line) -> None:
    line.agree(1)
    assert line.ask(b"hello", 1) == b"HELLO"


def test_large_answers_go_out_whole(line: Line) -> None:
    line.agree()
    line.app.on_data = lambda data: line.app.transport.write(b"x" * 1_000_000)
    assert line.ask(b"?") == b"x" * 1_000_000


def test_nothing_is_kept_for_a_peer_that_says_nothing(line: Line) -> None:
    assert line.layer._tls is None


def test_nothing_is_sent_before_the_handshake_is_done(line: Line) -> None:
    line.layer.write(b"too early")
    assert line.raw.sent == b"" and line.layer.get_extra_info("ssl_object") is None
    line.agree()
    assert line.layer.get_extra_info("ssl_object").version() == "TLSv1.3"
    assert line.layer.get_extra_info("peername") == ("198.51.100.7", 1)


def test_closing_says_goodbye(line: Line) -> None:
    line.agree()
    line.layer.close()
    assert line.raw.calls == ["close"]
    line.carry()
    assert line.client.read(1) == b""  # that is how Python says it
    line.layer.write(b"too late")
    assert line.raw.sent == b""


def test_closing_before_anything_was_said(line: Line) -> None:
    line.layer.close()
    line.layer.connection_lost(None)
    assert line.raw.calls == ["close"] and line.app.ends == [None]


def test_closing_in_an_answer_takes_nothing_more(line: Line) -> None:
    line.agree()
    line.app.on_data = lambda data: line.layer.close()
    line.client.write(b"one")
    line.client.write(b"two")
    line.carry()
    assert line.app.heard == b"one" and line.raw.calls == ["close"]


def test_a_peer_that_says_goodbye(line: Line) -> None:
    line.agree()
    with pytest.raises(ssl.SSLWantReadError):
        line.client.unwrap()
    line.carry()
    assert line.raw.calls == ["close"] and line.layer.is_closing() and not line.failures
    line.layer.connection_lost(None)
    assert isinstance(line.app.ends[0], ssl.SSLZeroReturnError)


@pytest.mark.parametrize(
    "noise", [b"GET / HTTP/1.1\r\n\r\n", b"\x16\x03\x01\x00\x05hello", b"\x15\x03\x03\x00\x02\x02\x28"]
)
def test_what_is_no_tls_is_answered_with_an_alert_and_cut(run: Run, line: Line, noise: bytes) -> None:
    async def main() -> None:
        line.layer.data_received(noise)
        assert len(line.failures) == 1 and line.raw.calls == ["write_eof"] and line.layer.is_closing()
        line.layer.data_received(noise)  # what follows is not looked at
        line.layer.connection_lost(None)
        assert line.app.ends == line.failures and line.app.heard == b""

    run(main())


def test_a_record_that_was_changed_on_its_way_ends_it(run: Run, line: Line) -> None:
    async def main() -> None:
        line.agree()
        line.client.write(b"charge 10 kWh")
        changed = bytearray(line._out.read())
        changed[-1] ^= 1
        line.layer.data_received(bytes(changed))
        assert line.app.heard == b"" and len(line.failures) == 1 and "write_eof" in line.raw.calls
        line.layer.write(b"x")
        line.layer.connection_lost(None)

    run(main())


def test_a_peer_that_does_not_hang_up_is_cut(run: Run, line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_tls_layer, "FAREWELL", 0.01)

    async def main() -> None:
        line.layer.data_received(b"x" * 100)
        while "abort" not in line.raw.calls:
            await asyncio.sleep(0)

    run(main())


def test_a_slow_reader_is_felt_behind_it(line: Line) -> None:
    felt: list[str] = []
    line.app.pause_writing = lambda: felt.append("pause")  # type: ignore[method-assign]
    line.app.resume_writing = lambda: felt.append("resume")  # type: ignore[method-assign]
    line.layer.pause_writing()
    line.layer.resume_writing()
    line.layer.pause_reading()
    line.layer.resume_reading()
    line.layer.set_write_buffer_limits(high=5)
    assert felt == ["pause", "resume"] and line.raw.calls == ["pause_reading", "resume_reading", "limit 5"]
    assert not line.layer.can_write_eof()
