"""The frames that are measured: eleven of OCPP 1.6 (data/corpus.json), with 256 variations each, and shuffled keys.

One frame repeated flatters whatever predicts, the processor and our decoder alike. A variation has the same fields and
lengths; its id, texts, numbers, instants and enumeration values are others. All is drawn from a fixed seed.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, NamedTuple
from uuid import UUID

from ocppcore import v16
from ocppcore.errors import InvalidMessage
from ocppcore.messages.instant import format_instant
from ocppcore.messages.schema.nodes import Array, Boolean, Choice, Integer, Node, Number, Object, Text
from ocppcore.wire import Fault, decode

CORPUS = Path(__file__).parent / "data" / "corpus.json"
VARIATIONS = 256
SEED = 16
SORTED = {"start_period"}  # ascending by a rule of the text (1.6 §3.13): stays as it is


class Sample(NamedTuple):
    """A frame and what a reader must know of it. kind: 2 for a CALL, 3 for a CALLRESULT; data: UTF-8."""

    name: str
    action: str
    kind: int
    id: str
    data: bytes

    @property
    def message(self) -> type[Any]:
        """The class of the payload."""
        request = v16.REQUESTS[self.action]
        return request if self.kind == 2 else request.response

    def read(self) -> Any:
        """Our frame, or Fault."""
        return decode(self.data, v16.ACTIONS, {self.id: v16.ACTIONS.responses[self.action]})


@cache
def frames() -> tuple[Sample, ...]:
    """The eleven frames as they are."""
    entries = json.loads(CORPUS.read_text("utf-8"))
    return tuple(Sample(e["name"], e["action"], int(e["frame"][1]), e["id"], e["frame"].encode()) for e in entries)


@cache
def varied(sample: Sample) -> tuple[Sample, ...]:
    """256 variations, keys in the order of the frame."""
    rng = Random(f"{SEED} {sample.name}")
    found: list[Sample] = []
    while len(found) < VARIATIONS:
        other = _variation(sample, rng)
        if _may_be_sent(other):
            found.append(other)
    return tuple(found)


def _may_be_sent(sample: Sample) -> bool:
    """False if a rule of the text that joins two fields is broken: then another one is drawn."""
    frame = sample.read()
    assert not isinstance(frame, Fault), frame
    try:
        sample.message.shape.dump(frame.payload)
    except InvalidMessage:
        return False
    return True


@cache
def shuffled(sample: Sample) -> tuple[Sample, ...]:
    """The same 256, with the keys of each object in an order of their own."""
    rng = Random(f"{SEED} shuffled {sample.name}")
    return tuple(_write(other, _shuffle(json.loads(other.data), rng)) for other in varied(sample))


def _write(sample: Sample, frame: list[Any]) -> Sample:
    text = json.dumps(frame, separators=(",", ":"), ensure_ascii=False)
    return sample._replace(id=frame[1], data=text.encode())


def _shuffle(value: Any, rng: Random) -> Any:
    if isinstance(value, list):
        return [_shuffle(item, rng) for item in value]
    if not isinstance(value, dict):
        return value
    keys = list(value)
    rng.shuffle(keys)
    return {key: _shuffle(value[key], rng) for key in keys}


def _variation(sample: Sample, rng: Random) -> Sample:
    frame = json.loads(sample.data)
    frame[1] = str(UUID(int=rng.getrandbits(128), version=4))
    frame[-1] = _vary(sample.message.node, frame[-1], rng)
    return _write(sample, frame)


def _vary(node: Node, value: Any, rng: Random) -> Any:
    """Another value for a node, about as long as the given one."""
    if isinstance(node, Object):
        members = {member.wire: member for member in node.members}
        return {
            key: item if members[key].attribute in SORTED else _vary(members[key].node, item, rng)
            for key, item in value.items()
        }
    if isinstance(node, Array):
        return [_vary(node.items, item, rng) for item in value]
    if isinstance(node, Choice):
        return rng.choice(list(node.members))
    if isinstance(node, Boolean):
        return rng.random() < 0.5
    if isinstance(node, Integer):
        return rng.randrange(10 ** (len(str(value)) - 1), 10 ** len(str(value)))
    if isinstance(node, Number):
        return rng.randrange(10, 320) / 10
    assert isinstance(node, Text)
    return _instant(value, rng) if node.format == "date-time" else "".join(_other(char, rng) for char in value)


def _instant(text: str, rng: Random) -> str:
    step = timedelta(milliseconds=rng.randrange(10**10)) if "." in text else timedelta(seconds=rng.randrange(10**7))
    written = format_instant(datetime(2026, 3, 1, tzinfo=UTC) + step)
    return written if "." not in text or "." in written else written[:-1] + ".000Z"


def _other(char: str, rng: Random) -> str:
    """Another character of the same kind; punctuation stays."""
    if char.isdigit():
        return rng.choice("0123456789")
    if char.isalpha():
        return rng.choice("abcdefghijklmnopqrstuvwxyz" if char.islower() else "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    return char
