"""Short words for the tests of rules: profiles and stations with everything but what matters left at its default."""

from __future__ import annotations

from typing import Any

from ocppcore.charging import Cap, Profile, ProfileSet, Purpose

NOW = 1_772_352_000  # 2026-03-01T08:00:00Z, a Sunday
MIDNIGHT = NOW - 8 * 3600
HOUR, DAY, WEEK = 3600, 86_400, 604_800
Rows = list[tuple[int, float, int | None]]


def rows(*limits: tuple[int, float]) -> Rows:
    return [(start, limit, None) for start, limit in limits]


def station_max(id: int, *limits: tuple[int, float], **more: Any) -> Profile:
    return made(id, 0, Purpose.StationMax, *limits, **more)


def tx_default(id: int, evse: int, *limits: tuple[int, float], **more: Any) -> Profile:
    return made(id, evse, Purpose.TxDefault, *limits, **more)


def tx(id: int, evse: int, *limits: tuple[int, float], **more: Any) -> Profile:
    return made(id, evse, Purpose.Tx, *limits, **more)


def made(id: int, evse: int, purpose: str, *limits: tuple[int, float], **more: Any) -> Profile:
    """An absolute profile in A from midnight on, of stack level 0, unless told otherwise. limits: (start, limit)."""
    given = {"stack_level": 0, "kind": "Absolute", "unit": "A", "periods": rows(*limits), "start_schedule": MIDNIGHT}
    return Profile(id, evse, purpose, **{**given, **more})


def station(*profiles: Profile, rating: float = 32, running: tuple[int, ...] = (), **more: Any) -> ProfileSet:
    """Two EVSEs of 32 A; on those in `running`, transactions began at NOW with id 4711 and upwards."""
    made = ProfileSet([Cap(rating)] * 2, **more)
    for number, evse in enumerate(running):
        made.begin(evse, NOW, 4711 + number)
    for profile in profiles:
        made.install(profile)
    return made


def amps(profiles: ProfileSet, t: int, evse: int = 1) -> float:
    return profiles.limit_at(t, evse).limit


def schedule(
    profiles: ProfileSet, evse: int = 1, duration: int = DAY, unit: str = "A", start: int = NOW
) -> list[tuple[int, float]]:
    return [(period.start, period.limit) for period in profiles.composite(evse, start, duration, unit)]
