"""H14: no firmware without a valid signature gets in. Certificates, signatures and files are real."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes

from ocppcore import v16
from ocppcore.bindings.security.service import SoftwareSecurity
from ocppcore.session.commands import Download
from ocppcore.testing.certificates import Authority, Issued, sign_file

IMAGE = bytes(range(256)) * 40
OLD = datetime(2025, 12, 31, tzinfo=UTC)  # the day before a rig begins
CA = [(x509.BasicConstraints(True, None), True)]


@pytest.fixture
def rig(signed: Any, maker_root: Authority) -> Any:
    """Its root came by InstallCertificate; its downloads take their time."""
    rig = signed()
    rig.roots, rig.security, rig.transfers_work = None, SoftwareSecurity(), None
    use = v16.CertificateUseEnumType.ManufacturerRootCertificate
    answer = rig.ask(v16.InstallCertificateRequest(certificate_type=use, certificate=maker_root.pem))
    assert answer.status == "Accepted"
    return rig


@pytest.fixture(scope="module")
def signer(maker_root: Authority) -> Issued:
    return maker_root.issue("Firmware", organization="Maker")


def update(rig: Any, pem: str, signature: str, install: float = 0.0) -> str:
    firmware = v16.FirmwareType(
        location="https://files.example/image",
        retrieve_date_time=rig.utc,
        install_date_time=rig.utc + timedelta(seconds=install),
        signing_certificate=pem,
        signature=signature,
    )
    return str(rig.ask(v16.SignedUpdateFirmwareRequest(request_id=1, firmware=firmware)).status)


def fetched(rig: Any, file: Path, data: bytes) -> list[str]:
    """The download ends with that in the file; the last status that was told."""
    file.write_bytes(data)
    rig.end(rig.commands(Download)[-1], str(file))
    rig.run()
    return told(rig)


def told(rig: Any) -> list[str]:
    return [str(item.status) for item in rig.sent(v16.SignedFirmwareStatusNotificationRequest)]


# Each issues a certificate that must not be taken. "another" is a root that is not installed.
SIGNERS: dict[str, Callable[[Authority, Authority], str]] = {
    "expired": lambda maker, another: maker.issue("Firmware", end=OLD).pem,
    "not yet valid": lambda maker, another: maker.issue("Firmware", begin=datetime(2026, 2, 1, tzinfo=UTC)).pem,
    "of another root": lambda maker, another: another.issue("Firmware").pem,
    "a root of its own": lambda maker, another: Authority("Maker root", organization="Maker").pem,
    "the root itself": lambda maker, another: maker.pem,
    "an authority": lambda maker, another: maker.issue("Firmware", extensions=CA).pem,
    "RSA-1024": lambda maker, another: maker.issue("Firmware", kind="RSA-1024").pem,
    "SHA-224": lambda maker, another: maker.issue("Firmware", algorithm=hashes.SHA224()).pem,
    "cut": lambda maker, another: maker.issue("Firmware").pem[:200],
    "not a certificate": lambda maker, another: "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
    "empty": lambda maker, another: "",
}


@pytest.mark.parametrize("kind", SIGNERS)
def test_H14_who_may_not_sign(rig: Any, maker_root: Authority, cpo_root: Authority, kind: str) -> None:
    assert update(rig, SIGNERS[kind](maker_root, cpo_root), "c2ln") == "InvalidCertificate"
    assert [type for type, _ in rig.desk()] == ["InvalidFirmwareSigningCertificate"]
    assert told(rig) == [] and not rig.downloads


def test_a_root_that_was_deleted_vouches_for_nobody(rig: Any, signer: Issued) -> None:
    """W M04."""
    use = v16.CertificateUseEnumType
    asked = v16.GetInstalledCertificateIdsRequest(certificate_type=use.ManufacturerRootCertificate)
    (ids,) = rig.ask(asked).certificate_hash_data
    rig.ask(v16.DeleteCertificateRequest(certificate_hash_data=ids))
    assert update(rig, signer.pem, "c2ln") == "InvalidCertificate"


def test_a_root_of_the_operator_vouches_for_no_firmware(rig: Any, cpo_root: Authority) -> None:
    use = v16.CertificateUseEnumType.CentralSystemRootCertificate
    rig.ask(v16.InstallCertificateRequest(certificate_type=use, certificate=cpo_root.pem))
    assert update(rig, cpo_root.issue("Firmware").pem, "c2ln") == "InvalidCertificate"


def flipped(data: bytes) -> bytes:
    return data[:5000] + bytes([data[5000] ^ 1]) + data[5001:]


@pytest.mark.parametrize(
    "data", [flipped(IMAGE), IMAGE[:-1], IMAGE + b"\0", b"", b"another"], ids=["bit", "cut", "longer", "empty", "other"]
)
def test_H14_another_file_than_the_one_that_was_signed(
    rig: Any, signer: Issued, tmp_path: Path, data: bytes
) -> None:
    assert update(rig, signer.pem, sign_file(signer.private, IMAGE)) == "Accepted"
    assert fetched(rig, tmp_path / "image", data) == ["Downloading", "Downloaded", "InvalidSignature"]
    assert [type for type, _ in rig.desk()] == ["InvalidFirmwareSignature"] and not rig.installations


@pytest.mark.parametrize("kind", ["none", "of another key", "of a hash", "no base64", "cut"])
def test_H14_another_signature(
    rig: Any, signer: Issued, maker_root: Authority, tmp_path: Path, kind: str
) -> None:
    good = sign_file(signer.private, IMAGE)
    digest = hashes.Hash(hashes.SHA256())
    digest.update(IMAGE)
    signature = {
        "none": "",
        "of another key": sign_file(maker_root.issue("Firmware").private, IMAGE),
        "of a hash": sign_file(signer.private, digest.finalize()),
        "no base64": "§" * 20,
        "cut": good[:-8],
    }[kind]
    assert update(rig, signer.pem, signature) == "Accepted"
    assert fetched(rig, tmp_path / "image", IMAGE)[-1] == "InvalidSignature"
    assert not rig.installations


@pytest.mark.parametrize("restart", [True, False])
@pytest.mark.parametrize("swap", ["changed", "gone"])
def test_H14_a_file_that_is_swapped_between_verification_and_installation(
    rig: Any, signer: Issued, tmp_path: Path, swap: str, restart: bool
) -> None:
    update(rig, signer.pem, sign_file(signer.private, IMAGE), install=3600.0)
    image = tmp_path / "image"
    assert fetched(rig, image, IMAGE)[-1] == "InstallScheduled"
    if restart:
        rig.restart()
    if swap == "gone":
        image.unlink()
    else:
        image.write_bytes(flipped(IMAGE))
    rig.advance(3600)
    assert told(rig)[-2:] == ["Installing", "InstallVerificationFailed"]
    assert not rig.installations and rig.status(1) == "Available"


def test_a_certificate_that_ends_before_the_date_of_the_installation_is_good(
    rig: Any, maker_root: Authority, tmp_path: Path
) -> None:
    """What the back end has scheduled is done: W L01.FR.23 judges it before the answer, and nowhere again."""
    brief = maker_root.issue("Firmware", end=rig.utc + timedelta(hours=1))
    assert update(rig, brief.pem, sign_file(brief.private, IMAGE), install=7200.0) == "Accepted"
    fetched(rig, tmp_path / "image", IMAGE)
    rig.advance(7200)
    assert told(rig)[-1] == "InstallRebooting" and len(rig.installations) == 1
