"""The file that a download goes into, and the note beside it by which a later attempt goes on where this one ended.

Its name is made by us from a hash of the URL. The folder holds one download: what is left of another one is removed.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from pathlib import Path
from typing import Any, Final

from ocppcore.bindings.transfer.base import Job, TransferFailed
from ocppcore.bindings.transfer.options import Options

EVERY: Final = 1024 * 1024  # bytes after which those that came are made durable


class Partial:
    """A download that may be incomplete. options: how large it may become.

    The note says what the server knows the version by, and how many bytes are durable. After a power cut what is behind
    those may be anything, so it is cut off.
    """

    def __init__(self, folder: Path, url: str, options: Options) -> None:
        self._folder = folder
        self._options = options
        stem = "firmware-" + hashlib.sha256(url.encode()).hexdigest()[:32]
        self.file = folder / f"{stem}.part"
        self._note = folder / f"{stem}.json"
        self._whole = folder / f"{stem}.bin"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for old in folder.glob("firmware-*"):
            if old not in (self.file, self._note):
                old.unlink(missing_ok=True)
        self._validator, self._durable = self._noted()
        if self.size > self._durable:
            os.truncate(self.file, self._durable)

    def _noted(self) -> tuple[str | None, int]:
        try:
            note: Any = json.loads(self._note.read_text("utf-8"))
            validator, durable = note["validator"], note["durable"]
        except (OSError, ValueError, TypeError, KeyError):
            return None, 0
        if not isinstance(validator, str | None) or type(durable) is not int or durable > self.size:
            return None, 0
        return validator, durable

    @property
    def size(self) -> int:
        """Bytes that are here."""
        return self.file.stat().st_size if self.file.exists() else 0

    @property
    def validator(self) -> str | None:
        """By what the server knows the version that these bytes are of; None: there is nothing to go on with."""
        return self._validator if self.size else None

    def begin(self, validator: str | None) -> None:
        """The bytes come from the first one on."""
        self.file.write_bytes(b"")
        self._validator = validator
        self.keep()

    def keep(self) -> None:
        """Make what is here durable, so that a later attempt can go on with it."""
        if self.file.exists():
            _sync(self.file)
            self._durable = self.size
            self._note.write_text(json.dumps({"validator": self._validator, "durable": self._durable}), "utf-8")

    def check(self, total: int | None) -> None:
        """Raises TransferFailed if so many bytes are too many, or there is no room for them: a full disk would cost the
        station what it has to keep."""
        if total is None:
            return
        room = shutil.disk_usage(self._folder).free - self._options.reserve
        large = total > self._options.most
        if large or total - self.size > room:
            self.discard()
            raise TransferFailed("the file is too large" if large else "the disk has no room for the file")

    def append(self, chunk: bytes, total: int | None, job: Job) -> None:
        """More of it. Raises TransferFailed."""
        size = self.size + len(chunk)
        self.check(size)
        with self.file.open("ab") as file:
            file.write(chunk)
        if size - self._durable >= EVERY:
            self.keep()
        job.tell(size, total)

    def finish(self, total: int | None) -> Path:
        """All of it is here, unless total says otherwise: then TransferFailed."""
        if total is not None and self.size != total:
            if self.size > total:
                self.discard()
            raise TransferFailed("the file is not complete")
        _sync(self.file)
        self.file.replace(self._whole)
        self._note.unlink(missing_ok=True)
        _sync(self._folder)  # that it is here is told next, so it must not be gone after a power cut
        return self._whole

    def discard(self) -> None:
        """Begin anew the next time."""
        self.file.unlink(missing_ok=True)
        self._note.unlink(missing_ok=True)


def _sync(path: Path) -> None:
    """Make a file durable, or the names in a folder where the system can."""
    if path.is_dir() and os.name != "posix":
        return
    descriptor = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
