"""One buffer for all connections of a thread: nothing of one gets into another, and what came stays as it came."""

from __future__ import annotations

import asyncio
import threading
from datetime import UTC, datetime
from random import Random
from typing import Any

from ocppcore import v16
from ocppcore.bindings._receiver import SIZE, Receiver
from ocppcore.bindings.asyncio import Client, serve
from ocppcore.csms import Csms
from ocppcore.session.session import Endpoint, Session


class Kept(Receiver):
    """Keeps what it is given."""

    def __init__(self) -> None:
        self.data: list[bytes] = []

    def data_received(self, data: bytes) -> None:
        self.data.append(data)

    def feed(self, data: bytes) -> None:
        """As an event loop does."""
        self.get_buffer(-1)[: len(data)] = data
        self.buffer_updated(len(data))


def test_what_was_received_is_not_changed_by_what_comes_next() -> None:
    one, other = Kept(), Kept()
    one.feed(b"first")
    other.feed(b"other")
    one.feed(b"x" * SIZE)
    assert one.data == [b"first", b"x" * SIZE] and other.data == [b"other"]


def test_each_thread_has_a_buffer_of_its_own() -> None:
    found: list[Any] = []
    thread = threading.Thread(target=lambda: found.append(Kept().get_buffer(-1)))
    thread.start()
    thread.join()
    here = Kept().get_buffer(-1)
    assert here is Kept().get_buffer(-1) and found[0] is not here


def test_long_messages_of_many_connections_do_not_mix() -> None:
    async def main() -> None:
        csms = Csms(utc=lambda: datetime.now(UTC), rng=Random(1), insecure=True, accepted=[f"CP{n}" for n in range(8)])

        @csms.on(v16.DataTransferRequest)
        def echo(link: Any, request: v16.DataTransferRequest) -> v16.DataTransferResponse:
            return v16.DataTransferResponse(status=v16.DataTransferStatus.Accepted, data=request.data)

        async def talk(number: int, port: int) -> None:
            session = Session(v16.ACTIONS, endpoint=Endpoint(f"ws://127.0.0.1:{port}/CP{number}"), rng=Random(number))
            async with Client(session) as peer:
                for turn in range(10):
                    data = f"{number}{turn}" * 10_000
                    answer = await peer.call(v16.DataTransferRequest(vendor_id="V", data=data))
                    assert answer.data == data

        async with await serve(csms, "127.0.0.1") as server:
            await asyncio.gather(*(talk(number, server.port) for number in range(8)))

    asyncio.run(main())
