"""OfflineTransactionsMaxLength and SilentOfflineTransactions: what happens when the books are full."""

from __future__ import annotations

from ocppcore import v16
from ocppcore.station.events import IdTokenIgnored, TransactionChanged
from ocppcore.testing.bench import Bench

START, STOP, VALUES = v16.StartTransactionRequest, v16.StopTransactionRequest, v16.MeterValuesRequest


def offline(**config: str) -> Bench:
    """A station that has been offline for two transactions, which is the most."""
    limits = {"OfflineTransactionsMaxLength": "2", "AllowOfflineTxForUnknownId": "true"}
    bench = Bench(config=limits | config)
    bench.cut()
    for _ in range(2):
        bench.charge()
        bench.advance(120)
        bench.unplug()
    return bench


def test_full_books_start_no_transaction_and_lose_none() -> None:
    bench = offline()
    bench.events.clear()
    bench.plug()
    bench.swipe()
    assert not bench.energy()
    assert any(isinstance(event, IdTokenIgnored) for event in bench.events)
    bench.restore()
    assert len(bench.sent(START)) == len(bench.sent(STOP)) == 2
    bench.swipe(evse=1)
    assert bench.energy()


def test_a_remote_start_is_rejected() -> None:
    bench = Bench(config={"OfflineTransactionsMaxLength": "1"})
    bench.answers[START] = lambda _: None
    bench.charge(1)
    answer = bench.ask(v16.RemoteStartTransactionRequest(connector_id=2, id_tag="TAG2"))
    assert answer.status == "Rejected"


def test_transactions_that_run_and_are_told_do_not_count() -> None:
    bench = Bench(config={"OfflineTransactionsMaxLength": "1"})
    bench.charge(1, "TAG1")
    bench.charge(2, "TAG2")
    assert bench.energy(1) and bench.energy(2)


def test_the_limit_survives_a_restart() -> None:
    bench = offline()
    bench.restart()
    bench.plug()
    bench.swipe()
    assert not bench.energy()


def test_a_silent_transaction_charges_and_leaves_no_trace() -> None:
    bench = offline(SilentOfflineTransactions="true", StopTxnSampledData="Energy.Active.Import.Register")
    bench.events.clear()
    before = {table: dict(rows) for table, rows in bench.store.items() if table in ("transactions", "queue")}
    bench.charge()
    (evse, _) = bench.station.snapshot().evses
    assert evse.transaction is not None and evse.transaction.silent
    bench.advance(600)
    assert {table: bench.store[table] for table in before} == before
    bench.unplug()
    assert not [key for key in bench.store["meter_values"] if not key.startswith("last/") and "000003" in key]
    assert {table: bench.store[table] for table in before} == before
    assert [e.what for e in bench.events if isinstance(e, TransactionChanged)] == ["started", "stopped", "finished"]
    bench.restore()
    assert len(bench.sent(START)) == len(bench.sent(STOP)) == 2


def test_it_stays_silent_when_the_link_comes_back() -> None:
    bench = offline(SilentOfflineTransactions="true")
    bench.charge()
    bench.restore()
    bench.take()
    bench.advance(600)
    assert bench.energy() and not bench.sent(START, VALUES)
    bench.unplug()
    bench.charge()
    assert not bench.sent(STOP) and len(bench.sent(START)) == 1


def test_a_silent_transaction_does_not_outlive_a_power_cut() -> None:
    bench = offline(SilentOfflineTransactions="true")
    bench.charge()
    bench.restart()
    bench.plug()
    assert not bench.energy()
    bench.restore()
    assert len(bench.sent(START)) == len(bench.sent(STOP)) == 2


def several(evses: int, most: str, **config: str) -> Bench:
    """A station that is offline, at whose EVSEs cars and cards come while its meters are slow."""
    limits = {"OfflineTransactionsMaxLength": most, "AllowOfflineTxForUnknownId": "true"}
    bench = Bench(evses=evses, config=limits | config)
    bench.cut()
    bench.meter_is_slow = True
    for evse in range(1, evses + 1):
        bench.plug(evse)
        bench.swipe(f"TAG{evse}", evse)
    return bench


def test_transactions_that_start_together_are_no_more_than_there_is_room_for() -> None:
    bench = several(4, "2")
    assert [event.evse for event in bench.events if isinstance(event, IdTokenIgnored)] == [3, 4]
    bench.quicken_meter()
    assert [evse for evse in range(1, 5) if bench.energy(evse)] == [1, 2]
    assert len(bench.store["transactions"]) == 2


def test_a_start_that_comes_to_nothing_makes_room() -> None:
    bench = several(2, "1")
    bench.unplug(1)
    bench.swipe("TAG2", 2)
    bench.quicken_meter()
    assert bench.energy(2) and len(bench.store["transactions"]) == 1


def test_cards_that_wait_for_their_cables_are_forgotten_when_the_last_place_is_taken() -> None:
    bench = Bench(evses=3, config={"OfflineTransactionsMaxLength": "1", "AllowOfflineTxForUnknownId": "true"})
    bench.cut()
    for evse in (1, 2, 3):
        bench.swipe(f"TAG{evse}", evse)
    bench.meter_is_slow = True
    bench.plug(2)
    assert {event.evse for event in bench.events if isinstance(event, IdTokenIgnored)} == {1, 3}
    bench.plug(1)
    bench.quicken_meter()
    assert [evse for evse in (1, 2, 3) if bench.energy(evse)] == [2]


def test_offers_take_their_places_too() -> None:
    bench = Bench(evses=2, config={"OfflineTransactionsMaxLength": "1", "StartTransactionOnPowerPathClosed": "true"})
    bench.set_key("AllowOfflineTxForUnknownId", "true")
    bench.cut()
    for evse in (1, 2):
        bench.station.plug(evse, bench.now)
        bench.swipe(f"TAG{evse}", evse)
    assert [bench.energy(evse) for evse in (1, 2)] == [True, False]


def test_of_those_that_start_together_only_the_surplus_is_silent() -> None:
    bench = several(4, "2", SilentOfflineTransactions="true")
    assert bench.station.configure("SilentOfflineTransactions", "false", bench.now)
    bench.quicken_meter()
    assert all(bench.energy(evse) for evse in range(1, 5)) and len(bench.store["transactions"]) == 2
    bench.restore()
    assert [start.connector_id for start in bench.sent(START)] == [1, 2]


def test_a_silent_one_is_told_if_there_is_room_by_the_time_it_starts() -> None:
    bench = several(2, "1", SilentOfflineTransactions="true")
    bench.unplug(1)
    bench.quicken_meter()
    assert len(bench.store["transactions"]) == 1
    bench.restore()
    assert [start.connector_id for start in bench.sent(START)] == [2]
