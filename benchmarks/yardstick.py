"""A composite schedule in plain Python: what the calculation costs when it is written down as the standard tells it.

The figures of charging/ are stated against it, so it is not to be made faster. TxProfile over TxDefaultProfile by time,
then the minimum with ChargePointMaxProfile (1.6 §3.13.3); one connector, one unit, no caps, no phases.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

CYCLES = {"Daily": 86400, "Weekly": 604800}
NEVER = 1 << 62


class Plan(NamedTuple):
    """A profile with its times as integers."""

    purpose: str
    level: int
    kind: str
    recurrency: str | None
    valid_from: int | None
    valid_to: int | None
    start: int | None
    duration: int | None
    periods: list[tuple[int, float]]


class Question(NamedTuple):
    """What is asked: from now for a duration, with a transaction since tx_start."""

    now: int
    duration: int
    tx_start: int
    plans: list[Plan]


def instant(text: str | None) -> int | None:
    return None if text is None else int(datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp())


def prepare(given: dict[str, Any]) -> Question:
    """data/composite.json as what a library keeps installed."""
    plans = []
    for entry in given["profiles"]:
        profile = entry["csChargingProfiles"]
        schedule = profile["chargingSchedule"]
        periods = [(period["startPeriod"], period["limit"]) for period in schedule["chargingSchedulePeriod"]]
        plans.append(
            Plan(
                *(profile[key] for key in ("chargingProfilePurpose", "stackLevel", "chargingProfileKind")),
                profile.get("recurrencyKind"),
                *(instant(profile.get(key)) for key in ("validFrom", "validTo")),
                instant(schedule.get("startSchedule")),
                schedule.get("duration"),
                periods,
            )
        )
    now, tx_start = instant(given["now"]), instant(given["txStart"])
    assert now is not None and tx_start is not None
    return Question(now, given["duration"], tx_start, plans)


def intervals(p: Plan, t0: int, t1: int, tx: int) -> list[tuple[int, int, float]]:
    """The profile's limits in [t0, t1): (start, end, limit), in order."""
    purpose, level, kind, rec, vf, vt, start, dur, periods = p
    lo, hi = max(t0, vf or t0), min(t1, vt or t1)
    if kind == "Relative":
        start = tx
    assert start is not None
    step = CYCLES[rec or "Daily"] if kind == "Recurring" else None
    base = start
    if step:
        base = t0 - (t0 - start) % step
    out = []
    while base < hi:
        end = base + dur if dur else NEVER
        if step:
            end = min(end, base + step)
        for i, (sp, lim) in enumerate(periods):
            a = max(base + sp, lo)
            b = min(base + periods[i + 1][0] if i + 1 < len(periods) else end, end, hi)
            if a < b:
                out.append((a, b, lim))
        if not step:
            break
        base += step
    return out


def schedule(asked: Question) -> list[tuple[int, float | None]]:
    """The composite schedule: (start_period, limit), in order."""
    now, dur, tx, profs = asked
    t0, t1 = now, now + dur
    groups: dict[str, list[tuple[int, list[tuple[int, int, float]]]]] = {}
    for p in profs:
        groups.setdefault(p[0], []).append((p[1], intervals(p, t0, t1, tx)))
    for g in groups.values():
        g.sort(key=lambda x: -x[0])
    cuts = sorted({t0, *(c for g in groups.values() for _, iv in g for a, b, _ in iv for c in (a, b) if t0 <= c < t1)})

    def at(purpose: str, t: int) -> float | None:
        for _, iv in groups.get(purpose, ()):
            for a, b, lim in iv:
                if a <= t < b:
                    return lim
        return None

    out: list[tuple[int, float | None]] = []
    for t in cuts:
        lim = at("TxProfile", t)
        if lim is None:
            lim = at("TxDefaultProfile", t)
        m = at("ChargePointMaxProfile", t)
        if m is not None and (lim is None or m < lim):
            lim = m
        if not out or out[-1][1] != lim:
            out.append((t - t0, lim))
    return out
