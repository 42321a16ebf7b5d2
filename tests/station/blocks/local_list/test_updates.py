"""The local authorization list (1.6 §3.5.2, §3.5.3, §5.10, §5.15): what an update may be, and what the list decides."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from ocppcore import v16
from ocppcore.errors import CallErrorReceived, SetupError
from ocppcore.station.events import LocalListChanged
from ocppcore.testing.bench import Bench
from ocppcore.version import ErrorCode

FULL, DIFFERENTIAL = v16.UpdateType.Full, v16.UpdateType.Differential
START, AUTHORIZE, STATUS = v16.StartTransactionRequest, v16.AuthorizeRequest, v16.StatusNotificationRequest
PRE = {"LocalPreAuthorize": "true"}


def entry(token: str, status: str | None = "Accepted", parent: str | None = None, expires: Any = None) -> Any:
    """An entry of an update; status None: delete it."""
    info = None
    if status is not None:
        code = v16.AuthorizationStatus(status)
        info = v16.IdTagInfo(status=code, parent_id_tag=parent, expiry_date=expires)
    return v16.AuthorizationData(id_tag=token, id_tag_info=info)


def send(bench: Bench, kind: v16.UpdateType, version: int, entries: list[Any] | None) -> Any:
    """The status, or the CALLERROR."""
    request = v16.SendLocalListRequest(list_version=version, update_type=kind, local_authorization_list=entries)
    answer = bench.insist(request)
    return answer if isinstance(answer, CallErrorReceived) else answer.status


def version(bench: Bench) -> int:
    answer: v16.GetLocalListVersionResponse = bench.ask(v16.GetLocalListVersionRequest())
    return answer.list_version


def listed(bench: Bench, token: str) -> Any:
    assert bench.station.ctx.local_list is not None
    return bench.station.ctx.local_list.lookup(token)


def with_list(*entries: Any, **config: str) -> Bench:
    bench = Bench(config=config)
    assert send(bench, FULL, 1, list(entries)) == "Accepted"
    return bench


def rows(bench: Bench) -> dict[str, str]:
    return dict(bench.store.get("local_list", {}))


# Updates


def test_a_full_update_replaces_the_list() -> None:
    bench = with_list(entry("A"), entry("B", "Blocked"))
    assert send(bench, FULL, 7, [entry("B", "Accepted", "GROUP"), entry("C")]) == "Accepted"
    assert (listed(bench, "A"), listed(bench, "B"), listed(bench, "C")) == (
        None,
        ("Accepted", "GROUP"),
        ("Accepted", None),
    )
    assert version(bench) == 7


def test_a_differential_update_adds_changes_and_deletes() -> None:
    bench = with_list(entry("A"), entry("B"), entry("C"))
    update = [entry("A", None), entry("B", "Blocked"), entry("D"), entry("UNKNOWN", None)]
    assert send(bench, DIFFERENTIAL, 2, update) == "Accepted"
    accepted = ("Accepted", None)
    assert [listed(bench, token) for token in "ABCD"] == [None, ("Blocked", None), accepted, accepted]


def test_W13_several_removals_in_one_update() -> None:
    bench = with_list(*(entry(f"T{n}") for n in range(6)))
    assert send(bench, DIFFERENTIAL, 2, [entry(f"T{n}", None) for n in (0, 1, 4, 5)]) == "Accepted"
    assert [listed(bench, f"T{n}") is not None for n in range(6)] == [False, False, True, True, False, False]


@pytest.mark.parametrize("entries", [None, []])
def test_an_empty_list_has_version_0(entries: list[Any] | None) -> None:
    """1.6 §5.10, §6.41: a full update without entries removes all."""
    bench = with_list(entry("A"))
    assert send(bench, FULL, 12, entries) == "Accepted"
    assert version(bench) == 0 and listed(bench, "A") is None
    assert send(bench, DIFFERENTIAL, 1, [entry("A")]) == "Accepted"
    assert version(bench) == 1
    assert send(bench, DIFFERENTIAL, 2, [entry("a", None)]) == "Accepted"
    assert version(bench) == 0


@pytest.mark.parametrize("entries", [None, []])
def test_an_empty_differential_update_changes_the_version_only(entries: list[Any] | None) -> None:
    """1.6 §6.41."""
    bench = with_list(entry("A"))
    assert send(bench, DIFFERENTIAL, 9, entries) == "Accepted"
    assert version(bench) == 9 and listed(bench, "A") == ("Accepted", None)


@pytest.mark.parametrize("old", [1, 2**31 - 1, 2**53, -7])
def test_a_full_update_may_have_any_version_but_two(old: int) -> None:
    """E 3.52."""
    bench = Bench()
    assert send(bench, FULL, old, [entry("A")]) == "Accepted"
    assert version(bench) == old
    assert send(bench, FULL, -5, [entry("A")]) == "Accepted"
    assert version(bench) == -5


@pytest.mark.parametrize(
    ("kind", "number", "entries", "status"),
    [
        (FULL, 0, [], "Failed"),  # E 3.52
        (FULL, -1, [entry("A")], "Failed"),
        (DIFFERENTIAL, 0, [entry("A")], "Failed"),
        (DIFFERENTIAL, -1, [entry("A")], "Failed"),
        (FULL, 9, [entry("X"), entry("x")], "Failed"),  # §6.41
        (DIFFERENTIAL, 9, [entry("X"), entry("X", None)], "Failed"),
        (FULL, 9, [entry("X"), entry("Y", None)], "Failed"),  # §7.1
        (DIFFERENTIAL, 5, [entry("X")], "VersionMismatch"),  # §7.47
        (DIFFERENTIAL, 4, [entry("X")], "VersionMismatch"),
        (DIFFERENTIAL, -9, [entry("X")], "VersionMismatch"),
        (FULL, 9, [entry(f"X{n}") for n in range(4)], "Failed"),
        (DIFFERENTIAL, 9, [entry("X"), entry("Y"), entry("Z"), entry("B", None)], "Failed"),
    ],
)
def test_what_is_refused_changes_nothing(kind: v16.UpdateType, number: int, entries: list[Any], status: str) -> None:
    """Decisions: Status 18."""
    bench = Bench(config={"LocalAuthListMaxLength": "3"})
    assert send(bench, FULL, 5, [entry("A"), entry("B")]) == "Accepted"
    before = rows(bench)
    assert send(bench, kind, number, entries) == status
    assert rows(bench) == before and version(bench) == 5


def test_the_longest_list_is_counted_after_the_update() -> None:
    bench = Bench(config={"LocalAuthListMaxLength": "3"})
    assert send(bench, FULL, 1, [entry("A"), entry("B"), entry("C")]) == "Accepted"
    assert send(bench, DIFFERENTIAL, 2, [entry("D"), entry("E"), entry("A", None), entry("B", None)]) == "Accepted"
    assert send(bench, DIFFERENTIAL, 3, [entry("d", "Blocked"), entry("F", None)]) == "Accepted"
    assert send(bench, DIFFERENTIAL, 4, [entry("G")]) == "Failed"
    bench.restart()
    assert send(bench, DIFFERENTIAL, 4, [entry("G")]) == "Failed"
    assert send(bench, DIFFERENTIAL, 4, [entry("C", None), entry("G")]) == "Accepted"


def test_more_than_SendLocalListMaxLength() -> None:
    bench = Bench(config={"SendLocalListMaxLength": "3"})
    assert send(bench, FULL, 1, [entry(f"T{n}") for n in range(3)]) == "Accepted"
    for kind in (FULL, DIFFERENTIAL):
        refused = send(bench, kind, 2, [entry(f"T{n}") for n in range(4)])
        assert isinstance(refused, CallErrorReceived)
        assert refused.code is ErrorCode.OccurrenceConstraintViolation
    assert version(bench) == 1


def test_W9_an_unknown_update_type_is_refused() -> None:
    bench = with_list(entry("A"))
    refused = send(bench, "Bogus", 2, [entry("B")])  # type: ignore[arg-type]
    assert isinstance(refused, CallErrorReceived) and refused.code is ErrorCode.PropertyConstraintViolation


# Size


def widest(number: int) -> Any:
    """The longest legal entry, each character written as two escapes."""
    token = "\U0001f50c" * 15 + f"{number:05d}"
    return {
        "idTag": token,
        "idTagInfo": {
            "expiryDate": "2030-01-01T00:00:00.123456789+00:00",
            "parentIdTag": "\U0001f50c" * 20,
            "status": "ConcurrentTx",
        },
    }


@pytest.mark.parametrize("most", ["1", "100", "500", "2000"])
def test_the_longest_legal_update_is_read(most: str) -> None:
    """Decisions: Wire 5."""
    bench = Bench(config={"SendLocalListMaxLength": most})
    payload = {
        "listVersion": 2**31 - 1,
        "updateType": "Differential",
        "localAuthorizationList": [widest(number) for number in range(int(most))],
    }
    text = json.dumps([2, "x" * 36, "SendLocalList", payload])
    assert len(text) <= bench.station.max_message
    bench.station.receive(text, bench.now)
    bench.run()
    assert version(bench) == 2**31 - 1


@pytest.mark.parametrize("count", [20_000, 1_000_000])
def test_H17_a_list_without_end_changes_nothing(count: int) -> None:
    bench = with_list(entry("A"))
    text = '[2,"1","SendLocalList",{"listVersion":9,"updateType":"Full","localAuthorizationList":['
    text += ",".join(['{"idTag":"A"}'] * count) + "]}]"
    before = rows(bench)
    bench.station.receive(text, bench.now)
    bench.run()
    assert rows(bench) == before and bench.station.ctx.online


def test_H17_ten_thousand_deletions_of_nobody() -> None:
    bench = with_list(entry("A"), SendLocalListMaxLength="10000")
    before = rows(bench)
    assert send(bench, DIFFERENTIAL, 2, [entry(f"T{n}", None) for n in range(10_000)]) == "Accepted"
    assert rows(bench) == before | {"version": "2"}


def test_a_factory_value_beyond_the_range_is_one_clear_line() -> None:
    with pytest.raises(SetupError, match="SendLocalListMaxLength"):
        Bench(config={"SendLocalListMaxLength": "10001"})


# Storage


def test_it_survives_a_restart() -> None:
    bench = with_list(entry("A", "Blocked", "GROUP"), entry("B"))
    bench.restart()
    assert version(bench) == 1
    assert (listed(bench, "a"), listed(bench, "B")) == (("Blocked", "GROUP"), ("Accepted", None))


def test_H17_a_kill_in_an_update_leaves_the_old_list_or_the_new_one() -> None:
    """All writes of an update are one batch, and the answer waits for it."""
    bench = with_list(entry("A"), entry("B"))
    old = rows(bench)
    bench.store_works = False
    id = bench.tell(v16.SendLocalListRequest(list_version=2, update_type=FULL, local_authorization_list=[entry("C")]))
    assert bench.answer(id) is None and rows(bench) == old
    bench.store_works = True
    bench.restart()
    assert version(bench) == 1 and listed(bench, "A") is not None and listed(bench, "C") is None


def test_a_small_update_of_a_long_list_writes_little() -> None:
    bench = Bench()
    for number in range(20):
        update = [entry(f"T{number}-{n}") for n in range(500)]
        assert send(bench, FULL if number == 0 else DIFFERENTIAL, number + 1, update) == "Accepted"
    assert len(rows(bench)) == 10_001
    written: list[int] = []
    station, offer = bench.station, bench.station.next_batch

    def next_batch() -> Any:
        batch = offer()
        if batch is not None:
            written.append(len(batch.puts) + len(batch.deletes))
        return batch

    station.next_batch = next_batch  # type: ignore[method-assign]
    assert send(bench, DIFFERENTIAL, 99, [entry("T0-0", None), entry("T1-1", "Blocked"), entry("T2-2")]) == "Accepted"
    assert written == [3]  # one deleted, one changed, the version; T2-2 is as it was


def test_the_host_hears_of_updates() -> None:
    bench = with_list(entry("A"), entry("B"))
    assert send(bench, FULL, 0, []) == "Failed"
    told = [(event.version, event.size) for event in bench.events if isinstance(event, LocalListChanged)]
    assert told == [(1, 2)]


# What the list decides


@pytest.mark.parametrize("status", ["Blocked", "Expired", "Invalid"])
def test_offline_a_token_that_the_list_refuses_is_refused(status: str) -> None:
    """1.6 §3.5.4, even where unknown tokens may charge."""
    bench = with_list(entry("A", status), AllowOfflineTxForUnknownId="true")
    bench.cut()
    bench.plug()
    bench.swipe("A")
    assert not bench.energy()
    bench.swipe("STRANGER")
    assert bench.energy()


@pytest.mark.parametrize("status", ["Accepted", "ConcurrentTx"])
def test_offline_a_token_that_the_list_vouches_for_charges(status: str) -> None:
    """1.6 §3.5.2: ConcurrentTx is a valid token."""
    bench = with_list(entry("A", status))
    bench.cut()
    bench.plug()
    bench.swipe("a")
    assert bench.energy()


def test_a_token_whose_time_is_over_is_Expired() -> None:
    bench = with_list(**PRE)
    end = bench.utc + timedelta(seconds=100)
    assert send(bench, FULL, 2, [entry("A", expires=end), entry("B", "Blocked", expires=end)]) == "Accepted"
    bench.advance(99)
    assert listed(bench, "A") == ("Accepted", None)
    before = rows(bench)
    bench.advance(1)
    assert version(bench) == 2
    assert (listed(bench, "A"), listed(bench, "B")) == (("Expired", None), ("Blocked", None))
    assert rows(bench) == before  # §3.5.2: only an update changes the list
    bench.cut()
    bench.plug()
    bench.swipe("A")
    assert not bench.energy()


def test_while_the_time_is_unknown_nothing_is_over() -> None:
    bench = with_list(entry("A", expires=Bench().utc + timedelta(seconds=100)))
    bench.advance(200)
    bench.clock_known = False
    bench.cut()
    bench.station = bench._make()
    bench.station.start(bench.now)
    bench.run()
    assert bench.station.ctx.utc is None
    assert listed(bench, "A") == ("Accepted", None)


def test_an_online_Accepted_lets_charge_whom_the_list_does_not_vouch_for() -> None:
    bench = with_list(entry("A", "Blocked"), **PRE)
    bench.charge(token="A")
    assert len(bench.sent(AUTHORIZE)) == 1


def test_the_list_goes_before_the_cache() -> None:
    """1.6 §3.5.3."""
    bench = Bench(config=PRE)
    bench.charge(token="A")  # now the cache knows A as Accepted
    bench.swipe("A")
    bench.unplug()
    assert send(bench, FULL, 1, [entry("A", "Blocked")]) == "Accepted"
    bench.cut()
    bench.plug()
    bench.swipe("A")
    assert not bench.energy()


def test_a_listed_token_is_not_cached() -> None:
    """1.6 §3.5.3."""
    bench = with_list(entry("A"))
    bench.charge(token="a")
    bench.charge(2, token="B")
    assert list(bench.store["authorization_cache"]) == ["b"]


def test_W23_a_listed_token_with_LocalPreAuthorize_is_not_asked_about() -> None:
    bench = with_list(entry("A", parent="GROUP"), **PRE)
    bench.charge(token="A")
    assert not bench.sent(AUTHORIZE)
    assert bench.sent(START)[0].id_tag == "A"


# Conflicts


def conflicts(bench: Bench) -> list[v16.StatusNotificationRequest]:
    return [status for status in bench.sent(STATUS) if status.error_code == "LocalListConflict"]


def test_a_conflict_in_an_Authorize_is_reported_for_connector_0() -> None:
    bench = with_list(entry("A"))
    bench.file("A", "Blocked")
    bench.plug()
    bench.swipe("A")
    (told,) = conflicts(bench)
    assert (told.connector_id, told.status, told.info) == (0, "Available", "A: Accepted, Blocked told")


def test_a_conflict_in_a_StartTransaction_is_reported_and_the_back_end_wins() -> None:
    bench = with_list(entry("A"), **PRE)
    bench.file("A", "Invalid")
    bench.plug()
    bench.swipe("A")
    assert len(conflicts(bench)) == 1
    assert bench.sent(v16.StopTransactionRequest)[0].reason == "DeAuthorized"
    assert listed(bench, "A") == ("Accepted", None)


def test_a_conflict_that_came_while_offline_is_reported_later() -> None:
    bench = with_list(entry("A"))
    bench.cut()
    bench.charge(token="A")
    bench.file("A", "Expired")
    bench.restore()
    assert len(conflicts(bench)) == 1


@pytest.mark.parametrize(("listed_as", "told"), [("Accepted", "ConcurrentTx"), ("ConcurrentTx", "Accepted")])
def test_ConcurrentTx_contradicts_nothing(listed_as: str, told: str) -> None:
    bench = with_list(entry("A", listed_as))
    bench.file("A", told)
    bench.plug()
    bench.swipe("A")
    assert not conflicts(bench)


def test_what_is_not_listed_conflicts_with_nothing() -> None:
    bench = with_list(entry("A"))
    bench.file("B", "Blocked")
    bench.plug()
    bench.swipe("B")
    assert not conflicts(bench)


# Switched off, and left out


def test_switched_off_it_counts_as_not_supported_and_is_kept() -> None:
    bench = with_list(entry("A"), **PRE)
    bench.configure("LocalAuthListEnabled", "false")
    assert version(bench) == -1
    assert send(bench, FULL, 2, []) == "NotSupported"
    assert listed(bench, "A") is None
    bench.charge(token="A")
    assert len(bench.sent(AUTHORIZE)) == 1
    bench.configure("LocalAuthListEnabled", "true")
    assert version(bench) == 1 and listed(bench, "A") is not None


def test_left_out_it_has_neither_keys_nor_entries() -> None:
    bench = with_list(entry("A"), **PRE)
    bench.setup.without = frozenset({"LocalAuthListManagement"})
    bench.restart()
    assert version(bench) == -1
    assert send(bench, FULL, 2, [entry("A")]) == "NotSupported"
    assert listed(bench, "A") is None
    answer = bench.ask(v16.GetConfigurationRequest(key=["LocalAuthListEnabled", "SendLocalListMaxLength"]))
    assert answer.unknown_key == ["LocalAuthListEnabled", "SendLocalListMaxLength"]
