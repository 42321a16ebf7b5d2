"""A back end for stations of OCPP 1.6: python examples/backend.py, and a station at ws://127.0.0.1:9000/ocpp/CP1

With --insecure, for a try-out, every station may come in: examples/charger.py, for one.
"""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime
from functools import partial
from random import Random

from ocppcore import v16
from ocppcore.bindings.asyncio import Server, serve
from ocppcore.csms import Csms, StationLink, keys

KEYS = {"CP1": b"change this key!"}
CARDS = {"04A1B2C3", "CARD1"}


async def start(port: int = 9000, insecure: bool = False) -> Server:
    utc, check = partial(datetime.now, UTC), None if insecure else keys(KEYS)
    csms = Csms(utc=utc, rng=Random(), authenticate=check, insecure=insecure, authorize=CARDS.__contains__)
    server = await serve(csms, "127.0.0.1", port, path="/ocpp")

    @csms.on(v16.StatusNotificationRequest)
    async def status(link: StationLink, request: v16.StatusNotificationRequest) -> v16.StatusNotificationResponse:
        print(link.identity, request.connector_id, request.status)
        if request.connector_id == 0:
            print(await server.call(link.identity, v16.GetConfigurationRequest()))
        return v16.StatusNotificationResponse()

    return server


async def main() -> None:
    async with await start(insecure="--insecure" in sys.argv):
        await asyncio.Event().wait()


if __name__ == "__main__":
    try:
        asyncio.run(main())
    except (OSError, KeyboardInterrupt) as error:  # the port is taken
        sys.exit(str(error))
