"""OCPP inside a WebSocket of the `websockets` library, as a station: python examples/peer_websockets.py [URL]"""

from __future__ import annotations

import asyncio
import sys
from random import Random

from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException
from websockets.typing import Subprotocol

from ocppcore import v16
from ocppcore.bindings.asyncio import Peer
from ocppcore.errors import OcppError
from ocppcore.session.session import Session


async def main(url: str = "ws://localhost:9000/CP1") -> v16.BootNotificationResponse:
    peer = Peer(Session(v16.ACTIONS, rng=Random()))

    @peer.on(v16.ResetRequest)
    async def reset(request: v16.ResetRequest) -> v16.ResetResponse:
        return v16.ResetResponse(status=v16.ResetStatus.Accepted)

    async with connect(url, subprotocols=[Subprotocol("ocpp1.6")]) as ws, peer.over(ws.recv, ws.send, ws.close):
        return await peer.call(v16.BootNotificationRequest(charge_point_vendor="Acme", charge_point_model="One"))


if __name__ == "__main__":
    try:
        print(asyncio.run(main(*sys.argv[1:2])))
    except (OSError, WebSocketException, OcppError, KeyboardInterrupt) as error:
        sys.exit(str(error))
