"""What may stand beside a field of a declaration. To a type checker each returns the field's type; in truth, a Field.

    id_tag: str = text(20)                              required
    info: str | None = text(50, default=None)           optional: absent is None
    values: list[MeterValue] = listof(record(MeterValue), min=1)

The name on the wire is the attribute in camelCase unless `name=` says otherwise. `secret=` keeps it out of the repr.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeVar, cast, overload

from ocppcore.messages.rules import camel
from ocppcore.messages.schema.nodes import (
    LENIENT,
    OPEN,
    Array,
    Boolean,
    Choice,
    Integer,
    Member,
    Node,
    Number,
    Object,
    Text,
)
from ocppcore.messages.secret import Secret

if TYPE_CHECKING:
    from ocppcore.messages.base import Record

_REQUIRED: Any = object()

T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)
R = TypeVar("R", bound="Record")


class Field:
    """One declared field. node: what it is checked by; attribute and wire: its two names; secret: how it is shown, if
    it is one."""

    __slots__ = ("node", "required", "attribute", "wire", "secret")

    def __init__(self, node: Node, default: Any, name: str = "", secret: Secret | bool = False) -> None:
        if default is not _REQUIRED and default is not None:
            raise TypeError("the only default of a field is None: absent")
        self.node = node
        self.required = default is _REQUIRED
        self.attribute = ""
        self.wire = name
        self.secret = Secret() if secret is True else secret or None

    def bind(self, attribute: str, draft: int) -> None:
        """Take the place in a class: attribute is the name there, draft the class's draft of JSON Schema."""
        self.attribute = attribute
        self.wire = self.wire or camel(attribute)
        self.node = self.node.in_draft(draft)

    def member(self) -> Member:
        return Member(self.wire, self.attribute, self.node, self.required)


@overload
def text(
    max: int | None = None, *, format: str = "", name: str = "", secret: Secret | bool = False
) -> str: ...
@overload
def text(
    max: int | None = None, *, default: None, format: str = "", name: str = "", secret: Secret | bool = False
) -> str | None: ...
def text(
    max: int | None = None,
    *,
    default: None = _REQUIRED,
    format: str = "",
    name: str = "",
    secret: Secret | bool = False,
) -> Any:
    """A string of at most max characters (code points). format: "" or "uri"."""
    return Field(Text(max, format), default, name, secret)


@overload
def integer(*, min: int | None = None, max: int | None = None, name: str = "") -> int: ...
@overload
def integer(*, default: None, min: int | None = None, max: int | None = None, name: str = "") -> int | None: ...
def integer(*, default: None = _REQUIRED, min: int | None = None, max: int | None = None, name: str = "") -> Any:
    """An integer; True and 1.0 are none (from draft-06 on, 1.0 is one). min, max: inclusive."""
    return Field(Integer(None, min, max, capped=True), default, name)


@overload
def number(
    *, multiple_of: float | None = None, min: float | None = None, max: float | None = None, name: str = ""
) -> float: ...
@overload
def number(
    *,
    default: None,
    multiple_of: float | None = None,
    min: float | None = None,
    max: float | None = None,
    name: str = "",
) -> float | None: ...
def number(
    *,
    default: None = _REQUIRED,
    multiple_of: float | None = None,
    min: float | None = None,
    max: float | None = None,
    name: str = "",
) -> Any:
    """A decimal number, held as float; multiple_of is exact on the decimal digits (21.4 is a multiple of 0.1)."""
    return Field(Number(multiple_of, min, max), default, name)


@overload
def boolean(*, name: str = "") -> bool: ...
@overload
def boolean(*, default: None, name: str = "") -> bool | None: ...
def boolean(*, default: None = _REQUIRED, name: str = "") -> Any:
    """true or false."""
    return Field(Boolean(), default, name)


@overload
def instant(*, name: str = "") -> datetime: ...
@overload
def instant(*, default: None, name: str = "") -> datetime | None: ...
def instant(*, default: None = _REQUIRED, name: str = "") -> Any:
    """A point in time: an aware datetime; RFC 3339 text on the wire."""
    return Field(Text(None, "date-time"), default, name)


@overload
def enum(kind: type[E], *, without: tuple[E, ...] = (), open: bool = False, name: str = "") -> E: ...
@overload
def enum(
    kind: type[E], *, default: None, without: tuple[E, ...] = (), open: bool = False, name: str = ""
) -> E | None: ...
def enum(
    kind: type[E], *, default: None = _REQUIRED, without: tuple[E, ...] = (), open: bool = False, name: str = ""
) -> Any:
    """A member of an enumeration. without: members that this field does not have; open: what else arrives is kept as an
    unknown member, because the standard has a conf for it; it is never sent."""
    members = {member.value: member for member in kind if member not in without}
    return Field(Choice(members, kind, OPEN if open else LENIENT), default, name)


@overload
def record(kind: type[R], *, changed: Mapping[str, Any] | None = None, name: str = "") -> R: ...
@overload
def record(kind: type[R], *, default: None, changed: Mapping[str, Any] | None = None, name: str = "") -> R | None: ...
def record(
    kind: type[R], *, default: None = _REQUIRED, changed: Mapping[str, Any] | None = None, name: str = ""
) -> Any:
    """A nested type. changed: by attribute, fields that are declared otherwise in this one place."""
    return Field(_changed(kind.node, changed) if changed else kind.node, default, name)


def _changed(node: Object, changed: Mapping[str, Field]) -> Object:
    members = [
        Member(m.wire, m.attribute, field.node, field.required) if (field := changed.get(m.attribute)) else m
        for m in node.members
    ]
    return Object(members, node.kind, node.others, node.rules)


@overload
def listof(inner: T, *, min: int = 0, max: int | None = None, name: str = "") -> list[T]: ...
@overload
def listof(inner: T, *, default: None, min: int = 0, max: int | None = None, name: str = "") -> list[T] | None: ...
def listof(inner: Any, *, default: None = _REQUIRED, min: int = 0, max: int | None = None, name: str = "") -> Any:
    """A list of at least min and at most max of what inner declares: listof(text(50))."""
    return Field(Array(cast(Field, inner).node, min, max), default, name)


@overload
def anything(*, name: str = "") -> Any: ...
@overload
def anything(*, default: None, name: str = "") -> Any: ...
def anything(*, default: None = _REQUIRED, name: str = "") -> Any:
    """Any JSON value, left as it is."""
    return Field(Node(), default, name)
