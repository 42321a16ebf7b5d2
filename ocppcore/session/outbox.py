"""What a session hands to its host: events, commands and texts, in order. The parts of a session share one.

Here, too: the bounds on what is handed out. A host that takes no events does not fill the memory (the oldest are
dropped and counted), and a peer that floods the session with nonsense makes a trickle of events, not a flood.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from enum import StrEnum
from itertools import count
from typing import Any

from ocppcore.messages.schema.shape import MessageShape
from ocppcore.session.commands import Command
from ocppcore.session.counters import Counters
from ocppcore.session.events import Event
from ocppcore.session.mend import message_name
from ocppcore.session.policy import Policy
from ocppcore.session.tap import redact
from ocppcore.wire import Shape, encode_call, encode_message, encode_result
from ocppcore.wire.frame import CALL

MAX_EVENTS = 10_000
"""Events that wait for the host; the contract has it take them after each step, so this many are never reached."""


class Direction(StrEnum):
    """Which way a text went."""

    In = "in"
    Out = "out"


Tap = Callable[[Direction, str], None]
"""Sees each text, secrets masked. It must not raise."""


class Trickle:
    """Lets `burst` events through at once, then one every `every` seconds: for what a hostile peer can cause at
    will.
    """

    __slots__ = ("_burst", "_every", "_tokens", "_at")

    def __init__(self, burst: int, every: float) -> None:
        self._burst = self._tokens = float(burst)
        self._every = every
        self._at = 0.0

    def allows(self, now: float) -> bool:
        """True if one more may pass now."""
        self._tokens = min(self._burst, self._tokens + max(0.0, now - self._at) / self._every)
        self._at = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True


class Events:
    """Events that wait for the host, in order; of more than `most` the oldest go, and are counted in `lost`.

    Mostly one waits, or none: the first has a place of its own, and only what comes behind it needs a queue.
    """

    __slots__ = ("lost", "_most", "_first", "_rest")

    def __init__(self, most: int) -> None:
        self.lost = 0
        self._most = most
        self._first: Event | None = None
        self._rest: deque[Event] | None = None

    def put(self, event: Event) -> None:
        """One more."""
        if self._first is None:
            self._first = event
            return
        if self._rest is None:
            self._rest = deque()
        self._rest.append(event)
        if len(self._rest) >= self._most:
            self.take()
            self.lost += 1

    def take(self) -> Event | None:
        """The oldest, or None."""
        event = self._first
        if event is not None:
            self._first = self._rest.popleft() if self._rest else None
        return event

    @property
    def waiting(self) -> bool:
        """True if take() has something."""
        return self._first is not None


class Outbox:
    """The three outlets of a session, its counters and its tap."""

    __slots__ = ("counters", "tap", "_ids", "_events", "_commands", "_texts")

    def __init__(self, command_ids: Iterator[int] | None, tap: Tap | None) -> None:
        self.counters = Counters()
        self.tap = tap
        self._ids = count(1) if command_ids is None else command_ids
        self._events = Events(MAX_EVENTS)
        self._commands: list[Command] = []
        self._texts: list[str] = []

    def event(self, event: Event) -> None:
        """Tell the host."""
        self._events.put(event)
        self.counters.events_lost = self._events.lost

    def noise(self, event: Event, trickle: Trickle, now: float) -> None:
        """Tell the host what the peer can cause at will: only as often as the trickle allows."""
        if trickle.allows(now):
            self.event(event)
        else:
            self.counters.suppressed += 1

    def command_id(self) -> int:
        """A fresh id; a station shares the numbers with its session."""
        return next(self._ids)

    def command(self, command: Command) -> None:
        """Have the host do something."""
        self._commands.append(command)

    def send(self, text: str) -> None:
        """Have the host send a text."""
        self.counters.bytes_sent += utf8_length(text)
        self._texts.append(text)
        if self.tap is not None:
            self.tap(Direction.Out, redact(text))

    def received(self, data: str | bytes) -> None:
        """A text came in: count it and show it."""
        self.counters.bytes_received += len(data) if isinstance(data, bytes) else utf8_length(data)
        if self.tap is not None:
            text = data if isinstance(data, str) else data.decode("utf-8", "replace")
            self.tap(Direction.In, redact(text))

    def drop_texts(self) -> None:
        """The link is gone: what was not sent yet never will be."""
        self._texts.clear()

    @property
    def has_events(self) -> bool:
        return self._events.waiting

    def take_event(self) -> Event | None:
        return self._events.take()

    def take_command(self) -> Command | None:
        return self._commands.pop(0) if self._commands else None

    def take_texts(self) -> list[str]:
        if not self._texts:
            return []
        texts, self._texts = self._texts, []
        return texts


def utf8_length(text: str) -> int:
    """The bytes of a text in UTF-8; free for ASCII."""
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))


def write(kind: int, id: str, action: str, shape: Shape, message: Any, policy: Policy) -> str:
    """The text of a CALL or CALLRESULT of ours, judged unless the policy is off. Raises InvalidMessage."""
    if not policy.is_strict and isinstance(shape, MessageShape) and policy.is_off(message_name(shape)):
        payload = shape.plain(message)
        return encode_call(id, action, payload) if kind == CALL else encode_result(id, payload)
    return encode_message(kind, id, action, shape, message)
