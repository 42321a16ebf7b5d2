"""TLS at the back end: the context that the security white paper wants, and what a station's certificate says.

Rules: facts only; who may come in is judged in ocppcore/csms. What is wrong with a file is a SetupError of one line.
"""

from __future__ import annotations

import ssl
from os import PathLike, fspath
from typing import Any

from ocppcore.bindings._tls import LEVEL, SUITES
from ocppcore.csms.admission import ClientCertificate
from ocppcore.errors import SetupError

File = str | PathLike[str]


def server_context(
    certificate: File, key: File, client_roots: File | None = None, *, optional: bool = False
) -> ssl.SSLContext:
    """The context of a back end for security profiles 2 and 3 (W 2.4.1, 2.5.1): TLS from 1.2 on, no compression.

    certificate: a file in PEM, the back end's own certificate first, then sub CAs; key: its private key, unencrypted.
    To serve stations of both kinds, load a second pair, RSA beside ECDSA, by the context's load_cert_chain().
    client_roots: a file in PEM with the roots of the stations' certificates; each station must then show one, or with
    optional=True may. Raises SetupError.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.options |= ssl.OP_NO_COMPRESSION | ssl.OP_NO_RENEGOTIATION | ssl.OP_CIPHER_SERVER_PREFERENCE
    context.set_ciphers(":".join((*SUITES, LEVEL)))
    _load(certificate, key, lambda: context.load_cert_chain(certificate, key, password=_no_password))
    if client_roots is not None:
        _load(client_roots, None, lambda: context.load_verify_locations(client_roots))
        context.verify_mode = ssl.CERT_OPTIONAL if optional else ssl.CERT_REQUIRED
    return context


class _Encrypted(Exception):
    pass


def _no_password() -> str:
    raise _Encrypted  # else OpenSSL asks at the terminal, and a service waits for ever


def _load(file: File, key: File | None, load: Any) -> None:
    name = ascii(fspath(file)) if key is None else f"{ascii(fspath(file))} with the key {ascii(fspath(key))}"
    try:
        load()
    except _Encrypted:
        raise SetupError(f"{name}: the key is encrypted; give one that is not, readable by this program only") from None
    except ssl.SSLError as error:
        raise SetupError(f"{name}: not usable for TLS: {error.reason or 'no PEM'}") from None
    except OSError as error:
        raise SetupError(f"{name}: {error.strerror}") from None


def certificate_of(tls: ssl.SSLObject | ssl.SSLSocket | None) -> ClientCertificate | None:
    """The certificate that a station showed; None without one. OpenSSL has validated its path."""
    if tls is None:
        return None
    der, facts = tls.getpeercert(True), tls.getpeercert()
    if der is None or not facts:  # facts are there only for what was validated
        return None
    names: dict[str, list[str]] = {}
    subject: Any = facts.get("subject", ())
    for relative in subject:
        for name, value in relative:
            names.setdefault(name, []).append(value)
    common, organization = (tuple(names.get(name, ())) for name in ("commonName", "organizationName"))
    return ClientCertificate(common, organization, str(facts.get("serialNumber", "")), der)
