"""Meter values of a whole station: which, when, of what, and that none is lost (1.6 §3.16, §4.7, E 3.13-3.16, 3.91)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from ocppcore import v16
from ocppcore.errors import SetupError
from ocppcore.hardware import MeterReading, ReadingPurpose, Sample
from ocppcore.station import Capabilities
from ocppcore.station.events import MeterWentBack, ReadingMissed
from ocppcore.testing.rig import BEGIN, MEASURANDS, Rig

REGISTER = "Energy.Active.Import.Register"


class Bench(Rig):
    """A rig whose meters show three phases, and run at 7.2 kW (2 Wh a second) in pass_time() while energy is wanted."""

    def reading(self, evse: int, why: ReadingPurpose) -> MeterReading:
        volts = tuple(Sample("Voltage", 229.5 + n, "V", phase=f"L{n}-N", location="Inlet") for n in (1, 2, 3))
        return MeterReading(self.meters[evse], (*volts, Sample("SoC", 42, "Percent", location="EV")))

    def charge(self, evse: int = 1, tag: str = "TAG1") -> v16.StartTransactionRequest:
        self.station.plug(evse, self.now)
        self.station.present_id_token(tag, self.now, evse=evse)
        self.run()
        return self.sent(v16.StartTransactionRequest)[-1]

    def stop(self, evse: int = 1) -> None:
        self.station.stop_button(evse, self.now)
        self.run()

    def values(self, context: str | None = None, evse: int | None = None) -> list[v16.MeterValuesRequest]:
        sent = self.sent(v16.MeterValuesRequest)
        return [
            request
            for request in sent
            if (context is None or request.meter_value[0].sampled_value[0].context == context)
            and (evse is None or request.connector_id == evse)
        ]

    def pass_time(self, seconds: float, step: float = 1.0) -> None:
        """Let time pass while the meters of charging EVSEs run."""
        end = self.now + seconds
        while self.now < end:
            for evse in self.station.evses:
                self.meters[evse] += 2 * step if self.station.want(evse).energy else 0
            self.advance(step)


def booted(evses: int = 2, main_meter: bool = False, clock_known: bool = True, **config: str) -> Bench:
    capabilities = Capabilities(unlock=True, reset=True, measurands=MEASURANDS, main_meter=main_meter)
    quiet = {"MeterValueSampleInterval": "0", "ClockAlignedDataInterval": "0"}
    bench = Bench(evses=evses, config=quiet | config, capabilities=capabilities, clock_known=clock_known)
    bench.boot()
    return bench


def stamps(requests: list[v16.MeterValuesRequest]) -> list[datetime]:
    return [request.meter_value[0].timestamp for request in requests]


def texts(value: v16.MeterValue) -> list[str]:
    return [sample.value for sample in value.sampled_value]


def change(bench: Bench, key: str, value: str) -> None:
    answer = bench.ask(v16.ChangeConfigurationRequest(key=key, value=value))
    assert answer.status == v16.ConfigurationStatus.Accepted


# Periodic values


def test_samples_come_at_start_plus_n_intervals_without_drift() -> None:
    bench = booted(MeterValueSampleInterval="7", MeterValuesSampledData=REGISTER)
    bench.advance(0.25)
    start = bench.charge()
    bench.advance(700)
    assert stamps(bench.values()) == [start.timestamp + timedelta(seconds=7 * n) for n in range(1, 101)]
    assert {request.transaction_id for request in bench.values()} == {1}


def test_samples_carry_measurand_context_unit_phase_and_location() -> None:
    bench = booted(MeterValueSampleInterval="60", MeterValuesSampledData=f"Voltage.L2-N,{REGISTER},SoC")
    bench.meters[1] = 1234.5
    bench.charge()
    bench.advance(60)
    (request,) = bench.values()
    periodic = v16.ReadingContext.Sample_Periodic
    assert request.meter_value[0].sampled_value == [
        v16.SampledValue(
            value="231.5",
            context=periodic,
            measurand=v16.Measurand.Voltage,
            phase=v16.Phase.L2_N,
            location=v16.Location.Inlet,
            unit=v16.UnitOfMeasure.V,
        ),
        v16.SampledValue(
            value="1234.5",
            context=periodic,
            measurand=v16.Measurand.Energy_Active_Import_Register,
            unit=v16.UnitOfMeasure.Wh,
        ),
        v16.SampledValue(
            value="42",
            context=periodic,
            measurand=v16.Measurand.SoC,
            location=v16.Location.EV,
            unit=v16.UnitOfMeasure.Percent,
        ),
    ]


def test_no_samples_outside_of_transactions() -> None:
    bench = booted(MeterValueSampleInterval="10", MeterValuesSampledData=REGISTER)
    bench.advance(100)
    assert bench.values() == []
    bench.charge()
    bench.advance(25)
    bench.stop()
    bench.advance(100)
    assert len(bench.values()) == 2


def test_an_interval_of_zero_sends_nothing() -> None:
    bench = booted(MeterValuesSampledData=REGISTER, MeterValuesAlignedData=REGISTER)
    bench.charge()
    bench.advance(4000)
    assert bench.values() == []


def test_W20_an_empty_list_sends_nothing() -> None:
    intervals = {"MeterValueSampleInterval": "10", "ClockAlignedDataInterval": "10"}
    bench = booted(MeterValuesSampledData="", MeterValuesAlignedData="", **intervals)
    bench.charge()
    bench.advance(100)
    assert bench.values() == []


def test_W20_values_that_the_hardware_does_not_give_make_no_empty_message() -> None:
    bench = booted(MeterValueSampleInterval="10", MeterValuesSampledData="Current.Import")
    bench.charge()
    bench.advance(100)
    assert bench.values() == []


@pytest.mark.parametrize("evses", [1, 2, 12])
def test_W18_every_connector_sends(evses: int) -> None:
    bench = booted(evses, MeterValueSampleInterval="60", MeterValuesSampledData=REGISTER)
    for evse in bench.station.evses:
        bench.charge(evse, f"TAG{evse}")
    bench.advance(180)
    for evse in bench.station.evses:
        assert len(bench.values(evse=evse)) == 3


def test_a_new_interval_takes_effect_at_once_and_counts_from_the_start() -> None:
    bench = booted(MeterValueSampleInterval="600", MeterValuesSampledData=REGISTER)
    start = bench.charge()
    bench.advance(45)
    change(bench, "MeterValueSampleInterval", "20")
    bench.advance(40)
    assert stamps(bench.values()) == [start.timestamp + timedelta(seconds=n) for n in (60, 80)]
    bench.take()
    change(bench, "MeterValueSampleInterval", "0")
    bench.advance(600)
    assert bench.values() == []


def test_a_new_list_takes_effect_with_the_next_sample() -> None:
    bench = booted(MeterValueSampleInterval="10", MeterValuesSampledData="")
    bench.charge()
    bench.advance(15)
    change(bench, "MeterValuesSampledData", "SoC")
    bench.advance(10)
    assert [texts(request.meter_value[0]) for request in bench.values()] == [["42"]]


def test_a_list_with_an_unsupported_measurand_is_rejected() -> None:
    """§3.16.4."""
    bench = booted()
    request = v16.ChangeConfigurationRequest(key="MeterValuesSampledData", value=f"{REGISTER},Frequency")
    assert bench.ask(request).status == v16.ConfigurationStatus.Rejected


# Clock-aligned values


def test_W35_aligned_values_come_outside_of_transactions_for_all_connectors() -> None:
    bench = booted(3, ClockAlignedDataInterval="900", MeterValuesAlignedData=REGISTER)
    bench.advance(3600)
    for evse in (1, 2, 3):
        quarters = [BEGIN + timedelta(minutes=15 * n) for n in (1, 2, 3, 4)]
        assert stamps(bench.values("Sample.Clock", evse)) == quarters
    assert bench.values(evse=0) == []
    assert {request.transaction_id for request in bench.values()} == {None}


def test_connector_0_has_values_if_there_is_a_main_meter() -> None:
    bench = booted(main_meter=True, ClockAlignedDataInterval="900", MeterValuesAlignedData=REGISTER)
    bench.meters[0] = 5000.0
    bench.charge()
    bench.advance(900)
    (request,) = bench.values(evse=0)
    assert texts(request.meter_value[0]) == ["5000"]
    assert request.transaction_id is None  # E 3.16


def test_MeterValuesInTransactionsOnly_leaves_out_aligned_values_of_idle_connectors() -> None:
    bench = booted(
        2, True, ClockAlignedDataInterval="900", MeterValuesAlignedData=REGISTER, MeterValuesInTransactionsOnly="true"
    )
    bench.charge()
    bench.advance(1000)
    counts = [len(bench.values("Sample.Clock", evse)) for evse in (0, 1, 2)]
    assert counts == [1, 1, 0]
    bench.stop()
    bench.advance(1000)
    assert [len(bench.values("Sample.Clock", evse)) for evse in (0, 1, 2)] == [2, 1, 0]
    bench.take()
    request = v16.TriggerMessageRequest(requested_message=v16.MessageTrigger.MeterValues, connector_id=2)
    assert bench.ask(request).status == "Accepted" and len(bench.sent(v16.MeterValuesRequest)) == 1


def test_an_aligned_value_belongs_to_the_transaction_that_runs_when_it_is_taken() -> None:
    """E 3.16."""
    bench = booted(ClockAlignedDataInterval="900", MeterValuesAlignedData=REGISTER)
    bench.charge()
    bench.advance(600)
    bench.stop()
    bench.station.unplug(1, bench.now)
    bench.run()
    bench.charge(tag="TAG2")
    bench.advance(900)
    assert [request.transaction_id for request in bench.values(evse=1)] == [2]
    assert [request.transaction_id for request in bench.values(evse=2)] == [None]


def test_aligned_values_need_a_clock() -> None:
    bench = booted(clock_known=False, ClockAlignedDataInterval="20", MeterValuesAlignedData=REGISTER)
    bench.advance(20)
    assert stamps(bench.values(evse=1)) == [BEGIN + timedelta(seconds=20)]  # BootNotification told the time
    cold = Bench(config={"ClockAlignedDataInterval": "20", "MeterValuesAlignedData": REGISTER}, clock_known=False)
    cold.reachable = False
    cold.boot()
    cold.advance(100)
    cold.restore()
    assert all(stamp.second % 20 == 0 and stamp.microsecond == 0 for stamp in stamps(cold.values()))
    assert all(stamp >= BEGIN + timedelta(seconds=100) for stamp in stamps(cold.values()))


def test_a_jump_of_the_clock_skips_slots_and_repeats_none() -> None:
    bench = booted(evses=1, ClockAlignedDataInterval="900", MeterValuesAlignedData=REGISTER)
    bench.answers[v16.HeartbeatRequest] = lambda _: None
    bench.advance(1000)
    bench.station.set_utc(BEGIN + timedelta(hours=2, minutes=1), bench.now)
    bench.advance(900)
    bench.station.set_utc(BEGIN + timedelta(minutes=20), bench.now)
    bench.advance(7200)
    minutes = [(stamp - BEGIN) / timedelta(minutes=1) for stamp in stamps(bench.values())]
    assert minutes == [15, 135]
    bench.advance(900)
    assert len(bench.values()) == 3


def test_a_clock_that_was_wrong_by_years_does_not_silence_the_station() -> None:
    bench = booted(evses=1, ClockAlignedDataInterval="900", MeterValuesAlignedData=REGISTER)
    bench.station.set_utc(datetime(2099, 1, 1, 0, 14, tzinfo=UTC), bench.now)
    bench.advance(60)
    bench.station.set_utc(bench.utc, bench.now)
    bench.advance(900)
    assert stamps(bench.values())[-1] == BEGIN + timedelta(minutes=15)


def test_a_small_correction_over_a_slot_does_not_lose_it() -> None:
    bench = booted(evses=1, ClockAlignedDataInterval="900", MeterValuesAlignedData=REGISTER)
    bench.advance(899.5)
    bench.station.set_utc(BEGIN + timedelta(seconds=901), bench.now)
    bench.advance(10)
    assert stamps(bench.values()) == [BEGIN + timedelta(seconds=900)]


def test_a_slot_that_was_slept_through_is_skipped() -> None:
    bench = booted(evses=1, ClockAlignedDataInterval="900", MeterValuesAlignedData=REGISTER)
    bench.now += 1000.0  # suspended, 100 s beyond the slot
    bench.advance(0)
    bench.advance(900)
    assert stamps(bench.values()) == [BEGIN + timedelta(minutes=30)]


# Transaction data


def stopped(bench: Bench) -> v16.StopTransactionRequest:
    return bench.sent(v16.StopTransactionRequest)[-1]


def contexts(data: list[v16.MeterValue]) -> list[str]:
    return [str(value.sampled_value[0].context) for value in data]


def test_no_transaction_data_unless_configured() -> None:
    """§3.16.5."""
    bench = booted(MeterValueSampleInterval="10", MeterValuesSampledData=REGISTER, ClockAlignedDataInterval="10")
    bench.charge()
    bench.advance(100)
    bench.stop()
    assert stopped(bench).transaction_data is None


def test_transaction_data_have_begin_samples_and_end_of_every_measurand() -> None:
    """E 3.16.6."""
    bench = booted(
        MeterValueSampleInterval="60",
        MeterValuesSampledData="",
        StopTxnSampledData=f"{REGISTER},SoC",
        ClockAlignedDataInterval="90",
        MeterValuesAlignedData="",
        StopTxnAlignedData="Voltage.L1-N",
    )
    bench.meters[1] = 100.0
    start = bench.charge()
    bench.pass_time(130)
    bench.stop()
    request = stopped(bench)
    data = request.transaction_data or []
    between = ["Sample.Periodic", "Sample.Clock", "Sample.Periodic"]
    assert contexts(data) == ["Transaction.Begin", *between, "Transaction.End"]
    assert [texts(value) for value in data] == [
        ["100", "42", "230.5"],
        ["220", "42"],
        ["230.5"],
        ["340", "42"],
        ["360", "42", "230.5"],
    ]
    assert data[0].timestamp == start.timestamp and data[-1].timestamp == request.timestamp
    assert (start.meter_start, request.meter_stop) == (100, 360)
    assert bench.values() == []


def test_W35_transaction_data_are_not_capped_at_a_handful() -> None:
    bench = booted(MeterValueSampleInterval="10", StopTxnSampledData=REGISTER)
    bench.charge()
    bench.advance(1005)
    bench.stop()
    assert len(stopped(bench).transaction_data or []) == 1 + 100 + 1


def test_sets_that_are_too_many_are_thinned_out_but_begin_and_end_stay() -> None:
    """E 3.91."""
    bench = booted(MeterValueSampleInterval="10", StopTxnSampledData=REGISTER, StopTransactionMaxMeterValues="12")
    start = bench.charge()
    bench.advance(1005)
    bench.stop()
    data = stopped(bench).transaction_data or []
    assert 6 <= len(data) <= 12
    assert contexts(data)[0] == "Transaction.Begin" and contexts(data)[-1] == "Transaction.End"
    times = [value.timestamp for value in data]
    assert times == sorted(set(times)) and times[0] == start.timestamp


def test_what_stays_is_spread_evenly_over_the_whole_transaction() -> None:
    bench = booted(MeterValueSampleInterval="10", StopTxnSampledData=REGISTER, StopTransactionMaxMeterValues="12")
    start = bench.charge()
    bench.advance(9995)
    bench.stop()
    data = stopped(bench).transaction_data or []
    passed = [(value.timestamp - start.timestamp).total_seconds() for value in data[:-1]]
    assert set(passed) >= {1280.0 * number for number in range(8)}
    assert all(later - before <= 1280 for before, later in zip(passed, [*passed[1:], 9995], strict=True))


def test_transaction_data_stay_within_their_bytes() -> None:
    bench = booted(MeterValueSampleInterval="10", StopTxnSampledData=f"{REGISTER},Voltage,SoC")
    bench.charge()
    bench.advance(20_000)
    bench.stop()
    data = stopped(bench).transaction_data or []
    assert len(data) > 10
    assert sum(len(str(v16.MeterValue.shape.plain(value))) for value in data) < 48 * 1024


def test_data_are_dropped_if_the_lists_are_emptied_meanwhile() -> None:
    bench = booted(MeterValueSampleInterval="10", StopTxnSampledData=REGISTER)
    bench.charge()
    bench.advance(30)
    change(bench, "StopTxnSampledData", "")
    bench.advance(30)
    bench.stop()
    assert stopped(bench).transaction_data is None


def test_nothing_of_a_transaction_stays_stored_when_it_is_over() -> None:
    bench = booted(MeterValueSampleInterval="10", StopTxnSampledData=REGISTER)
    bench.charge()
    bench.advance(100)
    assert [key for key in bench.store["meter_values"] if key.startswith("data/")]
    bench.stop()
    assert {key.split("/")[0] for key in bench.store["meter_values"]} == {"last"}


# Power cuts and broken links


def test_W17_values_measured_while_offline_survive_a_power_cut() -> None:
    bench = booted(MeterValueSampleInterval="60", MeterValuesSampledData=REGISTER, ClockAlignedDataInterval="0")
    start = bench.charge()
    bench.cut()
    bench.advance(300)
    bench.take()
    bench.reachable = True
    bench.restart()
    bench.advance(1)
    requests = bench.values("Sample.Periodic")
    assert stamps(requests)[:5] == [start.timestamp + timedelta(seconds=60 * n) for n in range(1, 6)]
    assert {request.transaction_id for request in requests[:5]} == {1}


def test_transaction_data_survive_a_power_cut() -> None:
    bench = booted(MeterValueSampleInterval="60", MeterValuesSampledData="", StopTxnSampledData=REGISTER)
    bench.meters[1] = 1000.0
    start = bench.charge()
    bench.pass_time(150)
    bench.restart()
    data = stopped(bench).transaction_data or []
    assert [texts(value) for value in data] == [["1000"], ["1120"], ["1240"], ["1300"]]
    assert [value.timestamp for value in data][:3] == [start.timestamp + timedelta(seconds=60 * n) for n in range(3)]


def test_a_resent_message_is_the_same() -> None:
    bench = booted(MeterValueSampleInterval="60", MeterValuesSampledData=REGISTER)
    bench.charge()
    bench.answers[v16.MeterValuesRequest] = lambda _: None
    bench.advance(60)
    bench.cut()
    bench.restore()
    first, second = bench.values()[:2]
    assert first == second


# Meters that fail


def test_a_meter_that_does_not_answer_is_replaced_by_the_last_known_reading() -> None:
    bench = booted(MeterValueSampleInterval="60", MeterValuesSampledData=REGISTER)
    bench.meters[1] = 500.0
    start = bench.charge()
    bench.meter_works = False
    bench.advance(70)
    (request,) = bench.values()
    assert texts(request.meter_value[0]) == ["500"]
    assert stamps([request]) == [start.timestamp + timedelta(seconds=60)]
    bench.station.reading(1, MeterReading(777.0), bench.now)
    bench.stop()
    bench.advance(10)
    assert stopped(bench).meter_stop == 777
    assert [event.evse for event in bench.events if isinstance(event, ReadingMissed)] == [1, 1]


def test_the_last_known_reading_outlives_a_power_cut() -> None:
    bench = booted(MeterValueSampleInterval="60", MeterValuesSampledData=REGISTER)
    bench.charge()
    bench.pass_time(125)
    bench.meter_works = False
    bench.restart()
    bench.advance(30)
    assert stopped(bench).meter_stop == 240  # of the sample at 120 s; what came after is not known


def test_a_meter_that_never_answered_counts_nothing() -> None:
    bench = booted(MeterValueSampleInterval="60", MeterValuesSampledData=REGISTER)
    bench.meter_works = False
    bench.station.plug(1, bench.now)
    bench.station.present_id_token("TAG1", bench.now, evse=1)
    bench.advance(10)
    assert bench.sent(v16.StartTransactionRequest)[0].meter_start == 0
    bench.advance(100)
    assert bench.values() == []
    bench.stop()
    bench.advance(10)
    assert stopped(bench).meter_stop == 0


def test_a_sample_is_never_reported_behind_the_end_of_its_transaction() -> None:
    bench = booted(MeterValueSampleInterval="60", MeterValuesSampledData=REGISTER)
    bench.charge()
    bench.meter_works = False
    bench.advance(60)
    bench.meter_works = True
    bench.stop()
    kinds = [type(item) for item in bench.sent(v16.MeterValuesRequest, v16.StopTransactionRequest)]
    assert kinds == [v16.MeterValuesRequest, v16.StopTransactionRequest]
    assert not [event for event in bench.events if isinstance(event, ReadingMissed)]


@pytest.mark.parametrize("after", [0.0, 990.0])
def test_a_register_that_goes_back_stands_still(after: float) -> None:
    """§7.31: monotonic within a transaction; meterStop is never below meterStart."""
    bench = booted(MeterValueSampleInterval="60", MeterValuesSampledData=REGISTER)
    bench.meters[1] = 1000.0
    bench.charge()
    bench.meters[1] = after
    bench.advance(120)
    bench.stop()
    assert [texts(request.meter_value[0]) for request in bench.values()] == [["1000"], ["1000"]]
    assert stopped(bench).meter_stop == 1000
    (event,) = [event for event in bench.events if isinstance(event, MeterWentBack)]
    assert (event.evse, event.from_wh, event.to_wh) == (1, 1000.0, after)


def test_a_blunder_of_the_meter_is_not_billed() -> None:
    bench = booted(MeterValueSampleInterval="60", MeterValuesSampledData=REGISTER)
    bench.meters[1] = 1000.0
    bench.charge()
    bench.meters[1] = 0.0
    bench.advance(60)
    bench.meters[1] = 1200.0
    bench.stop()
    assert stopped(bench).meter_stop == 1200


def test_a_new_meter_between_two_transactions_is_taken_as_it_is() -> None:
    bench = booted()
    bench.meters[1] = 1000.0
    bench.charge()
    bench.stop()
    bench.station.unplug(1, bench.now)
    bench.run()
    bench.meters[1] = 5.0
    assert bench.charge().meter_start == 5


def test_a_pushed_reading_must_be_one() -> None:
    bench = booted()
    with pytest.raises(SetupError):
        bench.station.reading(1, MeterReading(float("nan")), bench.now)
    with pytest.raises(SetupError):
        bench.station.reading(9, MeterReading(1.0), bench.now)


def test_an_answer_that_is_no_reading_counts_as_none() -> None:
    bench = booted()
    bench.reading = lambda evse, why: MeterReading(float("inf"))  # type: ignore[method-assign]
    bench.charge()
    assert [event.evse for event in bench.events if isinstance(event, ReadingMissed)] == [1]


def test_words_that_the_standard_does_not_have_are_not_sent() -> None:
    bench = booted(MeterValueSampleInterval="60", MeterValuesSampledData=f"Voltage,{REGISTER}")
    odd = (Sample("Voltage", 1, "V", phase="R"), Sample("Voltage", 2, "Volts"), Sample("Voltage", 3))
    bench.reading = lambda evse, why: MeterReading(7.0, odd)  # type: ignore[method-assign]
    bench.charge()
    bench.advance(60)
    assert [texts(request.meter_value[0]) for request in bench.values()] == [["3", "7"]]
