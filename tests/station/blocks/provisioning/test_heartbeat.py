"""Heartbeats (1.6 §4.6) and the clock that they set."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocppcore import v16
from ocppcore.session.commands import SetClock
from ocppcore.station.blocks.provisioning.clock import EARLIEST, FAR, LATEST, ClockJudge
from ocppcore.station.events import ClockAdjusted, ClockRefused
from ocppcore.testing.rig import Rig

DAY = 86_400


def beats(rig: Rig) -> list[float]:
    """When Heartbeats were sent, in seconds after the boot."""
    return [when - 1000 for when in rig.when(v16.HeartbeatRequest)]


def booted(interval: int, **config: str) -> Rig:
    rig = Rig(config=config)
    rig.answer_boot(v16.RegistrationStatus.Accepted, interval)
    rig.boot()
    return rig


def test_heartbeats_come_every_interval_whatever_else_is_sent() -> None:
    rig = booted(100)
    rig.advance(50)
    rig.station.plug(1, rig.now)
    rig.advance(350)
    assert beats(rig) == [100, 200, 300, 400]


def test_the_interval_of_the_acceptance_is_kept() -> None:
    rig = booted(100)
    assert rig.get_key("HeartbeatInterval") == "100"
    rig.answer_boot(v16.RegistrationStatus.Accepted, 0)
    rig.restart()
    assert rig.get_key("HeartbeatInterval") == "100"


@pytest.mark.parametrize("interval", [0, -1, 2**31])
def test_an_interval_without_meaning_leaves_the_key_alone(interval: int) -> None:
    rig = booted(interval, HeartbeatInterval="70")
    rig.advance(140)
    assert beats(rig) == [70, 140]


def test_a_changed_key_restarts_the_period() -> None:
    rig = booted(100)
    rig.advance(90)
    assert rig.set_key("HeartbeatInterval", "30") == "Accepted"
    rig.advance(60)
    assert beats(rig) == [120, 150]


def test_W5_HeartbeatInterval_0_is_no_flood_but_one_a_day() -> None:
    rig = booted(100)
    assert rig.set_key("HeartbeatInterval", "0") == "Accepted"
    rig.advance(2.5 * DAY)
    assert beats(rig) == [DAY, 2 * DAY]


def test_a_period_of_more_than_a_day_is_a_day() -> None:
    """1.6 §4.6 advises one a day, for the clock."""
    rig = booted(10 * DAY)
    rig.advance(2 * DAY)
    assert beats(rig) == [DAY, 2 * DAY]


def test_no_heartbeat_without_a_link_and_a_new_period_after_it() -> None:
    rig = booted(100)
    rig.cut()
    rig.advance(250)
    rig.restore()
    back = rig.now - 1000
    assert beats(rig) == []
    rig.advance(100)
    assert beats(rig) == [back + 100]


def test_heartbeats_do_not_pile_up_behind_a_slow_answer() -> None:
    rig = booted(5)
    rig.answers[v16.HeartbeatRequest] = lambda _: None
    rig.advance(34)
    assert beats(rig) == [5]  # the answer may take 30 s
    rig.advance(2)
    assert len(beats(rig)) == 2


# The clock


class Late(Rig):
    """A back end whose answers take `latency` seconds, and whose clock is off by `error` seconds."""

    latency = 0.0
    error = 0.0

    @property
    def utc(self) -> datetime:
        return super().utc + timedelta(seconds=self.error)

    def _serve(self, backend: Any, event: Any) -> None:
        self.now += self.latency / 2
        super()._serve(backend, event)
        self.now += self.latency / 2


def off(rig: Rig) -> float:
    """Seconds that the station's clock is ahead of the true time."""
    known = rig.station.ctx.time.utc(rig.now)
    assert known is not None
    return (known - Rig.utc.fget(rig)).total_seconds()  # type: ignore[attr-defined]


def clock_commands(rig: Rig) -> list[SetClock]:
    return [command for command in rig.carried_out if isinstance(command, SetClock)]


def test_the_first_answer_sets_an_unknown_clock() -> None:
    rig = Rig(clock_known=False)
    rig.boot()
    assert off(rig) == 0
    (event,) = [event for event in rig.events if isinstance(event, ClockAdjusted)]
    assert event.step is None and event.utc == rig.utc
    (command,) = clock_commands(rig)
    assert command.utc == event.utc


def test_half_the_round_trip_is_considered() -> None:
    rig = Late(clock_known=False)
    rig.latency = 4.0
    rig.boot()
    assert abs(off(rig)) < 0.001


def test_a_clock_that_agrees_is_left_alone() -> None:
    rig = Late()
    rig.error = 0.9
    rig.boot()
    assert off(rig) == 0 and clock_commands(rig) == []


def test_the_first_answer_is_believed_against_a_clock_of_the_host() -> None:
    """Whoever has no battery for his clock starts with a wrong time."""
    rig = Late()
    rig.error = -3 * 365 * DAY
    rig.boot()
    assert off(rig) == rig.error


@pytest.mark.parametrize("year", [1970, 2000, 2019, 2100, 2150])
def test_a_time_at_which_this_program_does_not_run_is_refused(year: int) -> None:
    rig = Rig()
    told = datetime(year, 6, 1, tzinfo=UTC)
    rig.answers[v16.BootNotificationRequest] = lambda _: v16.BootNotificationResponse(
        status=v16.RegistrationStatus.Accepted, current_time=told, interval=60
    )
    rig.boot()
    assert off(rig) == 0
    (event,) = [event for event in rig.events if isinstance(event, ClockRefused)]
    assert event.utc == told and rig.station.ctx.online


def test_a_small_step_is_taken_a_far_one_only_when_told_again() -> None:
    rig = Late()
    rig.answer_boot(v16.RegistrationStatus.Accepted, 60)
    rig.boot()
    rig.error = 600.0
    rig.advance(60)
    assert off(rig) == 600
    rig.error = 3600.0 * 24
    rig.advance(60)
    assert off(rig) == 600
    rig.advance(60)
    assert off(rig) == rig.error


def test_a_clock_that_flips_with_every_heartbeat_moves_nothing() -> None:
    rig = Late()
    rig.answer_boot(v16.RegistrationStatus.Accepted, 60)
    rig.boot()
    for _ in range(10):
        rig.error = 3600.0 - rig.error
        rig.advance(60)
    assert off(rig) == 0


def test_what_was_stamped_does_not_move_with_the_clock() -> None:
    rig = Late()
    rig.answer_boot(v16.RegistrationStatus.Accepted, 60)
    rig.boot()
    stamp = rig.station.ctx.time.stamp(rig.now)
    at = rig.station.ctx.time.resolve(stamp)
    rig.error = -500.0
    rig.advance(60)
    assert off(rig) == -500 and rig.station.ctx.time.resolve(stamp) == at


@settings(max_examples=200, deadline=None)
@given(st.datetimes(timezones=st.just(UTC)), st.none() | st.datetimes(timezones=st.just(UTC)))
def test_whatever_is_told_the_judge_has_an_opinion(told: datetime, known: datetime | None) -> None:
    judge = ClockJudge()
    assert (judge.refuse(told, known) is None) == (EARLIEST <= told < LATEST)
    if known is not None and EARLIEST <= told < LATEST and abs(told - known) > 2 * FAR:
        assert judge.refuse(told, known) is not None  # a jump, after one that was believed
        assert judge.refuse(told, known) is None
