"""What an id token does that is presented here (1.6 §3.10, §4.1, §4.9 B1 and F2).

Where the reader belongs to an EVSE, the token is meant for that EVSE. A shared reader leaves it to us, in this order:

1. The token runs a transaction: it stops, without an Authorize (§4.1). If it runs several, the first EVSE's.
2. The token waits for a cable: it does so no longer (B1).
3. The token's cable is held: it is released (E 3.5).
   Otherwise the token is authorized, if it can be of use at all; one that cannot is not remembered. Then:
4. A cable waits for a token: a transaction begins. If several do, the one that has waited longest.
5. The group of the token runs a transaction, or its cable is held: as 1 and 3, the second token being reported (§3.10).
   After 4, because a company's drivers are one group, and a plugged car says what the driver wants.
6. An EVSE is free: the token waits for a cable there, or wherever one is plugged in first.

A token that no reservation lets in anywhere is ignored; where it depends on its group, that is found out first (§5.13).
A cable that is spent (Finishing) is not started by a shared reader (E 3.20), but by a reader of its own (F2).
A second presentation while the first is being decided is ignored. ConcurrentTx does not start, but it may stop: the
token is valid.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Final

from ocppcore.messages.text import ci_equal, fold
from ocppcore.station.blocks.transactions.seats import Seat, seat
from ocppcore.station.context import Authorization, Context
from ocppcore.station.events import AuthorizationEnded, IdTokenIgnored
from ocppcore.station.evse import Evse
from ocppcore.station.id_token import VALID
from ocppcore.station.local import AuthorizationRefused

if TYPE_CHECKING:
    from ocppcore.station.blocks.transactions.state import Transactions

# What a token does where it is at home already, or where its group is: in this order.
AT_HOME: Final = {
    Seat.Running: "_stop",
    Seat.Starting: "_stop",
    Seat.Offering: "_stop",
    Seat.Authorized: "_forget",
    Seat.Held: "_release",
}
GROUPS: Final = (Seat.Running, Seat.Held)


class Tokens:
    """See the module's docstring. Readers have the number of their EVSE, a shared one None."""

    def __init__(self, ctx: Context, transactions: Transactions) -> None:
        self._ctx = ctx
        self._transactions = transactions
        self._undecided: set[tuple[int | None, str]] = set()  # reader and folded token

    def undecided(self, evse: int) -> bool:
        """True if a token is being authorized that may be meant for that EVSE."""
        return any(reader is None or reader == evse for reader, _ in self._undecided)

    def presented(self, token: str, reader: int | None) -> None:
        """A token is shown to a reader."""
        reach = list(self._ctx.evses.values()) if reader is None else [self._ctx.evses[reader]]
        if self._at_home(token, reach):
            return
        waiting = [one for one in self._undecided if one[0] == reader]
        if (reader, fold(token)) in waiting or len(waiting) >= len(reach) or not self._of_use(token, reader, reach):
            self._ctx.emit(IdTokenIgnored(token, reader))
            return
        self._undecided.add((reader, fold(token)))
        group = self._ctx.reservations.group_matters(token, reader)
        self._ctx.authorizer.authorize(token, partial(self._decided, token, reader, reach), group)

    def _at_home(self, token: str, reach: Sequence[Evse]) -> bool:
        for wanted, action in AT_HOME.items():
            for facts in reach:
                if seat(facts) is wanted and ci_equal(_token_of(facts), token):
                    getattr(self, action)(facts, token)
                    return True
        return False

    def _of_use(self, token: str, reader: int | None, reach: Sequence[Evse]) -> bool:
        if any(seat(facts) in GROUPS and self._transactions.seats.group(facts) is not None for facts in reach):
            return True
        group = self._ctx.authorizer.group(token)
        if group is None and self._ctx.reservations.group_matters(token, reader):
            return any(self._transactions.can_start(facts.id) for facts in reach)
        return self._place(reader, token, group) is not None

    def _decided(self, token: str, reader: int | None, reach: Sequence[Evse], decision: Authorization) -> None:
        self._undecided.discard((reader, fold(token)))
        self._ctx.emit(AuthorizationEnded(token, reader, decision.status, decision.accepted))
        if not decision.accepted:
            self._ctx.publish(AuthorizationRefused(token, reader, decision.status))
        place = self._place(reader, token, decision.parent) if decision.accepted else None
        if place is not None and place in self._transactions.waiting.cables:
            self._begin(place, decision, reader)
        elif self._of_the_group(token, decision, reach):
            pass
        elif place is not None:
            self._begin(place, decision, reader)
        elif decision.accepted:
            self._ctx.emit(IdTokenIgnored(token, reader))

    def _place(self, reader: int | None, token: str, parent: str | None) -> int | None:
        """Where a token of that reader could begin."""
        if reader is None:
            return self._transactions.choose(token, parent)
        free = self._ctx.evses[reader].authorized is None and self._transactions.can_start(reader)
        return reader if free and self._ctx.reservations.admits(reader, token, parent) else None

    def _begin(self, evse: int, decision: Authorization, reader: int | None) -> None:
        self._transactions.begin(evse, decision.token, decision.parent, remote=False, follows=reader is None)

    def _of_the_group(self, token: str, decision: Authorization, reach: Sequence[Evse]) -> bool:
        if decision.parent is None or decision.status not in VALID:
            return False
        for wanted in GROUPS:
            for facts in reach:
                if seat(facts) is wanted and ci_equal(self._transactions.seats.group(facts), decision.parent):
                    getattr(self, AT_HOME[wanted])(facts, token)
                    return True
        return False

    # Actions

    def _stop(self, facts: Evse, token: str) -> None:
        assert facts.transaction is not None
        self._transactions.stop(facts.transaction, "Local", token)

    def _forget(self, facts: Evse, _: str) -> None:
        self._transactions.waiting.take_token(facts)

    def _release(self, facts: Evse, _: str) -> None:
        self._transactions.seats.release(facts)


def _token_of(facts: Evse) -> str | None:
    """The token that is at home there."""
    return facts.transaction.id_token if facts.transaction is not None else facts.authorized or facts.cable_held
