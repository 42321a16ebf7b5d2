"""What type checkers must see in the declarations. Not run: mypy --strict reads it (test_typing.py), pyright can.

A line with `type: ignore` must be an error, or the checker complains that the comment is unnecessary.
"""

# pyright: reportUnnecessaryTypeIgnoreComment=true

from __future__ import annotations

from datetime import datetime
from typing import Any, TypeVar, assert_type

from ocppcore import v16
from ocppcore.messages.base import Request, Response, replace
from ocppcore.messages.fields import integer, listof, text

R = TypeVar("R", bound=Response)


async def call(request: Request[R]) -> R:
    raise RuntimeError("read, not run")


def response_of(kind: type[Request[R]]) -> type[R]:
    raise RuntimeError("read, not run")


async def signatures(now: datetime) -> None:
    request = v16.AuthorizeRequest(id_tag="x")
    assert_type(request.id_tag, str)
    assert_type(await call(request), v16.AuthorizeResponse)
    assert_type((await call(request)).id_tag_info.status, v16.AuthorizationStatus)
    assert_type(response_of(v16.ResetRequest), type[v16.ResetResponse])
    assert_type(replace(request, id_tag="y"), v16.AuthorizeRequest)

    v16.AuthorizeRequest(id_tag=1)  # type: ignore[arg-type]
    v16.AuthorizeRequest()  # type: ignore[call-arg]
    v16.AuthorizeRequest("x")  # type: ignore[call-arg]
    v16.AuthorizeRequest(id_tag="x", idTag="x")  # type: ignore[call-arg]
    v16.ResetRequest(type="Hard")  # type: ignore[arg-type]
    request.idtag = "x"  # type: ignore[attr-defined]

    boot = v16.BootNotificationRequest(charge_point_vendor="v", charge_point_model="m", iccid=None)
    assert_type(boot.firmware_version, str | None)
    meter = v16.MeterValuesRequest(connector_id=1, meter_value=[])
    assert_type(meter.meter_value[0].sampled_value[0].unit, v16.UnitOfMeasure | None)
    assert_type(v16.HeartbeatResponse(current_time=now).current_time, datetime)
    assert_type(v16.KeyValue(key="k", readonly=True).readonly, bool)
    assert_type(v16.ChargingSchedulePeriod(start_period=0, limit=16).limit, float)
    assert_type(v16.AuthorizeRequest.action, str)
    assert_type(v16.REQUESTS["Reset"], type[Request[Any]])

    handled: list[Request[Response]] = [request, v16.ResetRequest(type=v16.ResetType.Hard)]
    handled.append(v16.AuthorizeResponse(id_tag_info=v16.IdTagInfo(status=v16.AuthorizationStatus.Blocked)))  # type: ignore[arg-type]


class OwnResponse(Response):
    wrong: int = text(20)  # type: ignore[assignment]
    bare: int = integer(default=None)  # type: ignore[assignment]
    right: list[str] | None = listof(text(20), default=None)


class OwnRequest(Request[OwnResponse], draft=6):
    count: int = integer()


assert_type(OwnRequest(count=1).count, int)
OwnRequest(count="1")  # type: ignore[arg-type]
