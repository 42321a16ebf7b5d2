"""The steps of a job that takes long, told to the back end in order. A part of the kernel, used by several blocks.

What is to be told is stored in the same step and forgotten after the answer, so that none is lost to an
offline spell or a restart. A back end that does not answer is asked again a few times; then it goes on with the next.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from ocppcore.errors import CallErrorReceived, CallFailed, ConnectionLost

if TYPE_CHECKING:
    from ocppcore.station.context import Context

KEY: Final = "notices"
MOST: Final = 50  # that wait; past it the oldest are forgotten
ATTEMPTS: Final = 3
RETRY: Final = 60.0  # seconds


class Notices:
    """table: the block's; request: makes the message of what is told: a status, or a JSON value with more to it."""

    def __init__(self, ctx: Context, table: str, request: Callable[[Any], Any]) -> None:
        self._ctx = ctx
        self._table = table
        self._request = request
        self._waiting: list[Any] = []
        self._out = False
        self._attempts = 0

    def load(self) -> None:
        """What the last run did not get rid of."""
        self._waiting = self._ctx.store.get(self._table, KEY, [])

    @property
    def idle(self) -> bool:
        """Everything is told."""
        return not self._waiting

    def tell(self, what: Any) -> None:
        """Tell this, after what was to be told before."""
        if len(self._waiting) >= MOST:
            del self._waiting[1 if self._out else 0]
        self._waiting.append(what)
        self._store()

    def settle(self) -> None:
        """Send the next one, if it is time."""
        if self._waiting and not self._out and self._ctx.online and (KEY, self._table) not in self._ctx.timers:
            self._out = True
            self._ctx.call(self._request(self._waiting[0]), self._ended)

    def _ended(self, outcome: Any) -> None:
        self._out = False
        if isinstance(outcome, ConnectionLost):
            return
        self._attempts += 1
        unanswered = isinstance(outcome, CallFailed) and not isinstance(outcome, CallErrorReceived)
        if unanswered and self._attempts < ATTEMPTS:
            self._ctx.after((KEY, self._table), RETRY, self.settle)
            return
        self._attempts = 0
        self._waiting.pop(0)
        self._store()

    def _store(self) -> None:
        if self._waiting:
            self._ctx.store.put(self._table, KEY, self._waiting)
        else:
            self._ctx.store.delete(self._table, KEY)
