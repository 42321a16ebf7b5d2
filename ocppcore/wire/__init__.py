"""Text of the peer to frames and back: JSON, the OCPP-J envelope, the order of faults. It knows no action.

    frame = decode(data, actions, pending, limits)     # a Frame or a Fault; nothing is raised
    fault = validate_only(data, actions, pending)      # the same judgement, for who hands messages on
    text = answer(fault, version)                      # the CALLERROR that the standard wants, or None
    text = encode_message(CALL, id, action, shape, message)    # a typed message, judged; raises InvalidMessage
    text = encode_call(id, action, payload)            # and encode_result, encode_error, encode_send

What reads and writes JSON is loaded when it is first asked for: to declare messages takes only the tables.
"""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

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

if TYPE_CHECKING:
    from ocppcore.wire.encode import (
        answer,
        encode_call,
        encode_error,
        encode_message,
        encode_result,
        encode_send,
    )
    from ocppcore.wire.plain import check, decode, validate_only

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
    "check",
    "decode",
    "encode_call",
    "encode_error",
    "encode_message",
    "encode_result",
    "encode_send",
    "validate_only",
]

# The one place where decoder and encoder are chosen. A build without extensions (OCPPCORE_PURE=1) has the twin only.
DECODER = "plain" if find_spec(f"{__name__}.fast") is None else "fast"
_LATER = {
    "answer": "encode",
    "check": DECODER,
    "decode": DECODER,
    "encode_call": "encode",
    "encode_error": "encode",
    "encode_message": "encode" if DECODER == "plain" else "fast",
    "encode_result": "encode",
    "encode_send": "encode",
    "validate_only": DECODER,
}


def __getattr__(name: str) -> Any:
    module = _LATER.get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = globals()[name] = getattr(import_module(f"{__name__}.{module}"), name)
    return found
