"""The link of one session: connect, back-off, keep-alive, close. A table of states; nothing here knows a message.

    Down        no link, and none is wanted of us: a server before connected(), a client before start()
    Waiting     a client waits before it connects again
    Connecting  Connect is out
    Open        texts flow; pings go out
    Closing     Close is out; answers that still come are welcome, nothing new is begun
    Stopped     for good, until start()

Rules: each connected() and each failed attempt is followed by exactly one Disconnected event. The host's answer is
waited for no longer than the command's deadline; past it the link counts as lost and the host is told to drop it. A
report that fits no state (a late one of a dropped transport) changes nothing; a link that nobody asked for is closed.
"""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING, Final

from ocppcore.session.commands import Close, Connect, Ping
from ocppcore.session.events import Connected, Disconnect, Disconnected, Lost
from ocppcore.session.outbox import Outbox
from ocppcore.session.settings import Endpoint, SessionSettings
from ocppcore.version import Version

if TYPE_CHECKING:
    import random

# RFC 6455 §7.4.1; 1006 as the docstring of Close says.
NORMAL, PROTOCOL_ERROR, DROP = 1000, 1002, 1006


class State(Enum):
    """Where the link is."""

    Down = auto()
    Waiting = auto()
    Connecting = auto()
    Open = auto()
    Closing = auto()
    Stopped = auto()


class Input(Enum):
    """What may happen to a link."""

    Start = auto()
    Stop = auto()
    Reconnect = auto()
    Connected = auto()
    Disconnected = auto()
    Deadline = auto()


# (state, input) -> the method that acts and sets the next state. A pair that is absent changes nothing.
TABLE: Final = {
    (State.Down, Input.Start): "_begin",
    (State.Stopped, Input.Start): "_begin",
    (State.Open, Input.Start): "_resume",
    (State.Closing, Input.Start): "_resume",
    (State.Down, Input.Stop): "_rest",
    (State.Waiting, Input.Stop): "_rest",
    (State.Connecting, Input.Stop): "_give_up",
    (State.Open, Input.Stop): "_close",
    (State.Waiting, Input.Reconnect): "_connect",
    (State.Connecting, Input.Reconnect): "_connect_anew",
    (State.Open, Input.Reconnect): "_close_to_reconnect",
    (State.Closing, Input.Reconnect): "_hurry",
    (State.Down, Input.Connected): "_open",
    (State.Connecting, Input.Connected): "_open",
    (State.Waiting, Input.Connected): "_drop",
    (State.Stopped, Input.Connected): "_drop",
    (State.Connecting, Input.Disconnected): "_lose",
    (State.Open, Input.Disconnected): "_lose",
    (State.Closing, Input.Disconnected): "_lose",
    (State.Waiting, Input.Deadline): "_connect",
    (State.Connecting, Input.Deadline): "_give_up",
    (State.Open, Input.Deadline): "_keep_alive",
    (State.Closing, Input.Deadline): "_give_up",
}


class Link:
    """State and timers of the link. endpoint: where a client connects to; None for a server.

    is_open: calls can be sent; up: texts may come in, the state is Open or Closing.
    """

    __slots__ = (
        "version",
        "endpoint",
        "state",
        "is_open",
        "up",
        "_settings",
        "_out",
        "_rng",
        "_rest_state",
        "_deadline",
        "_failures",
        "_hurried",
        "_pinged",
        "_pong_due",
        "_reason",
        "_command",
    )

    def __init__(
        self, version: Version, endpoint: Endpoint | None, settings: SessionSettings, out: Outbox, rng: random.Random
    ) -> None:
        self.version = version
        self.endpoint = endpoint
        self._enter(State.Down)
        self._settings = settings
        self._out = out
        self._rng = rng
        self._rest_state = State.Down  # where a lost link leads to: Waiting for a client that is started
        self._deadline = 0.0  # of Waiting, Connecting and Closing
        self._failures = 0  # links in a row that failed, or fell before the peer gave a sign of life
        self._hurried = False  # the next connection is made without waiting
        self._pinged = 0.0  # the last ping, or when the link came up
        self._pong_due: float | None = None
        self._reason: Disconnect = Lost()
        self._command = 0  # the Connect or Close that is out

    # Inputs

    def start(self, now: float) -> None:
        """A client connects at once; a server waits to be connected."""
        self._feed(Input.Start, now)

    def stop(self, now: float) -> None:
        """Close, and stay closed."""
        self._rest_state = State.Stopped
        self._reason = Lost("stopped")
        self._feed(Input.Stop, now)

    def reconnect(self, now: float) -> None:
        """A client that is started connects anew, without waiting; a server closes an open link."""
        self._feed(Input.Reconnect, now)

    def connected(self, version: Version, now: float) -> None:
        if version.name == self.version.name:
            self._feed(Input.Connected, now)
        elif self.state in (State.Down, State.Connecting):
            self._close(now, PROTOCOL_ERROR)  # J §3.2: no sub-protocol in common

    def disconnected(self, reason: Disconnect, now: float) -> None:
        self._reason = reason
        self._feed(Input.Disconnected, now)

    def failed(self, command: int, why: str, now: float) -> None:
        """The host could not carry out our Connect or Close."""
        if command == self._command and self.state in (State.Connecting, State.Closing):
            self.disconnected(Lost(why), now)

    def alive(self) -> None:
        """A sign of life of the peer: any traffic counts."""
        self._pong_due = None
        self._failures = 0

    def close(self, now: float) -> None:
        """The link is of no use any more: close it; a client connects again after its back-off."""
        if self.is_open:
            self._close(now)

    # Time

    def next_timer(self) -> float | None:
        """When the link wants handle_timer()."""
        if self.is_open:
            if self._pong_due is not None:
                return self._pong_due
            interval = self._settings.ping_interval
            return self._pinged + interval if interval > 0 else None
        return None if self.state in (State.Down, State.Stopped) else self._deadline

    def handle_timer(self, now: float) -> None:
        due = self.next_timer()
        if due is not None and due <= now:
            self._feed(Input.Deadline, now)

    # The methods of the table

    def _feed(self, what: Input, now: float) -> None:
        method = TABLE.get((self.state, what))
        if method is not None:
            getattr(self, method)(now)

    def _enter(self, state: State) -> None:
        self.state = state
        self.is_open = state is State.Open
        self.up = self.is_open or state is State.Closing

    def _begin(self, now: float) -> None:
        self._failures = 0
        self._resume(now)
        self._connect(now)

    def _resume(self, now: float) -> None:
        self._rest_state = State.Down if self.endpoint is None else State.Waiting

    def _rest(self, now: float) -> None:
        self._enter(self._rest_state)

    def _connect(self, now: float) -> None:
        endpoint = self.endpoint
        if endpoint is None:  # taken away in the meantime: no client any more
            self._rest_state = State.Down
            self._enter(State.Down)
            return
        self._enter(State.Connecting)
        self._hurried = False
        self._deadline = now + self._settings.connect_timeout
        self._command = self._out.command_id()
        protocols = (self.version.subprotocol,)
        self._out.command(Connect(self._command, self._deadline, endpoint.url, protocols, endpoint.auth, endpoint.tls))

    def _connect_anew(self, now: float) -> None:
        self._drop(now)
        self._connect(now)

    def _open(self, now: float) -> None:
        self._enter(State.Open)
        self._pinged = now
        self._pong_due = None
        self._out.counters.connects += 1
        self._out.event(Connected(self.version))

    def _close(self, now: float, code: int = NORMAL) -> None:
        self._enter(State.Closing)
        self._deadline = now + self._settings.close_timeout
        self._command = self._out.command_id()
        self._out.command(Close(self._command, self._deadline, code))

    def _close_to_reconnect(self, now: float) -> None:
        self._hurried = True
        self._close(now)

    def _hurry(self, now: float) -> None:
        self._hurried = True

    def _keep_alive(self, now: float) -> None:
        if self._pong_due is not None:
            self._reason = Lost("no sign of life after a ping")
            self._drop(now)
            self._lose(now)
            return
        self._pinged = now
        self._pong_due = now + self._settings.pong_timeout
        self._out.command(Ping(self._out.command_id(), self._pong_due))

    def _give_up(self, now: float) -> None:
        """The host did not connect or close in time, or need not go on trying."""
        if self._rest_state is not State.Stopped:
            self._reason = Lost("not connected in time" if self.state is State.Connecting else "not closed in time")
        self._drop(now)
        self._lose(now)

    def _drop(self, now: float) -> None:
        self._command = self._out.command_id()
        self._out.command(Close(self._command, now, DROP))

    def _lose(self, now: float) -> None:
        """The link is gone, or the attempt failed. JE 3.4: back off, whatever the reason was."""
        self._enter(self._rest_state)
        retry_in: float | None = None
        if self.state is State.Waiting:
            retry_in = 0.0 if self._hurried else self._settings.backoff.wait(self._failures, self._rng.random())
            self._failures += 1
            self._deadline = now + retry_in
        self._out.drop_texts()
        self._out.counters.losses += 1
        self._out.event(Disconnected(self._reason, retry_in))
