"""A login that takes its time: nobody else waits for it, it has a deadline, and H10 holds meanwhile."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any

import pytest

from ocppcore.csms import Certificates, ClientCertificate, HandlerFailed, LoginAwaited, Offer, StationRefused
from ocppcore.csms.link import StationLink
from ocppcore.session.commands import Ping
from ocppcore.session.events import Lost

OURS = ClientCertificate(("CP1",), ("ACME",))


class Later:
    """Awaitable; nothing ever awaits it here."""

    def __await__(self) -> Any:
        raise AssertionError("the core waits for nothing")


def later(identity: str, user: str, key: bytes) -> Awaitable[bool]:
    return Later()


@pytest.fixture
def bench(make_bench: Any) -> Any:
    return make_bench(authenticate=later)


def awaited(bench: Any, link: StationLink) -> LoginAwaited:
    (event,) = bench.events(link)
    assert isinstance(event, LoginAwaited) and event.identity == link.offer.identity
    return event


def stage(link: StationLink) -> str:
    return link.stage.name


def test_it_is_let_in_when_the_answer_is_here(bench: Any) -> None:
    link = bench.knock()
    assert stage(link) == "Judging" and bench.commands(link) == [] and bench.csms.link("CP1") is None
    awaited(bench, link).settle(True, bench.now)
    assert stage(link) == "Accepted" and bench.csms.link("CP1") is link


@pytest.mark.parametrize("outcome", [False, None])
def test_it_is_turned_away(bench: Any, outcome: Any) -> None:
    link = bench.knock()
    awaited(bench, link).settle(outcome, bench.now)
    assert bench.refusal(link) == 401 and bench.csms.stations == {}


def test_what_fails_here_is_told_here_and_not_to_the_station(bench: Any, make_bench: Any) -> None:
    error = RuntimeError("no database")

    def fails(*_: Any) -> bool:
        raise error

    link = bench.knock()
    awaited(bench, link).settle(error, bench.now)
    at_once = make_bench(authenticate=fails)
    for where, refused in ((bench, link), (at_once, at_once.knock())):
        assert where.refusal(refused) == 503
        failed, told = where.events(refused)
        assert isinstance(failed, HandlerFailed) and failed.error is error
        assert isinstance(told, StationRefused) and "database" not in told.why


def test_a_list_of_identities_that_fails_is_told_too(make_bench: Any) -> None:
    class Broken:
        def __contains__(self, identity: object) -> bool:
            raise RuntimeError("no database")

    bench = make_bench(known=Broken())
    link = bench.knock()
    assert bench.refusal(link) == 503 and isinstance(bench.events(link)[0], HandlerFailed)


def test_there_is_a_deadline(make_bench: Any) -> None:
    bench = make_bench(authenticate=later, judge_wait=8)
    link = bench.knock()
    event = awaited(bench, link)
    assert link.next_timer() == bench.now + 8
    bench.now += 7.9
    link.handle_timer(bench.now)
    assert bench.commands(link) == []
    bench.now += 0.1
    link.handle_timer(bench.now)
    assert bench.refusal(link) == 503 and link.next_timer() is None
    event.settle(True, bench.now)  # too late
    assert bench.commands(link) == [] and bench.csms.link("CP1") is None


def test_a_station_that_went_away_meanwhile_is_not_let_in(bench: Any) -> None:
    link = bench.knock()
    event = awaited(bench, link)
    link.disconnected(Lost("impatient"), bench.now)
    event.settle(True, bench.now)
    assert bench.commands(link) == [] and bench.csms.link("CP1") is None and bench.csms.stations == {}


def test_who_is_still_judged_is_in_nobodys_way(bench: Any) -> None:
    """Else a stranger with the name of a station could keep it waiting."""
    stranger, station, other = bench.knock(key=b"guess"), bench.knock(), bench.knock("CP2")
    assert [stage(link) for link in (stranger, station, other)] == ["Judging"] * 3
    awaited(bench, other).settle(True, bench.now)
    awaited(bench, station).settle(True, bench.now)
    assert [stage(link) for link in (station, other)] == ["Accepted"] * 2
    awaited(bench, stranger).settle(False, bench.now)
    assert bench.refusal(stranger) == 401 and bench.csms.link("CP1") is station


def test_two_that_are_judged_at_a_time_meet_afterwards(bench: Any) -> None:  # H10
    one, two, three = bench.knock(), bench.knock(), bench.knock()
    events = [awaited(bench, link) for link in (one, two, three)]
    events[1].settle(True, bench.now)
    bench.commands(two)
    events[0].settle(True, bench.now)
    assert (stage(one), stage(two)) == ("Waiting", "Accepted")
    (ping,) = bench.commands(two)
    assert isinstance(ping, Ping)
    events[2].settle(True, bench.now)
    assert bench.refusal(three) == 409
    two.pong(bench.now)
    assert bench.refusal(one) == 409


def test_the_old_connection_is_not_even_pinged_before_the_new_one_is_known(bench: Any) -> None:
    old = bench.knock()
    awaited(bench, old).settle(True, bench.now)
    bench.commands(old)
    new = bench.knock()
    assert bench.commands(old) == [] and bench.csms.take_ready() == []
    old.disconnected(Lost("reset"), bench.now)
    awaited(bench, new).settle(True, bench.now)
    assert stage(new) == "Accepted"


def test_a_profile_that_was_reached_while_it_was_judged_holds_for_it(bench: Any) -> None:  # A05.FR.09
    slow = bench.knock()
    quick = bench.knock(secure=True)
    awaited(bench, quick).settle(True, bench.now)
    bench.commands(quick)
    quick.pong(bench.now)
    awaited(bench, slow).settle(True, bench.now)
    assert bench.refusal(slow) == 401


def test_too_many_guesses_count_when_they_are_judged(bench: Any) -> None:
    for _ in range(10):
        link = bench.knock(key=b"guess")
        awaited(bench, link).settle(False, bench.now)
        assert bench.refusal(link) == 401
    assert bench.refusal(bench.knock()) == 503


def test_a_certificate_may_take_its_time(make_bench: Any) -> None:  # W A00.FR.702: to ask whether it is revoked
    bench = make_bench(certificates=Certificates("ACME", check=lambda identity, certificate: Later()))
    links = [bench.knock(key=None, secure=True, certificate=OURS) for _ in range(2)]
    for link, verdict in zip(links, (True, False), strict=True):
        awaited(bench, link).settle(verdict, bench.now)
    assert stage(links[0]) == "Accepted" and bench.refusal(links[1]) == 401


def test_no_sub_protocol_in_common_is_found_after_the_judgement(bench: Any) -> None:
    link = bench.csms.admit(Offer("CP1", None, ()), bench.now)
    assert bench.refusal(link) == 401
