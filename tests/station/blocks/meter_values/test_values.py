"""What of a reading is reported, and how it is written (1.6 §3.16.3, §7.31, §7.43)."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocppcore import v16
from ocppcore.hardware import MeterReading, Sample, SignedReading, public_key
from ocppcore.hardware.signing import MAX_DATA
from ocppcore.station.blocks.meter_values.v16 import sampled_value
from ocppcore.station.blocks.meter_values.values import decimal, offered, select

THREE = tuple(Sample("Voltage", 230.0 + n, "V", phase=f"L{n}-N") for n in (1, 2, 3))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (-0.0, "0"),
        (5, "5"),
        (230.0, "230"),
        (0.1 + 0.2, "0.3"),
        (1e-7, "0.0000001"),
        (1e21, "1000000000000000000000"),
        (-21.45, "-21.45"),
        (100, "100"),
        (12345678901.25, "12345678901.25"),
    ],
)
def test_numbers_are_plain_decimals(value: float, text: str) -> None:
    assert decimal(value) == text


@settings(max_examples=200)
@given(st.decimals(-(10**12), 10**12, places=3))
def test_what_the_meter_said_is_what_is_written(value: Decimal) -> None:
    assert Decimal(decimal(float(value))) == value


def test_the_register_is_a_measurand_without_being_a_sample() -> None:
    reading = MeterReading(1234.5)
    assert select(reading, ["Energy.Active.Import.Register"], "Sample.Clock") == [
        {"value": "1234.5", "context": "Sample.Clock", "measurand": "Energy.Active.Import.Register", "unit": "Wh"}
    ]


def test_the_register_is_not_told_twice_but_its_phases_are() -> None:
    register = "Energy.Active.Import.Register"
    reading = MeterReading(30, (Sample(register, 30, "Wh"), Sample(register, 10, "Wh", phase="L1")))
    values = select(reading, [register], "Trigger")
    assert [(v["value"], v.get("phase")) for v in values] == [("30", None), ("10", "L1")]


def test_a_measurand_without_phase_means_all_phases_and_locations() -> None:
    inlet = Sample("Voltage", 400, "V", phase="L1-L2", location="Inlet")
    values = select(MeterReading(0, (*THREE, inlet)), ["Voltage"], "Sample.Periodic")
    assert [v.get("phase") for v in values] == ["L1-N", "L2-N", "L3-N", "L1-L2"]
    assert values[3]["location"] == "Inlet"


@pytest.mark.parametrize("item", ["Voltage.L2-N", "Voltage.L2"])
def test_a_measurand_with_a_phase_means_that_phase(item: str) -> None:
    assert [v["value"] for v in select(MeterReading(0, THREE), [item], "Sample.Periodic")] == ["232"]


def test_values_come_in_the_order_of_the_list_and_none_twice() -> None:
    reading = MeterReading(7, (*THREE, Sample("SoC", 55)))
    values = select(reading, ["SoC", "Voltage.L3-N", "Voltage", "SoC", "Energy.Active.Import.Register"], "Other")
    assert [v["value"] for v in values] == ["55", "233", "231", "232", "7"]


def test_what_is_not_measured_is_left_out() -> None:
    assert select(MeterReading(7), ["SoC", "Voltage.L1"], "Sample.Periodic") == []
    broken = MeterReading(7, (Sample("SoC", float("nan")), Sample("Voltage", "much")))  # type: ignore[arg-type]
    assert select(broken, ["SoC", "Voltage"], "Sample.Periodic") == []


@pytest.mark.parametrize(
    ("measurand", "unit"),
    [
        ("Energy.Active.Import.Register", "Wh"),
        ("Energy.Reactive.Export.Interval", "varh"),
        ("Power.Active.Import", "W"),
        ("Power.Reactive.Import", "var"),
        ("Current.Offered", "A"),
        ("Voltage", "V"),
        ("SoC", "Percent"),
        ("Temperature", "Celsius"),
        ("Power.Factor", None),
        ("RPM", None),
        ("Frequency", None),
    ],
)
def test_a_value_has_the_unit_of_its_measurand(measurand: str, unit: str | None) -> None:
    reading = MeterReading(0, (Sample(measurand, 1, phase="L1"),))
    assert select(reading, [f"{measurand}.L1"], "Sample.Periodic")[0].get("unit") == unit


def test_frequency_has_no_unit_whatever_the_hardware_says() -> None:
    """E 3.86."""
    values = select(MeterReading(0, (Sample("Frequency", 50.01, "Hertz"),)), ["Frequency"], "Sample.Periodic")
    assert values == [{"value": "50.01", "context": "Sample.Periodic", "measurand": "Frequency"}]


def test_a_signed_value_stands_behind_the_number_and_keeps_its_bytes() -> None:
    record = bytes(range(256))
    signed = SignedReading(record, "EDL", "ECDSA-secp192r1-SHA256", public_key(b"\x30\x56"), unit="kWh")
    raw, value = select(MeterReading(5, (), (signed,)), ["Energy.Active.Import.Register"], "Transaction.End")
    assert (raw["value"], value["unit"]) == ("5", "kWh")
    sample = sampled_value(value)
    assert sample.format is v16.ValueFormat.SignedData and sample.measurand == "Energy.Active.Import.Register"
    assert list(json.loads(sample.value)) == ["signedMeterData", "signingMethod", "encodingMethod", "publicKey"]
    read = v16.signed_meter_value(sample)
    assert isinstance(read, v16.SignedMeterValue)
    assert (read.data, read.key) == (record, b"\x30\x56")
    assert (read.signing_method, read.encoding_method) == ("ECDSA-secp192r1-SHA256", "EDL")


@pytest.mark.parametrize(
    "bad",
    [
        SignedReading(b""),
        SignedReading(bytes(MAX_DATA + 1)),
        SignedReading("OCMF|{}|{}"),  # type: ignore[arg-type]
        SignedReading(b"x", ""),
        SignedReading(b"x", "OCMF\udc9f"),
        SignedReading(b"x", "OCMF", "s" * 51),
        SignedReading(b"x", "OCMF", public_key="\n"),
    ],
)
def test_what_no_message_can_carry_counts_as_not_signed(bad: SignedReading) -> None:
    assert not bad.valid and SignedReading(bytes(MAX_DATA)).valid


def test_what_is_offered_follows_from_the_limit_unless_the_hardware_tells() -> None:
    both = ["Current.Offered", "Power.Offered", "SoC"]
    reading = offered(MeterReading(0, THREE), both, 10.0)
    values = select(reading, both, "Sample.Periodic")
    assert [(v["measurand"], v["value"], v["unit"]) for v in values] == [
        ("Current.Offered", "10", "A"),
        ("Power.Offered", "6960", "W"),
    ]
    assert offered(MeterReading(0, THREE), ["SoC"], 10.0).samples == THREE
    assert offered(MeterReading(0, THREE), both, None).samples == THREE
    told = MeterReading(0, (Sample("Current.Offered", 9, "A"),))
    assert offered(told, ["Current.Offered"], 10.0) is told


@pytest.mark.parametrize("unit", [None, "Celsius", "Celcius"])
def test_degrees_are_sent_in_the_spelling_that_every_back_end_knows(unit: str | None) -> None:
    """OCPP-J errata 2.1, the second of that title: stations keep sending Celcius."""
    (value,) = select(MeterReading(0, (Sample("Temperature", 21.5, unit),)), ["Temperature"], "Sample.Periodic")
    assert sampled_value(value).unit is v16.UnitOfMeasure.Celcius
