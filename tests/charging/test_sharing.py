"""How a limit of the station is shared out between transactions (1.6 §3.13.3, §3.13.4)."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocppcore.charging import Cap, Limit, ProfileSet, Unit
from ocppcore.charging.sharing import Claim, evenly, share

from .stations import DAY, NOW, made, station_max, tx_default


@pytest.mark.parametrize(
    ("total", "rooms", "parts"),
    [
        (30, [10, 10, 10], [10, 10, 10]),
        (12, [10, 10, 10], [4, 4, 4]),
        (20, [3, 10, 10], [3, 8, 9]),
        (20, [10, 3, 100], [8, 3, 9]),
        (0, [1, 2], [0, 0]),
        (5, [], []),
        (100, [0, 7], [0, 7]),
    ],
)
def test_evenly_and_to_nobody_more_than_there_is_room_for(total: int, rooms: list[int], parts: list[int]) -> None:
    assert evenly(total, rooms) == parts


CLAIMS = st.lists(st.builds(Claim, st.integers(0, 50), st.integers(0, 50), st.integers(0, 12)), max_size=6)


@settings(max_examples=200)
@given(st.integers(0, 150), CLAIMS)
def test_nobody_gets_more_than_it_may_and_nothing_useful_is_left(total: int, claims: list[Claim]) -> None:
    given_ = share(total, claims)
    assert all(0 <= part <= claim.most for part, claim in zip(given_, claims, strict=True))
    assert sum(given_) <= total
    short = [n for n, claim in enumerate(claims) if given_[n] < claim.wanted]
    if short:  # who wants more would get it, but for the remainder of a division, or because its least does not fit
        left = total - sum(given_)
        unserved = [n for n in short if given_[n] < claims[n].least]
        assert left < len(claims) or all(left < claims[n].least or given_[n] == 0 for n in short) and unserved


@settings(max_examples=200)
@given(st.integers(0, 150), CLAIMS)
def test_who_came_first_is_served_first(total: int, claims: list[Claim]) -> None:
    given_ = share(total, claims)
    left = total
    for part, claim in zip(given_, claims, strict=True):
        if claim.least <= left:
            assert part >= claim.least
            left -= claim.least
        else:
            assert part == 0


def shares(profiles: ProfileSet, wanted: dict[int, float] | None = None, unit: str = "A") -> list[float]:
    return [limit.limit for _, limit in sorted(profiles.in_force(NOW, wanted, unit).items())]


def garage(group: float, *ratings: Cap, unit: str = "A", began: tuple[int, ...] = ()) -> ProfileSet:
    """EVSEs under one limit, all with a transaction, begun one after the other unless told otherwise."""
    profiles = ProfileSet(ratings)
    profiles.install(station_max(1, (0, group), unit=unit))
    for evse in range(1, len(ratings) + 1):
        profiles.begin(evse, began[evse - 1] if began else NOW + evse)
    return profiles


def test_the_limit_of_the_station_is_shared_evenly() -> None:
    assert shares(garage(30, Cap(32), Cap(32), Cap(32))) == [10, 10, 10]
    assert shares(garage(32, Cap(32), Cap(32), Cap(32))) == [10.666666, 10.666667, 10.666667]


def test_what_one_does_not_want_goes_to_the_others_and_what_nobody_wants_stays_at_hand() -> None:
    profiles = garage(40, Cap(32), Cap(32))
    assert shares(profiles) == [20, 20]
    assert shares(profiles, {1: 9.5}) == [9.5, 30.5]
    assert shares(profiles, {1: 9.5, 2: 10}) == [19.75, 20.25]
    assert shares(profiles, {1: 0}) == [8, 32]
    assert shares(profiles, {1: 2_000_000, 2: 2_000_000}) == [20, 20]


def test_an_evses_own_limit_is_not_shared_away() -> None:
    profiles = garage(40, Cap(32), Cap(32))
    profiles.install(tx_default(2, 1, (0, 6)))
    assert shares(profiles) == [6, 32]


def test_who_cannot_have_what_is_worth_offering_waits() -> None:
    """IEC 61851: below 6 A nobody charges; the oldest transactions are served."""
    three = [Cap(32, least=6)] * 3
    assert shares(garage(18, *three)) == [6, 6, 6]
    assert shares(garage(17, *three)) == [8.5, 8.5, 0]
    assert shares(garage(11, *three, began=(NOW + 2, NOW + 1, NOW + 3))) == [0, 11, 0]
    assert shares(garage(17, *three), {1: 0}) == [0, 8.5, 8.5]


def test_min_charging_rate_is_what_is_worth_offering() -> None:
    """§7.13, §3.13.4."""
    profiles = garage(17, Cap(32, least=6), Cap(32, least=6))
    profiles.install(tx_default(2, 1, (0, 32), min_charging_rate=10))
    assert shares(profiles) == [10.5, 6.5]
    profiles.install(tx_default(3, 2, (0, 32), min_charging_rate=10))
    assert shares(profiles) == [17, 0]


def test_without_a_transaction_there_is_nothing_to_obey_and_nothing_to_share_with() -> None:
    profiles = garage(30, Cap(32), Cap(32))
    profiles.end(2)
    assert profiles.in_force(NOW) == {1: Limit(30_000_000, Unit.A, 3, "ChargingStationMaxProfile", 1)}


def test_a_share_says_what_it_is_a_share_of() -> None:
    profiles = garage(30, Cap(32), Cap(32))
    assert profiles.in_force(NOW)[2] == Limit(15_000_000, Unit.A, 3, "shared", 1)
    profiles.restrict(0, "load management", 20)
    assert profiles.in_force(NOW)[2] == Limit(10_000_000, Unit.A, 3, "shared", None)


def test_a_limit_of_the_station_in_watts_counts_the_phases() -> None:
    profiles = garage(11_040, Cap(32), Cap(32), unit="W")
    assert shares(profiles) == [8, 8] and shares(profiles, unit="W") == [5520, 5520]
    profiles.install(made(2, 1, "TxDefaultProfile", periods=[(0, 16, 1)]))
    assert shares(profiles) == [16, 10.666666]  # 3680 W on one phase leave 7360 W


def test_the_connection_of_the_station_is_shared_too() -> None:
    profiles = ProfileSet([Cap(32), Cap(32)], Cap(35))
    profiles.begin(1, NOW)
    profiles.begin(2, NOW)
    assert shares(profiles) == [17.5, 17.5]
    assert profiles.in_force(NOW + DAY)[1].why == "shared"


def test_a_dc_station_in_watts_loses_nothing_to_rounding() -> None:
    profiles = ProfileSet([Cap(150_000, "W"), Cap(150_000, "W")], Cap(200_000, "W"), units=["W"])
    profiles.begin(1, NOW)
    profiles.begin(2, NOW)
    assert shares(profiles, {1: 50_000}, "W") == [50_000, 150_000]
