"""msgspec Structs made from our declarations, so that msgspec is asked for what our decoder is asked for.

Required fields, no unknown ones, maxLength, ranges, counts of items, enumerations; an absent field is UNSET. Left out,
because msgspec has nothing like it: multipleOf on decimal digits, `uri`, the years of an instant, the `rules=` of the
text, message ids, duplicate keys. dates: date-time becomes an aware datetime, as with us; without it, it stays an
unchecked text.
"""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, UnsetType

from ocppcore.messages.schema.nodes import Array, Boolean, Choice, Integer, Node, Number, Object, Text


@cache
def struct(message: type[Any], dates: bool = True) -> type[msgspec.Struct]:
    """The Struct of a message or record class."""
    return _struct(message.node, dates)


def _struct(node: Object, dates: bool) -> type[msgspec.Struct]:
    fields: list[Any] = []
    for member in sorted(node.members, key=lambda member: not member.required):
        kind = _type(member.node, dates)
        fields.append(
            (member.attribute, kind) if member.required else (member.attribute, kind | UnsetType, UNSET)
        )
    names = {member.attribute: member.wire for member in node.members}
    assert node.kind is not None
    return msgspec.defstruct(node.kind.__name__, fields, rename=names, forbid_unknown_fields=True)


def _type(node: Node, dates: bool) -> Any:
    if isinstance(node, Object):
        return _struct(node, dates)
    if isinstance(node, Array):
        items: Any = _type(node.items, dates)
        return _limited(list[items], min_length=node.min_items or None, max_length=node.max_items)
    if isinstance(node, Choice):
        return node.kind
    if isinstance(node, Boolean):
        return bool
    if isinstance(node, Number):
        return _limited(int if isinstance(node, Integer) else float, ge=node.minimum, le=node.maximum)
    if isinstance(node, Text):
        if node.format == "date-time":
            return Annotated[datetime, Meta(tz=True)] if dates else str
        return _limited(str, max_length=node.max_length)
    return Any


def _limited(kind: Any, **limits: Any) -> Any:
    given = {name: limit for name, limit in limits.items() if limit is not None}
    return Annotated[kind, Meta(**given)] if given else kind
