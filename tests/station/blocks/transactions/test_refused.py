"""The back end refuses the token after the start: what stops, goes on, stays locked (E 3.5, E 3.17, §9.1.14)."""

from __future__ import annotations

import pytest

from ocppcore import v16
from ocppcore.testing.bench import Bench

START, STOP, AUTHORIZE = v16.StartTransactionRequest, v16.StopTransactionRequest, v16.AuthorizeRequest
GO_ON = {"StopTransactionOnInvalidId": "false", "MeterValueSampleInterval": "0"}


def refused(status: str = "Invalid", parent: str | None = None, **config: str) -> Bench:
    """TAG1 begins by remote start, without an Authorize, and StartTransaction.conf says no."""
    bench = Bench(config=config)
    bench.file("TAG1", status, parent)
    bench.plug()
    bench.ask(v16.RemoteStartTransactionRequest(connector_id=1, id_tag="TAG1"))
    return bench


@pytest.mark.parametrize("status", ["Invalid", "Blocked", "Expired", "ConcurrentTx"])
def test_the_transaction_stops(status: str) -> None:
    bench = refused(status)
    (stop,) = bench.sent(STOP)
    assert (stop.reason, stop.transaction_id) == ("DeAuthorized", 1)
    assert not bench.energy()
    assert bench.status() == "Finishing"


def test_the_cable_stays_locked_until_the_token_comes() -> None:
    bench = refused()
    assert bench.station.want(1).lock
    bench.take()
    bench.swipe("TAG2", evse=1)
    assert bench.station.want(1).lock
    assert not bench.sent(START, AUTHORIZE)
    bench.swipe("tag1", evse=1)
    assert not bench.station.want(1).lock
    assert not bench.sent(START, STOP, AUTHORIZE)
    bench.unplug()
    assert bench.status() == "Available"


def test_or_one_of_its_group() -> None:
    """E 3.5."""
    bench = refused("Blocked", "FAMILY")
    bench.file("TAG2", parent="FAMILY")
    bench.file("TAG3", parent="OTHER")
    bench.swipe("TAG3", evse=1)
    assert bench.station.want(1).lock
    bench.take()
    bench.swipe("TAG2", evse=1)
    assert len(bench.sent(AUTHORIZE)) == 1
    assert not bench.station.want(1).lock
    assert not bench.sent(START)


def test_no_transaction_begins_at_a_held_cable() -> None:
    bench = refused()
    assert bench.ask(v16.RemoteStartTransactionRequest(connector_id=1, id_tag="TAG9")).status == "Rejected"


def test_a_held_cable_that_is_gone_holds_nothing() -> None:
    bench = refused()
    bench.unplug()
    bench.charge(token="TAG2")


def test_unlock_connector_releases_a_held_cable() -> None:
    bench = refused()
    assert bench.ask(v16.UnlockConnectorRequest(connector_id=1)).status == "Unlocked"
    assert not bench.station.want(1).lock


def test_a_lock_that_sticks_goes_on_holding() -> None:
    bench = refused()
    bench.unlocks = False
    assert bench.ask(v16.UnlockConnectorRequest(connector_id=1)).status == "UnlockFailed"
    assert bench.station.want(1).lock


def test_energy_alone_stops() -> None:
    bench = refused(**GO_ON)
    assert not bench.energy()
    assert bench.status() == "SuspendedEVSE"
    bench.advance(300)
    assert not bench.sent(STOP)
    bench.swipe("TAG1")
    (stop,) = bench.sent(STOP)
    assert (stop.reason, stop.id_tag) == ("Local", "TAG1")
    assert not bench.station.want(1).lock


def test_energy_to_drive_away() -> None:
    """MaxEnergyOnInvalidId: so many Wh in all, as far as looks every 5 s can tell (2 Wh a second)."""
    bench = refused(**GO_ON, MaxEnergyOnInvalidId="100")
    assert bench.energy()
    bench.advance(49)
    assert bench.energy()
    bench.advance(6)
    assert not bench.energy()
    bench.advance(300)
    assert not bench.energy()
    assert 100 <= bench.meters[1] <= 110
    assert bench.status() == "SuspendedEVSE"
    assert not bench.sent(STOP)


def test_energy_that_has_flowed_already_counts() -> None:
    """An offline start whose token turns out invalid after 200 Wh: there is nothing left of 100."""
    bench = Bench(config={**GO_ON, "MaxEnergyOnInvalidId": "100", "AllowOfflineTxForUnknownId": "true"})
    bench.file("TAG1", "Invalid")
    bench.cut()
    bench.charge()
    bench.advance(100)
    bench.restore()
    assert not bench.energy()
    assert bench.energy() is False and bench.status() == "SuspendedEVSE"


def test_the_meter_is_looked_at_no_longer_than_the_transaction_runs() -> None:
    bench = refused(**GO_ON, MaxEnergyOnInvalidId="1000")
    bench.advance(10)
    bench.swipe("TAG1")
    bench.unplug()
    bench.advance(10)
    assert ("allowance", "000001-000001") not in bench.station.ctx.timers


def test_a_transaction_that_is_over_is_not_stopped_again() -> None:
    bench = Bench(config={"AllowOfflineTxForUnknownId": "true"})
    bench.file("TAG1", "Invalid")
    bench.cut()
    bench.charge()
    bench.swipe("TAG1")
    bench.unplug()
    bench.restore()
    (stop,) = bench.sent(STOP)
    assert stop.reason == "Local"
    assert bench.status() == "Available"


def test_the_cache_has_learnt_it() -> None:
    bench = refused("Blocked", LocalPreAuthorize="true")
    bench.swipe("TAG1")
    bench.unplug()
    bench.cut()
    bench.plug()
    bench.swipe("TAG1")
    assert not bench.energy()
