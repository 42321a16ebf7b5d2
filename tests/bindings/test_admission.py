"""Admission over real sockets: logins that take their time, floods, and what a stranger is told (H10, H11)."""

from __future__ import annotations

import asyncio
import inspect
from base64 import b64encode
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest

from ocppcore import v16
from ocppcore.bindings import _socket
from ocppcore.bindings._ws import State
from ocppcore.bindings.asyncio import Server, serve
from ocppcore.csms import Csms, Rate, StationRefused, Throttle
from ocppcore.errors import ConnectionLost

Run = Callable[[Coroutine[Any, Any, Any]], Any]
KEY = b"0123456789abcdef"
LOOPBACK, ELSEWHERE = "127.0.0.1", "127.0.0.2"  # both are this machine; only the first is trusted


class Desk:
    """An authenticator that answers when it is told to."""

    def __init__(self) -> None:
        self.answers: dict[str, asyncio.Future[bool]] = {}
        self.asked = asyncio.Event()
        self.cancelled = asyncio.Event()

    async def __call__(self, identity: str, user: str, key: bytes) -> bool:
        answer = self.answers.setdefault(identity, asyncio.get_running_loop().create_future())
        self.asked.set()
        try:
            return await asyncio.shield(answer)
        except asyncio.CancelledError:
            self.cancelled.set()
            raise


def make_csms(**options: Any) -> Csms:
    return Csms(utc=lambda: datetime.now(UTC), rng=Random(1), **options)


def head(identity: str) -> bytes:
    login = b64encode(identity.encode() + b":" + KEY).decode()
    return (
        f"GET /{identity} HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
        f"Sec-WebSocket-Protocol: ocpp1.6\r\nAuthorization: Basic {login}\r\n\r\n"
    ).encode()


class Knock:
    """A station that has sent its handshake."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def answer(self) -> tuple[int, str]:
        """The status and the head of the answer; 0 if the connection was dropped."""
        try:
            text = (await self.reader.readuntil(b"\r\n\r\n")).decode()
        except (asyncio.IncompleteReadError, ConnectionError):
            return 0, ""
        return int(text.split(" ")[1]), text


@asynccontextmanager
async def knock(
    server: Server, identity: str, source: str = LOOPBACK, data: bytes | None = None
) -> AsyncIterator[Knock]:
    reader, writer = await asyncio.open_connection(LOOPBACK, server.port, local_addr=(source, 0))
    writer.write(head(identity) if data is None else data)
    try:
        yield Knock(reader, writer)
    finally:
        writer.close()
        try:
            await writer.wait_closed()
        except ConnectionError:
            pass


# Logins that take their time.


def test_one_that_is_judged_keeps_nobody_waiting(run: Run) -> None:
    async def main() -> None:
        desk = Desk()
        async with await serve(make_csms(authenticate=desk), LOOPBACK) as server:
            async with knock(server, "SLOW") as slow, knock(server, "QUICK") as quick:
                while len(desk.answers) < 2:
                    desk.asked.clear()
                    await desk.asked.wait()
                desk.answers["QUICK"].set_result(True)
                assert (await quick.answer())[0] == 101
                desk.answers["SLOW"].set_result(False)
                assert (await slow.answer())[0] == 401

    run(main())


def test_one_that_does_not_wait_is_let_go(run: Run) -> None:
    async def main() -> None:
        desk = Desk()
        async with await serve(make_csms(authenticate=desk), LOOPBACK) as server:
            async with knock(server, "CP1"):
                await desk.asked.wait()
            await desk.cancelled.wait()
            assert server.csms.link("CP1") is None and not server.guests and server.unfinished == 0
            desk.answers["CP1"].set_result(True)
            async with knock(server, "CP1") as again:
                assert (await again.answer())[0] == 101

    run(main())


def test_a_login_that_takes_too_long_is_503(run: Run) -> None:
    async def main() -> None:
        desk = Desk()
        async with await serve(make_csms(authenticate=desk, judge_wait=0.05), LOOPBACK) as server:
            async with knock(server, "CP1") as patient:
                assert (await patient.answer())[0] == 503
            await desk.cancelled.wait()

    run(main())


@pytest.mark.parametrize("when", ["before it has begun", "while it lasts"])
def test_a_server_may_stop_while_a_login_lasts(run: Run, when: str) -> None:
    async def main() -> None:
        desk = Desk()
        async with await serve(make_csms(authenticate=desk), LOOPBACK) as server:
            async with knock(server, "CP1"):
                if when == "while it lasts":
                    await desk.asked.wait()
                else:
                    while not server.guests:
                        await asyncio.sleep(0)
                await server.close()
            assert server.unfinished == 0 and not server.tasks

    run(main())


def test_a_login_that_fails_is_503_and_the_next_one_is_served(run: Run, caplog: pytest.LogCaptureFixture) -> None:
    failing = [True]

    async def authenticate(identity: str, user: str, key: bytes) -> bool:
        if failing:
            raise RuntimeError(f"no database for {failing.pop()}")
        return True

    async def main() -> None:
        async with await serve(make_csms(authenticate=authenticate), LOOPBACK) as server:
            async with knock(server, "CP1") as first:
                assert (await first.answer())[0] == 503
            async with knock(server, "CP1") as second:
                assert (await second.answer())[0] == 101

    run(main())
    assert "no database" in caplog.text and KEY.decode() not in caplog.text


# Floods.


def test_a_flood_from_one_address_is_dropped_and_others_are_served(run: Run) -> None:  # H11
    async def main() -> None:
        csms = make_csms(insecure=True, throttle=Throttle(connections=Rate(3, 0.001), trusted=()))
        async with await serve(csms, LOOPBACK) as server:
            statuses = []
            for number in range(6):
                async with knock(server, f"X{number}", ELSEWHERE) as stranger:
                    statuses.append((await stranger.answer())[0])
            assert statuses == [101] * 3 + [0] * 3 and csms.throttle.dropped == 3
            async with knock(server, "CP1") as station:
                assert (await station.answer())[0] == 101

    run(main())


def test_half_handshakes_of_one_address_leave_room_for_others(run: Run) -> None:  # H11: handshakes that stop after GET
    async def main() -> None:
        csms = make_csms(insecure=True, throttle=Throttle(half_open=2))
        async with await serve(csms, LOOPBACK) as server:
            async with (
                knock(server, "", ELSEWHERE, b"GET"),
                knock(server, "", ELSEWHERE, b"GET"),
                knock(server, "", ELSEWHERE, b"GET") as third,
            ):
                assert await third.answer() == (0, "")
                assert server.unfinished == 2
                async with knock(server, "CP1") as station:
                    assert (await station.answer())[0] == 101

    run(main())


def test_who_guesses_too_often_is_told_when_to_come_again(run: Run) -> None:
    async def main() -> None:
        csms = make_csms(
            authenticate=lambda identity, user, key: False, throttle=Throttle(failures_by_identity=Rate(2, 0.1))
        )
        refused: list[StationRefused] = []
        async with await serve(csms, LOOPBACK) as server:
            server.on_event(lambda identity, event: isinstance(event, StationRefused) and refused.append(event))
            answers = []
            for _ in range(3):
                async with knock(server, "CP1") as guess:
                    answers.append(await guess.answer())
            assert [status for status, _ in answers] == [401, 401, 503]
            assert "\r\nRetry-After: 10\r\n" in answers[2][1]
            assert [event.status for event in refused] == [401, 401, 503]

    run(main())


def test_beyond_a_number_of_stations_the_others_are_told_when_to_come_again(run: Run) -> None:  # H11
    async def main() -> None:
        csms = make_csms(insecure=True, throttle=Throttle(stations=1))
        refused: list[StationRefused] = []
        async with await serve(csms, LOOPBACK) as server:
            server.on_event(lambda identity, event: isinstance(event, StationRefused) and refused.append(event))
            async with knock(server, "CP1") as station:
                assert (await station.answer())[0] == 101
                for number in range(3):
                    async with knock(server, f"X{number}") as stranger:
                        status, head = await stranger.answer()
                        assert status == 503 and "\r\nRetry-After: 60\r\n" in head
            while csms.link("CP1") is not None:
                await asyncio.sleep(0)
            async with knock(server, "CP2") as other:
                assert (await other.answer())[0] == 101
        assert [event.status for event in refused] == [503] and csms.throttle.crowded == 3

    run(main())


# Several ports of one back end (W A00.FR.006).


def test_a_station_is_one_station_at_whatever_port_it_comes_in(run: Run) -> None:  # H10
    async def main() -> None:
        csms = make_csms(insecure=True, takeover_wait=0.05)
        async with await serve(csms, LOOPBACK) as one, await serve(csms, LOOPBACK) as other:
            async with knock(one, "CP1") as first, knock(other, "CP1") as second:
                assert (await first.answer())[0] == 101
                link = csms.link("CP1")
                assert (await second.answer())[0] == 101  # the first one never answers the ping
                assert csms.link("CP1") is not link and not one.guests and len(other.guests) == 1
                assert await first.reader.read(2) == b"\x89\x00"
                calls = [asyncio.create_task(server.call("CP1", v16.ClearCacheRequest())) for server in (one, other)]
                assert (await second.reader.read(2))[0] == 0x81
            for ended in await asyncio.gather(*calls, return_exceptions=True):
                assert isinstance(ended, ConnectionLost)

    run(main())


# Behind a proxy.


def forwarded(identity: str, address: str, scheme: str = "https") -> bytes:
    said = f"X-Forwarded-For: {address}\r\nX-Forwarded-Proto: {scheme}\r\nHost:".encode()
    return head(identity).replace(b"Host:", said)


def test_behind_a_proxy_the_station_counts_and_not_the_proxy(run: Run) -> None:
    async def main() -> None:
        csms = make_csms(
            authenticate=lambda identity, user, key: identity == "CP1",
            profiles=2,
            throttle=Throttle(failures_by_address=Rate(2, 0.1), connections=Rate(1, 0.001), trusted=()),
        )
        refused: list[StationRefused] = []
        async with await serve(csms, LOOPBACK, proxied=True) as server:
            server.on_event(lambda identity, event: isinstance(event, StationRefused) and refused.append(event))
            statuses = []
            for number in range(4):
                async with knock(server, "", data=forwarded(f"X{number}", "203.0.113.9")) as stranger:
                    statuses.append((await stranger.answer())[0])
            assert statuses == [401, 401, 503, 503] and {event.peer for event in refused} == {"203.0.113.9"}
            async with knock(server, "", data=forwarded("CP1", "198.51.100.7", "http")) as plain:
                assert (await plain.answer())[0] == 401
            async with knock(server, "", data=forwarded("CP1", "198.51.100.7")) as station:
                assert (await station.answer())[0] == 101
            async with knock(server, "CP1") as around:
                assert (await around.answer())[0] == 400

    run(main())


# What the author's own functions do.


def test_a_listener_that_fails_keeps_nothing_from_the_others(run: Run, caplog: pytest.LogCaptureFixture) -> None:
    async def main() -> None:
        heard: list[str] = []
        async with await serve(make_csms(insecure=True), LOOPBACK) as server:
            server.on_event(lambda identity, event: 1 / 0)
            server.on_event(lambda identity, event: heard.append(identity))
            async with knock(server, "CP1") as station:
                assert (await station.answer())[0] == 101
            server.tell("", StationRefused(None, 0, "TLS failed", "peer"))
            assert heard[0] == "CP1" and heard[-1] == ""

    run(main())
    assert "a listener failed" in caplog.text


def test_the_deadlines_of_a_judgement_are_those_of_the_back_end() -> None:
    """The socket has none of its own that is shorter."""
    defaults = inspect.signature(Csms).parameters
    assert _socket.PATIENCE[State.Deciding] > 2 * (
        defaults["judge_wait"].default + defaults["takeover_wait"].default
    )
