"""What the operating system and TLS say when a link fails, in the words of the contract: one table for all bindings."""

from __future__ import annotations

import os
import socket
import ssl
from collections.abc import Callable

from ocppcore.session.events import ClosedByPeer, Disconnect, Lost, TlsFailed, TlsFailure

# Parts of OpenSSL's reasons, ours and the alerts of the peer: what they are about. The first that matches counts.
_TLS_REASONS = (
    (TlsFailure.Refused, ("ALERT_BAD_CERT", "ALERT_UNSUPPORTED_CERT", "ALERT_CERT", "ALERT_NO_CERT")),
    (TlsFailure.Refused, ("ALERT_UNKNOWN_CA", "ALERT_DECRYPT_ERROR", "ALERT_ACCESS_DENIED")),
    (TlsFailure.Version, ("PROTOCOL_VERSION", "UNSUPPORTED_PROTOCOL", "VERSION_TOO_LOW", "NO_PROTOCOLS_AVAILABLE")),
    (TlsFailure.Certificate, ("CERTIFICATE", "CERT_", "UNKNOWN_CA", "DECRYPT_ERROR", "EE_KEY", "CA_KEY", "CA_MD")),
    (TlsFailure.Cipher, ("CIPHER", "ALERT_HANDSHAKE_FAILURE", "INSUFFICIENT_SECURITY", "NO_SUITABLE", "DH_KEY")),
)


def _tls(error: ssl.SSLError) -> Disconnect:
    reason = error.reason or ""
    for kind, parts in _TLS_REASONS:
        if any(part in reason for part in parts):
            return TlsFailed(kind)
    return TlsFailed(TlsFailure.Other)


def _text(error: BaseException) -> str:
    """What the system calls it; asyncio wraps that in words of its own."""
    if isinstance(error, OSError) and error.errno is not None and error.errno > 0:
        return os.strerror(error.errno)
    return getattr(error, "strerror", None) or str(error) or type(error).__name__


# The class of an exception: what it means. The first that fits counts.
_MEANINGS: tuple[tuple[type[BaseException], Callable[..., Disconnect]], ...] = (
    (ssl.SSLCertVerificationError, lambda error: TlsFailed(TlsFailure.Certificate)),
    (ssl.SSLZeroReturnError, lambda error: Lost("the peer ended TLS")),
    (ssl.SSLEOFError, lambda error: Lost("the peer went away within TLS")),
    (ssl.SSLError, _tls),
    (ssl.CertificateError, lambda error: TlsFailed(TlsFailure.Certificate)),
    (socket.gaierror, lambda error: Lost(f"no address for the host name: {_text(error)}")),
    (TimeoutError, lambda error: Lost("timed out")),
    (OSError, lambda error: Lost(_text(error))),
    (EOFError, lambda error: Lost("the peer went away")),
)


def reason_of(error: BaseException | None) -> Disconnect:
    """Why the link is gone. None: the peer hung up without a word."""
    if error is None:
        return Lost("the peer went away")
    # WebSocket libraries: `websockets` keeps the peer's close frame in `rcvd`; Starlette and others have the code.
    code = getattr(getattr(error, "rcvd", error), "code", None)
    if isinstance(code, int) and 1000 <= code < 5000:
        return ClosedByPeer(code)
    for kind, meaning in _MEANINGS:
        if isinstance(error, kind):
            return meaning(error)
    return Lost(f"{type(error).__name__}: {_text(error)}")
