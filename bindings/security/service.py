"""Keys, certificates and signatures in software, by the library `cryptography`."""

from __future__ import annotations

from pathlib import Path
from ssl import SSLContext

from ocppcore.bindings._extras import lacking

try:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
    from cryptography.x509.oid import NameOID
except ModuleNotFoundError as error:
    raise lacking(error) from None

from ocppcore.bindings._tls_client import client_context
from ocppcore.bindings.security.base import SecurityFailed
from ocppcore.bindings.security.certificates import (
    ROOTS,
    Bad,
    check_key,
    check_properties,
    check_purpose,
    check_subject,
    check_time,
    hashes_of,
    read_chain,
)
from ocppcore.bindings.security.path import path_to_root, self_signed
from ocppcore.bindings.security.signatures import verify_file
from ocppcore.session.commands import (
    CertificateFacts,
    CertificateFault,
    CertificatePurpose,
    CheckCertificate,
    KeyPair,
    Tls,
)


class SoftwareSecurity:
    """A Security that needs nothing but this machine. It has no state and asks nobody: whether a certificate was
    revoked, it does not know; the white paper leaves that to the back end (W A00.FR.701 to .706)."""

    def make_key(self, common_name: str, organization: str) -> KeyPair:
        """A key on P-256. Raises SecurityFailed for names that no certificate can have."""
        key = ec.generate_private_key(ec.SECP256R1())
        try:
            subject = x509.Name(
                [
                    x509.NameAttribute(NameOID.ORGANIZATION_NAME, organization),
                    x509.NameAttribute(NameOID.COMMON_NAME, common_name),
                ]
            )
        except ValueError:
            raise SecurityFailed("names of 1 to 64 characters are wanted") from None
        request = x509.CertificateSigningRequestBuilder().subject_name(subject).sign(key, SHA256())
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        return KeyPair(pem.decode(), request.public_bytes(Encoding.PEM).decode())

    def check_certificate(self, check: CheckCertificate) -> CertificateFacts | CertificateFault:
        """Judge it. Raises SecurityFailed if one of the roots, or the key, cannot be read."""
        try:
            return _facts(check)
        except Bad as error:
            return CertificateFault(error.kind, str(error))

    def verify_signature(self, file: Path, signature: str, certificate: str) -> bool:
        """Judge it. Raises SecurityFailed."""
        return verify_file(file, signature, certificate)

    def client_context(self, tls: Tls) -> SSLContext:
        """See _tls_client.py."""
        return client_context(tls)


def _facts(check: CheckCertificate) -> CertificateFacts:
    roots = _roots(check.roots)
    chain = read_chain(check.chain)
    first, at = chain[0], check.at
    if check.purpose is CertificatePurpose.Station and at is not None:
        at = max(at, first.not_valid_before_utc)  # W A02.FR.08: the station waits until then
    for certificate in chain:
        check_properties(certificate)
        check_time(certificate, at)
    check_purpose(first, check.purpose)
    check_subject(first, check.common_name, check.organization)
    if check.key is not None:
        check_key(first, check.key)
    if check.purpose in ROOTS and len(chain) > 1:
        raise Bad("more than one certificate where a root is wanted")
    if check.purpose in ROOTS and not roots:
        if not self_signed(first):
            raise Bad("not signed by itself, as a root is")
        issuer = first
    else:
        issuer = path_to_root(chain, roots, at)[:2][-1]
    return CertificateFacts(
        hashes_of(first, issuer), f"{first.serial_number:x}", first.not_valid_before_utc, first.not_valid_after_utc
    )


def _roots(texts: tuple[str, ...]) -> list[x509.Certificate]:
    try:
        return [read_chain(text)[0] for text in texts]
    except Bad:
        raise SecurityFailed("a root that is stored cannot be read") from None
