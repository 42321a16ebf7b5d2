"""Too much: connections, handshakes, guesses and messages (H11). Memory stays bounded, and no station is locked out."""

from __future__ import annotations

import tracemalloc
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocppcore.csms import Rate, Reject, StationDisconnected, StationRefused, Throttle, TooMuch, csms
from ocppcore.csms.throttle import Bucket, Buckets, group
from ocppcore.errors import SetupError
from ocppcore.session.commands import Close
from ocppcore.session.events import Lost

HOME, AWAY = "198.51.100.7", "203.0.113.9"
KEY = b"0123456789abcdef"
HEARTBEAT = '[2,"1","Heartbeat",{}]'


def leave(bench: Any, link: Any) -> None:
    bench.commands(link)
    link.disconnected(Lost("gone"), bench.now)


# Buckets.


@settings(max_examples=100)
@given(st.lists(st.floats(0, 5), min_size=1, max_size=60), st.integers(1, 5), st.sampled_from([0.1, 1.0, 3.0]))
def test_a_bucket_never_gives_more_than_its_rate(waits: list[float], burst: int, per_second: float) -> None:
    buckets, now, taken = Buckets(Rate(burst, per_second), 10), 0.0, 0
    for wait in waits:
        now += wait
        due = buckets.take("x", now)
        taken += due == 0
        if due:
            assert Bucket(Rate(burst, per_second), now) and buckets.wait("x", now) == pytest.approx(due)
    assert taken <= burst + now * per_second + 1e-6


def test_after_the_wait_that_was_told_there_is_a_token() -> None:
    buckets = Buckets(Rate(2, 0.25), 10)
    assert [buckets.take("x", 0.0) for _ in range(3)] == [0, 0, 4]
    assert buckets.take("x", 4.0) == 0


def test_a_clock_that_stands_still_or_jumps_back_gives_nothing() -> None:
    buckets = Buckets(Rate(1, 1), 10)
    assert buckets.take("x", 10.0) == 0 and buckets.take("x", 10.0) > 0 and buckets.take("x", 5.0) > 0


def test_the_bucket_that_was_used_the_longest_ago_is_forgotten() -> None:
    buckets = Buckets(Rate(1, 0.001), 3)
    for name in "abcad":
        buckets.take(name, 0.0)
    assert len(buckets) == 3
    assert buckets.take("a", 0.0) > 0 and buckets.take("b", 0.0) == 0


@pytest.mark.parametrize("rate", [Rate(0, 1), Rate(1, 0), Rate(-1, 1), Rate(float("nan"), 1)])
def test_a_rate_that_lets_nothing_through_is_one_clear_line(rate: Rate) -> None:
    for name in ("connections", "messages"):
        with pytest.raises(SetupError, match="at least 1 at once"):
            Throttle(**{name: rate})


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("198.51.100.7", "198.51.100.7"), ("::ffff:198.51.100.7", "198.51.100.7"), ("::1", "::1"), ("", ""),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"), ("2001:db8:1:2::ffff", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"), ("/run/socket", "/run/socket"),
    ],
)  # fmt: skip
def test_what_counts_as_one_address(address: str, name: str) -> None:
    assert group(address) == name


# Guesses.


def guess(bench: Any, count: int, **options: Any) -> list[int]:
    statuses = []
    for _ in range(count):
        link = bench.knock(key=b"guess", **options)
        (command,) = bench.commands(link)
        assert isinstance(command, Reject)
        statuses.append(command.status)
    return statuses


def test_guesses_in_one_name_are_bounded_from_wherever_they_come(make_bench: Any) -> None:
    bench = make_bench(throttle=Throttle(failures_by_identity=Rate(5, 0.1)))
    statuses = [status for number in range(20) for status in guess(bench, 1, address=f"203.0.113.{number}")]
    assert statuses == [401] * 5 + [503] * 15
    assert guess(bench, 1, identity="CP2") == [401]
    bench.now += 10
    assert guess(bench, 2) == [401, 503]


def test_guesses_from_one_address_are_bounded_in_whatever_name(make_bench: Any) -> None:
    bench = make_bench(throttle=Throttle(failures_by_address=Rate(5, 0.1)))
    statuses = [status for number in range(10) for status in guess(bench, 1, identity=f"X{number}")]
    assert statuses == [401] * 5 + [503] * 5
    assert guess(bench, 1, identity="X11", address=HOME[:-1] + "8") == [401]


def test_whoever_guesses_on_and_on_does_not_lock_the_station_out(make_bench: Any) -> None:
    bench = make_bench(throttle=Throttle(failures_by_identity=Rate(5, 0.1), handshakes=Rate(5, 0.1)))
    leave(bench, bench.knock(address=HOME))
    assert 503 in guess(bench, 50, address=AWAY)
    link = bench.knock(address=HOME)
    assert link.stage.name == "Accepted"
    leave(bench, link)
    refused = bench.knock(address=AWAY)  # the right key, but from elsewhere: it has to wait its turn
    (command,) = bench.commands(refused)
    assert isinstance(command, Reject) and command.status == 503 and 0 < (command.retry_after or 0) <= 10


def test_at_home_guesses_are_bounded_too(make_bench: Any) -> None:
    bench = make_bench(throttle=Throttle(handshakes=Rate(5, 0.1)))
    leave(bench, bench.knock())
    assert guess(bench, 10) == [401] * 5 + [503] * 5


def test_a_right_key_after_too_many_wrong_ones_is_not_even_looked_at(make_bench: Any) -> None:
    bench = make_bench(throttle=Throttle(failures_by_identity=Rate(3, 0.1)))
    guess(bench, 3)
    assert bench.refusal(bench.knock()) == 503  # or the answer would tell whether the guess was right


def test_handshakes_in_one_name_are_bounded(make_bench: Any) -> None:
    bench = make_bench(throttle=Throttle(handshakes=Rate(4, 1)), authenticate=None, insecure=True)
    links = [bench.knock("X", None) for _ in range(6)]
    assert [link.stage.name for link in links[:2]] == ["Accepted", "Waiting"]
    assert [bench.refusal(link) for link in links[2:]] == [409, 409, 503, 503]


def test_an_unknown_identity_counts_as_a_guess(make_bench: Any) -> None:
    throttle = Throttle(failures_by_address=Rate(3, 0.1))
    bench = make_bench(authenticate=None, insecure=True, known={"CP1"}, throttle=throttle)
    assert [bench.refusal(bench.knock(f"X{number}", None)) for number in range(5)] == [404, 404, 404, 503, 503]


def test_bounds_can_be_switched_off(make_bench: Any) -> None:
    bench = make_bench(throttle=Throttle.off())
    assert set(guess(bench, 500)) == {401}
    assert all(bench.csms.arrive(AWAY, bench.now) for _ in range(2000))


# Connections.


def test_connections_of_one_address_are_bounded_and_others_are_served(make_bench: Any) -> None:
    csms = make_bench(throttle=Throttle(connections=Rate(10, 1), half_open=1000)).csms
    assert [csms.arrive(AWAY, 0.0) for _ in range(12)] == [True] * 10 + [False] * 2
    assert csms.arrive(HOME, 0.0) and csms.arrive(AWAY, 1.0) and not csms.arrive(AWAY, 1.0)
    assert csms.throttle.dropped == 3


def test_half_open_connections_of_one_address_are_bounded(make_bench: Any) -> None:
    csms = make_bench(throttle=Throttle(half_open=3)).csms
    assert [csms.arrive(AWAY, 0.0) for _ in range(4)] == [True, True, True, False]
    csms.finished(AWAY)
    assert csms.arrive(AWAY, 0.0) and not csms.arrive(AWAY, 0.0)


def test_a_proxy_that_is_trusted_is_not_limited(make_bench: Any) -> None:
    throttle = Throttle(connections=Rate(1, 1), failures_by_address=Rate(1, 1), half_open=1, trusted=[AWAY])
    bench = make_bench(throttle=throttle)
    assert all(bench.csms.arrive(AWAY, 0.0) for _ in range(50))
    assert {status for number in range(9) for status in guess(bench, 1, identity=f"X{number}", address=AWAY)} == {401}


# Stations.


def leaves(bench: Any, count: int) -> list[Any]:
    """Strangers come, one from each address; what is told of those that are turned away, each with 503."""
    told = []
    for number in range(count):
        link = bench.knock(f"X{number}", None, address=f"203.0.{number >> 8}.{number & 255}")
        (command,) = bench.commands(link)
        assert isinstance(command, Reject) and (command.status, command.retry_after) == (503, 60)
        told += bench.events(link)
        link.disconnected(Lost("gone"), bench.now)
    return told


@pytest.fixture
def full(make_bench: Any) -> Any:
    """A back end where CP1 and CP2 are connected, and no third one may be."""
    bench = make_bench(throttle=Throttle(stations=2), authenticate=None, insecure=True, accepted=["CP1", "CP2"])
    bench.links = {identity: bench.enter(identity, boot=False) for identity in ("CP1", "CP2")}
    return bench


def test_more_stations_than_may_be_are_told_when_to_come_again(full: Any) -> None:
    (event,) = leaves(full, 1)
    assert isinstance(event, StationRefused) and (event.identity, event.status) == ("X0", 503)
    assert event.why == "2 stations are connected, and no more may be; turned away so far: 1"
    assert list(full.csms.stations) == ["CP1", "CP2"]
    assert full.ask(full.links["CP1"], HEARTBEAT)[0] == 3


def test_in_a_flood_one_event_a_minute_says_that_there_is_no_room(full: Any) -> None:
    assert len(leaves(full, 300)) == 1
    full.now += 59
    assert not leaves(full, 300)
    full.now += 1
    (event,) = leaves(full, 300)
    assert event.why.endswith("so far: 601")


def test_a_place_that_was_left_is_free(full: Any) -> None:
    full.links["CP1"].disconnected(Lost("gone"), full.now)
    full.links["CP1"].disconnected(Lost("gone"), full.now)
    assert full.knock("CP3", None).stage.name == "Accepted"
    leaves(full, 1)


def test_a_station_that_comes_again_needs_no_other_place(full: Any) -> None:  # H10: its old link may be dead
    again = full.knock("CP1", None)
    assert again.stage.name == "Waiting"
    full.now = again.next_timer()
    again.handle_timer(full.now)
    assert again.stage.name == "Accepted"
    leaves(full, 1)
    third = full.knock("CP1", None)
    again.disconnected(Lost("gone"), full.now)
    assert third.stage.name == "Accepted"
    leaves(full, 1)
    third.disconnected(Lost("gone"), full.now)
    assert full.knock("CP3", None).stage.name == "Accepted"


def test_a_station_that_goes_before_it_is_connected_leaves_its_place(full: Any) -> None:
    full.links["CP1"].disconnected(Lost("gone"), full.now)
    for number in range(5):
        link = full.knock(f"Y{number}", None)
        assert link.stage.name == "Accepted"
        leave(full, link)


def test_who_is_refused_takes_no_place(make_bench: Any) -> None:
    bench = make_bench(throttle=Throttle(stations=1), known={"CP1", "CP2"})
    assert bench.refusal(bench.knock("CP1", b"guess")) == bench.refusal(bench.knock("CP9", KEY)) == 401
    link = bench.knock("CP1", subprotocols=("ocpp2.0.1",))
    bench.commands(link)
    assert bench.knock("CP1").stage.name == "Accepted"
    assert bench.refusal(bench.knock("CP2", b"\xff" * 20)) == 503
    assert bench.refusal(bench.knock("CP2", b"guess")) == 401  # no stranger learns that there is no room


# Messages.


@pytest.mark.parametrize(
    ("throttle", "what"),
    [(Throttle(messages=Rate(3, 1)), "messages"), (Throttle(characters=Rate(70, 1)), "characters")],
)
def test_a_station_that_says_too_much_is_let_go(make_bench: Any, throttle: Throttle, what: str) -> None:
    bench = make_bench(throttle=throttle, accepted=["CP1"])
    link = bench.enter(boot=False)
    for _ in range(3):
        assert bench.ask(link, HEARTBEAT)[0] == 3
    bench.events(link)
    link.receive(HEARTBEAT, bench.now)
    assert bench.texts(link) == []
    (close,) = bench.commands(link)
    assert isinstance(close, Close) and close.code == 1008
    (event,) = bench.events(link)
    assert isinstance(event, TooMuch) and (event.identity, event.what) == ("CP1", what)
    link.receive(HEARTBEAT, bench.now)
    assert bench.texts(link) == bench.events(link) == bench.commands(link) == []
    link.disconnected(Lost("closed"), bench.now)
    (event,) = bench.events(link)
    assert isinstance(event, StationDisconnected)


def test_a_station_within_its_rate_is_served_for_ever(make_bench: Any) -> None:
    bench = make_bench(throttle=Throttle(messages=Rate(3, 1), characters=Rate(100, 50)), accepted=["CP1"])
    link = bench.enter(boot=False)
    for _ in range(200):
        bench.now += 1
        assert bench.ask(link, HEARTBEAT)[0] == 3


# Memory.


def flood(bench: Any, count: int, begin: int) -> None:
    for number in range(begin, begin + count):
        bench.now += 0.001
        link = bench.knock(f"X{number}", b"guess", address=f"203.0.{number >> 8 & 255}.{number & 255}")
        bench.commands(link)
        bench.events(link)
        link.disconnected(Lost("gone"), bench.now)


@pytest.mark.parametrize("options", [{}, {"authenticate": None, "insecure": True}], ids=["judged", "insecure"])
def test_a_flood_of_names_and_addresses_fills_no_memory(make_bench: Any, options: dict[str, Any]) -> None:
    bench = make_bench(throttle=Throttle(size=100), **options)
    tracemalloc.start()
    try:
        flood(bench, 2000, 0)
        before = tracemalloc.get_traced_memory()[0]
        flood(bench, 4000, 2000)
        grown = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert grown < 20_000 and len(bench.csms.stations) <= 1


def test_strangers_who_boot_are_remembered_up_to_a_bound(make_bench: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csms, "MAX_STRANGERS", 10)
    bench = make_bench(authenticate=None, insecure=True)
    for number in range(50):
        link = bench.knock(f"X{number}", None)
        bench.commands(link)
        link.connected(csms.V16, bench.now)
        bench.ask(link, '[2,"b","BootNotification",{"chargePointVendor":"V","chargePointModel":"M"}]')
        bench.events(link)
        link.disconnected(Lost("gone"), bench.now)
    assert list(bench.csms.stations) == [f"X{number}" for number in range(40, 50)]
    assert bench.csms.stations["X49"].may_send("Heartbeat")
