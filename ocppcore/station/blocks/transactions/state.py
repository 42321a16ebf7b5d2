"""The life of transactions (1.6 §3.5.4, §3.7, §4.8 to §4.10): begin, run, stop, deliver.

- A transaction begins when an authorized token meets a cable: begin reading, then in ONE batch the stored
  transaction, its StartTransaction in the queue, and energy on.
- It stops once, for the first reason that comes (§7.36): energy off and the reason stored at once, then the end
  reading, then StopTransaction in the queue. It is forgotten when its StopTransaction is delivered or given up.
- What was running when the station went down is stopped with PowerLoss at the next start, or goes on stopping for the
  reason that was stored; the end reading is taken then.
- A fault interrupts the energy, not the transaction (§4.9: the status returns to what it was before); one that comes
  before the begin reading prevents the transaction. EV gone at its end of the cable: see _ev_changed().
- The back end refuses the token after the start (E 3.17): StopTransactionOnInvalidId decides. If the transaction may
  go on, it has MaxEnergyOnInvalidId Wh in all, counted from its start, and no energy beyond.
"""

from __future__ import annotations

from functools import partial
from typing import ClassVar, Final

from ocppcore.hardware import MeterReading, ReadingPurpose
from ocppcore.station.block import Block
from ocppcore.station.blocks.transactions.seats import TABLE as SEATS
from ocppcore.station.blocks.transactions.seats import Seat, present, seat
from ocppcore.station.blocks.transactions.tokens import Tokens
from ocppcore.station.blocks.transactions.waiting import Intention, Waiting
from ocppcore.station.context import Context
from ocppcore.station.events import IdTokenIgnored, TransactionChanged
from ocppcore.station.evse import Evse
from ocppcore.station.local import (
    BayChanged,
    EmergencyStop,
    EvStateChanged,
    IdTokenInfoReceived,
    IdTokenPresented,
    OnEvse,
    Plugged,
    PowerFailing,
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
ALLOWANCE_CHECK: Final = 5.0  # seconds between looks at the meter while MaxEnergyOnInvalidId is used up
POWER_IS_BACK: Final = 60.0  # seconds after PowerFailing: we still run, so the supply has not gone


class Transactions(Block):
    """See the module's docstring. Context.transactions; a subclass builds the messages."""

    subscriptions: ClassVar = {
        **dict.fromkeys((Plugged, Unplugged, EvStateChanged, StopPressed, BayChanged), "_seat_event"),
        IdTokenPresented: "_presented",
        EmergencyStop: "_emergency_stop",
        PowerFailing: "_power_failing",
        ResetWanted: "_reset_wanted",
        ResetFailed: "_reset_failed",
        TransactionEnding: "_ending",
    }

    def __init__(self, ctx: Context) -> None:
        super().__init__(ctx)
        ctx.transactions = self
        self._all: dict[str, Transaction] = {}  # by uid, in the order of their starts, until finished
        self._count = 0
        self._bars: set[str] = set()  # why no transaction may begin
        self._allowed: set[str] = set()  # uids: refused by the back end, but with energy left
        self._held: dict[int, str | None] = {}  # EVSEs whose cable is held: the group of the token that releases it
        self._tokens = Tokens(ctx, self)
        self.waiting = Waiting(ctx, self._tokens.undecided)

    def load(self) -> None:
        for uid, value in self.ctx.store.items(TABLE):
            self._all[uid] = Transaction.load(value)

    def start(self) -> None:
        """Stop what an earlier run left unfinished."""
        for transaction in self._all.values():
            if transaction.state is not TransactionState.Ended:
                self._resume_stopping(transaction)
        if not self._all and not len(self.ctx.queue):
            self.ctx.time.forget_before(self.ctx.time.boot)  # no stamp of an older boot is left

    def settle(self) -> bool:
        """Drop what can't begin any more, and say where energy is allowed."""
        changed = False
        for facts in self.ctx.evses.values():
            if facts.authorized is not None and not self.can_start(facts.id):
                self._ignore(facts.authorized, facts)
                changed = self._forget(facts)
            if seat(facts) is Seat.Starting and (facts.faulted or not self.accepts):
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

    def can_start(self, evse: int) -> bool:
        facts = self.ctx.evses[evse]
        free = facts.transaction is None and facts.cable_held is None
        return free and facts.operative and not facts.faulted and self.accepts

    def choose(self) -> int | None:
        free = [f.id for f in self.ctx.evses.values() if not f.plugged and f.authorized is None]
        return next((evse for evse in (*self.waiting.cables, *free) if self.can_start(evse)), None)

    def begin(self, evse: int, token: str, parent: str | None, remote: bool, follows: bool = False) -> None:
        facts = self.ctx.evses[evse]
        if not self.can_start(evse):
            self._ignore(token, facts)
            return
        self._forget(facts)
        intention = Intention(token, parent, remote, follows)
        if present(facts):
            self._begin(facts, intention)
        else:
            self.waiting.add_token(facts, intention)

    def stop(self, transaction: Transaction, reason: str | None, token: str | None = None) -> None:
        facts = self.ctx.evses[transaction.evse]
        if facts.transaction is not transaction:
            return
        if transaction.state is TransactionState.Starting:
            self._abort(facts)
        elif transaction.state is TransactionState.Running:
            transaction.reason = reason or "Local"
            transaction.stop_token = token
            transaction.stopped_at = self.ctx.stamp()
            transaction.state = TransactionState.Stopping
            self._keep(transaction)
            self._read_end(transaction)

    def release(self, evse: int) -> None:
        self.ctx.evses[evse].cable_held = None
        self._held.pop(evse, None)

    # What happens at an EVSE: the actions of seats.TABLE

    def _seat_event(self, event: OnEvse) -> None:
        facts = self.ctx.evses[event.evse]
        action = SEATS.get((seat(facts), type(event)))
        if action is not None:
            getattr(self, action)(facts)

    def _await_token(self, facts: Evse) -> None:
        """A cable came first; or a token that follows the cable waits at another EVSE."""
        follower = self.waiting.take_follower() if self.can_start(facts.id) else None
        if follower is None:
            self.waiting.add_cable(facts)
        else:
            self._begin(facts, follower)

    def _begin_authorized(self, facts: Evse) -> None:
        if present(facts) and self.can_start(facts.id):
            intention = self.waiting.take_token(facts)
            assert intention is not None
            self._begin(facts, intention)

    def _vacated(self, facts: Evse) -> None:
        self.waiting.take_cable(facts)
        self.release(facts.id)
        facts.spent = False

    def _forget(self, facts: Evse) -> bool:
        """The token that waits there waits no longer (B1)."""
        return self.waiting.take_token(facts) is not None

    def _bay_changed(self, facts: Evse) -> None:
        if not facts.bay_occupied:
            self._forget(facts)

    def _ev_changed(self, facts: Evse) -> None:
        """The EV may be gone: §4.10. With StopTransactionOnEVSideDisconnect false the transaction goes on, and the
        cable stays locked whatever UnlockConnectorOnEVSideDisconnect says; no energy flows until an EV is back."""
        transaction = facts.transaction
        if present(facts) or transaction is None:
            return
        if not facts.plugged:
            self._vacated(facts)
        starting = transaction.state is TransactionState.Starting
        if starting or self.ctx.config.bool("StopTransactionOnEVSideDisconnect"):
            self.stop(transaction, "EVDisconnected")
            if not starting and not self.ctx.config.bool("UnlockConnectorOnEVSideDisconnect"):
                self._hold(transaction)

    def _stop_pressed(self, facts: Evse) -> None:
        assert facts.transaction is not None
        self.stop(facts.transaction, "Local")

    # What happens to the station

    def _presented(self, event: IdTokenPresented) -> None:
        self._tokens.presented(event.token, event.evse)

    def _emergency_stop(self, event: EmergencyStop) -> None:
        self._bars.discard("emergency")
        if event.pressed:
            self._stop_all("emergency", "EmergencyStop")

    def _power_failing(self, _: PowerFailing) -> None:
        self._stop_all("power", "PowerLoss")
        self.ctx.after("power", POWER_IS_BACK, partial(self._bars.discard, "power"))

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

    def _begin(self, facts: Evse, intention: Intention) -> None:
        self.waiting.take_cable(facts)
        facts.spent = False
        self._count += 1
        uid = f"{self.ctx.time.boot:06d}-{self._count:06d}"
        transaction = Transaction(uid, facts.id, intention.token, self.ctx.stamp())
        transaction.parent = intention.parent
        transaction.remote = intention.remote
        facts.transaction = transaction
        self.ctx.metering.read(facts.id, ReadingPurpose.Begin, partial(self._started, transaction))

    def _abort(self, facts: Evse) -> bool:
        """It has not begun, and will not: nobody needs to be told."""
        facts.transaction = None
        if present(facts):
            self.waiting.add_cable(facts)
        else:
            facts.spent = facts.plugged
        return True

    def _started(self, transaction: Transaction, reading: MeterReading, at: Stamp) -> None:
        if self.ctx.evses[transaction.evse].transaction is not transaction:
            return  # aborted
        transaction.started_at = at
        transaction.meter_start = reading.energy_wh
        transaction.state = TransactionState.Running
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
        if heard.status != "Accepted" and transaction.state is TransactionState.Running:
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
            self._hold(transaction)
        elif self.ctx.config.int("MaxEnergyOnInvalidId") > 0:
            self._allowed.add(transaction.uid)
            self._look_at_meter(transaction)

    def _look_at_meter(self, transaction: Transaction) -> None:
        if transaction.state is TransactionState.Running:
            self.ctx.metering.read(transaction.evse, ReadingPurpose.Trigger, partial(self._looked, transaction))
        else:
            self._allowed.discard(transaction.uid)

    def _looked(self, transaction: Transaction, reading: MeterReading, _: Stamp) -> None:
        if reading.energy_wh - transaction.meter_start >= self.ctx.config.int("MaxEnergyOnInvalidId"):
            self._allowed.discard(transaction.uid)
        else:
            again = partial(self._look_at_meter, transaction)
            self.ctx.after(("allowance", transaction.uid), ALLOWANCE_CHECK, again)

    def _allows(self, transaction: Transaction | None) -> bool:
        """The rules let energy flow: only an authorized transaction that runs (§4.1)."""
        if transaction is None or transaction.state is not TransactionState.Running:
            return False
        return not transaction.deauthorized or transaction.uid in self._allowed

    def _hold(self, transaction: Transaction) -> None:
        """The cable stays locked until the token, or one of its group, comes (E 3.5); a fixed cable has no lock."""
        facts = self.ctx.evses[transaction.evse]
        if facts.plugged and self.ctx.setup.capabilities.unlock:
            facts.cable_held = transaction.id_token
            self._held[facts.id] = transaction.parent

    def group(self, facts: Evse) -> str | None:
        """The group whose tokens may stop what runs at that EVSE, or release its cable."""
        return self._held.get(facts.id) if facts.transaction is None else facts.transaction.parent

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
            self._read_end(transaction)

    def _read_end(self, transaction: Transaction) -> None:
        self.ctx.metering.read(transaction.evse, ReadingPurpose.End, partial(self._ended, transaction))

    def _ended(self, transaction: Transaction, reading: MeterReading, _: Stamp) -> None:
        assert transaction.stopped_at is not None
        transaction.meter_stop = reading.energy_wh
        self.ctx.publish(TransactionEnding(transaction, reading, transaction.stopped_at))

    def _ending(self, event: TransactionEnding) -> None:
        """Meter values stand before this block in the order of blocks: their data is ready."""
        transaction = event.transaction
        self.ctx.queue.put(STOP, transaction.uid, self.ctx.metering.transaction_data(transaction))
        transaction.state = TransactionState.Ended
        self._keep(transaction)
        facts = self.ctx.evses.get(transaction.evse)
        if facts is not None:
            facts.transaction = None
            facts.spent = facts.plugged
        self.ctx.publish(TransactionStopped(transaction))
        self._tell("stopped", transaction)

    def finished(self, transaction: Transaction) -> None:
        """StopTransaction was delivered or given up."""
        del self._all[transaction.uid]
        self.ctx.store.delete(TABLE, transaction.uid)
        self.ctx.publish(TransactionFinished(transaction))
        self._tell("finished", transaction)

    # Small things

    def _keep(self, transaction: Transaction) -> None:
        self.ctx.store.put(TABLE, transaction.uid, transaction.dump())

    def _tell(self, what: str, t: Transaction) -> None:
        self.ctx.emit(TransactionChanged(what, t.evse, t.uid, t.id, t.reason))

    def _ignore(self, token: str, facts: Evse) -> None:
        self.ctx.emit(IdTokenIgnored(token, facts.id))
