"""A silent session reads and tells what the peer sends, and answers nothing: a rejected station (1.6 §4.2)."""

from __future__ import annotations

import random

import pytest

from ocppcore import v16
from ocppcore.errors import RpcError
from ocppcore.session.events import CallReceived, Connected, FaultReceived
from ocppcore.session.session import Session
from ocppcore.version import V16, ErrorCode

CALL = '[2,"1","GetConfiguration",{}]'


@pytest.fixture(name="session")
def open_session() -> Session:
    session = Session(v16.ACTIONS, rng=random.Random(1))
    session.connected(V16, 0.0)
    assert isinstance(session.next_event(), Connected)
    return session


def test_a_call_is_told_and_cannot_be_answered(session: Session) -> None:
    session.silent = True
    session.receive(CALL, 1.0)
    assert isinstance(session.next_event(), CallReceived)
    assert not session.reply("1", v16.GetConfigurationResponse(), 1.0)
    assert not session.fail("1", RpcError(ErrorCode.InternalError), 1.0)
    session.handle_timer(1000.0)
    assert session.data_to_send() == []


@pytest.mark.parametrize("text", ['[2,"1","NoSuch",{}]', '[2,"1","Reset",{}]', '[2,"1",', "nonsense"])
def test_a_fault_is_told_and_not_answered(session: Session, text: str) -> None:
    session.silent = True
    session.receive(text, 1.0)
    event = session.next_event()
    assert isinstance(event, FaultReceived) and not event.answered
    assert session.data_to_send() == []


def test_what_was_open_before_is_not_answered_either(session: Session) -> None:
    session.receive(CALL, 1.0)
    session.silent = True
    session.silent = False
    assert not session.reply("1", v16.GetConfigurationResponse(), 1.0)


def test_own_calls_and_their_answers_go_on(session: Session) -> None:
    session.silent = True
    id = session.call(v16.HeartbeatRequest(), 1.0)
    assert len(session.data_to_send()) == 1
    session.receive(f'[3,"{id}",{{"currentTime":"2026-01-01T00:00:00Z"}}]', 1.0)
    assert [type(event).__name__ for event in iter(session.next_event, None)] == ["CallSent", "ResultReceived"]


def test_afterwards_calls_are_answered_again(session: Session) -> None:
    session.silent = True
    session.silent = False
    session.receive(CALL, 1.0)
    assert session.reply("1", v16.GetConfigurationResponse(), 1.0)
    assert session.data_to_send() == ['[3,"1",{}]']
