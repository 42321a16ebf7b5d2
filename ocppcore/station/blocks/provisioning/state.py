"""Provisioning, version-free: registration as a table of states, heartbeats, the clock, configuration, reset.

Registration (1.6 §4.2):

    Unasked      BootNotification goes out as soon as there is a link
    Asking       it is out
    Waiting      Pending, Rejected, or no good answer: the interval runs; it is not asked again before it is over
    Registered   Accepted: until the next boot, over any loss of the link

Rules:
- The interval is the back end's; for one of 0 or less, and where the answer was none, it is RETRY, which floods nobody.
  It is the minimum wait, so it goes on over a loss of the link.
- A plain reconnect sends no BootNotification, unless what it tells has changed.
- Heartbeats go out every HeartbeatInterval, whatever else is sent: §4.6 would allow to skip some, laboratories count
  them. 0 switches them off, but for one a day: the clock needs it (§4.6).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from enum import Enum, StrEnum, auto
from typing import Any, ClassVar, Final

from ocppcore.errors import CallFailed, ConnectionLost
from ocppcore.session.calls import Priority
from ocppcore.session.commands import SetClock
from ocppcore.session.events import CallSent, Connected, Disconnected
from ocppcore.station.block import Block
from ocppcore.station.blocks.provisioning.clock import ClockJudge
from ocppcore.station.blocks.provisioning.reset import ResetProcedure
from ocppcore.station.configuration import Access, Key
from ocppcore.station.context import Context
from ocppcore.station.events import ClockAdjusted, ClockRefused, KeyChanged, RegistrationChanged
from ocppcore.station.local import ClockSet, ConfigurationChanged, Offline, Online

RETRY: Final = 60.0  # seconds until the next BootNotification, where the back end names no time
DAY: Final = 86_400
SET_CLOCK: Final = 10.0  # seconds that the host has to set its clock; nothing depends on it
BOOT, HEARTBEAT = "boot", "heartbeat"  # names of timers


class State(Enum):
    """Where the registration stands."""

    Unasked = auto()
    Asking = auto()
    Waiting = auto()
    Registered = auto()


class Input(Enum):
    """What may happen to it."""

    Connected = auto()
    Disconnected = auto()
    Accepted = auto()
    Refused = auto()  # Pending or Rejected
    Failed = auto()  # a CALLERROR, a time-out, an answer against the standard
    Lost = auto()  # the link went away while it was out
    Elapsed = auto()  # the interval is over
    Wanted = auto()  # the back end asks for it by a trigger


class Registration(StrEnum):
    """The back end's answers (1.6 §7.38; 2.x has the same)."""

    Accepted = "Accepted"
    Pending = "Pending"
    Rejected = "Rejected"


class Change(StrEnum):
    """What became of a change of a configuration key (1.6 §7.22)."""

    Accepted = "Accepted"
    Rejected = "Rejected"
    RebootRequired = "RebootRequired"
    NotSupported = "NotSupported"


# (state, input) -> (what is done, next state). What is absent changes nothing.
TABLE: Final = {
    (State.Unasked, Input.Connected): ("_ask", State.Asking),
    (State.Asking, Input.Accepted): ("_accept", State.Registered),
    (State.Asking, Input.Refused): ("_wait", State.Waiting),
    (State.Asking, Input.Failed): ("_wait", State.Waiting),
    (State.Asking, Input.Lost): ("_forget", State.Unasked),
    (State.Waiting, Input.Elapsed): ("_try_again", State.Unasked),
    (State.Waiting, Input.Wanted): ("_try_again", State.Unasked),  # §4.2; while Asking, the one that is out will do
    (State.Registered, Input.Connected): ("_return", State.Registered),
    (State.Registered, Input.Disconnected): ("_leave", State.Registered),
}


class Provisioning(Block):
    """See the module's docstring. A subclass builds and reads the messages."""

    subscriptions: ClassVar = {
        Connected: "_connected",
        Disconnected: "_disconnected",
        CallSent: "_call_sent",
        ConfigurationChanged: "_configured",
    }

    def __init__(self, ctx: Context) -> None:
        super().__init__(ctx)
        ctx.provisioning = self
        ctx.triggers.register("BootNotification", self._boot_wanted, registered=False)
        ctx.triggers.register("Heartbeat", lambda _: [self._beat_once])
        self.reset = ResetProcedure(ctx)
        self._state = State.Unasked
        self._online = False  # Online was published, and no Offline since
        self._interval = RETRY
        self._told: Any = None  # what the accepted BootNotification said
        self._clock = ClockJudge()
        self._ids: set[str] = set()  # of the calls whose answer tells the time
        self._sent_at = 0.0
        self._beat_due = 0.0
        self._beating = False

    def load(self) -> None:
        for key in ("MessageTimeout", "WebSocketPingInterval"):
            self._apply(key)

    def settle(self) -> None:
        self.reset.settle()

    # Hooks for the version

    def boot_request(self) -> Any:
        """The BootNotification to send."""
        raise TypeError("a version must say how it boots")

    def heartbeat_request(self) -> Any:
        """The Heartbeat to send."""
        raise TypeError("a version must say how its heart beats")

    # Registration

    def _feed(self, what: Input) -> None:
        action, following = TABLE.get((self._state, what), (None, self._state))
        self._state = following
        if action is not None:
            getattr(self, action)()

    def _connected(self, _: Connected) -> None:
        self._feed(Input.Connected)

    def _disconnected(self, _: Disconnected) -> None:
        self._feed(Input.Disconnected)

    def _ask(self) -> None:
        self.ctx.rejected = False
        self.ctx.booting = True
        request = self.boot_request()
        self._told = request
        self._ids.add(self.ctx.call(request, self._answered, priority=Priority.Boot))

    def _answered(self, outcome: Any) -> None:
        self.ctx.booting = False
        if isinstance(outcome, CallFailed):
            self._interval = RETRY
            self._feed(Input.Lost if isinstance(outcome, ConnectionLost) else Input.Failed)
            return
        status = self.ctx.registration = str(outcome.status)
        self._interval = outcome.interval if outcome.interval > 0 else RETRY
        self.ctx.emit(RegistrationChanged(status))
        self._tell_time(outcome.current_time)
        if status != Registration.Accepted:
            self.ctx.rejected = status == Registration.Rejected
            self._feed(Input.Refused)
            return
        if outcome.interval > 0:
            self._set("HeartbeatInterval", str(outcome.interval))
        self._feed(Input.Accepted)

    def _accept(self) -> None:
        self.ctx.accepted = True
        self._go_online(booted=True)

    def _go_online(self, booted: bool) -> None:
        self._online = True
        self.ctx.publish(Online(booted))
        self._start_heartbeats()

    def _wait(self) -> None:
        self.ctx.after(BOOT, self._interval, lambda: self._feed(Input.Elapsed))

    def _forget(self) -> None:
        """The link is gone; the next one asks anew, after the back-off of the session."""

    def _try_again(self) -> None:
        self.ctx.timers.cancel(BOOT)
        self.ctx.rejected = False
        if self.ctx.connected:
            self._feed(Input.Connected)

    def _return(self) -> None:
        """Connected again, after acceptance (J §5, 1.6 §4.9)."""
        if self.boot_request() != self._told:
            self.ctx.accepted = False
            self._state = State.Unasked
            self._feed(Input.Connected)
            return
        self._go_online(booted=False)

    def _boot_wanted(self, _: int | None) -> list[Callable[[], None]] | None:
        """Rejected once accepted: what a Pending or Rejected would mean then, nobody knows (E 3.35)."""
        return None if self.ctx.accepted else [lambda: self._feed(Input.Wanted)]

    def _leave(self) -> None:
        if self._online:
            self._online = False
            self.ctx.timers.cancel(HEARTBEAT)
            self.ctx.publish(Offline())

    # Heartbeats

    def _start_heartbeats(self) -> None:
        self._beat_due = self.ctx.now
        self._plan_heartbeat()

    def _plan_heartbeat(self) -> None:
        """The next one is due a period after the last one was, however late that went out."""
        period = min(self.ctx.config.int("HeartbeatInterval") or DAY, DAY)
        self._beat_due = max(self._beat_due + period, self.ctx.now)
        self.ctx.timers.set(HEARTBEAT, self._beat_due, self._beat)

    def _beat(self) -> None:
        if self.ctx.online and not self._beating:
            self._beating = True
            self._ids.add(self.ctx.call(self.heartbeat_request(), self._beaten))
        self._plan_heartbeat()

    def _beat_once(self) -> None:
        """A trigger asks for a heartbeat; it is one more, the others go out as they would have."""
        self.ctx.triggers.send(self.heartbeat_request, self._heard, self._ids.add)

    def _beaten(self, outcome: Any) -> None:
        self._beating = False
        self._heard(outcome)

    def _heard(self, outcome: Any) -> None:
        if not isinstance(outcome, CallFailed):
            self._tell_time(outcome.current_time)

    # The clock

    def _call_sent(self, event: CallSent) -> None:
        if event.id in self._ids:
            self._ids.clear()
            self._sent_at = self.ctx.now

    def _tell_time(self, told: datetime) -> None:
        """What the back end's clock said half a round trip ago, as far as we can tell."""
        half = (self.ctx.now - self._sent_at) / 2
        utc, known = told.astimezone(UTC) + timedelta(seconds=half), self.ctx.utc
        why = self._clock.refuse(utc, known)
        if why is not None:
            self.ctx.emit(ClockRefused(told, why))
        elif not self._clock.same(utc, known, half):
            step = self.ctx.time.set_utc(utc, self.ctx.now)
            self.ctx.publish(ClockSet(step, "back end"))
            self.ctx.emit(ClockAdjusted(utc, step))
            command = SetClock(self.ctx.next_command_id(), self.ctx.now + SET_CLOCK, utc)
            self.ctx.command(command, lambda _: None, lambda _: None)

    # Configuration

    def change(self, name: str, text: str) -> Change:
        """Set a configuration key, as the back end asks (1.6 §5.3)."""
        key = self.ctx.config.find(name)
        if key is None:
            return Change.NotSupported
        if key.access is Access.R or not self._set(key.name, text):
            return Change.Rejected
        return Change.RebootRequired if key.reboot else Change.Accepted

    def configure(self, key: Key, text: str) -> bool:
        """See ctx.provisioning."""
        return self._set(key.name, text)

    def select(self, names: list[str]) -> tuple[list[Key], list[str]]:
        """The keys of those names, each once, and the names that are unknown (1.6 §5.8); no names: all keys."""
        if not names:
            return list(self.ctx.config), []
        found = {name: self.ctx.config.find(name) for name in names}
        known = {key.name: key for key in found.values() if key is not None}
        return list(known.values()), [name for name, key in found.items() if key is None]

    def _set(self, name: str, text: str) -> bool:
        key = self.ctx.config.find(name)
        assert key is not None
        before = self.ctx.config.text(key.name)
        if not self.ctx.config.change(key, text):
            return False
        if text == before:
            return True
        self.ctx.emit(KeyChanged(key.name, None if key.access is Access.W else text))
        if not key.reboot:
            self.ctx.publish(ConfigurationChanged(key.name))
        return True

    def _configured(self, event: ConfigurationChanged) -> None:
        if event.key == "HeartbeatInterval" and HEARTBEAT in self.ctx.timers:
            self._start_heartbeats()
        self._apply(event.key)

    def _apply(self, key: str) -> None:
        """The keys that the connection runs on."""
        if key == "MessageTimeout":  # E 3.83
            self.ctx.settings.call_timeout = self.ctx.config.int(key)
        elif key == "WebSocketPingInterval":  # J §7
            self.ctx.settings.ping_interval = self.ctx.config.int(key)
