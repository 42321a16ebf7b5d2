"""Real servers on loopback: HTTP, HTTPS, FTP and FTPS, each in a thread."""

from __future__ import annotations

import ssl
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import trustme

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # what it builds on leaves the standard library
    from pyftpdlib.authorizers import DummyAuthorizer
    from pyftpdlib.handlers import FTPHandler, TLS_FTPHandler
    from pyftpdlib.ioloop import IOLoop
    from pyftpdlib.servers import FTPServer

IMAGE = bytes(range(256)) * 1024  # 256 KiB


class Handler(BaseHTTPRequestHandler):
    """Serves IMAGE with ranges; keeps what is put. What it does by path stands in do_GET."""

    server: Web  # type: ignore[assignment]

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def do_GET(self) -> None:
        web = self.server
        web.requests.append((self.path, dict(self.headers)))
        if self.path in web.moved:
            self.send_response(302)
            self.send_header("Location", web.moved[self.path])
            self.end_headers()
        elif self.path == "/missing":
            self.send_error(404)
        elif self.path == "/silent":
            web.reached.set()
            web.release.wait(20)
        else:
            self._serve(web)

    def _serve(self, web: Web) -> None:
        begin = 0
        if "Range" in self.headers and self.headers.get("If-Range") == web.etag:
            begin = int(self.headers["Range"].removeprefix("bytes=").rstrip("-"))
        body = web.image[begin:]
        self.send_response(206 if begin else 200)
        for name, value in web.more_headers.items():
            self.send_header(name, value)
        if begin:
            self.send_header("Content-Range", f"bytes {begin}-{len(web.image) - 1}/{len(web.image)}")
        if web.tells_length:
            self.send_header("Content-Length", str(len(body)))
        self.send_header("ETag", web.etag)
        self.end_headers()
        if web.break_after is not None:
            body, web.break_after = body[: web.break_after], None
            self.close_connection = True
        self.wfile.write(body)

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.requests.append((self.path, dict(self.headers)))
        self.server.put[self.path] = body
        self.send_response(self.server.put_status)
        self.send_header("Content-Length", "0")
        self.end_headers()


class Web(ThreadingHTTPServer):
    """break_after: the next answer breaks off after so many bytes. tells_length, more_headers: of the answers.
    put: what was uploaded, by path."""

    daemon_threads = True

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.image, self.etag = IMAGE, '"one"'
        self.break_after: int | None = None
        self.tells_length = True
        self.more_headers: dict[str, str] = {}
        self.requests: list[tuple[str, dict[str, str]]] = []
        self.moved: dict[str, str] = {}
        self.put: dict[str, bytes] = {}
        self.put_status = 201
        self.reached, self.release = threading.Event(), threading.Event()
        if context is not None:
            self.socket = context.wrap_socket(self.socket, server_side=True)

    def url(self, path: str, scheme: str = "http", login: str = "") -> str:
        return f"{scheme}://{login}127.0.0.1:{self.server_port}{path}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away, as some tests have it."""


@contextmanager
def serving(web: Web) -> Iterator[Web]:
    thread = threading.Thread(target=web.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield web
    finally:
        web.release.set()
        web.shutdown()
        thread.join()
        web.server_close()


@pytest.fixture
def web() -> Iterator[Web]:
    with serving(Web()) as server:
        yield server


@pytest.fixture
def other_web() -> Iterator[Web]:
    """The same host, another port."""
    with serving(Web()) as server:
        yield server


@pytest.fixture(scope="module")
def ca() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def secure_web(ca: trustme.CA) -> Iterator[Web]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.issue_cert("127.0.0.1").configure_cert(context)
    with serving(Web(context)) as server:
        yield server


@pytest.fixture
def trusting(ca: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context()
    ca.configure_trust(context)
    return context


class FtpSite:
    """An FTP server with a folder, for user `u` with password `p@ss`; commands: what it was told."""

    def __init__(self, folder: Path, certificate: Path | None, options: dict[str, Any]) -> None:
        users = DummyAuthorizer()
        users.add_user("u", "p@ss", str(folder), perm="elrawm")
        users.add_anonymous(str(folder), perm="elr")
        self.commands: list[str] = []
        commands = self.commands

        def pre_process_command(self: Any, line: str, cmd: str, arg: str) -> None:
            commands.append(line)
            base.pre_process_command(self, line, cmd, arg)

        base: Any = FTPHandler if certificate is None else TLS_FTPHandler
        more: dict[str, Any] = {"authorizer": users, "pre_process_command": pre_process_command, **options}
        if certificate is not None:
            more |= {"certfile": str(certificate), "tls_control_required": True, "tls_data_required": True}
        handler = type("SiteHandler", (base,), more)
        self.folder = folder
        self._loop = IOLoop()
        self._server = FTPServer(("127.0.0.1", 0), handler, ioloop=self._loop)
        self.port = self._server.address[1]
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        while not self._stop.is_set():
            self._loop.loop(timeout=0.02, blocking=False)
        self._server.close_all()

    def close(self) -> None:
        self._stop.set()
        self._thread.join()

    def url(self, path: str, scheme: str = "ftp", login: str = "u:p%40ss@") -> str:
        return f"{scheme}://{login}127.0.0.1:{self.port}{path}"


@pytest.fixture
def ftp_site(tmp_path: Path, ca: trustme.CA) -> Iterator[Callable[..., FtpSite]]:
    """Makes FTP sites: ftp_site(tls=False, **attributes of pyftpdlib's handler)."""
    folder = tmp_path / "site"
    (folder / "sub").mkdir(parents=True)
    (folder / "sub" / "image.bin").write_bytes(IMAGE)
    with ExitStack() as stack:

        def make(tls: bool = False, **options: Any) -> FtpSite:
            certificate = None
            if tls:
                certificate = tmp_path / "server.pem"
                ca.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(str(certificate))
            site = FtpSite(folder, certificate, options)
            stack.callback(site.close)
            return site

        yield make
