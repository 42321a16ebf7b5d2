"""Reservations, version-free (1.6 §3.11, §5.13): Context.reservations.

- Each EVSE has at most one, and so has the station as a whole (0): Occupied, "when the Charge Point or connector has
  been reserved" (§5.13). A reserved EVSE is kept for the token of the reservation and for its group.
- One for 0 keeps no particular EVSE and shows no status: it sees to it that one stays free. Who may not use it cannot
  take the last free EVSE, neither by a token nor by a reservation.
- Where a group may come, the group of a token must be known; if neither list nor cache has it, Authorize is sent.
- It ends when a transaction of its token or group starts there (for 0: anywhere), at its expiry date, by a
  cancellation, and when its EVSE, or the station, is Faulted or Unavailable. Until then it survives a restart. While
  UTC is not known, none is over, and none can be made: its end could not be told.
- The same id again replaces it, if the new place can be had; on the same EVSE a cable is no obstacle.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, Final

from ocppcore.messages.instant import parse_instant
from ocppcore.messages.text import ci_equal
from ocppcore.station.block import Block
from ocppcore.station.context import Context
from ocppcore.station.events import ReservationChanged
from ocppcore.station.evse import Evse
from ocppcore.station.local import ClockSet
from ocppcore.station.timekeeper import is_over

TABLE: Final = "reservation"
TIMER: Final = "reservation"
ACCEPTED, REJECTED = "Accepted", "Rejected"
OCCUPIED, FAULTED, UNAVAILABLE = "Occupied", "Faulted", "Unavailable"


class Reservation:
    """One reservation. id: the back end's; evse: 0 for any; parent: the group that may come, too; expires: RFC 3339."""

    __slots__ = ("id", "evse", "token", "parent", "expires")

    def __init__(self, id: int, evse: int, token: str, parent: str | None, expires: str) -> None:
        self.id = id
        self.evse = evse
        self.token = token
        self.parent = parent
        self.expires = expires

    def is_for(self, token: str, parent: str | None) -> bool:
        """True for the token it was made for, and for the tokens of its group."""
        return ci_equal(self.token, token) or (self.parent is not None and ci_equal(self.parent, parent))

    def dump(self) -> list[Any]:
        """For the store."""
        return [self.id, self.evse, self.token, self.parent, self.expires]


class ReservationRules(Block):
    """See the module's docstring. A subclass reads the messages."""

    subscriptions: ClassVar = {ClockSet: "_clock_set"}

    def __init__(self, ctx: Context) -> None:
        super().__init__(ctx)
        ctx.reservations = self
        self._made: dict[int, Reservation] = {}  # by EVSE

    def load(self) -> None:
        if not self.ctx.setup.has("Reservation"):
            return
        for key, value in self.ctx.store.items(TABLE):
            reservation = Reservation(*value)
            if self.ctx.evse(reservation.evse) is None:  # the station has fewer EVSEs now
                self.ctx.store.delete(TABLE, key)
            else:
                self._keep(reservation)

    def start(self) -> None:
        self._arm()

    # The service to other blocks; see Context's Reservations

    def admits(self, evse: int, token: str, parent: str | None, leaves: int | None = None) -> bool:
        here, anywhere = self._made.get(evse), self._made.get(0)
        if here is not None:
            return here.is_for(token, parent)
        if anywhere is None or anywhere.is_for(token, parent):
            return True
        others = [facts for facts in self.ctx.evses.values() if facts.id != evse]
        return any(facts.free or (facts.id == leaves and not facts.reserved) for facts in others)

    def kept_for(self, evse: int, token: str, parent: str | None) -> bool:
        here = self._made.get(evse)
        return here is not None and here.is_for(token, parent)

    def group_matters(self, token: str, evse: int | None = None) -> bool:
        asked = self._made.values() if evse is None else [r for r in self._made.values() if r.evse in (evse, 0)]
        return any(r.parent is not None and not ci_equal(r.token, token) for r in asked)

    def use(self, evse: int, token: str, parent: str | None) -> int | None:
        for place in (evse, 0):
            reservation = self._made.get(place)
            if reservation is not None and reservation.is_for(token, parent):
                self._end(reservation, "used")
                return reservation.id
        return None

    # What the back end asks for

    def reserve(self, id: int, evse: int, token: str, parent: str | None, expires: str) -> str:
        """ReserveNow; the answer is a ReservationStatus (1.6 §7.40)."""
        answer = self._judge(id, evse, expires)
        if answer == ACCEPTED:
            before = self._of(id)
            if before is not None:
                self._drop(before)
            self._keep(Reservation(id, evse, token, parent, expires))
            self._tell("made" if before is None else "replaced", id, evse)
            self._arm()
        return answer

    def cancel(self, id: int) -> bool:
        """CancelReservation; False if there is none of that id (§5.1)."""
        reservation = self._of(id)
        if reservation is not None:
            self._end(reservation, "cancelled")
        return reservation is not None

    def _judge(self, id: int, evse: int, expires: str) -> str:
        """§5.13: what does not depend on the moment comes first; Faulted before Unavailable, as in the statuses."""
        facts, utc = self.ctx.evse(evse), self.ctx.utc
        if not self.ctx.setup.has("Reservation") or facts is None:
            return REJECTED
        if evse == 0 and not self.ctx.config.bool("ReserveConnectorZeroSupported"):
            return REJECTED
        if utc is None or is_over(expires, utc):
            return REJECTED
        if facts.faulted or not facts.operative:
            return FAULTED if facts.faulted else UNAVAILABLE
        return self._room(id, facts)

    def _room(self, id: int, facts: Evse) -> str:
        """Whether there is room for the reservation, as if the one with the same id did not exist."""
        others = {r.evse for r in self._made.values() if r.id != id}
        mine = self._of(id)
        replaced = mine is not None and mine.evse == facts.id and facts.transaction is None and facts.authorized is None
        if facts.id in others or (facts.in_use and not replaced):
            return OCCUPIED
        taken = others | {facts.id}
        if 0 in taken and not any(one.usable and one.id not in taken for one in self.ctx.evses.values()):
            return OCCUPIED if facts.id else _why_none(self.ctx.evses.values())
        return ACCEPTED

    # Their end

    def settle(self) -> bool:
        """End what is over, and what cannot be kept any more."""
        changed = False
        for reservation in list(self._made.values()):
            facts = self.ctx.evse(reservation.evse)
            assert facts is not None
            if facts.faulted or not facts.operative:
                self._end(reservation, "out of service")
                changed = True
            elif is_over(reservation.expires, self.ctx.utc):
                self._end(reservation, "expired")
                changed = True
        return changed

    def _clock_set(self, _: ClockSet) -> None:
        self._arm()

    def _arm(self) -> None:
        """Wake up when the next one ends."""
        utc = self.ctx.utc
        ends = [parse_instant(reservation.expires) for reservation in self._made.values()]
        waits = [(end - utc).total_seconds() for end in ends if utc is not None and end is not None and end > utc]
        if waits:
            self.ctx.after(TIMER, min(waits), self._arm)
        else:
            self.ctx.timers.cancel(TIMER)

    def _end(self, reservation: Reservation, why: str) -> None:
        self._drop(reservation)
        self._tell(why, reservation.id, reservation.evse)
        self._arm()

    # Small things

    def _of(self, id: int) -> Reservation | None:
        return next((r for r in self._made.values() if r.id == id), None)

    def _keep(self, reservation: Reservation) -> None:
        self._made[reservation.evse] = reservation
        self.ctx.store.put(TABLE, str(reservation.evse), reservation.dump())
        self._mark(reservation.evse, True)

    def _drop(self, reservation: Reservation) -> None:
        del self._made[reservation.evse]
        self.ctx.store.delete(TABLE, str(reservation.evse))
        self._mark(reservation.evse, False)

    def _mark(self, evse: int, reserved: bool) -> None:
        if evse:
            self.ctx.evses[evse].reserved = reserved

    def _tell(self, what: str, id: int, evse: int) -> None:
        self.ctx.emit(ReservationChanged(what, id, evse))


def _why_none(evses: Iterable[Evse]) -> str:
    """Why no EVSE at all can be kept free (§7.40: "connectors are in a faulted state", and so on)."""
    if all(facts.faulted for facts in evses):
        return FAULTED
    return UNAVAILABLE if all(facts.faulted or not facts.operative for facts in evses) else OCCUPIED
