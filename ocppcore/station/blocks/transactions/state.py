"""The life of transactions (1.6 §3.5.4, §3.7, §4.8 to §4.10): begin, run, stop, deliver.

- A transaction begins when an authorized token meets a cable: begin reading, then in ONE batch the stored
  transaction, its StartTransaction in the queue, and energy on.
- It stops once, for the first reason that comes (§7.36): energy off and the reason stored at once, then the end
  reading, then StopTransaction in the queue. It is forgotten when its StopTransaction is delivered or given up.
- What was running when the station went down is stopped with PowerLoss at the next start, or goes on stopping for the
  reason that was stored; the end reading is taken then. A station that is told that it is about to go down stops it
  before: for PowerLoss or Reboot, or for the Reset (§5.14).
- A fault interrupts the energy, not the transaction (§4.9: the status returns to what it was before); one that comes
  before the begin reading prevents the transaction.
- The back end refuses the token after the start (E 3.17): StopTransactionOnInvalidId decides. If the transaction may
  go on, it gets no more energy than allowance.py says.
- With StartTransactionOnPowerPathClosed energy is offered once the begin reading is there, and the transaction begins
  when the EV takes it, with that reading: nothing flows that is not counted. It may take its time: ConnectionTimeOut is
  for a driver who fails to insert the cable (§9.1.6, E 3.77), and an EV that does not start yet (§4.9 B4) has no limit.
- At OfflineTransactionsMaxLength transactions that wait for delivery, no other one begins; with
  SilentOfflineTransactions it begins, and is neither stored nor told. One that is about to begin has its place already.
- What happens at one EVSE is in seats.py, what a presented token does in tokens.py, who waits for what in waiting.py,
  what begins without a card in free_vend.py.
"""

from __future__ import annotations

from functools import partial
from typing import Any, ClassVar, Final

from ocppcore.hardware import MeterReading, ReadingPurpose
from ocppcore.station.block import Block
from ocppcore.station.blocks.transactions.allowance import Allowance
from ocppcore.station.blocks.transactions.free_vend import FreeVend
from ocppcore.station.blocks.transactions.seats import Seat, Seats, present, seat
from ocppcore.station.blocks.transactions.tokens import Tokens
from ocppcore.station.blocks.transactions.waiting import Intention, Waiting
from ocppcore.station.context import Context
from ocppcore.station.events import IdTokenIgnored, TransactionChanged
from ocppcore.station.evse import Evse, EvState
from ocppcore.station.local import (
    BayChanged,
    EmergencyStop,
    EvStateChanged,
    GoingDown,
    IdTokenInfoReceived,
    IdTokenPresented,
    OnEvse,
    Plugged,
    ResetFailed,
    ResetWanted,
    StopPressed,
    TransactionEnding,
    TransactionFinished,
    TransactionStarted,
    TransactionStopped,
    Unplugged,
)
from ocppcore.station.timekeeper import Stamp
from ocppcore.station.transaction import Transaction, TransactionState

TABLE: Final = "transactions"
START: Final = "StartTransaction"  # kinds in the queue
STOP: Final = "StopTransaction"
STILL_HERE: Final = 60.0  # seconds after GoingDown: we still run, so it did not happen


class Transactions(Block):
    """See the module's docstring. Context.transactions; a subclass builds the messages."""

    subscriptions: ClassVar = {
        **dict.fromkeys((Plugged, Unplugged, EvStateChanged, StopPressed, BayChanged), "_seat_event"),
        IdTokenPresented: "_presented",
        EmergencyStop: "_emergency_stop",
        GoingDown: "_going_down",
        ResetWanted: "_reset_wanted",
        ResetFailed: "_reset_failed",
        TransactionEnding: "_ending",
    }

    def __init__(self, ctx: Context) -> None:
        super().__init__(ctx)
        ctx.transactions = self
        self._all: dict[str, Transaction] = {}  # by uid, in the order of their starts, until finished
        self._count = 0
        self._bars = {"start"}  # why no transaction may begin: before start(), what an earlier run left goes first
        self._offers: dict[int, MeterReading] = {}  # by EVSE that offers energy: the begin reading
        self._allowance = Allowance(ctx)
        self._tokens = Tokens(ctx, self)
        self.waiting = Waiting(ctx, self._tokens.undecided)
        self.seats = Seats(ctx, self)
        self._free_vend = FreeVend(ctx, self)

    def load(self) -> None:
        for uid, value in self.ctx.store.items(TABLE):
            transaction = self._all[uid] = Transaction.load(value)
            for stamp in (transaction.started_at, transaction.stopped_at):
                if stamp is not None:
                    self.ctx.time.keep(stamp)

    def start(self) -> None:
        """Stop what an earlier run left unfinished."""
        self._bars.discard("start")
        for transaction in self._all.values():
            if transaction.state is not TransactionState.Ended:
                self._resume_stopping(transaction)

    def settle(self) -> bool:
        """Drop what can't begin any more, and say where energy is allowed."""
        changed = self._free_vend.settle()
        for facts in self.ctx.evses.values():
            if facts.authorized is not None and not self.can_start(facts.id):
                self._ignore(facts.authorized, facts)
                changed = self.waiting.take_token(facts) is not None
            if seat(facts) in (Seat.Offering, Seat.Starting) and (facts.faulted or not self.accepts):
                changed = self._abort(facts)
            offers = self._allows(facts.transaction)
            changed = changed or facts.offers_energy != offers
            facts.offers_energy = offers
        return changed

    # The service to other blocks; see Context's Transactions

    def find(self, id: int) -> Transaction | None:
        """Back ends use ids again (E 3.54): of several active ones, the newest is meant."""
        return next((t for t in reversed(self._all.values()) if t.active and t.id == id), None)

    def get(self, uid: str) -> Transaction | None:
        return self._all.get(uid)

    @property
    def accepts(self) -> bool:
        return not self._bars

    @property
    def going_down(self) -> bool:
        return not self._bars.isdisjoint(("reset", "end"))

    def can_start(self, evse: int) -> bool:
        facts = self.ctx.evses[evse]
        free = facts.transaction is None and facts.cable_held is None
        return free and facts.operative and not facts.faulted and self.accepts and (self._silent or not self._full)

    @property
    def _full(self) -> bool:
        """As many transactions wait for delivery as may wait, with those that are about to begin."""
        most = self.ctx.config.int("OfflineTransactionsMaxLength")
        if len(self._all) + len(self.ctx.evses) < most:
            return False
        waiting = sum(t.id is None or t.state is TransactionState.Ended for t in self._all.values())
        begins = [facts.transaction for facts in self.ctx.evses.values() if facts.transaction is not None]
        return waiting + sum(not t.begun and not t.silent for t in begins) >= most

    @property
    def _silent(self) -> bool:
        """Those that would be too many begin all the same."""
        return self.ctx.config.bool("SilentOfflineTransactions")

    def choose(self, token: str, parent: str | None) -> int | None:
        reservations = self.ctx.reservations
        taken = [f.id for f in self.ctx.evses.values() if f.authorized is not None]
        free = [f.id for f in self.ctx.evses.values() if not f.plugged]
        # A cable in a reserved EVSE may have waited too long (E 3.20), but nobody else can start it by accident.
        late = [f.id for f in self.ctx.evses.values() if f.spent and reservations.kept_for(f.id, token, parent)]
        for places in ((*self.waiting.cables, *late), free):
            open = [evse for evse in places if evse not in taken and self.can_start(evse)]
            open = [evse for evse in open if reservations.admits(evse, token, parent)]
            kept = [evse for evse in open if reservations.kept_for(evse, token, parent)]
            if open:
                return (kept or open)[0]
        return None

    def begin(
        self,
        evse: int,
        token: str,
        parent: str | None,
        remote: bool,
        follows: bool = False,
        profile: dict[str, Any] | None = None,
    ) -> None:
        facts = self.ctx.evses[evse]
        if not self.can_start(evse) or not self.ctx.reservations.admits(evse, token, parent):
            self._ignore(token, facts)
            return
        self.waiting.take_token(facts)
        intention = Intention(token, parent, remote, follows, profile)
        if present(facts):
            self.commence(facts, intention)
        else:
            self.waiting.add_token(facts, intention)

    def stop(self, transaction: Transaction, reason: str | None, token: str | None = None) -> None:
        facts = self.ctx.evses[transaction.evse]
        if facts.transaction is not transaction:
            return
        if not transaction.begun:
            self._abort(facts)
        elif transaction.state is TransactionState.Running:
            transaction.reason = reason or "Local"
            transaction.stop_token = token
            transaction.stopped_at = self.ctx.stamp()
            transaction.state = TransactionState.Stopping
            facts.spent = facts.plugged
            self._keep(transaction)
            self._read_end(transaction)

    def release(self, evse: int) -> None:
        self.seats.release(self.ctx.evses[evse])

    # What happens to the station

    def _seat_event(self, event: OnEvse) -> None:
        self.seats.on(event)

    def _presented(self, event: IdTokenPresented) -> None:
        self._tokens.presented(event.token, event.evse)

    def _emergency_stop(self, event: EmergencyStop) -> None:
        self._bars.discard("emergency")
        if event.pressed:
            self._stop_all("emergency", "EmergencyStop")

    def _going_down(self, event: GoingDown) -> None:
        self._stop_all("end", event.reason)
        self.ctx.after("end", STILL_HERE, partial(self._bars.discard, "end"))

    def _reset_wanted(self, event: ResetWanted) -> None:
        self._stop_all("reset", "HardReset" if event.hard else "SoftReset")

    def _reset_failed(self, _: ResetFailed) -> None:
        self._bars.discard("reset")

    def _stop_all(self, bar: str, reason: str) -> None:
        """No transaction may begin, and those that run stop."""
        self._bars.add(bar)
        for facts in self.ctx.evses.values():
            if facts.transaction is not None:
                self.stop(facts.transaction, reason)

    # Begin

    def commence(self, facts: Evse, intention: Intention) -> None:
        """Token and cable are there: read the meter, then _counted()."""
        self.waiting.take_cable(facts)
        facts.spent = False
        self._count += 1
        uid = f"{self.ctx.time.boot:06d}-{self._count:06d}"
        transaction = Transaction(uid, facts.id, intention.token, self.ctx.stamp())
        transaction.parent = intention.parent
        transaction.remote = intention.remote
        transaction.profile = intention.profile
        transaction.free = intention.free
        transaction.silent = self._full  # else it could not start
        facts.transaction = transaction
        self.ctx.metering.read(facts.id, ReadingPurpose.Begin, partial(self._counted, transaction))

    def _abort(self, facts: Evse) -> bool:
        """It has not begun, and will not: nobody needs to be told."""
        self._offers.pop(facts.id, None)
        facts.transaction = None
        if present(facts):
            self.waiting.add_cable(facts)
        else:
            facts.spent = facts.plugged
        return True

    def _counted(self, transaction: Transaction, reading: MeterReading, at: Stamp) -> None:
        """The begin reading is there."""
        facts = self.ctx.evses[transaction.evse]
        if facts.transaction is not transaction:
            return  # aborted
        if self.ctx.config.bool("StartTransactionOnPowerPathClosed") and facts.ev is not EvState.Charging:
            transaction.state = TransactionState.Offering
            self._offers[facts.id] = reading
        else:
            self._started(transaction, reading, at)

    def offer_taken(self, transaction: Transaction) -> None:
        """The EV takes the energy that is offered."""
        self._started(transaction, self._offers.pop(transaction.evse), self.ctx.stamp())

    def _started(self, transaction: Transaction, reading: MeterReading, at: Stamp) -> None:
        transaction.started_at = at
        transaction.meter_start = reading.energy_wh
        transaction.state = TransactionState.Running
        token, parent = transaction.id_token, transaction.parent
        transaction.reservation_id = self.ctx.reservations.use(transaction.evse, token, parent)
        transaction.silent = transaction.silent and self._full
        if not transaction.silent:
            self._all[transaction.uid] = transaction
            self._keep(transaction)
            self.ctx.queue.put(START, transaction.uid, None)
        self.ctx.publish(TransactionStarted(transaction, reading))
        self._tell("started", transaction)

    # What the back end says about it

    def identified(self, transaction: Transaction, id: int, heard: IdTokenInfoReceived) -> None:
        """StartTransaction.conf: the id, the group, and whether the token is accepted (E 3.17)."""
        transaction.id = id
        if heard.parent is not None:
            transaction.parent = heard.parent
        self._keep(transaction)
        self.ctx.publish(heard)
        self._tell("identified", transaction)
        if heard.status != "Accepted" and not transaction.free and transaction.state is TransactionState.Running:
            self._deauthorize(transaction)

    def unidentified(self, transaction: Transaction) -> None:
        """StartTransaction could not be delivered: the rest of its messages carries -1 (E 3.18)."""
        transaction.id = -1
        self._keep(transaction)

    def _deauthorize(self, transaction: Transaction) -> None:
        transaction.deauthorized = True
        self._keep(transaction)
        if self.ctx.config.bool("StopTransactionOnInvalidId"):
            self.stop(transaction, "DeAuthorized")
            self.seats.hold(transaction)
        else:
            self._allowance.give(transaction)

    def _allows(self, transaction: Transaction | None) -> bool:
        """The rules let energy flow: only an authorized transaction that runs (§4.1), or waits for the EV."""
        if transaction is None or transaction.state not in (TransactionState.Offering, TransactionState.Running):
            return False
        return not transaction.deauthorized or self._allowance.lasts(transaction)

    # Stop

    def _resume_stopping(self, transaction: Transaction) -> None:
        """The station went down while it ran, or while it was stopping."""
        facts = self.ctx.evses.get(transaction.evse)
        if transaction.stopped_at is None:
            transaction.reason = "PowerLoss"
            transaction.stopped_at = self.ctx.stamp()
        transaction.state = TransactionState.Stopping
        self._keep(transaction)
        if facts is None:  # the station has fewer EVSEs now: nothing can be read
            self._ended(transaction, MeterReading(transaction.meter_start), transaction.stopped_at)
        else:
            facts.transaction = transaction
            facts.spent = not transaction.free  # the cable of which the host tells; a free one may begin again
            if facts.spent:
                self.waiting.take_cable(facts)
            self._read_end(transaction)

    def _read_end(self, transaction: Transaction) -> None:
        self.ctx.metering.read(transaction.evse, ReadingPurpose.End, partial(self._ended, transaction))

    def _ended(self, transaction: Transaction, reading: MeterReading, at: Stamp) -> None:
        transaction.meter_stop = reading.energy_wh
        self.ctx.publish(TransactionEnding(transaction, reading, at))

    def _ending(self, event: TransactionEnding) -> None:
        """Meter values stand before this block in the order of blocks: their data is ready."""
        transaction = event.transaction
        if not transaction.silent:
            self.ctx.queue.put(STOP, transaction.uid, self.ctx.metering.transaction_data(transaction))
        transaction.state = TransactionState.Ended
        self._keep(transaction)
        facts = self.ctx.evses.get(transaction.evse)
        if facts is not None:
            facts.transaction = None
            facts.spent = facts.spent and facts.plugged
        self.ctx.publish(TransactionStopped(transaction))
        self._tell("stopped", transaction)
        if transaction.silent:
            self.finished(transaction)

    def finished(self, transaction: Transaction) -> None:
        """StopTransaction was delivered or given up, or is not to be sent."""
        self._all.pop(transaction.uid, None)
        self.ctx.store.delete(TABLE, transaction.uid)
        self.ctx.publish(TransactionFinished(transaction))
        self._tell("finished", transaction)

    # Small things

    def _keep(self, transaction: Transaction) -> None:
        if not transaction.silent:
            self.ctx.store.put(TABLE, transaction.uid, transaction.dump())

    def _tell(self, what: str, t: Transaction) -> None:
        self.ctx.emit(TransactionChanged(what, t.evse, t.uid, t.id, t.reason))

    def _ignore(self, token: str, facts: Evse) -> None:
        self.ctx.emit(IdTokenIgnored(token, facts.id))
