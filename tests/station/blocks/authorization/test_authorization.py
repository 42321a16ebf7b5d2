"""May this token charge? Online, offline, listed, cached, and when the back end gives no decision (1.6 §3.5, §4.1)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ocppcore import v16
from ocppcore.errors import RpcError, SetupError
from ocppcore.session.events import CallReceived
from ocppcore.session.session import Session
from ocppcore.station import Setup
from ocppcore.station.context import Authorization
from ocppcore.station.events import AuthorizationEnded
from ocppcore.testing.bench import Bench
from ocppcore.version import ErrorCode

START, AUTHORIZE = v16.StartTransactionRequest, v16.AuthorizeRequest
ERROR = RpcError(ErrorCode.InternalError, "out of order")


class PaperList:
    """A local list as the block of that name will offer it: folded token to status and parent."""

    def __init__(self, **rows: tuple[str, str | None]) -> None:
        self.rows = rows

    def lookup(self, token: str) -> tuple[str, str | None] | None:
        return self.rows.get(token.lower())


def decide(bench: Bench, token: str = "TAG1") -> Authorization | None:
    """What the station decides, None while it waits for the back end."""
    decisions: list[Authorization] = []
    bench.station.handle_timer(bench.now)
    bench.station.ctx.authorizer.authorize(token, decisions.append)
    bench.station.handle_timer(bench.now)
    bench.run()
    assert len(decisions) <= 1
    return decisions[0] if decisions else None


def cached(token: str = "TAG1", status: str = "Accepted", parent: str | None = None, **config: str) -> Bench:
    """A station that has a token in its cache."""
    bench = Bench(config=config)
    bench.file(token, status, parent)
    bench.swipe(token, evse=2)
    bench.take()
    return bench


# Online


@pytest.mark.parametrize("status", ["Accepted", "Blocked", "Expired", "Invalid", "ConcurrentTx"])
def test_the_back_end_decides(status: str) -> None:
    bench = Bench()
    bench.file("TAG1", status, "GROUP")
    decision = decide(bench)
    assert decision is not None
    assert (decision.status, decision.accepted, decision.parent) == (status, status == "Accepted", "GROUP")
    assert not decision.offline


def test_W23_a_valid_token_is_preauthorized_without_a_message() -> None:
    bench = cached(LocalPreAuthorize="true")
    decision = decide(bench, "tag1")
    assert decision is not None and decision.accepted
    assert not bench.sent(AUTHORIZE)


def test_W23_so_is_a_listed_one() -> None:
    bench = Bench(config={"LocalPreAuthorize": "true"})
    bench.station.ctx.local_list = PaperList(tag1=("Accepted", "GROUP"))
    decision = decide(bench)
    assert decision is not None and (decision.accepted, decision.parent) == (True, "GROUP")
    assert not bench.sent(AUTHORIZE)


def test_without_preauthorization_a_cached_token_is_asked_about() -> None:
    bench = cached(LocalPreAuthorize="false")
    decide(bench)
    assert len(bench.sent(AUTHORIZE)) == 1


@pytest.mark.parametrize("status", ["Blocked", "Expired", "Invalid", "ConcurrentTx"])
def test_a_cached_token_that_is_not_valid_is_asked_about(status: str) -> None:
    """§3.5.1, decisions 17: it may have become valid."""
    bench = cached(status=status, LocalPreAuthorize="true")
    bench.file("TAG1")
    decision = decide(bench)
    assert len(bench.sent(AUTHORIZE)) == 1
    assert decision is not None and decision.accepted


def test_one_question_for_two_that_ask_at_once() -> None:
    bench = Bench()
    decisions: list[Authorization] = []
    for token in ("TAG1", "tag1"):
        bench.station.ctx.authorizer.authorize(token, decisions.append)
    bench.station.handle_timer(bench.now)
    bench.run()
    assert len(bench.sent(AUTHORIZE)) == 1
    assert [decision.token for decision in decisions] == ["TAG1", "tag1"]


def test_two_tokens_at_two_evses() -> None:
    """Each gets its own decision, though the answers come late and in turn."""
    bench = Bench()
    bench.file("BAD", "Invalid")
    bench.plug(1)
    bench.plug(2)
    bench.station.present_id_token("GOOD", bench.now, 1)
    bench.station.present_id_token("BAD", bench.now, 2)
    bench.run()
    (start,) = bench.sent(START)
    assert (start.connector_id, start.id_tag) == (1, "GOOD")
    ended = [event for event in bench.events if isinstance(event, AuthorizationEnded)]
    assert [(event.token, event.evse, event.accepted) for event in ended] == [("GOOD", 1, True), ("BAD", 2, False)]


# Offline (§3.5.4)


@pytest.mark.parametrize(
    ("known", "local", "unknown", "accepted"),
    [
        ("Accepted", "true", "false", True),
        ("Accepted", "false", "false", False),
        ("Accepted", "false", "true", True),  # not vouched for here: as any other unknown token
        ("ConcurrentTx", "true", "false", True),  # a valid token that is busy (§3.5.2)
        ("Blocked", "true", "true", False),
        ("Expired", "true", "true", False),
        ("Invalid", "true", "true", False),
        (None, "true", "false", False),
        (None, "false", "true", True),
    ],
)
@pytest.mark.parametrize("listed", [True, False])
def test_the_offline_rules(known: str | None, local: str, unknown: str, accepted: bool, listed: bool) -> None:
    config = {"LocalAuthorizeOffline": local, "AllowOfflineTxForUnknownId": unknown}
    if known is None or listed:
        bench = Bench(config=config)
        bench.station.ctx.local_list = PaperList() if known is None else PaperList(tag1=(known, "GROUP"))
    else:
        bench = cached(status=known, parent="GROUP", **config)
    bench.cut()
    decision = decide(bench)
    assert decision is not None
    assert (decision.accepted, decision.offline) == (accepted, True)
    assert decision.status == ("Accepted" if accepted else known if known not in (None, "Accepted") else "Invalid")
    assert decision.parent == (None if known is None else "GROUP")


def test_the_list_goes_before_the_cache() -> None:
    """§3.5.3."""
    bench = cached(status="Accepted")
    bench.station.ctx.local_list = PaperList(tag1=("Blocked", None))
    bench.cut()
    decision = decide(bench)
    assert decision is not None and decision.status == "Blocked"


def test_listed_tokens_are_not_cached() -> None:
    """§3.5.3."""
    bench = Bench()
    bench.station.ctx.local_list = PaperList(tag1=("Accepted", None))
    bench.charge(token="TAG1")
    assert not bench.store.get("authorization_cache")


def test_a_token_that_came_into_the_list_leaves_the_cache() -> None:
    bench = cached()
    assert list(bench.store["authorization_cache"]) == ["tag1"]
    bench.station.ctx.local_list = PaperList(tag1=("Accepted", None))
    bench.swipe("TAG1", evse=1)
    assert not bench.store["authorization_cache"]


@pytest.mark.parametrize("how", ["CALLERROR", "silence", "link", "nonsense"])
@pytest.mark.parametrize("unknown", [True, False])
def test_no_decision_of_the_back_end_leaves_it_to_the_offline_rules(how: str, unknown: bool) -> None:
    bench = Bench(config={"AllowOfflineTxForUnknownId": "true" if unknown else "false"})
    nonsense = v16.AuthorizeResponse(id_tag_info=v16.IdTagInfo(status=v16.AuthorizationStatus.Accepted))
    nonsense.id_tag_info.parent_id_tag = "x" * 21
    answer = {"CALLERROR": ERROR, "nonsense": nonsense}.get(how)
    bench.answers[AUTHORIZE] = lambda _: answer
    bench.plug()
    if how == "nonsense":
        bench.send_unchecked()
    bench.swipe("TAG1")
    assert len(bench.sent(AUTHORIZE)) == 1
    if how == "silence":
        assert not bench.energy()
        bench.advance(30)
    elif how == "link":
        assert not bench.energy()
        bench.cut()
    assert bench.energy() is unknown


def test_a_full_session_is_no_decision_either() -> None:
    bench = Bench()
    bench.answers[v16.DataTransferRequest] = lambda _: None
    bench.station.ctx.settings.max_queue = 5
    for _ in range(6):
        bench.station.call(v16.DataTransferRequest(vendor_id="x"), bench.now)
    decision = decide(bench)
    assert decision is not None and (decision.accepted, decision.offline) == (False, True)


def test_a_station_that_was_never_accepted_accepts_nobody() -> None:
    """§4.2.1."""
    bench = Bench(boot=False, config={"AllowOfflineTxForUnknownId": "true"})
    bench.reachable = False
    bench.boot()
    bench.plug()
    bench.swipe("TAG1")
    assert not bench.energy()


def test_a_station_that_is_rejected_accepts_nobody_until_it_is_told_otherwise() -> None:
    """§4.2.1. The interval is over, and the next BootNotification is not answered yet."""
    bench = Bench(config={"AllowOfflineTxForUnknownId": "true"})
    bench.answer_boot(v16.RegistrationStatus.Rejected, 20)
    bench.restart()
    bench.answers[v16.BootNotificationRequest] = lambda _: None
    bench.advance(21)
    bench.plug()
    bench.swipe("TAG1")
    assert not bench.energy()


def test_acceptance_is_remembered_over_a_restart_and_counts_for_one_url_only() -> None:
    bench = Bench(config={"AllowOfflineTxForUnknownId": "true"})
    bench.reachable = False
    bench.restart()
    assert (decision := decide(bench)) is not None and decision.accepted
    bench.setup = Setup("CP1", "ws://other.example", vendor="v", model="m", config=bench.setup.config)
    bench.restart()
    assert (decision := decide(bench)) is not None and not decision.accepted


def test_a_rejected_station_accepts_nobody() -> None:
    bench = Bench(config={"AllowOfflineTxForUnknownId": "true"})
    bench.answers[v16.BootNotificationRequest] = lambda _: v16.BootNotificationResponse(
        status=v16.RegistrationStatus.Rejected, current_time=bench.utc, interval=60
    )
    bench.restart()
    assert (decision := decide(bench)) is not None and not decision.accepted


# The cache in the station


def test_W26_there_is_a_cache_and_its_key() -> None:
    bench = cached()
    answer = bench.ask(v16.GetConfigurationRequest(key=["AuthorizationCacheEnabled"]))
    assert [(key.key, key.readonly, key.value) for key in answer.configuration_key] == [
        ("AuthorizationCacheEnabled", False, "true")
    ]
    bench.cut()
    bench.charge(token="TAG1")


def test_start_and_stop_teach_the_cache() -> None:
    """§3.5.1: from every idTagInfo."""
    bench = Bench(config={"StopTransactionOnInvalidId": "false"})
    bench.file("TAG1", "Accepted", "GROUP")
    bench.plug()
    bench.ask(v16.RemoteStartTransactionRequest(connector_id=1, id_tag="TAG1"))  # no Authorize
    entry = bench.station.ctx.authorizer.cache.find("TAG1", bench.utc)  # type: ignore[attr-defined]
    assert (entry.status, entry.parent) == ("Accepted", "GROUP")
    bench.file("TAG1", "Blocked", "GROUP")
    bench.swipe("TAG1")
    entry = bench.station.ctx.authorizer.cache.find("TAG1", bench.utc)  # type: ignore[attr-defined]
    assert entry.status == "Blocked"


def test_an_entry_expires_at_its_time_offline() -> None:
    bench = Bench()
    bench.file("TAG1", expires=bench.utc + timedelta(seconds=100))
    bench.swipe("TAG1", evse=2)
    bench.cut()
    assert (decision := decide(bench)) is not None and decision.accepted
    bench.advance(100)
    assert (decision := decide(bench)) is not None and decision.status == "Expired"


def test_the_cache_survives_a_restart() -> None:
    """E 3.4."""
    bench = cached()
    bench.reachable = False
    bench.restart()
    assert (decision := decide(bench)) is not None and decision.accepted


def test_clear_cache_without_a_cache_is_rejected() -> None:
    """E 3.23."""
    bench = Bench(config={"AuthorizationCacheEnabled": "false"})
    assert bench.ask(v16.ClearCacheRequest()).status == "Rejected"


def test_a_cache_that_is_switched_off_is_not_used_and_not_kept() -> None:
    bench = cached()
    bench.configure("AuthorizationCacheEnabled", "false")
    assert not bench.store["authorization_cache"]
    bench.swipe("TAG1", evse=1)
    assert not bench.store["authorization_cache"]
    bench.cut()
    assert (decision := decide(bench)) is not None and not decision.accepted


def test_W1_clear_cache_keeps_what_waits_for_delivery() -> None:
    bench = Bench(config={"MeterValueSampleInterval": "0"})
    bench.answers[START] = lambda _: ERROR
    bench.charge()
    bench.swipe("TAG1")
    before = dict(bench.store["queue"]), dict(bench.store["transactions"])
    assert bench.ask(v16.ClearCacheRequest()).status == "Accepted"
    assert (bench.store["queue"], bench.store["transactions"]) == before
    bench.answers[START] = bench.start_transaction
    bench.advance(60)
    assert len(bench.sent(v16.StopTransactionRequest)) == 1


def test_any_number_of_tokens_leaves_the_cache_bounded() -> None:
    """H21."""
    bench = Bench(config={"MinimumStatusDuration": "0"})
    cache = bench.station.ctx.authorizer.cache  # type: ignore[attr-defined]
    for number in range(1100):
        bench.swipe(f"T{number}")
        bench.swipe(f"T{number}")  # B1: leave the EVSE free for the next
    assert len(cache) == len(bench.store["authorization_cache"]) == 1000
    assert cache.find("T99", bench.utc) is None
    assert cache.find("T100", bench.utc) is not None


@pytest.mark.parametrize("size", [0, -1, True, "9"])
def test_the_size_of_the_cache_is_checked(size: object) -> None:
    with pytest.raises(SetupError, match="authorization_cache_size"):
        Setup("CP", "ws://x", vendor="v", model="m", authorization_cache_size=size)  # type: ignore[arg-type]


# Beyond the standard


def impatient(**config: str) -> Bench:
    """A station whose back end does not answer, and who waits for it 5 s."""
    bench = cached(**({"AuthorizationTimeout": "5"} | config))
    bench.answers[AUTHORIZE] = lambda _: None
    return bench


@pytest.mark.parametrize(("offline", "accepted"), [("true", True), ("false", False)])
def test_AuthorizationTimeout_ends_the_wait_by_the_offline_rules(offline: str, accepted: bool) -> None:
    bench = impatient(LocalAuthorizeOffline=offline)
    bench.plug()
    bench.swipe(evse=1)
    bench.advance(4)
    assert not [e for e in bench.events if isinstance(e, AuthorizationEnded)][1:]
    bench.advance(1)
    assert bench.energy() is accepted
    assert [e.accepted for e in bench.events if isinstance(e, AuthorizationEnded)][1:] == [accepted]


def test_without_AuthorizationTimeout_the_wait_is_MessageTimeout() -> None:
    bench = impatient(AuthorizationTimeout="0")
    bench.plug()
    bench.swipe(evse=1)
    bench.advance(29)
    assert not bench.energy()
    bench.advance(1)
    assert bench.energy()


def test_an_answer_after_AuthorizationTimeout_is_learnt_and_decides_nothing() -> None:
    bench = impatient()
    ids: list[str] = []
    serve = bench._serve

    def hesitate(backend: Session, event: CallReceived) -> None:
        ids.append(event.id) if isinstance(event.request, AUTHORIZE) else serve(backend, event)

    bench._serve = hesitate  # type: ignore[method-assign]
    bench.swipe(evse=1)
    bench.advance(5)
    assert bench.status(1) == "Preparing" and bench._backend is not None
    bench.file("TAG1", "Blocked")
    bench._backend.reply(ids[0], bench.authorize(v16.AuthorizeRequest(id_tag="TAG1")), bench.now)
    bench.run()
    assert bench.status(1) == "Preparing"
    bench.cut()
    decision = decide(bench)
    assert decision is not None and decision.status == "Blocked"


def test_a_token_that_is_shown_again_after_AuthorizationTimeout_is_asked_about_again() -> None:
    bench = impatient(LocalAuthorizeOffline="false")
    bench.swipe(evse=1)
    bench.advance(31)
    bench.swipe(evse=1)
    bench.advance(60)
    told = [event.accepted for event in bench.events if isinstance(event, AuthorizationEnded)]
    assert told == [True, False, False] and len(bench.sent(AUTHORIZE)) == 2


def test_cards_in_front_of_a_silent_back_end_do_not_pile_up() -> None:
    """H21: what nobody waits for any more is not sent, and leaves room for the other messages."""
    bench = impatient(LocalAuthorizeOffline="false", MessageTimeout="600", WebSocketPingInterval="0")
    bench.take()
    for number in range(20):
        bench.swipe(f"T{number}", evse=1)
        bench.advance(6)
    told = [event.accepted for event in bench.events if isinstance(event, AuthorizationEnded)]
    assert told[1:] == [False] * 20
    bench.advance(600)
    assert [request.id_tag for request in bench.sent(AUTHORIZE)] == ["T0"]


@pytest.mark.parametrize("registration", [None, v16.RegistrationStatus.Rejected, v16.RegistrationStatus.Pending])
@pytest.mark.parametrize("allowed", [False, True])
def test_PreBootTransactions_serves_before_the_first_acceptance(
    registration: v16.RegistrationStatus | None, allowed: bool
) -> None:
    """1.6 §4.2.1: what is to be told waits in the queue."""
    bench = Bench(boot=False, config={"PreBootTransactions": str(allowed), "AllowOfflineTxForUnknownId": "true"})
    if registration is None:
        bench.reachable = False
    else:
        bench.answer_boot(registration, 600)
    bench.boot()
    bench.plug()
    bench.swipe()
    assert bench.energy() is allowed
    bench.advance(60)
    bench.unplug()
    assert not bench.sent(START)
    bench.answer_boot(v16.RegistrationStatus.Accepted, 600)
    if registration is None:
        bench.restore()
    bench.advance(600)
    assert len(bench.sent(START)) == int(allowed)


def test_the_times_of_pre_boot_transactions_are_right_once_the_clock_is() -> None:
    bench = Bench(
        boot=False,
        clock_known=False,
        config={"PreBootTransactions": "true", "AllowOfflineTxForUnknownId": "true"},
    )
    bench.reachable = False
    bench.boot()
    began = bench.utc
    bench.charge()
    bench.advance(3600)
    bench.unplug()
    bench.advance(1800)
    bench.restore()
    (start,) = bench.sent(START)
    (stop,) = bench.sent(v16.StopTransactionRequest)
    assert abs((start.timestamp - began).total_seconds()) < 1
    assert abs((stop.timestamp - began).total_seconds() - 3600) < 1
