"""What an older version of the package stored is read and delivered: nothing that was promised is lost by an update.

stored/ has the state of one station as each version left it: fill() below, as JSON. When what is stored changes, the
version that changes it gets a file of its own, before it is released:

    python tests/station/test_stored_states.py 0.2.0
"""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ocppcore import v16
from ocppcore.testing.charging import ChargingBench, profile

STORED = Path(__file__).parent / "stored"
START, STOP, VALUES = v16.StartTransactionRequest, v16.StopTransactionRequest, v16.MeterValuesRequest
FAR = datetime(2099, 1, 1, tzinfo=UTC)
CONFIG = {"AllowOfflineTxForUnknownId": "true", "AuthorizationCacheEnabled": "true", "LocalPreAuthorize": "true"}


def fill() -> ChargingBench:
    """A station with something in each table: a transaction runs at EVSE 1, a whole one waits of EVSE 2, both offline.

    EVSE 3 is out of service, EVSE 4 is reserved.
    """
    bench = ChargingBench(evses=4, config=CONFIG)
    bench.file("CACHED", parent="GROUP", expires=FAR)
    bench.configure("MeterValueSampleInterval", "60")
    accepted = v16.IdTagInfo(status=v16.AuthorizationStatus.Accepted, parent_id_tag="GROUP", expiry_date=FAR)
    listed = [v16.AuthorizationData(id_tag="LISTED", id_tag_info=accepted)]
    full = v16.UpdateType.Full
    bench.ask(v16.SendLocalListRequest(list_version=7, update_type=full, local_authorization_list=listed))
    bench.give(profile(1, (0, 16), (3600, 10, 1), valid_to=FAR, least=6.0))
    bench.give(profile(2, (0, 40), purpose="ChargePointMaxProfile", kind="Absolute", start=bench.utc), 0)
    inoperative = v16.ChangeAvailabilityRequest(connector_id=3, type=v16.AvailabilityType.Inoperative)
    assert bench.ask(inoperative).status == "Accepted"
    bench.reserve(4, "LISTED", parent="GROUP", id=44, seconds=10 * 365 * 86400)
    bench.charge(1, "CACHED")
    bench.advance(90)
    bench.cut()
    bench.charge(2, "LISTED")
    bench.advance(100)
    bench.swipe("LISTED", 2)
    bench.unplug(2)
    bench.advance(10)
    return bench


def test_the_station_that_is_stored_waits_with_all_kinds_of_messages() -> None:
    bench = fill()
    waiting = "".join(bench.store["queue"].values())
    assert all(kind.action in waiting for kind in (START, VALUES, STOP))


@pytest.mark.parametrize("path", sorted(STORED.glob("*.json")), ids=lambda path: str(path.stem))
def test_W27_what_an_older_version_stored_is_read_and_delivered(path: Path) -> None:
    bench = ChargingBench(boot=False, evses=4, config=CONFIG)
    bench.now += 3600
    bench.meters.update({1: 400.0, 2: 200.0})
    bench._transaction_ids = 1  # that of EVSE 1 is known to the back end
    bench.store = json.loads(path.read_text("utf-8"))
    bench.restart()
    bench.advance(120)

    # Of EVSE 2 a whole transaction, of EVSE 1 the values of the offline spell and the end.
    assert [start.connector_id for start in bench.sent(START)] == [2]
    assert [stop.transaction_id for stop in bench.sent(STOP)] == [2, 1]
    stops = {stop.transaction_id: stop for stop in bench.sent(STOP)}
    assert (stops[2].meter_stop, stops[2].reason, stops[2].id_tag) == (200, "Local", "LISTED")
    assert (stops[1].reason, stops[1].meter_stop) == ("PowerLoss", 400)
    assert {values.transaction_id for values in bench.sent(VALUES)} == {1, 2}
    assert not bench.store["queue"]

    assert bench.get_key("MeterValueSampleInterval") == "60"
    assert bench.ask(v16.GetLocalListVersionRequest()).list_version == 7
    assert bench.installed == [1, 2]
    assert bench.schedule(7200)[:2] == [(0, 16, 3), (3600, 10, 1)]  # type: ignore[index]
    assert bench.statuses(3)[-1] == "Unavailable" and bench.statuses(4)[-1] == "Reserved"
    bench.take()
    bench.plug(1)
    bench.swipe("CACHED", 1)
    bench.plug(4)
    bench.swipe("LISTED", 4)
    assert not bench.sent(v16.AuthorizeRequest), "cache and list are as they were"
    assert [(start.connector_id, start.reservation_id) for start in bench.sent(START)] == [(1, None), (4, 44)]


if __name__ == "__main__":
    STORED.mkdir(exist_ok=True)
    written = json.dumps(fill().store, indent=1, sort_keys=True, ensure_ascii=False)
    (STORED / f"{sys.argv[1]}.json").write_text(written + "\n", encoding="utf-8")
