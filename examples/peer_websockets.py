"""OCPP inside a WebSocket of the `websockets` library, as a station: python examples/peer_websockets.py ws://host/CP1"""

from __future__ import annotations

import asyncio
import sys
from random import Random

from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from ocppcore import v16
from ocppcore.bindings.asyncio import Peer
from ocppcore.session.session import Session


async def main(url: str) -> v16.BootNotificationResponse:
    peer = Peer(Session(v16.ACTIONS, rng=Random()))

    @peer.on(v16.ResetRequest)
    async def reset(request: v16.ResetRequest) -> v16.ResetResponse:
        return v16.ResetResponse(status=v16.ResetStatus.Accepted)

    async with connect(url, subprotocols=[Subprotocol("ocpp1.6")]) as ws, peer.over(ws.recv, ws.send, ws.close):
        return await peer.call(v16.BootNotificationRequest(charge_point_vendor="Acme", charge_point_model="One"))


if __name__ == "__main__":
    print(asyncio.run(main(sys.argv[1])))
