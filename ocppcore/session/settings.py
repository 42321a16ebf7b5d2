"""What a session may be told: times, bounds, and where to connect. Everything may be changed while the session runs.

A changed value holds from the next use on: a call that is out keeps its time-out, a wait that has begun its length;
the ping interval holds at once.
"""

from __future__ import annotations

from ocppcore.session.commands import BasicAuth, Tls


class Endpoint:
    """Where a client connects to: the connection URL of this station (J §3.1.1), its credentials or None, and what TLS
    has to go by; None: the host knows.

    The URL is complete: the identity is its last path segment, percent-encoded.
    """

    __slots__ = ("url", "auth", "tls")

    def __init__(self, url: str, auth: BasicAuth | None = None, tls: Tls | None = None) -> None:
        self.url = url
        self.auth = auth
        self.tls = tls

    def __repr__(self) -> str:
        return f"Endpoint(…@{self.url.rpartition('@')[2]})" if "@" in self.url else f"Endpoint({self.url!r})"


class Backoff:
    """How long a client waits before it connects again (OCPP 2.0.1 part 4 §5.3; JE 3.4 asks 1.6 for the like, also
    after 404).

    The n-th failure in a row (from 0) is followed by wait_minimum × 2^min(n, repeat_times) seconds, plus a new random
    part of at most random_range seconds. Names as RetryBackOff… in 2.0.1 part 4 §8.
    """

    __slots__ = ("wait_minimum", "repeat_times", "random_range")

    def __init__(self, wait_minimum: float = 10, repeat_times: int = 5, random_range: float = 15) -> None:
        self.wait_minimum = wait_minimum
        self.repeat_times = repeat_times
        self.random_range = random_range

    def wait(self, failures: int, chance: float) -> float:
        """Seconds to wait after this many earlier failures; chance: a random number in [0, 1)."""
        return self.wait_minimum * 2.0 ** min(failures, self.repeat_times) + self.random_range * chance


class SessionSettings:
    """The times (seconds) and bounds of one session.

    call_timeout: how long a call of ours waits for its answer, from when it is sent (J §4.1.1; MessageTimeout, E 3.82);
    timeouts: the same for single actions, by name.
    handler_timeout: how long the host may take to reply() before the peer gets an InternalError. Below the usual call
    time-out of 30 s, so that the peer still hears it.
    max_timeouts: after this many calls of ours in a row without an answer the link counts as half dead and is closed,
    to connect again; 0 for never. The default is five minutes of silence: the standard knows no such rule, and messages
    that stay unanswered on purpose must not cost the link.
    ping_interval: seconds between WebSocket pings (WebSocketPingInterval, J §7), 0 for none; pong_timeout: how long
    after a ping the peer may stay silent before the link counts as dead.
    connect_timeout, close_timeout: how long the host may take to connect or to close.
    max_queue: calls that wait to be sent; one more is refused with QueueFull.
    max_incoming: calls of the peer in progress; one more is answered GenericError: the peer's message is in order and
    nothing broke here, so no other code of J §4.2.3 is true.
    """

    __slots__ = (
        "call_timeout",
        "timeouts",
        "handler_timeout",
        "max_timeouts",
        "ping_interval",
        "pong_timeout",
        "connect_timeout",
        "close_timeout",
        "backoff",
        "max_queue",
        "max_incoming",
    )

    def __init__(
        self,
        *,
        call_timeout: float = 30,
        timeouts: dict[str, float] | None = None,
        handler_timeout: float = 25,
        max_timeouts: int = 10,
        ping_interval: float = 60,
        pong_timeout: float = 30,
        connect_timeout: float = 30,
        close_timeout: float = 5,
        backoff: Backoff | None = None,
        max_queue: int = 100,
        max_incoming: int = 16,
    ) -> None:
        self.call_timeout = call_timeout
        self.timeouts = {} if timeouts is None else timeouts
        self.handler_timeout = handler_timeout
        self.max_timeouts = max_timeouts
        self.ping_interval = ping_interval
        self.pong_timeout = pong_timeout
        self.connect_timeout = connect_timeout
        self.close_timeout = close_timeout
        self.backoff = Backoff() if backoff is None else backoff
        self.max_queue = max_queue
        self.max_incoming = max_incoming

    def timeout(self, action: str) -> float:
        """Seconds that a call of this action may take."""
        return self.timeouts.get(action, self.call_timeout) if self.timeouts else self.call_timeout
