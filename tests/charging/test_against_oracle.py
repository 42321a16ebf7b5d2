"""All that is calculated, against an evaluation that is too simple to be wrong (oracle.py), on random stations."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocppcore.charging import ProfileSet

from .oracle import Oracle
from .worlds import DAY, NOW, world

FIRST, LAST = NOW - DAY, NOW + 7 * DAY
WORLDS = st.randoms(use_true_random=False)


def check_limits(random: Random) -> int:
    """On every edge of the week, and beside it. Returns how many instants that were."""
    profiles, same = world(random)
    evse, unit, begins = random.choice(list(same.caps)), random.choice("AW"), NOW + random.choice((0, 1, -900))
    oracle = Oracle(same, FIRST, LAST, begins)
    instants = oracle.instants(FIRST, LAST)
    for t in instants:
        limit = profiles.limit_at(t, evse, unit, begins)
        assert (limit.millionths, limit.phases) == oracle.limit(evse, t, unit), t
    return len(instants)


def check_next_change(random: Random) -> None:
    """From some instants of a week: nothing differs before the next change, and something does at it."""
    profiles, same = world(random)
    evse, unit = random.choice(list(same.caps)), random.choice("AW")
    oracle = Oracle(same, FIRST, LAST + 21 * DAY, NOW)
    instants = oracle.instants(FIRST, LAST + 21 * DAY)
    limits = {t: oracle.limit(evse, t, unit) for t in instants}
    for t in [FIRST, NOW, *random.sample(instants, min(10, len(instants)))]:
        now = oracle.limit(evse, t, unit)
        expected = next((later for later in instants if later > t and limits[later] != now), None)
        found = profiles.next_change(t, evse, unit, NOW)
        if expected is None:
            assert found is None or found > LAST + 21 * DAY
        else:
            assert found == expected, t


def check_composite(random: Random) -> None:
    """It is the limits, one after the other, rounded down to a tenth, neighbours merged."""
    profiles, same = world(random)
    evse, unit, duration = random.choice(list(same.caps)), random.choice("AW"), random.choice((1, 900, DAY, 7 * DAY))
    start = NOW + random.randrange(-900, 900)
    oracle = Oracle(same, start, start + duration, start)
    expected: list[tuple[int, float, int]] = []
    for t in oracle.instants(start, start + duration - 1):
        limit, phases = oracle.limit(evse, t, unit)
        entry = (limit // 100_000 / 10, phases)
        if not expected or expected[-1][1:] != entry:
            expected.append((t - start, *entry))
    found = profiles.composite(evse, start, duration, unit)
    assert [(period.start, period.limit, period.phases) for period in found] == expected
    assert [period.end for period in found] == [*(period.start for period in found[1:]), duration]


@settings(max_examples=150, deadline=None)
@given(WORLDS)
def test_the_limit_is_right_on_every_edge_of_a_week(random: Random) -> None:
    check_limits(random)


@settings(max_examples=150, deadline=None)
@given(WORLDS)
def test_the_next_change_is_the_first_second_that_differs(random: Random) -> None:
    check_next_change(random)


@settings(max_examples=150, deadline=None)
@given(WORLDS)
def test_the_composite_schedule_is_the_limits_one_after_the_other(random: Random) -> None:
    check_composite(random)


@pytest.mark.parametrize("seed", range(4))
def test_many_more_stations(seed: int) -> None:
    random = Random(seed)
    assert sum(check_limits(random) for _ in range(60)) > 1000
    for _ in range(60):
        check_next_change(random)
        check_composite(random)


def test_second_by_second() -> None:
    """No edge is overlooked by oracle and calculation alike."""
    random = Random(16)
    profiles, same = world(random)
    while len(same.profiles) < 6 or len({t for t in Oracle(same, NOW, NOW + 7200, NOW).instants(NOW, NOW + 7200)}) < 9:
        profiles, same = world(random)
    oracle = Oracle(same, NOW, NOW + 7200, NOW)
    change = NOW
    for t in range(NOW, NOW + 7200):
        limit = profiles.limit_at(t, 1, "A", NOW)
        assert (limit.millionths, limit.phases) == oracle.limit(1, t, "A")
        if t == change:
            change = profiles.next_change(t, 1, "A", NOW) or NOW + 7200
            before = (limit.millionths, limit.phases)
        assert (limit.millionths, limit.phases) == before


@settings(max_examples=100, deadline=None)
@given(WORLDS)
def test_what_is_in_force_stays_until_the_next_change_of_anything(random: Random) -> None:
    profiles, same = world(random)
    t = NOW + random.randrange(-DAY, DAY)
    oracle = Oracle(same, FIRST - DAY, LAST, t)
    change = profiles.next_change(t) or LAST
    now = in_force(profiles, t)
    for later in oracle.instants(t, min(change - 1, LAST)):
        assert in_force(profiles, later) == now


def in_force(profiles: ProfileSet, t: int) -> dict[int, tuple[int, int]]:
    return {evse: (limit.millionths, limit.phases) for evse, limit in profiles.in_force(t).items()}


@settings(max_examples=150, deadline=None)
@given(WORLDS)
def test_together_they_never_exceed_a_limit_of_the_station(random: Random) -> None:
    profiles, same = world(random)
    t, unit = NOW + random.randrange(-DAY, 7 * DAY), random.choice("AW")
    wanted = {evse: random.choice((0, 3, 10, 5000)) for evse in same.caps if random.random() < 0.5}
    limits = profiles.in_force(t, wanted, unit)
    assert limits.keys() == same.transactions.keys()
    oracle = Oracle(same, FIRST, LAST, t)
    for evse, limit in limits.items():
        alone, phases = oracle.limit(evse, t, unit)
        assert limit.millionths <= alone and limit.phases == phases
    for bound in oracle.bounds(0, t):
        total = 0
        for limit in limits.values():
            used = limit.millionths
            if unit != bound.unit:
                each = same.volts * limit.phases
                used = used * each if unit == "A" else -(-used // each)
            total += used
        assert total <= bound.amount
