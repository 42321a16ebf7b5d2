"""The target `schedule`: profiles, transactions and restrictions out of bytes, and questions about them.

Whatever is installed, FieldError is the only refusal; and the answers agree with each other: a composite schedule has
at each second the limit that limit_at() has, and nothing changes before next_change().
"""

from __future__ import annotations

from collections.abc import Iterable

from ocppcore.charging import Cap, FieldError, Kind, Profile, ProfileSet, Purpose, Recurrency

START = 1_772_352_000  # 2026-03-01
# Seconds and offsets around which things happen, and the bounds of what is taken.
SECONDS = [0, 1, 59, 60, 900, 3599, 3600, 86_399, 86_400, 86_401, 604_800, 2_678_400, 2**31 - 1, 2**31, -1, -86_400]
AMOUNTS = [0.0, 0.1, 0.05, 6, 6.000001, 13.8, 16, 32, 230.0, 690, 11_040, 22_080.5, 1e7, 2_147_483_648, -1, 1e300]
PURPOSES, KINDS = list(Purpose), list(Kind)
RECURRENCIES = [None, *Recurrency]


class Reader:
    """Small numbers out of bytes; zeros when they are used up."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    @property
    def empty(self) -> bool:
        return self.at >= len(self.data)

    def below(self, bound: int) -> int:
        self.at += 1
        return self.data[self.at - 1] % bound if self.at <= len(self.data) else 0

    def second(self) -> int:
        """Seconds from START, mostly near to it."""
        kind = self.below(256)
        return SECONDS[kind % len(SECONDS)] + self.below(4) * 3600 if kind < 240 else self.below(256) * 7919

    def maybe(self, second: int) -> int | None:
        return second if self.below(2) else None

    def amount(self) -> float:
        kind = self.below(256)
        return AMOUNTS[kind % len(AMOUNTS)] if kind < 64 else kind / 10


def profile(read: Reader) -> Profile:
    offset, periods = 0, []
    for _ in range(read.below(6) + (read.below(40) == 39) * 30):
        periods.append((offset, read.amount(), [None, 1, 2, 3, 0][read.below(5)]))
        offset += read.second()
    return Profile(
        read.below(8),
        read.below(4),
        PURPOSES[read.below(3)],
        read.below(4),
        KINDS[read.below(3)],
        "AW"[read.below(2)],
        periods,
        start_schedule=read.maybe(START + read.second()),
        duration=read.maybe(read.second()),
        recurrency=RECURRENCIES[read.below(3)],
        valid_from=read.maybe(START + read.second()),
        valid_to=read.maybe(START + read.second()),
        transaction=[None, 1, "a"][read.below(3)],
        min_charging_rate=read.maybe(6),
        received=read.maybe(START),
    )


def step(profiles: ProfileSet, read: Reader) -> None:
    """One thing that happens to the station, or one question."""
    what = read.below(9)
    if what < 3:
        profiles.install(profile(read))
    elif what == 3:
        profiles.begin(read.below(4), START + read.second(), [None, 1, "a"][read.below(3)])
    elif what == 4:
        profiles.end(read.below(4))
    elif what == 5:
        profiles.restrict(read.below(4), ["cable", "ev"][read.below(2)], read.amount(), "AW"[read.below(2)])
    elif what == 6:
        profiles.remove(evse=read.maybe(read.below(4)), purpose=[None, *PURPOSES][read.below(4)])
    else:
        ask(profiles, START + read.second(), read.below(4), "AW"[read.below(2)], read.second())


def ask(profiles: ProfileSet, t: int, evse: int, unit: str, duration: int) -> None:
    periods = profiles.composite(evse, t, duration, unit)
    assert periods[0].start == 0 and periods[-1].end <= duration
    for period, later in zip(periods, [*periods[1:], None]):
        assert period.start < period.end and (later is None or later.start == period.end)
        assert later is None or (later.limit, later.phases) != (period.limit, period.phases)
        for second in (period.start, (period.start + period.end) // 2, period.end - 1):
            limit = profiles.limit_at(t + second, evse, unit, t)
            assert (limit.millionths // 100_000 / 10, limit.phases) == (period.limit, period.phases)
    change = profiles.next_change(t, evse, unit, t)
    now = profiles.limit_at(t, evse, unit, t)
    if change is not None:
        assert change > t
        before = profiles.limit_at((t + change) // 2, evse, unit, t)
        assert (before.millionths, before.phases) == (now.millionths, now.phases)
    for shared in profiles.in_force(t, {1: 10}, unit).values():
        assert shared.millionths >= 0
    assert len(profiles.explain(t, evse)) == len(profiles.profiles)


def fuzz_schedule(data: bytes) -> None:
    read = Reader(data)
    profiles = ProfileSet([Cap(32, least=6), Cap(16, phases=1), Cap(22_080, "W")], Cap(63))
    while not read.empty:
        try:
            step(profiles, read)
        except FieldError:
            pass


def seeds() -> Iterable[bytes]:
    """One of each kind of profile with a transaction, then questions."""
    for seed in range(48):
        numbers = [(seed * 7 + index * (seed % 11 + 1)) % 256 for index in range(60)]
        yield bytes([3, 1, 0, 1, 0, 3, 0, *numbers[:20], 1, *numbers[20:50], 8, 4, 1, 0, 11, 0, 7, 2, 0, 1, 8, 0])
