"""The certification cases about starting and stopping transactions, by id (Core profile of 1.6)."""

from __future__ import annotations

from ocppcore import v16
from ocppcore.station.evse import EvseError
from ocppcore.testing.bench import Bench

START, STOP = v16.StartTransactionRequest, v16.StopTransactionRequest
AUTHORIZE = v16.AuthorizeRequest


def only_stop(bench: Bench) -> v16.StopTransactionRequest:
    (stop,) = bench.sent(STOP)
    return stop


def test_TC_003_CS_plug_in_first() -> None:
    bench = Bench()
    bench.plug()
    assert bench.statuses(1) == ["Preparing"]
    bench.swipe("TAG1")
    assert [type(message) for message in bench.sent(AUTHORIZE, START)] == [AUTHORIZE, START]
    (start,) = bench.sent(START)
    assert (start.connector_id, start.id_tag, start.meter_start) == (1, "TAG1", 0)
    assert bench.statuses(1)[-1] == "Charging"
    assert bench.energy()


def test_TC_004_1_CS_identification_first() -> None:
    bench = Bench()
    bench.swipe("TAG1")
    assert bench.sent(AUTHORIZE)
    assert bench.statuses(1) == ["Preparing"]
    assert not bench.sent(START)
    bench.plug(1)
    assert len(bench.sent(START)) == 1
    assert bench.statuses(1)[-1] == "Charging"


def test_TC_004_2_CS_identification_first_and_no_cable() -> None:
    bench = Bench(config={"ConnectionTimeOut": "30"})
    bench.swipe("TAG1")
    bench.advance(29.9)
    assert bench.statuses(1) == ["Preparing"]
    bench.advance(0.1)
    assert bench.statuses(1) == ["Preparing", "Available"]
    bench.plug()
    assert not bench.sent(START)


def test_TC_068_CS_another_token_stops_nothing() -> None:
    bench = Bench()
    bench.charge()
    bench.take()
    bench.swipe("TAG2", evse=1)
    assert not bench.sent(STOP, AUTHORIZE)
    bench.swipe("TAG1", evse=1)
    assert only_stop(bench).id_tag == "TAG1"
    assert only_stop(bench).reason == "Local"
    assert not bench.sent(AUTHORIZE)
    assert bench.statuses(1) == ["Finishing"]


def test_TC_069_CS_a_token_of_the_same_group_stops() -> None:
    bench = Bench()
    bench.file("TAG1", parent="FAMILY")
    bench.file("TAG2", parent="FAMILY")
    bench.charge(token="TAG1")
    bench.take()
    bench.swipe("TAG2")
    assert [type(message) for message in bench.sent(AUTHORIZE, STOP)] == [AUTHORIZE, STOP]
    assert only_stop(bench).id_tag == "TAG2"
    assert bench.statuses(1) == ["Finishing"]


def test_TC_069_CS_the_group_may_be_learnt_from_the_start() -> None:
    """A remote start without Authorize: only StartTransaction.conf tells the group."""
    bench = Bench()
    bench.file("TAG1", parent="FAMILY")
    bench.file("TAG2", parent="family")
    bench.plug()
    bench.ask(v16.RemoteStartTransactionRequest(connector_id=1, id_tag="TAG1"))
    assert not bench.sent(AUTHORIZE)
    bench.swipe("TAG2", evse=1)
    assert only_stop(bench).id_tag == "TAG2"


def test_TC_005_1_CS_ev_gone_stops_and_unlocks() -> None:
    bench = Bench(config={"StopTransactionOnEVSideDisconnect": "true", "UnlockConnectorOnEVSideDisconnect": "true"})
    bench.charge()
    bench.take()
    bench.leave()
    assert only_stop(bench).reason == "EVDisconnected"
    (report,) = bench.sent(v16.StatusNotificationRequest)
    assert (report.status, report.info) == ("Finishing", "EV side disconnected")
    assert not bench.station.want(1).lock
    bench.unplug()
    assert bench.statuses(1) == ["Finishing", "Available"]


def test_TC_005_2_CS_ev_gone_stops_and_the_cable_stays_locked() -> None:
    bench = Bench(config={"StopTransactionOnEVSideDisconnect": "true", "UnlockConnectorOnEVSideDisconnect": "false"})
    bench.charge()
    bench.take()
    bench.leave()
    assert only_stop(bench).reason == "EVDisconnected"
    assert bench.statuses(1) == ["Finishing"]
    assert bench.station.want(1).lock
    answer = bench.ask(v16.UnlockConnectorRequest(connector_id=1))
    assert answer.status == "Unlocked"
    assert not bench.station.want(1).lock
    bench.unplug()
    assert bench.status() == "Available"


def test_TC_005_2_CS_a_card_unlocks_too_and_stops_nothing() -> None:
    bench = Bench(config={"UnlockConnectorOnEVSideDisconnect": "false"})
    bench.charge()
    bench.leave()
    bench.take()
    bench.swipe("TAG1")
    assert not bench.station.want(1).lock
    assert not bench.sent(STOP, START, AUTHORIZE)


def test_TC_005_3_CS_ev_gone_and_the_transaction_goes_on() -> None:
    bench = Bench(config={"StopTransactionOnEVSideDisconnect": "false", "UnlockConnectorOnEVSideDisconnect": "true"})
    bench.charge()
    bench.take()
    bench.leave()
    (report,) = bench.sent(v16.StatusNotificationRequest)
    assert (report.status, report.info) == ("SuspendedEV", "EV side disconnected")
    assert not bench.sent(STOP)
    assert bench.station.want(1).lock  # §4.10: whatever UnlockConnectorOnEVSideDisconnect says
    assert not bench.energy()
    bench.ask(v16.RemoteStopTransactionRequest(transaction_id=1))
    assert only_stop(bench).reason == "Remote"


def test_TC_015_CS_hard_reset_in_a_transaction() -> None:
    bench = Bench()
    bench.charge()
    bench.take()
    assert bench.ask(v16.ResetRequest(type=v16.ResetType.Hard)).status == "Accepted"
    assert only_stop(bench).reason == "HardReset"
    assert [reset.hard for reset in bench.resets] == [True]
    bench.restart()
    assert len(bench.sent(STOP)) == 1
    assert bench.sent(v16.BootNotificationRequest)


def test_TC_015_CS_the_reason_survives_a_reset_that_waits_for_nothing() -> None:
    """The meter does not answer, the hardware restarts: the reason is that of the reset."""
    bench = Bench()
    bench.charge()
    bench.meter_works = False
    bench.take()
    bench.ask(v16.ResetRequest(type=v16.ResetType.Hard))
    assert not bench.sent(STOP)
    bench.meter_works = True
    bench.restart()
    assert only_stop(bench).reason == "HardReset"


def test_TC_016_CS_soft_reset_in_a_transaction() -> None:
    bench = Bench()
    bench.charge()
    bench.charge(evse=2, token="TAG2")
    bench.take()
    bench.ask(v16.ResetRequest(type=v16.ResetType.Soft))
    assert [stop.reason for stop in bench.sent(STOP)] == ["SoftReset", "SoftReset"]
    assert [reset.hard for reset in bench.resets] == [False]
    assert not bench.store["queue"], "the stops are delivered before the restart"


def test_TC_024_CS_lock_failure() -> None:
    bench = Bench()
    bench.plug()
    bench.meter_works = False  # the begin reading takes its time, as a lock does
    bench.swipe("TAG1")
    bench.station.error(1, EvseError("ConnectorLockFailure"), bench.now)
    bench.meter_works = True
    bench.advance(30)
    reports = [r for r in bench.sent(v16.StatusNotificationRequest) if r.connector_id == 1]
    assert (reports[-1].status, reports[-1].error_code) == ("Faulted", "ConnectorLockFailure")
    assert not bench.sent(START)
    assert not bench.energy()


def test_TC_032_1_CS_power_failure_with_time_to_stop() -> None:
    bench = Bench()
    bench.charge()
    bench.advance(30)
    bench.take()
    bench.station.power_failing(bench.now)
    bench.run()
    assert (only_stop(bench).reason, only_stop(bench).meter_stop) == ("PowerLoss", 60)
    assert bench.statuses(1) == ["Finishing"]
    bench.restart()
    bench.plug()
    assert len(bench.sent(STOP)) == 1
    assert bench.status() in ("Preparing", "Finishing")


def test_TC_032_2_CS_power_failure_without_time() -> None:
    bench = Bench()
    bench.charge()
    bench.advance(90)
    bench.take()
    bench.restart()
    boot, *rest = bench.sent()
    assert isinstance(boot, v16.BootNotificationRequest)
    stop = only_stop(bench)
    assert (stop.reason, stop.meter_stop, stop.transaction_id) == ("PowerLoss", 180, 1)
    assert not bench.energy()
