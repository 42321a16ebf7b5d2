"""How the text of a configuration value is read. A reader takes a text and gives a checked value, or raises ValueError
with what it takes. Those of the standard's own lists are in blocks/provisioning/texts.py.

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

MAX_INT: Final = 2**31 - 1
MAX_TEXT: Final = 500  # characters of a value (1.6 §7.29)

_INTEGER = re.compile(r"0|-?[1-9][0-9]{0,9}")

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


def text(longest: int = MAX_TEXT, least: int = 0) -> Reader:
    """A text as it is, of so many characters, all of them printable."""

    def read(text: str) -> str:
        if not least <= len(text) <= longest or not text.isprintable():
            raise ValueError(f"a text of {least} to {longest} printable characters")
        return text

    return read


def choice(names: Iterable[str]) -> Reader:
    """One of these names, in any case; the value has the spelling given here."""
    spelling = {fold(name): name for name in names}

    def read(text: str) -> str:
        if fold(text) not in spelling:
            raise ValueError(f"one of {', '.join(spelling.values())}")
        return spelling[fold(text)]

    return read


def items(text: str, longest: int) -> list[str]:
    """The items of a list, at most so many."""
    found = [item.strip() for item in text.split(",")] if text.strip() else []
    if "" in found or len(found) > longest:
        raise ValueError(f"at most {longest} items, none of them empty")
    return found


def some(names: Iterable[str], least: int = 1) -> Reader:
    """A list of these names, at least so many of them. The value has each once, in the order given here."""
    known = tuple(names)
    spelling = {fold(name): name for name in known}

    def read(text: str) -> tuple[str, ...]:
        found = {spelling.get(fold(item)) for item in items(text, len(known))}
        if len(found) < least or None in found:
            raise ValueError(f"{least} or more of {', '.join(known)}")
        return tuple(name for name in known if name in found)

    return read


def only(value: bool) -> Reader:
    """A boolean that this station can't change."""

    def read(text: str) -> bool:
        if boolean(text) is not value:
            raise ValueError(f"always {str(value).lower()}")
        return value

    return read


def exactly(names: tuple[str, ...]) -> Reader:
    """A list that this station can't change."""

    def read(text: str) -> tuple[str, ...]:
        if tuple(items(text, len(names))) != names:
            raise ValueError(f"always {','.join(names)}")
        return names

    return read
