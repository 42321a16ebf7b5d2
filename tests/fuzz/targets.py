"""What is fuzzed: a function that takes bytes and must not raise, and what the fuzzer starts from.

Each judges for itself; an AssertionError, any exception that is not caught here, or a report of a sanitizer is a find.

    decode     only frames and faults come out; the fast path says what the plain twin says; what was read can be
               written, and reads back as the same
    encode     a message with odd values in it is either InvalidMessage or a text that reads back as the same
    schema     a document is compiled or is SchemaError, and then any value is judged
    schedule   see schedule.py
    socket     see sockets.py
"""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import schedule
import sockets

from ocppcore import v16
from ocppcore.errors import InvalidMessage, SchemaError
from ocppcore.messages.base import Message
from ocppcore.messages.export import schema_of
from ocppcore.messages.schema.compile import compile_schema
from ocppcore.version import V16
from ocppcore.wire import (
    Call,
    CallError,
    CallResult,
    Fault,
    UnmatchedResult,
    answer,
    decode,
    encode_call,
    encode_result,
    plain,
    validate_only,
)

ROOT = Path(__file__).parents[2]
try:
    from ocppcore.wire import fast
except ImportError:  # a build without extensions: each check of the fast path is then one of the twin with itself
    fast = None  # type: ignore[assignment]
FRAMES = [entry["frame"].encode() for entry in json.loads((ROOT / "benchmarks/data/corpus.json").read_text("utf-8"))]
# One id for the answer to each action, so that a fuzzer can get at every response.
PENDING = {f"{index:x}": shape for index, shape in enumerate(v16.ACTIONS.responses.values())}
NAMES = {f"{index:x}": name for index, name in enumerate(v16.ACTIONS.responses)}


# decode


def told(found: Any) -> tuple[Any, ...]:
    """All that a frame or fault says, to compare two of them."""
    if found is None or isinstance(found, Fault):
        return tuple(getattr(found, name, None) for name in Fault.__slots__)
    assert isinstance(found, Call | CallResult | CallError | UnmatchedResult), type(found)
    return type(found), *(exactly(getattr(found, name)) for name in type(found).__slots__)


def exactly(value: Any) -> Any:
    """A value as plain data in which nothing of its types is lost: True is not 1, 1.0 is not 1."""
    if isinstance(value, Message):
        return type(value), [exactly(getattr(value, field.attribute)) for field in type(value)._fields]
    if isinstance(value, list):
        return [exactly(item) for item in value]
    if isinstance(value, dict):
        return [(key, exactly(item)) for key, item in value.items()]
    return type(value), repr(value)


def fuzz_decode(data: bytes) -> None:
    found = decode(data, v16.ACTIONS, PENDING)
    assert told(found) == told(plain.decode(data, v16.ACTIONS, PENDING)), told(found)
    only = validate_only(data, v16.ACTIONS, PENDING)
    assert told(only) == told(found if isinstance(found, Fault) else None), told(only)
    if isinstance(found, Fault):
        assert len(found.describe()) <= 255 and found.describe().isascii()
        text = answer(found, V16)
        assert text is None or json.loads(text)[1] == found.id
    else:
        again(found)


def again(frame: Any) -> None:
    """What was read can be written, and reads back as the same; unless a rule binds only what is sent."""
    try:
        text = written(frame)
    except InvalidMessage:
        return
    if text is not None:
        assert told(decode(text, v16.ACTIONS, PENDING)) == told(frame), text


def written(frame: Any) -> str | None:
    if isinstance(frame, Call):
        return encode_call(frame.id, frame.action, v16.ACTIONS.requests[frame.action].dump(frame.payload))
    if isinstance(frame, CallResult):
        return encode_result(frame.id, PENDING[frame.id].dump(frame.payload))
    return None


def decode_seeds() -> Iterable[bytes]:
    yield from FRAMES
    for index, (name, request) in enumerate(v16.REQUESTS.items()):
        yield f'[2,"{index}","{name}",{json.dumps(example(request.node))}]'.encode()
        yield f'[3,"{index:x}",{json.dumps(example(request.response.node))}]'.encode()
    yield b'[4,"0","GenericError","\\ud83d\\udd0c",{"a":[1e5,-0.1,null]}]'


def example(node: Any) -> Any:
    """A value that a node's schema likes: every field, one item in each list."""
    kind = type(node).__name__
    if kind == "Object":
        return {member.wire: example(member.node) for member in node.members}
    if kind == "Array":
        return [example(node.items)] * max(1, node.min_items)
    if kind == "Choice":
        return next(iter(node.members))
    if kind == "Text":
        return {"": "a/b"[: node.max_length], "date-time": "2026-03-01T08:00:00Z", "uri": "ftp://a/b"}[node.format]
    return {"Boolean": True, "Integer": 1, "Number": 8.1}.get(kind)


# encode

ODD: list[Any] = [
    *(None, True, 0, -1, 2**31, 2**63, 10**40, 0.1, 4.11, 1e300, float("nan"), float("inf"), 5e-324, -0.0, 1e22),
    *("", "x", "\0", '"\\/\b\f\n\r\t\x7f', "\u00e9\u20ac", "\U0001f50c", "\ud800", "x" * 300, b"x", "Accepted"),
    *([], [None], {}, {"a": 1}, (), Decimal("4.1"), object(), [[]], {1: 2}, v16.HeartbeatRequest()),
    *(datetime(2026, 1, 1), datetime(2026, 1, 1, tzinfo=UTC), datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14)))),
    *(v16.ResetType.Soft, v16.IdTagInfo(status=v16.AuthorizationStatus.Accepted), datetime.max.replace(tzinfo=UTC)),
]


def places(value: Any) -> list[tuple[Any, Any]]:
    """Every (owner, key) in a message where a value can be put."""
    if isinstance(value, Message):
        keys: list[Any] = [field.attribute for field in type(value)._fields]
        inner = [getattr(value, key) for key in keys]
    elif isinstance(value, list):
        keys, inner = list(range(len(value))), list(value)
    else:
        return []
    return [(value, key) for key in keys] + [place for item in inner for place in places(item)]


def put(owner: Any, key: Any, value: Any) -> None:
    if isinstance(owner, list):
        owner[key] = value
    else:
        setattr(owner, key, value)


def fresh(value: Any) -> Any:
    """The value, and of what can be changed a copy: or each run would begin with what those before it have put in."""
    if isinstance(value, Message):
        copy = object.__new__(type(value))
        for field in type(value)._fields:
            setattr(copy, field.attribute, fresh(getattr(value, field.attribute)))
        return copy
    if isinstance(value, list):
        return [fresh(item) for item in value]
    return dict(value) if isinstance(value, dict) else value


def odd(data: bytes) -> Any:
    """A value out of a few bytes: one of the odd ones, a text, a number."""
    if not data:
        return None
    kind, rest = data[0], data[1:]
    if kind < len(ODD):
        return fresh(ODD[kind])
    if kind < 90:
        return rest.decode("utf-8", "surrogateescape") if kind > 80 else rest.decode("latin-1")
    if kind < 140 and len(rest) >= 8:
        return struct.unpack("<d", rest[:8])[0]
    if kind < 180:
        return int.from_bytes(rest[:8], signed=True) / 10
    return int.from_bytes(rest, signed=True)


def fuzz_encode(data: bytes) -> None:
    """data: which frame of the corpus, then thrice: where, how many bytes, the value."""
    if not data:
        return
    frame = decode(STARTS[data[0] % len(STARTS)], v16.ACTIONS, PENDING)
    assert isinstance(frame, Call | CallResult)
    rest, spots = data[1:], places(frame.payload)
    for _ in range(3):
        if len(rest) < 3:
            break
        value = odd(rest[3 : 3 + rest[2]])
        if spots:
            owner, key = spots[int.from_bytes(rest[:2]) % len(spots)]
            put(owner, key, value)
            spots += places(value)
        rest = rest[3 + rest[2] :]
    check_written(frame)


def written_fast(frame: Call | CallResult) -> str | None:
    """By the fast path; None for what it leaves to the twin."""
    if fast is None:
        return None
    if isinstance(frame, Call):
        return fast.encode(2, frame.id, frame.action, v16.REQUESTS[frame.action].shape.tabulate(), frame.payload)
    return fast.encode(3, frame.id, NAMES[frame.id], PENDING[frame.id].tabulate(), frame.payload)


def check_written(frame: Call | CallResult) -> None:
    text = written_fast(frame)
    try:
        slow = written(frame)
    except InvalidMessage as error:
        assert error.fault.code and str(error) and text is None, text
        return
    assert slow is not None and (text is None or exactly(json.loads(text)) == exactly(json.loads(slow))), (text, slow)
    text = slow if text is None else text
    read = decode(text, v16.ACTIONS, PENDING)
    assert type(read) is type(frame), told(read)
    # After one trip all is as the wire carries it: no parts of a millisecond, and a double where a number is wanted.
    second = written(read)
    assert second is not None and told(decode(second, v16.ACTIONS, PENDING)) == told(read), (text, second)


STARTS = [f for f in decode_seeds() if isinstance(decode(f, v16.ACTIONS, PENDING), Call | CallResult)]


def encode_seeds() -> Iterable[bytes]:
    for start in range(len(STARTS)):
        yield bytes([start, 0, start, 2, start % len(ODD), 0, 1, start, 9, 100]) + struct.pack("<d", start / 10)


# schema

VALUES: list[Any] = [
    *(None, True, 0, -1, 2**70, 1.5, Decimal("4.1"), Decimal("1e400"), float("nan"), "", "x" * 60, "\ud800"),
    *([], [1, "a", None], {}, {"a": 1, "idTag": "x", "": {}}, [[[[]]]], {"a": {"a": {"a": {}}}}),
]

TEXTS = [
    *(b"null", b"true", b"-0", b"1e400", b"4.11", b"1.0", b"21.4", b"9223372036854775808", b'""', b'"a\\u0000\\ud83d"'),
    *(b"[]", b'[1,"a",null]', b"{}", b'{"a":1,"idTag":"x","":{}}', b'{"a":1,"a":2}', b"[" * 40, b" 1 x"),
]


def fuzz_schema(data: bytes) -> None:
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        return
    if not isinstance(document, dict):
        return
    document.setdefault("$schema", "http://json-schema.org/draft-06/schema#")
    try:
        schema = compile_schema(document)
    except (SchemaError, RecursionError):
        return
    for value in [*VALUES, document]:
        fault = schema.validate(value)
        assert fault is None or isinstance(fault, Fault) and fault.describe().isascii()
    for text in [data, *TEXTS]:
        assert told(schema.validate_text(text)) == told(plain.check(text, None, schema.validate)), text


def schema_seeds() -> Iterable[bytes]:
    for request in v16.REQUESTS.values():
        yield json.dumps(schema_of(request)).encode()
        yield json.dumps(schema_of(request.response)).encode()
    yield b'{"$ref":"#/definitions/a","definitions":{"a":{"type":"object","additionalProperties":{"$ref":"#"}}}}'
    yield b'{"type":["null","integer"],"enum":[1,null],"items":[{},{"multipleOf":0.1}],"additionalItems":false}'


class Target(NamedTuple):
    """run: the function; seeds: what to begin with; words: what JSON and OCPP are made of, for the mutator; longest: in
    bytes: what is longer takes long and shows little that is new (a frame may have 64 KiB)."""

    run: Callable[[bytes], None]
    seeds: Callable[[], Iterable[bytes]]
    words: list[str]
    longest: int = 8192


JSON_WORDS = ["[2,", "[3,", "[4,", '"', "{", "}", "[", "]", ":", ",", "\\ud83d\\udd0c", "null", "true", "1e", "-0"]
FIELDS = sorted({f'"{field.wire}":' for request in v16.REQUESTS.values() for field in request._fields})
HEADS = ["HTTP/1.1", "GET /", "\r\n", ": ", "Sec-WebSocket-Key", "Upgrade", "TOKEN", "\x81\x85", "\x88\x02"]
KEYWORDS = [f'"{word}":' for word in ("type", "properties", "required", "items", "enum", "$ref", "multipleOf")]

TARGETS = {
    "decode": Target(fuzz_decode, decode_seeds, JSON_WORDS + FIELDS + [f'"{name}",' for name in v16.REQUESTS]),
    "encode": Target(fuzz_encode, encode_seeds, [], longest=512),
    "schedule": Target(schedule.fuzz_schedule, schedule.seeds, [], longest=512),
    "socket": Target(sockets.fuzz_socket, sockets.seeds, HEADS, longest=700),
    "schema": Target(fuzz_schema, schema_seeds, JSON_WORDS + KEYWORDS),
}
