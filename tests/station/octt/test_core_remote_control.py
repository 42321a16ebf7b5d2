"""The certification cases about remote start, remote stop and unlocking, by id (Core profile of 1.6)."""

from __future__ import annotations

from typing import Any

import pytest

from ocppcore import v16
from ocppcore.station import Capabilities
from ocppcore.testing.bench import Bench
from ocppcore.testing.rig import MEASURANDS

START, STOP = v16.StartTransactionRequest, v16.StopTransactionRequest
AUTHORIZE = v16.AuthorizeRequest
FIXED = Capabilities(unlock=False, reset=True, measurands=MEASURANDS)


def remote_start(bench: Bench, connector: int | None = 1, token: str = "TAG1") -> Any:
    return bench.ask(v16.RemoteStartTransactionRequest(connector_id=connector, id_tag=token)).status


def unlock(bench: Bench, connector: int = 1) -> Any:
    return bench.ask(v16.UnlockConnectorRequest(connector_id=connector)).status


@pytest.mark.parametrize("authorize", ["true", "false"])
def test_TC_010_CS_remote_start_with_the_cable_plugged_in(authorize: str) -> None:
    bench = Bench(config={"AuthorizeRemoteTxRequests": authorize})
    bench.plug()
    bench.take()
    assert remote_start(bench) == "Accepted"
    assert len(bench.sent(AUTHORIZE)) == (authorize == "true")
    (start,) = bench.sent(START)
    assert (start.id_tag, start.connector_id) == ("TAG1", 1)
    assert bench.statuses(1)[-1] == "Charging"


@pytest.mark.parametrize("authorize", ["true", "false"])
def test_TC_011_1_CS_remote_start_first(authorize: str) -> None:
    bench = Bench(config={"AuthorizeRemoteTxRequests": authorize})
    assert remote_start(bench) == "Accepted"
    assert bench.statuses(1) == ["Preparing"]
    bench.plug()
    assert len(bench.sent(AUTHORIZE)) == (authorize == "true")
    (start,) = bench.sent(START)
    assert start.id_tag == "TAG1"
    assert bench.statuses(1)[-1] == "Charging"


def test_TC_011_2_CS_remote_start_and_no_cable() -> None:
    bench = Bench(config={"ConnectionTimeOut": "20"})
    assert remote_start(bench) == "Accepted"
    bench.advance(20)
    assert bench.statuses(1) == ["Preparing", "Available"]
    bench.plug()
    assert not bench.sent(START)


def test_TC_012_CS_remote_stop() -> None:
    bench = Bench()
    bench.charge()
    bench.take()
    assert bench.ask(v16.RemoteStopTransactionRequest(transaction_id=1)).status == "Accepted"
    (stop,) = bench.sent(STOP)
    assert (stop.reason, stop.id_tag) == ("Remote", None)
    assert bench.statuses(1) == ["Finishing"]


def test_TC_017_1_CS_unlock_without_a_transaction() -> None:
    bench = Bench()
    assert unlock(bench) == "Unlocked"
    assert not bench.sent(STOP)


def test_TC_017_2_CS_unlock_a_fixed_cable() -> None:
    assert unlock(Bench(capabilities=FIXED)) == "NotSupported"


def test_TC_018_1_CS_unlock_in_a_transaction() -> None:
    bench = Bench()
    bench.charge()
    bench.take()
    assert unlock(bench) == "Unlocked"
    (stop,) = bench.sent(STOP)
    assert stop.reason == "UnlockCommand"
    bench.unplug()
    assert bench.statuses(1) == ["Finishing", "Available"]
    assert len(bench.sent(STOP)) == 1


def test_TC_018_2_CS_unlock_in_a_transaction_with_a_fixed_cable() -> None:
    bench = Bench(capabilities=FIXED)
    bench.charge()
    bench.take()
    assert unlock(bench) == "NotSupported"
    assert not bench.sent(STOP)
    assert bench.energy()


def test_TC_026_CS_remote_start_of_an_occupied_connector() -> None:
    bench = Bench()
    bench.charge()
    bench.take()
    assert remote_start(bench, token="TAG2") == "Rejected"
    assert not bench.sent(START)


@pytest.mark.parametrize("connector", [0, 3, -1])
def test_TC_027_CS_remote_start_of_connector_0(connector: int) -> None:
    request = v16.RemoteStartTransactionRequest(connector_id=connector, id_tag="TAG1")
    assert Bench().insist(request).status == "Rejected"


def test_TC_028_CS_remote_stop_of_an_unknown_transaction() -> None:
    bench = Bench()
    bench.charge()
    assert bench.ask(v16.RemoteStopTransactionRequest(transaction_id=99)).status == "Rejected"
    assert bench.energy()


def test_TC_030_CS_unlock_failure() -> None:
    bench = Bench()
    bench.unlocks = False
    assert unlock(bench) == "UnlockFailed"


def test_TC_031_CS_unlock_an_unknown_connector() -> None:
    bench = Bench()
    answers = [bench.insist(v16.UnlockConnectorRequest(connector_id=connector)) for connector in (0, 3, -1)]
    assert [answer.status for answer in answers] == ["NotSupported"] * 3
