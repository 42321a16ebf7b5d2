"""The table of 1.6 §4.9: it has the standard's 53 entries, and there is a way between any two statuses."""

from __future__ import annotations

from itertools import product

import pytest

from ocppcore.station.blocks.availability.transitions import STATUSES, TRANSITIONS, path

# 1.6 §4.9, the table of transitions, with B6 (E 3.20).
NAMES = """
    A2 A3 A4 A5 A7 A8 A9
    B1 B3 B4 B5 B6 B9
    C1 C4 C5 C6 C8 C9
    D1 D3 D5 D6 D8 D9
    E1 E3 E4 E6 E8 E9
    F1 F2 F8 F9
    G1 G2 G8 G9
    H1 H2 H3 H4 H5 H9
    I1 I2 I3 I4 I5 I6 I7 I8
""".split()
ORDER = "Available Preparing Charging SuspendedEV SuspendedEVSE Finishing Reserved Unavailable Faulted".split()


def test_the_53_transitions_of_the_standard() -> None:
    assert len(NAMES) == 53 and tuple(ORDER) == STATUSES
    entries = {(ORDER["ABCDEFGHI".index(row)], ORDER[int(column) - 1]): row + column for row, column in NAMES}
    assert entries == TRANSITIONS


@pytest.mark.parametrize(("old", "new"), list(product(STATUSES, STATUSES)))
def test_every_way_is_made_of_transitions_of_the_table(old: str, new: str) -> None:
    steps = [old, *path(old, new)]
    assert steps[-1] == new and len(steps) <= 3
    assert all(pair in TRANSITIONS for pair in zip(steps, steps[1:], strict=False))


def test_what_is_not_in_the_table_has_a_step_in_between() -> None:
    assert path("Preparing", "Unavailable") == ("Available", "Unavailable")  # there is no B8
    assert path("Available", "Finishing") == ("Preparing", "Finishing")  # there is no A6
    assert path("Charging", "Preparing") == ("Available", "Preparing")
    assert path("Preparing", "Finishing") == ("Finishing",)  # B6, E 3.20
