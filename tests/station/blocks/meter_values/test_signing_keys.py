"""The configuration keys of signed meter values (the alliance's note Signed Meter Values 1.0, N 3.3)."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from ocppcore.errors import SetupError
from ocppcore.hardware import Hardware, MeterReading, ReadingPurpose, SigningSession, public_key
from ocppcore.station import Capabilities
from ocppcore.station.events import KeyChanged
from ocppcore.testing.bench import Bench
from ocppcore.testing.signing import KEYS, REGISTER, SigningBench, signed


def test_a_meter_that_cannot_sign_has_none_of_the_keys() -> None:
    bench = Bench()
    signing = SigningBench()
    keys: Any = [{key.name for key in each.station.ctx.config} for each in (bench, signing)]
    assert keys[1] - keys[0] == {
        "AlignedDataSignReadings",
        "AlignedDataSignUpdatedReadings",
        "MeterPublicKey1",
        "MeterPublicKey2",
        "PublicKeyWithSignedMeterValue",
        "SampledDataSignReadings",
        "SampledDataSignStartedReadings",
        "SampledDataSignUpdatedReadings",
        "StartTxnSampledData",
    }
    assert bench.set_key("SampledDataSignReadings", "true") == "NotSupported"


def test_the_public_keys_can_be_read_and_not_written() -> None:
    """N 3.3.1, 3.2.2: the text that is sent with signed values."""
    bench = SigningBench()
    text = base64.b64encode(KEYS[2].encode()).decode()
    assert bench.get_key("MeterPublicKey2") == text
    assert bench.set_key("MeterPublicKey2", text) == "Rejected"


def test_a_public_key_that_does_not_fit_into_a_configuration_value_is_sent_with_the_values() -> None:
    """N 3.3.1."""
    long = {1: public_key(bytes(200)), 2: KEYS[2]}
    bench = SigningBench(can={"public_keys": long})
    assert bench.get_key("MeterPublicKey1") is None
    bench.charge()
    assert signed(bench.stop().transaction_data)[0][2] == bytes(200)


@pytest.mark.parametrize("second", [None, "3056", "oca:base16:asn1:" + "0" * 1900, "oca:base16:asn1:30\n56"])
def test_a_station_that_signs_has_a_public_key_for_each_evse(second: str | None) -> None:
    with pytest.raises(SetupError, match="public_keys"):
        SigningBench(can={"public_keys": {1: KEYS[1], 2: second}})


def test_a_meter_that_signs_begin_and_end_only() -> None:
    """N 2.1: the keys are there, false and read-only."""
    bench = SigningBench(can={"signs_between": False})
    for key in ("SampledDataSignUpdatedReadings", "AlignedDataSignUpdatedReadings"):
        assert bench.get_key(key) == "false" and bench.set_key(key, "true") == "Rejected"


@pytest.mark.parametrize(
    ("switch", "data"),
    [("SampledDataSignReadings", "StopTxnSampledData"), ("AlignedDataSignReadings", "StopTxnAlignedData")],
)
def test_switching_signing_on_sees_to_it_that_there_is_something_to_sign(switch: str, data: str) -> None:
    """N 2.1: it is all that is needed. 1.6 §3.16.5 would forbid to send what is signed."""
    bench = SigningBench(SampledDataSignReadings="false", **{data: "SoC"})
    assert bench.set_key(switch, "true") == "Accepted"
    assert bench.get_key(data) == f"SoC,{REGISTER}"
    assert [event.key for event in bench.events if isinstance(event, KeyChanged)] == [switch, data]
    bench.restart()
    assert bench.get_key(data) == f"SoC,{REGISTER}"


@pytest.mark.parametrize("value", ["", "SoC", "Voltage.L1"])
def test_a_list_with_nothing_to_sign_is_rejected_while_signing_is_on(value: str) -> None:
    bench = SigningBench()
    assert bench.get_key("StopTxnSampledData") == REGISTER
    assert bench.set_key("StopTxnSampledData", value) == "Rejected"
    assert bench.get_key("StopTxnSampledData") == REGISTER
    assert bench.set_key("StopTxnSampledData", f"SoC,{REGISTER}") == "Accepted"
    assert bench.set_key("StopTxnAlignedData", value) == "Accepted"
    bench.configure("SampledDataSignReadings", "false")
    assert bench.set_key("StopTxnSampledData", value) == "Accepted"


def test_a_list_that_has_no_room_is_replaced() -> None:
    config = {"StopTxnSampledDataMaxLength": "2", "StopTxnSampledData": "SoC,Voltage"}
    bench = SigningBench(SampledDataSignReadings="false", **config)
    bench.configure("SampledDataSignReadings", "true")
    assert bench.get_key("StopTxnSampledData") == REGISTER


def test_what_the_meters_sign_is_read_off_the_hardware() -> None:
    class Plain(Hardware):
        public_keys = KEYS

    class Signs(Plain):
        signing_time = 12.0

        def read_signed(self, evse: int, why: ReadingPurpose, session: SigningSession) -> MeterReading:
            return MeterReading(0.0)

    assert Capabilities.of(Plain()).signs == ()
    able = Capabilities.of(Signs())
    assert (able.signs, able.signing_time, able.public_keys, able.signs_between) == ((REGISTER,), 12.0, KEYS, True)
