"""The books: each thing once, by natural keys, however often it is sent and under whatever message id."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from ocppcore import v16
from ocppcore.csms.ledger import MAX_STRAYS, Ledger

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


def start(**changes: Any) -> v16.StartTransactionRequest:
    return v16.StartTransactionRequest(
        **{"connector_id": 1, "id_tag": "TAG", "meter_start": 100, "timestamp": NOON} | changes
    )


def stop(id: int, **changes: Any) -> v16.StopTransactionRequest:
    return v16.StopTransactionRequest(
        **{"transaction_id": id, "meter_stop": 600, "timestamp": NOON + timedelta(hours=1)} | changes
    )


def values(*rows: tuple[int, str, str | None]) -> list[v16.MeterValue]:
    return [
        v16.MeterValue(
            timestamp=NOON + timedelta(minutes=minute),
            sampled_value=[v16.SampledValue(value=value, measurand=v16.Measurand(measurand) if measurand else None)],
        )
        for minute, value, measurand in rows
    ]


def meter(id: int | None, *rows: tuple[int, str, str | None]) -> v16.MeterValuesRequest:
    return v16.MeterValuesRequest(connector_id=1, transaction_id=id, meter_value=values(*rows))


def test_ids_count_up_and_come_from_where_they_are_told() -> None:
    ledger = Ledger(count(500))
    assert [ledger.start("CP", start(connector_id=n)).id for n in (1, 2, 3)] == [500, 501, 502]


def test_a_start_that_is_sent_again_is_the_same_transaction() -> None:
    ledger = Ledger()
    first = ledger.start("CP", start())
    assert ledger.start("CP", start()) is first
    assert ledger.start("CP", start(id_tag="tag")) is first  # 1.6 §3.2: a CiString
    assert len(ledger.transactions) == 1 and ledger.repeats == 2


def test_what_differs_in_any_key_is_another_transaction() -> None:
    ledger = Ledger()
    changes: list[dict[str, Any]] = [
        {}, {"connector_id": 2}, {"id_tag": "OTHER"}, {"meter_start": 101}, {"timestamp": NOON + timedelta(seconds=1)},
    ]  # fmt: skip
    made = [ledger.start("CP", start(**change)) for change in changes] + [ledger.start("CP2", start())]
    assert len({transaction.id for transaction in made}) == 6 and ledger.repeats == 0


def test_a_stop_closes_it_once() -> None:
    ledger = Ledger()
    transaction = ledger.start("CP", start())
    assert transaction.energy_wh is None
    ledger.stop("CP", stop(transaction.id, id_tag="TAG", transaction_data=values((1, "5", None))))
    ledger.stop("CP", stop(transaction.id, meter_stop=9999))
    assert (transaction.energy_wh, transaction.stop_tag, transaction.reason) == (500, "TAG", "Local")
    assert transaction.stop == NOON + timedelta(hours=1)
    assert len(transaction.values) == 1 and ledger.repeats == 1


def test_one_station_cannot_stop_the_transaction_of_another() -> None:  # CVE-2026-28230
    ledger = Ledger()
    transaction = ledger.start("CP", start())
    assert ledger.stop("EVIL", stop(transaction.id)) is None
    assert transaction.stop is None and ledger.strays[0][0] == "EVIL"


def test_a_stop_without_a_start_is_kept_apart() -> None:  # E 3.18
    ledger = Ledger()
    assert ledger.stop("CP", stop(-1)) is None and ledger.stop("CP", stop(-1)) is None
    assert len(ledger.strays) == 1 and ledger.repeats == 1


def test_meter_values_are_booked_once_each() -> None:
    ledger = Ledger()
    transaction = ledger.start("CP", start())
    power = "Power.Active.Import"
    ledger.meter_values("CP", meter(transaction.id, (1, "10", None), (1, "7", power)))
    ledger.meter_values("CP", meter(transaction.id, (1, "10", None), (2, "20", None)))
    assert [sample.value for _, sample in transaction.values] == ["10", "7", "20"] and ledger.repeats == 1


def test_meter_values_without_a_known_transaction_are_let_go() -> None:
    ledger = Ledger()
    assert ledger.meter_values("CP", meter(None, (1, "1", None))) is None
    assert ledger.meter_values("CP", meter(7, (1, "1", None))) is None


def test_transaction_0_is_a_transaction() -> None:  # E 3.54
    ledger = Ledger(count(0))
    transaction = ledger.start("CP", start())
    assert transaction.id == 0 and ledger.stop("CP", stop(0)) is transaction


def test_strays_are_bounded_and_cost_no_more_the_more_there_are() -> None:
    """A station may send any number of them."""
    ledger = Ledger()
    for number in range(20_000):
        ledger.stop("CP", stop(-1, meter_stop=number))
        ledger.stop("CP", stop(-1, meter_stop=number))
    assert len(ledger.strays) == MAX_STRAYS and ledger.repeats == 20_000
    assert ledger.strays[-1][1].meter_stop == 19_999


def test_strays_of_two_stations_are_two() -> None:
    ledger = Ledger()
    for station in ("CP1", "CP2"):
        ledger.stop(station, stop(-1))
    assert [identity for identity, _ in ledger.strays] == ["CP1", "CP2"] and ledger.repeats == 0
