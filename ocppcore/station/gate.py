"""The gate between a step and the world: what depends on a batch of writes stays back until the batch is stored.

Texts and energy-on wait; energy-off never does. A batch that could not be stored is offered again, with those after it:
nothing newer counts as stored before it, whatever the host says, because batches build on one another.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from ocppcore.session.contract import Batch
from ocppcore.station.store import StateStore


class Gate:
    """Holds batches until they are stored, and what waits for them. evses: the numbers that energy is gated for."""

    def __init__(self, store: StateStore, evses: Iterable[int]) -> None:
        self._store = store
        self._unstored: deque[Batch] = deque()  # not yet acknowledged, oldest first
        self._offered = 0  # how many of them the host has
        self._failed: int | None = None  # the oldest batch that could not be stored; until offer_again()
        self._newest = 0  # the newest batch
        self._stored = 0  # the newest batch that is stored
        self._texts: deque[tuple[int, str]] = deque()  # the batch that must be stored first, the text
        self._energy: dict[int, int | None] = dict.fromkeys(evses)  # the batch that energy-on waits for

    def close_step(self, texts: Iterable[str]) -> None:
        """A step ends: its writes become one batch, and its texts wait for it."""
        batch = self._store.take_batch()
        if batch is not None:
            self._newest = batch.id
            self._unstored.append(batch)
        self._texts.extend((self._newest, text) for text in texts)

    def offer_energy(self, evse: int, wanted: bool) -> None:
        """The rules allow energy, or no longer. Called at the end of each step, after close_step()."""
        if not wanted:
            self._energy[evse] = None
        elif self._energy[evse] is None:
            self._energy[evse] = self._newest

    def energy(self, evse: int) -> bool:
        """True if energy may flow now."""
        need = self._energy[evse]
        return need is not None and need <= self._stored

    def texts(self) -> Iterable[str]:
        """The texts whose batch is stored, each once."""
        while self._texts and self._texts[0][0] <= self._stored:
            yield self._texts.popleft()[1]

    def take_back(self, id: str) -> None:
        """The call with this id has ended: if it still waits here, it need not leave any more."""
        if self._texts:
            own = f'[2,"{id}",'  # as wire/encode.py writes a CALL
            self._texts = deque(entry for entry in self._texts if not entry[1].startswith(own))

    def drop_texts(self) -> None:
        """The link is gone: nobody is there to read them."""
        self._texts.clear()

    def next_batch(self) -> Batch | None:
        """The next batch to store, in order; None if the host has them all."""
        if self._failed is not None or self._offered >= len(self._unstored):
            return None
        self._offered += 1
        return self._unstored[self._offered - 1]

    @property
    def idle(self) -> bool:
        """True if no batch waits to be stored."""
        return not self._unstored

    def stored(self, id: int) -> None:
        """All batches up to this one are durable."""
        while self._unstored and self._unstored[0].id <= id and self._unstored[0].id != self._failed:
            self._stored = self._unstored.popleft().id
            self._offered = max(self._offered - 1, 0)

    def failed(self, id: int) -> None:
        """This batch could not be stored."""
        if any(batch.id == id for batch in self._unstored):
            self._failed = id if self._failed is None else min(id, self._failed)

    def offer_again(self) -> None:
        """Offer all that is not stored once more."""
        self._failed = None
        self._offered = 0
