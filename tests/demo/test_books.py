"""The demo's books and its chart: what is compared, and what is drawn."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

from ocppcore import v16
from ocppcore.csms.ledger import Ledger
from ocppcore.demo.books import as_object, differences, spans
from ocppcore.demo.chart import axis, bars, power

SIX = datetime(2026, 1, 1, 18, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def book(ledger: Ledger, evse: int, start: datetime, wh: int, meter_start: int = 1000) -> None:
    """A transaction of an hour with a reading after half of it, when a quarter has flown."""
    made = ledger.start(
        "CP1",
        v16.StartTransactionRequest(connector_id=evse, id_tag="TAG", meter_start=meter_start, timestamp=start),
    )
    half = v16.SampledValue(value=str(meter_start + wh / 4), measurand=v16.Measurand.Energy_Active_Import_Register)
    value = v16.MeterValue(timestamp=start + HOUR / 2, sampled_value=[half, v16.SampledValue(value="1")])
    value.sampled_value[1].measurand = v16.Measurand.SoC
    ledger.meter_values("CP1", v16.MeterValuesRequest(connector_id=evse, transaction_id=made.id, meter_value=[value]))
    stop = v16.StopTransactionRequest(transaction_id=made.id, meter_stop=meter_start + wh, timestamp=start + HOUR)
    ledger.stop("CP1", stop)


def ledger_of_two() -> Ledger:
    ledger = Ledger()
    book(ledger, 2, SIX + 2 * HOUR, 8000)
    book(ledger, 2, SIX, 4000)
    return ledger


def test_books_that_agree() -> None:
    assert differences(ledger_of_two().transactions, {1: [], 2: [4000, 8000]}) == []


def test_a_difference_of_one_watt_hour_is_told() -> None:
    (line,) = differences(ledger_of_two().transactions, {2: [4000, 8001]})
    assert line == "EVSE 2, transaction 1: 8000 Wh booked, 8001 Wh counted"


def test_a_transaction_too_many_or_too_few_is_told() -> None:
    assert len(differences(ledger_of_two().transactions, {1: [7], 2: [4000, 8000]})) == 1
    assert len(differences(ledger_of_two().transactions, {2: [4000]})) == 1
    assert len(differences(ledger_of_two().transactions, {})) == 1


def test_a_transaction_without_end_is_told() -> None:
    ledger = Ledger()
    request = v16.StartTransactionRequest(connector_id=1, id_tag="T", meter_start=0, timestamp=SIX)
    ledger.start("CP1", request)
    (line,) = differences(ledger.transactions, {1: [5]})
    assert "no end" in line
    assert json.loads(json.dumps(as_object(ledger.transactions[0])))["stop"] is None


def test_a_booked_transaction_as_object() -> None:
    entry = as_object(ledger_of_two().transactions[1])
    assert (entry["id"], entry["evse"], entry["tag"], entry["energy_wh"]) == (2, 2, "TAG", 4000)
    assert (entry["start"], entry["reason"]) == ("2026-01-01T18:00:00+00:00", "Local")


def test_power_follows_from_the_registers() -> None:
    found = spans(ledger_of_two().transactions[1])
    assert [(span.begin, span.wh) for span in found] == [(SIX, 1000.0), (SIX + HOUR / 2, 3000.0)]
    watts = power(found, SIX - HOUR, SIX + HOUR, 8)
    assert watts == [0, 0, 0, 0, 2000, 2000, 6000, 6000]
    assert sum(watts) / 4 == 4000  # a column is a quarter of an hour


def test_bars_have_eight_levels_in_each_row() -> None:
    assert bars([0, 1, 8, 9, 16], top=16, rows=2) == ["   ▁█", " ▁███"]


def test_the_axis_names_half_hours() -> None:
    marks, labels = axis(SIX, SIX + HOUR, 12)
    assert marks == "┬─────┬─────"
    assert labels == "18:00 18:30"
