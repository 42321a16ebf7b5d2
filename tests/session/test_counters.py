"""The counters say what happened, and agree between two ends of one link."""

from __future__ import annotations

from typing import Any

from ocppcore import v16
from ocppcore.errors import RpcError
from ocppcore.version import ErrorCode


def test_two_ends_count_the_same(session_pair: Any) -> None:
    pair = session_pair(v16.ACTIONS)
    client, server = pair.client.connection, pair.server.connection
    pair.server.handlers[v16.HeartbeatRequest] = lambda request: v16.HeartbeatResponse(current_time=pair.clock.utc())

    def refuse(request: Any) -> Any:
        raise RpcError(ErrorCode.SecurityError)

    pair.server.handlers[v16.AuthorizeRequest] = refuse
    client.start(pair.now)
    pair.run_until_idle()
    for _ in range(3):
        client.call(v16.HeartbeatRequest(), pair.now)
    client.call(v16.AuthorizeRequest(id_tag="Ä"), pair.now)
    pair.run_until_idle()
    pair.cut()
    pair.advance(100)
    ours, theirs = client.counters, server.counters
    assert ours.as_dict() | {"bytes_sent": 0, "bytes_received": 0} == dict.fromkeys(ours.as_dict(), 0) | {
        "connects": 2,
        "losses": 1,
        "calls_sent": 4,
        "results_received": 3,
        "errors_received": 1,
        "longest_queue": 3,
    }
    assert (theirs.calls_received, theirs.results_sent, theirs.errors_sent) == (4, 3, 1)
    assert ours.bytes_sent == theirs.bytes_received == sum(len(text.encode()) for text in pair.client.sent)
    assert ours.bytes_received == theirs.bytes_sent == sum(len(text.encode()) for text in pair.server.sent)
    assert "calls_sent=4" in repr(ours) and "timeouts" not in repr(ours)
