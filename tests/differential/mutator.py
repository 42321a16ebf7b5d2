"""A seeded mutator of frames: valid ones of all messages of 1.6, made from the declarations, and then spoilt.

Two kinds of damage: to values (a field replaced, dropped, added, renamed; another envelope), written out again in a
random style of JSON (white space, escapes, duplicate keys, order, spelling of numbers); and to the text itself (bytes
changed, cut, doubled, tokens put in). The same seed gives the same frames.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from ocppcore import v16
from ocppcore.messages.instant import format_instant
from ocppcore.messages.schema.nodes import Array, Boolean, Choice, Integer, Node, Number, Object, Text

ID = "f6c3a5f8-8a7e-4d2b-9d35-0f6a1f2c7b00"
CHARACTERS = [
    *"abcXYZ019 _-./:;,[]{}",
    '"',
    "\\",
    "\n",
    "\t",
    "\x00",
    "\x7f",
    "é",
    "ß",
    "\u2028",
    "\ufffd",
    "😀",
    "\U0010ffff",
]
INSTANTS = [
    *("2026-03-01T08:00:00Z", "2026-03-01t08:00:00z", "2026-03-01T08:00:00.1Z", "2026-03-01T08:00:00.123456789Z"),
    *("2026-03-01T08:00:00.1234567890Z", "2026-03-01T08:00:00.Z", "2026-03-01T08:00:00", "2026-03-01", "banana", ""),
    *(
        "2024-02-29T00:00:00Z",
        "2026-02-29T00:00:00Z",
        "2100-02-29T00:00:00Z",
        "2000-02-29T23:59:60Z",
        "2026-13-01T00:00:00Z",
    ),
    *(
        "2026-04-31T00:00:00Z",
        "2026-00-10T00:00:00Z",
        "2026-01-00T00:00:00Z",
        "2026-01-01T24:00:00Z",
        "2026-01-01T00:60:00Z",
    ),
    *(
        "2026-01-01T00:00:61Z",
        "1969-12-31T23:59:59Z",
        "1970-01-01T00:00:00+00:01",
        "2199-12-31T23:59:59-23:59",
        "2200-01-01T00:00:00Z",
    ),
    *(
        "2026-12-31T23:30:00-01:00",
        "2026-03-01T00:30:00+01:00",
        "2024-03-01T00:30:00.5+23:59",
        "2026-01-01T00:00:00+24:00",
    ),
    *("2026-01-01T00:00:00+01:60", "2026-01-01T00:00:00+0100", "2026-01-01 00:00:00Z", "2026-01-01T00:00:00-00:00"),
    *(
        "2026-01-01T00:00:00,5Z",
        "+2026-01-01T00:00:00Z",
        "2026-01-01T00:00:00ZZ",
        "2026-1-01T00:00:00Z",
        "٢٠٢٦-01-01T00:00:00Z",
    ),
]
NUMBERS = [
    *(
        "0",
        "-0",
        "1",
        "-1",
        "2",
        "10",
        "1.0",
        "1e0",
        "1E2",
        "0.1",
        "21.4",
        "4.11",
        "0.30000000000000004",
        "-0.0",
        "0e5",
        "0.10",
    ),
    *(
        "16.05",
        "1e-1",
        "123456789012345678",
        "1234567890123456789",
        "9223372036854775807",
        "9223372036854775808",
        "5e-1",
    ),
    *(
        "-9223372036854775808",
        "-9223372036854775809",
        "1e22",
        "1e23",
        "12345678901234567890.5",
        "1.7976931348623157e308",
    ),
    *(
        "1.797693134862315708e308",
        "2e308",
        "1e309",
        "1e-308",
        "1e-309",
        "9" * 40,
        "9" * 41,
        "0." + "1" * 40,
        "1e" + "0" * 38 + "1",
    ),
    *(
        "123456789.123456789",
        "0.000001",
        "1e-7",
        "100000000000000000000.0",
        "01",
        "+1",
        "1.",
        ".5",
        "-",
        "1e",
        "1e+",
        "NaN",
    ),
    *("Infinity", "-Infinity", "0x1", "1_0", "4503599627370497.5", "9007199254740993", "9007199254740993.0"),
]
TOKENS = [
    *(
        "[",
        "]",
        "{",
        "}",
        ",",
        ":",
        '"',
        "\\",
        '\\"',
        "\\\\",
        "\\u",
        "\\u0041",
        "\\ud83d",
        "\\ude00",
        "\\ud83d\\ude00",
        "\\x",
        "\\/",
    ),
    *(
        "null",
        "true",
        "false",
        "nul",
        '"a":',
        '"a":1,',
        "[[[[",
        "]]]]",
        '{"a":',
        " ",
        "\t",
        "\n",
        "\x00",
        "\x1f",
        "é",
        "😀",
        "\ufeff",
    ),
    *(
        "NaN",
        "-Infinity",
        "1e999",
        "9" * 50,
        '{"a":1,"a":2}',
        "[" * 40,
        "/*x*/",
        '"connectorId":1,',
        '"\\u0063onnectorId":2,',
    ),
]
RAW = [
    b"\xff",
    b"\xed\xa0\x80",
    b"\xc0\x80",
    b"\xe2\x82",
    b"\xf4\x90\x80\x80",
    b"\x80",
    b"\xc3",
    b"\xf0\x9f\x98",
    b"\xef\xbb\xbf",
]


class Spelled:
    """A value that is written just so."""

    def __init__(self, text: str) -> None:
        self.text = text


class Mutator:
    """Frames from a seed. depth: how many fields of a message are there, at most."""

    def __init__(self, seed: int) -> None:
        self.rng = Random(seed)
        self.kinds = [*v16.REQUESTS.values(), *(request.response for request in v16.REQUESTS.values())]

    # Valid messages

    def text(self, most: int | None) -> str:
        rng = self.rng
        length = rng.choice([0, 1, 5, 12, 20, 36, most or 30, most or 60])
        length = min(length, 60 if most is None else most)
        if rng.random() < 0.7:
            return "".join(rng.choices("abcdefghXYZ0123456789-._ ", k=length))
        return "".join(rng.choices(CHARACTERS, k=length))

    def value(self, node: Node) -> Any:
        """What a typed message may hold where a node stands."""
        rng = self.rng
        if isinstance(node, Text):
            if node.format == "date-time":
                instant = datetime(1970, 1, 2, tzinfo=UTC) + timedelta(
                    milliseconds=rng.randrange(229 * 365 * 86_400_000)
                )
                return instant.replace(microsecond=0) if rng.random() < 0.5 else instant
            return (
                rng.choice(["ftp://u:p@example.com/a%20b", "urn:ocpp"]) if node.format else self.text(node.max_length)
            )
        if isinstance(node, Choice):
            return rng.choice(list(node.members.values()))
        if isinstance(node, Boolean):
            return rng.random() < 0.5
        if isinstance(node, Integer):
            return rng.choice([0, 1, 2, 3, rng.randrange(10**6), rng.randrange(-(2**63), 2**63)])
        if isinstance(node, Number):
            return rng.randrange(-(10**6), 10**6) / 10 if rng.random() < 0.9 else rng.randrange(-(10**14), 10**14) / 10
        if isinstance(node, Array):
            return [self.value(node.items) for _ in range(node.min_items + rng.choice([0, 1, 2]))]
        assert isinstance(node, Object) and node.kind is not None
        few = rng.random()
        fields = {m.attribute: self.value(m.node) for m in node.members if m.required or rng.random() > few}
        return node.kind(**fields)

    def message(self) -> Any:
        """A message that fits the schema; most keep the rules beside it, too."""
        message = self.value(self.rng.choice(self.kinds).node)
        connector = getattr(message, "connector_id", None)
        if connector is not None and self.rng.random() < 0.9:
            message.connector_id = abs(connector)
        profile = getattr(message, "cs_charging_profiles", None) or getattr(message, "charging_profile", None)
        schedule = getattr(profile or message, "charging_schedule", None)
        if schedule is not None and self.rng.random() < 0.9:
            for index, period in enumerate(schedule.charging_schedule_period):
                period.start_period = index * 60
        if profile is not None and self.rng.random() < 0.9:
            profile.stack_level = abs(profile.stack_level)
            profile.recurrency_kind = profile.transaction_id = None
        return message

    def frame(self, message: Any) -> list[Any]:
        """The frame of a message, as the JSON value that it is."""
        payload = _exact(message.shape.plain(message))
        if isinstance(message, v16.Request):
            return [2, ID, type(message).action, payload]
        return [3, type(message).action, payload]  # the id names the pending call, see differential.PENDING

    # Damage to values

    def spoil(self, frame: list[Any]) -> None:
        """One change somewhere in the frame."""
        holder: Any = frame
        while True:
            inner = [
                item
                for item in (holder.values() if isinstance(holder, dict) else holder)
                if isinstance(item, dict | list)
            ]
            inner = [item for item in inner if item]
            if not inner or (holder is not frame and self.rng.random() < 0.3):
                break
            holder = self.rng.choice(inner)
        if holder is frame and self.rng.random() < 0.8:
            holder = frame[-1] if isinstance(frame[-1], dict) else frame
        self.rng.choice(self.CHANGES)(self, holder)

    def odd_value(self) -> Any:
        rng = self.rng
        make: Callable[[], Any] = rng.choice(
            [
                lambda: rng.choice([None, True, False, [], {}, "", "x", [None], {"a": 1}, [[]]]),
                lambda: Spelled(rng.choice(NUMBERS)),
                lambda: rng.choice(INSTANTS),
                lambda: "x" * rng.choice([20, 21, 25, 26, 50, 51, 255, 256, 500, 501, 1000]),
                lambda: self.text(None),
                lambda: rng.randrange(-5, 5),
            ]
        )
        return make()

    def replace(self, holder: Any) -> None:
        if holder:
            key = self.rng.choice(list(holder) if isinstance(holder, dict) else range(len(holder)))
            holder[key] = self.odd_value()

    def near(self, holder: Any) -> None:
        """Another value of the same JSON type, so that what is judged is the value: hot paths take the common forms."""
        if holder:
            key = self.rng.choice(list(holder) if isinstance(holder, dict) else range(len(holder)))
            value = holder[key]
            if isinstance(value, Decimal | int) and not isinstance(value, bool):
                hundredths = f"{self.rng.randrange(1000)}.{self.rng.randrange(100):02}"
                many = f"{self.rng.randrange(10 ** self.rng.randrange(14, 19))}.{self.rng.randrange(10)}"
                holder[key] = Spelled(self.rng.choice([hundredths, many, self.rng.choice(NUMBERS)]))
            elif isinstance(value, str):
                holder[key] = self.rng.choice(INSTANTS) if value[10:11] == "T" else value + self.rng.choice("xX é")

    def drop(self, holder: Any) -> None:
        if holder:
            del holder[self.rng.choice(list(holder) if isinstance(holder, dict) else range(len(holder)))]

    def add(self, holder: Any) -> None:
        if isinstance(holder, dict):
            name = self.rng.choice(["x", "", "__class__", "a/b~c", "é", "\x00", "y" * 50, "IdTag", "idTag", "status"])
            holder[name] = self.odd_value()
        else:
            holder.insert(self.rng.randrange(len(holder) + 1), self.odd_value())

    def rename(self, holder: Any) -> None:
        if isinstance(holder, dict) and holder:
            key = self.rng.choice(list(holder))
            holder[self.rng.choice([key.upper(), key + "s", key[:-1], " " + key])] = holder.pop(key)

    def shuffle(self, holder: Any) -> None:
        if isinstance(holder, dict):
            items = list(holder.items())
            self.rng.shuffle(items)
            holder.clear()
            holder.update(items)

    def repeat(self, holder: Any) -> None:
        if isinstance(holder, list) and holder:
            holder.append(holder[self.rng.randrange(len(holder))])

    CHANGES = [replace, replace, near, near, drop, drop, add, rename, shuffle, repeat]

    def envelope(self, frame: list[Any]) -> list[Any]:
        """Another envelope around the payload."""
        rng = self.rng
        kind = rng.choice([2, 2, 3, 3, 4, 5, 6, 9, 0, -2, "2", None, True, 2.5, 10**30, Spelled("2.0"), Spelled("02")])
        ids = [
            "",
            "1",
            "mine",
            ID,
            "other",
            "a" * 36,
            "a" * 37,
            "é" * 36,
            "a" * 255,
            "a" * 256,
            7,
            None,
            ["mine"],
            "\n",
        ]
        names = ["Heartbeat", "Reset", "heartbeat", "", "Nothing", "Unserved", "é" * 60, 5, None, ["Heartbeat"]]
        rest = [rng.choice([*names, frame[-1], {}, None, []]) for _ in range(rng.choice([0, 1, 2, 2, 2, 3]))]
        return rng.choice(
            [[kind, rng.choice(ids), *rest], [kind, *frame[1:]], [frame[0], rng.choice(ids), *frame[2:]], frame[:1], []]
        )

    # Text

    def write(self, value: Any) -> str:
        """JSON in a random style."""
        rng = self.rng
        style = rng.random()
        return self._write(value, spaced=style < 0.15, odd=style > 0.8)

    def _write(self, value: Any, spaced: bool, odd: bool) -> str:
        rng = self.rng
        gap = (lambda: rng.choice(["", " ", "\n", "\t\r "])) if spaced else (lambda: "")
        if isinstance(value, Spelled):
            return value.text
        if isinstance(value, dict):
            members = [
                gap() + self._string(key, odd) + gap() + ":" + gap() + self._write(item, spaced, odd) + gap()
                for key, item in value.items()
            ]
            if odd and members and rng.random() < 0.05:
                members.insert(rng.randrange(len(members)), rng.choice(members))
            return "{" + ",".join(members) + "}" if members else "{" + gap() + "}"
        if isinstance(value, list):
            return "[" + ",".join(gap() + self._write(item, spaced, odd) + gap() for item in value) + "]"
        if isinstance(value, str):
            return self._string(value, odd)
        if isinstance(value, Decimal | int) and not isinstance(value, bool) and odd and rng.random() < 0.2:
            return rng.choice([f"{value}e0", f"{value}.0", f"{value}0e-1", str(value)])
        return str(value) if isinstance(value, Decimal) else json.dumps(value)

    def _string(self, text: str, odd: bool) -> str:
        if not odd or self.rng.random() < 0.6:
            return json.dumps(text, ensure_ascii=self.rng.random() < 0.5)
        units = json.dumps("".join(text))[1:-1] if self.rng.random() < 0.3 else None
        if units is not None:
            return f'"{units}"'
        return (
            '"'
            + "".join(_escape(c) if self.rng.random() < 0.2 else json.dumps(c, ensure_ascii=False)[1:-1] for c in text)
            + '"'
        )

    def batter(self, data: bytes) -> bytes:
        """Damage to the text itself."""
        rng = self.rng
        at = rng.randrange(len(data) + 1)
        way = rng.randrange(7)
        if way == 0:
            return data[:at]
        if way == 1:
            return data[:at] + data[at + rng.choice([1, 1, 2, 5]) :]
        if way == 2:
            return data[:at] + rng.choice(TOKENS).encode() + data[at:]
        if way == 3:
            return data[:at] + rng.choice(TOKENS).encode() + data[at + rng.randrange(8) :]
        if way == 4:
            return data[:at] + rng.choice(RAW) + data[at + rng.randrange(3) :]
        if way == 5:
            return data[:at] + bytes([rng.randrange(256)]) + data[at + 1 :]
        end = min(len(data), at + rng.randrange(1, 40))
        return data[:end] + data[at:end] + data[end:]

    def next(self) -> bytes:
        """The next frame; about a third are valid."""
        rng = self.rng
        frame = self.frame(self.message())
        fate = rng.random()
        if 0.3 < fate < 0.75:
            for _ in range(rng.choice([1, 1, 1, 2, 4])):
                if frame:
                    self.spoil(frame)
        elif 0.75 < fate < 0.82:
            frame = self.envelope(frame)
        data = self.write(frame).encode()
        if fate > 0.82 or rng.random() < 0.05:
            for _ in range(rng.choice([1, 1, 2, 3])):
                data = self.batter(data)
        return data


def _exact(value: Any) -> Any:
    """A plain value with its floats as decimals, and nothing shared."""
    if isinstance(value, dict):
        return {key: _exact(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_exact(item) for item in value]
    if isinstance(value, datetime):
        return format_instant(value)
    return Decimal(repr(value)) if isinstance(value, float) else value


def _escape(c: str) -> str:
    if ord(c) > 0xFFFF:
        high, low = divmod(ord(c) - 0x10000, 0x400)
        return f"\\u{0xD800 + high:04x}\\u{0xDC00 + low:04X}"
    return f"\\u{ord(c):04x}"
