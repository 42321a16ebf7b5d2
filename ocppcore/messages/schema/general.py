"""Nodes for what JSON Schema allows and OCPP does not need: any mix of keywords, tuples, references in a circle.

Documents of users may have them; declared messages do not. Validation only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ocppcore.messages.schema.nodes import OCCURRENCE, PROPERTY, Node, under, wrong_type
from ocppcore.messages.schema.numbers import as_whole, digits_of, is_finite, is_number
from ocppcore.wire.fault import Fault

TYPES = ("null", "boolean", "integer", "number", "string", "array", "object")


def type_of(value: object) -> str:
    """The JSON type of a parsed value; every number is "number"."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if is_number(value):
        return "number"
    kinds = {str: "string", list: "array", dict: "object"}
    return next((name for kind, name in kinds.items() if isinstance(value, kind)), "")


def frozen(value: Any) -> object:
    """A value as something hashable, equal where JSON Schema calls two values equal: 1 is 1.0, and is not true."""
    if isinstance(value, dict):
        return "object", frozenset((key, frozen(item)) for key, item in value.items())
    if isinstance(value, list):
        return "array", tuple([frozen(item) for item in value])
    if is_number(value):
        return "number", value < 0, digits_of(value) if is_finite(value) else None
    return type_of(value), value


class Mixed(Node):
    """Keywords for several types at once. types: the allowed ones, None: all; choices: the allowed values, None: all;
    parts: by type, what a value of that type is checked by."""

    __slots__ = ("types", "choices", "parts", "whole_floats")

    def __init__(
        self, types: Sequence[str] | None, choices: Sequence[Any] | None, parts: Mapping[str, Node], whole_floats: bool
    ) -> None:
        self.types = types
        self.choices = None if choices is None else frozenset(map(frozen, choices))
        self.parts = dict(parts)
        self.whole_floats = whole_floats

    def check(self, value: Any, mode: int) -> Fault | None:
        kind = type_of(value)
        if self.types is not None and kind not in self.types and not ("integer" in self.types and self.is_whole(value)):
            return wrong_type(value, " or ".join(self.types))
        if self.choices is not None and frozen(value) not in self.choices:
            return Fault(PROPERTY, "", "enum")
        part = self.parts.get(kind)
        return None if part is None else part.check(value, mode)

    def is_whole(self, value: object) -> bool:
        if isinstance(value, int):
            return not isinstance(value, bool)
        return self.whole_floats and as_whole(value) is not None


class Tuple(Node):
    """A list whose first items have each a node of their own. others: the node of the rest, None: there is no rest."""

    __slots__ = ("first", "others", "min_items", "max_items")

    def __init__(self, first: Sequence[Node], others: Node | None, min_items: int, max_items: int | None) -> None:
        self.first = tuple(first)
        self.others = others
        self.min_items = min_items
        self.max_items = max_items if others is not None else min(len(first), max_items or len(first))

    def check(self, value: Any, mode: int) -> Fault | None:
        if not isinstance(value, list):
            return wrong_type(value, "array")
        for index, item in enumerate(value):
            node = self.first[index] if index < len(self.first) else self.others
            fault = None if node is None else node.check(item, mode)
            if fault is not None:
                return under(index, fault)
        if len(value) < self.min_items:
            return Fault(OCCURRENCE, "", f"minItems {self.min_items}")
        if self.max_items is not None and len(value) > self.max_items:
            return Fault(OCCURRENCE, "", f"maxItems {self.max_items}")
        return None


class Nothing(Node):
    """The schema `false` of draft-06: no value is valid."""

    __slots__ = ()

    def check(self, value: Any, mode: int) -> Fault | None:
        return Fault(PROPERTY, "", "never valid")


class Link(Node):
    """A reference to a schema that is still being compiled."""

    __slots__ = ("target",)

    def __init__(self) -> None:
        self.target = Node()

    def check(self, value: Any, mode: int) -> Fault | None:
        return self.target.check(value, mode)
