"""Security profiles and the AuthorizationKey: who may change them, and what becomes of a login (W A00, A01, A05)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from ocppcore import v16
from ocppcore.errors import SetupError
from ocppcore.session.commands import Connect
from ocppcore.session.events import Disconnect, Lost, Refused, TlsFailed, TlsFailure
from ocppcore.session.tap import redact
from ocppcore.station import SecuritySetup, Setup
from ocppcore.station.events import KeyChanged
from ocppcore.testing.certificates import Authority
from ocppcore.testing.rig import BEGIN
from ocppcore.testing.secure import KEY, NEW_KEY, SecureRig

RECONFIGURED = "ReconfigurationOfSecurityParameters"
PROFILE, SECRET = "SecurityProfile", "AuthorizationKey"


def login(connect: Connect) -> tuple[str, bytes | None, bool]:
    """How it connects: scheme, key, whether it shows a certificate."""
    own = connect.tls is not None and connect.tls.chain is not None
    assert (connect.tls is not None) is connect.url.startswith("wss://")
    return connect.url.partition("://")[0], connect.auth and connect.auth.key, own


BY = {0: ("ws", None, False), 1: ("ws", KEY, False), 2: ("wss", KEY, False), 3: ("wss", None, True)}


def refusing(*profiles: int, by: Disconnect | None = None) -> Any:
    """A back end that lets nobody in by one of these profiles."""
    return lambda connect: (by or Refused(401)) if login(connect) in [BY[one] for one in profiles] else None


@pytest.fixture
def ready(rig: SecureRig, cpo_root: Authority) -> SecureRig:
    """By profile 1, with all that the others need."""
    rig.install(cpo_root)
    rig.renew(cpo_root)
    rig.take()
    rig.told()
    return rig


# Which way it connects


@pytest.mark.parametrize("profile", [1, 2, 3])
def test_A00_FR_202_301_401_what_the_back_end_gets_to_see(ready: SecureRig, profile: int) -> None:
    if profile > 1:
        assert ready.set_key(PROFILE, str(profile)) == "Accepted"
        ready.advance(1)
    assert login(ready.last) == BY[profile]
    assert ready.last.auth is None or ready.last.auth.user == "CP1"  # A00.FR.204
    ready.restart()
    assert login(ready.last) == BY[profile]
    ready.cut()
    ready.restore()
    assert login(ready.last) == BY[profile]  # A00.FR.203: with every request


def test_without_a_profile_it_connects_as_it_always_did() -> None:
    for setup, auth in ((None, None), (KEY, KEY)):
        rig = SecureRig(authorization_key=setup)
        rig.boot()
        assert rig.last.tls is None and (rig.last.auth and rig.last.auth.key) == auth
        rig.setup.url = "wss://backend.example/ocpp"
        rig.restart()
        assert rig.last.url.startswith("wss://") and rig.last.tls is None  # the host's context, or the system's roots


def test_A00_FR_006_a_profile_may_have_an_address_of_its_own(ready: SecureRig) -> None:
    ready.setup.security.urls = {3: "wss://certified.example/x"}
    for profile, url in ((2, "wss://backend.example/ocpp/CP1"), (3, "wss://certified.example/x/CP1")):
        assert ready.set_key(PROFILE, str(profile)) == "Accepted"
        ready.advance(1)
        assert ready.last.url == url


# A05: raised


def test_A05_FR_05_06_07_raised_it_connects_anew_without_a_boot(ready: SecureRig) -> None:
    attempts = len(ready.connects)
    for profile in (2, 3):
        assert ready.set_key(PROFILE, str(profile)) == "Accepted"
        ready.advance(1)
        assert login(ready.last) == BY[profile] and ready.get_key(PROFILE) == str(profile)
    assert len(ready.connects) == attempts + 2
    assert not ready.sent(v16.BootNotificationRequest)
    assert ready.told() == [RECONFIGURED] * 2


def test_the_answer_leaves_before_the_link_is_closed(ready: SecureRig) -> None:
    ready.store_works = False
    id = ready.tell(v16.ChangeConfigurationRequest(key=PROFILE, value="2"))
    attempts = len(ready.connects)
    assert ready.answer(id) is None
    ready.store_works = True
    ready.advance(10)
    assert ready.answer(id).status == "Accepted" and len(ready.connects) == attempts + 1


@pytest.mark.parametrize("text", ["0", "1", " 2", "+2", "02", "2.0", "2147483648", "4", "-1", "", "two", "2 ", "٣"])
def test_A05_FR_01_H13_never_lower_nor_equal_nor_by_an_odd_spelling(ready: SecureRig, text: str) -> None:
    ready.set_key(PROFILE, "2")
    ready.advance(1)
    ready.told()
    attempts = len(ready.connects)
    assert ready.set_key(PROFILE, text) == "Rejected"
    ready.advance(60)
    assert ready.get_key(PROFILE) == "2" and len(ready.connects) == attempts and ready.told() == []


@pytest.mark.parametrize("now", [1, 2, 3])
@pytest.mark.parametrize("then", [0, 1, 2, 3])
def test_A05_FR_01_each_pair(ready: SecureRig, now: int, then: int) -> None:
    if now > 1:
        ready.set_key(PROFILE, str(now))
        ready.advance(1)
    assert (ready.set_key(PROFILE, str(then)) == "Accepted") is (then > now)


def test_A05_FR_02_a_profile_with_a_password_needs_one(cpo_root: Authority) -> None:
    rig = SecureRig()
    rig.boot()
    rig.install(cpo_root)
    assert rig.set_key(PROFILE, "1") == rig.set_key(PROFILE, "2") == "Rejected"
    assert rig.set_key(SECRET, KEY.hex()) == "Accepted"
    rig.advance(1)
    assert rig.set_key(PROFILE, "1") == "Accepted"


def test_A05_FR_03_tls_needs_a_root(rig: SecureRig, cpo_root: Authority) -> None:
    assert rig.set_key(PROFILE, "2") == "Rejected"
    rig.install(Authority(end=BEGIN + timedelta(days=2)))
    rig.days(3)
    assert rig.set_key(PROFILE, "2") == "Rejected"  # it has expired
    rig.install(cpo_root)
    assert rig.set_key(PROFILE, "2") == "Accepted"


def test_A05_FR_04_profile_3_needs_a_certificate(rig: SecureRig, cpo_root: Authority) -> None:
    rig.install(cpo_root)
    assert rig.set_key(PROFILE, "3") == "Rejected"
    rig.renew(cpo_root, begin=BEGIN + timedelta(days=1), end=BEGIN + timedelta(days=5))
    assert rig.set_key(PROFILE, "3") == "Rejected"  # not valid yet
    rig.days(10)
    assert rig.set_key(PROFILE, "3") == "Rejected"  # not any more
    rig.renew(cpo_root)
    assert rig.set_key(PROFILE, "3") == "Accepted"


def test_profile_3_needs_no_password(cpo_root: Authority) -> None:
    rig = SecureRig()
    rig.boot()
    rig.install(cpo_root)
    rig.renew(cpo_root)
    assert rig.set_key(PROFILE, "3") == "Accepted"


# A05.FR.08, .09: the login before


@pytest.mark.parametrize("reason", [Refused(401), TlsFailed(TlsFailure.Certificate), TlsFailed(TlsFailure.Refused)])
def test_A05_FR_08_what_is_refused_is_taken_back_at_once(ready: SecureRig, reason: Disconnect) -> None:
    ready.admits = refusing(3, by=reason)
    assert ready.set_key(PROFILE, "3") == "Accepted"
    ready.advance(1)
    assert [login(connect) for connect in ready.connects[-2:]] == [BY[3], BY[1]]
    assert ready.get_key(PROFILE) == "1"
    assert KeyChanged in [type(event) for event in ready.events]
    assert ready.told()[-1] == RECONFIGURED
    ready.restart()
    assert login(ready.last) == BY[1]


@pytest.mark.parametrize("reason", [Lost("no route"), Refused(404), Refused(503)])
def test_what_may_be_the_networks_fault_is_tried_a_few_times(ready: SecureRig, reason: Disconnect) -> None:
    ready.admits = refusing(2, by=reason)
    ready.set_key(PROFILE, "2")
    ready.advance(600)
    assert [login(connect) for connect in ready.connects[-4:]] == [BY[2]] * 3 + [BY[1]]
    assert ready.get_key(PROFILE) == "1"


def test_a_network_that_is_gone_takes_nothing_back(ready: SecureRig) -> None:
    ready.set_key(PROFILE, "2")
    ready.reachable = False
    ready.advance(1)
    ready.advance(6 * 3600)
    tried = [login(connect) for connect in ready.connects[-8:]]
    assert BY[1] in tried and BY[2] in tried  # each in turn
    ready.admits = refusing(1)
    ready.restore(7200)
    assert ready.get_key(PROFILE) == "2"


def test_after_a_success_the_login_before_is_gone(ready: SecureRig) -> None:
    ready.set_key(PROFILE, "2")
    ready.advance(1)
    ready.admits = refusing(2)
    ready.cut()
    ready.reachable = True
    ready.advance(3600)
    assert {login(connect) for connect in ready.connects[-5:]} == {BY[2]}
    assert ready.configured(PROFILE) == "2"


@pytest.mark.parametrize("works", [True, False])
def test_it_survives_a_restart_in_the_middle_of_it(ready: SecureRig, works: bool) -> None:
    ready.reachable = False
    ready.set_key(PROFILE, "2")
    ready.run()
    ready.restart()
    ready.advance(5)
    ready.restart()
    ready.admits = (lambda _: None) if works else refusing(2)
    ready.restore()
    ready.advance(600)
    assert ready.get_key(PROFILE) == ("2" if works else "1")
    assert login(ready.last) == BY[2 if works else 1]


def test_two_changes_before_a_connection_go_back_to_the_login_that_worked(ready: SecureRig) -> None:
    ready.set_key(SECRET, NEW_KEY.hex())
    ready.reachable = False
    ready.run()
    ready.station.set_security_profile(2, ready.now)
    ready.admits = lambda connect: None if login(connect) == BY[1] else Refused(401)
    ready.restore(3600)
    assert ready.get_key(PROFILE) == "1" and login(ready.last) == BY[1]
    assert ready.station.configuration.value(SECRET) == KEY


def test_a_change_that_is_taken_back_needs_no_way_back(ready: SecureRig) -> None:
    ready.set_key(SECRET, NEW_KEY.hex())
    ready.advance(1)
    ready.reachable = False
    ready.set_key(SECRET, KEY.hex())
    ready.run()
    ready.station.configure(SECRET, NEW_KEY.hex(), ready.now)
    ready.run()
    assert ready.station.ctx.credentials()[0] == NEW_KEY
    assert not [key for key in ready.store["certificates"] if "before" in key]


def test_a_back_end_that_closes_and_comes_back_is_no_failure(ready: SecureRig) -> None:
    for _ in range(5):
        ready.cut()
        ready.restore()
    assert {login(connect) for connect in ready.connects} == {BY[1]}


# Security events of a connection that fails


@pytest.mark.parametrize(
    ("reason", "event"),
    [
        (TlsFailed(TlsFailure.Certificate), "InvalidCentralSystemCertificate"),
        (TlsFailed(TlsFailure.Version), "InvalidTLSVersion"),
        (TlsFailed(TlsFailure.Cipher), "InvalidTLSCipherSuite"),
        (TlsFailed(TlsFailure.Refused), "FailedToAuthenticationAtCentralSystem"),
        (Refused(401), "FailedToAuthenticationAtCentralSystem"),
        (TlsFailed(TlsFailure.Other), None),
        (Refused(404), None),
        (Lost("no route"), None),
    ],
)
def test_A00_FR_309_315_322_why_it_cannot_connect(secure: SecureRig, reason: Disconnect, event: str | None) -> None:
    secure.told()
    secure.admits = lambda _: reason
    secure.cut()
    secure.reachable = True
    secure.advance(120)
    assert len(secure.connects) > 2
    secure.admits = lambda _: None
    secure.restore()
    assert set(secure.told()) == ({event} if event else set())


# A01: the key


@pytest.mark.parametrize("octets", [16, 17, 20])
def test_A01_a_new_key_is_used_at_once_without_a_boot(rig: SecureRig, octets: int) -> None:
    key = bytes(range(200, 200 + octets))
    rig.told()
    assert rig.set_key(SECRET, key.hex().upper()) == "Accepted"
    rig.advance(1)
    assert login(rig.last) == ("ws", key, False)
    assert not rig.sent(v16.BootNotificationRequest)
    assert rig.told() == [RECONFIGURED]  # A01.FR.11
    rig.restart()
    assert login(rig.last) == ("ws", key, False)


@pytest.mark.parametrize(
    "text",
    ["", "a" * 30, "a" * 31, "a" * 33, "a" * 41, "a" * 42, "g" * 32, "0x" + "a" * 30, " " + "a" * 32, "a" * 32 + "\n"]
    + ["a plain text of 20 c", "aa:" * 12, "٣" * 32, "a" * 500],
)
def test_what_is_no_key_is_rejected(rig: SecureRig, text: str) -> None:
    attempts = len(rig.connects)
    assert rig.set_key(SECRET, text) == "Rejected"
    rig.advance(60)
    assert len(rig.connects) == attempts and rig.station.configuration.value(SECRET) == KEY


def test_A01_queued_messages_are_kept_over_the_new_connection(rig: SecureRig) -> None:
    rig.answers[v16.StartTransactionRequest] = lambda _: None
    rig.charge()
    assert rig.set_key(SECRET, NEW_KEY.hex()) == "Accepted"
    del rig.answers[v16.StartTransactionRequest]
    rig.answers[v16.StartTransactionRequest] = rig._start_transaction
    rig.advance(1)
    assert login(rig.last) == ("ws", NEW_KEY, False)
    first, again = rig.sent(v16.StartTransactionRequest)
    assert first.shape.dump(first) == again.shape.dump(again)


def test_a_key_that_the_back_end_refuses_is_taken_back(rig: SecureRig) -> None:
    rig.admits = lambda connect: None if login(connect)[1] == KEY else Refused(401)
    assert rig.set_key(SECRET, NEW_KEY.hex()) == "Accepted"
    rig.advance(1)
    assert [login(connect)[1] for connect in rig.connects[-2:]] == [NEW_KEY, KEY]
    rig.restart()
    assert login(rig.last)[1] == KEY
    assert rig.told().count(RECONFIGURED) == 2


def test_with_profile_3_a_new_key_waits_for_its_use(secure: SecureRig) -> None:
    attempts = len(secure.connects)
    assert secure.set_key(SECRET, NEW_KEY.hex()) == "Accepted"
    secure.advance(60)
    assert len(secure.connects) == attempts


def test_W30_the_key_is_never_shown(rig: SecureRig) -> None:
    rig.set_key(SECRET, NEW_KEY.hex())
    rig.advance(1)
    answer = rig.ask(v16.GetConfigurationRequest(key=["authorizationkey"]))
    (entry,) = answer.configuration_key
    assert (entry.key, entry.readonly, entry.value) == (SECRET, False, None)
    rig.ask(v16.GetConfigurationRequest())
    secrets = [key.hex() for key in (KEY, NEW_KEY)] + [KEY, NEW_KEY]
    assert rig.leaks(*secrets) == []
    request = f'[2,"1","ChangeConfiguration",{{"key":"AuthorizationKey","value":"{NEW_KEY.hex()}"}}]'
    assert NEW_KEY.hex() not in redact(request)  # what a trace shows


def test_A00_FR_806_the_key_may_be_set_while_pending() -> None:
    rig = SecureRig(profile=1, authorization_key=KEY)
    rig.answer_boot(v16.RegistrationStatus.Pending, 60)
    rig.boot()
    assert rig.set_key(SECRET, NEW_KEY.hex()) == "Accepted"
    rig.answer_boot(v16.RegistrationStatus.Accepted, 300)
    rig.advance(120)
    assert login(rig.last)[1] == NEW_KEY and rig.station.ctx.online


# A plain-text key


def test_a_plain_key_is_an_option_of_the_maker() -> None:
    rig = SecureRig(
        profile=1, authorization_key=b"plain text at first", security=SecuritySetup(plain_key=True)
    )
    rig.boot()
    assert login(rig.last)[1] == b"plain text at first"
    assert rig.set_key(SECRET, "another plain text") == "Accepted"
    rig.advance(1)
    assert login(rig.last)[1] == b"another plain text"
    assert rig.set_key(SECRET, KEY.hex()) == "Accepted"  # hex digits are a text like any other
    rig.advance(1)
    assert login(rig.last)[1] == KEY.hex().encode()
    for text in ("short", "x" * 41, "sixteen letters\n"):
        assert rig.set_key(SECRET, text) == "Rejected"


def test_a_key_that_is_stored_in_another_form_counts_for_nothing() -> None:
    rig = SecureRig(profile=1, authorization_key=KEY)
    rig.boot()
    rig.set_key(SECRET, NEW_KEY.hex())
    rig.advance(1)
    rig.store["configuration"][SECRET] = '"no hex digits at all"'
    rig.restart()
    assert login(rig.last)[1] == KEY


# The host


def test_A00_FR_005_the_profile_is_lowered_on_the_spot_only(ready: SecureRig) -> None:
    ready.set_key(PROFILE, "3")
    ready.advance(1)
    ready.station.set_security_profile(1, ready.now)
    ready.run()
    ready.advance(1)
    assert login(ready.last) == BY[1] and ready.get_key(PROFILE) == "1"
    for profile in (4, -1, True, "1"):
        with pytest.raises(SetupError):
            ready.station.set_security_profile(profile, ready.now)  # type: ignore[arg-type]
    with pytest.raises(SetupError, match="SecurityProfile"):
        ready.station.configure(PROFILE, "0", ready.now)


def test_the_host_sets_a_key_before_there_is_a_link() -> None:
    rig = SecureRig(profile=1, authorization_key=KEY)
    rig.reachable = False
    rig.boot()
    rig.station.configure(SECRET, NEW_KEY.hex(), rig.now)
    rig.run()
    rig.reachable = True
    rig.advance(120)
    assert login(rig.last)[1] == NEW_KEY


def test_a_key_that_is_set_while_the_old_one_gets_in_is_not_taken_back(rig: SecureRig) -> None:
    """The link that comes up was asked for before the change: it says nothing about the new key."""
    rig.cut()
    out: list[Connect] = []
    attempt, rig._attempt = rig._attempt, out.append  # type: ignore[method-assign, assignment]
    rig.reachable = True
    while not out:
        rig.advance(1)
    rig._attempt = attempt  # type: ignore[method-assign]
    assert login(out[0])[1] == KEY
    rig.station.configure(SECRET, NEW_KEY.hex(), rig.now)
    rig._connect()  # before the change is stored
    rig.run()
    rig.advance(60)
    assert login(rig.last)[1] == NEW_KEY and rig.station.ctx.online
    assert rig.station.ctx.credentials() == (NEW_KEY,)


# The setup


@pytest.mark.parametrize(
    "security",
    [
        {"roots": ["x"]},
        {"roots": [b"x"]},
        {"certificate": "-----BEGIN CERTIFICATE-----"},
        {"key": "x"},
        {"urls": {1: "wss://x"}},
        {"urls": {2: "ws://x"}},
    ],
)
def test_a_setup_that_is_wrong_is_one_clear_line(security: dict[str, Any]) -> None:
    with pytest.raises(SetupError, match="^security: [^\n]*$"):
        SecuritySetup(**security)


@pytest.mark.parametrize(("key", "plain"), [(b"x" * 15, False), (b"x" * 21, False), (b"\xff" * 16, True)])
def test_a_key_of_the_factory_has_16_to_20_octets(key: bytes, plain: bool) -> None:
    with pytest.raises(SetupError, match="^authorization_key"):
        security = SecuritySetup(plain_key=plain)
        Setup("CP1", "ws://h", vendor="V", model="M", authorization_key=key, security=security)


@pytest.mark.parametrize("profile", [1, 2, 3])
def test_A00_FR_004_a_factory_profile_without_what_it_needs_is_one_clear_line(profile: int) -> None:
    with pytest.raises(SetupError, match=f"^config: SecurityProfile {profile} needs [^\n]*$"):
        SecureRig(profile=profile)


def test_a_factory_profile_is_a_factory_value_of_its_key(cpo_root: Authority) -> None:
    rig = SecureRig(profile=2, authorization_key=KEY, security=SecuritySetup(roots=[cpo_root.pem]))
    rig.boot()
    assert login(rig.last) == BY[2] and rig.get_key(PROFILE) == "2"
    assert rig.set_key(PROFILE, "1") == "Rejected"
