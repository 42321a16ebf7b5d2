"""The fuzz targets hold on what a fuzzer starts from, and on what fuzzers have found so far: without a fuzzer."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))  # as when the fuzzer runs them
from targets import TARGETS  # noqa: E402

sys.path.remove(str(HERE))
FINDS = sorted((HERE / "finds").glob("*/*"))


@pytest.mark.parametrize("name", TARGETS)
def test_the_seeds_hold(name: str) -> None:
    for seed in TARGETS[name].seeds():
        TARGETS[name].run(seed)


@pytest.mark.parametrize("find", FINDS, ids=lambda find: f"{find.parent.name}, {find.name}")
def test_what_was_found_stays_fixed(find: Path) -> None:
    TARGETS[find.parent.name].run(find.read_bytes())
