"""Stamps: UTC that comes later, over restarts and corrections of the clock (H20)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from ocppcore.errors import SetupError
from ocppcore.station.store import StateStore
from ocppcore.station.timekeeper import Stamp, Timekeeper

NOON = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)


class Disk:
    """What a store keeps over restarts."""

    def __init__(self) -> None:
        self.tables: dict[str, dict[str, str]] = {}
        self.store = StateStore()

    def boot(self, now: float = 0.0, utc: datetime | None = None) -> Timekeeper:
        self.sync()
        self.store = StateStore(self.tables)
        return Timekeeper(self.store, now, utc)

    def sync(self) -> None:
        batch = self.store.take_batch()
        if batch is not None:
            for (table, key), text in batch.puts.items():
                self.tables.setdefault(table, {})[key] = text
            for table, key in batch.deletes:
                self.tables[table].pop(key, None)


def test_a_known_clock_tells_the_time_at_once() -> None:
    time = Disk().boot(100.0, NOON)
    assert time.utc(110.0) == NOON + timedelta(seconds=10)
    assert time.resolve(time.stamp(105.5)) == NOON + timedelta(seconds=5.5)


def test_a_stamp_made_before_the_clock_was_known_gets_its_time_later() -> None:
    time = Disk().boot(100.0)
    stamp = time.stamp(110.0)
    assert time.utc(110.0) is None and time.resolve(stamp) is None
    time.set_utc(NOON, 160.0)
    assert time.resolve(stamp) == NOON - timedelta(seconds=50)


def test_a_stamp_survives_the_restart_in_which_the_clock_became_known() -> None:
    disk = Disk()
    time = disk.boot(100.0)
    stamp = time.stamp(110.0)
    time.set_utc(NOON, 160.0)
    time = disk.boot(7.0)
    assert time.resolve(Stamp.load(stamp.dump())) == NOON - timedelta(seconds=50)


def test_a_boot_whose_clock_was_never_known_is_put_before_the_next_one() -> None:
    disk = Disk()
    first = disk.boot()
    early, late = first.stamp(10.0), first.stamp(60.0)
    second = disk.boot()
    middle = second.stamp(5.0)
    third = disk.boot(0.0, NOON)
    times = [third.resolve(stamp) for stamp in (early, late, middle)]
    assert None not in times and times == sorted(times) and times[-1] < NOON  # type: ignore[operator, type-var]
    assert times[1] - times[0] == timedelta(seconds=50)  # type: ignore[operator]


def test_thousands_of_boots_without_a_clock() -> None:
    tables = {"clock": {str(boot): '{"last":10.0}' for boot in range(1, 5001)}}
    time = Timekeeper(StateStore(tables), 0.0, NOON)
    assert time.boot == 5001
    assert time.resolve(Stamp(1, 0.0)) == NOON - timedelta(seconds=5000 * 11)


def test_a_correction_moves_what_comes_and_not_what_was() -> None:
    time = Disk().boot(0.0, NOON)
    before = time.stamp(10.0)
    time.set_utc(NOON + timedelta(hours=1), 20.0)
    assert time.resolve(before) == NOON + timedelta(seconds=10)
    assert time.resolve(time.stamp(30.0)) == NOON + timedelta(hours=1, seconds=10)
    assert time.utc(30.0) == NOON + timedelta(hours=1, seconds=10)


def test_every_boot_has_a_number_of_its_own() -> None:
    disk = Disk()
    assert [disk.boot().boot for _ in range(3)] == [1, 2, 3]


def test_boots_that_nobody_refers_to_are_forgotten() -> None:
    disk = Disk()
    for _ in range(3):
        time = disk.boot(0.0, NOON)
    time.keep(Stamp(3, 0.0))
    time.forget()
    assert time.resolve(Stamp(2, 0.0)) is None and time.resolve(Stamp(3, 0.0)) == NOON
    assert disk.boot().boot == 4 and sorted(disk.tables["clock"]) == ["3"]


def boots(disk: Disk, count: int, kept: list[Stamp], utc: datetime | None = None) -> None:
    """So many boots of a minute each."""
    for _ in range(count):
        time = disk.boot(0.0, utc)
        for stamp in kept:
            time.keep(stamp)
        time.forget()
        time.lasts(59.0)


@pytest.mark.parametrize("knew", [False, True], ids=["clock never known", "clock known in between"])
def test_a_thousand_boots_without_a_clock_leave_a_row_for_each_boot_that_is_still_needed(knew: bool) -> None:
    """As many as there are records; and those stay where they would be if every row were there."""
    disk = Disk()
    kept = [Stamp(1, 30.0), Stamp(4, 10.0), Stamp(300, 0.0)]
    boots(disk, 400, kept)
    boots(disk, 1, kept, NOON - timedelta(minutes=600) if knew else None)
    boots(disk, 599, kept)
    disk.sync()
    assert sorted(map(int, disk.tables["clock"])) == [1, 4, 300, 1000]
    time = disk.boot(0.0, NOON)
    began = NOON - timedelta(minutes=1000)
    assert [time.resolve(stamp) for stamp in kept] == [
        began + timedelta(minutes=boot - 1, seconds=offset) for boot, offset in ((1, 30), (4, 10), (300, 0))
    ]


def test_any_time_zone_will_do_and_none_will_not() -> None:
    time = Disk().boot()
    with pytest.raises(SetupError, match="time zone"):
        time.set_utc(datetime(2026, 1, 1), 0.0)
    time.set_utc(NOON.astimezone(timezone(timedelta(hours=5))), 0.0)
    assert time.utc(0.0) == NOON and time.utc(0.0).tzinfo is UTC  # type: ignore[union-attr]
