"""Certificates judged as the white paper wants it (W 2.6.1), with real ones."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from hashlib import sha256, sha512
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import ExtendedKeyUsageOID
from hypothesis import given
from hypothesis import strategies as st

from ocppcore.bindings.security.base import SecurityFailed
from ocppcore.bindings.security.service import SoftwareSecurity
from ocppcore.session.commands import CertificateFacts, CertificateFault, CertificatePurpose, CheckCertificate
from ocppcore.testing.certificates import AFTER, BEFORE, Authority, key_pem, new_key

NOW = datetime(2026, 1, 1, tzinfo=UTC)
Root, Station, Firmware = (
    CertificatePurpose.CentralSystemRoot,
    CertificatePurpose.Station,
    CertificatePurpose.Firmware,
)
CA, LEAF = (x509.BasicConstraints(True, None), True), (x509.BasicConstraints(False, None), True)
SECURITY = SoftwareSecurity()


def judge(purpose: CertificatePurpose, chain: str, *roots: Authority, **options: Any) -> Any:
    options.setdefault("at", NOW)
    return SECURITY.check_certificate(
        CheckCertificate(1, 30.0, purpose, chain, tuple(root.pem for root in roots), **options)
    )


def why(purpose: CertificatePurpose, chain: str, *roots: Authority, **options: Any) -> str:
    """Why it is refused."""
    fault = judge(purpose, chain, *roots, **options)
    assert isinstance(fault, CertificateFault), "it is accepted"
    assert len(fault.why) <= 255
    return fault.why


def usage(*names: str) -> tuple[x509.KeyUsage, bool]:
    every = (
        "digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
        "key_cert_sign", "crl_sign", "encipher_only", "decipher_only",
    )  # fmt: skip
    return x509.KeyUsage(**{name: name in names for name in every}), True


@pytest.fixture(scope="module")
def rsa() -> Authority:
    return Authority("RSA root", kind="RSA-2048")


# What is good


def test_a_root_that_signed_itself_is_accepted_with_its_hashes(cpo_root: Authority) -> None:
    facts = judge(Root, cpo_root.pem)
    name = cpo_root.name.public_bytes()
    key = cpo_root.private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    assert facts.hashes["SHA256"] == (sha256(name).hexdigest(), sha256(key).hexdigest())  # RFC 6960 §4.1.1
    assert facts.hashes["SHA512"] == (sha512(name).hexdigest(), sha512(key).hexdigest())
    assert sorted(facts.hashes) == ["SHA256", "SHA384", "SHA512"]
    assert (facts.not_before, facts.not_after) == (BEFORE, AFTER)


def test_the_serial_number_has_no_leading_zeros(cpo_root: Authority) -> None:
    assert judge(Root, Authority(serial=4095).pem).serial_number == "fff"  # the example of W 6.1
    assert judge(Root, Authority(serial=1).pem).serial_number == "1"


@pytest.mark.parametrize("kind", ["P-224", "P-256", "P-384", "RSA-2048"])
def test_keys_of_the_sizes_that_are_allowed(cpo_root: Authority, kind: str) -> None:
    issued = cpo_root.issue("CP1", kind=kind)
    assert isinstance(judge(Station, issued.chain, cpo_root, key=issued.key), CertificateFacts)


def test_a_chain_over_sub_authorities_in_any_order(cpo_root: Authority) -> None:
    lower = cpo_root.sub("Sub 1").sub("Sub 2")
    issued = lower.issue("CP1")
    assert isinstance(judge(Station, issued.chain, cpo_root), CertificateFacts)
    assert lower.issuer is not None
    turned = issued.pem + lower.issuer.pem + lower.pem + cpo_root.pem
    facts = judge(Station, turned, cpo_root)
    assert facts.hashes["SHA256"][0] == sha256(lower.name.public_bytes()).hexdigest()


def test_an_authority_that_signs_by_rsa_pss(rsa: Authority) -> None:
    assert isinstance(judge(Station, rsa.issue("CP1", pss=True).chain, rsa), CertificateFacts)  # W A00.FR.505


def test_a_root_signed_by_the_one_that_it_replaces(cpo_root: Authority) -> None:
    new = cpo_root.sub("New root")
    facts = judge(Root, new.pem, cpo_root)
    assert facts.hashes["SHA256"][0] == sha256(cpo_root.name.public_bytes()).hexdigest()
    assert isinstance(judge(Station, new.issue("CP1").pem, new), CertificateFacts)  # a partial path (W 7.1)


def test_a_request_for_a_certificate_names_the_station_and_its_operator(cpo_root: Authority) -> None:
    pair = SECURITY.make_key("CP1", "ACME")
    request = x509.load_pem_x509_csr(pair.csr.encode())
    assert request.is_signature_valid and request.subject.rfc4514_string() == "CN=CP1,O=ACME"
    assert len(pair.csr) <= 5500
    chain = cpo_root.sign_request(pair.csr)
    facts = judge(Station, chain, cpo_root, key=pair.key, common_name="CP1", organization="ACME")
    assert isinstance(facts, CertificateFacts)
    assert "PRIVATE" not in repr(pair) + repr(facts)


@pytest.mark.parametrize("name", ["", "x" * 65])
def test_names_that_no_certificate_can_have(name: str) -> None:
    with pytest.raises(SecurityFailed):
        SECURITY.make_key(name, "ACME")


def test_while_the_time_is_unknown_it_is_not_judged(cpo_root: Authority) -> None:
    old = cpo_root.issue("CP1", end=NOW - timedelta(days=1))
    assert isinstance(judge(Station, old.chain, cpo_root, at=None), CertificateFacts)


@pytest.mark.parametrize(("purpose", "extended"), [(Station, "CLIENT_AUTH"), (Firmware, "CODE_SIGNING")])
def test_usages_that_fit(cpo_root: Authority, purpose: CertificatePurpose, extended: str) -> None:
    says = x509.ExtendedKeyUsage([getattr(ExtendedKeyUsageOID, extended)])
    issued = cpo_root.issue("CP1", extensions=[LEAF, usage("digital_signature"), (says, False)])
    assert isinstance(judge(purpose, issued.chain, cpo_root), CertificateFacts)


# What is not


@pytest.mark.parametrize("kind", ["P-192", "RSA-1024"])
def test_a_key_that_is_too_short(cpo_root: Authority, kind: str) -> None:
    assert "bits" in why(Station, cpo_root.issue("CP1", kind=kind).chain, cpo_root)
    assert "bits" in why(Root, Authority(kind=kind).pem)


def test_a_signature_over_sha_1(rsa: Authority) -> None:
    weak = rsa.issue("CP1", algorithm=hashes.SHA224())  # what still can be made; SHA-1 is refused by the library
    assert "too weak" in why(Station, weak.chain, rsa)


def test_expired_and_not_valid_yet(cpo_root: Authority) -> None:
    issued = cpo_root.issue("CP1", begin=NOW - timedelta(days=1), end=NOW + timedelta(days=1))
    assert isinstance(judge(Station, issued.chain, cpo_root), CertificateFacts)
    assert why(Station, issued.chain, cpo_root, at=NOW + timedelta(days=2)) == "expired"
    assert why(Firmware, issued.chain, cpo_root, at=NOW - timedelta(days=2)) == "not valid yet"
    assert why(Root, Authority(begin=NOW + timedelta(days=1)).pem) == "not valid yet"
    assert isinstance(judge(Station, issued.chain, cpo_root, at=NOW - timedelta(days=2)), CertificateFacts)
    ended = Authority(end=NOW - timedelta(days=1))
    assert why(Root, ended.pem) == "expired"
    assert why(Station, ended.issue("CP1").chain, ended) == "no valid path to a root that is trusted"


def test_a_path_to_no_root_or_to_another_one(cpo_root: Authority, maker_root: Authority) -> None:
    issued = cpo_root.issue("CP1")
    assert "no valid path" in why(Station, issued.chain, maker_root)
    assert "no root" in why(Station, issued.chain)


def test_a_root_not_signed_by_the_one_that_it_replaces(cpo_root: Authority) -> None:
    assert "no valid path" in why(Root, Authority("CPO root").pem, cpo_root)  # of the same name, too


def test_a_certificate_changed_after_it_was_signed(cpo_root: Authority) -> None:
    other = cpo_root.issue("CP1").certificate
    der = bytearray(other.public_bytes(Encoding.DER))
    der[-1] ^= 1
    forged = x509.load_der_x509_certificate(bytes(der)).public_bytes(Encoding.PEM).decode()
    assert "no valid path" in why(Station, forged, cpo_root)


def test_an_authority_that_is_none(cpo_root: Authority) -> None:
    impostor = cpo_root.sub("x", extensions=[LEAF])
    assert "no valid path" in why(Station, impostor.issue("CP1").chain, cpo_root)
    mute = cpo_root.sub("x", extensions=[CA, usage("digital_signature")])
    assert "no valid path" in why(Station, mute.issue("CP1").chain, cpo_root)


def test_a_path_longer_than_an_authority_allows(cpo_root: Authority) -> None:
    short = cpo_root.sub("x", extensions=[(x509.BasicConstraints(True, 0), True)])
    assert isinstance(judge(Station, short.issue("CP1").chain, cpo_root), CertificateFacts)
    assert "no valid path" in why(Station, short.sub("y").issue("CP1").chain, cpo_root)


def test_a_chain_of_more_than_eight(cpo_root: Authority) -> None:
    lowest = cpo_root
    for _ in range(7):
        lowest = lowest.sub("x" * 8)
    assert isinstance(judge(Station, lowest.issue("CP1").chain, cpo_root), CertificateFacts)
    assert "1 to 8" in why(Station, lowest.sub("y").issue("CP1").chain, cpo_root)


def test_a_loop_of_authorities_ends(cpo_root: Authority) -> None:
    one = Authority("one")
    two = one.sub("two")
    again = two.sign(one.name, one.private.public_key(), extensions=[CA])
    loop = two.issue("CP1").pem + two.pem + again.public_bytes(Encoding.PEM).decode()
    assert "no valid path" in why(Station, loop, cpo_root)


def test_a_critical_extension_that_nobody_knows(cpo_root: Authority) -> None:
    strange = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00")
    assert "no valid path" in why(Station, cpo_root.issue("CP1", extensions=[LEAF, (strange, True)]).chain, cpo_root)
    harmless = cpo_root.issue("CP1", extensions=[LEAF, (strange, False)])
    assert isinstance(judge(Station, harmless.chain, cpo_root), CertificateFacts)


def test_a_name_constraint_is_kept_or_the_path_ends(cpo_root: Authority) -> None:
    names = x509.NameConstraints([x509.DirectoryName(cpo_root.name)], None)
    bound = cpo_root.sub("x", extensions=[CA, (names, True)])
    assert "no valid path" in why(Station, bound.issue("CP1").chain, cpo_root)


def test_an_authority_instead_of_a_leaf_and_the_reverse(cpo_root: Authority) -> None:
    assert "of an authority" in why(Station, cpo_root.sub().pem, cpo_root)
    assert "of an authority" in why(Firmware, cpo_root.pem, cpo_root)
    assert "not the certificate" in why(Root, Authority(extensions=[LEAF]).pem)
    assert "not the certificate" in why(Root, Authority(extensions=[]).pem)


def test_usages_that_do_not_fit(cpo_root: Authority) -> None:
    server = (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False)
    wrong = cpo_root.issue("CP1", extensions=[LEAF, usage("key_agreement")]).chain
    for purpose in (Station, Firmware):
        assert "usage" in why(purpose, cpo_root.issue("CP1", extensions=[LEAF, server]).chain, cpo_root)
        assert "usage" in why(purpose, wrong, cpo_root)
    assert "usage" in why(Root, Authority(extensions=[CA, usage("crl_sign")]).pem)


def test_the_subject_must_be_the_one_that_was_asked_for(cpo_root: Authority) -> None:
    chain = cpo_root.issue("CP1", organization="ACME").chain
    assert why(Station, chain, cpo_root, common_name="CP2") == "its CN is another one"
    assert why(Station, chain, cpo_root, organization="Evil") == "its O is another one"


def test_a_certificate_for_another_key(cpo_root: Authority) -> None:
    issued, other = cpo_root.issue("CP1"), key_pem(new_key())
    assert isinstance(judge(Station, issued.chain, cpo_root, key=issued.key), CertificateFacts)
    assert why(Station, issued.chain, cpo_root, key=other) == "it is for another key"
    with pytest.raises(SecurityFailed, match="^the private key is unreadable$"):
        judge(Station, issued.chain, cpo_root, key="lost")


def test_two_certificates_where_a_root_is_wanted(cpo_root: Authority, maker_root: Authority) -> None:
    assert "more than one" in why(Root, cpo_root.pem + maker_root.pem)
    assert "more than one" in why(Root, cpo_root.sub().pem + maker_root.pem, cpo_root)


def test_a_stored_root_that_is_broken_says_nothing_about_the_certificate(cpo_root: Authority) -> None:
    with pytest.raises(SecurityFailed):
        SECURITY.check_certificate(CheckCertificate(1, 1.0, Station, cpo_root.issue("CP1").chain, ("lost",), at=NOW))


# What is no certificate at all

SPOILED: dict[str, Callable[[str], str]] = {
    "nothing": lambda pem: "",
    "a word": lambda pem: "certificate",
    "an empty block": lambda pem: "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n",
    "no end": lambda pem: pem[:-30],
    "cut in the middle": lambda pem: pem[:200] + "\n-----END CERTIFICATE-----\n",
    "DER in base64": lambda pem: "".join(pem.splitlines()[1:-1]),
    "DER in hex": lambda pem: x509.load_pem_x509_certificate(pem.encode()).public_bytes(Encoding.DER).hex(),
    "headers in headers": lambda pem: "-----BEGIN CERTIFICATE-----\n" * 350,
    "longer than any": lambda pem: pem + " " * 10_000,
    "with a private key": lambda pem: pem + key_pem(new_key()),
    "a second one that is broken": lambda pem: pem + pem.replace("MII", "AAA", 1),
    "a lone surrogate": lambda pem: pem + "\ud800",
    "bytes behind the certificate": lambda pem: "not PEM" + pem.replace("-----END", "AAAA\n-----END"),
}


@pytest.mark.parametrize("how", SPOILED)
def test_what_is_no_certificate_is_malformed(cpo_root: Authority, how: str) -> None:
    fault = judge(Root, SPOILED[how](cpo_root.pem))
    assert isinstance(fault, CertificateFault) and fault.kind == CertificateFault.MALFORMED


def test_line_ends_and_words_around_a_certificate_do_no_harm(cpo_root: Authority) -> None:
    for text in (cpo_root.pem.replace("\n", "\r\n"), cpo_root.pem.rstrip(), "subject=/CN=x\n" + cpo_root.pem):
        assert isinstance(judge(Root, text), CertificateFacts)


@given(st.data())
def test_whatever_comes_is_judged_and_raises_nothing(cpo_root: Authority, data: st.DataObject) -> None:
    der = bytearray(cpo_root.certificate.public_bytes(Encoding.DER))
    for place, value in data.draw(st.lists(st.tuples(st.integers(0, len(der) - 1), st.integers(0, 255)), max_size=4)):
        der[place] = value
    from ssl import DER_cert_to_PEM_cert

    verdict = judge(Root, DER_cert_to_PEM_cert(bytes(der)))
    assert isinstance(verdict, CertificateFacts | CertificateFault)
