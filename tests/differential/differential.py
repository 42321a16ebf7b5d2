"""The fast path against the plain twin, frame by frame: the same frame or the same fault, and back again.

    python tests/differential/differential.py 1000000 [seed]     # make soak

What is compared of a fault: code, pointer, rule, type, id, action. Of a frame: its class, and every value with its
type. What is accepted must be accepted by the mender of every policy as an equal object, and come back equal once it
was written. And what the fast path writes of a message with an odd value in it, the twin writes as well.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum
from pathlib import Path
from random import Random
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from mutator import ID, Mutator  # noqa: E402

from ocppcore import v16  # noqa: E402
from ocppcore.errors import InvalidMessage  # noqa: E402
from ocppcore.messages.base import Message  # noqa: E402
from ocppcore.session.mend import _Mender  # noqa: E402
from ocppcore.session.policy import LENIENT, Policy  # noqa: E402
from ocppcore.version import V16, V21  # noqa: E402
from ocppcore.wire import Actions, Call, CallResult, Fault, Limits, encode_call, encode_result, fast, plain  # noqa: E402
from ocppcore.wire.text import parse  # noqa: E402

PENDING = {**v16.ACTIONS.responses, "mine": v16.ACTIONS.responses["BootNotification"]}
ACTIONS = [
    v16.ACTIONS,
    Actions(V16, v16.ACTIONS.requests, v16.ACTIONS.responses, v16.ACTIONS.requests.keys() - {"Reset", "Heartbeat"}),
    Actions(V21, v16.ACTIONS.requests, v16.ACTIONS.responses, sends={"Heartbeat": v16.ACTIONS.requests["Heartbeat"]}),
]
LIMITS = [Limits(), Limits(max_digits=6), Limits(max_depth=4), Limits(max_message=200)]
POLICIES = [LENIENT, Policy({"*": "off"}), Policy({"*": {"number-as-text", "unknown-enum"}})]


def exactly(value: Any) -> Any:
    """A value as plain data in which nothing of its types is lost."""
    if isinstance(value, Message):
        return type(value), tuple([exactly(getattr(value, field.attribute)) for field in value._fields])
    if isinstance(value, list):
        return [exactly(item) for item in value]
    if isinstance(value, dict):
        return [(key, exactly(item)) for key, item in value.items()]
    if isinstance(value, float | Decimal):
        return type(value), repr(value)
    if isinstance(value, datetime):
        return value.tzinfo is UTC, value.isoformat()
    if isinstance(value, Enum):
        return id(value) if value in type(value) else None, type(value), value.value
    return type(value), value


def seen(found: Any) -> Any:
    """A frame or a fault as plain data."""
    return type(found), tuple([exactly(getattr(found, name)) for name in type(found).__slots__])


def differences(data: Any, actions: Actions, limits: Limits) -> str:
    """What the two decoders say differently of a text; "" for nothing."""
    ours = fast.decode(data, actions, PENDING, limits)
    theirs = plain.decode(data, actions, PENDING, limits)
    if seen(ours) != seen(theirs):
        return f"decode: {seen(ours)} against {seen(theirs)}"
    verdict = fast.validate_only(data, actions, PENDING, limits)
    if isinstance(theirs, Fault) != isinstance(verdict, Fault) or (
        verdict is not None and seen(verdict) != seen(theirs)
    ):
        return f"validate_only: {verdict}"
    return ""


def round_trip(frame: Any) -> str:
    """What an accepted message is like once it was written by both encoders and read again."""
    message = frame.payload
    kind, action = (2, frame.action) if isinstance(frame, Call) else (3, "")
    ours = fast.encode(kind, frame.id, action, message.shape.tabulate(), message)
    try:
        payload = message.shape.dump(message)
        theirs = encode_call(frame.id, action, payload) if action else encode_result(frame.id, payload)
    except InvalidMessage as error:  # a rule that binds senders only
        return f"written although {error}" if ours is not None else ""
    if ours is not None and exactly(parse(ours)) != exactly(parse(theirs)):
        return f"encode: {ours} against {theirs}"
    again = fast.decode(ours or theirs, ACTIONS[0], {frame.id: message.shape})
    if isinstance(again, Fault) or exactly(again.payload) != exactly(_in_millis(message)):
        return f"read again as {again!r}"
    return ""


def _in_millis(value: Any) -> Any:
    """A message as it can be written: instants in milliseconds."""
    if isinstance(value, Message):
        for field in value._fields:
            setattr(value, field.attribute, _in_millis(getattr(value, field.attribute)))
    elif isinstance(value, list):
        value[:] = map(_in_millis, value)
    elif isinstance(value, datetime):
        return value.replace(microsecond=value.microsecond // 1000 * 1000)
    return value


def lenient(data: bytes, frame: Any, policy: Policy) -> str:
    """What a policy makes of a message that is in order: the same, without a repair."""
    mender = _Mender(policy, "any")
    text = parse(data)
    found = mender.read({} if text[-1] is None else text[-1], frame.payload.shape)
    if mender.repairs or exactly(found) != exactly(frame.payload):
        return f"mended: {found!r}, {mender.repairs}"
    return ""


def compare(mutator: Mutator, count: int, tally: Counter[str]) -> str:
    """Compare so many frames; the first difference, with its text, or ""."""
    rng = mutator.rng
    for _ in range(count):
        data = mutator.next()
        actions, limits = (ACTIONS[0], LIMITS[0]) if rng.random() < 0.8 else (rng.choice(ACTIONS), rng.choice(LIMITS))
        found = differences(data, actions, limits)
        frame = plain.decode(data, ACTIONS[0], PENDING)
        tally[f"{frame.code}" if isinstance(frame, Fault) else type(frame).__name__] += 1
        if not found and rng.random() < 0.1:
            found = other_types(data, actions, limits)
        if not found and isinstance(frame, Call | CallResult):
            found = lenient(data, frame, rng.choice(POLICIES)) if rng.random() < 0.2 else ""
            found = found or round_trip(frame)
        if found:
            return f"{data!r}\n{found}"
    return ""


ODD: list[Any] = [
    *(None, True, 0, -1, 1.0, -0.0, 4.11, 10**30, float("nan"), Decimal("2.5"), "", "1", "\ud800", "\x00\u2028", b"x"),
    *("x" * 21, "x" * 501, [], [None], {}, (), datetime(2026, 3, 1), datetime(1969, 1, 1, tzinfo=UTC), object()),
]


def spoil(message: Any, rng: Random) -> None:
    """Put an odd value into one field, at any depth."""
    field = rng.choice(message._fields) if message._fields else None
    value = getattr(message, field.attribute) if field else None
    inner = [item for item in (value if isinstance(value, list) else [value]) if isinstance(item, Message)]
    if inner and rng.random() < 0.8:
        spoil(rng.choice(inner), rng)
    elif field:
        setattr(message, field.attribute, rng.choice(ODD))


def refuse_alike(mutator: Mutator, count: int, tally: Counter[str]) -> str:
    """What the fast path writes of spoilt messages, the twin writes too; the first other one, or ""."""
    for _ in range(count):
        message = mutator.message()
        spoil(message, mutator.rng)
        ours = fast.encode(2, ID, "Any", message.shape.tabulate(), message)
        try:
            theirs = encode_call(ID, "Any", message.shape.dump(message))
        except InvalidMessage as error:
            theirs = None
            tally[f"{error.fault.code}"] += 1
        tally["written" if ours else "left to the twin"] += 1
        if ours is not None and (theirs is None or exactly(parse(ours)) != exactly(parse(theirs))):
            return f"{exactly(message)}\nencode: {ours} against {theirs}"
    return ""


def other_types(data: bytes, actions: Actions, limits: Limits) -> str:
    """The same text as a str, and in buffers of other kinds."""
    spaced = bytes(byte for byte in data for _ in range(2))
    forms: list[Any] = [
        bytearray(data),
        memoryview(data),
        memoryview(spaced)[::2],
        data.decode(errors="surrogateescape"),
    ]
    return next(filter(None, (differences(form, actions, limits) for form in forms)), "")


def main(count: int, seed: int) -> int:
    tally: Counter[str] = Counter()
    begun = time.monotonic()
    done = 0
    while done < count:
        found = compare(Mutator(seed + done), 10_000, tally) or refuse_alike(Mutator(seed - done), 1_000, Counter())
        if found:
            print(f"seed {seed + done}: {found}")
            return 1
        done += 10_000
        if done % 100_000 == 0:
            print(f"{done:,} frames alike after {time.monotonic() - begun:.0f} s", flush=True)
    print(f"{done:,} frames, no difference: {dict(tally.most_common())}")
    return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 16))

__all__ = ["ID", "compare", "main", "refuse_alike"]
