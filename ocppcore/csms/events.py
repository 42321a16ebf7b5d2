"""What happens at a back end, beyond what a session tells (session/events.py). All may be ignored, but for one:
an Awaited must be waited for by the binding, or the station never gets an answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
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
    """A handshake was turned away. identity: the one it claimed, None for none; why: for the log.

    status: HTTP; 0 if it did not come to that, because TLS failed. event: where it is a matter of security that the
    white paper has a name for, that name (W 8, A00.FR.323 and .408).
    """

    __slots__ = ("identity", "status", "why", "peer", "event")

    def __init__(self, identity: str | None, status: int, why: str, peer: str, event: str | None = None) -> None:
        self.identity = identity
        self.status = status
        self.why = why
        self.peer = peer
        self.event = event


class ProfileReached(Event):
    """A station has used a higher security profile than before; a lower one is not accepted any more (W A05.FR.09).

    Keep it, and hand it to the next Csms as `reached`.
    """

    __slots__ = ("identity", "profile")

    def __init__(self, identity: str, profile: int) -> None:
        self.identity = identity
        self.profile = profile


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


class TooMuch(Event):
    """A station sent more than the Throttle allows, of `what`: messages or characters. Its link is being closed."""

    __slots__ = ("identity", "what")

    def __init__(self, identity: str, what: str) -> None:
        self.identity = identity
        self.what = what


class HandlerFailed(Event):
    """A handler raised, or returned what is no response; the station was told InternalError and nothing more."""

    __slots__ = ("identity", "action", "error")

    def __init__(self, identity: str, action: str, error: Exception) -> None:
        self.identity = identity
        self.action = action
        self.error = error


class Awaited(Event):
    """A function of the author's takes its time: wait for `outcome`, and call settle(what it returned or raised, now).

    The link that told it is then to be drained, as after any input.
    """

    __slots__ = ("outcome", "settle")

    def __init__(self, outcome: Awaitable[Any], settle: Callable[[Any, float], None]) -> None:
        self.outcome = outcome
        self.settle = settle


class AnswerAwaited(Awaited):
    """A handler answers later. Who asked may go away meanwhile; then the answer goes nowhere."""

    __slots__ = ("id", "request")

    def __init__(
        self, id: str, request: Any, outcome: Awaitable[Any], settle: Callable[[Any, float], None]
    ) -> None:
        super().__init__(outcome, settle)
        self.id = id
        self.request = request


class LoginAwaited(Awaited):
    """Whether a station may come in is found out. If the link is not Judging any more, nobody waits for it: the binding
    may cancel it then."""

    __slots__ = ("identity",)

    def __init__(
        self, identity: str | None, outcome: Awaitable[Any], settle: Callable[[Any, float], None]
    ) -> None:
        super().__init__(outcome, settle)
        self.identity = identity


class CertificateAwaited(Awaited):
    """A station's certificate is being made."""

    __slots__ = ("identity",)

    def __init__(self, identity: str, outcome: Awaitable[Any], settle: Callable[[Any, float], None]) -> None:
        super().__init__(outcome, settle)
        self.identity = identity


class CertificateNotSigned(Event):
    """A station wanted its certificate signed, and there is none for it: somebody has to look into it (W A02).

    error: what was raised; None if the authority refused.
    """

    __slots__ = ("identity", "error")

    def __init__(self, identity: str, error: Exception | None) -> None:
        self.identity = identity
        self.error = error


class KeyChanged(Event):
    """A station has answered to a new AuthorizationKey. accepted: None where nobody knows, as after a lost link."""

    __slots__ = ("identity", "accepted")

    def __init__(self, identity: str, accepted: bool | None) -> None:
        self.identity = identity
        self.accepted = accepted
