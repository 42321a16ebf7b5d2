"""Reservations under users, back end, faults and time that do what they like: what must hold in every state.

The invariants are those of 1.6 §5.13: a reserved EVSE serves nobody else; while the station as a whole is reserved, a
stranger's start leaves an EVSE free; a transaction carries the id of the reservation that it used, once; the statuses
tell what is reserved; what is stored is what is in force.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import ujson
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from ocppcore import v16
from ocppcore.station.events import ReservationChanged
from ocppcore.station.evse import EvseError
from ocppcore.testing.bench import Bench

EVSES = st.integers(1, 2)
PLACES = st.integers(0, 2)
ANYWHERE = st.none() | EVSES
IDS = st.integers(0, 2)
SECONDS = st.sampled_from([0, 20, 400, 900])
TOKENS = st.sampled_from(["A", "B", "C", "D"])
GROUPS = {"A": "G", "B": "G", "C": "H", "D": None}


class Reservations(RuleBasedStateMachine):
    """Two EVSEs, four tokens, two groups."""

    def __init__(self) -> None:
        super().__init__()
        self.bench = Bench(evses=2)
        for token, group in GROUPS.items():
            self.bench.file(token, parent=group)

    def in_force(self) -> dict[int, tuple[int, str, str | None]]:
        """Id, token and group of what is stored, by EVSE."""
        rows = self.bench.store.get("reservation", {})
        values = {int(key): ujson.loads(text) for key, text in rows.items()}
        return {place: (value[0], value[2], value[3]) for place, value in values.items()}

    def fits(self, place: int, token: str) -> bool:
        """The reservation of that place is for the token."""
        found = self.in_force().get(place)
        return found is not None and (found[1] == token or (found[2] is not None and found[2] == GROUPS[token]))

    # What happens

    @rule(place=PLACES, token=TOKENS, group=st.sampled_from([None, "G", "H"]), id=IDS, seconds=SECONDS)
    def reserve(self, place: int, token: str, group: str | None, id: int, seconds: int) -> None:
        before, statuses = self.in_force(), self.statuses()
        answer: Any = self.bench.ask(
            v16.ReserveNowRequest(
                connector_id=place,
                expiry_date=self.bench.utc + timedelta(seconds=seconds),
                id_tag=token,
                parent_id_tag=group,
                reservation_id=id,
            )
        )
        if answer.status == "Accepted":
            rest = {where: found for where, found in before.items() if found[0] != id}
            assert place not in rest and self.in_force() == {**rest, place: (id, token, group)}
        else:
            assert (self.in_force(), self.statuses()) == (before, statuses)

    @rule(id=IDS)
    def cancel(self, id: int) -> None:
        known = any(found[0] == id for found in self.in_force().values())
        answer = self.bench.ask(v16.CancelReservationRequest(reservation_id=id))
        assert (answer.status == "Accepted") is known

    @initialize(place=PLACES, token=TOKENS, group=st.sampled_from([None, "G"]))
    def begin(self, place: int, token: str, group: str | None) -> None:
        self.reserve(place, token, group, 0, 900)

    @rule(evse=EVSES, token=st.none() | TOKENS)
    def arrive(self, evse: int, token: str | None) -> None:
        """Plug in, and mostly show a card."""
        self.watch(lambda: self.bench.plug(evse))
        if token is not None:
            self.watch(lambda: self.bench.swipe(token, evse))

    @rule(evse=EVSES)
    def unplug(self, evse: int) -> None:
        self.bench.unplug(evse)

    @rule(token=TOKENS, evse=ANYWHERE)
    def swipe(self, token: str, evse: int | None) -> None:
        self.watch(lambda: self.bench.swipe(token, evse))

    @rule(token=TOKENS, evse=ANYWHERE)
    def remote_start(self, token: str, evse: int | None) -> None:
        request = v16.RemoteStartTransactionRequest(connector_id=evse, id_tag=token)
        self.watch(lambda: self.bench.ask(request))

    @rule(evse=PLACES, gone=st.booleans(), by_command=st.booleans())
    def out_of_service(self, evse: int, gone: bool, by_command: bool) -> None:
        """Or back in service."""
        station, now = self.bench.station, self.bench.now
        if by_command:
            kind = v16.AvailabilityType.Operative if gone else v16.AvailabilityType.Inoperative
            self.bench.ask(v16.ChangeAvailabilityRequest(connector_id=evse, type=kind))
        elif gone:
            station.clear_error(evse, "GroundFailure", now)
        else:
            station.error(evse, EvseError("GroundFailure"), now)
        self.bench.run()

    @rule(seconds=st.sampled_from([1, 30, 61, 400]))
    def wait(self, seconds: int) -> None:
        self.bench.advance(seconds)

    @rule()
    def restart(self) -> None:
        self.bench.restart()

    # What must hold

    def statuses(self) -> list[str]:
        return [evse.status for evse in self.bench.station.ctx.evses.values()]

    def watch(self, act: Any) -> None:
        """Do it; whoever starts or may wait by it must have been admitted."""
        before, evses = self.in_force(), self.bench.station.ctx.evses
        places = {place: self.holder(place) for place in evses}
        free = {place for place, facts in evses.items() if facts.free}
        mine = {(place, token): self.fits(place, token) for place in range(3) for token in GROUPS}
        self.bench.take()
        act()
        for place in evses:
            token = self.holder(place)
            if token is None or token == places[place]:
                continue
            moved = token in places.values()
            if place in before:
                assert mine[place, token], f"{token} took {place}"
            elif 0 in before and not mine[0, token]:
                assert free - {place} or moved, f"{token} took the last free EVSE"
        for start in self.bench.sent(v16.StartTransactionRequest):
            here = next((where for where in (start.connector_id, 0) if mine[where, start.id_tag]), None)
            assert start.reservation_id == (None if here is None else before[here][0])
            assert here is None or here not in self.in_force()

    def holder(self, place: int) -> str | None:
        """The token that is at home at an EVSE."""
        facts = self.bench.station.ctx.evses[place]
        return facts.authorized if facts.transaction is None else facts.transaction.id_token

    @invariant()
    def the_statuses_tell_what_is_reserved(self) -> None:
        for place, facts in self.bench.station.ctx.evses.items():
            assert facts.reserved is (place in self.in_force())
            if facts.status == "Reserved":
                assert facts.reserved and self.holder(place) is None
            elif facts.reserved:
                assert self.holder(place) is not None, facts.status

    @invariant()
    def none_is_kept_out_of_service(self) -> None:
        for place in self.in_force():
            facts = self.bench.station.ctx.evse(place)
            assert facts is not None and facts.operative and not facts.faulted

    @invariant()
    def every_end_is_told_once(self) -> None:
        told = [event for event in self.bench.events if isinstance(event, ReservationChanged)]
        made = sum(event.what == "made" for event in told)
        ended = sum(event.what not in ("made", "replaced") for event in told)
        assert made - ended == len(self.in_force())


TestReservations = Reservations.TestCase
TestReservations.settings = settings(max_examples=150, stateful_step_count=20, deadline=None)
