"""asyncio: stations that connect, and back ends that serve, over TCP and TLS.

    async with Client(Session(v16.ACTIONS, endpoint=Endpoint(url), rng=Random())) as peer:
        answer = await peer.call(v16.HeartbeatRequest())

    async with await serve(csms, "127.0.0.1", 9000) as server:      # ssl=server_context(…) for wss://
        answer = await server.call("CP1", v16.ResetRequest(type=v16.ResetType.Soft))

    hard = await run_station(station, hardware, SqliteStore("station.db"))

A Peer alone serves a WebSocket that another library has opened: see Peer.run().
"""

from __future__ import annotations

import ssl as tls

from ocppcore.bindings._extras import lacking

try:
    from ocppcore.bindings._client import Client
    from ocppcore.bindings._peer import Peer
    from ocppcore.bindings._server import Server
    from ocppcore.bindings._station import StationHost, run_station
    from ocppcore.bindings._tls_server import server_context
    from ocppcore.bindings.clock import SystemClock
    from ocppcore.clock import Clock
    from ocppcore.csms import Csms
except ModuleNotFoundError as error:
    raise lacking(error) from None

__all__ = ["Client", "Peer", "Server", "StationHost", "SystemClock", "run_station", "serve", "server_context"]


async def serve(
    csms: Csms,
    host: str,
    port: int = 0,
    *,
    ssl: tls.SSLContext | None = None,
    path: str | None = None,
    lenient: bool = False,
    proxied: bool = False,
    clock: Clock | None = None,
) -> Server:
    """Open a back end on host and port (0: any free one, see Server.port), until its close().

    ssl: what server_context() makes, mostly. path: what must stand before the identity in the URL, None for anything.
    proxied: all connections come from a proxy of yours, which says by X-Forwarded-For where a station is, and by
    X-Forwarded-Proto whether it speaks TLS. Raises OSError if the port is taken.
    """
    server = Server(csms, SystemClock() if clock is None else clock, path, lenient, proxied)
    await server.listen(host, port, ssl)
    return server
