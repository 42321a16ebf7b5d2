"""Named timers: set, moved, cancelled, due in order."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from ocppcore.station.timers import Timers


def fire(timers: Timers, now: float) -> None:
    while (action := timers.pop_due(now)) is not None:
        action()


def test_due_in_order_of_time_then_of_setting() -> None:
    timers, fired = Timers(), []
    for name, when in (("c", 3.0), ("a", 1.0), ("b1", 2.0), ("b2", 2.0)):
        timers.set(name, when, lambda name=name: fired.append(name))  # type: ignore[misc]
    assert timers.next() == 1.0 and timers.next() == 1.0
    fire(timers, 2.0)
    assert fired == ["a", "b1", "b2"] and timers.next() == 3.0 and "c" in timers and "a" not in timers


def test_a_timer_that_is_set_again_is_moved() -> None:
    timers, fired = Timers(), []
    timers.set("a", 1.0, lambda: fired.append("old"))
    timers.set("a", 5.0, lambda: fired.append("new"))
    fire(timers, 4.0)
    assert fired == [] and timers.next() == 5.0
    fire(timers, 5.0)
    assert fired == ["new"] and timers.next() is None


def test_a_cancelled_timer_never_fires() -> None:
    timers = Timers()
    timers.set("a", 1.0, lambda: None)
    timers.cancel("a")
    timers.cancel("unknown")
    assert timers.next() is None and timers.pop_due(10.0) is None


def test_moving_one_timer_for_ever_does_not_fill_the_memory() -> None:
    timers = Timers()
    for count in range(10_000):
        timers.set("a", float(count), lambda: None)
    assert len(timers._heap) < 200 and timers.next() == 9999.0


OPERATIONS = st.lists(st.tuples(st.sampled_from("abcd"), st.none() | st.integers(0, 20)), max_size=120)


@settings(max_examples=200, deadline=None)
@given(OPERATIONS)
def test_timers_do_what_a_dictionary_would(operations: list[tuple[str, int | None]]) -> None:
    timers, model, fired = Timers(), {}, []
    for name, when in operations:
        if when is None:
            timers.cancel(name)
            model.pop(name, None)
        else:
            timers.set(name, when, lambda name=name: fired.append(name))  # type: ignore[misc]
            model[name] = when
        assert timers.next() == min(model.values(), default=None)
    fire(timers, 20)
    assert sorted(fired) == sorted(model)
    assert [model[name] for name in fired] == sorted(model.values())
