"""The certification cases about what happens while the link is away, by id (Core profile of 1.6)."""

from __future__ import annotations

from datetime import timedelta

from ocppcore import v16
from ocppcore.testing.bench import Bench

START, STOP, VALUES = v16.StartTransactionRequest, v16.StopTransactionRequest, v16.MeterValuesRequest
UNKNOWN = {"AllowOfflineTxForUnknownId": "true"}


def test_TC_036_CS_connection_loss_in_a_transaction() -> None:
    bench = Bench(config={"MeterValueSampleInterval": "60"})
    bench.charge()
    (start,) = bench.take(START)
    bench.advance(30)
    bench.cut()
    bench.advance(210)  # samples at 60, 120, 180 and 240
    assert not bench.sent(VALUES)
    bench.restore()
    bench.advance(120)
    times = [request.meter_value[0].timestamp for request in bench.sent(VALUES)]
    assert len(times) >= 6
    assert times == [start.timestamp + timedelta(seconds=60 * n) for n in range(1, len(times) + 1)]
    assert not bench.sent(v16.BootNotificationRequest)


def test_TC_037_1_CS_offline_start_with_a_valid_token() -> None:
    bench = Bench(config=UNKNOWN)
    bench.cut()
    bench.charge(token="NEW")
    began = bench.utc
    bench.advance(100)
    bench.restore()
    told = bench.sent(START, v16.StatusNotificationRequest)
    assert isinstance(told[0], START)
    assert told[0].timestamp == began
    assert bench.statuses(1) == ["Charging"]
    assert not bench.sent(v16.BootNotificationRequest, v16.AuthorizeRequest)


def test_TC_037_2_CS_offline_start_with_an_invalid_token_and_the_transaction_goes_on() -> None:
    bench = Bench(config={**UNKNOWN, "StopTransactionOnInvalidId": "false", "MaxEnergyOnInvalidId": "0"})
    bench.file("BAD", "Invalid")
    bench.cut()
    bench.charge(token="BAD")
    bench.advance(100)
    assert bench.energy()
    bench.restore()
    assert not bench.energy()
    assert bench.statuses(1)[-2:] == ["Charging", "SuspendedEVSE"]
    bench.advance(120)
    assert not bench.sent(STOP)
    bench.swipe("BAD", 1)
    assert len(bench.sent(STOP)) == 1


def test_TC_037_3_CS_offline_start_with_an_invalid_token_stops_the_transaction() -> None:
    bench = Bench(config={**UNKNOWN, "StopTransactionOnInvalidId": "true"})
    bench.file("BAD", "Invalid")
    bench.cut()
    bench.charge(token="BAD")
    bench.advance(100)
    bench.restore()
    (stop,) = bench.sent(STOP)
    assert (stop.reason, stop.transaction_id) == ("DeAuthorized", 1)
    assert bench.statuses(1)[-1] == "Finishing"
    assert not bench.energy()


def test_TC_038_CS_offline_stop() -> None:
    bench = Bench()
    bench.charge()
    bench.advance(30)
    bench.cut()
    bench.advance(30)
    bench.swipe("TAG1")
    stopped = bench.utc
    assert not bench.energy()
    bench.take()
    bench.restore()
    (stop,) = bench.sent(STOP)
    assert (stop.reason, stop.timestamp, stop.meter_stop) == ("Local", stopped, 120)
    assert bench.statuses(1) == ["Finishing"]


def test_TC_039_CS_offline_transaction() -> None:
    bench = Bench(config={**UNKNOWN, "MeterValueSampleInterval": "60"})
    bench._transaction_ids = 41
    bench.cut()
    bench.charge()
    bench.advance(150)
    bench.swipe("TAG1")
    bench.unplug()
    bench.take()
    bench.restore()
    messages = bench.sent(START, VALUES, STOP)
    assert [type(message) for message in messages] == [START, VALUES, VALUES, STOP]
    assert [message.transaction_id for message in messages[1:]] == [42, 42, 42]
    assert messages[-1].meter_stop - messages[0].meter_start == 300
