"""The authorization cache by itself: what it keeps, what goes first, when an entry ends (1.6 §3.5.1)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from ocppcore.station.blocks.authorization.cache import Cache, Known
from ocppcore.station.store import StateStore

NOW = datetime(2026, 1, 1, tzinfo=UTC)
LATER = "2026-01-01T01:00:00Z"


def cache_of(*tokens: str, size: int = 3, store: StateStore | None = None) -> Cache:
    cache = Cache(store or StateStore(), size)
    for token in tokens:
        cache.learn(token, Known("Accepted", None), NOW)
    return cache


def known(cache: Cache, *tokens: str) -> list[str]:
    return [token for token in tokens if cache.find(token, NOW) is not None]


def test_tokens_compare_without_regard_to_case() -> None:
    """W21, E 3.74."""
    cache = cache_of("AbC")
    cache.learn("aBc", Known("Blocked", None), NOW)
    assert len(cache) == 1
    entry = cache.find("ABC", NOW)
    assert entry is not None and entry.status == "Blocked"


def test_a_full_cache_loses_what_is_not_valid_first() -> None:
    cache = cache_of("A", "B", "C")
    cache.learn("B", Known("Invalid", None), NOW)
    cache.learn("D", Known("Accepted", None), NOW)
    assert known(cache, "A", "B", "C", "D") == ["A", "C", "D"]


def test_a_full_cache_of_valid_entries_loses_the_oldest() -> None:
    cache = cache_of("A", "B", "C")
    cache.learn("A", Known("Accepted", None), NOW)  # heard of again: it is the newest now
    cache.learn("D", Known("Accepted", None), NOW)
    assert known(cache, "A", "B", "C", "D") == ["A", "C", "D"]


def test_an_expired_entry_goes_before_a_valid_one() -> None:
    cache = cache_of("A", "B")
    cache.learn("C", Known("Accepted", None, LATER), NOW)
    cache.learn("D", Known("Accepted", None), NOW + timedelta(hours=2))
    assert known(cache, "A", "B", "C", "D") == ["A", "B", "D"]


def test_expiry_marks_and_does_not_drop() -> None:
    store = StateStore()
    cache = cache_of("X", store=store)
    cache.learn("A", Known("Accepted", "G", LATER), NOW)
    cache.learn("Y", Known("Accepted", None), NOW)
    before = cache.find("A", NOW + timedelta(minutes=59))
    assert before is not None and before.status == "Accepted"
    after = cache.find("A", NOW + timedelta(minutes=60))
    assert after is not None and (after.status, after.parent, after.valid) == ("Expired", "G", False)
    again = Cache(store, 3)
    again.load()
    stored = again.find("A", NOW)
    assert stored is not None and stored.status == "Expired"


def test_nothing_expires_while_the_time_is_not_known() -> None:
    cache = Cache(StateStore(), 3)
    cache.learn("A", Known("Accepted", None, "1999-01-01T00:00:00Z"), None)
    entry = cache.find("A", None)
    assert entry is not None and entry.valid


def test_the_order_survives_a_restart() -> None:
    store = StateStore()
    cache = cache_of("C", "B", "A", store=store)
    cache.learn("C", Known("Accepted", None), NOW)
    again = Cache(store, 3)
    again.load()
    again.learn("D", Known("Accepted", None), NOW)
    assert known(again, "A", "B", "C", "D") == ["A", "C", "D"]
    third = Cache(store, 3)
    third.load()
    third.learn("E", Known("Accepted", None), NOW)
    assert known(third, "A", "B", "C", "D", "E") == ["C", "D", "E"]


def test_nothing_new_is_not_written() -> None:
    """Authorize.conf and StartTransaction.conf of one session say the same: one write (W33)."""
    store = StateStore()
    cache = cache_of("A", store=store)
    assert store.take_batch() is not None
    cache.learn("A", Known("Accepted", None), NOW)
    assert store.take_batch() is None


def test_clear_forgets_all() -> None:
    store = StateStore()
    cache = cache_of("A", "B", store=store)
    cache.clear()
    assert len(cache) == 0
    assert store.keys("authorization_cache") == []


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 9), st.booleans()), max_size=60))
def test_it_holds_the_last_valid_ones_and_never_more(heard: list[tuple[int, bool]]) -> None:
    """Against the rule read literally, with a list."""
    store = StateStore()
    cache, model = Cache(store, 4), list[tuple[str, bool]]()
    for number, valid in heard:
        token = f"T{number}"
        model = [entry for entry in model if entry[0] != token]
        if len(model) >= 4:
            model = [entry for entry in model if entry[1]]
        model = [*(model if len(model) < 4 else model[1:]), (token, valid)]
        cache.learn(token, Known("Accepted" if valid else "Blocked", None), NOW)
        assert sorted(key for key, _ in model) == known(cache, *(f"T{n}" for n in range(10)))
        assert len(store.keys("authorization_cache")) == len(cache) <= 4
