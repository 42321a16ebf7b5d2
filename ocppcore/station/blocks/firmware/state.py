"""Firmware updates, version-free (1.6 §4.5, §5.19, W L01): fetched by the host, installed by the hardware, told step by
step. The way from stage to stage is in stages.py; here are its conditions and works.

- Progress is stored with every stage. After a restart an update goes on; a download where it broke off.
- Charging goes on during the download. Once the image is here, and the time to install it has come, an EVSE that is
  free goes out of service, and all of them while it is installed (E 3.49, W L01.FR.07); what ChangeAvailability said is
  in force again when the update ends, however it ends (W19).
- Installing begins when that it begins is stored, and told if it can be; the restart likewise. Installed is told after
  the restart (E 3.47), or at once where the host cannot restart the station.
- Interrupted while it was being installed: Installed if the version is another one now, else InstallationFailed.
- A new request replaces an update that is not being installed yet. The answer to a signed one says so (W L01.FR.26);
  for a plain one, that the old one failed is told.
- The signature is verified again right before the file is handed to the hardware: hours and restarts may lie between,
  and what is installed must be what was verified (H14). Who signed was judged when the request came: see signer.py.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, Final

from ocppcore.messages.instant import parse_instant
from ocppcore.session.commands import Cancel, Command, Download, Install, Reset, VerifySignature
from ocppcore.station.block import Block
from ocppcore.station.blocks.firmware.signer import judge
from ocppcore.station.blocks.firmware.stages import CLOSED, CLOSING, DOWNLOADING, OPEN, PAUSED, SCHEDULED, Update
from ocppcore.station.context import Context
from ocppcore.station.local import ClockSet, SecurityEvent
from ocppcore.station.notices import Notices
from ocppcore.station.retrying import protocol_of
from ocppcore.station.setup import SECURITY

TABLE: Final = "firmware"
UPDATE: Final = "update"
LAST: Final = "last"
TIMER: Final = "firmware"
IDLE, INSTALLED = "Idle", "Installed"  # 1.6 §7.25, W 6.8
DOWNLOAD_TIME: Final = 7200.0  # seconds for one attempt
VERIFY_TIME: Final = 600.0
INSTALL_TIME: Final = 3600.0
RESET_TIME: Final = 60.0
RESET_RETRY: Final = 5.0  # seconds between two tries (ResetRetries)
CANCEL_TIME: Final = 60.0
LOOK_AGAIN: Final = 3600.0  # seconds: a clock may be set meanwhile

ACCEPTED, ACCEPTED_CANCELED, REJECTED = "Accepted", "AcceptedCanceled", "Rejected"  # W 6.18
# The security events (W 8) of the statuses that an update ends with.
EVENTS: Final = {
    INSTALLED: "FirmwareUpdated",
    "InvalidSignature": "InvalidFirmwareSignature",  # W L01.FR.03
    "InstallVerificationFailed": "InvalidFirmwareSignature",
}


class Firmware(Block):
    """See the module's docstring. A subclass builds the messages."""

    subscriptions: ClassVar = {ClockSet: "_clock_set"}

    def __init__(self, ctx: Context) -> None:
        super().__init__(ctx)
        self._update: Update | None = None
        self._command: int | None = None  # the one that is being carried out
        self._resets = 0  # that failed
        self._notices = Notices(ctx, TABLE, lambda told: self.request(*told))

    def load(self) -> None:
        self._notices.load()
        self._update = Update.load(self.ctx.store.get(TABLE, UPDATE))

    def start(self) -> None:
        """Go on where the last run ended."""
        update = self._update
        if update is None:
            self._clear()
            return
        stage = update.stage
        self._serve(stage.service)
        if stage.resumed is not None:
            getattr(self, stage.resumed)(update)
        elif update.request_id is None and self.signed:
            self._end(update, stage.failed)  # the maker wants signatures now

    def settle(self) -> bool:
        """Take the next step if it is time."""
        self._notices.settle()
        update = self._update
        if update is None or self._command is not None or TIMER in self.ctx.timers or not self._ready(update):
            return False
        stage = update.stage
        if stage.work is None:
            self._go(update, stage.then)
        else:
            getattr(self, stage.work)(update)
        return True

    # Hook for the version

    def request(self, status: str, request_id: int | None) -> Any:
        """The message that tells a status. request_id: of a signed update, else None."""
        raise TypeError("a version must say how a status is told")

    # What the back end wants

    @property
    def available(self) -> bool:
        """The hardware can install firmware, and the maker offers it."""
        return self.ctx.setup.has("FirmwareManagement") and self.ctx.setup.capabilities.install

    @property
    def signed(self) -> bool:
        """Firmware must be signed (decisions: 22)."""
        return self.ctx.setup.secure_firmware and self.ctx.setup.has(SECURITY)

    @property
    def last(self) -> tuple[str, int | None]:
        """How it stands: the status that was told last, with the request id of a signed update. Idle if none was since
        the latest request, after Installed (W L01.FR.28), and after any end of a plain update (1.6 §4.5)."""
        status, request_id = self.ctx.store.get(TABLE, LAST, (IDLE, None))
        of_this_way = (request_id is not None) is self.signed  # the maker may have gone over to the other
        return (status, request_id) if of_this_way else (IDLE, None)

    def begin_signed(self, update: Update, answer: Callable[[str], None]) -> None:
        """Judge who signed, then begin; answer() gets one of the five statuses of W 6.18."""

        def judged(fault: str | None) -> None:
            answer(self.begin(update) if fault is None else fault)

        judge(self.ctx, update.certificate, judged)

    def begin(self, update: Update) -> str:
        """Accepted, or AcceptedCanceled if an older update ends by it (W L01.FR.26), or Rejected if that one is being
        installed (W L01.FR.27)."""
        old = self._update
        if old is not None and old.stage.service == CLOSED:
            return REJECTED
        if old is not None:
            self._replace(old)
        self._update = update
        update.before = self.ctx.setup.firmware_version
        self.ctx.store.delete(TABLE, LAST)
        if protocol_of(update.location) in self.ctx.config.list("SupportedFileTransferProtocols"):
            self._go(update, SCHEDULED)
        else:
            self._end(update, "DownloadFailed")
        return ACCEPTED if old is None else ACCEPTED_CANCELED

    def _replace(self, old: Update) -> None:
        ctx = self.ctx
        ctx.timers.cancel(TIMER)
        if self._command is not None:
            ctx.command(Cancel(*self._until(CANCEL_TIME), self._command), lambda _: None, lambda _: None)
        if old.request_id is None and self.last[0] not in (IDLE, old.stage.failed):
            self._tell(old, old.stage.failed)
        self._clear()

    # Conditions

    def _ready(self, update: Update) -> bool:
        stage = update.stage
        if stage.until is not None and not self._has_come(update, stage.until):
            return False
        return stage.when is None or bool(getattr(self, stage.when)())

    def _has_come(self, update: Update, date: str) -> bool:
        """1.6 §5.19, W L01.FR.17: the date is over, or there is none. If not, look again then."""
        text = getattr(update, date)
        instant = None if text is None else parse_instant(text)
        if instant is None:
            return True
        utc = self.ctx.utc
        if utc is None:
            return False  # the clock will be set: BootNotification.conf has the time
        seconds = (instant - utc).total_seconds()
        if seconds > 0:
            self.ctx.after(TIMER, min(seconds, LOOK_AGAIN), lambda: None)
        return seconds <= 0

    def _clock_set(self, _: ClockSet) -> None:
        if self._update is not None and self._update.stage.until is not None:
            self.ctx.timers.cancel(TIMER)

    def _nobody_charges(self) -> bool:
        return all(evse.transaction is None and evse.authorized is None for evse in self.ctx.evses.values())

    def _noted(self) -> bool:
        """What was done so far is stored, and told where it can be."""
        return self.ctx.all_stored() and (self._notices.idle or not self.ctx.online)

    # Works

    def _download(self, update: Update) -> None:
        command = Download(*self._until(DOWNLOAD_TIME), update.location)
        self._give(update, command, self._downloaded, self._download_failed)

    def _downloaded(self, update: Update, file: Any) -> None:
        update.file = str(file)
        self._go(update, update.stage.then)

    def _download_failed(self, update: Update) -> None:
        if update.retrying.again():
            self._go(update, PAUSED)
        else:
            self._end(update, update.stage.failed)

    def _pause(self, update: Update) -> None:
        self.ctx.after(TIMER, update.retrying.interval, lambda: self._go(update, DOWNLOADING))

    def _verify(self, update: Update) -> None:
        """W L01.FR.04 and .12: the whole file."""
        command = VerifySignature(*self._until(VERIFY_TIME), update.file, update.signature, update.certificate)
        self._give(update, command, self._verified)

    def _verified(self, update: Update, valid: Any) -> None:
        if valid is True:
            self._go(update, update.stage.then)
        else:
            self._end(update, update.stage.failed)

    def _install(self, update: Update) -> None:
        self._give(update, Install(*self._until(INSTALL_TIME), update.file), self._installed)

    def _installed(self, update: Update, version: Any) -> None:
        update.after = version if isinstance(version, str) else None
        if self.ctx.setup.capabilities.reset:
            self._go(update, update.stage.then)
        else:
            self._end(update, INSTALLED)

    def _reboot(self, update: Update) -> None:
        command = Reset(*self._until(RESET_TIME), hard=True)
        self._give(update, command, lambda *_: None, self._reboot_failed)

    def _reboot_failed(self, update: Update) -> None:
        """1.6 §9.1.22: ResetRetries more times. Firmware that does not run is not installed."""
        self._resets += 1
        if self._resets > self.ctx.config.int("ResetRetries"):
            self._end(update, update.stage.failed)
        else:
            self.ctx.after(TIMER, RESET_RETRY, lambda: None)

    # After a restart

    def _interrupted(self, update: Update) -> None:
        """While it was being installed: what runs now says how it went."""
        self._end(update, update.stage.failed if self.ctx.setup.firmware_version == update.before else INSTALLED)

    def _rebooted(self, update: Update) -> None:
        """A boot loader may have gone back to the old firmware."""
        runs = update.after in (None, self.ctx.setup.firmware_version)
        self._end(update, INSTALLED if runs else update.stage.failed)

    # Helpers

    def _until(self, seconds: float) -> tuple[int, float]:
        """Id and deadline of a command."""
        return self.ctx.next_command_id(), self.ctx.now + seconds

    def _give(
        self,
        update: Update,
        command: Command,
        done: Callable[[Update, Any], None],
        failed: Callable[[Update], None] | None = None,
    ) -> None:
        """Have it carried out. What comes of one that was replaced is ignored."""
        self._command = command.id

        def ended(then: Callable[[], None]) -> None:
            if self._command == command.id:
                self._command = None
                then()

        def fail() -> None:
            if failed is None:
                self._end(update, update.stage.failed)
            else:
                failed(update)

        self.ctx.command(command, lambda result: ended(lambda: done(update, result)), lambda _: ended(fail))

    def _go(self, update: Update, phase: str) -> None:
        """The stage begins, or the one after it where its date has come."""
        update.phase = phase
        stage = update.stage
        if stage.until is not None and self._has_come(update, stage.until):
            self._go(update, stage.then)
            return
        if stage.status is not None:
            self._tell(update, stage.status)
        self._serve(stage.service)
        self.ctx.store.put(TABLE, UPDATE, update.dump())

    def _tell(self, update: Update, status: str) -> None:
        told = (status, update.request_id)
        self._notices.tell(told)
        self.ctx.store.put(TABLE, LAST, told)

    def _serve(self, service: int) -> None:
        self.ctx.closing = service >= CLOSING
        self.ctx.closed = service == CLOSED

    def _end(self, update: Update, status: str) -> None:
        self._tell(update, status)
        if status in EVENTS:
            self.ctx.publish(SecurityEvent(EVENTS[status], self._info(update)))
        if status == INSTALLED or update.request_id is None:
            self.ctx.store.delete(TABLE, LAST)
        self._clear()

    def _info(self, update: Update) -> str:
        """What a security event says: which update, and which version ran before it and runs now, or is about to."""
        request = "" if update.request_id is None else f"request {update.request_id}, "
        now = update.after or self.ctx.setup.firmware_version
        return f"{request}firmware {now or 'unknown'}, before {update.before or 'unknown'}"

    def _clear(self) -> None:
        """No update is under way any more; all is in service again that was."""
        self._update = self._command = None
        self._resets = 0
        self._serve(OPEN)
        self.ctx.store.delete(TABLE, UPDATE)
