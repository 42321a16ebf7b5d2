"""Firmware updates, version-free (1.6 §4.5, §5.19): fetched by the host, installed by the hardware, told step by step.

    scheduled --retrieveDate--> downloading --done--> downloaded --nobody charges--> installing --done--> rebooting
    downloading --failed, retries left--> pausing --> downloading        rebooting --the station is back--> Installed

- Progress is stored with every phase. After a restart an update goes on; a download where it broke off.
- Charging goes on during the download. Once the image is here, an EVSE that is free goes out of service, and all of
  them while it is installed (E 3.49); what ChangeAvailability said is in force again when the update ends, however it
  ends (W19).
- Installing begins when that it begins is stored, and told if it can be; the restart likewise. Installed is told after
  the restart (E 3.47), or at once where the host cannot restart the station.
- Interrupted while it was being installed: Installed if the version is another one now, else InstallationFailed.
- A new request replaces an update that is not being installed yet.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, ClassVar, Final

from ocppcore.messages.instant import format_instant, parse_instant
from ocppcore.session.commands import Cancel, Command, Download, Install, Reset
from ocppcore.station.block import Block
from ocppcore.station.context import Context
from ocppcore.station.local import ClockSet
from ocppcore.station.notices import Notices
from ocppcore.station.retrying import Retrying, protocol_of

TABLE: Final = "firmware"
UPDATE: Final = "update"
TIMER: Final = "firmware"
DOWNLOAD_TIME: Final = 7200.0  # seconds for one attempt
INSTALL_TIME: Final = 3600.0
RESET_TIME: Final = 60.0
RESET_RETRY: Final = 5.0  # seconds between two tries (ResetRetries)
CANCEL_TIME: Final = 60.0
LOOK_AGAIN: Final = 3600.0  # seconds: a clock may be set meanwhile

SCHEDULED, DOWNLOADING, PAUSING, HERE, INSTALLING, REBOOTING = (
    "scheduled", "downloading", "pausing", "downloaded", "installing", "rebooting",
)  # fmt: skip
# What a trigger tells in each phase (1.6 §7.25). Until the date nothing is done, so it is Idle.
STATUSES: Final = {
    SCHEDULED: "Idle",
    DOWNLOADING: "Downloading",
    PAUSING: "DownloadFailed",
    HERE: "Downloaded",
    INSTALLING: "Installing",
    REBOOTING: "Installing",
}
# What is told of an update that another one replaces.
REPLACED: Final = {DOWNLOADING: "DownloadFailed", HERE: "InstallationFailed"}


class Update:
    """An update under way. retrieve: not before then; file: the image, once it is here; version: before the update."""

    __slots__ = ("phase", "location", "retrieve", "retrying", "file", "version")

    def __init__(self, location: str, retrieve: str, retrying: Retrying, version: str | None) -> None:
        self.phase = SCHEDULED
        self.location = location
        self.retrieve = retrieve
        self.retrying = retrying
        self.file = ""
        self.version = version

    def dump(self) -> list[Any]:
        """For the store."""
        pace = self.retrying
        return [self.phase, self.location, self.retrieve, pace.left, pace.interval, self.file, self.version]

    @classmethod
    def load(cls, value: list[Any]) -> Update:
        """From the store."""
        phase, location, retrieve, left, interval, file, version = value
        update = cls(location, retrieve, Retrying(left, interval), version)
        update.phase, update.file = phase, file
        return update


class Firmware(Block):
    """See the module's docstring. A subclass builds the message."""

    subscriptions: ClassVar = {ClockSet: "_clock_set"}

    def __init__(self, ctx: Context) -> None:
        super().__init__(ctx)
        self._update: Update | None = None
        self._command: int | None = None  # the one that is being carried out
        self._resets = 0  # that failed
        self._notices = Notices(ctx, TABLE, self.request)
        if self.available:
            ctx.triggers.register("FirmwareStatusNotification", self._wanted, extended=False)

    def load(self) -> None:
        self._notices.load()
        stored = self.ctx.store.get(TABLE, UPDATE)
        self._update = None if stored is None else Update.load(stored)

    def start(self) -> None:
        """Go on where the last run ended."""
        update = self._update
        if update is None:
            return
        if update.phase == SCHEDULED:
            self._await_date()
        elif update.phase in (DOWNLOADING, PAUSING):
            self._download()
        elif update.phase == HERE:
            self.ctx.closing = True
        elif update.phase == REBOOTING or update.version != self.ctx.setup.firmware_version:
            self._end("Installed")
        else:
            self._end("InstallationFailed")

    def settle(self) -> bool:
        """Take the next step if it is time."""
        self._notices.settle()
        update = self._update
        if update is None or self._command is not None or TIMER in self.ctx.timers:
            return False
        if update.phase == HERE and self._nobody_charges():
            self._begin_installing(update)
            return True
        if update.phase in (INSTALLING, REBOOTING) and self._noted():
            (self._install if update.phase == INSTALLING else self._restart)()
        return False

    # Hook for the version

    def request(self, status: str) -> Any:
        """The message that tells a status."""
        raise TypeError("a version must say how a status is told")

    # What the back end wants

    @property
    def available(self) -> bool:
        """The hardware can install firmware, and the maker offers it."""
        return self.ctx.setup.has("FirmwareManagement") and self.ctx.setup.capabilities.install

    def begin(self, location: str, retrieve: datetime, retrying: Retrying) -> bool:
        """Update, not before `retrieve`; False if another update is being installed."""
        old = self._update
        if old is not None and old.phase in (INSTALLING, REBOOTING):
            return False
        if old is not None:
            self._replace(old)
        if protocol_of(location) not in self.ctx.config.list("SupportedFileTransferProtocols"):
            self._notices.tell("DownloadFailed")
            return True
        self._update = Update(location, format_instant(retrieve), retrying, self.ctx.setup.firmware_version)
        self._store()
        self._await_date()
        return True

    def _replace(self, old: Update) -> None:
        ctx = self.ctx
        ctx.timers.cancel(TIMER)
        if self._command is not None:
            cancel = Cancel(ctx.next_command_id(), ctx.now + CANCEL_TIME, self._command)
            ctx.command(cancel, lambda _: None, lambda _: None)
        if old.phase in REPLACED:
            self._notices.tell(REPLACED[old.phase])
        self._clear()

    def _wanted(self, _: int | None) -> list[Callable[[], None]]:
        """A trigger asks how it stands (1.6 §4.5: Idle only then)."""
        return [lambda: self.ctx.triggers.send(lambda: self.request(self._status()))]

    def _status(self) -> str:
        return "Idle" if self._update is None else STATUSES[self._update.phase]

    # The way of an update

    def _await_date(self) -> None:
        """1.6 §5.19: as soon as possible after retrieveDate."""
        update, utc = self._update, self.ctx.utc
        if update is None or update.phase != SCHEDULED or utc is None:
            return  # the clock will be set: BootNotification.conf has the time
        retrieve = parse_instant(update.retrieve)
        seconds = 0.0 if retrieve is None else (retrieve - utc).total_seconds()
        if seconds <= 0:
            self.ctx.timers.cancel(TIMER)
            self._download()
        else:
            self.ctx.after(TIMER, min(seconds, LOOK_AGAIN), self._await_date)

    def _clock_set(self, _: ClockSet) -> None:
        self._await_date()

    def _download(self) -> None:
        update = self._enter(DOWNLOADING)
        self._notices.tell("Downloading")
        command = Download(self.ctx.next_command_id(), self.ctx.now + DOWNLOAD_TIME, update.location)
        self._give(command, self._downloaded, self._download_failed)

    def _downloaded(self, file: Any) -> None:
        assert self._update is not None
        self._update.file = str(file)
        self._enter(HERE)
        self._notices.tell("Downloaded")
        self.ctx.closing = True

    def _download_failed(self) -> None:
        update = self._enter(PAUSING)
        if not update.retrying.again():
            self._end("DownloadFailed")
            return
        self._store()
        self._notices.tell("DownloadFailed")
        self.ctx.after(TIMER, update.retrying.interval, self._download)

    def _nobody_charges(self) -> bool:
        return all(evse.transaction is None and evse.authorized is None for evse in self.ctx.evses.values())

    def _noted(self) -> bool:
        """What was done so far is stored, and told where it can be."""
        return self.ctx.all_stored() and (self._notices.idle or not self.ctx.online)

    def _begin_installing(self, update: Update) -> None:
        self._enter(INSTALLING)
        self._notices.tell("Installing")
        self.ctx.closed = True

    def _install(self) -> None:
        assert self._update is not None
        command = Install(self.ctx.next_command_id(), self.ctx.now + INSTALL_TIME, self._update.file)
        self._give(command, self._installed, lambda: self._end("InstallationFailed"))

    def _installed(self, _: Any) -> None:
        if self.ctx.setup.capabilities.reset:
            self._enter(REBOOTING)
        else:
            self._end("Installed")

    def _restart(self) -> None:
        command = Reset(self.ctx.next_command_id(), self.ctx.now + RESET_TIME, hard=True)
        self._give(command, lambda _: None, self._restart_failed)

    def _restart_failed(self) -> None:
        """1.6 §9.1.22: ResetRetries more times. Firmware that does not run is not installed."""
        self._resets += 1
        if self._resets > self.ctx.config.int("ResetRetries"):
            self._end("InstallationFailed")
        else:
            self.ctx.after(TIMER, RESET_RETRY, lambda: None)

    def _end(self, status: str) -> None:
        self._notices.tell(status)
        self._clear()

    # Helpers

    def _give(self, command: Command, done: Callable[[Any], None], failed: Callable[[], None]) -> None:
        """Have it carried out. What comes of one that was replaced is ignored."""
        self._command = command.id

        def ended(then: Callable[[], None]) -> None:
            if self._command == command.id:
                self._command = None
                then()

        self.ctx.command(command, lambda result: ended(lambda: done(result)), lambda _: ended(failed))

    def _enter(self, phase: str) -> Update:
        assert self._update is not None
        self._update.phase = phase
        self._store()
        return self._update

    def _store(self) -> None:
        if self._update is not None:
            self.ctx.store.put(TABLE, UPDATE, self._update.dump())

    def _clear(self) -> None:
        """No update is under way any more; all is in service again that was."""
        self._update = self._command = None
        self._resets = 0
        self.ctx.closing = self.ctx.closed = False
        self.ctx.store.delete(TABLE, UPDATE)
