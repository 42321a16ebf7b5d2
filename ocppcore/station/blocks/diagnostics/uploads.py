"""One file on its way to a server, with its retries, told step by step (1.6 §4.4, §5.9; W N01).

    idle --begin()--> uploading --done--> idle
    uploading --failed, retries left--> waiting --> uploading        uploading --failed--> idle        cancel() --> idle

- Every attempt tells its beginning and its end (E 3.31, E 3.50), with the id of its request where it has one (W
  N01.FR.07). A location that can't be used fails without a retry.
- A restart ends the upload; that it failed is told then.
- The keys to the back end never leave: wherever they stand in the file, they are made unreadable (H16).
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from ocppcore.session.commands import Cancel, Upload, UploadFault
from ocppcore.station.context import Context
from ocppcore.station.notices import Notices
from ocppcore.station.retrying import Retrying, protocol_of

BUSY: Final = "upload"
UPLOAD_TIME: Final = 3600.0  # seconds for one attempt
CANCEL_TIME: Final = 60.0
SHORTEST: Final = 8  # bytes of a line of a private key that gives something away
IDLE, UPLOADING, UPLOADED = "Idle", "Uploading", "Uploaded"  # 1.6 §7.24, W 6.19


class Job:
    """One file. content: the bytes, or the path of it; request_id: of the request that wants it, None if it has none;
    status: what was told last."""

    __slots__ = ("content", "name", "location", "retrying", "request_id", "status")

    def __init__(
        self, content: bytes | str, name: str, location: str, retrying: Retrying, request_id: int | None = None
    ) -> None:
        self.content = content
        self.name = name
        self.location = location
        self.retrying = retrying
        self.request_id = request_id
        self.status = IDLE


class Uploads:
    """See the module's docstring; one at a time. table: its own; request: makes the message of [status, request id];
    failure: the word for a failed upload, by what the server said."""

    def __init__(
        self,
        ctx: Context,
        table: str,
        request: Callable[[Any], Any],
        failure: Callable[[UploadFault | None], str],
    ) -> None:
        self._ctx = ctx
        self._table = table
        self._failure = failure
        # An older version kept the status alone.
        self._notices = Notices(ctx, table, lambda what: request(what if isinstance(what, list) else [what, None]))
        self._job: Job | None = None
        self._command: int | None = None  # the one that is being carried out

    def load(self) -> None:
        """What the last run left to tell."""
        self._notices.load()

    def start(self) -> None:
        """Tell that the last run did not come to an end."""
        busy = self._ctx.store.get(self._table, BUSY)
        if busy is not None:
            self._end(busy[0] if isinstance(busy, list) else None, self._failure(None))

    def settle(self) -> None:
        """Tell what is to be told."""
        self._notices.settle()

    @property
    def busy(self) -> bool:
        """One is under way."""
        return self._job is not None

    @property
    def status(self) -> list[Any]:
        """What a trigger tells: [status, request id]; Idle only there (1.6 §4.4, W 6.19)."""
        return [IDLE, None] if self._job is None else [self._job.status, self._job.request_id]

    def begin(self, job: Job) -> None:
        """Upload it; none is under way."""
        self._job = job
        self._ctx.store.put(self._table, BUSY, [job.request_id])
        if protocol_of(job.location) in self._ctx.config.list("SupportedFileTransferProtocols"):
            self._upload(job)
        else:
            self._end(job.request_id, self._failure(UploadFault.NotSupportedOperation))

    def cancel(self) -> bool:
        """Stop, for another one; False if there is nothing to stop. That it failed is told."""
        job, ctx = self._job, self._ctx
        if job is None:
            return False
        ctx.timers.cancel(self._table)
        if self._command is not None:
            command = Cancel(ctx.next_command_id(), ctx.now + CANCEL_TIME, self._command)
            ctx.command(command, lambda _: None, lambda _: None)
        self._end(job.request_id, self._failure(None))
        return True

    def _upload(self, job: Job) -> None:
        self._tell(job, UPLOADING)
        ctx = self._ctx
        hide = secrets(ctx.setup.identity, ctx.credentials())
        command = Upload(ctx.next_command_id(), ctx.now + UPLOAD_TIME, job.location, job.name, job.content, hide)
        self._command = command.id
        ctx.command(command, lambda fault: self._ended(command, job, fault), lambda _: self._failed(command, job))

    def _ended(self, command: Upload, job: Job, fault: UploadFault | None) -> None:
        if self._command != command.id:
            return  # it was cancelled
        if fault is not None:
            self._failed(command, job, fault)
        else:
            self._end(job.request_id, UPLOADED)

    def _failed(self, command: Upload, job: Job, fault: UploadFault | None = None) -> None:
        if self._command != command.id:
            return
        self._command = None
        if not job.retrying.again():
            self._end(job.request_id, self._failure(fault))
            return
        self._tell(job, self._failure(fault))
        self._ctx.after(self._table, job.retrying.interval, lambda: self._upload(job))

    def _tell(self, job: Job, status: str) -> None:
        job.status = status
        self._notices.tell([status, job.request_id])

    def _end(self, request_id: int | None, status: str) -> None:
        self._job = self._command = None
        self._notices.tell([status, request_id])
        self._ctx.store.delete(self._table, BUSY)


def secrets(identity: str, credentials: Iterable[bytes]) -> tuple[bytes, ...]:
    """What must not leave in a file, in the forms that a log or a database may have it in: as it is, line by line, as a
    text in JSON, in hex, in the header of HTTP Basic auth."""
    found: list[bytes] = []
    for key in credentials:
        login = identity.encode() + b":" + key
        found += (
            key,
            *_lines(key),
            key.hex().encode(),
            key.hex().upper().encode(),
            base64.b64encode(login).rstrip(b"="),
            base64.b64encode(key).rstrip(b"="),
        )
    return tuple(dict.fromkeys(found))


def _lines(key: bytes) -> Iterator[bytes]:
    """The lines of a private key one by one, since everybody writes line ends in his own way; and each in JSON."""
    for line in key.splitlines():
        if len(line) >= SHORTEST and not line.startswith(b"-----"):
            quoted = line.replace(b"\\", b"\\\\").replace(b'"', b'\\"')
            yield from (line, quoted, quoted.replace(b"/", b"\\/"))
