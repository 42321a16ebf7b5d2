"""Interleaved measuring: every entrant gets a short turn, in every round, so that a slow moment hits all of them.

A figure is made thus: `repeats` times, `rounds` rounds are run, in which each entrant has one turn of about TURN
seconds, in an order that moves on; the repeat's figure is the median turn. Reported is the median of the repeats; a
ratio is taken within each repeat, and the median of those is reported. Time is the CPU time of the process, so that
what other processes do on a shared machine counts as little as it can.
"""

from __future__ import annotations

import gc
import math
from collections.abc import Callable, Iterable, Sequence
from statistics import median
from time import process_time_ns
from typing import Any

REPEATS = 6
ROUNDS = 7
TURN = 0.002  # seconds
MOST = 256 * 64  # inputs in one turn: a list of this length is made for each entrant
# Python gives a piece of memory (an arena, 1 MiB) back to the system when the last object in it goes. A loop that works
# at the edge of one would do so each time, and take 2 us more. So there is room, and it stays.
ROOM = [bytes(400) for _ in range(40_000)][::1000]


class Entrant:
    """What runs over a batch of inputs, and the inputs, which are cycled. repeats: nanoseconds per input, of each."""

    def __init__(self, work: Callable[[list[Any]], Any], inputs: Sequence[Any]) -> None:
        self.work = work
        self.repeats: list[float] = []
        self._turns: list[float] = []
        self._run(list(inputs[:1]))  # what is made or loaded but once
        once = min(self._run(list(inputs[:1]) * count) for count in (1, 4, 16))
        count = max(1, min(MOST, int(TURN * 1e9 / max(once, 20))))
        # A slow entrant sees only some of the inputs, spread evenly over them.
        step = max(1, len(inputs) // count)
        some = list(inputs[::step])
        self.batch = (some * math.ceil(count / len(some)))[:count]

    def _run(self, batch: list[Any]) -> float:
        start = process_time_ns()
        self.work(batch)
        return (process_time_ns() - start) / len(batch)

    def turn(self) -> None:
        self._turns.append(self._run(self.batch))

    def end_repeat(self) -> None:
        self.repeats.append(median(self._turns))
        self._turns.clear()

    @property
    def micros(self) -> float:
        """Microseconds per input: the median of the repeats."""
        return median(self.repeats) / 1000


Jobs = dict[str, tuple[Callable[[list[Any]], Any], Sequence[Any]]]


def race(jobs: Jobs, repeats: int = REPEATS) -> dict[str, Entrant]:
    """Jobs by name, measured side by side."""
    entrants = {name: Entrant(*job) for name, job in jobs.items()}
    order = list(entrants.values())
    gc.collect()
    gc.freeze()  # what stands before the race is not walked through during it
    try:
        for entrant in order:
            entrant.turn()  # warm
            entrant.end_repeat()
            entrant.repeats.clear()
        for _ in range(repeats):
            for _ in range(ROUNDS):
                order = order[1:] + order[:1]
                for entrant in order:
                    entrant.turn()
            for entrant in order:
                entrant.end_repeat()
    finally:
        gc.unfreeze()
    return entrants


def ratio(slow: Entrant, fast: Entrant) -> float:
    """How many times as long the first takes: the median over the repeats."""
    return median(one / other for one, other in zip(slow.repeats, fast.repeats))


def geometric_mean(values: Iterable[float]) -> float:
    found = [math.log(value) for value in values]
    return math.exp(sum(found) / len(found))
