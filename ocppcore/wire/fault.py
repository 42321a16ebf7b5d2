"""A fault: what is wrong with a text from the peer. Recorded and returned, never raised.

A fault names the place and the rule and never carries the whole value: it ends up in logs and in the peer's CALLERROR.
"""

from __future__ import annotations

from ocppcore.version import ErrorCode


class Fault:
    """One broken rule.

    code: the standard's error code (neutral spelling, see version.py).
    pointer: a JSON pointer (RFC 6901) into the payload, "" for the payload or frame as a whole.
    rule: the broken rule in a few words, e.g. "maxLength 20" or "required"; ASCII, at most 120 characters.
    type, id, action: what could be read of the frame; None where nothing could. A fault is answered
    with a CALLERROR exactly if type is 2 and id is not None.
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

    def __repr__(self) -> str:
        return f"Fault({self.code}, {self.pointer!r}, {self.rule!r}, type={self.type}, action={self.action!r})"
