"""Fixtures of the session tests: the package's own, and a session that is up, driven without a fake link."""

from __future__ import annotations

from random import Random
from typing import Any, TypeVar

import pytest

from ocppcore import v16
from ocppcore.session.commands import Command
from ocppcore.session.events import Event
from ocppcore.session.session import Session
from ocppcore.testing.plugin import clock, session_pair

__all__ = ["clock", "session_pair"]

E = TypeVar("E", bound=Event)


class Bench:
    """One session and the peer that the test plays: what came out of the session, by kind."""

    def __init__(self, **keywords: Any) -> None:
        keywords.setdefault("rng", Random(1))
        self.now = 1000.0
        self.session = Session(v16.ACTIONS, **keywords)
        self.events: list[Event] = []

    def up(self) -> Bench:
        """With a link, and nothing left over from making it."""
        self.session.connected(v16.V16, self.now)
        self.drain()
        self.events.clear()
        return self

    def drain(self) -> None:
        while (event := self.session.next_event()) is not None:
            self.events.append(event)

    def take(self, kind: type[E]) -> list[E]:
        """The events of a kind so far, taken."""
        self.drain()
        taken = [event for event in self.events if isinstance(event, kind)]
        self.events = [event for event in self.events if not isinstance(event, kind)]
        return taken

    def commands(self) -> list[Command]:
        found = []
        while (command := self.session.next_command()) is not None:
            found.append(command)
        return found

    def sent(self) -> list[str]:
        return self.session.data_to_send()

    def hear(self, text: str | bytes) -> list[str]:
        """The peer sends a text; what goes back at once."""
        self.session.receive(text, self.now)
        return self.sent()

    def call(self, request: Any = None, **keywords: Any) -> str:
        return self.session.call(v16.HeartbeatRequest() if request is None else request, self.now, **keywords)

    def wait(self, seconds: float) -> None:
        """Time passes, and the timers that fall into it fire in order."""
        until = self.now + seconds
        while (timer := self.session.next_timer()) is not None and timer <= until:
            self.now = max(self.now, timer)
            self.session.handle_timer(self.now)
        self.now = until


@pytest.fixture
def bench() -> Bench:
    """A session of the server's end, with its link up."""
    return Bench().up()


@pytest.fixture
def make_bench() -> type[Bench]:
    """Makes a Bench with keywords of Session."""
    return Bench
