"""What the user of a client or a station should know without asking: events that go to the log `ocppcore.bindings`.

What is as it was is not told again: a back end that is away for a week is one line. No line has a secret.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any, Final

from ocppcore.session.events import (
    ClosedByPeer,
    Connected,
    Disconnect,
    Disconnected,
    Event,
    Lost,
    Refused,
    TlsFailed,
)
from ocppcore.station.events import (
    ClockRefused,
    HandlerFailed,
    MessageGivenUp,
    MessagesDropped,
    ReadingMissed,
    RegistrationChanged,
    StoreFailed,
)

log = logging.getLogger("ocppcore.bindings")
Line = tuple[int, str]

STATUSES: Final = {
    401: ": it does not take the AuthorizationKey",
    403: ": it does not let this station in",
    404: ": it does not know this identity, or the path of the URL is another",
    409: ": a station of this identity is connected already",
}


def why(reason: Disconnect) -> str:
    """Why there is no link, for people."""
    if isinstance(reason, Lost):
        return reason.why or "the connection broke"
    if isinstance(reason, Refused):
        return f"it answers with HTTP {reason.status}{STATUSES.get(reason.status, '')}"
    if isinstance(reason, TlsFailed):
        return f"TLS failed ({reason.kind})"
    assert isinstance(reason, ClosedByPeer)
    return f"it closed the connection (code {reason.code})"


def _disconnected(event: Any) -> Line:
    if event.retry_in is None:  # we hung up
        return logging.DEBUG, "closed"
    return logging.WARNING, f"no link to the back end: {why(event.reason)}; trying again"


def _registration(event: Any) -> Line:
    level = logging.INFO if event.status == "Accepted" else logging.WARNING
    return level, f"the back end answers BootNotification with {event.status}"


LINES: Final[Mapping[type[Event], Callable[[Any], Line]]] = {
    Connected: lambda event: (logging.INFO, "connected to the back end"),
    Disconnected: _disconnected,
    RegistrationChanged: _registration,
    StoreFailed: lambda event: (logging.ERROR, f"the store does not work, so nothing is sent: {event.why}"),
    HandlerFailed: lambda event: (logging.ERROR, "a handler of the station failed"),
    MessageGivenUp: lambda event: (logging.WARNING, f"{event.action} could not be delivered: {event.why}"),
    MessagesDropped: lambda event: (logging.WARNING, f"{event.count} {event.action} were dropped: too many wait"),
    ReadingMissed: lambda event: (logging.WARNING, f"no reading of the meter of EVSE {event.evse}: {event.why}"),
    ClockRefused: lambda event: (logging.WARNING, f"the time of the back end is not taken: {event.why}"),
}
REPEATED: Final = frozenset({HandlerFailed, MessageGivenUp, MessagesDropped, ReadingMissed})  # each one is news
ENDS: Final[Mapping[type[Event], type[Event]]] = {Connected: Disconnected}  # after the one, the other is news again


class Reporter:
    """Tells what happens on one connection."""

    def __init__(self) -> None:
        self._told: dict[type[Event], str] = {}  # by class of event, the last line

    def __call__(self, event: Event, where: str) -> None:
        """Tell an event of LINES. where: the back end, as host:port."""
        kind = type(event)
        level, text = LINES[kind](event)
        self._told.pop(ENDS.get(kind, Event), None)
        if self._told.get(kind) != text or kind in REPEATED:
            self._told[kind] = text
            trouble = event.error if isinstance(event, HandlerFailed) else None
            log.log(level, "%s: %s", where or "station", text, exc_info=trouble)
