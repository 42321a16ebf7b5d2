"""Who waits for whom before a transaction: tokens for a cable, and cables for a token. Both wait ConnectionTimeOut.

A token that came without a cable makes its EVSE Preparing; past the time it is forgotten (B1). A cable that came
without a token makes its EVSE Preparing, too; past the time the EVSE is Finishing, so that no later token starts there
by accident (B6, E 3.20). A token that names no EVSE (a shared reader, a RemoteStart without connectorId) is given one,
but follows the cable if that is plugged in elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ocppcore.station.context import Context
from ocppcore.station.evse import Evse


class Intention:
    """A token that may start. follows: it goes where a cable is plugged in; free: it is nobody's card, see
    free_vend.py; the rest as in Transactions.begin()."""

    __slots__ = ("token", "parent", "remote", "follows", "profile", "free")

    def __init__(
        self,
        token: str,
        parent: str | None,
        remote: bool,
        follows: bool,
        profile: dict[str, Any] | None = None,
        free: bool = False,
    ) -> None:
        self.token = token
        self.parent = parent
        self.remote = remote
        self.follows = follows
        self.profile = profile
        self.free = free


class Waiting:
    """Tokens and cables that wait, each in the order in which they came. It alone writes Evse.authorized.

    undecided: True if a token that may be meant for that EVSE is being authorized; its cable waits on.
    """

    def __init__(self, ctx: Context, undecided: Callable[[int], bool]) -> None:
        self._ctx = ctx
        self.undecided = undecided
        self._tokens: dict[int, Intention] = {}
        self._cables: dict[int, None] = {}

    @property
    def cables(self) -> tuple[int, ...]:
        """The EVSEs whose cable waits for a token, longest first."""
        return tuple(self._cables)

    def add_token(self, facts: Evse, intention: Intention) -> None:
        """The token waits for the cable at that EVSE."""
        self._tokens[facts.id] = intention
        facts.authorized = intention.token
        self._ctx.after(("token", facts.id), self._time, lambda: self._token_overdue(facts))

    def take_token(self, facts: Evse) -> Intention | None:
        """The token of that EVSE does not wait any longer: it starts, or is forgotten."""
        facts.authorized = None
        self._ctx.timers.cancel(("token", facts.id))
        return self._tokens.pop(facts.id, None)

    def take_follower(self, admits: Callable[[str, str | None, int], bool]) -> Intention | None:
        """The first token that waits at some EVSE, follows the cable, and is admitted where that was plugged in."""
        for number, intention in self._tokens.items():
            if intention.follows and admits(intention.token, intention.parent, number):
                return self.take_token(self._ctx.evses[number])
        return None

    def _token_overdue(self, facts: Evse) -> None:
        self.take_token(facts)

    def add_cable(self, facts: Evse) -> None:
        """The cable waits for a token."""
        self._cables[facts.id] = None
        self._ctx.after(("cable", facts.id), self._time, lambda: self._cable_overdue(facts))

    def take_cable(self, facts: Evse) -> None:
        """The cable does not wait any longer."""
        self._cables.pop(facts.id, None)
        self._ctx.timers.cancel(("cable", facts.id))

    def _cable_overdue(self, facts: Evse) -> None:
        if self.undecided(facts.id):  # the user is in time, the back end is slow
            self.add_cable(facts)
        else:
            self.take_cable(facts)
            facts.spent = True

    @property
    def _time(self) -> int:
        return self._ctx.config.int("ConnectionTimeOut")
