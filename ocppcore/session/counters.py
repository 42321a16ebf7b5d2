"""What a session counts: plain ints, never reset, read by whoever exports metrics."""

from __future__ import annotations


class Counters:
    """Counts since the session was made. bytes_ count UTF-8, without the WebSocket's own framing.

    connects: times the link came up; losses: times it went away or could not be made.
    calls_sent, calls_received: CALLs; results_, errors_: CALLRESULTs and CALLERRORs, both ways.
    timeouts: calls of ours without an answer in time; handler_timeouts: calls of the peer that the host left
    unanswered. faults: texts of the peer that break the standard; repaired: of those, the ones read in spite of it.
    strays: answers nobody waited for; ids_reused: finished message ids used again; suppressed: events not made, because
    there were too many of their kind.
    longest_queue: the most calls that waited at once; events_lost: events dropped, because the host took none for too
    long.
    """

    __slots__ = (
        "connects",
        "losses",
        "bytes_sent",
        "bytes_received",
        "calls_sent",
        "calls_received",
        "results_sent",
        "results_received",
        "errors_sent",
        "errors_received",
        "timeouts",
        "handler_timeouts",
        "faults",
        "repaired",
        "strays",
        "ids_reused",
        "suppressed",
        "longest_queue",
        "events_lost",
    )

    def __init__(self) -> None:
        for name in self.__slots__:
            setattr(self, name, 0)

    connects: int
    losses: int
    bytes_sent: int
    bytes_received: int
    calls_sent: int
    calls_received: int
    results_sent: int
    results_received: int
    errors_sent: int
    errors_received: int
    timeouts: int
    handler_timeouts: int
    faults: int
    repaired: int
    strays: int
    ids_reused: int
    suppressed: int
    longest_queue: int
    events_lost: int

    def as_dict(self) -> dict[str, int]:
        """Name to count."""
        return {name: getattr(self, name) for name in self.__slots__}

    def __repr__(self) -> str:
        counts = [f"{name}={count}" for name, count in self.as_dict().items() if count]
        return f"Counters({', '.join(counts)})"
