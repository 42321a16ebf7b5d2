"""The file that a download goes into, and the note beside it by which a later attempt goes on where this one ended.

Its name is made by us from a hash of the URL. The folder holds one download: what is left of another one is removed.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from pathlib import Path
from typing import Any

from ocppcore.bindings.transfer.base import Job, TransferFailed
from ocppcore.bindings.transfer.options import Options


class Partial:
    """A download that may be incomplete. options: how large it may become."""

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

    @property
    def size(self) -> int:
        """Bytes that are here."""
        return self.file.stat().st_size if self.file.exists() else 0

    @property
    def validator(self) -> str | None:
        """By what the server knows the version that these bytes are of; None: there is nothing to go on with."""
        try:
            note: Any = json.loads(self._note.read_text("utf-8"))
        except (OSError, ValueError):
            return None
        found = note.get("validator") if isinstance(note, dict) else None
        return found if isinstance(found, str) and self.size else None

    def begin(self, validator: str | None) -> None:
        """The bytes come from the first one on."""
        self.file.write_bytes(b"")
        self._note.write_text(json.dumps({"validator": validator}), "utf-8")

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
        job.tell(size, total)

    def finish(self, total: int | None) -> Path:
        """All of it is here, unless total says otherwise: then TransferFailed."""
        if total is not None and self.size != total:
            if self.size > total:
                self.discard()
            raise TransferFailed("the file is not complete")
        with self.file.open("rb+") as file:
            os.fsync(file.fileno())
        self.file.replace(self._whole)
        self._note.unlink(missing_ok=True)
        _sync(self._folder)  # that it is here is told next, so it must not be gone after a power cut
        return self._whole

    def discard(self) -> None:
        """Begin anew the next time."""
        self.file.unlink(missing_ok=True)
        self._note.unlink(missing_ok=True)


def _sync(folder: Path) -> None:
    """Make the names in it durable, where the system can."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
