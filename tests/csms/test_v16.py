"""The answers of a back end that was told nothing else, for each CALL of a station of 1.6."""

from __future__ import annotations

from typing import Any

import pytest
import ujson

from ocppcore import v16
from ocppcore.csms.v16 import ACTIONS, DEFAULTS

WHEN = '"timestamp":"2026-06-01T11:00:00Z"'
INVALID = {"idTagInfo": {"status": "Invalid"}}
START = f'{{"connectorId":1,"idTag":"GOOD","meterStart":100,{WHEN}}}'


def ask(bench: Any, link: Any, action: str, payload: str) -> Any:
    answer = bench.ask(link, f'[2,"1","{action}",{payload}]')
    assert answer[:2] == [3, "1"], answer
    return answer[2]


@pytest.mark.parametrize(
    ("action", "payload", "expected"),
    [
        ("Heartbeat", "{}", {"currentTime": "2026-06-01T12:00:00Z"}),
        ("Heartbeat", "null", {"currentTime": "2026-06-01T12:00:00Z"}),
        ("Authorize", '{"idTag":"GOOD"}', {"idTagInfo": {"status": "Accepted"}}),
        ("Authorize", '{"idTag":"BAD"}', {"idTagInfo": {"status": "Invalid"}}),
        ("StatusNotification", '{"connectorId":0,"errorCode":"NoError","status":"Available"}', {}),
        ("DataTransfer", '{"vendorId":"com.example"}', {"status": "UnknownVendorId"}),
        ("DiagnosticsStatusNotification", '{"status":"Idle"}', {}),
        ("FirmwareStatusNotification", '{"status":"Idle"}', {}),
        ("SecurityEventNotification", f'{{"type":"StartupOfTheDevice",{WHEN}}}', {}),
        ("LogStatusNotification", '{"status":"Idle"}', {}),
        ("SignedFirmwareStatusNotification", '{"status":"Idle"}', {}),
        ("SignCertificate", '{"csr":"x"}', {"status": "Rejected"}),
        ("MeterValues", f'{{"connectorId":0,"meterValue":[{{{WHEN},"sampledValue":[{{"value":"1"}}]}}]}}', {}),
        ("StartTransaction", START, {"transactionId": 1, "idTagInfo": {"status": "Accepted"}}),
        ("StopTransaction", f'{{"transactionId":9,"meterStop":5,{WHEN}}}', {}),
        ("StopTransaction", f'{{"transactionId":-1,"meterStop":5,{WHEN}}}', {}),
        ("StopTransaction", f'{{"transactionId":-1,"meterStop":5,"idTag":"BAD",{WHEN}}}', INVALID),
    ],
)  # fmt: skip
def test_a_default_answer(bench: Any, action: str, payload: str, expected: Any) -> None:
    assert ask(bench, bench.enter(), action, payload) == expected


def test_every_call_of_a_station_has_a_default() -> None:
    served = {name for name in ACTIONS.requests if name in ACTIONS.served}
    assert served == {kind.action for kind in DEFAULTS} and len(served) == 14  # 10 of 1.6, 4 of the security extension


def test_an_id_token_that_is_not_accepted_gets_a_transaction_all_the_same(bench: Any) -> None:  # 1.6 §4.8
    answer = ask(bench, bench.enter(), "StartTransaction", START.replace("GOOD", "BAD"))
    assert answer == {"transactionId": 1, "idTagInfo": {"status": "Invalid"}}


def test_id_tokens_may_come_with_all_that_is_known_of_them(make_bench: Any) -> None:
    info = v16.IdTagInfo(status=v16.AuthorizationStatus.Blocked, parent_id_tag="P")
    bench = make_bench(authorize=lambda tag: info)
    answer = ask(bench, bench.enter(), "Authorize", '{"idTag":"X"}')
    assert answer == {"idTagInfo": {"status": "Blocked", "parentIdTag": "P"}}


def test_no_id_token_is_accepted_by_mistake(make_bench: Any) -> None:
    bench = make_bench(authorize=None)
    assert ask(bench, bench.enter(), "Authorize", '{"idTag":"X"}')["idTagInfo"]["status"] == "Invalid"
    bench = make_bench(authorize=None, authenticate=None, insecure=True)
    assert ask(bench, bench.enter(), "Authorize", '{"idTag":"X"}')["idTagInfo"]["status"] == "Accepted"


def test_what_is_answered_is_booked(bench: Any) -> None:
    link = bench.enter()
    id = ask(bench, link, "StartTransaction", START)["transactionId"]
    values = f'"meterValue":[{{{WHEN},"sampledValue":[{{"value":"150"}}]}}]'
    ask(bench, link, "MeterValues", f'{{"connectorId":1,"transactionId":{id},{values}}}')
    ask(bench, link, "StopTransaction", ujson.dumps(
        {"transactionId": id, "meterStop": 350, "timestamp": "2026-06-01T11:30:00Z", "reason": "EVDisconnected"}
    ))  # fmt: skip
    (transaction,) = bench.csms.ledger.transactions
    assert (transaction.identity, transaction.energy_wh, transaction.reason) == ("CP1", 250, "EVDisconnected")
    assert [sample.value for _, sample in transaction.values] == ["150"]
