"""Security events, version-free (W A04): what the station knows of them, logged; and told where that is due (kinds.py).

- What is to be told is stored in the same step, with the instant at which it happened; it is sent once the back end has
  accepted the station and the clock is known, in order, and deleted after the answer (queue.py).
- What happens again and again is counted (guard.py), and so is what has no room: of each kind, one event that says how
  many more there were follows as soon as there may be one. So nothing is lost without a trace, but for what was counted
  in the last seconds before a power cut (counted.py).
- A failing store is told when it works again: until then nothing can be kept, and what is not kept is not sent.
- A correction of the clock is an event when it adds up to CLOCK_STEP: less is what a clock drifts within a day.
- Infos say what happened, never a secret: of a configuration key its name, of a message its fault and no value.
"""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any, ClassVar, Final

from ocppcore.session.events import (
    CallSent,
    Disconnect,
    Disconnected,
    FaultReceived,
    IdReused,
    Refused,
    TlsFailed,
    TlsFailure,
)
from ocppcore.station.block import Block
from ocppcore.station.blocks.security.counted import Counted
from ocppcore.station.blocks.security.guard import Guard, Kind
from ocppcore.station.blocks.security.happening import LONGEST_INFO, Happening
from ocppcore.station.blocks.security.queue import UNKNOWN, SecurityEventQueue
from ocppcore.station.context import Context
from ocppcore.station.events import SecurityEventLogged, StoreFailed
from ocppcore.station.local import ClockSet, ConfigurationChanged, GoingDown, ResetWanted, SecurityEvent
from ocppcore.station.queue import Entry
from ocppcore.station.setup import SECURITY
from ocppcore.station.timekeeper import Stamp
from ocppcore.wire.fault import printable

KIND: Final = "SecurityEventNotification"
MOST: Final = 1_000  # events that wait to be told
MOST_NOTIFIED: Final = 200  # while so many wait, no more that are not critical
CLOCK_STEP: Final = 10.0  # seconds
PARAMETERS: Final = ("AuthorizationKey", "SecurityProfile", "CpoName", "AdditionalRootCertificateCheck")  # W 7
UNAUTHORIZED: Final = (401, 403)  # HTTP
TLS_EVENTS: Final = {
    TlsFailure.Certificate: "InvalidCentralSystemCertificate",
    TlsFailure.Refused: "FailedToAuthenticationAtCentralSystem",
    TlsFailure.Version: "InvalidTLSVersion",
    TlsFailure.Cipher: "InvalidTLSCipherSuite",
}


class Security(Block):
    """See the module's docstring. A subclass builds the message."""

    subscriptions: ClassVar = {
        SecurityEvent: "_reported",
        ClockSet: "_clock_set",
        ConfigurationChanged: "_configured",
        ResetWanted: "_reset_wanted",
        GoingDown: "_going_down",
        StoreFailed: "_store_failed",
        FaultReceived: "_fault_received",
        IdReused: "_id_reused",
        Disconnected: "_disconnected",
        CallSent: "_call_sent",
    }

    def __init__(self, ctx: Context) -> None:
        super().__init__(ctx)
        self._queue = SecurityEventQueue(ctx)
        self._queue.register(KIND, self._prepare, lambda *_: None, lambda _: None, stamps=lambda payload: [payload[1]])
        self._guard = Guard()
        self._counted = Counted(ctx)
        self._left: list[Kind] = []  # counted by an earlier run, and not told
        self._moved = 0.0  # seconds that the clock was corrected by, and no event told
        self._exhausted = False  # the store fails, and has been reported

    def load(self) -> None:
        self._queue.load()
        if self.available:
            self._left = self._counted.load()

    def start(self) -> None:
        for kind in self._left:
            self._release(kind)
        version = self.ctx.setup.firmware_version
        self._note("StartupOfTheDevice", version and f"firmware {version}")

    def settle(self) -> None:
        self._exhausted = self._exhausted and self.ctx.storing()
        if self.available:
            self._queue.settle()

    # Hook for the version

    def request(self, type: str, at: datetime, info: str | None) -> Any:
        """The message that tells an event."""
        raise TypeError("a version must say how a security event is told")

    # Events: logged, told, or counted

    @property
    def available(self) -> bool:
        """The maker offers the security extension."""
        return self.ctx.setup.has(SECURITY)

    def _note(self, type: str, info: str | None = None, critical: bool = False) -> None:
        """This happened, now."""
        if not self.available:
            return
        happening = Happening(type, info, critical, self.ctx.now)
        if happening.kind in self._counted:
            self._counted.add(happening)
        elif self._wait(happening) > 0:
            self._counted.add(happening)
            self._await(happening)
        else:
            self._record(happening)

    def _wait(self, happening: Happening) -> float:
        """Seconds until it may be recorded, as far as that is known."""
        room = MOST if happening.critical else MOST_NOTIFIED
        wait = self._guard.wait(happening.kind, self.ctx.now)
        return max(wait, 60.0) if happening.told and len(self._queue) >= room else wait

    def _record(self, happening: Happening) -> None:
        self._guard.passed(happening.kind, self.ctx.now)
        at = happening.at or self.ctx.time.stamp(happening.when)
        self.ctx.security_log.add(happening.type, at, happening.info)
        if happening.told:
            self._queue.put(KIND, None, [happening.type, at.dump(), happening.info])
        self.ctx.emit(SecurityEventLogged(happening.type, happening.info, happening.told))

    def _await(self, happening: Happening) -> None:
        kind = happening.kind
        self.ctx.after(("security", kind), self._wait(happening), partial(self._release, kind))

    def _release(self, kind: Kind) -> None:
        """One event for all that were counted."""
        last = self._counted.last(kind)
        if self._wait(last) > 0:
            self._await(last)
            return
        count, last = self._counted.take(kind)
        if count > 1:
            last.info = f"{count} times; the last: {last.info or last.type}"[:LONGEST_INFO]
        self._record(last)

    def _prepare(self, entry: Entry) -> Any:
        type, at, info = entry.payload
        when = self.ctx.time.resolve(Stamp.load(at)) or self.ctx.utc
        assert when is not None, "nothing is sent before the clock is known"
        return self.request(type, when, info)

    # What the station knows

    def _reported(self, event: SecurityEvent) -> None:
        self._note(event.type, event.info, event.critical)

    def _clock_set(self, event: ClockSet) -> None:
        self.ctx.security_log.date()
        self._moved += event.step or 0.0
        if abs(self._moved) >= CLOCK_STEP:
            self._note("SettingSystemTime", f"{self._moved:+.3f} s, by {event.source}")
            self._moved = 0.0

    def _configured(self, event: ConfigurationChanged) -> None:
        if event.key in PARAMETERS:
            self._note("ReconfigurationOfSecurityParameters", event.key)

    def _reset_wanted(self, event: ResetWanted) -> None:
        self._note("ResetOrReboot", "hard reset" if event.hard else "soft reset")

    def _going_down(self, event: GoingDown) -> None:
        self._note("ResetOrReboot", "the power fails" if event.reason == "PowerLoss" else "the program ends")
        self._counted.save()

    def _store_failed(self, event: StoreFailed) -> None:
        if not self._exhausted:
            self._exhausted = True
            self._note("MemoryExhaustion", f"the store failed: {event.why}")

    def _fault_received(self, event: FaultReceived) -> None:
        """A message that is not implemented here is a valid one."""
        fault = event.fault
        if fault.code not in UNKNOWN:
            action = "" if fault.action is None else f"{fault.action}: "
            self._note("InvalidMessages", action + fault.describe())

    def _id_reused(self, event: IdReused) -> None:
        self._note("AttemptedReplayAttacks", f"message id {printable(event.id)} came again")

    def _disconnected(self, event: Disconnected) -> None:
        self._queue.disconnected(event)
        self._connection_failed(event.reason)

    def _connection_failed(self, reason: Disconnect) -> None:
        if isinstance(reason, Refused) and reason.status in UNAUTHORIZED:
            self._note("FailedToAuthenticationAtCentralSystem", f"HTTP status {reason.status}")
        elif isinstance(reason, TlsFailed) and reason.kind in TLS_EVENTS:
            self._note(TLS_EVENTS[reason.kind], "in the TLS handshake")

    def _call_sent(self, event: CallSent) -> None:
        self._queue.call_sent(event)
