"""Text to frame, the plain twin: the standard library's JSON, then the envelope, then the payload's Shape.

It says what is right; a faster decoder must agree with it. Which fault is reported when there are several: caps and
JSON of the whole text (text.py), then the envelope (type, id, arity, action), then the payload (messages/schema).
Faults of the peer are returned, never raised.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from typing import Any, Final

from ocppcore.version import V21, ErrorCode, Version
from ocppcore.wire.fault import Fault, printable
from ocppcore.wire.frame import (
    CALL,
    CALLERROR,
    CALLRESULT,
    CALLRESULTERROR,
    SEND,
    Actions,
    Call,
    CallError,
    CallResult,
    Frame,
    Limits,
    Send,
    Shape,
    UnmatchedResult,
)
from ocppcore.wire.text import DEFAULT_LIMITS, MAX_ECHO, Data, parse

MAX_ID: Final = 36  # J §4.1.4
MAX_ACTION: Final = 50  # characters of an unknown action that a fault repeats

Pending = Mapping[str, Shape]
"""The calls of ours that are out: message id to the Shape of the response."""


def decode(data: Data, actions: Actions, pending: Pending, limits: Limits = DEFAULT_LIMITS) -> Frame | Fault:
    """One WebSocket message in; the frame that it is, its payload typed and checked, or the first fault.

    data: the whole message. A Fault of type 3 or 4 has an id only if that id is pending: the call has ended with it.
    """
    frame = parse(data, limits)
    if type(frame) is Fault:
        if frame.type != CALL and frame.id not in pending:
            frame.id = None
        return frame
    if type(frame) is not list or not frame:
        return Fault(ErrorCode.RpcFrameworkError, "", "not a frame: a JSON array that begins with the message type")
    kind = frame[0] if type(frame[0]) is int else None
    id = _id(frame)
    read = _READERS.get(kind) if kind is not None else None
    if read is None or (frame[0] > CALLERROR and actions.version is not V21):
        # J §4.1.3: a message of another type is ignored; 2.0.1 part 4 §4.4: it is answered.
        return Fault(ErrorCode.MessageTypeNotSupported, "", "unknown message type", type=kind, id=id)
    if id is not None:
        return read(frame, id, actions, pending)
    if len(frame) == 1:
        return Fault(ErrorCode.ProtocolError, "", "message id missing", type=kind)
    rule = f"message id over {MAX_ECHO} characters" if type(frame[1]) is str else "message id is not a string"
    return Fault(ErrorCode.RpcFrameworkError, "", rule, type=kind)


def validate_only(data: Data, actions: Actions, pending: Pending, limits: Limits = DEFAULT_LIMITS) -> Fault | None:
    """The first fault of a message, for who hands messages on: proxies and loggers. None if it is in order."""
    frame = decode(data, actions, pending, limits)
    return frame if isinstance(frame, Fault) else None


Validate = Callable[[Any], Fault | None]


def check(data: Data, table: Any, validate: Validate, limits: Limits = DEFAULT_LIMITS) -> Fault | None:
    """The first fault of a JSON text, which need not be a frame; None if it is valid. validate: judges a parsed value;
    table: does the same on the fast path, and has no use here."""
    value = parse(data, limits)
    return value if isinstance(value, Fault) else validate(value)


def _id(frame: list[Any]) -> str | None:
    """The message id, None if it cannot be read. An empty one is legal: J §4.1.4 bounds it from above only."""
    id = frame[1] if len(frame) > 1 else None
    return id if type(id) is str and len(id) <= MAX_ECHO else None


def _call(frame: list[Any], id: str, actions: Actions, pending: Pending) -> Frame | Fault:
    return _request(frame, id, actions.requests, actions.served, Call)


def _send(frame: list[Any], id: str, actions: Actions, pending: Pending) -> Frame | Fault:
    return _request(frame, id, actions.sends, actions.sends, Send)


def _request(
    frame: list[Any], id: str, shapes: Mapping[str, Shape], served: Container[str], make: type[Call] | type[Send]
) -> Frame | Fault:
    """A CALL or SEND: always 4 elements (J §4.2.1; 2.1 part 4 §4.2.4)."""
    kind: int = frame[0]
    if len(id) > MAX_ID:  # J §4.2.3 names "unique identifier too long" as a reason for a CALLERROR
        return Fault(ErrorCode.RpcFrameworkError, "", f"message id over {MAX_ID} characters", type=kind, id=id)
    if len(frame) != 4:  # J table 7: "Payload for Action is incomplete"
        return Fault(ErrorCode.ProtocolError, "", f"{len(frame)} elements, not 4", type=kind, id=id)
    action = frame[2]
    if type(action) is not str:
        return Fault(ErrorCode.RpcFrameworkError, "", "action is not a string", type=kind, id=id)
    if action not in shapes:
        shown = printable(action, MAX_ACTION)
        return Fault(ErrorCode.NotImplemented, "", "unknown action", type=kind, id=id, action=shown)
    if action not in served:
        return Fault(ErrorCode.NotSupported, "", "action not served here", type=kind, id=id, action=action)
    payload = shapes[action].load(frame[3])
    if type(payload) is Fault:
        payload.type, payload.id, payload.action = kind, id, action
        return payload
    return make(id, action, payload)


def _result(frame: list[Any], id: str, actions: Actions, pending: Pending) -> Frame | Fault:
    """A CALLRESULT: always 3 elements (J §4.2.2). Only one that is awaited is read at all."""
    shape = pending.get(id)
    if shape is None:
        return UnmatchedResult(id, CALLRESULT)
    if len(frame) != 3:
        return Fault(ErrorCode.ProtocolError, "", f"{len(frame)} elements, not 3", type=CALLRESULT, id=id)
    payload = shape.load(frame[2])
    if type(payload) is Fault:
        payload.type, payload.id = CALLRESULT, id
        return payload
    return CallResult(id, payload)


def _error(frame: list[Any], id: str, actions: Actions, pending: Pending) -> Frame | Fault:
    return call_error(frame, id) if id in pending else UnmatchedResult(id, CALLERROR)


def _result_error(frame: list[Any], id: str, actions: Actions, pending: Pending) -> Frame | Fault:
    return call_error(frame, id)


def call_error(frame: list[Any], id: str) -> CallError:
    """A CALLERROR: always 5 elements (J §4.2.3), but devices send 2 to 5, and strings for details: it counts anyhow."""
    notes = [f"{len(frame)} elements, not 5"] if len(frame) != 5 else []
    code, description, details = [*frame[2:5], None, None, None][:3]
    if type(code) is not str or Version.read(code) is None:
        notes.append("errorCode is none of the standard's")
    if type(description) is not str:
        notes.append("errorDescription is not a string")
    if type(details) is not dict:
        notes.append("errorDetails is not an object")
    code = code if type(code) is str else ""
    description = description if type(description) is str else ""
    return CallError(id, code, description, details if type(details) is dict else {}, frame[0], "; ".join(notes))


_READERS: Final[dict[int, Callable[[list[Any], str, Actions, Pending], Frame | Fault]]] = {
    CALL: _call,
    CALLRESULT: _result,
    CALLERROR: _error,
    CALLRESULTERROR: _result_error,
    SEND: _send,
}
