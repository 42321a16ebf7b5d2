"""Message, Request, Response and Record: what makes a class of a list of fields.

    class AuthorizeResponse(Response):
        id_tag_info: IdTagInfo = record(IdTagInfo)

    class AuthorizeRequest(Request[AuthorizeResponse]):
        id_tag: str = text(20)

The metaclass reads the values in a class body and never its annotations, which are for type checkers alone. It sets
`__slots__` and compiles the validator. Class keywords: `rules=` (messages/rules.py) and `draft=`, the draft of JSON
Schema in which the standard publishes the message (4 or 6).

A message is built by keyword, is mutable, compares by value, has no hash. Building does not validate it: sending does.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import Enum
from typing import Any, ClassVar, Generic, TypeVar, dataclass_transform

from ocppcore.messages.fields import Field, anything, boolean, enum, instant, integer, listof, number, record, text
from ocppcore.messages.instant import format_instant
from ocppcore.messages.rules import Rule
from ocppcore.messages.schema.nodes import Member, Object
from ocppcore.messages.schema.shape import MessageShape

__all__ = ["Message", "Record", "Request", "Response", "replace"]


@dataclass_transform(
    kw_only_default=True,
    field_specifiers=(text, integer, number, boolean, instant, enum, record, listof, anything),
)
class MessageType(type):
    """The metaclass of all messages and records."""

    def __new__(
        mcls,
        name: str,
        bases: tuple[type, ...],
        body: dict[str, Any],
        *,
        rules: Sequence[Rule] = (),
        draft: int | None = None,
    ) -> MessageType:
        own = {attribute: value for attribute, value in body.items() if isinstance(value, Field)}
        for attribute in own:
            del body[attribute]
        body["__slots__"] = tuple(own)
        cls: Any = super().__new__(mcls, name, bases, body)
        cls.draft = draft or getattr(cls, "draft", 4)
        for attribute, field in own.items():
            field.bind(attribute, cls.draft)
        cls._fields = getattr(cls, "_fields", ()) + tuple(own.values())
        inherited = cls.node.rules if hasattr(cls, "node") else ()
        cls.node = Object([field.member() for field in cls._fields], cls, rules=(*inherited, *rules))
        cls.shape = MessageShape(cls.node, name)
        made: MessageType = cls
        return made


class Message(metaclass=MessageType):
    """What requests, responses and records have in common. A field that is absent is None."""

    draft: ClassVar[int]
    node: ClassVar[Object]
    shape: ClassVar[MessageShape]
    _fields: ClassVar[tuple[Field, ...]]

    def __init__(self, **values: Any) -> None:
        _fill(self, self.node.members, values)

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        for field in self._fields:
            if not getattr(self, field.attribute) == getattr(other, field.attribute):
                return False
        return True

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        values = [(field, getattr(self, field.attribute, None)) for field in self._fields]
        shown = [f"{field.attribute}={_show(self, field, value)}" for field, value in values if value is not None]
        return f"{type(self).__name__}({', '.join(shown)})"

    def __replace__(self, /, **changes: Any) -> Any:
        values = {field.attribute: getattr(self, field.attribute) for field in self._fields}
        return type(self)(**(values | changes))


def _fill(message: Message, members: tuple[Member, ...], values: dict[str, Any]) -> None:
    """Give a new message its values. Raises TypeError for one that it lacks or does not have."""
    for member in members:
        if member.attribute in values:
            setattr(message, member.attribute, values.pop(member.attribute))
        elif member.required:
            raise TypeError(f"{type(message).__name__} lacks {member.attribute}")
        else:
            setattr(message, member.attribute, None)
    if values:
        raise TypeError(f"{type(message).__name__} has no field {next(iter(values))}")


def _show(message: Message, field: Field, value: Any) -> str:
    """How a repr shows a value: never a secret one; instants as on the wire, enumerations as in code."""
    if field.secret is not None:
        return field.secret.show(message, value)
    if isinstance(value, Enum):
        return f"{type(value).__name__}.{value.name}"
    if isinstance(value, datetime) and value.tzinfo is not None:
        return format_instant(value)
    return repr(value)


class Record(Message):
    """A type of the standard that occurs inside messages."""


class Response(Message):
    """The answer to a request. action: the name under which the request travels; shape: reads and writes it."""

    action: ClassVar[str]

    def __init_subclass__(cls, **keywords: Any) -> None:
        super().__init_subclass__(**keywords)
        cls.action = cls.__name__.removesuffix("Response")


R_co = TypeVar("R_co", bound=Response, covariant=True)
M = TypeVar("M", bound=Message)


class Request(Message, Generic[R_co]):
    """A request; R_co is the class of its answer. action: its name on the wire; shape: reads and writes it."""

    action: ClassVar[str]
    response: ClassVar[type[Response]]

    def __init_subclass__(cls, **keywords: Any) -> None:
        super().__init_subclass__(**keywords)
        cls.action = cls.__name__.removesuffix("Request")
        (cls.response,) = cls.__orig_bases__[0].__args__  # type: ignore[attr-defined]


def replace(message: M, /, **changes: Any) -> M:
    """A copy of a message with some fields changed. Raises TypeError for a name that is no field."""
    changed: M = message.__replace__(**changes)
    return changed
