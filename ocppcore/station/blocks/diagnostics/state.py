"""Diagnostics, version-free: what the hardware knows (1.6 §5.9) and the security log (W N01), uploaded for the back end
(uploads.py). Two ways to ask for it, GetDiagnostics and GetLog, each with an upload of its own.

- GetDiagnostics: while one is under way no other file will be uploaded, so a second request gets no file name.
- GetLog: a second request cancels the first (W N01.FR.11), once it is known that there is something to upload. What
  there is nothing of is Rejected, without a name (W 5.10), and cancels nothing.
- The hardware collects for one request at a time; another one that needs it is refused. A back end waits for an answer
  before it asks again (J §4.1.1), so that is rare.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any, ClassVar, Final

from ocppcore.session.commands import CollectDiagnostics
from ocppcore.station.block import Block
from ocppcore.station.blocks.diagnostics.uploads import Job, Uploads
from ocppcore.station.context import Context
from ocppcore.station.retrying import Retrying
from ocppcore.station.setup import SECURITY

COLLECT_TIME: Final = 20.0  # seconds for the hardware: the back end waits for the name
ACCEPTED, CANCELED, REJECTED = "Accepted", "AcceptedCanceled", "Rejected"  # W 6.15

_NOT_IN_NAMES: Final = re.compile(r"[^A-Za-z0-9_.-]")
_SUFFIX: Final = re.compile(r"\.[A-Za-z0-9]{1,8}(\.[A-Za-z0-9]{1,8})?$")

Span = tuple[datetime | None, datetime | None]
Content = bytes | str


class Diagnostics(Block):
    """See the module's docstring. A subclass builds the messages."""

    subscriptions: ClassVar = {}

    def __init__(self, ctx: Context) -> None:
        super().__init__(ctx)
        self._files = 0
        self._collecting = False  # the hardware is at it
        self._diagnostics = Uploads(ctx, "diagnostics", self.diagnostics_status, lambda _: "UploadFailed")
        self._logs = Uploads(ctx, "get_log", self.log_status, lambda fault: fault or "UploadFailure")
        if self.available:
            ctx.triggers.register("DiagnosticsStatusNotification", self._diagnostics_wanted, extended=False)
        if ctx.setup.has(SECURITY):
            ctx.triggers.register("LogStatusNotification", self._log_wanted, extended=True)

    def load(self) -> None:
        for uploads in (self._diagnostics, self._logs):
            uploads.load()

    def start(self) -> None:
        for uploads in (self._diagnostics, self._logs):
            uploads.start()

    def settle(self) -> None:
        for uploads in (self._diagnostics, self._logs):
            uploads.settle()

    # Hooks for the version

    def diagnostics_status(self, what: Any) -> Any:
        """The message that tells of GetDiagnostics. what: [status, None]."""
        raise TypeError("a version must say how a status is told")

    def log_status(self, what: Any) -> Any:
        """The message that tells of GetLog. what: [status, request id]."""
        raise TypeError("a version must say how a status is told")

    # What the back end wants

    @property
    def available(self) -> bool:
        """The hardware has diagnostics, and the maker offers them."""
        return self.ctx.setup.has("FirmwareManagement") and self.ctx.setup.capabilities.diagnostics

    def get(self, location: str, retrying: Retrying, span: Span, answer: Callable[[str | None], None]) -> None:
        """GetDiagnostics: upload what there is from that span of time; answer() gets the name of the file, None if
        there is none."""
        if self._diagnostics.busy or self._collecting or not self.available:
            answer(None)
            return

        def collected(content: Content | None) -> None:
            if not content:
                answer(None)
                return
            job = Job(content, self._name(content), location, retrying)
            answer(job.name)
            self._diagnostics.begin(job)

        self._collect(span, collected)

    def get_log(
        self,
        security: bool,
        request_id: int,
        location: str,
        retrying: Retrying,
        span: Span,
        answer: Callable[[str, str | None], None],
    ) -> None:
        """GetLog: upload the security log, or what the hardware knows, of that span of time; answer() gets the status
        (W 6.15) and the name of the file, None if there is none."""

        def collected(content: Content | None) -> None:
            if not content:
                answer(REJECTED, None)
                return
            job = Job(content, self._name(content, "-security" if security else ""), location, retrying, request_id)
            answer(CANCELED if self._logs.busy else ACCEPTED, job.name)
            self._logs.cancel()
            self._logs.begin(job)

        if security:
            collected(self.ctx.security_log.text(*span))
        elif self._collecting or not self.ctx.setup.capabilities.diagnostics:
            collected(None)
        else:
            self._collect(span, collected)

    def _collect(self, span: Span, collected: Callable[[Content | None], None]) -> None:
        def ended(content: Any) -> None:
            self._collecting = False
            collected(content)

        self._collecting = True
        ctx = self.ctx
        command = CollectDiagnostics(ctx.next_command_id(), ctx.now + COLLECT_TIME, *span)
        ctx.command(command, ended, lambda _: ended(None))

    def _name(self, content: Content, what: str = "") -> str:
        """Of our making, and another one each time."""
        self._files += 1
        at = self.ctx.utc
        when = f"boot{self.ctx.time.boot}" if at is None else f"{at:%Y%m%dT%H%M%SZ}"
        suffix = None if isinstance(content, bytes) else _SUFFIX.search(content)
        name = _NOT_IN_NAMES.sub("_", self.ctx.setup.identity)
        return f"{name}{what}-{when}-{self._files}{'.log' if suffix is None else suffix[0]}"

    # Triggers: how it stands (1.6 §5.17, W N01.FR.12)

    def _diagnostics_wanted(self, _: int | None) -> list[Callable[[], None]]:
        return [lambda: self.ctx.triggers.send(lambda: self.diagnostics_status(self._diagnostics.status))]

    def _log_wanted(self, _: int | None) -> list[Callable[[], None]]:
        return [lambda: self.ctx.triggers.send(lambda: self.log_status(self._logs.status))]
