"""An open WebSocket: messages whole, faults answered with a close code, caps before buffers (RFC 6455, H01, H26)."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from websockets.frames import Close as CloseFrame
from websockets.frames import Frame, Opcode

from ocppcore.bindings._frames import MAX_FRAGMENTS
from ocppcore.bindings._ws import MAX_PONGS, Closed, Event, Opened, Ponged, State, WebSocket
from ocppcore.csms.admission import Offer
from ocppcore.session.events import ClosedByPeer, Lost

Pair = tuple[WebSocket, WebSocket]
Ferry = Callable[[WebSocket, WebSocket], tuple[list[Event], list[Event]]]
CAP = 64 * 1024


def text(data: str | bytes, *, mask: bool = False, fin: bool = True) -> bytes:
    return Frame(Opcode.TEXT, data.encode() if isinstance(data, str) else data, fin).serialize(mask=mask)


def more(data: bytes, *, mask: bool = False, fin: bool = True) -> bytes:
    return Frame(Opcode.CONT, data, fin).serialize(mask=mask)


def feed(ws: WebSocket, data: bytes) -> list[Event]:
    """What happens when these bytes arrive."""
    ws.receive(data)
    return list(ws.events())


def close_code(ws: WebSocket) -> int:
    """The code of the close frame that ws sends, which must be all that it sends."""
    data = ws.data_to_send()
    assert data[0] == 0x88 and len(data) >= 4, data
    mask = data[2:6] if data[1] & 0x80 else b"\0\0"
    begin = 6 if data[1] & 0x80 else 2
    return int.from_bytes(bytes([data[begin] ^ mask[0], data[begin + 1] ^ mask[1]]), "big")


def lost(events: list[Event]) -> str:
    """The reason of the only event."""
    (event,) = events
    assert isinstance(event, Closed) and isinstance(event.reason, Lost), event
    return event.reason.why


# Messages.


def test_messages_go_both_ways_whole(pair: Pair, ferry: Ferry) -> None:
    client, server = pair
    for size in (0, 1, 125, 126, 65_535, 65_536):
        client.send("é" * (size // 2))
        server.send("x" * size)
        assert ferry(client, server) == (["x" * size], ["é" * (size // 2)])


def test_fragments_become_one_message_with_control_frames_between(pair: Pair) -> None:
    client, _ = pair
    ping = Frame(Opcode.PING, b"here?").serialize(mask=False)
    assert feed(client, text("née"[:2], fin=False) + ping + more("née".encode()[3:]) + text("next")) == ["née", "next"]
    assert client.data_to_send()[:1] == b"\x8a"


def test_a_character_may_be_cut_by_a_fragment(pair: Pair) -> None:
    client, _ = pair
    cut = "𝄞".encode()
    rest = b"".join(more(cut[n : n + 1], fin=n == 3) for n in (1, 2, 3))
    assert feed(client, text(cut[:1], fin=False) + rest) == ["𝄞"]


def test_pings_are_answered_and_pongs_reported(pair: Pair, ferry: Ferry) -> None:
    client, server = pair
    client.ping()
    at_client, at_server = ferry(client, server)
    assert at_server == [] and isinstance(at_client[0], Ponged)


def test_of_a_flood_of_pings_the_last_is_answered(pair: Pair) -> None:
    client, _ = pair
    assert feed(client, b"".join(Frame(Opcode.PING, b"%d" % n).serialize(mask=False) for n in range(1000))) == []
    answer = client.data_to_send()
    assert answer.count(b"\x8a") >= MAX_PONGS
    assert len(answer) <= (MAX_PONGS + 1) * 10
    mask, payload = answer[-7:-3], answer[-3:]
    assert bytes(a ^ b for a, b in zip(payload, mask)) == b"999"


# The caps (H01).


def test_a_huge_frame_is_refused_at_its_header_without_memory(pair: Pair) -> None:
    client, _ = pair
    header = bytes.fromhex("817F00000000FFFFFFFF")
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        tracemalloc.reset_peak()
        events = feed(client, header)
        grown = tracemalloc.get_traced_memory()[1] - before
    finally:
        tracemalloc.stop()
    assert close_code(client) == 1009 and client.closed
    assert "too big" in lost(events)
    assert grown < 4096  # the close frame and its event


def test_the_server_refuses_it_too(pair: Pair) -> None:
    _, server = pair
    assert "too big" in lost(feed(server, bytes.fromhex("817F00000000FFFFFFFF")))
    assert close_code(server) == 1009 and server.closed


def test_a_length_that_is_no_length_is_a_protocol_error(pair: Pair) -> None:
    client, _ = pair
    lost(feed(client, bytes.fromhex("817F8000000000000000")))
    assert close_code(client) == 1002


def test_a_million_fragments_are_refused_early(pair: Pair) -> None:
    client, _ = pair
    client.receive(text(b"[", fin=False))
    for sent in range(1_000_000):
        if feed(client, more(b" ", fin=False)):
            break
    assert sent < MAX_FRAGMENTS and close_code(client) == 1009


def test_the_largest_message_passes_and_the_next_one_closes(pair: Pair) -> None:
    client, _ = pair
    client.receive(text("x" * CAP) + text("x" * (CAP + 1)))
    largest, closed = list(client.events())
    assert largest == "x" * CAP and isinstance(closed, Closed)
    assert close_code(client) == 1009


def test_the_cap_is_raised_while_open(pair: Pair) -> None:
    client, _ = pair
    client.max_message = CAP + 1
    assert feed(client, text("x" * (CAP + 1))) == ["x" * (CAP + 1)]


def test_a_message_that_drips_in_takes_little_memory(pair: Pair) -> None:
    client, _ = pair
    data = text("x" * 20_000)
    tracemalloc.start()
    try:
        for at in range(len(data) - 1):
            client.receive(data[at : at + 1])
        held = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    assert held < 10 * len(data) and not client.idle
    assert feed(client, data[-1:]) == ["x" * 20_000] and client.idle


# Faults (H26; the numbers are those of RFC 6455 §7.4.1).

TO_A_CLIENT = {
    "reserved bit 1 (compressed)": (b"\xc1\x01x", 1002),
    "reserved bit 2": (b"\xa1\x01x", 1002),
    "reserved bit 3": (b"\x91\x01x", 1002),
    "masked": (text("x", mask=True), 1002),
    "continuation without a start": (more(b"x"), 1002),
    "a start within a message": (text("x", fin=False) + text("y"), 1002),
    "control frame of 126 bytes": (b"\x89\x7e\x00\x7e" + b"x" * 126, 1002),
    "fragmented ping": (b"\x09\x00", 1002),
    "length not minimal": (b"\x81\x7e\x00\x01x", 1002),
    "length not minimal, 8 bytes": (b"\x81\x7f" + b"\0" * 7 + b"\x01x", 1002),
    "close of one byte": (b"\x88\x01\x03", 1002),
    "close reason not UTF-8": (b"\x88\x03\x03\xe8\xff", 1007),
    "binary": (b"\x82\x01x", 1003),
    "text not UTF-8": (text(b"\xff\xfe"), 1007),
    "surrogate": (text(b"\xed\xa0\x80"), 1007),
    "over-long": (text(b"\xc0\x80"), 1007),
    "beyond Unicode": (text(b"\xf4\x90\x80\x80"), 1007),
    "cut character": (text(b"\xc3"), 1007),
}
TO_A_CLIENT |= {f"opcode {n}": (bytes([0x80 | n, 0]), 1002) for n in (3, 4, 5, 6, 7, 11, 12, 13, 14, 15)}
TO_A_CLIENT |= {
    f"close code {code}": (b"\x88\x02" + code.to_bytes(2, "big"), 1002)
    for code in (0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535)
}


@pytest.mark.parametrize("name", TO_A_CLIENT)
def test_a_fault_is_answered_with_its_code_and_ends_it(pair: Pair, name: str) -> None:
    client, _ = pair
    frames, code = TO_A_CLIENT[name]
    client.receive(text("before") + frames + text("after"))
    before, *rest = list(client.events())
    assert before == "before"
    assert str(code) in lost(rest) and close_code(client) == code
    assert feed(client, text("later")) == [] and client.data_to_send() == b""


def test_what_a_message_causes_goes_out_before_the_fault_behind_it_is_answered(pair: Pair) -> None:
    client, _ = pair
    client.receive(text("a question") + b"\xc1\x01x")
    for event in client.events():
        if event == "a question":
            client.send("its answer")
    sent = client.data_to_send()
    assert sent[0] == 0x81 and sent[6 + len("its answer")] == 0x88 and client.closed


def test_a_server_wants_masks(pair: Pair) -> None:
    _, server = pair
    lost(feed(server, text("x")))
    assert close_code(server) == 1002


# Closing.


@pytest.mark.parametrize("code", [1000, 1001, 1002, 1003, 1007, 1011, 1012, 3000, 4999])
def test_the_peers_close_is_answered_with_its_code(pair: Pair, code: int) -> None:
    client, _ = pair
    client.receive(text("last") + b"\x88\x05" + CloseFrame(code, "bye").serialize() + text("after"))
    last, closed = list(client.events())
    assert last == "last" and isinstance(closed, Closed)
    assert isinstance(closed.reason, ClosedByPeer) and closed.reason.code == code
    assert close_code(client) == code and client.closed


def test_a_close_without_a_code_is_1005(pair: Pair) -> None:
    client, _ = pair
    client.receive(b"\x88\x00")
    (closed,) = list(client.events())
    assert isinstance(closed, Closed) and isinstance(closed.reason, ClosedByPeer) and closed.reason.code == 1005
    assert client.data_to_send()[:2] == b"\x88\x80"


def test_our_close_waits_for_the_peers_and_still_hears_it(pair: Pair, ferry: Ferry) -> None:
    client, server = pair
    server.send("on its way")
    client.close(1000, "done")
    assert client.state is State.Closing
    client.send("too late")
    client.ping()
    at_client, at_server = ferry(client, server)
    assert at_client[0] == "on its way" and lost(at_client[1:]) == "closed by us"
    assert isinstance(at_server[0], Closed) and isinstance(at_server[0].reason, ClosedByPeer)
    assert at_server[0].reason.code == 1000 and client.closed and server.closed


def test_both_close_at_once(pair: Pair) -> None:
    client, server = pair
    client.close(1000)
    server.close(1001)
    up, down = client.data_to_send(), server.data_to_send()
    lost(feed(client, down))
    lost(feed(server, up))
    assert client.closed and server.closed and not client.data_to_send() and not server.data_to_send()


def test_a_fault_while_we_close_ends_it_without_a_second_close(pair: Pair) -> None:
    client, _ = pair
    client.close()
    client.data_to_send()
    lost(feed(client, b"\xff\xff"))
    assert client.closed and client.data_to_send() == b""


def test_the_end_of_the_transport(pair: Pair) -> None:
    client, _ = pair
    client.lost(Lost("reset"))
    assert lost(list(client.events())) == "reset"
    client.send("x")
    client.close()
    assert client.data_to_send() == b""


# However the bytes are cut, the same happens.

PIECES = st.sampled_from(
    [text("hello"), text("né", fin=False), text(b"\xc3", fin=False)]
    + [text("x" * 300), text("x" * 5000), text("y" * 70_000)]
    + [more("é".encode()), more(b"", fin=False), more(b"\xa9")]
    + [b"\x89\x02hi", b"\x8a\x00", b"\x88\x02\x03\xe8", b"\x82\x00", b"\xc1\x00", b"\x81\x7f"]
)


def opened() -> WebSocket:
    client, server = WebSocket.client("ws://h/CP", ("ocpp1.6",), max_message=4000), WebSocket.server()
    server.receive(client.data_to_send())
    assert isinstance(list(server.events())[0], Offer)
    server.accept("ocpp1.6")
    client.receive(server.data_to_send())
    assert isinstance(list(client.events())[0], Opened)
    return client


def seen(chunks: list[bytes]) -> tuple[list[str], bool]:
    """What a client makes of these chunks: its events as text, and whether it is over."""
    client = opened()
    events: list[Event] = []
    for chunk in chunks:
        client.receive(chunk)
        events += list(client.events())
    return [e if isinstance(e, str) else f"{type(e).__name__}{getattr(e, 'reason', '')}" for e in events], client.closed


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(PIECES, max_size=6), st.lists(st.integers(1, 400), max_size=30))
def test_any_cut_of_a_stream_gives_the_same_events(pieces: list[bytes], cuts: list[int]) -> None:
    stream = b"".join(pieces)
    chunks, at = [], 0
    for cut in cuts:
        chunks.append(stream[at : at + cut])
        at += cut
    whole = seen([stream])
    assert seen([*chunks, stream[at:]]) == whole
    assert seen([stream[n : n + 1] for n in range(min(len(stream), 700))] + [stream[700:]]) == whole


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200), st.booleans())
def test_no_bytes_raise(data: bytes, open: bool) -> None:
    for ws in (opened() if open else WebSocket.client("ws://h/CP", ("ocpp1.6",)), WebSocket.server()):
        for chunk in (data, b"\r\n\r\n", data):
            ws.receive(chunk)
            list(ws.events())
            ws.data_to_send()
