"""Runs the benchmarks. `make bench` and `make bench-check` call it.

    python -m benchmarks                  # everything; prints the tables, writes RESULTS.md and results.json
    python -m benchmarks decode encode    # the contests whose group or name holds one of these words; writes nothing
    python -m benchmarks --check          # ends with 1 if a ratio has fallen by more than a quarter, twice
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Any

from benchmarks import loopback, report, start
from benchmarks.contests import Contest, contests
from benchmarks.race import race

TOLERATED = 0.75  # of a committed ratio: less, in two runs, is a loss


def measure(chosen: Iterable[Contest]) -> list[dict[str, Any]]:
    found = []
    for contest in chosen:
        print(f"\r\033[K{contest.group}: {contest.name}", end="", file=sys.stderr, flush=True)
        found.append(report.outcome(contest, race(contest.jobs)))
    print("\r\033[K", end="", file=sys.stderr)
    return found


def some(words: list[str]) -> None:
    chosen = [one for one in contests() if any(word in f"{one.group}: {one.name}" for word in words)]
    print(report.tables({"about": report.about(), "contests": measure(chosen)}))


def everything() -> None:
    results: dict[str, Any] = {"about": report.about(), "contests": measure(contests())}
    print("imports, round trips over loopback, idle connections", file=sys.stderr)
    results["imports"] = start.imports()
    results["table bytes"] = start.table_bytes()
    trips = loopback.all_trips()
    results["round trips"] = {
        count: {stack: loopback.middle(runs) for stack, runs in stacks.items()} for count, stacks in trips.items()
    }
    results["shares"] = {
        count: loopback.share(stacks["ocppcore"], stacks["canned"]) for count, stacks in trips.items()
    }
    results["idle"] = {stack: loopback.measure_idle(stack) for stack in loopback.STACKS}
    report.save(results)
    print(report.tables(results))


def losses(chosen: Iterable[Contest], before: dict[str, float]) -> tuple[dict[str, str], set[str]]:
    """The contests whose ratio has fallen too far, and how far; and those that have a ratio at all."""
    ratios = {report.key(one): (one["ratios"][one["base"]], one["base"]) for one in measure(chosen) if has_base(one)}
    fallen = {
        key: f"{before[key]:.2f} → {now:.2f} of {base}"
        for key, (now, base) in ratios.items()
        if key in before and now < TOLERATED * before[key]
    }
    return fallen, set(ratios)


def has_base(one: dict[str, Any]) -> bool:
    return one["base"] in one["ratios"]


def check(chosen: Iterable[Contest], before: dict[str, float]) -> int:
    """1 if a ratio has fallen too far in two runs, or is no longer measured. before: the committed ones."""
    gated = {f"{one.group}: {one.name}": one for one in chosen if one.base is not None}
    suspects, measured = losses(gated.values(), before)
    lost, _ = losses([gated[name] for name in suspects], before) if suspects else ({}, set())
    missing = before.keys() - measured
    for name in sorted(missing):
        print(f"{name}: is no longer measured")
    for name in sorted(measured - before.keys()):
        print(f"{name}: has no committed ratio")
    for name, fall in lost.items():
        print(f"{name}: {fall}")
    print(f"{len(gated)} ratios, {len(suspects)} looked lost at first, {len(lost)} are")
    return 1 if lost or missing else 0


if __name__ == "__main__":
    if sys.argv[1:] == ["--check"]:
        sys.exit(check(contests(), report.committed()))
    some(sys.argv[1:]) if sys.argv[1:] else everything()
