"""The Core scenario comes to the same over memory links, over asyncio sockets, and with a back end of another maker."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Final

import ocpp.messages
import pytest

from ocppcore.demo.pace import PacedLoop

from .core import play
from .foreign import ForeignWorld
from .memory import MemoryWorld
from .sockets import AsyncioWorld, SocketWorld
from .world import Booking, Outcome, World

SPEED = 1_000_000  # time passes as soon as nothing moves

FREE = "Available"
SESSION = ["Preparing", "SuspendedEV", "Charging", "Finishing", FREE]
TWICE_METERED = ["StartTransaction", "MeterValues", "MeterValues", "StopTransaction"]
# 16 A on three phases are 11,040 W: 184 Wh a minute.
EXPECTED: Final = Outcome(
    transactions=[
        (Booking(1, "ANNA", 2 * 184, "Local"), TWICE_METERED),
        (Booking(2, "BEN", 2 * 184, "Remote"), TWICE_METERED),
        (Booking(3, "BEN", 3 * 184, "Local"), [*TWICE_METERED[:2], *TWICE_METERED[1:]]),  # offline
        (Booking(4, "ANNA", 2 * 184, "UnlockCommand"), TWICE_METERED),
        (Booking(5, "BEN", 2 * 184, "SoftReset"), TWICE_METERED),
    ],
    statuses={
        0: [FREE, FREE, FREE],  # once for each boot
        1: [FREE, *SESSION, *SESSION, FREE, FREE],
        2: [FREE, *SESSION, *SESSION[:-1], "Preparing", FREE, FREE],  # of the session offline nothing (1.6 §4.9)
    },
    boots=3,
    counted={1: [368, 368], 2: [368, 552, 368]},
)


def play_in_memory() -> World:
    world = MemoryWorld()
    with pytest.raises(StopIteration):  # nothing in it waits, so that the first step is the last
        play(world).send(None)
    world.end()
    return world


def play_on_sockets(kind: type[SocketWorld]) -> World:
    async def evening() -> World:
        async with kind() as world:
            await play(world)
        return world

    with asyncio.Runner(loop_factory=lambda: PacedLoop(SPEED)) as runner:
        return runner.run(evening())


PLAYED: Final[dict[str, Callable[[], World]]] = {
    "memory": play_in_memory,
    "asyncio": partial(play_on_sockets, AsyncioWorld),
    "another maker": partial(play_on_sockets, ForeignWorld),
}


@pytest.fixture(scope="module")
def worlds() -> dict[str, World]:
    """Each world after its evening."""
    with pytest.MonkeyPatch.context() as patch:
        # The other maker validates in threads, for which the loop's time does not stand still. This is its own switch.
        patch.setattr(ocpp.messages, "ASYNC_VALIDATION", False)
        return {name: play_it() for name, play_it in PLAYED.items()}


@pytest.mark.parametrize("name", PLAYED)
def test_the_scenario_comes_to_the_same(worlds: dict[str, World], name: str) -> None:
    assert worlds[name].outcome() == EXPECTED


@pytest.mark.parametrize("name", PLAYED)
def test_the_books_balance_to_the_watt_hour(worlds: dict[str, World], name: str) -> None:
    booked = sum(booking.energy_wh or 0 for booking in worlds[name].booked)
    assert booked == sum(map(sum, worlds[name].outcome().counted.values())) > 0


@pytest.mark.parametrize("name", ["asyncio", "another maker"])
@pytest.mark.parametrize("statuses", [True, False])
def test_the_station_says_the_same_word_for_word(worlds: dict[str, World], name: str, statuses: bool) -> None:
    """Times of reconnection and heartbeats included, message ids left out. Statuses are a sequence of their own: a
    transaction message waits for its batch, and how long that takes is the store's business."""
    said, expected = (
        [heard for heard in worlds[world].heard if (heard.action == "StatusNotification") is statuses]
        for world in (name, "memory")
    )
    assert said == expected
    assert statuses or worlds[name].count("Heartbeat") > 0
