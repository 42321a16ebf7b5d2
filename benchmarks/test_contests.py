"""The contests one by one under pytest-benchmark, for a closer look at one: first that all entrants do the work.

    pytest benchmarks -k "decode and Heartbeat" --benchmark-columns=min,median,iqr,rounds

A time is that of a batch: one input, or 16 variations. pytest-benchmark runs the entrants one after the other; the
ratios of `make bench` are of interleaved ones.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from benchmarks.contests import OURS, Contest, contests
from benchmarks.corpus import frames, shuffled, varied
from benchmarks.peers import WRITERS, same_json
from ocppcore.wire import Fault

ENTRIES = [(contest, entrant) for contest in contests() for entrant in contest.jobs]


def label(value: object) -> str:
    return f"{value.group}: {value.name}" if isinstance(value, Contest) else str(value)


@pytest.mark.parametrize(("contest", "entrant"), ENTRIES, ids=label)
def test_contest(benchmark: Any, contest: Contest, entrant: str) -> None:
    benchmark.group = label(contest)
    work, inputs = contest.jobs[entrant]
    result = benchmark(work, inputs[:16])
    assert contest.group == "refuse" or not isinstance(result, Exception), result
    if entrant == OURS and contest.group.startswith(("decode", "refuse")):
        assert isinstance(result, Fault) is (contest.group == "refuse")


@pytest.mark.parametrize("sample", frames(), ids=lambda sample: sample.name)
def test_variations_differ_in_values_only(sample: Any) -> None:
    for other in (varied(sample), shuffled(sample)):
        assert len({one.data for one in other}) == 256
        assert not any(isinstance(one.read(), Fault) for one in other)
    for one, mixed in zip(varied(sample), shuffled(sample)):
        assert json.loads(one.data) == json.loads(mixed.data)


@pytest.mark.parametrize("peer", WRITERS)
@pytest.mark.parametrize("sample", frames(), ids=lambda sample: sample.name)
def test_all_write_the_same(sample: Any, peer: str) -> None:
    work, inputs = WRITERS[peer](varied(sample)[:20])
    for one, given in zip(varied(sample), inputs):
        assert same_json(work([given]), one.data)
