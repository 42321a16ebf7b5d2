"""Text from the peer to JSON values: strict RFC 8259, caps first; and what can be salvaged of a text that is refused.

The parser is the standard library's with hooks, because it is linear and exact; what it is too lenient about (NaN,
duplicate keys, lone surrogates, nesting down to the recursion limit, integers of any length) is refused here. Integers
become int; those with a fraction or an exponent become Decimal, from the text, so that multipleOf judges their digits.
"""

from __future__ import annotations

import json
import math
import re
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final, NoReturn

from ocppcore.version import ErrorCode
from ocppcore.wire.fault import Fault
from ocppcore.wire.frame import Limits

Data = str | bytes | bytearray | memoryview

MAX_EXPONENT: Final = 308  # beyond it a double is infinite or zero
MAX_ECHO: Final = 255  # characters of a message id that an answer repeats; a longer one counts as unreadable

DEFAULT_LIMITS: Final = Limits()


class _Broken(ValueError):
    """The text breaks the rule that is its first argument."""


def parse(data: Data, limits: Limits = DEFAULT_LIMITS) -> Any:
    """The JSON value of a whole text, or a Fault that carries what could be salvaged of the frame (J §4.1.2)."""
    try:
        text = _text(data, limits.max_message)
        # Without pairs of backslashes, the next one always escapes: no tokenizer is needed to find strings and escapes.
        plain = text.replace("\\\\", "  ") if "\\" in text else text
        if _deeper(plain, limits.max_depth):
            raise _Broken(f"depth over {limits.max_depth}")
        value = _decoder(limits.max_digits).decode(text)
        # In valid JSON, a backslash stands in a string only, and begins an escape.
        if "\\u" in plain and _LONE_SURROGATE.search(plain):
            raise _Broken("lone surrogate")
        return value
    except json.JSONDecodeError as error:
        rule = f"JSON syntax at character {_position(error)}"
    except _Broken as error:
        rule = str(error)
    kind, id = salvage(data)
    return Fault(ErrorCode.FormatViolation, "", rule, type=kind, id=id)


def _position(error: json.JSONDecodeError) -> int:
    """The character that cannot be where it is. From Python 3.13 on, a comma in front of a closing bracket is named
    in place of the bracket."""
    if not error.msg.startswith("Illegal trailing comma"):
        return error.pos
    return len(error.doc) - len(error.doc[error.pos + 1 :].lstrip(" \t\n\r"))


def _text(data: Data, limit: int) -> str:
    """The text, checked for size before anything is made of it, and for UTF-8 (J §4.1.2)."""
    size = data.nbytes if isinstance(data, memoryview) else len(data)
    if size > limit:
        raise _Broken(f"message over {limit} bytes")
    try:
        if not isinstance(data, str):
            text = bytes(data).decode()
        elif data.isascii() or len(data.encode()) <= limit:
            text = data
        else:
            raise _Broken(f"message over {limit} bytes")
    except UnicodeDecodeError as error:
        raise _Broken(f"UTF-8 at byte {error.start}") from None
    except UnicodeEncodeError:
        raise _Broken("lone surrogate") from None
    if text.startswith("\ufeff"):
        raise _Broken("byte order mark")
    return text


_BRACKET: Final = re.compile(r"[\[\]{}]")
_LONE_SURROGATE: Final = re.compile(
    r"\\u[dD][89abAB]..(?!\\u[dD][c-fC-F])" r"|(?<!\\u[dD][89abAB]..)\\u[dD][c-fC-F]", re.DOTALL
)


def _deeper(plain: str, limit: int) -> bool:
    """True if brackets outside strings nest deeper than the limit: decided before the parser, which recurses."""
    if plain.count("[") + plain.count("{") <= limit:
        return False
    depth = 0
    for bracket in _BRACKET.findall("".join(plain.replace('\\"', "").split('"')[::2])):
        depth += 1 if bracket in "[{" else -1
        if depth > limit:
            return True
    return False


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    # RFC 8259 leaves open which of two equal keys counts; two parsers that choose differently can be played off.
    members = dict(pairs)
    if len(members) != len(pairs):
        raise _Broken("duplicate key")
    return members


def _constant(text: str) -> NoReturn:
    raise _Broken("NaN and Infinity are not JSON")


@lru_cache(maxsize=8)
def _decoder(max_digits: int) -> json.JSONDecoder:
    """The parser with its hooks. They see a number as text, before its value is made."""

    def integer(text: str) -> int:
        if len(text) > max_digits and len(text.lstrip("-")) > max_digits:
            raise _Broken(f"number over {max_digits} digits")
        return int(text)

    def fraction(text: str) -> Decimal:
        if len(text) > max_digits and sum(map(str.isdigit, text)) > max_digits:
            raise _Broken(f"number over {max_digits} digits")
        exponent = text.lower().partition("e")[2]
        if exponent and abs(int(exponent)) > MAX_EXPONENT or math.isinf(float(text)):
            raise _Broken("number out of range")
        return Decimal(text)

    return json.JSONDecoder(
        object_pairs_hook=_object, parse_int=integer, parse_float=fraction, parse_constant=_constant
    )


_WS: Final = r"[ \t\n\r]*"
_STRING: Final = r'"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})){0,510}"'  # 255 characters, 2 escapes each
_HEAD: Final = re.compile(rf"{_WS}\[{_WS}([2-6]){_WS},(?:{_WS}({_STRING}){_WS},)?")
_HEAD_SIZE: Final = 4096  # holds the longest id that is echoed, however it is escaped


def salvage(data: Data) -> tuple[int | None, str | None]:
    """Message type and id of a text that is not JSON as a whole, as far as a well-formed `[2,"id",` opens it.

    J §4.2.3 wants a CALLERROR with exactly the id of the call, so nothing is guessed: a damaged or overlong id is None.
    """
    match = _HEAD.match(_head(data))
    if match is None:
        return None, None
    id = json.loads(match[2]) if match[2] else None
    return int(match[1]), id if id is not None and len(id) <= MAX_ECHO and _is_unicode(id) else None


def _head(data: Data) -> str:
    """The beginning of a text, up to the first byte that is not UTF-8."""
    if isinstance(data, str):
        return data[:_HEAD_SIZE]
    raw = bytes(data[:_HEAD_SIZE])
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        return raw[: error.start].decode()


def _is_unicode(text: str) -> bool:
    """False if the text holds a lone surrogate, which no answer could carry."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
