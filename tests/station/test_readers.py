"""Readers: how the text of a configuration value is read, and what is said about a text that is none."""

from __future__ import annotations

from typing import Any

import pytest

from ocppcore.station.readers import MAX_TEXT, Reader, boolean, choice, exactly, integer, only, some, text

COLOURS = ("Red", "Green", "Blue")


@pytest.mark.parametrize(
    ("read", "written", "value"),
    [
        (boolean, "TRUE", True),
        (integer(-5, 5), "-5", -5),
        (text(5), "ÄB C.", "ÄB C."),
        (text(), "x" * MAX_TEXT, "x" * MAX_TEXT),
        (text(5), "", ""),
        (choice(COLOURS), "green", "Green"),
        (some(COLOURS), " blue, RED,blue ", ("Red", "Blue")),
        (some(COLOURS, least=0), "", ()),
        (only(False), "False", False),
        (exactly(("A", "B")), "A, B", ("A", "B")),
    ],
)
def test_what_is_read(read: Reader, written: str, value: Any) -> None:
    assert read(written) == value


@pytest.mark.parametrize(
    ("read", "written", "what"),
    [
        (boolean, "yes", "true or false"),
        (integer(0, 9), "10", "a whole number from 0 to 9"),
        (text(5), "123456", "a text of 0 to 5 printable characters"),
        (text(5), "a\nb", "printable"),
        (text(5), "a\udc9fb", "printable"),
        (text(5, least=1), "", "1 to 5"),
        (choice(COLOURS), "Yellow", "one of Red, Green, Blue"),
        (choice(COLOURS), "", "one of"),
        (some(COLOURS), "", "1 or more of Red, Green, Blue"),
        (some(COLOURS), "Red,Yellow", "of Red"),
        (some(COLOURS), "Red,,Blue", "none of them empty"),
        (only(True), "false", "always true"),
        (exactly(("A", "B")), "B,A", "always A,B"),
    ],
)
def test_what_is_not_read_is_told_what_would_be(read: Reader, written: str, what: str) -> None:
    with pytest.raises(ValueError, match=what):
        read(written)
