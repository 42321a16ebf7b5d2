"""Root certificates: installed, listed, deleted (W M03, M04, M05)."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from ocppcore import v16
from ocppcore.errors import CallErrorReceived
from ocppcore.session.commands import CertificateFacts, CertificatePurpose, CheckCertificate
from ocppcore.session.events import TlsFailed, TlsFailure
from ocppcore.station import SecuritySetup
from ocppcore.testing.certificates import Authority
from ocppcore.testing.rig import BEGIN, Rig
from ocppcore.testing.secure import CENTRAL, KEY, MANUFACTURER, SecureRig

RECONFIGURED = "ReconfigurationOfSecurityParameters"


# M03, M05: install and list


def test_M05_FR_02_a_root_is_installed_and_stays(rig: SecureRig, cpo_root: Authority) -> None:
    assert rig.installed() == []  # M03.FR.02
    assert rig.install(cpo_root) == "Accepted"
    (listed,) = rig.installed()
    assert listed.hash_algorithm == "SHA256" and listed.serial_number == f"{cpo_root.certificate.serial_number:x}"
    assert rig.told() == [RECONFIGURED]
    rig.restart()
    assert rig.installed() == [listed]
    assert rig.installed(MANUFACTURER) == []


def test_each_use_has_roots_of_its_own(rig: SecureRig, cpo_root: Authority, maker_root: Authority) -> None:
    assert rig.install(maker_root, MANUFACTURER) == rig.install(cpo_root) == "Accepted"
    assert len(rig.installed()) == len(rig.installed(MANUFACTURER)) == 1
    assert rig.installed() != rig.installed(MANUFACTURER)
    assert rig.station.ctx.roots(CertificatePurpose.ManufacturerRoot) == (maker_root.pem,)


def test_M05_FR_03_a_full_store_takes_no_more(cpo_root: Authority, maker_root: Authority) -> None:
    rig = SecureRig(config={"CertificateStoreMaxLength": "2"})
    rig.boot()
    assert rig.install(cpo_root) == rig.install(maker_root, MANUFACTURER) == "Accepted"
    rig.told()
    assert rig.install(Authority("third")) == "Rejected"
    assert rig.told() == []  # nothing is wrong with it


def test_H29_a_root_that_is_there_already_is_installed_once(rig: SecureRig, cpo_root: Authority) -> None:
    assert [rig.install(cpo_root) for _ in range(12)] == ["Accepted"] * 10 + ["Accepted"] * 2
    assert len(rig.installed()) == 1


@pytest.mark.parametrize("use", [CENTRAL, MANUFACTURER])
def test_M05_FR_06_a_bad_root_is_rejected_with_a_security_event(
    rig: SecureRig, cpo_root: Authority, use: v16.CertificateUseEnumType
) -> None:
    bad = [
        "x",
        "-----BEGIN CERTIFICATE-----\n" * 190,
        cpo_root.issue("leaf").pem,
        cpo_root.sub().pem,
        Authority(kind="RSA-1024").pem,
        Authority(end=BEGIN - timedelta(days=1)).pem,
        Authority(begin=BEGIN + timedelta(days=1)).pem,
    ]
    event = {CENTRAL: "InvalidCentralSystemCertificate", MANUFACTURER: "InvalidFirmwareSigningCertificate"}[use]
    for pem in bad:
        assert rig.install(pem, use) == "Rejected"
        assert rig.told() == [event]
    assert rig.installed(use) == []


def test_M05_FR_04_a_host_that_cannot_judge_means_failed(rig: SecureRig, cpo_root: Authority) -> None:
    rig.security_works = False
    assert rig.install(cpo_root) == "Failed"
    assert rig.told() == []


def test_a_host_that_is_silent_means_failed_in_time(rig: SecureRig, cpo_root: Authority) -> None:
    rig.security_works = None
    id = rig.tell(v16.InstallCertificateRequest(certificate_type=CENTRAL, certificate=cpo_root.pem))
    rig.advance(19)
    assert rig.answer(id) is None
    rig.advance(2)
    assert rig.answer(id).status == "Failed"


def test_two_roots_at_the_same_time_never_exceed_the_store(cpo_root: Authority, maker_root: Authority) -> None:
    """A back end that does not wait for the first answer."""
    rig = SecureRig(config={"CertificateStoreMaxLength": "1"})
    rig.boot()
    rig.security_works = None
    for id, root in (("a", cpo_root), ("b", maker_root)):
        request = {"certificateType": str(CENTRAL), "certificate": root.pem}
        rig.station.receive(json.dumps([2, id, "InstallCertificate", request]), rig.now)
        rig.run()
    rig.security_works = True
    for command in [command for command in rig.carried_out if isinstance(command, CheckCertificate)]:
        rig._carry_out(command)
        rig.run()
    assert [json.loads(text)[2]["status"] for text in rig.said[-2:]] == ["Accepted", "Failed"]
    assert len(rig.installed()) == 1


def test_nothing_counts_before_it_is_stored(rig: SecureRig, cpo_root: Authority) -> None:
    rig.store_works = False
    id = rig.tell(v16.InstallCertificateRequest(certificate_type=CENTRAL, certificate=cpo_root.pem))
    assert rig.answer(id) is None
    rig.store_works = True
    rig.advance(10)
    assert rig.answer(id).status == "Accepted"


# M04: delete


def test_M04_FR_02_a_root_is_deleted(rig: SecureRig, cpo_root: Authority) -> None:
    rig.install(cpo_root)
    (name,) = rig.installed()
    assert rig.delete(name) == "Accepted"
    assert rig.installed() == []
    rig.restart()
    assert rig.installed() == []
    assert rig.delete(name) == "NotFound"  # M04.FR.04


@pytest.mark.parametrize("algorithm", ["SHA256", "SHA384", "SHA512"])
def test_M04_FR_07_any_of_the_hashes_names_it_in_any_case(
    rig: SecureRig, cpo_root: Authority, algorithm: str
) -> None:
    rig.install(cpo_root)
    stored = rig.station.ctx.store.get("certificates", "root:1")
    hashes, serial = stored[2][0], stored[2][1]
    assert serial == f"{cpo_root.certificate.serial_number:x}"
    name = v16.CertificateHashDataType(
        hash_algorithm=v16.HashAlgorithmEnumType(algorithm),
        issuer_name_hash=hashes[algorithm][0].upper(),
        issuer_key_hash=hashes[algorithm][1].upper(),
        serial_number=serial.upper().zfill(40),
    )
    assert rig.delete(name) == "Accepted"


def test_one_digit_less_is_another_one(rig: SecureRig, cpo_root: Authority) -> None:
    rig.install(cpo_root)
    (name,) = rig.installed()
    for field in ("issuer_name_hash", "issuer_key_hash", "serial_number"):
        fields = {slot: getattr(name, slot) for slot in ("issuer_name_hash", "issuer_key_hash", "serial_number")}
        fields[field] = fields[field][:-1]
        assert rig.delete(v16.CertificateHashDataType(hash_algorithm=name.hash_algorithm, **fields)) == "NotFound"


def test_M04_FR_05_the_stations_own_certificate_cannot_be_deleted(secure: SecureRig, cpo_root: Authority) -> None:
    facts = secure.station.ctx.store.get("certificates", "own:1")[2]
    pair = facts[0]["SHA256"]
    name = v16.CertificateHashDataType(
        hash_algorithm=v16.HashAlgorithmEnumType.SHA256,
        issuer_name_hash=pair[0],
        issuer_key_hash=pair[1],
        serial_number=facts[1],
    )
    assert secure.delete(name) == "Failed"


def test_M04_FR_06_a_root_in_use_is_not_deleted(secure: SecureRig, cpo_root: Authority) -> None:
    (name,) = secure.installed()
    assert secure.delete(name) == "Failed"
    assert secure.installed() == [name]


def test_M04_FR_06_of_several_only_the_one_that_verified_the_back_end_is_in_use(
    secure: SecureRig, cpo_root: Authority
) -> None:
    (used,) = secure.installed()
    other = Authority("other")
    assert secure.install(other) == "Accepted"
    _, unused = secure.installed()
    secure.cut()
    secure.restore()  # this host cannot say by which
    assert secure.delete(unused) == secure.delete(used) == "Failed"
    secure.verified_by = cpo_root.pem
    secure.cut()
    secure.restore()
    assert secure.last.tls is not None and secure.last.tls.roots == (cpo_root.pem, other.pem)
    assert secure.delete(used) == "Failed"
    assert secure.delete(unused) == "Accepted"


def test_without_tls_no_root_is_in_use(rig: SecureRig, cpo_root: Authority) -> None:
    rig.install(cpo_root)
    assert rig.delete(rig.installed()[0]) == "Accepted"


# AdditionalRootCertificateCheck


@pytest.fixture
def checking(cpo_root: Authority) -> SecureRig:
    """By profile 2, with the additional check."""
    rig = SecureRig(
        profile=2,
        authorization_key=KEY,
        security=SecuritySetup(roots=[cpo_root.pem]),
        config={"AdditionalRootCertificateCheck": "true"},
    )
    rig.boot()
    return rig


def roots_of(rig: SecureRig) -> list[tuple[str, ...]]:
    """By which roots the back end was verified, attempt by attempt."""
    return [connect.tls.roots for connect in rig.connects if connect.tls is not None]


def test_M05_FR_10_a_root_not_signed_by_the_old_one_is_rejected(checking: SecureRig) -> None:
    checking.told()
    assert checking.install(Authority("stranger")) == "Rejected"
    assert checking.told() == ["InvalidCentralSystemCertificate"]
    assert len(checking.installed()) == 1


def test_M05_FR_11_12_the_old_one_is_the_fallback_until_the_new_one_has_connected(
    checking: SecureRig, cpo_root: Authority
) -> None:
    new = cpo_root.sub("New root")
    assert checking.install(new) == "Accepted"
    assert len(checking.installed()) == 2  # M05.FR.08: and a fallback
    checking.cut()
    checking.restore()
    assert roots_of(checking)[-1] == (new.pem,)
    assert len(checking.installed()) == 1
    checking.restart()
    assert roots_of(checking)[-1] == (new.pem,)


def test_M05_FR_13_the_fallback_is_tried_where_the_new_one_does_not_verify(
    checking: SecureRig, cpo_root: Authority
) -> None:
    new = cpo_root.sub("New root")
    assert checking.install(new) == "Accepted"
    checking.told()
    bad = TlsFailed(TlsFailure.Certificate)
    checking.admits = lambda connect: bad if connect.tls is not None and connect.tls.roots == (new.pem,) else None
    for _ in range(2):
        checking.cut()
        checking.restore()
        assert roots_of(checking)[-2:] == [(new.pem,), (cpo_root.pem,)]
    assert checking.told() == ["InvalidCentralSystemCertificate"] * 2
    assert len(checking.installed()) == 2
    checking.restart()
    assert roots_of(checking)[-2:] == [(new.pem,), (cpo_root.pem,)]
    checking.admits = lambda _: None
    checking.cut()
    checking.restore()
    assert roots_of(checking)[-1] == (new.pem,) and len(checking.installed()) == 1


def test_one_that_never_connected_is_no_fallback(checking: SecureRig, cpo_root: Authority) -> None:
    first = cpo_root.sub("First")
    second = first.sub("Second")
    assert checking.install(first) == checking.install(second) == "Accepted"
    assert len(checking.installed()) == 2
    checking.admits = lambda connect: TlsFailed(TlsFailure.Certificate) if len(roots_of(checking)) < 3 else None
    checking.cut()
    checking.restore()
    assert roots_of(checking)[-2:] == [(second.pem,), (cpo_root.pem,)]


def test_the_first_root_of_all_stands_for_itself(cpo_root: Authority) -> None:
    rig = SecureRig(config={"AdditionalRootCertificateCheck": "true", "CertificateStoreMaxLength": "1"})
    rig.boot()
    assert rig.install(cpo_root) == "Accepted"
    assert rig.install(cpo_root.sub("New root")) == "Accepted"  # it replaces the other one: there is room
    assert rig.install(Authority(), MANUFACTURER) == "Rejected"


# From the factory


def test_roots_from_the_factory_are_taken_over_once(cpo_root: Authority, maker_root: Authority) -> None:
    rig = SecureRig(security=SecuritySetup(roots=[cpo_root.pem], manufacturer_roots=[maker_root.pem]))
    rig.boot()
    assert len(rig.installed()) == len(rig.installed(MANUFACTURER)) == 1
    rig.restart()
    (name,) = rig.installed()
    assert rig.delete(name) == "Accepted"
    rig.restart()
    assert rig.installed() == []  # it does not come back


def test_a_root_from_the_factory_counts_without_a_host_that_can_judge_it(cpo_root: Authority) -> None:
    rig = SecureRig(profile=2, authorization_key=KEY, security=SecuritySetup(roots=[cpo_root.pem]))
    rig.security_works = False
    rig.boot()
    assert rig.last.tls is not None and rig.last.tls.roots == (cpo_root.pem,)
    assert rig.installed() == []  # it has no hashes yet
    rig.security_works = True
    rig.restart()
    assert len(rig.installed()) == 1


# Time


def test_H20_a_clock_that_is_put_back_revives_nothing_that_has_expired(cpo_root: Authority) -> None:
    rig = SecureRig()
    rig.boot()
    ended = Authority("ended", end=BEGIN - timedelta(days=10))
    newest = Authority("newest", begin=BEGIN - timedelta(days=5))
    assert rig.install(newest) == "Accepted"
    rig.station.ctx.time.set_utc(BEGIN - timedelta(days=365), rig.now)
    assert rig.install(ended) == "Rejected"
    rig.restart()
    assert rig.install(ended) == "Rejected"


def test_a_root_is_judged_by_the_clock_as_it_is(rig: SecureRig) -> None:
    rig.install(Authority())
    (check,) = [command for command in rig.carried_out if isinstance(command, CheckCertificate)]
    assert check.at == rig.utc


# Left out


def test_without_the_security_extension_there_is_nothing_of_it(cpo_root: Authority) -> None:
    rig = Rig()
    rig.setup.without = frozenset({"Security"})
    rig.restart()
    for request in (
        v16.InstallCertificateRequest(certificate_type=CENTRAL, certificate=cpo_root.pem),
        v16.GetInstalledCertificateIdsRequest(certificate_type=CENTRAL),
        v16.CertificateSignedRequest(certificate_chain=cpo_root.pem),
    ):
        error = rig.ask(request)
        assert isinstance(error, CallErrorReceived) and error.code == "NotSupported"
    assert rig.set_key("SecurityProfile", "1") == rig.set_key("AuthorizationKey", KEY.hex()) == "NotSupported"


def test_what_the_host_finds_is_what_is_listed(rig: SecureRig, cpo_root: Authority) -> None:
    """A host of another make: an HSM, say."""

    class Oracle:
        def check_certificate(self, check: CheckCertificate) -> CertificateFacts:
            pairs = {name: ("aa", "bb") for name in ("SHA256", "SHA384", "SHA512")}
            return CertificateFacts(pairs, "fff", BEGIN, BEGIN + timedelta(days=1))

    rig.security = Oracle()
    assert rig.install(cpo_root) == "Accepted"
    (listed,) = rig.installed()
    assert (listed.issuer_name_hash, listed.issuer_key_hash, listed.serial_number) == ("aa", "bb", "fff")
