"""next_timer() is pure, and handle_timer() is harmless early and late: a host may call them as often as it likes."""

from __future__ import annotations

from random import Random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ocppcore import v16
from ocppcore.session.events import Lost
from ocppcore.session.session import Endpoint, Session

# What may happen to a session: a name, and seconds that pass before.
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["call", "cancel", "connected", "lost", "answer", "hear", "pong", "timer", "stop", "start"]),
        st.integers(0, 90),
    ),
    max_size=40,
)


class Player:
    """A session that is led through steps; log: all that came out, as text."""

    def __init__(self) -> None:
        self.session = Session(v16.ACTIONS, rng=Random(5), endpoint=Endpoint("ws://csms.example/CS-1"))
        self.now = 0.0
        self.ids: list[str] = [""]
        self.log: list[str] = []

    def step(self, what: str, seconds: int) -> None:
        self.now += seconds
        session = self.session
        if what == "call":
            self.ids.append(session.call(v16.HeartbeatRequest(), self.now))
        elif what == "answer":
            session.receive(f'[3,"{self.ids[-1]}",{{"currentTime":"2026-01-01T00:00:00Z"}}]', self.now)
        elif what == "hear":
            session.receive('[2,"1","ClearCache",{}]', self.now)
        elif what == "cancel":
            session.cancel(self.ids[-1], self.now)
        elif what == "connected":
            session.connected(v16.V16, self.now)
        elif what == "lost":
            session.disconnected(Lost(), self.now)
        elif what == "timer":
            session.handle_timer(self.now)
        else:
            getattr(session, what)(self.now)
        self.drain()

    def drain(self) -> None:
        outlets: list[Any] = [self.session.next_event, self.session.next_command]
        for outlet in outlets:
            while (out := outlet()) is not None:
                self.log.append(repr(out))
        self.log.extend(self.session.data_to_send())


@given(STEPS)
def test_asking_for_the_timer_changes_nothing(steps: list[tuple[str, int]]) -> None:
    asked, unasked = Player(), Player()
    for what, seconds in steps:
        for _ in range(3):
            asked.session.next_timer()
        asked.step(what, seconds)
        assert asked.session.next_timer() == asked.session.next_timer()
        unasked.step(what, seconds)
    assert asked.log == unasked.log
    assert asked.session.next_timer() == unasked.session.next_timer()


@given(STEPS)
def test_an_early_timer_changes_nothing(steps: list[tuple[str, int]]) -> None:
    player, plain = Player(), Player()
    for what, seconds in steps:
        timer = player.session.next_timer()
        if timer is None or timer > player.now:
            player.session.handle_timer(player.now)
            player.drain()
        player.step(what, seconds)
        plain.step(what, seconds)
    assert player.log == plain.log


@given(STEPS)
def test_a_timer_that_was_handled_is_gone(steps: list[tuple[str, int]]) -> None:
    """However late it is handled, the next one lies in the future: a host cannot be made to spin."""
    player = Player()
    for what, seconds in steps:
        player.step(what, seconds)
        player.session.handle_timer(player.now)
        timer = player.session.next_timer()
        assert timer is None or timer > player.now
