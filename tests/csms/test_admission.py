"""Who may connect: identity, credentials, sub-protocol, and two connections of one station (J §3.2, §6.2.2, H10)."""

from __future__ import annotations

from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest

from ocppcore import v16
from ocppcore.csms import Accept, Csms, Offer, StationConnected, StationDisconnected, StationRefused, keys
from ocppcore.errors import ConnectionLost, SetupError
from ocppcore.session.commands import BasicAuth, Close, Ping
from ocppcore.session.events import Lost
from ocppcore.session.settings import SessionSettings


def test_nobody_gets_a_back_end_that_lets_everybody_in_by_mistake() -> None:
    with pytest.raises(SetupError, match="insecure=True"):
        Csms(utc=lambda: datetime.now(UTC), rng=Random(1))


def test_the_right_key_opens(bench: Any) -> None:
    link = bench.enter(boot=False)
    assert bench.csms.link("CP1") is link


def test_a_key_is_octets(bench: Any) -> None:
    bench.enter("CP2")


@pytest.mark.parametrize(
    "credentials",
    [
        {"key": b"wrong"}, {"key": b""}, {"key": None}, {"user": "CP2"}, {"user": ""}, {"user": "cp1"},
        {"identity": "CP2"}, {"identity": "CP3"}, {"identity": "CP3", "key": b"\0" * 20},
        {"identity": "CP\ud800", "user": "CP"},
    ],
)  # fmt: skip
def test_wrong_credentials_are_401(bench: Any, credentials: dict[str, Any]) -> None:
    link = bench.knock(**credentials)
    assert bench.refusal(link) == 401
    (event,) = bench.events(link)
    assert isinstance(event, StationRefused) and (event.status, event.peer) == (401, "198.51.100.7")


def test_another_user_is_turned_away_before_the_authenticator_is_asked(make_bench: Any) -> None:  # H10
    asked: list[str] = []

    def everybody(identity: str, user: str, key: bytes) -> bool:
        asked.append(identity)
        return True

    bench = make_bench(authenticate=everybody)
    assert bench.refusal(bench.knock("VICTIM", b"pw", user="ATTACKER")) == 401
    assert asked == []
    assert bench.knock("VICTIM", b"pw").stage.name == "Accepted"


def test_without_an_identity_it_is_404(bench: Any) -> None:
    assert bench.refusal(bench.knock(None)) == 404


def test_an_unknown_identity_is_404(make_bench: Any) -> None:  # J §3.2
    bench = make_bench(insecure=True, authenticate=None, known={"CP1"})
    assert bench.refusal(bench.knock("CP9", None)) == 404
    assert bench.knock("CP1", None).stage.name == "Accepted"


def test_whether_an_identity_exists_is_told_to_none_but_its_owner(make_bench: Any) -> None:
    bench = make_bench(known={"CP1"})
    assert bench.refusal(bench.knock("CP9", b"guess")) == 401
    assert bench.refusal(bench.knock("CP2", b"\xff" * 20)) == 404


def test_insecure_lets_everybody_in(make_bench: Any) -> None:
    bench = make_bench(insecure=True, authenticate=None)
    assert bench.knock("anybody", None).stage.name == "Accepted"


def test_no_common_subprotocol_is_no_rejection(bench: Any) -> None:  # J §3.2: 101, then close
    for offered in ((), ("ocpp1.5", "ocpp2.0.1")):
        link = bench.knock(subprotocols=offered)
        (command,) = bench.commands(link)
        assert isinstance(command, Accept) and command.subprotocol is None
        link.connected(v16.V16, bench.now)
        assert bench.events(link) == [] and bench.csms.link("CP1") is None


def test_keys_are_compared_as_they_are() -> None:
    authenticate = keys({"CP": b"key"})
    assert authenticate("CP", "CP", b"key")
    assert not authenticate("CP", "CP", b"KEY") and not authenticate("XX", "XX", b"\0" * 20)


def test_an_offer_never_shows_its_key() -> None:
    assert "hunter2" not in repr(Offer("CP", BasicAuth("CP", b"hunter2"), ()))


# Two connections of one station.


def test_the_old_connection_is_pinged_and_the_new_one_waits(bench: Any) -> None:
    old = bench.enter()
    new = bench.knock()
    assert bench.commands(new) == [] and bench.csms.take_ready() == [old]
    (ping,) = bench.commands(old)
    assert isinstance(ping, Ping)
    assert bench.csms.link("CP1") is old and new.next_timer() == bench.now + 5


@pytest.mark.parametrize("sign", ["pong", "text"])
def test_a_sign_of_life_turns_the_new_one_away(bench: Any, sign: str) -> None:
    old, new = bench.enter(), bench.knock()
    bench.csms.take_ready()
    if sign == "pong":
        old.pong(bench.now)
    else:
        old.receive('[2,"1","Heartbeat",{}]', bench.now)
    assert bench.refusal(new) == 409
    assert bench.csms.take_ready() == [new] and bench.csms.link("CP1") is old
    assert new.next_timer() is None


def test_silence_lets_the_new_one_take_over(bench: Any) -> None:
    old, new = bench.enter(), bench.knock()
    bench.commands(old)
    bench.csms.take_ready()
    bench.now += 4.9
    new.handle_timer(bench.now)
    assert bench.commands(new) == []
    bench.now += 0.2
    new.handle_timer(bench.now)
    assert isinstance(bench.commands(new)[0], Accept)
    assert bench.csms.take_ready() == [old]
    (close,) = bench.commands(old)
    assert isinstance(close, Close) and close.code == 1006
    (event,) = bench.events(old)
    assert isinstance(event, StationDisconnected) and isinstance(event.reason, Lost)
    new.connected(v16.V16, bench.now)
    (event,) = bench.events(new)
    assert isinstance(event, StationConnected) and bench.csms.link("CP1") is new


def test_what_the_replaced_one_still_says_is_not_heard(bench: Any) -> None:
    old, new = bench.enter(), bench.knock()
    bench.now += 5
    new.handle_timer(bench.now)
    bench.events(old)
    old.receive('[2,"1","Heartbeat",{}]', bench.now)
    old.disconnected(Lost("late"), bench.now)
    old.pong(bench.now)
    assert bench.texts(old) == [] and bench.events(old) == [] and bench.csms.link("CP1") is new


def test_the_end_of_the_old_one_lets_the_new_one_in_at_once(bench: Any) -> None:
    old, new = bench.enter(), bench.knock()
    bench.csms.take_ready()
    old.disconnected(Lost("reset"), bench.now)
    assert bench.csms.take_ready() == [new]
    assert isinstance(bench.commands(new)[0], Accept)


def without_a_sign_of_life(bench: Any, link: Any) -> None:
    """Time goes on until the station ought to have answered a ping."""
    for _ in range(2):
        bench.now = link.next_timer()
        link.handle_timer(bench.now)
    commands = bench.commands(link)
    assert isinstance(commands[-1], Close) and isinstance(bench.events(link)[-1], StationDisconnected)


def test_a_link_without_a_sign_of_life_is_gone_for_the_back_end_too(make_bench: Any) -> None:  # H27
    bench = make_bench(settings=SessionSettings(ping_interval=10, pong_timeout=5))
    link = bench.enter()
    without_a_sign_of_life(bench, link)
    assert bench.csms.link("CP1") is None and bench.csms.throttle.connected == 0
    with pytest.raises(ConnectionLost):
        bench.csms.call("CP1", v16.ClearCacheRequest(), bench.now)
    again = bench.enter(boot=False)  # it need not wait
    link.disconnected(Lost("late"), bench.now)
    assert bench.csms.link("CP1") is again and bench.csms.throttle.connected == 1


def test_whoever_waits_for_such_a_link_is_let_in(make_bench: Any) -> None:
    bench = make_bench(settings=SessionSettings(ping_interval=10, pong_timeout=5), takeover_wait=60)
    link, waiting = bench.enter(), bench.knock()
    without_a_sign_of_life(bench, link)
    assert waiting.stage.name == "Accepted" and bench.csms.link("CP1") is waiting
    assert waiting in bench.csms.take_ready() and bench.csms.throttle.connected == 1


def test_a_third_one_is_turned_away(bench: Any) -> None:
    bench.enter()
    bench.knock()
    assert bench.refusal(bench.knock()) == 409


def test_a_new_one_that_does_not_wait_is_forgotten(bench: Any) -> None:
    old, new = bench.enter(), bench.knock()
    new.disconnected(Lost("impatient"), bench.now)
    old.pong(bench.now)
    assert bench.commands(new) == [] and bench.events(new) == []
    assert bench.knock().stage.name == "Waiting"


def test_a_wrong_key_does_not_even_ping_the_station(bench: Any) -> None:
    old = bench.enter()
    assert bench.refusal(bench.knock(key=b"guess")) == 401
    assert bench.commands(old) == []
