"""Real certificates for tests, made with `cryptography`: authorities, what they sign, and keys.

    cpo = Authority("CPO root")
    csms = cpo.issue("localhost", dns=["localhost"])        # csms.chain, csms.key: PEM
    signed = cpo.sign_request(csr)                          # what a back end sends in CertificateSigned
    sub = cpo.sub("CPO sub CA"); sub.issue("CP1").chain     # with the sub CA in it

Making a key costs time: keep an Authority for a whole test session. All is valid from BEFORE until AFTER, unless said
otherwise; that is around the time at which a Rig begins.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

BEFORE: Final = datetime(2025, 1, 1, tzinfo=UTC)
AFTER: Final = datetime(2035, 1, 1, tzinfo=UTC)
CURVES: Final[dict[str, Any]] = {
    "P-192": ec.SECP192R1,
    "P-224": ec.SECP224R1,
    "P-256": ec.SECP256R1,
    "P-384": ec.SECP384R1,
}
Extension = tuple[x509.ExtensionType, bool]  # what it says, and whether it is critical


def new_key(kind: str = "P-256") -> Any:
    """A private key: P-256, P-224, P-384, or RSA-2048 and other sizes."""
    if kind in CURVES:
        return ec.generate_private_key(CURVES[kind]())
    return rsa.generate_private_key(65537, int(kind.removeprefix("RSA-")))


def key_pem(key: Any) -> str:
    """A private key as text."""
    pem: bytes = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return pem.decode()


def sign_file(key: Any, data: bytes, *, pkcs1: bool = False) -> str:
    """The signature of a firmware, base64: ECDSA, or RSA-PSS, or with pkcs1 PKCS #1 v1.5; over SHA-256."""
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return b64encode(key.sign(data, ec.ECDSA(hashes.SHA256()))).decode()
    pss = padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.DIGEST_LENGTH)
    way = padding.PKCS1v15() if pkcs1 else pss
    return b64encode(key.sign(data, way, hashes.SHA256())).decode()


class Issued:
    """A certificate with its private key. pem: it alone; chain: with the sub CAs above it; key: PEM; private: the key
    itself."""

    def __init__(self, certificate: x509.Certificate, above: str, private: Any) -> None:
        self.certificate = certificate
        self.pem = certificate.public_bytes(Encoding.PEM).decode()
        self.chain = self.pem + above
        self.private = private

    @property
    def key(self) -> str:
        return key_pem(self.private)


class Authority:
    """One that signs certificates. pem: its own; signed by itself, or by `issuer`."""

    def __init__(
        self,
        name: str = "Test root",
        *,
        organization: str = "ACME",
        kind: str = "P-256",
        issuer: Authority | None = None,
        **options: Any,
    ) -> None:
        """options: see sign()."""
        self.private = new_key(kind)
        self.name = _name(name, organization)
        self.issuer = issuer
        signer = self if issuer is None else issuer
        options.setdefault("extensions", [(x509.BasicConstraints(True, None), True)])
        self.certificate = signer.sign(self.name, self.private.public_key(), **options)
        self.pem = self.certificate.public_bytes(Encoding.PEM).decode()

    @property
    def above(self) -> str:
        """What stands behind a certificate in its chain: this one and those above it, without the root."""
        return "" if self.issuer is None else self.pem + self.issuer.above

    def sub(self, name: str = "Test sub CA", **options: Any) -> Authority:
        """An authority below this one."""
        return Authority(name, issuer=self, **options)

    def issue(
        self,
        common_name: str,
        *,
        organization: str = "ACME",
        kind: str = "P-256",
        dns: Iterable[str] = (),
        private: Any = None,
        **options: Any,
    ) -> Issued:
        """A certificate for a new key, or for `private`. dns: names of a server, beside the common name."""
        private = new_key(kind) if private is None else private
        extensions: list[Extension] = list(options.pop("extensions", [(x509.BasicConstraints(False, None), True)]))
        if names := [x509.DNSName(name) for name in dns]:
            extensions.append((x509.SubjectAlternativeName(names), False))
        subject = _name(common_name, organization)
        certificate = self.sign(subject, private.public_key(), extensions=extensions, **options)
        return Issued(certificate, self.above, private)

    def sign_request(self, csr: str, **options: Any) -> str:
        """The chain for a PKCS #10 request in PEM."""
        request = x509.load_pem_x509_csr(csr.encode())
        options.setdefault("extensions", [(x509.BasicConstraints(False, None), True)])
        certificate = self.sign(request.subject, request.public_key(), **options)
        return certificate.public_bytes(Encoding.PEM).decode() + self.above

    def sign(
        self,
        subject: x509.Name,
        key: Any,
        *,
        extensions: Iterable[Extension] = (),
        begin: datetime = BEFORE,
        end: datetime = AFTER,
        serial: int | None = None,
        algorithm: Any = None,
        pss: bool = False,
    ) -> x509.Certificate:
        """A certificate for that subject and key. pss: signed by RSA-PSS, for an authority with an RSA key."""
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self.name)
            .public_key(key)
            .serial_number(x509.random_serial_number() if serial is None else serial)
            .not_valid_before(begin)
            .not_valid_after(end)
        )
        for extension, critical in extensions:
            builder = builder.add_extension(extension, critical)
        way = padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.DIGEST_LENGTH) if pss else None
        return builder.sign(self.private, algorithm or hashes.SHA256(), rsa_padding=way)


def _name(common_name: str, organization: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organization),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )
