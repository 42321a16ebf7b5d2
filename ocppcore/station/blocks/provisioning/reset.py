"""Reset (1.6 §5.14, E 3.36): transactions end first, then the host restarts the station.

    idle --ask()--> ending --all is ended, delivered and stored, or the time is up--> commanded
    commanded --failed, tries left--> waiting --> commanded        commanded --failed--> idle, ResetFailure is reported

Transactions end in both kinds, with the reasons SoftReset and HardReset, and their StopTransaction is sent; what
can't be delivered in time, or offline, is in the queue and goes out after the restart. A hard reset overtakes a soft
one.
"""

from __future__ import annotations

from typing import Final

from ocppcore.session.commands import Reset
from ocppcore.station.context import Context
from ocppcore.station.evse import EvseError
from ocppcore.station.local import ResetFailed, ResetWanted

SOFT_PATIENCE: Final = 20.0  # seconds for transactions to end and their messages to be delivered; more to sign the end
HARD_PATIENCE: Final = 10.0
DEADLINE: Final = 60.0  # seconds that the host has for a restart; after that it has failed
RETRY: Final = 5.0  # seconds between two tries (ResetRetries)
TIMER: Final = "reset"


class ResetProcedure:
    """See the module's docstring."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._hard: bool | None = None  # None: no reset is under way
        self._commanded = False
        self._failures = 0
        self._until = 0.0

    def ask(self, hard: bool) -> bool:
        """The back end wants a reset; False if the hardware cannot, or would be left with half of its firmware."""
        if not self._ctx.setup.capabilities.reset or self._ctx.installing:
            return False
        if self._hard is None:
            self._begin(hard)
        elif hard:
            self._hard = True
            if not self._commanded:  # else the next try, if there has to be one, will be a hard one
                self._wait_at_most(HARD_PATIENCE)
        return True

    def _begin(self, hard: bool) -> None:
        self._hard = hard
        self._commanded = False
        self._failures = 0
        able = self._ctx.setup.capabilities
        patience = SOFT_PATIENCE + (able.signing_time if able.signs else 0.0)
        self._until = self._ctx.now + patience
        self._wait_at_most(HARD_PATIENCE if hard else patience)
        self._ctx.publish(ResetWanted(hard))

    def _wait_at_most(self, seconds: float) -> None:
        self._until = min(self._until, self._ctx.now + seconds)
        self._ctx.timers.set(TIMER, self._until, self.settle)

    def settle(self) -> None:
        """Give the command when all is done that should be done before."""
        if self._hard is not None and not self._commanded and self._ready():
            self._ctx.timers.cancel(TIMER)
            self._command(self._hard)

    def _ready(self) -> bool:
        ctx = self._ctx
        if ctx.now >= self._until:
            return True
        if any(evse.transaction is not None for evse in ctx.evses.values()) or not ctx.all_stored():
            return False
        return not ctx.online or (not len(ctx.queue) and not ctx.calls_open)

    def _command(self, hard: bool) -> None:
        self._commanded = True
        ctx = self._ctx
        ctx.command(Reset(ctx.next_command_id(), ctx.now + DEADLINE, hard), lambda _: None, self._failed)

    def _failed(self, why: str) -> None:
        """The restart did not happen. 1.6 §9.1.22: ResetRetries more times."""
        self._failures += 1
        if self._failures <= self._ctx.config.int("ResetRetries"):
            self._ctx.after(TIMER, RETRY, lambda: self._command(bool(self._hard)))
            return
        self._hard = None
        self._ctx.availability.report(0, EvseError("ResetFailure", faulted=False, info=why))
        self._ctx.publish(ResetFailed())
