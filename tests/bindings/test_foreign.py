"""Independent peers: the `websockets` library in both roles, and a charge point of the `ocpp` package."""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.asyncio.server import ServerConnection
from websockets.asyncio.server import serve as websockets_serve
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Subprotocol

from ocppcore import v16
from ocppcore.bindings.asyncio import Client, serve
from ocppcore.csms import Csms, keys
from ocppcore.errors import CallErrorReceived
from ocppcore.session.commands import BasicAuth
from ocppcore.session.events import ClosedByPeer, Disconnected, Event
from ocppcore.session.session import Endpoint, Session, SessionSettings
from ocppcore.version import ErrorCode

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from ocpp.routing import on
    from ocpp.v16 import ChargePoint, call, call_result

Run = Callable[[Coroutine[Any, Any, Any]], Any]
OCPP = [Subprotocol("ocpp1.6")]
HEARTBEAT = '[2,"1","Heartbeat",{}]'


def make_csms(**options: Any) -> Csms:
    options = {"insecure": True, "accepted": ["CP1", "RDAM 123"]} | options
    return Csms(utc=lambda: datetime.now(UTC), rng=Random(1), **options)


def station(url: str, auth: BasicAuth | None = None) -> Client:
    settings = SessionSettings(ping_interval=0.05)
    return Client(Session(v16.ACTIONS, rng=Random(2), endpoint=Endpoint(url, auth), settings=settings))


# A foreign client at our server.


def test_a_foreign_client_is_served(run: Run) -> None:
    async def main() -> None:
        async with await serve(make_csms(), "127.0.0.1") as server:
            url = f"ws://127.0.0.1:{server.port}/ocpp/RDAM%20123"
            async with connect(url, subprotocols=OCPP) as ws:  # it offers compression, too
                assert ws.subprotocol == "ocpp1.6" and server.csms.link("RDAM 123") is not None
                await ws.send(HEARTBEAT)
                assert str(await ws.recv()).startswith('[3,"1",{"currentTime":')
                await ws.send(["[2,", '"1"', ',"Heartbeat",{}]'])  # in fragments
                assert str(await ws.recv()).startswith('[3,"1",')
                await (await ws.ping())
            assert ws.close_code == 1000

    run(main())


@pytest.mark.parametrize(
    ("send", "code"),
    [
        (lambda ws: ws.send(b"[]"), 1003),
        (lambda ws: ws.send("x" * 1_100_000), 1009),
        (lambda ws: ws.send(b"\xff", text=True), 1007),
    ],
)
def test_a_foreign_client_hears_why(run: Run, send: Callable[[Any], Any], code: int) -> None:
    async def main() -> None:
        async with await serve(make_csms(), "127.0.0.1") as server:
            async with connect(f"ws://127.0.0.1:{server.port}/CP1", subprotocols=OCPP) as ws:
                await send(ws)
                with pytest.raises(ConnectionClosed):
                    await ws.recv()
                assert ws.close_code == code

    run(main())


def test_a_foreign_client_with_basic_auth(run: Run) -> None:
    async def main() -> None:
        csms = make_csms(insecure=False, authenticate=keys({"CP1": b"secret"}))
        async with await serve(csms, "127.0.0.1") as server:
            async with connect(f"ws://CP1:secret@127.0.0.1:{server.port}/CP1", subprotocols=OCPP) as ws:
                await ws.send(HEARTBEAT)
                assert await ws.recv()
            with pytest.raises(InvalidStatus) as caught:
                await connect(f"ws://CP1:guess@127.0.0.1:{server.port}/CP1", subprotocols=OCPP)
            assert caught.value.response.status_code == 401

    run(main())


# Our client at a foreign server.


async def echo_reset(ws: ServerConnection) -> None:
    """A back end that resets whoever connects, and tells what it answers by closing with 4000."""
    await ws.send('[2,"r","Reset",{"type":"Hard"}]')
    answer = await ws.recv()
    await ws.close(4000 if answer == '[3,"r",{"status":"Accepted"}]' else 4001)


def test_our_client_is_served_by_a_foreign_server(run: Run) -> None:
    async def main() -> None:
        shown: list[str | None] = []

        def note(ws: ServerConnection, request: Any) -> None:
            shown.append(request.headers.get("Authorization"))

        async with websockets_serve(
            echo_reset, "127.0.0.1", 0, subprotocols=OCPP, process_request=note, compression="deflate"
        ) as server:
            port = next(iter(server.sockets)).getsockname()[1]
            ended: asyncio.Future[Event] = asyncio.get_running_loop().create_future()
            peer = station(f"ws://127.0.0.1:{port}/CP1", BasicAuth("CP1", b"\xff\x00"))
            peer.on(v16.ResetRequest)(lambda request: v16.ResetResponse(status=v16.ResetStatus.Accepted))
            peer.on_event(
                lambda event: isinstance(event, Disconnected) and not ended.done() and ended.set_result(event)
            )
            async with peer:
                event = await ended
            assert isinstance(event, Disconnected) and isinstance(event.reason, ClosedByPeer)
            assert event.reason.code == 4000 and shown[0] == "Basic Q1AxOv8A"

    run(main())


def test_pings_of_both_ends_are_answered(run: Run) -> None:
    async def main() -> None:
        pinged, ponged = asyncio.Event(), asyncio.Event()

        class Ponged(Session):
            def pong(self, now: float) -> None:
                super().pong(now)
                ponged.set()

        async def ping(ws: ServerConnection) -> None:
            await (await ws.ping())
            pinged.set()
            await ws.wait_closed()

        async with websockets_serve(ping, "127.0.0.1", 0, subprotocols=OCPP) as server:
            port = next(iter(server.sockets)).getsockname()[1]
            settings = SessionSettings(ping_interval=0.02)
            endpoint = Endpoint(f"ws://127.0.0.1:{port}/CP1")
            async with Client(Ponged(v16.ACTIONS, rng=Random(2), endpoint=endpoint, settings=settings)):
                await pinged.wait()
                await ponged.wait()

    run(main())


def test_our_client_keeps_to_its_cap(run: Run) -> None:
    async def main() -> None:
        codes: list[int | None] = []

        async def flood(ws: ServerConnection) -> None:
            await ws.send("[" + " " * 70_000 + "]")
            await ws.wait_closed()
            codes.append(ws.close_code)

        async with websockets_serve(flood, "127.0.0.1", 0, subprotocols=OCPP) as server:
            port = next(iter(server.sockets)).getsockname()[1]
            ended = asyncio.Event()
            peer = station(f"ws://127.0.0.1:{port}/CP1")
            peer.on_event(lambda event: isinstance(event, Disconnected) and ended.set())
            async with peer:
                await ended.wait()
        assert codes[0] == 1009

    run(main())


# A foreign charge point at our back end.


class ForeignChargePoint(ChargePoint):  # type: ignore[misc]
    @on("RemoteStartTransaction")  # type: ignore[untyped-decorator]
    def remote_start(self, id_tag: str, **more: Any) -> Any:
        return call_result.RemoteStartTransaction(status="Accepted" if id_tag == "GOOD" else "Rejected")


def test_a_charge_point_of_another_maker_charges(run: Run) -> None:
    async def main() -> None:
        csms = make_csms(accepted=[], authorize=lambda tag: tag == "GOOD")
        async with await serve(csms, "127.0.0.1") as server:
            async with connect(f"ws://127.0.0.1:{server.port}/CP1", subprotocols=OCPP) as ws:
                foreign = ForeignChargePoint("CP1", ws)
                reading = asyncio.create_task(foreign.start())
                boot = await foreign.call(call.BootNotification(charge_point_model="M", charge_point_vendor="V"))
                assert boot.status == "Accepted" and boot.interval == 300
                assert (await foreign.call(call.Authorize(id_tag="GOOD"))).id_tag_info["status"] == "Accepted"
                assert (await foreign.call(call.Authorize(id_tag="BAD"))).id_tag_info["status"] == "Invalid"
                await foreign.call(call.StatusNotification(connector_id=1, error_code="NoError", status="Charging"))
                started = await foreign.call(
                    call.StartTransaction(
                        connector_id=1, id_tag="GOOD", meter_start=1000, timestamp="2026-06-01T12:00:00Z"
                    )
                )
                value = {"timestamp": "2026-06-01T12:10:00Z", "sampled_value": [{"value": "1500", "unit": "Wh"}]}
                await foreign.call(
                    call.MeterValues(connector_id=1, transaction_id=started.transaction_id, meter_value=[value])
                )
                await foreign.call(
                    call.StopTransaction(
                        transaction_id=started.transaction_id, meter_stop=2250, timestamp="2026-06-01T12:30:00Z"
                    )
                )
                start = v16.RemoteStartTransactionRequest(id_tag="GOOD")
                assert (await server.call("CP1", start)).status is v16.RemoteStartStopStatus.Accepted
                with pytest.raises(CallErrorReceived) as caught:
                    await server.call("CP1", v16.ClearCacheRequest())
                assert caught.value.code is ErrorCode.NotImplemented
                reading.cancel()
                await asyncio.gather(reading, return_exceptions=True)
        (transaction,) = csms.ledger.transactions
        assert (transaction.identity, transaction.id_tag, transaction.energy_wh) == ("CP1", "GOOD", 1250)
        assert transaction.stop == datetime(2026, 6, 1, 12, 30, tzinfo=UTC) and len(transaction.values) == 1

    run(main())
