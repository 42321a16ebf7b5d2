"""docs/requests.md says what goes back: each row is run. What is not Accepted changes nothing and starts nothing."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ocppcore import v16
from ocppcore.station.evse import EvseError
from ocppcore.testing.bench import Bench

DOCUMENT = (Path(__file__).parents[2] / "docs" / "requests.md").read_text("utf-8")
SECTION = re.compile(r"^### (\w+)\n\n```json\n(.*?)```\n\n(.*?)(?=^###|\Z)", re.M | re.S)
ROW = re.compile(r"^\| (.+?) \| (\w+) \| `(.*)` \|$", re.M)


def rows() -> Iterator[Any]:
    for action, base, table in SECTION.findall(DOCUMENT):
        for asked, answer, change in ROW.findall(table):
            fields = json.loads(base) | json.loads(change)
            request = {name: value for name, value in fields.items() if value is not None}
            yield pytest.param(action, request, answer, id=f"{action}: {asked}")


@pytest.fixture
def bench() -> Bench:
    """The station of the examples."""
    bench = Bench(evses=6, config={"LocalAuthListMaxLength": "3", "SendLocalListMaxLength": "3"})
    info = v16.IdTagInfo(status=v16.AuthorizationStatus.Accepted)
    entries = [v16.AuthorizationData(id_tag=token, id_tag_info=info) for token in "AB"]
    full = v16.UpdateType.Full
    bench.ask(v16.SendLocalListRequest(list_version=5, update_type=full, local_authorization_list=entries))
    bench.charge(2, "TAG2")
    bench.station.error(3, EvseError("GroundFailure"), bench.now)
    bench.run()
    bench.ask(v16.ChangeAvailabilityRequest(connector_id=4, type=v16.AvailabilityType.Inoperative))
    assert bench.reserve(5, "TAG7", id=7) == "Accepted"
    statuses = [evse.status for evse in bench.station.ctx.evses.values()]
    assert statuses == ["Available", "Charging", "Faulted", "Unavailable", "Reserved", "Available"]
    bench.take()
    return bench


def asked(bench: Bench, action: str, request: Any) -> str:
    """The status of the answer, or the code of the CALLERROR."""
    bench.station.receive(json.dumps([2, "1", action, request]), bench.now)
    bench._store_batches()
    answer, *_ = (json.loads(text) for text in bench.station.data_to_send())
    assert answer[1] == "1"
    return str(answer[2] if answer[0] == 4 else answer[2]["status"])


@pytest.mark.parametrize(("action", "request_", "answer"), list(rows()))
def test_the_answer_is_that_of_the_documentation(bench: Bench, action: str, request_: Any, answer: str) -> None:
    stored = copy.deepcopy(bench.store)
    assert asked(bench, action, request_) == answer
    bench.run()
    if answer != "Accepted":
        assert bench.store == stored and not bench.sent()


def test_the_tables_are_there() -> None:
    counted: dict[str, int] = {}
    for row in rows():
        counted[str(row.values[0])] = counted.get(str(row.values[0]), 0) + 1
    assert counted.keys() == {action for action, _, _ in SECTION.findall(DOCUMENT)}
    assert min(counted.values()) >= 3 and sum(counted.values()) >= 50
