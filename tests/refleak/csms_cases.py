"""The cases of csms/: see cases.py."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from random import Random

from session_cases import LOST, NOW, ODD, REFUSAL, REQUEST, RESPONSE, Some, each_method, on_fresh

from ocppcore import v16
from ocppcore.csms import Csms, Offer, Station, answer, station
from ocppcore.csms.door import Case, Refusal
from ocppcore.csms.link import Stage, StationLink
from ocppcore.session.events import Event
from ocppcore.version import V16

RESET = v16.ResetRequest(type=v16.ResetType.Soft)


class _Later:
    """What can be awaited, and need not be: a coroutine would complain."""

    def __await__(self) -> Iterator[None]:
        yield


def _link() -> StationLink:
    """Connected, with a call of each kind in progress, and a call of ours out."""
    csms = Csms(utc=lambda: datetime(2026, 3, 1, tzinfo=UTC), rng=Random(1), insecure=True, accepted=["CP1"])
    csms.on(v16.DataTransferRequest)(lambda link, request: _Later())
    csms.on(v16.AuthorizeRequest)(lambda link, request: 1 / 0)
    link = csms.admit(Offer("CP1", None, ("ocpp1.6",)), 0.0)
    link.connected(V16, 0.0)
    link.call(RESET, 0.0)
    return link


TEXTS = [
    '[2,"1","Heartbeat",{}]',
    '[2,"2","DataTransfer",{"vendorId":"x"}]',
    '[2,"3","Authorize",{"idTag":"x"}]',
    '[2,"4","SecurityEventNotification",{"type":"x","timestamp":"2026-03-01T00:00:00Z"}]',
    '[2,"5","Heartbeat"]',
]


def of_csms() -> Iterator[tuple[str, Callable[[], object]]]:
    """StationLink, from the station's side and from the author's."""
    heard: dict[str, Some] = {"receive": [(text, NOW) for text in TEXTS], "connected": [(V16, NOW)], "pong": [(NOW,)]}
    told: dict[str, Some] = {"disconnected": [(LOST, NOW)], "failed": [(1, "x", NOW)], "handle_timer": [(NOW,), (1e9,)]}
    takes = ("next_event", "next_command", "next_batch", "data_to_send", "next_timer")
    asked: dict[str, Some] = {"call": [(RESET, NOW)], "cancel": [("1", NOW)], **{name: [()] for name in takes}}
    answers: dict[str, Some] = {"reply": [("1", RESPONSE, NOW)], "fail": [("1", REFUSAL, NOW)]}
    done: dict[str, Some] = {name: [(1, "x", NOW)] for name in ("done", "store_failed")}
    yield from each_method("link.StationLink", _link, {**heard, **told, **asked, **answers, **done})
    judged: dict[str, Some] = {"accept": [("ocpp1.6", NOW), (None, NOW)], "reject": [(Refusal(404, "x"), NOW)]}
    waits: dict[str, Some] = {"wait_for": [(Case(0, "", _Later()), NOW)], "probe": [(NOW,)], "replace": [(NOW,)]}
    others: dict[str, Some] = {"tell": [(Event(),)], "afterwards": [(len,)], "stored": [(1, NOW)]}
    yield from each_method("link.StationLink", _link, {**judged, **waits, **others})
    given: Some = [(_link(), "1", outcome, NOW) for outcome in (RESPONSE, REFUSAL, ValueError(), None)]
    yield from each_method("answer", lambda: answer, {"answer": given})
    boot = v16.BootNotificationRequest(charge_point_vendor="V", charge_point_model="M")
    asks: dict[str, Some] = {"may_send": [(v16.HeartbeatRequest(),), (boot,), (_link(),)]}
    yield from each_method("station.Station", lambda: Station("CP1", None), asks)
    yield from each_method("station", lambda: station, {"Station": [("CP1", None), ("CP1", "Accepted", 2)]})
    yield "link.StationLink: made wrongly", on_fresh(lambda: StationLink, "__call__", [(), (1, 2, 3, 4), (REQUEST,)])
    yield "link.Stage", on_fresh(lambda: Stage, "__call__", [(value,) for value in (*ODD, 1)])
