"""The watcher in front of the WebSocket parser: caps hold on headers, however the bytes are cut."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from websockets.frames import Frame, Opcode

from ocppcore.bindings._frames import MAX_FRAGMENTS, FrameWatch

CAP = 1000


def frame(opcode: Opcode, size: int, fin: bool = True, mask: bool = False) -> bytes:
    return Frame(opcode, b"x" * size, fin).serialize(mask=mask)


def test_a_message_of_the_cap_passes_and_one_byte_more_does_not() -> None:
    for mask in (False, True):
        assert FrameWatch().scan(whole := frame(Opcode.TEXT, CAP, mask=mask), CAP) == len(whole)
        assert FrameWatch().scan(frame(Opcode.TEXT, CAP + 1, mask=mask), CAP) == 0


def test_fragments_count_together_and_control_frames_between_them_do_not() -> None:
    begin, ping = frame(Opcode.TEXT, 600, fin=False), frame(Opcode.PING, 100)
    assert FrameWatch().scan(fits := begin + ping + frame(Opcode.CONT, 400), CAP) == len(fits)
    assert FrameWatch().scan(begin + ping + frame(Opcode.CONT, 401), CAP) == len(begin + ping)


def test_the_next_message_starts_from_nothing() -> None:
    watch = FrameWatch()
    for _ in range(3):
        assert watch.scan(data := frame(Opcode.TEXT, CAP), CAP) == len(data)


def test_what_stands_before_the_header_that_is_too_much_passes() -> None:
    first = frame(Opcode.TEXT, 10) + frame(Opcode.PING, 5)
    assert FrameWatch().scan(first + frame(Opcode.BINARY, CAP + 1), CAP) == len(first)


def test_empty_fragments_have_a_cap_of_their_own() -> None:
    watch = FrameWatch()
    begin, more = frame(Opcode.TEXT, 0, fin=False), frame(Opcode.CONT, 0, fin=False)
    fits = begin + more * (MAX_FRAGMENTS - 1)
    assert watch.scan(fits, CAP) == len(fits)
    assert watch.scan(more, CAP) == 0


def test_the_cap_may_change_between_messages() -> None:
    watch = FrameWatch()
    data = frame(Opcode.TEXT, 200)
    assert watch.scan(data, 200) == len(data)
    assert watch.scan(data, 199) == 0


@pytest.mark.parametrize("length", ["FFFFFFFF", "7FFFFFFFFFFFFFFF"])
def test_a_huge_length_is_refused_at_its_header(length: str) -> None:
    assert FrameWatch().scan(bytes.fromhex("817F" + length.rjust(16, "0")), CAP) == 0


def test_a_length_that_is_no_length_is_left_to_the_parser() -> None:
    assert FrameWatch().scan(data := bytes.fromhex("817F8000000000000000"), CAP) == len(data)


@pytest.mark.parametrize("opcode", [3, 7, 11, 15])
def test_an_opcode_that_there_is_not_is_left_to_the_parser_whatever_its_length(opcode: int) -> None:
    header = bytes([0x80 | opcode, 126]) + (CAP + 1).to_bytes(2)
    assert FrameWatch().scan(header, CAP) == len(header)


def test_it_is_idle_between_messages_only() -> None:
    watch = FrameWatch()
    stream = frame(Opcode.TEXT, 3, fin=False) + frame(Opcode.PING, 0) + frame(Opcode.CONT, 3)
    idle = [watch.idle]
    for at in range(len(stream)):
        watch.scan(stream[at : at + 1], CAP)
        idle.append(watch.idle)
    assert idle == [True] + [False] * (len(stream) - 1) + [True]


OPCODES = st.sampled_from([Opcode.TEXT, Opcode.CONT, Opcode.BINARY, Opcode.PING, Opcode.CLOSE])
SIZES = st.one_of(st.integers(0, 130), st.sampled_from([125, 126, 127, 400, CAP, CAP + 1, 65535, 65536]))


def any_frame(opcode: Opcode, size: int, fin: bool, mask: bool) -> bytes:
    control = opcode.value >= 8
    return frame(opcode, min(size, 125) if control else size, fin or control, mask)


FRAMES = st.builds(any_frame, OPCODES, SIZES, st.booleans(), st.booleans())


@settings(max_examples=200, deadline=None)
@given(st.lists(FRAMES, max_size=8), st.lists(st.integers(1, 300), max_size=20))
def test_any_cut_gives_the_same_verdict_at_the_same_place(frames: list[bytes], cuts: list[int]) -> None:
    stream = b"".join(frames)
    whole = FrameWatch().scan(stream, CAP)
    watch, at = FrameWatch(), 0
    for cut in [*cuts, len(stream)]:
        chunk = stream[at : at + cut]
        fit = watch.scan(chunk, CAP)
        at += fit
        if fit < len(chunk):
            # A header that came in two pieces: its first piece had passed, which does no harm.
            assert whole <= at < whole + 10
            return
    assert at == whole == len(stream)
