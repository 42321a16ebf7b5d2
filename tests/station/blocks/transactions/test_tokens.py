"""Where a presented token goes, and what it starts, stops, releases or leaves alone (1.6 §3.10, §4.1, §4.9)."""

from __future__ import annotations

from typing import Any

import pytest

from ocppcore import v16
from ocppcore.errors import SetupError
from ocppcore.station.events import IdTokenIgnored
from ocppcore.station.evse import EvseError
from ocppcore.testing.bench import Bench

START, STOP, AUTHORIZE = v16.StartTransactionRequest, v16.StopTransactionRequest, v16.AuthorizeRequest


def starts(bench: Bench) -> list[tuple[int, str]]:
    """EVSE and token of each StartTransaction."""
    return [(start.connector_id, start.id_tag) for start in bench.sent(START)]


def ignored(bench: Bench) -> list[str]:
    return [event.token for event in bench.events if isinstance(event, IdTokenIgnored)]


class Slow(Bench):
    """The answers to Authorize wait until answer_all()."""

    def __init__(self, **how: Any) -> None:
        super().__init__(**how)
        self.asked: list[tuple[str, str]] = []
        self.answers[AUTHORIZE] = lambda _: None

    def _serve(self, backend: Any, event: Any) -> None:
        if isinstance(event.request, AUTHORIZE):
            self.log.append(event.request)
            self.times.append(self.now)
            self.asked.append((event.id, event.request.id_tag))
        else:
            super()._serve(backend, event)

    def answer_all(self) -> None:
        while self.asked:
            id, token = self.asked.pop(0)
            assert self._backend is not None
            self._backend.reply(id, v16.AuthorizeResponse(id_tag_info=self.card(token)), self.now)
            self.run()


# A shared reader


def test_the_one_cable_that_waits_gets_the_token() -> None:
    bench = Bench(evses=3)
    bench.plug(2)
    bench.swipe("TAG1")
    assert starts(bench) == [(2, "TAG1")]


def test_of_several_cables_the_one_that_waits_longest() -> None:
    bench = Bench(evses=3)
    bench.plug(3)
    bench.advance(1)
    bench.plug(1)
    bench.swipe("TAG1")
    bench.swipe("TAG2")
    assert starts(bench) == [(3, "TAG1"), (1, "TAG2")]


def test_a_token_without_a_cable_follows_the_cable() -> None:
    """It is shown at the first free EVSE, and starts where the user plugs in."""
    bench = Bench(evses=3)
    bench.swipe("TAG1")
    assert bench.status(1) == "Preparing"
    bench.plug(3)
    assert starts(bench) == [(3, "TAG1")]
    assert bench.status(1) == "Available"


def test_two_tokens_without_a_cable_keep_their_places() -> None:
    bench = Bench()
    bench.swipe("TAG1")
    bench.swipe("TAG2")
    bench.plug(2)
    bench.plug(1)
    assert starts(bench) == [(2, "TAG2"), (1, "TAG1")]


def test_the_first_of_several_tokens_follows_the_cable() -> None:
    bench = Bench(evses=3)
    bench.swipe("TAG1")
    bench.swipe("TAG2")
    bench.plug(3)
    assert starts(bench) == [(3, "TAG1")]


def test_a_cable_past_its_time_is_not_started_by_a_shared_reader() -> None:
    """B6, E 3.20: another driver, who has not plugged in yet, would pay for it."""
    bench = Bench(config={"ConnectionTimeOut": "30"})
    bench.plug(1)
    bench.advance(30)
    assert bench.status(1) == "Finishing"
    bench.swipe("TAG2")
    assert bench.status(2) == "Preparing"
    assert not bench.sent(START)
    bench.plug(2)
    assert starts(bench) == [(2, "TAG2")]
    bench.unplug(1)
    bench.plug(1)
    bench.swipe("TAG3")
    assert starts(bench) == [(2, "TAG2"), (1, "TAG3")]


def test_an_evse_has_a_reader_of_its_own_so_it_may_start_again() -> None:
    """F2: the user presents the token again."""
    bench = Bench(config={"ConnectionTimeOut": "30"})
    bench.plug(1)
    bench.advance(30)
    bench.swipe("TAG1", evse=1)
    assert starts(bench) == [(1, "TAG1")]


def test_a_card_in_finishing_stops_nothing_and_starts_nothing_at_a_shared_reader() -> None:
    bench = Bench()
    bench.charge(1)
    bench.swipe("TAG1")
    assert bench.status(1) == "Finishing"
    bench.take()
    bench.charge(2, "TAG2")
    bench.take()
    bench.swipe("TAG1")
    assert not bench.sent(STOP, START, AUTHORIZE)
    assert ignored(bench) == ["TAG1"]


def test_a_token_that_runs_a_transaction_stops_it_even_if_a_cable_waits() -> None:
    """The user wants to leave; the cable beside is that of a stranger who has not shown a card yet."""
    bench = Bench()
    bench.charge(1, "TAG1")
    bench.plug(2)
    bench.swipe("TAG1")
    assert [stop.transaction_id for stop in bench.sent(STOP)] == [1]
    assert starts(bench) == [(1, "TAG1")]


def test_a_token_that_runs_two_transactions_stops_one_at_a_time() -> None:
    bench = Bench()
    bench.charge(1, "TAG1")
    bench.charge(2, "TAG1")
    bench.swipe("TAG1")
    assert [stop.transaction_id for stop in bench.sent(STOP)] == [1]
    bench.swipe("TAG1")
    assert [stop.transaction_id for stop in bench.sent(STOP)] == [1, 2]


def test_a_sibling_with_a_car_of_its_own_starts_and_stops_nothing() -> None:
    """A company's drivers are one group."""
    bench = Bench()
    bench.file("TAG1", parent="FLEET")
    bench.file("TAG2", parent="FLEET")
    bench.charge(1, "TAG1")
    bench.plug(2)
    bench.swipe("TAG2")
    assert not bench.sent(STOP)
    assert starts(bench) == [(1, "TAG1"), (2, "TAG2")]


def test_the_parent_is_no_token() -> None:
    """§3.10: the parent is not compared with a presented token."""
    bench = Bench()
    bench.file("TAG1", parent="FLEET")
    bench.charge(1, "TAG1")
    bench.swipe("FLEET", evse=1)
    assert not bench.sent(STOP)


def test_no_authorize_where_it_can_be_of_no_use() -> None:
    bench = Bench(evses=1)
    bench.charge(1, "TAG1")  # no group
    bench.take()
    bench.swipe("TAG2")
    assert not bench.sent(AUTHORIZE)
    assert ignored(bench) == ["TAG2"]


def test_a_blocked_sibling_stops_nothing() -> None:
    bench = Bench()
    bench.file("TAG1", parent="FLEET")
    bench.file("TAG2", "Blocked", parent="FLEET")
    bench.charge(1, "TAG1")
    bench.swipe("TAG2", evse=1)
    assert not bench.sent(STOP)


def test_a_busy_sibling_may_stop() -> None:
    """The back end sees that the account charges already: ConcurrentTx is no reason against stopping."""
    bench = Bench()
    bench.file("TAG1", parent="FLEET")
    bench.file("TAG2", "ConcurrentTx", parent="FLEET")
    bench.charge(1, "TAG1")
    bench.swipe("TAG2", evse=1)
    assert [stop.id_tag for stop in bench.sent(STOP)] == ["TAG2"]


def test_W3_another_token_of_the_group_is_no_crash_offline() -> None:
    """From the cache, without the back end."""
    bench = Bench()
    for token in ("TAG1", "TAG2"):
        bench.file(token, parent="FAMILY")
    bench.swipe("TAG2", evse=2)  # so that the cache knows it
    bench.charge(1, "TAG1")
    bench.cut()
    bench.swipe("TAG2", evse=1)
    assert not bench.energy(1)
    bench.restore()
    assert [stop.id_tag for stop in bench.sent(STOP)] == ["TAG2"]


# A reader of its own, and the second presentation


def test_a_reader_of_its_own_reaches_its_evse_only() -> None:
    bench = Bench()
    bench.charge(1, "TAG1")
    bench.plug(2)
    bench.swipe("TAG1", evse=2)
    assert not bench.sent(STOP)
    assert starts(bench) == [(1, "TAG1"), (2, "TAG1")]


@pytest.mark.parametrize("reader", [None, 1])
def test_the_second_presentation_ends_the_intention(reader: int | None) -> None:
    """B1."""
    bench = Bench()
    bench.swipe("TAG1", evse=reader)
    assert bench.status(1) == "Preparing"
    bench.swipe("tag1", evse=reader)
    assert bench.status(1) == "Available"
    bench.plug(1)
    assert not bench.sent(START)


def test_another_token_does_not_take_the_place_of_one_that_waits() -> None:
    bench = Bench()
    bench.swipe("TAG1", evse=1)
    bench.swipe("TAG2", evse=1)
    bench.plug(1)
    assert starts(bench) == [(1, "TAG1")]


def test_another_token_does_not_take_the_cable_of_one_that_waits_for_the_ev() -> None:
    """The cable is in the socket, and not yet in the EV."""
    bench = Bench()
    bench.plug(1)
    bench.leave(1)
    bench.swipe("TAG1")
    bench.swipe("TAG2")
    assert [facts.authorized for facts in bench.station.ctx.evses.values()] == ["TAG1", "TAG2"]


def test_a_bounce_of_the_reader_is_one_presentation() -> None:
    bench = Slow()
    bench.plug(1)
    bench.swipe("TAG1", evse=1)
    bench.swipe("TAG1", evse=1)
    bench.answer_all()
    assert starts(bench) == [(1, "TAG1")]
    assert not bench.sent(STOP)


@pytest.mark.parametrize("token", ["", "x" * 21, "card\udc9f"])
def test_what_no_message_can_carry_is_refused_and_the_reader_goes_on(token: str) -> None:
    bench = Bench()
    bench.plug(1)
    with pytest.raises(SetupError):
        bench.swipe(token, 1)
    bench.swipe("TAG1", 1)
    assert starts(bench) == [(1, "TAG1")]


def test_one_token_at_a_time_at_a_reader_of_an_evse() -> None:
    bench = Slow()
    bench.plug(1)
    bench.swipe("TAG1", evse=1)
    bench.swipe("TAG2", evse=1)
    bench.answer_all()
    assert starts(bench) == [(1, "TAG1")]
    assert ignored(bench) == ["TAG2"]
    assert len(bench.sent(AUTHORIZE)) == 1


def test_two_tokens_at_once_at_a_shared_reader() -> None:
    bench = Slow()
    bench.plug(1)
    bench.plug(2)
    bench.swipe("TAG1")
    bench.swipe("TAG2")
    bench.swipe("TAG3")
    bench.answer_all()
    assert starts(bench) == [(1, "TAG1"), (2, "TAG2")]
    assert ignored(bench) == ["TAG3"]
    assert len(bench.sent(AUTHORIZE)) == 2


def test_a_cable_does_not_run_out_of_time_while_the_back_end_thinks() -> None:
    bench = Slow(config={"ConnectionTimeOut": "20"})
    bench.plug(1)
    bench.advance(19)
    bench.swipe("TAG1")
    bench.advance(10)
    assert bench.status(1) == "Preparing"
    bench.answer_all()
    assert starts(bench) == [(1, "TAG1")]


def test_the_cable_was_pulled_while_the_back_end_thought() -> None:
    bench = Slow()
    bench.plug(1)
    bench.swipe("TAG1", evse=1)
    bench.unplug(1)
    bench.answer_all()
    assert not bench.sent(START)
    assert bench.status(1) == "Preparing", "the token waits for a cable now"


# What cannot charge


@pytest.mark.parametrize("reader", [None, 1])
def test_W12_a_token_at_a_faulted_evse_is_not_remembered(reader: int | None) -> None:
    bench = Bench(evses=1)
    bench.plug()
    bench.station.error(1, EvseError("GroundFailure"), bench.now)
    bench.run()
    bench.take()
    bench.swipe("TAG1", evse=reader)
    bench.station.clear_error(1, "GroundFailure", bench.now)
    bench.advance(5 * 3600)
    assert not bench.sent(START, AUTHORIZE)
    assert ignored(bench) == ["TAG1"]
    assert not bench.energy()


def test_W12_a_fault_ends_the_intention() -> None:
    bench = Bench(evses=1)
    bench.swipe("TAG1")
    bench.station.error(1, EvseError("GroundFailure"), bench.now)
    bench.run()
    bench.station.clear_error(1, "GroundFailure", bench.now)
    bench.plug()
    assert not bench.sent(START)


def test_a_token_at_an_inoperative_evse_starts_nothing() -> None:
    bench = Bench()
    bench.ask(v16.ChangeAvailabilityRequest(connector_id=1, type=v16.AvailabilityType.Inoperative))
    bench.plug(1)
    bench.take()
    bench.swipe("TAG1", evse=1)
    assert not bench.sent(START, AUTHORIZE)


def test_faulted_while_the_back_end_thinks() -> None:
    bench = Slow(evses=1)
    bench.plug()
    bench.swipe("TAG1")
    bench.station.error(1, EvseError("GroundFailure"), bench.now)
    bench.run()
    bench.answer_all()
    bench.station.clear_error(1, "GroundFailure", bench.now)
    bench.advance(1)
    assert not bench.sent(START)
