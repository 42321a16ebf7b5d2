"""A world with a back end of another maker: ChargePoint of the `ocpp` package, in a server of the `websockets` library.

It keeps books of its own. Only in ask() messages are turned into its words and back.
"""

from __future__ import annotations

import json
import warnings
from dataclasses import asdict
from typing import Any, TypeVar

from websockets.asyncio.server import Server, ServerConnection, basic_auth, serve
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from ocppcore.messages.base import Request, Response

from .sockets import LOOPBACK, SocketWorld
from .world import CARDS, HEARTBEAT, IDENTITY, KEY, Booking, Heard

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from ocpp.charge_point import camel_to_snake_case, remove_nones, snake_to_camel_case
    from ocpp.routing import on
    from ocpp.v16 import ChargePoint, call, call_result

R = TypeVar("R", bound=Response)


class ForeignWorld(SocketWorld):
    """See the module's docstring. books: transactions by id, as this back end keeps them."""

    def __init__(self) -> None:
        super().__init__()
        self.books: dict[int, dict[str, Any]] = {}
        self.station_there: ForeignBackEnd
        self._server: Server

    @property
    def booked(self) -> list[Booking]:
        return [Booking(id, each["tag"], each.get("energy"), each.get("reason")) for id, each in self.books.items()]

    def now(self) -> str:
        return f"{self.clock.utc():%Y-%m-%dT%H:%M:%SZ}"

    async def ask(self, request: Request[R]) -> R:
        foreign = getattr(call, request.action)(**camel_to_snake_case(request.shape.dump(request)))
        answer = await self.station_there.call(foreign, suppress=False)
        payload = snake_to_camel_case(remove_nones(asdict(answer)))
        response: R = request.response.shape.load(payload)
        assert isinstance(response, request.response), response
        return response

    async def shut(self) -> None:
        self._server.close()
        await self._server.wait_closed()

    async def reopen(self) -> None:
        self._server = await serve(
            self._serve,
            LOOPBACK,
            self.port,
            subprotocols=[Subprotocol("ocpp1.6")],
            process_request=basic_auth(credentials=(IDENTITY, KEY.decode())),
        )
        self.port = next(iter(self._server.sockets)).getsockname()[1]

    async def _serve(self, ws: ServerConnection) -> None:
        assert ws.request is not None and ws.request.path == "/CP%201"
        self.station_there = ForeignBackEnd(IDENTITY, ws)
        self.station_there.world = self
        try:
            await self.station_there.start()
        except ConnectionClosed:
            pass


class ForeignBackEnd(ChargePoint):  # type: ignore[misc]
    """The back end's end of one connection, written as its documentation wants it."""

    world: ForeignWorld

    async def route_message(self, raw_msg: str) -> None:
        kind, _, *rest = json.loads(raw_msg)
        if kind == 2:
            self.world.heard.append(Heard(*rest))
        await super().route_message(raw_msg)
        self.world.moved.set()

    @on("BootNotification")  # type: ignore[untyped-decorator]
    def boot(self, charge_point_vendor: str, charge_point_model: str, **more: Any) -> Any:
        return call_result.BootNotification(current_time=self.world.now(), interval=HEARTBEAT, status="Accepted")

    @on("Heartbeat")  # type: ignore[untyped-decorator]
    def heartbeat(self) -> Any:
        return call_result.Heartbeat(current_time=self.world.now())

    @on("StatusNotification")  # type: ignore[untyped-decorator]
    def status(self, connector_id: int, error_code: str, status: str, **more: Any) -> Any:
        return call_result.StatusNotification()

    @on("SecurityEventNotification")  # type: ignore[untyped-decorator]
    def security_event(self, type: str, timestamp: str, **more: Any) -> Any:
        return call_result.SecurityEventNotification()

    @on("Authorize")  # type: ignore[untyped-decorator]
    def authorize(self, id_tag: str) -> Any:
        return call_result.Authorize(id_tag_info=self.card(id_tag))

    @on("StartTransaction")  # type: ignore[untyped-decorator]
    async def start_transaction(self, connector_id: int, id_tag: str, meter_start: int, **more: Any) -> Any:
        id = len(self.world.books) + 1
        self.world.books[id] = {"tag": id_tag, "start": meter_start}
        return call_result.StartTransaction(transaction_id=id, id_tag_info=self.card(id_tag))

    @on("MeterValues")  # type: ignore[untyped-decorator]
    async def meter_values(self, connector_id: int, meter_value: list[Any], **more: Any) -> Any:
        return call_result.MeterValues()

    @on("StopTransaction")  # type: ignore[untyped-decorator]
    async def stop_transaction(
        self, meter_stop: int, transaction_id: int, reason: str = "Local", id_tag: str | None = None, **more: Any
    ) -> Any:
        booking = self.world.books[transaction_id]
        booking |= {"energy": meter_stop - booking["start"], "reason": reason}
        return call_result.StopTransaction(id_tag_info=None if id_tag is None else self.card(id_tag))

    @staticmethod
    def card(id_tag: str) -> dict[str, str]:
        return {"status": "Accepted" if id_tag in CARDS else "Invalid"}
