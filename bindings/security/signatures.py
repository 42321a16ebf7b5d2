"""The signature of a file (W L01.FR.04): SHA-256 over all of it, by RSA or on an elliptic curve.

RSA: PSS with a salt of any length, as the white paper wants it, or PKCS #1 v1.5; curves: ECDSA. Fleets in the field use
the latter two; EC-Schnorr, which the white paper names, is in no library. The file is read once, piece by piece, and
what is judged is what was read: a file that is replaced afterwards has not been judged. So it has to lie where no one
else can write, as the folder of a FileTransfer does, or whoever installs it verifies what he reads himself.
"""

from __future__ import annotations

from base64 import b64decode
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed

from ocppcore.bindings.security.base import SecurityFailed
from ocppcore.bindings.security.certificates import Bad, read_chain

PIECE: Final = 1 << 20  # bytes read at a time
SHA256: Final = Prehashed(hashes.SHA256())
PADDINGS: Final = (
    padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.AUTO),
    padding.PKCS1v15(),
)


def verify_file(file: Path, signature: str, certificate: str) -> bool:
    """True if the certificate's key has signed the file. Raises SecurityFailed if it can't be judged."""
    try:
        key = read_chain(certificate)[0].public_key()
    except Bad as error:
        raise SecurityFailed(f"the certificate of who signed: {error}") from None
    try:
        signed = b64decode("".join(signature.split()), validate=True)
    except ValueError:
        return False
    try:
        digest = _digest(file)
    except OSError as error:
        raise SecurityFailed(f"the file cannot be read: {error.strerror}") from None
    if isinstance(key, rsa.RSAPublicKey):
        return any(_fits(key, signed, digest, way) for way in PADDINGS)
    if isinstance(key, ec.EllipticCurvePublicKey):
        return _fits_curve(key, signed, digest)
    raise SecurityFailed("the certificate of who signed: neither RSA nor ECDSA")


def _digest(file: Path) -> bytes:
    sha = hashes.Hash(hashes.SHA256())
    with file.open("rb") as source:
        while piece := source.read(PIECE):
            sha.update(piece)
    return sha.finalize()


def _fits(key: rsa.RSAPublicKey, signed: bytes, digest: bytes, way: padding.AsymmetricPadding) -> bool:
    try:
        key.verify(signed, digest, way, SHA256)
    except InvalidSignature:
        return False
    return True


def _fits_curve(key: ec.EllipticCurvePublicKey, signed: bytes, digest: bytes) -> bool:
    try:
        key.verify(signed, digest, ec.ECDSA(SHA256))
    except InvalidSignature:
        return False
    return True
