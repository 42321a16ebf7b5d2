"""Text of the peer to frames and back: JSON, the OCPP-J envelope, the order of faults. It knows no action.

    frame = decode(data, actions, pending, limits)     # a Frame or a Fault; nothing is raised
    text = answer(fault, version)                      # the CALLERROR that the standard wants, or None
    text = encode_call(id, action, payload)            # and encode_result, encode_error, encode_send
"""

from __future__ import annotations

from ocppcore.wire.encode import answer, encode_call, encode_error, encode_result, encode_send
from ocppcore.wire.fault import Fault
from ocppcore.wire.frame import (
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
from ocppcore.wire.plain import decode

__all__ = [
    "Actions",
    "Call",
    "CallError",
    "CallResult",
    "Fault",
    "Frame",
    "Limits",
    "Send",
    "Shape",
    "UnmatchedResult",
    "answer",
    "decode",
    "encode_call",
    "encode_error",
    "encode_result",
    "encode_send",
]
