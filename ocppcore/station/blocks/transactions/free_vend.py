"""Free vending (the key FreeVend): a cable that waits starts a transaction with the token FreeVendIdTag, without a card
and without an Authorize.

- A card goes first: one that waits for the cable, or is being authorized.
- A reservation is respected: the cable waits for whom the EVSE is kept for, or starts by the token if that is his.
- The rules on who may charge at all hold (§4.2.1: see PreBootTransactions), as do those of Faulted and Inoperative;
  when they allow it again within ConnectionTimeOut, the cable that waits starts.
- What was stopped does not begin again before the cable was out. After a restart, a cable that is in begins.
- The token is the operator's, so no card could mend what the back end says against it: the transaction goes on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ocppcore.station.blocks.transactions.seats import present
from ocppcore.station.blocks.transactions.waiting import Intention
from ocppcore.station.context import Context

if TYPE_CHECKING:
    from ocppcore.station.blocks.transactions.state import Transactions


class FreeVend:
    """See the module's docstring."""

    def __init__(self, ctx: Context, transactions: Transactions) -> None:
        self._ctx = ctx
        self._transactions = transactions

    def settle(self) -> bool:
        """Begin where a cable waits; True if that changed something."""
        if not self._ctx.config.bool("FreeVend") or not self._ctx.authorizer.serves:
            return False
        token = str(self._ctx.config.value("FreeVendIdTag"))
        intention = Intention(token, self._ctx.authorizer.group(token), remote=False, follows=False, free=True)
        open = [evse for evse in self._transactions.waiting.cables if self._may_begin(evse, intention)]
        for evse in open:
            self._transactions.commence(self._ctx.evses[evse], intention)
        return bool(open)

    def _may_begin(self, evse: int, intention: Intention) -> bool:
        facts = self._ctx.evses[evse]
        undisputed = facts.authorized is None and not self._transactions.waiting.undecided(evse)
        admitted = self._ctx.reservations.admits(evse, intention.token, intention.parent)
        return undisputed and admitted and present(facts) and self._transactions.can_start(evse)
