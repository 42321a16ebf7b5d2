"""Caps on what is read: a host may choose them, but none with which the text of a peer raises an exception."""

from __future__ import annotations

from typing import Any

import pytest

from ocppcore import v16
from ocppcore.errors import SetupError
from ocppcore.wire import Fault, Limits, decode

MOST = {"max_message": 2**31 - 1, "max_depth": 200, "max_digits": 640}


@pytest.mark.parametrize("cap", MOST)
@pytest.mark.parametrize("value", [0, -1, 10**30, True, 1.5, "40", None])
def test_a_cap_out_of_its_bounds_is_told_in_one_clear_line(cap: str, value: Any) -> None:
    with pytest.raises(SetupError, match=rf"^{cap}: an integer from 1 to {MOST[cap]}, not ") as caught:
        Limits(**{cap: value})
    assert caught.value.field == cap


@pytest.mark.parametrize("cap", MOST)
def test_a_cap_has_a_largest_value(cap: str) -> None:
    assert getattr(Limits(**{cap: MOST[cap]}), cap) == MOST[cap]
    with pytest.raises(SetupError):
        Limits(**{cap: MOST[cap] + 1})


@pytest.mark.parametrize("value", ["9" * 640, "-" + "9" * 640, "9" * 641, "1e" + "0" * 639, "1e" + "9" * 700])
@pytest.mark.parametrize("field", ["connectorId", "x"])
def test_with_the_widest_cap_on_digits_no_number_raises(value: str, field: str) -> None:
    """Python's int() raises ValueError for longer texts, by default from 4,301 digits on, and never up to 640."""
    text = f'[2,"1","StartTransaction",{{"{field}":{value}}}]'
    assert isinstance(decode(text, v16.ACTIONS, {}, Limits(**MOST)), Fault)


@pytest.mark.parametrize("depth", [198, 199, 5_000, 200_000])
def test_with_the_widest_cap_on_depth_no_nesting_raises(depth: int) -> None:
    text = f'[2,"1","DataTransfer",{{"vendorId":"v","data":{"[" * depth}{"]" * depth}}}]'
    found = decode(text, v16.ACTIONS, {}, Limits(**MOST))
    assert isinstance(found, Fault)
    assert found.rule == ("type string" if depth == 198 else "depth over 200")
