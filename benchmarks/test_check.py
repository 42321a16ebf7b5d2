"""`make bench-check` sees what it is there for: a ratio that has fallen by more than a quarter, in two runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from benchmarks.__main__ import check
from benchmarks.contests import Contest
from benchmarks.race import REPEATS, ROUNDS

TURNS = 4 + 1 + REPEATS * ROUNDS  # calls of an entrant's work in one race: its size is found, it is warmed, it runs


def work(amount: int, slow_calls: int = 0) -> Callable[[list[Any]], None]:
    """So many units of work for each input; at first three times as many, for some calls."""
    calls = 0

    def run(batch: list[Any]) -> None:
        nonlocal calls
        calls += 1
        for _ in batch:
            sum(range(amount * 3 if calls <= slow_calls else amount))

    return run


def contest(slow_calls: int = 0, base: str = "peer") -> Contest:
    """The peer takes twice as long as ours."""
    jobs: Any = {"ocppcore": (work(2000, slow_calls), [0]), "peer": (work(4000), [0])}
    return Contest("decode", "Heartbeat", jobs, base)


@pytest.mark.parametrize(("committed", "code"), [(1.0, 0), (2.0, 0), (2.3, 0), (3.2, 1), (9.0, 1)])
def test_a_ratio_that_has_fallen_by_more_than_a_quarter_is_an_error(committed: float, code: int) -> None:
    assert check([contest()], {"decode: Heartbeat": committed}) == code


def test_it_must_fall_in_two_runs(capsys: pytest.CaptureFixture[str]) -> None:
    assert check([contest(slow_calls=TURNS)], {"decode: Heartbeat": 2.0}) == 0
    assert "1 ratios, 1 looked lost at first, 0 are" in capsys.readouterr().out
    assert check([contest(slow_calls=2 * TURNS)], {"decode: Heartbeat": 2.0}) == 1


def test_what_is_no_longer_measured_is_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert check([], {"decode: Heartbeat": 2.0}) == 1
    assert check([contest(base="msgspec")], {"decode: Heartbeat": 2.0}) == 1
    assert capsys.readouterr().out.count("decode: Heartbeat: is no longer measured") == 2


def test_what_was_never_committed_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert check([contest()], {}) == 0
    assert "decode: Heartbeat: has no committed ratio" in capsys.readouterr().out
