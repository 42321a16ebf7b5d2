"""Where frames stand in the lines of a log, and which station a line is about."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocppcore.tools.lines import find_frame

FRAME = '[2,"19","Authorize",{"idTag":"a]\\"[b"}]'


def frame_of(line: str) -> str | None:
    found = find_frame(line)
    return None if found is None else found.frame


@pytest.mark.parametrize(
    "prefix",
    [
        "2026-01-01T10:00:00.000Z ",
        "[2026-01-01 10:00:00] ",
        "[INFO] ",
        "[12:00:01.123] [INFO] [CP_1] ",
        "INFO:ocpp:CP_1: receive message ",
        "10:00 <- ",
        "[thread 2, worker 3] ",
        "[2, 7] ",
        '["main"] ',
        "{CP1} ",
        'level=info msg=received frame=',
        "data: '",
        'say "hello" ',
        "\x1b[32mDEBUG\x1b[0m ",
    ],
)
@pytest.mark.parametrize("suffix", ["", " ", " (42 bytes)", "' took 3 ms [ok]", "\r"])
def test_a_frame_is_found_behind_a_log_prefix_and_ends_with_its_bracket(prefix: str, suffix: str) -> None:
    assert frame_of(prefix + FRAME + suffix) == FRAME


@pytest.mark.parametrize("line", [FRAME, f"  {FRAME}\r\n"])
def test_a_frame_may_stand_alone(line: str) -> None:
    assert frame_of(line) == FRAME


def test_a_byte_order_mark_before_a_frame_is_part_of_it() -> None:
    assert frame_of("\ufeff" + FRAME) == "\ufeff" + FRAME
    assert frame_of("\ufeff10:00 recv " + FRAME) == FRAME


@pytest.mark.parametrize("rest", [" x", "]", ",", '[3,"1",{}]', "//"])
def test_a_line_that_begins_with_its_frame_is_all_frame(rest: str) -> None:
    assert frame_of(FRAME + rest) == FRAME + rest


def test_a_frame_that_is_cut_off_goes_to_the_end_of_the_line() -> None:
    assert frame_of('recv [2,"1","Heartbeat",{"a":"]}') == '[2,"1","Heartbeat",{"a":"]}'


@pytest.mark.parametrize(
    "line",
    [
        *("[]", "[2]", "[3]", '["2","1","Heartbeat",{}]', "[2.0,1]", "[true,1]", "[null]", "[5,1]"),
        *('[{"a":1}]', "[[[[[["),
        *("2", "-1.5", '"x"', "null", "true", "[2,1,2,{}]", "[2,null]", "[9]"),
    ],
)
def test_json_that_is_no_frame_is_somebodys_frame_gone_wrong(line: str) -> None:
    assert frame_of(line) == line


@pytest.mark.parametrize(
    "line",
    [
        *("", " ", "\n", "connected", "[INFO] connected", "[2026-01-01 10:00] connected", "[12:00:01] connected"),
        *("[1234] started", "took 2, 3", "{}", '{"event":"open"}', '{"at":[2,3]}', "[x]", "<- pong"),
        '{"a":{"b":{"c":{"d":[2,"1"]}}}}',
        *("2 3", "0x2", "[-] x", "\x00\x01", "\ufffd"),
    ],
)
def test_other_lines_have_no_frame(line: str) -> None:
    assert frame_of(line) is None


# Lines of JSON


@pytest.mark.parametrize("name", ["frame", "message", "data", "raw"])
def test_a_member_of_a_json_line_holds_the_frame_as_an_array_or_a_string(name: str) -> None:
    for value in (json.loads(FRAME), FRAME, f"recv {FRAME} ok"):
        line = json.dumps({"ts": "2026-01-01", "n": 2, "at": [2, 3], name: value, "station": "CP1"})
        found = find_frame(line, "station")
        assert found is not None and json.loads(found.frame) == json.loads(FRAME)
        assert found.key == "CP1"


def test_a_member_deeper_down_is_found() -> None:
    line = json.dumps({"log": {"ocpp": {"frame": json.loads(FRAME)}, "meta": {"cp": 7}}})
    found = find_frame(line, "cp")
    assert found is not None and json.loads(found.frame) == json.loads(FRAME) and found.key == "7"


def test_numbers_in_a_json_line_stay_as_they_are() -> None:
    line = '{"frame":[2,"1","DataTransfer",{"a":21.400,"b":1e2,"c":12345678901234567890,"d":0.1000000000000000055}]}'
    assert frame_of(line) == line[len('{"frame":') : -1].replace("1e2", "1E+2")


def test_a_json_line_that_is_broken_is_searched_as_text() -> None:
    for before in ('"a":1,"a":2,', "", f'"n":{"9" * 50},'):
        line = f'{{{before}"frame":{FRAME}' + "}" * bool(before)
        assert frame_of(line) == FRAME


def test_a_frame_in_the_quotes_of_a_field_is_unescaped() -> None:
    escaped = json.dumps(FRAME)
    for line in (f"ts=1 msg={escaped} station=CP1", f"msg={escaped[:-1]}", f'ts=1 msg="recv {escaped[1:-1]} end" x=1'):
        assert frame_of(line) == FRAME


def test_a_frame_in_quotes_with_a_bad_escape_is_taken_as_it_is() -> None:
    assert frame_of(r'msg="[2,\"1\",\"\x\"]"') == r"[2,\"1\",\"\x\"]"


# Which station


@pytest.mark.parametrize(
    ("line", "key"),
    [
        (f"station=CP1 recv {FRAME}", "CP1"),
        (f"station: CP1: recv {FRAME}", "CP1"),
        (f"recv {FRAME} station=CP1", "CP1"),
        (f'station="CP 1" recv {FRAME}', "CP 1"),
        (f"station='CP 1', recv {FRAME}", "CP 1"),
        (f'"station":"CP1", {FRAME}', "CP1"),
        (f"[station=CP1] {FRAME}", "CP1"),
        (f"(station = CP1) {FRAME}", "CP1"),
        (f"substation=X station=CP1 {FRAME}", "CP1"),
        (f"my.station=X {FRAME}", None),
        (f"stations=X {FRAME}", None),
        (f"recv {FRAME}", None),
        ('recv [2,"1","station=X",{"station":"Y"}]', None),
    ],
)
def test_the_key_is_read_outside_the_frame(line: str, key: str | None) -> None:
    found = find_frame(line, "station")
    assert found is not None and found.key == key


def test_a_key_is_a_name_and_no_pattern() -> None:
    found = find_frame(f"a.b=1 axb=2 {FRAME}", "a.b")
    assert found is not None and found.key == "1"
    found = find_frame(f"(=1 {FRAME}", "(")
    assert found is not None and found.key == "1"


@settings(max_examples=200, deadline=None)
@given(st.text() | st.lists(st.sampled_from([*'[]{},:"\\2 \t', '\\"', '[2,"', "k=", FRAME])).map("".join))
def test_any_line_is_read(line: str) -> None:
    found = find_frame(line, "k")
    assert found is None or isinstance(found.frame, str)


@pytest.mark.parametrize("part", ["[", '["', '[2,"', '\\"', '"', "[2, ", "{", '{"', "k=", '[2,\\"', "[ ", "\\"])
def test_a_long_line_is_read_in_proportionate_time(part: str) -> None:
    line = part * (400_000 // len(part))  # quadratic work would take minutes
    find_frame(line, "k")
    assert find_frame("x" + line + FRAME, "k") is not None
