"""A world in memory: a fake link, a clock that is turned by hand, and our own back end. Nothing here waits."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from ocppcore.clock import ManualClock
from ocppcore.messages.base import Request, Response
from ocppcore.session.commands import Command, ReadMeter, Reset, SetClock, Unlock
from ocppcore.testing.backend import Backend

from .world import BEGIN, MOMENT, Booking, World, books, options

R = TypeVar("R", bound=Response)


class MemoryWorld(World):
    """See the module's docstring."""

    def __init__(self) -> None:
        self._clock = ManualClock(0.0, BEGIN)
        super().__init__(self._clock)
        self.backend = Backend(self._clock, **options())
        self._start()

    def _start(self) -> None:
        self._restarts = False
        self.station = self.make_station("ws://csms.example")
        self.pair = self.backend.join(self.station, self.store)
        self.pair.client.on_command = self._carry_out
        self.station.start(self._clock.now())
        self._drive()

    def _carry_out(self, command: Command) -> None:
        station, now = self.station, self._clock.now()
        if isinstance(command, ReadMeter):
            station.done(command.id, self.hardware.read_meter(command.evse, command.why), now)
        elif isinstance(command, Unlock):
            station.done(command.id, self.hardware.unlock(command.evse), now)
        elif isinstance(command, SetClock):
            station.done(command.id, None, now)
        elif isinstance(command, Reset):
            self._restarts = True

    def _rest(self) -> None:
        """All that happens at this instant."""
        moved = True
        while moved:
            self.pair.run_until_idle()
            moved = self._drive()
            for request in self.backend.requests[len(self.heard) :]:
                self.hear(request)
            if self._restarts:
                self.station.stop(self._clock.now())
                self.pair.run_until_idle()
                self._start()

    def _drive(self) -> bool:
        """The hardware is made as wanted, and tells what it sees."""
        for number in self.station.evses:
            self.hardware.apply(number, self.station.want(number))
        return self.hardware.forward(self.station, self._clock.now())

    def end(self) -> None:
        """The program ends in good order."""
        self.station.program_ending(self._clock.now())
        self._rest()

    # What a script can do

    @property
    def booked(self) -> list[Booking]:
        return books(self.backend.csms)

    def card(self, tag: str, evse: int) -> None:
        self.station.present_id_token(tag, self._clock.now(), evse)

    async def ask(self, request: Request[R]) -> R:
        answer = self.backend.call(request)
        self._rest()
        return answer

    async def shut(self) -> None:
        self.backend.reachable = False
        self.pair.cut()

    async def reopen(self) -> None:
        self.backend.reachable = True

    async def until(self, condition: Callable[[], bool], within: float) -> None:
        deadline = self._clock.now() + within
        self._rest()
        while not condition():
            due = self.pair.next_timer()
            assert due is not None and due <= deadline, "it does not come about"
            self._clock.advance_to(due)
            self._rest()
        self.pair.advance(MOMENT)
        self._rest()
