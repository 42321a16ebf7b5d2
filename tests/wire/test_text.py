"""Strict JSON: what is accepted and refused, rule by rule; the numbers; the order of caps; what is salvaged."""

from __future__ import annotations

import json
import math
import re
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ocppcore.version import ErrorCode
from ocppcore.wire.fault import Fault
from ocppcore.wire.frame import Limits
from ocppcore.wire.text import MAX_ECHO, parse, salvage

# y_: must be accepted, n_: must be refused; the groups follow the grammar of RFC 8259.
ACCEPTED: dict[str, list[str | bytes]] = {
    "literals": ["null", "true", "false", "[null,true,false]"],
    "white space": [" \t\n\r1 \t\n\r", "[ ]", "{ }", '{ "a" : 1 , "b" : [ 2 , 3 ] }', "\n[]\r\n"],
    "numbers": ["0", "-0", "1", "-1", "10", "0.0", "-0.0", "0.5", "1e1", "1E+1", "1e-1", "1.5e03", "9007199254740993"],
    "strings": ['""', '"a"', '"/"', '"\x7f"', '"é"', '"\u2028"', '"😀"', '"\U0010ffff"', '"\ufffd"', '"\ufeff"'],
    "escapes": [r'"\"\\\/\b\f\n\r\t"', r'"\u0000"', r'"\u00e9"', r'"\uD83D\ude00"', r'"\\ud800"', r'"\\\\ud800"'],
    "bytes": [b"[]", '"é"'.encode(), '"\U00010000"'.encode()],
    "containers": ["[]", "[[]]", "{}", '{"":0}', '{"a":{"a":{"a":1}}}', '[{"a":1},{"a":1}]', "[1,[2,[3]]]"],
    "brackets in strings": ['"' + "[" * 100 + '"', r'["\"[[[[", "]"]', '{"[{": "\\\\"}'],
}
REFUSED: dict[str, list[str | bytes]] = {
    "nothing": ["", " ", "\n"],
    "literals": ["nul", "nulll", "True", "NULL", "None", "undefined", "tru", "[truE]"],
    "white space": ["\u00a01", "\x0b1", "\x0c[]", "[\u2028]", "\u3000{}", "1\x00", "\x00"],
    "numbers": [
        *("01", "-01", "+1", ".5", "1.", "-", "-.5", "1e", "1e+", "1.e1", "0x10", "1_000", "1,5", "1 000", "٣", "1٣"),
        *("NaN", "-NaN", "nan", "Infinity", "-Infinity", "inf", "1e309", "-1e309", "1e-309", "1e999", "2e308", "--1"),
    ],
    "strings": ["'a'", '"', '"a', 'a"', '"\t"', '"\n"', '"\r\n"', '"\x00"', '"\x1f"', "a", '"a" "b"'],
    "escapes": [
        *(r'"\a"', r'"\v"', r'"\0"', r'"\x41"', r'"\u"', r'"\u12"', r'"\u123g"', r'"\u+123"', r'"\u 123"', '"\\'),
        r'"\U0001F600"',
    ],
    "surrogates": [
        *(r'"\ud800"', r'"\udfff"', r'"\ud800a"', r'"\ud800\u0041"', r'"\ude00\ud83d"', r'"\ud83d\ud83d\ude00"'),
        *(r'"\ud83d\ude00\ude00"', r'{"\uDBFF":1}', r'"\\\ud800"', '"\ud800"', r'"\ud83d\\ude00"', '"\\ud83d\ude00"'),
    ],
    "bytes": [
        *(b'"\xff\xfe"', b'"\xed\xa0\x80"', b'"\xc0\x80"', b'"\xf4\x90\x80\x80"', b'"\xe2\x82"', b'"\x80"', b'"\xc3"'),
        *("[]".encode("utf-16"), "[]".encode("utf-16-le"), b"\xef\xbb\xbf[]", b'["\xf0\x9f\x98"]'),
    ],
    "byte order mark": ["\ufeff[]", "\ufeff1"],
    "containers": [
        *("[", "]", "{", "}", "[1", "[1,", "[1,]", "[,1]", "[1 2]", "[1;2]", "[1:2]", "[[]", "[}", "{]", "[],", "[]]"),
        *('{"a"}', '{"a":}', '{"a":1,}', "{,}", "{1:2}", "{a:1}", "{'a':1}", '{"a" 1}', '{"a":1 "b":2}', '{"a":1:2}'),
        "{null:1}",
    ],
    "duplicate keys": [
        *('{"a":1,"a":1}', '{"a":1,"b":2,"a":3}', '[{"x":{"a":0,"a":0}}]', r'{"a":1,"\u0061":2}', '{"":1,"":2}'),
    ],
    "trailing text": ["1 2", "[] []", "{}x", "[],1", "[]\x00", "[]//", "[]#", "nulltrue"],
    "comments": ["/**/[]", "[1/*2*/]", "// \n[]", "[]/"],
}
YES = [(group, text) for group, texts in ACCEPTED.items() for text in texts]
NO = [(group, text) for group, texts in REFUSED.items() for text in texts]


def test_the_table_is_large_enough() -> None:
    assert len(YES) + len(NO) > 150


@pytest.mark.parametrize(("group", "text"), YES)
def test_json_is_accepted(group: str, text: str | bytes) -> None:
    assert not isinstance(parse(text), Fault)
    assert parse(text) == json.loads(text, parse_float=Decimal)


@pytest.mark.parametrize(("group", "text"), NO)
def test_what_is_not_json_is_refused(group: str, text: str | bytes) -> None:
    fault = parse(text)
    assert isinstance(fault, Fault)
    assert (fault.code, fault.pointer, fault.type, fault.id) == (ErrorCode.FormatViolation, "", None, None)
    assert fault.rule.isascii() and 0 < len(fault.rule) <= 120


@pytest.mark.parametrize(("group", "text"), [(group, text) for group, text in YES + NO if isinstance(text, bytes)])
def test_bytes_of_every_kind_are_read_alike(group: str, text: bytes) -> None:
    spaced = bytes(byte for pair in zip(text, text, strict=True) for byte in pair)
    for data in (bytearray(text), memoryview(text), memoryview(spaced)[::2]):
        assert _outcome(data) == _outcome(text)


def _outcome(data: Any, limits: Limits | None = None) -> Any:
    value = parse(data, limits or Limits())
    return (value.rule, value.type, value.id) if isinstance(value, Fault) else value


# Numbers


def test_integers_are_int_and_fractions_are_exact_decimals() -> None:
    values = parse("[1, -0, 1.0, 0.30000000000000004, 1e2, 123456789012345678901234567890]")
    assert [type(value) for value in values] == [int, int, Decimal, Decimal, Decimal, int]
    assert [str(value) for value in values] == [
        *("1", "0", "1.0", "0.30000000000000004", "1E+2", "123456789012345678901234567890"),
    ]


@pytest.mark.parametrize("text", ["9" * 40, "-" + "9" * 40, "0." + "1" * 39, "-1." + "1" * 38 + "e1", "1" * 38 + "E-9"])
def test_forty_digits_are_read(text: str) -> None:
    assert parse(text) == Decimal(text)


@pytest.mark.parametrize("text", ["9" * 41, "-" + "9" * 41, "0." + "1" * 40, "1" * 38 + "e308", "1e" + "0" * 40])
def test_more_digits_are_refused_before_a_number_is_made(text: str) -> None:
    assert _outcome(text) == ("number over 40 digits", None, None)


def test_digits_in_strings_are_no_number() -> None:
    assert parse('"' + "9" * 5000 + '"') == "9" * 5000


@pytest.mark.parametrize("text", ["1e308", "-1.7976931348623157e308", "1e-308", "1.5E+308", "1e0000308"])
def test_exponents_up_to_308_are_read(text: str) -> None:
    assert float(parse(text)) == float(text)


@pytest.mark.parametrize("text", ["1e309", "9e308", "1e-309", "1e99999999999999999999", "0e999", "1e-99999999999999"])
def test_numbers_that_no_double_holds_are_refused(text: str) -> None:
    assert _outcome(text) == ("number out of range", None, None)


# Caps


def test_the_message_is_measured_in_bytes_of_utf8() -> None:
    limits = Limits(max_message=10)
    for data in ('"12345678"', b'"12345678"', '"éééé"', '"éééé"'.encode()):
        assert not isinstance(parse(data, limits), Fault)
    for data in ('"123456789"', b'"123456789"', '"ééééé"', '"ééééé"'.encode(), memoryview(b" " * 11)):
        assert _outcome(data, limits)[0] == "message over 10 bytes"


def test_the_cap_on_size_comes_before_all_else() -> None:
    broken = b"\xff" * 100 + b"[" * 100
    assert _outcome(broken, Limits(max_message=199))[0] == "message over 199 bytes"
    assert _outcome(broken, Limits(max_message=200))[0] == "UTF-8 at byte 0"


def nested(depth: int, opening: str = "[", closing: str = "]") -> str:
    return opening * depth + ("0" if opening != "[" else "") + closing * depth


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}"), ('[{"a":', "}]")])
def test_depth_is_counted_over_arrays_and_objects(opening: str, closing: str) -> None:
    step = opening.count("[") + opening.count("{")
    assert not isinstance(parse(nested(32 // step, opening, closing)), Fault)
    assert _outcome(nested(32 // step + 1, opening, closing))[0] == "depth over 32"


def test_many_shallow_brackets_are_not_deep() -> None:
    assert parse("[" + "[]," * 1000 + "[]]") == [[]] * 1001


def test_brackets_inside_strings_have_no_depth() -> None:
    text = json.dumps(['"[' * 100, "\\[{" * 100, '\\"[' * 100, "]"])
    assert parse(text) == json.loads(text)


@pytest.mark.parametrize("text", ['"' + "\\" * 60_001, '"' + r"\"" * 30_000, '"' * 60_001, r'"\u' * 9999, "{[" * 9999])
def test_refusing_takes_time_in_proportion_to_the_text(text: str) -> None:
    assert isinstance(parse(text), Fault)  # quadratic work would take minutes


# The same answer as the standard library plus one check for each rule that it does not have


def reference(text: str) -> Any:
    """The value, or None if strict JSON under the caps refuses it. Slow and plain on purpose."""

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len({key for key, _ in pairs}) < len(pairs):
            raise ValueError("duplicate key")
        return dict(pairs)

    def refuse(name: str) -> Any:
        raise ValueError(name)

    def number(text: str) -> Any:
        if len(re.sub(r"\D", "", text)) > 40:
            raise ValueError("digits")
        exponent = re.search(r"[eE](.*)", text)
        if math.isinf(float(text)) or exponent and not -308 <= int(exponent[1]) <= 308:
            raise ValueError("range")
        return Decimal(text) if re.search(r"[.eE]", text) else int(text)

    def check(value: Any, depth: int) -> None:
        if isinstance(value, str):
            value.encode()
        elif isinstance(value, list | dict):
            if depth == 32:
                raise ValueError("depth")
            for item in [*value, *value.values()] if isinstance(value, dict) else value:
                check(item, depth + 1)

    try:
        text.encode()
        value = json.loads(text, object_pairs_hook=unique, parse_constant=refuse, parse_float=number, parse_int=number)
        check(value, 0)
    except ValueError:
        return None
    return [value]


pieces = st.sampled_from(
    [
        *("[", "]", "{", "}", ",", ":", '"', "\\", "\\\\", '\\"', "\\u", "\\ud83d", "\\ude00", "\\uD800", "0061", " "),
        *("1", "-", "0", ".", "e", "E+", "308", "9" * 40, "null", "true", "NaN", '"a"', '"a":', '"b":', "\ud800"),
        *("é", "😀", "\n", "\x00"),
        *("[[[[[[[[[[[[[[[[", "]]]]]]]]]]]]]]]]", '{"a":', '"\\u0061":1', "\ufeff"),
    ]
)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)
texts = st.builds(
    lambda value, at, piece, ascii: (
        (text := json.dumps(value, ensure_ascii=ascii))[: (at := at % (len(text) + 1))] + piece + text[at:]
    ),
    values,
    st.integers(min_value=0, max_value=1000),
    pieces | st.just(""),
    st.booleans(),
)


@settings(max_examples=200, deadline=None)
@given(texts | st.lists(pieces, max_size=12).map("".join) | st.text(max_size=20))
@example('{"a":1,"\\u0061":1}')
@example('"\\ud83d\\ude00"')
@example("[" * 33 + "]" * 33)
def test_strict_json_is_the_standard_librarys_plus_our_rules(text: str) -> None:
    value = parse(text)
    expected = reference(text)
    if isinstance(value, Fault):
        assert expected is None
    else:
        assert expected is not None and repr(expected[0]) == repr(value)


# Salvage: what a text that is not JSON as a whole still says


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('[2,"id",', (2, "id")),
        (' \n[ 2 ,\t"id" , garbage', (2, "id")),
        ('[3,"id",{', (3, "id")),
        ('[4,"id","Gen', (4, "id")),
        ('[2,"",x', (2, "")),
        (r'[2,"a\r\n\u0000\"\\\/\ud83d\ude00",', (2, 'a\r\n\0"\\/😀')),
        ('[2,"é😀",', (2, "é😀")),
        ('[2,"id",'.encode() + b"\xff", (2, "id")),
        ('[2,"' + "a" * MAX_ECHO + '",', (2, "a" * MAX_ECHO)),
        (r'[2,"' + r"\ud83d\ude00" * MAX_ECHO + '",', (2, "😀" * MAX_ECHO)),
        ('[2,"' + "a" * (MAX_ECHO + 1) + '",', (2, None)),
        ('[2,"' + "a" * 10_000 + '",', (2, None)),
        ('[2,"id"', (2, None)),
        ('[2,"id"]', (2, None)),
        ('[2,"id', (2, None)),
        ("[2,1,", (2, None)),
        ("[2,null,", (2, None)),
        (r'[2,"\ud800",', (2, None)),
        (r'[2,"\x41",', (2, None)),
        ('[2,"a\nb",', (2, None)),
        ('[2,"a\x00b",', (2, None)),
        ('[2,"\ud800",', (2, None)),
        (b'[2,"\xed\xa0\x80",', (2, None)),
        ('["2","id",', (None, None)),
        ('[2.0,"id",', (None, None)),
        ('[22,"id",', (None, None)),
        ('[-2,"id",', (None, None)),
        ('[9,"id",', (None, None)),
        ('\ufeff[2,"id",', (None, None)),
        ('x[2,"id",', (None, None)),
        ('[[2,"id",', (None, None)),
        ("", (None, None)),
        (b"\xff\xfe", (None, None)),
    ],
)
def test_salvage_reads_a_well_formed_head_and_guesses_nothing(text: str | bytes, found: tuple[Any, Any]) -> None:
    assert salvage(text) == found
    assert salvage(text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")) == found


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=MAX_ECHO), st.binary(max_size=30), st.booleans())
def test_salvage_finds_the_id_whatever_follows_it(id: str, rest: bytes, ascii: bool) -> None:
    assert salvage(f"[2,{json.dumps(id, ensure_ascii=ascii)},".encode() + rest) == (2, id)


@pytest.mark.parametrize("fault", ['"\\ud800"', "NaN", "9" * 41, '{"a":1,"a":2}', "[" * 40, "1e999", '"\x00"', "{]"])
def test_every_text_fault_behind_a_well_formed_head_carries_the_id(fault: str) -> None:
    found = parse(f'[2,"id","Heartbeat",{fault}]')
    assert isinstance(found, Fault)
    assert (found.code, found.type, found.id, found.answerable) == (ErrorCode.FormatViolation, 2, "id", True)
