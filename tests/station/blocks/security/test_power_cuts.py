"""A kill at any write of a flood of security events: what is told of them is never more than what happened, and lacks
at most what was counted since the last write."""

from __future__ import annotations

import re

import pytest

from ocppcore import v16
from ocppcore.station.blocks.security.counted import TABLE, WINDOW
from ocppcore.station.blocks.security.guard import BURST, INTERVAL
from ocppcore.testing.bench import Bench

Told = v16.SecurityEventNotificationRequest
MINUTES = 70  # more than a guard's interval, so that a count is also told in the midst of it


class Killed(Exception):
    pass


class Mortal(Bench):
    """dies_at: the batch at which it dies, counted from its boot, 0 for never. stored: whether that is still stored."""

    def __init__(self, dies_at: int, stored: bool) -> None:
        self.dies_at = self.batches = 0
        super().__init__()
        self.dies_at, self.stored, self.batches = dies_at, stored, 0

    def _store_batches(self) -> bool:
        moved = False
        while (batch := self.station.next_batch()) is not None:
            moved = True
            self.batches += 1
            dying = self.batches == self.dies_at
            if dying and not self.stored:
                raise Killed
            for (table, key), text in batch.puts.items():
                self.store.setdefault(table, {})[key] = text
            for table, key in batch.deletes:
                self.store.get(table, {}).pop(key, None)
            if dying:
                raise Killed
            self.station.stored(batch.id, self.now)
        return moved

    def count(self, type: str) -> int:
        """How often it happened, as the log says."""
        infos = [entry.info or "" for entry in self.station.security_log() if entry.type == type]
        found = [re.match(r"(\d+) times; the last: ", info) for info in infos]
        return sum(1 if match is None else int(match[1]) for match in found)


def flood(dies_at: int, stored: bool) -> tuple[Mortal, list[float], float | None]:
    """Three a minute of a type; the bench, when they happened, and when the station died."""
    bench = Mortal(dies_at, stored)
    times: list[float] = []
    died = None
    for _ in range(3 * MINUTES):
        try:
            times.append(bench.now)
            bench.station.security_event("Thing", bench.now, "odd")
            bench.run()
            bench.advance(20)
        except Killed:
            died = bench.now
            bench.restart()
            break
    bench.dies_at = 0
    bench.advance(2 * INTERVAL)
    return bench, times, died


BATCHES = flood(0, False)[0].batches


def test_without_a_power_cut_all_are_counted() -> None:
    bench, times, died = flood(0, False)
    assert died is None and bench.count("Thing") == len(times) == 3 * MINUTES and not bench.store.get(TABLE)


def test_a_flood_writes_once_in_a_window_and_not_with_each_event() -> None:
    assert BATCHES <= BURST + MINUTES * 60 / WINDOW + 2


@pytest.mark.parametrize("stored", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("batch", range(1, BATCHES + 1))
def test_a_kill_at_each_write(batch: int, stored: bool) -> None:
    bench, times, died = flood(batch, stored)
    assert died is not None or batch > BATCHES - 2  # the last writes come after the flood
    died = died or times[-1]
    lately = sum(when > died - WINDOW - 1 for when in times)
    assert len(times) - lately <= bench.count("Thing") <= len(times)
    assert not bench.store.get(TABLE)


@pytest.mark.parametrize("again", [1, 2])
def test_a_kill_while_the_count_of_an_earlier_kill_is_told(again: int) -> None:
    """Neither lost nor told twice."""
    bench = Mortal(0, False)
    for _ in range(50):
        bench.station.security_event("Thing", bench.now, "odd")
    bench.run()
    bench.advance(WINDOW)
    for stored in [False, True] * again:
        bench.dies_at, bench.stored = bench.batches + 1, stored
        with pytest.raises(Killed):
            bench.restart()
    bench.restart()
    assert bench.count("Thing") == 50 and not bench.store.get(TABLE)


@pytest.mark.parametrize("input", ["power_failing", "program_ending"])
def test_an_end_that_is_announced_takes_none(input: str) -> None:
    bench = Bench()
    for _ in range(50):
        bench.station.security_event("Alarm", bench.now, "lid", critical=True)
    bench.run()
    when = bench.utc
    bench.advance(7)
    getattr(bench.station, input)(bench.now)
    bench.run()
    bench.take()
    bench.advance(3)
    bench.restart()
    first, *_ = bench.take(Told)
    assert (first.type, first.tech_info, first.timestamp) == ("Alarm", "20 times; the last: lid", when)


def test_what_is_counted_before_the_clock_is_known_gets_its_time() -> None:
    bench = Bench(clock_known=False, boot=False)
    bench.reachable = False
    bench.boot()
    for _ in range(50):
        bench.station.security_event("Alarm", bench.now, "lid", critical=True)
    bench.advance(59)
    bench.station.power_failing(bench.now)
    bench.run()
    for _ in range(3):
        bench.restart()
    bench.restore()
    (counted,) = [event for event in bench.sent(Told) if event.tech_info == "20 times; the last: lid"]
    others = [event.timestamp for event in bench.sent(Told) if event.type == "Alarm"]
    assert counted.timestamp == max(others)


def test_left_out_the_extension_tells_no_count_of_former_days() -> None:
    bench = Bench()
    for _ in range(50):
        bench.station.security_event("Thing", bench.now)
    bench.run()
    bench.advance(WINDOW)
    assert bench.store[TABLE]
    bench.setup.without = frozenset({"Security"})
    bench.restart()
    assert not bench.sent(Told)
