"""Points that laboratories insist upon, where no case shows them by itself. Smart charging's are in its own file, those
of security in tests/station/blocks/certificates and security."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ocppcore import v16
from ocppcore.errors import RpcError
from ocppcore.station import Capabilities
from ocppcore.testing.bench import Bench
from ocppcore.version import ErrorCode

START, STOP, AUTHORIZE = v16.StartTransactionRequest, v16.StopTransactionRequest, v16.AuthorizeRequest
OPERATIVE, INOPERATIVE = v16.AvailabilityType.Operative, v16.AvailabilityType.Inoperative
ERROR = RpcError(ErrorCode.InternalError, "out of order")


def change(bench: Bench, connector: int, kind: v16.AvailabilityType) -> str:
    return str(bench.ask(v16.ChangeAvailabilityRequest(connector_id=connector, type=kind)).status)


def frames(bench: Bench) -> list[Any]:
    """What the station says from now on."""
    said: list[Any] = []
    assert bench._backend is not None
    bench._backend.tap = lambda way, text: said.append(json.loads(text)) if way == "in" else None
    return said


@pytest.mark.parametrize("connector", [0, 1])
def test_what_is_so_already_is_accepted_and_not_reported(connector: int) -> None:
    bench = Bench()
    assert change(bench, connector, OPERATIVE) == "Accepted"
    assert not bench.take()
    assert change(bench, connector, INOPERATIVE) == "Accepted"
    assert bench.take(v16.StatusNotificationRequest)
    assert change(bench, connector, INOPERATIVE) == "Accepted"
    assert not bench.take()


@pytest.mark.parametrize("kind", [INOPERATIVE, OPERATIVE])
def test_connector_0_is_reported_with_every_connector(kind: v16.AvailabilityType) -> None:
    bench = Bench()
    if kind is OPERATIVE:
        change(bench, 0, INOPERATIVE)
    bench.take()
    assert change(bench, 0, kind) == "Accepted"
    expected = "Unavailable" if kind is INOPERATIVE else "Available"
    told = [(item.connector_id, item.status) for item in bench.sent(v16.StatusNotificationRequest)]
    assert sorted(told) == [(number, expected) for number in (0, 1, 2)]


def test_a_change_of_availability_waits_in_Preparing_too() -> None:
    bench = Bench()
    bench.plug()
    assert change(bench, 1, INOPERATIVE) == "Scheduled"
    assert bench.status() == "Preparing"
    bench.unplug()
    assert bench.statuses(1)[-1] == "Unavailable"


def test_inoperative_survives_a_power_cycle_and_charges_nobody() -> None:
    bench = Bench()
    change(bench, 1, INOPERATIVE)
    bench.take()
    bench.restart()
    assert bench.statuses(1) == ["Unavailable"] and bench.statuses(2) == ["Available"]
    bench.plug()
    bench.swipe("TAG1", 1)
    assert not bench.energy() and not bench.sent(START)


def test_a_card_in_Finishing_stops_nothing_again() -> None:
    bench = Bench()
    bench.charge()
    bench.press_stop()
    assert bench.statuses(1)[-1] == "Finishing"
    bench.take()
    bench.swipe("TAG2", 1)
    assert not bench.sent(STOP)


def test_a_start_that_fails_is_tried_exactly_so_often_and_its_stop_is_sent_all_the_same() -> None:
    attempts = {"TransactionMessageAttempts": "3", "TransactionMessageRetryInterval": "5"}
    bench = Bench(config={**attempts, "MeterValueSampleInterval": "0"})
    bench.answers[START] = lambda _: ERROR
    bench.charge()
    bench.advance(300)
    assert len(bench.sent(START)) == 3 and bench.energy()
    bench.swipe("TAG1")
    bench.advance(300)
    assert len(bench.sent(START)) == 3
    assert [stop.transaction_id for stop in bench.sent(STOP)] == [-1]


@pytest.mark.parametrize("retries", [0, 1, 3])
def test_retries_of_a_transfer_are_additional_and_each_is_told(retries: int) -> None:
    bench = Bench(capabilities=Capabilities(diagnostics=True))
    bench.transfers_work = False
    bench.ask(v16.GetDiagnosticsRequest(location="ftp://none.example/in", retries=retries, retry_interval=10))
    bench.advance(100)
    assert len(bench.uploads) == retries + 1
    told = [str(item.status) for item in bench.sent(v16.DiagnosticsStatusNotificationRequest)]
    assert told == ["Uploading", "UploadFailed"] * (retries + 1)


@pytest.mark.parametrize(
    "text", ['[2,"1","Reset",{"type":"Hard"]', '[2,"1","Reset",{"type":}]', '[2,"1","Reset",["Hard"]]']
)
def test_a_broken_payload_is_a_FormationViolation(text: str) -> None:
    bench = Bench()
    said = frames(bench)
    bench.station.receive(text, bench.now)
    bench.run()
    ((kind, id, code, *_),) = said
    assert (kind, id, code) == (4, "1", "FormationViolation")
    assert not bench.resets


def test_what_arrives_together_is_served_in_its_order() -> None:
    """The answer to StartTransaction, and right behind it the RemoteStop of that transaction."""
    bench = Bench()
    bench.answers[START] = lambda _: None
    said = frames(bench)
    bench.charge()
    (id,) = [frame[1] for frame in said if frame[0] == 2 and frame[2] == "StartTransaction"]
    bench.answers[START] = bench.start_transaction
    for text in (
        f'[3,"{id}",{{"transactionId":77,"idTagInfo":{{"status":"Accepted"}}}}]',
        '[2,"stop","RemoteStopTransaction",{"transactionId":77}]',
    ):
        bench.station.receive(text, bench.now)
    bench.run()
    assert [3, "stop", {"status": "Accepted"}] in said
    (stop,) = bench.sent(STOP)
    assert (stop.transaction_id, stop.reason) == (77, "Remote")


def test_one_id_for_two_connectors_confuses_nobody() -> None:
    """Back ends use ids again; each connector's transaction keeps its own values and its own end."""
    bench = Bench(config={"MeterValueSampleInterval": "60"})
    bench.answers[START] = lambda request: v16.StartTransactionResponse(
        transaction_id=7, id_tag_info=v16.IdTagInfo(status=v16.AuthorizationStatus.Accepted)
    )
    bench.charge(1, "TAG1")
    bench.advance(30)
    bench.charge(2, "TAG2")
    bench.advance(60)
    bench.swipe("TAG1", 1)
    assert bench.energy(2) and not bench.energy(1)
    bench.swipe("TAG2", 2)
    assert [(stop.transaction_id, stop.id_tag, stop.meter_stop) for stop in bench.sent(STOP)] == [
        (7, "TAG1", 180),
        (7, "TAG2", 120),
    ]
    values = [(item.connector_id, item.transaction_id) for item in bench.sent(v16.MeterValuesRequest)]
    assert values == [(1, 7), (2, 7)]
