"""How much of anything is too much: token buckets for connections, handshakes, failed logins and messages (H11), and
how many stations may be connected.

    rate      so many at once, and so many a second from then on; None for no bound
    name      what has a bucket of its own: an address (of IPv6, its /64), an identity at home, an identity elsewhere
    memory    at most `size` buckets; beyond that the one that was used the longest ago is forgotten, which is fuller
              than the others, and a full one is as good as none

Whoever knows an identity could keep its station out, by failing in its name all day long. So a station is not held to
what others do as long as it is at home: at the address from which it was let in the last time.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from functools import lru_cache
from ipaddress import IPv6Address, ip_address
from math import ceil
from typing import Final, NamedTuple

from ocppcore.errors import SetupError

TRUSTED: Final = ("127.0.0.1", "::1")
COME_AGAIN: Final = 60  # seconds, for a station that finds no room


class Rate(NamedTuple):
    """burst: so many at once. per_second: so many from then on."""

    burst: float
    per_second: float


TELLING: Final = Rate(1, 1 / 60)  # of events that say that there is no room


def _checked(rate: Rate | None) -> Rate | None:
    if rate is not None and not (rate.burst >= 1 and rate.per_second > 0):
        raise SetupError(f"a rate allows at least 1 at once and more than 0 a second, not {tuple(rate)}")
    return rate


class Bucket:
    """One token bucket, full at `now`."""

    __slots__ = ("_rate", "_tokens", "_at")

    def __init__(self, rate: Rate, now: float) -> None:
        self._rate = rate
        self._tokens = rate.burst
        self._at = now

    def wait(self, now: float, cost: float = 1) -> float:
        """Seconds until it has that many tokens; 0 if it has."""
        burst, per_second = self._rate
        self._tokens = min(burst, self._tokens + max(0.0, now - self._at) * per_second)
        self._at = now
        missing = min(cost, burst) - self._tokens
        return 0.0 if missing <= 0 else missing / per_second

    def take(self, cost: float = 1) -> None:
        """Take tokens out; of one that lacks them, all that it has."""
        self._tokens = max(0.0, self._tokens - cost)


class Buckets:
    """Token buckets by name."""

    __slots__ = ("_rate", "_size", "_buckets")

    def __init__(self, rate: Rate | None, size: int) -> None:
        self._rate = _checked(rate)
        self._size = size
        self._buckets: dict[Hashable, Bucket] = {}  # the one that was used last at the end

    def __len__(self) -> int:
        return len(self._buckets)

    def wait(self, name: Hashable, now: float) -> float:
        """Seconds until this one has a token; 0 if it has one. Takes nothing."""
        bucket = self._buckets.get(name)
        return 0.0 if bucket is None else bucket.wait(now)

    def take(self, name: Hashable, now: float) -> float:
        """Take a token, and return 0; or the seconds until there is one."""
        if self._rate is None:
            return 0.0
        bucket = self._buckets.pop(name, None) or Bucket(self._rate, now)
        self._buckets[name] = bucket
        if len(self._buckets) > self._size:
            del self._buckets[next(iter(self._buckets))]
        wait = bucket.wait(now)
        if not wait:
            bucket.take()
        return wait


class Meter:
    """What one connection may send."""

    __slots__ = ("_messages", "_characters")

    def __init__(self, messages: Rate | None, characters: Rate | None, now: float) -> None:
        self._messages = None if messages is None else Bucket(messages, now)
        self._characters = None if characters is None else Bucket(characters, now)

    def excess(self, length: int, now: float) -> str:
        """Of what a message of this length is too much; "" if it may come."""
        for bucket, cost, what in ((self._messages, 1, "messages"), (self._characters, length, "characters")):
            if bucket is not None:
                if bucket.wait(now, cost):
                    return what
                bucket.take(cost)
        return ""


class Throttle:
    """The bounds of a back end. connections: per address. handshakes: per identity, as it is claimed.

    failures_by_address, failures_by_identity: failed logins. messages, characters: on each connection; more closes it.
    half_open: connections of one address that have not finished their handshake. trusted: addresses that are not
    limited: this machine, unless told otherwise. size: buckets of each kind that are remembered.
    stations: that may be connected at a time, in all; one more is told to come again later.
    dropped counts the connections that were turned away without a word, crowded the stations for which there was no
    room; connected: stations that are.
    """

    def __init__(
        self,
        *,
        connections: Rate | None = Rate(500, 50),
        handshakes: Rate | None = Rate(30, 1),
        failures_by_address: Rate | None = Rate(100, 1),
        failures_by_identity: Rate | None = Rate(10, 0.1),
        messages: Rate | None = None,
        characters: Rate | None = None,
        half_open: int = 256,
        stations: int = 20_000,
        trusted: Iterable[str] = TRUSTED,
        size: int = 10_000,
    ) -> None:
        self._connections = Buckets(connections, size)
        self._handshakes = Buckets(handshakes, size)
        self._by_address = Buckets(failures_by_address, size)
        self._by_identity = Buckets(failures_by_identity, size)
        self._messages = _checked(messages)
        self._characters = _checked(characters)
        self._half_open = half_open
        self._stations = stations
        self._trusted = frozenset(map(group, trusted))
        self._size = size
        self._unfinished: dict[str, int] = {}
        self._homes: dict[str, str] = {}  # by identity, the address that it was let in from the last time
        self._telling = Buckets(TELLING, 1)
        self.connected = 0
        self.dropped = 0
        self.crowded = 0

    @classmethod
    def off(cls) -> Throttle:
        """Nothing is too much."""
        off = cls(half_open=1 << 30, stations=1 << 30)
        off._connections = off._handshakes = off._by_address = off._by_identity = Buckets(None, 0)
        return off

    def arrive(self, address: str, now: float) -> bool:
        """A connection begins: True if it may; finished() must follow then."""
        name = group(address)
        if not self._limits(name):
            return True
        unfinished = self._unfinished.get(name, 0)
        if unfinished >= self._half_open or self._connections.take(name, now):
            self.dropped += 1
            return False
        self._unfinished[name] = unfinished + 1
        return True

    def finished(self, address: str) -> None:
        """The handshake of a connection is over, one way or the other."""
        name = group(address)
        if left := self._unfinished.pop(name, 1) - 1:
            self._unfinished[name] = left

    def handshake(self, identity: str, address: str, now: float) -> int:
        """A handshake is to be judged: 0 if it may be, else the seconds to wait before the next one."""
        name = group(address)
        home = self._homes.get(identity) == name
        wait = self._handshakes.take((identity, home), now)
        if not home:
            wait = max(wait, self._by_identity.wait(identity, now))
            if self._limits(name):
                wait = max(wait, self._by_address.wait(name, now))
        return ceil(wait)

    def failed(self, identity: str, address: str, now: float) -> None:
        """The credentials were wrong."""
        self._by_identity.take(identity, now)
        self.suspect(address, now)

    def suspect(self, address: str, now: float) -> None:
        """Somebody failed who has not even said who it is."""
        name = group(address)
        if self._limits(name):
            self._by_address.take(name, now)

    def passed(self, identity: str, address: str) -> None:
        """The credentials were right."""
        self._homes.pop(identity, None)
        self._homes[identity] = group(address)
        if len(self._homes) > self._size:
            del self._homes[next(iter(self._homes))]

    def enter(self) -> bool:
        """A station that is not connected comes in: True if there is room; left() must follow then."""
        if self.connected >= self._stations:
            self.crowded += 1
            return False
        self.connected += 1
        return True

    def left(self) -> None:
        """A station is not connected any more."""
        self.connected -= 1

    def tells(self, now: float) -> bool:
        """Whether it is told that there was no room: in a flood, seldom."""
        return not self._telling.take("crowded", now)

    def meter(self, now: float) -> Meter | None:
        """For a new connection; None if messages are not bounded."""
        if self._messages is None and self._characters is None:
            return None
        return Meter(self._messages, self._characters, now)

    def _limits(self, name: str) -> bool:
        return bool(name) and name not in self._trusted


@lru_cache(maxsize=1024)
def group(address: str) -> str:
    """What counts as one address: of IPv6 a /64, which is what one customer gets; what is no IP address, as it is."""
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        if not parsed.is_loopback:
            return f"{IPv6Address(int(parsed) >> 64 << 64)}/64"
    return str(parsed)
