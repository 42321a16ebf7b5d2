"""Free vending: whoever plugs in charges; cards, reservations and faults go first; what the back end says is heard."""

from __future__ import annotations

from typing import Any

import pytest

from ocppcore import v16
from ocppcore.station.evse import EvseError
from ocppcore.testing.bench import Bench

START, STOP, AUTHORIZE = v16.StartTransactionRequest, v16.StopTransactionRequest, v16.AuthorizeRequest
FREE = {"FreeVend": "true", "FreeVendIdTag": "GUEST"}


def free(**more: Any) -> Bench:
    config = FREE | more.pop("config", {})
    return Bench(config=config, **more)


def tokens(bench: Bench) -> list[str]:
    return [start.id_tag for start in bench.sent(START)]


def test_plugging_in_charges_without_a_card_and_without_an_Authorize() -> None:
    bench = free()
    bench.plug()
    assert bench.energy() and bench.status() == "Charging"
    assert tokens(bench) == ["GUEST"] and not bench.sent(AUTHORIZE)
    bench.advance(600)
    bench.unplug()
    (stop,) = bench.sent(STOP)
    assert stop.reason == "EVDisconnected" and stop.meter_stop == 1200


def test_off_is_the_default() -> None:
    bench = Bench()
    bench.plug()
    assert not bench.energy() and not bench.sent(START)


def test_a_refusal_by_the_back_end_does_not_end_it() -> None:
    bench = free()
    bench.file("GUEST", "Invalid")
    bench.plug()
    bench.advance(60)
    assert bench.energy() and not bench.sent(STOP)
    bench.configure("FreeVend", "false")
    bench.unplug()
    assert len(bench.sent(STOP)) == 1


def test_what_was_stopped_does_not_begin_again_before_the_cable_was_out() -> None:
    bench = free()
    bench.plug()
    bench.press_stop()
    bench.advance(600)
    assert not bench.energy() and bench.status() == "Finishing" and len(bench.sent(START)) == 1
    bench.unplug()
    bench.plug()
    assert bench.energy() and len(bench.sent(START)) == 2


def test_a_card_that_was_shown_before_goes_first() -> None:
    bench = free()
    bench.swipe("TAG1", evse=1)
    bench.plug(1)
    bench.plug(2)
    assert tokens(bench) == ["TAG1", "GUEST"]


def test_a_card_that_is_being_authorized_goes_first() -> None:
    bench = free()
    bench.answers[AUTHORIZE] = lambda _: None
    bench.swipe("TAG1", evse=1)
    bench.plug(1)
    assert not bench.sent(START)
    bench.advance(31)  # no answer: the card is nobody's
    assert tokens(bench) == ["GUEST"]


def test_a_foreign_reservation_keeps_the_cable_waiting() -> None:
    bench = free()
    assert bench.reserve(1, "TAG1") == "Accepted"
    bench.plug(1)
    assert not bench.energy()
    bench.swipe("TAG1", evse=1)
    (start,) = bench.sent(START)
    assert (start.id_tag, start.reservation_id) == ("TAG1", 5)


def test_a_reservation_of_the_free_token_is_used() -> None:
    bench = free()
    assert bench.reserve(1, "guest") == "Accepted"
    bench.plug(1)
    (start,) = bench.sent(START)
    assert start.reservation_id == 5


def test_a_cable_that_came_in_a_fault_begins_when_the_fault_is_over() -> None:
    bench = free()
    bench.station.error(1, EvseError("GroundFailure"), bench.now)
    bench.plug()
    assert not bench.energy()
    bench.advance(10)
    bench.station.clear_error(1, "GroundFailure", bench.now)
    bench.run()
    assert bench.energy()


def test_switched_on_it_serves_the_cable_that_waits() -> None:
    bench = Bench()
    bench.plug()
    bench.configure("FreeVendIdTag", "X")
    bench.configure("FreeVend", "true")
    assert tokens(bench) == ["X"] and bench.energy()


def test_offline_it_charges_and_tells_later() -> None:
    bench = free()
    bench.cut()
    bench.plug()
    assert bench.energy()
    bench.advance(60)
    bench.unplug()
    bench.restore()
    assert len(bench.sent(START)) == len(bench.sent(STOP)) == 1


@pytest.mark.parametrize("slow", [False, True])
def test_after_a_power_cut_the_car_that_is_still_there_begins_again(slow: bool) -> None:
    """Whatever comes first, the end reading or the news of the cable."""
    bench = free()
    bench.plug()
    bench.advance(60)
    bench.restart()
    bench.meter_is_slow = slow
    bench.plug()
    bench.quicken_meter()
    assert bench.energy()
    assert tokens(bench) == ["GUEST", "GUEST"] and [stop.reason for stop in bench.sent(STOP)] == ["PowerLoss"]


@pytest.mark.parametrize("config", [{}, {"FreeVend": "false"}])
def test_a_cable_that_is_told_before_the_start_waits_for_it(config: dict[str, str]) -> None:
    """What the run before left unfinished ends first; then the car begins again."""
    bench = free(config={"PreBootTransactions": "true"} | config)
    bench.charge() if config else bench.plug()
    bench.advance(60)
    boot, bench.boot = bench.boot, lambda: None  # type: ignore[method-assign]
    bench.restart()
    bench.take()
    bench.plug()
    assert not bench.energy()
    boot()
    assert [(stop.reason, stop.transaction_id) for stop in bench.sent(STOP)] == [("PowerLoss", 1)]
    assert bench.energy() is (not config) and tokens(bench) == ([] if config else ["GUEST"])
    if config:
        bench.swipe()
        assert not bench.energy() and bench.status() == "Finishing"


@pytest.mark.parametrize("allowed", [False, True])
def test_before_the_first_acceptance_it_needs_PreBootTransactions(allowed: bool) -> None:
    """1.6 §4.2.1."""
    bench = free(boot=False, config={"PreBootTransactions": str(allowed)})
    bench.reachable = False
    bench.boot()
    bench.plug()
    assert bench.energy() is allowed
    bench.advance(30)
    bench.restore()
    bench.run()
    assert bench.energy() and len(bench.sent(START)) == 1


@pytest.mark.parametrize("token", ["", "x" * 21, "a\nb"])
def test_what_is_no_token(token: str) -> None:
    assert free().set_key("FreeVendIdTag", token) == "Rejected"
