"""Remote start, stop and unlock: where they go, and in which order things are said (1.6 §5.11, §5.12, §5.18)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ocppcore import v16
from ocppcore.station.evse import EvseError
from ocppcore.testing.bench import Bench

START, STOP, AUTHORIZE = v16.StartTransactionRequest, v16.StopTransactionRequest, v16.AuthorizeRequest


def remote_start(bench: Bench, connector: int | None = None, token: str = "TAG1") -> Any:
    return bench.ask(v16.RemoteStartTransactionRequest(connector_id=connector, id_tag=token)).status


def texts_of(bench: Bench) -> list[Any]:
    """What the station says from now on, as frames."""
    said: list[Any] = []
    assert bench._backend is not None
    bench._backend.tap = lambda way, text: said.append(json.loads(text)) if way == "in" else None
    return said


# Start


def test_without_a_connector_the_plugged_one_is_chosen() -> None:
    bench = Bench()
    bench.plug(2)
    assert remote_start(bench) == "Accepted"
    assert bench.sent(START)[0].connector_id == 2


def test_without_a_connector_and_a_cable_the_token_follows_the_cable() -> None:
    bench = Bench()
    assert remote_start(bench) == "Accepted"
    assert bench.status(1) == "Preparing"
    bench.plug(2)
    assert bench.sent(START)[0].connector_id == 2
    assert bench.status(1) == "Available"


def test_with_a_connector_it_does_not() -> None:
    bench = Bench()
    assert remote_start(bench, 1) == "Accepted"
    bench.plug(2)
    assert not bench.sent(START)
    bench.plug(1)
    assert bench.sent(START)[0].connector_id == 1


def test_without_a_free_connector_it_is_rejected() -> None:
    bench = Bench()
    bench.charge(1)
    bench.charge(2, "TAG2")
    assert remote_start(bench, token="TAG3") == "Rejected"


def test_a_faulted_connector() -> None:
    bench = Bench()
    bench.station.error(1, EvseError("GroundFailure"), bench.now)
    bench.run()
    assert remote_start(bench, 1) == "Rejected"
    assert remote_start(bench, None) == "Accepted", "there is another one"


def test_an_unavailable_connector() -> None:
    bench = Bench()
    bench.ask(v16.ChangeAvailabilityRequest(connector_id=1, type=v16.AvailabilityType.Inoperative))
    assert remote_start(bench, 1) == "Rejected"


def test_a_connector_that_waits_for_another_token() -> None:
    bench = Bench()
    bench.swipe("TAG1", evse=1)
    assert remote_start(bench, 1, "TAG2") == "Rejected"
    assert remote_start(bench, 1, "tag1") == "Accepted"
    bench.plug(1)
    assert len(bench.sent(START)) == 1


def test_again_after_a_remote_stop_without_unplugging() -> None:
    """F2, and what apps do every day."""
    bench = Bench()
    bench.charge()
    bench.ask(v16.RemoteStopTransactionRequest(transaction_id=1))
    assert bench.status() == "Finishing"
    assert remote_start(bench, 1) == "Accepted"
    assert len(bench.sent(START)) == 2
    assert bench.energy()


def test_a_refused_token_starts_nothing() -> None:
    bench = Bench(config={"AuthorizeRemoteTxRequests": "true"})
    bench.file("TAG1", "Blocked")
    bench.plug()
    assert remote_start(bench, 1) == "Accepted"
    assert len(bench.sent(AUTHORIZE)) == 1
    assert not bench.sent(START)


def test_one_decision_at_a_time() -> None:
    """A back end that never answers Authorize does not fill our queue."""
    bench = Bench(config={"AuthorizeRemoteTxRequests": "true"})
    bench.answers[AUTHORIZE] = lambda _: None
    assert [remote_start(bench, None, f"TAG{n}") for n in range(4)] == ["Accepted", "Rejected", "Rejected", "Rejected"]
    assert remote_start(bench, 2, "TAG8") == "Accepted"
    bench.advance(31)
    assert remote_start(bench, 1, "TAG9") == "Accepted"


def test_a_charging_profile_is_left_aside_without_smart_charging() -> None:
    """§5.11."""
    bench = Bench()
    bench.plug()
    profile = v16.ChargingProfile(
        charging_profile_id=1,
        stack_level=0,
        charging_profile_purpose=v16.ChargingProfilePurposeType.TxProfile,
        charging_profile_kind=v16.ChargingProfileKindType.Relative,
        charging_schedule=v16.ChargingSchedule(
            charging_rate_unit=v16.ChargingRateUnitType.A,
            charging_schedule_period=[v16.ChargingSchedulePeriod(start_period=0, limit=6.0)],
        ),
    )
    request = v16.RemoteStartTransactionRequest(connector_id=1, id_tag="TAG1", charging_profile=profile)
    assert bench.ask(request).status == "Accepted"
    assert len(bench.sent(START)) == 1


@pytest.mark.parametrize("authorize", ["true", "false"])
def test_the_answer_goes_before_what_follows_from_it(authorize: str) -> None:
    bench = Bench(config={"AuthorizeRemoteTxRequests": authorize})
    bench.plug()
    said = texts_of(bench)
    remote_start(bench, 1)
    assert said[0][0] == 3
    bench.ask(v16.RemoteStopTransactionRequest(transaction_id=1))
    stop = next(n for n, frame in enumerate(said) if frame[0] == 2 and frame[2] == "StopTransaction")
    assert [frame for frame in said[1:stop] if frame[0] == 3] == [[3, said[stop - 1][1], {"status": "Accepted"}]]


# Stop


def test_W9_an_id_that_is_not_learnt_yet_matches_nothing() -> None:
    """-1 must not end a transaction that has no id."""
    bench = Bench()
    bench.answers[START] = lambda _: None
    bench.charge()
    for id in (-1, 0):
        assert bench.ask(v16.RemoteStopTransactionRequest(transaction_id=id)).status == "Rejected"
    assert bench.energy()


def test_a_stop_twice() -> None:
    bench = Bench()
    bench.charge()
    bench.meter_is_slow = True
    answers = [bench.ask(v16.RemoteStopTransactionRequest(transaction_id=1)).status for _ in range(2)]
    assert answers == ["Accepted", "Rejected"]
    bench.quicken_meter()
    assert len(bench.sent(STOP)) == 1


def test_the_answer_to_the_start_counts_before_the_stop_behind_it() -> None:
    """Messages are taken in the order in which they come."""

    class Hasty(Bench):
        def _serve(self, backend: Any, event: Any) -> None:
            super()._serve(backend, event)
            if isinstance(event.request, START):
                backend.call(v16.RemoteStopTransactionRequest(transaction_id=1), self.now)

    bench = Hasty()
    bench.plug()
    bench.swipe("TAG1")
    assert [stop.reason for stop in bench.sent(STOP)] == ["Remote"]


# Unlock


def test_the_transaction_ends_before_the_lock_opens() -> None:
    bench = Bench()
    bench.charge()
    bench.meter_is_slow = True
    id = bench.tell(v16.UnlockConnectorRequest(connector_id=1))
    assert not bench.energy()
    assert bench.answer(id) is None
    bench.quicken_meter()
    assert bench.answer(id).status == "Unlocked"  # type: ignore[union-attr]
    assert [stop.reason for stop in bench.sent(STOP)] == ["UnlockCommand"]


def test_a_lock_that_does_not_answer_has_failed() -> None:
    bench = Bench()
    bench._carry_out = lambda _: None  # type: ignore[method-assign,assignment]
    id = bench.tell(v16.UnlockConnectorRequest(connector_id=1))
    bench.advance(9)
    assert bench.answer(id) is None
    bench.advance(2)
    assert bench.answer(id).status == "UnlockFailed"  # type: ignore[union-attr]


def test_the_answer_comes_before_a_back_end_gives_up() -> None:
    """Neither the meter nor the lock answers: still well within the 25 s of a handler."""
    bench = Bench()
    bench.charge()
    bench.meter_is_slow = True
    bench._carry_out = lambda _: None  # type: ignore[method-assign,assignment]
    id = bench.tell(v16.UnlockConnectorRequest(connector_id=1))
    bench.advance(20)
    assert bench.answer(id).status == "UnlockFailed"  # type: ignore[union-attr]


def test_two_unlocks_at_once_get_an_answer_each() -> None:
    bench = Bench()
    bench.charge()
    bench.meter_is_slow = True
    first = bench.tell(v16.UnlockConnectorRequest(connector_id=1))
    assert bench._backend is not None
    bench.quicken_meter()
    second = bench.tell(v16.UnlockConnectorRequest(connector_id=1))
    assert [bench.answer(id).status for id in (first, second)] == ["Unlocked"] * 2  # type: ignore[union-attr]
    assert len(bench.sent(STOP)) == 1


def test_the_link_goes_while_the_lock_works() -> None:
    bench = Bench()
    bench.charge()
    bench.meter_is_slow = True
    bench.tell(v16.UnlockConnectorRequest(connector_id=1))
    bench.cut()
    bench.quicken_meter()
    bench.restore()
    assert [stop.reason for stop in bench.sent(STOP)] == ["UnlockCommand"]


# Registration


def test_while_pending_start_and_stop_are_rejected() -> None:
    """§4.2, as laboratories want it."""
    bench = Bench(boot=False)
    bench.answers[v16.BootNotificationRequest] = lambda _: v16.BootNotificationResponse(
        status=v16.RegistrationStatus.Pending, current_time=bench.utc, interval=60
    )
    bench.boot()
    assert remote_start(bench, 1) == "Rejected"
    assert bench.ask(v16.RemoteStopTransactionRequest(transaction_id=1)).status == "Rejected"
