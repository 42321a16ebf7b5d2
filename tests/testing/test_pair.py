"""The fake link does what it says: texts in order, delays, cuts, refusals, and time that passes exactly."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from ocppcore import v16
from ocppcore.clock import ManualClock
from ocppcore.errors import CallTimeout, RpcError
from ocppcore.session.commands import Connect, Reset
from ocppcore.session.contract import Batch
from ocppcore.session.events import (
    CallEnded,
    ClosedByPeer,
    Connected,
    Disconnected,
    Lost,
    Refused,
    ResultReceived,
    Stray,
    StrayAnswer,
)
from ocppcore.session.session import Endpoint, Session, SessionSettings
from ocppcore.session.settings import Backoff
from ocppcore.testing.link import Pair
from ocppcore.testing.plugin import clock, session_pair
from ocppcore.testing.store import FaultyStore
from ocppcore.version import ErrorCode

__all__ = ["clock", "session_pair"]

STEADY = Backoff(10, 0, 0)


@pytest.fixture
def pair(session_pair: Any) -> Pair:
    """Two sessions whose link is up; the server answers Heartbeats."""
    made: Pair = session_pair(v16.ACTIONS, settings=SessionSettings(backoff=STEADY))
    client = made.client.connection
    assert isinstance(client, Session) and made.server is not None
    made.server.handlers[v16.HeartbeatRequest] = lambda request: v16.HeartbeatResponse(current_time=made.clock.utc())
    client.start(made.now)
    made.run_until_idle()
    made.client.take(Connected)
    return made


def beat(pair: Pair) -> str:
    return pair.client.connection.call(v16.HeartbeatRequest(), pair.now)


def test_a_call_is_answered_at_the_same_instant(pair: Pair) -> None:
    before = pair.now
    beat(pair)
    pair.run_until_idle()
    assert len(pair.client.take(ResultReceived)) == 1 and pair.now == before


def test_a_delay_is_kept_each_way(pair: Pair) -> None:
    pair.delay = 2.5
    beat(pair)
    pair.advance(4.9)
    assert pair.client.take(ResultReceived) == []
    pair.advance(0.1)
    assert len(pair.client.take(ResultReceived)) == 1


def test_a_cut_tells_both_ends_and_loses_what_is_on_its_way(pair: Pair) -> None:
    pair.delay = 1
    beat(pair)
    pair.advance(0.5)
    pair.cut()
    pair.cut()
    pair.advance(5)
    assert pair.server is not None
    for end in (pair.client, pair.server):
        assert [type(event.reason) for event in end.take(Disconnected)] == [Lost]
    assert pair.server.events == [event for event in pair.server.events if isinstance(event, Connected)]


def test_a_lost_and_a_doubled_text(pair: Pair) -> None:
    pair.tamper = lambda end, text: [] if end is pair.client else [text]
    beat(pair)
    pair.advance(30)
    (ended,) = pair.client.take(CallEnded)
    assert isinstance(ended.error, CallTimeout)
    pair.tamper = lambda end, text: [text] if end is pair.client else [text, text]
    beat(pair)
    pair.run_until_idle()
    assert len(pair.client.take(ResultReceived)) == 1
    assert [event.kind for event in pair.client.take(StrayAnswer)] == [Stray.Duplicate]


def test_a_refusal_is_reported_and_the_next_attempt_may_pass(pair: Pair) -> None:
    asked: list[Connect] = []
    server = pair.accept

    def accept(connect: Connect) -> Any:
        asked.append(connect)
        return server if len(asked) == 3 else Refused(404)

    pair.accept = accept
    pair.cut()
    pair.advance(25)
    assert [type(event.reason) for event in pair.client.take(Disconnected)] == [Lost, Refused, Refused]
    pair.advance(10)
    assert len(pair.client.take(Connected)) == 1 and len(asked) == 3


def test_a_server_end_may_be_made_for_each_connection(clock: ManualClock) -> None:
    made: list[Session] = []

    def accept(connect: Connect) -> Session:
        made.append(Session(v16.ACTIONS, rng=Random(len(made))))
        return made[-1]

    settings = SessionSettings(backoff=STEADY)
    client = Session(v16.ACTIONS, rng=Random(9), endpoint=Endpoint("ws://csms.example/1"), settings=settings)
    pair = Pair(client, accept, clock)
    client.start(pair.now)
    pair.run_until_idle()
    pair.cut()
    pair.advance(10)
    assert len(made) == 2 and not made[0].is_open and made[1].is_open


def test_a_closing_handshake_ends_both_ends(pair: Pair) -> None:
    assert isinstance(pair.client.connection, Session) and pair.server is not None
    pair.client.connection.stop(pair.now)
    pair.advance(1000)
    for end in (pair.client, pair.server):
        assert [type(event.reason) for event in end.take(Disconnected)] == [ClosedByPeer]
    assert not pair.is_up


def test_pings_are_answered_unless_the_link_is_silent(pair: Pair) -> None:
    pair.advance(600)
    assert pair.client.take(Disconnected) == []
    pair.silent = True
    pair.advance(100)
    assert len(pair.client.take(Disconnected)) == 1


def test_an_error_of_a_handler_goes_back(pair: Pair) -> None:
    def refuse(request: Any) -> Any:
        raise RpcError(ErrorCode.SecurityError, "no")

    assert pair.server is not None
    pair.server.handlers[v16.HeartbeatRequest] = refuse
    beat(pair)
    pair.run_until_idle()
    assert "SecurityError" in str(pair.client.take(CallEnded)[0].error)


def test_two_ends_without_an_endpoint_are_connected_by_hand(clock: ManualClock) -> None:
    pair = Pair(Session(v16.ACTIONS, rng=Random(1)), Session(v16.ACTIONS, rng=Random(2)), clock)
    pair.connect(v16.V16)
    pair.run_until_idle()
    assert pair.is_up and len(pair.client.take(Connected)) == 1


def test_time_passes_to_the_last_bit(pair: Pair) -> None:
    start = pair.now
    for _ in range(100):
        pair.advance(0.1)
    assert pair.now == pytest.approx(start + 10)


class Storing(Session):
    """A session with something to store: what a Station does, in small."""

    def __init__(self) -> None:
        super().__init__(v16.ACTIONS, rng=Random(1))
        self.batches = [
            Batch(1, {("t", "a"): "1", ("t", "b"): "2"}, frozenset()),
            Batch(2, {}, frozenset({("t", "a")})),
        ]
        self.log: list[tuple[int, str, float]] = []

    def next_batch(self) -> Batch | None:
        return self.batches.pop(0) if self.batches else None

    def stored(self, id: int, now: float) -> None:
        self.log.append((id, "stored", now))

    def store_failed(self, id: int, why: str, now: float) -> None:
        self.log.append((id, why, now))


def test_batches_are_committed_in_order_and_reported_after_their_delay(clock: ManualClock) -> None:
    session = Storing()
    pair = Pair(session, Session(v16.ACTIONS, rng=Random(2)), clock)
    pair.client.store = store = FaultyStore(delay=3)
    pair.advance(2)
    assert session.log == [] and store.commits == [1, 2] and store.load() == {"t": {"b": "2"}}
    pair.advance(1)
    assert session.log == [(1, "stored", 1003.0), (2, "stored", 1003.0)]


def test_a_store_that_fails_is_reported_and_writes_nothing(clock: ManualClock) -> None:
    session = Storing()
    pair = Pair(session, Session(v16.ACTIONS, rng=Random(2)), clock)
    pair.client.store = store = FaultyStore(failures=1)
    pair.run_until_idle()
    assert session.log == [(1, "the disk is full", 1000.0), (2, "stored", 1000.0)]
    assert store.load() == {}


def test_commands_that_are_not_the_links_are_left_to_the_test(clock: ManualClock) -> None:
    session = Session(v16.ACTIONS, rng=Random(1))
    pair = Pair(session, Session(v16.ACTIONS, rng=Random(2)), clock)
    session._out.command(Reset(7, 0.0, True))
    pair.run_until_idle()
    assert [command.id for command in pair.client.commands] == [7]


def test_two_ends_that_never_rest_are_noticed(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ocppcore.testing.link.BUSY", 100)
    pair.client.on_event = lambda event: None if isinstance(event, Connected) else beat(pair) and None
    beat(pair)
    with pytest.raises(AssertionError, match="come to rest"):
        pair.run_until_idle()
