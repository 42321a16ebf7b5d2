"""The evening, as a table: at what time what happens. Nothing in it is random."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, time
from typing import Final, NamedTuple

from ocppcore.demo.world import BEGIN, World


class Scene(NamedTuple):
    """Something that happens. at: the time of day."""

    at: str
    text: str
    act: Callable[[World], Awaitable[object] | object]

    @property
    def when(self) -> datetime:
        """In UTC, on the day of the story."""
        return datetime.combine(BEGIN, time.fromisoformat(self.at), BEGIN.tzinfo)


STORY: Final = (
    Scene("18:03:00", "Anna shows her card at EVSE 1 …", lambda w: w.card("ANNA", 1)),
    Scene("18:03:30", "… and plugs in: her battery is at 48 %", lambda w: w.hardware.plug_in(1, w.annas_car)),
    Scene("18:12:00", "Zoe tries EVSE 2 with a card that nobody knows", lambda w: w.card("ZOE", 2)),
    Scene("18:20:00", "Ben plugs in at EVSE 2: his battery is at 30 % …", lambda w: w.hardware.plug_in(2, w.bens_car)),
    Scene("18:20:30", "… and shows his card", lambda w: w.card("BEN", 2)),
    Scene("19:15:00", "Ben has to leave: the back end stops his charging", lambda w: w.remote_stop(2)),
    Scene("19:17:00", "Ben unplugs", lambda w: w.hardware.unplug(2)),
    Scene("19:22:00", "The back end goes down; charging goes on", lambda w: w.shut()),
    Scene("19:33:00", "Ben is back, and plugs in at EVSE 2 …", lambda w: w.hardware.plug_in(2, w.bens_car)),
    Scene("19:33:30", "… and the station, offline, remembers his card", lambda w: w.card("BEN", 2)),
    Scene("20:14:00", "Ben shows his card again, to stop", lambda w: w.card("BEN", 2)),
    Scene("20:15:00", "Ben unplugs: the back end knows nothing of all this", lambda w: w.hardware.unplug(2)),
    Scene("20:24:00", "The back end is up again, and hears what it missed", lambda w: w.reopen()),
    Scene("21:05:00", "Anna shows her card, to stop", lambda w: w.card("ANNA", 1)),
    Scene("21:06:00", "Anna unplugs; the night can come", lambda w: w.hardware.unplug(1)),
)
END: Final = BEGIN.replace(hour=21, minute=10)


async def tell(world: World) -> None:
    """Let the evening pass."""
    for scene in STORY:
        await _until(scene.when, world)
        world.note(scene.text)
        doing = scene.act(world)
        if isinstance(doing, Awaitable):
            await doing
    await _until(END, world)


async def _until(when: datetime, world: World) -> None:
    await asyncio.sleep((when - world.clock.utc()).total_seconds())
