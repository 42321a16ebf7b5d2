"""The file transfer that comes with the package: each transfer in a thread of its own, which a cancelled task ends."""

from __future__ import annotations

import asyncio
import ftplib
import ssl as tls
from collections.abc import Callable, Iterable, Sequence
from http.client import HTTPException
from pathlib import Path
from typing import Final, TypeVar

from ocppcore.bindings.transfer import ftp, http
from ocppcore.bindings.transfer.address import Target
from ocppcore.bindings.transfer.base import PROTOCOLS, Content, Job, Progress, TransferFailed
from ocppcore.bindings.transfer.faults import fault_of
from ocppcore.bindings.transfer.options import Options
from ocppcore.bindings.transfer.outgoing import Outgoing
from ocppcore.bindings.transfer.partial import Partial
from ocppcore.errors import SetupError

T = TypeVar("T")
HTTP: Final = ("http", "https")
MOST: Final = 512 * 1024 * 1024  # bytes
RESERVE: Final = 16 * 1024 * 1024


class FileTransfer:
    """Transfers by FTP (passive), FTPS, HTTP and HTTPS.

    folder: where downloads go, ours alone; it is made if it is not there. protocols: those of PROTOCOLS that are
    allowed; the station's SupportedFileTransferProtocols says the same. ssl: checks certificates; None: the system's
    authorities. loopback: this machine may be reached. patience: seconds that a server may be silent. most: bytes of
    the largest file. reserve: bytes of the disk that downloads leave free, for what the station has to keep. Link-local
    addresses and those of cloud metadata are always refused, private ones never.
    """

    def __init__(
        self,
        folder: str | Path,
        *,
        protocols: Iterable[str] = PROTOCOLS,
        ssl: tls.SSLContext | None = None,
        loopback: bool = False,
        patience: float = 60.0,
        most: int = MOST,
        reserve: int = RESERVE,
    ) -> None:
        self.protocols = tuple(protocols)
        for name in self.protocols:
            if name not in PROTOCOLS:
                raise SetupError(f"protocol {name!r}: there are {', '.join(PROTOCOLS)}")
        self._folder = Path(folder)
        self._schemes = frozenset(name.lower() for name in self.protocols)
        self._downloading = asyncio.Lock()  # one at a time: the folder has room for one
        self._options = Options(ssl or tls.create_default_context(), loopback, patience, most, reserve)

    async def download(self, url: str, *, progress: Progress | None = None) -> Path:
        """See Transfer."""
        async with self._downloading:
            return await _in_thread(lambda job: self._download(url, job), progress)

    async def upload(
        self, content: Content, url: str, name: str, *, hide: Sequence[bytes] = (), progress: Progress | None = None
    ) -> None:
        """See Transfer."""
        await _in_thread(lambda job: self._upload(content, url, name, hide, job), progress)

    def _download(self, url: str, job: Job) -> Path:
        target = Target(url, self._schemes)
        partial = Partial(self._folder, url, self._options)
        download = http.download if target.scheme in HTTP else ftp.download
        try:
            return download(target, partial, self._options, job)
        finally:
            partial.keep()

    def _upload(self, content: Content, url: str, name: str, hide: Sequence[bytes], job: Job) -> None:
        target = Target(url, self._schemes)
        body = Outgoing(content, hide, self._options.most, job)
        try:
            upload = http.upload if target.scheme in HTTP else ftp.upload
            upload(target, name, body, self._options, job)
        finally:
            body.close()


async def _in_thread(work: Callable[[Job], T], progress: Progress | None) -> T:
    """Do the work there. A task that is cancelled waits for its thread, which has nothing left to wait for."""
    loop = asyncio.get_running_loop()

    def tell(done: int, total: int | None) -> None:
        if progress is not None:
            loop.call_soon_threadsafe(progress, done, total)

    job = Job(tell)
    working = asyncio.ensure_future(asyncio.to_thread(_guarded, work, job))
    try:
        return await asyncio.shield(working)
    except asyncio.CancelledError:
        job.cancel()
        await asyncio.gather(working, return_exceptions=True)
        raise


def _guarded(work: Callable[[Job], T], job: Job) -> T:
    """What goes wrong, in one line that says nothing of where."""
    try:
        return work(job)
    except TransferFailed:
        raise
    except (OSError, EOFError, ValueError, HTTPException, ftplib.Error) as error:
        job.check()
        raise TransferFailed(_reason(error), fault_of(error)) from None
    finally:
        job.close()


def _reason(error: Exception) -> str:
    if isinstance(error, tls.SSLCertVerificationError):
        return "the certificate of the server is not valid"
    if isinstance(error, tls.SSLError):
        return "TLS failed"
    if isinstance(error, TimeoutError):
        return "the server is silent"
    if isinstance(error, ftplib.Error):
        code = str(error)[:3]
        return f"the server answers {code}" if code.isdecimal() else "the server does not speak FTP"
    if isinstance(error, HTTPException):
        return "the server does not keep to HTTP"
    if isinstance(error, FileNotFoundError):
        return "there is no such file"
    if isinstance(error, ConnectionError | EOFError):
        return "the connection broke"
    return f"it broke off: {type(error).__name__}"
