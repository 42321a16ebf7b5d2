"""Frames to text. Payloads are ours or already checked, so ujson writes them; what it would write wrongly is refused.

Non-ASCII text leaves as UTF-8 (J §4.1.2), not as \\u escapes: natural-language text in other scripts stays a third of
the size, which counts against the peer's caps. Floats are written in the shortest form that reads back as the same
double; a Decimal is written as the nearest double.
"""

from __future__ import annotations

from typing import Any, Final

import ujson

from ocppcore.errors import InvalidMessage
from ocppcore.version import V16, V21, ErrorCode, Version
from ocppcore.wire.fault import MAX_DESCRIPTION, Fault, printable
from ocppcore.wire.frame import CALL, CALLERROR, CALLRESULT, CALLRESULTERROR, SEND, Shape

UNREADABLE: Final = "-1"  # 2.0.1 part 4 §4.2.3: the message id of an answer to a message whose id cannot be read


def _write(frame: list[Any]) -> str:
    text = ujson.dumps(frame, ensure_ascii=False, escape_forward_slashes=False, allow_nan=False)
    if not text.isascii():
        text.encode()  # UTF-8 has no lone surrogates; ujson lets them pass
    return text


def _encode(what: str, frame: list[Any]) -> str:
    try:
        return _write(frame)
    except (OverflowError, TypeError, ValueError) as error:  # NaN, endless nesting; foreign objects; lone surrogates
        fault = Fault(ErrorCode.TypeConstraintViolation, "", f"has no JSON form: {printable(str(error), 100)}")
        raise InvalidMessage(what, fault) from None


def encode_call(id: str, action: str, payload: dict[str, Any]) -> str:
    """A CALL (J §4.2.1). payload: what Shape.dump made. Raises InvalidMessage for what has no JSON form: NaN."""
    return _encode(action, [CALL, id, action, payload])


def encode_result(id: str, payload: dict[str, Any]) -> str:
    """A CALLRESULT (J §4.2.2). Raises InvalidMessage for what JSON cannot express."""
    return _encode("CALLRESULT", [CALLRESULT, id, payload])


def encode_message(kind: int, id: str, action: str, shape: Shape, message: Any) -> str:
    """A CALL, CALLRESULT or SEND (kind 2, 3 or 6) of a typed message, judged. action: not written in a CALLRESULT.

    Raises InvalidMessage, which names the field that breaks a rule, or says what has no JSON form.
    """
    payload = shape.dump(message)
    return encode_result(id, payload) if kind == CALLRESULT else _encode(action, [kind, id, action, payload])


def encode_send(id: str, action: str, payload: dict[str, Any]) -> str:
    """A SEND of 2.1 (part 4 §4.2.4). Raises InvalidMessage for what JSON cannot express."""
    return _encode(action, [SEND, id, action, payload])


def encode_error(
    id: str, code: str, description: str = "", details: dict[str, Any] | None = None, type: int = CALLERROR
) -> str:
    """A CALLERROR (J §4.2.3), or with type 5 a CALLRESULTERROR of 2.1. Never fails.

    code: as the version spells it; description: cut at 255 characters; details: {} in place of what has no JSON form.
    """
    # An error while an error is answered took whole stacks down (CVE-2025-59399), hence the plain form to fall back on.
    try:
        return _write([type, id, code, description[:MAX_DESCRIPTION], details or {}])
    except Exception:
        return _write([type, id, code, printable(description), {}])


def answer(fault: Fault, version: Version) -> str | None:
    """The CALLERROR that the standard wants in answer to a fault, or None where it wants silence.

    1.6 answers a CALL whose id can be read and nothing else. 2.x answers what it cannot read under the id "-1" (part 4
    §4.2.3) and unknown message types too (§4.4); 2.1 answers a faulty CALLRESULT with a CALLRESULTERROR.
    """
    if fault.answerable and fault.id is not None:
        return encode_error(fault.id, version.spell(fault.code), fault.describe())
    if version is V16:
        return None
    if fault.type == CALLRESULT and version is V21 and fault.id is not None:
        return encode_error(fault.id, version.spell(fault.code), fault.describe(), type=CALLRESULTERROR)
    if fault.code is ErrorCode.MessageTypeNotSupported:
        return encode_error(UNREADABLE if fault.id is None else fault.id, version.spell(fault.code), fault.describe())
    if fault.type is None or fault.type == CALL:
        return encode_error(UNREADABLE, version.spell(ErrorCode.RpcFrameworkError), fault.describe())
    return None  # an answer to an answer would never end
