"""The certification cases about authorization, by id (Core profile of 1.6)."""

from __future__ import annotations

import pytest

from ocppcore import v16
from ocppcore.testing.bench import Bench

START, AUTHORIZE = v16.StartTransactionRequest, v16.AuthorizeRequest
CACHED = {"AuthorizationCacheEnabled": "true", "LocalPreAuthorize": "true", "AuthorizeRemoteTxRequests": "true"}


def with_cached_token() -> Bench:
    bench = Bench(config=CACHED)
    bench.charge(token="TAG1")
    bench.swipe("TAG1", evse=1)
    bench.unplug()
    bench.take()
    return bench


def test_TC_007_CS_a_cached_token_needs_no_authorize() -> None:
    """The newer edition's TC_007_1: by a local swipe."""
    bench = with_cached_token()
    bench.plug()
    bench.swipe("tag1")
    assert not bench.sent(AUTHORIZE)
    assert len(bench.sent(START)) == 1


def test_TC_007_CS_a_cached_token_needs_no_authorize_for_a_remote_start() -> None:
    """The newer edition's TC_007_2."""
    bench = with_cached_token()
    bench.plug()
    answer = bench.ask(v16.RemoteStartTransactionRequest(connector_id=1, id_tag="TAG1"))
    assert answer.status == "Accepted"
    assert not bench.sent(AUTHORIZE)
    assert len(bench.sent(START)) == 1


def test_TC_061_CS_clear_cache() -> None:
    bench = with_cached_token()
    assert bench.ask(v16.ClearCacheRequest()).status == "Accepted"
    bench.plug()
    bench.swipe("TAG1")
    assert len(bench.sent(AUTHORIZE)) == 1


@pytest.mark.parametrize("status", ["Invalid", "Blocked", "Expired"])
def test_TC_023_CS_a_refused_token_starts_nothing(status: str) -> None:
    """The newer edition's TC_023_1, _4 and _5."""
    bench = Bench()
    bench.file("TAG1", status)
    bench.plug()
    bench.swipe("TAG1")
    assert len(bench.sent(AUTHORIZE)) == 1
    bench.advance(120)
    assert not bench.sent(START)
    assert not bench.energy()
    assert "Charging" not in bench.statuses(1)


@pytest.mark.parametrize("status", ["Invalid", "Blocked", "Expired"])
def test_TC_023_CS_a_refused_token_respects_MinimumStatusDuration(status: str) -> None:
    bench = Bench(config={"MinimumStatusDuration": "10"})
    bench.file("TAG1", status)
    bench.swipe("TAG1", 1)
    bench.advance(60)
    assert bench.statuses(1) == [], "without a cable the refusal changes no status"
    bench.plug()
    bench.swipe("TAG1", 1)
    bench.advance(9.9)
    assert bench.statuses(1) == []
    bench.advance(0.1)
    assert bench.statuses(1) == ["Preparing"]
    assert not bench.sent(START)
