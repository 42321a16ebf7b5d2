"""When periodic meter values are due: slots from the start of a transaction (1.6 §3.16.1).

Pure arithmetic: nothing here knows the station. Slots on the clock are in charging/aligned.py.
"""

from __future__ import annotations

from ocppcore.station.timekeeper import Stamp, Timekeeper


class Series:
    """The periodic slots of one transaction: the n-th is at anchor + n * interval, exactly, so that nothing drifts.

    due: when the next one is, in monotonic seconds. The anchor is the start of the transaction, in the station's time
    and not in the monotonic one: a clock that is corrected by a little moves the readings, but not the distance of
    their stamps.
    """

    __slots__ = ("uid", "interval", "anchor", "number", "due")

    def __init__(self, uid: str, interval: int, anchor: Stamp, time: Timekeeper, now: float) -> None:
        self.uid = uid
        self.interval = interval
        self.anchor = anchor
        began = time.moment(anchor)
        if began is None or began > now:  # started before a power cut, and the clock is not set yet, or has gone back
            self.anchor = time.stamp(now)
        self.number = 0
        self.due = now
        self.go_on(time, now)

    @property
    def stamp(self) -> Stamp:
        """The stamp of the next slot."""
        return Stamp(self.anchor.boot, self.anchor.offset + self.number * self.interval)

    def go_on(self, time: Timekeeper, now: float) -> None:
        """To the first slot after now that has not been; those that were missed are skipped."""
        began = self._began(time)
        self.number = max(self.number, int((now - began) / self.interval + 1e-6)) + 1
        self.due = began + self.number * self.interval

    def clock_set(self, time: Timekeeper) -> None:
        """The clock was corrected. By a little: the next slot keeps its stamp; by more: it keeps its moment."""
        due = self._began(time) + self.number * self.interval
        if abs(due - self.due) <= self.interval / 2:
            self.due = due
        else:
            at = time.stamp(self.due)
            self.anchor = Stamp(at.boot, at.offset - self.number * self.interval)

    def _began(self, time: Timekeeper) -> float:
        began = time.moment(self.anchor)
        assert began is not None  # of this boot, or the clock is set
        return began
