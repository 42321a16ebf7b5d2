"""An event loop whose time runs faster than the world's, and always tells the same story.

    with asyncio.Runner(loop_factory=lambda: PacedLoop(speed=600)) as runner: …

loop.time() stands still while anything moves: it goes on only when every callback has run and no socket has anything
to say, and then in one step to the next timer, after waiting (that time / speed) in the real world. So all time-outs,
those of the sockets too, are in the loop's seconds; a busy machine makes the story slower, but never different.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable
from contextvars import Context
from datetime import datetime, timedelta
from typing import TypeVarTuple

Ts = TypeVarTuple("Ts")

AT_LEAST = 0.002  # real seconds to listen before time goes on: what is on its way over loopback arrives
HAIR = 1e-8  # seconds; more than asyncio rings a timer early


class PacedSelector(selectors.DefaultSelector):
    """Waits in the loop's seconds. speed: how many of them fit into one real second."""

    def __init__(self, speed: float) -> None:
        super().__init__()
        self.speed = speed
        self.now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if ready or timeout is None:  # None: nothing is planned, only the world can move on
            return ready or super().select(None)
        if timeout > 0:
            ready = super().select(max(timeout / self.speed, AT_LEAST))
            if not ready:
                self.now += timeout
        return ready


class PacedLoop(asyncio.SelectorEventLoop):
    """See the module's docstring. Its time begins at 0."""

    def __init__(self, speed: float) -> None:
        self.pace = PacedSelector(speed)
        super().__init__(self.pace)

    def time(self) -> float:
        return self.pace.now

    def call_at(
        self, when: float, callback: Callable[[*Ts], object], *args: *Ts, context: Context | None = None
    ) -> asyncio.TimerHandle:
        """A timer a hair away would be rung at once, while time stands still, again and again."""
        now = self.time()
        later = max(when, now + HAIR) if when > now else when
        return super().call_at(later, callback, *args, context=context)


class PacedClock:
    """The Clock of that loop. begin: UTC when the loop's time is 0."""

    def __init__(self, loop: PacedLoop, begin: datetime) -> None:
        self._loop = loop
        self._begin = begin

    def now(self) -> float:
        return self._loop.time()

    def utc(self) -> datetime:
        return self._begin + timedelta(seconds=self._loop.time())
