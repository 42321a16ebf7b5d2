"""Signed meter values of a whole station, as the alliance's application note Signed Meter Values 1.0 (N) has them."""

from __future__ import annotations

import base64
import json

import pytest

from ocppcore import v16
from ocppcore.errors import RpcError
from ocppcore.hardware import MeterReading, ReadingPurpose, SignedReading, SigningSession, public_key
from ocppcore.session.commands import ReadMeter
from ocppcore.station.blocks.meter_values.signing import MAX_WAITING
from ocppcore.station.events import MessagesDropped
from ocppcore.station.queue import MAX_DROPPABLE
from ocppcore.testing.bench import Bench
from ocppcore.testing.signing import KEYS, REGISTER, SigningBench, signed
from ocppcore.version import ErrorCode

KEY1, KEY2 = b"key of meter 1", b"key of meter 2"
BEGIN, END = "Transaction.Begin", "Transaction.End"
UPDATED = {"SampledDataSignUpdatedReadings": "true", "MeterValueSampleInterval": "60", "StopTxnSampledData": REGISTER}


def reported(bench: Bench) -> list[tuple[str, bytes, bytes | None]]:
    return [one for request in bench.sent(v16.MeterValuesRequest) for one in signed(request.meter_value)]


# StopTransaction


def test_begin_and_end_are_signed_and_their_bytes_are_those_of_the_meter() -> None:
    bench = SigningBench()
    bench.charge()
    bench.advance(600)
    stop = bench.stop()
    begin, end = bench.signed
    assert signed(stop.transaction_data) == [(BEGIN, begin, KEY1), (END, end, None)]
    assert bench.sent(v16.MeterValuesRequest) == [] and bench.lacking == [] and bench.failures == []


def test_a_signed_value_on_the_wire() -> None:
    """N 3.2.1: JSON text in `value`, all four fields, with empty strings for what is not told."""
    bench = SigningBench(PublicKeyWithSignedMeterValue="EveryMeterValue")
    bench.charge()
    stop = bench.stop()
    first, last = stop.transaction_data or []
    raw, value = first.sampled_value
    assert (raw.value, raw.format) == ("0", None)
    assert (value.format, value.context) == (v16.ValueFormat.SignedData, v16.ReadingContext.Transaction_Begin)
    assert (value.measurand, value.unit) == (v16.Measurand.Energy_Active_Import_Register, v16.UnitOfMeasure.Wh)
    assert json.loads(value.value) == {
        "signedMeterData": base64.b64encode(bench.signed[0]).decode(),
        "signingMethod": "NONE",
        "encodingMethod": "FAKE",
        "publicKey": base64.b64encode(KEYS[1].encode()).decode(),
    }
    (start,) = bench.sent(v16.StartTransactionRequest)
    assert (first.timestamp, last.timestamp) == (start.timestamp, stop.timestamp)


def test_the_meter_is_told_whose_transaction_it_signs() -> None:
    """N 2.3.1, 3: the same session for begin and end."""
    bench = SigningBench()
    bench.ask(v16.RemoteStartTransactionRequest(connector_id=2, id_tag="TAG2"))
    bench.plug(2)
    bench.stop(2)
    begin, end = (command.sign for command in bench.carried_out if isinstance(command, ReadMeter))
    assert begin is not None and end is not None
    assert (begin.id_token, begin.remote, begin.transaction) == ("TAG2", True, end.transaction)
    assert signed(bench.sent(v16.StopTransactionRequest)[0].transaction_data)[0][2] == KEY2
    assert "TAG2" not in repr(begin)


def test_a_container_with_both_is_sent_once_as_the_end() -> None:
    """N 3.1.4."""
    bench = SigningBench()

    def read(evse: int, why: ReadingPurpose, session: SigningSession) -> MeterReading:
        both = SignedReading(b"begin and end", complete=True)
        return MeterReading(7, (), (both,) if why is ReadingPurpose.End else ())

    bench.signed_reading = read  # type: ignore[method-assign]
    bench.charge()
    assert signed(bench.stop().transaction_data) == [(END, b"begin and end", KEY1)]
    assert bench.lacking == [] and bench.failures == []


def test_what_lies_between_is_not_signed_in_stop_transaction() -> None:
    """N 5.1: begin and end."""
    bench = SigningBench(**UPDATED, MeterValuesSampledData=REGISTER)
    bench.charge()
    bench.advance(150)
    data = bench.stop().transaction_data
    assert data is not None and len(data) == 4
    assert [context for context, *_ in signed(data)] == [BEGIN, END]
    assert [context for context, *_ in reported(bench)] == ["Sample.Periodic"] * 2


def test_signed_values_are_never_thinned_out() -> None:
    big = bytes(range(256)) * 90

    def read(evse: int, why: ReadingPurpose, session: SigningSession) -> MeterReading:
        return MeterReading(7, (), (SignedReading(big + why.encode()),))

    bench = SigningBench(StopTransactionMaxMeterValues="2", MeterValueSampleInterval="10", StopTxnSampledData=REGISTER)
    bench.signed_reading = read  # type: ignore[method-assign]
    bench.charge()
    bench.advance(1000)
    data = bench.stop().transaction_data
    assert [(context, data) for context, data, _ in signed(data)] == [
        (BEGIN, big + b"Transaction.Begin"),
        (END, big + b"Transaction.End"),
    ]
    assert data is not None and len(data) == 2


def test_without_signing_nothing_is_signed() -> None:
    bench = SigningBench(**UPDATED, SampledDataSignReadings="false", SampledDataSignStartedReadings="true")
    bench.charge()
    bench.advance(100)
    assert signed(bench.stop().transaction_data) == [] == reported(bench)
    assert bench.signed == [] and bench.lacking == []


def test_signing_that_is_switched_off_in_a_transaction_sends_nothing_signed() -> None:
    bench = SigningBench()
    bench.charge()
    bench.configure("SampledDataSignReadings", "false")
    data = bench.stop().transaction_data
    assert data is not None and signed(data) == [] and bench.lacking == []


def test_signing_that_is_switched_on_in_a_transaction_has_no_begin() -> None:
    bench = SigningBench(SampledDataSignReadings="false")
    bench.charge()
    bench.configure("SampledDataSignReadings", "true")
    assert [context for context, *_ in signed(bench.stop().transaction_data)] == [END]
    assert bench.lacking == [(BEGIN,)]


def test_signed_aligned_data_have_begin_and_end_signed_too() -> None:
    """N 3.1.4: either of the two."""
    bench = SigningBench(SampledDataSignReadings="false", AlignedDataSignReadings="true")
    bench.charge()
    assert [context for context, *_ in signed(bench.stop().transaction_data)] == [BEGIN, END]


# MeterValues


def test_start_txn_sampled_data_are_sent_right_behind_the_start() -> None:
    """N 3.3.4."""
    bench = SigningBench(StartTxnSampledData=REGISTER, SampledDataSignStartedReadings="true")
    bench.charge()
    start, values = bench.sent(v16.StartTransactionRequest, v16.MeterValuesRequest)
    assert values.transaction_id == 1 and values.meter_value[0].timestamp == start.timestamp
    assert signed(values.meter_value) == [(BEGIN, bench.signed[0], KEY1)]
    stop = bench.stop()
    assert signed(stop.transaction_data) == [(BEGIN, bench.signed[0], None), (END, bench.signed[1], None)]


@pytest.mark.parametrize("sign", ["true", "false"])
def test_start_txn_sampled_data_may_be_unsigned(sign: str) -> None:
    """N 3.3.5: only with SampledDataSignReadings."""
    started = "false" if sign == "true" else "true"
    bench = SigningBench(
        StartTxnSampledData=REGISTER, SampledDataSignStartedReadings=started, SampledDataSignReadings=sign
    )
    bench.charge()
    (values,) = bench.sent(v16.MeterValuesRequest)
    assert [sample.context for sample in values.meter_value[0].sampled_value] == ["Transaction.Begin"]
    assert signed(values.meter_value) == []


def test_without_start_txn_sampled_data_there_is_no_such_message() -> None:
    bench = SigningBench(SampledDataSignStartedReadings="true")
    bench.charge()
    assert bench.sent(v16.MeterValuesRequest) == []


def test_samples_are_signed_if_so_configured() -> None:
    """N 3.3.6."""
    bench = SigningBench(**UPDATED)
    bench.charge()
    bench.advance(130)
    assert [one[:2] for one in reported(bench)] == [("Sample.Periodic", record) for record in bench.signed[1:3]]


def test_aligned_values_are_signed_if_so_configured() -> None:
    """N 3.3.8. Outside of a transaction, too, and with the key: nobody else has told it."""
    aligned = {"AlignedDataSignReadings": "true", "AlignedDataSignUpdatedReadings": "true"}
    bench = SigningBench(**aligned, ClockAlignedDataInterval="900")
    bench.advance(900)
    assert reported(bench) == [("Sample.Clock", bench.signed[0], KEY1), ("Sample.Clock", bench.signed[1], KEY2)]
    sessions = [command.sign for command in bench.carried_out if isinstance(command, ReadMeter)]
    assert [session and session.transaction for session in sessions] == [None, None]


def test_only_what_is_signable_is_asked_for() -> None:
    bench = SigningBench(**UPDATED, MeterValuesSampledData="SoC,Voltage")
    bench.charge()
    bench.advance(70)
    assert len(bench.signed) == 1


def test_triggered_values_are_signed_in_a_transaction() -> None:
    bench = SigningBench(SampledDataSignUpdatedReadings="true")
    trigger = v16.TriggerMessageRequest(requested_message=v16.MessageTrigger.MeterValues, connector_id=1)
    bench.ask(trigger)
    assert reported(bench) == []
    bench.charge()
    bench.ask(trigger)
    assert [context for context, *_ in reported(bench)] == ["Trigger"]


def test_the_look_at_the_meter_for_energy_to_drive_away_is_not_signed() -> None:
    bench = SigningBench(**UPDATED, StopTransactionOnInvalidId="false", MaxEnergyOnInvalidId="100")
    invalid = v16.IdTagInfo(status=v16.AuthorizationStatus.Invalid)
    bench.answers[v16.StartTransactionRequest] = lambda _: v16.StartTransactionResponse(
        transaction_id=1, id_tag_info=invalid
    )
    bench.charge()
    bench.advance(20)
    looks = [command.sign for command in bench.carried_out if isinstance(command, ReadMeter)]
    assert len(looks) == 6 and looks[0] is not None and looks[1:] == [None] * 5


def test_signed_values_in_the_queue_are_never_dropped() -> None:
    bench = SigningBench(**UPDATED)
    bench.charge()
    bench.cut()
    bench.advance(180)
    queue = bench.station.ctx.queue
    for number in range(MAX_DROPPABLE + 5):
        payload = {"evse": 1, "at": bench.station.ctx.stamp().dump(), "values": [{"value": str(number)}]}
        queue.put("MeterValues", None, payload)
    bench.advance(0)
    assert [event.action for event in bench.events if isinstance(event, MessagesDropped)] == ["MeterValues"]
    waiting = [json.loads(text) for text in bench.store["queue"].values()]
    kept = [entry for entry in waiting if entry[0] == "MeterValues" and "signed" in entry[2]["values"][-1]]
    assert len(kept) == 3 and len(waiting) < MAX_DROPPABLE


def test_a_station_that_is_offline_for_long_goes_on_with_unsigned_samples() -> None:
    """What is signed is never dropped, so there must not be more of it than there is room for."""
    bench = SigningBench(**UPDATED, ClockAlignedDataInterval="0")
    bench.charge()
    bench.cut()
    bench.advance(60)
    queue = bench.station.ctx.queue
    for _ in range(MAX_WAITING):
        queue.put("MeterValues", None, {"evse": 1, "at": [1, 0.0], "values": [{"signed": {}}]})
    bench.advance(60)
    assert len(bench.signed) == 2 and len(queue) == MAX_WAITING + 2
    assert bench.failures == [("Sample.Periodic", "too many messages wait for delivery")]
    bench.press_stop()
    assert len(bench.signed) == 3, "the end is signed all the same"


# Public keys


@pytest.mark.parametrize(
    ("policy", "keys"),
    [
        ("Never", [None] * 4),
        ("OncePerTransaction", [KEY1, None, None, None]),
        ("EveryMeterValue", [KEY1] * 4),
    ],
)
def test_when_the_public_key_is_sent(policy: str, keys: list[bytes | None]) -> None:
    """N 3.3.2. Two transactions: each begins anew."""
    started = {"StartTxnSampledData": REGISTER, "SampledDataSignStartedReadings": "true"}
    bench = SigningBench(PublicKeyWithSignedMeterValue=policy, **UPDATED, **started)
    for _ in range(2):
        bench.take()
        bench.charge()
        bench.advance(70)
        stop = bench.stop()
        bench.unplug()
        assert [key for *_, key in [*reported(bench), *signed(stop.transaction_data)]] == keys
    assert not [key for key in bench.store["meter_values"] if not key.startswith("last/")]


def test_a_meter_that_is_exchanged_in_a_transaction_has_its_own_key_at_the_end() -> None:
    """It happens while the power is off; what the old one signed keeps the old key (N 3.3.2)."""
    bench = SigningBench()
    bench.charge()
    other = {1: public_key(b"new"), 2: KEYS[2]}
    bench.setup.capabilities.public_keys = other
    bench.restart()
    bench.advance(1)
    (stop,) = bench.sent(v16.StopTransactionRequest)
    assert [key for *_, key in signed(stop.transaction_data)] == [KEY1, b"new"]


def test_a_key_that_may_have_been_lost_is_sent_again() -> None:
    """Triggered values are lost with the link, and others may be given up: neither has told the key for sure."""
    trigger = v16.TriggerMessageRequest(requested_message=v16.MessageTrigger.MeterValues, connector_id=1)
    bench = SigningBench(**UPDATED, TransactionMessageAttempts="1")
    bench.charge()
    bench.ask(trigger)
    assert [one[::2] for one in reported(bench)] == [("Trigger", None)]
    bench.answers[v16.MeterValuesRequest] = lambda _: RpcError(ErrorCode.InternalError)
    bench.advance(70)
    assert [one[::2] for one in reported(bench)][1:] == [("Sample.Periodic", KEY1)]
    assert [key for *_, key in signed(bench.stop().transaction_data)] == [KEY1, None]
