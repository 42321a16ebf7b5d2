"""Meter values, version-free: when meters are read, and where the values go (1.6 §3.16, §4.7, E 3.13 to 3.16).

- Periodic: every MeterValueSampleInterval from the start of a transaction; only in transactions.
- Clock-aligned: every ClockAlignedDataInterval from midnight UTC, for all EVSEs, and for EVSE 0 if it has a main
  meter; also outside of transactions. Needs a clock that is set. A jump of the clock skips slots; none comes twice.
- What is reported by itself goes through the persistent queue; what is for StopTransaction is collected.
- By a trigger (§5.17): the values of MeterValuesSampledData as they are now. Such a message is neither periodic nor
  clock-aligned, so it belongs to no transaction's messages (§3.7): it is sent at once, while Pending, too, past the
  queue, and it is lost with the link.
- A slot that was slept through is skipped; one whose meter does not answer has the last known reading, with an event.
- With MeterValuesInTransactionsOnly, clock-aligned values of an EVSE come in its transactions only; those of EVSE 0 and
  those that a trigger asks for are as before. A transaction that is not reported (silent) has no meter values.
- An empty list of measurands, or an interval of 0: nothing is read and nothing is sent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import partial
from typing import Any, ClassVar

from ocppcore.charging.aligned import DAY, in_time, next_aligned
from ocppcore.hardware import MeterReading, ReadingPurpose
from ocppcore.station.block import Block
from ocppcore.station.blocks.meter_values.collected import Collected, measured
from ocppcore.station.blocks.meter_values.readings import Readings
from ocppcore.station.blocks.meter_values.signing import Signing, plain
from ocppcore.station.blocks.meter_values.slots import Series
from ocppcore.station.blocks.meter_values.values import Value, is_signed, offered, select
from ocppcore.station.context import Context
from ocppcore.station.local import (
    ClockSet,
    ConfigurationChanged,
    GoingDown,
    ReadingPushed,
    TransactionEnding,
    TransactionStarted,
    TransactionStopped,
)
from ocppcore.station.queue import Entry
from ocppcore.station.timekeeper import Stamp
from ocppcore.station.transaction import Transaction, TransactionState

KIND = "MeterValues"
SECOND = timedelta(seconds=1)
SAMPLED = ("MeterValuesSampledData", "StopTxnSampledData")  # to be sent by itself, to be collected
ALIGNED = ("MeterValuesAlignedData", "StopTxnAlignedData")
STARTED = "StartTxnSampledData"
KEYS = {*SAMPLED, *ALIGNED, "MeterValueSampleInterval", "ClockAlignedDataInterval"}


class MeterValues(Block):
    """See the module's docstring. A subclass builds the messages."""

    subscriptions: ClassVar = {
        TransactionStarted: "_started",
        TransactionEnding: "_ending",
        TransactionStopped: "_stopped",
        ConfigurationChanged: "_reconfigured",
        ClockSet: "_clock_set",
        ReadingPushed: "_pushed",
        GoingDown: "_going_down",
    }

    def __init__(self, ctx: Context) -> None:
        super().__init__(ctx)
        ctx.metering = self
        ctx.triggers.register(KIND, self._wanted_now)
        ctx.queue.register(
            KIND,
            self._prepare,
            lambda *_: None,
            self._given_up,
            droppable=is_droppable,
            stamps=lambda payload: [payload["at"]],
        )
        self._readings = Readings(ctx)
        self._signing = Signing(ctx)
        self._collected = Collected(ctx)
        self._series: dict[int, Series] = {}
        self._data: dict[str, list[Any] | None] = {}  # of transactions that are ending, by uid
        self._last_aligned: datetime | None = None  # the last slot that was reported
        self._next_aligned: datetime | None = None  # the slot that the timer waits for
        self._asked: set[int] = set()  # EVSEs whose meter is being read for a trigger

    def load(self) -> None:
        self._readings.load()
        self._collected.load()

    def start(self) -> None:
        self._signing.start()
        self._plan_all()

    # The service to other blocks

    def read(self, evse: int, why: ReadingPurpose, done: Callable[[MeterReading, Stamp], None]) -> None:
        """See Metering. With no reading ever known, the register is what the transaction began with, or 0."""
        asked, ends = self.ctx.stamp(), why in (ReadingPurpose.Begin, ReadingPurpose.End)

        def of() -> Transaction | None:
            facts = self.ctx.evses.get(evse)
            return None if facts is None else facts.transaction

        def answer(reading: MeterReading | None) -> None:
            transaction = of()
            done(reading or MeterReading(0.0 if transaction is None else transaction.meter_start), asked)

        self._readings.ask(evse, why, answer, self._signing.of_end(evse, of()) if ends else None)

    def last(self, evse: int) -> MeterReading | None:
        """See Metering."""
        return self._readings.last(evse)

    def transaction_data(self, transaction: Transaction) -> list[Any] | None:
        """See Metering."""
        return self._data.get(transaction.uid)

    def meter_values(self, data: list[Any]) -> list[Any]:
        """See Metering."""
        return [self.meter_value(self._utc(value["at"]), value["values"]) for value in data]

    def stamps(self, data: list[Any]) -> list[list[float]]:
        """See Metering."""
        return [value["at"] for value in data]

    # Hooks for the version

    def meter_value(self, at: datetime, values: list[Value]) -> Any:
        """A MeterValue of the version's messages."""
        raise TypeError("a version must say how a MeterValue is built")

    def request(self, evse: int, transaction: Transaction | None, value: Any) -> Any:
        """The request that sends one MeterValue."""
        raise TypeError("a version must say how MeterValues are sent")

    def known(self, value: Value) -> bool:
        """False if the version has no word for what the hardware said."""
        raise TypeError("a version must know its words")

    # Plans

    def _plan_all(self) -> None:
        for evse in self.ctx.evses:
            self._plan_series(evse)
        self._plan_aligned()

    def _plan_series(self, evse: int) -> None:
        transaction = self._running(evse)
        interval = self.ctx.config.int("MeterValueSampleInterval")
        self._series.pop(evse, None)
        if transaction is None or interval <= 0 or not self._wanted(SAMPLED):
            self.ctx.timers.cancel((KIND, evse))
            return
        self._series[evse] = Series(transaction.uid, interval, transaction.started_at, self.ctx.time, self.ctx.now)
        self._arm(evse)

    def _arm(self, evse: int) -> None:
        self.ctx.timers.set((KIND, evse), self._series[evse].due, lambda: self._sample(evse))

    def _plan_aligned(self) -> None:
        utc, interval = self.ctx.utc, self.ctx.config.int("ClockAlignedDataInterval")
        if utc is None or interval <= 0 or not self._wanted(ALIGNED):
            self.ctx.timers.cancel((KIND, "aligned"))
            self._next_aligned = None
            return
        last = self._last_aligned
        # The clock went back, or the timer fired a hair before its time: what has been reported is not reported again.
        # If the clock went back by more than a day, it was never right.
        slot = next_aligned(last if last is not None and utc < last < utc + DAY else utc, interval)
        wait = (slot - utc) / SECOND
        self._next_aligned = slot
        self.ctx.after((KIND, "aligned"), wait, lambda: self._align(slot, interval))

    def _wanted(self, keys: Iterable[str]) -> bool:
        return any(self.ctx.config.list(key) for key in keys)

    def _running(self, evse: int) -> Transaction | None:
        facts = self.ctx.evses.get(evse)
        transaction = None if facts is None else facts.transaction
        if transaction is None or transaction.silent or transaction.state is not TransactionState.Running:
            return None
        return transaction

    # Slots

    def _sample(self, evse: int) -> None:
        """A periodic slot has come."""
        series, transaction = self._series[evse], self._running(evse)
        if transaction is None or transaction.uid != series.uid:
            del self._series[evse]
            return
        self.ctx.time.lasts(self.ctx.now)
        if in_time(self.ctx.now - series.due, series.interval):
            self._take(evse, ReadingPurpose.Sampled, series.stamp, SAMPLED)
        series.go_on(self.ctx.time, self.ctx.now)
        self._arm(evse)

    def _align(self, slot: datetime, interval: int) -> None:
        """A slot on the clock has come."""
        utc = self.ctx.utc
        assert utc is not None  # it is never forgotten
        self._last_aligned = slot
        if in_time((utc - slot) / SECOND, interval):
            at = self.ctx.time.stamp_of(slot)
            for evse in self._metered:
                if not evse or not self.ctx.config.bool("MeterValuesInTransactionsOnly") or self._running(evse):
                    self._take(evse, ReadingPurpose.Aligned, at, ALIGNED)
        self._plan_aligned()

    def _take(self, evse: int, why: ReadingPurpose, at: Stamp, keys: tuple[str, str]) -> None:
        """Read a meter; the values belong to the transaction that runs at this moment (E 3.16)."""
        send, collect = (self.ctx.config.list(key) for key in keys)
        transaction = self._running(evse)
        if not send and (not collect or transaction is None):
            return

        def taken(reading: MeterReading | None) -> None:
            if reading is None:
                return  # there is nothing to tell
            self._report(evse, transaction, at, self._select(evse, reading, send, why))
            values = self._select(evse, plain(reading), collect, why)
            if transaction is not None and values:
                self._collected.add(transaction.uid, at, values)

        self._readings.ask(evse, why, taken, self._signing.between(why, evse, transaction, send))

    def _report(self, evse: int, transaction: Transaction | None, at: Stamp, values: list[Value]) -> None:
        """Send values by themselves."""
        if values:
            uid = None if transaction is None else transaction.uid
            values = self._signing.with_keys(transaction, values)
            self.ctx.queue.put(KIND, uid, {"evse": evse, **measured(at, values)})

    @property
    def _metered(self) -> list[int]:
        """The EVSEs that have a meter; 0 for the main one."""
        return ([0] if self.ctx.setup.capabilities.main_meter else []) + list(self.ctx.evses)

    # Triggers

    def _wanted_now(self, evse: int | None) -> list[Callable[[], None]] | None:
        """A trigger asks for the values of one EVSE, or of all; None if there will be none."""
        wanted = self._metered if evse is None else [evse]
        tellable = self.ctx.utc is not None and self.ctx.config.list(SAMPLED[0])
        return [partial(self._tell_now, one) for one in wanted] if tellable and wanted[0] in self._metered else None

    def _tell_now(self, evse: int) -> None:
        if evse in self._asked:
            return  # the reading that is under way tells it (§5.17)
        self._asked.add(evse)
        at, transaction = self.ctx.stamp(), self._running(evse)
        why, items = ReadingPurpose.Trigger, self.ctx.config.list(SAMPLED[0])

        def taken(reading: MeterReading | None) -> None:
            self._asked.discard(evse)
            values = [] if reading is None else self._select(evse, reading, items, why)
            if values:
                value = self._signing.with_keys(transaction, values, sure=False)
                self.ctx.triggers.send(
                    lambda: self.request(evse, transaction, self.meter_value(self._utc(at.dump()), value))
                )

        self._readings.ask(evse, why, taken, self._signing.between(why, evse, transaction, items))

    def _select(self, evse: int, reading: MeterReading, items: tuple[str, ...], why: ReadingPurpose) -> list[Value]:
        facts = self.ctx.evses.get(evse)
        if facts is not None:
            limit = facts.limit_a if facts.offers_energy and not facts.paused else 0.0
            reading = offered(reading, self.ctx.setup.capabilities.measurands, limit)
        return [value for value in select(reading, items, why.value) if self.known(value)]

    # Delivery

    def _prepare(self, entry: Entry) -> Any:
        transaction = None if entry.transaction is None else self.ctx.transactions.get(entry.transaction)
        value = self.meter_value(self._utc(entry.payload["at"]), entry.payload["values"])
        return self.request(entry.payload["evse"], transaction, value)

    def _given_up(self, entry: Entry) -> None:
        self._signing.given_up(entry.transaction, entry.payload["values"])

    def _utc(self, dumped: list[float]) -> datetime:
        utc = self.ctx.time.resolve(Stamp.load(dumped))
        assert utc is not None  # nothing is sent before the clock is set
        return utc

    # Events

    def _started(self, event: TransactionStarted) -> None:
        transaction, begin = event.transaction, event.begin
        if not transaction.silent:
            self._collected.begin(transaction.uid, begin)
            self._report_begin(transaction, begin)
        self._plan_series(transaction.evse)

    def _report_begin(self, transaction: Transaction, begin: MeterReading) -> None:
        """The MeterValues right behind StartTransaction (N 3.3.4)."""
        if self.ctx.setup.capabilities.signs and (items := self.ctx.config.list(STARTED)):
            reading = begin if self._signing.started else plain(begin)
            values = self._select(transaction.evse, reading, items, ReadingPurpose.Begin)
            self._report(transaction.evse, transaction, transaction.started_at, values)

    def _ending(self, event: TransactionEnding) -> None:
        """Begin and end of every measurand configured for StopTransaction, and what lies between (E 3.16.6)."""
        transaction = event.transaction
        items = tuple(item for key in (SAMPLED[1], ALIGNED[1]) for item in self.ctx.config.list(key))
        begin = self._collected.began(transaction.uid) or MeterReading(transaction.meter_start)
        begin, end = self._signing.ends(begin, event.end)
        first, last = (
            self._signing.with_keys(transaction, self._select(transaction.evse, reading, items, why))
            for reading, why in ((begin, ReadingPurpose.Begin), (end, ReadingPurpose.End))
        )
        self._signing.check(transaction, first, last, end)
        data = self._collected.all(
            transaction.uid,
            measured(transaction.started_at, first) if first else None,
            measured(event.at, last) if last else None,
        )
        self._data[transaction.uid] = data if items and data else None  # §3.16.5, whatever was collected before

    def _stopped(self, event: TransactionStopped) -> None:
        self._collected.forget(event.transaction.uid)
        self._signing.forget(event.transaction)
        self._data.pop(event.transaction.uid, None)
        self._plan_series(event.transaction.evse)

    def _reconfigured(self, event: ConfigurationChanged) -> None:
        self._signing.switched(event.key)
        if event.key in KEYS:
            self._plan_all()

    def _clock_set(self, _: ClockSet) -> None:
        for evse, series in self._series.items():
            series.clock_set(self.ctx.time)
            self._arm(evse)
        slot, utc, interval = self._next_aligned, self.ctx.utc, self.ctx.config.int("ClockAlignedDataInterval")
        if slot is not None and utc is not None and slot <= utc and in_time((utc - slot) / SECOND, interval):
            self._align(slot, interval)  # a small correction has just carried the clock over a slot
        else:
            self._plan_aligned()

    def _pushed(self, event: ReadingPushed) -> None:
        self._readings.push(event.evse, event.reading)

    def _going_down(self, _: GoingDown) -> None:
        self._readings.save()


def is_droppable(payload: Any) -> bool:
    """False for values that are signed."""
    return not is_signed(payload["values"])
