"""The fast path and the plain twin say the same of 50,000 frames of all messages, valid and spoilt; see make soak."""

from __future__ import annotations

import importlib.util
import sys
from collections import Counter
from pathlib import Path

import pytest

from ocppcore import v16
from ocppcore.version import ErrorCode
from ocppcore.wire import Call, Fault, plain

if importlib.util.find_spec("ocppcore.wire.fast") is None:
    pytest.skip("a build without extensions has one decoder", allow_module_level=True)

sys.path.insert(0, str(Path(__file__).parent))

import differential  # noqa: E402
from mutator import ID, Mutator  # noqa: E402

SEEDS = range(10)


@pytest.mark.parametrize("seed", SEEDS)
def test_both_decoders_and_encoders_say_the_same(seed: int) -> None:
    tally: Counter[str] = Counter()
    assert differential.compare(Mutator(seed), 5_000, tally) == ""
    # The frames are a mixture: accepted ones, and each kind of fault.
    codes = {ErrorCode.FormatViolation, ErrorCode.TypeConstraintViolation, ErrorCode.PropertyConstraintViolation}
    codes |= {ErrorCode.OccurrenceConstraintViolation, ErrorCode.RpcFrameworkError, ErrorCode.ProtocolError}
    assert min(tally["Call"], tally["CallResult"]) > 500
    assert all(tally[code] > 20 for code in codes)


def test_both_encoders_write_the_same_of_messages_with_an_odd_value_in_them() -> None:
    tally: Counter[str] = Counter()
    assert differential.refuse_alike(Mutator(16), 10_000, tally) == ""
    codes = {ErrorCode.TypeConstraintViolation, ErrorCode.PropertyConstraintViolation}
    assert all(tally[code] > 200 for code in codes | {ErrorCode.OccurrenceConstraintViolation, "written"}), tally


def test_every_message_is_among_them() -> None:
    mutator = Mutator(1)
    met = {type(mutator.message()) for _ in range(3_000)}
    assert met == set(mutator.kinds) and len(met) == 78


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ('{"connectorId":1,"type":"Operative"}', '{"connectorId":2,"type":"Operative"}'),
        ('{"connectorId":"1","type":"Operative"}', '{"connectorId":1,"type":7}'),
        ('{"connectorId":1}', "{}"),
        ('{"connectorId":1,"type":"x"}', '{"connectorId":1,"type":1}'),
    ],
)
def test_a_difference_would_be_seen(one: str, other: str) -> None:
    frames = [plain.decode(f'[2,"{ID}","ChangeAvailability",{text}]', v16.ACTIONS, {}) for text in (one, other)]
    assert differential.seen(frames[0]) != differential.seen(frames[1])
    assert all(isinstance(frame, Call | Fault) for frame in frames)


def test_a_difference_of_type_alone_would_be_seen() -> None:
    assert differential.exactly(1) != differential.exactly(1.0) != differential.exactly(True)
    assert differential.exactly(0.0) != differential.exactly(-0.0)
