"""A day of 44 visits, with outages, restarts, kills, a clock that jumps and two firmware updates: the books balance to
the watt-hour, no message is lost, none is booked twice. See day.py for what happens, audit.py for what must hold."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from ocppcore import v16

from .audit import faults
from .chart import draw
from .day import SEED, play, random_faults
from .site import Site


@pytest.fixture(scope="module")
def day() -> Site:
    return play(SEED)


@pytest.fixture
def fresh() -> Site:
    """A day of one's own, to spoil."""
    return play(SEED)


def test_nothing_is_wrong_in_the_end(day: Site) -> None:
    assert faults(day) == []


def test_the_day_has_all_that_a_day_can_have(day: Site) -> None:
    transactions = day.backend.csms.ledger.transactions
    assert len(transactions) >= 40 and sum(each.energy_wh or 0 for each in transactions) > 50_000
    reasons = {str(each.reason) for each in transactions}
    assert reasons >= {"Local", "Remote", "EVDisconnected", "DeAuthorized", "UnlockCommand", "EmergencyStop"}
    assert reasons >= {"PowerLoss", "HardReset", "SoftReset"}
    notes = Counter(text for _, text in day.notes)
    assert notes["offline"] >= 5 and notes["power cut"] >= 3 and notes["kill"] >= 1 and notes["restart"] >= 3
    assert notes["clock"] == 2
    assert any(each.reservation_id for each in transactions)
    assert any(each.id_tag == "FAMILY-1" and each.stop_tag == "FAMILY-2" for each in transactions)


def test_both_firmware_updates_came_through(day: Site) -> None:
    told = [str(status.status) for status in day.backend.heard(v16.FirmwareStatusNotificationRequest)]
    signed = [str(status.status) for status in day.backend.heard(v16.SignedFirmwareStatusNotificationRequest)]
    assert told == ["Downloading", "Downloaded", "Installing", "Installed"]
    assert signed[-5:] == ["Downloaded", "SignatureVerified", "Installing", "InstallRebooting", "Installed"]
    assert day.firmware == "3.0"


def test_the_same_seed_is_the_same_day(day: Site, fresh: Site) -> None:
    def said(site: Site) -> list[tuple[str, Any]]:
        return [(request.action, request.shape.dump(request)) for request in site.backend.requests]

    assert said(fresh) == said(day)


@pytest.mark.parametrize("seed", range(1, 9))
def test_another_day_with_faults_at_any_time(seed: int) -> None:
    assert faults(play(seed, random_faults)) == []


def test_it_can_be_looked_at(day: Site) -> None:
    lines = list(draw(day))
    assert lines[-1].startswith("  The books agree to the watt-hour: ")
    assert max(map(len, lines)) <= 120 and any("░" in line for line in lines)


# The audit looks


def test_a_message_that_is_missing_is_seen(fresh: Site) -> None:
    fresh.backend.requests.remove(fresh.backend.heard(v16.StopTransactionRequest)[20])
    assert [line.split(":")[0] for line in faults(fresh)] == ["StopTransaction"] * 2


def test_a_message_that_is_heard_too_often_is_seen(fresh: Site) -> None:
    fresh.backend.requests.extend(fresh.backend.heard(v16.StartTransactionRequest)[:1] * 100)
    (line,) = faults(fresh)
    assert line.startswith("StartTransaction: ") and "heard again" in line


def test_a_watt_hour_is_seen(fresh: Site) -> None:
    booked = fresh.backend.csms.ledger.transactions[7]
    assert booked.meter_stop is not None
    booked.meter_stop += 1
    assert any("begins at" in line for line in faults(fresh))


def test_a_sample_that_is_missing_is_seen(fresh: Site) -> None:
    for each in fresh.backend.csms.ledger.transactions:
        each.values[:] = [row for row in each.values if row[1].context != v16.ReadingContext.Sample_Periodic]
    assert any("was sampled" in line for line in faults(fresh))


def test_an_excess_is_seen(fresh: Site) -> None:
    fresh.excesses.append("too much")
    assert faults(fresh) == ["too much"]
