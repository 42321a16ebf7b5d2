"""Real sockets on loopback: stations, a back end, and what both do about peers that misbehave (H01, H10, H11, H27)."""

from __future__ import annotations

import asyncio
import logging
import socket
from base64 import b64encode
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest

from ocppcore import v16
from ocppcore.bindings import _server, _socket
from ocppcore.bindings._ws import State
from ocppcore.bindings.asyncio import Client, Server, serve
from ocppcore.csms import Csms, StationConnected, StationDisconnected, StationRefused, keys
from ocppcore.errors import ConnectionLost, SetupError
from ocppcore.session.commands import BasicAuth
from ocppcore.session.events import ClosedByPeer, Connected, Disconnected, Event, Lost, Refused
from ocppcore.session.session import Endpoint, Session, SessionSettings
from ocppcore.session.settings import Backoff

Run = Callable[[Coroutine[Any, Any, Any]], Any]
KEY = b"\x00\xff0123456789abcdef"
BOOT = v16.BootNotificationRequest(charge_point_vendor="V", charge_point_model="M")
RESET = v16.ResetRequest(type=v16.ResetType.Soft)
ACCEPTED = v16.ResetResponse(status=v16.ResetStatus.Accepted)
SOON = Backoff(wait_minimum=0.02, repeat_times=0, random_range=0)


def make_csms(**options: Any) -> Csms:
    options = {"authenticate": keys({"CP 1": KEY, "CP2": KEY}), "authorize": lambda tag: True} | options
    return Csms(utc=lambda: datetime.now(UTC), rng=Random(1), **options)


def station(server: Server, identity: str = "CP 1", key: bytes | None = KEY, **options: Any) -> Client:
    url = f"ws://127.0.0.1:{server.port}/ocpp/{identity.replace(' ', '%20')}"
    auth = None if key is None else BasicAuth(identity, key)
    settings = SessionSettings(backoff=SOON, **options)
    return Client(Session(v16.ACTIONS, rng=Random(2), endpoint=Endpoint(url, auth), settings=settings))


def head(identity: str = "CP2", key: bytes = KEY, extra: str = "") -> bytes:
    """The handshake of a station that a test writes by hand."""
    login = b64encode(identity.encode() + b":" + key).decode()
    return (
        f"GET /{identity} HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n{extra}"
        f"Sec-WebSocket-Protocol: ocpp1.6\r\nAuthorization: Basic {login}\r\n\r\n"
    ).encode()


@asynccontextmanager
async def by_hand(server: Server) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A bare TCP connection to the server."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    try:
        yield reader, writer
    finally:
        writer.close()
        try:
            await writer.wait_closed()
        except ConnectionError:
            pass  # the server was quicker, and less polite


class Watch:
    """The events of a server, to wait for."""

    def __init__(self, server: Server) -> None:
        self.seen: list[tuple[str, Event]] = []
        self._changed = asyncio.Event()
        server.on_event(self._note)

    def _note(self, identity: str, event: Event) -> None:
        self.seen.append((identity, event))
        self._changed.set()

    async def for_a(self, kind: type[Event], count: int = 1) -> Any:
        while len(found := [event for _, event in self.seen if isinstance(event, kind)]) < count:
            self._changed.clear()
            await self._changed.wait()
        return found[count - 1]


def ended(peer: Client, kind: type[Event] = Disconnected) -> asyncio.Future[Any]:
    """Done with the next event of this kind of a client."""
    future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
    peer.on_event(lambda event: isinstance(event, kind) and not future.done() and future.set_result(event))
    return future


# Both ends as they should be.


def test_a_station_and_a_back_end_call_each_other(run: Run) -> None:
    async def main() -> None:
        async with await serve(make_csms(), "127.0.0.1", path="/ocpp") as server:
            async with station(server) as peer:
                peer.on(v16.ResetRequest)(lambda request: ACCEPTED)
                assert (await peer.call(BOOT)).status is v16.RegistrationStatus.Accepted
                answers = await asyncio.gather(
                    peer.call(v16.HeartbeatRequest()),
                    server.call("CP 1", RESET),
                    peer.call(v16.AuthorizeRequest(id_tag="A")),
                )
                assert answers[1] == ACCEPTED
            with pytest.raises(ConnectionLost):
                await server.call("CP 1", RESET)
            assert not server.guests and not server.sockets

    run(main())


def test_large_messages_pass_and_too_large_ones_close_with_1009(run: Run) -> None:
    async def main() -> None:
        async with await serve(make_csms(accepted=["CP 1"]), "127.0.0.1") as server:
            async with station(server) as peer:
                assert await peer.call(v16.DataTransferRequest(vendor_id="v", data="x" * 1_000_000))
                gone = ended(peer)
                with pytest.raises(ConnectionLost):
                    await peer.call(v16.DataTransferRequest(vendor_id="v", data="x" * 1_100_000))
                reason = (await gone).reason
                assert isinstance(reason, ClosedByPeer) and reason.code == 1009

    run(main())


def test_a_server_that_stops_says_so_and_the_station_comes_back(run: Run) -> None:
    async def main() -> None:
        csms = make_csms()
        server = await serve(csms, "127.0.0.1")
        async with station(server) as peer:
            await peer.call(BOOT)
            gone = ended(peer)
            await server.close()
            event = await gone
            assert isinstance(event.reason, ClosedByPeer) and event.reason.code == 1001 and event.retry_in > 0
            back = ended(peer, Connected)
            async with await serve(csms, "127.0.0.1", server.port):
                await back
                assert await peer.call(v16.HeartbeatRequest())  # J §5.4: without booting again

    run(main())


def test_a_handler_of_the_back_end_may_call_another_station(run: Run) -> None:
    async def main() -> None:
        csms = make_csms(accepted=["CP 1", "CP2"])
        async with await serve(csms, "127.0.0.1") as server, station(server) as one, station(server, "CP2") as other:
            other.on(v16.ResetRequest)(lambda request: ACCEPTED)
            heard = asyncio.Event()
            other.on_event(lambda event: heard.set())

            @csms.on(v16.DataTransferRequest)
            async def ask_the_other(link: Any, request: v16.DataTransferRequest) -> v16.DataTransferResponse:
                answer = await server.call("CP2", RESET)
                return v16.DataTransferResponse(status=v16.DataTransferStatus.Accepted, data=str(answer.status))

            assert (await one.call(v16.DataTransferRequest(vendor_id="v"))).data == "Accepted"

            @csms.on(v16.HeartbeatRequest)
            def poke_the_other(link: Any, request: v16.HeartbeatRequest) -> v16.HeartbeatResponse:
                csms.call("CP2", RESET, server.clock.now())
                return v16.HeartbeatResponse(current_time=csms.utc())

            heard.clear()
            await one.call(v16.HeartbeatRequest())
            await heard.wait()

    run(main())


def test_leaving_cancels_what_is_going_on(run: Run) -> None:
    async def main() -> None:
        async with await serve(make_csms(accepted=["CP 1"]), "127.0.0.1") as server:

            @server.csms.on(v16.HeartbeatRequest)
            async def never(link: Any, request: v16.HeartbeatRequest) -> Any:
                await asyncio.Event().wait()

            async with station(server) as peer:
                call = asyncio.create_task(peer.call(v16.HeartbeatRequest()))
                await asyncio.sleep(0)
            with pytest.raises(ConnectionLost):
                await call

    run(main())


# A station that is not let in, or finds nothing.


def test_a_wrong_key_is_refused_and_tried_again(run: Run) -> None:
    async def main() -> None:
        async with await serve(make_csms(), "127.0.0.1") as server:
            watch = Watch(server)
            peer = station(server, key=b"wrong")
            gone = ended(peer)
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.3), peer:
                    raise AssertionError("it was let in")
            event = await gone
            assert isinstance(event.reason, Refused) and event.reason.status == 401
            refused = await watch.for_a(StationRefused, 2)
            assert refused.status == 401 and "127.0.0.1" in refused.peer

    run(main())


@pytest.mark.parametrize(
    ("target", "options", "status"),
    [
        ("/VICTIM", {}, 401),
        ("/CP2", {"known": {"CP 1"}}, 404),
        ("/", {"insecure": True, "authenticate": None}, 404),
        ("/CP9", {"insecure": True, "authenticate": None, "known": ["CP2"]}, 404),
    ],
)
def test_what_a_stranger_is_told(run: Run, target: str, options: dict[str, Any], status: int) -> None:
    async def main() -> None:
        async with await serve(make_csms(**options), "127.0.0.1") as server, by_hand(server) as (reader, writer):
            writer.write(head().replace(b"GET /CP2 ", f"GET {target} ".encode()))
            answer = await reader.read()
            assert answer.startswith(f"HTTP/1.1 {status} ".encode())

    run(main())


def test_no_common_subprotocol(run: Run) -> None:  # J §3.2
    async def main() -> None:
        async with await serve(make_csms(), "127.0.0.1") as server, by_hand(server) as (reader, writer):
            writer.write(head().replace(b"ocpp1.6", b"ocpp1.5"))
            answer = await reader.readuntil(b"\r\n\r\n")
            assert answer.startswith(b"HTTP/1.1 101") and b"Sec-WebSocket-Protocol" not in answer
            assert (await reader.readexactly(4))[:1] == b"\x88"

    run(main())


def test_nothing_listens(run: Run, unused_port: int) -> None:
    async def main() -> None:
        url = f"ws://127.0.0.1:{unused_port}/CP"
        peer = Client(Session(v16.ACTIONS, rng=Random(1), endpoint=Endpoint(url)))
        gone = ended(peer)
        entering = asyncio.create_task(peer.__aenter__())
        reason = (await gone).reason
        assert isinstance(reason, Lost) and "refused" in reason.why.lower()
        entering.cancel()
        await asyncio.gather(entering, return_exceptions=True)

    run(main())


@pytest.mark.parametrize("url", ["http://h/CP", "ws://u:p@h/CP", "nonsense"])
def test_a_bad_url_is_one_clear_line(run: Run, url: str) -> None:
    async def main() -> None:
        with pytest.raises(SetupError):
            async with Client(Session(v16.ACTIONS, rng=Random(1), endpoint=Endpoint(url))):
                raise AssertionError("no")

    run(main())


def test_a_connection_attempt_that_takes_too_long_is_given_up(run: Run) -> None:
    async def main() -> None:
        silent = socket.create_server(("127.0.0.1", 0))  # the system accepts, and nobody answers
        url = f"ws://127.0.0.1:{silent.getsockname()[1]}/CP"
        settings = SessionSettings(connect_timeout=0.05, backoff=SOON)
        peer = Client(Session(v16.ACTIONS, rng=Random(1), endpoint=Endpoint(url), settings=settings))
        gone = ended(peer)
        entering = asyncio.create_task(peer.__aenter__())
        reason = (await gone).reason
        assert isinstance(reason, Lost) and "in time" in reason.why
        entering.cancel()
        await asyncio.gather(entering, return_exceptions=True)
        silent.close()

    run(main())


# Two connections of one station (H10).


def test_a_living_connection_is_not_pushed_out(run: Run) -> None:
    async def main() -> None:
        async with await serve(make_csms(), "127.0.0.1") as server, station(server) as peer:
            await peer.call(BOOT)
            async with by_hand(server) as (reader, writer):
                writer.write(head("CP 1").replace(b"GET /CP 1", b"GET /CP%201"))
                assert (await reader.read()).startswith(b"HTTP/1.1 409 ")
            assert await peer.call(v16.HeartbeatRequest())

    run(main())


def test_a_dead_connection_is_replaced(run: Run) -> None:
    async def main() -> None:
        async with await serve(make_csms(takeover_wait=0.05), "127.0.0.1") as server, by_hand(server) as (_, dead):
            watch = Watch(server)
            dead.write(head())
            await watch.for_a(StationConnected)
            async with station(server, "CP2") as peer:  # the first one never answers the ping
                gone = await watch.for_a(StationDisconnected)
                assert "replaced" in gone.reason.why
                assert (await peer.call(BOOT)).status is v16.RegistrationStatus.Accepted

    run(main())


# Peers that misbehave.


def test_a_handshake_that_drips_is_cut(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:  # H11, H27
    monkeypatch.setitem(_socket.PATIENCE, State.Connecting, 0.05)

    async def main() -> None:
        async with await serve(make_csms(), "127.0.0.1") as server, by_hand(server) as (reader, writer):
            writer.write(head()[:-1])
            assert await reader.read() == b""
            assert not server.unfinished

    run(main())


def test_a_message_that_drips_is_cut(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:  # H27
    monkeypatch.setitem(_socket.PATIENCE, State.Open, 0.05)

    async def main() -> None:
        async with await serve(make_csms(), "127.0.0.1") as server, by_hand(server) as (reader, writer):
            watch = Watch(server)
            writer.write(head() + b"\x81\x85\0\0\0\0he")
            gone = await watch.for_a(StationDisconnected)
            assert "too long" in gone.reason.why

    run(main())


def test_a_station_between_messages_may_be_silent(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(_socket.PATIENCE, State.Open, 0.05)

    async def main() -> None:
        async with await serve(make_csms(), "127.0.0.1") as server, station(server) as peer:
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.2):
                    await ended(peer)

    run(main())


def test_too_many_handshakes_at_a_time(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:  # H11
    monkeypatch.setattr(_server, "MAX_HANDSHAKES", 2)

    async def main() -> None:
        async with await serve(make_csms(), "127.0.0.1") as server:
            async with by_hand(server), by_hand(server), by_hand(server) as (reader, _):
                with pytest.raises(ConnectionResetError):
                    assert await reader.read() == b"", "the third one is dropped"
                    raise ConnectionResetError
            async with station(server):
                pass

    run(main())


def test_a_huge_frame_is_refused_at_its_header(run: Run) -> None:  # H01
    async def main() -> None:
        async with await serve(make_csms(), "127.0.0.1") as server, by_hand(server) as (reader, writer):
            writer.write(head() + bytes.fromhex("81FF00000000FFFFFFFF"))
            await reader.readuntil(b"\r\n\r\n")
            assert (await reader.readexactly(4))[2:] == (1009).to_bytes(2, "big")

    run(main())


def test_a_peer_that_does_not_read_is_dropped(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:  # H27
    monkeypatch.setattr(_socket, "STUCK", 0.1)

    async def main() -> None:
        csms = make_csms(accepted=["CP2"])
        csms.handlers[v16.DataTransferRequest] = lambda link, request: v16.DataTransferResponse(
            status=v16.DataTransferStatus.Accepted, data="x" * 60_000
        )
        async with await serve(csms, "127.0.0.1") as server, by_hand(server) as (_, writer):
            watch = Watch(server)
            writer.transport.pause_reading()  # type: ignore[attr-defined]
            writer.write(head())
            await watch.for_a(StationConnected)
            request = b'[2,"1","DataTransfer",{"vendorId":"v"}]'
            frame = bytes([0x81, 0x80 | len(request), 0, 0, 0, 0]) + request
            try:
                while not any(isinstance(event, StationDisconnected) for _, event in watch.seen):
                    writer.write(frame * 1000)
                    await writer.drain()
            except ConnectionError:
                pass
            assert "does not read" in (await watch.for_a(StationDisconnected)).reason.why

    run(main())


def test_a_half_dead_link_is_noticed(run: Run) -> None:  # H27
    async def main() -> None:
        settings = SessionSettings(ping_interval=0.02, pong_timeout=0.05)
        async with await serve(make_csms(settings=settings), "127.0.0.1") as server, by_hand(server) as (_, writer):
            watch = Watch(server)
            writer.write(head())
            gone = await watch.for_a(StationDisconnected)
            assert "sign of life" in gone.reason.why

    run(main())


def test_noise_is_turned_away_and_the_others_are_served(run: Run) -> None:
    async def main() -> None:
        async with await serve(make_csms(), "127.0.0.1") as server, station(server) as peer:
            for noise in (b"\x16\x03\x01\x02\x00\r\n\r\n", b"\r\n\r\n", b"SSH-2.0-x\r\n\r\n", b"x" * 30_000):
                async with by_hand(server) as (reader, writer):
                    writer.write(noise)
                    try:
                        assert (await reader.read()).startswith(b"HTTP/1.1 4")
                    except ConnectionResetError:
                        assert len(noise) > 10_000  # it said more than was read
            assert await peer.call(BOOT)

    run(main())


def test_a_listener_that_fails_harms_nobody(run: Run, caplog: pytest.LogCaptureFixture) -> None:
    async def main() -> None:
        async with await serve(make_csms(), "127.0.0.1") as server:
            server.on_event(lambda identity, event: 1 / 0)
            async with station(server) as peer:
                assert await peer.call(BOOT)

    with caplog.at_level(logging.CRITICAL):
        run(main())
