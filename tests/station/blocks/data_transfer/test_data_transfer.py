"""DataTransfer in both directions (1.6 §4.3, §5.6)."""

from __future__ import annotations

from typing import Any

import pytest

from ocppcore import v16
from ocppcore.errors import CallErrorReceived, RpcError, SetupError
from ocppcore.session.events import CallReceived, HandlerTimeout, ResultReceived
from ocppcore.station.events import HandlerFailed
from ocppcore.testing.rig import Rig
from ocppcore.version import ErrorCode

Status = v16.DataTransferStatus
Request, Response = v16.DataTransferRequest, v16.DataTransferResponse
VENDOR = "com.example"


def booted(handlers: dict[str | None, Any]) -> Rig:
    rig = Rig()
    rig.boot()
    rig.station.register_vendor(VENDOR, handlers)
    return rig


def echo(request: Request) -> Response:
    return Response(status=Status.Accepted, data=request.data)


def test_W25_an_unknown_vendor() -> None:
    answer = booted({None: echo}).ask(Request(vendor_id="org.example", data="x"))
    assert answer == Response(status=Status.UnknownVendorId)


@pytest.mark.parametrize("message_id", [None, "other", ""])
def test_an_unknown_message_of_a_known_vendor(message_id: str | None) -> None:
    answer = booted({"hello": echo}).ask(Request(vendor_id=VENDOR, message_id=message_id, data="x"))
    assert answer == Response(status=Status.UnknownMessageId)


@pytest.mark.parametrize("message_id", [None, "hello"])
@pytest.mark.parametrize("data", [None, "", "x", '{"a": [1, 2]}', "é" * 5000])
def test_the_handler_of_a_message_answers_with_status_and_data(message_id: str | None, data: str | None) -> None:
    answer = booted({message_id: echo}).ask(Request(vendor_id=VENDOR, message_id=message_id, data=data))
    assert answer == Response(status=Status.Accepted, data=data)


def test_W21_vendors_and_messages_compare_in_any_case() -> None:
    answer = booted({"Hello": echo}).ask(Request(vendor_id="COM.Example", message_id="hELLO", data="x"))
    assert answer.status is Status.Accepted


def test_vendors_of_the_setup() -> None:
    rig = Rig()
    rig.setup.vendors[VENDOR] = {None: lambda _: Response(status=Status.Rejected)}
    rig.restart()
    assert rig.ask(Request(vendor_id=VENDOR)).status is Status.Rejected


def test_a_vendor_declared_again_has_the_new_handlers() -> None:
    rig = booted({"a": echo})
    rig.station.register_vendor(VENDOR, {"b": echo})
    assert rig.ask(Request(vendor_id=VENDOR, message_id="a")).status is Status.UnknownMessageId
    assert rig.ask(Request(vendor_id=VENDOR, message_id="b")).status is Status.Accepted


@pytest.mark.parametrize("vendor", ["", "v" * 256])
def test_a_vendor_that_no_message_could_name(vendor: str) -> None:
    with pytest.raises(SetupError):
        Rig().station.register_vendor(vendor, {None: echo})


def test_the_host_may_answer_later() -> None:
    rig = booted({None: lambda _: None})
    id = rig.tell(Request(vendor_id=VENDOR, data="question"))
    assert rig.answer(id) is None
    (event,) = [event for event in rig.events if isinstance(event, CallReceived)]
    assert event.request.data == "question"
    rig.advance(5)
    assert rig.station.reply(event.id, Response(status=Status.Accepted, data="late"), rig.now)
    rig.run()
    assert rig.answer(id).data == "late"  # type: ignore[union-attr]
    assert not rig.station.reply(event.id, Response(status=Status.Accepted), rig.now)


def test_a_host_that_never_answers_leaves_nobody_waiting() -> None:
    rig = booted({None: lambda _: None})
    id = rig.tell(Request(vendor_id=VENDOR))
    rig.advance(29)
    answer = rig.answer(id)
    assert isinstance(answer, CallErrorReceived) and answer.code is ErrorCode.InternalError
    assert [event for event in rig.events if isinstance(event, HandlerTimeout)]


def explode(_: Request) -> Response:
    raise KeyError("secret")


@pytest.mark.parametrize("handler", [explode, lambda _: "text", lambda _: Response(status="Nonsense")])
def test_H25_a_handler_that_is_broken_leaks_nothing_and_the_session_lives(handler: Any) -> None:
    rig = booted({None: handler})
    rig.handlers_may_fail = True
    answer = rig.ask(Request(vendor_id=VENDOR))
    assert isinstance(answer, CallErrorReceived) and answer.code is ErrorCode.InternalError
    assert (answer.description, answer.details) == ("", {})
    assert [event for event in rig.events if isinstance(event, HandlerFailed)]
    assert rig.set_key("LightIntensity", "10") == "Accepted"


def test_a_handler_may_choose_a_callerror() -> None:
    def refuse(_: Request) -> Response:
        raise RpcError(ErrorCode.NotSupported, "not today")

    answer = booted({None: refuse}).ask(Request(vendor_id=VENDOR))
    assert isinstance(answer, CallErrorReceived)
    assert (answer.code, answer.description) == (ErrorCode.NotSupported, "not today")


def test_a_handler_that_calls_the_back_end_in_turn() -> None:
    rig = Rig()
    rig.boot()

    def ask_back(request: Request) -> Response:
        rig.station.ctx.call(Request(vendor_id=VENDOR, data="back"))
        return echo(request)

    rig.station.register_vendor(VENDOR, {None: ask_back})
    rig.take()
    assert rig.ask(Request(vendor_id=VENDOR, data="x")).data == "x"
    assert [item.data for item in rig.sent(Request)] == ["back"]


def test_the_station_sends_data_of_its_own() -> None:
    rig = booted({})
    id = rig.station.call(Request(vendor_id=VENDOR, message_id="m", data="x"), rig.now)
    rig.run()
    assert [item.data for item in rig.sent(Request)] == ["x"]
    (result,) = [event for event in rig.events if isinstance(event, ResultReceived) and event.id == id]
    assert result.response.status is Status.Accepted
