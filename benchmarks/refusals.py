"""Frames that must be refused, each made of a frame of the corpus by one change, and who refuses them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from benchmarks.corpus import Sample, frames
from benchmarks.peers import READERS, Job
from ocppcore.wire import Fault

# Name: the frame, what is replaced in it (its last occurrence), and by what.
CHANGES: dict[str, tuple[str, bytes, bytes]] = {
    "instant 'banana'": ("StartTransaction.req", b"2026-03-01T08:02:15Z", b"banana"),
    "instant in month 13": ("StartTransaction.req", b"2026-03-01", b"2026-13-01"),
    "instant on 30 February": ("StartTransaction.req", b"2026-03-01", b"2026-02-30"),
    "text too long": ("Authorize.req", b"04A1B2C3D4E5F6", b"04A1B2C3D4E5F604A1B2C"),
    "field missing": ("StartTransaction.req", b'"meterStart":1234500,', b""),
    "field unknown": ("Authorize.req", b'"idTag"', b'"x":1,"idTag"'),
    "key twice": ("Authorize.req", b'"idTag"', b'"idTag":"A","idTag"'),
    "integer as text": ("StartTransaction.req", b"1234500", b'"1234500"'),
    "integer written 5.0": ("StartTransaction.req", b"1234500", b"5.0"),
    "NaN": ("StartTransaction.req", b"1234500", b"NaN"),
    "unknown status": ("StatusNotification.req", b"Preparing", b"Preparinh"),
    "last of 48 measurands unknown": ("MeterValues.req 4x12", b'"measurand":"', b'"measurand":"X'),
    "last of 24 limits 13.15": ("SetChargingProfile.req 24p", b'"limit":13.1', b'"limit":13.15'),
    "last text of 60 too long": ("GetConfiguration.conf 60k", b'"key":"', b'"key":"' + b"x" * 50),
    "not JSON: last brace missing": ("MeterValues.req 4x12", b"}]}]", b"]}]"),
    "5 elements": ("Heartbeat.req", b"{}", b"{},1"),
    "message id a number": ("Heartbeat.req", b'"f6c3a5f8-8a7e-4d2b-9d35-0f6a1f2c7b00"', b"7"),
    "message id of 200 characters": ("Heartbeat.req", b"f6c3a5f8-8a7e-4d2b-9d35-0f6a1f2c7b00", b"f" * 200),
}


class Refusal(NamedTuple):
    """A frame in order, and the same with one fault."""

    name: str
    good: Sample
    bad: Sample


def refusals() -> list[Refusal]:
    found = []
    for name, (frame, old, new) in CHANGES.items():
        good = next(sample for sample in frames() if sample.name == frame)
        head, part, tail = good.data.rpartition(old)
        assert part, f"{frame} has no {old!r}"
        found.append(Refusal(name, good, good._replace(data=head + new + tail)))
    return found


def refuses(job: Job) -> bool:
    """True if the reader refuses its input."""
    run, inputs = job
    return isinstance(run(inputs), Fault | Exception)


def verdicts(refusal: Refusal, peers: Sequence[str]) -> dict[str, bool]:
    """Who refuses the bad frame."""
    return {peer: refuses(READERS[peer]([refusal.bad])) for peer in peers}
