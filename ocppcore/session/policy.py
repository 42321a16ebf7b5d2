"""What a session reads in spite of a broken rule: a Policy names quirks of devices, for all messages or for single
ones.

    Policy()                                                   strict: nothing
    Policy({"*": "lenient"})                                   every quirk below, everywhere
    Policy({"MeterValues": {"number-as-text"}, "MeterValues/meterValue/timestamp": "lenient", "StopTransaction": "off"})

A key is "*", a message, or a message and a path of field names. Messages are called as their schema files:
BootNotification is the request, BootNotificationResponse the answer. The longest key that fits counts. "off": the
message or field is not judged at all; what does not fit its type is kept as the JSON value that came, and what is
missing is None. A message that is off as a whole is not judged when it is sent, either.

Rules: every message is tried strict first, and only one that was refused comes here (mend.py). Each repair is reported.
The frame around the payload, and JSON itself, are never repaired: nobody knows what such a text means. The one
exception is missing-payload.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, Literal

from ocppcore.errors import SetupError

QUIRKS: Final = {
    "missing-payload": "a frame that ends before its payload has the payload {}",
    "null-field": "null for an optional field: the field is absent (info, transactionId)",
    "empty-text": 'an optional enumeration or timestamp that is "": the field is absent (Wallbox, Growatt)',
    "unknown-field": "a field that the message does not have is ignored",
    "long-text": "a text that is too long is kept whole (serial numbers of Schneider EVlink, configuration values)",
    "unknown-enum": 'a value that an enumeration does not have is kept as it came (errorCode "Error", unit "Hz")',
    "naive-instant": "a timestamp without a time zone is in UTC (Growatt THOR)",
    "short-offset": "a time zone without minutes, +02, has 0 minutes (Monta)",
    "number-as-text": "a number where a text belongs is its text (sampledValue.value of OpenEVSE)",
    "text-as-number": 'a text that is a number, blanks around it, where a number belongs (" 12 ")',
    "object-as-text": "an object or a list where a text belongs is its JSON text (DataTransfer.data)",
}
"""Name to what it does, and where it was seen."""

UNCHECKED: Final = "unchecked"
"""What "off" adds to all quirks."""

_WORDS: Final = {
    "strict": frozenset[str](),
    "lenient": frozenset(QUIRKS),
    "off": frozenset((*QUIRKS, UNCHECKED)),
}

Word = Literal["strict", "lenient", "off"]


class Policy:
    """Which quirks are put up with, and where. rules: key to a word ("strict", "lenient", "off") or to names of quirks.

    Immutable; may be shared by sessions. Raises SetupError for a word or a quirk that does not exist.
    is_strict: nothing at all is put up with.
    """

    __slots__ = ("is_strict", "_rules")

    def __init__(self, rules: Mapping[str, Word | Iterable[str]] | None = None) -> None:
        self._rules = {key: _quirks(key, value) for key, value in (rules or {}).items()}
        self.is_strict = not any(self._rules.values())

    def __repr__(self) -> str:
        return f"Policy({ {key: sorted(names) for key, names in self._rules.items()} })"

    def quirks(self, message: str, path: tuple[str, ...] = ()) -> frozenset[str]:
        """The quirks put up with in a field, or in the message as a whole."""
        for length in range(len(path), -1, -1):
            found = self._rules.get("/".join((message, *path[:length])))
            if found is not None:
                return found
        return self._rules.get("*", _WORDS["strict"])

    def is_off(self, message: str) -> bool:
        """True if the message as a whole is not judged."""
        return UNCHECKED in self.quirks(message)


def _quirks(key: str, value: Word | Iterable[str]) -> frozenset[str]:
    if isinstance(value, str):
        if value not in _WORDS:
            raise SetupError(f"policy for {key}: {value!r} is none of {', '.join(_WORDS)}")
        return _WORDS[value]
    names = frozenset(value)
    if unknown := sorted(names - QUIRKS.keys()):
        raise SetupError(f"policy for {key}: unknown quirk {unknown[0]!r}; there are {', '.join(QUIRKS)}")
    return names


STRICT: Final = Policy()
LENIENT: Final = Policy({"*": "lenient"})
