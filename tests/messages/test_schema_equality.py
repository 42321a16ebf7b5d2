"""Each declaration says what the official schema file says: all 78 messages of 1.6 and its security extension.

Left out of the comparison, because it says nothing about which payloads are valid: title, $id, description, comment and
javaType; the order of keys, of `required` and of `enum`; additionalProperties beside the type string.
Everything else is compared as it stands: draft, types, names, required fields, lengths, formats, enumerations, limits,
definitions and where they are referred to, closed objects.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ocppcore import v16
from ocppcore.messages.export import schema_of

MESSAGES = {name: request for name, request in v16.REQUESTS.items()} | {
    f"{name}Response": request.response for name, request in v16.REQUESTS.items()
}
SILENT = {"title", "$id", "description", "comment", "javaType"}
# What we accept although it differs, by message, with the reason. Nothing does.
ACCEPTED: dict[str, str] = {}


def meaning(schema: Any) -> Any:
    """A schema without what says nothing. (`properties` and `definitions` hold names, not keywords.)"""
    if not isinstance(schema, dict):
        return schema
    kept = {key: value for key, value in schema.items() if key not in SILENT}
    if kept.get("type") == "string":
        kept.pop("additionalProperties", None)
    for key in ("required", "enum"):
        if key in kept:
            kept[key] = sorted(kept[key])
    for key in ("properties", "definitions"):
        if key in kept:
            kept[key] = {name: meaning(inner) for name, inner in kept[key].items()}
    if "items" in kept:
        kept["items"] = meaning(kept["items"])
    return kept


def exact(schema: Any) -> Any:
    """Floats by their digits, as the file is read with Decimal."""
    if isinstance(schema, dict):
        return {key: exact(value) for key, value in schema.items()}
    return str(schema) if isinstance(schema, float) or type(schema).__name__ == "Decimal" else schema


@pytest.mark.parametrize("name", MESSAGES)
def test_a_message_says_what_its_schema_file_says(name: str, official: Callable[[str], dict[str, Any]]) -> None:
    ours, theirs = meaning(schema_of(MESSAGES[name])), meaning(official(f"v16/schemas/{name}.json"))
    assert (exact(ours) == exact(theirs)) is (name not in ACCEPTED)


def test_there_are_39_operations_and_no_others(official_names: set[str]) -> None:
    assert len(v16.REQUESTS) == 39
    assert set(MESSAGES) == official_names


def test_a_difference_would_be_seen(official: Callable[[str], dict[str, Any]]) -> None:
    theirs = official("v16/schemas/StopTransaction.json")
    theirs["properties"]["idTag"]["maxLength"] = 21
    assert meaning(schema_of(v16.StopTransactionRequest)) != meaning(theirs)
