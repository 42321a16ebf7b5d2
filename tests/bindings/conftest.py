"""Two ends of a WebSocket without a socket between them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ocppcore.bindings._ws import Event, WebSocket
from ocppcore.csms.admission import Offer

URL = "ws://csms.example/ocpp/CP%201"
Ferry = Callable[[WebSocket, WebSocket], tuple[list[Event], list[Event]]]


def _ferry(client: WebSocket, server: WebSocket) -> tuple[list[Event], list[Event]]:
    """Carry bytes both ways until there are none; what happened at the client, and at the server."""
    at_client, at_server = client.events(), server.events()
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
