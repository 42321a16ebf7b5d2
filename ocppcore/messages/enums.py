"""Enumerations of the standard are plain StrEnums. Here: what to do with a value that the standard does not have.

Devices send such values. Where the policy of a session lets them through, they are kept as a member of the same type
that stands in no table: it compares and prints like the text that came, and is never registered, so that a hostile
peer cannot make a class grow.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TypeVar

E = TypeVar("E", bound=StrEnum)


def unknown_member(kind: type[E], value: str) -> E:
    """A member of kind for a value that kind does not have. kind(value) still raises ValueError for it."""
    member = str.__new__(kind, value)
    member._name_ = value
    member._value_ = value
    return member


def is_known(member: StrEnum) -> bool:
    """False for what unknown_member made."""
    return member._name_ in type(member).__members__
