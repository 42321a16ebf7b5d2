"""Meter values whatever happens: sessions, broken links, power cuts, changed intervals and a clock that jumps."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from ocppcore import v16
from ocppcore.testing.rig import BEGIN, Rig

REGISTER = "Energy.Active.Import.Register"
INTERVALS = (20, 300, 900)
CONFIG = {
    "MeterValueSampleInterval": "60",
    "MeterValuesSampledData": REGISTER,
    "ClockAlignedDataInterval": "300",
    "MeterValuesAlignedData": REGISTER,
    "StopTxnSampledData": REGISTER,
    "StopTransactionMaxMeterValues": "10",
}
OPERATIONS = st.one_of(
    st.tuples(st.just("pass"), st.integers(1, 2000)),
    st.tuples(st.just("charge"), st.integers(1, 2)),
    st.tuples(st.just("stop"), st.integers(1, 2)),
    st.tuples(st.just("cut"), st.just(0)),
    st.tuples(st.just("restore"), st.just(0)),
    st.tuples(st.just("restart"), st.just(0)),
    st.tuples(st.just("jump"), st.integers(-4000, 4000)),
    st.tuples(st.just("interval"), st.sampled_from(INTERVALS)),
    st.tuples(st.just("meter"), st.booleans()),
)


class World(Rig):
    """The rig, and what may happen to it."""

    def __init__(self) -> None:
        super().__init__(config=CONFIG)
        self.answers[v16.HeartbeatRequest] = lambda _: None  # the clock is the test's
        self.restarts = 0
        self.boot()

    def do(self, what: str, value: int) -> None:
        station = self.station
        if what == "pass":
            for evse in station.evses:
                self.meters[evse] += value if station.want(evse).energy else 0
            self.advance(value)
        elif what == "charge" and not station.snapshot().evses[value - 1].plugged:
            station.plug(value, self.now)
            station.present_id_token(f"TAG{value}", self.now, evse=value)
        elif what == "stop":
            station.stop_button(value, self.now)
            self.run()
            station.unplug(value, self.now)
        elif what == "cut":
            self.cut()
        elif what == "restore":
            self.restore()
        elif what == "restart":
            self.restarts += 1
            self.restart()
        elif what == "jump":
            station.set_utc(self.utc + timedelta(seconds=value), self.now)
        elif what == "interval" and self._backend is not None:
            self.ask(v16.ChangeConfigurationRequest(key="ClockAlignedDataInterval", value=str(value)))
        elif what == "meter":
            self.meter_works = bool(value)
        self.run()


@settings(max_examples=60, deadline=None)
@given(st.lists(OPERATIONS, max_size=25))
def test_values_are_on_the_dot_in_order_and_never_twice(operations: list[tuple[str, int]]) -> None:
    world = World()
    for what, value in operations:
        world.do(what, value)
    world.meter_works = True
    world.restore()
    world.advance(2000)
    aligned: set[tuple[object, ...]] = set()
    registers: dict[int, float] = {}
    running: set[int] = set()
    ids = iter(range(1, 1000))
    for item in world.sent():
        if isinstance(item, v16.StartTransactionRequest):
            id = next(ids)
            running.add(id)
            registers[id] = item.meter_start
        elif isinstance(item, v16.StopTransactionRequest):
            running.remove(item.transaction_id)
            assert item.meter_stop >= registers[item.transaction_id]
            data = item.transaction_data or []
            assert 2 <= len(data) <= 10
            contexts = [str(value.sampled_value[0].context) for value in data]
            assert contexts[0] == "Transaction.Begin" and contexts[-1] == "Transaction.End"
            assert "Transaction.Begin" not in contexts[1:] and "Transaction.End" not in contexts[:-1]
        elif isinstance(item, v16.MeterValuesRequest):
            (value,) = item.meter_value
            (sample,) = value.sampled_value
            if item.transaction_id is not None:
                assert item.transaction_id in running
                assert float(sample.value) >= registers[item.transaction_id]
                registers[item.transaction_id] = float(sample.value)
            if sample.context == v16.ReadingContext.Sample_Clock:
                key = (item.connector_id, value.timestamp)
                assert key not in aligned or world.restarts  # what was reported is not stored: a jump and a power cut
                aligned.add(key)
                assert (value.timestamp - BEGIN) % timedelta(seconds=min(INTERVALS)) == timedelta(0)
            else:
                assert item.transaction_id is not None
