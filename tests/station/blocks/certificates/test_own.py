"""The station's own certificate: requested, received, used, renewed (W A02, A03)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from ocppcore import v16
from ocppcore.errors import RpcError
from ocppcore.session.commands import CheckCertificate, MakeKey
from ocppcore.session.events import Refused, TlsFailed, TlsFailure
from ocppcore.station.blocks.certificates.own import MOST
from ocppcore.testing.certificates import Authority
from ocppcore.testing.rig import BEGIN
from ocppcore.testing.secure import KEY, SecureRig
from ocppcore.version import ErrorCode

INVALID = "InvalidChargePointCertificate"
Sign = v16.SignCertificateRequest


def own_chain(rig: SecureRig) -> str | None:
    """What the station showed of itself in its last attempt to connect."""
    return None if rig.last.tls is None else rig.last.tls.chain


# The request


def test_A02_FR_02_03_13_a_trigger_makes_a_key_and_a_request(rig: SecureRig) -> None:
    rig.setup.serial_number = "SN-0815"
    request = x509.load_pem_x509_csr(rig.csr().encode())
    assert request.is_signature_valid and request.subject.rfc4514_string() == "CN=SN-0815,O=ACME"


def test_without_a_serial_number_the_identity_is_the_common_name(rig: SecureRig) -> None:
    assert "CN=CP1" in x509.load_pem_x509_csr(rig.csr().encode()).subject.rfc4514_string()


@pytest.mark.parametrize("name", ["", None])
def test_A02_without_a_cpo_name_there_is_no_request(name: str | None) -> None:
    rig = SecureRig(config={} if name is None else {"CpoName": name})
    if name is None:
        rig.setup.config.pop("CpoName")
    rig.restart()
    assert rig.trigger() == "Rejected"
    assert rig.set_key("CpoName", "Stadtwerke Æ") == "Accepted"
    assert "Stadtwerke" in x509.load_pem_x509_csr(rig.csr().encode()).subject.rfc4514_string()


def test_each_request_has_a_key_of_its_own(rig: SecureRig) -> None:
    keys = {x509.load_pem_x509_csr(rig.csr().encode()).public_key().public_numbers() for _ in range(3)}  # type: ignore[union-attr]
    assert len(keys) == 3


def test_one_request_at_a_time(rig: SecureRig) -> None:
    rig.security_works = None
    assert rig.trigger() == "Accepted"
    assert rig.trigger() == "Rejected"
    rig.advance(200)  # the host does not answer
    rig.security_works = True
    assert rig.csr()


def test_a_host_that_can_make_no_key_is_asked_again_by_the_next_trigger(rig: SecureRig) -> None:
    rig.security_works = False
    assert rig.trigger() == "Accepted"
    assert not rig.sent(Sign)
    rig.security_works = True
    assert rig.csr()


def test_the_private_key_is_stored_before_the_request_leaves(rig: SecureRig) -> None:
    rig.store_works = False
    rig.trigger()
    assert not rig.sent(Sign)
    rig.store_works = True
    rig.advance(10)
    assert len(rig.sent(Sign)) == 1 and "pending" in rig.store["certificates"]


def test_A02_FR_12_a_request_that_is_rejected_is_forgotten(rig: SecureRig, cpo_root: Authority) -> None:
    rig.install(cpo_root)
    rig.answers[Sign] = lambda _: v16.SignCertificateResponse(status=v16.GenericStatusEnumType.Rejected)
    csr = rig.csr()
    assert "pending" not in rig.store["certificates"]
    assert rig.hand_out(cpo_root.sign_request(csr)) == "Rejected"


def test_a_request_without_a_certificate_is_not_repeated(rig: SecureRig) -> None:
    """A02, error handling."""
    rig.csr()
    rig.days(90)
    rig.restart()
    rig.days(1)
    assert not rig.sent(Sign)


# The certificate


def test_A02_a_certificate_for_the_request_is_taken(rig: SecureRig, cpo_root: Authority) -> None:
    rig.install(cpo_root)
    rig.told()
    chain = cpo_root.sub().sign_request(rig.csr())
    assert rig.hand_out(chain) == "Accepted"
    assert rig.told() == ["ReconfigurationOfSecurityParameters"]
    assert "pending" not in rig.store["certificates"]
    assert rig.store["certificates"]["own:1"]


def test_the_request_survives_a_restart(rig: SecureRig, cpo_root: Authority) -> None:
    rig.install(cpo_root)
    csr = rig.csr()
    rig.restart()
    assert rig.hand_out(cpo_root.sign_request(csr)) == "Accepted"


def test_H29_without_a_request_it_is_rejected_with_a_security_event(rig: SecureRig, cpo_root: Authority) -> None:
    rig.install(cpo_root)
    rig.told()
    assert rig.hand_out(cpo_root.issue("CP1").chain) == "Rejected"
    assert rig.told() == [INVALID]


def test_a_certificate_is_taken_once(rig: SecureRig, cpo_root: Authority) -> None:
    rig.install(cpo_root)
    chain = rig.renew(cpo_root)
    rig.told()
    assert rig.hand_out(chain) == "Rejected"
    assert rig.told() == [INVALID]


@pytest.mark.parametrize(
    "bad", ["another key", "expired", "another root", "another name", "an authority", "too long", "no PEM", "short"]
)
def test_A02_FR_07_a_bad_one_is_rejected_with_a_security_event(
    rig: SecureRig, cpo_root: Authority, maker_root: Authority, bad: str
) -> None:
    rig.install(cpo_root)
    csr = rig.csr()
    rig.told()
    request = x509.load_pem_x509_csr(csr.encode())
    authority = [(x509.BasicConstraints(True, None), True)]
    signed = {
        "another key": lambda: cpo_root.issue("CP1").chain,
        "expired": lambda: cpo_root.sign_request(csr, end=BEGIN - timedelta(days=1)),
        "another root": lambda: maker_root.sign_request(csr),
        "another name": lambda: renamed(cpo_root, request, "CP2"),
        "an authority": lambda: cpo_root.sign_request(csr, extensions=authority),
        "too long": lambda: cpo_root.sign_request(csr).ljust(10_000, "\n"),
        "no PEM": lambda: "certificate",
        "short": lambda: cpo_root.sign_request(csr)[:100],
    }[bad]()
    if bad == "too long":
        rig.setup.config["CertificateSignedMaxChainSize"] = "9999"
        rig.restart()
        rig.told()
    assert rig.hand_out(signed) == "Rejected"
    assert rig.told() == [INVALID]
    assert "own:1" not in rig.store["certificates"]
    if bad != "too long":
        assert rig.hand_out(cpo_root.sign_request(csr)) == "Accepted"  # the request is still pending


def renamed(authority: Authority, request: x509.CertificateSigningRequest, name: str) -> str:
    """A certificate for the right key, and another name."""
    parts = [
        x509.NameAttribute(NameOID.COMMON_NAME, name) if part.oid == NameOID.COMMON_NAME else part
        for part in request.subject
    ]
    signed = authority.sign(x509.Name(parts), request.public_key())
    return signed.public_bytes(Encoding.PEM).decode()


def test_a_host_that_cannot_judge_it_means_rejected_and_the_request_stays(
    rig: SecureRig, cpo_root: Authority
) -> None:
    rig.install(cpo_root)
    chain = cpo_root.sign_request(rig.csr())
    rig.security_works = False
    assert rig.hand_out(chain) == "Rejected"
    rig.security_works = True
    assert rig.hand_out(chain) == "Accepted"


def test_a_request_that_is_replaced_while_its_certificate_is_judged(rig: SecureRig, cpo_root: Authority) -> None:
    rig.install(cpo_root)
    chain = cpo_root.sign_request(rig.csr())
    rig.security_works = None
    id = rig.tell(v16.CertificateSignedRequest(certificate_chain=chain))
    check = next(command for command in reversed(rig.carried_out) if isinstance(command, CheckCertificate))
    rig.security_works = True
    rig.station.ctx.triggers.ask("SignChargePointCertificate", None, True)[0]()  # type: ignore[index]
    rig.run()
    rig._carry_out(check)
    rig.run()
    assert rig.answer(id).status == "Rejected"


def test_the_subject_is_what_was_asked_for_even_if_the_cpo_has_a_new_name(
    rig: SecureRig, cpo_root: Authority
) -> None:
    rig.install(cpo_root)
    csr = rig.csr()
    rig.set_key("CpoName", "Another")
    assert rig.hand_out(cpo_root.sign_request(csr)) == "Accepted"


# Which one is used


def test_A02_FR_08_with_profile_3_the_station_connects_anew_by_the_new_one(
    secure: SecureRig, cpo_root: Authority
) -> None:
    old = own_chain(secure)
    chain = secure.renew(cpo_root, begin=BEGIN - timedelta(days=1))
    assert own_chain(secure) == chain != old
    assert not secure.sent(v16.BootNotificationRequest)
    secure.restart()
    assert own_chain(secure) == chain


def test_with_another_profile_a_new_certificate_changes_nothing(rig: SecureRig, cpo_root: Authority) -> None:
    rig.install(cpo_root)
    attempts = len(rig.connects)
    rig.renew(cpo_root)
    rig.advance(60)
    assert len(rig.connects) == attempts


def test_A02_FR_08_one_that_begins_later_is_used_from_then_on(secure: SecureRig, cpo_root: Authority) -> None:
    old = own_chain(secure)
    chain = secure.renew(cpo_root, begin=BEGIN + timedelta(days=3))
    secure.cut()
    secure.restore()
    assert own_chain(secure) == old
    secure.days(2.9)
    assert own_chain(secure) == old
    secure.days(0.2)
    assert own_chain(secure) == chain


def test_A02_FR_09_the_newest_by_its_beginning_wins(secure: SecureRig, cpo_root: Authority) -> None:
    newest = secure.renew(cpo_root, begin=BEGIN - timedelta(days=1))
    older = secure.renew(cpo_root, begin=BEGIN - timedelta(days=200))
    secure.cut()
    secure.restore()
    assert own_chain(secure) == newest != older


@pytest.mark.parametrize("refusal", [TlsFailed(TlsFailure.Refused), Refused(401)])
def test_A02_FR_10_the_old_one_is_the_fallback(secure: SecureRig, cpo_root: Authority, refusal: object) -> None:
    old = own_chain(secure)
    secure.told()
    secure.admits = lambda connect: None if connect.tls is not None and connect.tls.chain == old else refusal  # type: ignore[return-value]
    chain = secure.renew(cpo_root, begin=BEGIN - timedelta(days=1))
    secure.advance(30)
    assert [connect.tls and connect.tls.chain for connect in secure.connects[-2:]] == [chain, old]
    assert secure.told() == ["ReconfigurationOfSecurityParameters", "FailedToAuthenticationAtCentralSystem"]
    attempts = len(secure.connects)
    secure.days(2)
    assert len(secure.connects) == attempts  # a link that works is left alone
    secure.cut()
    secure.restore()
    assert [connect.tls and connect.tls.chain for connect in secure.connects[-2:]] == [chain, old]


def test_A02_FR_10_the_old_one_goes_after_a_month(secure: SecureRig, cpo_root: Authority) -> None:
    secure.renew(cpo_root, begin=BEGIN - timedelta(days=1))
    secure.days(27)
    assert {"own:1", "own:2"} <= set(secure.store["certificates"])
    secure.days(4)
    assert "own:1" not in secure.store["certificates"] and "own:2" in secure.store["certificates"]


def test_only_so_many_are_kept(secure: SecureRig, cpo_root: Authority) -> None:
    for day in range(1, 8):
        secure.renew(cpo_root, begin=BEGIN - timedelta(days=8 - day))
    assert len([key for key in secure.store["certificates"] if key.startswith("own:")]) == MOST


def test_the_one_that_works_is_kept_whatever_the_back_end_sends(secure: SecureRig, cpo_root: Authority) -> None:
    works = own_chain(secure)
    refusal = TlsFailed(TlsFailure.Refused)
    secure.admits = lambda connect: None if connect.tls is not None and connect.tls.chain == works else refusal
    for day in range(1, 6):
        secure.renew(cpo_root, begin=BEGIN - timedelta(days=8 - day))
        secure.advance(60)
        assert secure.station.ctx.online and own_chain(secure) == works
    secure.restart()
    assert secure.station.ctx.online and own_chain(secure) == works


# Renewal by itself


def test_A03_FR_02_a_month_before_it_expires_the_station_asks_for_a_new_one(
    secure: SecureRig, cpo_root: Authority
) -> None:
    """Its certificate ends on day 265."""
    secure.days(234)
    assert not secure.take(Sign)
    secure.days(2)
    (request,) = secure.take(Sign)
    chain = cpo_root.sign_request(request.csr, begin=secure.utc - timedelta(hours=1))
    assert secure.hand_out(chain) == "Accepted"
    secure.advance(1)
    assert own_chain(secure) == chain
    secure.days(100)
    assert not secure.sent(Sign)


def test_A03_it_asks_once_even_if_no_certificate_comes(secure: SecureRig) -> None:
    secure.days(240)
    assert len(secure.take(Sign)) == 1
    secure.days(20)
    secure.restart()
    secure.days(1)
    assert not secure.sent(Sign)


def test_A03_a_request_that_found_no_answer_is_sent_again(secure: SecureRig) -> None:
    secure.answers[Sign] = lambda _: None
    secure.days(237)
    asked = len(secure.take(Sign))
    assert 1 <= asked <= 3  # once a day
    secure.answers[Sign] = lambda _: RpcError(ErrorCode.NotSupported)
    secure.days(3)
    assert 2 <= len(secure.take(Sign)) <= 4
    secure.answers[Sign] = lambda _: v16.SignCertificateResponse(status=v16.GenericStatusEnumType.Accepted)
    secure.days(5)
    assert len(secure.take(Sign)) == 1


def test_A03_offline_it_waits(secure: SecureRig) -> None:
    secure.days(230)
    secure.cut()
    secure.days(10)
    assert not secure.sent(Sign)
    secure.restore(7200)
    secure.advance(5)
    assert len(secure.sent(Sign)) == 1


def test_A03_without_a_cpo_name_it_does_not_ask(secure: SecureRig) -> None:
    secure.set_key("CpoName", "")
    secure.days(240)
    assert not [command for command in secure.carried_out if isinstance(command, MakeKey)]


def test_an_expired_certificate_is_shown_where_there_is_no_other(secure: SecureRig) -> None:
    shown = own_chain(secure)
    secure.days(300)
    secure.cut()
    secure.restore()
    assert own_chain(secure) == shown is not None


# Secrets


def test_A02_FR_05_the_private_key_shows_nowhere(secure: SecureRig, cpo_root: Authority) -> None:
    chain = secure.renew(cpo_root, begin=BEGIN - timedelta(days=1))
    pending = secure.csr()
    secure.ask(v16.GetConfigurationRequest())
    keys = [value for key, value in secure.store["certificates"].items() if key.startswith(("own:", "pending"))]
    assert len(keys) == 3 and all("PRIVATE KEY" in value for value in keys)
    assert secure.leaks("PRIVATE KEY", KEY.hex()) == []
    assert chain and pending
    private = secure.station.ctx.credentials()
    assert len([key for key in private if b"PRIVATE KEY" in key]) == 3
