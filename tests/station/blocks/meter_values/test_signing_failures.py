"""Meters that are slow to sign, fail, or do not sign, and signed values over power cuts and broken links."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ocppcore import v16
from ocppcore.hardware import MeterReading, SignedReading
from ocppcore.station.events import ReadingMissed
from ocppcore.testing.signing import REGISTER, SigningBench, signed

KEY1 = b"key of meter 1"
BEGIN, END = "Transaction.Begin", "Transaction.End"
UPDATED = {"SampledDataSignUpdatedReadings": "true", "MeterValueSampleInterval": "60", "StopTxnSampledData": REGISTER}


# Meters that are slow, fail, or do not sign


def test_stop_transaction_waits_for_the_signature() -> None:
    bench = SigningBench()
    bench.charge()
    bench.meter_is_slow = True
    bench.press_stop()
    assert not bench.energy()
    bench.advance(29)
    assert bench.sent(v16.StopTransactionRequest) == []
    bench.quicken_meter()
    (stop,) = bench.sent(v16.StopTransactionRequest)
    assert [context for context, *_ in signed(stop.transaction_data)] == [BEGIN, END]
    assert stop.timestamp == bench.utc - timedelta(seconds=29)


@pytest.mark.parametrize(
    ("how", "patience", "why"),
    [("silent", 30, "no result in time"), ("fails", 0, "the signature unit is gone")],
)
def test_a_meter_that_does_not_sign_is_read_without(how: str, patience: int, why: str) -> None:
    bench = SigningBench()
    bench.meters[1] = 100.0
    bench.charge()
    bench.advance(600)
    bench.signing = how
    bench.press_stop()
    bench.advance(patience)
    (stop,) = bench.sent(v16.StopTransactionRequest)
    assert stop.meter_stop == 1300
    assert [context for context, *_ in signed(stop.transaction_data)] == [BEGIN]
    assert bench.failures == [(END, why)] and bench.lacking == [(END,)]


def test_a_begin_that_is_not_signed_delays_the_start_and_no_more() -> None:
    bench = SigningBench()
    bench.signing = "silent"
    bench.plug()
    bench.swipe()
    assert not bench.energy()
    bench.advance(30)
    assert bench.energy() and bench.failures == [(BEGIN, "no result in time")]
    bench.signing = "works"
    stop = bench.stop()
    assert [context for context, *_ in signed(stop.transaction_data)] == [END] and bench.lacking == [(BEGIN,)]


def test_a_meter_that_answers_without_a_signature() -> None:
    bench = SigningBench()
    bench.signing = "plain"
    bench.charge()
    assert bench.failures == []  # it may come with the end
    assert signed(bench.stop().transaction_data) == []
    assert bench.failures == [(END, "the meter gave none that can be sent")] and bench.lacking == [(BEGIN, END)]


def test_a_signature_that_no_message_can_carry_does_not_stop_the_transaction() -> None:
    bench = SigningBench()
    odd = (SignedReading(b"good"), SignedReading(b""), "OCMF|{}|{}")
    bench.signed_reading = lambda evse, why, session: MeterReading(5, (), odd)  # type: ignore[method-assign, arg-type]
    bench.charge()
    assert [data for _, data, _ in signed(bench.stop().transaction_data)] == [b"good", b"good"]
    assert [context for context, _ in bench.failures] == [BEGIN, END] and bench.lacking == []


def test_a_dead_meter_holds_nothing_for_ever() -> None:
    bench = SigningBench()
    bench.charge()
    bench.signing = "silent"
    bench.meter_works = False
    bench.press_stop()
    bench.advance(35)
    (stop,) = bench.sent(v16.StopTransactionRequest)
    assert stop.meter_stop == 0 and bench.lacking == [(END,)]
    assert [event.evse for event in bench.events if isinstance(event, ReadingMissed)] == [1]


def test_the_time_to_sign_is_the_makers() -> None:
    bench = SigningBench(can={"signing_time": 90.0})
    bench.signing = "silent"
    bench.plug()
    bench.swipe()
    bench.advance(89)
    assert not bench.energy()
    bench.advance(1)
    assert bench.energy()


def test_one_sample_at_a_time_is_signed_and_all_are_told_in_order() -> None:
    bench = SigningBench(**UPDATED | {"MeterValueSampleInterval": "10"})
    bench.charge()
    bench.signing = "silent"
    bench.advance(35)
    assert bench.sent(v16.MeterValuesRequest) == []
    bench.advance(10)
    sent = [request.meter_value[0] for request in bench.sent(v16.MeterValuesRequest)]
    (start,) = bench.sent(v16.StartTransactionRequest)
    assert [value.timestamp - start.timestamp for value in sent] == [timedelta(seconds=n) for n in (10, 20, 30)]
    assert ("Sample.Periodic", "the meter is still signing an earlier one") in bench.failures


def test_a_sample_that_is_being_signed_is_told_before_the_end_of_its_transaction() -> None:
    bench = SigningBench(**UPDATED)
    bench.charge()
    bench.signing = "silent"
    bench.advance(60)
    bench.signing = "works"
    bench.press_stop()
    sample, stop = bench.sent(v16.MeterValuesRequest, v16.StopTransactionRequest)
    assert signed(sample.meter_value) == [] and len(signed(stop.transaction_data)) == 2
    assert bench.failures == [("Sample.Periodic", "the transaction has ended")]


def test_another_reading_does_not_take_the_place_of_the_signed_end() -> None:
    bench = SigningBench(ClockAlignedDataInterval="20")
    bench.charge()
    bench.meter_is_slow = True
    bench.press_stop()
    (end,) = bench._readings
    bench.meter_is_slow = False
    bench.advance(25)
    assert bench.sent(v16.StopTransactionRequest) == [] != bench.sent(v16.MeterValuesRequest)
    bench._carry_out(end)
    bench.run()
    assert len(signed(bench.sent(v16.StopTransactionRequest)[0].transaction_data)) == 2


def test_a_soft_reset_waits_for_the_signature() -> None:
    bench = SigningBench()
    bench.charge()
    bench.meter_is_slow = True
    bench.ask(v16.ResetRequest(type=v16.ResetType.Soft))
    bench.advance(28)
    assert bench.resets == []
    bench.quicken_meter()
    assert len(signed(bench.sent(v16.StopTransactionRequest)[0].transaction_data)) == 2 and len(bench.resets) == 1


# Power cuts, broken links


def test_after_a_power_cut_the_begin_is_there_and_the_end_is_asked_for() -> None:
    bench = SigningBench()
    bench.charge()
    bench.advance(600)
    (begin,) = bench.signed
    bench.restart()
    (stop,) = bench.sent(v16.StopTransactionRequest)
    assert stop.reason is v16.Reason.PowerLoss
    assert signed(stop.transaction_data) == [(BEGIN, begin, KEY1), (END, bench.signed[1], None)]


def test_after_a_power_cut_while_the_end_is_being_signed_it_is_asked_for_again() -> None:
    """The time of the signed value is when the meter was asked, that of the stop when charging stopped (N 2.3.2)."""
    bench = SigningBench()
    bench.charge()
    bench.meter_is_slow = True
    bench.press_stop()
    stopped = bench.utc
    bench.advance(20)
    bench.meter_is_slow = False
    bench.restart()
    (stop,) = bench.sent(v16.StopTransactionRequest)
    assert stop.reason is v16.Reason.Local and stop.timestamp == stopped
    assert len(signed(stop.transaction_data)) == 2
    assert stop.transaction_data is not None
    assert stop.transaction_data[-1].timestamp == stopped + timedelta(seconds=20)


def test_power_that_fails_slowly_has_the_end_signed_before_or_after() -> None:
    bench = SigningBench()
    bench.charge()
    bench.station.power_failing(bench.now)
    bench._store_batches()
    bench.restart()
    (stop,) = bench.sent(v16.StopTransactionRequest)
    assert stop.reason is v16.Reason.PowerLoss and len(signed(stop.transaction_data)) == 2


def test_offline_and_after_restarts_the_bytes_are_the_same_each_time_they_are_sent() -> None:
    bench = SigningBench(PublicKeyWithSignedMeterValue="EveryMeterValue")
    bench.charge()
    bench.cut()
    bench.press_stop()
    bench.reachable = True
    bench.answers[v16.StopTransactionRequest] = lambda _: None
    for _ in range(3):
        bench.restart()
    bench.cut()
    bench.restore()
    sent = bench.sent(v16.StopTransactionRequest)
    assert len(sent) == 4 and all(one == sent[0] for one in sent)
    assert signed(sent[0].transaction_data) == [(BEGIN, bench.signed[0], KEY1), (END, bench.signed[1], KEY1)]
    assert len(bench.signed) == 2


def test_a_transaction_of_an_evse_that_is_no_longer_there_keeps_its_begin() -> None:
    bench = SigningBench()
    bench.charge(2)
    bench.setup.evses = 1
    bench.restart()
    (stop,) = bench.sent(v16.StopTransactionRequest)
    assert [context for context, *_ in signed(stop.transaction_data)] == [BEGIN] and bench.lacking == [(END,)]
