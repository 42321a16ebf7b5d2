"""How the text of a configuration value is read. Each reader takes a text and gives a checked value, or raises
ValueError.

1.6 §9 names types and leaves their spelling open; what is read is what a back end may mean by it, and nothing else:
- boolean: true or false, in any case.
- integer: decimal digits with an optional minus. No plus, blank, fraction or leading zero: a text that two programs may
  read differently is refused. Never beyond 32 bits.
- list: items between commas; blanks around an item do not count; an empty text is an empty list, an empty item an
  error.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Final

from ocppcore.messages.text import fold
from ocppcore.station.configuration import MAX_TEXT

MAX_INT: Final = 2**31 - 1

_INTEGER = re.compile(r"0|-?[1-9][0-9]{0,9}")
_ROTATION = re.compile(r"(0|[1-9][0-9]{0,8})\.(\w+)", re.ASCII)
# 1.6 §7.34: what a measurand may be measured on.
PHASES: Final = ("L1", "L2", "L3", "N", "L1-N", "L2-N", "L3-N", "L1-L2", "L2-L3", "L3-L1")
_PHASES: Final = {fold(phase): phase for phase in PHASES}
# 1.6 §9.1.7: how the phases of a connector are turned against those of the meter or the grid.
ROTATIONS: Final = ("NotApplicable", "Unknown", "RST", "RTS", "SRT", "STR", "TRS", "TSR")
# Measurands of the vehicle or the cabinet as a whole: no phase applies (1.6 §7.34).
WITHOUT_PHASE: Final = frozenset({"SoC", "Temperature", "RPM"})

Reader = Callable[[str], object]


def boolean(text: str) -> bool:
    """true or false."""
    folded = fold(text)
    if folded not in ("true", "false"):
        raise ValueError("true or false")
    return folded == "true"


def integer(low: int, high: int = MAX_INT) -> Reader:
    """A whole number from low to high."""

    def read(text: str) -> int:
        if _INTEGER.fullmatch(text) is None or not low <= int(text) <= high:
            raise ValueError(f"a whole number from {low} to {high}")
        return int(text)

    return read


def only(value: bool) -> Reader:
    """A boolean that this station can't change."""

    def read(text: str) -> bool:
        if boolean(text) is not value:
            raise ValueError(f"always {value}")
        return value

    return read


def items(text: str, longest: int) -> list[str]:
    """The items of a list, at most so many."""
    found = [item.strip() for item in text.split(",")] if text.strip() else []
    if "" in found or len(found) > longest:
        raise ValueError(f"at most {longest} items, none of them empty")
    return found


def exactly(names: tuple[str, ...]) -> Reader:
    """A list that this station can't change."""

    def read(text: str) -> tuple[str, ...]:
        if tuple(items(text, len(names))) != names:
            raise ValueError(f"always {','.join(names)}")
        return names

    return read


def some(names: tuple[str, ...]) -> Reader:
    """A list with at least one of these names. The value has each once, in the order of the names."""
    spelling = {fold(name): name for name in names}

    def read(text: str) -> tuple[str, ...]:
        found = {spelling.get(fold(item)) for item in items(text, len(names))}
        if not found or None in found:
            raise ValueError(f"one or more of {', '.join(names)}")
        return tuple(name for name in names if name in found)

    return read


def measurands(known: Iterable[str], longest: int) -> Reader:
    """A list of measurands, each with or without a phase: Voltage.L1 (1.6 §9.1.17). The value has each once."""
    spelling = {fold(name): name for name in known}

    def one(item: str) -> str:
        if (whole := spelling.get(fold(item))) is not None:
            return whole
        name, _, phase = item.rpartition(".")
        measurand, of = spelling.get(fold(name)), _PHASES.get(fold(phase))
        if measurand is None or of is None or measurand in WITHOUT_PHASE:
            raise ValueError(f"out of {', '.join(spelling.values())}, each with a phase or without")
        return f"{measurand}.{of}"

    def read(text: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(one(item) for item in items(text, longest)))

    return read


def rotations(connectors: int, longest: int) -> Reader:
    """The phase rotation of connectors, 0 for the main meter: 0.RST, 1.RST, 2.RTS (1.6 §9.1.7). No connector twice."""
    spelling = {fold(name): name for name in ROTATIONS}

    def read(text: str) -> tuple[str, ...]:
        found: dict[int, str] = {}
        for item in items(text, longest):
            match = _ROTATION.fullmatch(item)
            rotation = None if match is None else spelling.get(fold(match[2]))
            if match is None or rotation is None or int(match[1]) > connectors or int(match[1]) in found:
                raise ValueError(f"connector 0 to {connectors}, a dot, one of {', '.join(ROTATIONS)}")
            found[int(match[1])] = rotation
        return tuple(f"{connector}.{rotation}" for connector, rotation in found.items())

    return read


def unknown_rotations(connectors: int) -> str:
    """The value while nobody has told: every connector Unknown, or as many as a value has room for."""
    text = ""
    for connector in range(1, connectors + 1):
        longer = f"{text},{connector}.Unknown".lstrip(",")
        if len(longer) > MAX_TEXT:
            break
        text = longer
    return text
