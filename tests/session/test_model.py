"""Two real sessions over a link that loses, doubles, delays and cuts: whatever happens, the rules of a session hold."""

from __future__ import annotations

import json
from random import Random

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from ocppcore import v16
from ocppcore.errors import QueueFull, RpcError
from ocppcore.session.calls import Priority
from ocppcore.session.events import (
    CallEnded,
    CallReceived,
    CallSent,
    Connected,
    Disconnected,
    Event,
    FaultReceived,
    Refused,
    ResultReceived,
)
from ocppcore.session.session import Endpoint, Session, SessionSettings
from ocppcore.testing.link import End, Pair
from ocppcore.version import ErrorCode

ENDS = st.sampled_from(["client", "server"])


class Books:
    """What one end must keep to: its calls, and the answers that it gave."""

    def __init__(self, end: End) -> None:
        self.end = end
        self.made: dict[str, int] = {}  # id to priority, in order of call()
        self.out: list[str] = []
        self.ended: list[str] = []
        self.waiting: list[str] = []  # ids of the peer's calls
        self.answered: list[str] = []
        self.up = 0
        end.on_event = self.see

    def see(self, event: Event) -> None:
        if isinstance(event, CallSent):
            assert self.out == [], "two calls are out"
            passed = [id for id in self.made if id not in self.ended and self.made[id] < self.made[event.id]]
            assert passed == [], "a call of higher priority was passed over"
            older = [id for id in self.made if id not in self.ended and self.made[id] == self.made[event.id]]
            assert older[0] == event.id, "order was lost within a priority"
            self.out.append(event.id)
        elif isinstance(event, ResultReceived | CallEnded):
            assert event.id not in self.ended, "a call ended twice"
            self.ended.append(event.id)
            if event.id in self.out:
                self.out.remove(event.id)
        elif isinstance(event, CallReceived):
            self.waiting.append(event.id)
        elif isinstance(event, Connected):
            self.up += 1
        elif isinstance(event, Disconnected):
            self.up = 0
            self.waiting.clear()
        assert not isinstance(event, FaultReceived) or "call in progress" in event.fault.rule
        self.end.events.clear()


class TwoSessions(RuleBasedStateMachine):
    """The peer's answers are given by hand, in any order, late or never."""

    @initialize(seed=st.integers(0, 1000), delay=st.sampled_from([0.0, 0.5, 40.0]), queue=st.sampled_from([3, 100]))
    def begin(self, seed: int, delay: float, queue: int) -> None:
        client = Session(
            v16.ACTIONS,
            rng=Random(seed),
            endpoint=Endpoint("ws://csms.example/CS-1"),
            settings=SessionSettings(max_timeouts=3, max_queue=queue),
        )
        server = Session(v16.ACTIONS, rng=Random(seed + 1), settings=SessionSettings(max_queue=queue))
        self.sessions = {"client": client, "server": server}
        self.pair = Pair(client, server)
        self.pair.delay = delay
        assert self.pair.server is not None
        self.books = {"client": Books(self.pair.client), "server": Books(self.pair.server)}
        self.weather = Random(seed)
        self.loss = self.doubling = 0.0
        self.pair.tamper = self.tamper
        client.start(self.pair.now)
        self.pair.run_until_idle()

    def tamper(self, end: End, text: str) -> list[str]:
        if self.weather.random() < self.loss:
            return []
        return [text, text] if self.weather.random() < self.doubling else [text]

    @rule(
        end=ENDS,
        priorities=st.lists(st.sampled_from(Priority), min_size=1, max_size=5),
        timeout=st.sampled_from([None, 1.0, 100.0]),
    )
    def call(self, end: str, priorities: list[Priority], timeout: float | None) -> None:
        request = v16.HeartbeatRequest() if end == "client" else v16.ClearCacheRequest()
        for priority in priorities:
            try:
                id = self.sessions[end].call(request, self.pair.now, priority=priority, timeout=timeout)
            except QueueFull:
                return
            assert id not in self.books[end].made
            self.books[end].made[id] = priority
            self.pair.run_until_idle()

    @rule(end=ENDS, which=st.integers(0, 5), good=st.booleans())
    def answer(self, end: str, which: int, good: bool) -> None:
        books, session, now = self.books[end], self.sessions[end], self.pair.now
        if not books.waiting:
            return
        id = books.waiting.pop(which % len(books.waiting))
        response: v16.ClearCacheResponse | v16.HeartbeatResponse
        if end == "client":
            response = v16.ClearCacheResponse(status=v16.ClearCacheStatus.Accepted)
        else:
            utc = self.pair.clock.utc()
            assert utc is not None
            response = v16.HeartbeatResponse(current_time=utc)
        if good:
            session.reply(id, response, now)
        else:
            session.fail(id, RpcError(ErrorCode.GenericError), now)
        assert session.reply(id, response, now) is False, "answered twice"
        self.pair.run_until_idle()

    @rule(end=ENDS, which=st.integers(0, 5))
    def cancel(self, end: str, which: int) -> None:
        ids = list(self.books[end].made)
        if ids:
            self.sessions[end].cancel(ids[-1 - which % len(ids)], self.pair.now)
            self.pair.run_until_idle()

    @rule(seconds=st.sampled_from([0.1, 1.0, 10.0, 31.0, 200.0]))
    def wait(self, seconds: float) -> None:
        self.pair.advance(seconds)

    @rule(loss=st.sampled_from([0.0, 0.3, 1.0]), doubling=st.sampled_from([0.0, 0.5]), silent=st.booleans())
    def weather_changes(self, loss: float, doubling: float, silent: bool) -> None:
        self.loss, self.doubling, self.pair.silent = loss, doubling, silent

    @rule()
    def cut(self) -> None:
        self.pair.cut()
        self.pair.run_until_idle()

    @rule(refused=st.booleans())
    def server_refuses(self, refused: bool) -> None:
        server = self.sessions["server"]
        self.pair.accept = (lambda connect: Refused(404)) if refused else server

    @rule(what=st.sampled_from(["stop", "start", "reconnect"]))
    def host_decides(self, what: str) -> None:
        getattr(self.sessions["client"], what)(self.pair.now)
        self.pair.run_until_idle()

    @invariant()
    def at_most_one_link_and_no_timer_in_the_past(self) -> None:
        if not hasattr(self, "pair"):
            return
        for name, session in self.sessions.items():
            assert self.books[name].up <= 1
            timer = session.next_timer()
            assert timer is None or timer > self.pair.now
            if not session.is_open:
                assert session.data_to_send() == []

    def teardown(self) -> None:
        """In the end each call has ended exactly once, and each answer that arrived belongs to a call that was made."""
        if not hasattr(self, "pair"):
            return
        self.sessions["client"].stop(self.pair.now)
        self.pair.advance(1000)
        self.pair.cut()
        self.pair.run_until_idle()
        for name, books in self.books.items():
            assert sorted(books.ended) == sorted(books.made)
            for text in books.end.sent:
                kind, id, *_ = json.loads(text)
                other = self.books["server" if name == "client" else "client"]
                assert id in (books.made if kind == 2 else other.made)


TwoSessions.TestCase.settings = settings(max_examples=200, stateful_step_count=40, deadline=None)
TestTwoSessions = TwoSessions.TestCase
