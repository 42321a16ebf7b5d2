"""Who may charge while something is reserved (1.6 §5.13): the token, its group, and strangers."""

from __future__ import annotations

from typing import Any

import pytest

from ocppcore import v16
from ocppcore.station.evse import EvseError
from ocppcore.testing.bench import Bench

START, AUTHORIZE = v16.StartTransactionRequest, v16.AuthorizeRequest
PRE = {"LocalPreAuthorize": "true"}


def reserved(connector: int = 1, parent: str | None = None, **how: Any) -> Bench:
    """A station with a reservation for the token T."""
    bench = Bench(**how)
    assert bench.reserve(connector, parent=parent) == "Accepted"
    bench.take()
    return bench


def cancel(bench: Bench, id: int = 5) -> Any:
    return bench.ask(v16.CancelReservationRequest(reservation_id=id)).status


def remote_start(bench: Bench, token: str, connector: int | None = 1) -> Any:
    return bench.ask(v16.RemoteStartTransactionRequest(connector_id=connector, id_tag=token)).status


def listed(bench: Bench, token: str, parent: str | None = None) -> None:
    """The local list knows the token as Accepted."""
    info = v16.IdTagInfo(status=v16.AuthorizationStatus.Accepted, parent_id_tag=parent)
    entry = v16.AuthorizationData(id_tag=token, id_tag_info=info)
    kind = v16.UpdateType.Full
    request = v16.SendLocalListRequest(list_version=1, update_type=kind, local_authorization_list=[entry])
    assert bench.ask(request).status == "Accepted"


def started(bench: Bench) -> list[tuple[int, str, int | None]]:
    return [(start.connector_id, start.id_tag, start.reservation_id) for start in bench.sent(START)]


# Who may charge


def test_a_foreign_token_is_ignored_without_asking_the_back_end() -> None:
    bench = reserved()
    bench.plug()
    bench.swipe("X", 1)
    assert not bench.sent(AUTHORIZE) and not bench.sent(START)
    assert bench.status() == "Reserved"


@pytest.mark.parametrize("token", ["TAG1", "tag1"])
def test_the_token_compares_in_any_case(token: str) -> None:
    bench = reserved()
    bench.charge(token=token)
    assert started(bench) == [(1, token, 5)]


def test_the_token_of_the_reservation_must_be_authorized_all_the_same() -> None:
    bench = reserved()
    bench.file("TAG1", "Blocked")
    bench.plug()
    bench.swipe("TAG1", 1)
    assert not bench.sent(START) and bench.status() == "Reserved"


def test_a_shared_reader_leads_a_stranger_elsewhere_and_the_customer_to_his_place() -> None:
    bench = reserved(1)
    bench.swipe("X")
    assert (bench.status(1), bench.status(2)) == ("Reserved", "Preparing")
    bench.swipe("TAG1")
    assert bench.status(1) == "Preparing"
    bench.plug(1)
    assert started(bench) == [(1, "TAG1", 5)]


def test_the_customer_goes_to_his_place_before_a_free_one() -> None:
    bench = reserved(2)
    bench.swipe("TAG1")
    assert (bench.status(1), bench.status(2)) == ("Available", "Preparing")


def test_a_cable_in_a_reserved_place_waits_for_its_customer_as_long_as_it_takes() -> None:
    """E 3.20 keeps strangers from starting it by accident; here they cannot."""
    bench = reserved(1)
    bench.plug(1)
    bench.advance(300)
    assert bench.status(1) == "Reserved"
    bench.swipe("X")
    assert bench.status(2) == "Preparing"
    bench.swipe("TAG1")
    assert started(bench) == [(1, "TAG1", 5)]


def test_a_stranger_who_waits_elsewhere_does_not_follow_a_cable_into_a_reserved_place() -> None:
    bench = reserved(1)
    bench.swipe("X")
    bench.plug(1)
    assert not bench.sent(START)
    bench.plug(2)
    assert started(bench) == [(2, "X", None)]


def test_the_customer_may_charge_elsewhere_and_keeps_his_reservation() -> None:
    """1.6 §5.13: it is terminated on the reserved connector."""
    bench = reserved(1)
    bench.charge(2, "TAG1")
    assert started(bench) == [(2, "TAG1", None)]
    assert bench.status(1) == "Reserved"


def test_W24_a_remote_start_with_a_foreign_token_is_Rejected() -> None:
    bench = reserved()
    assert remote_start(bench, "X", 1) == "Rejected"
    assert remote_start(bench, "X", 2) == "Accepted"
    assert bench.status(1) == "Reserved"


def test_a_remote_start_without_a_connector_goes_where_it_may() -> None:
    bench = reserved(1)
    assert remote_start(bench, "X", None) == "Accepted"
    assert bench.status(2) == "Preparing"
    assert remote_start(bench, "TAG1", None) == "Accepted"
    assert bench.status(1) == "Preparing"
    assert remote_start(bench, "Y", None) == "Rejected"


def test_W12_what_is_kept_for_somebody_is_not_remembered_for_somebody_else() -> None:
    bench = reserved()
    bench.plug()
    bench.swipe("X", 1)
    assert cancel(bench) == "Accepted"
    bench.advance(30)
    assert not bench.sent(START)


# Groups (1.6 §5.13)


def test_a_token_of_the_group_is_found_out_by_an_Authorize() -> None:
    bench = reserved(parent="G")
    bench.file("X", parent="OTHER")
    bench.file("Y", parent="g")
    bench.plug()
    for token in ("X", "STRANGER"):
        bench.swipe(token, 1)
        assert not bench.sent(START)
    bench.swipe("Y", 1)
    assert len(bench.sent(AUTHORIZE)) == 3
    assert started(bench) == [(1, "Y", 5)]


def test_a_listed_token_without_a_group_is_asked_about_in_spite_of_LocalPreAuthorize() -> None:
    bench = reserved(parent="G", config=PRE)
    listed(bench, "Y")
    bench.file("Y", parent="G")
    bench.charge(token="Y")
    assert len(bench.sent(AUTHORIZE)) == 1
    assert started(bench) == [(1, "Y", 5)]


@pytest.mark.parametrize(("group", "starts"), [("G", True), ("H", False)])
def test_a_group_that_the_list_knows_decides_without_an_Authorize(group: str, starts: bool) -> None:
    bench = reserved(parent="G", config=PRE)
    listed(bench, "Y", group)
    bench.plug()
    bench.swipe("Y", 1)
    assert not bench.sent(AUTHORIZE)
    assert bool(bench.sent(START)) is starts


@pytest.mark.parametrize(("group", "answer"), [("G", "Accepted"), ("H", "Rejected")])
def test_a_remote_start_of_a_listed_group_is_decided_at_once(group: str, answer: str) -> None:
    bench = reserved(parent="G")
    listed(bench, "Y", group)
    assert remote_start(bench, "Y") == answer
    bench.plug()
    assert not bench.sent(AUTHORIZE)
    assert started(bench) == ([(1, "Y", 5)] if answer == "Accepted" else [])


def test_a_remote_start_whose_group_is_unknown_is_authorized_first() -> None:
    bench = reserved(parent="G")
    bench.plug()
    assert remote_start(bench, "X") == "Accepted"  # it will be attempted
    assert len(bench.sent(AUTHORIZE)) == 1
    assert not bench.sent(START) and bench.status() == "Reserved"


def test_a_group_that_only_the_list_tells_counts() -> None:
    """E 4.12: Authorize.conf may leave it away."""
    bench = reserved(parent="G")
    listed(bench, "Y", "G")
    bench.charge(token="Y")
    assert len(bench.sent(AUTHORIZE)) == 1
    assert started(bench) == [(1, "Y", 5)]


def test_the_token_itself_needs_no_group() -> None:
    bench = reserved(parent="G", config=PRE)
    listed(bench, "TAG1")
    bench.charge(token="TAG1")
    assert not bench.sent(AUTHORIZE)
    assert started(bench) == [(1, "TAG1", 5)]


def test_a_token_that_is_the_group_id_is_not_of_the_group() -> None:
    """1.6 §3.10: the group id is no token."""
    bench = reserved(parent="G")
    bench.plug()
    bench.swipe("G", 1)
    assert not bench.sent(START)


def test_elsewhere_a_group_reservation_asks_nothing() -> None:
    bench = reserved(1, parent="G", config=PRE)
    listed(bench, "X")
    bench.plug(2)
    bench.swipe("X", 2)
    assert not bench.sent(AUTHORIZE)
    assert started(bench) == [(2, "X", None)]


# Offline


def test_offline_the_token_that_the_cache_knows_uses_the_reservation() -> None:
    bench = Bench()
    bench.charge(2, "TAG1")  # now the cache knows it
    bench.swipe("TAG1")
    bench.unplug(2)
    assert bench.reserve() == "Accepted"
    bench.cut()
    bench.plug()
    bench.swipe("X", 1)
    assert not bench.energy()
    bench.swipe("TAG1", 1)
    assert bench.energy()
    bench.take()
    bench.restore()
    assert started(bench) == [(1, "TAG1", 5)]


def test_offline_a_group_that_is_not_known_here_is_no_group() -> None:
    bench = reserved(parent="G", config={"AllowOfflineTxForUnknownId": "true"})
    bench.file("Y", parent="G")
    bench.cut()
    bench.plug()
    bench.swipe("Y", 1)
    assert not bench.energy()
    bench.swipe("TAG1", 1)
    assert bench.energy()


# Connector 0: one stays free (1.6 §5.13)


def test_the_last_free_connector_is_kept_and_shows_no_status() -> None:
    bench = reserved(0)
    bench.charge(1, "X")
    bench.plug(2)
    bench.swipe("Y", 2)
    assert remote_start(bench, "Y", 2) == "Rejected"
    assert "Reserved" not in bench.statuses(1) + bench.statuses(2)
    bench.swipe("TAG1", 2)
    assert started(bench) == [(1, "X", None), (2, "TAG1", 5)]


def test_a_token_that_waits_for_a_cable_takes_a_place() -> None:
    bench = reserved(0)
    bench.swipe("X", 1)
    bench.swipe("Y", 2)
    assert (bench.status(1), bench.status(2)) == ("Preparing", "Available")
    bench.advance(60)
    bench.swipe("Y", 2)
    assert bench.status(2) == "Preparing"


def test_a_token_that_follows_the_cable_frees_the_place_where_it_waited() -> None:
    bench = reserved(0)
    bench.swipe("X")
    assert bench.status(1) == "Preparing"
    bench.plug(2)
    assert started(bench) == [(2, "X", None)]
    assert bench.status(1) == "Available"


def test_a_token_that_waits_at_one_reader_takes_no_second_place() -> None:
    bench = reserved(0)
    bench.swipe("X", 1)
    bench.swipe("X", 2)
    assert (bench.status(1), bench.status(2)) == ("Preparing", "Available")


def test_a_reservation_of_a_connector_leaves_one_free_too() -> None:
    bench = reserved(0, evses=2)
    assert bench.reserve(1, "U", id=6) == "Accepted"
    assert bench.reserve(2, "V", id=7) == "Occupied"
    bench.plug(2)
    bench.swipe("X", 2)
    assert not bench.sent(START)
    bench.swipe("U", 1)
    assert bench.status(1) == "Preparing"


def test_where_no_other_is_free_none_is_promised() -> None:
    bench = reserved(1)
    bench.plug(2)
    assert bench.reserve(0, "U", id=6) == "Occupied"
    bench.unplug(2)
    assert bench.reserve(0, "U", id=6) == "Accepted"


@pytest.mark.parametrize(
    ("faults", "inoperative", "status"),
    [((1, 2), (), "Faulted"), ((), (1, 2), "Unavailable"), ((1,), (2,), "Unavailable"), ((1,), (), "Accepted")],
)
def test_why_none_can_be_kept(faults: tuple[int, ...], inoperative: tuple[int, ...], status: str) -> None:
    """1.6 §7.40: connectors are in that state."""
    bench = Bench()
    for evse in faults:
        bench.station.error(evse, EvseError("GroundFailure"), bench.now)
    bench.run()
    for evse in inoperative:
        kind = v16.AvailabilityType.Inoperative
        bench.ask(v16.ChangeAvailabilityRequest(connector_id=evse, type=kind))
    assert bench.reserve(0) == status


def test_one_faulted_and_one_occupied_is_Occupied() -> None:
    bench = Bench()
    bench.station.error(1, EvseError("GroundFailure"), bench.now)
    bench.plug(2)
    assert bench.reserve(0) == "Occupied"


def test_a_place_of_its_own_is_used_before_the_one_anywhere() -> None:
    bench = reserved(0, evses=3)
    assert bench.reserve(2, "TAG1", id=6) == "Accepted"
    bench.charge(2, "TAG1")
    bench.charge(1, "TAG1")
    assert started(bench) == [(2, "TAG1", 6), (1, "TAG1", 5)]


def test_a_group_may_use_the_station() -> None:
    bench = reserved(0, parent="G")
    bench.file("Y", parent="G")
    bench.charge(1, "X")
    bench.charge(2, "Y")
    assert started(bench) == [(1, "X", None), (2, "Y", 5)]
