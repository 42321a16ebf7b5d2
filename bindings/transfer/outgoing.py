"""What goes out: bytes or a file, read in chunks, in which secrets become asterisks, so that its length stays."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

from ocppcore.bindings.transfer.base import CHUNK, Content, Job, TransferFailed


class Outgoing:
    """A file to send. size: its bytes; as many are sent, whatever happens to the file. read() is as of a file."""

    def __init__(self, content: Content, hide: Sequence[bytes], most: int, job: Job) -> None:
        self._file: BinaryIO = io.BytesIO(content) if isinstance(content, bytes) else Path(content).open("rb")
        self.size = self._file.seek(0, io.SEEK_END)
        self._hide = sorted((secret for secret in hide if secret), key=len, reverse=True)
        self._overlap = max(map(len, self._hide), default=1) - 1
        self._job = job
        if self.size > most:
            self._file.close()
            raise TransferFailed("the file is too large")
        self.rewind()

    def rewind(self) -> None:
        """From the first byte on, again."""
        self._file.seek(0)
        self._left = self.size  # bytes of the file that were not read
        self._ready = b""  # bytes in which nothing is left to hide, but at their end
        self.sent = 0

    def read(self, size: int = CHUNK) -> bytes:
        """At most so many bytes; none at the end. Raises TransferFailed."""
        wanted = CHUNK if size < 0 else size
        while self._left and len(self._ready) < wanted + self._overlap:
            chunk = self._file.read(min(CHUNK, self._left))
            if not chunk:
                raise TransferFailed("the file became shorter while it was read")
            self._left -= len(chunk)
            self._ready = self._masked(self._ready + chunk)
        chunk, self._ready = self._ready[:wanted], self._ready[wanted:]
        self.sent += len(chunk)
        self._job.tell(self.sent, self.size)
        return chunk

    def _masked(self, data: bytes) -> bytes:
        for secret in self._hide:
            data = data.replace(secret, b"*" * len(secret))
        return data

    def close(self) -> None:
        self._file.close()
