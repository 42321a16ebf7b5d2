"""The JSON Schema of each message, in the draft and the form in which the standard publishes it.

1.6 proper is draft-04: a title, and everything written out in place. The security extension is draft-06: an id, and
definitions of the named types. Rules of the text (`rules=`) are no part of it.
"""

from __future__ import annotations

from typing import Any

from ocppcore.messages.base import Request, Response
from ocppcore.messages.schema.nodes import Array, Boolean, Choice, Integer, Node, Number, Object, Text

_DRAFT = "http://json-schema.org/draft-0{}/schema#"


def schema_of(message: type[Request[Any]] | type[Response]) -> dict[str, Any]:
    """A message class in, its JSON Schema document out."""
    definitions: dict[str, Any] | None = {} if message.draft > 4 else None
    document: dict[str, Any] = {"$schema": _DRAFT.format(message.draft)}
    body = _object(message.node, definitions)
    if definitions is None:
        return document | {"title": message.__name__} | body
    document["$id"] = f"urn:OCPP:Cp:1.6:2020:3:{message.action}.{'req' if issubclass(message, Request) else 'conf'}"
    return document | ({"definitions": definitions} if definitions else {}) | body


def _describe(node: Node, definitions: dict[str, Any] | None) -> dict[str, Any]:
    """The schema of a node; named types go to the definitions, where there are some; a use that differs stays here."""
    if not isinstance(node, Object | Choice):
        return _plain(node, definitions)
    schema = _object(node, definitions) if isinstance(node, Object) else _choice(node)
    if definitions is None or node.kind is None:
        return schema
    if definitions.setdefault(node.kind.__name__, schema) != schema:
        return schema
    return {"$ref": f"#/definitions/{node.kind.__name__}"}


def _object(node: Object, definitions: dict[str, Any] | None) -> dict[str, Any]:
    properties = {member.wire: _describe(member.node, definitions) for member in node.members}
    schema: dict[str, Any] = {"type": "object"}
    if properties or definitions is None:  # where draft-06 is used, the files leave an empty list of properties out
        schema["properties"] = properties
    schema["additionalProperties"] = False
    if node.required:
        schema["required"] = list(node.required)
    return schema


def _choice(node: Choice) -> dict[str, Any]:
    # additionalProperties means nothing for a string; the files have it (OCPP-J errata 3.2).
    return {"type": "string", "additionalProperties": False, "enum": list(node.members)}


def _plain(node: Node, definitions: dict[str, Any] | None) -> dict[str, Any]:
    if isinstance(node, Text):
        return _present(type="string", maxLength=node.max_length, format=node.format or None)
    if isinstance(node, Boolean):
        return {"type": "boolean"}
    if isinstance(node, Number):
        kind = "integer" if isinstance(node, Integer) else "number"
        return _present(type=kind, multipleOf=node.multiple_of, minimum=node.minimum, maximum=node.maximum)
    if isinstance(node, Array):
        closed = None if definitions is None else False
        items = _describe(node.items, definitions)
        return _present(
            type="array", additionalItems=closed, items=items, minItems=node.min_items or None, maxItems=node.max_items
        )
    return {}


def _present(**keywords: Any) -> dict[str, Any]:
    return {keyword: value for keyword, value in keywords.items() if value is not None}
