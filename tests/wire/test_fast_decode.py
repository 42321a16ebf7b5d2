"""The fast path where a random mutator rarely comes: corners of JSON, caps, buffers, hostile callers."""

from __future__ import annotations

import importlib.util
import json
import sys
from collections.abc import Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocppcore import v16
from ocppcore.version import V16, ErrorCode
from ocppcore.wire import Actions, Call, CallResult, Fault, Limits, plain

if importlib.util.find_spec("ocppcore.wire.fast") is None:
    pytest.skip("a build without extensions has no fast path", allow_module_level=True)

from ocppcore.messages.schema.compile import compile_schema
from ocppcore.wire import fast

FOLDER = Path(__file__).parent


def _tables() -> Any:
    """tests/wire/test_text.py, for its tables of JSON."""
    spec = importlib.util.spec_from_file_location("tables_of_json", FOLDER / "test_text.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


TABLES = _tables()
TEXTS: list[str | bytes] = [text for _, text in TABLES.YES + TABLES.NO]
ROOMY = Limits(max_message=1024 * 1024)
PENDING = {"mine": v16.ACTIONS.responses["Heartbeat"]}


def seen(found: Any) -> Any:
    if not isinstance(found, Fault):
        return type(found), [repr(getattr(found, name)) for name in found.__slots__]
    return found.code, found.pointer, found.rule, found.type, found.id, found.action


def alike(data: Any, actions: Actions = v16.ACTIONS, pending: Any = PENDING, limits: Limits = ROOMY) -> Any:
    """What both decoders say."""
    found = fast.decode(data, actions, pending, limits)
    assert seen(found) == seen(plain.decode(data, actions, pending, limits))
    verdict = fast.validate_only(data, actions, pending, limits)
    assert (verdict is None) is not isinstance(found, Fault)
    assert verdict is None or seen(verdict) == seen(found)
    return found


def octets(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")


@pytest.mark.parametrize("text", TEXTS, ids=repr)
@pytest.mark.parametrize(
    "frame",
    [
        b"%b",
        b"[%b",
        b'[2,"1",%b]',
        b'[2,"1","Heartbeat",{"x":%b}]',
        b'[2,"1","Authorize",{"idTag":%b}]',
        b'[2,"1","GetCompositeSchedule",{"connectorId":%b,"duration":1}]',
        b'[3,"mine",{"currentTime":%b}]',
        b'[4,"mine",%b]',
        b'[2,"1","Nothing",%b]x',
        b'[2,"1","Authorize",{"idTag":1},%b,"',
    ],
)
def test_json_is_judged_alike_wherever_it_stands(frame: bytes, text: str | bytes) -> None:
    alike(frame % octets(text))
    if isinstance(text, str):
        alike((frame % octets(text)).decode("utf-8", "surrogatepass"))


HOSTILE = json.loads((FOLDER.parent / "hostile" / "frames.json").read_text("utf-8"))["frames"]


@pytest.mark.parametrize("frame", HOSTILE, ids=lambda frame: frame["name"])
def test_hostile_frames_are_judged_alike(frame: dict[str, Any]) -> None:
    data = b""
    for part in frame["frame"]:
        if isinstance(part, str):
            data += part.encode()
        else:
            data += bytes.fromhex(part["hex"]) if "hex" in part else part["repeat"].encode() * part["times"]
    for limits in (Limits(), ROOMY):
        for end in range(max(0, len(data) - 40), len(data) + 1):
            alike(data[:end], limits=limits)


PAYLOAD = (
    '{"connectorId":1,"idTag":"é\\u0041","meterStart":5,"timestamp":"2026-03-01T08:00:00.5+01:00","reservationId":7}'
)
FRAME = f'[2,"id-1","StartTransaction",{PAYLOAD}]'.encode()


def test_a_frame_is_judged_alike_at_every_length_and_with_every_byte_changed() -> None:
    for at in range(len(FRAME)):
        alike(FRAME[:at])
        for byte in b'"\\{}[],:0-e\x00\xff\xc3 ':
            alike(FRAME[:at] + bytes([byte]) + FRAME[at + 1 :])
            alike(FRAME[:at] + bytes([byte]) + FRAME[at:])


@pytest.mark.parametrize("depth", [1, 2, 3, 31, 32, 33, 127, 128, 129, 500])
@pytest.mark.parametrize("most", [1, 3, 32, 128, 129, 200])
def test_depth_is_counted_alike(depth: int, most: int) -> None:
    limits = Limits(max_depth=most, max_message=1 << 20)
    for opening, closing in (("[", "]"), ('{"a":', "}")):
        for text in (opening * depth + "1" + closing * depth, opening * depth, closing * depth):
            alike(f'[2,"1","DataTransfer",{{"vendorId":"v","data":{text}}}]', limits=limits)
            alike(f'[2,"1","DataTransfer",{{"vendorId":"v","x":\x01"{text}', limits=limits)
            alike(text, limits=limits)


@pytest.mark.parametrize("size", [0, 1, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65])
def test_strings_end_where_they_end_at_every_length(size: int) -> None:
    for stop in ('"', "\\", "\n", "é", "\x7f", "\x1f", " "):
        for at in range(size + 1):
            text = "a" * at + stop + "b" * (size - at)
            alike(f'[2,"1","DataTransfer",{{"vendorId":"v","data":"{text}"}}]')
            alike(json.dumps([2, "1", "DataTransfer", {"vendorId": "v", "data": text}], ensure_ascii=False))


@pytest.mark.parametrize("blanks", [4000, 4090, 4096, 5000])
def test_what_is_salvaged_is_salvaged_alike_behind_many_blanks(blanks: int) -> None:
    for head in ('{}[2,"id",', '[{}2,"id",', '[2{},"id",', '[2,{}"id",', '[2,"id"{},', '[2,"id",{}'):
        for rest in ("x", "NaN]", '"\\ud800"]', "\xff"):
            alike(head.format(" " * blanks) + rest)
            alike((head.format(" " * blanks) + rest).encode("latin-1"))


def test_many_keys_are_compared_in_linear_time() -> None:
    keys = ",".join(f'"k{index}":{index}' for index in range(40_000))
    fault = alike(f'[2,"1","DataTransfer",{{"vendorId":"v",{keys}}}]')
    assert fault.rule == "unknown field"
    assert alike(f'[2,"1","DataTransfer",{{"vendorId":"v","data":{{{keys},"\\u006b7":1}}}}]').rule == "duplicate key"


def test_buffers_of_every_kind_are_read_and_let_go() -> None:
    writable = bytearray(FRAME)
    spaced = bytes(byte for byte in FRAME for _ in range(2))
    for data in (writable, memoryview(FRAME), memoryview(writable), memoryview(spaced)[::2], memoryview(FRAME)[1:]):
        alike(data)
    writable.extend(b"x")  # impossible while somebody holds the buffer


@pytest.mark.parametrize("data", [None, 7, ["[]"], object()])
def test_other_objects_are_the_callers_fault(data: Any) -> None:
    for decode in (fast.decode, plain.decode):
        with pytest.raises(TypeError):
            decode(data, v16.ACTIONS, {})


class Text(str):
    pass


def test_a_subclass_of_str_is_a_text() -> None:
    alike(Text(FRAME.decode()))


class Shapes(Mapping[str, Any]):
    """A mapping that is no dict."""

    def __init__(self, held: dict[str, Any]) -> None:
        self.held = held

    def __getitem__(self, key: str) -> Any:
        return self.held[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self.held)

    def __len__(self) -> int:
        return len(self.held)


def test_tables_and_pending_calls_may_be_any_mapping() -> None:
    actions = Actions(V16, Shapes(dict(v16.ACTIONS.requests)), v16.ACTIONS.responses)
    assert isinstance(alike(FRAME, actions), Call)
    text = '[3,"mine",{"currentTime":"2026-03-01T08:00:00Z"}]'
    assert isinstance(alike(text, actions, Shapes(dict(PENDING))), CallResult)


def test_a_table_that_grows_is_noticed() -> None:
    requests = {"Heartbeat": v16.ACTIONS.requests["Heartbeat"]}
    actions = Actions(V16, requests, v16.ACTIONS.responses)
    assert alike(FRAME, actions).code is ErrorCode.NotImplemented
    requests["StartTransaction"] = v16.ACTIONS.requests["StartTransaction"]
    assert isinstance(alike(FRAME, actions), Call)
    actions.requests = {}
    assert alike(FRAME, actions).code is ErrorCode.NotImplemented


class Raising:
    """A Shape, a mapping and a container of which nothing works."""

    def __getattr__(self, name: str) -> Any:
        raise ZeroDivisionError(name)

    def __contains__(self, item: object) -> bool:
        raise ZeroDivisionError

    def __len__(self) -> int:
        return 1

    def __iter__(self) -> Iterator[str]:
        raise ZeroDivisionError


@pytest.mark.parametrize(
    ("actions", "pending"),
    [
        (Actions(V16, v16.ACTIONS.requests, {}, Raising()), {}),  # type: ignore[arg-type]
        (Actions(V16, {"StartTransaction": Raising()}, {}), {}),  # type: ignore[dict-item]
        (Actions(V16, Raising(), {}, {}), {}),  # type: ignore[arg-type]
    ],
)
def test_what_the_callers_objects_raise_goes_to_the_caller(actions: Actions, pending: Any) -> None:
    with pytest.raises(ZeroDivisionError):
        fast.decode(FRAME, actions, pending)


LIMIT = (
    '[2,"1","RemoteStartTransaction",{"idTag":"x","chargingProfile":{"chargingProfileId":1,"stackLevel":0,'
    '"chargingProfilePurpose":"TxProfile","chargingProfileKind":"Absolute","chargingSchedule":{"chargingRateUnit":"A",'
    '"chargingSchedulePeriod":[{"startPeriod":0,"limit":%s}]}}}]'
)


@settings(max_examples=200)
@given(st.from_regex(r"-?(0|[1-9][0-9]{0,17})(\.[0-9]{1,4})?([eE][+-]?[0-9]{1,2})?", fullmatch=True), st.booleans())
def test_a_multiple_of_a_tenth_is_one_by_its_decimal_digits(text: str, spaced: bool) -> None:
    """Judged here in fractions; compact JSON takes a way of its own, blanks another."""
    found = alike(LIMIT % (text + " " * spaced))
    fits = (Fraction(text) * 10).denominator == 1
    assert isinstance(found, Call) is fits
    if fits:
        (period,) = found.payload.charging_profile.charging_schedule.charging_schedule_period
        assert type(period.limit) is float and period.limit == float(text)
    else:
        assert found.rule == "multipleOf 0.1" and found.pointer.endswith("/chargingSchedulePeriod/0/limit")


@pytest.mark.parametrize("digits", range(14, 20))
def test_a_number_of_many_digits_is_the_nearest_double(digits: int) -> None:
    """Where the digits no longer fit a double, to divide them by a power of ten would round twice."""
    rng = Random(digits)
    for behind in ("", " ", "e0", "e1"):
        for _ in range(50):
            number = str(rng.randrange(10 ** (digits - 1), 10**digits))
            for text in (number + behind, f"{number[:-1]}.{number[-1]}{behind}"):
                found = alike(LIMIT % text)
                (period,) = found.payload.charging_profile.charging_schedule.charging_schedule_period
                assert period.limit == float(text), text


def test_a_document_of_json_schema_is_a_table_too() -> None:
    document = {
        "$schema": "http://json-schema.org/draft-06/schema#",
        "type": "object",
        "properties": {
            "a": {"type": "integer", "minimum": 1, "maximum": 5},
            "b": {"type": "array", "items": {"$ref": "#/definitions/even"}, "minItems": 1, "maxItems": 2},
            "c": {"type": ["string", "null"]},
            "d": {"$ref": "#"},
        },
        "definitions": {"even": {"type": "number", "multipleOf": 2}},
        "required": ["a"],
        "additionalProperties": {"type": "boolean"},
    }
    schema = compile_schema(document)
    texts = [
        "{}",
        '{"a":0}',
        '{"a":6}',
        '{"a":1.0,"b":[]}',
        '{"a":1,"b":[2,4.0,6]}',
        '{"a":1,"b":[2,3]}',
        '{"a":1,"c":1}',
    ]
    texts += [
        '{"a":1,"c":null,"d":{"a":2,"d":{}}}',
        '{"a":1,"x":true,"y":0}',
        '{"a":5,"b":[2,1e2],"c":"c"}',
        "[]",
        '{"a":1',
    ]
    texts += ['{"a":1,"x":true,"x":true}', '{"d":{"d":{"a":"1"}}}', '{"a":1,"/~":1}']
    for text in texts:
        given = plain.parse(text)
        expected = given if isinstance(given, Fault) else schema.validate(given)
        found = schema.validate_text(text)
        assert (found and seen(found)) == (expected and seen(expected)), text
    assert schema.validate_text("{" * 40) is not None
    assert schema.validate_text(b" " * (1 << 17)) is not None
