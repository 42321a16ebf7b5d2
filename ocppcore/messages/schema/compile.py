"""JSON Schema documents to nodes: draft-04 and draft-06, the keywords that OCPP uses, and no others.

The keywords are those of the schema files of 1.6, 2.0.1 and 2.1. A keyword that is none of them is refused, because a
validator that overlooks one accepts what it should not; so are formats and drafts that OCPP does not use, and
references out of the document.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from ocppcore.errors import SchemaError
from ocppcore.messages.schema.formats import FORMATS
from ocppcore.messages.schema.general import TYPES, Link, Mixed, Nothing, Tuple
from ocppcore.messages.schema.nodes import Array, Boolean, Choice, Integer, Member, Node, Number, Object, Text
from ocppcore.messages.schema.numbers import as_whole, is_number
from ocppcore.messages.schema.shape import Schema

_DRAFTS = {"http://json-schema.org/draft-04/schema": 4, "http://json-schema.org/draft-06/schema": 6}
# Say nothing about which values are valid. id is draft-04's name of $id; the alliance's files have it.
_ANNOTATIONS = {"$schema", "$id", "id", "title", "description", "comment", "javaType", "default", "definitions"}
_BY_TYPE = {
    "string": {"maxLength", "format"},
    "number": {"multipleOf", "minimum", "maximum"},
    "array": {"items", "additionalItems", "minItems", "maxItems"},
    "object": {"properties", "required", "additionalProperties"},
}
KEYWORDS = frozenset(_ANNOTATIONS.union({"type", "enum", "$ref"}, *_BY_TYPE.values()))


def compile_schema(document: Mapping[str, Any]) -> Schema:
    """A JSON Schema document in, something that validates out. Raises SchemaError for what OCPP does not use."""
    if not isinstance(document, Mapping):
        raise SchemaError("a schema document is a JSON object")
    name = str(document.get("$schema", "")).removesuffix("#")
    if name not in _DRAFTS:
        raise SchemaError(f"$schema {name!r} is neither draft-04 nor draft-06")
    compiler = _Compiler(document, _DRAFTS[name])
    return Schema(compiler.refer("#"), compiler.draft)


class _Compiler:
    """The work on one document. known: by reference, what is compiled, or a Link to what is about to be."""

    def __init__(self, document: Mapping[str, Any], draft: int) -> None:
        self.document = document
        self.draft = draft
        self.known: dict[str, Node] = {}
        self.makers: dict[str, Callable[[Mapping[str, Any]], Node]] = {
            "string": self.text,
            "number": self.number,
            "array": self.array,
            "object": self.object,
        }

    def refer(self, reference: str) -> Node:
        """The node behind a $ref. A schema that refers to itself finds the Link that is set here."""
        if reference not in self.known:
            self.known[reference] = link = Link()
            link.target = self.known[reference] = self.node(self.resolve(reference))
        return self.known[reference]

    def resolve(self, reference: str) -> Any:
        """The schema that a $ref such as #/definitions/Name points to (RFC 6901 in a URI fragment)."""
        if reference != "#" and not reference.startswith("#/"):
            raise SchemaError(f"$ref {reference[:80]!r} leads out of the document")
        schema: Any = self.document
        for step in reference[1:].split("/")[1:]:
            step = re.sub(r"%([0-9A-Fa-f]{2})", lambda escape: chr(int(escape[1], 16)), step)
            step = step.replace("~1", "/").replace("~0", "~")
            try:
                schema = schema[int(step)] if isinstance(schema, list) else schema[step]
            except (KeyError, IndexError, ValueError, TypeError):
                raise SchemaError(f"$ref {reference[:80]!r} leads nowhere") from None
        return schema

    def node(self, schema: Any) -> Node:
        if isinstance(schema, bool) and self.draft > 4:
            return Node() if schema else Nothing()
        if not isinstance(schema, Mapping):
            raise SchemaError("a schema is a JSON object")
        if "$ref" in schema:
            return self.refer(str(schema["$ref"]))  # what stands beside a $ref does not count (draft-04 and -06)
        if unknown := schema.keys() - KEYWORDS:
            raise SchemaError(f"keyword {min(map(str, unknown))!r} is none that OCPP uses")
        for inner in self.mapping(schema, "definitions").values():
            self.node(inner)  # refused here if it cannot be compiled, even where nothing refers to it
        types = self.types(schema)
        return self.single(types[0], schema) if types and len(types) == 1 else self.mixed(types, schema)

    def types(self, schema: Mapping[str, Any]) -> list[str] | None:
        types = schema.get("type")
        types = [types] if isinstance(types, str) else types
        if types is not None and not (isinstance(types, list) and types and all(name in TYPES for name in types)):
            raise SchemaError(f"type {types!r} is none of JSON")
        return types

    def single(self, kind: str, schema: Mapping[str, Any]) -> Node:
        """The node of a schema with one type: all that the files of OCPP have."""
        values = schema.get("enum")
        if kind == "null" or values is not None and (kind != "string" or _BY_TYPE["string"] & schema.keys()):
            return self.mixed([kind], schema)
        if isinstance(values, list) and all(isinstance(value, str) for value in values):
            return Choice({value: value for value in values})
        if values is not None:
            return self.mixed([kind], schema)
        if kind == "boolean":
            return Boolean()
        if kind == "integer":
            return Integer(*self.limits(schema), self.draft > 4)
        return self.makers[kind](schema)

    def mixed(self, types: list[str] | None, schema: Mapping[str, Any]) -> Node:
        parts = {kind: self.makers[kind](schema) for kind, keywords in _BY_TYPE.items() if keywords & schema.keys()}
        choices = schema.get("enum")
        if choices is not None and not isinstance(choices, list):
            raise SchemaError("enum is not a list")
        if types is None and choices is None and not parts:
            return Node()
        return Mixed(types, choices, parts, self.draft > 4)

    def text(self, schema: Mapping[str, Any]) -> Node:
        form = str(schema.get("format", ""))
        if "format" in schema and form not in FORMATS:
            raise SchemaError(f"format {form!r} is none that OCPP uses")
        return Text(self.count(schema, "maxLength"), form)

    def number(self, schema: Mapping[str, Any]) -> Node:
        return Number(*self.limits(schema))

    def limits(self, schema: Mapping[str, Any]) -> tuple[Any, Any, Any]:
        step, least, most = schema.get("multipleOf"), schema.get("minimum"), schema.get("maximum")
        if any(limit is not None and not is_number(limit) for limit in (step, least, most)):
            raise SchemaError("multipleOf, minimum and maximum are numbers")
        if step is not None and step <= 0:
            raise SchemaError("multipleOf is not above 0")
        return step, least, most

    def array(self, schema: Mapping[str, Any]) -> Node:
        items = schema.get("items", {})
        few, many = self.count(schema, "minItems") or 0, self.count(schema, "maxItems")
        rest = schema.get("additionalItems", True)
        others = None if rest is False else Node() if rest is True else self.node(rest)
        if isinstance(items, list):
            return Tuple([self.node(item) for item in items], others, few, many)
        return Array(self.node(items), few, many)  # additionalItems says nothing about like items

    def object(self, schema: Mapping[str, Any]) -> Node:
        rest = schema.get("additionalProperties", True)
        others = None if rest is False else Node() if rest is True else self.node(rest)
        required = schema.get("required", [])
        if not isinstance(required, list) or not all(isinstance(name, str) for name in required):
            raise SchemaError("required is not a list of names")
        fields = self.mapping(schema, "properties").items()
        members = [Member(name, name, self.node(inner), name in required) for name, inner in fields]
        return Object(members, others=others, required=required)

    def mapping(self, schema: Mapping[str, Any], keyword: str) -> Mapping[str, Any]:
        inner = schema.get(keyword, {})
        if not isinstance(inner, Mapping):
            raise SchemaError(f"{keyword} is not an object of schemas")
        return inner

    def count(self, schema: Mapping[str, Any], keyword: str) -> int | None:
        given = schema.get(keyword)
        count = given if type(given) is int else as_whole(given)
        if given is not None and (count is None or count < 0):
            raise SchemaError(f"{keyword} is not a count")
        return count
