"""What a host offers for commands about keys, certificates and signatures, and how such a command is carried out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from ssl import SSLContext
from typing import Any, Final, Protocol

from ocppcore.errors import OcppError
from ocppcore.session.commands import (
    CertificateFacts,
    CertificateFault,
    CheckCertificate,
    Command,
    KeyPair,
    MakeKey,
    Tls,
    VerifySignature,
)


class SecurityFailed(OcppError):
    """Nothing can be said, or no key be made. Its text is one line without keys and without what a peer sent."""


class Security(Protocol):
    """Makes keys and judges certificates. Methods may take long: a binding calls each in a worker thread, several at
    the same time if need be. All may raise SecurityFailed."""

    def make_key(self, common_name: str, organization: str) -> KeyPair:
        """See MakeKey. KeyPair.key may name a key that stays where it is."""
        ...

    def check_certificate(self, check: CheckCertificate) -> CertificateFacts | CertificateFault:
        """See CheckCertificate."""
        ...

    def verify_signature(self, file: Path, signature: str, certificate: str) -> bool:
        """See VerifySignature. True: this key has signed this file, all of it."""
        ...

    def client_context(self, tls: Tls) -> SSLContext:
        """The context for a connection by these roots, certificate and key; called where nothing may wait."""
        ...


# The commands that a Security carries out, and the classes that their results may have.
RESULTS: Final[dict[type[Command], type | tuple[type, ...]]] = {
    MakeKey: KeyPair,
    CheckCertificate: (CertificateFacts, CertificateFault),
    VerifySignature: bool,
}


def task_of(command: Command, security: Security) -> Callable[[], Any]:
    """What carries out one of these commands, and may take long."""
    if isinstance(command, MakeKey):
        return lambda: security.make_key(command.common_name, command.organization)
    if isinstance(command, CheckCertificate):
        return lambda: security.check_certificate(command)
    assert isinstance(command, VerifySignature)
    return lambda: security.verify_signature(Path(command.file), command.signature, command.certificate)
