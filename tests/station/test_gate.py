"""The gate: what depends on a batch stays back until it is stored; energy-off never waits."""

from __future__ import annotations

from ocppcore.station.gate import Gate
from ocppcore.station.store import StateStore


class Bench:
    """A gate for one EVSE, and steps that write."""

    def __init__(self) -> None:
        self.store = StateStore()
        self.gate = Gate(self.store, [1])
        self.count = 0

    def step(self, *texts: str, writes: bool = True, energy: bool = False) -> None:
        self.count += 1
        if writes:
            self.store.put("t", "k", self.count)
        self.gate.close_step(texts)
        self.gate.offer_energy(1, energy)

    def offered(self) -> list[int]:
        """The batches that the host is offered, until there is none."""
        ids = []
        while (batch := self.gate.next_batch()) is not None:
            ids.append(batch.id)
        return ids


def test_texts_wait_for_the_batch_of_their_step() -> None:
    bench = Bench()
    bench.step("a")
    bench.step("b", writes=False)
    assert list(bench.gate.texts()) == [] and bench.offered() == [1]
    bench.gate.stored(1)
    assert list(bench.gate.texts()) == ["a", "b"] and list(bench.gate.texts()) == []


def test_texts_of_a_step_without_writes_wait_for_nothing() -> None:
    bench = Bench()
    bench.step("a", writes=False)
    assert list(bench.gate.texts()) == ["a"] and bench.gate.idle


def test_texts_keep_their_order() -> None:
    bench = Bench()
    for text in "abc":
        bench.step(text)
    bench.gate.stored(2)
    assert list(bench.gate.texts()) == ["a", "b"]
    bench.gate.stored(3)
    assert list(bench.gate.texts()) == ["c"]


def test_energy_on_waits_and_energy_off_does_not() -> None:
    bench = Bench()
    bench.step(energy=True)
    assert not bench.gate.energy(1)
    bench.gate.stored(1)
    assert bench.gate.energy(1)
    bench.step(energy=False)
    assert not bench.gate.energy(1)


def test_energy_that_flows_does_not_wait_for_later_writes() -> None:
    bench = Bench()
    bench.step(energy=True)
    bench.gate.stored(1)
    bench.step(energy=True)
    assert bench.gate.energy(1)


def test_energy_that_was_off_in_between_waits_anew() -> None:
    bench = Bench()
    bench.step(energy=True)
    bench.gate.stored(1)
    bench.step(energy=False)
    bench.step(energy=True)
    assert not bench.gate.energy(1)
    bench.gate.stored(3)
    assert bench.gate.energy(1)


def test_what_could_not_be_stored_is_offered_again_with_what_follows() -> None:
    bench = Bench()
    for text in "abc":
        bench.step(text)
    assert bench.offered() == [1, 2, 3]
    bench.gate.stored(1)
    bench.gate.failed(2)
    assert list(bench.gate.texts()) == ["a"] and bench.offered() == []
    bench.gate.offer_again()
    assert bench.offered() == [2, 3]


def test_nothing_newer_counts_as_stored_before_what_failed() -> None:
    """A host that fails to store a large batch and then stores a small one must not lose the large one."""
    bench = Bench()
    bench.step("a")
    bench.step("b", energy=True)
    assert bench.offered() == [1, 2]
    bench.gate.failed(1)
    bench.gate.stored(2)
    assert list(bench.gate.texts()) == [] and not bench.gate.energy(1) and not bench.gate.idle
    bench.gate.offer_again()
    assert bench.offered() == [1, 2]
    bench.gate.stored(1)
    bench.gate.stored(2)
    assert list(bench.gate.texts()) == ["a", "b"] and bench.gate.energy(1) and bench.gate.idle


def test_a_late_failure_of_what_is_stored_by_now_changes_nothing() -> None:
    bench = Bench()
    bench.step("a")
    bench.gate.stored(1)
    bench.gate.failed(1)
    bench.step("b")
    assert bench.offered() == [2]


def test_texts_for_a_link_that_is_gone_are_dropped() -> None:
    bench = Bench()
    bench.step("a")
    bench.gate.drop_texts()
    bench.gate.stored(1)
    assert list(bench.gate.texts()) == []
