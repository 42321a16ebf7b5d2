"""How a firmware update goes from stage to stage (stages.py): told, stored, and taken up again after a restart.

    begins: status told, service as the stage has it, stored --date, condition--> work --done--> the next one begins
                                                                                   work --failed--> the end, told

One step is taken in each settle(), so that what follows from it comes first: what is stored, told and in service.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, Final

from ocppcore.messages.instant import parse_instant
from ocppcore.session.commands import Command
from ocppcore.station.block import Block
from ocppcore.station.blocks.firmware.stages import CLOSED, CLOSING, OPEN, Update
from ocppcore.station.context import Context
from ocppcore.station.local import ClockSet, SecurityEvent
from ocppcore.station.notices import Notices
from ocppcore.station.setup import SECURITY

TABLE: Final = "firmware"
UPDATE: Final = "update"
LAST: Final = "last"
TIMER: Final = "firmware"
LOOK_AGAIN: Final = 3600.0  # seconds: a clock may be set meanwhile
IDLE, INSTALLED = "Idle", "Installed"  # 1.6 §7.25, W 6.8
# The security events (W 8) of the statuses that an update ends with.
EVENTS: Final = {
    INSTALLED: "FirmwareUpdated",
    "InvalidSignature": "InvalidFirmwareSignature",  # W L01.FR.03
    "InstallVerificationFailed": "InvalidFirmwareSignature",
}


class Progress(Block):
    """See the module's docstring. A subclass has the conditions and works that the stages name."""

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

    # How it stands

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

    # From stage to stage

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
        self.ctx.installing = False

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

    def _ticket(self, seconds: float) -> tuple[int, float]:
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
