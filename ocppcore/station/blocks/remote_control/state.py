"""Remote control, version-free (1.6 §5.11, §5.12, §5.17, §5.18): where a remote start goes, how a cable is unlocked,
and which messages can be asked for.

The answer always leaves before what follows from it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, ClassVar, Final

from ocppcore.messages.text import ci_equal
from ocppcore.session.commands import Unlock
from ocppcore.station.block import Block
from ocppcore.station.context import Authorization, Context
from ocppcore.station.events import AuthorizationEnded
from ocppcore.station.local import AuthorizationRefused, TransactionStopped

UNLOCK_TIME: Final = 10.0  # seconds for the host to unlock; with the end reading before it, less than a back end waits


class RemoteControl(Block):
    """See the module's docstring. A subclass builds the messages."""

    subscriptions: ClassVar = {TransactionStopped: "_transaction_stopped"}

    def __init__(self, ctx: Context) -> None:
        super().__init__(ctx)
        self._deciding: set[int] = set()  # EVSEs for which a token is being authorized: one at a time
        self._after_stop: dict[int, list[Callable[[], None]]] = {}  # by EVSE: unlocks that wait for its transaction

    # Start and stop

    def place(self, evse: int | None, token: str) -> int | None:
        """Where a remote start for the token can go; evse None: anywhere. None if it must be refused, as is a token
        for which no reservation leaves room (§5.13)."""
        group = self.ctx.authorizer.group(token)
        place = self.ctx.transactions.choose(token, group) if evse is None else evse
        facts = None if place is None else self.ctx.evses.get(place)
        if facts is None or facts.id in self._deciding or not self.ctx.transactions.can_start(facts.id):
            return None
        if not self.ctx.reservations.admits(facts.id, token, group) and not self._depends(facts.id, token):
            return None
        return facts.id if facts.authorized is None or ci_equal(facts.authorized, token) else None

    def start_at(self, evse: int, token: str, follows: bool, profile: dict[str, Any] | None) -> None:
        """Begin, after an authorization if AuthorizeRemoteTxRequests says so (§5.11), or a reservation is for a group
        and the token's is not known (§5.13). profile: see Transactions.begin()."""
        depends = self._depends(evse, token)
        if depends or self.ctx.config.bool("AuthorizeRemoteTxRequests"):
            self._deciding.add(evse)
            self.ctx.authorizer.authorize(token, partial(self._decided, evse, follows, profile), depends)
        else:
            group = self.ctx.authorizer.group(token)
            self.ctx.transactions.begin(evse, token, group, remote=True, follows=follows, profile=profile)

    def _depends(self, evse: int, token: str) -> bool:
        """What the reservations mean for the token depends on its group, which is not known here."""
        return self.ctx.authorizer.group(token) is None and self.ctx.reservations.group_matters(token, evse)

    def _decided(
        self, evse: int, follows: bool, profile: dict[str, Any] | None, decision: Authorization
    ) -> None:
        self._deciding.discard(evse)
        self.ctx.emit(AuthorizationEnded(decision.token, evse, decision.status, decision.accepted))
        if decision.accepted:
            token, group = decision.token, decision.parent
            self.ctx.transactions.begin(evse, token, group, remote=True, follows=follows, profile=profile)
        else:
            self.ctx.publish(AuthorizationRefused(decision.token, evse, decision.status))

    # Triggers

    def trigger(
        self, message: str, evse: int | None, extended: bool
    ) -> tuple[str, Iterable[Callable[[], None]]]:
        """The status of the answer (1.6 §7.44, W 6.17), and what to do once it is out."""
        if not self.ctx.triggers.known(message, extended):
            return "NotImplemented", ()
        actions = self.ctx.triggers.ask(message, evse, extended)
        return ("Rejected", ()) if actions is None else ("Accepted", actions)

    # Unlock

    def lockable(self, evse: int) -> bool:
        """There is such an EVSE, and its cable can be unlocked."""
        return evse in self.ctx.evses and self.ctx.setup.capabilities.unlock

    def unlock(self, evse: int, done: Callable[[bool], None]) -> None:
        """End the transaction, if there is one; then unlock, and done(True) if it worked (§5.18)."""
        facts = self.ctx.evses[evse]
        if facts.transaction is not None:
            self.ctx.transactions.stop(facts.transaction, "UnlockCommand")
        if facts.transaction is None:
            self._unlock(evse, done)
        else:
            self._after_stop.setdefault(evse, []).append(partial(self._unlock, evse, done))

    def _transaction_stopped(self, event: TransactionStopped) -> None:
        for unlock in self._after_stop.pop(event.transaction.evse, ()):
            unlock()

    def _unlock(self, evse: int, done: Callable[[bool], None]) -> None:
        def finish(unlocked: object) -> None:
            if unlocked is True:
                self.ctx.transactions.release(evse)
            done(unlocked is True)

        command = Unlock(self.ctx.next_command_id(), self.ctx.now + UNLOCK_TIME, evse)
        self.ctx.command(command, finish, lambda _: done(False))
