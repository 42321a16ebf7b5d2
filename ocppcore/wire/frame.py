"""The frames of OCPP-J (1.6 §4.2; 2.0.1 part 4 §4.2; 2.1 adds types 5 and 6), with payloads already typed and checked.

Also here: the caps that hold before anything is allocated, and the seam between envelope and payload.
The wire knows no action: it looks names up in `Actions` and hands payloads to the `Shape` that it finds there.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from typing import Any, Protocol

from ocppcore.errors import SetupError
from ocppcore.version import Version
from ocppcore.wire.fault import Fault

CALL, CALLRESULT, CALLERROR, CALLRESULTERROR, SEND = 2, 3, 4, 5, 6


class Shape(Protocol):
    """One payload: what a compiled table offers. Implemented by messages/schema."""

    def load(self, obj: Any) -> Any:
        """A parsed JSON value in; the typed, validated object out, or a new Fault (code, pointer and rule set).

        null is read as {} (J §4.2.1, §4.2.2); anything else that is no object is a FormatViolation.
        """
        ...

    def dump(self, message: Any) -> dict[str, Any]:
        """A typed object in; the JSON object to send out. Raises InvalidMessage, naming the field."""
        ...


class Actions:
    """The actions of one version: which exist, which are served here.

    requests, responses: action name to Shape, for every action that the version has.
    served: the names that this end serves; an action that exists but is not served is answered NotSupported.
    sends: action name to Shape, for the messages without an answer (2.1 only).
    names, send_names: the fast path's own tables of requests and sends, made at first use.
    """

    __slots__ = ("version", "requests", "responses", "served", "sends", "names", "send_names")

    def __init__(
        self,
        version: Version,
        requests: Mapping[str, Shape],
        responses: Mapping[str, Shape],
        served: Container[str] | None = None,
        sends: Mapping[str, Shape] | None = None,
    ) -> None:
        self.version = version
        self.requests = requests
        self.responses = responses
        self.served: Container[str] = requests if served is None else served
        self.sends: Mapping[str, Shape] = {} if sends is None else sends
        self.names: object = None
        self.send_names: object = None


class Limits:
    """Caps on what is read, checked before anything is allocated (DESIGN: bad input).

    max_message: bytes of one message in UTF-8; max_depth: nesting, the frame's own array counts as 1, at most 200;
    max_digits: digits of one number, those of its fraction and exponent included, at most 640. SetupError names the
    cap that is none. Only max_message may be changed later.
    """

    __slots__ = ("max_message", "max_depth", "max_digits")

    def __init__(self, max_message: int = 64 * 1024, max_depth: int = 32, max_digits: int = 40) -> None:
        self.max_message = _cap("max_message", max_message, 2**31 - 1)
        self.max_depth = _cap("max_depth", max_depth, MAX_DEPTH)
        self.max_digits = _cap("max_digits", max_digits, MAX_DIGITS)


# Beyond these Python itself may raise, for a text of the peer: RecursionError in json, ValueError in int(), whose limit
# (sys.set_int_max_str_digits) cannot be set lower.
MAX_DEPTH = 200
MAX_DIGITS = 640


def _cap(name: str, value: int, most: int) -> int:
    if type(value) is not int or not 1 <= value <= most:
        raise SetupError(f"{name}: an integer from 1 to {most}, not {value!r:.40}", name)
    return value


class Call:
    """A request of the peer. id: its message id; action: the name; payload: the typed request."""

    __slots__ = ("id", "action", "payload")

    def __init__(self, id: str, action: str, payload: Any) -> None:
        self.id, self.action, self.payload = id, action, payload


class CallResult:
    """The peer's answer to a call of ours. payload: the typed response."""

    __slots__ = ("id", "payload")

    def __init__(self, id: str, payload: Any) -> None:
        self.id, self.payload = id, payload


class CallError:
    """The peer refuses a call of ours (or, type 5 of 2.1, a result of ours). code: the text as it came.

    note: what is wrong with the CALLERROR itself, "" for nothing. A sloppy one ends the call all the same: whatever it
    says, the peer has not done what was asked. An element missing or of the wrong type is read as "" or {}.
    """

    __slots__ = ("id", "code", "description", "details", "type", "note")

    def __init__(
        self, id: str, code: str, description: str, details: dict[str, Any], type: int = CALLERROR, note: str = ""
    ) -> None:
        self.id, self.code, self.description, self.details = id, code, description, details
        self.type, self.note = type, note


class UnmatchedResult:
    """An answer to a call that is not pending: late, duplicate, or to an id never used. Its payload is not read.

    id: the message id, at most 255 characters; type: CALLRESULT or CALLERROR.
    """

    __slots__ = ("id", "type")

    def __init__(self, id: str, type: int) -> None:
        self.id, self.type = id, type


class Send:
    """A message without an answer (2.1, type 6)."""

    __slots__ = ("id", "action", "payload")

    def __init__(self, id: str, action: str, payload: Any) -> None:
        self.id, self.action, self.payload = id, action, payload


Frame = Call | CallResult | CallError | UnmatchedResult | Send
__all__ = ["Actions", "Call", "CallError", "CallResult", "Fault", "Frame", "Limits", "Send", "Shape", "UnmatchedResult"]
