"""Entries of a log as text: one line for people, or one line of JSON. Peers write into logs, so two rules hold here.

No control, bidirectional or other invisible character reaches a terminal: JSON output is printable ASCII, lines for
people show what cannot be printed as escapes. Keys and passwords are masked unless the caller wants them.
"""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from ocppcore.session.tap import redact
from ocppcore.version import ErrorCode
from ocppcore.wire.fault import MAX_DESCRIPTION

if TYPE_CHECKING:
    from ocppcore.tools.log import Entry

MAX_PAYLOAD: Final = 300  # characters of a payload in a line for people
KINDS: Final = {2: "CALL", 3: "CALLRESULT", 4: "CALLERROR", 5: "CALLRESULTERROR", 6: "SEND"}
MEANING: Final = {
    ErrorCode.NotImplemented: "the version has no such action",
    ErrorCode.NotSupported: "the action is not served here",
    ErrorCode.ProtocolError: "the frame has too few or too many elements",
    ErrorCode.FormatViolation: "not well-formed, or not what the message is made of",
    ErrorCode.RpcFrameworkError: "not a frame of OCPP-J",
    ErrorCode.MessageTypeNotSupported: "not a message type of the version",
    ErrorCode.PropertyConstraintViolation: "a value that the field does not allow",
    ErrorCode.OccurrenceConstraintViolation: "a required field is missing, or there are too few or too many items",
    ErrorCode.TypeConstraintViolation: "a value of the wrong type",
    ErrorCode.GenericError: "nothing in this log asked for it",
}


def exact_json(value: Any) -> str:
    """A parsed JSON value as JSON, every number as exact as it came."""
    if isinstance(value, dict):
        return "{" + ",".join([f"{_plain(key)}:{exact_json(member)}" for key, member in value.items()]) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(exact_json, value)) + "]"
    return str(value) if isinstance(value, Decimal) else _plain(value)


def _plain(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def printable_json(value: Any) -> str:
    """The same in printable ASCII."""
    return _ascii(exact_json(value))


def _ascii(text: str) -> str:
    return re.sub(r"[^\x20-\x7e]", lambda found: json.dumps(found[0])[1:-1].replace("\x7f", "\\u007f"), text)


def escaped(text: str) -> str:
    """A text with all that is not printable as escapes; letters of any script stay."""
    if text.isprintable():
        return text
    return "".join([c if c.isprintable() else c.encode("unicode_escape", "surrogatepass").decode() for c in text])


def as_json(entry: Entry, *, secrets: bool = False) -> str:
    """One JSON object: ok, line, type, id, action, payload; error of a CALLERROR; code, pointer, rule and answer of a
    fault; key where there is one."""
    members: dict[str, str] = {
        "ok": printable_json(entry.ok),
        "line": printable_json(entry.line),
        "type": printable_json(entry.type),
        "id": printable_json(entry.id),
        "action": printable_json(entry.action),
        "payload": _masked(entry.payload, secrets),
    }
    if entry.key is not None:
        members["key"] = printable_json(entry.key)
    if entry.error is not None:
        members["error"] = _masked(entry.error, secrets)
    if entry.fault is not None:
        members["code"] = printable_json(entry.code)
        members["pointer"] = printable_json(entry.fault.pointer)
        members["rule"] = printable_json(entry.fault.rule)
        members["answer"] = printable_json(entry.answer)
    return "{" + ", ".join([f'"{name}": {text}' for name, text in members.items()]) + "}"


def _masked(value: Any, secrets: bool) -> str:
    text = exact_json(value)
    return _ascii(text if secrets else redact(text))


def as_line(entry: Entry, *, secrets: bool = False) -> str:
    """A line for people; a fault is explained in a second one, a third has the CALLERROR that a station would send."""
    kind = KINDS.get(entry.type or 0, "?")
    words = [f"{entry.line:>6}", f"{kind:<10}", entry.action or "?", "-" if entry.id is None else _short(entry.id, 40)]
    if entry.key is not None:
        words.insert(1, _short(entry.key, 40))
    content = entry.payload if entry.error is None else entry.error
    if content is not None:
        text = exact_json(content)
        words.append(_short(text if secrets else redact(text), MAX_PAYLOAD))
    lines = [" ".join(words)]
    if entry.fault is not None:
        where = f" at {entry.fault.pointer}" if entry.fault.pointer else ""
        lines.append(f"{entry.code}{where}: {entry.fault.rule} ({MEANING.get(entry.fault.code, 'refused')})")
        if entry.answer is not None:
            lines.append(f"a station would answer {_short(entry.answer, 2 * MAX_DESCRIPTION)}")
    return "\n       ! ".join(map(escaped, lines))


def _short(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[:length]}... ({len(text)} characters)"
