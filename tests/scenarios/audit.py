"""What must hold after any day at a site, whatever happened: each fault of it is a line.

- Each transaction has its end, and the registers join: what one transaction ends with, the next one at that EVSE begins
  with. So what was booked is what the meters counted, to the watt-hour.
- Every message that was promised, that is, stored to be delivered, was heard. None was given up or thinned out.
- None was heard twice but where its answer may have been lost; and then it was the same message, so that it is booked
  once.
- In the end the station is at rest: online, all EVSEs Available, nothing waits.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

from ocppcore import v16

from .site import REGISTERS, Site

PROMISED = (v16.StartTransactionRequest, v16.MeterValuesRequest, v16.StopTransactionRequest)


def faults(site: Site) -> list[str]:
    """All that is wrong, a line each."""
    return [*books(site), *messages(site), *at_rest(site)]


def books(site: Site) -> Iterator[str]:
    ledger = site.backend.csms.ledger
    for stray in ledger.strays:
        yield f"a stop of nothing: {stray}"
    for evse, begin in REGISTERS.items():
        shown = begin
        for each in [each for each in ledger.transactions if each.evse == evse]:
            if each.meter_stop is None:
                yield f"{each!r} has no end"
                continue
            if each.meter_start != shown:
                yield f"{each!r} begins at {each.meter_start} Wh, and the one before ended at {shown} Wh"
            shown = each.meter_stop
        counted = site.hardware.evse[evse].register_wh(site.now)
        if shown != counted:
            yield f"EVSE {evse}: booked up to {shown} Wh, the meter shows {counted} Wh"


def key(request: Any) -> str:
    """By what a message is the same as another one (see the Ledger)."""
    payload = request.shape.dump(request)
    if isinstance(request, v16.StopTransactionRequest):
        payload = {"transactionId": payload["transactionId"]}
    return json.dumps(payload, sort_keys=True)


def triggered(request: Any) -> bool:
    """It was asked for, and needs no queue (1.6 §5.17)."""
    if not isinstance(request, v16.MeterValuesRequest):
        return False
    return request.meter_value[0].sampled_value[0].context == v16.ReadingContext.Trigger


def messages(site: Site) -> Iterator[str]:
    for event in site.lost:
        yield f"{type(event).__name__} {event.action}"  # type: ignore[attr-defined]
    for kind in PROMISED:
        heard = Counter(key(request) for request in site.backend.heard(kind) if not triggered(request))
        promised, total, distinct = site.store.promised[kind.action], heard.total(), len(heard)
        if total < promised:
            yield f"{kind.action}: {promised} promised, {total} heard"
        # Where the clock was set back, two values of an EVSE where nothing happens may look the same.
        twins = 12 * len(site.steps) if kind is v16.MeterValuesRequest else 0
        if not promised - twins <= distinct <= promised:
            yield f"{kind.action}: {promised} promised, {distinct} different ones heard"
        if total - distinct > site.interruptions + twins:
            yield f"{kind.action}: {total - distinct} heard again, and {site.interruptions} answers lost at most"


def at_rest(site: Site) -> Iterator[str]:
    if site.station is None:
        yield "the station has no power"
        return
    shown = site.station.snapshot()
    if not shown.online or shown.undelivered:
        yield f"online: {shown.online}, {shown.undelivered} messages wait"
    told: dict[int, str] = {}
    for status in site.backend.heard(v16.StatusNotificationRequest):
        told[status.connector_id] = str(status.status)
    for evse in shown.evses:
        if evse.status != "Available" or told.get(evse.id) != "Available" or evse.transaction is not None:
            yield f"EVSE {evse.id} is {evse.status}, was reported {told.get(evse.id)}: {evse.transaction}"
