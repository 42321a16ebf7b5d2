"""A store in memory that can be told to fail, or to take its time: a full disk and a slow card are inputs like any
other."""

from __future__ import annotations

from ocppcore.bindings.storage.memory import MemoryStore
from ocppcore.errors import StorageError
from ocppcore.session.contract import Batch


class FaultyStore(MemoryStore):
    """Keeps what it is given in `tables`.

    failures: how many of the next commits fail, with nothing written. delay: seconds that a Pair lets pass before it
    reports a batch as stored. commits: the ids of the batches that were written.
    """

    def __init__(self, failures: int = 0, delay: float = 0.0) -> None:
        super().__init__()
        self.failures = failures
        self.delay = delay
        self.commits: list[int] = []

    def commit(self, batch: Batch) -> None:
        """Take the batch over. Raises StorageError while there are failures left."""
        if self.failures > 0:
            self.failures -= 1
            raise StorageError("the disk is full")
        super().commit(batch)
        self.commits.append(batch.id)
