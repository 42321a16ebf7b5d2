"""Both stores keep the same promise: batches whole and in order, puts before deletes."""

from __future__ import annotations

from pathlib import Path

import pytest

from ocppcore.bindings.storage.base import Store
from ocppcore.bindings.storage.memory import MemoryStore
from ocppcore.bindings.storage.sqlite import SqliteStore
from ocppcore.session.contract import Batch


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    made: Store = MemoryStore() if request.param == "memory" else SqliteStore(tmp_path / "station.db")
    request.addfinalizer(made.close)
    return made


def test_a_new_store_is_empty(store: Store) -> None:
    assert store.load() == {}


def test_what_was_put_is_loaded(store: Store) -> None:
    store.commit(Batch(1, {("queue", "1"): '{"a":1}', ("config", "Key"): '"ü\\u0000"'}, frozenset()))
    store.commit(Batch(2, {("queue", "1"): '{"a":2}', ("queue", "2"): "null"}, frozenset()))
    assert store.load() == {"queue": {"1": '{"a":2}', "2": "null"}, "config": {"Key": '"ü\\u0000"'}}


def test_deletes_come_after_the_puts_of_their_batch(store: Store) -> None:
    store.commit(Batch(1, {("t", "a"): "1", ("t", "b"): "2"}, frozenset([("t", "a"), ("t", "never there")])))
    assert store.load() == {"t": {"b": "2"}}


def test_a_table_without_rows_is_not_loaded(store: Store) -> None:
    store.commit(Batch(1, {("t", "a"): "1"}, frozenset()))
    store.commit(Batch(2, {}, frozenset([("t", "a")])))
    assert store.load() == {}


def test_what_is_loaded_is_the_callers_own(store: Store) -> None:
    store.commit(Batch(1, {("t", "a"): "1"}, frozenset()))
    store.load()["t"]["a"] = "changed"
    assert store.load() == {"t": {"a": "1"}}


def test_closing_twice_is_harmless(store: Store) -> None:
    store.close()
    store.close()
