"""The fuzz targets hold on what a fuzzer starts from, and on what fuzzers have found so far: without a fuzzer."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

HERE = Path(__file__).parent


def load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("fuzz_targets", HERE / "targets.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


TARGETS = load().TARGETS
FINDS = sorted((HERE / "finds").glob("*/*"))


@pytest.mark.parametrize("name", TARGETS)
def test_the_seeds_hold(name: str) -> None:
    for seed in TARGETS[name].seeds():
        TARGETS[name].run(seed)


@pytest.mark.parametrize("find", FINDS, ids=lambda find: f"{find.parent.name}, {find.name}")
def test_what_was_found_stays_fixed(find: Path) -> None:
    TARGETS[find.parent.name].run(find.read_bytes())
