"""Which values of a reading are reported, and how they are written (1.6 §3.16.3, §7.31, §7.43).

A value is a JSON object with the names of SampledValue, so that it can be stored as it is. One that the meter has
signed has no "value", but "signed": an object with the names of SignedMeterValue (the alliance's note, N 3.2.1).
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator
from decimal import Decimal
from math import isfinite
from typing import Any

from ocppcore.hardware import MeterReading, Sample, SignedReading

REGISTER = "Energy.Active.Import.Register"
PHASES = {"L1", "L2", "L3", "N", "L1-N", "L2-N", "L3-N", "L1-L2", "L2-L3", "L3-L1"}

# The unit where the hardware gives none: §7.45 would have everything in Wh. No unit: Frequency (E 3.86), RPM, factors.
UNITS = (
    ("Energy.Active", "Wh"),
    ("Energy.Reactive", "varh"),
    ("Power.Active", "W"),
    ("Power.Offered", "W"),
    ("Power.Reactive", "var"),
    ("Current", "A"),
    ("Voltage", "V"),
    ("Temperature", "Celsius"),
    ("SoC", "Percent"),
)

Value = dict[str, Any]


def decimal(value: float) -> str:
    """A number as §7.43 wants it: plain decimal, the 15 digits that a float means, no exponent, no binary noise."""
    text = format(Decimal(f"{value:.15g}"), "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def unit_of(measurand: str, given: str | None) -> str | None:
    """The unit to report."""
    if given is not None:
        return None if measurand == "Frequency" else given
    return next((unit for start, unit in UNITS if measurand.startswith(start)), None)


def split(item: str) -> tuple[str, str | None]:
    """An item of a list of measurands: the measurand, and its phase if it has one (§9.1.17)."""
    measurand, _, phase = item.rpartition(".")
    return (measurand, phase) if phase in PHASES else (item, None)


def all_samples(reading: MeterReading) -> Iterator[Sample | SignedReading]:
    """The register, and whatever else was read; the register is not told twice. What is signed stands behind the
    numbers, which it repeats for who can't read it."""
    yield Sample(REGISTER, reading.energy_wh, "Wh")
    for sample in reading.samples:
        overall = sample.phase is None and sample.location in (None, "Outlet")
        if sample.measurand != REGISTER or not overall:
            yield sample
    yield from reading.signed


def offered(reading: MeterReading, measurands: Iterable[str], limit_a: float | None) -> MeterReading:
    """With Current.Offered and Power.Offered added, if they are to be told and the hardware doesn't (§4.7).

    limit_a: amperes per phase that are offered, None if there is no limit and so nothing to tell.
    """
    told = {sample.measurand for sample in reading.samples}
    missing = set(measurands) & {"Current.Offered", "Power.Offered"} - told
    if limit_a is None or not missing:
        return reading
    samples = [Sample("Current.Offered", limit_a, "A")]
    volts = [s.value for s in reading.samples if s.measurand == "Voltage" and s.phase and s.phase.endswith("-N")]
    if volts:
        samples.append(Sample("Power.Offered", limit_a * sum(v for v in volts if isinstance(v, int | float)), "W"))
    added = tuple(sample for sample in samples if sample.measurand in missing)
    return MeterReading(reading.energy_wh, reading.samples + added, reading.signed)


def select(reading: MeterReading, items: Iterable[str], context: str) -> list[Value]:
    """The values that a list of measurands asks for, in its order, none twice.

    An item without a phase means all phases and locations (§3.16.3). A phase L1 means L1-N where that is what there is.
    """
    samples = list(all_samples(reading))
    values: dict[int, Value] = {}
    for item in items:
        measurand, phase = split(item)
        of_it = [(number, sample) for number, sample in enumerate(samples) if sample.measurand == measurand]
        if phase is not None:
            exact = [entry for entry in of_it if entry[1].phase == phase]
            of_it = exact or [entry for entry in of_it if entry[1].phase == f"{phase}-N"]
        for number, sample in of_it:
            if number not in values and (value := written(sample, context)) is not None:
                values[number] = value
    return list(values.values())


def written(sample: Sample | SignedReading, context: str) -> Value | None:
    """One sample as a SampledValue; None if its value is no number. What is a default of the standard for every
    measurand (format Raw, location Outlet) is left out; measurand, context and unit never are."""
    content: Value
    if isinstance(sample, SignedReading):
        content = {"signed": signed(sample)}
    elif isinstance(sample.value, int | float) and isfinite(sample.value):
        content = {"value": decimal(sample.value)}
    else:
        return None
    fields = {
        "context": context,
        "measurand": sample.measurand,
        "phase": sample.phase,
        "location": sample.location,
        "unit": unit_of(sample.measurand, sample.unit),
    }
    return content | {name: value for name, value in fields.items() if value is not None}


def signed(reading: SignedReading) -> dict[str, str]:
    """A signed value as a SignedMeterValue, with its public key (N 3.2.1, 3.2.2)."""
    return {
        "signedMeterData": base64.b64encode(reading.data).decode(),
        "signingMethod": reading.signing_method,
        "encodingMethod": reading.encoding_method,
        "publicKey": base64.b64encode((reading.public_key or "").encode()).decode(),
    }


def is_signed(values: Iterable[Value]) -> bool:
    """True if there is something signed among them."""
    return any("signed" in value for value in values)
