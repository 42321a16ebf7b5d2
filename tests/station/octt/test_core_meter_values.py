"""The certification cases about meter values, by id (Core profile of 1.6)."""

from __future__ import annotations

from datetime import timedelta

from ocppcore import v16
from ocppcore.hardware import MeterReading, ReadingPurpose, Sample
from ocppcore.station import Capabilities
from ocppcore.testing.rig import BEGIN, MEASURANDS, Rig

REGISTER = "Energy.Active.Import.Register"


class Lab(Rig):
    """A station as the laboratory gets it."""

    def __init__(self, **config: str) -> None:
        capabilities = Capabilities(unlock=True, reset=True, measurands=MEASURANDS)
        super().__init__(config=config, capabilities=capabilities)
        self.boot()

    def reading(self, evse: int, why: ReadingPurpose) -> MeterReading:
        return MeterReading(self.meters[evse], (Sample("Power.Active.Import", 11040.0, "W"), Sample("SoC", 50)))

    def configure(self, key: str, value: str) -> None:
        answer = self.ask(v16.ChangeConfigurationRequest(key=key, value=value))
        assert answer.status == v16.ConfigurationStatus.Accepted

    def charge(self) -> v16.StartTransactionRequest:
        self.station.plug(1, self.now)
        self.station.present_id_token("TAG1", self.now)
        self.run()
        (start,) = self.sent(v16.StartTransactionRequest)
        return start


def test_TC_070_CS_sampled_meter_values() -> None:
    lab = Lab(ClockAlignedDataInterval="0")
    lab.configure("MeterValueSampleInterval", "30")
    lab.configure("MeterValuesSampledData", f"{REGISTER},Power.Active.Import")
    start = lab.charge()
    lab.advance(95)
    requests = lab.sent(v16.MeterValuesRequest)
    assert len(requests) == 3
    for number, request in enumerate(requests, 1):
        (value,) = request.meter_value
        assert value.timestamp == start.timestamp + timedelta(seconds=30 * number)
        assert [sample.measurand for sample in value.sampled_value] == [REGISTER, "Power.Active.Import"]
        assert {sample.context for sample in value.sampled_value} == {v16.ReadingContext.Sample_Periodic}
        assert (request.connector_id, request.transaction_id) == (1, 1)


def test_TC_070_CS_the_register_is_what_is_sampled_by_default() -> None:
    """§9.1.17."""
    lab = Lab(MeterValueSampleInterval="30", ClockAlignedDataInterval="0")
    lab.charge()
    lab.advance(30)
    (request,) = lab.sent(v16.MeterValuesRequest)
    assert [sample.measurand for sample in request.meter_value[0].sampled_value] == [REGISTER]


def test_TC_071_CS_clock_aligned_meter_values() -> None:
    lab = Lab(MeterValueSampleInterval="0")
    lab.advance(7)
    lab.configure("ClockAlignedDataInterval", "20")
    lab.configure("MeterValuesAlignedData", f"SoC,{REGISTER}")
    lab.charge()
    lab.advance(60)
    requests = [request for request in lab.sent(v16.MeterValuesRequest) if request.connector_id == 1]
    assert [request.meter_value[0].timestamp for request in requests] == [
        BEGIN + timedelta(seconds=second) for second in (20, 40, 60)
    ]
    for request in requests:
        samples = request.meter_value[0].sampled_value
        assert [sample.measurand for sample in samples] == ["SoC", REGISTER]
        assert {sample.context for sample in samples} == {v16.ReadingContext.Sample_Clock}
        assert request.transaction_id == 1


def test_TC_036_CS_connection_loss_during_transaction() -> None:
    lab = Lab(MeterValueSampleInterval="30", MeterValuesSampledData=REGISTER, ClockAlignedDataInterval="0")
    start = lab.charge()
    lab.advance(40)
    lab.cut()
    lab.advance(110)
    lab.take()
    lab.restore()
    lab.advance(60)
    stamps = [request.meter_value[0].timestamp for request in lab.sent(v16.MeterValuesRequest)]
    offline = [start.timestamp + timedelta(seconds=30 * number) for number in range(2, 2 + len(stamps))]
    assert stamps == offline  # the queued ones first, in order, none missing, none twice
    assert len(stamps) >= 5
    assert {request.transaction_id for request in lab.sent(v16.MeterValuesRequest)} == {1}
    assert not lab.sent(v16.StopTransactionRequest) and not lab.sent(v16.BootNotificationRequest)
