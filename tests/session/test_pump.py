"""The loop body that all bindings share: batches, texts, commands, events, until nothing is left; and the Stepper."""

from __future__ import annotations

from datetime import UTC, datetime
from random import Random

import pytest

from ocppcore import v16
from ocppcore.clock import ManualClock
from ocppcore.errors import InvalidMessage
from ocppcore.session.commands import Command, Connect
from ocppcore.session.contract import Batch
from ocppcore.session.events import CallReceived, Event, Lost, ResultReceived
from ocppcore.session.pump import Stepper, pump
from ocppcore.session.session import Endpoint, Session

BEGIN = datetime(2026, 3, 1, tzinfo=UTC)


class Notebook:
    """A host that writes down what it is handed, and answers calls within notice(), as hosts do."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.steps: list[str] = []
        self.texts: list[str] = []

    def store(self, batch: Batch) -> None:
        self.steps.append("store")

    def send(self, text: str) -> None:
        self.steps.append("send")
        self.texts.append(text)

    def carry_out(self, command: Command) -> None:
        self.steps.append(type(command).__name__)
        if isinstance(command, Connect):
            self.session.connected(v16.V16, 1.0)

    def notice(self, event: Event) -> None:
        self.steps.append(type(event).__name__)
        if isinstance(event, CallReceived):
            self.session.reply(event.id, v16.ResetResponse(status=v16.ResetStatus.Accepted), 1.0)


def test_what_a_step_causes_is_part_of_it() -> None:
    session = Session(v16.ACTIONS, rng=Random(1), endpoint=Endpoint("ws://h/CP"))
    host = Notebook(session)
    session.start(1.0)
    pump(session, host)
    assert host.steps == ["Connect", "Connected"]

    host.steps.clear()
    session.receive('[2,"7","Reset",{"type":"Soft"}]', 1.0)
    pump(session, host)
    assert host.steps == ["CallReceived", "send"] and host.texts == ['[3,"7",{"status":"Accepted"}]']


def test_it_returns_the_next_timer_and_changes_nothing_the_second_time() -> None:
    session = Session(v16.ACTIONS, rng=Random(1))
    host = Notebook(session)
    assert pump(session, host) is None
    session.connected(v16.V16, 5.0)
    due = pump(session, host)
    assert due is not None and due > 5.0
    host.steps.clear()
    assert pump(session, host) == due and host.steps == []


def test_two_sessions_come_to_rest_together() -> None:
    one, other = Session(v16.ACTIONS, rng=Random(1)), Session(v16.ACTIONS, rng=Random(2))
    first, second = Notebook(one), Notebook(other)
    one.connected(v16.V16, 1.0)
    other.connected(v16.V16, 1.0)
    one.call(v16.ResetRequest(type=v16.ResetType.Hard), 1.0)
    pump(one, first)
    other.receive(first.texts[-1], 1.0)
    pump(other, second)
    one.receive(second.texts[-1], 1.0)
    pump(one, first)
    assert first.steps[-1] == ResultReceived.__name__


class Telling(Session):
    """Tells what a test would like to be told."""

    def __init__(self) -> None:
        super().__init__(v16.ACTIONS, rng=Random(1))
        self.told: list[Event] = []

    def next_event(self) -> Event | None:
        return self.told.pop(0) if self.told else super().next_event()


class Stepped(Stepper):
    """A host that is a Stepper, and writes down when it is to be woken."""

    def __init__(self, session: Session, clock: ManualClock) -> None:
        super().__init__(session, clock)
        self.alarms: list[float | None] = []
        self.events: list[Event] = []
        self.failures: list[Exception] = []
        self.rests = 0
        self.listeners.append(self.hear)

    def store(self, batch: Batch) -> None: ...

    def carry_out(self, command: Command) -> None: ...

    def hear(self, event: Event) -> None:
        self.step()  # does nothing: the step that tells the event goes on
        self.events.append(event)

    def listener_failed(self, error: Exception) -> None:
        self.failures.append(error)

    def wake_at(self, due: float | None) -> None:
        self.alarms.append(due)

    def after_step(self) -> None:
        self.rests += 1


@pytest.fixture
def stepped() -> Stepped:
    """With a link since 0; a ping is due at 60."""
    made = Stepped(Session(v16.ACTIONS, rng=Random(1)), ManualClock(0.0))
    made.feed(made.connection.connected, v16.V16)
    return made


def test_an_alarm_is_moved_to_an_earlier_time_only(stepped: Stepped) -> None:
    assert stepped.alarms == [60.0]
    id = stepped.feed(stepped.connection.call, v16.HeartbeatRequest())
    assert stepped.alarms == [60.0, 30.0]
    stepped.receive(f'[3,"{id}",{{"currentTime":"2026-03-01T08:00:00Z"}}]')
    assert isinstance(stepped.events[-1], ResultReceived) and stepped.alarms == [60.0, 30.0]


def test_whoever_is_woken_too_early_is_told_the_next_time(stepped: Stepped) -> None:
    stepped.wake()
    assert stepped.alarms == [60.0, 60.0]


def test_a_connection_that_waits_for_nothing_has_no_alarm(stepped: Stepped) -> None:
    stepped.feed(stepped.connection.disconnected, Lost())
    stepped.step()
    assert stepped.alarms == [60.0, None]


def test_a_step_within_a_step_is_left_to_the_outer_one(stepped: Stepped) -> None:
    before = stepped.rests
    stepped.feed(stepped.connection.call, v16.HeartbeatRequest())  # CallSent comes, and hear() steps
    assert stepped.rests == before + 1


def test_what_an_input_raises_comes_out_after_the_step(stepped: Stepped) -> None:
    before = stepped.rests
    with pytest.raises(InvalidMessage):
        stepped.feed(stepped.connection.call, v16.HeartbeatResponse(current_time=BEGIN))
    assert stepped.rests == before + 1


def test_an_event_is_acted_on_as_the_nearest_of_its_bases_is_and_then_told() -> None:
    class Special(CallReceived):
        __slots__ = ()

    class Acting(Stepped):
        ACTS = {Event: "other", CallReceived: "begin"}

        def other(self, event: Event) -> None:
            acted.append(("other", len(self.events)))

        def begin(self, event: CallReceived) -> None:
            acted.append(("begin", len(self.events)))

    acted: list[tuple[str, int]] = []
    session = Telling()
    session.told = [Special("1", None), CallReceived("2", None), Event()]
    Acting(session, ManualClock(0.0)).step()
    assert acted == [("begin", 0), ("begin", 1), ("other", 2)]


def test_a_listener_that_fails_keeps_nothing_from_the_others() -> None:
    session = Telling()
    stepped = Stepped(session, ManualClock(0.0))
    stepped.listeners.insert(0, lambda event: 1 / 0)
    session.told = [Event()]
    stepped.step()
    assert len(stepped.failures) == 1 and type(stepped.events[-1]) is Event
