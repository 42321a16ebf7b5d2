"""What must hold after any day at a site, whatever happened: each fault of it is a line.

- Each transaction has its end, and the registers join: what one transaction ends with, the next one at that EVSE begins
  with. So what was booked is what the meters counted, to the watt-hour.
- Every message that was promised, that is, stored to be delivered, was heard. None was given up or thinned out.
- None was heard twice but where its answer may have been lost; and then it was the same message, so that it is booked
  once.
- Sampled values stand on their interval from the start, clock-aligned ones on their quarter of an hour, none missing
  and none twice: looked at where the power was there, and the clock right for some hours before and after.
- No more was offered than the charging profiles of the day allow.
- In the end the station is at rest: online, all EVSEs Available, nothing waits.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from ocppcore import v16

from .site import BEGIN, CONFIG, HOUR, REGISTERS, Site

QUIET = 60.0  # seconds: a program that starts takes a while to find out what there is
WRONG_BY = 2.5 * HOUR  # no clock is wrong by more, or else by years
INTERVAL = int(CONFIG["MeterValueSampleInterval"])
PROMISED = (v16.StartTransactionRequest, v16.MeterValuesRequest, v16.StopTransactionRequest)


def faults(site: Site) -> list[str]:
    """All that is wrong, a line each."""
    return [*books(site), *messages(site), *samples(site), *aligned(site), *site.excesses, *at_rest(site)]


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
        twins = 36 * len(site.wrong) if kind is v16.MeterValuesRequest else 0
        if not promised - twins <= distinct <= promised:
            yield f"{kind.action}: {promised} promised, {distinct} different ones heard"
        if total - distinct > site.interruptions + twins:
            yield f"{kind.action}: {total - distinct} heard again, and {site.interruptions} answers lost at most"


def quiet(site: Site, begin: float, end: float) -> bool:
    """Nothing disturbed the measuring between these seconds, nor left stamps there that belong elsewhere."""
    spells = [(when, when) for when in site.starts] + site.dark
    spells += [(first - WRONG_BY, last + WRONG_BY) for first, last in site.wrong]
    return not any(first - QUIET <= end and begin <= last + QUIET for first, last in spells)


def second(at: datetime) -> float:
    return (at - BEGIN).total_seconds()


def samples(site: Site) -> Iterator[str]:
    for each in site.backend.csms.ledger.transactions:
        if each.stop is None or each.reason == "PowerLoss" or not quiet(site, second(each.start), second(each.stop)):
            continue
        context = v16.ReadingContext.Sample_Periodic
        passed = sorted({(at - each.start).total_seconds() for at, sample in each.values if sample.context == context})
        most = (each.stop - each.start).total_seconds() / INTERVAL
        whole = [float(INTERVAL * number) for number in range(1, math.floor(most) + 1)]
        if passed not in (whole, whole[:-1] if most == math.floor(most) else whole):
            yield f"{each!r} was sampled after {passed} seconds, not {whole}"


def aligned(site: Site) -> Iterator[str]:
    heard: Counter[tuple[int, datetime]] = Counter()
    for request in {key(request): request for request in site.backend.heard(v16.MeterValuesRequest)}.values():
        for value in request.meter_value:
            if value.sampled_value[0].context == v16.ReadingContext.Sample_Clock:
                heard[request.connector_id, value.timestamp] += 1
    for quarter in range(1, 4 * 24):
        at = quarter * 15 * 60.0
        if not quiet(site, at, at):
            continue
        for connector in (0, *REGISTERS):
            times = heard[connector, BEGIN + timedelta(seconds=at)]
            if times != 1:
                yield f"connector {connector}: {times} values at {BEGIN + timedelta(seconds=at):%H:%M}"


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
