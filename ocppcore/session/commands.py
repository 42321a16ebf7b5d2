"""What must be done by the host: commands of the sans-IO contract. Each has an id and a deadline in monotonic seconds.

A binding carries a command out and reports with done(id, result, now) or failed(id, why, now). Past the deadline the
core gives the standard's failure answer by itself. Commands of the link (Connect, Close, Ping) need no done():
connected(), disconnected() and pong() are their answers.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import Enum, StrEnum, auto

from ocppcore.hardware.reading import ReadingPurpose
from ocppcore.hardware.signing import SigningSession


class Command:
    """Base of all commands. deadline: monotonic seconds."""

    __slots__ = ("id", "deadline")

    def __init__(self, id: int, deadline: float) -> None:
        self.id = id
        self.deadline = deadline

    def __repr__(self) -> str:
        return f"{type(self).__name__}(id={self.id})"


class BasicAuth:
    """HTTP Basic auth of the handshake (J §6.2.2): user, and the key as octets. Never shown in a repr."""

    __slots__ = ("user", "key")

    def __init__(self, user: str, key: bytes) -> None:
        self.user = user
        self.key = key

    def __repr__(self) -> str:
        return f"BasicAuth({self.user!r}, …)"


class Tls:
    """What the handshake of TLS has to go by (W A00.FR.307, .401). Never shown in a repr.

    roots: PEM, what the back end's certificate is verified by: these and no others. chain, key: the station's own
    certificate in PEM, with the sub CAs above it, and its private key as KeyPair.key has it; None where the back end
    gets none to see.
    """

    __slots__ = ("roots", "chain", "key")

    def __init__(self, roots: tuple[str, ...], chain: str | None = None, key: str | None = None) -> None:
        self.roots = roots
        self.chain = chain
        self.key = key

    def __repr__(self) -> str:
        return f"Tls({len(self.roots)} roots{', …' if self.chain else ''})"


class Connect(Command):
    """Open a WebSocket to url, offering subprotocols in this order; then connected() or disconnected().

    auth: credentials or None. tls: what a wss:// URL wants of TLS; None: as the host's SSLContext has it. A transport
    of an earlier Connect that still lingers is dropped, and nothing more is reported of it.
    """

    __slots__ = ("url", "subprotocols", "auth", "tls")

    def __init__(
        self,
        id: int,
        deadline: float,
        url: str,
        subprotocols: tuple[str, ...],
        auth: BasicAuth | None,
        tls: Tls | None = None,
    ) -> None:
        super().__init__(id, deadline)
        self.url = url
        self.subprotocols = subprotocols
        self.auth = auth
        self.tls = tls


class Close(Command):
    """Close the WebSocket with this code (RFC 6455 §7.4.1), after what data_to_send() gave; then disconnected().

    Code 1006 never goes over the wire: it means to drop the transport, or the attempt to connect, without a closing
    handshake. The core counts that link as gone already: nothing more is reported of it.
    """

    __slots__ = ("code", "reason")

    def __init__(self, id: int, deadline: float, code: int = 1000, reason: str = "") -> None:
        super().__init__(id, deadline)
        self.code = code
        self.reason = reason


class Ping(Command):
    """Send a WebSocket ping; then pong()."""

    __slots__ = ()


class ReadMeter(Command):
    """Read the meter of an EVSE (0: the station's main meter). done(id, MeterReading, now).

    at: the instant that the station asked for and will stamp on the values; None while UTC is unknown.
    sign: the meter is to sign what it says, and to know this about the transaction; None: it need not sign.
    """

    __slots__ = ("evse", "why", "at", "sign")

    def __init__(
        self,
        id: int,
        deadline: float,
        evse: int,
        why: ReadingPurpose,
        at: datetime | None,
        sign: SigningSession | None = None,
    ) -> None:
        super().__init__(id, deadline)
        self.evse = evse
        self.why = why
        self.at = at
        self.sign = sign


class Unlock(Command):
    """Unlock the cable of an EVSE. done(id, True, now) if it is unlocked, done(id, False, now) or failed() if it
    sticks.
    """

    __slots__ = ("evse",)

    def __init__(self, id: int, deadline: float, evse: int) -> None:
        super().__init__(id, deadline)
        self.evse = evse


class CollectDiagnostics(Command):
    """Put together what a service engineer wants to see. done(id, content, now): the bytes, or the path of a file that
    has them (a text), or None if there is nothing. start, stop: the span of time that is wanted, aware datetimes or
    None."""

    __slots__ = ("start", "stop")

    def __init__(self, id: int, deadline: float, start: datetime | None, stop: datetime | None) -> None:
        super().__init__(id, deadline)
        self.start = start
        self.stop = stop


class UploadFault(StrEnum):
    """Why a server does not take a file, in the words of W 6.19."""

    BadMessage = "BadMessage"
    """It does not understand what it is told, or is not understood."""
    NotSupportedOperation = "NotSupportedOperation"
    """It cannot do that."""
    PermissionDenied = "PermissionDenied"
    """This login must not do that."""


class Upload(Command):
    """Put a file of that name into the folder that url is; done(id, None, now), done(id, UploadFault, now) where the
    server says why not, or failed() with a reason that has no part of the URL, which may hold a login.

    content: the bytes, or the path of the file. hide: what must not be readable in what goes out, wherever it stands.
    """

    __slots__ = ("url", "name", "content", "hide")

    def __init__(
        self, id: int, deadline: float, url: str, name: str, content: bytes | str, hide: tuple[bytes, ...]
    ) -> None:
        super().__init__(id, deadline)
        self.url = url
        self.name = name
        self.content = content
        self.hide = hide


class Download(Command):
    """Fetch the file that url is, going on where an earlier attempt broke off. done(id, path of the file, now), a text,
    or failed() with a reason that has no part of the URL, which may hold a login."""

    __slots__ = ("url",)

    def __init__(self, id: int, deadline: float, url: str) -> None:
        super().__init__(id, deadline)
        self.url = url


class Install(Command):
    """Install the firmware that is in this file. done(id, version, now) when it will run after the next restart, which
    the station then asks for by a Reset; failed() if the old firmware goes on. version: the one that will run, as
    Setup.firmware_version will have it, or None if that is not known."""

    __slots__ = ("file",)

    def __init__(self, id: int, deadline: float, file: str) -> None:
        super().__init__(id, deadline)
        self.file = file


class MakeKey(Command):
    """Make a key pair and a request for its certificate (W A02.FR.02 and .13). done(id, KeyPair, now), or failed().

    common_name, organization: the subject of the certificate (W A00.FR.404 and .405).
    """

    __slots__ = ("common_name", "organization")

    def __init__(self, id: int, deadline: float, common_name: str, organization: str) -> None:
        super().__init__(id, deadline)
        self.common_name = common_name
        self.organization = organization


class KeyPair:
    """What MakeKey gives. key: the private key in PEM, or whatever names it where it lies; it is stored, and handed
    back with the certificate, but never shown. csr: PKCS#10 (RFC 2986) in PEM."""

    __slots__ = ("key", "csr")

    def __init__(self, key: str, csr: str) -> None:
        self.key = key
        self.csr = csr

    def __repr__(self) -> str:
        return "KeyPair(…)"


class CertificatePurpose(Enum):
    """What a certificate is to be good for: CentralSystemRoot and ManufacturerRoot (W 6.4), Station: the station's own
    in TLS (W A00.FR.401), Firmware: it signs firmware (W L01)."""

    CentralSystemRoot = auto()
    ManufacturerRoot = auto()
    Station = auto()
    Firmware = auto()


class CheckCertificate(Command):
    """Judge a certificate: its form, its algorithms, its time, its purpose, its path up to one of the roots (RFC 5280).
    done(id, CertificateFacts or CertificateFault, now); failed() if nothing can be said about it.

    chain: PEM, the certificate in question first, then sub CAs. A Station's may begin later than `at`: it is judged as
    of then. roots: PEM texts; empty for a root that needs none above it. key: what KeyPair.key was, for the station's
    own certificate; else None. common_name, organization: what its subject must have; None for anything. at: the time
    to judge it by, aware; None while it is unknown.
    """

    __slots__ = ("purpose", "chain", "roots", "key", "common_name", "organization", "at")

    def __init__(
        self,
        id: int,
        deadline: float,
        purpose: CertificatePurpose,
        chain: str,
        roots: tuple[str, ...],
        *,
        key: str | None = None,
        common_name: str | None = None,
        organization: str | None = None,
        at: datetime | None = None,
    ) -> None:
        super().__init__(id, deadline)
        self.purpose = purpose
        self.chain = chain
        self.roots = roots
        self.key = key
        self.common_name = common_name
        self.organization = organization
        self.at = at


class CertificateFacts:
    """A certificate that is in order.

    hashes: by hash algorithm (SHA256, SHA384, SHA512) the hashes of the issuer's name and key, lower-case hex
    (RFC 6960, W 6.1); serial_number: lower-case hex without leading zeros. not_before, not_after: aware datetimes.
    """

    __slots__ = ("hashes", "serial_number", "not_before", "not_after")

    def __init__(
        self, hashes: Mapping[str, tuple[str, str]], serial_number: str, not_before: datetime, not_after: datetime
    ) -> None:
        self.hashes = dict(hashes)
        self.serial_number = serial_number
        self.not_before = not_before
        self.not_after = not_after


class CertificateFault:
    """A certificate that is not in order. kind: malformed, invalid or revoked; why: for a log, at most 255 characters.
    """

    __slots__ = ("kind", "why")

    MALFORMED, INVALID, REVOKED = "malformed", "invalid", "revoked"

    def __init__(self, kind: str, why: str) -> None:
        self.kind = kind
        self.why = why


class VerifySignature(Command):
    """Judge the signature of a whole file, with SHA-256 (W L01.FR.04). done(id, bool, now); failed() if nothing can be
    said about it.

    file: its path. signature: base64. certificate: PEM of who signed.
    """

    __slots__ = ("file", "signature", "certificate")

    def __init__(self, id: int, deadline: float, file: str, signature: str, certificate: str) -> None:
        super().__init__(id, deadline)
        self.file = file
        self.signature = signature
        self.certificate = certificate


class Cancel(Command):
    """Stop carrying out the command that has the id `command`; nothing more is reported of that one. done(id, None,
    now)."""

    __slots__ = ("command",)

    def __init__(self, id: int, deadline: float, command: int) -> None:
        super().__init__(id, deadline)
        self.command = command


class Reset(Command):
    """Restart the station: the program if hard is False, the hardware if True. Nothing is reported back but failed();
    the host makes a new Station from what is stored."""

    __slots__ = ("hard",)

    def __init__(self, id: int, deadline: float, hard: bool) -> None:
        super().__init__(id, deadline)
        self.hard = hard


class SetClock(Command):
    """The back end told the time: utc, an aware datetime. A host with a clock of its own may set it."""

    __slots__ = ("utc",)

    def __init__(self, id: int, deadline: float, utc: datetime) -> None:
        super().__init__(id, deadline)
        self.utc = utc
