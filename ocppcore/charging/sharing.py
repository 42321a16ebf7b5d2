"""How a group limit is shared out between running transactions (1.6 §3.13.3: together they never exceed it).

Nobody has priority but by coming first, and nothing is left over that somebody may use:
1. In the order of their begin, each gets the least that is worth offering (minChargingRate, or 6 A by IEC 61851). Who
   no longer fits gets nothing: two cars with 3 A each would both stand still.
2. The rest goes evenly, up to what each wants.
3. What is still left goes evenly as well, up to what each may have: a car that begins to want more finds room.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence


class Claim:
    """One transaction's. All in millionths of one unit: most, what it may have; wanted, what it would use; least, below
    which it is of no use."""

    __slots__ = ("most", "wanted", "least")

    def __init__(self, most: int, wanted: int, least: int) -> None:
        self.most = most
        self.wanted = min(wanted, most)
        self.least = min(least, self.wanted)


def share(total: int, claims: Sequence[Claim]) -> list[int]:
    """What each gets, in the order of the claims, oldest transaction first. The sum is never more than total."""
    given = [0] * len(claims)
    served = []
    for number, claim in enumerate(claims):
        if claim.least <= total:
            total -= claim.least
            given[number] = claim.least
            served.append(number)
    for want in (True, False):
        rooms = [(claims[number].wanted if want else claims[number].most) - given[number] for number in served]
        for number, more in zip(served, evenly(total, rooms), strict=True):
            given[number] += more
            total -= more
    return given


def evenly(total: int, rooms: Iterable[int]) -> list[int]:
    """The total in equal parts, but to nobody more than there is room for; what that leaves goes to the others."""
    rooms = list(rooms)
    parts = [0] * len(rooms)
    by_room = sorted(range(len(rooms)), key=rooms.__getitem__)
    for place, number in enumerate(by_room):
        parts[number] = min(rooms[number], total // (len(rooms) - place))
        total -= parts[number]
    return parts
