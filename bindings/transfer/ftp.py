"""FTP and FTPS, passive: RETR with REST, and STOR.

FTPS is AUTH TLS with the data protected, too (RFC 4217), or TLS from the first byte on port 990. Data connections go to
the host of the control connection; a server that names another one is refused.
"""

from __future__ import annotations

import ftplib
import socket
import ssl as tls
from pathlib import Path
from typing import Final
from urllib.parse import unquote

from ocppcore.bindings.transfer.address import Target, address_of, connect, peer_address
from ocppcore.bindings.transfer.base import CHUNK, Job, TransferFailed
from ocppcore.bindings.transfer.options import Options
from ocppcore.bindings.transfer.outgoing import Outgoing
from ocppcore.bindings.transfer.partial import Partial

IMPLICIT: Final = 990  # the port where TLS begins at once
MOST_LINES: Final = 200  # of one answer


class Ftp(ftplib.FTP):
    """A control connection, logged in, in binary mode."""

    def __init__(self, target: Target, options: Options, job: Job) -> None:
        super().__init__(timeout=options.patience)
        self._options = options
        self._job = job
        self._tls_host = target.host if target.tls else None
        self.host, self.port = target.host, target.port
        self.encoding = "utf-8"  # RFC 2640
        try:
            self._open(target)
            self._begin(target)
        except BaseException:
            self.close()
            raise

    def _begin(self, target: Target) -> None:
        self.login(target.user or "anonymous", target.password or ("" if target.user else "anonymous@"))
        if target.tls:
            self.voidcmd("PBSZ 0")
            self.voidcmd("PROT P")
        self.voidcmd("TYPE I")

    def _open(self, target: Target) -> None:
        options, self.sock = self._options, self._connect(target.host, target.port)
        self.af = self.sock.family
        if target.tls and target.port == IMPLICIT:
            self._secure_control(options)
        self.file = self.sock.makefile("r", encoding=self.encoding)
        self.welcome = self.getresp()
        if target.tls and target.port != IMPLICIT:
            self.voidcmd("AUTH TLS")
            self.file.close()
            self._secure_control(options)
            self.file = self.sock.makefile("r", encoding=self.encoding)

    def _secure_control(self, options: Options) -> None:
        assert self.sock is not None
        self.sock = options.context.wrap_socket(self.sock, server_hostname=self._tls_host)
        self._job.watch(self.sock)

    def _connect(self, host: str, port: int) -> socket.socket:
        options = self._options
        return connect(host, port, loopback=options.loopback, timeout=options.patience, job=self._job)

    def getmultiline(self) -> str:
        """An answer; ftplib itself would read lines without end."""
        line = self.getline()
        lines = [line]
        while line[3:4] == "-" and not (lines[-1][:3] == line[:3] and lines[-1][3:4] != "-"):
            if len(lines) == MOST_LINES:
                raise ftplib.error_proto("too many lines")
            lines.append(self.getline())
        return "\n".join(lines)

    def data(self, command: str, rest: int | None = None) -> socket.socket:
        """The data connection of a command that has begun."""
        assert self.sock is not None
        host, port = self._place()
        if address_of(host) != peer_address(self.sock):
            raise TransferFailed("the server wants the data to go to another host")
        sock = self._connect(host, port)
        if rest:
            self.sendcmd(f"REST {rest}")
        answer = self.sendcmd(command)
        if not answer.startswith("1"):
            raise ftplib.error_reply(answer)
        if isinstance(self.sock, tls.SSLSocket):  # servers want to see the session of the control connection again
            session = self.sock.session
            sock = self._options.context.wrap_socket(sock, server_hostname=self._tls_host, session=session)
            self._job.watch(sock)
        return sock

    def _place(self) -> tuple[str, int]:
        """Where the server waits for the data."""
        assert self.sock is not None
        if self.af == socket.AF_INET:
            return ftplib.parse227(self.sendcmd("PASV"))
        return ftplib.parse229(self.sendcmd("EPSV"), self.sock.getpeername())

    def enter(self, path: str) -> str:
        """Change to the folder of a path of a URL; the name at its end, "" for a folder."""
        folder, _, name = unquote(path.partition(";")[0]).removeprefix("/").rpartition("/")
        if folder:
            self.cwd(folder)
        return name


def download(target: Target, partial: Partial, options: Options, job: Job) -> Path:
    """Fetch the file; where it is. Raises TransferFailed, OSError, ftplib.Error."""
    with Ftp(target, options, job) as ftp:
        name = ftp.enter(target.path)
        total = _size(ftp, name)
        validator = _validator(ftp, name, total)
        resume = validator is not None and validator == partial.validator and partial.size <= (total or 0)
        partial.check(total)
        if not resume:
            partial.begin(validator)
        sock = ftp.data(f"RETR {name}", partial.size)
        while chunk := sock.recv(CHUNK):
            partial.append(chunk, total, job)
        sock.close()
        ftp.voidresp()
        return partial.finish(total)


def _size(ftp: Ftp, name: str) -> int | None:
    try:
        return ftp.size(name)
    except ftplib.error_perm:
        return None


def _validator(ftp: Ftp, name: str, size: int | None) -> str | None:
    """Its time and size (RFC 3659): the same version is the same file."""
    try:
        return None if size is None else f"{ftp.sendcmd(f'MDTM {name}')} {size}"
    except ftplib.error_perm:
        return None


def upload(target: Target, name: str, body: Outgoing, options: Options, job: Job) -> None:
    """Put the file into the folder. Raises TransferFailed, OSError, ftplib.Error."""
    with Ftp(target, options, job) as ftp:
        ftp.enter(target.path.rstrip("/") + "/")
        sock = ftp.data(f"STOR {name}")
        while chunk := body.read():
            sock.sendall(chunk)
        if isinstance(sock, tls.SSLSocket):
            try:
                sock.unwrap()
            except OSError:
                pass  # some servers just close; whether the file is there, they say on the control connection
        sock.close()
        ftp.voidresp()
