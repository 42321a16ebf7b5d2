"""The state in memory: JSON values by table and key, and one batch of what has changed."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from ocppcore.station.store import StateStore

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(-1e9, 1e9) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)
CHANGES = st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from("xyz"), st.none() | st.tuples(VALUES)), max_size=20)


def test_a_value_comes_back_and_cannot_be_changed_by_accident() -> None:
    store = StateStore()
    value = {"list": [1]}
    store.put("t", "k", value)
    value["list"].append(2)
    store.get("t", "k")["list"].append(3)
    assert store.get("t", "k") == {"list": [1]}
    assert store.get("t", "other", "default") == "default" and store.get("none", "k") is None


def test_a_batch_has_the_last_value_of_each_key_once() -> None:
    store = StateStore({"t": {"old": "1"}})
    store.put("t", "a", 1)
    store.put("t", "a", 2)
    store.delete("t", "old")
    store.delete("t", "never")
    assert store.staged
    batch = store.take_batch()
    assert batch is not None
    assert (batch.id, batch.puts, batch.deletes) == (1, {("t", "a"): "2"}, frozenset({("t", "old")}))
    assert not store.staged and store.take_batch() is None


def test_an_equal_value_costs_nothing() -> None:
    store = StateStore({"t": {"k": "[1,2]"}})
    store.put("t", "k", [1, 2])
    assert not store.staged


def test_keys_are_sorted() -> None:
    store = StateStore()
    for key in "cab":
        store.put("t", key, key)
    assert store.keys("t") == ["a", "b", "c"] and dict(store.items("t")) == {"a": "a", "b": "b", "c": "c"}
    assert store.keys("none") == []


@settings(max_examples=200, deadline=None)
@given(CHANGES, st.integers(1, 5))
def test_the_batches_replayed_are_the_state(changes: list[tuple[str, str, Any]], every: int) -> None:
    store, disk = StateStore(), {}
    for count, (table, key, value) in enumerate(changes):
        if value is None:
            store.delete(table, key)
        else:
            store.put(table, key, value[0])
        if count % every == 0 and (batch := store.take_batch()) is not None:
            disk.update(batch.puts)
            for place in batch.deletes:
                disk.pop(place, None)
    if (batch := store.take_batch()) is not None:
        disk.update(batch.puts)
        for place in batch.deletes:
            disk.pop(place, None)
    held = {(table, key): value for table in "ab" for key, value in store.items(table)}
    assert {place: json.loads(text) for place, text in disk.items()} == held
