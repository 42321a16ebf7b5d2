"""The certification cases about the local authorization list, by id (Local Auth List Management profile of 1.6)."""

from __future__ import annotations

from typing import Any

import pytest

from ocppcore import v16
from ocppcore.testing.bench import Bench

FULL, DIFFERENTIAL = v16.UpdateType.Full, v16.UpdateType.Differential
START, AUTHORIZE = v16.StartTransactionRequest, v16.AuthorizeRequest
ACCEPTED = v16.AuthorizationStatus.Accepted


def entry(token: str) -> v16.AuthorizationData:
    return v16.AuthorizationData(id_tag=token, id_tag_info=v16.IdTagInfo(status=ACCEPTED))


def send(bench: Bench, kind: v16.UpdateType, version: int, *tokens: str) -> Any:
    request = v16.SendLocalListRequest(
        list_version=version, update_type=kind, local_authorization_list=[entry(token) for token in tokens]
    )
    return bench.ask(request).status


def version(bench: Bench) -> int:
    answer: v16.GetLocalListVersionResponse = bench.ask(v16.GetLocalListVersionRequest())
    return answer.list_version


def test_TC_042_1_CS_version_of_a_list_that_is_not_supported() -> None:
    bench = Bench()
    bench.configure("LocalAuthListEnabled", "false")
    assert version(bench) == -1


def test_TC_042_2_CS_version_of_an_empty_list() -> None:
    bench = Bench()
    assert send(bench, FULL, 1) == "Accepted"
    assert version(bench) == 0


def test_TC_043_CS_send_local_authorization_list() -> None:
    bench = Bench()
    assert send(bench, FULL, 1, "TAG1", "TAG2") == "Accepted"
    assert version(bench) == 1
    assert send(bench, DIFFERENTIAL, 2, "TAG3") == "Accepted"
    assert version(bench) == 2


def test_TC_043_1_CS_not_supported() -> None:
    bench = Bench()
    bench.configure("LocalAuthListEnabled", "false")
    assert send(bench, FULL, 1, "TAG1") == "NotSupported"


def test_TC_043_2_CS_version_mismatch() -> None:
    bench = Bench()
    assert send(bench, FULL, 2, "TAG1") == "Accepted"
    assert version(bench) == 2
    assert send(bench, DIFFERENTIAL, 5, "TAG2") == "Accepted"
    assert version(bench) == 5
    assert send(bench, DIFFERENTIAL, 4, "TAG3") == "VersionMismatch"
    assert version(bench) == 5


def test_TC_043_3_CS_what_cannot_be_stored_has_failed() -> None:
    bench = Bench(config={"LocalAuthListMaxLength": "2"})
    assert send(bench, FULL, 1, "TAG1", "TAG2", "TAG3") == "Failed"
    assert version(bench) == 0


@pytest.mark.parametrize("plugged_first", [True, False])
def test_TC_008_CS_start_with_an_id_in_the_list(plugged_first: bool) -> None:
    """The newer edition's TC_008_1."""
    bench = Bench(config={"LocalPreAuthorize": "true"})
    assert send(bench, FULL, 1, "TAG1") == "Accepted"
    for act in (bench.plug, bench.swipe) if plugged_first else (bench.swipe, bench.plug):
        act()
    assert not bench.sent(AUTHORIZE)
    (start,) = bench.sent(START)
    assert start.id_tag == "TAG1"
    assert bench.statuses(1)[-1] == "Charging"


def test_TC_008_CS_remote_start_with_an_id_in_the_list() -> None:
    """The newer edition's TC_008_2."""
    bench = Bench(config={"LocalPreAuthorize": "true", "AuthorizeRemoteTxRequests": "true"})
    assert send(bench, FULL, 1, "TAG1") == "Accepted"
    bench.plug()
    assert bench.ask(v16.RemoteStartTransactionRequest(connector_id=1, id_tag="TAG1")).status == "Accepted"
    assert not bench.sent(AUTHORIZE)
    (start,) = bench.sent(START)
    assert start.id_tag == "TAG1"
