"""The queue of security events for the back end (W A04.FR.02: guaranteed delivery); its rules are those of
station/queue.py, with more patience:

- Silence uses no attempt: the event is sent again, until there is an answer.
- A back end that does not know the message (NotImplemented, NotSupported) gets the events when it does: the next try
  is made on the next connection.
- Any other answer that is no good one uses an attempt. After the last one the event makes room for those behind it;
  it is kept, with the reason, in the table of undelivered events.
"""

from __future__ import annotations

from typing import Final

from ocppcore.errors import CallErrorReceived, CallFailed
from ocppcore.session.calls import Priority
from ocppcore.session.events import Disconnected
from ocppcore.station.context import Context
from ocppcore.station.queue import Entry, MessageQueue
from ocppcore.version import ErrorCode

ATTEMPTS: Final = 10
INTERVAL: Final = 60  # seconds; the attempts of one event spread over three quarters of an hour
UNKNOWN: Final = (ErrorCode.NotImplemented, ErrorCode.NotSupported)


class SecurityEventQueue(MessageQueue):
    """See the module's docstring."""

    table = "security_events"
    undelivered = "security_events_undelivered"
    priority = Priority.Normal

    def __init__(self, ctx: Context) -> None:
        super().__init__(ctx)
        self._unknown = False  # the back end of this connection does not know the message

    def attempts(self) -> int:
        return ATTEMPTS

    def interval(self) -> int:
        return INTERVAL

    def refused(self, entry: Entry, outcome: CallFailed) -> None:
        if isinstance(outcome, CallErrorReceived) and outcome.code in UNKNOWN:
            self._unknown = True
        else:
            super().refused(entry, outcome)

    def unanswered(self, entry: Entry, when: float) -> None:
        self.pause(when + INTERVAL)

    def may_send(self) -> bool:
        return not self._unknown and super().may_send()

    def disconnected(self, event: Disconnected) -> None:
        self._unknown = False
        super().disconnected(event)
