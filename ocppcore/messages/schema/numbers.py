"""Numbers of JSON, judged on their decimal digits, never on binary floats.

A number arrives as int, as decimal.Decimal (the wire makes it of the text) or as float (then its shortest text counts).
"""

from __future__ import annotations

from decimal import Decimal

# Beyond this a number is refused: a float holds nothing larger.
LARGEST = 1.7976931348623157e308


def is_number(value: object) -> bool:
    """True for what JSON calls a number; a bool is none."""
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def is_finite(value: int | float | Decimal) -> bool:
    """True if a float can hold the number: neither NaN nor infinite, and at most about 1.8e308."""
    if isinstance(value, Decimal):
        if not value.is_finite():
            return False
        if value.adjusted() < 308:  # to compare a Decimal with a float is slow
            return True
    return -LARGEST <= value <= LARGEST


def as_whole(value: object) -> int | None:
    """The integer behind a number without a fraction, such as 1.0 or 1e2 (an integer since draft-06); else None."""
    if not isinstance(value, float | Decimal) or not is_finite(value):
        return None
    whole = int(value)
    return whole if whole == value else None


def digits_of(value: int | float | Decimal) -> tuple[str, int]:
    """A finite number as (digits, n): it is digits * 10**-n, n as small as it can be; the sign is left out."""
    text = repr(value) if isinstance(value, float) else str(value)
    mantissa, _, exponent = text.lstrip("-").upper().partition("E")
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).rstrip("0")
    places = len(fraction) - (len(whole) + len(fraction) - len(digits)) - int(exponent or 0)
    return digits.lstrip("0"), places


def is_multiple(value: int | float | Decimal, step: tuple[int, int]) -> bool:
    """True if a finite number is a multiple of step, which is (s, n) for s * 10**-n: 21.4 is one of 0.1."""
    unit, places = step
    if isinstance(value, int):
        return bool(value * 10**places % unit == 0)
    digits, needed = digits_of(value)
    if not digits:
        return True
    if needed > places:  # more decimals than the step has: no multiple of it, however many there are
        return False
    return bool(int(digits) * 10 ** (places - needed) % unit == 0)
