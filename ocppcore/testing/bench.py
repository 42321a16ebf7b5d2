"""A Rig with verbs, a back end with a card index and books, and meters that run: for tests that tell of charging.

    bench = Bench()
    start = bench.charge(token="TAG1")
    bench.advance(60)
    bench.swipe("TAG1")
    (stop,) = bench.sent(v16.StopTransactionRequest)

While an EVSE wants energy and its EV asks for it, its meter counts power_w. `cards` is what the back end says about a
token (folded): absent means Accepted; `ledger` is what it booked. meter_is_slow: readings wait for quicken_meter().
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from ocppcore import v16
from ocppcore.csms.ledger import Ledger
from ocppcore.hardware import EvState
from ocppcore.messages.text import fold
from ocppcore.session.commands import Command, ReadMeter
from ocppcore.session.policy import Policy
from ocppcore.testing.rig import Rig

ACCEPTED = v16.AuthorizationStatus.Accepted


class Bench(Rig):
    """See the module's docstring. boot: let the station boot at once."""

    def __init__(self, *, boot: bool = True, power_w: float = 7200.0, **how: Any) -> None:
        self.power_w = power_w
        self.meter_is_slow = False
        self._readings: list[ReadMeter] = []  # asked for, while the meter is slow
        self.ledger = Ledger(self._ids())
        self.cards: dict[str, v16.IdTagInfo] = {}
        self._counted_until = 1000.0
        self._charging: set[int] = set()
        super().__init__(**how)
        self.answers[v16.AuthorizeRequest] = self.authorize
        self.answers[v16.StartTransactionRequest] = self.start_transaction
        self.answers[v16.StopTransactionRequest] = self.stop_transaction
        self.answers[v16.MeterValuesRequest] = self.meter_values
        if boot:
            self.boot()
            self.take()

    # The back end

    def card(self, token: str) -> v16.IdTagInfo:
        """What the back end says about a token."""
        return self.cards.get(fold(token), v16.IdTagInfo(status=ACCEPTED))

    def file(self, token: str, status: str = "Accepted", parent: str | None = None, expires: Any = None) -> None:
        """Put a token into the card index."""
        self.cards[fold(token)] = v16.IdTagInfo(
            status=v16.AuthorizationStatus(status), parent_id_tag=parent, expiry_date=expires
        )

    def authorize(self, request: v16.AuthorizeRequest) -> Any:
        return v16.AuthorizeResponse(id_tag_info=self.card(request.id_tag))

    def _ids(self) -> Iterator[int]:
        while True:
            self._transaction_ids += 1
            yield self._transaction_ids

    def start_transaction(self, request: v16.StartTransactionRequest) -> Any:
        booked = self.ledger.start("CP1", request)
        return v16.StartTransactionResponse(transaction_id=booked.id, id_tag_info=self.card(request.id_tag))

    def meter_values(self, request: v16.MeterValuesRequest) -> Any:
        self.ledger.meter_values("CP1", request)
        return v16.MeterValuesResponse()

    def stop_transaction(self, request: v16.StopTransactionRequest) -> Any:
        self.ledger.stop("CP1", request)
        info = None if request.id_tag is None else self.card(request.id_tag)
        return v16.StopTransactionResponse(id_tag_info=info)

    def configure(self, key: str, value: str) -> None:
        """The back end changes a configuration key."""
        answer = self.ask(v16.ChangeConfigurationRequest(key=key, value=value))
        assert answer.status == v16.ConfigurationStatus.Accepted, f"{key}={value!r}: {answer}"

    def send_unchecked(self) -> None:
        """From now on the back end sends its answers without checking them, whatever they break."""
        assert self._backend is not None, "the link is down"
        self._backend.policy = Policy({"*": "off"})

    def reserve(
        self, connector: int = 1, token: str = "TAG1", parent: str | None = None, id: int = 5, seconds: float = 600
    ) -> Any:
        """ReserveNow, until so many seconds from now; the status, or the CALLERROR."""
        request = v16.ReserveNowRequest(
            connector_id=connector,
            expiry_date=self.utc + timedelta(seconds=seconds),
            id_tag=token,
            parent_id_tag=parent,
            reservation_id=id,
        )
        answer = self.insist(request)
        return getattr(answer, "status", answer)

    def insist(self, request: Any) -> Any:
        """As ask(), for a request that breaks the standard: it is sent all the same."""
        assert self._backend is not None, "the link is down"
        policy = self._backend.policy
        self.send_unchecked()
        id = self.tell(request)
        self._backend.policy = policy
        return self.answer(id)

    # The user

    def plug(self, evse: int = 1) -> None:
        """Plug an EV in; it asks for energy as soon as it may."""
        self.station.plug(evse, self.now)
        self.run()
        self.station.ev_state(evse, EvState.Charging, self.now)
        self.run()

    def unplug(self, evse: int = 1) -> None:
        self.station.unplug(evse, self.now)
        self.run()

    def leave(self, evse: int = 1) -> None:
        """The EV goes, and the cable stays in the socket."""
        self.station.ev_state(evse, EvState.Absent, self.now)
        self.run()

    def swipe(self, token: str = "TAG1", evse: int | None = None) -> None:
        self.station.present_id_token(token, self.now, evse)
        self.run()

    def press_stop(self, evse: int = 1) -> None:
        self.station.stop_button(evse, self.now)
        self.run()

    def charge(self, evse: int = 1, token: str = "TAG1") -> None:
        """Plug in and swipe: a transaction runs."""
        self.plug(evse)
        self.swipe(token, evse)
        assert self.station.want(evse).energy, "no energy"

    # What can be seen

    def status(self, evse: int = 1) -> str:
        """The status of an EVSE."""
        return self.station.ctx.evses[evse].status

    def energy(self, evse: int = 1) -> bool:
        """True if energy may flow."""
        return self.station.want(evse).energy

    # The meters

    def quicken_meter(self) -> None:
        """The meter was slow (meter_is_slow); now it answers what it was asked."""
        self.meter_is_slow = False
        readings, self._readings = self._readings, []
        for command in readings:
            self._carry_out(command)
        self.run()

    def _carry_out(self, command: Command) -> None:
        if self.meter_is_slow and isinstance(command, ReadMeter):
            self._readings.append(command)
        else:
            super()._carry_out(command)

    def advance(self, seconds: float) -> None:
        super().advance(seconds)
        self.run()

    def restart(self) -> None:
        self._count()
        self._charging = set()
        self._readings = []
        super().restart()

    def _move(self) -> bool:
        self._count()
        moved = super()._move()
        evses = self.station.ctx.evses
        self._charging = {n for n in evses if self.station.want(n).energy and evses[n].ev is EvState.Charging}
        return moved

    def _count(self) -> None:
        """What has flowed since the last look."""
        hours = (self.now - self._counted_until) / 3600
        for evse in self._charging:
            self.meters[evse] += self.power_w * hours
        self._counted_until = self.now
