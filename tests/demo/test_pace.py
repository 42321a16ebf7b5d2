"""The demo's time: fast, but it never passes while something moves."""

from __future__ import annotations

import asyncio
import math
import time
from datetime import UTC, datetime, timedelta

from ocppcore.demo.pace import PacedClock, PacedLoop

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


def run(story: object, speed: float = 100_000) -> object:
    with asyncio.Runner(loop_factory=lambda: PacedLoop(speed)) as runner:
        return runner.run(story)  # type: ignore[arg-type]


def test_an_hour_passes_in_no_time_and_exactly() -> None:
    async def story() -> tuple[float, datetime]:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, PacedLoop)
        clock = PacedClock(loop, BEGIN)
        assert clock.now() == 0.0
        await asyncio.gather(asyncio.sleep(3600), asyncio.sleep(1.5))
        return clock.now(), clock.utc()

    assert run(story()) == (3600.0, BEGIN + timedelta(hours=1))


def test_time_passes_at_the_speed_asked_for() -> None:
    async def story() -> None:
        for _ in range(10):
            await asyncio.sleep(6)

    began = time.monotonic()
    run(story(), speed=600)
    assert 0.09 < time.monotonic() - began


def test_a_timer_a_hair_away_is_not_rung_for_ever() -> None:
    """asyncio rings a timer up to a nanosecond early, and if meanwhile anything moves, time never gets there."""

    async def story() -> int:
        loop = asyncio.get_running_loop()
        await asyncio.sleep(1)
        due = math.nextafter(loop.time(), math.inf)
        rung: asyncio.Future[int] = loop.create_future()

        def ring(times: int) -> None:
            if loop.time() >= due or times == 100:
                rung.set_result(times)
            else:
                loop.call_at(due, ring, times + 1)
                loop.call_soon(len, "something else to do")

        loop.call_at(due, ring, 1)
        loop.call_soon(len, "something else to do")
        return await rung

    assert run(story()) == 1


def test_time_stands_still_while_messages_are_on_their_way() -> None:
    """Over a real socket, with a time-out that is a few microseconds of real time."""

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            writer.write(line)
        writer.close()

    async def story() -> float:
        server = await asyncio.start_server(echo, "127.0.0.1", 0)
        host, port = server.sockets[0].getsockname()
        reader, writer = await asyncio.open_connection(host, port)
        for number in range(100):
            writer.write(b"%d\n" % number)
            async with asyncio.timeout(1):
                assert await reader.readline() == b"%d\n" % number
        passed = asyncio.get_running_loop().time()
        writer.close()
        await writer.wait_closed()
        server.close()
        await server.wait_closed()
        return passed

    assert run(story()) == 0.0
