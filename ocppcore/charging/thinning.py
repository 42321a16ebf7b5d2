"""Which sets of meter values a transaction keeps when there are too many (1.6 §3.16.6 by E 3.14, E 3.91).

The first and the last are never dropped; what lies between is thinned out evenly, over the whole transaction: those
stay whose number is a multiple of a power of two. So it can be done again with every set that comes, without ever
missing one that has been dropped.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence


def surplus(sizes: Mapping[int, int], most: int, budget: int) -> list[int]:
    """The numbers of the sets to drop, so that no more than `most` sets and `budget` bytes are left.

    sizes: bytes by number; the numbers count all sets from 1 on, those that were dropped before included.
    """
    stride, kept = 1, sizes
    while len(kept) > max(most, 0) or sum(kept.values()) > max(budget, 0):
        stride *= 2
        kept = {number: size for number, size in kept.items() if number % stride == 0}
    return [number for number in sizes if number not in kept]


def pick(sizes: Sequence[int], most: int, budget: int) -> list[int]:
    """The places of the sets to keep, in order, where all are at hand: the first and the last, and of the others as
    many as fit evenly. sizes: bytes of each; most, budget: for all of them together.
    """
    between = dict(enumerate(sizes[1:-1], 1))
    gone = set(surplus(between, most - 2, budget - sum(sizes) + sum(between.values())))
    return [place for place in range(len(sizes)) if place not in gone]
