"""The path from a certificate up to a root (RFC 5280 §6), by cryptography.x509.verification where that fits.

The library does the path: signatures, names, validity, who may sign (CA, path length, name constraints), critical
extensions that nobody knows. Its defaults are made for web servers, so what those ask for is not asked here: a
subjectAltName (W A00.FR.511 does not want one), an authority key identifier, a web server's extended key usage. What it
cannot say is in certificates.py: sizes, hashes, purposes. It knows no authority with a key on P-224 or on a Brainpool
curve; such a certificate may only stand at the lower end of a path. A critical name constraint on subject names, which
it does not know either, ends the path.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from cryptography import x509
from cryptography.x509.verification import Criticality, ExtensionPolicy, Policy, PolicyBuilder, Store, VerificationError

from ocppcore.bindings.security.certificates import MOST, Bad


def _may_sign(_: Policy, __: x509.Certificate, usage: x509.KeyUsage | None) -> None:
    if usage is not None and not usage.key_cert_sign:
        raise ValueError("an authority whose key may not sign certificates")


AUTHORITIES: Final = (
    ExtensionPolicy.permit_all()
    .require_present(x509.BasicConstraints, Criticality.AGNOSTIC, None)
    .may_be_present(x509.KeyUsage, Criticality.AGNOSTIC, _may_sign)
)


def path_to_root(
    chain: Sequence[x509.Certificate], roots: Sequence[x509.Certificate], at: datetime | None
) -> list[x509.Certificate]:
    """From the first of the chain, over its others in any order, up to one of the roots. Raises Bad.

    at: None while the time is unknown; then they must at least be valid at the same time.
    """
    if not roots:
        raise Bad("there is no root to trust")
    at = max(certificate.not_valid_before_utc for certificate in chain) if at is None else at
    policy = PolicyBuilder().store(Store(list(roots))).max_chain_depth(MOST).time(at.astimezone(UTC))
    verifier = policy.extension_policies(
        ca_policy=AUTHORITIES, ee_policy=ExtensionPolicy.permit_all()
    ).build_client_verifier()
    try:
        return verifier.verify(chain[0], list(chain[1:])).chain
    except VerificationError:  # its text quotes the certificate
        raise Bad("no valid path to a root that is trusted") from None


def self_signed(certificate: x509.Certificate) -> bool:
    """A root as it should be: signed by its own key."""
    try:
        certificate.verify_directly_issued_by(certificate)
    except Exception:  # another issuer, a wrong signature, an algorithm that nobody knows
        return False
    return True
