"""What the back end booked, beside what the meters counted; and power over time, as the books tell it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from ocppcore.csms.ledger import Transaction
from ocppcore.v16 import Measurand


class Span:
    """Energy that was charged between two instants, in Wh."""

    __slots__ = ("begin", "end", "wh")

    def __init__(self, begin: datetime, end: datetime, wh: float) -> None:
        self.begin = begin
        self.end = end
        self.wh = wh


def differences(booked: Iterable[Transaction], counted: Mapping[int, list[int]]) -> list[str]:
    """What does not agree, a line each. counted: by EVSE, the Wh of each visit of an EV, in order of time."""
    found = []
    by_evse: dict[int, list[Transaction]] = {evse: [] for evse in counted}
    for transaction in sorted(booked, key=lambda entry: entry.start):
        by_evse.setdefault(transaction.evse, []).append(transaction)
    for evse, transactions in by_evse.items():
        visits = counted.get(evse, [])
        if len(visits) != len(transactions):
            found.append(f"EVSE {evse}: {len(transactions)} transactions booked, {len(visits)} visits of an EV counted")
        for transaction, wh in zip(transactions, visits, strict=False):
            if transaction.energy_wh != wh:
                booked_wh = "no end" if transaction.energy_wh is None else f"{transaction.energy_wh} Wh"
                found.append(f"EVSE {evse}, transaction {transaction.id}: {booked_wh} booked, {wh} Wh counted")
    return found


def as_object(transaction: Transaction) -> dict[str, Any]:
    """One booked transaction as a JSON object."""
    return {
        "id": transaction.id,
        "evse": transaction.evse,
        "tag": transaction.id_tag,
        "start": transaction.start.isoformat(),
        "stop": None if transaction.stop is None else transaction.stop.isoformat(),
        "energy_wh": transaction.energy_wh,
        "reason": transaction.reason,
    }


def spans(transaction: Transaction) -> list[Span]:
    """The energy between each two readings of the register that were booked, start and stop included."""
    points = {transaction.start: float(transaction.meter_start)}
    for at, sample in transaction.values:
        if sample.measurand == Measurand.Energy_Active_Import_Register and sample.phase is None:
            points[at] = float(sample.value)
    if transaction.stop is not None and transaction.meter_stop is not None:
        points[transaction.stop] = float(transaction.meter_stop)
    times = sorted(points)
    return [Span(a, b, points[b] - points[a]) for a, b in zip(times, times[1:], strict=False)]
