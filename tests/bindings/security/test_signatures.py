"""Signatures of files (W L01.FR.04), by real keys."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path

import pytest

from ocppcore.bindings.security import signatures
from ocppcore.bindings.security.base import SecurityFailed
from ocppcore.bindings.security.service import SoftwareSecurity
from ocppcore.testing.certificates import Authority, Issued, sign_file

IMAGE = bytes(range(256)) * 100
SECURITY = SoftwareSecurity()


@pytest.fixture(scope="module", params=["P-256", "P-384", "RSA-2048"])
def signer(request: pytest.FixtureRequest, maker_root: Authority) -> Issued:
    return maker_root.issue("Firmware", kind=request.param)


@pytest.fixture
def image(tmp_path: Path) -> Path:
    path = tmp_path / "image.bin"
    path.write_bytes(IMAGE)
    return path


def test_the_key_that_signed_it(signer: Issued, image: Path) -> None:
    assert SECURITY.verify_signature(image, sign_file(signer.private, IMAGE), signer.pem)


def test_rsa_by_pkcs_1_too(maker_root: Authority, image: Path) -> None:
    signer = maker_root.issue("Firmware", kind="RSA-2048")
    assert SECURITY.verify_signature(image, sign_file(signer.private, IMAGE, pkcs1=True), signer.pem)


def test_a_bit_flipped_anywhere(signer: Issued, image: Path) -> None:
    signature = sign_file(signer.private, IMAGE)
    for place in (0, len(IMAGE) // 2, len(IMAGE) - 1):
        changed = bytearray(IMAGE)
        changed[place] ^= 1
        image.write_bytes(changed)
        assert not SECURITY.verify_signature(image, signature, signer.pem)


def test_a_file_that_is_cut_or_empty_or_longer(signer: Issued, image: Path) -> None:
    signature = sign_file(signer.private, IMAGE)
    for content in (b"", IMAGE[:-1], IMAGE + b"\0"):
        image.write_bytes(content)
        assert not SECURITY.verify_signature(image, signature, signer.pem)


def test_the_signature_of_another_file_or_key(signer: Issued, maker_root: Authority, image: Path) -> None:
    assert not SECURITY.verify_signature(image, sign_file(signer.private, b"other"), signer.pem)
    other = maker_root.issue("Other", kind="P-256")
    assert not SECURITY.verify_signature(image, sign_file(other.private, IMAGE), signer.pem)


@pytest.mark.parametrize("text", ["", "AAAA", "no base64!", "\ud800", b64encode(b"\0" * 256).decode(), "=" * 800])
def test_what_is_no_signature(signer: Issued, image: Path, text: str) -> None:
    assert not SECURITY.verify_signature(image, text, signer.pem)


def test_base64_in_lines(signer: Issued, image: Path) -> None:
    signature = sign_file(signer.private, IMAGE)
    assert SECURITY.verify_signature(image, signature[:40] + "\r\n" + signature[40:] + "\n", signer.pem)


def test_a_large_file_is_read_piece_by_piece(
    signer: Issued, image: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signatures, "PIECE", 7)
    assert SECURITY.verify_signature(image, sign_file(signer.private, IMAGE), signer.pem)


def test_what_cannot_be_judged_is_an_error(signer: Issued, image: Path) -> None:
    signature = sign_file(signer.private, IMAGE)
    with pytest.raises(SecurityFailed, match="cannot be read"):
        SECURITY.verify_signature(image.with_name("missing"), signature, signer.pem)
    with pytest.raises(SecurityFailed, match="certificate of who signed"):
        SECURITY.verify_signature(image, signature, "lost")
