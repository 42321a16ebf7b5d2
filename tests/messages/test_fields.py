"""What may stand beside a field, as far as the messages of 1.6 do not show it already."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from ocppcore.errors import InvalidMessage
from ocppcore.messages.base import Record, Request, Response
from ocppcore.messages.export import schema_of
from ocppcore.messages.fields import anything, boolean, integer, listof, number, record, text
from ocppcore.messages.schema.compile import compile_schema
from ocppcore.wire.fault import Fault


class Part(Record, draft=6):
    size: float = number(min=0, max=100)
    kind: str | None = text(5, default=None)


class ProbeResponse(Response, draft=6):
    pass


class ProbeRequest(Request[ProbeResponse], draft=6):
    level: int | None = integer(min=-3, max=3, default=None)
    parts: list[Part] | None = listof(record(Part), min=1, max=2, default=None)
    short: Part | None = record(Part, changed={"kind": text(1)}, default=None)
    sure: bool | None = boolean(default=None)
    own: Any = anything(default=None)


ACCEPTED: list[dict[str, Any]] = [
    *({}, {"level": -3}, {"level": 3}, {"parts": [{"size": 0.0}]}, {"parts": [{"size": 1.5}, {"size": 100.0}]}),
    *({"sure": False}, {"own": {"a": [None, 1]}}, {"own": "x"}, {"own": 0}, {"short": {"size": 1.0, "kind": "x"}}),
]
REFUSED: list[tuple[dict[str, Any], str, str]] = [
    ({"level": 4}, "/level", "maximum 3"),
    ({"level": -4}, "/level", "minimum -3"),
    ({"parts": []}, "/parts", "minItems 1"),
    ({"parts": [{"size": 1}] * 3}, "/parts", "maxItems 2"),
    ({"parts": [{"size": 100.5}]}, "/parts/0/size", "maximum 100"),
    ({"parts": [{"size": Decimal("-0.5")}]}, "/parts/0/size", "minimum 0"),
    ({"short": {"size": 1}}, "/short/kind", "required"),
    ({"short": {"size": 1, "kind": "xx"}}, "/short/kind", "maxLength 1"),
    ({"sure": 0}, "/sure", "type boolean"),
    ({"sure": None}, "/sure", "type boolean"),
]


@pytest.mark.parametrize("payload", ACCEPTED, ids=repr)
def test_what_is_declared_is_read_and_sent(payload: dict[str, Any]) -> None:
    message = ProbeRequest.shape.load(payload)
    assert isinstance(message, ProbeRequest)
    assert ProbeRequest.shape.dump(message) == payload


@pytest.mark.parametrize(("payload", "pointer", "rule"), REFUSED)
def test_what_is_not_is_refused(payload: dict[str, Any], pointer: str, rule: str) -> None:
    fault = ProbeRequest.shape.load(payload)
    assert isinstance(fault, Fault)
    assert (fault.pointer, fault.rule) == (pointer, rule)


def test_limits_hold_for_what_is_sent() -> None:
    with pytest.raises(InvalidMessage, match="ProbeRequest/parts/0/size: maximum 100"):
        ProbeRequest.shape.dump(ProbeRequest(parts=[Part(size=101)]))


def test_a_changed_field_leaves_the_record_as_it_is() -> None:
    assert Part.node.required == ("size",)
    assert isinstance(ProbeRequest.shape.load({"short": {"size": 1, "kind": "x"}}).short, Part)


def test_the_exported_schema_validates_as_the_declaration_does() -> None:
    schema = compile_schema(schema_of(ProbeRequest))
    for payload in ACCEPTED:
        assert schema.validate(payload) is None
    for payload, pointer, rule in REFUSED:
        fault = schema.validate(payload)
        assert fault is not None and (fault.pointer, fault.rule) == (pointer, rule)
