"""Numbers are judged on their decimal digits."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocppcore.messages.schema.nodes import Integer, Number
from ocppcore.messages.schema.numbers import as_whole, is_finite, is_multiple, is_number

TENTH = (1, 1)
TENTHS = ["21.4", "8.1", "0", "0.0", "-0.0", "-0.1", "-21.4", "32", "1e1", "1.0e1", "214e-1", "2140E-2", "0.10000"]
TENTHS += ["1e308", "0e-999999999"]
NO_TENTHS = ["4.11", "0.30000000000000004", "0.05", "1e-2", "-4.11", "1e-999999999", "0." + "0" * 36 + "1"]


@pytest.mark.parametrize("text", TENTHS)
def test_a_multiple_of_a_tenth(text: str) -> None:
    assert is_multiple(Decimal(text), TENTH)
    assert Number(0.1).check(Decimal(text), 0) is None


@pytest.mark.parametrize("text", NO_TENTHS)
def test_no_multiple_of_a_tenth(text: str) -> None:
    assert not is_multiple(Decimal(text), TENTH)
    assert Number(0.1).check(Decimal(text), 0) is not None


@pytest.mark.parametrize("text", ["1e400", "-1e400", "1e999999999", "NaN", "-Infinity", "9" * 400])
def test_what_no_float_holds_is_refused(text: str) -> None:
    assert not is_finite(Decimal(text))
    for node in (Number(0.1), Number()):
        fault = node.check(Decimal(text), 0)
        assert fault is not None and fault.rule == "range of a number"


def test_a_float_counts_as_its_shortest_text() -> None:
    assert is_multiple(21.4, TENTH)
    assert not is_multiple(0.1 + 0.2, TENTH)
    assert is_multiple(1e300, TENTH)
    assert not is_finite(float("nan"))
    assert not is_finite(float("inf"))


@given(st.integers(-(10**30), 10**30))
def test_every_integer_and_every_number_with_one_decimal_is_a_multiple(tenths: int) -> None:
    assert is_multiple(tenths, TENTH)
    assert is_multiple(Decimal(tenths).scaleb(-1), TENTH)


@given(st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**9), max_value=10**9))
def test_multiples_agree_with_exact_arithmetic(value: Decimal) -> None:
    for step in ("0.1", "0.25", "3", "0.007", "20"):
        digits = Decimal(step).as_tuple()
        unit = (int("".join(map(str, digits.digits))), -int(digits.exponent))
        assert is_multiple(value, unit) is (value % Decimal(step) == 0), step


def test_the_step_of_a_number_is_exact() -> None:
    assert Number(0.25).check(Decimal("1.75"), 0) is None
    assert Number(0.25).check(Decimal("1.76"), 0) is not None
    assert Number(20).check(40, 0) is None
    assert Number(20).check(50, 0) is not None


def test_a_bool_is_no_number() -> None:
    assert not is_number(True)
    assert is_number(1) and is_number(1.5) and is_number(Decimal(1))
    assert not is_number("1")


@pytest.mark.parametrize(("value", "whole"), [(1.0, 1), (Decimal("1e2"), 100), (Decimal("1.00"), 1), (-2.0, -2)])
def test_a_number_without_a_fraction_is_whole(value: object, whole: int) -> None:
    assert as_whole(value) == whole


@pytest.mark.parametrize("value", [1.5, Decimal("1.5"), Decimal("1e999999999"), float("inf"), Decimal("NaN"), "1", 1])
def test_others_are_not(value: object) -> None:
    assert as_whole(value) is None


@pytest.mark.parametrize("value", [0, -1, 2**63 - 1, -(2**63), 10**40])
def test_an_integer_is_an_integer(value: int) -> None:
    assert Integer().check(value, 0) is None


@pytest.mark.parametrize("value", [True, False, 1.0, Decimal("1.0"), 1.5, "1", None, [1]])
def test_true_and_1_0_are_none_in_draft_04(value: object) -> None:
    fault = Integer().check(value, 0)
    assert fault is not None and fault.rule == "type integer"


def test_1_0_is_one_in_draft_06_and_true_is_not() -> None:
    node = Integer().in_draft(6)
    assert node.check(1.0, 0) is None
    assert node.check(Decimal("1e2"), 0) is None
    assert node.build(Decimal("1e2")) == 100
    assert type(node.build(1.0)) is int
    assert node.check(True, 0) is not None
    assert node.check(1.5, 0) is not None


def test_declared_integers_fit_64_bits() -> None:
    node = Integer(capped=True)
    assert node.check(2**63 - 1, 0) is None
    for value in (2**63, -(2**63) - 1, 10**5000):
        fault = node.check(value, 0)
        assert fault is not None and fault.rule == "range of an integer"
