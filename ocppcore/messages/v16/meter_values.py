"""Meter values: what the meter showed, when, and on which phase. 1.6 §3.16, §4.7.

Signed values are those of the alliance's application note Signed Meter Values 1.0 (here: N): 1.6 has the format alone.
"""

from __future__ import annotations

import base64
import re
from datetime import datetime
from enum import StrEnum

from ocppcore.messages.base import Record, Request, Response
from ocppcore.messages.fields import enum, instant, integer, listof, record, text
from ocppcore.messages.rules import at_least, not_empty
from ocppcore.version import ErrorCode
from ocppcore.wire.fault import Fault

__all__ = [
    "Location", "Measurand", "MeterValue", "MeterValuesRequest", "MeterValuesResponse", "Phase", "ReadingContext",
    "SampledValue", "SignedMeterValue", "UnitOfMeasure", "ValueFormat", "signed_meter_value",
]


class ReadingContext(StrEnum):
    """1.6 §7.35. Sample_Periodic is meant where none is given."""

    Interruption_Begin = "Interruption.Begin"
    Interruption_End = "Interruption.End"
    Sample_Clock = "Sample.Clock"
    Sample_Periodic = "Sample.Periodic"
    Transaction_Begin = "Transaction.Begin"
    Transaction_End = "Transaction.End"
    Trigger = "Trigger"
    Other = "Other"


class ValueFormat(StrEnum):
    """1.6 §7.49. Raw is meant where none is given."""

    Raw = "Raw"
    SignedData = "SignedData"


class Measurand(StrEnum):
    """1.6 §7.31. Energy_Active_Import_Register is meant where none is given. Import is from the grid, Export to it."""

    Energy_Active_Export_Register = "Energy.Active.Export.Register"
    Energy_Active_Import_Register = "Energy.Active.Import.Register"
    Energy_Reactive_Export_Register = "Energy.Reactive.Export.Register"
    Energy_Reactive_Import_Register = "Energy.Reactive.Import.Register"
    Energy_Active_Export_Interval = "Energy.Active.Export.Interval"
    Energy_Active_Import_Interval = "Energy.Active.Import.Interval"
    Energy_Reactive_Export_Interval = "Energy.Reactive.Export.Interval"
    Energy_Reactive_Import_Interval = "Energy.Reactive.Import.Interval"
    Power_Active_Export = "Power.Active.Export"
    Power_Active_Import = "Power.Active.Import"
    Power_Offered = "Power.Offered"
    Power_Reactive_Export = "Power.Reactive.Export"
    Power_Reactive_Import = "Power.Reactive.Import"
    Power_Factor = "Power.Factor"
    Current_Import = "Current.Import"
    Current_Export = "Current.Export"
    Current_Offered = "Current.Offered"
    Voltage = "Voltage"
    Frequency = "Frequency"
    Temperature = "Temperature"
    SoC = "SoC"
    RPM = "RPM"


class Phase(StrEnum):
    """1.6 §7.34. None given: the value is of the whole."""

    L1 = "L1"
    L2 = "L2"
    L3 = "L3"
    N = "N"
    L1_N = "L1-N"
    L2_N = "L2-N"
    L3_N = "L3-N"
    L1_L2 = "L1-L2"
    L2_L3 = "L2-L3"
    L3_L1 = "L3-L1"


class Location(StrEnum):
    """1.6 §7.30. Outlet is meant where none is given."""

    Cable = "Cable"
    EV = "EV"
    Inlet = "Inlet"
    Outlet = "Outlet"
    Body = "Body"


class UnitOfMeasure(StrEnum):
    """1.6 §7.45. Wh is meant where none is given. Temperatures have two spellings: a CSMS reads both, and a station
    is advised to send Celcius, which older back ends know (OCPP-J errata 2.1). Hertz is in no text of the standard
    (frequencies have no unit, E 3.86), but in the schema file of MeterValues that is in use: read it, and do not send
    it."""

    Wh = "Wh"
    kWh = "kWh"
    varh = "varh"
    kvarh = "kvarh"
    W = "W"
    kW = "kW"
    VA = "VA"
    kVA = "kVA"
    var = "var"
    kvar = "kvar"
    A = "A"
    V = "V"
    K = "K"
    Celcius = "Celcius"
    Celsius = "Celsius"
    Fahrenheit = "Fahrenheit"
    Percent = "Percent"
    Hertz = "Hertz"


class SampledValue(Record):
    """One reading. 1.6 §7.43. value: a decimal number as text, or with the format SignedData what
    signed_meter_value() reads; unit: of the number."""

    value: str = text()
    context: ReadingContext | None = enum(ReadingContext, default=None)
    format: ValueFormat | None = enum(ValueFormat, default=None)
    measurand: Measurand | None = enum(Measurand, default=None)
    phase: Phase | None = enum(Phase, default=None)
    location: Location | None = enum(Location, default=None)
    unit: UnitOfMeasure | None = enum(UnitOfMeasure, default=None)


class MeterValue(Record, rules=[not_empty("sampled_value", "1.6 7.33")]):
    """Readings that were taken at the same moment. 1.6 §7.33."""

    timestamp: datetime = instant()
    sampled_value: list[SampledValue] = listof(record(SampledValue), min=1)


class MeterValuesResponse(Response):
    """1.6 §6.32. It has no fields."""


class MeterValuesRequest(Request[MeterValuesResponse], rules=[at_least("connector_id", 0, "1.6 6.31")]):
    """Station to CSMS. 1.6 §6.31. connector_id: 0 is the main meter; transaction_id: absent outside a transaction."""

    connector_id: int = integer()
    transaction_id: int | None = integer(default=None)
    meter_value: list[MeterValue] = listof(record(MeterValue), min=1)


class SignedMeterValue(Record):
    """What a meter has signed; as JSON text, the value of a SampledValue with the format SignedData. N 3.2.1.

    signed_meter_data: base64, see data; encoding_method: "OCMF", "EDL" …; signing_method: "" or absent where the data
    says it; public_key: base64, see key, "" or absent where it is not sent. N requires all four, and its own example
    lacks one. N bounds the first and the last to 2,500 characters, which records of real meters go beyond.
    """

    signed_meter_data: str = text()
    signing_method: str | None = text(50, default=None)
    encoding_method: str = text(50)
    public_key: str | None = text(default=None)

    @property
    def data(self) -> bytes:
        """The signed record, byte for byte as the meter gave it; of OCMF its text in UTF-8. Raises ValueError if it is
        no base64: never where signed_meter_value() has read it."""
        return base64.b64decode(self.signed_meter_data, validate=True)

    @property
    def key(self) -> bytes | None:
        """The ASN.1 structure of the public key (DER); None if none was sent, or not in a form that N 3.2.2 names."""
        try:
            printed = base64.b64decode(self.public_key or "", validate=True).decode("ascii")
            marker, encoding, content, key = printed.split(":", 3)
            if (marker, content) != ("oca", "asn1"):
                return None
            if encoding == "base16":  # what is no hexadecimal digit does not count, nor a prefix (N, table 2)
                return bytes.fromhex(re.sub(r"0[xX]|[^0-9a-fA-F]", "", key)) or None
            return base64.b64decode(key, validate=True) or None if encoding == "base64" else None
        except ValueError:
            return None


def signed_meter_value(sample: SampledValue) -> SignedMeterValue | Fault | None:
    """What a SampledValue has that was signed; None if it is an ordinary one, a Fault if the peer's text is not what N
    3.2.1 says. It says nothing about the signature: whoever knows the encoding method can check that."""
    from ocppcore.wire.text import parse  # what only declares messages has no use for it

    if sample.format != ValueFormat.SignedData:
        return None
    value = parse(sample.value)
    if isinstance(value, Fault):
        return Fault(value.code, "", value.rule)
    signed: SignedMeterValue | Fault = SignedMeterValue.shape.load("null" if value is None else value)
    return signed if isinstance(signed, Fault) else _badly_coded(signed) or signed


def _badly_coded(signed: SignedMeterValue) -> Fault | None:
    code = ErrorCode.PropertyConstraintViolation
    for name, coded in (("signedMeterData", signed.signed_meter_data), ("publicKey", signed.public_key or "")):
        try:
            base64.b64decode(coded, validate=True)
        except ValueError:
            return Fault(code, f"/{name}", "base64")
    return None if signed.signed_meter_data else Fault(code, "/signedMeterData", "empty")
