"""A station whose hardware has diagnostics and takes firmware, a back end, a file server: all real, on loopback."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import pytest

from ocppcore import v16
from ocppcore.bindings.asyncio import StationHost, run_station, serve
from ocppcore.bindings.clock import SystemClock
from ocppcore.bindings.security.service import SoftwareSecurity
from ocppcore.bindings.storage.memory import MemoryStore
from ocppcore.bindings.transfer import Content, FileTransfer, Progress, Transfer, TransferFailed
from ocppcore.csms import CallServed, Csms
from ocppcore.hardware import Hardware, MeterReading, ReadingPurpose, Want
from ocppcore.hardware.simulated import SimulatedHardware
from ocppcore.session.events import Event
from ocppcore.station import Capabilities, SecuritySetup, Setup, Station
from ocppcore.testing.certificates import Authority, sign_file

Run = Callable[[Coroutine[Any, Any, Any]], Any]
KEY = b"16 octets secret"
SIGNED = v16.SignedFirmwareStatusNotificationRequest


class Charger(Hardware):
    """content: the diagnostics that it has."""

    content: Any = b""
    installed: bytes | None = None

    def apply(self, evse: int, want: Want) -> None:
        pass

    def read_meter(self, evse: int, why: ReadingPurpose) -> MeterReading:
        return MeterReading(0.0)

    async def diagnostics(self, start: datetime | None, stop: datetime | None) -> Any:
        return self.content

    async def install(self, firmware: Path) -> None:
        type(self).installed = firmware.read_bytes()


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


async def ask(
    content: Any, request: Any, kind: type[Any], count: int, transfer: Transfer | None
) -> tuple[Any, list[str]]:
    """One request: its answer, and the statuses of that kind that came."""
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
            secure_firmware=False,
        )
        station = Station(setup, rng=Random(3), utc=datetime.now(UTC), now=SystemClock().now())
        async with StationHost(station, hardware, transfer=transfer):
            await backend.until(v16.StatusNotificationRequest, 2)
            answer = await server.call("CP1", request)
            told = await backend.until(kind, count)
            return answer, [str(status.status) for status in told]


async def get(content: Any, location: str, transfer: Transfer | None) -> tuple[str | None, list[str]]:
    """GetDiagnostics, once: the file name that was answered, and the statuses that came."""
    request = v16.GetDiagnosticsRequest(location=location, retries=0)
    answer, told = await ask(content, request, v16.DiagnosticsStatusNotificationRequest, 2, transfer)
    return answer.file_name, told


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


@pytest.mark.parametrize(
    ("status", "ends"),
    [
        (201, "Uploaded"),
        (400, "BadMessage"),
        (403, "PermissionDenied"),
        (501, "NotSupportedOperation"),
        (507, "UploadFailure"),
    ],
)
def test_the_security_log_goes_up_and_what_the_server_says_is_told(
    run: Run, tmp_path: Path, web: Any, status: int, ends: str
) -> None:
    """W N01.FR.03, .10."""
    web.put_status = status
    log = v16.LogParametersType(remote_location=web.url("/in"))
    request = v16.GetLogRequest(log_type=v16.LogEnumType.SecurityLog, request_id=5, log=log, retries=0)
    transfer = FileTransfer(tmp_path / "ours", loopback=True)
    answer, told = run(ask(b"", request, v16.LogStatusNotificationRequest, 2, transfer))
    assert answer.status == "Accepted" and told == ["Uploading", ends]
    assert b"\tStartupOfTheDevice\n" in web.put[f"/in/{answer.filename}"]


def test_a_host_without_a_transfer_fails_every_one(run: Run, web: Any) -> None:
    assert run(get(b"x", web.url("/in"), None))[1] == ["Uploading", "UploadFailed"]


class Shelf:
    """A Transfer of a host's own: what a technician has put into a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def download(self, url: str, *, progress: Progress | None = None) -> Path:
        file = self.folder / url.rpartition("/")[2]
        if not file.exists():
            raise TransferFailed("it is not on the shelf")
        return file

    async def upload(
        self, content: Content, url: str, name: str, *, hide: Sequence[bytes] = (), progress: Progress | None = None
    ) -> None:
        assert isinstance(content, bytes)
        (self.folder / name).write_bytes(content)


def test_a_host_may_bring_a_transfer_of_its_own(run: Run, tmp_path: Path) -> None:
    (tmp_path / "image").write_bytes(b"firmware")
    status, count = v16.FirmwareStatusNotificationRequest, {"image": 4, "none": 2}
    told = []
    for name in count:
        request = v16.UpdateFirmwareRequest(location=f"http://h/{name}", retrieve_date=datetime.now(UTC), retries=0)
        told += run(ask(None, request, status, count[name], Shelf(tmp_path)))[1]
    assert told == ["Downloading", "Downloaded", "Installing", "Installed", "Downloading", "DownloadFailed"]
    assert Charger.installed == b"firmware"
    name, uploaded = run(get(b"log", "http://h/in", Shelf(tmp_path)))
    assert uploaded == ["Uploading", "Uploaded"] and (tmp_path / str(name)).read_bytes() == b"log"


def test_firmware_comes_in_with_a_retry_that_goes_on_where_the_first_ended(run: Run, tmp_path: Path, web: Any) -> None:
    web.break_after = 100_000
    transfer = FileTransfer(tmp_path / "ours", loopback=True)
    request = v16.UpdateFirmwareRequest(
        location=web.url("/image"), retrieve_date=datetime.now(UTC), retries=1, retry_interval=0
    )
    _, told = run(ask(None, request, v16.FirmwareStatusNotificationRequest, 6, transfer))
    assert told == ["Downloading", "DownloadFailed", "Downloading", "Downloaded", "Installing", "Installed"]
    assert Charger.installed == web.image
    assert web.requests[1][1]["Range"] == "bytes=100000-"


def test_a_new_request_ends_the_download_of_the_old_one(run: Run, tmp_path: Path, web: Any) -> None:
    async def main() -> list[str]:
        backend = Backend()
        hardware = Charger()
        async with await serve(backend.csms, "127.0.0.1") as server:
            server.on_event(backend.note)
            url = f"ws://127.0.0.1:{server.port}"
            able = Capabilities.of(hardware)
            setup = Setup("CP1", url, vendor="V", model="M", evses=1, capabilities=able, secure_firmware=False)
            station = Station(setup, rng=Random(3), utc=datetime.now(UTC), now=SystemClock().now())
            async with StationHost(station, hardware, transfer=FileTransfer(tmp_path / "ours", loopback=True)):
                await backend.until(v16.StatusNotificationRequest, 2)
                for path in ("/silent", "/image"):
                    request = v16.UpdateFirmwareRequest(location=web.url(path), retrieve_date=datetime.now(UTC))
                    await server.call("CP1", request)
                    await asyncio.to_thread(web.reached.wait, 10)
                told = await backend.until(v16.FirmwareStatusNotificationRequest, 6)
                return [str(status.status) for status in told]

    statuses = run(main())
    assert statuses == ["Downloading", "DownloadFailed", "Downloading", "Downloaded", "Installing", "Installed"]


async def live(url: str, hardware: SimulatedHardware, store: MemoryStore, root: str, transfer: FileTransfer) -> None:
    """A station whose firmware must be signed, from one restart to the next."""
    while True:
        setup = Setup(
            "CP1",
            url,
            vendor="V",
            model="M",
            evses=2,
            capabilities=Capabilities.of(hardware),
            firmware_version=hardware.firmware_version,
            security=SecuritySetup(manufacturer_roots=[root]),
        )
        station = Station(
            setup, rng=Random(3), state=store.load(), utc=datetime.now(UTC), now=SystemClock().now()
        )
        await run_station(station, hardware, store, transfer=transfer, security=SoftwareSecurity())


@pytest.mark.parametrize("fault", [None, "file", "signer"])
def test_signed_firmware_from_the_request_to_the_version_that_runs_afterwards(
    run: Run, tmp_path: Path, web: Any, maker_root: Authority, cpo_root: Authority, fault: str | None
) -> None:
    """W L01 with a real certificate, signature and file: the download breaks off once, the station restarts once."""
    signer = (cpo_root if fault == "signer" else maker_root).issue("Firmware", kind="RSA-2048")
    signature = sign_file(signer.private, web.image)
    if fault == "file":
        web.image = web.image[:-1] + b"?"
    web.break_after = 100_000
    hardware = SimulatedHardware(SystemClock())

    async def main() -> tuple[str, list[str], list[str | None]]:
        backend, store = Backend(), MemoryStore()
        async with await serve(backend.csms, "127.0.0.1") as server:
            server.on_event(backend.note)
            transfer = FileTransfer(tmp_path / "ours", loopback=True)
            url = f"ws://127.0.0.1:{server.port}"
            life = asyncio.create_task(live(url, hardware, store, maker_root.pem, transfer))
            await backend.until(v16.StatusNotificationRequest, 3)
            firmware = v16.FirmwareType(
                location=web.url("/image"),
                retrieve_date_time=datetime.now(UTC),
                signing_certificate=signer.pem,
                signature=signature,
            )
            request = v16.SignedUpdateFirmwareRequest(request_id=5, firmware=firmware, retries=1, retry_interval=0)
            answer = await server.call("CP1", request)
            told = await backend.until(SIGNED, {None: 8, "file": 5, "signer": 0}[fault])
            life.cancel()
            await asyncio.gather(life, return_exceptions=True)
            assert {status.request_id for status in told} <= {5}
            boots = await backend.until(v16.BootNotificationRequest, 1)
            return str(answer.status), [str(each.status) for each in told], [boot.firmware_version for boot in boots]

    answer, told, versions = run(main())
    fetched = ["Downloading", "DownloadPaused", "Downloading", "Downloaded"]
    if fault is None:
        done = ["SignatureVerified", "Installing", "InstallRebooting", "Installed"]
        assert (answer, told, versions) == ("Accepted", [*fetched, *done], ["1.0", "2.0"])
        assert hardware.installed is not None and hardware.installed.read_bytes() == web.image
    elif fault == "file":
        assert (answer, told, versions) == ("Accepted", [*fetched, "InvalidSignature"], ["1.0"])
    else:
        assert (answer, told, versions) == ("InvalidCertificate", [], ["1.0"])
