"""Rules: what the text of the standard demands beyond its schema files. They stand beside the fields (`rules=`).

They are judged after the whole payload is known to fit the schema, on the typed message, inner records first. They
are left out of the exported schema. A rule without a code binds what we send only: its breach has an answer of its
own in the standard (a conf with a status, such as Rejected), or is one that receivers put up with; what arrives is
for the receiver to judge.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Any

from ocppcore.version import ErrorCode
from ocppcore.wire.fault import Fault

PROPERTY = ErrorCode.PropertyConstraintViolation
OCCURRENCE = ErrorCode.OccurrenceConstraintViolation

Judge = Callable[[Any], str | None]


class Rule:
    """One rule. section: where the text says so; text: the rule in a few words; code: how its breach is answered.

    broken_at: takes a message that fits the schema; returns the JSON pointer of what breaks the rule, or None.
    """

    __slots__ = ("section", "text", "broken_at", "code")

    def __init__(self, section: str, text: str, broken_at: Judge, code: ErrorCode | None = PROPERTY) -> None:
        self.section = section
        self.text = text
        self.broken_at = broken_at
        self.code = code

    def judge(self, message: Any, sending: bool) -> Fault | None:
        """The fault of a message that breaks the rule; sending: it is ours."""
        if self.code is None and not sending:
            return None
        pointer = self.broken_at(message)
        return None if pointer is None else Fault(self.code or PROPERTY, pointer, f"{self.text} ({self.section})")


class AtLeast:
    """Broken where a number that is there is below a minimum."""

    __slots__ = ("attribute", "pointer", "minimum")

    def __init__(self, attribute: str, pointer: str, minimum: int) -> None:
        self.attribute = attribute
        self.pointer = pointer
        self.minimum = minimum

    def __call__(self, message: Any) -> str | None:
        value = getattr(message, self.attribute)
        return self.pointer if value is not None and value < self.minimum else None


class NotEmpty:
    """Broken where a list that is there is empty."""

    __slots__ = ("attribute", "pointer")

    def __init__(self, attribute: str, pointer: str) -> None:
        self.attribute = attribute
        self.pointer = pointer

    def __call__(self, message: Any) -> str | None:
        value = getattr(message, self.attribute)
        return self.pointer if value is not None and not value else None


class FirstIs:
    """Broken where a field of the first item of a list is not a certain integer."""

    __slots__ = ("attribute", "field", "value")

    def __init__(self, attribute: str, field: str, value: int) -> None:
        self.attribute = attribute
        self.field = field
        self.value = value

    def __call__(self, message: Any) -> str | None:
        items = getattr(message, self.attribute)
        if not items or getattr(items[0], self.field) == self.value:
            return None
        return f"/{camel(self.attribute)}/0/{camel(self.field)}"


class Ascending:
    """Broken where a field does not grow from one item of a list to the next."""

    __slots__ = ("attribute", "field")

    def __init__(self, attribute: str, field: str) -> None:
        self.attribute = attribute
        self.field = field

    def __call__(self, message: Any) -> str | None:
        items = getattr(message, self.attribute) or ()
        for index in range(1, len(items)):
            if getattr(items[index], self.field) <= getattr(items[index - 1], self.field):
                return f"/{camel(self.attribute)}/{index}/{camel(self.field)}"
        return None


class OnlyWith:
    """Broken where a field is there although another one is not a certain member of its enumeration."""

    __slots__ = ("attribute", "other", "member")

    def __init__(self, attribute: str, other: str, member: StrEnum) -> None:
        self.attribute = attribute
        self.other = other
        self.member = member

    def __call__(self, message: Any) -> str | None:
        alone = getattr(message, self.other) == self.member
        return None if alone or getattr(message, self.attribute) is None else "/" + camel(self.attribute)


def at_least(attribute: str, minimum: int, section: str, code: ErrorCode | None = PROPERTY) -> Rule:
    """The number is at least minimum, if it is there."""
    return Rule(section, f"minimum {minimum}", AtLeast(attribute, "/" + camel(attribute), minimum), code)


def not_empty(attribute: str, section: str) -> Rule:
    """The list has an item, if it is there."""
    return Rule(section, "minItems 1", NotEmpty(attribute, "/" + camel(attribute)), OCCURRENCE)


def first_is(attribute: str, field: str, value: int, section: str) -> Rule:
    """The field of the first item of the list is value."""
    return Rule(section, f"the first is {value}", FirstIs(attribute, field, value))


def ascending(attribute: str, field: str, section: str) -> Rule:
    """The field grows from item to item of the list."""
    return Rule(section, "ascending", Ascending(attribute, field))


def only_with(
    attribute: str, other: str, member: StrEnum, section: str, code: ErrorCode | None = PROPERTY
) -> Rule:
    """The field is there only if the other one is this member."""
    return Rule(section, f"only with {member}", OnlyWith(attribute, other, member), code)


def camel(attribute: str) -> str:
    """The name on the wire of an attribute: id_tag_info is idTagInfo."""
    first, *others = attribute.split("_")
    return first + "".join([word[:1].upper() + word[1:] for word in others])
