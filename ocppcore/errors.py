"""The one tree of exceptions that the package raises. Faults of the peer are never raised by the core: they are events.

OcppError
├── RpcError            a handler raises it to answer with a CALLERROR of its choice
├── InvalidMessage      we were about to send something that the standard forbids; names the field
├── SchemaError         a JSON Schema document cannot be compiled
├── SetupError          the user's configuration is wrong; one clear line that says what to do
├── StorageError        the store cannot be opened, read or written
├── QueueFull           the bounded queue of outgoing calls has no room
└── CallFailed          a call of ours had no good answer
    ├── CallErrorReceived   the peer answered with a CALLERROR
    ├── InvalidResult       the peer's CALLRESULT breaks the standard
    ├── CallTimeout         no answer in time
    ├── CallCancelled       the caller took it back
    └── ConnectionLost      the link went away while the call was out or waiting
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ocppcore.version import ErrorCode

if TYPE_CHECKING:
    from ocppcore.wire.fault import Fault


class OcppError(Exception):
    """Root of all exceptions of this package."""


class RpcError(OcppError):
    """Raised by a handler to answer a CALL with a CALLERROR.

    code: an ErrorCode; description: at most 255 characters, sent to the peer; details: a JSON object, sent as it is.
    """

    def __init__(self, code: ErrorCode, description: str = "", details: dict[str, Any] | None = None) -> None:
        super().__init__(f"{code}: {description}" if description else str(code))
        self.code = code
        self.description = description
        self.details = details or {}


class InvalidMessage(OcppError):
    """A message of ours breaks its declaration. fault says which field (a JSON pointer) broke which rule."""

    def __init__(self, what: str, fault: Fault) -> None:
        super().__init__(f"{what}{fault.pointer}: {fault.rule}")
        self.fault = fault


class SchemaError(OcppError):
    """A JSON Schema document uses a keyword or a form that OCPP does not use."""


class SetupError(OcppError):
    """The user's configuration is wrong. The text is one line that says what to do. field: which one, if it is one."""

    def __init__(self, text: str, field: str | None = None) -> None:
        super().__init__(text)
        self.field = field


class StorageError(OcppError):
    """The store cannot be opened, read or written. The text is one line that says what to do."""


class QueueFull(OcppError):
    """The bounded queue of outgoing calls has no room (policy: refuse the newest; nothing queued is dropped)."""


class CallFailed(OcppError):
    """A call of ours had no good answer. id: the message id; action: its name."""

    def __init__(self, id: str, action: str, text: str) -> None:
        super().__init__(f"{action}: {text}")
        self.id = id
        self.action = action


class CallErrorReceived(CallFailed):
    """The peer answered with a CALLERROR. code is None where the peer's code is none of the standard's (then: text)."""

    def __init__(
        self, id: str, action: str, code: ErrorCode | None, text: str, description: str, details: dict[str, Any]
    ) -> None:
        super().__init__(id, action, f"answered with {text}")
        self.code = code
        self.text = text
        self.description = description
        self.details = details


class InvalidResult(CallFailed):
    """The peer's CALLRESULT breaks the standard; fault says where."""

    def __init__(self, id: str, action: str, fault: Fault) -> None:
        super().__init__(id, action, f"answer refused at {fault.pointer or '/'}: {fault.rule}")
        self.fault = fault


class CallTimeout(CallFailed):
    """No answer in time; the answer, if it still comes, is reported as a late one."""


class CallCancelled(CallFailed):
    """The caller took the call back."""


class ConnectionLost(CallFailed):
    """The link went away while the call was out or waiting. It does not count as an attempt."""
