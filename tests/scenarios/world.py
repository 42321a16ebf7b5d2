"""A world: a station on simulated hardware, a store, a back end, and users. A script plays in it, whatever the link.

Scripts are coroutines: they do something, then wait for what must come of it with until(condition, within=seconds) or
ask(request). In a world without an event loop nothing of that ever waits, and the script runs as a plain function.
Seconds are those of the world's clock; none of them is a second of the real world's.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from datetime import UTC, datetime
from random import Random
from typing import Any, NamedTuple, TypeVar

from ocppcore.clock import Clock
from ocppcore.csms import Csms, keys
from ocppcore.hardware.ev import ElectricVehicle
from ocppcore.hardware.simulated import SimulatedHardware
from ocppcore.messages.base import Request, Response
from ocppcore.station import Capabilities, Setup, Station
from ocppcore.testing.store import FaultyStore

R = TypeVar("R", bound=Response)

BEGIN = datetime(2026, 6, 12, 18, 0, tzinfo=UTC)
IDENTITY = "CP 1"
KEY = b"a key of 20 octets.."
CARDS = ("ANNA", "BEN")  # those that the back end knows
HEARTBEAT = 45  # seconds, as the back end wants it
MOMENT = 0.001  # seconds: passes only when nothing moves any more


class Heard(NamedTuple):
    """A CALL that the back end got, as JSON values."""

    action: str
    payload: dict[str, Any]


class Booking(NamedTuple):
    """A transaction as the back end booked it; energy_wh and reason are None while it runs."""

    id: int
    tag: str
    energy_wh: int | None
    reason: str | None


class Outcome(NamedTuple):
    """What a scenario came to, in terms of the protocol.

    transactions: by booking, and the actions that belong to it, in the order in which the back end heard them.
    statuses: by connector, as reported. counted: by EVSE, the Wh that its meter counted for each EV.
    """

    transactions: list[tuple[Booking, list[str]]]
    statuses: dict[int, list[str]]
    boots: int
    counted: dict[int, list[int]]


def options() -> dict[str, Any]:
    """What our own back end is told."""
    return {"authenticate": keys({IDENTITY: KEY}), "authorize": CARDS.__contains__, "interval": HEARTBEAT}


def books(csms: Csms) -> list[Booking]:
    """The ledger of our own back end."""
    return [Booking(each.id, each.id_tag, each.energy_wh, each.reason) for each in csms.ledger.transactions]


class World(ABC):
    """See the module's docstring. station: the one that runs now; a Reset makes a new one from the store."""

    station: Station

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.hardware = SimulatedHardware(clock, registers_wh={1: 1_204_310, 2: 873_905})
        self.store = FaultyStore()
        self.heard: list[Heard] = []
        self._rng = Random(2)

    def make_station(self, url: str) -> Station:
        """A station from what is stored, whose hardware will tell it everything."""
        setup = Setup(
            IDENTITY,
            url,
            vendor="ocppcore",
            model="Scenario",
            capabilities=Capabilities.of(self.hardware),
            authorization_key=KEY,
        )
        self.hardware.forget()
        rng = Random(self._rng.random())
        return Station(setup, rng=rng, state=self.store.load(), utc=self.clock.utc(), now=self.clock.now())

    # What users do

    @abstractmethod
    def card(self, tag: str, evse: int) -> None:
        """Somebody shows a card at an EVSE."""

    def plug_in(self, evse: int) -> None:
        """A new EV comes."""
        self.hardware.plug_in(evse, ElectricVehicle(capacity_wh=60_000, soc=20, max_current_a=16, phases=3))

    def unplug(self, evse: int) -> bool:
        """The EV leaves; False if the lock holds the cable."""
        return self.hardware.unplug(evse)

    # What the back end does, and what a script waits for

    @property
    @abstractmethod
    def booked(self) -> list[Booking]:
        """What the back end's own books say, in the order of the starts."""

    @abstractmethod
    async def ask(self, request: Request[R]) -> R:
        """The back end sends a request to the station."""

    @abstractmethod
    async def shut(self) -> None:
        """The back end goes down, and nothing listens any more."""

    @abstractmethod
    async def reopen(self) -> None:
        """The back end is up again."""

    @abstractmethod
    async def until(self, condition: Callable[[], bool], within: float) -> None:
        """Wait until the condition holds and all is quiet; AssertionError or TimeoutError if it does not in time."""

    # What can be seen

    def hear(self, request: Request[Any]) -> None:
        """Our own back end got this."""
        self.heard.append(Heard(request.action, request.shape.dump(request)))

    def statuses(self, connector: int) -> list[str]:
        """What the station reported of a connector so far."""
        told = [payload for action, payload in self.heard if action == "StatusNotification"]
        return [payload["status"] for payload in told if payload["connectorId"] == connector]

    def count(self, action: str) -> int:
        """How many of this action the back end has heard."""
        return sum(heard.action == action for heard in self.heard)

    def actions(self, booking: Booking) -> list[str]:
        """What the back end heard of a transaction. Starts come in the order of the bookings."""
        starts = [number for number, heard in enumerate(self.heard) if heard.action == "StartTransaction"]
        start = starts[self.booked.index(booking)]
        return [
            action
            for number, (action, payload) in enumerate(self.heard)
            if number == start or payload.get("transactionId") == booking.id
        ]

    def outcome(self) -> Outcome:
        """What has come of it all."""
        return Outcome(
            [(booking, self.actions(booking)) for booking in self.booked],
            {connector: self.statuses(connector) for connector in (0, 1, 2)},
            self.count("BootNotification"),
            {number: evse.visits for number, evse in self.hardware.evse.items()},
        )
