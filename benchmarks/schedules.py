"""The calculations of charging/ on data/composite.json: a station maximum, 24 daily periods, 24 of a transaction.

Asked is the composite schedule of a day, 25 periods, and the limit at one second; beside it, yardstick.py.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks import yardstick
from benchmarks.peers import Job, each
from ocppcore.charging import Cap, Profile, ProfileSet, Purpose

GIVEN = json.loads((Path(__file__).parent / "data" / "composite.json").read_text("utf-8"))
ASKED = yardstick.prepare(GIVEN)
HARDWARE = 1000.0  # amperes: above all limits of the profiles
PURPOSES = {"ChargePointMaxProfile": Purpose.StationMax, "TxDefaultProfile": Purpose.TxDefault, "TxProfile": Purpose.Tx}


def profile_of(entry: dict[str, Any]) -> Profile:
    """An entry of the file as charging/ takes it."""
    given = entry["csChargingProfiles"]
    schedule = given["chargingSchedule"]
    periods = [(p["startPeriod"], p["limit"], p.get("numberPhases")) for p in schedule["chargingSchedulePeriod"]]
    return Profile(
        given["chargingProfileId"],
        entry["connectorId"],
        PURPOSES[given["chargingProfilePurpose"]],
        given["stackLevel"],
        given["chargingProfileKind"],
        schedule["chargingRateUnit"],
        periods,
        start_schedule=yardstick.instant(schedule.get("startSchedule")),
        duration=schedule.get("duration"),
        recurrency=given.get("recurrencyKind"),
        transaction=given.get("transactionId"),
        received=ASKED.now,
    )


def installed() -> ProfileSet:
    """All of the file, with its transaction running on EVSE 1."""
    profiles = ProfileSet([Cap(HARDWARE)])
    profiles.begin(1, ASKED.tx_start, GIVEN["transactionId"])
    for entry in GIVEN["profiles"]:
        profiles.install(profile_of(entry))
    return profiles


def composing() -> dict[str, Job]:
    """A day's composite schedule, as typed periods; the yardstick's are pairs."""
    profiles = installed()
    ours = [(period.start, period.limit) for period in profiles.composite(1, ASKED.now, ASKED.duration)]
    assert ours == yardstick.schedule(ASKED) and len(ours) == 25, ours

    def run(batch: list[Any]) -> object:
        schedule = None
        for now in batch:
            schedule = profiles.composite(1, now, 86400)
        return schedule

    return {"ocppcore": (run, [ASKED.now]), "plain Python": each(yardstick.schedule, [ASKED])}


def limits() -> Iterator[tuple[str, dict[str, Job]]]:
    """The limit at a second, at instants all over the day; the yardstick has nothing smaller than a schedule."""
    profiles = installed()
    instants = [ASKED.now + 337 * step for step in range(256)]
    seconds = [ASKED._replace(now=now, duration=1) for now in instants]

    def run_limits(batch: list[Any]) -> object:
        limit = None
        for now in batch:
            limit = profiles.limit_at(now, 1)
        return limit

    def run_changes(batch: list[Any]) -> object:
        change = None
        for now in batch:
            change = profiles.next_change(now, 1)
        return change

    ours = {"ocppcore": (run_limits, instants), "plain Python": each(yardstick.schedule, seconds)}
    yield "limit at a second", ours
    yield "next change", {"ocppcore": (run_changes, instants)}
