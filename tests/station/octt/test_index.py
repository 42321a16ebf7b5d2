"""Each case of cases.csv has its test, and each test its case."""

from __future__ import annotations

from collections import Counter
from typing import Any

# How many cases a laboratory runs, by profile.
EXPECTED = {
    "Core": 48,
    "Reservation": 15,
    "Security": 15,
    "SmartCharging": 10,
    "LocalAuthListManagement": 7,
    "FirmwareManagement": 5,
    "RemoteTrigger": 2,
}


def test_the_table_has_each_case_once(cases: list[Any]) -> None:
    assert len({case.id for case in cases}) == len(cases) == 102
    assert Counter(case.profile for case in cases) == EXPECTED
    assert all(case.title and case.title.strip() == case.title for case in cases)


def test_every_case_has_a_test_of_its_name(cases: list[Any], tested: set[str]) -> None:
    assert {case.id for case in cases} - tested == set()


def test_no_test_names_a_case_that_there_is_not(cases: list[Any], tested: set[str]) -> None:
    assert tested <= {case.id for case in cases}
