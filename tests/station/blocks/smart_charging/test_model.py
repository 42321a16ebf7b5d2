"""Profiles, transactions, restarts and time in any order, against a slow and simple model of 1.6 §3.13."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocppcore.testing.charging import ChargingBench, profile

MOST, DEFAULT, TX = "ChargePointMaxProfile", "TxDefaultProfile", "TxProfile"
RATING, LEAST, ROOM, TOP = 32.0, 6.0, 3, 1
EVSES = (1, 2)

LIMITS = st.sampled_from([0, 3, 6, 8, 10.5, 16, 20, 31.9, 40])
ROWS = st.dictionaries(st.sampled_from([10, 60, 61, 300]), LIMITS, max_size=3)
# Where they belong, mostly.
PLACES = st.sampled_from(
    [(MOST, 0), (MOST, 0), (MOST, 1), (DEFAULT, 0), (DEFAULT, 1), (DEFAULT, 2), (TX, 1), (TX, 1), (TX, 2), (TX, 0)]
)
SCHEDULES = st.fixed_dictionaries(
    {
        "id": st.integers(1, 5),
        "level": st.sampled_from([0, 0, 0, 1, 1, 2]),
        "start": st.none() | st.sampled_from([-100, 0, 30]),  # None: Relative
        "first": LIMITS,
        "rows": ROWS,
        "duration": st.none() | st.sampled_from([1, 60, 200]),
        "until": st.none() | st.sampled_from([5, 100]),
    }
)
PROFILES = st.builds(lambda place, rest: {"purpose": place[0], "connector": place[1]} | rest, PLACES, SCHEDULES)
CLEARS = st.fixed_dictionaries(
    {},
    optional={
        "id": st.integers(1, 6),
        "connector_id": st.integers(0, 3),
        "charging_profile_purpose": st.sampled_from([MOST, DEFAULT, TX]),
        "stack_level": st.integers(0, 2),
    },
)
STEPS = st.one_of(
    st.tuples(st.just("give"), PROFILES),
    st.tuples(st.just("give"), PROFILES),
    st.tuples(st.just("clear"), CLEARS),
    st.tuples(st.just("charge"), st.sampled_from(EVSES)),
    st.tuples(st.just("remote"), st.tuples(st.sampled_from(EVSES), PROFILES)),
    st.tuples(st.just("stop"), st.sampled_from(EVSES)),
    st.tuples(st.just("wait"), st.sampled_from([1, 9, 30, 59, 60, 241])),
    st.tuples(st.just("restart"), st.none()),
)


class Model:
    """The station as the standard tells it; t: seconds since the test began."""

    def __init__(self) -> None:
        self.t = 0
        self.profiles: dict[int, dict[str, Any]] = {}
        self.began: dict[int, int] = {}  # of running transactions, by EVSE

    # Profiles

    def give(self, new: dict[str, Any], starting: bool = False) -> str:
        tx, connector = new["purpose"] == TX, new["connector"]
        place = connector == 0 if new["purpose"] == MOST else connector > 0 if tx else True
        known = not tx or starting or connector in self.began
        kept = {
            id: old
            for id, old in self.profiles.items()
            if id != new["id"] and any(old[name] != new[name] for name in ("purpose", "level", "connector"))
        }
        if not place or not known or new["level"] > TOP or len(kept) >= ROOM or (starting and not tx):
            return "Rejected"
        begin = None if new["start"] is None else self.t + new["start"]
        until = None if new["until"] is None else self.t + new["until"]
        entry = new | {"begin": begin, "void": until, "received": self.t}
        self.profiles = kept | {new["id"]: entry}
        return "Accepted"

    def clear(self, fields: dict[str, Any]) -> str:
        names = {"connector_id": "connector", "charging_profile_purpose": "purpose", "stack_level": "level"}
        if "id" in fields:
            gone = {fields["id"]} & self.profiles.keys()
        else:
            gone = {
                id for id, old in self.profiles.items() if all(old[names[name]] == v for name, v in fields.items())
            }
        for id in gone:
            del self.profiles[id]
        return "Accepted" if gone else "Unknown"

    def end(self, evse: int) -> None:
        del self.began[evse]
        self.clear({"connector_id": evse, "charging_profile_purpose": TX})

    # Limits

    def says(self, one: dict[str, Any], t: int, anchor: int) -> float | None:
        begin = one["begin"]
        if begin is None:
            begin = one["received"] if one["purpose"] == MOST else anchor
        offset = t - begin
        if offset < 0 or (one["void"] is not None and t >= one["void"]):
            return None
        if one["duration"] is not None and offset >= one["duration"]:
            return None
        limit: float = one["first"]
        for start in sorted(one["rows"]):
            if start <= offset:
                limit = one["rows"][start]
        return limit

    def prevailing(self, purpose: str, evse: int, t: int, anchor: int) -> float | None:
        for level in (1, 0):
            alike = [one for one in self.profiles.values() if (one["purpose"], one["level"]) == (purpose, level)]
            there = {one["connector"]: one for one in alike}
            one = there.get(evse, None if purpose == TX else there.get(0))
            if one is not None and (limit := self.says(one, t, anchor)) is not None:
                return limit
        return None

    def group(self, t: int) -> float:
        limit = self.prevailing(MOST, 0, t, t)
        return len(EVSES) * RATING if limit is None else limit

    def limit(self, evse: int, t: int, now: int) -> float:
        anchor = self.began.get(evse, now)
        own = self.prevailing(TX, evse, t, anchor) if evse in self.began else None
        if own is None:
            own = self.prevailing(DEFAULT, evse, t, anchor)
        return min(RATING, self.group(t), RATING if own is None else own)

    def in_force(self) -> dict[int, float | None]:
        """The group's limit shared out: the least to each in the order of their begin, what is left evenly."""
        running = sorted(self.began, key=lambda evse: (self.began[evse], evse))
        most = {evse: self.limit(evse, self.t, self.t) for evse in running}
        left, given = self.group(self.t), dict.fromkeys(running, 0.0)
        served = []
        for evse in running:
            least = min(LEAST, most[evse])
            if least <= left:
                given[evse] = least
                left -= least
                served.append(evse)
        while left > 1e-9 and (hungry := [evse for evse in served if most[evse] - given[evse] > 1e-9]):
            part = min(left / len(hungry), *(most[evse] - given[evse] for evse in hungry))
            for evse in hungry:
                given[evse] += part
                left -= part
        return {evse: given.get(evse) for evse in EVSES}

    def composite(self, evse: int, seconds: list[int]) -> list[float]:
        return [int(round(self.limit(evse, self.t + second, self.t) * 10, 6)) / 10 for second in seconds]


def message(new: dict[str, Any], bench: ChargingBench) -> Any:
    start = None if new["start"] is None else bench.utc + timedelta(seconds=new["start"])
    return profile(
        new["id"],
        (0, new["first"]),
        *sorted(new["rows"].items()),
        purpose=new["purpose"],
        level=new["level"],
        kind="Relative" if start is None else "Absolute",
        start=start,
        duration=new["duration"],
        valid_to=None if new["until"] is None else bench.utc + timedelta(seconds=new["until"]),
    )


def carry_out(step: str, what: Any, bench: ChargingBench, model: Model) -> None:
    if step == "give":
        assert bench.give(message(what, bench), what["connector"]) == model.give(what)
    elif step == "clear":
        assert bench.clear(**what) == model.clear(what)
    elif step == "charge" and what not in model.began:
        bench.plug(what)
        bench.swipe(f"TAG{what}", what)
        model.began[what] = model.t
    elif step == "remote" and what[0] not in model.began:
        evse, new = what[0], what[1] | {"connector": what[0]}
        bench.plug(evse)
        status = bench.start_remotely(message(new, bench), evse, f"TAG{evse}")
        assert status == model.give(new, starting=True)
        if status == "Accepted":
            model.began[evse] = model.t
        else:
            bench.unplug(evse)
    elif step == "stop" and what in model.began:
        bench.press_stop(what)
        bench.unplug(what)
        model.end(what)
    elif step == "wait":
        bench.advance(what)
        model.t += what
    elif step == "restart":
        bench.restart()  # the cables are gone as well
        for evse in list(model.began):
            model.end(evse)


@settings(max_examples=200)
@given(st.lists(STEPS, min_size=4, max_size=24))
def test_whatever_happens_the_limits_are_those_of_the_standard(steps: list[tuple[str, Any]]) -> None:
    bench, model = ChargingBench(
        config={
            "MaxChargingProfilesInstalled": str(ROOM),
            "ChargeProfileMaxStackLevel": str(TOP),
            "MeterValueSampleInterval": "0",
        }
    ), Model()
    for step, what in steps:
        carry_out(step, what, bench, model)
        assert bench.installed == sorted(model.profiles)
        for evse, limit in model.in_force().items():
            assert bench.limit(evse) == (None if limit is None else pytest.approx(limit, abs=1e-5)), (evse, step)
            assert bench.energy(evse) == (limit is not None and limit > LEAST - 1e-5)
    seconds = [*range(0, 70), 100, 199, 200, 201, 299, 300, 359, 360]
    for evse in EVSES:
        periods = bench.schedule(600, evse)
        assert periods is not None
        told = [next(limit for start, limit, _ in reversed(periods) if start <= second) for second in seconds]
        assert told == model.composite(evse, seconds)
