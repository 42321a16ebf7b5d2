"""Diagnostics, version-free (1.6 §4.4, §5.9): collected by the hardware, uploaded by the host, told step by step.

    idle --asked--> collecting --something there--> uploading --done--> idle
    uploading --failed, retries left--> waiting --> uploading        uploading --failed--> idle

- One at a time: while one is under way no other file will be uploaded, so a second request gets no file name.
- Every attempt tells its beginning and its end (E 3.31, E 3.50). A location that can't be used fails without a retry.
- A restart ends the upload; that it failed is told then.
- The keys to the back end never leave: wherever they stand in the file, they are made unreadable (H16).
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, ClassVar, Final

from ocppcore.session.commands import CollectDiagnostics, Upload
from ocppcore.station.block import Block
from ocppcore.station.context import Context
from ocppcore.station.notices import Notices
from ocppcore.station.retrying import Retrying, protocol_of

TABLE: Final = "diagnostics"
BUSY: Final = "upload"
COLLECT_TIME: Final = 20.0  # seconds for the hardware: the back end waits for the name
UPLOAD_TIME: Final = 3600.0  # seconds for one attempt
TIMER: Final = "diagnostics"
IDLE, UPLOADING, UPLOADED, UPLOAD_FAILED = "Idle", "Uploading", "Uploaded", "UploadFailed"  # 1.6 §7.24

_NOT_IN_NAMES: Final = re.compile(r"[^A-Za-z0-9_.-]")
_SUFFIX: Final = re.compile(r"\.[A-Za-z0-9]{1,8}(\.[A-Za-z0-9]{1,8})?$")


class Job:
    """One file on its way. status: what was told last."""

    __slots__ = ("content", "name", "location", "retrying", "status")

    def __init__(self, content: bytes | str, name: str, location: str, retrying: Retrying) -> None:
        self.content = content
        self.name = name
        self.location = location
        self.retrying = retrying
        self.status = IDLE


class Diagnostics(Block):
    """See the module's docstring. A subclass builds the message."""

    subscriptions: ClassVar = {}

    def __init__(self, ctx: Context) -> None:
        super().__init__(ctx)
        self._job: Job | None = None
        self._collecting = False
        self._files = 0
        self._notices = Notices(ctx, TABLE, self.request)
        if self.available:
            ctx.triggers.register("DiagnosticsStatusNotification", self._wanted, extended=False)

    def load(self) -> None:
        self._notices.load()

    def start(self) -> None:
        if self.ctx.store.get(TABLE, BUSY, False):
            self._end(UPLOAD_FAILED)

    def settle(self) -> None:
        self._notices.settle()

    # Hook for the version

    def request(self, status: str) -> Any:
        """The message that tells a status."""
        raise TypeError("a version must say how a status is told")

    # What the back end wants

    @property
    def available(self) -> bool:
        """The hardware has diagnostics, and the maker offers them."""
        return self.ctx.setup.has("FirmwareManagement") and self.ctx.setup.capabilities.diagnostics

    def get(
        self,
        location: str,
        retrying: Retrying,
        span: tuple[datetime | None, datetime | None],
        answer: Callable[[str | None], None],
    ) -> None:
        """Upload what there is from that span of time; answer() gets the name of the file, None if there is none."""
        if self._job is not None or self._collecting or not self.available:
            answer(None)
            return

        def collected(content: Any) -> None:
            self._collecting = False
            if not content:
                answer(None)
                return
            job = Job(content, self._name(content), location, retrying)
            answer(job.name)
            self._begin(job)

        self._collecting = True
        ctx = self.ctx
        command = CollectDiagnostics(ctx.next_command_id(), ctx.now + COLLECT_TIME, *span)
        ctx.command(command, collected, lambda _: collected(None))

    def _name(self, content: bytes | str) -> str:
        """Of our making, and another one each time."""
        self._files += 1
        at = self.ctx.utc
        when = f"boot{self.ctx.time.boot}" if at is None else f"{at:%Y%m%dT%H%M%SZ}"
        suffix = None if isinstance(content, bytes) else _SUFFIX.search(content)
        name = _NOT_IN_NAMES.sub("_", self.ctx.setup.identity)
        return f"{name}-{when}-{self._files}{'.log' if suffix is None else suffix[0]}"

    def _wanted(self, _: int | None) -> list[Callable[[], None]]:
        """A trigger asks how it stands (1.6 §4.4: Idle only then)."""
        return [lambda: self.ctx.triggers.send(lambda: self.request(self._job.status if self._job else IDLE))]

    # The upload

    def _begin(self, job: Job) -> None:
        self._job = job
        self.ctx.store.put(TABLE, BUSY, True)
        if protocol_of(job.location) in self.ctx.config.list("SupportedFileTransferProtocols"):
            self._upload(job)
        else:
            self._end(UPLOAD_FAILED)

    def _upload(self, job: Job) -> None:
        self._tell(job, UPLOADING)
        ctx = self.ctx
        hide = secrets(ctx.setup.identity, ctx.credentials())
        command = Upload(ctx.next_command_id(), ctx.now + UPLOAD_TIME, job.location, job.name, job.content, hide)
        ctx.command(command, lambda _: self._end(UPLOADED), lambda _: self._failed(job))

    def _failed(self, job: Job) -> None:
        if not job.retrying.again():
            self._end(UPLOAD_FAILED)
            return
        self._tell(job, UPLOAD_FAILED)
        self.ctx.after(TIMER, job.retrying.interval, lambda: self._upload(job))

    def _tell(self, job: Job, status: str) -> None:
        job.status = status
        self._notices.tell(status)

    def _end(self, status: str) -> None:
        self._job = None
        self._notices.tell(status)
        self.ctx.store.delete(TABLE, BUSY)


def secrets(identity: str, credentials: Iterable[bytes]) -> tuple[bytes, ...]:
    """What must not leave in a file, in the forms that a log may have it in: as it is, in hex, in the header of
    HTTP Basic auth."""
    found: list[bytes] = []
    for key in credentials:
        login = identity.encode() + b":" + key
        found += (
            key,
            key.hex().encode(),
            key.hex().upper().encode(),
            base64.b64encode(login).rstrip(b"="),
            base64.b64encode(key).rstrip(b"="),
        )
    return tuple(found)
