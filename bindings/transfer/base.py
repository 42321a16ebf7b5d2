"""What a file transfer offers, how one transfer is watched and stopped, and how it fails.

A reason is one line that may be shown, logged and sent: it never holds a URL, so it never holds a login.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, Protocol

from ocppcore.errors import OcppError
from ocppcore.session.commands import UploadFault

PROTOCOLS: Final = ("FTP", "FTPS", "HTTP", "HTTPS")
"""What can be transferred by, in the words of SupportedFileTransferProtocols (E 3.90)."""

CHUNK: Final = 64 * 1024  # bytes between two looks at whether to go on
Progress = Callable[[int, int | None], object]
"""Called with the bytes that are done, and the bytes in all where that is known."""
Content = bytes | str | Path
"""What to upload: the bytes, or the file that has them."""


class TransferFailed(OcppError):
    """A transfer was refused or broke off. Its text is one line without addresses or credentials. fault: what the
    server said of it, if it did."""

    def __init__(self, text: str, fault: UploadFault | None = None) -> None:
        super().__init__(text)
        self.fault = fault


class Transfer(Protocol):
    """Moves files. A cancelled task ends its transfer at once."""

    async def download(self, url: str, *, progress: Progress | None = None) -> Path:
        """Fetch a file, going on where an earlier attempt broke off; where it is now. Raises TransferFailed."""
        ...

    async def upload(
        self, content: Content, url: str, name: str, *, hide: Sequence[bytes] = (), progress: Progress | None = None
    ) -> None:
        """Put a file of that name into the folder that url is. hide: what goes out as asterisks wherever it occurs.
        Raises TransferFailed."""
        ...


class Job:
    """One transfer under way, in a thread of its own. cancel() may come from any other thread."""

    def __init__(self, progress: Progress | None = None) -> None:
        self._progress = progress
        self._lock = threading.Lock()
        self._sockets: list[socket.socket] = []
        self._cancelled = False

    def watch(self, sock: socket.socket) -> None:
        """This socket is part of it. Raises TransferFailed if it was cancelled."""
        with self._lock:
            self._sockets.append(sock)
        self.check()

    def check(self) -> None:
        """Raises TransferFailed if it was cancelled."""
        if self._cancelled:
            raise TransferFailed("cancelled")

    def tell(self, done: int, total: int | None) -> None:
        """So far. Raises TransferFailed if it was cancelled."""
        self.check()
        if self._progress is not None:
            self._progress(done, total)

    def cancel(self) -> None:
        """End it: whoever waits for a socket of it wakes up."""
        self._cancelled = True
        with self._lock:
            for sock in self._sockets:
                try:
                    socket.socket.shutdown(sock, socket.SHUT_RDWR)  # of a TLS socket, too, what is below it
                except OSError:
                    pass  # it is closed already

    def close(self) -> None:
        """It is over: let go of what is still open."""
        with self._lock:
            for sock in self._sockets:
                sock.close()
            self._sockets.clear()
