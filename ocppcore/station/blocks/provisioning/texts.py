"""How the lists of the standard are read that are values of its configuration keys: measurands and phase rotations.

Readers as in station/readers.py, which has those of general types.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from ocppcore.messages.text import fold
from ocppcore.station.readers import MAX_TEXT, Reader, items

_HEX_KEY = re.compile(r"(?:[0-9A-Fa-f]{2}){16,20}", re.ASCII)
_ROTATION = re.compile(r"(0|[1-9][0-9]{0,8})\.(\w+)", re.ASCII)
# 1.6 §7.34: what a measurand may be measured on.
PHASES: Final = ("L1", "L2", "L3", "N", "L1-N", "L2-N", "L3-N", "L1-L2", "L2-L3", "L3-L1")
_PHASES: Final = {fold(phase): phase for phase in PHASES}
# 1.6 §9.1.7: how the phases of a connector are turned against those of the meter or the grid.
ROTATIONS: Final = ("NotApplicable", "Unknown", "RST", "RTS", "SRT", "STR", "TRS", "TSR")
# Measurands of the vehicle or the cabinet as a whole: no phase applies (1.6 §7.34).
WITHOUT_PHASE: Final = frozenset({"SoC", "Temperature", "RPM"})


def measurands(known: Iterable[str], longest: int) -> Reader:
    """A list of measurands, each with or without a phase: Voltage.L1 (1.6 §9.1.17). The value has each once."""
    spelling = {fold(name): name for name in known}

    def one(item: str) -> str:
        if (whole := spelling.get(fold(item))) is not None:
            return whole
        name, _, phase = item.rpartition(".")
        measurand, of = spelling.get(fold(name)), _PHASES.get(fold(phase))
        if measurand is None or of is None or measurand in WITHOUT_PHASE:
            raise ValueError(f"measurands out of {', '.join(spelling.values())}, each with a phase or without")
        return f"{measurand}.{of}"

    def read(text: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(one(item) for item in items(text, longest)))

    return read


def authorization_key(text: str) -> bytes:
    """The octets of an AuthorizationKey in hex digits (W 7.2, A00.FR.205, J §6.2.2)."""
    if _HEX_KEY.fullmatch(text) is None:
        raise ValueError("32 to 40 hex digits, two for each octet")
    return bytes.fromhex(text)


def plain_authorization_key(text: str) -> bytes:
    """The octets of an AuthorizationKey that is sent as it is written (SecuritySetup.plain_key)."""
    if not 16 <= len(text) <= 40 or not text.isprintable():
        raise ValueError("a text of 16 to 40 printable characters")
    return text.encode()


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
