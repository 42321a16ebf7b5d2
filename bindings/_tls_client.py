"""The station's end of TLS (W A00.FR.307 to .322, .401): what a Connect says of it, made into an SSLContext.

Its rules: TLS 1.2 or newer, the suites of _tls.py, no compression. Only the given roots count, and one that is signed
by another counts by itself (W 7.1: partial verification). The host name is looked for in the subjectAltName, and in the
common name where that names no host (A00.FR.308, .510). A private key never lies in a file that another program could
read: Python's ssl takes keys from files only, so it gets one without a name.
"""

from __future__ import annotations

import os
import re
import ssl
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from ocppcore.bindings._tls import LEVEL, SUITES
from ocppcore.session.commands import Tls

OPEN_FILES: Final = "/proc/self/fd"
_PEM: Final = re.compile(r"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", re.DOTALL)


def client_context(tls: Tls) -> ssl.SSLContext:
    """The context for a connection. Raises ssl.SSLError for certificates or a key that OpenSSL cannot read."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # verifies the certificate and the host name
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(":".join((*SUITES, LEVEL)))
    context.options |= ssl.OP_NO_COMPRESSION
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    context.hostname_checks_common_name = True
    if tls.roots:
        context.load_verify_locations(cadata="\n".join(tls.roots))
    if tls.chain is not None and tls.key is not None:
        with _unnamed_file(f"{tls.chain.strip()}\n{tls.key}") as path:
            context.load_cert_chain(path)
    return context


def verified_by(connection: ssl.SSLObject, tls: Tls) -> str | None:
    """Which of the roots the peer's certificate was verified by; None where this Python cannot say."""
    public = getattr(connection, "get_verified_chain", None)  # from 3.13 on
    inner = getattr(getattr(connection, "_sslobj", None), "get_verified_chain", None)
    chain: list[Any] = (public or inner or list)() or []
    if not chain:
        return None
    last = chain[-1]
    top = last if isinstance(last, bytes) else ssl.PEM_cert_to_DER_cert(last.public_bytes())
    return next((root for root in tls.roots if _der(root) == top), None)


def _der(pem: str) -> bytes | None:
    found = _PEM.search(pem)
    return None if found is None else ssl.PEM_cert_to_DER_cert(found[0])


@contextmanager
def _unnamed_file(text: str) -> Iterator[str]:
    """The path of a file with this text that only this process knows: in memory, where the system has that."""
    if hasattr(os, "memfd_create") and os.path.isdir(OPEN_FILES):
        file = os.memfd_create("tls", os.MFD_CLOEXEC)
        try:
            os.write(file, text.encode())
            yield f"{OPEN_FILES}/{file}"
        finally:
            os.close(file)
        return
    handle, path = tempfile.mkstemp()  # for this user only, and gone at once
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as named:
            named.write(text)
        yield path
    finally:
        os.unlink(path)
