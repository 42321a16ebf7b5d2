"""Batches reach the store in order, and none after one that failed, in line and in a thread."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from ocppcore.bindings._writer import Writer
from ocppcore.bindings.storage.memory import MemoryStore
from ocppcore.errors import StorageError
from ocppcore.session.contract import Batch

Run = Callable[[Coroutine[Any, Any, Any]], Any]


class FullStore(MemoryStore):
    """A store that has no room for the batches in `full`. error: what it raises then. threads: where it was called."""

    error: type[Exception] = StorageError

    def __init__(self) -> None:
        super().__init__()
        self.full: set[int] = set()
        self.threads: set[str] = set()

    def commit(self, batch: Batch) -> None:
        self.threads.add(threading.current_thread().name)
        if batch.id in self.full:
            raise self.error("the disk is full")
        super().commit(batch)


def batch(id: int) -> Batch:
    return Batch(id, {("t", str(id)): str(id)}, frozenset())


async def write(store: FullStore, ids: list[int], threaded: bool, again: list[int] | None = None) -> list[str]:
    """What a writer reports of these batches; `again` are offered once the first ones have been dealt with."""
    told: list[str] = []
    writer = Writer(
        store, lambda id: told.append(f"stored {id}"), lambda id, why: told.append(f"failed {id}: {why}"), threaded
    )
    for id in ids:
        writer.write(batch(id))
    while writer._writing is not None:
        await asyncio.sleep(0)
    store.full.clear()
    for id in again or []:
        writer.write(batch(id))
    await writer.close()
    return told


@pytest.mark.parametrize("threaded", [False, True])
def test_batches_are_stored_in_order(run: Run, threaded: bool) -> None:
    store = FullStore()
    assert run(write(store, [1, 2, 3], threaded)) == ["stored 1", "stored 2", "stored 3"]
    assert store.load() == {"t": {"1": "1", "2": "2", "3": "3"}}
    assert (threading.current_thread().name in store.threads) is not threaded and len(store.threads) == 1


@pytest.mark.parametrize("error", [StorageError, OSError])
@pytest.mark.parametrize("threaded", [False, True])
def test_nothing_is_stored_behind_what_failed(run: Run, threaded: bool, error: type[Exception]) -> None:
    store = FullStore()
    store.error = error
    store.full = {2}
    told = run(write(store, [1, 2, 3, 4], threaded))
    assert told == ["stored 1", "failed 2: the disk is full"]
    assert store.load() == {"t": {"1": "1"}}


@pytest.mark.parametrize("threaded", [False, True])
def test_what_is_offered_again_is_stored(run: Run, threaded: bool) -> None:
    store = FullStore()
    store.full = {2}
    told = run(write(store, [1, 2, 3], threaded, again=[2, 3, 4]))
    assert told[2:] == ["stored 2", "stored 3", "stored 4"]
    assert list(store.load()["t"]) == ["1", "2", "3", "4"]
