"""Firmware updates, version-free (1.6 §4.5, §5.19, W L01): fetched by the host, installed by the hardware, told step by
step. The way is a table, stages.py; how an update goes along it is progress.py; here is what is waited for and done.

- Progress is stored with every stage. After a restart an update goes on; a download where it broke off.
- Charging goes on during the download. Once the image is here, and the time to install it has come, an EVSE that is
  free goes out of service, and all of them while it is installed (E 3.49, W L01.FR.07); what ChangeAvailability said is
  in force again when the update ends, however it ends (W19).
- Installing begins when that it begins is stored, and told if it can be; the restart likewise. Neither begins while a
  reset is under way or the power fails; while the hardware installs, a Reset is Rejected. Installed is told after the
  restart (E 3.47), or at once where the host cannot restart the station.
- Interrupted while it was being installed: Installed if the version is another one now, else InstallationFailed.
- A new request replaces an update that is not being installed yet. The answer to a signed one says so (W L01.FR.26);
  for a plain one, that the old one failed is told.
- The signature is verified again right before the file is handed to the hardware: hours and restarts may lie between,
  and what is installed must be what was verified (H14). Who signed was judged when the request came: see signer.py.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from ocppcore.session.commands import Cancel, Download, Install, Reset, VerifySignature
from ocppcore.station.blocks.firmware.progress import IDLE, INSTALLED, LAST, TABLE, TIMER, Progress
from ocppcore.station.blocks.firmware.signer import judge
from ocppcore.station.blocks.firmware.stages import CLOSED, DOWNLOADING, INSTALLING, PAUSED, SCHEDULED, Update
from ocppcore.station.context import Context
from ocppcore.station.retrying import protocol_of

DOWNLOAD_TIME: Final = 7200.0  # seconds for one attempt
VERIFY_TIME: Final = 600.0
VERIFIED_FOR: Final = 10.0  # after that a file is verified again before it is installed
INSTALL_TIME: Final = 3600.0
RESET_TIME: Final = 60.0
RESET_RETRY: Final = 5.0  # between two tries (ResetRetries)
CANCEL_TIME: Final = 60.0

ACCEPTED, ACCEPTED_CANCELED, REJECTED = "Accepted", "AcceptedCanceled", "Rejected"  # W 6.18


class Firmware(Progress):
    """See the module's docstring. A subclass builds the messages."""

    def __init__(self, ctx: Context) -> None:
        super().__init__(ctx)
        self._verified_at = 0.0

    # What the back end wants

    @property
    def available(self) -> bool:
        """The hardware can install firmware, and the maker offers it."""
        return self.ctx.setup.has("FirmwareManagement") and self.ctx.setup.capabilities.install

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
            ctx.command(Cancel(*self._ticket(CANCEL_TIME), self._command), lambda _: None, lambda _: None)
        if old.request_id is None and self.last[0] not in (IDLE, old.stage.failed):
            self._tell(old, old.stage.failed)
        self._clear()

    # Conditions

    def _nobody_charges(self) -> bool:
        return all(evse.transaction is None and evse.authorized is None for evse in self.ctx.evses.values())

    def _noted(self) -> bool:
        """What was done so far is stored, and told where it can be; and nothing is about to take the station down."""
        noted = self.ctx.all_stored() and (self._notices.idle or not self.ctx.online)
        return noted and not self.ctx.transactions.going_down

    # Works

    def _download(self, update: Update) -> None:
        command = Download(*self._ticket(DOWNLOAD_TIME), update.location)
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
        command = VerifySignature(*self._ticket(VERIFY_TIME), update.file, update.signature, update.certificate)
        self._give(update, command, self._verified)

    def _verified(self, update: Update, valid: Any) -> None:
        if valid is True:
            self._verified_at = self.ctx.now
            self._go(update, update.stage.then)
        else:
            self._end(update, update.stage.failed)

    def _install(self, update: Update) -> None:
        if update.request_id is not None and self.ctx.now - self._verified_at > VERIFIED_FOR:
            update.phase = INSTALLING  # storing that it begins took its time
            return
        self.ctx.installing = True
        self._give(update, Install(*self._ticket(INSTALL_TIME), update.file), self._installed)

    def _installed(self, update: Update, version: Any) -> None:
        update.after = version if isinstance(version, str) else None
        if self.ctx.setup.capabilities.reset:
            self._go(update, update.stage.then)
        else:
            self._end(update, INSTALLED)

    def _reboot(self, update: Update) -> None:
        command = Reset(*self._ticket(RESET_TIME), hard=True)
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
