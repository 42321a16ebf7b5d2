"""The caps on WebSocket frames, applied to frame headers before a payload is buffered (RFC 6455 §5.2).

A watcher in front of the parser: it knows where headers are and how long messages grow, and nothing else. What is
wrong in a header (reserved bits, masks, control frames) is left to the parser behind it.
"""

from __future__ import annotations

MAX_FRAGMENTS = 1024
"""Frames of one message. Empty fragments would otherwise cost work and never reach the cap on bytes."""

_FIN, _OPCODE, _BINARY, _MASKED, _LENGTH = 0x80, 0x0F, 0x02, 0x80, 0x7F
_SHORT = 126  # a length that announces 2 more bytes; the one above it announces 8
_LONGEST_HEADER = 10  # without the mask, which is skipped with the payload


class FrameWatch:
    """Follows the frames of one direction of one connection."""

    __slots__ = ("_head", "_skip", "_total", "_fragments", "_fin")

    def __init__(self) -> None:
        self._head = b""  # of a header that is cut off by the end of a chunk
        self._skip = 0  # bytes of mask and payload still to come
        self._total = 0  # payload bytes of the message so far
        self._fragments = 0
        self._fin = True  # the last data frame ended its message

    @property
    def idle(self) -> bool:
        """True between messages: no frame and no message has begun without ending."""
        return not self._skip and self._fin and not self._head

    def scan(self, data: bytes, max_message: int) -> int:
        """How many bytes of data are fit for the parser: all, or those before the header that breaks a cap."""
        at = 0
        while at < len(data):
            if self._skip:
                step = min(self._skip, len(data) - at)
                at += step
                self._skip -= step
                continue
            begin, known = at, len(self._head)
            head = self._head + data[at : at + _LONGEST_HEADER - known]
            size = _header_size(head)
            if size is None:
                self._head = head
                return len(data)
            self._head = b""
            at += size - known
            if not self._admit(head[:size], max_message):
                return begin
        return len(data)

    def _admit(self, head: bytes, max_message: int) -> bool:
        """Take a whole header into account; False if its message breaks a cap."""
        length = head[1] & _LENGTH if len(head) == 2 else int.from_bytes(head[2:], "big")
        self._skip = length + (4 if head[1] & _MASKED else 0)
        if head[0] & _OPCODE > _BINARY:  # control, or no frame at all, which the parser sees before its length
            return True
        if head[0] & _OPCODE:  # text or binary: a message begins
            self._total = self._fragments = 0
        self._fin = bool(head[0] & _FIN)
        if length >> 63:  # no legal length: the parser closes with 1002
            return True
        self._total += length
        self._fragments += 1
        return self._total <= max_message and self._fragments <= MAX_FRAGMENTS


def _header_size(head: bytes) -> int | None:
    """The size of the header that begins with these bytes, without the mask; None where it is not all there yet."""
    if len(head) < 2:
        return None
    length = head[1] & _LENGTH
    size = 2 if length < _SHORT else 4 if length == _SHORT else _LONGEST_HEADER
    return size if len(head) >= size else None
