"""StatusNotification: what is reported, when, and in which order (1.6 §4.9, E 3.19, E 3.22)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ocppcore import v16
from ocppcore.errors import RpcError
from ocppcore.station.evse import EvseError
from ocppcore.testing.rig import BEGIN, Rig
from ocppcore.version import ErrorCode

Report = v16.StatusNotificationRequest
Code = v16.ChargePointErrorCode


def booted(**config: str) -> Rig:
    rig = Rig(config={"ConnectionTimeOut": "10000", **config})
    rig.boot()
    rig.take()
    return rig


def told(rig: Rig) -> list[tuple[int, str]]:
    return [(item.connector_id, str(item.status)) for item in rig.sent(Report)]


@pytest.mark.parametrize("evses", [1, 2, 5, 150])
def test_after_acceptance_0_and_every_connector_are_reported(evses: int) -> None:
    """E 3.22; however many there are."""
    rig = Rig(evses=evses)
    rig.boot()
    assert told(rig) == [(number, "Available") for number in range(evses + 1)]


def test_each_change_is_reported_with_its_time() -> None:
    rig = booted()
    rig.advance(10)
    rig.station.plug(2, rig.now)
    rig.advance(5)
    rig.station.unplug(2, rig.now)
    rig.run()
    assert [(item.connector_id, item.status, item.timestamp) for item in rig.sent(Report)] == [
        (2, "Preparing", BEGIN + timedelta(seconds=10)),
        (2, "Available", BEGIN + timedelta(seconds=15)),
    ]


def test_without_a_known_time_there_is_no_timestamp() -> None:
    rig = Rig(clock_known=False)
    rig.answers[v16.BootNotificationRequest] = lambda _: v16.BootNotificationResponse(
        status=v16.RegistrationStatus.Accepted, current_time=BEGIN.replace(year=1970), interval=60
    )
    rig.boot()
    assert [item.timestamp for item in rig.sent(Report)] == [None] * 3


def test_a_change_before_the_clock_was_known_is_told_with_its_time() -> None:
    rig = Rig(clock_known=False)
    rig.reachable = False
    rig.boot()
    rig.advance(5)
    rig.station.plug(1, rig.now)
    rig.advance(5)
    rig.restore()
    (report,) = [item for item in rig.sent(Report) if item.connector_id == 1]
    assert report.timestamp is not None
    assert abs(report.timestamp - BEGIN - timedelta(seconds=5)) <= timedelta(milliseconds=1)  # the back end told it so


def test_errors_and_warnings_are_told_in_full() -> None:
    rig = booted()
    rig.charge()
    rig.take()
    rig.station.error(1, EvseError("HighTemperature", False, "62 C", "com.example", "T1"), rig.now)
    rig.run()
    rig.station.error(1, EvseError("OverCurrentFailure"), rig.now)
    rig.run()
    rig.station.clear_error(1, "OverCurrentFailure", rig.now)
    rig.run()
    rig.station.clear_error(1, "HighTemperature", rig.now)
    rig.run()
    reports = rig.sent(Report)
    assert [(r.status, r.error_code, r.info, r.vendor_id, r.vendor_error_code) for r in reports] == [
        ("Charging", "HighTemperature", "62 C", "com.example", "T1"),
        ("Faulted", "OverCurrentFailure", None, None, None),
        ("Charging", "HighTemperature", "62 C", "com.example", "T1"),
        ("Charging", "NoError", None, None, None),
    ]


def test_an_error_that_the_standard_has_no_code_for() -> None:
    rig = booted()
    rig.station.error(1, EvseError("Pump" * 20, info="i" * 60, vendor_id="v" * 300), rig.now)
    rig.run()
    (report,) = rig.sent(Report)
    assert report.error_code is Code.OtherError
    assert (report.vendor_error_code, report.info, report.vendor_id) == (("Pump" * 20)[:50], "i" * 50, "v" * 255)


def test_what_no_message_can_carry_does_not_stop_the_reports() -> None:
    """An operating system that reads bytes as text leaves lone surrogates behind."""
    rig = booted()
    rig.station.error(1, EvseError("Pump\udc9f", info="\udc9f", vendor_id="\udc9f", vendor_code="\udc9f"), rig.now)
    rig.station.hardware_failed(2, "\udc9f", rig.now)
    rig.run()
    first, second = rig.take(Report)
    assert (first.error_code, first.info, first.vendor_id, first.vendor_error_code) == (Code.OtherError, "?", "?", "?")
    assert (second.status, second.info) == ("Faulted", "?")
    rig.station.hardware_recovered(2, rig.now)
    rig.run()
    assert told(rig) == [(2, "Available")]


def test_the_hardware_fails_and_recovers() -> None:
    rig = booted()
    rig.station.hardware_failed(1, "contactor stuck", rig.now)
    rig.run()
    rig.station.hardware_recovered(1, rig.now)
    rig.run()
    assert [(item.status, item.error_code, item.info) for item in rig.sent(Report)] == [
        ("Faulted", "InternalError", "contactor stuck"),
        ("Available", "NoError", None),
    ]


def test_a_status_that_is_asked_for_is_told_though_nothing_has_changed() -> None:
    rig = booted(MinimumStatusDuration="60")
    rig.station.ctx.availability.notify(1)
    rig.station.handle_timer(rig.now)  # the end of the step
    rig.run()
    assert told(rig) == [(1, "Available")]


# MinimumStatusDuration


def test_a_status_that_lasts_shorter_than_MinimumStatusDuration_is_not_reported() -> None:
    rig = booted(MinimumStatusDuration="10")
    rig.station.plug(1, rig.now)
    rig.advance(9)
    rig.station.unplug(1, rig.now)
    rig.advance(100)
    assert told(rig) == []


def test_a_status_that_lasts_is_reported_then_with_the_time_of_the_change() -> None:
    rig = booted(MinimumStatusDuration="10")
    rig.advance(100)
    rig.station.plug(1, rig.now)
    rig.advance(9.9)
    assert told(rig) == []
    rig.advance(0.1)
    (report,) = rig.sent(Report)
    assert (report.status, report.timestamp) == ("Preparing", BEGIN + timedelta(seconds=100))


def test_the_statuses_that_follow_one_another_fast_are_reported_by_the_last() -> None:
    rig = booted(MinimumStatusDuration="10")
    rig.charge()
    rig.advance(20)
    assert told(rig) == [(1, "Charging")]


def test_a_warning_of_a_status_that_has_lasted_is_reported_at_once() -> None:
    rig = booted(MinimumStatusDuration="10")
    rig.advance(60)
    rig.station.error(1, EvseError("WeakSignal", faulted=False), rig.now)
    rig.run()
    assert [item.error_code for item in rig.sent(Report)] == ["WeakSignal"]


# Offline


def test_W16_after_an_offline_spell_only_the_present_status_is_told() -> None:
    rig = booted()
    rig.cut()
    for _ in range(3):
        rig.station.plug(1, rig.now)
        rig.advance(20)
        rig.station.unplug(1, rig.now)
        rig.advance(20)
    rig.station.plug(1, rig.now)
    rig.restore()
    assert told(rig) == [(1, "Preparing")]


def test_what_is_as_the_back_end_knows_it_is_not_told_again() -> None:
    rig = booted()
    rig.cut()
    rig.station.plug(1, rig.now)
    rig.advance(20)
    rig.station.unplug(1, rig.now)
    rig.restore()
    assert told(rig) == []


def test_reports_after_an_offline_spell_come_in_the_order_of_the_changes() -> None:
    """§4.9, rule 4."""
    rig = booted()
    rig.cut()
    rig.station.plug(2, rig.now)
    rig.advance(1)
    rig.station.plug(1, rig.now)
    rig.advance(1)
    rig.station.error(0, EvseError("WeakSignal", faulted=False), rig.now)
    rig.restore()
    assert [number for number, _ in told(rig)] == [2, 1, 0]
    times = [item.timestamp for item in rig.sent(Report)]
    assert times == sorted(times)


def test_a_report_that_was_lost_with_the_link_is_told_on_the_next() -> None:
    rig = booted()
    accept = rig.answers[Report]
    rig.answers[Report] = lambda _: None
    rig.station.plug(1, rig.now)
    rig.station.plug(2, rig.now)
    rig.run()
    rig.cut()
    rig.take()
    rig.answers[Report] = accept
    rig.restore()
    assert told(rig) == [(1, "Preparing"), (2, "Preparing")]


def test_a_back_end_that_does_not_answer_is_told_again_after_the_reconnect_only() -> None:
    rig = booted()
    accept = rig.answers[Report]
    rig.answers[Report] = lambda _: None
    rig.station.plug(1, rig.now)
    rig.advance(100)
    assert told(rig) == [(1, "Preparing")]
    rig.answers[Report] = accept
    rig.cut()
    rig.restore()
    assert told(rig) == [(1, "Preparing")] * 2


@pytest.mark.parametrize("seconds", [29, 31, 100])
def test_a_report_that_a_failing_store_held_back_is_told_when_it_works_again(seconds: float) -> None:
    """It never left, whatever has become of its call; the link is up all the time."""
    rig = booted()
    rig.store_works = False
    rig.tell(v16.ChangeAvailabilityRequest(connector_id=1, type=v16.AvailabilityType.Inoperative))
    rig.advance(seconds)
    assert told(rig) == []
    rig.store_works = True
    rig.advance(40)
    assert told(rig) == [(1, "Unavailable")]


def test_a_back_end_that_refuses_a_report_is_not_told_again() -> None:
    rig = booted()
    rig.answers[Report] = lambda _: RpcError(ErrorCode.InternalError)
    rig.station.plug(1, rig.now)
    rig.advance(30)
    rig.cut()
    rig.restore()
    assert told(rig) == [(1, "Preparing")]


def test_a_flood_of_changes_behind_a_silent_back_end_is_bounded() -> None:
    rig = booted()
    accept = rig.answers[Report]
    rig.answers[Report] = lambda _: None
    for _ in range(1500):
        rig.station.plug(1, rig.now)
        rig.station.unplug(1, rig.now)
    rig.station.plug(2, rig.now)
    rig.run()
    rig.take()
    rig.answers[Report] = accept
    rig.advance(31)
    assert len(told(rig)) < 1100
    assert told(rig)[-2:] == [(1, "Available"), (2, "Preparing")]
