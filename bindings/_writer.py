"""Commits batches to a store, in line or in a thread of its own, one after the other.

Its rule: after a batch that could not be stored, none that follows it is stored before it is offered again; or a later
stored() would vouch for it.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from ocppcore.bindings.storage.base import Store
from ocppcore.session.contract import Batch


class Writer:
    """stored(id) and failed(id, why) tell how a batch fared; called on the event loop. threaded: do not block it."""

    def __init__(
        self, store: Store, stored: Callable[[int], object], failed: Callable[[int, str], object], threaded: bool
    ) -> None:
        self._store = store
        self._stored = stored
        self._failed = failed
        self._thread = ThreadPoolExecutor(1, "ocppcore-store") if threaded else None
        self._waiting: deque[Batch] = deque()  # behind the one that the thread has
        self._writing: asyncio.Future[None] | None = None
        self._missing: int | None = None  # the batch that must come first

    def write(self, batch: Batch) -> None:
        """Store it, in its turn."""
        if self._missing is not None and batch.id > self._missing:
            return  # it will be offered again, behind the missing one
        self._missing = None
        if self._thread is None:
            self._commit(batch)
        else:
            self._waiting.append(batch)
            self._next()

    async def close(self) -> None:
        """Finish what is waiting. The store stays open: it is not ours."""
        while self._writing is not None:
            await asyncio.wait([self._writing])
            await asyncio.sleep(0)  # lets its callback run
        if self._thread is not None:
            self._thread.shutdown()

    def _commit(self, batch: Batch) -> None:
        try:
            self._store.commit(batch)
        except Exception as error:  # a StorageError, or a bug of the store: the batch is not durable either way
            self._fail(batch, str(error))
        else:
            self._stored(batch.id)

    def _fail(self, batch: Batch, why: str) -> None:
        self._missing = batch.id
        self._waiting.clear()
        self._failed(batch.id, why)

    # In a thread

    def _next(self) -> None:
        if self._thread is not None and self._writing is None and self._waiting:
            batch = self._waiting.popleft()
            loop = asyncio.get_running_loop()
            self._writing = loop.run_in_executor(self._thread, self._store.commit, batch)
            self._writing.add_done_callback(lambda done: self._written(batch, done))

    def _written(self, batch: Batch, done: asyncio.Future[None]) -> None:
        self._writing = None
        if done.cancelled():
            return
        error = done.exception()
        if error is None:
            self._stored(batch.id)
        else:
            self._fail(batch, str(error))
        self._next()
