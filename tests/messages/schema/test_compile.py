"""JSON Schema documents: all files of 1.6, 2.0.1 and 2.1 compile, what OCPP does not use is refused, and the rest is
meant as draft-04 and draft-06 say."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import jsonschema
import ocpp
import pytest

from ocppcore.errors import SchemaError
from ocppcore.messages.schema.compile import KEYWORDS, compile_schema
from ocppcore.version import ErrorCode

FILES = sorted(Path(ocpp.__file__).parent.glob("v*/schemas/*.json"))
DRAFT_04 = "http://json-schema.org/draft-04/schema#"
DRAFT_06 = "http://json-schema.org/draft-06/schema#"


def load(path: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(path.read_text("utf-8-sig"))
    return document


def keywords(schema: dict[str, Any]) -> set[str]:
    found = set(schema)
    for key in ("properties", "definitions"):
        for inner in schema.get(key, {}).values():
            found |= keywords(inner)
    return found | (keywords(schema["items"]) if "items" in schema else set())


def test_there_are_three_versions_of_files() -> None:
    assert {path.parts[-3] for path in FILES} == {"v16", "v201", "v21"}
    assert len(FILES) == 78 + 128 + 181


def test_the_keywords_are_those_of_the_files_and_the_id_of_draft_04() -> None:
    assert KEYWORDS == set().union(*(keywords(load(path)) for path in FILES)) | {"id"}


@pytest.mark.parametrize("version", ["v16", "v201", "v21"])
def test_every_file_compiles_and_validates(version: str) -> None:
    for path in FILES:
        if path.parts[-3] == version:
            schema = compile_schema(load(path))
            fault = schema.validate({"": 0})
            assert fault is not None and (fault.code, fault.pointer) == (ErrorCode.FormatViolation, "/")
            assert schema.validate([]) is not None and schema.validate(None) is not None


def test_2_0_1_has_custom_data_that_may_hold_anything_and_enums_behind_references() -> None:
    schema = compile_schema(load(Path(ocpp.__file__).parent / "v201/schemas/BootNotificationRequest.json"))
    station = {"model": "m", "vendorName": "v", "customData": {"vendorId": "x", "more": [{}, None]}}
    boot = {"reason": "PowerUp", "chargingStation": station}
    assert schema.validate(boot) is None
    for change, pointer in [
        ({"reason": "powerup"}, "/reason"),
        ({"chargingStation": station | {"customData": {}}}, "/chargingStation/customData/vendorId"),
        ({"chargingStation": station | {"modem": {"imsi": "1" * 21}}}, "/chargingStation/modem/imsi"),
    ]:
        fault = schema.validate(boot | change)
        assert fault is not None and fault.pointer == pointer


@pytest.mark.parametrize(
    "schema",
    [
        *({"pattern": "x"}, {"minLength": 1}, {"uniqueItems": True}, {"oneOf": []}, {"const": 1}, {"not": {}}),
        *({"exclusiveMinimum": 1}, {"patternProperties": {}}, {"dependencies": {}}, {"x-own": 1}),
        *({"properties": {"a": {"not": {}}}}, {"items": {"minLength": 1}}, {"definitions": {"A": {"not": {}}}}),
        *({"additionalProperties": {"not": {}}}, {"items": [{"not": {}}]}, {"additionalItems": {"not": 1}}),
        *({"type": "text"}, {"type": []}, {"type": 5}, {"enum": "x"}, {"items": 1}, {"properties": []}),
        *({"format": "email"}, {"type": "string", "format": "regex"}, {"format": 1}, {"format": []}),
        *({"$ref": "other.json"}, {"$ref": "#/definitions/none"}, {"$ref": "#/properties/x"}),
        *({"$ref": "#x"}, {"$ref": 1}),
        *({"maxLength": -1}, {"maxLength": "1"}, {"minItems": 1.5}, {"maxItems": True}),
        *({"required": "x"}, {"required": [1]}),
        *({"multipleOf": 0}, {"multipleOf": -0.1}, {"minimum": "1"}, {"maximum": True}),
    ],
)
@pytest.mark.parametrize("draft", [DRAFT_04, DRAFT_06])
def test_what_ocpp_does_not_use_is_refused(schema: dict[str, Any], draft: str) -> None:
    with pytest.raises(SchemaError):
        compile_schema({"$schema": draft} | schema)


@pytest.mark.parametrize("name", [None, "", "http://json-schema.org/draft-07/schema#", 4, "draft-04"])
def test_another_draft_is_refused(name: Any) -> None:
    with pytest.raises(SchemaError, match="draft-04 nor draft-06"):
        compile_schema({"type": "object"} | ({"$schema": name} if name is not None else {}))


def test_a_document_is_an_object_and_true_is_a_schema_in_draft_06_only() -> None:
    for document in (True, [], "x"):
        with pytest.raises(SchemaError):
            compile_schema(document)  # type: ignore[arg-type]
    with pytest.raises(SchemaError):
        compile_schema({"$schema": DRAFT_04, "properties": {"a": True}})
    schema = compile_schema({"$schema": DRAFT_06, "properties": {"a": True, "b": False}})
    assert schema.validate({"a": 1}) is None
    assert schema.validate({"b": 1}) is not None


# Any mix of the keywords means what the draft says: the judgement of the jsonschema package is the yardstick.
MIXES: list[dict[str, Any]] = [
    *({}, {"maxLength": 2}, {"minimum": 1.1}, {"maximum": 3}, {"multipleOf": 0.5}, {"required": ["a", "b"]}),
    *({"type": ["string", "null"]}, {"type": ["integer"]}, {"type": "null"}),
    {"type": ["number", "array"], "maxItems": 1},
    *({"enum": [1, "a", None, [1], {"a": 1}]}, {"enum": [True]}, {"enum": [[False]]}),
    {"type": "string", "enum": ["aa", 1]},
    *({"type": "string", "enum": ["a", "aaa"], "maxLength": 2}, {"type": "integer", "enum": [1, 2.5]}),
    *({"minItems": 1, "maxItems": 2}, {"items": {"type": "integer"}}),
    {"items": [{"type": "integer"}, {"maxLength": 1}]},
    {"items": [{"type": "integer"}], "additionalItems": False},
    {"items": [{"type": "integer"}], "additionalItems": {"type": "string"}, "maxItems": 2},
    {"items": {}, "additionalItems": False},
    {"properties": {"a": {"type": "integer"}}, "additionalProperties": {"type": "string"}},
    {"properties": {"a": {}}, "additionalProperties": False},
    {"type": "integer", "multipleOf": 2, "minimum": -2, "maximum": 4},
    {"definitions": {"a/b": {"type": "integer"}, "c%d": {"$ref": "#/definitions/a~1b"}}, "$ref": "#/definitions/c%25d"},
    {"properties": {"a": {"$ref": "#"}}, "additionalProperties": False},
    {"properties": {"$ref": {"type": "string"}}},
    {"properties": {"a": {"$ref": "#/properties/b", "type": "null"}, "b": {"maxLength": 1}}},
]
VALUES: list[Any] = [
    *(None, True, False, 0, 1, -2, 3, 5, 1.0, 1.5, -0.0, 2.5, 4.5, 10**30),
    *("", "a", "aa", "aaa", "\U0001f50c\U0001f50c"),
    *([], [1], [True], [False], [0], ["a"], [1, "a"], [1, "aa"], [1, 2], [1, 2, 3], [1.0], [None]),
    *({}, {"a": 1}, {"a": "x"}, {"a": {}}, {"a": {"a": {"b": 1}}}, {"b": "x"}, {"b": 1}),
    *({"a": 1, "b": "xx"}, {"$ref": 1}),
]


@pytest.mark.parametrize("draft", [DRAFT_04, DRAFT_06])
@pytest.mark.parametrize("schema", MIXES, ids=json.dumps)
def test_any_mix_of_keywords_means_what_the_draft_says(schema: dict[str, Any], draft: str) -> None:
    compiled = compile_schema({"$schema": draft} | schema)
    oracle = (jsonschema.Draft4Validator if draft is DRAFT_04 else jsonschema.Draft6Validator)(schema)
    for value in VALUES:
        fault = compiled.validate(value)
        assert (fault is None) == oracle.is_valid(value), value
        same = compiled.validate_text(json.dumps(value))
        assert repr(same) == repr(fault), value


def test_a_schema_in_a_circle_ends_with_a_fault() -> None:
    schema = compile_schema({"$schema": DRAFT_06, "items": {"$ref": "#"}})
    value: list[Any] = []
    for _ in range(50_000):
        value = [value]
    fault = schema.validate(value)
    assert fault is not None and fault.rule == "depth"
    endless = compile_schema({"$schema": DRAFT_06, "$ref": "#"}).validate(1)
    assert endless is not None and endless.rule == "depth"
    while value:  # taken apart by hand: not every interpreter frees a value as deep as this
        value = value.pop()


def test_numbers_may_come_as_decimals() -> None:
    schema = compile_schema({"$schema": DRAFT_06, "enum": [1.5, 2], "multipleOf": 0.5})
    assert schema.validate(Decimal("1.50")) is None
    assert schema.validate(Decimal("2.0")) is None
    assert schema.validate(Decimal("2.5")) is not None
    assert schema.validate(Decimal("1e999")) is not None
