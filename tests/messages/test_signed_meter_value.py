"""Reading what a SampledValue with the format SignedData has: a foreign text inside a foreign text (N 3.2)."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocppcore import v16
from ocppcore.hardware import public_key
from ocppcore.wire.fault import Fault

GOOD = {"signedMeterData": "T0NNRnx7fXx7fQ==", "signingMethod": "", "encodingMethod": "OCMF", "publicKey": ""}


def sample(text: str) -> v16.SampledValue:
    return v16.SampledValue(value=text, format=v16.ValueFormat.SignedData)


def read(text: str) -> v16.SignedMeterValue | Fault | None:
    return v16.signed_meter_value(sample(text))


def test_all_four_fields() -> None:
    key = base64.b64encode(public_key(b"\x30\x56").encode()).decode()
    value = read(json.dumps(GOOD | {"publicKey": key, "signingMethod": "ECDSA-secp256k1-SHA256"}))
    assert isinstance(value, v16.SignedMeterValue)
    assert (value.data, value.key) == (b"OCMF|{}|{}", b"\x30\x56")
    assert (value.encoding_method, value.signing_method) == ("OCMF", "ECDSA-secp256k1-SHA256")


def test_a_number_is_not_signed() -> None:
    assert v16.signed_meter_value(v16.SampledValue(value="5")) is None
    assert v16.signed_meter_value(v16.SampledValue(value="{}", format=v16.ValueFormat.Raw)) is None


@pytest.mark.parametrize("missing", ["signingMethod", "publicKey"])
def test_what_the_note_leaves_out_in_its_own_example_may_be_absent(missing: str) -> None:
    value = read(json.dumps({name: text for name, text in GOOD.items() if name != missing}))
    assert isinstance(value, v16.SignedMeterValue) and value.data and value.key is None


@pytest.mark.parametrize(
    ("text", "pointer", "rule"),
    [
        ("", "", "JSON syntax at character 0"),
        ("OCMF|{}|{}", "", "JSON syntax at character 0"),
        ("4f434d46", "", "JSON syntax at character 1"),
        ("null", "", "type object"),
        ("[]", "", "type object"),
        ('{"signedMeterData":"QQ==","signedMeterData":"QQ==","encodingMethod":"OCMF"}', "", "duplicate key"),
        ('{"signedMeterData":"QQ==","encodingMethod":"\\ud800"}', "", "lone surrogate"),
        ('{"signedMeterData":' + "[" * 100_000, "", "message over 65536 bytes"),
        ('{"signedMeterData":' + "[" * 100, "", "depth over 32"),
        ('{"signedMeterData":"QQ==","encodingMethod":NaN}', "", "NaN and Infinity are not JSON"),
        (json.dumps(GOOD | {"signedMeterData": 5}), "/signedMeterData", "type string"),
        (json.dumps(GOOD | {"signedMeterData": ""}), "/signedMeterData", "empty"),
        (json.dumps(GOOD | {"signedMeterData": "QQ="}), "/signedMeterData", "base64"),
        (json.dumps(GOOD | {"signedMeterData": "QQ==\n"}), "/signedMeterData", "base64"),
        (json.dumps(GOOD | {"signedMeterData": "Ünicode"}), "/signedMeterData", "base64"),
        (json.dumps(GOOD | {"publicKey": "oca:base16:asn1:3056"}), "/publicKey", "base64"),
        (json.dumps(GOOD | {"encodingMethod": "x" * 51}), "/encodingMethod", "maxLength 50"),
        (json.dumps({"signedMeterData": "QQ=="}), "/encodingMethod", "required"),
        (json.dumps(GOOD | {"more": 1}), "/more", "unknown field"),
    ],
)
def test_what_it_is_not(text: str, pointer: str, rule: str) -> None:
    fault = read(text)
    assert isinstance(fault, Fault) and (fault.pointer, fault.rule) == (pointer, rule)
    assert fault.id is None


@settings(max_examples=200)
@given(st.one_of(st.text(), st.recursive(st.none() | st.integers() | st.text(), st.lists).map(json.dumps)))
def test_nothing_is_ever_raised(text: str) -> None:
    assert not isinstance(read(text), v16.SignedMeterValue)


@settings(max_examples=200)
@given(st.dictionaries(st.sampled_from([*GOOD, "x"]), st.text() | st.integers() | st.sampled_from(["QQ==", "", "="])))
def test_what_is_read_can_be_used(fields: dict[str, Any]) -> None:
    value = read(json.dumps(GOOD | fields))
    assert isinstance(value, Fault) or (value is not None and value.data and (value.key is None or value.key))


@pytest.mark.parametrize(
    ("printed", "key"),
    [
        ("oca:base16:asn1:0x30 56-AB", b"\x30\x56\xab"),
        ("oca:base64:asn1:MFY=", b"\x30\x56"),
        ("oca:base16:asn1:305", None),
        ("oca:base16:asn1:", None),
        ("oca:base64:asn1:MFY", None),
        ("oca:base16:raw:3056", None),
        ("oca:base85:asn1:3056", None),
        ("eco:base16:asn1:3056", None),
        ("-----BEGIN PUBLIC KEY-----", None),
        ("oca:base16:asn1:ü", None),
        ("", None),
    ],
)
def test_forms_of_the_public_key(printed: str, key: bytes | None) -> None:
    """N 3.2.2: in base16, what is no digit does not count, nor the prefix."""
    value = read(json.dumps(GOOD | {"publicKey": base64.b64encode(printed.encode()).decode()}))
    assert isinstance(value, v16.SignedMeterValue) and value.key == key
