"""Availability, version-free: statuses follow the facts, reports follow the statuses, and service is a stored flag.

Rules:
- After each step every status is derived anew (status.py), along the transitions of the standard (transitions.py).
- A report tells the status and error of one EVSE, with the time of the change. It is made when they differ from what
  was told, and have lasted MinimumStatusDuration (1.6 §4.9, E 3.19). Reports go out in order, one at a time.
- After the boot is accepted all are reported, 0 first (E 3.22); after an offline spell only what differs from what the
  back end was told, with no history (§4.9 rules 1 to 4). A report that the back end may not have got is not told.
- Inoperative is asked of an EVSE that is in use: scheduled until it is free (§5.2). The flag is stored at once, so it
  survives a power cycle. For 0 it is asked of the station and of every EVSE; while the station is Inoperative it allows
  no charging, so no single EVSE can be made Operative. A firmware update closes the station on top of that (E 3.49).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from functools import partial
from typing import Any, ClassVar, Final, NamedTuple

from ocppcore.errors import CallErrorReceived, CallFailed, CallTimeout
from ocppcore.station.block import Block
from ocppcore.station.blocks.availability.status import Face, face_of, status_of
from ocppcore.station.blocks.availability.transitions import (
    AVAILABLE,
    FAULTED,
    FINISHING,
    PREPARING,
    UNAVAILABLE,
    path,
)
from ocppcore.station.context import Context
from ocppcore.station.events import StatusChanged
from ocppcore.station.evse import Evse, EvseError
from ocppcore.station.local import Offline, Online, TransactionStopped
from ocppcore.station.timekeeper import Stamp

TABLE: Final = "availability"
BAY: Final = "bay"  # timer
MAX_PAST: Final = 20  # errors of an offline spell that are kept to be told
MAX_REPORTS: Final = 1000  # that wait for a back end that does not answer; past it, only the last of each EVSE is kept


class Report(NamedTuple):
    """One StatusNotification to send. when: monotonic, for the order."""

    when: float
    evse: int
    face: Face
    at: Stamp


class Record:
    """What is known of one EVSE, beyond its facts.

    face: what a report shows now; changed, at: when it became so, monotonic and as a stamp; since: the status,
    monotonic.
    told: what the back end was told last, None if that is not known. ended_by: the reason of the last transaction.
    """

    __slots__ = ("face", "changed", "at", "since", "told", "ended_by")

    def __init__(self, now: float, at: Stamp) -> None:
        self.face = Face(AVAILABLE)
        self.changed = self.since = now
        self.at = at
        self.told: Face | None = None
        self.ended_by: str | None = None


class Availability(Block):
    """See the module's docstring. A subclass builds the message."""

    subscriptions: ClassVar = {
        Online: "_online",
        Offline: "_offline",
        TransactionStopped: "_transaction_stopped",
    }

    def __init__(self, ctx: Context) -> None:
        super().__init__(ctx)
        ctx.availability = self
        ctx.triggers.register("StatusNotification", self._wanted)
        self._flags: dict[int, bool] = dict.fromkeys(range(ctx.setup.evses + 1), True)
        self._records: dict[int, Record] = {}
        self._reports: list[Report] = []
        self._sending = False
        self._past: deque[Report] = deque(maxlen=MAX_PAST)
        self._doubtful: set[int] = set()  # EVSEs of reports that the back end may not have got

    def load(self) -> None:
        for number in self._flags:
            self._flags[number] = self.ctx.store.get(TABLE, str(number), True)
            self._records[number] = Record(self.ctx.now, self.ctx.stamp())
        for number, flag in self._flags.items():  # at once: a cable that is told before the start delays nothing
            self._facts(number).operative = flag and self._flags[0]

    # Hook for the version

    def request(self, evse: int, face: Face, at: Stamp) -> Any:
        """The StatusNotification to send."""
        raise TypeError("a version must say how a status is told")

    # Service to other blocks

    def notify(self, evse: int) -> None:
        """See ctx.availability."""
        record = self._records[evse]
        self.ctx.triggers.send(lambda: self.request(evse, record.face, record.at))

    def _wanted(self, evse: int | None) -> list[Callable[[], None]] | None:
        """A trigger asks for the status of an EVSE, of the station (0), or of all (1.6 §5.17)."""
        if evse is not None and evse not in self._records:
            return None
        return [partial(self.notify, number) for number in (self._records if evse is None else [evse])]

    def report(self, evse: int, error: EvseError) -> None:
        """See ctx.availability."""
        status = self._facts(evse).status
        face = Face(status, error.code, error.info, error.vendor_id, error.vendor_code)
        (self._reports if self.ctx.online else self._past).append(Report(self.ctx.now, evse, face, self.ctx.stamp()))

    # In and out of service

    def change(self, evse: int, operative: bool) -> str:
        """The back end wants a change: Accepted, Scheduled or Rejected (1.6 §7.3)."""
        if evse not in self._flags or (operative and evse and not self._flags[0]):
            return "Rejected"
        asked = [evse] if evse else list(self._flags)
        for number in asked:
            self._flags[number] = operative
            self.ctx.store.put(TABLE, str(number), operative)
        waiting = [number for number in asked if self._facts(number).operative and self._facts(number).in_use]
        return "Scheduled" if waiting and not operative else "Accepted"

    def _serve(self, evse: Evse) -> bool:
        """Put what was asked for into force, when it may be; True if that changed something."""
        before, wanted = evse.operative, self._flags[evse.id] and self._flags[0] and not self.ctx.closing
        if evse.id == 0:
            evse.operative = wanted or any(other.operative for other in self.ctx.evses.values())
        elif wanted or not evse.in_use or self.ctx.closed:  # decisions: Status 15
            evse.operative = wanted
        return evse.operative is not before

    # Statuses

    def settle(self) -> bool:
        changed = False
        for evse in (*self.ctx.evses.values(), self.ctx.station_evse):
            changed |= self._serve(evse)
            changed |= self._derive(evse)
        self._look()
        return changed

    def _derive(self, evse: Evse) -> bool:
        """Let the status follow the facts."""
        if evse.id == 0:
            new = FAULTED if evse.faulted else AVAILABLE if evse.operative else UNAVAILABLE
            steps: tuple[str, ...] = (new,) if new != evse.status else ()
        else:
            steps = path(evse.status, status_of(evse, evse.status))
        for step in steps:
            self._enter(evse, step)
        return bool(steps)

    def _enter(self, evse: Evse, status: str) -> None:
        evse.status = status
        if status in (AVAILABLE, PREPARING):
            self._records[evse.id].ended_by = None
        if status == PREPARING:
            self._await_user(evse)
        self.ctx.emit(StatusChanged(evse.id, status))

    def _await_user(self, evse: Evse) -> None:
        self.ctx.after((BAY, evse.id), self.ctx.config.int("ConnectionTimeOut"), lambda: self._overdue(evse))

    def _overdue(self, evse: Evse) -> None:
        """B6 where only the bay is occupied; tokens and cables that wait are the business of transactions."""
        if evse.status != PREPARING or evse.plugged or not evse.bay_occupied:
            return
        if evse.authorized is None:
            self._enter(evse, FINISHING)
        else:
            self._await_user(evse)

    def _transaction_stopped(self, event: TransactionStopped) -> None:
        record = self._records.get(event.transaction.evse)
        if record is not None:  # the station has fewer EVSEs than before the restart
            record.ended_by = event.transaction.reason

    def _facts(self, number: int) -> Evse:
        evse = self.ctx.evse(number)
        assert evse is not None, number
        return evse

    # Reports

    def _look(self) -> None:
        """Report what has changed, and has lasted."""
        due = []
        for number, record in self._records.items():
            evse = self._facts(number)
            face = face_of(evse, evse.status, record.ended_by)
            if face != record.face:
                if face.status != record.face.status:
                    record.since = self.ctx.now
                record.face, record.changed, record.at = face, self.ctx.now, self.ctx.stamp()
            if self.ctx.online and record.told != face and self._lasted(number, record):
                record.told = face
                due.append(Report(record.changed, number, face, record.at))
        if due:
            self._add(due)
        self._send()

    def _lasted(self, number: int, record: Record) -> bool:
        """MinimumStatusDuration has passed since the status changed (1.6 §9.1.20); else there will be another look."""
        due = record.since + self.ctx.config.int("MinimumStatusDuration")
        if self.ctx.now < due and record.told is not None:
            self.ctx.timers.set((TABLE, number), due, self._look)
            return False
        return True

    def _add(self, reports: list[Report]) -> None:
        """1.6 §4.9, rule 4: in the order in which the events occurred."""
        self._reports = sorted([*self._reports, *reports], key=lambda report: report.when)
        if len(self._reports) > MAX_REPORTS:
            last = {report.evse: report for report in self._reports}
            self._reports = [report for report in self._reports if last[report.evse] is report]

    def _send(self) -> None:
        if self._reports and not self._sending and self.ctx.online:
            self._sending = True
            report = self._reports.pop(0)
            request = self.request(report.evse, report.face, report.at)
            self.ctx.call(request, lambda outcome: self._sent(report.evse, outcome))

    def _sent(self, number: int, outcome: Any) -> None:
        self._sending = False
        if isinstance(outcome, CallTimeout) and self.ctx.storing():
            self._records[number].told = None  # the store fails, so it has not left
        elif isinstance(outcome, CallFailed) and not isinstance(outcome, CallErrorReceived):
            self._doubtful.add(number)
        self._send()

    def _online(self, event: Online) -> None:
        """1.6 §4.9, the rules for after an offline spell; E 3.22 after a boot."""
        for number, record in self._records.items():
            if event.booted or number in self._doubtful:
                record.told = None
        self._doubtful.clear()
        self._add([*self._past])
        self._past.clear()

    def _offline(self, _: Offline) -> None:
        self._doubtful.update(report.evse for report in self._reports)
        self._reports.clear()
