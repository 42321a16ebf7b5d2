"""Two ends of a WebSocket without a socket between them, and an event loop in which no error goes unseen."""

from __future__ import annotations

import asyncio
import gc
import socket
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from ocppcore.bindings._ws import Event, WebSocket
from ocppcore.csms.admission import Offer

URL = "ws://csms.example/ocpp/CP%201"
Ferry = Callable[[WebSocket, WebSocket], tuple[list[Event], list[Event]]]


def _ferry(client: WebSocket, server: WebSocket) -> tuple[list[Event], list[Event]]:
    """Carry bytes both ways until there are none; what happened at the client, and at the server."""
    at_client, at_server = list(client.events()), list(server.events())
    while True:
        up, down = client.data_to_send(), server.data_to_send()
        if not up and not down:
            return at_client, at_server
        server.receive(up)
        client.receive(down)
        at_client += client.events()
        at_server += server.events()


@pytest.fixture
def ferry() -> Ferry:
    return _ferry


@pytest.fixture
def pair() -> tuple[WebSocket, WebSocket]:
    """An open WebSocket: client and server."""
    client = WebSocket.client(URL, ("ocpp1.6",))
    server = WebSocket.server()
    _, offers = _ferry(client, server)
    assert isinstance(offers[0], Offer)
    server.accept("ocpp1.6")
    _ferry(client, server)
    return client, server


Run = Callable[[Coroutine[Any, Any, Any]], Any]


@pytest.fixture
def run() -> Run:
    """Run a coroutine in a loop of its own, for 20 seconds at most. What the loop could only log fails the test."""

    def run(main: Coroutine[Any, Any, Any]) -> Any:
        unseen: list[str] = []

        async def watched() -> Any:
            loop = asyncio.get_running_loop()
            loop.set_exception_handler(lambda loop, context: unseen.append(str(context)))
            loop.set_debug(False)  # in debug mode, TLS that a stranger gets wrong is reported here, too
            async with asyncio.timeout(20):
                result = await main
            gc.collect()  # an exception that nobody fetched is reported when its future goes
            others = asyncio.all_tasks() - {asyncio.current_task()}
            left = [task for task in others if "_accept_connection" not in repr(task)]  # of a listener that is closed
            assert not left, left
            return result

        result = asyncio.run(watched())
        assert not unseen, unseen
        return result

    return run


@pytest.fixture
def unused_port() -> int:
    """A port on loopback that nothing listens on, as far as one can know."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
