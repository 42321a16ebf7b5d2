"""What the session does for the versions after 1.6: answers to what cannot be read, and the frames of types 5 and 6."""

from __future__ import annotations

from random import Random

import pytest

from ocppcore.messages.base import Request, Response
from ocppcore.messages.fields import text
from ocppcore.session.events import Event, FaultReceived, ResultRefused, SendReceived
from ocppcore.session.session import Session
from ocppcore.version import V16, V21, V201, Version
from ocppcore.wire import Actions


class EchoResponse(Response):
    word: str = text(5)


class EchoRequest(Request[EchoResponse]):
    word: str = text(5)


def session(version: Version) -> Session:
    shape = {"Echo": EchoRequest.shape}
    made = Session(Actions(version, shape, {"Echo": EchoResponse.shape}, sends=shape), rng=Random(1))
    made.connected(version, 0)
    made.next_event()
    return made


def events(made: Session) -> list[Event]:
    found = []
    while (event := made.next_event()) is not None:
        found.append(event)
    return found


@pytest.mark.parametrize(
    ("version", "answer"), [(V16, []), (V201, ['[4,"-1","RpcFrameworkError"']), (V21, ['[4,"-1","RpcFrameworkError"'])]
)
def test_what_cannot_be_read_is_answered_as_the_version_says(version: Version, answer: list[str]) -> None:
    made = session(version)
    made.receive("not JSON", 0)
    sent = made.data_to_send()
    assert len(sent) == len(answer) and all(text.startswith(begin) for text, begin in zip(sent, answer))
    (event,) = events(made)
    assert isinstance(event, FaultReceived) and event.answered == bool(answer)


def test_a_send_is_told_and_not_answered() -> None:  # 2.1 part 4 §4.2.4
    made = session(V21)
    made.receive('[6,"1","Echo",{"word":"hello"}]', 0)
    (event,) = events(made)
    assert isinstance(event, SendReceived) and event.request == EchoRequest(word="hello")
    assert made.data_to_send() == []


def test_a_result_that_the_peer_refuses_is_told() -> None:  # 2.1 part 4 §4.2.3
    made = session(V21)
    made.receive('[2,"1","Echo",{"word":"hello"}]', 0)
    assert made.reply("1", EchoResponse(word="hello"), 0)
    events(made)
    made.receive('[5,"1","FormatViolation","no",{}]', 0)
    (event,) = events(made)
    assert isinstance(event, ResultRefused) and (event.id, event.text) == ("1", "FormatViolation")


def test_a_faulty_result_is_refused_in_2_1_only() -> None:
    for version, sent in ((V16, 0), (V201, 0), (V21, 1)):
        made = session(version)
        id = made.call(EchoRequest(word="hello"), 0)
        made.data_to_send()
        made.receive(f'[3,"{id}",{{"word":"too long"}}]', 0)
        assert [text.startswith(f'[5,"{id}"') for text in made.data_to_send()] == [True] * sent
