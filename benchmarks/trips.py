"""Heartbeat round trips in memory: two ends in one process, no socket. Ours are two Sessions; `ocpp` has two
ChargePoints in an event loop, because it has no form without one."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime
from random import Random
from typing import Any

from ocpp.routing import on
from ocpp.v16 import ChargePoint, call, call_result

from benchmarks.peers import Job, each
from ocppcore import v16
from ocppcore.session.events import CallReceived, ResultReceived
from ocppcore.session.session import Session
from ocppcore.version import V16

TRIPS = 20  # in one piece of work, so that entering an event loop is a small part of it
UTC_NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)


def _drain(session: Session, other: Session) -> None:
    """Texts to the other end, what happened to nobody: as a binding does, with a handler for Heartbeat."""
    for text in session.data_to_send():
        other.receive(text, 0.0)
    while (event := session.next_event()) is not None:
        if type(event) is CallReceived:
            session.reply(event.id, v16.HeartbeatResponse(current_time=UTC_NOW), 0.0)
            _drain(session, other)


def ours() -> Job:
    client, server = Session(v16.ACTIONS, rng=Random(1)), Session(v16.ACTIONS, rng=Random(2))
    for session in (client, server):
        session.connected(V16, 0.0)

    def trips(count: int) -> None:
        for _ in range(count):
            answered = False
            client.call(v16.HeartbeatRequest(), 0.0)
            _drain(client, server)
            _drain(server, client)
            while (event := client.next_event()) is not None:
                answered = answered or type(event) is ResultReceived
            assert answered

    return each(trips, [TRIPS])


class _Pipe:
    """One direction of a connection as `ocpp` wants it."""

    def __init__(self) -> None:
        self.texts: asyncio.Queue[str] = asyncio.Queue()
        self.other: _Pipe = self

    async def recv(self) -> str:
        return await self.texts.get()

    async def send(self, text: str) -> None:
        self.other.texts.put_nowait(text)


class _Station(ChargePoint):  # type: ignore[misc]
    """Answers Heartbeat."""

    @on("Heartbeat")  # type: ignore[untyped-decorator]
    async def heartbeat(self) -> Any:
        return call_result.Heartbeat(current_time="2026-03-01T08:00:00Z")


def theirs() -> Job:
    """`ocpp` with its thread per validation, as shipped."""
    logging.getLogger("ocpp").setLevel(logging.WARNING)
    loop = asyncio.new_event_loop()

    async def run(count: int) -> None:
        one, other = _Pipe(), _Pipe()
        one.other, other.other = other, one
        client, server = _Station("client", one), _Station("server", other)
        tasks = [asyncio.create_task(end.start()) for end in (client, server)]
        for _ in range(count):
            await client.call(call.Heartbeat())
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)

    return each(lambda count: loop.run_until_complete(run(count)), [TRIPS])
