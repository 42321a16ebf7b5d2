"""Recorded traffic, frame by frame: decoded, each answer matched to its call, everything validated.

A CALLRESULT says nothing about its action: it is read by the nearest unanswered CALL above it that has its id. Where
several stations share a log, a key tells them apart, since their ids may be the same. Memory is bounded: the oldest
unanswered calls are forgotten beyond MAX_UNANSWERED, and of a line MAX_LINE characters are read.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator
from typing import Any, Final

from ocppcore.tools.lines import BYTE_ORDER_MARK, Found, find_frame
from ocppcore.tools.versions import actions_of
from ocppcore.version import ErrorCode
from ocppcore.wire import (
    Actions,
    CallError,
    Fault,
    Frame,
    Limits,
    Shape,
    UnmatchedResult,
    answer,
    decode,
)
from ocppcore.wire.frame import CALL, CALLERROR, CALLRESULT
from ocppcore.wire.text import parse

LIMITS: Final = Limits(max_message=1024 * 1024)
MAX_LINE: Final = 4 * LIMITS.max_message
MAX_UNANSWERED: Final = 10_000


class Entry:
    """One frame of a log.

    line: its number, from 1; key: which station, None if unknown; type, id, action: as far as they can be read, the
    action of an answer is that of its call; payload: the parsed JSON value, its fractions as Decimal, None if there is
    none; error: of a CALLERROR, its code, description and details; frame: the typed frame, None for a fault.
    fault: the first broken rule, None if all is well; code: its error code, as the version spells it; answer: the
    CALLERROR that a station would send, None for silence.
    """

    __slots__ = ("line", "key", "type", "id", "action", "payload", "error", "frame", "fault", "code", "answer")

    def __init__(self, line: int, key: str | None) -> None:
        self.line = line
        self.key = key
        self.type: int | None = None
        self.id: str | None = None
        self.action: str | None = None
        self.payload: Any = None
        self.error: dict[str, Any] | None = None
        self.frame: Frame | None = None
        self.fault: Fault | None = None
        self.code: str | None = None
        self.answer: str | None = None

    @property
    def ok(self) -> bool:
        """True if nothing is wrong with the frame."""
        return self.fault is None

    def __repr__(self) -> str:
        return f"<Entry line {self.line}: type {self.type} {self.action} {self.code or 'ok'}>"


class LogReader:
    """Reads the frames of a log. skipped: lines so far that hold no frame."""

    def __init__(self, version: str = "1.6", key: str | None = None) -> None:
        """version: "1.6"; key: name of the field that tells stations apart. Raises SetupError for a wrong version."""
        self._actions = actions_of(version)
        self._key = key
        self._calls = Unanswered()
        self.skipped = 0

    @property
    def unanswered(self) -> int:
        """Calls without an answer so far."""
        return len(self._calls)

    def read(self, lines: Iterable[str | bytes]) -> Iterator[Entry]:
        """Each frame, as soon as its line is there. Nothing in a line raises."""
        for number, line in enumerate(lines, 1):
            text = line if isinstance(line, str) else line.decode("utf-8", "surrogateescape")
            found = find_frame(text.removeprefix(BYTE_ORDER_MARK) if number == 1 else text, self._key)
            if found is not None:
                yield self._entry(number, found)
            elif text.strip():
                self.skipped += 1

    def _entry(self, number: int, found: Found) -> Entry:
        entry = Entry(number, found.key)
        frame = _octets(found.frame)
        value = parse(frame, LIMITS)
        _read_parts(entry, value)
        call = self._calls.answered(entry) if entry.type in (CALLRESULT, CALLERROR) else None
        pending = {entry.id: call.response} if call is not None and entry.id is not None else {}
        entry.action = call.action if call is not None else entry.action
        self._judge(entry, decode(frame, self._actions, pending, LIMITS))
        if entry.type == CALL:
            self._calls.add(entry, self._actions)
        return entry

    def _judge(self, entry: Entry, found: Frame | Fault) -> None:
        if isinstance(found, UnmatchedResult):
            rule = "no unanswered CALL above has this id"
            found = Fault(ErrorCode.GenericError, "", rule, type=found.type, id=found.id)
        elif isinstance(found, CallError) and found.note:
            found = Fault(ErrorCode.FormatViolation, "", found.note, type=found.type, id=found.id)
        if isinstance(found, Fault):
            entry.fault = found
            entry.code = self._actions.version.spell(found.code)
            entry.answer = answer(found, self._actions.version)
        else:
            entry.frame = found


def _octets(text: str) -> bytes:
    """The bytes of a text that was read with surrogateescape. Any other lone surrogate becomes bad UTF-8, too."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")


def _read_parts(entry: Entry, value: Any) -> None:
    """What a frame says of itself, faulty or not."""
    if isinstance(value, Fault):
        entry.type, entry.id = value.type, value.id
    elif isinstance(value, list):
        parts = [*value, None, None, None, None, None]
        entry.type = parts[0] if type(parts[0]) is int else None
        entry.id = parts[1] if type(parts[1]) is str else None
        if entry.type == CALLRESULT:
            entry.payload = parts[2]
        elif entry.type == CALLERROR:
            entry.error = {"code": parts[2], "description": parts[3], "details": parts[4]}
        else:
            entry.action = parts[2] if type(parts[2]) is str else None
            entry.payload = parts[3]


class Asked:
    """A call that has no answer yet: its action, None if unreadable, and the Shape of its response."""

    __slots__ = ("action", "response")

    def __init__(self, action: str | None, response: Shape) -> None:
        self.action = action
        self.response = response


class AnyObject:
    """The Shape of what cannot be validated: the answer to a call of an unknown action."""

    def load(self, obj: Any) -> Any:
        """Whatever it is."""
        return obj

    def dump(self, message: Any) -> dict[str, Any]:
        """As it is."""
        return dict(message)


class Unanswered:
    """The calls without an answer, by station and id, the nearest last."""

    def __init__(self) -> None:
        self._calls: OrderedDict[tuple[str | None, str], list[Asked]] = OrderedDict()
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def add(self, entry: Entry, actions: Actions) -> None:
        """A CALL, faulty or not: a peer that is more lenient may have answered it. One without an id is passed over."""
        if entry.id is None or len(entry.id) > 255:
            return
        response = actions.responses.get(entry.action or "", AnyObject())
        self._calls.setdefault((entry.key, entry.id), []).append(Asked(entry.action, response))
        self._calls.move_to_end((entry.key, entry.id))
        self._count += 1
        if self._count > MAX_UNANSWERED:
            self._pop(next(iter(self._calls)), 0)

    def answered(self, entry: Entry) -> Asked | None:
        """The call that an answer belongs to."""
        return None if entry.id is None else self._pop((entry.key, entry.id), -1)

    def _pop(self, key: tuple[str | None, str], at: int) -> Asked | None:
        calls = self._calls.get(key)
        if calls is None:
            return None
        call = calls.pop(at)
        self._count -= 1
        if not calls:
            del self._calls[key]
        return call
