"""HTTP and HTTPS: GET with Range and If-Range (RFC 9110 §13.1.5, §14.2), and PUT.

A redirect is followed only within the protocol and within the class of hosts (this machine, private, public), and takes
the login along only to the same host and port. A file whose end could not be told from a link that broke is not taken.
Answers beyond the standard library's own bounds end the transfer.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from typing import Final
from urllib.parse import quote, urljoin

from ocppcore.bindings.transfer.address import Target, connect, kind, peer_address
from ocppcore.bindings.transfer.base import CHUNK, Job, TransferFailed
from ocppcore.bindings.transfer.faults import HTTP
from ocppcore.bindings.transfer.options import Options
from ocppcore.bindings.transfer.outgoing import Outgoing
from ocppcore.bindings.transfer.partial import Partial

MOST_REDIRECTS: Final = 5
RANGE: Final = re.compile(r"bytes (\d+)-(\d+)/(\d+)")
AGENT: Final = {"User-Agent": "ocppcore", "Accept-Encoding": "identity"}


class Exchange:
    """One request and what it leads to. headers: those of the request. body: sent anew after each redirect."""

    def __init__(self, target: Target, options: Options, job: Job) -> None:
        self._target = target
        self._url = f"{target.scheme}://{_place(target)}{target.resource}"
        self._options = options
        self._job = job
        self._kind = ""
        self._connection: HTTPConnection | None = None
        self._response: HTTPResponse | None = None

    def ask(self, method: str, headers: Mapping[str, str], body: Outgoing | None = None) -> HTTPResponse:
        """The answer that is no redirect. Raises TransferFailed."""
        for _ in range(MOST_REDIRECTS + 1):
            response = self._once(method, headers, body)
            location = response.getheader("Location")
            moved = (301, 302, 303, 307, 308) if method == "GET" else (307, 308)
            if response.status not in moved or location is None:
                return response
            self._go_to(location)
        raise TransferFailed("too many redirects")

    def _go_to(self, location: str) -> None:
        self.close()
        self._url = urljoin(self._url, location)
        before, target = self._target, Target(self._url, (self._target.scheme,))
        if (target.host, target.port) == (before.host, before.port):
            target.user, target.password = before.user, before.password
        else:
            target.user = target.password = None  # nor one that the server made up
        self._target = target

    def _once(self, method: str, headers: Mapping[str, str], body: Outgoing | None) -> HTTPResponse:
        target, options = self._target, self._options
        sock = connect(target.host, target.port, loopback=options.loopback, timeout=options.patience, job=self._job)
        connection = HTTPConnection(target.host, target.port, timeout=options.patience)
        self._connection = connection
        connection.sock = sock
        found = kind(peer_address(sock))
        if self._kind and found != self._kind:
            raise TransferFailed("redirected to another class of hosts")
        self._kind = found
        if target.tls:
            connection.sock = options.context.wrap_socket(sock, server_hostname=target.host)
            self._job.watch(connection.sock)
        sent = {**AGENT, "Host": _place(target), **headers, **_login(target)}
        if body is None:
            connection.request(method, target.resource, headers=sent)
        else:
            connection.request(method, target.resource, _again(body), {**sent, "Content-Length": str(body.size)})
        self._response = connection.getresponse()
        return self._response

    def close(self) -> None:
        """Let go of the connection."""
        for part in (self._response, self._connection):
            if part is not None:
                part.close()


def _again(body: Outgoing) -> Outgoing:
    body.rewind()
    return body


def _place(target: Target) -> str:
    host = f"[{target.host}]" if ":" in target.host else target.host
    return f"{host}:{target.port}"


def _login(target: Target) -> dict[str, str]:
    if target.user is None:
        return {}
    login = f"{target.user}:{target.password or ''}".encode()
    return {"Authorization": "Basic " + base64.b64encode(login).decode("ascii")}


def download(target: Target, partial: Partial, options: Options, job: Job) -> Path:
    """Fetch the file; where it is. Raises TransferFailed, OSError, HTTPException."""
    exchange = Exchange(target, options, job)
    try:
        return _download(exchange, partial, job)
    finally:
        exchange.close()


def _download(exchange: Exchange, partial: Partial, job: Job) -> Path:
    validator, here = partial.validator, partial.size
    resume = {} if validator is None else {"Range": f"bytes={here}-", "If-Range": validator}
    response = exchange.ask("GET", resume)
    length = response.getheader("Content-Length", "")
    total = int(length) if length.isascii() and length.isdecimal() else None
    if response.status == 206 and resume:
        found = RANGE.fullmatch(response.getheader("Content-Range", ""))
        if found is None or int(found[1]) != here:
            partial.discard()
            raise TransferFailed("the server goes on at another place than it was asked to")
        total = int(found[3])
    elif response.status == 200:
        partial.begin(_validator(response))
    else:
        if response.status == 416:
            partial.discard()  # the file has changed; the next attempt begins anew
        raise TransferFailed(f"the server answers {response.status}")
    if response.getheader("Content-Encoding", "identity").lower() != "identity":
        raise TransferFailed("the server changes the file on its way")
    if total is None and not response.chunked:
        raise TransferFailed("the server does not say how large the file is")
    partial.check(total)
    while chunk := response.read(CHUNK):
        partial.append(chunk, total, job)
    return partial.finish(total)


def _validator(response: HTTPResponse) -> str | None:
    """A strong one: RFC 9110 §13.1.5 allows no other."""
    tag = response.getheader("ETag")
    return tag if tag is not None and tag.startswith('"') else response.getheader("Last-Modified")


def upload(target: Target, name: str, body: Outgoing, options: Options, job: Job) -> None:
    """Put the file into the folder; a URL with a query is that of the file itself, signed beforehand as it is."""
    if not target.query:
        target.path = target.path.rstrip("/") + "/" + quote(name)
    exchange = Exchange(target, options, job)
    try:
        status = exchange.ask("PUT", {"Content-Type": "application/octet-stream"}, body).status
    finally:
        exchange.close()
    if not 200 <= status < 300:
        raise TransferFailed(f"the server answers {status}", HTTP.get(status))


