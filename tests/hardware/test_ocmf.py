"""The simulated meter that signs: what it writes is OCMF to a reader that is not ours, and its signatures hold."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyocmf import OCMF

from ocppcore.bindings.security.meter_key import CURVES, SoftwareMeterKey
from ocppcore.clock import ManualClock
from ocppcore.errors import SetupError
from ocppcore.hardware import ReadingPurpose, SignedReading, SigningSession, public_key
from ocppcore.hardware.ocmf import OcmfUnit, SigningHardware
from ocppcore.station import Capabilities

UTC_NOW = datetime(2026, 1, 1, 8, 30, 15, 250_000, tzinfo=UTC)
SESSION = SigningSession("000001-000001", "04A1B2C3")
KEY = SoftwareMeterKey.generate()


def read(signed: SignedReading) -> OCMF:
    """Strictly: what deviates from the format is an error."""
    assert signed.valid and signed.encoding_method == "OCMF" and signed.signing_method == ""
    return OCMF.from_string(signed.data.decode(), strict=True)


@pytest.mark.parametrize("curve", CURVES)
def test_a_transaction_holds_before_the_law_on_every_curve(curve: str) -> None:
    key = SoftwareMeterKey.generate(curve)
    unit = OcmfUnit(key, "SN1")
    begin = read(unit.sign(1000, ReadingPurpose.Begin, SESSION, UTC_NOW))
    between = read(unit.sign(1500, ReadingPurpose.Sampled, SESSION, UTC_NOW))
    end = read(unit.sign(2000, ReadingPurpose.End, SESSION, UTC_NOW))
    for record in (begin, between, end):
        assert record.verify_signature(key.public_key.hex()) is True
    assert begin.check_eichrecht(end) == []
    assert [record.payload.PG for record in (begin, between, end)] == ["T1", "T2", "T3"]
    assert [record.payload.RD[0].TX for record in (begin, between, end)] == ["B", "C", "E"]
    assert begin.signature.SA == key.method
    (reading,) = begin.payload.RD
    assert (reading.RV, reading.RU, reading.timestamp) == (1000, "Wh", UTC_NOW)
    assert begin.payload.ID == "04A1B2C3" and begin.payload.IS is True


def test_outside_of_a_transaction_it_is_fiscal_metering() -> None:
    record = read(OcmfUnit(KEY, "SN1").sign(5, ReadingPurpose.Aligned, SigningSession(), None))
    assert (record.payload.PG, record.payload.IS, record.payload.RD[0].TX) == ("F1", False, None)
    assert record.payload.RD[0].time_status == "U"


@settings(max_examples=50)
@given(st.text(min_size=1, max_size=20), st.booleans())
def test_no_id_token_breaks_the_record(token: str, remote: bool) -> None:
    signed = OcmfUnit(KEY, "SN1").sign(5, ReadingPurpose.Begin, SigningSession("1", token, remote), UTC_NOW)
    assert signed.data.count(b"|") == 2
    record = read(signed)
    assert record.payload.ID == token and record.verify_signature(KEY.public_key.hex()) is True


def test_what_was_changed_on_the_way_does_not_hold() -> None:
    signed = OcmfUnit(KEY, "SN1").sign(1000, ReadingPurpose.Begin, SESSION, UTC_NOW)
    changed = SignedReading(signed.data.replace(b'"RV":1000', b'"RV":1001'))
    assert read(changed).verify_signature(KEY.public_key.hex()) is False
    assert read(signed).verify_signature(SoftwareMeterKey.generate().public_key.hex()) is False


def test_the_simulated_hardware_says_what_it_can() -> None:
    keys = {1: KEY, 2: SoftwareMeterKey.generate()}
    hardware = SigningHardware(ManualClock(), keys, registers_wh={1: 1000})
    able = Capabilities.of(hardware)
    assert able.signs == ("Energy.Active.Import.Register",)
    assert able.public_keys == {evse: public_key(key.public_key) for evse, key in keys.items()}
    reading = hardware.read_signed(1, ReadingPurpose.Begin, SESSION)
    assert reading.energy_wh == 1000 and read(reading.signed[0]).payload.RD[0].RV == 1000


def test_a_key_is_kept_in_a_file() -> None:
    again = SoftwareMeterKey.load(KEY.pem())
    assert again.public_key == KEY.public_key and again.method == "ECDSA-secp256r1-SHA256"
    assert "BEGIN" not in repr(again)
    for bad in (b"", b"-----BEGIN PRIVATE KEY-----\nMFY=\n-----END PRIVATE KEY-----\n"):
        with pytest.raises(SetupError, match="meter key"):
            SoftwareMeterKey.load(bad)
