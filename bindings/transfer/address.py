"""Where a transfer may go: the URL as it is understood, and the one way to open a socket to it.

The back end names the URL, and may be in foreign hands. So: only the schemes that are allowed, nothing in it that could
be read in two ways, and no address by which a station would reach itself or the machinery of a cloud. That is judged on
the address that is connected to, so a name that resolves to something else the next time gains nothing.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Collection
from typing import Final
from urllib.parse import unquote, urlsplit

from ocppcore.bindings.transfer.base import Job, TransferFailed

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

LONGEST: Final = 2048  # characters of a URL
PORTS: Final = {"ftp": 21, "ftps": 21, "http": 80, "https": 443}
# RFC 3986 in its printable ASCII: no blanks, controls, quotes, backslashes or letters that look like others.
LEGAL: Final = re.compile(r"[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]+")
NAME: Final = re.compile(r"[A-Za-z0-9]([A-Za-z0-9_.-]*[A-Za-z0-9])?\.?")
CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")
# Addresses of cloud metadata services that no range below has.
METADATA: Final = frozenset(
    map(ipaddress.ip_address, ("100.100.100.200", "168.63.129.16", "192.0.0.192", "fd00:ec2::254"))
)
NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")


class Target:
    """A URL, taken apart. scheme: in lower case; path: as it is, with a leading slash; user, password: decoded."""

    __slots__ = ("scheme", "host", "port", "path", "query", "user", "password")

    def __init__(self, url: str, schemes: Collection[str]) -> None:
        """schemes: those that are allowed, in lower case. Raises TransferFailed."""
        if len(url) > LONGEST or not LEGAL.fullmatch(url):
            raise TransferFailed("the URL is too long, or has characters that a URL cannot have")
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            raise TransferFailed("the URL cannot be read") from None
        self.scheme = parts.scheme.lower()
        if self.scheme not in schemes or self.scheme not in PORTS:
            raise TransferFailed("the protocol of the URL is not supported")
        self.host = _host(parts.hostname or "")
        self.port = PORTS[self.scheme] if port is None else port
        self.path = parts.path or "/"
        self.query = parts.query
        self.user = _decoded(parts.username)
        self.password = _decoded(parts.password)
        _decoded(self.path)
        if parts.netloc.count("@") > 1 or not self.port or ("[" in parts.netloc) != (":" in self.host):
            raise TransferFailed("the URL cannot be read")

    @property
    def tls(self) -> bool:
        return self.scheme in ("ftps", "https")

    @property
    def resource(self) -> str:
        """Path and query, as HTTP asks for them."""
        return f"{self.path}?{self.query}" if self.query else self.path

    def __repr__(self) -> str:
        return f"Target({self.scheme}://{self.host}:{self.port})"


def _host(host: str) -> str:
    """A name or an address. Numbers that only some systems take for an address (`0x7f.1`) need no rule: what they
    resolve to is judged."""
    if ":" in host:
        try:
            return str(ipaddress.IPv6Address(host))
        except ValueError:
            raise TransferFailed("the URL cannot be read") from None
    if len(host) > 253 or not NAME.fullmatch(host):
        raise TransferFailed("the URL has no proper host name")
    return host


def _decoded(text: str | None) -> str | None:
    decoded = None if text is None else unquote(text)
    if decoded is not None and CONTROL.search(decoded):
        raise TransferFailed("the URL hides control characters")
    return decoded


def address_of(text: str) -> IpAddress:
    """The address, or the IPv4 address that hides in it."""
    address = ipaddress.ip_address(text.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return address.ipv4_mapped
        if address.sixtofour is not None:
            return address.sixtofour
        if address in NAT64:
            return ipaddress.IPv4Address(address.packed[-4:])
    return address


def denied(address: IpAddress, loopback: bool) -> bool:
    """True if no transfer may go there. loopback: it may go to this machine."""
    if address.is_loopback:
        return not loopback
    forbidden = address.is_link_local or address.is_multicast or address.is_unspecified or address in METADATA
    return forbidden or address.is_reserved


def kind(address: IpAddress) -> str:
    """The class of hosts that an address belongs to."""
    return "loopback" if address.is_loopback else "private" if address.is_private else "public"


def connect(host: str, port: int, *, loopback: bool, timeout: float, job: Job) -> socket.socket:
    """A connection to the first address of the host that may be reached and answers. Raises TransferFailed."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise TransferFailed("the host is not known") from None
    job.check()
    allowed = [info for info in found if not denied(address_of(str(info[4][0])), loopback)]
    if not allowed:
        raise TransferFailed("the address of the host is not allowed")
    reason = TransferFailed("the host cannot be reached")
    for family, type_, protocol, _, address in allowed:
        sock = socket.socket(family, type_, protocol)
        try:
            sock.settimeout(timeout)
            job.watch(sock)
            sock.connect(address)
            if not loopback and reaches_itself(sock):
                raise TransferFailed("the address of the host is not allowed")
            return sock
        except TimeoutError:
            reason = TransferFailed("the host does not answer")
            sock.close()
        except OSError:
            sock.close()
        except TransferFailed:
            sock.close()
            raise
        job.check()
    raise reason


def reaches_itself(sock: socket.socket) -> bool:
    """True if both ends are this machine: whoever calls an address of its own calls from that address."""
    return peer_address(sock) == address_of(str(sock.getsockname()[0]))


def peer_address(sock: socket.socket) -> IpAddress:
    """The address at the other end."""
    return address_of(str(sock.getpeername()[0]))
