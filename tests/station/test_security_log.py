"""The security log (W A04.FR.04, N01): it rolls, says that it did, keeps its times, and is one line for each event."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocppcore import v16
from ocppcore.station import security_log
from ocppcore.station.security_log import SecurityLog, escaped
from ocppcore.testing.bench import Bench


def report(bench: Bench, type: str, info: str | None = None) -> None:
    """Another type each time is no repetition."""
    bench.station.security_event(type, bench.now, info)
    bench.run()


def numbers(bench: Bench) -> list[int]:
    return [entry.number for entry in bench.station.security_log()]


def text(bench: Bench, **span: Any) -> str:
    return bench.station.ctx.security_log.text(**span).decode()


def test_it_rolls_by_entries_and_the_numbers_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(security_log, "MOST_ENTRIES", 5)
    bench = Bench()
    for n in range(8):
        report(bench, f"Thing{n}")
    assert numbers(bench) == [5, 6, 7, 8, 9] and len(bench.store["security_log"]) == 5
    assert text(bench).splitlines()[0] == "# 4 older entries are gone"
    bench.restart()
    assert numbers(bench) == [6, 7, 8, 9, 10]
    assert bench.station.security_log()[-1].type == "StartupOfTheDevice"


def test_it_rolls_by_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(security_log, "MOST_BYTES", 6000)
    bench = Bench()
    for n in range(20):
        report(bench, f"Thing{n}", "é" * 255)
    assert len(numbers(bench)) == 3 and numbers(bench)[-1] == 21
    assert 4000 < sum(map(len, bench.store["security_log"].values())) <= 6000
    report(bench, "Small")
    report(bench, "Smaller")
    assert numbers(bench)[-2:] == [22, 23]


def test_cleared_it_begins_with_that_it_was_and_the_back_end_hears_of_it() -> None:
    """W 8: SecurityLogWasCleared is critical."""
    bench = Bench()
    report(bench, "Thing")
    bench.station.clear_security_log(bench.now)
    bench.run()
    (entry,) = bench.station.security_log()
    assert (entry.number, entry.type, entry.info) == (1, "SecurityLogWasCleared", "2 entries")
    assert [event.type for event in bench.sent(v16.SecurityEventNotificationRequest)] == ["SecurityLogWasCleared"]
    bench.restart()
    assert [entry.type for entry in bench.station.security_log()] == ["SecurityLogWasCleared", "StartupOfTheDevice"]


def test_it_survives_a_restart() -> None:
    bench = Bench()
    report(bench, "Thing", "with an info")
    before = [(entry.number, entry.at, entry.type, entry.info) for entry in bench.station.security_log()]
    bench.restart()
    after = [(entry.number, entry.at, entry.type, entry.info) for entry in bench.station.security_log()]
    assert after[:-1] == before


def test_a_span_of_time_has_both_its_ends() -> None:
    bench = Bench()
    times = []
    for n in range(4):
        bench.advance(60)
        times.append(bench.utc)
        report(bench, f"Thing{n}")
    found = bench.station.security_log(times[1], times[2])
    assert [entry.type for entry in found] == ["Thing1", "Thing2"]
    assert [entry.type for entry in bench.station.security_log(oldest=times[3])] == ["Thing3"]
    assert [entry.type for entry in bench.station.security_log(latest=times[0])] == ["StartupOfTheDevice", "Thing0"]
    assert text(bench, oldest=times[3] + timedelta(seconds=1)) == ""


def test_an_entry_gets_its_time_when_the_clock_is_known_and_keeps_it() -> None:
    bench = Bench(clock_known=False, boot=False)
    bench.reachable = False
    bench.boot()
    bench.advance(10)
    report(bench, "Thing")
    assert [entry.at for entry in bench.station.security_log()] == [None, None]
    assert text(bench) == "boot 1\tStartupOfTheDevice\nboot 1\tThing\n"
    assert len(bench.station.security_log(bench.utc, bench.utc)) == 2  # what is not known may be among them
    bench.station.set_utc(bench.utc, bench.now)
    bench.run()
    times = [entry.at for entry in bench.station.security_log()]
    assert times == [bench.utc - timedelta(seconds=10), bench.utc]
    bench.station.set_utc(bench.utc + timedelta(days=1), bench.now)
    bench.run()
    assert [entry.at for entry in bench.station.security_log()][:2] == times
    for _ in range(3):
        bench.restart()
    assert [entry.at for entry in bench.station.security_log()][:2] == times


def test_a_boot_that_never_knew_the_time_is_remembered_as_long_as_an_entry_needs_it() -> None:
    bench = Bench(clock_known=False, boot=False)
    bench.reachable = False
    bench.boot()
    report(bench, "Thing")
    for _ in range(3):
        bench.advance(10)
        bench.restart()
    assert sorted(bench.store["clock"]) == ["1", "2", "3", "4"]
    bench.restore()
    times = [entry.at for entry in bench.station.security_log()]
    assert None not in times and times == sorted(times)  # type: ignore[type-var]
    bench.restart()
    assert sorted(bench.store["clock"]) == ["5"]


def test_H23_one_event_is_one_line_whatever_stands_in_it() -> None:
    bench = Bench()
    report(bench, "Odd\r\nThing\x1b[2J", "a\tb\n2026-01-01T00:00:00Z\tFirmwareUpdated\u202e \\n é\x00")
    line = text(bench).splitlines()[1]
    assert line == (
        "2026-01-01T08:00:00Z\tOdd\\r\\nThing\\x1b[2J\t"
        "a\\tb\\n2026-01-01T00:00:00Z\\tFirmwareUpdated\\u202e \\\\n é\\x00"
    )
    assert text(bench).count("\n") == 2


@given(st.text(), st.text())
def test_escaped_is_printable_and_unambiguous(one: str, other: str) -> None:
    assert escaped(one).isprintable()
    assert (escaped(one) == escaped(other)) is (one == other)


def test_the_bounds_hold_whatever_comes() -> None:
    bench = Bench()
    log: SecurityLog = bench.station.ctx.security_log
    for n in range(security_log.MOST_ENTRIES + 500):
        log.add(f"Thing{n}", bench.station.ctx.stamp(), "x" * (n % 256))
    bench.run()
    assert len(log) <= security_log.MOST_ENTRIES
    stored = sum(len(text) for text in bench.store["security_log"].values())
    assert stored <= security_log.MOST_BYTES
    assert log.gone + len(log) == security_log.MOST_ENTRIES + 501
