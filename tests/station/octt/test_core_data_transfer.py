"""The certification case about data transfer, by id (Core profile of 1.6)."""

from __future__ import annotations

from ocppcore import v16
from ocppcore.testing.rig import Rig


def test_TC_062_CS_data_transfer_to_a_charge_point() -> None:
    rig = Rig()
    rig.boot()
    answer = rig.ask(v16.DataTransferRequest(vendor_id="com.example.unknown", message_id="M1", data="x"))
    assert answer.status is v16.DataTransferStatus.UnknownVendorId
    assert answer.data is None
