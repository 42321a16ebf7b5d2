"""Reset (1.6 §5.14, E 3.36): what happens before it, how often it is tried, and what is told when it fails."""

from __future__ import annotations

import pytest

from ocppcore import v16
from ocppcore.errors import RpcError
from ocppcore.session.commands import Reset
from ocppcore.station import Capabilities
from ocppcore.station.blocks.provisioning.reset import DEADLINE, HARD_PATIENCE, RETRY, SOFT_PATIENCE
from ocppcore.testing.rig import Rig
from ocppcore.version import ErrorCode

HARD, SOFT = v16.ResetType.Hard, v16.ResetType.Soft


def booted(**config: str) -> Rig:
    rig = Rig(config=config)
    rig.boot()
    return rig


def ask(rig: Rig, kind: v16.ResetType) -> v16.ResetStatus:
    status: v16.ResetStatus = rig.ask(v16.ResetRequest(type=kind)).status
    return status


@pytest.mark.parametrize("kind", [HARD, SOFT])
def test_a_hardware_that_cannot_reset_rejects(kind: v16.ResetType) -> None:
    rig = Rig(capabilities=Capabilities(reset=False))
    rig.boot()
    assert ask(rig, kind) is v16.ResetStatus.Rejected
    rig.charge()
    assert rig.sent(v16.StartTransactionRequest) and not rig.resets


def test_the_answer_leaves_before_the_command() -> None:
    rig = booted()
    station = rig.station
    station.receive('[2,"1","Reset",{"type":"Soft"}]', rig.now)
    assert not [command for command in iter(station.next_command, None) if isinstance(command, Reset)]
    rig._store_batches()  # W 8: the security log knows of it
    assert next(iter(station.data_to_send())) == '[3,"1",{"status":"Accepted"}]'


@pytest.mark.parametrize(("kind", "patience"), [(HARD, HARD_PATIENCE), (SOFT, SOFT_PATIENCE)])
def test_a_stop_transaction_that_nobody_confirms_is_waited_for_and_then_queued(
    kind: v16.ResetType, patience: float
) -> None:
    """E 3.36."""
    rig = booted()
    rig.charge()
    rig.answers[v16.StopTransactionRequest] = lambda _: None
    ask(rig, kind)
    rig.advance(patience - 0.1)
    assert rig.take(v16.StopTransactionRequest) and not rig.resets
    rig.advance(0.1)
    assert len(rig.resets) == 1

    rig.answers[v16.StopTransactionRequest] = lambda _: v16.StopTransactionResponse()
    rig.restart()
    (stop,) = rig.sent(v16.StopTransactionRequest)
    assert stop.reason == f"{kind}Reset"


def test_offline_nothing_is_waited_for() -> None:
    rig = booted()
    rig.charge()
    rig.answers[v16.StopTransactionRequest] = lambda _: None
    ask(rig, SOFT)
    rig.cut()
    assert len(rig.resets) == 1


def test_a_queue_that_was_waiting_before_delays_no_longer_than_the_patience() -> None:
    rig = booted()
    rig.answers[v16.StartTransactionRequest] = lambda _: RpcError(ErrorCode.InternalError)
    rig.charge()
    ask(rig, SOFT)
    rig.advance(SOFT_PATIENCE)
    assert len(rig.resets) == 1


def test_no_transaction_begins_while_a_reset_is_under_way() -> None:
    rig = booted()
    rig.charge(1)
    rig.answers[v16.StopTransactionRequest] = lambda _: None
    ask(rig, SOFT)
    rig.take()
    rig.charge(2)
    assert not rig.sent(v16.StartTransactionRequest) and not rig.station.want(2).energy


def test_a_reset_waits_until_everything_is_stored() -> None:
    rig = booted()
    rig.charge()
    rig.store_works = False
    rig.tell(v16.ResetRequest(type=SOFT))
    rig.advance(7)
    assert not rig.resets
    rig.store_works = True
    rig.advance(5)
    assert len(rig.resets) == 1 and rig.now < 1000 + SOFT_PATIENCE
    assert [item.reason for item in rig.sent(v16.StopTransactionRequest)] == ["SoftReset"]


def test_a_hard_reset_overtakes_a_soft_one() -> None:
    rig = booted()
    rig.charge()
    rig.answers[v16.StopTransactionRequest] = lambda _: None
    ask(rig, SOFT)
    rig.advance(1)
    assert ask(rig, HARD) is v16.ResetStatus.Accepted
    rig.advance(HARD_PATIENCE)
    assert [reset.hard for reset in rig.resets] == [True]


def test_ResetRetries_and_then_ResetFailure() -> None:
    rig = booted(ResetRetries="2")
    ask(rig, SOFT)
    rig.take()
    for count in (1, 2, 3):
        assert len(rig.resets) == count
        rig.station.failed(rig.resets[-1].id, "busy", rig.now)
        rig.run()
        rig.advance(RETRY)
    assert len(rig.resets) == 3
    (report,) = rig.take(v16.StatusNotificationRequest)
    assert (report.connector_id, report.status) == (0, v16.ChargePointStatus.Available)
    assert (report.error_code, report.info) == (v16.ChargePointErrorCode.ResetFailure, "busy")

    rig.charge()
    assert rig.sent(v16.StartTransactionRequest), "the station is back in service"
    assert ask(rig, SOFT) is v16.ResetStatus.Accepted


def test_a_host_that_does_not_restart_has_failed() -> None:
    rig = booted(ResetRetries="1", HeartbeatInterval="0")
    ask(rig, HARD)
    rig.advance(DEADLINE + RETRY)
    assert len(rig.resets) == 2
    rig.advance(DEADLINE + RETRY)
    assert len(rig.resets) == 2
    assert [item.error_code for item in rig.sent(v16.StatusNotificationRequest)][-1] == "ResetFailure"


def test_ResetFailure_offline_is_told_after_the_reconnect() -> None:
    rig = booted(ResetRetries="0")
    ask(rig, SOFT)
    rig.cut()
    rig.station.failed(rig.resets[-1].id, "busy", rig.now)
    rig.take()
    rig.restore()
    assert [item.error_code for item in rig.sent(v16.StatusNotificationRequest)] == ["ResetFailure"]


def test_a_hard_reset_between_two_tries_of_a_soft_one_is_the_next_try() -> None:
    rig = booted()
    ask(rig, SOFT)
    rig.station.failed(rig.resets[-1].id, "busy", rig.now)
    rig.run()
    assert ask(rig, HARD) is v16.ResetStatus.Accepted
    rig.advance(RETRY)
    assert [reset.hard for reset in rig.resets] == [False, True]
