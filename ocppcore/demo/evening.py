"""Lets the evening pass, shows it, and judges the books."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ocppcore.demo.books import as_object, differences
from ocppcore.demo.pace import PacedLoop
from ocppcore.demo.report import report
from ocppcore.demo.screen import Plain, Rich, screen
from ocppcore.demo.story import tell
from ocppcore.demo.world import World

PICTURE = 30.0  # seconds of the story between two pictures


def spend(speed: float, *, quiet: bool = False, as_json: bool = False) -> int:
    """The whole demo; its exit code."""
    shown = None if as_json else screen(quiet)
    with _hushed():
        world = pass_time(speed, shown)
    wrong = differences(world.booked, world.counted)
    if shown is None:
        print(json.dumps(_as_object(world, wrong)))
    else:
        shown.report(report(world, wrong, shown.width))
    return 1 if wrong else 0


@contextmanager
def _hushed() -> Iterator[None]:
    """The story tells by itself when the network is down."""
    log = logging.getLogger("ocppcore.bindings")
    before = log.level
    log.setLevel(logging.ERROR)
    try:
        yield
    finally:
        log.setLevel(before)


def pass_time(speed: float, shown: Plain | Rich | None = None) -> World:
    """Let the story happen, and show it meanwhile; the world as it is afterwards."""
    with asyncio.Runner(loop_factory=lambda: PacedLoop(speed)) as runner:
        return runner.run(_pass_time(shown))


async def _pass_time(shown: Plain | Rich | None) -> World:
    loop = asyncio.get_running_loop()
    assert isinstance(loop, PacedLoop)
    async with World(loop) as world:
        story = loop.create_task(tell(world))
        try:
            if shown is not None:
                shown.open()
            while not story.done():
                await asyncio.wait([story], timeout=PICTURE)
                world.look()
                if shown is not None:
                    shown.draw(world)
            await story
        finally:
            story.cancel()
            if shown is not None:
                shown.close()
    return world


def _as_object(world: World, wrong: list[str]) -> dict[str, Any]:
    return {
        "transactions": [as_object(transaction) for transaction in world.booked],
        "messages": world.messages,
        "energy_wh": sum(sum(visits) for visits in world.counted.values()),
        "differences": wrong,
    }
