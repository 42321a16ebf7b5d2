"""A fault: what is wrong with a text from the peer. Recorded and returned, never raised.

A fault names the place and the rule and never carries the whole value: it ends up in logs and in the peer's CALLERROR.
"""

from __future__ import annotations

from typing import Final, final

from ocppcore.version import ErrorCode

MAX_DESCRIPTION: Final = 255  # characters; 2.0.1 part 4 §4.2.3 says so, 1.6 is silent


def printable(text: str, limit: int = MAX_DESCRIPTION) -> str:
    """A text of the peer as printable ASCII of bounded length: fit for a log line, a terminal or a CALLERROR."""
    return ascii(text[:limit])[1:-1][:limit]


@final
class Fault:
    """One broken rule.

    code: the standard's error code (neutral spelling, see version.py).
    pointer: a JSON pointer (RFC 6901) into the payload, "" for the payload or frame as a whole.
    rule: the broken rule in a few words, e.g. "maxLength 20" or "required"; ASCII, at most 120 characters.
    type, id, action: what could be read of the frame; None where nothing could. A fault is answered
    with a CALLERROR exactly if type is 2 and id is not None (1.6; 2.x answers more, see encode.answer). An id with
    type 3 or 4 is that of a pending call of ours, which has ended with this fault. action: printable, ≤ 50 characters.
    """

    __slots__ = ("code", "pointer", "rule", "type", "id", "action")

    def __init__(
        self,
        code: ErrorCode,
        pointer: str = "",
        rule: str = "",
        *,
        type: int | None = None,
        id: str | None = None,
        action: str | None = None,
    ) -> None:
        self.code = code
        self.pointer = pointer
        self.rule = rule
        self.type = type
        self.id = id
        self.action = action

    @property
    def answerable(self) -> bool:
        """True if the standard wants a CALLERROR for it."""
        return self.type == 2 and self.id is not None

    def describe(self) -> str:
        """What is wrong, in one line of printable ASCII, at most 255 characters: goes into logs and CALLERRORs."""
        return printable(f"{self.rule} at {self.pointer[:MAX_DESCRIPTION]}" if self.pointer else self.rule)

    def __repr__(self) -> str:
        return f"Fault({self.code}, {self.pointer!r}, {self.rule!r}, type={self.type}, action={self.action!r})"
