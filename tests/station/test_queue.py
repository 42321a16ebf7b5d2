"""The queue of transaction messages: order, attempts, waits, what survives, and its bound (1.6 §3.7, E 3.18)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ocppcore import v16
from ocppcore.errors import RpcError
from ocppcore.station import queue
from ocppcore.station.events import MessageGivenUp, MessagesDropped
from ocppcore.testing.bench import Bench
from ocppcore.version import ErrorCode

START, STOP, VALUES = v16.StartTransactionRequest, v16.StopTransactionRequest, v16.MeterValuesRequest
ERROR = RpcError(ErrorCode.InternalError, "out of order")
RETRY = {"TransactionMessageAttempts": "3", "TransactionMessageRetryInterval": "60", "MeterValueSampleInterval": "0"}


def times_of(bench: Bench, kind: type[Any]) -> list[float]:
    """When messages of a kind were sent."""
    return [when for item, when in zip(bench.log, bench.times, strict=True) if isinstance(item, kind)]


def given_up(bench: Bench) -> list[MessageGivenUp]:
    return [event for event in bench.events if isinstance(event, MessageGivenUp)]


def test_a_callerror_uses_an_attempt_and_the_waits_grow() -> None:
    """§3.7.1's own example: 60 s, then 120 s, then the next message."""
    bench = Bench(config=RETRY)
    bench.answers[START] = lambda _: ERROR
    bench.charge()
    began = bench.now
    bench.advance(600)
    assert times_of(bench, START) == [began, began + 60, began + 180]
    (event,) = given_up(bench)
    assert (event.action, event.attempts) == ("StartTransaction", 3)


def test_an_answer_against_the_standard_uses_an_attempt() -> None:
    """A status that does not exist."""
    bench = Bench(config=RETRY)
    bench.charge()
    bench.take()
    nonsense = v16.IdTagInfo(status="Maybe")  # type: ignore[arg-type]
    bench.answers[STOP] = lambda _: v16.StopTransactionResponse(id_tag_info=nonsense)
    bench.send_unchecked()
    bench.swipe("TAG1")
    bench.answers[STOP] = bench.stop_transaction
    assert len(bench.sent(STOP)) == 1
    bench.advance(60)
    assert len(bench.sent(STOP)) == 2
    assert not bench.store["queue"]


def test_W2_a_callerror_is_no_delivery() -> None:
    """StopTransaction is sent TransactionMessageAttempts times."""
    bench = Bench(config=RETRY)
    bench.charge()
    bench.answers[STOP] = lambda _: ERROR
    bench.swipe("TAG1")
    bench.advance(600)
    assert len(bench.sent(STOP)) == 3


def test_silence_on_a_live_link_uses_an_attempt() -> None:
    """The wait counts from the time-out, though only the pong after it shows that the link was alive."""
    bench = Bench(config={**RETRY, "MessageTimeout": "30", "WebSocketPingInterval": "40"})
    bench.answers[START] = lambda _: None
    bench.charge()
    began = bench.now
    bench.advance(600)
    assert times_of(bench, START) == [began, began + 30 + 60, began + 90 + 30 + 120]
    assert len(given_up(bench)) == 1


def test_a_dead_link_uses_no_attempt() -> None:
    """Nothing is heard from the moment the message leaves: the time-out is a lost link that nobody has noticed yet."""
    bench = Bench(config={**RETRY, "TransactionMessageAttempts": "1", "WebSocketPingInterval": "0"})
    bench.plug()
    answers = dict(bench.answers)
    bench.answers.update(dict.fromkeys((START, v16.StatusNotificationRequest, v16.HeartbeatRequest), lambda _: None))
    bench.swipe("TAG1")
    for spell in range(1, 5):
        bench.advance(60)  # the time-out passes
        assert len(bench.sent(START)) == spell
        bench.cut()
        bench.restore()
    assert not given_up(bench)
    bench.answers.update(answers)
    bench.cut()
    bench.restore()
    assert bench.station.ctx.transactions.find(1) is not None


def test_a_store_that_fails_uses_no_attempt() -> None:
    """What has not left could not be answered; and it leaves once, however long it took."""
    bench = Bench(config={**RETRY, "TransactionMessageRetryInterval": "1", "WebSocketPingInterval": "10"})
    bench.plug()
    bench.store_works = False
    bench.swipe("TAG1")
    bench.advance(600)
    assert not bench.sent(START) and not given_up(bench)
    bench.store_works = True
    bench.advance(60)
    assert len(bench.sent(START)) == 1
    bench.swipe("TAG1")
    assert [stop.transaction_id for stop in bench.sent(STOP)] == [1]


def test_what_was_heard_before_the_message_left_says_nothing() -> None:
    """It waited behind another call; after that left, the link was dead."""
    bench = Bench(config={**RETRY, "TransactionMessageAttempts": "1", "WebSocketPingInterval": "0"})
    bench.plug()
    silent = (START, v16.StatusNotificationRequest, v16.DataTransferRequest)
    bench.answers.update(dict.fromkeys(silent, lambda _: None))
    bench.station.call(v16.DataTransferRequest(vendor_id="x"), bench.now)
    bench.station.ctx.transactions.begin(1, "TAG1", None, remote=True)
    bench.advance(10)
    bench.ask(v16.ClearCacheRequest())
    bench.advance(90)
    assert len(bench.sent(START)) == 1
    assert not given_up(bench)


def test_a_link_that_was_not_dead_after_all_uses_an_attempt() -> None:
    bench = Bench(config={**RETRY, "TransactionMessageAttempts": "1", "WebSocketPingInterval": "0"})
    bench.answers[START] = lambda _: None
    bench.plug()
    bench.answers[v16.StatusNotificationRequest] = lambda _: None
    bench.swipe("TAG1")
    bench.advance(40)
    assert not given_up(bench)
    bench.ask(v16.ClearCacheRequest())
    assert len(given_up(bench)) == 1


def test_W14_link_flaps_use_no_attempt() -> None:
    bench = Bench(config={**RETRY, "TransactionMessageAttempts": "1"})
    bench.answers[START] = lambda _: None
    bench.charge()
    for _ in range(10):
        bench.cut()
        bench.restore()
    assert bench.energy()
    assert len(bench.sent(START)) == 11
    bench.answers[START] = bench.start_transaction
    bench.cut()
    bench.restore()
    bench.swipe("TAG1")
    (stop,) = bench.sent(STOP)
    assert stop.transaction_id == 1
    assert not given_up(bench)


@pytest.mark.parametrize("stray", ['[3,"zz",{}]', '[4,"zz","InternalError","",{}]', '[3,"zz",{"transactionId":99}]'])
def test_W10_a_stray_answer_uses_no_attempt_and_is_not_taken_for_the_own_one(stray: str) -> None:
    bench = Bench(config={**RETRY, "TransactionMessageAttempts": "1"})
    bench.answers[START] = lambda _: None
    said: list[str] = []
    assert bench._backend is not None
    bench._backend.tap = lambda way, text: said.append(text)
    bench.charge()
    (id,) = [json.loads(text)[1] for text in said if '"StartTransaction"' in text]
    for _ in range(3):
        bench.station.receive(stray, bench.now)
        bench.run()
    assert len(bench.sent(START)) == 1 and not given_up(bench)
    bench.station.receive(f'[3,"{id}",{{"transactionId":7,"idTagInfo":{{"status":"Accepted"}}}}]', bench.now)
    bench.run()
    bench.swipe("TAG1")
    assert [stop.transaction_id for stop in bench.sent(STOP)] == [7]


def test_W15_sent_again_as_soon_as_the_link_is_back() -> None:
    bench = Bench(config=RETRY)
    bench.answers[START] = lambda _: None
    bench.charge()
    bench.advance(5)
    bench.cut()
    bench.take()
    bench.answers[START] = bench.start_transaction
    bench.restore()
    assert len(bench.sent(START)) == 1
    assert times_of(bench, START)[-1] == bench.now


def test_resent_messages_are_equal_but_for_their_id() -> None:
    """J §4.1.4 wants a new message id; the payload is that of the first time."""
    texts: list[Any] = []

    class Tapped(Bench):
        def _connect(self) -> None:
            super()._connect()
            if self._backend is not None:
                self._backend.tap = lambda _, text: texts.append(json.loads(text))

    bench = Tapped(config=RETRY)
    bench.answers[START] = lambda _: ERROR
    bench.charge()
    bench.advance(61)
    bench.restart()
    calls = [text for text in texts if text[0] == 2 and text[2] == "StartTransaction"]
    assert len(calls) == 3
    assert len({call[1] for call in calls}) == 3
    assert len({json.dumps(call[3]) for call in calls}) == 1


def test_attempts_survive_a_restart() -> None:
    bench = Bench(config=RETRY)
    bench.answers[START] = lambda _: ERROR
    bench.charge()
    bench.advance(61)
    assert len(bench.sent(START)) == 2
    bench.restart()
    assert len(bench.sent(START)) == 3
    assert len(given_up(bench)) == 1


def test_nothing_newer_passes_but_other_messages_do() -> None:
    """§3.7: new transaction messages wait for the queue, an Authorize does not."""
    bench = Bench(config={**RETRY, "MeterValueSampleInterval": "10"})
    bench.answers[START] = lambda _: ERROR
    bench.charge(evse=1)
    bench.take()
    bench.charge(evse=2, token="TAG2")
    bench.advance(50)
    assert not bench.sent(VALUES, START, STOP)
    assert bench.sent(v16.AuthorizeRequest)
    assert bench.sent(v16.StatusNotificationRequest)


def test_one_order_over_all_evses() -> None:
    bench = Bench(config={**RETRY, "MeterValueSampleInterval": "60"})
    bench.charge(evse=1)
    bench.advance(10)
    bench.charge(evse=2, token="TAG2")
    bench.cut()
    bench.advance(130)
    bench.press_stop(1)
    bench.advance(10)
    bench.press_stop(2)
    bench.take()
    bench.restore()
    instants = [
        message.timestamp if isinstance(message, STOP) else message.meter_value[0].timestamp
        for message in bench.sent(STOP, VALUES)
    ]
    assert len(instants) == 6
    assert instants == sorted(instants)


def test_the_undelivered_start_leaves_minus_one_behind() -> None:
    """E 3.18; the laboratory insists: exactly the attempts, then StopTransaction all the same."""
    bench = Bench(config={**RETRY, "MeterValueSampleInterval": "100"})
    bench.answers[START] = lambda _: ERROR
    bench.charge()
    bench.advance(190)
    assert bench.energy(), "charging goes on"
    bench.swipe("TAG1")
    assert len(bench.sent(START)) == 3
    assert [message.transaction_id for message in bench.sent(VALUES, STOP)] == [-1, -1]
    assert not bench.store["queue"] and not bench.store["transactions"]


def test_what_is_given_up_is_kept_for_a_person_to_look_at() -> None:
    bench = Bench(config={**RETRY, "TransactionMessageAttempts": "1"})
    bench.charge()
    bench.answers[STOP] = lambda _: ERROR
    bench.advance(36)
    bench.swipe("TAG1")
    (row,) = bench.store["undelivered"].values()
    record = json.loads(row)
    assert (record["kind"], record["attempts"]) == ("StopTransaction", 1)
    assert record["request"]["transactionId"] == 1
    assert record["request"]["meterStop"] == 72
    assert record["at"].startswith("2026-01-01T08:00:36")


def test_the_table_of_the_undelivered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue, "MAX_UNDELIVERED", 3)
    bench = Bench(config={**RETRY, "TransactionMessageAttempts": "1", "MeterValueSampleInterval": "1"})
    bench.charge()
    bench.answers[VALUES] = lambda _: ERROR
    bench.advance(10)
    assert sorted(bench.store["undelivered"]) == ["000000000008", "000000000009", "000000000010"]


def test_a_message_that_can_never_be_valid_does_not_block() -> None:
    """Half of the store was lost: the transaction of a StopTransaction is gone."""
    bench = Bench(config=RETRY)
    bench.cut()
    bench.store["queue"] = {
        "000000000001": '["StopTransaction","000009-000001",null,0]',
        "000000000002": '["Unheard","000009-000001",{"x":1},0]',
    }
    bench.reachable = True
    bench.restart()
    bench.charge()
    assert [(event.action, event.attempts) for event in given_up(bench)] == [("StopTransaction", 0), ("Unheard", 0)]
    assert len(bench.sent(START)) == 1


def test_a_full_session_only_delays() -> None:
    """The session's own queue is full of calls of the host."""
    bench = Bench(config={**RETRY, "MeterValueSampleInterval": "10"})
    bench.charge()
    bench.answers[v16.DataTransferRequest] = lambda _: None
    bench.station.ctx.settings.max_queue = 20
    for _ in range(21):
        bench.station.call(v16.DataTransferRequest(vendor_id="x"), bench.now)
    bench.run()
    bench.advance(15)
    assert not bench.sent(VALUES)
    bench.answers[v16.DataTransferRequest] = lambda _: v16.DataTransferResponse(status=v16.DataTransferStatus.Accepted)
    bench.advance(20)
    assert len(bench.sent(VALUES)) == 3
    assert not given_up(bench)


def test_meter_values_are_thinned_out_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue, "MAX_DROPPABLE", 20)
    bench = Bench(config={**RETRY, "MeterValueSampleInterval": "10", "AllowOfflineTxForUnknownId": "true"})
    bench.cut()
    for _ in range(3):
        bench.charge()
        bench.advance(155)
        bench.swipe("TAG1")
        bench.unplug()
        bench.advance(5)
    assert len(bench.station.ctx.queue) <= 26
    dropped = sum(event.count for event in bench.events if isinstance(event, MessagesDropped))
    bench.take()
    bench.restore()
    assert len(bench.sent(START)) == len(bench.sent(STOP)) == 3
    assert len(bench.sent(VALUES)) == 45 - dropped
    assert dropped > 20
    stamps = [request.meter_value[0].timestamp for request in bench.sent(VALUES)]
    assert stamps == sorted(stamps)


@pytest.mark.parametrize("count", [10_000])
def test_ten_thousand_messages_load_and_drain(count: int) -> None:
    bench = Bench(config={**RETRY, "MeterValueSampleInterval": "0"})
    bench.charge()
    uid = next(iter(bench.store["transactions"]))
    bench.cut()
    values = [{"value": "1", "measurand": "Energy.Active.Import.Register", "unit": "Wh", "context": "Sample.Periodic"}]
    for _ in range(count):
        bench.station.ctx.queue.put("MeterValues", uid, {"evse": 1, "at": [1, 10.0], "values": values})
    bench.station.handle_timer(bench.now)
    bench.run()
    assert len(bench.store["queue"]) == count
    bench.take()
    bench.reachable = True
    bench.restart()
    assert len(bench.sent(VALUES)) == count
    assert len(bench.sent(STOP)) == 1
    assert not bench.store["queue"]
