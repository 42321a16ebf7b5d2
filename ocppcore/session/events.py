"""What happened on a connection: events of the sans-IO contract, and the reasons of a lost link. All may be ignored."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from ocppcore.errors import CallFailed
from ocppcore.version import Version
from ocppcore.wire.fault import Fault


def _show(what: object, fields: tuple[str, ...]) -> str:
    """A call that would make the same again."""
    values = [f"{name}={getattr(what, name)!r}" for name in fields]
    return f"{type(what).__name__}({', '.join(values)})"


class Disconnect:
    """Why the link is gone: Lost, Refused, TlsFailed or ClosedByPeer."""

    __slots__ = ()

    def __repr__(self) -> str:
        return _show(self, self.__slots__)


class Lost(Disconnect):
    """The connection broke or could not be opened. why: one line for the log."""

    __slots__ = ("why",)

    def __init__(self, why: str = "") -> None:
        self.why = why


class Refused(Disconnect):
    """The server answered the handshake with an HTTP status other than 101 (JE 3.3: 404 means back off)."""

    __slots__ = ("status",)

    def __init__(self, status: int) -> None:
        self.status = status


class TlsFailure(StrEnum):
    """What went wrong in the TLS handshake. Certificate: the peer's is not good; Refused: ours is not, says the peer.
    """

    Certificate = "certificate"
    Refused = "refused"
    Version = "version"
    Cipher = "cipher"
    Other = "other"


class TlsFailed(Disconnect):
    """The TLS handshake failed."""

    __slots__ = ("kind",)

    def __init__(self, kind: TlsFailure) -> None:
        self.kind = kind


class ClosedByPeer(Disconnect):
    """The peer closed the WebSocket with this code (1005 for none)."""

    __slots__ = ("code",)

    def __init__(self, code: int) -> None:
        self.code = code


class Event:
    """Base of all events."""

    __slots__ = ()

    def __repr__(self) -> str:
        return _show(self, self.__slots__)


class Connected(Event):
    """The link is up."""

    __slots__ = ("version",)

    def __init__(self, version: Version) -> None:
        self.version = version


class Disconnected(Event):
    """The link is gone; a client connects again by itself, after `retry_in` seconds (None: it does not)."""

    __slots__ = ("reason", "retry_in")

    def __init__(self, reason: Disconnect, retry_in: float | None) -> None:
        self.reason = reason
        self.retry_in = retry_in


class CallReceived(Event):
    """The peer wants something: answer with reply(id, …) or fail(id, …)."""

    __slots__ = ("id", "request")

    def __init__(self, id: str, request: Any) -> None:
        self.id = id
        self.request = request


class ResultReceived(Event):
    """A call of ours was answered. request: what was asked; response: the typed answer."""

    __slots__ = ("id", "request", "response")

    def __init__(self, id: str, request: Any, response: Any) -> None:
        self.id = id
        self.request = request
        self.response = response


class CallEnded(Event):
    """A call of ours ended without a good answer; error says how (one of the CallFailed family)."""

    __slots__ = ("id", "request", "error")

    def __init__(self, id: str, request: Any, error: CallFailed) -> None:
        self.id = id
        self.request = request
        self.error = error


class FaultReceived(Event):
    """The peer's text was faulty. answered: True if a CALLERROR goes back, False where the standard wants silence."""

    __slots__ = ("fault", "answered")

    def __init__(self, fault: Fault, answered: bool) -> None:
        self.fault = fault
        self.answered = answered


class Stray(StrEnum):
    """What kind of answer came that nobody waits for."""

    Late = "late"
    Duplicate = "duplicate"
    Unknown = "unknown"


class StrayAnswer(Event):
    """An answer that nobody waits for: late (its call timed out or was cancelled), duplicate, or of an unknown id."""

    __slots__ = ("id", "kind")

    def __init__(self, id: str, kind: Stray) -> None:
        self.id = id
        self.kind = kind


class IdReused(Event):
    """The peer used the message id of a finished call again; it is served all the same (decisions: Wire 2)."""

    __slots__ = ("id",)

    def __init__(self, id: str) -> None:
        self.id = id


class CallSent(Event):
    """A call of ours has left the queue and is handed to the transport."""

    __slots__ = ("id", "request")

    def __init__(self, id: str, request: Any) -> None:
        self.id = id
        self.request = request


class SendReceived(Event):
    """The peer sent a message that has no answer (2.1)."""

    __slots__ = ("id", "request")

    def __init__(self, id: str, request: Any) -> None:
        self.id = id
        self.request = request


class ResultRefused(Event):
    """The peer cannot read our answer to its call (2.1, CALLRESULTERROR). id: of that call; text: the error code as it
    came.
    """

    __slots__ = ("id", "text", "description")

    def __init__(self, id: str, text: str, description: str) -> None:
        self.id = id
        self.text = text
        self.description = description


class HandlerTimeout(Event):
    """The host left a call of the peer unanswered for too long; the peer was told InternalError."""

    __slots__ = ("id", "action")

    def __init__(self, id: str, action: str) -> None:
        self.id = id
        self.action = action


class Repaired(Event):
    """A sloppy text was read in spite of a broken rule, because the session's Policy says so."""

    __slots__ = ("quirk", "pointer", "action")

    def __init__(self, quirk: str, pointer: str, action: str | None) -> None:
        self.quirk = quirk
        self.pointer = pointer
        self.action = action
