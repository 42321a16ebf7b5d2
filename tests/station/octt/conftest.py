"""The certification cases: cases.csv names all of them, and a test says in its name which one it shows.

After a run with any of them the summary counts, profile by profile, those whose tests have all passed. `make octt` runs
these tests alone. The ids are the laboratories', the titles our own words.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

HERE = Path(__file__).parent
ID = re.compile(r"TC_\d{3}(?:_\d)?_CS")


class Case(NamedTuple):
    """A row of cases.csv. profile: the feature profile, in the words of SupportedFeatureProfiles, or Security."""

    id: str
    profile: str
    title: str


def read_cases() -> list[Case]:
    with (HERE / "cases.csv").open(encoding="utf-8", newline="") as file:
        return [Case(**row) for row in csv.DictReader(file)]


def ids_in_tests() -> Iterator[str]:
    """The ids in the names of the tests of this folder."""
    for path in sorted(HERE.glob("test_*.py")):
        for name in re.findall(r"^def test_(\w+)", path.read_text("utf-8"), re.MULTILINE):
            yield from ID.findall(name)


def counted(cases: Iterable[Case], shown: set[str]) -> list[str]:
    """A line for each profile and one for all: how many cases are among `shown`, and which are not."""
    by_profile: dict[str, list[Case]] = {}
    for case in cases:
        by_profile.setdefault(case.profile, []).append(case)
    rows = [(profile, some) for profile, some in by_profile.items()]
    rows.append(("all profiles", [case for some in by_profile.values() for case in some]))
    lines = []
    for profile, some in rows:
        missing = [case.id for case in some if case.id not in shown]
        count = f"{len(some) - len(missing):>3} of {len(some)}"
        more = f"   without: {' '.join(missing)}" if missing and profile != "all profiles" else ""
        lines.append(f"{profile:<24}{count}{more}")
    return lines


# By id, whether all of its tests have passed so far, in this run.
_passed: dict[str, bool] = {}


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.when == "call" or report.failed:
        path, _, name = report.nodeid.partition("::")
        if "octt" in path:
            for id in ID.findall(name):
                _passed[id] = report.passed and _passed.get(id, True)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if _passed:
        terminalreporter.section("certification cases of OCPP 1.6")
        for line in counted(read_cases(), {id for id, passed in _passed.items() if passed}):
            terminalreporter.line(line)


@pytest.fixture(scope="session")
def cases() -> list[Case]:
    return read_cases()


@pytest.fixture(scope="session")
def tested() -> set[str]:
    """The ids that have a test."""
    return set(ids_in_tests())
