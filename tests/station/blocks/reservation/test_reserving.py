"""ReserveNow (1.6 §5.13): what can be reserved, and what the same id again does."""

from __future__ import annotations

from typing import Any

import pytest

from ocppcore import v16
from ocppcore.errors import CallErrorReceived
from ocppcore.station.evse import EvseError
from ocppcore.testing.bench import Bench
from ocppcore.version import ErrorCode

START = v16.StartTransactionRequest


def reserved(connector: int = 1, parent: str | None = None, **how: Any) -> Bench:
    """A station with a reservation for the token T."""
    bench = Bench(**how)
    assert bench.reserve(connector, parent=parent) == "Accepted"
    bench.take()
    return bench


def rows(bench: Bench) -> dict[str, str]:
    return dict(bench.store.get("reservation", {}))


def started(bench: Bench) -> list[tuple[int, str, int | None]]:
    return [(start.connector_id, start.id_tag, start.reservation_id) for start in bench.sent(START)]


# What can be reserved


@pytest.mark.parametrize("connector", [3, 99])
def test_an_unknown_connector_is_Rejected(connector: int) -> None:
    assert Bench().reserve(connector) == "Rejected"


def test_a_negative_connector_breaks_the_standard() -> None:
    """1.6 §6.37."""
    refused = Bench().reserve(-1)
    assert isinstance(refused, CallErrorReceived) and refused.code is ErrorCode.PropertyConstraintViolation


@pytest.mark.parametrize("seconds", [0, -1, -(10**8)])
def test_an_expiry_in_the_past_is_Rejected(seconds: float) -> None:
    bench = reserved()
    assert bench.reserve(2, id=6, seconds=seconds) == "Rejected"
    assert bench.reserve(1, id=5, seconds=seconds) == "Rejected"
    assert bench.status(1) == "Reserved" and len(rows(bench)) == 1


def test_without_a_clock_nothing_can_be_reserved() -> None:
    """Its end could not be told."""
    bench = Bench(boot=False, clock_known=False)
    bench.answers[v16.BootNotificationRequest] = lambda _: v16.BootNotificationResponse(
        status=v16.RegistrationStatus.Accepted, current_time=bench.utc.replace(year=2001), interval=100
    )
    bench.boot()
    assert bench.station.ctx.utc is None
    assert bench.reserve() == "Rejected"


def test_a_connector_is_reserved_once_for_the_same_token_or_another() -> None:
    """1.6 §5.13."""
    bench = reserved()
    assert bench.reserve(1, "TAG1", id=6) == "Occupied"
    assert bench.reserve(1, "U", id=6) == "Occupied"
    assert bench.reserve(2, "TAG1", id=6) == "Accepted"


def test_so_is_the_station_as_a_whole() -> None:
    bench = reserved(0, evses=3)
    assert bench.reserve(0, "U", id=6) == "Occupied"


@pytest.mark.parametrize(
    ("prepare", "status"),
    [
        ("charge", "Occupied"),
        ("swipe", "Occupied"),
        ("bay", "Occupied"),
        ("finishing", "Occupied"),
        ("warning", "Accepted"),
        ("fault and inoperative", "Faulted"),
        ("station fault", "Faulted"),
        ("hardware", "Faulted"),
        ("nothing", "Accepted"),
    ],
)
def test_the_answer_follows_the_state_of_the_connector(prepare: str, status: str) -> None:
    bench = Bench()
    station, now = bench.station, bench.now
    if prepare in ("charge", "finishing"):
        bench.charge()
        if prepare == "finishing":
            bench.swipe("TAG1")
    elif prepare == "swipe":
        bench.swipe("X", 1)
    elif prepare == "bay":
        station.bay_occupied(1, True, now)
    elif prepare == "hardware":
        station.hardware_failed(1, "stuck", now)
    elif prepare != "nothing":
        code = "HighTemperature" if prepare == "warning" else "GroundFailure"
        station.error(0 if prepare == "station fault" else 1, EvseError(code, prepare != "warning"), now)
        if prepare == "fault and inoperative":
            bench.run()
            inoperative = v16.AvailabilityType.Inoperative
            bench.ask(v16.ChangeAvailabilityRequest(connector_id=1, type=inoperative))
    bench.run()
    assert bench.reserve() == status


def test_an_answer_that_is_no_Accepted_changes_nothing() -> None:
    bench = reserved()
    bench.plug(2)
    before = rows(bench)
    for connector, id in ((1, 6), (2, 6), (2, 5), (9, 5), (0, 6)):
        assert bench.reserve(connector, id=id) != "Accepted"
    assert rows(bench) == before and bench.status(1) == "Reserved"


# Replacement (1.6 §5.13)


def test_the_same_id_replaces() -> None:
    bench = reserved(1)
    assert bench.reserve(2, "U") == "Accepted"
    assert (bench.status(1), bench.status(2)) == ("Available", "Reserved")
    assert len(rows(bench)) == 1
    bench.charge(1, "X")
    bench.charge(2, "U")
    assert started(bench) == [(1, "X", None), (2, "U", 5)]


def test_on_the_same_connector_it_always_can_even_with_a_cable_in() -> None:
    bench = reserved(1)
    bench.plug(1)
    assert bench.reserve(1, "U", seconds=2000) == "Accepted"
    bench.advance(700)
    assert bench.status(1) == "Reserved"
    bench.swipe("TAG1", 1)
    assert not bench.sent(START)
    bench.swipe("U", 1)
    assert started(bench) == [(1, "U", 5)]


def test_not_while_its_customer_is_about_to_plug_in() -> None:
    bench = reserved(1)
    bench.swipe("TAG1", 1)
    assert bench.reserve(1, "U") == "Occupied"
    bench.plug()
    assert started(bench) == [(1, "TAG1", 5)]


def test_from_a_connector_to_the_station_and_back() -> None:
    bench = reserved(1)
    assert bench.reserve(0) == "Accepted"
    assert bench.status(1) == "Available" and list(rows(bench)) == ["0"]
    assert bench.reserve(2) == "Accepted"
    assert bench.status(2) == "Reserved" and list(rows(bench)) == ["2"]


@pytest.mark.parametrize("id", [0, -1, 2**31 - 1])
def test_any_integer_is_an_id(id: int) -> None:
    bench = Bench()
    assert bench.reserve(id=id) == "Accepted"
    bench.charge(token="TAG1")
    assert started(bench) == [(1, "TAG1", id)]


def test_H22_many_ids_cost_no_more_than_few() -> None:
    """Reservations are kept by EVSE: there is no table that ids of the back end could fill or make collide."""
    bench = Bench()
    for number in range(200):
        assert bench.reserve(1 + number % 2, id=(2**61 - 1) * (number % 3)) in ("Accepted", "Occupied")
    assert len(rows(bench)) <= 2
