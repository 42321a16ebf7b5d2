"""A station whose hardware has diagnostics, a back end, and a file server: all real, on loopback."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import pytest

from ocppcore import v16
from ocppcore.bindings.asyncio import StationHost, serve
from ocppcore.bindings.clock import SystemClock
from ocppcore.bindings.transfer import FileTransfer
from ocppcore.csms import CallServed, Csms
from ocppcore.hardware import Hardware, MeterReading, ReadingPurpose, Want
from ocppcore.session.events import Event
from ocppcore.station import Capabilities, Setup, Station

Run = Callable[[Coroutine[Any, Any, Any]], Any]
KEY = b"16 octets secret"


class Charger(Hardware):
    """content: the diagnostics that it has."""

    content: Any = b""

    def apply(self, evse: int, want: Want) -> None:
        pass

    def read_meter(self, evse: int, why: ReadingPurpose) -> MeterReading:
        return MeterReading(0.0)

    async def diagnostics(self, start: datetime | None, stop: datetime | None) -> Any:
        return self.content


class Backend:
    """What the stations of a Csms have sent, to wait for."""

    def __init__(self) -> None:
        self.csms = Csms(utc=lambda: datetime.now(UTC), rng=Random(1), insecure=True)
        self.seen: list[Any] = []
        self._changed = asyncio.Event()

    def note(self, identity: str, event: Event) -> None:
        if isinstance(event, CallServed):
            self.seen.append(event.request)
            self._changed.set()

    async def until(self, kind: type, count: int) -> list[Any]:
        while len(found := [request for request in self.seen if isinstance(request, kind)]) < count:
            self._changed.clear()
            await self._changed.wait()
        return found


async def get(content: Any, location: str, transfer: FileTransfer | None) -> tuple[str | None, list[str]]:
    """GetDiagnostics, once: the file name that was answered, and the statuses that came."""
    backend = Backend()
    async with await serve(backend.csms, "127.0.0.1") as server:
        server.on_event(backend.note)
        hardware = Charger()
        hardware.content = content
        setup = Setup(
            "CP1",
            f"ws://127.0.0.1:{server.port}",
            vendor="V",
            model="M",
            evses=1,
            capabilities=Capabilities.of(hardware),
            authorization_key=KEY,
        )
        station = Station(setup, rng=Random(3), utc=datetime.now(UTC), now=SystemClock().now())
        async with StationHost(station, hardware, transfer=transfer):
            await backend.until(v16.StatusNotificationRequest, 2)
            request = v16.GetDiagnosticsRequest(location=location, retries=0)
            answer = await server.call("CP1", request)
            told = await backend.until(v16.DiagnosticsStatusNotificationRequest, 2)
            return answer.file_name, [str(status.status) for status in told]


@pytest.mark.parametrize("as_file", [True, False])
def test_diagnostics_go_up_without_the_key(run: Run, tmp_path: Path, web: Any, as_file: bool) -> None:
    """W30, H16."""
    content: Any = b"log\n" * 1000 + b"key=" + KEY + b" " + KEY.hex().encode() + b"\n"
    if as_file:
        (tmp_path / "log.txt").write_bytes(content)
        content = tmp_path / "log.txt"
    transfer = FileTransfer(tmp_path / "ours", loopback=True)
    name, told = run(get(content, web.url("/in"), transfer))
    assert told == ["Uploading", "Uploaded"]
    body = web.put[f"/in/{name}"]
    assert body.startswith(b"log\n") and KEY not in body and KEY.hex().encode() not in body
    assert str(name).endswith(".txt" if as_file else ".log")


def test_an_upload_that_is_refused_is_a_status_and_no_fault(
    run: Run, tmp_path: Path, web: Any, caplog: pytest.LogCaptureFixture
) -> None:
    web.put_status = 500
    _, told = run(get(b"x", web.url("/in", login="me:secret@"), FileTransfer(tmp_path / "ours", loopback=True)))
    assert told == ["Uploading", "UploadFailed"]
    assert "the server answers 500" in caplog.text and "secret" not in caplog.text


def test_a_host_without_a_transfer_fails_every_one(run: Run, web: Any) -> None:
    assert run(get(b"x", web.url("/in"), None))[1] == ["Uploading", "UploadFailed"]
