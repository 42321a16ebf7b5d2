"""Begin and end of transactions: readings, reasons, and energy only where it is allowed (1.6 §4.8 to §4.10, §7.36)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from ocppcore import v16
from ocppcore.errors import RpcError
from ocppcore.hardware import EvState
from ocppcore.station import Capabilities
from ocppcore.station.events import TransactionChanged
from ocppcore.station.evse import EvseError
from ocppcore.testing.bench import Bench
from ocppcore.testing.rig import MEASURANDS
from ocppcore.version import ErrorCode

START, STOP = v16.StartTransactionRequest, v16.StopTransactionRequest


def told(bench: Bench) -> list[tuple[str, int | None, str | None]]:
    return [(event.what, event.id, event.reason) for event in bench.events if isinstance(event, TransactionChanged)]


# Begin


def test_energy_waits_for_the_batch_that_stores_the_transaction() -> None:
    bench = Bench()
    bench.plug()
    bench.store_works = False
    bench.swipe("TAG1")
    assert not bench.energy()
    assert not bench.sent(START)
    bench.store_works = True
    bench.advance(5)
    assert bench.energy()
    assert len(bench.sent(START)) == 1


def test_transaction_message_and_energy_are_one_batch() -> None:
    """What is stored when energy begins is enough to book it."""
    bench = Bench()
    seen: list[tuple[bool, bool, bool]] = []
    original = bench._store_batches

    def watch() -> bool:
        moved = original()
        seen.append((bool(bench.store.get("transactions")), bool(bench.store.get("queue")), bench.energy()))
        return moved

    bench._store_batches = watch  # type: ignore[method-assign]
    bench.answers[START] = lambda _: None
    bench.charge()
    assert (True, True, True) in seen
    assert set(seen) <= {(False, False, False), (True, True, True)}


def test_meter_start_and_stop_are_whole_wh_rounded_down() -> None:
    bench = Bench(power_w=0)
    bench.meters[1] = 1000.999
    bench.charge()
    bench.meters[1] = 2000.1
    bench.swipe("TAG1")
    assert [bench.sent(START)[0].meter_start, bench.sent(STOP)[0].meter_stop] == [1000, 2000]


@pytest.mark.parametrize("wh", [-5.5, 0.0, 3e9])
def test_any_register_will_do(wh: float) -> None:
    bench = Bench(power_w=0)
    bench.meters[1] = wh
    bench.charge()
    bench.swipe("TAG1")
    assert bench.sent(STOP)[0].meter_stop == bench.sent(START)[0].meter_start == wh // 1


def test_a_meter_that_does_not_answer_delays_the_start() -> None:
    bench = Bench()
    bench.plug()
    bench.meter_works = False
    bench.swipe("TAG1")
    assert not bench.energy()
    bench.advance(10)
    assert bench.energy()
    assert len(bench.sent(START)) == 1


@pytest.mark.parametrize("how", ["unplug", "leave", "stop", "swipe", "fault", "emergency", "reset", "unlock"])
def test_what_happens_before_the_begin_reading_prevents_the_transaction(how: str) -> None:
    bench = Bench()
    bench.plug()
    bench.meter_works = False
    bench.swipe("TAG1", evse=1)
    assert bench.station.want(1).lock
    if how == "unplug":
        bench.unplug()
    elif how == "leave":
        bench.leave()
    elif how == "stop":
        bench.press_stop()
    elif how == "swipe":
        bench.swipe("TAG1", evse=1)
    elif how == "fault":
        bench.station.error(1, EvseError("ConnectorLockFailure"), bench.now)
    elif how == "emergency":
        bench.station.emergency_stop(True, bench.now)
    elif how == "reset":
        bench.ask(v16.ResetRequest(type=v16.ResetType.Soft))
    else:
        assert bench.ask(v16.UnlockConnectorRequest(connector_id=1)).status == "Unlocked"
    bench.run()
    bench.meter_works = True
    bench.advance(30)
    assert not bench.sent(START, STOP)
    assert not bench.energy()
    assert not bench.store.get("transactions")


def test_a_start_that_was_prevented_may_be_tried_again() -> None:
    bench = Bench()
    bench.plug()
    bench.meter_works = False
    bench.swipe("TAG1")
    bench.station.error(1, EvseError("ConnectorLockFailure"), bench.now)
    bench.run()
    bench.station.clear_error(1, "ConnectorLockFailure", bench.now)
    bench.meter_works = True
    bench.swipe("TAG1")
    assert len(bench.sent(START)) == 1


def test_the_id_may_be_any_number() -> None:
    """E 3.54: 0 and negative ones mean nothing special."""
    for id in (0, -1, -7, 2**40):
        bench = Bench()
        bench._transaction_ids = id - 1
        bench.charge()
        assert bench.ask(v16.RemoteStopTransactionRequest(transaction_id=id)).status == "Accepted"
        assert bench.sent(STOP)[0].transaction_id == id


def test_one_id_for_two_connectors_confuses_nobody() -> None:
    """Back ends use ids again."""
    bench = Bench()
    bench.charge(1, "TAG1")
    bench.swipe("TAG1")
    bench._transaction_ids = 0
    bench.charge(2, "TAG2")
    assert bench.ask(v16.RemoteStopTransactionRequest(transaction_id=1)).status == "Accepted"
    assert not bench.energy(2)
    assert [stop.reason for stop in bench.sent(STOP)] == ["Local", "Remote"]
    assert bench.ask(v16.RemoteStopTransactionRequest(transaction_id=1)).status == "Rejected"


def test_of_two_running_ones_with_the_same_id_the_newest_is_meant() -> None:
    bench = Bench()
    bench.charge(1, "TAG1")
    bench._transaction_ids = 0
    bench.charge(2, "TAG2")
    bench.ask(v16.RemoteStopTransactionRequest(transaction_id=1))
    assert (bench.energy(1), bench.energy(2)) == (True, False)
    bench.ask(v16.RemoteStopTransactionRequest(transaction_id=1))
    assert not bench.energy(1)


def test_the_host_hears_of_each_stage() -> None:
    bench = Bench()
    bench.charge()
    bench.swipe("TAG1")
    assert told(bench) == [
        ("started", None, None),
        ("identified", 1, None),
        ("stopped", 1, "Local"),
        ("finished", 1, "Local"),
    ]


# Stop


def stop_button(bench: Bench) -> None:
    bench.press_stop()


def emergency(bench: Bench) -> None:
    bench.station.emergency_stop(True, bench.now)
    bench.run()


def power(bench: Bench) -> None:
    bench.station.power_failing(bench.now)
    bench.run()


def program(bench: Bench) -> None:
    bench.station.program_ending(bench.now)
    bench.run()


def unplug(bench: Bench) -> None:
    bench.unplug()


def leave(bench: Bench) -> None:
    bench.leave()


def remote(bench: Bench) -> None:
    bench.ask(v16.RemoteStopTransactionRequest(transaction_id=1))


def unlock(bench: Bench) -> None:
    bench.ask(v16.UnlockConnectorRequest(connector_id=1))


def soft(bench: Bench) -> None:
    bench.ask(v16.ResetRequest(type=v16.ResetType.Soft))


def hard(bench: Bench) -> None:
    bench.ask(v16.ResetRequest(type=v16.ResetType.Hard))


def restart(bench: Bench) -> None:
    bench.restart()


REASONS = [
    (stop_button, "Local"),
    (emergency, "EmergencyStop"),
    (power, "PowerLoss"),
    (program, "Reboot"),
    (unplug, "EVDisconnected"),
    (leave, "EVDisconnected"),
    (remote, "Remote"),
    (unlock, "UnlockCommand"),
    (soft, "SoftReset"),
    (hard, "HardReset"),
    (restart, "PowerLoss"),
]


@pytest.mark.parametrize(("act", "reason"), REASONS, ids=[act.__name__ for act, _ in REASONS])
@pytest.mark.parametrize(("then", "_"), REASONS, ids=[act.__name__ for act, _ in REASONS])
def test_each_reason_and_the_first_one_counts(act: Any, reason: str, then: Any, _: str) -> None:
    """Energy is off with the step; a second reason changes nothing and sends nothing."""
    bench = Bench()
    bench.charge()
    bench.advance(10)
    bench.meter_is_slow = act is not restart  # the second one comes while the end reading is awaited
    if act in (unlock, soft, hard):
        bench.tell(_request(act))
    else:
        act(bench)
    assert not bench.energy()
    if then in (remote, unlock, soft, hard):
        bench.tell(_request(then))
    else:
        then(bench)
    bench.quicken_meter()
    bench.advance(60)
    (stop,) = bench.sent(STOP)
    assert (stop.reason, stop.id_tag, stop.transaction_id, stop.meter_stop) == (reason, None, 1, 20)
    assert not bench.store["transactions"] and not bench.store["queue"]


def _request(act: Any) -> Any:
    return {
        remote: v16.RemoteStopTransactionRequest(transaction_id=1),
        unlock: v16.UnlockConnectorRequest(connector_id=1),
        soft: v16.ResetRequest(type=v16.ResetType.Soft),
        hard: v16.ResetRequest(type=v16.ResetType.Hard),
    }[act]


def test_energy_off_waits_for_nothing() -> None:
    """Not for the store, not for the meter, not for the link."""
    bench = Bench()
    bench.charge()
    bench.cut()
    bench.store_works = False
    bench.meter_works = False
    bench.press_stop()
    assert not bench.energy()


def test_a_fault_interrupts_the_energy_and_not_the_transaction() -> None:
    """C9, I3: the status returns to what it was."""
    bench = Bench()
    bench.charge()
    bench.station.error(1, EvseError("HighTemperature"), bench.now)
    bench.run()
    assert (bench.energy(), bench.status()) == (False, "Faulted")
    bench.station.clear_error(1, "HighTemperature", bench.now)
    bench.run()
    assert (bench.energy(), bench.status()) == (True, "Charging")
    assert not bench.sent(STOP)


def test_a_fault_of_the_station_interrupts_all() -> None:
    bench = Bench()
    bench.charge(1)
    bench.charge(2, "TAG2")
    bench.station.error(0, EvseError("InternalError"), bench.now)
    bench.run()
    assert (bench.energy(1), bench.energy(2)) == (False, False)


def test_a_faulted_transaction_can_be_stopped() -> None:
    bench = Bench()
    bench.charge()
    bench.station.error(1, EvseError("HighTemperature"), bench.now)
    bench.run()
    bench.swipe("TAG1", evse=1)
    assert [stop.reason for stop in bench.sent(STOP)] == ["Local"]


def test_emergency_stop_holds_until_it_is_released() -> None:
    bench = Bench()
    bench.charge(1)
    bench.charge(2, "TAG2")
    emergency(bench)
    assert [stop.reason for stop in bench.sent(STOP)] == ["EmergencyStop"] * 2
    bench.unplug(1)
    bench.plug(1)
    bench.swipe("TAG1", evse=1)
    assert not bench.energy(1)
    bench.station.emergency_stop(False, bench.now)
    bench.run()
    bench.swipe("TAG1", evse=1)
    assert bench.energy(1)


def test_power_that_did_not_fail_after_all() -> None:
    bench = Bench()
    power(bench)
    bench.plug()
    bench.swipe("TAG1", evse=1)
    assert not bench.energy()
    bench.advance(60)
    bench.swipe("TAG1", evse=1)
    assert bench.energy()


def test_no_new_transaction_while_a_reset_is_under_way() -> None:
    bench = Bench()
    bench.swipe("TAG1")
    bench.ask(v16.ResetRequest(type=v16.ResetType.Soft))
    bench.plug()
    assert not bench.sent(START)
    assert bench.ask(v16.RemoteStartTransactionRequest(connector_id=1, id_tag="TAG1")).status == "Rejected"


def test_a_reset_that_failed_lets_transactions_begin_again() -> None:
    bench = Bench(config={"ResetRetries": "0"})
    bench.ask(v16.ResetRequest(type=v16.ResetType.Soft))
    (reset,) = bench.resets
    bench.station.failed(reset.id, "stuck", bench.now)
    bench.run()
    bench.charge()
    assert len(bench.sent(START)) == 1


# The EV at its end of the cable (§4.10)


def test_the_ev_comes_back_and_the_transaction_goes_on() -> None:
    bench = Bench(config={"StopTransactionOnEVSideDisconnect": "false"})
    bench.charge()
    for _ in range(2):
        bench.leave()
        assert (bench.energy(), bench.status()) == (False, "SuspendedEV")
        bench.station.ev_state(1, EvState.Charging, bench.now)
        bench.run()
        assert (bench.energy(), bench.status()) == (True, "Charging")
    bench.unplug()
    assert not bench.energy()
    bench.plug()
    assert bench.energy()
    bench.swipe("TAG1")
    assert [stop.reason for stop in bench.sent(STOP)] == ["Local"]


def test_no_energy_without_a_cable_whatever_the_pilot_says() -> None:
    bench = Bench(config={"StopTransactionOnEVSideDisconnect": "false"})
    bench.charge()
    bench.unplug(1)
    bench.station.ev_state(1, EvState.Charging, bench.now)
    bench.run()
    assert bench.status() == "SuspendedEV" and not bench.energy()
    bench.plug(1)
    assert bench.status() == "Charging" and bench.energy()


def test_a_fixed_cable_is_never_held() -> None:
    fixed = Capabilities(reset=True, measurands=MEASURANDS)
    bench = Bench(capabilities=fixed)
    bench.charge()
    bench.leave()
    assert not bench.station.want(1).lock
    bench.unplug()
    bench.charge(token="TAG2")


def test_the_cable_is_unlocked_at_the_end() -> None:
    """§4.10: as part of the normal end of a transaction."""
    bench = Bench()
    assert not bench.station.want(1).lock
    bench.charge()
    assert bench.station.want(1).lock
    bench.swipe("TAG1")
    assert not bench.station.want(1).lock


def test_a_clock_that_was_set_back_makes_no_negative_duration() -> None:
    """What was stamped stays; the stop is not before the start."""
    bench = Bench()
    bench.advance(10)
    bench.charge()
    bench.station.set_utc(bench.utc - timedelta(hours=1), bench.now)
    bench.advance(60)
    bench.swipe("TAG1")
    assert bench.sent(STOP)[0].timestamp == bench.sent(START)[0].timestamp


def test_a_whole_transaction_before_the_clock_is_known() -> None:
    """Accepted in an earlier life, offline now, no clock: the stamps get their time later."""
    bench = Bench(config={"AllowOfflineTxForUnknownId": "true", "MeterValueSampleInterval": "0"})
    bench.clock_known = False
    bench.reachable = False
    bench.restart()
    bench.advance(100)
    bench.charge()
    began = bench.utc
    bench.advance(50)
    bench.swipe("TAG1")
    bench.take()
    bench.restore()
    (start,), (stop,) = bench.sent(START), bench.sent(STOP)
    assert abs(start.timestamp - began) < timedelta(seconds=1)
    assert stop.timestamp - start.timestamp == timedelta(seconds=50)


def test_a_transaction_of_a_life_that_never_knew_the_time() -> None:
    bench = Bench(config={"AllowOfflineTxForUnknownId": "true", "MeterValueSampleInterval": "0"})
    bench.clock_known = False
    bench.reachable = False
    bench.restart()
    bench.advance(100)
    bench.charge()
    bench.advance(50)
    bench.swipe("TAG1")
    bench.restart()
    bench.advance(7)
    bench.take()
    bench.restore()
    (start,), (stop,) = bench.sent(START), bench.sent(STOP)
    assert stop.timestamp - start.timestamp == timedelta(seconds=50)
    assert stop.timestamp < bench.utc


def test_meter_values_of_a_life_that_never_knew_the_time_are_not_behind_the_stop() -> None:
    """§3.7: what a later life tells, the stop by PowerLoss, is later than all that was stamped before."""
    bench = Bench(config={"AllowOfflineTxForUnknownId": "true", "MeterValueSampleInterval": "30"})
    bench.clock_known = False
    bench.reachable = False
    bench.restart()
    bench.charge()
    bench.advance(100)
    bench.restart()
    bench.take()
    bench.restore()
    (start,), (stop,) = bench.sent(START), bench.sent(STOP)
    samples = [message.meter_value[0].timestamp for message in bench.sent(v16.MeterValuesRequest)]
    assert [(at - start.timestamp).total_seconds() for at in samples] == [30, 60, 90]
    assert samples[-1] < stop.timestamp < bench.utc


def test_the_back_end_fails_to_answer_the_stop() -> None:
    bench = Bench(config={"TransactionMessageAttempts": "2", "TransactionMessageRetryInterval": "10"})
    bench.answers[STOP] = lambda _: RpcError(ErrorCode.InternalError)
    bench.charge()
    bench.swipe("TAG1")
    bench.advance(60)
    assert len(bench.sent(STOP)) == 2
    assert not bench.store["transactions"]
    assert told(bench)[-1][0] == "finished"


def test_a_cable_that_comes_before_the_end_reading_is_the_next_users() -> None:
    """It has not had its turn (E 3.20), so it waits for a token."""
    bench = Bench()
    bench.charge(1)
    bench.meter_is_slow = True
    bench.swipe("TAG1", 1)
    bench.unplug(1)
    bench.plug(1)
    bench.quicken_meter()
    assert bench.status(1) == "Preparing"
    bench.swipe("TAG2")
    assert bench.energy(1)


def test_the_cable_of_a_transaction_that_a_power_cut_ended_has_had_its_turn() -> None:
    bench = Bench()
    bench.charge(1)
    bench.meter_is_slow = True
    bench.restart()
    bench.plug(1)
    bench.quicken_meter()
    assert bench.status(1) == "Finishing"
