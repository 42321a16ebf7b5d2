"""GetLog (W N01, 5.9, 5.13): which log is uploaded, what is told of it, and what becomes of it when another comes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from ocppcore import v16
from ocppcore.errors import CallErrorReceived
from ocppcore.session.commands import Cancel, CollectDiagnostics, Upload, UploadFault
from ocppcore.station import Capabilities
from ocppcore.station.blocks.diagnostics.state import COLLECT_TIME
from ocppcore.station.retrying import INTERVAL, MOST, RETRIES
from ocppcore.testing.bench import Bench

Status = v16.LogStatusNotificationRequest
HERE = "https://files.example/in"


class Desk(Bench):
    """Files go where `fault` says: None, they are taken; else what the server says. slow: the hardware takes its time
    to collect."""

    fault: UploadFault | None = None
    slow = False

    def _carry_out(self, command: Any) -> None:
        if isinstance(command, Upload) and self.fault is not None:
            self.uploads.append(command)
            self.station.done(command.id, self.fault, self.now)
        elif isinstance(command, CollectDiagnostics) and self.slow:
            self.carried_out.append(command)
        else:
            super()._carry_out(command)


def desk(**how: Any) -> Desk:
    return Desk(capabilities=Capabilities(diagnostics=True, reset=True), **how)


def request(
    kind: str, id: int, location: str, span: tuple[Any, Any] = (None, None), **fields: Any
) -> v16.GetLogRequest:
    log = v16.LogParametersType(remote_location=location, oldest_timestamp=span[0], latest_timestamp=span[1])
    return v16.GetLogRequest(log_type=v16.LogEnumType(f"{kind}Log"), request_id=id, log=log, **fields)


def get(rig: Bench, kind: str = "Security", id: int = 7, location: str = HERE, **fields: Any) -> tuple[str, str | None]:
    answer = rig.ask(request(kind, id, location, **fields))
    return str(answer.status), answer.filename


def told(rig: Bench) -> list[tuple[str, int | None]]:
    return [(str(status.status), status.request_id) for status in rig.take(Status)]


def trigger(rig: Bench) -> str:
    message = v16.MessageTriggerEnumType.LogStatusNotification
    return str(rig.ask(v16.ExtendedTriggerMessageRequest(requested_message=message)).status)


def collections(rig: Bench) -> list[CollectDiagnostics]:
    return [command for command in rig.carried_out if isinstance(command, CollectDiagnostics)]


# What is uploaded


def test_the_security_log_is_one_file_of_one_line_per_event() -> None:
    """W N01.FR.03."""
    rig = desk()
    rig.station.tamper(True, rig.now, "lid")
    rig.run()
    status, name = get(rig)
    (upload,) = rig.uploads
    assert status == "Accepted" and name == upload.name and upload.url == HERE
    assert upload.content == (
        b"2026-01-01T08:00:00Z\tStartupOfTheDevice\n2026-01-01T08:00:00Z\tTamperDetectionActivated\tlid\n"
    )
    assert not collections(rig)


def test_the_diagnostics_log_is_what_the_hardware_collects() -> None:
    """W N01.FR.04."""
    rig = desk()
    rig.diagnostics = "/var/log/all.tar.gz"
    span = (rig.utc - timedelta(hours=1), rig.utc)
    status, name = get(rig, "Diagnostics", span=span)
    assert status == "Accepted" and str(name).endswith(".tar.gz")
    assert [(command.start, command.stop) for command in collections(rig)] == [span]
    assert [upload.content for upload in rig.uploads] == ["/var/log/all.tar.gz"]
    assert told(rig) == [("Uploading", 7), ("Uploaded", 7)]


def test_the_security_log_of_a_span_of_time() -> None:
    """W 6.14."""
    rig = desk()
    for n in range(3):
        rig.advance(60)
        rig.station.security_event(f"Thing{n}", rig.now)
    rig.run()
    get(rig, span=(rig.utc - timedelta(seconds=60), rig.utc - timedelta(seconds=60)))
    assert rig.uploads[0].content == b"2026-01-01T08:02:00Z\tThing1\n"


def test_what_there_is_nothing_of_is_Rejected_without_a_name() -> None:
    """W 5.10."""
    rig = desk()
    assert get(rig, span=(rig.utc + timedelta(days=1), None)) == ("Rejected", None)
    rig.diagnostics = None
    assert get(rig, "Diagnostics") == ("Rejected", None)
    assert get(Bench(), "Diagnostics") == ("Rejected", None)  # hardware without diagnostics
    assert told(rig) == [] and not rig.uploads


def test_the_security_log_needs_no_hardware_and_no_profile() -> None:
    rig = Bench()
    rig.setup.without = frozenset({"FirmwareManagement"})
    rig.restart()
    rig.take()
    assert get(rig)[0] == "Accepted"
    assert told(rig) == [("Uploading", 7), ("Uploaded", 7)]


def test_names_are_new_each_time_and_say_what_it_is() -> None:
    rig = desk()
    (_, one), (_, two), (_, three) = get(rig), get(rig), get(rig, "Diagnostics")
    assert len({one, two, three}) == 3
    assert str(one).startswith("CP1-security-2026") and str(three).startswith("CP1-2026")


def test_W30_the_credentials_do_not_leave() -> None:
    """H16, N01."""
    rig = desk()
    rig.station.ctx.credentials = lambda: (b"16 octets secret",)
    get(rig)
    get(rig, "Diagnostics")
    assert [b"16 octets secret" in upload.hide for upload in rig.uploads] == [True, True]


def test_left_out_the_extension_is_not_supported() -> None:
    rig = desk()
    rig.setup.without = frozenset({"Security"})
    rig.restart()
    error = rig.ask(request("Security", 1, HERE))
    assert isinstance(error, CallErrorReceived) and error.code == "NotSupported"


# What is told


@pytest.mark.parametrize("id", [0, -1, 2**31 - 1])
def test_every_status_has_the_id_of_its_request(id: int) -> None:
    """W N01.FR.07 to .09."""
    rig = desk()
    get(rig, id=id)
    assert told(rig) == [("Uploading", id), ("Uploaded", id)]


@pytest.mark.parametrize(("retries", "attempts"), [(None, RETRIES + 1), (0, 1), (3, 4), (-5, 1), (10**9, MOST + 1)])
def test_every_attempt_tells_its_beginning_and_its_end(retries: int | None, attempts: int) -> None:
    """E 3.50: retries are additional; W N01.FR.10."""
    rig = desk()
    rig.transfers_work = False
    get(rig, retries=retries, retry_interval=1)
    rig.advance(1000)
    assert told(rig) == [("Uploading", 7), ("UploadFailure", 7)] * attempts
    assert len(rig.uploads) == attempts and len({upload.name for upload in rig.uploads}) == 1


def test_the_next_attempt_waits_for_the_interval() -> None:
    rig = desk()
    rig.transfers_work = False
    get(rig, retries=1)
    rig.advance(600)
    first, _, second, _ = rig.when(Status)
    assert second - first == INTERVAL


@pytest.mark.parametrize("fault", list(UploadFault))
def test_what_the_server_says_is_told(fault: UploadFault) -> None:
    """W N01.FR.10: as precise as possible."""
    rig = desk()
    rig.fault = fault
    get(rig, retries=1, retry_interval=10)
    rig.advance(5)
    rig.fault = None
    rig.advance(5)
    assert told(rig) == [("Uploading", 7), (str(fault), 7), ("Uploading", 7), ("Uploaded", 7)]


def test_of_GetDiagnostics_it_is_just_a_failure() -> None:
    """1.6 §7.24 has no other word."""
    rig = desk()
    rig.fault = UploadFault.PermissionDenied
    rig.ask(v16.GetDiagnosticsRequest(location=HERE, retries=0))
    statuses = rig.take(v16.DiagnosticsStatusNotificationRequest)
    assert [str(status.status) for status in statuses] == ["Uploading", "UploadFailed"]


@pytest.mark.parametrize("location", ["sftp://files.example/in", "file:///etc/passwd", "nonsense", ""])
def test_a_location_that_cannot_be_used_fails_at_once(location: str) -> None:
    rig = desk()
    assert get(rig, location=location)[0] == "Accepted"
    assert told(rig) == [("NotSupportedOperation", 7)] and not rig.uploads


@pytest.mark.parametrize("works", [None, False])
def test_triggered_it_tells_how_it_stands(works: bool | None) -> None:
    """W N01.FR.12: without an id only while nothing is uploaded."""
    rig = desk()
    assert trigger(rig) == "Accepted"
    assert told(rig) == [("Idle", None)]
    rig.transfers_work = works
    get(rig)
    rig.take()
    assert trigger(rig) == "Accepted"
    assert told(rig) == [("Uploading" if works is None else "UploadFailure", 7)]


def test_what_is_told_survives_an_offline_spell() -> None:
    rig = desk()
    rig.transfers_work = None
    get(rig)
    rig.cut()
    rig.end(rig.uploads[0], None)
    rig.run()
    rig.take()
    rig.restore()
    assert told(rig) == [("Uploaded", 7)]


def test_a_restart_ends_it_and_tells_so() -> None:
    rig = desk()
    rig.transfers_work = None
    get(rig)
    rig.take()
    rig.restart()
    assert told(rig) == [("UploadFailure", 7)]
    rig.restart()
    assert told(rig) == []


# One after the other


def test_a_second_request_cancels_the_first() -> None:
    """W N01.FR.11; the first one has an end, too."""
    rig = desk()
    rig.transfers_work = None
    get(rig, id=1)
    rig.take()
    assert get(rig, id=2)[0] == "AcceptedCanceled"
    (cancel,) = [command for command in rig.carried_out if isinstance(command, Cancel)]
    assert cancel.command == rig.uploads[0].id
    assert told(rig) == [("UploadFailure", 1), ("Uploading", 2)]
    rig.end(rig.uploads[0], None)  # too late
    rig.end(rig.uploads[1], None)
    rig.run()
    assert told(rig) == [("Uploaded", 2)]
    assert get(rig, id=3)[0] == "Accepted"


def test_a_second_request_cancels_a_first_that_waits_for_its_next_attempt() -> None:
    rig = desk()
    rig.transfers_work = False
    get(rig, id=1, retry_interval=60)
    rig.take()
    rig.transfers_work = True
    assert get(rig, id=2)[0] == "AcceptedCanceled"
    assert told(rig) == [("UploadFailure", 1), ("Uploading", 2), ("Uploaded", 2)]
    rig.advance(600)
    assert told(rig) == [] and len(rig.uploads) == 2


def test_a_request_of_nothing_cancels_nothing() -> None:
    rig = desk()
    rig.transfers_work = None
    get(rig, id=1)
    rig.take()
    assert get(rig, id=2, span=(rig.utc + timedelta(days=1), None)) == ("Rejected", None)
    assert told(rig) == [] and len(rig.uploads) == 1


def test_the_hardware_collects_for_one_at_a_time() -> None:
    """The link broke while it did so; the next one brings another request."""
    rig = desk()
    rig.slow = True
    for other in (v16.GetDiagnosticsRequest(location=HERE), request("Diagnostics", 1, HERE)):
        rig.tell(other)
        rig.station.ctx.reconnect()
        rig.station.handle_timer(rig.now)
        rig.advance(5)
        assert get(rig, "Diagnostics") == ("Rejected", None)
        assert rig.ask(v16.GetDiagnosticsRequest(location=HERE)).file_name is None
        assert get(rig, id=2)[0] == "Accepted"  # the security log needs no hardware
        rig.advance(COLLECT_TIME)
    assert len(collections(rig)) == 2
    rig.slow = False
    assert get(rig, "Diagnostics")[0] == "Accepted"


def test_hardware_that_is_too_slow_has_none() -> None:
    rig = desk()
    rig.slow = True
    id = rig.tell(request("Diagnostics", 1, HERE))
    rig.advance(COLLECT_TIME)
    assert str(rig.answer(id).status) == "Rejected"


def test_GetDiagnostics_and_GetLog_do_not_disturb_each_other() -> None:
    rig = desk()
    rig.transfers_work = None
    assert rig.ask(v16.GetDiagnosticsRequest(location=HERE)).file_name is not None
    assert get(rig)[0] == "Accepted"
    for upload in list(rig.uploads):
        rig.end(upload, None)
    rig.run()
    statuses = rig.sent(v16.DiagnosticsStatusNotificationRequest)
    assert [str(status.status) for status in statuses] == ["Uploading", "Uploaded"]
    assert told(rig) == [("Uploading", 7), ("Uploaded", 7)]


def test_a_flood_of_requests_leaves_one_upload() -> None:
    rig, requests = desk(), 50
    rig.transfers_work = None
    for id in range(requests):
        get(rig, id=id)
    cancelled = [command.command for command in rig.carried_out if isinstance(command, Cancel)]
    assert len(rig.uploads) == requests and cancelled == [upload.id for upload in rig.uploads[:-1]]
    rig.end(rig.uploads[-1], None)
    rig.run()
    assert told(rig)[-1] == ("Uploaded", requests - 1)
