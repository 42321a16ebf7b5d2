"""Shapes: a compiled payload as the wire sees it. A document validates; a message also loads and dumps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ocppcore.errors import InvalidMessage
from ocppcore.messages.schema.nodes import FORMAT, LENIENT, OPEN, STRICT, Node, Object
from ocppcore.wire.fault import Fault
from ocppcore.wire.frame import Limits

if TYPE_CHECKING:
    from ocppcore.wire.text import Data


def _check(node: Node, obj: Any, mode: int) -> Fault | None:
    # A payload that is no object breaks the form of the PDU (J 4.2.3, FormationViolation), not the type of one field.
    if isinstance(node, Object) and not isinstance(obj, dict):
        return Fault(FORMAT, "", "type object")
    return node.check(obj, mode)


class Schema:
    """A compiled JSON Schema document: see compile_schema()."""

    __slots__ = ("node", "draft", "table")

    def __init__(self, node: Node, draft: int) -> None:
        self.node = node
        self.draft = draft
        self.table: Any = None

    def validate(self, obj: Any) -> Fault | None:
        """A parsed JSON value in; the first fault in document order out, or None if it is valid.

        Numbers with a fraction or an exponent may be decimal.Decimal (exact) or float (judged on its shortest text).
        """
        try:
            return _check(self.node, obj, STRICT)
        except RecursionError:  # only a schema that refers to itself goes as deep as the value does
            return Fault(FORMAT, "", "depth")

    def validate_text(self, data: Data, limits: Limits | None = None) -> Fault | None:
        """A JSON text in, in one pass: a fault of the text, else the first fault in document order, or None."""
        from ocppcore.wire import check

        if self.table is None:
            from ocppcore.messages.schema.tables import table_of

            self.table = table_of(self.node)
        return check(data, self.table, self.validate, limits or Limits())


class MessageShape:
    """One message: JSON value <-> typed object. Compiled once, with its class."""

    __slots__ = ("node", "name", "table")

    def __init__(self, node: Object, name: str) -> None:
        self.node = node
        self.name = name
        self.table: Any = None

    def tabulate(self) -> Any:
        """The table of the fast path (tables.py), made when it is asked for first; False where there is none."""
        if self.table is None:
            from ocppcore.messages.schema.tables import table_of  # what never decodes has no use for it

            self.table = table_of(self.node)
        return self.table

    def load(self, obj: Any, *, lenient_enums: bool = False) -> Any:
        """A parsed JSON value in; the typed, validated message out, or a Fault (code, pointer and rule set).

        null is read as {} (OCPP-J 1.6 §4.2.1). lenient_enums: what an enumeration lacks is kept as an unknown member.
        """
        if obj is None:
            obj = {}
        fault = _check(self.node, obj, LENIENT if lenient_enums else OPEN)
        if fault is not None:
            return fault
        message = self.node.build(obj)
        return self.node.broken(message, False) or message if self.node.ruled else message

    def dump(self, message: Any) -> dict[str, Any]:
        """A typed message in; the JSON object to send out. Raises InvalidMessage, which names the field."""
        obj = self.plain(message)
        fault = _check(self.node, obj, STRICT)
        if fault is None and self.node.ruled:
            fault = self.node.broken(message, True)
        if fault is not None:
            raise InvalidMessage(self.name, fault)
        return obj

    def plain(self, message: Any) -> dict[str, Any]:
        """As dump, but nothing is checked: for who wants to send what the standard forbids."""
        obj: dict[str, Any] = self.node.plain(message)
        return obj
