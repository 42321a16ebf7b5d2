"""Signed values whatever happens: meters that are slow, fail or do not sign, broken links, power cuts, changed keys.

A StopTransaction has a signed begin and end, or an event says what it lacks; none is ever stuck; and what is signed is
told with its own bytes, in its own transaction, as what it was asked for.
"""

from __future__ import annotations

from datetime import datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from ocppcore import v16
from ocppcore.station.events import TransactionChanged, UnsignedTransaction
from ocppcore.testing.signing import REGISTER, SigningBench, signed

SWITCHES = [
    ("SampledDataSignReadings", "true"),
    ("SampledDataSignReadings", "false"),
    ("AlignedDataSignReadings", "true"),
    ("AlignedDataSignReadings", "false"),
    ("PublicKeyWithSignedMeterValue", "Never"),
    ("PublicKeyWithSignedMeterValue", "OncePerTransaction"),
    ("PublicKeyWithSignedMeterValue", "EveryMeterValue"),
    ("StopTxnSampledData", f"SoC,{REGISTER}"),
    ("StopTxnSampledData", "SoC"),
    ("StopTxnSampledData", ""),
]
OPERATIONS = st.one_of(
    *[st.tuples(st.just("pass"), st.sampled_from([1, 4, 20, 20, 31, 70, 1000]))] * 3,
    *[st.tuples(st.just("charge"), st.integers(1, 2))] * 2,
    *[st.tuples(st.just("stop"), st.integers(1, 2))] * 2,
    *[st.tuples(st.just("signing"), st.sampled_from(["works", "plain", "silent", "fails"]))] * 2,
    st.tuples(st.just("slow"), st.booleans()),
    st.tuples(st.just("dead"), st.booleans()),
    st.tuples(st.just("cut"), st.just(0)),
    st.tuples(st.just("restore"), st.just(0)),
    st.tuples(st.just("restart"), st.just(0)),
    st.tuples(st.just("power"), st.just(0)),
    st.tuples(st.just("switch"), st.sampled_from(SWITCHES)),
)


class World(SigningBench):
    """A bench, and what may happen to it."""

    def __init__(self) -> None:
        super().__init__(
            SampledDataSignUpdatedReadings="true",
            AlignedDataSignUpdatedReadings="true",
            SampledDataSignStartedReadings="true",
            StartTxnSampledData=REGISTER,
            MeterValueSampleInterval="20",
            ClockAlignedDataInterval="30",
            StopTransactionMaxMeterValues="5",
        )

    def do(self, what: str, value: object) -> None:
        station = self.station
        if what == "pass":
            assert isinstance(value, int)
            self.advance(value)
        elif what == "charge":
            assert isinstance(value, int)
            self.advance(1)  # no two transactions of a token begin in the same second
            self.plug(value)
            self.swipe(f"TAG{value}", value)
        elif what == "stop":
            assert isinstance(value, int)
            station.stop_button(value, self.now)
            self.run()
            self.unplug(value)
        elif what == "signing":
            self.signing = str(value)
        elif what == "slow":
            self.quicken_meter()
            self.meter_is_slow = bool(value)
        elif what == "dead":
            self.meter_works = not value
        elif what == "cut":
            self.cut()
        elif what == "restore":
            self.restore()
        elif what == "restart":
            self.restart()
        elif what == "power":
            station.power_failing(self.now)
            self.run()
        elif what == "switch" and self._backend is not None:
            assert isinstance(value, tuple)
            self.set_key(*value)
        self.run()

    def settle(self) -> None:
        """All is well again, and everybody stops."""
        for what, value in (("signing", "works"), ("dead", False), ("slow", False), ("restore", 0), ("pass", 70)):
            self.do(what, value)
        for evse in self.station.evses:
            self.do("stop", evse)
        self.do("pass", 70)


@settings(max_examples=150)
@given(st.lists(OPERATIONS, min_size=10, max_size=30))
def test_begin_and_end_are_signed_or_an_event_says_why_not(operations: list[tuple[str, object]]) -> None:
    world = World()
    for what, value in [("charge", 1), *operations]:
        world.do(what, value)
    world.settle()
    assert not world.store.get("queue") and not world.store.get("transactions"), "something is stuck"
    assert {key.split("/")[0] for key in world.store["meter_values"]} <= {"last"}

    started = [event.uid for event in world.events if isinstance(event, TransactionChanged) and event.what == "started"]
    stops = {stop.transaction_id: stop for stop in world.sent(v16.StopTransactionRequest)}
    assert len(stops) == len(started) == len(world.ledger.transactions) and not world.ledger.strays
    missed = {event.uid: event.lacks for event in world.events if isinstance(event, UnsignedTransaction)}
    switched = any(what == "switch" for what, _ in operations)
    for uid, booked in zip(started, world.ledger.transactions, strict=True):
        found = [context for context, *_ in signed(stops[booked.id].transaction_data)]
        lacks = missed.get(uid, ())
        expected = [context for context in ("Transaction.Begin", "Transaction.End") if context not in lacks]
        assert found == expected or (switched and not found and not lacks)
    if not any(what in ("signing", "slow", "dead", "switch") for what, _ in operations):
        assert not missed, "neither power cuts nor broken links lose a signature"

    ended = set()
    samples: dict[str, datetime] = {}
    for message in world.sent(v16.MeterValuesRequest, v16.StopTransactionRequest):
        uid = None if message.transaction_id is None else started[message.transaction_id - 1]
        if isinstance(message, v16.StopTransactionRequest):
            ended.add(uid)
            check(world, message.transaction_data or [], str(uid))
            continue
        assert uid not in ended, "values behind the end of their transaction"
        check(world, message.meter_value, str(uid))
        (value,) = message.meter_value
        if uid is not None and value.sampled_value[0].context == v16.ReadingContext.Sample_Periodic:
            assert samples.get(uid, value.timestamp) <= value.timestamp, "samples out of order"
            samples[uid] = value.timestamp


def check(world: World, values: list[v16.MeterValue], uid: str) -> None:
    """Each record is told byte for byte, as what it was asked for, in its own transaction."""
    for context, data, _ in signed(values):
        assert data in world.signed
        assert f" {context} of {uid} ".encode() in data
