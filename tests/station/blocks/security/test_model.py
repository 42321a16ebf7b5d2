"""Security events in any order, with cuts, restarts, a failing store and a back end in any mood: each critical event is
delivered at least once, in the order in which they happened and with the same content, and none twice unless an answer
was lost (W A04.FR.02)."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from ocppcore import v16
from ocppcore.errors import RpcError
from ocppcore.testing.bench import Bench
from ocppcore.version import ErrorCode

Told = v16.SecurityEventNotificationRequest
STEPS = st.one_of(
    st.tuples(st.just("happens"), st.booleans()),
    st.tuples(st.just("happens"), st.booleans()),
    st.tuples(st.just("waits"), st.sampled_from([0.5, 20, 61, 400, 4000])),
    st.tuples(st.just("link"), st.booleans()),
    st.tuples(st.just("answers"), st.sampled_from(["well", "not", "in error once", "unknown"])),
    st.tuples(st.just("store"), st.booleans()),
    st.tuples(st.just("restart"), st.booleans()),
    st.tuples(st.just("clock"), st.booleans()),
)


class World(Bench):
    """A station whose back end may be in any mood; `confirmed` is what it has, in the order of the first time."""

    def __init__(self, clock_known: bool) -> None:
        self.mood = "well"
        self.heard: list[tuple[str | None, Any]] = []
        self.confirmed: list[tuple[str | None, Any]] = []
        self.lost = 0  # answers, at most
        super().__init__(boot=False, clock_known=clock_known)
        self.answers[Told] = self._serve_event
        self.boot()

    def _serve_event(self, event: Told) -> Any:
        if event.type != "Alarm":
            return v16.SecurityEventNotificationResponse()
        what = event.tech_info, event.timestamp
        self.heard.append(what)
        if self.mood == "in error once":
            self.mood = "well"
            return RpcError(ErrorCode.InternalError)
        if self.mood == "unknown":
            return RpcError(ErrorCode.NotImplemented)
        if self.mood == "not":
            return None
        self.confirmed.append(what)
        return v16.SecurityEventNotificationResponse()

    def play(self, what: str, how: Any, number: int) -> None:
        if what == "happens":
            self.station.security_event("Alarm" if how else "Thing", self.now, str(number), critical=how)
            self.run()
        elif what == "waits":
            self.advance(how)
        elif what == "link":
            self.restore(4000) if how else self.cut()
        elif what == "answers":
            self.mood = how
        elif what == "store":
            self.store_works = how
        elif what == "clock":
            self.clock_known = how
        else:
            self.lost += not self.store_works  # that an answer came may be unstored
            self.restart()


@settings(max_examples=150, deadline=None)
@given(st.booleans(), st.lists(STEPS, max_size=25))
def test_every_critical_event_is_delivered_in_order_unchanged(clock_known: bool, steps: list[tuple[str, Any]]) -> None:
    world = World(clock_known)
    happened: list[str] = []
    unstored: set[str] = set()
    for number, (what, how) in enumerate(steps):
        if what == "restart":
            happened = [info for info in happened if info not in unstored]  # the power was cut before it could be kept
        world.play(what, how, number)
        if what == "happens" and how:
            happened.append(str(number))
        unstored = {info for info in happened if not kept(world, info)}
    world.store_works, world.mood, world.clock_known = True, "well", True
    world.cut()
    world.restore(4000)
    world.advance(4 * 3600)
    first: dict[str | None, Any] = {}
    for info, when in world.heard:
        assert first.setdefault(info, when) == when, "the same event is told with the same time"
    assert list(first) == happened, "each, in the order in which they happened"
    assert len(world.confirmed) - len(set(world.confirmed)) <= world.lost, "twice only where an answer was lost"
    assert set(happened) == {info for info, _ in world.confirmed}
    assert not world.store["security_events"] and not world.store.get("security_events_undelivered")


def kept(world: World, info: str) -> bool:
    """It is stored, or need not be any more."""
    stored = any(f'"{info}"' in row for row in world.store.get("security_events", {}).values())
    return stored or any(info == heard for heard, _ in world.confirmed)
