"""Signed meter values of a whole station, as the alliance's application note Signed Meter Values 1.0 (N) has them."""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from typing import Any

import pytest

from ocppcore import v16
from ocppcore.errors import SetupError
from ocppcore.hardware import Hardware, MeterReading, ReadingPurpose, SignedReading, SigningSession, public_key
from ocppcore.session.commands import ReadMeter
from ocppcore.station import Capabilities
from ocppcore.station.events import KeyChanged, MessagesDropped, ReadingMissed
from ocppcore.station.queue import MAX_DROPPABLE
from ocppcore.testing.bench import Bench
from ocppcore.testing.signing import KEYS, REGISTER, SigningBench, signed

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


# Configuration keys


def test_a_meter_that_cannot_sign_has_none_of_the_keys() -> None:
    bench = Bench()
    signing = SigningBench()
    keys: Any = [{key.name for key in each.station.ctx.config} for each in (bench, signing)]
    assert keys[1] - keys[0] == {
        "AlignedDataSignReadings",
        "AlignedDataSignUpdatedReadings",
        "MeterPublicKey1",
        "MeterPublicKey2",
        "PublicKeyWithSignedMeterValue",
        "SampledDataSignReadings",
        "SampledDataSignStartedReadings",
        "SampledDataSignUpdatedReadings",
        "StartTxnSampledData",
    }
    assert bench.set_key("SampledDataSignReadings", "true") == "NotSupported"


def test_the_public_keys_can_be_read_and_not_written() -> None:
    """N 3.3.1, 3.2.2: the text that is sent with signed values."""
    bench = SigningBench()
    text = base64.b64encode(KEYS[2].encode()).decode()
    assert bench.get_key("MeterPublicKey2") == text
    assert bench.set_key("MeterPublicKey2", text) == "Rejected"


def test_a_public_key_that_does_not_fit_into_a_configuration_value_is_sent_with_the_values() -> None:
    """N 3.3.1."""
    long = {1: public_key(bytes(200)), 2: KEYS[2]}
    bench = SigningBench(can={"public_keys": long})
    assert bench.get_key("MeterPublicKey1") is None
    bench.charge()
    assert signed(bench.stop().transaction_data)[0][2] == bytes(200)


@pytest.mark.parametrize("second", [None, "3056", "oca:base16:asn1:" + "0" * 1900, "oca:base16:asn1:30\n56"])
def test_a_station_that_signs_has_a_public_key_for_each_evse(second: str | None) -> None:
    with pytest.raises(SetupError, match="public_keys"):
        SigningBench(can={"public_keys": {1: KEYS[1], 2: second}})


def test_a_meter_that_signs_begin_and_end_only() -> None:
    """N 2.1: the keys are there, false and read-only."""
    bench = SigningBench(can={"signs_between": False})
    for key in ("SampledDataSignUpdatedReadings", "AlignedDataSignUpdatedReadings"):
        assert bench.get_key(key) == "false" and bench.set_key(key, "true") == "Rejected"


@pytest.mark.parametrize(
    ("switch", "data"),
    [("SampledDataSignReadings", "StopTxnSampledData"), ("AlignedDataSignReadings", "StopTxnAlignedData")],
)
def test_switching_signing_on_sees_to_it_that_there_is_something_to_sign(switch: str, data: str) -> None:
    """N 2.1: it is all that is needed. 1.6 §3.16.5 would forbid to send what is signed."""
    bench = SigningBench(SampledDataSignReadings="false", **{data: "SoC"})
    assert bench.set_key(switch, "true") == "Accepted"
    assert bench.get_key(data) == f"SoC,{REGISTER}"
    assert [event.key for event in bench.events if isinstance(event, KeyChanged)] == [switch, data]
    bench.restart()
    assert bench.get_key(data) == f"SoC,{REGISTER}"


@pytest.mark.parametrize("value", ["", "SoC", "Voltage.L1"])
def test_a_list_with_nothing_to_sign_is_rejected_while_signing_is_on(value: str) -> None:
    bench = SigningBench()
    assert bench.get_key("StopTxnSampledData") == REGISTER
    assert bench.set_key("StopTxnSampledData", value) == "Rejected"
    assert bench.get_key("StopTxnSampledData") == REGISTER
    assert bench.set_key("StopTxnSampledData", f"SoC,{REGISTER}") == "Accepted"
    assert bench.set_key("StopTxnAlignedData", value) == "Accepted"
    bench.configure("SampledDataSignReadings", "false")
    assert bench.set_key("StopTxnSampledData", value) == "Accepted"


def test_a_list_that_has_no_room_is_replaced() -> None:
    config = {"StopTxnSampledDataMaxLength": "2", "StopTxnSampledData": "SoC,Voltage"}
    bench = SigningBench(SampledDataSignReadings="false", **config)
    bench.configure("SampledDataSignReadings", "true")
    assert bench.get_key("StopTxnSampledData") == REGISTER


def test_what_the_meters_sign_is_read_off_the_hardware() -> None:
    class Plain(Hardware):
        public_keys = KEYS

    class Signs(Plain):
        signing_time = 12.0

        def read_signed(self, evse: int, why: ReadingPurpose, session: SigningSession) -> MeterReading:
            return MeterReading(0.0)

    assert Capabilities.of(Plain()).signs == ()
    able = Capabilities.of(Signs())
    assert (able.signs, able.signing_time, able.public_keys, able.signs_between) == ((REGISTER,), 12.0, KEYS, True)
