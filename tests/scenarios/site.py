"""A place where cars charge, for whole days in virtual time: a station on simulated hardware, its store, its power, its
back end, and what happens to all of them. What people do there, and when, is in day.py.

    site = Site(seed=16)
    site.at(7 * HOUR, lambda: site.plug_in(1, ev))
    site.run(24 * HOUR)

Nothing is random but the station's own randomness, which is seeded. A step that the agenda makes never waits: what must
come of it is looked at later.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from heapq import heappop, heappush
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

from ocppcore import v16
from ocppcore.clock import ManualClock
from ocppcore.errors import RpcError
from ocppcore.hardware.ev import ElectricVehicle
from ocppcore.hardware.simulated import SimulatedHardware
from ocppcore.session.commands import (
    Cancel,
    CertificateFacts,
    CheckCertificate,
    CollectDiagnostics,
    Command,
    Download,
    Install,
    ReadMeter,
    Reset,
    SetClock,
    Unlock,
    Upload,
    VerifySignature,
)
from ocppcore.session.contract import Batch
from ocppcore.session.events import Event
from ocppcore.session.session import Session
from ocppcore.station import Capabilities, Setup, Station
from ocppcore.station.events import ClockAdjusted, HandlerFailed, MessageGivenUp, MessagesDropped
from ocppcore.testing.backend import Backend
from ocppcore.testing.store import FaultyStore
from ocppcore.version import ErrorCode

HOUR = 3600.0
BEGIN = datetime(2026, 6, 12, tzinfo=UTC)
REGISTERS = {1: 1_204_310, 2: 873_905}
PARENTS = {"FAMILY-1": "FAMILY", "FAMILY-2": "FAMILY"}
UNKNOWN, BLOCKED_LATER = "STRANGER", "STOLEN"  # the second one's Authorize is accepted, its StartTransaction is not
CONFIG = {
    "AllowOfflineTxForUnknownId": "true",
    "ClockAlignedDataInterval": "900",
    "MeterValueSampleInterval": "300",
    "MeterValuesSampledData": "Energy.Active.Import.Register,Power.Active.Import,Current.Offered,SoC",
    "MinimumStatusDuration": "2",
    "StopTxnSampledData": "Energy.Active.Import.Register",
    "TransactionMessageAttempts": "10",
    "TransactionMessageRetryInterval": "10",
    "WebSocketPingInterval": "60",
}
FACTS = CertificateFacts({"SHA256": ("1a", "2b")}, "1", BEGIN, BEGIN + timedelta(days=3650))


class Killed(Exception):
    """The program died in the middle of a step."""


class Charger(SimulatedHardware):
    """Hardware that can also be updated, and has diagnostics."""

    def install(self, firmware: Path) -> None:
        """The site does that itself, in its own time."""

    def diagnostics(self, start: datetime | None, stop: datetime | None) -> bytes:
        return b"all is well"


class Journal(FaultyStore):
    """Counts what the station has promised to deliver: every message that was ever put into its queue, by action.

    dies_in: so many commits from now the program is killed; the last one is written only if `written` is True, and is
    acknowledged in no case.
    """

    def __init__(self) -> None:
        super().__init__()
        self.promised: Counter[str] = Counter()
        self.dies_in: int | None = None
        self.written = False

    def commit(self, batch: Batch) -> None:
        dying = False
        if self.dies_in is not None:
            self.dies_in -= 1
            dying = self.dies_in <= 0
        if dying:
            self.dies_in = None
            if not self.written:
                raise Killed
        waiting = set(self.tables.get("queue", ()))
        super().commit(batch)
        for (table, key), text in batch.puts.items():
            if table == "queue" and key not in waiting:
                self.promised[json.loads(text)[0]] += 1
        if dying:
            raise Killed


class Site:
    """See the module's docstring.

    interruptions: how often a message may have been sent again, because its answer was lost. wrong: when the clock of
    the station was, from and to; an open end is infinite. starts: when the program started. dark: when it had no power,
    from and to. excesses: what was offered in excess of the profiles. lost: events that say that a message was given
    up. notes: what happened, with its time in seconds. trouble: errors with which the back end answers the next
    transaction messages. delay: seconds that a message takes.
    """

    def __init__(self, seed: int) -> None:
        self.rng = Random(seed)
        self.clock = ManualClock(0.0, BEGIN)
        self.hardware = Charger(self.clock, registers_wh=REGISTERS, main_meter=True)
        self.store = Journal()
        self.backend = Backend(self.clock, authorize=self._judge, insecure=True, interval=900)
        self.backend.csms.handlers[v16.StartTransactionRequest] = self._start_transaction
        for kind in (v16.StopTransactionRequest, v16.MeterValuesRequest):
            self.backend.csms.handlers[kind] = self._troubled(self.backend.csms.handlers[kind])
        self.firmware = "1.0"  # from 2.0 on it wants signatures
        self.trouble: list[str] = []
        self.interruptions = 0
        self.wrong: list[tuple[float, float]] = []
        self.starts: list[float] = []
        self.dark: list[tuple[float, float]] = []
        self.excesses: list[str] = []
        self.delay = 0.1
        self.lost: list[Event] = []
        self.notes: list[tuple[float, str]] = []
        self.station: Station | None = None  # None while it has no power
        self._agenda: list[tuple[float, int, Callable[[], object]]] = []
        self._order = count()
        self._life = 0
        self._reset_wanted = False
        self.power_on()

    # Time

    @property
    def now(self) -> float:
        """Seconds since midnight."""
        return self.clock.now()

    def at(self, when: float, act: Callable[[], object]) -> None:
        """Do something at that second of the day."""
        heappush(self._agenda, (when, next(self._order), act))

    def after(self, seconds: float, act: Callable[[], object]) -> None:
        self.at(self.now + seconds, act)

    def note(self, text: str) -> None:
        self.notes.append((self.now, text))

    def run(self, until: float) -> None:
        """Let time pass, with all that happens on the way."""
        self._rest()
        while (due := self._next()) is not None and due <= until:
            self.clock.advance_to(max(due, self.now))
            while self._agenda and self._agenda[0][0] <= self.now:
                self._guarded(heappop(self._agenda)[2])
            self._rest()
        self.clock.advance_to(until)

    def _next(self) -> float | None:
        times = [self.pair.next_timer(), self.hardware.next_change()]
        times += [self._agenda[0][0]] if self._agenda else []
        return min((when for when in times if when is not None), default=None)

    def _rest(self) -> None:
        moved = True
        while moved:
            moved = self._guarded(self._turn)
            if self._reset_wanted:
                self.note("restart")
                self._guarded(self._shut_down)
                self.power_off()
                self.power_on()
                moved = True

    def _turn(self) -> bool:
        self.pair.run_until_idle()
        if self.station is None:
            return False
        for evse in self.station.evses:
            self.hardware.apply(evse, self.station.want(evse))
        return self.hardware.forward(self.station, self.now)

    def _shut_down(self) -> None:
        assert self.station is not None
        self.station.stop(self.now)
        self.pair.run_until_idle()

    def _guarded(self, act: Callable[[], object]) -> bool:
        """Do it; where the program is killed by it, it starts again at once. True if anything may have changed."""
        try:
            return bool(act())
        except Killed:
            self.note("kill")
            self.power_off()
            self.power_on()
            return True

    # Power

    def power_on(self, clock_is_off: timedelta | None = timedelta(0)) -> None:
        """The program starts from what is stored. clock_is_off: by how much its clock is wrong; None: it has none."""
        self._life += 1
        self._reset_wanted = False
        self.hardware.forget()
        utc = None if clock_is_off is None else BEGIN + timedelta(seconds=self.now) + clock_is_off
        setup = Setup(
            "CP 1",
            "ws://csms.example",
            vendor="ocppcore",
            model="Day",
            firmware_version=self.firmware,
            capabilities=Capabilities.of(self.hardware),
            config=CONFIG,
            secure_firmware=float(self.firmware) >= 2,
        )
        rng = Random(self.rng.random())
        self.station = Station(setup, rng=rng, state=self.store.load(), utc=utc, now=self.now)
        self.starts.append(self.now)
        self._clock_is(clock_is_off == timedelta(0))
        self.pair = self.backend.join(self.station, self.store)
        self.pair.delay = self.delay
        self.pair.client.on_command = self._carry_out
        self.pair.client.on_event = self._notice
        self.station.start(self.now)

    def power_off(self) -> None:
        """All goes dark at once: nothing of the program survives, the contactors open and the locks release."""
        self.station = None
        self.interruptions += 1
        self.pair.client.connection = Session(v16.ACTIONS, rng=Random(0))  # nobody at home
        self.pair.cut()
        for evse in self.hardware.evse.values():
            evse.apply(type(evse.want)(), self.now)

    def power_cut(self, seconds: float, clock_is_off: timedelta | None = timedelta(0)) -> None:
        """Dark for a while."""
        if self.station is None:
            return
        self.note("power cut")
        self.power_off()
        self.dark.append((self.now, self.now + seconds))
        self.after(seconds, lambda: self.power_on(clock_is_off))

    def kill(self, commits: int = 1, written: bool = False) -> None:
        """The program is killed at one of its next writes, before or after that is done."""
        self.store.dies_in, self.store.written = commits, written

    def set_clock(self, off: timedelta) -> None:
        """Something sets the station's clock, and it is wrong by that; the back end will correct it."""
        if self.station is not None:
            self._clock_is(False)
            self.note("clock")
            self.station.set_utc(BEGIN + timedelta(seconds=self.now) + off, self.now)

    def _clock_is(self, right: bool) -> None:
        begin, end = self.wrong[-1] if self.wrong else (0.0, 0.0)
        if end == math.inf:
            self.wrong[-1] = (begin, self.now)
        if not right:
            self.wrong.append((self.now, math.inf))

    # The link

    def offline(self, seconds: float) -> None:
        """The back end can't be reached for a while."""
        self.note("offline")
        self.interruptions += 1
        self.backend.reachable = False
        self.pair.cut()
        self.after(seconds, self._online)

    def _online(self) -> None:
        self.note("online")
        self.backend.reachable = True

    def half_open(self, seconds: float) -> None:
        """What is sent vanishes, and nobody is told."""
        self.note("offline")
        self.interruptions += 1
        pair = self.pair
        pair.silent = True

        def heal() -> None:
            pair.silent = False
            self.note("online")

        self.after(seconds, heal)

    # Users

    def card(self, tag: str, evse: int) -> None:
        if self.station is not None:
            self.station.present_id_token(tag, self.now, evse)

    def plug_in(self, evse: int, ev: ElectricVehicle) -> None:
        self.hardware.plug_in(evse, ev)

    # The back end

    def tell(self, request: Any) -> str | None:
        """A request to the station; None if it is not connected."""
        if self.station is None or self.backend.csms.link(self.backend.identity) is None:
            return None
        return self.backend.tell(request)

    def running(self, evse: int) -> int | None:
        """The id of the transaction that the back end knows to run there."""
        ids = [each.id for each in self.backend.csms.ledger.transactions if each.evse == evse and each.stop is None]
        return ids[-1] if ids else None

    def _judge(self, tag: str) -> v16.IdTagInfo:
        status = v16.AuthorizationStatus.Invalid if tag == UNKNOWN else v16.AuthorizationStatus.Accepted
        return v16.IdTagInfo(status=status, parent_id_tag=PARENTS.get(tag))

    def _start_transaction(self, link: Any, request: v16.StartTransactionRequest) -> v16.StartTransactionResponse:
        self._stumble()
        booked = self.backend.csms.ledger.start(link.identity, request)
        info = self._judge(request.id_tag)
        if request.id_tag == BLOCKED_LATER:
            info = v16.IdTagInfo(status=v16.AuthorizationStatus.Blocked)
        return v16.StartTransactionResponse(transaction_id=booked.id, id_tag_info=info)

    def _troubled(self, handler: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
        def answer(link: Any, request: Any) -> Any:
            self._stumble()
            return handler(link, request)

        return answer

    def _stumble(self) -> None:
        if self.trouble:
            self.interruptions += 1
            raise RpcError(ErrorCode.InternalError, self.trouble.pop())

    # What the station wants done

    def _carry_out(self, command: Command) -> None:
        station = self.station
        assert station is not None
        if isinstance(command, ReadMeter):
            station.done(command.id, self.hardware.read_meter(command.evse, command.why), self.now)
        elif isinstance(command, Unlock):
            station.done(command.id, self.hardware.unlock(command.evse), self.now)
        elif isinstance(command, SetClock | Cancel):
            station.done(command.id, None, self.now)
        elif isinstance(command, Reset):
            self._reset_wanted = True
        elif isinstance(command, CollectDiagnostics):
            station.done(command.id, self.hardware.diagnostics(None, None), self.now)
        elif isinstance(command, CheckCertificate):
            station.done(command.id, FACTS, self.now)
        elif isinstance(command, VerifySignature):
            station.done(command.id, True, self.now)
        elif isinstance(command, Download | Upload):
            self._in_time(40, command, "/tmp/firmware" if isinstance(command, Download) else None)
        elif isinstance(command, Install):
            self.firmware = f"{float(self.firmware) + 1:.1f}"
            self._in_time(100, command, self.firmware)
        else:
            raise AssertionError(f"nobody carries out {command!r}")

    def _in_time(self, seconds: float, command: Command, result: Any) -> None:
        """It is done after a while, if the program still lives then."""
        life = self._life

        def end() -> None:
            if life == self._life and self.station is not None:
                self.station.done(command.id, result, self.now)

        self.after(seconds, end)

    def _notice(self, event: Event) -> None:
        if isinstance(event, HandlerFailed):
            raise event.error
        if isinstance(event, MessageGivenUp | MessagesDropped):
            self.lost.append(event)
        elif isinstance(event, ClockAdjusted):
            self._clock_is(True)
