"""What is stored of a charging profile is all of it."""

from __future__ import annotations

from typing import Any

import pytest
import ujson

from ocppcore.charging import Profile
from ocppcore.station.blocks.smart_charging.profiles import from_row, needs_utc, to_row

FULL: dict[str, Any] = {
    "id": -(2**31),
    "evse": 2,
    "purpose": "TxProfile",
    "stack_level": 20,
    "kind": "Recurring",
    "unit": "W",
    "periods": [(0, 3680.5, 1), (60, 0.1, None), (2_147_483_647, 2_147_483_648, 3)],
    "start_schedule": 1_767_254_400,
    "duration": 86_400,
    "recurrency": "Weekly",
    "valid_from": 1,
    "valid_to": 253_402_300_799,
    "transaction": 0,
    "min_charging_rate": 6.3,
    "received": 1_767_254_401,
}


def test_W29_every_field_of_a_profile_comes_back_from_the_store() -> None:
    """minChargingRate among them."""
    profile = Profile(**FULL)
    row = ujson.loads(ujson.dumps(to_row(profile) | {"of": "000001-000001"}))
    back = from_row(row)
    for name in Profile.__slots__:
        before, after = getattr(profile, name), getattr(back, name)
        if name == "periods":
            before, after = [tuple(one) for one in before], [tuple(one) for one in after]
        assert after == before, name


@pytest.mark.parametrize(
    ("changed", "needs"),
    [
        ({}, False),
        ({"kind": "Absolute"}, False),
        ({"kind": "Absolute", "start_schedule": 0}, True),
        ({"start_schedule": 0}, False),
        ({"valid_from": 0}, True),
        ({"valid_to": 1}, True),
        ({"kind": "Recurring", "recurrency": "Daily", "start_schedule": 0}, True),
        ({"kind": "Recurring", "recurrency": "Daily"}, False),
        ({"purpose": "ChargingStationMaxProfile", "evse": 0, "received": 1}, True),
    ],
)
def test_what_depends_on_the_time_of_day(changed: dict[str, Any], needs: bool) -> None:
    plain: dict[str, Any] = {
        "id": 1, "evse": 1, "purpose": "TxDefaultProfile", "stack_level": 0, "kind": "Relative", "unit": "A",
        "periods": [(0, 6, None)],
    }  # fmt: skip
    assert needs_utc(Profile(**(plain | changed))) is needs
