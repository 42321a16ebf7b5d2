"""The link: connect, back-off, keep-alive, close, and the table that says what happens when."""

from __future__ import annotations

from itertools import pairwise
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocppcore import v16
from ocppcore.session.commands import BasicAuth, Close, Connect, Ping
from ocppcore.session.events import (
    CallReceived,
    ClosedByPeer,
    Connected,
    Disconnect,
    Disconnected,
    Lost,
    Refused,
    ResultReceived,
    TlsFailed,
    TlsFailure,
)
from ocppcore.session.link import TABLE, Input, Link, State
from ocppcore.session.session import Endpoint, Session
from ocppcore.session.settings import Backoff, SessionSettings
from ocppcore.version import V201

URL = "ws://csms.example/ocpp/CS-1"


def client(make_bench: Any, **keywords: Any) -> Any:
    """A client that has asked for its first connection."""
    bench = make_bench(endpoint=keywords.pop("endpoint", Endpoint(URL)), **keywords)
    bench.session.start(bench.now)
    return bench


def test_every_pair_of_the_table_has_a_method_and_every_state_a_way_out() -> None:
    assert all(callable(getattr(Link, method)) for method in TABLE.values())
    assert {state for state, _ in TABLE} == set(State) and {what for _, what in TABLE} == set(Input)


def test_a_server_waits_to_be_connected(bench: Any, make_bench: Any) -> None:
    quiet = make_bench()
    quiet.session.start(quiet.now)
    assert quiet.commands() == [] and quiet.session.next_timer() is None
    quiet.session.connected(v16.V16, quiet.now)
    assert [event.version for event in quiet.take(Connected)] == [v16.V16]
    assert quiet.session.is_open
    quiet.session.disconnected(Lost(), quiet.now)
    assert [event.retry_in for event in quiet.take(Disconnected)] == [None]
    assert quiet.session.next_timer() is None and quiet.commands() == []


def test_a_client_connects_at_once_with_its_url_credentials_and_sub_protocol(make_bench: Any) -> None:
    auth = BasicAuth("CS-1", b"secret" * 3)
    bench = client(make_bench, endpoint=Endpoint(URL, auth))
    (connect,) = bench.commands()
    assert isinstance(connect, Connect)
    assert (connect.url, connect.subprotocols, connect.auth) == (URL, ("ocpp1.6",), auth)
    assert connect.deadline == bench.now + 30
    assert "secret" not in repr(connect)


def test_credentials_in_a_url_are_not_shown() -> None:
    assert "pw" not in repr(Endpoint("ws://user:pw@csms.example/CS-1"))


REASONS = [Lost("no route"), Refused(404), Refused(401), TlsFailed(TlsFailure.Certificate), ClosedByPeer(1000)]


@pytest.mark.parametrize("reason", REASONS, ids=repr)
def test_a_client_backs_off_whatever_the_reason_was(make_bench: Any, reason: Disconnect) -> None:  # JE 3.4
    bench = client(make_bench)
    bench.commands()
    bench.session.disconnected(reason, bench.now)
    (event,) = bench.take(Disconnected)
    assert event.reason is reason and 10 <= event.retry_in <= 25
    assert bench.session.next_timer() == bench.now + event.retry_in
    bench.wait(event.retry_in)
    assert [type(command) for command in bench.commands()] == [Connect]


def waits(seed: int, minimum: float, repeats: int, spread: float, count: int) -> list[float]:
    """The back-off times of a client that never gets a connection."""
    settings = SessionSettings(backoff=Backoff(minimum, repeats, spread))
    session = Session(v16.ACTIONS, rng=Random(seed), endpoint=Endpoint(URL), settings=settings)
    session.start(0.0)
    now, found = 0.0, []
    for _ in range(count):
        session.disconnected(Refused(404), now)
        timer = session.next_timer()
        assert timer is not None
        found.append(timer - now)
        now = timer
        session.handle_timer(now)
    return found


@given(
    st.integers(0, 9999), st.integers(0, 60), st.integers(0, 8), st.floats(0, 60, allow_subnormal=False)
)
def test_back_off_doubles_up_to_the_limit_with_a_new_random_part_each_time(
    seed: int, minimum: int, repeats: int, spread: float
) -> None:  # 2.0.1 part 4 §5.3
    for n, wait in enumerate(waits(seed, minimum, repeats, spread, 12)):
        base = minimum * 2.0 ** min(n, repeats)
        assert base - 1e-6 <= wait <= base + spread + 1e-6


def test_two_stations_do_not_come_back_together() -> None:
    assert len({tuple(waits(seed, 10, 5, 15, 3)) for seed in range(100)}) == 100
    steady = waits(1, 10, 1, 15, 20)[2:]
    assert all(first != second for first, second in pairwise(steady))


def test_back_off_starts_afresh_after_a_sign_of_life_of_the_peer(make_bench: Any) -> None:
    settings = SessionSettings(backoff=Backoff(10, 5, 0))
    bench = client(make_bench, settings=settings)

    def lose() -> float:
        bench.session.disconnected(Lost(), bench.now)
        (event,) = bench.take(Disconnected)
        bench.wait(event.retry_in)
        return float(event.retry_in)

    assert [lose(), lose(), lose()] == [10, 20, 40]
    bench.session.connected(v16.V16, bench.now)
    assert lose() == 80  # accepted, and dropped without a word: that was no success
    bench.session.connected(v16.V16, bench.now)
    bench.hear('[2,"1","ClearCache",{}]')
    assert lose() == 10


def test_a_connection_that_is_not_made_in_time_is_given_up(make_bench: Any) -> None:
    bench = client(make_bench, settings=SessionSettings(connect_timeout=20))
    bench.commands()
    bench.wait(19.9)
    assert bench.take(Disconnected) == []
    bench.wait(0.1)
    (event,) = bench.take(Disconnected)
    assert event.retry_in is not None
    assert [(type(command), command.code) for command in bench.commands()] == [(Close, 1006)]
    bench.session.disconnected(Lost("late news of the attempt"), bench.now)
    assert bench.take(Disconnected) == []


def test_a_host_that_cannot_connect_may_say_failed(make_bench: Any) -> None:
    bench = client(make_bench)
    (connect,) = bench.commands()
    bench.session.failed(connect.id + 7, "something else", bench.now)
    assert bench.take(Disconnected) == []
    bench.session.failed(connect.id, "no such host", bench.now)
    (event,) = bench.take(Disconnected)
    assert isinstance(event.reason, Lost) and event.reason.why == "no such host"


def test_pings_go_out_at_their_interval_and_a_pong_satisfies_them(make_bench: Any) -> None:  # J §7
    bench = make_bench(settings=SessionSettings(ping_interval=40, pong_timeout=10)).up()
    for _ in range(3):
        bench.wait(39.9)
        assert bench.commands() == []
        bench.wait(0.1)
        assert [type(command) for command in bench.commands()] == [Ping]
        bench.session.pong(bench.now)
    assert bench.take(Disconnected) == []


def test_any_traffic_counts_as_a_sign_of_life(make_bench: Any) -> None:
    bench = make_bench(settings=SessionSettings(ping_interval=40, pong_timeout=10)).up()
    for _ in range(3):
        bench.wait(42)
        assert [type(command) for command in bench.commands()] == [Ping]
        bench.hear("even nonsense")
    assert bench.take(Disconnected) == []


def test_no_sign_of_life_after_a_ping_ends_the_link(make_bench: Any) -> None:
    bench = make_bench(settings=SessionSettings(ping_interval=40, pong_timeout=10)).up()
    bench.wait(49.9)
    assert bench.take(Disconnected) == []
    bench.wait(0.1)
    assert len(bench.take(Disconnected)) == 1
    assert [(type(command)) for command in bench.commands()] == [Ping, Close]
    assert not bench.session.is_open


def test_a_half_open_link_is_left_within_ping_and_pong_time(session_pair: Any) -> None:
    settings = SessionSettings(ping_interval=40, pong_timeout=10, backoff=Backoff(10, 5, 0))
    pair = session_pair(v16.ACTIONS, settings=settings)
    pair.client.connection.start(pair.now)
    pair.advance(1)
    pair.silent = True
    pair.advance(90)
    assert len(pair.client.take(Disconnected)) >= 1
    pair.silent = False
    pair.advance(200)
    assert pair.client.connection.is_open and pair.server.connection.is_open


def test_the_ping_interval_may_change_at_any_time_and_0_is_off(bench: Any) -> None:
    assert bench.session.next_timer() == bench.now + 60
    bench.session.settings.ping_interval = 5
    assert bench.session.next_timer() == bench.now + 5
    bench.session.settings.ping_interval = 0
    assert bench.session.next_timer() is None


def test_stop_closes_for_good_after_what_was_to_be_sent(make_bench: Any) -> None:
    bench = client(make_bench)
    bench.commands()
    bench.up()
    bench.call()
    bench.session.stop(bench.now)
    assert len(bench.sent()) == 1
    assert [(type(command), command.code) for command in bench.commands()] == [(Close, 1000)]
    bench.session.disconnected(ClosedByPeer(1000), bench.now)
    assert [event.retry_in for event in bench.take(Disconnected)] == [None]
    bench.wait(100_000)
    assert bench.commands() == [] and bench.session.next_timer() is None
    bench.session.start(bench.now)
    assert [type(command) for command in bench.commands()] == [Connect]


@pytest.mark.parametrize("when", ["before start", "connecting", "waiting"])
def test_stop_without_a_link_leaves_nothing_behind(make_bench: Any, when: str) -> None:
    bench = make_bench(endpoint=Endpoint(URL))
    if when != "before start":
        bench.session.start(bench.now)
    if when == "waiting":
        bench.session.disconnected(Lost(), bench.now)
    bench.take(Disconnected)
    bench.session.stop(bench.now)
    assert bench.session.next_timer() is None
    assert [event.reason.why for event in bench.take(Disconnected)] == (["stopped"] if when == "connecting" else [])
    bench.commands()
    bench.session.connected(v16.V16, bench.now)  # the attempt came through after all
    assert not bench.session.is_open
    assert [(type(command), command.code) for command in bench.commands()] == [(Close, 1006)]


def test_answers_are_welcome_while_the_link_closes_and_calls_are_not(bench: Any) -> None:
    id = bench.call()
    bench.call()
    bench.sent()
    bench.session.stop(bench.now)
    bench.hear(f'[3,"{id}",{{"currentTime":"2026-01-01T00:00:00Z"}}]')
    assert [event.id for event in bench.take(ResultReceived)] == [id]
    assert bench.hear('[2,"1","ClearCache",{}]') == [] and bench.hear('[2,"2","Reset",{}]') == []
    assert bench.sent() == [] and bench.take(CallReceived) == []


def test_a_close_that_is_not_reported_is_over_at_its_deadline(bench: Any) -> None:
    bench.session.stop(bench.now)
    bench.commands()
    bench.wait(5)
    assert len(bench.take(Disconnected)) == 1
    assert [command.code for command in bench.commands()] == [1006]


def test_reconnect_closes_and_connects_without_waiting(make_bench: Any) -> None:
    bench = client(make_bench)
    bench.commands()
    bench.up()
    auth = BasicAuth("CS-1", bytes(20))
    bench.session.endpoint = Endpoint(URL, auth)
    bench.session.reconnect(bench.now)
    assert [type(command) for command in bench.commands()] == [Close]
    bench.session.disconnected(ClosedByPeer(1000), bench.now)
    assert [event.retry_in for event in bench.take(Disconnected)] == [0.0]
    bench.wait(0)
    (connect,) = bench.commands()
    assert isinstance(connect, Connect) and connect.auth is auth


def test_reconnect_cuts_a_wait_short_and_replaces_an_attempt(make_bench: Any) -> None:
    bench = client(make_bench)
    bench.session.reconnect(bench.now)
    assert [type(command) for command in bench.commands()] == [Connect, Close, Connect]
    bench.session.disconnected(Lost(), bench.now)
    bench.session.reconnect(bench.now)
    assert [type(command) for command in bench.commands()] == [Connect]


def test_reconnect_of_a_server_or_before_start_connects_nothing(bench: Any, make_bench: Any) -> None:
    bench.session.reconnect(bench.now)
    bench.session.disconnected(ClosedByPeer(1000), bench.now)
    assert [type(command) for command in bench.commands()] == [Close]
    idle = make_bench(endpoint=Endpoint(URL))
    idle.session.reconnect(idle.now)
    assert idle.commands() == []


def test_start_while_it_closes_connects_again(make_bench: Any) -> None:
    bench = client(make_bench)
    bench.commands()
    bench.up()
    bench.session.stop(bench.now)
    bench.session.start(bench.now)
    bench.session.disconnected(ClosedByPeer(1000), bench.now)
    assert bench.session.next_timer() is not None


def test_start_of_a_client_whose_host_connected_it_keeps_the_link(make_bench: Any) -> None:
    bench = make_bench(endpoint=Endpoint(URL)).up()
    bench.session.start(bench.now)
    assert bench.commands() == [] and bench.session.is_open
    bench.session.disconnected(Lost(), bench.now)
    assert bench.session.next_timer() is not None


def test_a_client_without_an_endpoint_is_none_any_more(make_bench: Any) -> None:
    bench = client(make_bench)
    bench.session.disconnected(Lost(), bench.now)
    bench.commands()
    bench.session.endpoint = None
    bench.wait(100)
    assert bench.commands() == [] and bench.session.next_timer() is None


def test_a_link_with_another_version_is_closed(make_bench: Any) -> None:  # J §3.2
    bench = client(make_bench)
    bench.commands()
    bench.session.connected(V201, bench.now)
    assert bench.take(Connected) == [] and not bench.session.is_open
    assert [command.code for command in bench.commands()] == [1002]
    bench.session.disconnected(ClosedByPeer(1002), bench.now)
    assert bench.take(Disconnected)[0].retry_in > 0


def test_what_comes_without_a_link_is_ignored(make_bench: Any) -> None:
    bench = make_bench()
    assert bench.hear('[2,"1","ClearCache",{}]') == []
    bench.session.pong(bench.now)
    bench.session.disconnected(Lost(), bench.now)
    bench.drain()
    assert bench.events == []


def test_command_ids_are_shared_with_whoever_embeds_the_session(make_bench: Any) -> None:
    bench = client(make_bench, command_ids=iter([41, 42]))
    (connect,) = bench.commands()
    assert connect.id == 41
