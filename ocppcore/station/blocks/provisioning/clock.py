"""Whether to believe a time that the back end tells (1.6 §4.2, §4.6: synchronizing the clock is recommended).

    told                                              then
    before 2020 or from 2100 on                       refused
    the clock was not known, or this is the first     taken: who has no clock of its own has a wrong one at first
    within a second of the clock                      the clock stays: a message tells time no better than that
    more than 15 minutes away                         refused, until the next answer says the same
    anything else                                     taken

So a back end that is mistaken once, or that flips between two times, moves nothing; one that is right is believed
with its second answer. What was stamped before never moves (timekeeper.py).
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

EARLIEST: Final = datetime(2020, 1, 1, tzinfo=UTC)
LATEST: Final = datetime(2100, 1, 1, tzinfo=UTC)
SAME: Final = timedelta(seconds=1)
FAR: Final = timedelta(minutes=15)


class ClockJudge:
    """Judges one time after the other, as the table says."""

    __slots__ = ("_began", "_doubted")

    def __init__(self) -> None:
        self._began = False  # the back end's time was taken or found right, at least once
        self._doubted: timedelta | None = None  # how far away the last one was, if it was refused for that

    def refuse(self, told: datetime, known: datetime | None) -> str | None:
        """Why the time is refused; None if it may be taken."""
        if not EARLIEST <= told < LATEST:
            return "no time at which this program runs"
        step = timedelta(0) if known is None else told - known
        doubted, self._doubted = self._doubted, None
        if self._began and abs(step) > FAR and (doubted is None or abs(step - doubted) > FAR):
            self._doubted = step
            return f"{step.total_seconds():+.0f} s from the clock: believed when it is told again"
        self._began = True
        return None

    @staticmethod
    def same(told: datetime, known: datetime | None, doubt: float) -> bool:
        """True if the clock agrees. doubt: by how many seconds the told time may be off."""
        return known is not None and abs(told - known) <= SAME + timedelta(seconds=doubt)
