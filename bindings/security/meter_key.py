"""The key pair of a meter in software: for simulated meters and tests. A real meter never lets its key out."""

from __future__ import annotations

from ocppcore.bindings._extras import lacking

try:
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.serialization import (
        Encoding,
        NoEncryption,
        PrivateFormat,
        PublicFormat,
        load_pem_private_key,
    )
except ModuleNotFoundError as error:
    raise lacking(error) from None

from ocppcore.errors import SetupError

# What the alliance's note (table 12) and OCMF call a curve, and what it is called here.
CURVES: dict[str, type[ec.EllipticCurve]] = {
    "secp192r1": ec.SECP192R1,
    "secp256r1": ec.SECP256R1,
    "secp256k1": ec.SECP256K1,
    "secp384r1": ec.SECP384R1,
}


class SoftwareMeterKey:
    """A MeterKey (ocppcore.hardware.ocmf)."""

    def __init__(self, key: ec.EllipticCurvePrivateKey) -> None:
        names = [name for name, curve in CURVES.items() if isinstance(key.curve, curve)]
        if not names:
            raise SetupError(f"meter key on {key.curve.name}: use one of {', '.join(CURVES)}")
        self._key = key
        self.method = f"ECDSA-{names[0]}-SHA256"
        self.public_key = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)

    @classmethod
    def generate(cls, curve: str = "secp256r1") -> SoftwareMeterKey:
        """A new key on one of CURVES."""
        return cls(ec.generate_private_key(CURVES[curve]()))

    @classmethod
    def load(cls, pem: bytes) -> SoftwareMeterKey:
        """A key from an unencrypted PEM file. Raises SetupError."""
        try:
            key = load_pem_private_key(pem, None)
        except (ValueError, TypeError):
            raise SetupError("meter key: it must be PEM, and not encrypted") from None
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise SetupError("meter key: it must be an elliptic curve key")
        return cls(key)

    def pem(self) -> bytes:
        """For load()."""
        return self._key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

    def sign(self, data: bytes) -> bytes:
        """The signature, in DER."""
        return self._key.sign(data, ec.ECDSA(SHA256()))

    def __repr__(self) -> str:
        return f"SoftwareMeterKey({self.method})"
