"""Where an EVSE stands in the life of a charging session, as a table: seat and event to what is done.

A seat is read off the facts of the EVSE, never stored twice. Present: a cable is in and an EV at its end. Here, too:
the cable that stays locked after its transaction. That is not stored: a power cycle releases it.
"""

from __future__ import annotations

from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Final

from ocppcore.station.context import Context
from ocppcore.station.evse import Evse, EvState
from ocppcore.station.local import BayChanged, EvStateChanged, OnEvse, Plugged, StopPressed, Unplugged
from ocppcore.station.transaction import Transaction

if TYPE_CHECKING:
    from ocppcore.station.blocks.transactions.state import Transactions


class Seat(StrEnum):
    """Where an EVSE stands."""

    Free = "free"  # no token, no transaction; a cable may be in: it awaits a token, or is spent
    Held = "held"  # as Free, but the cable stays locked until a token releases it (E 3.5)
    Authorized = "authorized"  # a token may start, and waits for the cable
    Starting = "starting"  # a transaction in the making: the begin reading is under way
    Offering = "offering"  # then energy is offered, and it begins when the EV takes it
    Running = "running"
    Stopping = "stopping"  # energy is off, the end reading is under way


def seat(facts: Evse) -> Seat:
    """The seat of an EVSE."""
    if facts.transaction is not None:
        return Seat(facts.transaction.state)
    if facts.authorized is not None:
        return Seat.Authorized
    return Seat.Free if facts.cable_held is None else Seat.Held


def present(facts: Evse) -> bool:
    """A cable is in and an EV at its end: energy could flow."""
    return facts.plugged and facts.ev is not EvState.Absent


# The names are methods of Seats, called with the facts of the EVSE. What is not in the table changes nothing: a second
# Plugged, the stop button of a free EVSE, a cable that comes back in a transaction (§4.10: it goes on).
TABLE: Final[dict[tuple[Seat, type[OnEvse]], str]] = {
    (Seat.Free, Plugged): "_await_token",
    (Seat.Free, Unplugged): "_vacated",
    (Seat.Held, Unplugged): "_vacated",
    (Seat.Authorized, Plugged): "_begin_authorized",
    (Seat.Authorized, EvStateChanged): "_begin_authorized",
    (Seat.Authorized, Unplugged): "_vacated",
    (Seat.Authorized, StopPressed): "_give_up",  # B1
    (Seat.Authorized, BayChanged): "_bay_changed",  # B1
    (Seat.Starting, Unplugged): "_ev_changed",
    (Seat.Starting, EvStateChanged): "_ev_changed",
    (Seat.Starting, StopPressed): "_stop_pressed",
    (Seat.Offering, Unplugged): "_ev_changed",
    (Seat.Offering, EvStateChanged): "_offer_taken",
    (Seat.Offering, StopPressed): "_stop_pressed",
    (Seat.Running, Unplugged): "_ev_changed",
    (Seat.Running, EvStateChanged): "_ev_changed",
    (Seat.Running, StopPressed): "_stop_pressed",
    (Seat.Stopping, Unplugged): "_vacated",
    (Seat.Stopping, Plugged): "_next_cable",
}


class Seats:
    """What happens at the EVSEs, and the locks of their cables. It alone writes Evse.cable_held."""

    def __init__(self, ctx: Context, transactions: Transactions) -> None:
        self._ctx = ctx
        self._transactions = transactions
        self._waiting = transactions.waiting
        self._held: dict[int, str | None] = {}  # EVSEs whose cable is held: the group of the token that releases it

    def on(self, event: OnEvse) -> None:
        """Something happened at an EVSE."""
        facts = self._ctx.evses[event.evse]
        action = TABLE.get((seat(facts), type(event)))
        if action is not None:
            getattr(self, action)(facts)

    # The actions of the table

    def _await_token(self, facts: Evse) -> None:
        """A cable came first; or a token that follows the cable waits at another EVSE."""
        admits = partial(self._ctx.reservations.admits, facts.id)
        follower = self._waiting.take_follower(admits) if self._transactions.can_start(facts.id) else None
        if follower is None:
            self._waiting.add_cable(facts)
        else:
            self._transactions.commence(facts, follower)

    def _next_cable(self, facts: Evse) -> None:
        """The next user is there before the end reading; after a power cut it is the cable of the transaction."""
        if not facts.spent:
            self._waiting.add_cable(facts)

    def _begin_authorized(self, facts: Evse) -> None:
        if present(facts) and self._transactions.can_start(facts.id):
            intention = self._waiting.take_token(facts)
            assert intention is not None
            self._transactions.commence(facts, intention)

    def _vacated(self, facts: Evse) -> None:
        self._waiting.take_cable(facts)
        self.release(facts)
        facts.spent = False

    def _give_up(self, facts: Evse) -> None:
        self._waiting.take_token(facts)

    def _bay_changed(self, facts: Evse) -> None:
        if not facts.bay_occupied:
            self._give_up(facts)

    def _offer_taken(self, facts: Evse) -> None:
        if facts.ev is EvState.Charging and facts.transaction is not None:
            self._transactions.offer_taken(facts.transaction)
        else:
            self._ev_changed(facts)

    def _ev_changed(self, facts: Evse) -> None:
        """The EV may be gone: §4.10. With StopTransactionOnEVSideDisconnect false the transaction goes on, and the
        cable stays locked whatever UnlockConnectorOnEVSideDisconnect says; no energy flows until an EV is back."""
        transaction, config = facts.transaction, self._ctx.config
        if present(facts) or transaction is None:
            return
        if not facts.plugged:
            self._vacated(facts)
        if not transaction.begun or config.bool("StopTransactionOnEVSideDisconnect"):
            begun = transaction.begun
            self._transactions.stop(transaction, "EVDisconnected")
            if begun and not config.bool("UnlockConnectorOnEVSideDisconnect"):
                self.hold(transaction)

    def _stop_pressed(self, facts: Evse) -> None:
        assert facts.transaction is not None
        self._transactions.stop(facts.transaction, "Local")

    # The lock

    def hold(self, transaction: Transaction) -> None:
        """The cable stays locked until the token, or one of its group, comes (E 3.5); a fixed cable has no lock."""
        facts = self._ctx.evses[transaction.evse]
        if facts.plugged and self._ctx.setup.capabilities.unlock:
            facts.cable_held = transaction.id_token
            self._held[facts.id] = transaction.parent

    def release(self, facts: Evse) -> None:
        """The cable is not held any longer."""
        facts.cable_held = None
        self._held.pop(facts.id, None)

    def group(self, facts: Evse) -> str | None:
        """The group whose tokens may stop what runs at that EVSE, or release its cable."""
        return self._held.get(facts.id) if facts.transaction is None else facts.transaction.parent
