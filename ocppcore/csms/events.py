"""What happens at a back end, beyond what a session tells (session/events.py). All may be ignored, but for one:
AnswerAwaited must be waited for by the binding, or the station never gets an answer."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any

from ocppcore.session.events import Disconnect, Event
from ocppcore.version import Version


class StationConnected(Event):
    """A station's link is up. It comes in place of the session's Connected."""

    __slots__ = ("identity", "version")

    def __init__(self, identity: str, version: Version) -> None:
        self.identity = identity
        self.version = version


class StationDisconnected(Event):
    """A station's link is gone. It comes in place of the session's Disconnected."""

    __slots__ = ("identity", "reason")

    def __init__(self, identity: str, reason: Disconnect) -> None:
        self.identity = identity
        self.reason = reason


class StationRefused(Event):
    """A handshake was turned away. identity: the one it claimed, None for none; status: HTTP; why: for the log."""

    __slots__ = ("identity", "status", "why", "peer")

    def __init__(self, identity: str | None, status: int, why: str, peer: str) -> None:
        self.identity = identity
        self.status = status
        self.why = why
        self.peer = peer


class StationBooted(Event):
    """A station sent BootNotification and was told this status (the standard's word)."""

    __slots__ = ("identity", "request", "status")

    def __init__(self, identity: str, request: Any, status: str) -> None:
        self.identity = identity
        self.request = request
        self.status = status


class CallServed(Event):
    """A CALL of the station was answered by a handler. response: None where it was answered with a CALLERROR."""

    __slots__ = ("identity", "request", "response")

    def __init__(self, identity: str, request: Any, response: Any) -> None:
        self.identity = identity
        self.request = request
        self.response = response


class CallBeforeBoot(Event):
    """A station that is not accepted sent a CALL that it must not send yet; it was answered with SecurityError."""

    __slots__ = ("identity", "action")

    def __init__(self, identity: str, action: str) -> None:
        self.identity = identity
        self.action = action


class HandlerFailed(Event):
    """A handler raised, or returned what is no response; the station was told InternalError and nothing more."""

    __slots__ = ("identity", "action", "error")

    def __init__(self, identity: str, action: str, error: Exception) -> None:
        self.identity = identity
        self.action = action
        self.error = error


class AnswerAwaited(Event):
    """A handler answers later: wait for `outcome`, and hand what it returns or raises to StationLink.settle_call()."""

    __slots__ = ("id", "request", "outcome")

    def __init__(self, id: str, request: Any, outcome: Awaitable[Any]) -> None:
        self.id = id
        self.request = request
        self.outcome = outcome
