"""Which sets of meter values stay when there are too many (1.6 §3.16.6 by E 3.14, E 3.91)."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocppcore.charging.thinning import pick, surplus

SIZES = st.lists(st.integers(1, 100), max_size=60)


@pytest.mark.parametrize(
    ("count", "most", "kept"),
    [
        (0, 5, []),
        (1, 5, [0]),
        (2, 2, [0, 1]),
        (2, 0, [0, 1]),  # begin and end are never dropped
        (5, 5, [0, 1, 2, 3, 4]),
        (5, 4, [0, 2, 4]),
        (9, 6, [0, 2, 4, 6, 8]),
        (9, 3, [0, 4, 8]),
        (9, 2, [0, 8]),
        (100, 10, [*range(0, 99, 16), 99]),
    ],
)
def test_sets_that_are_too_many_are_thinned_out_evenly(count: int, most: int, kept: list[int]) -> None:
    assert pick([10] * count, most, 1000) == kept


def test_sets_that_are_too_large_are_thinned_out_evenly() -> None:
    assert pick([10] * 9, 99, 50) == [0, 2, 4, 6, 8]
    assert pick([10, 1, 30, 1, 1, 10], 99, 24) == [0, 4, 5]
    assert pick([1000, 1, 1000], 99, 24) == [0, 2]


@settings(max_examples=200)
@given(SIZES, st.integers(0, 70), st.integers(0, 3000))
def test_begin_and_end_survive_and_the_rest_fits(sizes: list[int], most: int, budget: int) -> None:
    kept = pick(sizes, most, budget)
    assert kept == sorted(set(kept))
    assert not sizes or (kept[0], kept[-1]) == (0, len(sizes) - 1)
    assert len(kept) <= max(2, most)
    assert len(kept) <= 2 or sum(sizes[place] for place in kept) <= budget
    if len(sizes) <= most and sum(sizes) <= budget:
        assert kept == list(range(len(sizes)))
    assert len({later - before for before, later in pairwise(kept[:-1])}) <= 1


@settings(max_examples=200)
@given(SIZES, st.integers(1, 20), st.integers(100, 600))
def test_thinned_out_as_they_come_they_are_as_even_as_at_once(sizes: list[int], most: int, budget: int) -> None:
    rows: dict[int, int] = {}
    stride = 1
    for number, size in enumerate(sizes, 1):
        rows[number] = size
        for gone in surplus(rows, most, budget):
            del rows[gone]
        assert len(rows) <= most and sum(rows.values()) <= budget
        while not all(step in rows for step in range(stride, number + 1, stride)):
            stride *= 2
    assert stride == 1 or len(sizes) > most or sum(sizes) > budget
    assert stride <= 4 * max(1, len(sizes) // max(1, min(most, budget // 100)) + 1)
