"""OCPP inside a Starlette application, as a back end: uvicorn --app-dir examples peer_starlette:app

It lets everybody in: put your own check before accept().
"""

from __future__ import annotations

from datetime import UTC, datetime
from random import Random

from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket

from ocppcore import v16
from ocppcore.bindings.asyncio import Peer
from ocppcore.session.session import Session

peers: dict[str, Peer] = {}


async def ocpp(ws: WebSocket) -> None:
    await ws.accept(subprotocol="ocpp1.6")
    peer = peers[ws.path_params["identity"]] = Peer(Session(v16.ACTIONS, rng=Random()))

    @peer.on(v16.BootNotificationRequest)
    async def boot(request: v16.BootNotificationRequest) -> v16.BootNotificationResponse:
        status = v16.RegistrationStatus.Accepted
        return v16.BootNotificationResponse(status=status, current_time=datetime.now(UTC), interval=300)

    await peer.run(ws.receive_text, ws.send_text, ws.close)


app = Starlette(routes=[WebSocketRoute("/ocpp/{identity}", ocpp)])
