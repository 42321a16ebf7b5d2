"""Our verdict on payloads agrees with the jsonschema package over the official files, for all 78 messages of 1.6.

Valid messages are drawn from the declarations and then damaged at random places. Known differences, and why:
- formats: jsonschema checks none here, we check date-time and uri; the damage leaves such texts alone or makes them no
  text at all (test_formats.py has the rest);
- the 64 bits of a declared integer: a cap of ours (test_numbers.py); the files have no range;
- an unknown requestedMessage of the two triggers is read, because a conf answers it (test_shape.py);
- rules of the text are beyond the schema (test_rules.py).
jsonschema is handed Decimal for the draft-04 files, because on floats it calls 4.3 no multiple of 0.1, and floats for
the draft-06 ones, because it takes no Decimal for an integer. That 1.0 is no integer in draft-04 and is one in draft-06
is no exception: both say so.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ocppcore import v16
from ocppcore.messages.schema.compile import compile_schema
from ocppcore.wire.fault import Fault

Read = Callable[[str], dict[str, Any]]
Messages = Callable[[type], st.SearchStrategy[Any]]

MESSAGES: dict[str, Any] = {
    name: kind
    for action, request in v16.REQUESTS.items()
    for name, kind in ((action, request), (f"{action}Response", request.response))
}
VALIDATORS = {4: jsonschema.Draft4Validator, 6: jsonschema.Draft6Validator}
BAD: list[Any] = [
    *(None, True, False, 0, -1, 7, Decimal("1.0"), Decimal("1.5"), Decimal("4.11"), Decimal("0.30000000000000004")),
    *(Decimal("1e400"), Decimal("21.4"), [], {}, [{}], {"x": 1}),
]


def decimals(value: Any) -> Any:
    """A dumped payload as the wire would read it: floats as Decimal."""
    if isinstance(value, dict):
        return {key: decimals(item) for key, item in value.items()}
    if isinstance(value, list):
        return [decimals(item) for item in value]
    return Decimal(repr(value)) if isinstance(value, float) else value


def floats(value: Any) -> Any:
    """A payload with floats in the place of Decimals."""
    if isinstance(value, dict):
        return {key: floats(item) for key, item in value.items()}
    if isinstance(value, list):
        return [floats(item) for item in value]
    return float(value) if isinstance(value, Decimal) else value


def places(value: Any) -> list[tuple[Any, Any]]:
    """Every (container, key) below a value."""
    keys = value.keys() if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    return [place for key in keys for place in [(value, key), *places(value[key])]]


def damage(payload: Any, data: st.DataObject) -> None:
    """One change, somewhere: drop, add, replace, stretch, repeat."""
    containers = [payload, *(box[key] for box, key in places(payload) if isinstance(box[key], dict))]
    everywhere = places(payload)
    if not everywhere or data.draw(st.integers(0, 3)) == 0:
        data.draw(st.sampled_from(containers))[data.draw(st.sampled_from(["x", "idtag", ""]))] = 1
        return
    box, key = data.draw(st.sampled_from(everywhere))
    how = data.draw(st.sampled_from(["drop", "replace", "stretch", "empty"]))
    is_format = isinstance(box[key], str) and (box[key][10:11] == "T" or ":" in box[key])
    if how == "drop":
        del box[key]
    elif how == "stretch" and isinstance(box[key], str) and not is_format:
        box[key] += "x" * data.draw(st.sampled_from([1, 21, 256, 10_001]))
    elif how == "empty" and isinstance(box[key], list):
        box[key].clear()
    else:
        box[key] = copy.deepcopy(data.draw(st.sampled_from(BAD)))


@pytest.mark.parametrize("name", MESSAGES)
@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_verdicts_agree(name: str, official: Read, messages: Messages, data: st.DataObject) -> None:
    kind, document = MESSAGES[name], official(f"v16/schemas/{name}.json")
    oracle, ours = VALIDATORS[kind.draft](document), compile_schema(document)
    payload = decimals(kind.shape.dump(data.draw(messages(kind))))
    assert ours.validate(payload) is None and oracle.is_valid(payload)
    for _ in range(3):
        damage(payload, data)
        fault = ours.validate(payload)
        theirs = payload if kind.draft == 4 else floats(payload)
        assert (fault is None) == (not too_large(payload) and oracle.is_valid(theirs)), payload
        agree(fault, kind.shape.load(payload), payload)


def too_large(payload: Any) -> bool:
    """1e400 is a number that no float holds, so it is refused wherever it stands; jsonschema cannot divide it."""
    return any(box[key] == BAD[10] for box, key in places(payload) if isinstance(box[key], Decimal))


def agree(fault: Fault | None, loaded: Any, payload: Any) -> None:
    """The declaration says of a payload what the compiled official document says: the same fault at the same place."""
    if fault is None:
        assert not isinstance(loaded, Fault) or "(" in loaded.rule, payload  # only a rule of the text may object
    elif (fault.pointer, fault.rule) != ("/requestedMessage", "enum"):
        assert isinstance(loaded, Fault), payload
        assert (loaded.code, loaded.pointer, loaded.rule) == (fault.code, fault.pointer, fault.rule), payload


def test_a_difference_would_be_seen(official: Read) -> None:
    document = official("v16/schemas/Authorize.json")
    document["properties"]["idTag"]["maxLength"] = 30
    payload = {"idTag": "x" * 25}
    with pytest.raises(AssertionError):
        agree(compile_schema(document).validate(payload), v16.AuthorizeRequest.shape.load(payload), payload)
