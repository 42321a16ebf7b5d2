"""What goes to the log of its own accord: why there is no link, and what else is worth a look; each thing once."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest

from ocppcore import v16
from ocppcore.bindings._report import Reporter
from ocppcore.bindings.asyncio import StationHost, serve
from ocppcore.bindings.clock import SystemClock
from ocppcore.csms import Csms, keys
from ocppcore.hardware import Hardware, MeterReading, ReadingPurpose, Want
from ocppcore.session.events import (
    ClosedByPeer,
    Connected,
    Disconnect,
    Disconnected,
    Event,
    Lost,
    Refused,
    TlsFailed,
    TlsFailure,
)
from ocppcore.station import Setup, Station
from ocppcore.station.events import HandlerFailed, ReadingMissed, RegistrationChanged, StoreFailed
from ocppcore.version import V16

Run = Callable[[Coroutine[Any, Any, Any]], Any]
CLOCK = SystemClock()


class Wallbox(Hardware):
    def apply(self, evse: int, want: Want) -> None: ...

    def read_meter(self, evse: int, why: ReadingPurpose) -> MeterReading:
        return MeterReading(0.0)


def told(caplog: pytest.LogCaptureFixture, *events: Event) -> list[str]:
    """What a reporter makes of events, with the level in front."""
    caplog.clear()
    report = Reporter()
    with caplog.at_level(logging.INFO, "ocppcore.bindings"):
        for event in events:
            report(event, "csms.example:443")
    return [f"{record.levelname} {record.getMessage()}" for record in caplog.records]


@pytest.mark.parametrize(
    ("reason", "line"),
    [
        (Lost("Connection refused"), "Connection refused"),
        (Lost(), "the connection broke"),
        (Refused(404), "it answers with HTTP 404: it does not know this identity, or the path of the URL is another"),
        (Refused(401), "it answers with HTTP 401: it does not take the AuthorizationKey"),
        (Refused(500), "it answers with HTTP 500"),
        (TlsFailed(TlsFailure.Certificate), "TLS failed (certificate)"),
        (ClosedByPeer(1001), "it closed the connection (code 1001)"),
    ],
)
def test_why_there_is_no_link(caplog: pytest.LogCaptureFixture, reason: Disconnect, line: str) -> None:
    whole = f"WARNING csms.example:443: no link to the back end: {line}; trying again"
    assert told(caplog, Disconnected(reason, 10.0)) == [whole]
    assert told(caplog, Disconnected(reason, None)) == []  # we hung up


def test_what_stays_as_it_is_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    refused, lost, up = Disconnected(Lost("a"), 1.0), Disconnected(Lost("b"), 2.0), Connected(V16)
    lines = told(caplog, refused, refused, lost, lost, up, lost)
    assert [line.split(": ", 1)[1].split(";")[0] for line in lines] == [
        "no link to the back end: a",
        "no link to the back end: b",
        "connected to the back end",
        "no link to the back end: b",
    ]


def test_levels(caplog: pytest.LogCaptureFixture) -> None:
    events = [
        RegistrationChanged("Accepted"),
        RegistrationChanged("Rejected"),
        StoreFailed("disk full"),
        ReadingMissed(1, "no result in time"),
        ReadingMissed(1, "no result in time"),
    ]
    assert [line.split()[0] for line in told(caplog, *events)] == ["INFO", "WARNING", "ERROR", "WARNING", "WARNING"]


def test_a_handler_that_fails_is_told_with_its_traceback(caplog: pytest.LogCaptureFixture) -> None:
    told(caplog, HandlerFailed("1", ValueError("of the maker's own")))
    assert "of the maker's own" in caplog.text


async def linger(setup: Setup, caplog: pytest.LogCaptureFixture, word: str) -> str:
    """Run a station until the log has a word; the line."""
    station = Station(setup, rng=Random(2), utc=CLOCK.utc(), now=CLOCK.now())
    async with asyncio.timeout(20), StationHost(station, Wallbox()):
        while not (found := [r.getMessage() for r in caplog.records if word in r.getMessage()]):
            await asyncio.sleep(0.01)
    return found[0]


def setup(port: int, identity: str = "CP1", key: bytes | None = None) -> Setup:
    url = f"ws://127.0.0.1:{port}/ocpp"
    return Setup(identity, url, vendor="V", model="M", evses=1, authorization_key=key)


def test_a_station_says_what_its_back_end_has_against_it(run: Run, caplog: pytest.LogCaptureFixture) -> None:
    right, wrong = b"0123456789abcdef", b"fedcba9876543210"

    async def main() -> None:
        csms = Csms(
            utc=lambda: datetime.now(UTC),
            rng=Random(1),
            authenticate=keys({"CP1": right, "CP3": right}),
            known={"CP1"},
        )

        @csms.on(v16.BootNotificationRequest)
        def boot(link: Any, request: Any) -> v16.BootNotificationResponse:
            status = v16.RegistrationStatus.Rejected
            return v16.BootNotificationResponse(status=status, current_time=datetime.now(UTC), interval=60)

        async with await serve(csms, "127.0.0.1") as server:
            assert "HTTP 404" in await linger(setup(server.port, "CP3", right), caplog, "HTTP 404")
            line = await linger(setup(server.port, "CP1", wrong), caplog, "HTTP 401")
            assert line.startswith(f"127.0.0.1:{server.port}: ") and "AuthorizationKey" in line
            assert "Rejected" in await linger(setup(server.port, "CP1", right), caplog, "Rejected")
        assert "refused" in await linger(setup(server.port), caplog, "refused")
        for key in (right, wrong):
            assert key.decode() not in caplog.text and key.hex() not in caplog.text

    run(main())
