"""The cases of charging/: see cases.py."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

from ocppcore.charging import Cap, Limit, Period, Profile, ProfileSet
from ocppcore.charging.calculator import Plan
from ocppcore.charging.timetable import Timetable, converted

T = 1_772_352_000  # 2026-03-01
DAY = 86_400
ODD: list[Any] = [None, True, -1, 0, 1, 7, 2**31, 2**63, 2**200, 1.5, float("nan"), "A", "W", "x", [], Decimal("4.1")]


def attempts(call: Callable[..., object], arguments: list[Any]) -> Callable[[], object]:
    """A case that makes the call with each of the arguments, a tuple standing for several; errors are paths too."""
    given = [argument if isinstance(argument, tuple) else (argument,) for argument in arguments]

    def run() -> None:
        for some in given:
            try:
                call(*some)
            except (ValueError, TypeError, ArithmeticError, AttributeError, IndexError):
                pass

    return run


def profile(purpose: str, kind: str, **more: Any) -> Profile:
    periods = [(0, 16, None), (900, 10.5, 1), (1800, 10.5, 1), (3600, 6, 3)]
    given = dict(start_schedule=T, duration=7200, recurrency="Daily", received=T) | more
    evse = int(purpose != "ChargingStationMaxProfile")
    return Profile(len(purpose), evse, purpose, 1, kind, "AW"[purpose == "TxProfile"], periods, **given)


def station() -> ProfileSet:
    made = ProfileSet([Cap(32, least=6), Cap(22_080, "W")], Cap(63))
    made.begin(1, T)
    for purpose, kind in (("ChargingStationMaxProfile", "Absolute"), ("TxDefaultProfile", "Recurring")):
        made.install(profile(purpose, kind))
    made.install(profile("TxProfile", "Relative", start_schedule=None))
    return made


def of_charging() -> Iterator[tuple[str, Callable[[], object]]]:
    made = station()
    plan, timetable = made.plans[1], Timetable(profile("TxDefaultProfile", "Recurring"))
    instants: list[Any] = [(T + 1000 * step, evse, unit) for step in range(4) for evse in (0, 1, 2) for unit in "AW"]
    instants += ODD + [some for value in ODD for some in ((T, value), (T, 1, value), (T, 1, "A", value))]
    spans = [(1, T, value) for value in ODD] + [(evse, T, DAY, unit) for evse in (0, 1, 2, 3) for unit in "AWx"]
    spans += [(1, T, DAY, "A", None, 2), (1, T, DAY, "A", T, 0)]
    looks = [(T + 500 * step, T) for step in range(20)] + [(value, T) for value in ODD]
    rates = [(1, "A", 3, "x"), (1, "A", 3, "x", 5), ("x",), (2**70, "A", 3, "x")]
    conversions = [(10, one, 3, other, 1, 230) for one in (True, False) for other in (True, False)]
    yield "calculator.Calculator.limit_at", attempts(made.limit_at, instants)
    yield "calculator.Calculator.next_change", attempts(made.next_change, [*instants, (T, None)])
    yield "calculator.Calculator.composite", attempts(made.composite, spans)
    yield "calculator.Calculator.prevailing", attempts(made.prevailing, instants)
    yield "calculator.Plan.set_caps", attempts(plan.set_caps, [[Cap(32)], [], [1], None])
    yield "calculator.Plan: made", attempts(Plan, [(1, [Cap(16)]), (1, []), (1, None), ("x", []), (2**70, [])])
    yield "timetable.Timetable.look", attempts(timetable.look, looks)
    yield "timetable.Timetable.once", attempts(timetable.once, [(T, T), (T - 1, T), *((value, 0) for value in ODD)])
    yield "timetable.Timetable: made", attempts(Timetable, [*made.profiles, None, 5])
    yield "timetable.converted", attempts(converted, conversions + ODD)
    yield "limits.Cap", attempts(Cap, [*ODD, (32, "A"), (32, "x"), (32, "A", 5), (16, "W", 1)])
    yield "limits.Limit", attempts(Limit, rates)
    yield "limits.Period", attempts(Period, [(0, 1, 1.5, 3), (None,) * 4, (0, 2**70, 1, 3)])
    yield "limits.fields", attempts(lambda t: made.limit_at(t, 1) == made.limit_at(t, 0), [T, T + DAY])
    yield "limits: texts", attempts(lambda t: repr(made.limit_at(t, 1)) + repr(made.composite(1, t, DAY)), [T])
    yield "ProfileSet.in_force", attempts(made.in_force, [T, (T, {1: 6}), (T, {1: -1}), (T, {2: 6}, "W"), None])
    yield "ProfileSet.explain", attempts(made.explain, [(T, 1), (T, 0), (T, 9)])
    yield "ProfileSet: filled", attempts(station, [()])
