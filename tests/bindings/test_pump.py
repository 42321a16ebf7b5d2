"""The loop body that all bindings share: batches, texts, commands, events, until nothing is left."""

from __future__ import annotations

from random import Random

from ocppcore import v16
from ocppcore.bindings._pump import pump
from ocppcore.session.commands import Command, Connect
from ocppcore.session.contract import Batch
from ocppcore.session.events import CallReceived, Event, ResultReceived
from ocppcore.session.session import Endpoint, Session


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
