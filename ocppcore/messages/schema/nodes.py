"""Nodes: what a JSON Schema document, or a declaration, is compiled into. One walk over them validates both.

A node does three things, each on its own: check (a JSON value against the schema; the first fault in document order),
build (a checked JSON value to what a typed message holds) and plain (back again, unchecked). A fault travels up with
its pointer growing at the front, so that nothing is spent on places while all is well. Faults never carry a value.
Order of faults: as they stand in the text; missing fields at the closing brace, in schema order; counts at the
closing bracket.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from ocppcore.messages.enums import unknown_member
from ocppcore.messages.instant import format_instant, parse_instant
from ocppcore.messages.rules import Rule
from ocppcore.messages.schema.formats import FORMATS
from ocppcore.messages.schema.numbers import as_whole, digits_of, is_finite, is_multiple, is_number
from ocppcore.messages.text import sendable
from ocppcore.version import ErrorCode
from ocppcore.wire.fault import Fault, printable

FORMAT = ErrorCode.FormatViolation
OCCURRENCE = ErrorCode.OccurrenceConstraintViolation
PROPERTY = ErrorCode.PropertyConstraintViolation
TYPE = ErrorCode.TypeConstraintViolation

# How strictly enumerations are read: not at all beyond the schema; open ones as they come; all as they come.
STRICT, OPEN, LENIENT = 0, 1, 2

# Integers that a database and the compiled decoder can hold. The schema files give no range; devices in the field use
# up to 63 bits for transaction ids.
SMALLEST, LARGEST = -(2**63), 2**63 - 1

_MAX_KEY = 40


def pointer_to(key: str) -> str:
    """One step of a JSON pointer (RFC 6901 §3). A hostile key is cut and made printable: the pointer goes into logs."""
    cut = printable(key, _MAX_KEY) + "..." * (len(key) > _MAX_KEY)
    return "/" + cut.replace("~", "~0").replace("/", "~1")


def under(step: str | int, fault: Fault) -> Fault:
    """A fault from below, seen from one step further up: its pointer grows at the front."""
    fault.pointer = (pointer_to(step) if isinstance(step, str) else f"/{step}") + fault.pointer
    return fault


class Wrong:
    """Stands in a plain value where a typed message holds what no JSON value can come from; says what is wanted."""

    __slots__ = ("wanted",)

    def __init__(self, wanted: str) -> None:
        self.wanted = wanted

    def __repr__(self) -> str:  # what an encoder says that is handed an unchecked message
        return f"what is no {self.wanted}"


def wrong_type(value: object, wanted: str) -> Fault:
    return Fault(TYPE, "", f"type {value.wanted if isinstance(value, Wrong) else wanted}")


class Node:
    """Any JSON value: the node of a schema without a type. ruled: something below has rules."""

    __slots__ = ()
    ruled = False

    def check(self, value: Any, mode: int) -> Fault | None:
        """The first fault of a parsed JSON value; None if it is valid. mode: STRICT, OPEN or LENIENT."""
        return None

    def build(self, value: Any) -> Any:
        """What a typed message holds for a checked JSON value."""
        return value

    def plain(self, value: Any) -> Any:
        """The JSON value for what a typed message holds, unchecked."""
        return value

    def broken(self, value: Any, sending: bool) -> Fault | None:
        """The first broken rule (not schema) in a typed value."""
        return None

    def in_draft(self, draft: int) -> Node:
        """This node under another draft of JSON Schema."""
        return self


class Text(Node):
    """A string. max_length counts code points; format: "", "date-time" (an aware datetime when typed) or "uri"."""

    __slots__ = ("max_length", "format", "is_format")

    def __init__(self, max_length: int | None = None, format: str = "") -> None:
        self.max_length = max_length
        self.format = format
        self.is_format: Callable[[str], bool] | None = FORMATS[format] if format else None

    def check(self, value: Any, mode: int) -> Fault | None:
        if not isinstance(value, str):
            return wrong_type(value, "string")
        if self.max_length is not None and len(value) > self.max_length:
            return Fault(PROPERTY, "", f"maxLength {self.max_length}")
        if self.is_format is not None and not self.is_format(value):
            return Fault(PROPERTY, "", f"format {self.format}")
        return None

    def build(self, value: Any) -> Any:
        return parse_instant(value) if self.format == "date-time" else value

    def plain(self, value: Any) -> Any:
        if self.format != "date-time":
            # No UTF-8 can carry a lone surrogate; here is where the field is still known.
            lone = isinstance(value, str) and not value.isascii() and sendable(value) != value
            return Wrong("string without lone surrogates") if lone else value
        try:
            return format_instant(value) if isinstance(value, datetime) else Wrong("datetime with a time zone")
        except ValueError:
            return Wrong("datetime with a time zone")


class Choice(Node):
    """One of some strings. members: by value, what a message holds; opens: the mode from which others are let in."""

    __slots__ = ("kind", "members", "opens")

    def __init__(self, members: Mapping[str, str], kind: type[StrEnum] | None = None, opens: int = LENIENT) -> None:
        self.members = dict(members)
        self.kind = kind
        self.opens = opens

    def check(self, value: Any, mode: int) -> Fault | None:
        if not isinstance(value, str):
            return wrong_type(value, "string")
        if value not in self.members and mode < self.opens:
            return Fault(PROPERTY, "", "enum")
        return None

    def build(self, value: Any) -> Any:
        member = self.members.get(value)
        if member is None and self.kind is not None:
            member = unknown_member(self.kind, value)
        return value if member is None else member

    def plain(self, value: Any) -> Any:
        return str(value) if isinstance(value, str) else value


class Boolean(Node):
    """true or false."""

    __slots__ = ()

    def check(self, value: Any, mode: int) -> Fault | None:
        return None if value is True or value is False else wrong_type(value, "boolean")


class Number(Node):
    """A number: a float when typed. multiple_of is exact on decimal digits; minimum and maximum are inclusive."""

    __slots__ = ("multiple_of", "minimum", "maximum", "step")

    def __init__(
        self, multiple_of: float | None = None, minimum: float | None = None, maximum: float | None = None
    ) -> None:
        self.multiple_of = multiple_of
        self.minimum = minimum
        self.maximum = maximum
        self.step: tuple[int, int] | None = None
        if multiple_of is not None:
            digits, places = digits_of(multiple_of)
            self.step = (int(digits) * 10 ** max(-places, 0), max(places, 0))

    def check(self, value: Any, mode: int) -> Fault | None:
        if not is_number(value):
            return wrong_type(value, "number")
        return self.check_range(value)

    def check_range(self, value: int | float | Decimal) -> Fault | None:
        if not is_finite(value):
            return Fault(PROPERTY, "", "range of a number")
        if self.minimum is not None and value < self.minimum:
            return Fault(PROPERTY, "", f"minimum {self.minimum}")
        if self.maximum is not None and value > self.maximum:
            return Fault(PROPERTY, "", f"maximum {self.maximum}")
        if self.step is not None and not is_multiple(value, self.step):
            return Fault(PROPERTY, "", f"multipleOf {self.multiple_of}")
        return None

    def build(self, value: Any) -> Any:
        return float(value)

    def plain(self, value: Any) -> Any:
        if isinstance(value, Decimal):
            return value if value.is_snan() else float(value)
        # An integer beyond 64 bits is written as the double that it is read as: its digits may exceed the peer's cap.
        beyond = is_number(value) and is_finite(value) and not SMALLEST <= value <= LARGEST
        return float(value) if beyond else value


class Integer(Number):
    """An integer. whole_floats: 1.0 is one as well, as it is from draft-06 on; capped: it must fit 64 bits."""

    __slots__ = ("whole_floats", "capped")

    def __init__(
        self,
        multiple_of: float | None = None,
        minimum: float | None = None,
        maximum: float | None = None,
        whole_floats: bool = False,
        capped: bool = False,
    ) -> None:
        super().__init__(multiple_of, minimum, maximum)
        self.whole_floats = whole_floats
        self.capped = capped

    def check(self, value: Any, mode: int) -> Fault | None:
        whole = value
        if not isinstance(value, int) or isinstance(value, bool):
            whole = as_whole(value) if self.whole_floats else None
            if whole is None:
                return wrong_type(value, "integer")
        if self.capped and not SMALLEST <= whole <= LARGEST:
            return Fault(PROPERTY, "", "range of an integer")
        return self.check_range(whole)

    def build(self, value: Any) -> Any:
        return value if isinstance(value, int) else as_whole(value)

    def plain(self, value: Any) -> Any:
        return value if isinstance(value, int) else Wrong("integer")

    def in_draft(self, draft: int) -> Node:
        return Integer(self.multiple_of, self.minimum, self.maximum, draft > 4, self.capped)


class Array(Node):
    """A list of like items, at least min_items, at most max_items."""

    __slots__ = ("items", "min_items", "max_items", "ruled")

    def __init__(self, items: Node, min_items: int = 0, max_items: int | None = None) -> None:
        self.items = items
        self.min_items = min_items
        self.max_items = max_items
        self.ruled = items.ruled

    def check(self, value: Any, mode: int) -> Fault | None:
        if not isinstance(value, list):
            return wrong_type(value, "array")
        for index, item in enumerate(value):
            fault = self.items.check(item, mode)
            if fault is not None:
                return under(index, fault)
        if len(value) < self.min_items:
            return Fault(OCCURRENCE, "", f"minItems {self.min_items}")
        if self.max_items is not None and len(value) > self.max_items:
            return Fault(OCCURRENCE, "", f"maxItems {self.max_items}")
        return None

    def build(self, value: Any) -> Any:
        return [self.items.build(item) for item in value]

    def plain(self, value: Any) -> Any:
        return [self.items.plain(item) for item in value] if isinstance(value, list | tuple) else Wrong("list")

    def broken(self, value: Any, sending: bool) -> Fault | None:
        for index, item in enumerate(value):
            fault = self.items.broken(item, sending)
            if fault is not None:
                return under(index, fault)
        return None

    def in_draft(self, draft: int) -> Node:
        return Array(self.items.in_draft(draft), self.min_items, self.max_items)


class Member:
    """One field of an object: its name on the wire and as an attribute, its node, and whether it must be there."""

    __slots__ = ("wire", "attribute", "node", "required")

    def __init__(self, wire: str, attribute: str, node: Node, required: bool) -> None:
        self.wire = wire
        self.attribute = attribute
        self.node = node
        self.required = required


class Object(Node):
    """An object with named fields. kind: the class of the typed message, None for a plain document; others: what fields
    without a name here must be, None: there may be none."""

    __slots__ = ("kind", "members", "required", "others", "rules", "ruled", "_by_name")

    def __init__(
        self,
        members: Sequence[Member],
        kind: type | None = None,
        others: Node | None = None,
        rules: Sequence[Rule] = (),
        required: Sequence[str] | None = None,
    ) -> None:
        self.kind = kind
        self.members = tuple(members)
        # Lists: a generator of Cython 3.3 keeps a reference to its type for ever (tests/refleak).
        self.required = tuple([m.wire for m in members if m.required] if required is None else required)
        self.others = others
        self.rules = tuple(rules)
        self.ruled = bool(rules) or any([member.node.ruled for member in members])
        self._by_name = {member.wire: member for member in members}

    def check(self, value: Any, mode: int) -> Fault | None:
        if not isinstance(value, dict):
            return wrong_type(value, "object")
        for key, item in value.items():
            member = self._by_name.get(key)
            node = self.others if member is None else member.node
            if node is None:
                return Fault(FORMAT, pointer_to(key), "unknown field")
            fault = node.check(item, mode)
            if fault is not None:
                return under(key, fault)
        for name in self.required:
            if name not in value:
                return Fault(OCCURRENCE, pointer_to(name), "required")
        return None

    def build(self, value: Any) -> Any:
        if self.kind is None:
            return value
        message: Any = object.__new__(self.kind)
        for member in self.members:
            item = value.get(member.wire)
            setattr(message, member.attribute, None if item is None else member.node.build(item))
        return message

    def plain(self, value: Any) -> Any:
        if self.kind is None:
            return value
        if not isinstance(value, self.kind):
            return Wrong(self.kind.__name__)
        plain = {}
        for member in self.members:
            item = getattr(value, member.attribute)
            if item is not None:
                plain[member.wire] = member.node.plain(item)
        return plain

    def broken(self, value: Any, sending: bool) -> Fault | None:
        for member in self.members:
            item = getattr(value, member.attribute) if member.node.ruled else None
            if item is not None:
                fault = member.node.broken(item, sending)
                if fault is not None:
                    return under(member.wire, fault)
        for rule in self.rules:
            fault = rule.judge(value, sending)
            if fault is not None:
                return fault
        return None
