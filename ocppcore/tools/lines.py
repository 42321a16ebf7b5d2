"""Where in a line of a log a frame stands, and which station the line is about.

Read are: a frame and nothing else; a frame behind a log prefix, such as `[INFO]` or a timestamp; a frame in the
quotes of a `msg="…"` field; and lines of JSON objects with a member, down to the third level, that holds the frame as
an array or as a string. A line that begins with its frame is all frame, so that text behind it shows up as a fault;
behind a prefix the frame ends with its closing bracket. Nothing here judges a frame: finding it is enough.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from ocppcore.tools.show import exact_json
from ocppcore.wire.frame import Limits
from ocppcore.wire.text import parse

# A line may hold more than its frame, or the frame once more with every quote escaped.
_LINE_LIMITS: Final = Limits(max_message=4 * 1024 * 1024, max_depth=40)
_DEPTH: Final = 3
BYTE_ORDER_MARK: Final = "\ufeff"

_WS: Final = r"[ \t\r\n]*"
_OPENING: Final = re.compile(rf'\[{_WS}[2-4]{_WS},{_WS}(?=(\\?)")')
_SLOPPY_OPENING: Final = re.compile(rf"\[{_WS}[2-4]{_WS}(?:,|\]$)")
# An array without a prefix that does not open like a frame. `[INFO] …`, `[2026-01-01 …` and `[12:00:01] …` are none.
_OTHER_ARRAY: Final = re.compile(rf'\[{_WS}(?:\]$|[\[{{"]|-?\d+(?:\.\d+)?{_WS}(?:,|\]$)|(?:true|false|null){_WS}[,\]])')
_TOKEN: Final = re.compile(r'"[^"]*"?|[\[\]{}]')


class Found(NamedTuple):
    """A frame as text, and the value of the key that tells stations apart; None where the line does not have it."""

    frame: str
    key: str | None


def find_frame(line: str, key: str | None = None) -> Found | None:
    """The frame in a line without its line end; None if there is none. key: a name such as `station`."""
    line = line.strip(" \t\r\n")
    if line.startswith("{"):
        value = parse(line, _LINE_LIMITS)
        if isinstance(value, dict):
            frame = next(_frames_in(value, _DEPTH), None)
            return None if frame is None else Found(frame, _member_named(value, key, _DEPTH) if key else None)
    span = _span(line)
    if span is None:
        return None
    start, end, frame = span
    return Found(frame, _named(line[:start] + " " + line[end:], key) if key else None)


def _span(text: str) -> tuple[int, int, str] | None:
    """Where a frame stands in a text, and the frame."""
    found = _OPENING.search(text)
    if found is None:
        found = _SLOPPY_OPENING.search(text) or _OTHER_ARRAY.match(text)
    elif found[1]:
        return _quoted(text, found.start())
    if found is None:
        return (0, len(text), text) if _is_scalar(text) else None
    start = 0 if text[: found.start()] == BYTE_ORDER_MARK else found.start()
    end = _end(text, start) if start else len(text)
    return start, end, text[start:end]


def _is_scalar(text: str) -> bool:
    """True for a line that is one JSON value and no array or object: somebody's frame gone wrong."""
    return bool(re.fullmatch(r'"[^"\\]*"|-?\d+(?:\.\d+)?|true|false|null', text))


def _end(text: str, start: int) -> int:
    """Behind the bracket that closes the one at start; the end of the text if none does."""
    depth = 0
    for token in _TOKEN.finditer(_without_escapes(text), start):
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(token[0], 0)
        if depth == 0:
            return token.end()
    return len(text)


def _without_escapes(text: str) -> str:
    """A text of the same length in which every quote opens or closes a string."""
    return text.replace("\\\\", "  ").replace('\\"', "  ")


def _quoted(text: str, start: int) -> tuple[int, int, str]:
    """A frame whose quotes are escaped, because it stands in a string."""
    closing = _without_escapes(text[start:]).find('"')
    end = len(text) if closing < 0 else start + closing
    try:
        frame = str(json.loads(f'"{text[start:end]}"'))
    except ValueError:
        frame = text[start:end]
    return start, end, frame[: _end(frame, 0)]


# Lines of JSON


def _frames_in(value: dict[str, Any], depth: int) -> Iterator[str]:
    for member in value.values():
        if isinstance(member, dict) and depth > 1:
            yield from _frames_in(member, depth - 1)
        elif isinstance(member, list) and _looks_like_a_frame(member):
            yield exact_json(member)
        elif isinstance(member, str):
            span = _span(member) if _OPENING.search(member) else None
            if span is not None:
                yield span[2]


def _looks_like_a_frame(array: list[Any]) -> bool:
    """True for `[2,"id",…` and for what has at least a payload, as opposed to a pair of coordinates."""
    if len(array) < 2 or type(array[0]) is not int or not 2 <= array[0] <= 4:
        return False
    return isinstance(array[1], str) or isinstance(array[-1], dict)


def _member_named(value: dict[str, Any], name: str, depth: int) -> str | None:
    if name in value and not isinstance(value[name], dict | list):
        return str(value[name])
    inner = [member for member in value.values() if isinstance(member, dict)] if depth > 1 else []
    return next((found for member in inner if (found := _member_named(member, name, depth - 1)) is not None), None)


def _named(text: str, name: str) -> str | None:
    """The value in `name=value`, `name: value` or `"name": "value"`, outside the frame."""
    value = r'"([^"]*)"|\'([^\']*)\'|([^\s,;"\'\])}]+)'
    found = re.search(rf"(?<![\w.-]){re.escape(name)}[\"']?\s*[=:]\s*(?:{value})", text)
    if found is None:
        return None
    return next(group for group in found.groups() if group is not None).rstrip(":")
