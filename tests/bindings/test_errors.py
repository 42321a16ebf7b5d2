"""What the operating system and TLS say, in the words of the contract."""

from __future__ import annotations

import asyncio
import errno
import os
import socket
import ssl

import pytest

from ocppcore.bindings._errors import reason_of
from ocppcore.session.events import Lost, TlsFailed, TlsFailure


def tls(reason: str) -> ssl.SSLError:
    error = ssl.SSLError(1, f"[SSL: {reason}]")
    error.reason = reason
    return error


@pytest.mark.parametrize(
    ("reason", "kind"),
    [
        ("CERTIFICATE_VERIFY_FAILED", TlsFailure.Certificate),
        ("TLSV1_ALERT_UNKNOWN_CA", TlsFailure.Refused),
        ("TLSV13_ALERT_CERTIFICATE_REQUIRED", TlsFailure.Refused),
        ("SSLV3_ALERT_CERTIFICATE_EXPIRED", TlsFailure.Refused),
        ("SSLV3_ALERT_BAD_CERTIFICATE", TlsFailure.Refused),
        ("TLSV1_ALERT_DECRYPT_ERROR", TlsFailure.Refused),
        ("PEER_DID_NOT_RETURN_A_CERTIFICATE", TlsFailure.Certificate),
        ("UNSUPPORTED_PROTOCOL", TlsFailure.Version),
        ("TLSV1_ALERT_PROTOCOL_VERSION", TlsFailure.Version),
        ("NO_SHARED_CIPHER", TlsFailure.Cipher),
        ("SSLV3_ALERT_HANDSHAKE_FAILURE", TlsFailure.Cipher),
        ("WRONG_VERSION_NUMBER", TlsFailure.Other),
        ("", TlsFailure.Other),
    ],
)
def test_a_reason_of_tls(reason: str, kind: TlsFailure) -> None:
    meaning = reason_of(tls(reason))
    assert isinstance(meaning, TlsFailed) and meaning.kind is kind


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (ConnectionRefusedError(errno.ECONNREFUSED, os.strerror(errno.ECONNREFUSED)), "Connection refused"),
        (ConnectionResetError(), "ConnectionResetError"),
        (socket.gaierror(-2, "Name or service not known"), "no address for the host name: Name or service not known"),
        (TimeoutError(), "timed out"),
        (asyncio.IncompleteReadError(b"", 2), "the peer went away"),
        (ssl.SSLEOFError(8, "EOF occurred in violation of protocol"), "the peer went away within TLS"),
        (ssl.SSLZeroReturnError(), "the peer ended TLS"),
        (None, "the peer went away"),
        (ValueError("odd"), "ValueError: odd"),
    ],
)
def test_any_other_error_is_a_lost_link(error: BaseException | None, why: str) -> None:
    meaning = reason_of(error)
    assert isinstance(meaning, Lost) and meaning.why == why
