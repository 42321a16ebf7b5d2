"""Meter values of OCPP 1.6 (§4.7): MeterValues.req, and the transactionData of StopTransaction.req."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

import ujson

from ocppcore import v16
from ocppcore.station.blocks.meter_values.state import MeterValues
from ocppcore.station.blocks.meter_values.values import Value
from ocppcore.station.transaction import Transaction

# Hertz is not for sending: no text of the standard has it (E 3.86).
UNITS = {unit for unit in v16.UnitOfMeasure if unit != "Hertz"}
# Stations are advised to keep the misspelt unit, which older back ends know alone (OCPP-J errata 2.1).
SENT = {"Celsius": v16.UnitOfMeasure.Celcius}
WORDS: Mapping[str, frozenset[StrEnum]] = {
    "measurand": frozenset(v16.Measurand),
    "phase": frozenset(v16.Phase),
    "location": frozenset(v16.Location),
    "unit": frozenset(UNITS),
}


class MeterValues16(MeterValues):
    """See the module's docstring."""

    def known(self, value: Value) -> bool:
        return all(value.get(name) is None or value[name] in words for name, words in WORDS.items())

    def meter_value(self, at: datetime, values: list[Value]) -> v16.MeterValue:
        return v16.MeterValue(timestamp=at, sampled_value=[sampled_value(value) for value in values])

    def request(self, evse: int, transaction: Transaction | None, value: v16.MeterValue) -> v16.MeterValuesRequest:
        id = None if transaction is None else transaction.id
        return v16.MeterValuesRequest(connector_id=evse, transaction_id=id, meter_value=[value])


def sampled_value(value: Value) -> v16.SampledValue:
    """A stored value as a SampledValue (§7.43)."""
    phase, location, unit, signed = (value.get(name) for name in ("phase", "location", "unit", "signed"))
    return v16.SampledValue(
        value=value["value"] if signed is None else ujson.dumps(signed, escape_forward_slashes=False),
        context=v16.ReadingContext(value["context"]),
        format=None if signed is None else v16.ValueFormat.SignedData,
        measurand=v16.Measurand(value["measurand"]),
        phase=None if phase is None else v16.Phase(phase),
        location=None if location is None else v16.Location(location),
        unit=None if unit is None else SENT.get(unit) or v16.UnitOfMeasure(unit),
    )
