"""Security profiles at the back end: what must be shown, never less than before, whose certificate it is (W 2)."""

from __future__ import annotations

from typing import Any

import pytest

from ocppcore.csms import Certificates, ClientCertificate, ProfileReached, StationRefused
from ocppcore.errors import SetupError
from ocppcore.session.commands import Close, Ping
from ocppcore.session.events import Lost, TlsFailed, TlsFailure
from ocppcore.version import V16

KEY = b"0123456789abcdef"
OURS = ClientCertificate(("CP1",), ("ACME",), "0A")
HEARTBEAT = '[2,"1","Heartbeat",{}]'
# What a station of each profile shows.
SHOWN: tuple[dict[str, Any], ...] = (
    {"key": None},
    {},
    {"secure": True},
    {"key": None, "secure": True, "certificate": OURS},
)


def come_in(bench: Any, profile: int, identity: str = "CP1") -> None:
    """A station connects with this profile, says something, and leaves."""
    link = bench.knock(identity, **SHOWN[profile])
    assert link.stage.name == "Accepted", bench.events(link)
    bench.commands(link)
    link.connected(V16, bench.now)
    link.receive(HEARTBEAT, bench.now)
    link.disconnected(Lost("gone"), bench.now)


def reasons(bench: Any, link: Any) -> list[str]:
    return [event.why for event in bench.events(link) if isinstance(event, StationRefused)]


@pytest.mark.parametrize("wanted", range(4))
@pytest.mark.parametrize("shown", range(4))
def test_another_profile_than_the_one_in_use_is_refused(make_bench: Any, wanted: int, shown: int) -> None:  # A00.FR.002
    bench = make_bench(profiles=wanted, certificates=Certificates("ACME"))
    link = bench.knock(**SHOWN[shown])
    assert (link.stage.name == "Accepted") is (wanted == shown)
    if wanted != shown:
        assert bench.refusal(link) == 401


def test_no_profile_at_all_only_where_it_is_asked_for(make_bench: Any) -> None:
    for shown in (SHOWN[0], SHOWN[0] | {"secure": True}):
        assert bench_refuses(make_bench(), shown)
        assert not bench_refuses(make_bench(profiles=lambda identity: (0, 2)), shown)


def bench_refuses(bench: Any, shown: dict[str, Any]) -> bool:
    link = bench.knock(**shown)
    return link.stage.name == "Over" and bench.refusal(link) == 401


def test_each_station_may_have_its_own_profile(make_bench: Any) -> None:
    bench = make_bench(profiles={"CP1": 1, "CP2": 2}.__getitem__)
    assert bench.knock("CP1", KEY).stage.name == "Accepted"
    assert bench.refusal(bench.knock("CP2", b"\xff" * 20)) == 401
    assert bench.knock("CP2", b"\xff" * 20, secure=True).stage.name == "Accepted"
    assert bench.refusal(bench.knock("CP3")) == 503  # the policy raised: that is nobody's fault but ours


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"profiles": 4}, "0 to 3"),
        ({"profiles": (1, -1)}, "0 to 3"),
        ({"profiles": 3}, "needs certificates"),
        ({"profiles": (0, 1), "authenticate": None, "insecure": True}, "needs authenticate"),
        ({"certificates": Certificates("A"), "authenticate": None, "profiles": 2}, "needs authenticate"),
    ],
)
def test_a_policy_that_cannot_be_kept_is_one_clear_line(make_bench: Any, options: Any, message: str) -> None:
    with pytest.raises(SetupError, match=message):
        make_bench(**options)


def test_certificates_alone_are_authentication_enough(make_bench: Any) -> None:
    bench = make_bench(authenticate=None, certificates=Certificates("ACME"))
    assert bench.knock(**SHOWN[3]).stage.name == "Accepted"
    for profile in (0, 1, 2):
        assert bench.refusal(bench.knock(**SHOWN[profile])) == 401


@pytest.mark.parametrize(("before", "after"), [(high, low) for high in range(4) for low in range(high)])
def test_a_lower_profile_than_before_is_refused(make_bench: Any, before: int, after: int) -> None:  # A05.FR.09
    bench = make_bench(profiles=range(4), certificates=Certificates("ACME"))
    come_in(bench, after)
    come_in(bench, before)
    assert bench.refusal(bench.knock(**SHOWN[after])) == 401
    come_in(bench, before)


def test_a_handshake_is_no_success_before_the_station_has_said_something(make_bench: Any) -> None:
    """A05.FR.08: a station that could not connect falls back, and must not be locked out then."""
    bench = make_bench()
    link = bench.knock(**SHOWN[2])
    bench.commands(link)
    link.disconnected(Lost("the answer never arrived"), bench.now)
    come_in(bench, 1)


def test_a_pong_is_a_success_too_and_it_is_told_once(make_bench: Any) -> None:
    bench = make_bench()
    link = bench.knock(**SHOWN[2])
    bench.commands(link)
    link.pong(bench.now)
    link.pong(bench.now)
    (event,) = bench.events(link)
    assert isinstance(event, ProfileReached) and (event.identity, event.profile) == ("CP1", 2)


def test_a_station_that_comes_with_a_higher_profile_is_asked_for_a_sign_of_life(make_bench: Any) -> None:
    """It may have nothing to say for a while, and its old profile would open for as long."""
    bench = make_bench()
    come_in(bench, 1)
    link = bench.knock(**SHOWN[2])
    bench.commands(link)
    link.connected(V16, bench.now)
    (ping,) = bench.commands(link)
    assert isinstance(ping, Ping)
    link.pong(bench.now)
    assert bench.csms.stations["CP1"].profile == 2


def test_what_was_reached_is_brought_over_from_an_earlier_life(make_bench: Any) -> None:
    bench = make_bench(reached={"CP1": 2})
    assert bench.refusal(bench.knock(**SHOWN[1])) == 401
    come_in(bench, 2)
    bench.csms.stations["CP1"].profile = 1  # by the operator's own hand, not by OCPP (A00.FR.005)
    come_in(bench, 1)


def test_the_author_of_a_lowered_policy_locks_the_station_out_and_not_the_door_open(make_bench: Any) -> None:
    bench = make_bench(profiles=1, reached={"CP1": 2})
    for profile in (0, 1, 2):
        assert bench.refusal(bench.knock(**SHOWN[profile])) == 401


def test_a_higher_profile_takes_the_place_of_a_lower_one_at_once(make_bench: Any) -> None:
    """H10: a stolen key must not keep the station out that shows its certificate."""
    bench = make_bench(certificates=Certificates("ACME"))
    thief, accomplice = bench.knock(**SHOWN[1]), bench.knock(**SHOWN[1])
    bench.commands(thief)
    thief.connected(V16, bench.now)
    station = bench.knock(**SHOWN[3])
    assert station.stage.name == "Accepted" and bench.csms.link("CP1") is station
    assert bench.refusal(accomplice) == 409
    *_, close = bench.commands(thief)
    assert isinstance(close, Close) and close.code == 1006
    assert set(bench.csms.take_ready()) == {thief, accomplice}
    late = bench.knock(**SHOWN[2])
    assert late.stage.name == "Waiting"


# Certificates.


@pytest.mark.parametrize(
    ("certificate", "why"),
    [
        (ClientCertificate(("CP2",), ("ACME",)), "another station"),
        (ClientCertificate((), ("ACME",)), "another station"),
        (ClientCertificate(("CP1", "CP2"), ("ACME",)), "another station"),
        (ClientCertificate(("CP1\0.evil",), ("ACME",)), "another station"),
        (ClientCertificate(("cp1",), ("ACME",)), "another station"),
        (ClientCertificate(("CP1",), ("EVIL",)), "another organization"),
        (ClientCertificate(("CP1",), ()), "another organization"),
    ],
)
def test_a_certificate_of_somebody_else(make_bench: Any, certificate: ClientCertificate, why: str) -> None:
    bench = make_bench(certificates=Certificates(["ACME", "Partner"]))
    link = bench.knock(key=None, secure=True, certificate=certificate)
    assert bench.refusal(link) == 401
    (event,) = bench.events(link)
    assert why in event.why and event.event == "InvalidChargePointCertificate"  # A00.FR.404, .405, .408


def test_an_organization_that_is_trusted_will_do(make_bench: Any) -> None:  # A00.FR.404
    bench = make_bench(certificates=Certificates(["ACME", "Partner"]))
    certificate = ClientCertificate(("CP1",), ("Dept", "Partner"))
    assert bench.knock(key=None, secure=True, certificate=certificate).stage.name == "Accepted"


def test_the_serial_number_need_not_be_the_identity(make_bench: Any) -> None:  # A00.FR.405
    serials = {"CP1": "SN-4711"}
    bench = make_bench(certificates=Certificates("ACME", serials.get))
    ours = ClientCertificate(("SN-4711",), ("ACME",))
    assert bench.knock(key=None, secure=True, certificate=ours).stage.name == "Accepted"
    assert bench.refusal(bench.knock(**SHOWN[3])) == 401
    assert bench.refusal(bench.knock("CP2", None, secure=True, certificate=ours)) == 401


def test_a_revoked_certificate(make_bench: Any) -> None:  # A00.FR.702
    bench = make_bench(certificates=Certificates("ACME", check=lambda identity, certificate: False))
    link = bench.knock(**SHOWN[3])
    assert bench.refusal(link) == 401 and reasons(bench, link) == ["the certificate was refused"]


def test_a_certificate_beside_a_login_does_not_save_a_wrong_key(make_bench: Any) -> None:
    bench = make_bench(profiles=2, certificates=Certificates("ACME"))
    assert bench.refusal(bench.knock(key=b"wrong", secure=True, certificate=OURS)) == 401
    assert bench.knock(secure=True, certificate=OURS).stage.name == "Accepted"


def test_certificates_of_nobody_are_a_mistake() -> None:
    with pytest.raises(SetupError, match="at least one"):
        Certificates(())


# What is told.


def test_a_failed_login_has_the_name_of_the_white_paper(bench: Any) -> None:  # W 8, A00.FR.323
    link = bench.knock(key=b"wrong")
    (event,) = bench.events(link)
    assert event.event == "FailedToAuthenticationAtCentralSystem"


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (TlsFailure.Version, "InvalidTLSVersion"), (TlsFailure.Cipher, "InvalidTLSCipherSuite"),
        (TlsFailure.Certificate, "InvalidChargePointCertificate"), (TlsFailure.Other, None),
    ],
)  # fmt: skip
def test_a_failed_handshake_of_tls_has_a_name(bench: Any, kind: TlsFailure, name: str | None) -> None:
    event = bench.csms.tls_failed(TlsFailed(kind), "peer", "198.51.100.7", bench.now)
    assert isinstance(event, StationRefused) and (event.identity, event.status, event.event) == (None, 0, name)
    assert bench.csms.tls_failed(Lost("hung up"), "peer", "198.51.100.7", bench.now) is None


def test_credentials_in_the_wrong_profile_are_judged_all_the_same(make_bench: Any) -> None:  # H11: a constant cost
    asked: list[str] = []

    def note(identity: str, user: str, key: bytes) -> bool:
        asked.append(identity)
        return True

    bench = make_bench(profiles=2, authenticate=note)
    link = bench.knock()
    assert bench.refusal(link) == 401 and asked == ["CP1"]
    assert reasons(bench, link) == ["security profile 1 is not allowed"]
