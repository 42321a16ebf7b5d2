"""pytest fixtures of ocppcore, found by the entry point `pytest11`.

    clock         a ManualClock
    session_pair  a function: makes a Pair of two sessions, a client's and a server's, on that clock
    station       a Bench: a real station of two EVSEs, booted, with meters that run and a back end that is scripted
    csms          a Backend on that clock: a real back end, for whatever connects to it

Nothing of the package is imported before a fixture is used, so that other test suites pay nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from ocppcore.clock import ManualClock
    from ocppcore.testing.backend import Backend
    from ocppcore.testing.bench import Bench
    from ocppcore.testing.link import Pair


@pytest.fixture
def clock() -> ManualClock:
    """A clock that the test turns by hand."""
    from ocppcore.clock import ManualClock

    return ManualClock()


@pytest.fixture
def session_pair(clock: ManualClock) -> Callable[..., Pair]:
    """make(actions, **keywords of Session for the client) -> Pair; call start() on its client, or connect() on the
    pair."""
    from random import Random

    from ocppcore.session.session import Session
    from ocppcore.session.settings import Endpoint
    from ocppcore.testing.link import Pair

    def make(actions: Any, *, seed: int = 1, server: dict[str, Any] | None = None, **client: Any) -> Pair:
        client.setdefault("endpoint", Endpoint("ws://csms.example/ocpp/CS-1"))
        return Pair(
            Session(actions, rng=Random(seed), **client),
            Session(actions, rng=Random(seed + 1), **(server or {})),
            clock,
        )

    return make


@pytest.fixture
def station() -> Bench:
    """A station that has booted: charge(), advance(), swipe(), ask(), sent() … For another make-up: Bench(evses=1)."""
    from ocppcore.testing.bench import Bench

    return Bench()


@pytest.fixture
def csms(clock: ManualClock) -> Backend:
    """A back end that lets everybody in: join(), call(), heard(), csms.ledger … For another one: Backend(clock, …)."""
    from ocppcore.testing.backend import Backend

    return Backend(clock)
