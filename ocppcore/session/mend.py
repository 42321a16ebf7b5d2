"""A second look at a refused text, with the eyes of a Policy: the payload is walked once, and what a quirk allows is
mended.

The envelope, JSON and caps have been judged by the wire, whose decision stands. What was mended is listed; what cannot
be is the fault that is reported, as the strict reader would have reported it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

import ujson

from ocppcore.messages.schema.nodes import OPEN, Array, Boolean, Choice, Integer, Node, Number, Object, Text, pointer_to
from ocppcore.messages.schema.shape import MessageShape
from ocppcore.session.policy import UNCHECKED, Policy
from ocppcore.version import ErrorCode
from ocppcore.wire import (
    Actions,
    Call,
    CallResult,
    Fault,
    Frame,
    Limits,
    Shape,
    decode,
)
from ocppcore.wire.frame import CALL, CALLRESULT
from ocppcore.wire.text import parse

Repair = tuple[str, str]
"""The name of the quirk, and a JSON pointer to where it was found first; "" for the frame."""

Place = tuple[str | int, ...]
"""The steps of a JSON pointer: names of fields and indexes of lists."""

_DROP: Final[Any] = object()  # in place of a value: the field is as good as absent
_NO_PAYLOAD: Final = re.compile(r'\s*\[\s*(?:2\s*,\s*"[^"\\]*"\s*,\s*"\w+"|3\s*,\s*"[^"\\]*")\s*\]\s*')
_NAIVE: Final = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d+)?")
_SHORT: Final = re.compile(_NAIVE.pattern + r"[+-]\d\d")
_NUMBER: Final = re.compile(r"[+-]?\d{1,20}(?:\.\d{1,20})?(?:[eE][+-]?\d{1,2})?")


def reread(
    data: str | bytes,
    fault: Fault,
    actions: Actions,
    pending: Mapping[str, Shape],
    limits: Limits,
    policy: Policy,
) -> tuple[Frame | Fault, list[Repair]]:
    """The frame behind a fault, if the policy puts up with what is wrong with it, else a fault; and what was mended."""
    frame = parse(data, limits)
    repairs: list[Repair] = []
    if isinstance(frame, list) and 2 <= len(frame) <= 3 and (text := _with_payload(data, frame, pending, policy)):
        repairs.append(("missing-payload", ""))
        again = decode(text, actions, pending, limits)
        if not isinstance(again, Fault):
            return again, repairs
        frame, fault = parse(text, limits), again
    place = _payload_of(frame, fault, actions, pending)
    if place is None or fault.id is None:
        return fault, []
    name, shape = place
    mender = _Mender(policy, name)
    message = mender.read(frame[-1], shape)
    if isinstance(message, Fault):
        message.type, message.id, message.action = fault.type, fault.id, fault.action
        return message, []
    made = Call(fault.id, frame[2], message) if fault.type == CALL else CallResult(fault.id, message)
    return made, repairs + mender.repairs


def message_name(shape: MessageShape) -> str:
    """The name of a message as that of its schema file: a request is called as its action."""
    return shape.name.removesuffix("Request")


def _with_payload(data: str | bytes, frame: list[Any], pending: Mapping[str, Shape], policy: Policy) -> str | None:
    """The text of a frame that lacks just its payload, with an empty one; else None."""
    text = data if isinstance(data, str) else bytes(data).decode()
    if not _NO_PAYLOAD.fullmatch(text):
        return None
    shape = pending.get(frame[1])
    name = frame[2] if frame[0] == CALL else message_name(shape) if isinstance(shape, MessageShape) else ""
    return text.rstrip()[:-1] + ",{}]" if "missing-payload" in policy.quirks(name) else None


def _payload_of(
    frame: Any, fault: Fault, actions: Actions, pending: Mapping[str, Shape]
) -> tuple[str, MessageShape] | None:
    """Whose payload was refused: the name of the message and its shape; None if something else was refused."""
    shape: Shape | None = None
    if fault.type == CALL and fault.action is not None and fault.action in actions.served:
        shape = actions.requests.get(fault.action)
    elif fault.type == CALLRESULT and fault.id is not None:
        shape = pending.get(fault.id)
    arity = 4 if fault.type == CALL else 3
    if not isinstance(shape, MessageShape) or not isinstance(frame, list) or len(frame) != arity:
        return None
    if frame[-1] is None:
        frame[-1] = {}  # J §4.2.1
    return (message_name(shape), shape) if isinstance(frame[-1], dict) else None


class _Mender:
    """Reads one payload. repairs: what was mended, one entry for each quirk in each field."""

    def __init__(self, policy: Policy, message: str) -> None:
        self.repairs: list[Repair] = []
        self._policy = policy
        self._message = message
        self._seen: set[tuple[str, tuple[str, ...]]] = set()
        self._raw: list[tuple[Place, Any]] = []  # places with a value that does not fit, and the value

    def read(self, payload: dict[str, Any], shape: MessageShape) -> Any:
        """The typed message, or the first fault that no quirk covers."""
        mended = self._mend(shape.node, payload, (), False)
        if isinstance(mended, Fault):
            return mended
        message = shape.node.build(mended)
        for place, value in self._raw:
            _put(message, shape.node, place, value)
        if self._raw:
            return message  # the rules beyond the schema expect values that fit it
        fault = shape.node.broken(message, False)
        return message if fault is None or self._allows(UNCHECKED, ()) else fault

    def _allows(self, quirk: str, place: Place) -> bool:
        """True if the quirk may be mended here; note is then taken of it."""
        path = tuple([step for step in place if isinstance(step, str)])
        if quirk not in self._policy.quirks(self._message, path):
            return False
        if (quirk, path) not in self._seen:
            self._seen.add((quirk, path))
            self.repairs.append((quirk, _pointer(place)))
        return True

    def _mend(self, node: Node, value: Any, place: Place, optional: bool) -> Any:
        """A value that fits its node, _DROP, or a Fault."""
        if isinstance(node, Object) and isinstance(value, dict):
            return self._mend_object(node, value, place)
        if isinstance(node, Array) and isinstance(value, list):
            return self._mend_array(node, value, place)
        fault = node.check(value, OPEN)
        if fault is None:
            return value
        for quirk, meant in _meanings(node, value, optional):
            if (meant is value or meant is _DROP or node.check(meant, OPEN) is None) and self._allows(quirk, place):
                return meant
        if self._allows(UNCHECKED, place):
            return self._keep(node, value, place)
        fault.pointer = _pointer(place) + fault.pointer
        return fault

    def _mend_object(self, node: Object, value: dict[str, Any], place: Place) -> Any:
        members = {member.wire: member for member in node.members}
        result: dict[str, Any] = {}
        for key, item in value.items():
            member = members.get(key)
            if member is not None:
                mended = self._mend(member.node, item, (*place, key), not member.required)
                if isinstance(mended, Fault):
                    return mended
                if mended is not _DROP:
                    result[key] = mended
            elif not self._allows("unknown-field", (*place, key)):
                return Fault(ErrorCode.FormatViolation, _pointer((*place, key)), "unknown field")
        for name in node.required:
            if name not in result:
                if not self._allows(UNCHECKED, (*place, name)):
                    return Fault(ErrorCode.OccurrenceConstraintViolation, _pointer((*place, name)), "required")
                result[name] = self._keep(members[name].node, None, (*place, name))
        return result

    def _mend_array(self, node: Array, value: list[Any], place: Place) -> Any:
        result = []
        for index, item in enumerate(value):
            mended = self._mend(node.items, item, (*place, index), False)
            if isinstance(mended, Fault):
                return mended
            result.append(mended)
        fault = Array(Node(), node.min_items, node.max_items).check(result, OPEN)
        if fault is not None and not self._allows(UNCHECKED, place):
            fault.pointer = _pointer(place)
            return fault
        return result

    def _keep(self, node: Node, value: Any, place: Place) -> Any:
        """A value that fits, in place of one that does not; that one is put back when the message is built."""
        self._raw.append((place, value))
        return _blank(node)


def _meanings(node: Node, value: Any, optional: bool) -> list[tuple[str, Any]]:
    """The quirks that a refused value shows where a node is expected, each with what the value stands for."""
    if value is None:
        return [("null-field", _DROP)] if optional else []
    if isinstance(node, Number):
        if not isinstance(value, str) or not _NUMBER.fullmatch(value.strip()):
            return []
        number = Decimal(value.strip())
        return [("text-as-number", int(number) if isinstance(node, Integer) and number == int(number) else number)]
    instant = isinstance(node, Text) and node.format == "date-time"
    if value == "" and (instant or isinstance(node, Choice)):
        return [("empty-text", _DROP)] if optional else []
    if isinstance(node, Choice):
        return [("unknown-enum", value)] if isinstance(value, str) else []
    if not isinstance(node, Text):
        return []
    return _instant_meanings(value) if instant else [] if node.format else _text_meanings(value)


def _instant_meanings(value: Any) -> list[tuple[str, Any]]:
    if not isinstance(value, str):
        return []
    if _NAIVE.fullmatch(value):
        return [("naive-instant", value.replace(" ", "T") + "Z")]
    return [("short-offset", value.replace(" ", "T") + ":00")] if _SHORT.fullmatch(value) else []


def _text_meanings(value: Any) -> list[tuple[str, Any]]:
    if isinstance(value, str):
        return [("long-text", value)]
    if isinstance(value, dict | list):
        return [("object-as-text", ujson.dumps(value, ensure_ascii=False, escape_forward_slashes=False))]
    return [("number-as-text", str(value))] if isinstance(value, int | Decimal) and not isinstance(value, bool) else []


def _blank(node: Node) -> Any:
    """The simplest value that a node can build something of."""
    if isinstance(node, Object):
        return {member.wire: _blank(member.node) for member in node.members if member.required}
    if isinstance(node, Choice):
        return next(iter(node.members))
    if isinstance(node, Array):
        return []
    if isinstance(node, Text):
        return "1970-01-01T00:00:00Z" if node.format == "date-time" else ""
    return False if isinstance(node, Boolean) else 0


def _put(message: Any, node: Node, place: Place, value: Any) -> None:
    """Set what a place leads to in a typed message."""
    step, rest = place[0], place[1:]
    if isinstance(step, int):
        assert isinstance(node, Array)
        if rest:
            _put(message[step], node.items, rest, value)
        else:
            message[step] = value
        return
    assert isinstance(node, Object)
    member = next(member for member in node.members if member.wire == step)
    if rest:
        _put(getattr(message, member.attribute), member.node, rest, value)
    else:
        setattr(message, member.attribute, value)


def _pointer(place: Place) -> str:
    return "".join([pointer_to(str(step)) for step in place])
