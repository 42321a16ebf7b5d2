"""What races against what, within one process. A contest is one line of the table; the entrant "ocppcore" is ours.

A contest with a `base` is gated: `make bench-check` compares how many times as long the base takes.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import NamedTuple

import jsonschema_rs

from benchmarks import refusals, schedules, trips
from benchmarks.corpus import Sample, frames, shuffled, varied
from benchmarks.peers import READERS, SCHEMAS, WRITERS, Job, each
from ocppcore.messages.schema.compile import compile_schema

OURS = "ocppcore"


class Contest(NamedTuple):
    """One race. size: bytes of the frame, if it is about one; per: units in one piece of work; note: for the table."""

    group: str
    name: str
    jobs: dict[str, Job]
    base: str | None = "msgspec"
    size: int | None = None
    per: int = 1
    note: str = ""


Inputs = dict[str, Callable[[Sample], tuple[Sample, ...]]]
INPUTS: Inputs = {"": lambda sample: (sample,), ", varied": varied, ", shuffled": shuffled}


def reading() -> Iterator[Contest]:
    """Text to validated message: one frame again and again; 256 variations; those with shuffled keys."""
    for suffix, pick in INPUTS.items():
        for sample in frames():
            jobs = {name: make(pick(sample)) for name, make in READERS.items()}
            yield Contest(f"decode{suffix}", sample.name, jobs, size=len(sample.data))


def writing() -> Iterator[Contest]:
    """Message to text. Ours and that of `ocpp` are validated."""
    for suffix, pick in list(INPUTS.items())[:2]:
        for sample in frames():
            jobs = {name: make(pick(sample)) for name, make in WRITERS.items()}
            yield Contest(f"encode{suffix}", sample.name, jobs, size=len(sample.data))


def refusing() -> Iterator[Contest]:
    """A bad frame, against the same frame in order. A peer that lets it pass does not take part."""
    for refusal in refusals.refusals():
        verdicts = refusals.verdicts(refusal, ["ocppcore", "msgspec", "jsonschema-rs", "ocpp"])
        assert verdicts.pop(OURS), refusal.name
        jobs = {OURS: READERS[OURS]([refusal.bad]), "accepting": READERS[OURS]([refusal.good])}
        jobs |= {peer: READERS[peer]([refusal.bad]) for peer, refuses in verdicts.items() if refuses}
        wrong = ", ".join(peer for peer, refuses in verdicts.items() if not refuses)
        note = f"accepted by {wrong}" if wrong else ""
        yield Contest("refuse", refusal.name, jobs, "accepting", len(refusal.bad.data), note=note)


def compiling() -> Iterator[Contest]:
    """All 78 official JSON Schema documents of 1.6 to something that validates."""
    documents = [json.loads(path.read_text("utf-8-sig")) for path in sorted(SCHEMAS.glob("*.json"))]

    jobs = {OURS: each(compile_schema, documents), "jsonschema-rs": each(jsonschema_rs.validator_for, documents)}
    yield Contest("schema compile", f"{len(documents)} documents", jobs, "jsonschema-rs")


def scheduling() -> Iterator[Contest]:
    """The calculations of smart charging, on three profiles with 49 periods."""
    yield Contest("charging", "composite schedule of a day", schedules.composing(), "plain Python")
    for name, jobs in schedules.limits():
        yield Contest("charging", name, jobs, "plain Python" if len(jobs) > 1 else None)


def tripping() -> Iterator[Contest]:
    """Heartbeat there and back between two ends in memory. Not gated: `ocpp` needs an event loop and threads for it."""
    jobs = {OURS: trips.ours(), "ocpp": trips.theirs()}
    yield Contest("round trip in memory", "Heartbeat", jobs, None, per=trips.TRIPS)


GROUPS: tuple[Callable[[], Iterator[Contest]], ...] = (reading, writing, refusing, compiling, scheduling, tripping)


def contests() -> Iterator[Contest]:
    for group in GROUPS:
        yield from group()
