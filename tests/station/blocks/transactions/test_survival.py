"""A kill at any write loses no transaction, no energy, no order and no signature, and books nothing twice (1.6 §3.7,
§5.14, and N, the alliance's note on signed meter values)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from math import floor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocppcore import v16
from ocppcore.csms.ledger import Ledger
from ocppcore.testing.bench import Bench
from ocppcore.testing.signing import SigningBench

CONFIG = {
    "AllowOfflineTxForUnknownId": "true",
    "MeterValueSampleInterval": "60",
    "StopTxnSampledData": "Energy.Active.Import.Register",
    "ConnectionTimeOut": "30",
}


class Killed(Exception):
    """The station died at this write."""


class Mortal(SigningBench):
    """A bench whose meters sign, and whose station dies at chosen writes: batch number, and whether the batch is still
    stored.

    A stored batch that kills is not acknowledged: what hung on it has not left.
    """

    def __init__(self, deaths: dict[int, bool]) -> None:
        self.deaths = deaths
        self.batches = 0
        self.plugged: set[int] = set()
        super().__init__(boot=False, **CONFIG)

    def _store_batches(self) -> bool:
        moved = False
        while (batch := self.station.next_batch()) is not None:
            moved = True
            self.batches += 1
            if self.deaths.get(self.batches) is False:
                raise Killed
            for (table, key), text in batch.puts.items():
                self.store.setdefault(table, {})[key] = text
            for table, key in batch.deletes:
                self.store.get(table, {}).pop(key, None)
            if self.deaths.get(self.batches):
                raise Killed
            self.station.stored(batch.id, self.now)
        return moved

    def live(self, act: Callable[[], None]) -> None:
        """Do something; if that is the station's death, bring it up again: the world has not changed."""
        while True:
            try:
                act()
                return
            except Killed:
                act = self.revive

    def revive(self) -> None:
        self.restart()
        for evse in self.plugged:
            Bench.plug(self, evse)

    def plug(self, evse: int = 1) -> None:
        self.plugged.add(evse)
        super().plug(evse)

    def unplug(self, evse: int = 1) -> None:
        self.plugged.discard(evse)
        super().unplug(evse)

    def restore(self, wait: float = 600.0) -> None:
        self.reachable = True
        self.advance(wait)

    def remote_start(self) -> None:
        if self._backend is not None:
            self.tell(v16.RemoteStartTransactionRequest(connector_id=1, id_tag="TAG3"))

    def remote_stop(self) -> None:
        running = [booked for booked in self.ledger.transactions if booked.stop is None]
        if self._backend is not None and running:
            self.tell(v16.RemoteStopTransactionRequest(transaction_id=running[-1].id))

    def reset(self) -> None:
        if self._backend is not None:
            self.tell(v16.ResetRequest(type=v16.ResetType.Soft))
        if self.resets:
            self.revive()


def an_evening(bench: Mortal) -> list[Callable[[], None]]:
    """Two EVSEs, online and offline, by card and by app, with a reset at the end."""
    return [
        bench.boot,
        bench.plug,
        lambda: bench.swipe("TAG1", 1),
        lambda: bench.advance(70),
        bench.cut,
        lambda: bench.plug(2),
        lambda: bench.swipe("TAG2", 2),
        lambda: bench.advance(130),
        lambda: bench.swipe("TAG1", 1),
        bench.unplug,
        lambda: bench.restore(120),
        lambda: bench.remote_stop(),
        lambda: bench.unplug(2),
        bench.plug,
        bench.remote_start,
        lambda: bench.advance(65),
        bench.reset,
        lambda: bench.advance(100),
    ]


def spend_the_evening(deaths: dict[int, bool]) -> Mortal:
    bench = Mortal(deaths)
    for act in an_evening(bench):
        bench.live(act)
    bench.deaths = {}
    for evse in (1, 2):
        bench.press_stop(evse)
        bench.unplug(evse)
    bench.restore()
    return bench


def check(bench: Mortal) -> None:
    """What is booked is what flowed, once and in order."""
    assert not bench.store["queue"], "all is delivered"
    assert not bench.store["transactions"]
    assert not bench.ledger.strays
    booked = bench.ledger.transactions
    assert all(entry.stop is not None for entry in booked)
    for evse in (1, 2):
        flowed = floor(bench.meters[evse])
        assert sum(entry.energy_wh or 0 for entry in booked if entry.evse == evse) == flowed
    for entry in booked:
        assert entry.stop is not None
        # Samples come in order; what StopTransaction adds at the end goes over the same time again.
        samples = [at for at, value in entry.values if value.context == "Sample.Periodic"]
        assert samples == sorted(samples)
        assert all(entry.start <= at <= entry.stop for at, _ in entry.values)
        signed = [value.context for _, value in entry.values if value.format == "SignedData"]
        assert signed == ["Transaction.Begin", "Transaction.End"] and not bench.lacking
    check_order(bench)


def check_order(bench: Bench) -> None:
    """Start, then values, then stop, of each transaction."""
    books = Ledger()
    for message in bench.log:
        if isinstance(message, v16.StartTransactionRequest):
            books.start("CP1", message)
        elif isinstance(message, v16.MeterValuesRequest) and message.transaction_id is not None:
            transaction = books.find("CP1", message.transaction_id)
            assert transaction is not None and transaction.stop is None
        elif isinstance(message, v16.StopTransactionRequest):
            assert books.stop("CP1", message) is not None


def batches_of_the_evening() -> int:
    return spend_the_evening({}).batches


COUNT = batches_of_the_evening()


def test_the_evening_itself() -> None:
    bench = spend_the_evening({})
    check(bench)
    assert [(entry.evse, entry.id_tag, entry.reason) for entry in bench.ledger.transactions] == [
        (1, "TAG1", "Local"),
        (2, "TAG2", "Remote"),
        (1, "TAG3", "SoftReset"),
    ]
    assert not bench.ledger.repeats


@pytest.mark.parametrize("stored", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("batch", range(1, COUNT + 1))
def test_a_kill_at_each_write(batch: int, stored: bool) -> None:
    bench = spend_the_evening({batch: stored})
    check(bench)
    assert bench.ledger.repeats <= 1


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.integers(1, COUNT + 20), st.booleans(), min_size=2, max_size=6))
def test_several_kills(deaths: dict[int, bool]) -> None:
    check(spend_the_evening(deaths))


def test_a_restart_in_each_step_of_a_transaction_keeps_its_reason() -> None:
    """What was running stops with PowerLoss, what was stopping goes on for its own reason."""
    for slow, reason in ((False, "PowerLoss"), (True, "Remote")):
        bench = Bench()
        bench.charge()
        bench.meter_is_slow = slow
        if slow:
            bench.ask(v16.RemoteStopTransactionRequest(transaction_id=1))
        bench.meter_is_slow = False
        bench.restart()
        (entry,) = bench.ledger.transactions
        assert entry.reason == reason


@pytest.mark.parametrize("slow", [False, True], ids=["meter read before the end", "meter read at the next start"])
def test_a_program_that_ends_in_good_order_stops_for_Reboot_when_it_ends(slow: bool) -> None:
    """§7.36: a locally initiated reset/reboot occurred. Without a word before the end, it was a loss of power."""
    bench = Bench()
    bench.charge()
    bench.advance(60)
    bench.meter_is_slow = slow
    bench.station.program_ending(bench.now)
    bench.run()
    ended = bench.utc
    assert not bench.energy()
    bench.station.stop(bench.now)
    bench.run()
    bench.now += 3600
    bench.meter_is_slow = False
    bench.restart()
    (entry,) = bench.ledger.transactions
    assert (entry.reason, entry.stop, entry.energy_wh) == ("Reboot", ended, 120)


def test_a_program_that_is_killed_before_its_end_was_stored_stops_for_PowerLoss() -> None:
    bench = Bench()
    bench.charge()
    bench.store_works = False
    bench.station.program_ending(bench.now)
    bench.run()
    assert not bench.energy()
    bench.store_works = True
    bench.restart()
    (entry,) = bench.ledger.transactions
    assert entry.reason == "PowerLoss"


def test_a_stop_of_the_connection_is_no_end_of_the_program() -> None:
    """The station goes on charging: if it goes down then, nobody has told why."""
    bench = Bench()
    bench.charge()
    bench.station.stop(bench.now)
    bench.run()
    assert bench.energy()
    bench.restart()
    (entry,) = bench.ledger.transactions
    assert entry.reason == "PowerLoss"


@pytest.mark.parametrize("kind", ["Hard", "Soft"])
def test_a_reset_ends_the_program_and_keeps_its_reason(kind: str) -> None:
    """§5.14; also where the meter does not answer in time."""
    bench = Bench()
    bench.charge()
    bench.meter_is_slow = True
    bench.ask(v16.ResetRequest(type=v16.ResetType(kind)))
    bench.station.program_ending(bench.now)
    bench.run()
    bench.meter_is_slow = False
    bench.restart()
    (entry,) = bench.ledger.transactions
    assert entry.reason == f"{kind}Reset"
    told = [event.tech_info for event in bench.sent(v16.SecurityEventNotificationRequest)]
    assert "the program ends" not in told


def test_a_program_that_goes_on_after_all_charges_again() -> None:
    bench = Bench()
    bench.charge()
    for _ in range(2):
        bench.station.program_ending(bench.now)
        bench.run()
    for seconds in (30, 31):
        assert not bench.energy()
        bench.advance(seconds)
        bench.unplug()
        bench.plug()
        bench.swipe()
    assert bench.energy() and len(bench.ledger.transactions) == 2


def test_W17_offline_samples_survive_a_power_cycle() -> None:
    bench = Bench(config=CONFIG)
    bench.charge()
    bench.cut()
    bench.advance(301)
    bench.restart()
    bench.restore()
    bench.advance(1)
    (entry,) = bench.ledger.transactions
    assert len([value for _, value in entry.values if value.context == "Sample.Periodic"]) >= 5
    assert entry.reason == "PowerLoss"


def test_a_transaction_of_an_evse_that_is_no_longer_there() -> None:
    bench = Bench(evses=2)
    bench.charge(2)
    bench.advance(10)
    setup = bench.setup
    setup.evses = 1
    bench.restart()
    (entry,) = bench.ledger.transactions
    assert (entry.evse, entry.energy_wh, entry.reason) == (2, 0, "PowerLoss")


def test_old_boots_are_forgotten_when_nothing_waits() -> None:
    bench = Bench()
    for _ in range(5):
        bench.restart()
    assert list(bench.store["clock"]) == ["6"]


def test_a_thousand_boots_without_a_clock_cost_no_room_and_lose_no_time() -> None:
    """Only the boots in which a transaction began, was measured or stopped need to be known."""
    bench = Bench(boot=False, clock_known=False, config=CONFIG | {"PreBootTransactions": "true"})
    bench.setup.without = frozenset({"Security"})  # its log has an entry of each boot, until it rolls
    bench.store.clear()
    bench.reachable = False
    bench.restart()
    bench.charge()
    bench.advance(130)
    for _ in range(1000):
        bench.restart()
        bench.advance(60)
        assert len(bench.store["clock"]) <= 4
    bench.restore(4000)
    assert not bench.store["queue"]
    (entry,) = bench.ledger.transactions
    assert entry.stop is not None and entry.reason == "PowerLoss"
    ages = [(bench.utc - at).total_seconds() for at in (entry.start, entry.stop)]
    assert 1000 < ages[1] < ages[0] - 120  # a boot without a record lasts a second, as far as is known
    assert [at - entry.start for at, value in entry.values if value.context == "Sample.Periodic"][:2] == [
        timedelta(minutes=1),
        timedelta(minutes=2),
    ]


def test_W33_writes_of_a_transaction() -> None:
    """MicroOcpp rewrites ten files. Here: one batch for what each step changes."""
    bench = Bench(config={"MeterValueSampleInterval": "0"})
    bench.charge()
    bench.swipe("TAG1")
    bench.unplug()
    before = bench.station._gate._newest
    bench.charge()  # the start; its id
    bench.swipe("TAG1")  # the reason; the end; delivered
    bench.unplug()
    assert bench.station._gate._newest - before == 5


def test_W34_two_stations_share_nothing() -> None:
    """One charges, the other is as new."""
    one, other = Bench(), Bench()
    other.cards["tag1"] = v16.IdTagInfo(status=v16.AuthorizationStatus.Blocked)
    before = {table: dict(rows) for table, rows in other.store.items()}
    one.charge()
    one.advance(100)
    one.configure("ConnectionTimeOut", "17")
    assert {table: dict(rows) for table, rows in other.store.items()} == before
    other.plug()
    other.swipe("TAG1")
    assert one.energy() and not other.energy()
    one.swipe("TAG1")
    assert len(one.ledger.transactions) == 1 and not other.ledger.transactions
