"""What was measured, as numbers (results.json) and as tables (RESULTS.md, and the terminal).

A ratio says how many times as long the other takes as ocppcore: above 1, ocppcore is faster.
"""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Iterable
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks import loopback, race
from benchmarks.contests import OURS, Contest
from benchmarks.race import geometric_mean

HERE = Path(__file__).parent
RESULTS = HERE / "results.json"
TABLES = HERE / "RESULTS.md"
PACKAGES = ("ocppcore", "msgspec", "orjson", "jsonschema-rs", "ocpp", "websockets", "wsproto", "Cython")
Results = dict[str, Any]


def outcome(contest: Contest, entrants: dict[str, race.Entrant]) -> dict[str, Any]:
    """One contest as numbers: microseconds per unit, and the ratios to ours."""
    ours = entrants[OURS]
    return {
        "group": contest.group,
        "name": contest.name,
        "size": contest.size,
        "base": contest.base,
        "note": contest.note,
        "micros": {name: round(entrant.micros / contest.per, 4) for name, entrant in entrants.items()},
        "ratios": {name: round(race.ratio(entrant, ours), 4) for name, entrant in entrants.items() if name != OURS},
    }


def about() -> dict[str, Any]:
    """On what it was measured. The processor is named by its class; nothing else of the machine is."""
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
        cpu = next(line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        cpu = platform.machine()
    return {
        "date": str(datetime.now(UTC).date()),
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "cpu": f"{os.cpu_count()} × {cpu}",
        "system": platform.system(),
        "versions": {package: version(package) for package in PACKAGES},
    }


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A Markdown table, its columns lined up for a terminal."""
    lines = [list(head), *map(list, rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    text = [
        "| " + " | ".join(cell.rjust(width) if index else cell.ljust(width) for index, (cell, width) in pairs) + " |"
        for line in lines
        for pairs in [list(enumerate(zip(line, widths)))]
    ]
    rule = "|" + "|".join("-" * (width + 1) + (":" if index else "-") for index, width in enumerate(widths)) + "|"
    return "\n".join([text[0], rule, *text[1:]])


def _number(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def _races(found: list[dict[str, Any]]) -> str:
    """The contests of one group."""
    peers = list(dict.fromkeys(peer for one in found for peer in one["ratios"]))
    refusing = "accepting" in peers
    head = ["", "bytes", "ocppcore µs", *(["more than accepting, µs"] if refusing else ())]
    head += [f"{peer} ×" for peer in peers] + (["accepted by"] if refusing else [])
    rows = []
    for one in found:
        ours = one["micros"][OURS]
        row = [one["name"], str(one["size"] or ""), _number(ours)]
        row += [f"{ours - one['micros']['accepting']:+.2f}"] if refusing else []
        row += [_number(one["ratios"][peer]) if peer in one["ratios"] else "–" for peer in peers]
        rows.append(row + ([one["note"].removeprefix("accepted by ")] if refusing else []))
    if len(rows) > 5:
        taken = [[one["ratios"][peer] for one in found if peer in one["ratios"]] for peer in peers]
        means = [_number(geometric_mean(ratios)) for ratios in taken]
        blank = ["", "", ""] if refusing else ["", ""]
        rows.append(["geometric mean", *blank, *means, *([""] if refusing else [])])
    return table(head, rows)


def _trips(results: Results) -> str:
    head = ["both ends", "connections", "trips/s", "× ocpp", "server CPU µs", "client CPU µs"]
    rows = []
    for connections, stacks in results["round trips"].items():
        for stack, found in stacks.items():
            times = found["per_second"] / stacks["ocpp"]["per_second"]
            cpu = [_number(found["server"]), _number(found["client"])]
            rows.append([stack, connections, f"{found['per_second']:.0f}", _number(times), *cpu])
        share = [_number(results["shares"][connections][side]) for side in ("server", "client")]
        rows.append(["our share: ocppcore less canned", connections, "", "", *share])
    return table(head, rows)


def _plain(found: dict[str, dict[str, float]], first: str) -> str:
    columns = list(next(iter(found.values())))
    rows = [[name, *(_number(values[column]) for column in columns)] for name, values in found.items()]
    return table([first, *columns], rows)


def tables(results: Results) -> str:
    """All of it as Markdown."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for one in results["contests"]:
        groups.setdefault(one["group"], []).append(one)
    told = results["about"]
    versions = ", ".join(f"{name} {number}" for name, number in told["versions"].items())
    parts = [
        "# Results of `make bench`",
        f"{told['date']}; {told['python']} on {told['system']}, {told['cpu']}; {versions}.\n\n"
        f"Each line: medians of {race.REPEATS} repeats of {race.ROUNDS} interleaved rounds, CPU time of the process. "
        "`peer ×`: how many times as long the peer takes. What the rows mean: docs/performance.md.",
    ]
    for group, found in groups.items():
        parts += [f"## {group[0].upper()}{group[1:]}", _races(found)]
    if "round trips" in results:
        parts += [f"## Heartbeat over loopback, medians of {loopback.REPEATS} interleaved runs", _trips(results)]
        parts += ["## A further idle connection, KiB of resident memory", _plain(results["idle"], "both ends")]
        parts += ["## Import in a fresh process: ms of CPU, KiB of memory", _plain(results["imports"], "what")]
        parts += [f"The tables of the fast path for all messages of 1.6: {results['table bytes'] / 1024:.0f} KiB."]
    return "\n\n".join(parts) + "\n"


def save(results: Results) -> None:
    RESULTS.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n", "utf-8")
    TABLES.write_text(tables(results), "utf-8")


def committed() -> dict[str, float]:
    """The gated ratios of results.json, by contest."""
    found = json.loads(RESULTS.read_text("utf-8"))["contests"]
    return {key(one): one["ratios"][one["base"]] for one in found if one["base"] is not None}


def key(one: dict[str, Any]) -> str:
    return f"{one['group']}: {one['name']}"
