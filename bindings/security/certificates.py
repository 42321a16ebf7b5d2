"""Certificates as texts, and the properties that each must have whoever signed it (W 2.6.1, RFC 5280 §4).

Rules: what a peer sent never raises anything but Bad, which says in one line what is wrong and nothing that the peer
wrote. Only PEM (W A00.FR.507), only certificates in it. An organization name is wanted where the caller says which one:
roots of operators have none often enough, and it would protect nobody.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from ocppcore.bindings.security.base import SecurityFailed
from ocppcore.session.commands import CertificateFault, CertificatePurpose

LONGEST: Final = 10_000  # characters of a chain (W 5.1, W 7.3)
MOST: Final = 8  # certificates in a chain
RSA_BITS: Final = range(2048, 8192 + 1)  # W A00.FR.502; above it, verifying would keep a small CPU busy
EC_BITS: Final = 224  # W A00.FR.503
LONGEST_SERIAL: Final = 20 * 8  # bits (RFC 5280 §4.1.2.2, W 6.1)
HASHES: Final = (hashes.SHA256, hashes.SHA384, hashes.SHA512)  # W A00.FR.506
LISTED: Final = {"SHA256": hashes.SHA256(), "SHA384": hashes.SHA384(), "SHA512": hashes.SHA512()}  # W 6.12
# What a certificate that says for what its key may be used must say (W A00.FR.512): the usage, the extended usage.
USAGES: Final = {
    CertificatePurpose.CentralSystemRoot: ("key_cert_sign", None),
    CertificatePurpose.ManufacturerRoot: ("key_cert_sign", None),
    CertificatePurpose.Station: ("digital_signature", ExtendedKeyUsageOID.CLIENT_AUTH),
    CertificatePurpose.Firmware: ("digital_signature", ExtendedKeyUsageOID.CODE_SIGNING),
}
ROOTS: Final = (CertificatePurpose.CentralSystemRoot, CertificatePurpose.ManufacturerRoot)


class Bad(Exception):
    """A certificate that is not in order. kind: as in CertificateFault."""

    def __init__(self, why: str, kind: str = CertificateFault.INVALID) -> None:
        super().__init__(why)
        self.kind = kind


def read_chain(pem: str) -> list[x509.Certificate]:
    """The certificates of a PEM text, in its order. Raises Bad."""
    if len(pem) > LONGEST:
        raise Bad(f"longer than {LONGEST} characters", CertificateFault.MALFORMED)
    blocks = pem.count("-----BEGIN ")
    if not 1 <= blocks <= MOST or blocks != pem.count("-----BEGIN CERTIFICATE-----"):
        raise Bad(f"not 1 to {MOST} certificates in PEM", CertificateFault.MALFORMED)
    try:
        chain = x509.load_pem_x509_certificates(pem.encode())
        for certificate in chain:  # what is read on demand only
            _ = certificate.extensions, certificate.subject, certificate.issuer
    except Exception:  # whatever the library makes of it: it is a peer's text
        raise Bad("unreadable", CertificateFault.MALFORMED) from None
    if len(chain) != blocks:
        raise Bad("unreadable", CertificateFault.MALFORMED)
    return chain


def check_properties(certificate: x509.Certificate) -> None:
    """W A00.FR.501 to .508: the key, the signature algorithm, the serial number. Raises Bad."""
    if certificate.version is not x509.Version.v3:
        raise Bad("not X.509 version 3")
    if not 0 < certificate.serial_number < 1 << LONGEST_SERIAL:
        raise Bad("the serial number is not positive, or longer than 20 bytes")
    _check_key(certificate)
    try:
        algorithm = certificate.signature_hash_algorithm
    except Exception:
        raise Bad("signed by an unknown algorithm") from None
    if algorithm is not None and not isinstance(algorithm, HASHES):  # None: EdDSA, which has its own
        raise Bad(f"signed over {algorithm.name}, which is too weak or unknown")


def _check_key(certificate: x509.Certificate) -> None:
    try:
        key = certificate.public_key()
    except Exception:
        raise Bad("the key is unreadable, or of an unknown kind") from None
    if isinstance(key, rsa.RSAPublicKey):
        if key.key_size not in RSA_BITS:
            raise Bad(f"an RSA key of {key.key_size} bits")
    elif isinstance(key, ec.EllipticCurvePublicKey):
        if key.curve.key_size < EC_BITS:
            raise Bad(f"an elliptic curve of {key.curve.key_size} bits")
    elif not isinstance(key, ed25519.Ed25519PublicKey | ed448.Ed448PublicKey):
        raise Bad("a key that is neither RSA nor of an elliptic curve")


def check_time(certificate: x509.Certificate, at: datetime | None) -> None:
    """RFC 5280 §6.1.3; at: None while the time is unknown. Raises Bad."""
    if at is not None and at < certificate.not_valid_before_utc:
        raise Bad("not valid yet")
    if at is not None and at > certificate.not_valid_after_utc:
        raise Bad("expired")


def check_purpose(certificate: x509.Certificate, purpose: CertificatePurpose) -> None:
    """What it says about itself fits what it is to be used for (W A00.FR.512). Raises Bad."""
    found = {extension.oid: extension.value for extension in certificate.extensions}
    constraints = found.get(x509.BasicConstraints.oid)
    authority = isinstance(constraints, x509.BasicConstraints) and constraints.ca
    if authority is not (purpose in ROOTS):
        raise Bad("the certificate of an authority" if authority else "not the certificate of an authority")
    usage, extended = USAGES[purpose]
    allowed = found.get(x509.KeyUsage.oid)
    if isinstance(allowed, x509.KeyUsage) and not getattr(allowed, usage):
        raise Bad(f"its key usage does not include {usage}")
    purposes = found.get(x509.ExtendedKeyUsage.oid)
    if extended is not None and isinstance(purposes, x509.ExtendedKeyUsage):
        if not {extended, ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE} & set(purposes):
            raise Bad("its extended key usage does not fit")


def check_subject(certificate: x509.Certificate, common_name: str | None, organization: str | None) -> None:
    """W A00.FR.509 and .511. Raises Bad."""
    wanted = ((NameOID.COMMON_NAME, common_name, "CN"), (NameOID.ORGANIZATION_NAME, organization, "O"))
    for oid, value, name in wanted:
        if value is not None and value not in [part.value for part in certificate.subject.get_attributes_for_oid(oid)]:
            raise Bad(f"its {name} is another one")


def check_key(certificate: x509.Certificate, key: str) -> None:
    """It is for the key that was made for it. Raises Bad; SecurityFailed for a key that can't be read."""
    try:
        private = load_pem_private_key(key.encode(), None)
    except Exception:  # nothing of it may get into a traceback
        raise SecurityFailed("the private key is unreadable") from None
    if private.public_key() != certificate.public_key():
        raise Bad("it is for another key")


def hashes_of(certificate: x509.Certificate, issuer: x509.Certificate) -> dict[str, tuple[str, str]]:
    """By hash algorithm, the hashes that name its issuer (RFC 6960 §4.1.1, W 6.1)."""
    found = {}
    for name, algorithm in LISTED.items():
        request = ocsp.OCSPRequestBuilder().add_certificate(certificate, issuer, algorithm).build()
        found[name] = request.issuer_name_hash.hex(), request.issuer_key_hash.hex()
    return found
