"""The opening handshake (RFC 6455 §4, OCPP-J 1.6 §3 and §6.2.2): HTTP heads in and out, for client and server.

Its rules: a head is read only when it is whole, and capped before that. What is not needed of it never reaches
wsproto, which checks the upgrade itself. Nothing is guessed: a redirect, a second header where one is allowed, a body,
an extension or a sub-protocol that was not offered ends the handshake. `lenient` tolerates what devices get wrong
in the field: another case or an empty or missing echo of the sub-protocol, a station that offers none, no
`Connection: Upgrade`, a slash behind the identity. What a proxy says of a station in X-Forwarded-For and -Proto counts
only where `proxied` says that there is one; else anybody could say it.
"""

from __future__ import annotations

import binascii
import re
from base64 import b64decode, b64encode
from http import HTTPStatus
from ipaddress import ip_address
from urllib.parse import unquote_to_bytes, urlsplit

from wsproto.connection import Connection, ConnectionType
from wsproto.events import AcceptConnection, Request
from wsproto.handshake import H11Handshake
from wsproto.utilities import ProtocolError

from ocppcore.csms.admission import Offer
from ocppcore.errors import SetupError
from ocppcore.session.commands import BasicAuth
from ocppcore.session.events import Disconnect, Lost, Refused

MAX_HEAD = 16 * 1024
MAX_LINE = 8 * 1024
MAX_HEADERS = 128
MAX_IDENTITY = 255
DEFAULT_SUBPROTOCOLS = ("ocpp1.6",)  # of a lenient server, for a station that names none

_END = b"\r\n\r\n"
_HEADER = re.compile(rb"([-!#$%&'*+.^_`|~0-9A-Za-z]+):([^\x00-\x08\x0a-\x1f\x7f]*)")
_STATUS = re.compile(rb"HTTP/1\.1 ([1-5][0-9][0-9])(?: [^\x00-\x1f\x7f]*)?")
_REQUEST = re.compile(rb"GET ([\x21-\x7e]+) HTTP/1\.1")
_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
# Of these a second one would leave it to chance which of the two counts.
_SINGLE = (
    "host", "upgrade", "authorization", "content-length",
    "sec-websocket-key", "sec-websocket-version", "sec-websocket-accept",
)  # fmt: skip
# All that wsproto is shown: with the rest it does nothing, or trips over bytes that are not ASCII.
_WANTED = (
    "upgrade", "connection", "sec-websocket-key", "sec-websocket-version", "sec-websocket-accept",
    "sec-websocket-protocol", "sec-websocket-extensions",
)  # fmt: skip


class BadHandshake(Exception):
    """The peer's handshake is not to be accepted. status: the HTTP status that a server answers."""

    def __init__(self, why: str, status: int = 400) -> None:
        super().__init__(why)
        self.status = status


class Head:
    """A head that is whole: its first line, and its headers with names in lower case, values of one name joined."""

    __slots__ = ("start", "headers")

    def __init__(self, data: bytes) -> None:
        """Raises BadHandshake."""
        self.start, *lines = data.split(b"\r\n")
        self.headers: dict[str, str] = {}
        if len(lines) > MAX_HEADERS or max(map(len, [self.start, *lines])) > MAX_LINE:
            raise BadHandshake("too many or too long headers", 431)
        for line in lines:
            self._add(line)

    def _add(self, line: bytes) -> None:
        match = _HEADER.fullmatch(line)
        if match is None:
            raise BadHandshake("malformed header")
        name, value = match[1].decode("ascii").lower(), match[2].strip(b" \t").decode("latin-1")
        if name in self.headers:
            if name in _SINGLE:
                raise BadHandshake(f"more than one {name} header")
            value = f"{self.headers[name]}, {value}"
        self.headers[name] = value

    def refuse_body(self) -> None:
        if self.headers.get("content-length", "0") != "0" or "transfer-encoding" in self.headers:
            raise BadHandshake("a body where none may be")

    def for_wsproto(self, start: bytes, first: bytes = b"") -> bytes:
        """The head again, with this first line and what wsproto needs. Raises BadHandshake."""
        wanted = "".join(f"{name}: {self.headers[name]}\r\n" for name in _WANTED if name in self.headers)
        try:
            return start + b"\r\n" + first + wanted.encode("ascii") + b"\r\n"
        except UnicodeEncodeError:
            raise BadHandshake("a header is not ASCII") from None


class HeadReader:
    """Collects bytes until a head is whole. begin: how it begins; what speaks another protocol is not waited for."""

    __slots__ = ("_begin", "_buffer")

    def __init__(self, begin: bytes) -> None:
        self._begin = begin
        self._buffer = bytearray()

    def receive(self, data: bytes) -> tuple[Head, bytes] | None:
        """The head and the bytes behind it, once it is whole. Raises BadHandshake."""
        seen = max(0, len(self._buffer) - len(_END) + 1)
        self._buffer += data
        if not self._begin.startswith(self._buffer[: len(self._begin)]):
            raise BadHandshake("that is no WebSocket")
        end = self._buffer.find(_END, seen)
        if end > MAX_HEAD or end < 0 and len(self._buffer) > MAX_HEAD:
            raise BadHandshake("the head is too long", 431)
        if end < 0:
            return None
        return Head(bytes(self._buffer[:end])), bytes(self._buffer[end + len(_END) :])


class Address:
    """A ws:// or wss:// URL taken apart. Raises SetupError with one line for anything else."""

    __slots__ = ("host", "port", "secure", "authority", "target")

    def __init__(self, url: str) -> None:
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError as error:
            raise SetupError(f"the URL {_shown(url)} is malformed: {error}") from None
        if parts.scheme not in ("ws", "wss") or not parts.hostname:
            raise SetupError(f"the URL {_shown(url)} must look like ws://host:port/path or wss://host/path")
        if "@" in parts.netloc or parts.fragment:
            raise SetupError(f"the URL {_shown(url)} may have neither user:password@ nor #fragment")
        if re.search(r"[^\x21-\x7e]", url):
            raise SetupError(f"the URL {_shown(url)} must be percent-encoded: no blanks, only ASCII")
        self.host = parts.hostname
        self.secure = parts.scheme == "wss"
        self.port = port or (443 if self.secure else 80)
        self.authority = parts.netloc
        self.target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _shown(url: str) -> str:
    """The URL as it may be logged: printable and without credentials."""
    return ascii(re.sub(r"//[^/]*@", "//***@", url)[:200])


class ClientHandshake:
    """The station's side."""

    def __init__(self, url: str, subprotocols: tuple[str, ...], auth: BasicAuth | None, lenient: bool) -> None:
        """Raises SetupError for a URL that cannot be used."""
        self._address = Address(url)
        self._subprotocols = subprotocols
        self._auth = auth
        self._lenient = lenient
        self._reader = HeadReader(b"HTTP/1.")
        self._wsproto = H11Handshake(ConnectionType.CLIENT)

    def request(self) -> bytes:
        """The bytes that open the handshake. Raises SetupError for a host name that none can have."""
        headers = [(b"Authorization", _basic(self._auth))] if self._auth else []
        request = Request(
            host=self._address.authority,
            target=self._address.target,
            subprotocols=list(self._subprotocols),
            extra_headers=headers,
        )
        try:
            return self._wsproto.send(request)
        except UnicodeError:
            raise SetupError(f"{_shown(self._address.authority)} is no host name") from None

    def receive(self, data: bytes) -> tuple[Connection, str, bytes] | Disconnect | None:
        """Once decided: the connection, its sub-protocol and the bytes behind the head; or why there is none."""
        try:
            whole = self._reader.receive(data)
            return None if whole is None else self._answered(*whole)
        except (BadHandshake, ProtocolError) as error:
            return Lost(f"bad handshake: {error}")

    def _answered(self, head: Head, rest: bytes) -> tuple[Connection, str, bytes] | Disconnect:
        status = _STATUS.fullmatch(head.start)
        if status is None:
            raise BadHandshake("that is no WebSocket server")
        if status[1] != b"101":
            return Refused(int(status[1]))  # redirects too: following one would hand out the credentials
        head.refuse_body()
        subprotocol = self._agreed(head.headers.pop("sec-websocket-protocol", None))
        self._wsproto.receive_data(head.for_wsproto(b"HTTP/1.1 101 Switching Protocols"))
        connection = self._wsproto.connection
        if connection is None:
            raise BadHandshake("no upgrade")
        return connection, subprotocol, rest

    def _agreed(self, echo: str | None) -> str:
        """The sub-protocol that the server chose (J §3.2). Raises BadHandshake."""
        if echo in self._subprotocols:
            return echo
        if self._lenient:
            first = (echo or "").split(",")[0].strip().lower()
            for subprotocol in self._subprotocols:
                if first in ("", subprotocol.lower()):
                    return subprotocol
        wanted = " or ".join(self._subprotocols)
        raise BadHandshake(f"the server does not agree to {wanted}")


def _basic(auth: BasicAuth) -> bytes:
    """J §6.2.2: the key is sent as octets, whatever they are."""
    return b"Basic " + b64encode(auth.user.encode() + b":" + auth.key)


class ServerHandshake:
    """The back end's side."""

    def __init__(self, path: str | None, lenient: bool, proxied: bool = False) -> None:
        """path: what stands in front of the identity; None for anything."""
        self._path = path
        self._lenient = lenient
        self._proxied = proxied
        self._reader = HeadReader(b"GET ")
        self._wsproto = H11Handshake(ConnectionType.SERVER)
        self._offered: dict[str, str] = {}  # the sub-protocols, as we and as the station write them

    def receive(self, data: bytes) -> tuple[Offer, bytes] | None:
        """Once the head is whole: what the station offers, and the bytes behind the head. Raises BadHandshake."""
        whole = self._reader.receive(data)
        if whole is None:
            return None
        head, rest = whole
        request = _REQUEST.fullmatch(head.start)
        if request is None or "host" not in head.headers:
            raise BadHandshake("that is no WebSocket client")
        head.refuse_body()
        if self._lenient and "upgrade" in head.headers:
            head.headers["connection"] = "Upgrade"
        self._read_offers(head)
        self._show(head)
        identity = identity_of(request[1].decode("ascii"), self._path, self._lenient)
        subprotocols = tuple(self._offered) or (DEFAULT_SUBPROTOCOLS if self._lenient else ())
        offer = Offer(identity, _credentials(head.headers.get("authorization")), subprotocols)
        if self._proxied:
            _take_over(head, offer)
        return offer, rest

    def _read_offers(self, head: Head) -> None:
        names = [name.strip() for name in head.headers.pop("sec-websocket-protocol", "").split(",")]
        self._offered = {name.lower() if self._lenient else name: name for name in names if name}
        if self._offered:
            head.headers["sec-websocket-protocol"] = ", ".join(self._offered.values())
        head.headers.pop("sec-websocket-extensions", None)  # none is spoken: compression costs more than it saves

    def _show(self, head: Head) -> None:
        """Have wsproto check the upgrade."""
        try:
            self._wsproto.receive_data(head.for_wsproto(b"GET / HTTP/1.1", b"Host: localhost\r\n"))
            if len(b64decode(head.headers["sec-websocket-key"], validate=True)) != 16:  # RFC 6455 §4.2.1
                raise BadHandshake("bad Sec-WebSocket-Key")
        except binascii.Error:
            raise BadHandshake("bad Sec-WebSocket-Key") from None
        except ProtocolError as error:
            hint = getattr(error, "event_hint", None)
            raise BadHandshake(str(error), getattr(hint, "status_code", 400)) from None

    def accept(self, subprotocol: str | None) -> tuple[bytes, Connection]:
        """The answer that opens the WebSocket; with None for no common sub-protocol, then close it (J §3.2)."""
        answer = self._wsproto.send(AcceptConnection(subprotocol=self._offered.get(subprotocol or "")))
        connection = self._wsproto.connection
        assert connection is not None  # wsproto makes it when it accepts
        return answer, connection


def _take_over(head: Head, offer: Offer) -> None:
    """What the proxy says of the station. Of several addresses it is the last: the others anybody can claim."""
    address = head.headers.get("x-forwarded-for", "").rpartition(",")[2].strip()
    try:
        ip_address(address)
    except ValueError:
        raise BadHandshake("the proxy does not say where it comes from") from None
    offer.address = address
    offer.secure = head.headers.get("x-forwarded-proto", "").rpartition(",")[2].strip().lower() in ("https", "wss")


def rejection(status: int, retry_after: int | None = None) -> bytes:
    """The answer that refuses a handshake. It says no more than the status: who asks may be anybody."""
    extra = {
        401: 'WWW-Authenticate: Basic realm="OCPP"\r\n',
        426: "Sec-WebSocket-Version: 13\r\n",
    }.get(status, "")
    if retry_after is not None:
        extra += f"Retry-After: {retry_after}\r\n"
    phrase = HTTPStatus(status).phrase
    return f"HTTP/1.1 {status} {phrase}\r\n{extra}Connection: close\r\nContent-Length: 0\r\n\r\n".encode("ascii")


def identity_of(target: str, path: str | None = None, lenient: bool = False) -> str | None:
    """The identity at the end of a request target (J §3.1.1), percent-decoded; None if there is none that can be one.

    path: the endpoint's path that must stand before it, or None for any. The target may be in absolute form.
    """
    try:
        before, _, last = urlsplit(target).path.rpartition("/")
        if lenient and not last:
            before, _, last = before.rstrip("/").rpartition("/")
        identity = unquote_to_bytes(last).decode("utf-8")
    except ValueError:  # of a malformed URL, or of what is not UTF-8
        return None
    if path is not None and before != path.rstrip("/") or _BAD_ESCAPE.search(last):
        return None
    # A colon cannot stand in the user name of Basic auth; what is not printable has no place in logs and headers.
    fit = 0 < len(identity) <= MAX_IDENTITY and identity.isprintable() and ":" not in identity
    return identity if fit else None


def _credentials(header: str | None) -> BasicAuth | None:
    """The credentials of an Authorization header; None if there are none that can be read."""
    scheme, _, text = (header or "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        user, colon, key = b64decode(text.strip(), validate=True).partition(b":")
        return BasicAuth(user.decode("utf-8"), key) if colon else None
    except (binascii.Error, ValueError):
        return None
