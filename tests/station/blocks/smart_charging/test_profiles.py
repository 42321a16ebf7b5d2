"""Charging profiles of the back end: which one counts, how long, and what a restart leaves of them (1.6 §3.13, §5.5,
§5.16)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ocppcore import v16
from ocppcore.charging import Explanation, Verdict
from ocppcore.errors import RpcError, SetupError
from ocppcore.station.blocks.smart_charging.profiles import TABLE
from ocppcore.station.events import ChargingProfileRefused
from ocppcore.testing.charging import ChargingBench, profile
from ocppcore.version import ErrorCode

MOST, TX = "ChargePointMaxProfile", "TxProfile"


# What the reference gets wrong


def test_W7_a_profile_is_void_on_the_second_of_its_validTo() -> None:
    bench = ChargingBench()
    bench.give(profile(1, (0, 9), kind="Absolute", start=bench.utc, valid_to=bench.utc + timedelta(seconds=600)), 1)
    assert bench.schedule(1200) == [(0, 9, 3), (600, 32, 3)]
    bench.charge()
    bench.advance(600)
    assert bench.limit() == 32


def test_W7_a_higher_stack_level_that_begins_later_is_not_missed() -> None:
    bench = ChargingBench()
    bench.give(profile(1, (0, 32), kind="Absolute", start=bench.utc), 1)
    bench.give(profile(2, (0, 6), level=1, kind="Absolute", start=bench.utc + timedelta(seconds=600)), 1)
    assert bench.schedule(1200) == [(0, 32, 3), (600, 6, 3)]
    bench.charge()
    bench.advance(600)
    assert bench.limit() == 6


def test_W7_no_period_is_lost_where_purposes_are_merged() -> None:
    bench = ChargingBench()
    bench.give(profile(1, (0, 8), (600, 12), kind="Absolute", start=bench.utc, purpose=MOST))
    bench.give(profile(2, (0, 10), (600, 14), (1789, 10), kind="Absolute", start=bench.utc))
    assert bench.schedule(3600) == [(0, 8, 3), (600, 12, 3), (1789, 10, 3)]
    bench.charge()
    bench.advance(600)
    assert bench.limit() == 12
    bench.advance(1189)
    assert bench.limit() == 10


def test_W8_a_profile_of_the_top_stack_level_survives() -> None:
    bench = ChargingBench()
    top = int(bench.get_key("ChargeProfileMaxStackLevel") or "")
    assert bench.give(profile(1, (0, 9), level=top)) == "Accepted"
    bench.restart()
    assert (bench.installed, bench.schedule(60)) == ([1], [(0, 9, 3)])


def test_W29_no_limit_of_minus_one_is_told() -> None:
    bench = ChargingBench()
    bench.give(profile(1, (0, 9, 1), kind="Absolute", start=bench.utc + timedelta(seconds=60), duration=60))
    assert bench.schedule(180) == [(0, 32, 3), (60, 9, 1), (120, 32, 3)]


def test_W31_profiles_in_amperes_and_watts_limit_together() -> None:
    bench = ChargingBench()
    bench.give(profile(1, (0, 11_040), unit="W", kind="Absolute", start=bench.utc, purpose=MOST))
    bench.give(profile(2, (0, 20), (60, 10)))
    assert bench.schedule(120, unit="A") == [(0, 16, 3), (60, 10, 3)]
    assert bench.schedule(120, unit="W") == [(0, 11_040, 3), (60, 6900, 3)]
    bench.charge()
    assert bench.limit() == 16
    bench.advance(60)
    assert bench.limit() == 10


def test_a_minChargingRate_raises_no_limit() -> None:
    bench = ChargingBench()
    bench.give(profile(1, (0, 0), least=6))
    assert bench.schedule(60) == [(0, 0, 3)]


# Which one counts


def test_the_connectors_default_replaces_that_of_all_at_its_stack_level_only() -> None:
    """Decisions: Smart charging 20."""
    bench = ChargingBench()
    bench.give(profile(1, (0, 10)), 0)
    bench.give(profile(2, (0, 20)), 1)
    assert bench.schedule(60, 1) == [(0, 20, 3)]
    assert bench.schedule(60, 2) == [(0, 10, 3)]
    bench.give(profile(3, (0, 8), level=1), 0)
    assert bench.schedule(60, 1) == [(0, 8, 3)]


def test_the_same_id_replaces_and_so_does_the_same_place() -> None:
    """1.6 §5.16.3."""
    bench = ChargingBench()
    bench.give(profile(1, (0, 10)), 1)
    assert bench.give(profile(1, (0, 12), level=1), 2) == "Accepted"
    assert (bench.installed, bench.schedule(60, 1), bench.schedule(60, 2)) == ([1], [(0, 32, 3)], [(0, 12, 3)])
    assert bench.give(profile(2, (0, 14), level=1), 2) == "Accepted"
    assert (bench.installed, bench.schedule(60, 2)) == ([2], [(0, 14, 3)])


def test_one_that_replaces_needs_no_room() -> None:
    bench = ChargingBench(config={"MaxChargingProfilesInstalled": "1"})
    assert bench.give(profile(1, (0, 10))) == "Accepted"
    assert bench.give(profile(2, (0, 10), level=1)) == "Rejected"
    assert bench.give(profile(2, (0, 10))) == "Accepted"
    assert bench.installed == [2]


def test_one_that_is_replaced_before_its_validFrom_leaves_a_gap() -> None:
    """1.6 §3.13.2."""
    bench = ChargingBench()
    bench.give(profile(1, (0, 10)))
    bench.give(profile(1, (0, 12), valid_from=bench.utc + timedelta(seconds=60)))
    assert bench.schedule(120) == [(0, 32, 3), (60, 12, 3)]


def test_clearing_by_id_ignores_the_other_fields() -> None:
    """E 3.26."""
    bench = ChargingBench()
    bench.give(profile(1, (0, 10)), 1)
    assert bench.clear(id=1, connector_id=2, stack_level=7, charging_profile_purpose=MOST) == "Accepted"
    assert bench.installed == []


@pytest.mark.parametrize(
    ("fields", "left"),
    [
        ({}, []),
        ({"connector_id": 0}, [3, 4]),
        ({"connector_id": 1}, [1, 2]),
        ({"stack_level": 0}, [4]),
        ({"charging_profile_purpose": "TxDefaultProfile"}, [1]),
        ({"charging_profile_purpose": "TxDefaultProfile", "connector_id": 1, "stack_level": 1}, [1, 2, 3]),
    ],
)
def test_clearing_takes_what_has_all_that_is_given(fields: dict[str, object], left: list[int]) -> None:
    """E 3.25."""
    bench = ChargingBench()
    bench.give(profile(1, (0, 30), purpose=MOST))
    bench.give(profile(2, (0, 10)))
    bench.give(profile(3, (0, 10)), 1)
    bench.give(profile(4, (0, 10), level=1), 1)
    assert bench.clear(**fields) == "Accepted"
    assert bench.installed == left


def test_removed_defaults_leave_a_running_transaction_without() -> None:
    """E 3.8."""
    bench = ChargingBench()
    bench.give(profile(1, (0, 10)))
    bench.charge()
    bench.clear(charging_profile_purpose="TxDefaultProfile")
    assert bench.limit() == 32
    assert not bench.sent(v16.StopTransactionRequest)


def test_the_station_says_why() -> None:
    bench = ChargingBench()
    bench.give(profile(1, (0, 10)), 0)
    bench.give(profile(2, (0, 12)), 1)
    bench.charge()
    bench.give(profile(3, (0, 14), purpose=TX), 1)
    assert bench.station.explain(1) == [
        Explanation(3, Verdict.SetsLimit),
        Explanation(1, Verdict.Shadowed, by=2),
        Explanation(2, Verdict.OverruledByTxProfile, by=3),
    ]
    assert [each.verdict for each in bench.station.explain(0)] == [Verdict.OtherEvse] * 3
    with pytest.raises(SetupError):
        bench.station.explain(3)


# TxProfiles


@pytest.mark.parametrize("id", [0, -1, -7, 4711])
def test_a_TxProfile_is_matched_with_any_id(id: int) -> None:
    """E 3.54."""
    bench = ChargingBench()
    info = v16.IdTagInfo(status=v16.AuthorizationStatus.Accepted)
    bench.answers[v16.StartTransactionRequest] = lambda _: v16.StartTransactionResponse(
        transaction_id=id, id_tag_info=info
    )
    bench.charge()
    assert bench.give(profile(1, (0, 10), purpose=TX, transaction=id + 1), 1) == "Rejected"
    assert bench.give(profile(1, (0, 10), purpose=TX, transaction=id), 1) == "Accepted"
    assert bench.limit() == 10


def test_a_TxProfile_while_the_id_is_not_known_yet() -> None:
    bench = ChargingBench()
    bench.answers[v16.StartTransactionRequest] = lambda _: None
    bench.charge()
    assert bench.give(profile(1, (0, 10), purpose=TX, transaction=1), 1) == "Rejected"
    assert bench.give(profile(1, (0, 10), purpose=TX), 1) == "Accepted"
    assert bench.limit() == 10


def test_a_TxProfile_of_a_transaction_that_the_back_end_did_not_take() -> None:
    """E 3.18: it goes by -1."""
    bench = ChargingBench(config={"TransactionMessageAttempts": "1"})
    bench.answers[v16.StartTransactionRequest] = lambda _: RpcError(ErrorCode.InternalError)
    bench.charge()
    assert bench.transaction() == -1
    assert bench.give(profile(1, (0, 10), purpose=TX, transaction=-1), 1) == "Accepted"


def test_a_TxProfile_goes_with_its_transaction() -> None:
    bench = ChargingBench()
    bench.charge(1)
    bench.charge(2, "TAG2")
    bench.give(profile(1, (0, 10), purpose=TX), 1)
    bench.give(profile(2, (0, 12), purpose=TX), 2)
    bench.meter_is_slow = True
    bench.press_stop(1)
    assert bench.installed == [2], "when energy goes off, not when the end reading is there"
    assert bench.give(profile(3, (0, 10), purpose=TX), 1) == "Rejected"
    bench.quicken_meter()
    bench.unplug()
    bench.charge(1)
    assert (bench.limit(1), bench.limit(2)) == (32, 12)


def test_a_TxProfile_does_not_count_for_another_transaction_of_the_same_id() -> None:
    """Back ends use ids again, and the station goes down at any time."""
    bench = ChargingBench()
    info = v16.IdTagInfo(status=v16.AuthorizationStatus.Accepted)
    five = v16.StartTransactionResponse(transaction_id=5, id_tag_info=info)
    bench.answers[v16.StartTransactionRequest] = lambda _: five
    bench.charge()
    bench.give(profile(1, (0, 10), purpose=TX, transaction=5), 1)
    assert bench.installed == [1]
    bench.restart()
    assert bench.installed == []
    bench.charge()
    assert (bench.transaction(), bench.limit()) == (5, 32)


def test_a_TxProfile_goes_on_offline() -> None:
    """1.6 §3.13.6."""
    bench = ChargingBench()
    bench.charge()
    bench.give(profile(1, (0, 10), (60, 8), purpose=TX), 1)
    bench.cut()
    bench.advance(60)
    assert bench.limit() == 8


def test_profiles_hold_offline_for_new_transactions() -> None:
    """1.6 §3.13.6."""
    bench = ChargingBench(config={"AllowOfflineTxForUnknownId": "true"})
    bench.give(profile(1, (0, 10)))
    bench.cut()
    bench.charge()
    assert bench.limit() == 10


# With a remote start


def test_the_profile_of_a_remote_start_follows_the_cable() -> None:
    bench = ChargingBench()
    assert bench.start_remotely(profile(1, (0, 10), purpose=TX), connector=None) == "Accepted"
    bench.plug(2)
    assert (bench.limit(1), bench.limit(2)) == (None, 10)


def test_the_profile_of_a_remote_start_is_replaced_at_its_stack_level() -> None:
    """E 3.42."""
    bench = ChargingBench()
    bench.plug()
    bench.start_remotely(profile(1, (0, 10), purpose=TX))
    assert bench.give(profile(2, (0, 12), purpose=TX, transaction=bench.transaction()), 1) == "Accepted"
    assert (bench.installed, bench.limit()) == ([2], 12)
    assert bench.give(profile(3, (0, 14), level=1, purpose=TX, transaction=bench.transaction()), 1) == "Accepted"
    assert (bench.installed, bench.limit()) == ([2, 3], 14)


def test_the_profile_of_a_remote_start_that_comes_to_nothing_is_not_kept() -> None:
    bench = ChargingBench(config={"AuthorizeRemoteTxRequests": "true"})
    bench.file("BAD", "Blocked")
    bench.plug()
    assert bench.start_remotely(profile(1, (0, 10), purpose=TX), token="BAD") == "Accepted"
    bench.swipe("TAG1")
    assert (bench.limit(), bench.installed) == (32, [])


def test_the_profile_of_a_remote_start_goes_with_its_transaction() -> None:
    bench = ChargingBench()
    bench.plug()
    bench.start_remotely(profile(1, (0, 10), purpose=TX))
    bench.press_stop()
    assert bench.installed == []


def test_the_profile_of_a_remote_start_for_which_there_is_no_room_any_more() -> None:
    """The transaction begins all the same: it was accepted."""
    bench = ChargingBench(config={"MaxChargingProfilesInstalled": "1"})
    assert bench.start_remotely(profile(1, (0, 10), purpose=TX)) == "Accepted"
    assert bench.give(profile(2, (0, 12))) == "Accepted"
    bench.plug()
    assert bench.limit() == 12
    (refused,) = [event for event in bench.events if isinstance(event, ChargingProfileRefused)]
    assert (refused.profile, "profiles" in refused.why) == (1, True)


# The store


def test_nothing_is_answered_before_it_is_stored() -> None:
    bench = ChargingBench()
    bench.store_works = False
    id = bench.tell(v16.SetChargingProfileRequest(connector_id=0, cs_charging_profiles=profile(1, (0, 10))))
    assert (bench.answer(id), bench.installed) == (None, [])
    bench.store_works = True
    bench.advance(10)
    assert bench.answer(id) is not None
    assert bench.installed == [1]


def test_a_replaced_profile_leaves_no_row() -> None:
    bench = ChargingBench()
    bench.give(profile(1, (0, 10)))
    bench.give(profile(2, (0, 10)))
    assert list(bench.store[TABLE]) == ["2"]


def test_a_profile_that_the_station_can_not_keep_is_reported() -> None:
    """The maker has lowered a limit."""
    bench = ChargingBench()
    bench.give(profile(1, (0, 10), level=3))
    bench.give(profile(2, (0, 12), level=1))
    bench.setup.config["ChargeProfileMaxStackLevel"] = "2"
    bench.restart()
    assert (bench.installed, bench.schedule(60)) == ([2], [(0, 12, 3)])
    (refused,) = [event for event in bench.events if isinstance(event, ChargingProfileRefused)]
    assert (refused.profile, "stack_level" in refused.why) == (1, True)


def test_profiles_can_be_set_while_pending() -> None:
    bench = ChargingBench(boot=False)
    bench.answer_boot(v16.RegistrationStatus.Pending, 30)
    bench.boot()
    assert bench.give(profile(1, (0, 10))) == "Accepted"
    assert bench.schedule(60) == [(0, 10, 3)]


# While UTC is not known


def unknown_clock(*given: tuple[v16.ChargingProfile, int], config: dict[str, str] | None = None) -> ChargingBench:
    """A station that went down with these profiles, and came back offline and without a clock. config: what the maker
    has changed meanwhile."""
    bench = ChargingBench(clock_known=False, config={"AllowOfflineTxForUnknownId": "true"})
    for each, connector in given:
        assert bench.give(each, connector) == "Accepted"
    bench.setup.config.update(config or {})
    bench.reachable = False
    bench.restart()
    assert bench.station.ctx.utc is None
    return bench


def test_without_utc_the_lowest_limit_of_a_timed_profile_holds() -> None:
    begin = ChargingBench().utc
    night = profile(1, (0, 8), (3600, 16), kind="Recurring", recurrency="Daily", start=begin, level=1)
    bench = unknown_clock((night, 2), (profile(2, (0, 20)), 0))
    bench.charge(1)
    bench.charge(2, "TAG2")
    assert (bench.limit(1), bench.limit(2)) == (20, 8)
    assert bench.station.explain(2)[0] == Explanation(1, Verdict.ClockUnknown)
    bench.advance(3600)
    assert bench.limit(2) == 8
    bench.restore()
    assert bench.limit(2) == 16, "UTC is known"
    assert bench.station.explain(2)[0] == Explanation(1, Verdict.SetsLimit)


def test_without_utc_a_limit_of_the_station_is_shared_as_always() -> None:
    bench = unknown_clock((profile(1, (0, 40), (60, 20), purpose=MOST), 0))
    bench.charge(1)
    assert bench.limit(1) == 20
    bench.charge(2, "TAG2")
    assert (bench.limit(1), bench.limit(2)) == (10, 10)


def test_without_utc_profiles_can_not_be_more_than_with_it() -> None:
    begin = ChargingBench().utc
    timed = profile(1, (0, 8), kind="Absolute", start=begin)
    bench = unknown_clock((timed, 2), (profile(2, (0, 20)), 0), config={"MaxChargingProfilesInstalled": "1"})
    bench.restore()
    (refused,) = [event for event in bench.events if isinstance(event, ChargingProfileRefused)]
    assert (bench.installed, refused.profile) == ([2], 1)


def test_without_utc_a_profile_can_be_cleared() -> None:
    """While Pending, by a back end whose time is not taken."""
    bench = unknown_clock((profile(1, (0, 8), kind="Absolute", start=ChargingBench().utc), 0))
    bench.charge()
    assert bench.limit() == 8
    long_ago = bench.utc - timedelta(days=20_000)
    bench.answers[v16.BootNotificationRequest] = lambda _: v16.BootNotificationResponse(
        status=v16.RegistrationStatus.Pending, current_time=long_ago, interval=300
    )
    bench.restore()
    assert bench.station.ctx.utc is None
    assert bench.clear(id=1) == "Accepted"
    assert (bench.limit(), bench.installed) == (32, [])


def test_without_utc_a_profile_that_begins_with_the_transaction_works() -> None:
    bench = unknown_clock((profile(1, (0, 10), (60, 14)), 0))
    bench.charge()
    began = bench.now
    assert bench.limit() == 10
    bench.advance(30)
    bench.restore()
    assert bench.limit() == 10
    bench.advance(60 - (bench.now - began) - 1.1)  # schedules know whole seconds of UTC
    assert bench.limit() == 10
    bench.advance(1.1 + 0.001)
    assert bench.limit() == 14
